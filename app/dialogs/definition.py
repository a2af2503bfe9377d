"""What was marked: a name and one line of definition, asked once an event."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QWidget

from app.dialogs.form import Form
from sync.case.case import Case
from sync.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class Definition:
    """Name of the event, and exactly what is marked."""

    name: str
    text: str


class Define(Form[Definition]):
    """Enter takes what stands there."""

    def __init__(self, parent: QWidget | None, case: Case, stream: str) -> None:
        super().__init__(
            parent, "What is it?",
            "Name what happened, and exactly what you marked, so that another person would mark "
            "the same. The name of an earlier event adds this sighting to it.", ok="Take it  ⏎",
        )  # fmt: skip
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._case = case
        names = [event.name for event in case.events]
        self.name = self.add_line("Event", free_name(names))
        self.name.setCompleter(QCompleter(names, self.name))
        self.name.selectAll()
        seen = "first picture that shows it" if stream == "picture" else "first sound of it"
        self.text = self.add_line("Definition", seen)
        self.name.textChanged.connect(self._known)
        self.reads(self._value)

    def _known(self, name: str) -> None:
        """An event that is there already keeps its definition."""
        event = self._case.event(name.strip())
        if event is not None and event.definition:
            self.text.setText(event.definition)
        self.text.setEnabled(event is None or not event.definition)

    def _value(self) -> Definition:
        name = self.name.text().strip()
        if not name:
            raise EvidenceError("An event needs a name.")
        return Definition(name, self.text.text().strip())


def free_name(names: list[str]) -> str:
    """``event 1``, ``event 2`` …"""
    number = 1
    while f"event {number}" in names:
        number += 1
    return f"event {number}"
