"""Python's search for garbage, on the window's thread only.

Python looks for unreachable cycles on whichever thread happens to make the next object. One that
holds a Qt object with a running timer is then destroyed on a thread that cannot stop it, and the
process ends when the timer fires.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 300
_WHOLE_EVERY = 100
"""Every so many rounds all that was ever made is searched, as that takes some tens of ms."""


class Collecting(QObject):
    """Searches from time to time what was made lately; Python's own search is off meanwhile."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._rounds = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def close(self) -> None:
        """Leave it to Python again; no thread of the window's is left."""
        self._timer.stop()
        gc.enable()

    def _look(self) -> None:
        self._rounds += 1
        young, middle, _ = zip(gc.get_count(), gc.get_threshold(), strict=True)
        if self._rounds % _WHOLE_EVERY == 0:
            gc.collect()
        elif young[0] > young[1]:
            gc.collect(1 if middle[0] > middle[1] else 0)
