"""Forms for what is observed or stated about clocks: each returns the case with it added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from app.dialogs.form import SPREADS, Form, typed_duration, typed_spread
from sync.case.acts import add_clock_check, add_known_gap, add_log_time, add_reading
from sync.case.case import Break, Case, Source
from sync.case.recordings import with_breaks
from sync.errors import EvidenceError
from sync.evidence import LogTime
from sync.timebase import Duration, MediaTime, ReferenceTime, format_seconds, parse_time_ns
from sync.uncertainty import Distribution
from widgets.parts import Choice

if TYPE_CHECKING:
    from sync.media.frame_index import FrameIndex


def _clocks(case: Case, first: str | None = None) -> list[tuple[str, object]]:
    """Names and ids of all clocks, ``first`` on top."""
    ordered = sorted(case.clocks, key=lambda clock: clock.id != first)
    return [(clock.name, clock.id) for clock in ordered]


def _chosen_clock(case: Case, box: QComboBox) -> str:
    """Id of the clock chosen, or the name typed."""
    text = box.currentText().strip()
    return next((clock.id for clock in case.clocks if clock.name == text), text)


class ReadClock(Form[Case]):
    """What a clock showed at the picture (or sound) under the playhead."""

    def __init__(
        self, parent: QWidget | None, case: Case, source: Source, at: MediaTime,
        index: FrameIndex | None,
    ) -> None:  # fmt: skip
        where = f"{source.name} at {format_seconds(at.ns, 3)} s of the file"
        super().__init__(parent, "Read clock", f"What was shown in {where}.", ok="Add the reading")
        self._case, self._source, self._at, self._index = case, source, at, index
        self.clock = self.add_choice(
            "Clock", _clocks(case, source.clock), source.clock,
            "The clock that was read: usually the recorder's own, burnt into its picture",
            typed=True,
        )  # fmt: skip
        self.shown = self.add_line("It showed", hint="14:22:48")
        self.digit = self.add_line("Last digit, s", "1", tip="1 for whole seconds")
        self.truncates = self.add_tick("drops what is below its last digit (as clocks do)", True)
        self.changed = self.add_tick(
            "it changed to this in this very picture",
            tip="A roll-over: as exact as the interval between two pictures",
        )
        self.changed.setEnabled(index is not None and source.facts.picture is not None)
        self.note = self.add_line("Note")
        self.reads(self._value)

    def _value(self) -> Case:
        earliest = latest = self._at
        digit = typed_duration(self.digit)
        if self.changed.isChecked() and self._index is not None:
            number = self._index.frame_at(self._at)
            picture = self._index.picture_of(0 if number is None else number)
            before, latest = self._index.picture_bounds(picture)
            if before is None:
                raise EvidenceError("There is no picture before this one.")
            earliest, digit = before, Duration(0)
        case, _ = add_reading(
            self._case, source=self._source.id, stream=None, earliest=earliest, latest=latest,
            clock=_chosen_clock(self._case, self.clock),
            displayed=ReferenceTime(parse_time_ns(self.shown.text())),
            granularity=digit, truncates=self.truncates.isChecked(), new_clock=True,
            by=self.author(self._case), note=self.note.text().strip(),
        )  # fmt: skip
        return case

    @classmethod
    def ask(
        cls, parent: QWidget | None, case: Case, source: Source, at: MediaTime,
        index: FrameIndex | None,
    ) -> Case | None:  # fmt: skip
        """The case with the reading, or ``None``."""
        return cls(parent, case, source, at, index).run()


class CheckClock(Form[Case]):
    """Two clocks looked at together."""

    def __init__(self, parent: QWidget | None, case: Case, clock: str | None) -> None:
        super().__init__(
            parent, "Clock check",
            "Somebody looked at two clocks at one moment. Two checks days apart show how much a "
            "clock gains or loses.", ok="Add the check",
        )  # fmt: skip
        self._case = case
        self.clock = self.add_choice("Clock", _clocks(case, clock), clock, typed=True)
        self.shown = self.add_line("It showed", hint="14:22:48")
        self.against = self.add_choice(
            "Held against", _clocks(case, case.datum), case.datum, typed=True
        )
        self.reference = self.add_line("That showed", hint="14:23:25.2; 2 days later: 62:23:25")
        self.half, self.spread = QLineEdit("0.5"), Choice()
        for text, data in SPREADS:
            self.spread.addItem(text, data)
        self.add_pair("Known to", self.spread, self.half, "± s")
        self.note = self.add_line("Note", hint="who looked, when")
        self.reads(self._value)

    def _value(self) -> Case:
        case, _ = add_clock_check(
            self._case, clock=_chosen_clock(self._case, self.clock),
            displayed=ReferenceTime(parse_time_ns(self.shown.text())),
            against=_chosen_clock(self._case, self.against),
            reference=ReferenceTime(parse_time_ns(self.reference.text())),
            distribution=typed_spread(self.half, self.spread), new_clock=True,
            by=self.author(self._case), note=self.note.text().strip(),
        )  # fmt: skip
        return case

    @classmethod
    def ask(cls, parent: QWidget | None, case: Case, clock: str | None) -> Case | None:
        """The case with the check, or ``None``."""
        return cls(parent, case, clock).run()


class ReadLog(Form[Case]):
    """When a log (CAD, gate controller …) has an event."""

    def __init__(self, parent: QWidget | None, case: Case, event: str | None) -> None:
        super().__init__(
            parent, "Log time",
            "When a log has an event, on the log's own clock. A machine's stamp is an observation; "
            "what a person typed came after the event, and that is a limit.", ok="Add the log time",
        )  # fmt: skip
        self._case = case
        events: list[tuple[str, object]] = [(e.name, e.id) for e in reversed(case.events)]
        self.happened = self.add_choice("Event", events, event, "Or a new name", typed=True)
        self.clock = self.add_choice(
            "Log's clock", _clocks(case), None,
            "The clock of the log itself; type a name for one that is new", typed=True,
        )  # fmt: skip
        if not any(isinstance(item, LogTime) for item in case.evidence):
            self.clock.setEditText("")
        self.shown = self.add_line("Time in the log", hint="14:22:48")
        self.digit = self.add_line("Last digit, s", "1", tip="1 for whole seconds")
        self.how = self.add_choice(
            "Written", [("stamped by the machine itself", False),
                        ("typed by a person, afterwards", True)],
        )  # fmt: skip
        self.within = self.add_line("Typed within, s", "60", tip="From the event to the entry")
        self.truncates = self.add_tick("drops what is below its last digit (as most logs do)", True)
        self.note = self.add_line("Note", hint="export of 12 March, line 204")
        self.how.currentIndexChanged.connect(self._show_how)
        self._show_how()
        if event is not None:
            self.starts_in(self.clock)
        self.reads(self._value)

    def _show_how(self) -> None:
        self.within.setEnabled(bool(self.how.currentData()))

    def _value(self) -> Case:
        clock = _chosen_clock(self._case, self.clock)
        if not clock:
            raise EvidenceError("The log's clock needs a name: CAD, gate controller …")
        typed = typed_duration(self.within) if self.how.currentData() else None
        case, _ = add_log_time(
            self._case, event=self.happened.currentText().strip(), clock=clock,
            displayed=ReferenceTime(parse_time_ns(self.shown.text())),
            granularity=typed_duration(self.digit), truncates=self.truncates.isChecked(),
            typed_within=typed, new_clock=True, by=self.author(self._case),
            note=self.note.text().strip(),
        )  # fmt: skip
        return case

    @classmethod
    def ask(cls, parent: QWidget | None, case: Case, event: str | None) -> Case | None:
        """The case with the log time, or ``None``."""
        return cls(parent, case, event).run()


class AddBreak(Form[Case]):
    """The recording's time is interrupted here."""

    def __init__(self, parent: QWidget | None, case: Case, source: Source, at: MediaTime) -> None:
        super().__init__(
            parent, "Break here",
            f"From {format_seconds(at.ns, 3)} s of {source.name} on, time in the file says "
            "nothing about the time before: a new stretch begins, with a place of its own.",
            ok="Add the break",
        )  # fmt: skip
        self._case, self._source = case, source
        self.at = self.add_line("At", format_seconds(at.ns, 6))
        self.relation = self.add_choice(
            "What follows", [("is later", "later"), ("is earlier or later", "order unknown"),
                             ("is another camera", "another camera")],
        )  # fmt: skip
        self.reason = self.add_line("Why", hint="cut to another camera")
        self.reads(self._value)

    def _value(self) -> Case:
        cut = Break(
            at=MediaTime(parse_time_ns(self.at.text())), relation=self.relation.currentData(),
            reason=self.reason.text().strip(),
        )  # fmt: skip
        return with_breaks(self._case, self._source.id, (*self._source.breaks, cut))

    @classmethod
    def ask(cls, parent: QWidget | None, case: Case, source: Source, at: MediaTime) -> Case | None:
        """The case with the break, or ``None``."""
        return cls(parent, case, source, at).run()


class StateGap(Form[Case]):
    """How much time is missing at a break."""

    def __init__(self, parent: QWidget | None, case: Case, source: Source) -> None:
        super().__init__(
            parent, "Length of a gap", f"How much time is missing in {source.name}.",
            ok="State the length",
        )  # fmt: skip
        self._case, self._source = case, source
        choices: list[tuple[str, object]] = [
            (f"after stretch {n + 1}, at {format_seconds(cut.at.ns, 3)} s", n)
            for n, cut in enumerate(source.breaks)
        ]
        self.gap = self.add_choice("Gap", choices)
        self.amount, self.half = QLineEdit(), QLineEdit()
        self.add_pair("Missing", self.amount, self.half, "s, within ±")
        self.note = self.add_line("How known", hint="from the recorder's log")
        self.reads(self._value)

    def _value(self) -> Case:
        if self.gap.currentData() is None:
            raise EvidenceError("This recording has no break.", hint="Add the break first.")
        half = typed_duration(self.half)
        if half.ns <= 0:
            raise EvidenceError("Type a limit larger than 0: nothing is known exactly.")
        case, _ = add_known_gap(
            self._case, source=self._source.id, after_stretch=int(self.gap.currentData()),
            value=typed_duration(self.amount), distribution=Distribution.rectangular(half.s),
            by=self.author(self._case), note=self.note.text().strip(),
        )  # fmt: skip
        return case

    @classmethod
    def ask(cls, parent: QWidget | None, case: Case, source: Source) -> Case | None:
        """The case with the length, or ``None``."""
        return cls(parent, case, source).run()
