"""Ask: which of two instants came first?"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.dialogs.form import Form
from app.dialogs.places import TIP, offered
from sync.case.acts import ask_question
from sync.case.case import Case, Source
from sync.timebase import MediaTime


@dataclass(frozen=True, slots=True)
class Asked:
    """The case with the question, and its id."""

    case: Case
    question: str


class AskQuestion(Form[Asked]):
    """The question in one's own words, and two places (events, marks, the playhead, or typed)."""

    def __init__(
        self, parent: QWidget | None, case: Case, here: tuple[Source, MediaTime] | None
    ) -> None:
        super().__init__(
            parent, "Ask",
            "Which came first, and by how much? The words are yours; the answer names both.",
            ok="Ask",
        )  # fmt: skip
        self._case = case
        self._offered = offered(case, here)
        choices = self._offered.choices
        waiting = "" if case.questions else case.question
        self.words = self.add_line("Question", waiting, hint="Did the call come before the flash?")
        self.first = self.add_choice("A", choices, tip=TIP, typed=True)
        self.second = self.add_choice("B", choices, tip=TIP, typed=True)
        if len(choices) > 1:
            self.second.setCurrentIndex(1)
        self.reads(self._value)

    def _value(self) -> Asked:
        a, b = (self._offered.read(box.currentText()) for box in (self.first, self.second))
        case, question = ask_question(
            self._case, words=self.words.text().strip() or self._default(), a=a, b=b
        )
        return Asked(case, question.id)

    def _default(self) -> str:
        return f"Was {self.first.currentText()} before {self.second.currentText()}?"

    @classmethod
    def ask(
        cls, parent: QWidget | None, case: Case, here: tuple[Source, MediaTime] | None
    ) -> Asked | None:
        """The case with the question, or ``None``."""
        return cls(parent, case, here).run()
