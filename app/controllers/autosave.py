"""Writing the case file by itself. Nothing rests on it: every act is in the log when it is done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.document import Document
from sync.errors import TiepointError


class Autosave(QObject):
    """Saves the snapshot every so many minutes where the log holds more than it."""

    def __init__(
        self, document: Document, problem: Callable[[Exception], None],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._problem = document, problem
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.save)

    @property
    def every_ms(self) -> int:
        """How often; 0: never."""
        return self._timer.interval() if self._timer.isActive() else 0

    def set_every(self, minutes: int) -> None:
        """Save every so many minutes; 0: only when asked."""
        self._timer.stop()
        if minutes:
            self._timer.start(minutes * 60_000)

    def save(self) -> None:
        """Write the case file where there is something new to write."""
        if self._document.read_only or not self._document.unsaved:
            return
        try:
            self._document.save()
        except TiepointError as error:
            self._problem(error)

    def close(self) -> None:
        """Stop the timer."""
        self._timer.stop()
