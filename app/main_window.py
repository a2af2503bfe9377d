"""The window: menus, keyboard, dropping, closing; the rest is in the parts it puts together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)  # fmt: skip

from app import preferences
from app.actions import ACTIONS, Actions, FocusKind
from app.audio_out import AudioOut
from app.commands import WHILE_MARKING, command_table
from app.display import Display
from app.document import Change
from app.layout import Layout, Tab, Workspace
from app.pointing import Pointing
from app.settings import Settings
from app.tips import next_tip
from app.workbench import Workbench
from sync.cache import Cache
from sync.errors import TiepointError
from widgets.saving import Keepsake
from widgets.theme import apply_theme

_MENUS = ("File", "Edit", "Mark", "Correlate", "Clocks", "Play", "View", "Help")
_GROUPS = frozenset((
    "add_media", "save", "export", "save_picture", "close_case", "copy", "set_aside", "preferences",
    "nudge_back", "limit", "annotate", "accept_candidate", "reading", "break", "calculate", "ask",
    "any_back", "to_start", "set_in", "loop", "lane_view", "earliest", "panes", "inspector",
    "next_pane", "look", "theme",
))  # fmt: skip
"""Actions that a line in their menu stands before."""
_WITHIN = {
    "Step": ("any_back", ("step", "frame", "second")), "Picture": ("earliest", ("pane_",)),
}  # fmt: skip
"""Menus within menus, as each must fit a screen 720 high: the action each stands before, and how
the ids of its own begin."""
_CALM_MS = 30


class MainWindow(QMainWindow):
    """One case at a time.

    Signals
    -------
    idle()
        Nothing runs any more: jobs, calculation and pictures are done.
    """

    idle = Signal()

    def __init__(
        self, *, settings: Settings | None = None, cache: Cache | None = None,
        audio: AudioOut | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.setMinimumSize(1100, 640)
        self.setAcceptDrops(True)
        self.settings = settings or Settings()
        self.acts = Actions(self)
        self.desk = Layout(self.acts)
        self.setCentralWidget(self.desk)
        self.setStatusBar(self.desk.status)
        self.bench = Workbench(self, self.desk, self.settings, cache=cache, audio=audio)
        self.display = Display(self, self.bench, self.desk, self.acts)
        self.pointing = Pointing(self, self.bench, self.desk, self.acts, self.display)
        self.bench.evidence.answers_visible = self._answers_visible
        self.bench.document.case_changed.connect(self._case_changed)
        self._watch_idle()
        self._build_menus()
        self.acts.connect_all(
            {name: self._guarded(name, act) for name, act in command_table(self).items()}
        )
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._keyboard_moved)
        self._restore_layout()
        self.desk.welcome.set_tip(next_tip(self.settings))
        preferences.apply(self, preferences.load(self.settings))
        self.display.show_all()

    def _build_menus(self) -> None:
        for name in _MENUS:
            menu = self.menuBar().addMenu(name)
            menu.setToolTipsVisible(True)
            listed = [
                spec.id for spec in ACTIONS if spec.menu == name
                and not spec.id.startswith("focus_") and spec.when != "closing"
            ]  # fmt: skip
            inner = {act: title for title, (_, starts) in _WITHIN.items()
                     for act in listed if act.startswith(starts)}  # fmt: skip
            for act in (act for act in listed if act not in inner):
                if act in _GROUPS:
                    menu.addSeparator()
                menu.addAction(self.acts[act])
            for title in dict.fromkeys(inner.values()):
                within = QMenu(title, self)
                within.setToolTipsVisible(True)
                within.addActions([self.acts[act] for act in inner if inner[act] == title])
                menu.insertMenu(self.acts[_WITHIN[title][0]], within)
            if name == "File":
                self._recent = QMenu("Recent cases", self)
                self._recent.aboutToShow.connect(self._fill_recent)
                menu.insertMenu(self.acts["sample"], self._recent)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in self.settings.recent:
            self._recent.addAction(str(path), partial(self.pointing.open, path))
        if not self.settings.recent:
            self._recent.addAction("none yet").setEnabled(False)

    def _guarded(self, name: str, act: Callable[[], object]) -> Callable[[], None]:
        """An act of the table: another act closes an open event; what fails is explained."""

        def run() -> None:
            try:
                if self.bench.marking.is_open and name not in WHILE_MARKING:
                    self.bench.marking.close_event()
                act()
            except (TiepointError, OSError) as error:
                self.bench.problems.show(error)

        return run

    # -- opening -----------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a case; a problem is explained on its card."""
        self.pointing.open(path)

    def _case_changed(self, change: Change) -> None:
        if change.kind == "opened":
            QTimer.singleShot(0, self, self.desk.focus_work)

    # -- idle --------------------------------------------------------------------------------

    def _watch_idle(self) -> None:
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM_MS)
        self._calm.timeout.connect(self._maybe_idle)
        self.bench.jobs.ended.connect(lambda _: self._calm.start())
        self.bench.calculation.changed.connect(self._calm.start)
        self.bench.playback.settled.connect(self._calm.start)

    def _maybe_idle(self) -> None:
        if self.bench.is_idle:
            self.idle.emit()

    @property
    def is_idle(self) -> bool:
        """True when nothing runs any more."""
        return self.bench.is_idle

    # -- keyboard ----------------------------------------------------------------------------

    def focus_number(self, number: int) -> None:
        """1 … 9."""
        sources = self.bench.document.case.sources
        if number <= len(sources):
            self.bench.focus.set(sources[number - 1].id)
            self.desk.focus_work()

    def _keyboard_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and new.window() is self:
            self.acts.set_focus_kind(focus_kind(new))

    # -- looks -------------------------------------------------------------------------------

    def show_tab(self, tab: Tab) -> None:
        """Bring a tab of the inspector to the front."""
        self.desk.show_tab(tab)
        self.pointing.tab_changed()

    def _answers_visible(self) -> bool:
        return self.isVisible() and self.desk.answers.isVisible()

    def set_theme(self, name: str) -> None:
        """Another palette, now."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, name)
        self.display.show_all()
        self.bench.evidence.show_all()

    def arrange(self, workspace: Workspace) -> None:
        """One of the three workspaces."""
        self.desk.arrange(workspace, self.bench.focus.source)
        if workspace == "answer":
            self.show_tab("answers")

    def _restore_layout(self) -> None:
        geometry = self.settings.layout("window")
        if geometry is None or not self.restoreGeometry(geometry):
            room = self.screen().availableGeometry().size()
            self.resize(QSize(1600, 940).boundedTo(room))
        self.desk.take_up(self.settings)

    def copy(self) -> None:
        """The answer, clock or time shown, never without its range."""
        if self.desk.tab == "clocks" and self.desk.clocks.isVisible():
            text = self.desk.clocks.copy_text()
        elif self.desk.tab == "answers" and self.desk.answers.copy_text():
            text = self.desk.answers.copy_text()
        else:
            time = self.desk.transport.time.accessibleDescription()
            note = self.bench.evidence.note_on(self.bench.playback.said_on)
            text = f"{time}\n{note}" if time else ""
        if text:
            QGuiApplication.clipboard().setText(text)
            self.desk.status.say("Copied, with its range.")

    @property
    def author(self) -> str:
        """Who signs what the forms of this window make."""
        return self.bench.document.author

    def keep_file(self, keepsake: Keepsake) -> None:
        """A table or a plot is to be kept as a file."""
        self.bench.saving.keep_file(keepsake)

    # -- dropping, closing -------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may come."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Files came."""
        names = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if names:
            event.acceptProposedAction()
            self.pointing.dropped(names)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the keyboard, as Space does."""
        pressed = QApplication.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(
            pressed, QAbstractButton
        ):
            pressed.click()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the layout; nothing else can be lost, every act is in the log."""
        self.settings.set_layout("window", self.saveGeometry())
        self.desk.keep(self.settings)
        self.settings.sync()
        self._calm.stop()
        self.display.close()
        self.bench.close()
        super().closeEvent(event)


def focus_kind(widget: QObject) -> FocusKind:
    """Which keys belong to this widget rather than to the window."""
    if isinstance(widget, (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)):
        return "text"
    if isinstance(widget, QComboBox):
        return "text" if widget.isEditable() else "control"
    if isinstance(widget, QAbstractItemView):
        return "table"
    if isinstance(widget, (QAbstractButton, QTabBar)):
        return "control"
    own = ("CandidateCard", "DropCard", "QuestionRow", "ResidualPlot")
    return "control" if type(widget).__name__ in own else "work"
