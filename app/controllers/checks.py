"""How the evidence checks itself: residuals, disagreements, and what can be done about them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.controllers.calculation import Calculation
from app.controllers.evidence import EvidenceDesk
from app.controllers.lane_views import LaneViews
from app.controllers.marking import Marking
from app.controllers.places import Places
from app.document import Document
from app.doubts import disagreements, overall_words
from app.residuals import residual_points
from sync.case.acts import set_aside_event
from sync.errors import TiepointError
from widgets.evidence_panel import EvidencePanel


class Checks(QObject):
    """Keeps residuals and disagreements up to date; nothing is set aside by itself."""

    def __init__(
        self, *, document: Document, calculation: Calculation, places: Places,
        desk: EvidenceDesk, panel: EvidencePanel, marking: Marking, lane_views: LaneViews,
        window: QWidget, problem: Callable[[Exception], None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._calculation, self._places = document, calculation, places
        self._desk, self._panel = desk, panel
        self._window, self._problem = window, problem
        self._marking, self._lane_views = marking, lane_views
        calculation.changed.connect(self.show)
        marking.changed.connect(self.show)
        lane_views.arranged.connect(self._show_points)
        panel.go_to.connect(desk.go_evidence)
        panel.set_aside.connect(self.set_aside)

    def show(self) -> None:
        """Everything that follows from the calculation; no answers while they are covered."""
        case, results = self._document.case, self._calculation.results
        solution = results.solution
        if solution is None:
            self._panel.set_points(())
            self._panel.set_disagreements((), (), "")
            return
        self._show_points()
        self._panel.set_disagreements(
            disagreements(case, solution, {} if self._marking.is_open else results.without),
            solution.problems,
            overall_words(solution),
        )  # fmt: skip

    def _show_points(self) -> None:
        """Residuals, each in the colour of its recording's lane."""
        case, solution = self._document.case, self._calculation.results.solution
        if solution is not None:
            colours = self._lane_views.colours(case)
            self._panel.set_points(
                residual_points(case, solution, self._places.reference_of, colours)
            )

    def set_aside(self, evidence: str, event: str) -> None:
        """Leave out one piece of evidence, or an event whole, with a reason."""
        from app.dialogs.small import Reason

        case = self._document.case
        found = case.event(event)
        if found is None:
            self._desk.set_aside(evidence)
            return
        reason = Reason.ask(self._window, f"Set all marks of “{found.name}” aside")
        if reason is None:
            return
        try:
            self._document.act(
                set_aside_event(case, found.id, reason, self._document.author),
                f"set {found.name} aside",
            )
        except TiepointError as error:
            self._problem(error)
