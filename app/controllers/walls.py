"""Which recordings have a pane, and where the wall is: in the window, or on another screen."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QScreen
from PySide6.QtWidgets import QLayout, QMenu, QSplitter, QVBoxLayout, QWidget

from app.document import Document
from app.focus import Focus
from app.settings import Settings
from sync.case.case import Source
from widgets.theme import current_theme
from widgets.video_wall import MOST, VideoWall

_PART = 0.66
"""Share of the only screen that the wall's own window takes."""


class WallWindow(QWidget):
    """The wall by itself; its keys are those of the window it came from.

    Signals
    -------
    ended()
        Esc, or it was closed: the wall goes back.
    """

    ended = Signal()

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner, Qt.WindowType.Window)
        self.setWindowTitle("Pictures — Tiepoint")
        self.setAutoFillBackground(True)
        self.setPalette(current_theme().ground)
        # Esc belongs to this window: it brings the wall back.
        self.addActions([act for act in owner.actions() if act.objectName() != "escape"])
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 8, 8, 8)

    def take(self, wall: VideoWall) -> None:
        """Show the wall."""
        self._column.addWidget(wall)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc: back."""
        if event.key() == Qt.Key.Key_Escape:
            self.ended.emit()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closed: back, never lost."""
        self.ended.emit()
        super().closeEvent(event)


class Walls(QObject):
    """Keeps the choice of panes with the case, and brings the wall home.

    Signals
    -------
    chosen()
        Other recordings have a pane.
    said(str)
        One line for the status bar.
    """

    chosen = Signal()
    said = Signal(str)

    def __init__(
        self, document: Document, focus: Focus, settings: Settings, wall: VideoWall,
        window: QWidget, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._focus, self._settings = document, focus, settings
        self._wall, self._window = wall, window
        self._own: WallWindow | None = None
        self._screen: QScreen | None = None
        self._home: QLayout | None = None
        self._sizes: list[int] = []
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenRemoved.connect(self._screen_lost)

    # -- which panes -------------------------------------------------------------------------

    def sources(self) -> tuple[Source, ...]:
        """Recordings that could have a pane."""
        case = self._document.case
        return tuple(source for source in case.sources if source.facts.picture is not None)

    def shown(self) -> tuple[Source, ...]:
        """Recordings that have a pane: all that are not hidden, the first nine of them."""
        hidden = self._hidden()
        return tuple(source for source in self.sources() if source.id not in hidden)[:MOST]

    def _hidden(self) -> set[str]:
        return set(self._settings.word(self._key()).split())

    def _key(self) -> str:
        return f"panes/{self._document.case.id}"

    def set_shown(self, source: str, shown: bool) -> None:
        """Give a recording a pane, or take it away; the last one stays."""
        hidden = self._hidden()
        hidden.discard(source) if shown else hidden.add(source)
        names = {known.id: known.name for known in self.sources()}
        if not set(names) - hidden:
            self.said.emit("One pane stays.")
            return
        if shown and len(self.shown()) >= MOST:
            self.said.emit(f"No more than {MOST} panes: hide one first.")
            return
        self._settings.set_word(self._key(), " ".join(sorted(hidden)))
        self.chosen.emit()
        if not shown:
            self.said.emit(f"{names.get(source, source)} is hidden from the wall, not removed.")

    def hide_focused(self) -> None:
        """Take the pane of the focused recording away."""
        if self._focus.source in {source.id for source in self.shown()}:
            self.set_shown(self._focus.source or "", False)

    def fill(self, menu: QMenu) -> None:
        """One tick for each recording with pictures."""
        shown = {source.id for source in self.shown()}
        for source in self.sources():
            ticked = source.id in shown
            action = menu.addAction(source.name, partial(self.set_shown, source.id, not ticked))
            action.setCheckable(True)
            action.setChecked(ticked)

    def choose(self) -> None:
        """The menu of panes, over the wall."""
        menu = QMenu(self._wall)
        self.fill(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._wall.mapToGlobal(QPoint(12, 12)))

    # -- where the wall is -------------------------------------------------------------------

    @property
    def own(self) -> WallWindow | None:
        """The window of its own that the wall is in; ``None`` while it is at home."""
        return self._own

    def toggle(self) -> None:
        """F11: to the other screen (or its own window), and back."""
        if self._own is not None:
            self.dock()
            return
        holder = self._wall.parentWidget()
        assert holder is not None
        self._home = holder.layout()
        beside = holder.parentWidget()
        self._sizes = beside.sizes() if isinstance(beside, QSplitter) else []
        self._own = WallWindow(self._window)
        self._own.ended.connect(self.dock)
        self._own.take(self._wall)
        holder.hide()
        if isinstance(beside, QSplitter) and len(self._sizes) == 3:  # its room is the inspector's
            beside.setSizes([self._sizes[0], 0, self._sizes[1] + self._sizes[2]])
        others = [s for s in QGuiApplication.screens() if s is not self._window.screen()]
        self._screen = others[0] if others else self._window.screen()
        room = self._screen.availableGeometry()
        if others:
            self._own.setGeometry(room)
            self._own.showFullScreen()
        else:
            self._own.resize(room.size() * _PART)
            self._own.show()
        self._own.activateWindow()
        self._wall.setFocus(Qt.FocusReason.OtherFocusReason)
        self.said.emit("The pictures are in their own window; F11 or Esc there brings them back.")

    def dock(self) -> None:
        """The wall is in the window again."""
        if self._own is None or self._home is None:
            return
        own, self._own = self._own, None
        self._home.addWidget(self._wall)
        holder = self._home.parentWidget()
        if holder is not None:
            holder.show()
            beside = holder.parentWidget()
            if isinstance(beside, QSplitter):
                beside.setSizes(self._sizes)
        own.ended.disconnect(self.dock)
        own.close()
        own.deleteLater()
        self._screen = None
        self._window.activateWindow()
        self._wall.setFocus(Qt.FocusReason.OtherFocusReason)

    def _screen_lost(self, screen: QScreen) -> None:
        if self._own is not None and (
            screen is self._screen or len(QGuiApplication.screens()) <= 1
        ):
            self.dock()
            self.said.emit("A screen was lost: the pictures are back in the window.")
