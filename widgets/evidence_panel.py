"""The evidence tab: the table, the residuals, what disagrees, and remarks beside it all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from widgets.annotation_table import AnnotationTable
from widgets.disagreements import Disagreement, Disagreements
from widgets.evidence_table import EvidenceTable
from widgets.parts import button
from widgets.residual import ResidualPoint
from widgets.theme import text_width, ui_font

if TYPE_CHECKING:
    from widgets.residual_plot import ResidualPlot

Page = Literal["table", "residuals", "disagreements", "remarks"]
PAGES: tuple[Page, ...] = ("table", "residuals", "disagreements", "remarks")
_TITLES = {
    "table": "Table", "residuals": "Residuals", "disagreements": "Disagreements",
    "remarks": "Remarks",
}  # fmt: skip


class EvidencePanel(QFrame):
    """Four pages under one tab; the plot is made when it is first shown.

    Signals
    -------
    go_to(str), set_aside(str, str), picture_wanted()
        From the residuals and the disagreements.
    """

    go_to = Signal(str)
    set_aside = Signal(str, str)
    picture_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(4)
        self._group = QButtonGroup(self)
        self.switches: dict[Page, QPushButton] = {}
        for page in PAGES:
            made = button(_TITLES[page], kind="flat")
            made.setCheckable(True)
            _make_room(made)
            made.clicked.connect(lambda _=False, to=page: self.show_page(to))
            self._group.addButton(made)
            self.switches[page] = made
            row.addWidget(made)
        row.addStretch(1)
        column.addLayout(row)
        self.evidence = EvidenceTable()
        self.disagreements = Disagreements()
        self.disagreements.go_to.connect(self.go_to)
        self.disagreements.set_aside.connect(self.set_aside)
        self.residuals: ResidualPlot | None = None
        self._points: tuple[ResidualPoint, ...] = ()
        self._place = QWidget()
        inner = QVBoxLayout(self._place)
        inner.setContentsMargins(0, 0, 0, 0)
        self.pages = QStackedWidget()
        self.remarks = AnnotationTable()
        for widget in (self.evidence, self._place, self.disagreements, self.remarks):
            self.pages.addWidget(widget)
        column.addWidget(self.pages, 1)
        self.show_page("table")

    @property
    def page(self) -> Page:
        """The page in front."""
        return PAGES[self.pages.currentIndex()]

    def show_page(self, page: Page) -> None:
        """Bring one page to the front."""
        if page == "residuals" and self.residuals is None:
            from widgets.residual_plot import ResidualPlot

            self.residuals = ResidualPlot()
            self.residuals.go_to.connect(self.go_to)
            self.residuals.picture_wanted.connect(self.picture_wanted)
            layout = self._place.layout()
            assert layout is not None
            layout.addWidget(self.residuals)
            self.residuals.set_points(self._points)
        self.switches[page].setChecked(True)
        self.pages.setCurrentIndex(PAGES.index(page))

    def set_points(self, points: Sequence[ResidualPoint]) -> None:
        """Residuals for the plot."""
        self._points = tuple(points)
        if self.residuals is not None:
            self.residuals.set_points(points)

    def set_disagreements(
        self, found: Sequence[Disagreement], left_out: Sequence[str], overall: str
    ) -> None:
        """Cards, and how many there are beside the switch."""
        self.disagreements.show_all(found, left_out, overall)
        count = f"  ✕ {len(found)}" if found else ""
        switch = self.switches["disagreements"]
        switch.setText(f"{_TITLES['disagreements']}{count}")
        _make_room(switch)


def _make_room(switch: QPushButton) -> None:
    """A switch that is on is bold, and must not be cut for it."""
    switch.setMinimumWidth(round(text_width(switch.text(), ui_font(13, bold=True))) + 20)
