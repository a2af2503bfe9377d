"""While G is held, every pane shows the earliest picture that may belong to this instant."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.controllers.panes import Panes
from app.controllers.playback import Playback
from app.playhead import Playhead
from widgets.pane_info import Extreme


class Extremes(QObject):
    """From the key going down to its being let go.

    Signals
    -------
    said(str)
        One line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self, panes: Panes, playback: Playback, playhead: Playhead, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._panes, self._playback, self._playhead = panes, playback, playhead
        self._held_in: QWidget | None = None

    def hold(self, extreme: Extreme, *, covered: bool) -> None:
        """Show it until G is let go, unless answers are covered: the ranges are one."""
        if self._panes.extreme is not None:
            return
        if covered:
            self.said.emit("Not while an event is open: the answers are covered.")
            return
        self._playhead.pause()
        self._panes.extreme = extreme
        self._playback.look_again_at_all()
        if not self._panes.displaced:
            self.said.emit("No other recording here is linked with a range of its own.")
        self._watch(True)

    def let_go(self) -> None:
        """Every pane at the playhead again."""
        if self._panes.extreme is not None:
            self._panes.extreme = None
            self._playback.look_again_at_all()
            self._watch(False)

    def _watch(self, on: bool) -> None:
        app = QApplication.instance()
        assert app is not None
        self._held_in = QApplication.activeWindow() if on else None
        if on:
            app.installEventFilter(self)
        else:
            app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """G was let go, or the window left."""
        released = (
            isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease
            and event.key() == Qt.Key.Key_G and not event.isAutoRepeat()
        )  # fmt: skip
        left = event.type() == QEvent.Type.WindowDeactivate and watched is self._held_in
        if released or left:
            self.let_go()
        return False
