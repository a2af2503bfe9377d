"""The one-line forms: a reason, a time, a choice of reference clock."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.dialogs.form import Form
from sync.case.case import Case, Clock
from sync.case.naming import ids_in, readable_id
from sync.errors import EvidenceError
from sync.timebase import parse_time_ns


class Reason(Form[str]):
    """Why something is set aside or rejected; the report prints it."""

    def __init__(self, parent: QWidget | None, what: str, ok: str) -> None:
        super().__init__(
            parent, what, "It stays in the case. The report prints the reason, and the answers "
            "with and without it.", ok=ok,
        )  # fmt: skip
        self.line = self.add_line("Reason", hint="the light seen is another lamp")
        self.reads(self._value)

    def _value(self) -> str:
        text = self.line.text().strip()
        if not text:
            raise EvidenceError("A reason is needed.")
        return text

    @classmethod
    def ask(cls, parent: QWidget | None, what: str, ok: str = "Set aside") -> str | None:
        """The reason, or ``None``."""
        return cls(parent, what, ok).run()


class WhoSigns(Form[str]):
    """The name of the person who sits here."""

    def __init__(self, parent: QWidget | None, name: str, examiner: str) -> None:
        super().__init__(
            parent, "Who signs",
            "Every act and every piece of evidence carries this name in the log and the report. "
            "Empty: the case's examiner signs.",
        )  # fmt: skip
        self.line = self.add_line("Your name", name, hint=examiner)
        self.reads(lambda: self.line.text().strip())

    @classmethod
    def ask(cls, parent: QWidget | None, name: str, examiner: str) -> str | None:
        """The name, or ``None`` when nothing is to change."""
        return cls(parent, name, examiner).run()


class GoTo(Form[int]):
    """A time to go to, ns."""

    def __init__(self, parent: QWidget | None, clock: str, now: str) -> None:
        super().__init__(parent, "Go to time", f"On {clock}.", ok="Go")
        self.line = self.add_line("Time", now, "14:23:25.48 or 83.25")
        self.line.selectAll()
        self.reads(lambda: parse_time_ns(self.line.text()))

    @classmethod
    def ask(cls, parent: QWidget | None, clock: str, now: str) -> int | None:
        """The time in ns, or ``None``."""
        return cls(parent, clock, now).run()


class ChooseReference(Form[Case]):
    """Which clock all times are stated on."""

    def __init__(self, parent: QWidget | None, case: Case) -> None:
        super().__init__(
            parent, "Reference clock",
            "All times are stated on this clock; its zero is held fixed. It is a clock, not a "
            "file: a recording with pieces of unknown length missing cannot be it.",
            ok="Use this clock",
        )  # fmt: skip
        self._case = case
        choices: list[tuple[str, object]] = [(clock.name, clock.id) for clock in case.clocks]
        self.clock = self.add_choice(
            "Clock", choices, case.datum, "Choose a clock, or type the name of another one",
            typed=True,
        )  # fmt: skip
        self.reads(self._value)

    def _value(self) -> Case:
        from sync.case.acts import choose_datum

        name = self.clock.currentText().strip()
        if not name:
            raise EvidenceError("A clock needs a name.")
        case = self._case
        known = next((c for c in case.clocks if name in (c.id, c.name)), None)
        if known is None:
            known = Clock(id=readable_id(name, ids_in(case), "clock"), name=name)
            case = case.with_clock(known)
        return choose_datum(case, known.id)

    @classmethod
    def ask(cls, parent: QWidget | None, case: Case) -> Case | None:
        """The case with the chosen reference clock, or ``None``."""
        return cls(parent, case).run()
