"""The evidence tab: the table, the residuals, what disagrees, and remarks beside it all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from widgets.annotation_table import AnnotationTable
from widgets.disagreements import Disagreement, Disagreements
from widgets.evidence_table import EvidenceTable
from widgets.pages import Pages
from widgets.residual import ResidualPoint

if TYPE_CHECKING:
    from widgets.residual_plot import ResidualPlot

Page = Literal["table", "residuals", "disagreements", "remarks"]
_TITLES = {
    "table": "Table", "residuals": "Residuals", "disagreements": "Disagreements",
    "remarks": "Remarks",
}  # fmt: skip


class EvidencePanel(QFrame):
    """Four pages under one tab; the plot is made when it is first shown.

    Signals
    -------
    go_to(str), set_aside(str, str)
        From the residuals and the disagreements.
    """

    go_to = Signal(str)
    set_aside = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 12)
        column.setSpacing(8)
        self.evidence = EvidenceTable()
        self.disagreements = Disagreements()
        self.disagreements.go_to.connect(self.go_to)
        self.disagreements.set_aside.connect(self.set_aside)
        self.residuals: ResidualPlot | None = None
        self._points: tuple[ResidualPoint, ...] = ()
        self._note, self._clock = "", "reference clock"
        self.remarks = AnnotationTable()
        self._pages = Pages({
            "table": (_TITLES["table"], self.evidence),
            "residuals": (_TITLES["residuals"], self._make_plot),
            "disagreements": (_TITLES["disagreements"], self.disagreements),
            "remarks": (_TITLES["remarks"], self.remarks),
        })  # fmt: skip
        self.switches = self._pages.switches
        column.addWidget(self._pages, 1)

    @property
    def page(self) -> Page:
        """The page in front."""
        return cast(Page, self._pages.page)

    def show_page(self, page: Page) -> None:
        """Bring one page to the front."""
        self._pages.show_page(page)

    def _make_plot(self) -> QWidget:
        from widgets.residual_plot import ResidualPlot

        self.residuals = ResidualPlot()
        self.residuals.go_to.connect(self.go_to)
        self.residuals.set_note(self._note)
        self.residuals.set_clock(self._clock)
        self.residuals.set_points(self._points)
        return self.residuals

    def set_note(self, note: str, clock: str) -> None:
        """What every copy and export of the tab says of its figures; what its clock is called."""
        self._note, self._clock = note, clock
        for part in (self.evidence, self.remarks.table):
            part.set_note(note)
        if self.residuals is not None:
            self.residuals.set_note(note)
            self.residuals.set_clock(clock)

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
        count = f" ✕ {len(found)}" if found else ""
        self._pages.set_title("disagreements", f"{_TITLES['disagreements']}{count}")
