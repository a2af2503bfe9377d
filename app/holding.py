"""Keys that are held: steps come at a rate the eye can follow, whatever the system's own is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcutEvent
from PySide6.QtWidgets import QApplication, QWidget

FIRST_MS, EVERY_MS = 300, 1000 // 12
"""A held key steps on after the first, at the second: the system's own rate skips pictures."""
STEPS = frozenset(
    ("step", "step_back", "frame", "frame_back", "second", "second_back", "any", "any_back",
     "nudge", "nudge_back")
)  # fmt: skip
"""Acts that a held key does again and again."""
SYSTEM = frozenset(
    ("zoom_in", "zoom_out", "pane_closer", "pane_wider", "pane_left", "pane_right", "pane_up",
     "pane_down", "previous_mark", "next_mark", "slower", "faster", "undo", "redo")
)  # fmt: skip
"""Acts that it does again at the system's rate; all others it does once."""


class HeldAction(QAction):
    """An action that knows whether its key is down.

    Signals go out as those of any action: once when the key goes down, and where it ``steps``
    again while it is held.
    """

    def __init__(self, text: str, parent: QWidget, *, steps: bool) -> None:
        super().__init__(text, parent)
        self._steps = steps
        self.is_down = False
        """True while the key that did it last is still held."""
        self._key = ""
        self._again = QTimer(self)
        self._again.timeout.connect(self._step)
        self.setAutoRepeat(False)

    def event(self, event: QEvent) -> bool:
        """Done by its key: watch for the key to be let go."""
        done = super().event(event)
        if isinstance(event, QShortcutEvent) and self.isEnabled():
            self._key = event.key().toString()
            self._hold(True)
        return done

    def _hold(self, on: bool) -> None:
        self._again.start(FIRST_MS) if on and self._steps else self._again.stop()
        app = QApplication.instance()
        if app is not None and on != self.is_down:
            app.installEventFilter(self) if on else app.removeEventFilter(self)
        self.is_down = on

    def _step(self) -> None:
        if not self.isEnabled() or QApplication.activeModalWidget() is not None:
            self._hold(False)
            return
        self._again.setInterval(EVERY_MS)
        self.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """It was let go (steps end with any key that is), or the window left."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease:
            own = QKeySequence(event.key()).toString() == self._key
            if not event.isAutoRepeat() and (self._steps or own):
                self._hold(False)
        elif event.type() == QEvent.Type.WindowDeactivate:
            self._hold(False)
        return False
