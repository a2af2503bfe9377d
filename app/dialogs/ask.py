"""Ask: which of two instants came first?"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.dialogs.form import Form
from sync.case.acts import ask_question, parse_place
from sync.case.case import Case, Source
from sync.evidence import Mark, Place, takes_part
from sync.timebase import MediaTime, format_seconds


@dataclass(frozen=True, slots=True)
class Asked:
    """The case with the question, and its id."""

    case: Case
    question: str


class AskQuestion(Form[Asked]):
    """Two places (events, marks, the playhead, or typed) and the question in one's own words."""

    def __init__(
        self, parent: QWidget | None, case: Case, here: tuple[Source, MediaTime] | None
    ) -> None:
        super().__init__(
            parent, "Ask",
            "Which came first, and by how much? The words are yours; the answer names both.",
            ok="Ask",
        )  # fmt: skip
        self._case = case
        self._places = _places(case, here)
        choices: list[tuple[str, object]] = [(text, n) for n, (text, _) in enumerate(self._places)]
        tip = "An event, a mark, the playhead; or type SOURCE@TIME±a"
        self.first = self.add_choice("A", choices, tip=tip, typed=True)
        self.second = self.add_choice("B", choices, 1 if len(choices) > 1 else 0, tip, typed=True)
        self.words = self.add_line("Question", hint="Did the call come before the flash?")
        self.reads(self._value)

    def _value(self) -> Asked:
        a, b = (self._place(box.currentText()) for box in (self.first, self.second))
        case, question = ask_question(
            self._case, words=self.words.text().strip() or self._default(), a=a, b=b
        )
        return Asked(case, question.id)

    def _default(self) -> str:
        return f"Was {self.first.currentText()} before {self.second.currentText()}?"

    def _place(self, text: str) -> Place:
        known = next((place for shown, place in self._places if shown == text), None)
        return known if known is not None else parse_place(self._case, text)

    @classmethod
    def ask(
        cls, parent: QWidget | None, case: Case, here: tuple[Source, MediaTime] | None
    ) -> Asked | None:
        """The case with the question, or ``None``."""
        return cls(parent, case, here).run()


def _places(case: Case, here: tuple[Source, MediaTime] | None) -> list[tuple[str, Place]]:
    """What can be asked about, newest events first."""
    marks = [mark for mark in case.of_kind(Mark) if takes_part(mark) and not mark.one_sided]
    names = {source.id: source.name for source in case.sources}
    found: list[tuple[str, Place]] = []
    for event in reversed(case.events):
        own = [mark for mark in marks if mark.event == event.id]
        if own:
            where = names.get(own[0].source, "") if len(own) == 1 else f"{len(own)} recordings"
            found.append((f"{event.name} ({where})", Place(event=event.id)))
    if here is not None:
        source, at = here
        found.append(
            (f"{source.name} at {format_seconds(at.ns, 3)} s (playhead)",
             Place(source=source.id, stream="picture" if source.facts.picture else "sound",
                   time=at))
        )  # fmt: skip
    events = {event.id: event.name for event in case.events}
    for mark in marks:
        if len([m for m in marks if m.event == mark.event]) > 1:
            text = f"{events.get(mark.event, mark.event)} in {names.get(mark.source, '')} alone"
            found.append((text, Place(mark=mark.id)))
    return found
