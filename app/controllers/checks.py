"""How the evidence checks itself: residuals, disagreements, and what can be done about them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.controllers.calculation import Calculation
from app.controllers.evidence import EvidenceDesk
from app.controllers.places import Places
from app.dialogs.small import Reason
from app.document import Document
from app.doubts import disagreements, overall_words
from app.residuals import residual_points
from app.settings import Settings
from sync.case.acts import set_aside_event
from sync.errors import StorageError, TiepointError
from widgets.evidence_panel import EvidencePanel


class Checks(QObject):
    """Keeps residuals and disagreements up to date; nothing is set aside by itself.

    Signals
    -------
    said(str)
        One line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self, *, document: Document, calculation: Calculation, places: Places,
        desk: EvidenceDesk, panel: EvidencePanel, settings: Settings, window: QWidget,
        problem: Callable[[Exception], None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._calculation, self._places = document, calculation, places
        self._desk, self._panel, self._settings = desk, panel, settings
        self._window, self._problem = window, problem
        calculation.changed.connect(self.show)
        panel.go_to.connect(desk.go_evidence)
        panel.set_aside.connect(self.set_aside)
        panel.picture_wanted.connect(self.save_picture)

    def show(self) -> None:
        """Everything that follows from the calculation."""
        case, results = self._document.case, self._calculation.results
        solution = results.solution
        if solution is None:
            self._panel.set_points(())
            self._panel.set_disagreements((), (), "")
            return
        self._panel.set_points(residual_points(case, solution, self._places.reference_of))
        self._panel.set_disagreements(
            disagreements(case, solution, results.without), solution.problems,
            overall_words(solution),
        )  # fmt: skip

    def set_aside(self, evidence: str, event: str) -> None:
        """Leave out one piece of evidence, or an event whole, with a reason."""
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
                set_aside_event(case, found.id, reason, case.examiner), f"set {found.name} aside"
            )
        except TiepointError as error:
            self._problem(error)

    def save_picture(self) -> None:
        """The residuals as PNG."""
        plot = self._panel.residuals
        if plot is None:
            return
        start = self._settings.folder / "residuals.png"
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save the residuals", str(start), "Pictures (*.png)"
        )
        if not name:
            return
        path = name if name.lower().endswith(".png") else f"{name}.png"
        if plot.plot.grab().save(path):
            self.said.emit(f"Saved as {path}.")
        else:
            self._problem(StorageError(f"{path} cannot be written.",
                                       hint="Choose another folder."))  # fmt: skip
