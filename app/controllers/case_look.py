"""How a case is looked at, remembered between openings: view state, never evidence, not logged."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.controllers.lane_views import LaneViews
from app.document import Change, Document
from app.settings import Settings


class CaseLook(QObject):
    """Takes up what was remembered when a case is opened, and remembers every choice.

    Signals
    -------
    steps_changed()
        The checklist is to be shown or not, or its last step was done.
    """

    steps_changed = Signal()

    def __init__(
        self, document: Document, settings: Settings, lanes: LaneViews,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._settings, self._lanes = document, settings, lanes
        self._taking_up = False
        self._known: dict[str, object] = {}
        self.steps_hidden = False
        """The person put the checklist away."""
        self.reported = False
        """A report of this case was written here."""
        document.case_changed.connect(self._case_changed)
        lanes.changed.connect(lambda _: self._remember())
        lanes.arranged.connect(self._remember)

    def _case_changed(self, change: Change) -> None:
        if change.kind not in ("opened", "closed"):
            return
        self._taking_up = True
        opened = change.kind == "opened"
        look = self._settings.case_look(change.after.id) if opened else {}
        self._lanes.set_look(look)
        self.steps_hidden = look.get("steps_hidden") is True
        self.reported = look.get("reported") is True
        self._taking_up = False
        self._known = self._look()

    def hide_steps(self, hidden: bool) -> None:
        """Put the checklist away, or bring it back."""
        self.steps_hidden = hidden
        self._remember()
        self.steps_changed.emit()

    def note_report(self) -> None:
        """The last step is done."""
        self.reported = True
        self._remember()
        self.steps_changed.emit()

    def _look(self) -> dict[str, object]:
        steps = {"steps_hidden": self.steps_hidden, "reported": self.reported}
        return self._lanes.look() | {name: True for name, holds in steps.items() if holds}

    def _remember(self) -> None:
        look = self._look()
        if self._document.is_open and not self._taking_up and look != self._known:
            self._known = look
            self._settings.set_case_look(self._document.case.id, look)
