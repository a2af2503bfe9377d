"""Where things are: the widgets of the window and the three workspaces."""

from __future__ import annotations

from typing import Literal, get_args

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.actions import Actions
from app.bars import Notice, QuestionBar, StatusLine, ToolRow
from app.settings import Settings
from app.welcome import Welcome
from sync.case.case import Source
from widgets.answer_panel import AnswerPanel
from widgets.checklist import Checklist
from widgets.clock_table import ClockTable
from widgets.evidence_panel import EvidencePanel
from widgets.file_panel import FilePanel
from widgets.lane_ground import LABELS_PX
from widgets.lane_heights import LANE_SMALLEST
from widgets.lane_stack import LaneStack
from widgets.parts import Choice, label
from widgets.problem_card import ProblemCard
from widgets.search_panel import SearchPanel
from widgets.shelf import ShelfRow
from widgets.source_list import SourceList
from widgets.transport_bar import TransportBar
from widgets.video_wall import VideoWall

Workspace = Literal["look", "mark", "answer"]
Tab = Literal["answers", "evidence", "search", "clocks", "file"]
TABS: tuple[Tab, ...] = ("answers", "evidence", "search", "clocks", "file")
SOURCES_PX, INSPECTOR_PX, WIDE_INSPECTOR_PX = 244, 360, 620
WIDER_PX = 48
"""More for the inspector of a wide window."""
_LOW_PX = 760
"""Below this height every line counts."""
_LOW_SHARE = 0.5
"""Five lanes and a shelf row, just high enough to read, in a window of 1280×720."""
_HIDEABLE = ("sources", "inspector")


class SearchTab(QFrame):
    """The search panel, and against which recording the focused one is searched.

    Signals
    -------
    partner_chosen(str)
        Source id.
    """

    partner_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._against = QWidget()
        row = QHBoxLayout(self._against)
        row.setContentsMargins(18, 14, 18, 0)
        row.setSpacing(8)
        against = label("against", "secondary", wrap=False)
        against.setFixedWidth(110)
        row.addWidget(against)
        self.partner = Choice()
        self.partner.setAccessibleName("Search against")
        self.partner.setToolTip("The recording the focused one is searched against")
        self.partner.activated.connect(
            lambda at: self.partner_chosen.emit(str(self.partner.itemData(at)))
        )
        row.addWidget(self.partner, 1)
        column.addWidget(self._against)
        self.panel = SearchPanel()
        self.panel.form.folding.connect(self._against.setHidden)  # the pair is in its title
        column.addWidget(self.panel, 1)

    def set_partners(self, sources: tuple[Source, ...], chosen: str | None) -> None:
        """Offer these recordings."""
        self.partner.clear()
        for source in sources:
            self.partner.addItem(source.name, source.id)
        at = self.partner.findData(chosen)
        if at >= 0:
            self.partner.setCurrentIndex(at)
        self.partner.setEnabled(bool(sources))


class OwnTimeStrip(QFrame):
    """The focused recording on its own time, while it is looked at apart from the others.

    Signals
    -------
    moved(str, object)
        Source id and media ns.
    released()
        The drag has ended.
    """

    moved = Signal(str, object)
    released = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.row: ShelfRow | None = None
        self.hide()

    def show_source(self, row: ShelfRow | None) -> None:
        """Show this row, or none."""
        if self.row is not None:
            self._column.removeWidget(self.row)
            self.row.setParent(None)
            self.row.deleteLater()
        self.row = row
        if row is not None:
            row.moved.connect(self.moved)
            row.released.connect(self.released)
            row.set_focused(True)
            self._column.addWidget(row)
        self.setVisible(row is not None)


class Layout(QWidget):
    """All widgets of the window but its menu and status bar."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tools = ToolRow(actions)
        self.checklist = Checklist()
        self.questions = QuestionBar()
        self.notice = Notice()
        self.problem = ProblemCard()
        self.problem.hide()
        self.sources = SourceList()
        self.wall = VideoWall()
        self.wall.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.welcome = Welcome()
        self.answers = AnswerPanel()
        self.evidence_tab = EvidencePanel()
        self.evidence = self.evidence_tab.evidence
        self.search_tab = SearchTab()
        self.search = self.search_tab.panel
        self.clocks = ClockTable()
        self.file = FilePanel()
        self.transport = TransportBar()
        self.lanes = LaneStack()
        self.own_time = OwnTimeStrip()
        self.status = StatusLine()
        self.workspace: Workspace = "look"
        self._inspector_width = INSPECTOR_PX
        self._counts = (0.0, 0)
        self._hand_made: set[str] = set()
        self._build()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tools)
        self._strip_heights: dict[QWidget, tuple[int, int]] = {
            self.tools: (48, 40), self.checklist: (38, 34), self.questions: (38, 34),
            self.transport: (46, 40),
        }  # fmt: skip
        """Height in px, and in a low window."""
        self._strips = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._strips.setSpacing(0)
        self._strips.addWidget(self.checklist)
        self._strips.addWidget(self.questions, 1)
        self.questions.installEventFilter(self)
        column.addLayout(self._strips)
        column.addWidget(self.notice)
        self.inspector = QTabWidget()
        self.inspector.setDocumentMode(True)
        self.inspector.setUsesScrollButtons(False)
        self.inspector.setAccessibleName("Inspector")
        tabs = (self.answers, self.evidence_tab, self.search_tab, self.clocks, self.file)
        for name, panel in zip(TABS, tabs, strict=True):
            self.inspector.addTab(panel, name.capitalize())
        self.inspector.setMinimumWidth(320)
        wall_holder = QWidget()
        wall_column = QVBoxLayout(wall_holder)
        wall_column.setContentsMargins(8, 8, 8, 8)
        wall_column.setSpacing(8)
        wall_column.addWidget(self.wall, 1)
        self.upper = QSplitter(Qt.Orientation.Horizontal)
        self.upper.setChildrenCollapsible(False)
        for widget in (self.sources, wall_holder, self.inspector):
            self.upper.addWidget(widget)
        self.upper.setStretchFactor(1, 1)
        lower = QWidget()
        lower_column = QVBoxLayout(lower)
        lower_column.setContentsMargins(0, 0, 0, 0)
        lower_column.setSpacing(0)
        lower_column.addWidget(self.transport)
        lower_column.addWidget(self.lanes, 1)
        lower_column.addWidget(self.own_time)
        self.parted = QSplitter(Qt.Orientation.Vertical)
        self.parted.setChildrenCollapsible(False)
        self.parted.addWidget(self.upper)
        self.parted.addWidget(lower)
        self.parted.setStretchFactor(0, 1)
        self.upper.splitterMoved.connect(lambda *_: self._hand_made.add("width"))
        self.parted.splitterMoved.connect(lambda *_: self._hand_made.add("height"))
        self.upper.installEventFilter(self)
        self.parted.installEventFilter(self)
        self.desk = QStackedWidget()
        self.desk.addWidget(self.welcome)
        self.desk.addWidget(self.parted)
        card = QVBoxLayout()
        card.setContentsMargins(12, 0, 12, 0)
        card.addWidget(self.problem)
        column.addLayout(card)
        column.addWidget(self.desk, 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Divide the room anew with every size, unless the person has divided it."""
        if watched is self.questions and event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._share_strips()
        elif event.type() == QEvent.Type.Resize:
            if watched is self.upper and "width" not in self._hand_made:
                self.share_width()
            elif watched is self.parted and "height" not in self._hand_made:
                self.share_height(*self._counts)
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Strips are lower in a low window."""
        super().resizeEvent(event)
        self._share_strips()

    def _share_strips(self) -> None:
        """Questions and the next step on one line; every strip lower where the window is low."""
        is_low = self.height() < _LOW_PX
        for strip, heights in self._strip_heights.items():
            strip.setFixedHeight(heights[is_low])
        brief = not self.questions.isHidden()
        directions = QBoxLayout.Direction
        self._strips.setDirection(directions.RightToLeft if brief else directions.TopToBottom)
        self.checklist.set_brief(brief)

    # -- workspaces --------------------------------------------------------------------------

    def arrange(self, workspace: Workspace, focused: str | None) -> None:
        """Look: pictures large · Mark: the focused one large · Answer: tables large."""
        self.workspace = workspace
        self._hand_made.clear()
        self.share_height(*self._counts)
        self.wall.set_large(focused if workspace == "mark" else None)
        self._inspector_width = WIDE_INSPECTOR_PX if workspace == "answer" else INSPECTOR_PX
        if workspace == "answer":
            self.inspector.setVisible(True)
        self.share_width()

    def share_width(self) -> None:
        """Sources and inspector as wide as they should be, the rest for the wall."""
        whole = self.upper.width()
        wanted = self._inspector_width + (WIDER_PX if whole >= 1800 else 0)
        side = min(wanted, max(320, round(whole * 0.45)))
        sources = SOURCES_PX if whole >= 1500 else 216
        self.upper.setSizes([sources, max(300, whole - side - sources), side])

    def share_height(self, rows: float, shelf: int) -> None:
        """Room for the lanes there are, lower where they are many, the rest for the wall.

        ``rows`` is their height in lanes of one trace, without those of a chosen height.
        """
        self._counts = (rows, shelf)
        tall = max(400, self.parted.height())
        share = {"look": 0.41, "mark": 0.38, "answer": 0.34}[self.workspace]
        share = _LOW_SHARE if tall < 700 else share  # a small screen still shows its lanes
        fixed = self.transport.height() + 24 + LABELS_PX + 28 * shelf + 6 + self.lanes.own_px()
        most = max(fixed + 40, round(tall * share))
        height = max(LANE_SMALLEST, min(60, int((most - fixed) / rows))) if rows else 60
        self.lanes.set_lane_height(height)
        wanted = min(most, fixed + round(height * rows)) if rows else max(fixed, 200)
        if "height" in self._hand_made:
            return
        self.parted.setSizes([tall - wanted, wanted])

    # -- remembered --------------------------------------------------------------------------

    def keep(self, settings: Settings) -> None:
        """Remember workspace, tab, what is hidden, and how the person divided the room."""
        settings.set_word("workspace", self.workspace)
        settings.set_word("tab", self.tab)
        hidden = [name for name in _HIDEABLE if getattr(self, name).isHidden()]
        settings.set_word("hidden", " ".join(hidden))
        for name, splitter in (("width", self.upper), ("height", self.parted)):
            by_hand = name in self._hand_made
            settings.set_layout(name, splitter.saveState() if by_hand else QByteArray())

    def take_up(self, settings: Settings, focused: str | None = None) -> None:
        """Be as remembered; what cannot be read is as usual."""
        workspace, tab = settings.word("workspace"), settings.word("tab")
        if workspace in get_args(Workspace):
            self.arrange(workspace, focused)  # type: ignore[arg-type]
        if tab in TABS:
            self.show_tab(tab)
        for name in settings.word("hidden").split():
            if name in _HIDEABLE:
                getattr(self, name).hide()
        for name, splitter in (("width", self.upper), ("height", self.parted)):
            state = settings.layout(name)
            if state is not None and state.size() and splitter.restoreState(state):
                self._hand_made.add(name)

    def show_tab(self, tab: Tab) -> None:
        """Bring a tab of the inspector to the front."""
        self.inspector.setVisible(True)
        self.inspector.setCurrentIndex(TABS.index(tab))

    @property
    def tab(self) -> Tab:
        """The tab in front."""
        return TABS[self.inspector.currentIndex()]

    # -- keyboard ----------------------------------------------------------------------------

    def parts(self) -> list[tuple[QWidget, QWidget]]:
        """(part of the window, widget in it that takes the keyboard), for F6."""
        entries: dict[Tab, QWidget] = {
            "evidence": self._evidence_entry(),
            "clocks": self.clocks.table.view,
            "search": self.search.form.search,
        }
        entry = entries.get(self.tab, self.inspector.tabBar())
        if not entry.isVisible() or not entry.isEnabled():
            entry = self.inspector.tabBar()
        return [
            part for part in (
                (self.sources, self.sources.list), (self.wall, self.wall),
                (self.inspector, entry), (self.lanes, self.lanes),
            ) if part[0].isVisible() and part[0].window() is self.window()
        ]  # fmt: skip

    def _evidence_entry(self) -> QWidget:
        """What takes the keyboard on the evidence tab."""
        tab = self.evidence_tab
        if tab.page == "residuals" and tab.residuals is not None:
            return tab.residuals
        tables = {"table": self.evidence.table.view, "remarks": tab.remarks.table.view}
        return tables.get(tab.page, tab.switches[tab.page])

    def focus_work(self) -> None:
        """Give the keyboard back to the recordings."""
        here = self.wall.window() is self.window()
        (self.wall if here else self.lanes).setFocus(Qt.FocusReason.OtherFocusReason)

    def next_part(self, step: int) -> None:
        """F6."""
        parts = self.parts()
        here = next(
            (n for n, (part, _) in enumerate(parts)
             if part.hasFocus() or part.isAncestorOf(self.window().focusWidget() or self)), -1,
        )  # fmt: skip
        parts[(here + step) % len(parts)][1].setFocus(Qt.FocusReason.TabFocusReason)
