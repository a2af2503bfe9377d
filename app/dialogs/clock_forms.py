"""Forms for what is observed or stated about clocks: each returns the case with it added."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from app.dialogs.form import Form, typed_duration
from sync.case.acts import add_clock_check, add_known_gap, add_reading, ensure_delay
from sync.case.case import Break, Case, Source
from sync.case.delays import radio_chain, sound_travel, with_delay
from sync.case.naming import ids_in, readable_id
from sync.case.recordings import with_breaks
from sync.errors import EvidenceError
from sync.evidence import Delay
from sync.media.frame_index import FrameIndex
from sync.timebase import Duration, MediaTime, ReferenceTime, format_seconds, parse_time_ns
from sync.uncertainty import Distribution

_SPREADS: list[tuple[str, object]] = [
    ("anywhere within", "rectangular"), ("95 % range", "normal"),
]  # fmt: skip


def _clocks(case: Case, first: str | None = None) -> list[tuple[str, object]]:
    """Names and ids of all clocks, ``first`` on top."""
    ordered = sorted(case.clocks, key=lambda clock: clock.id != first)
    return [(clock.name, clock.id) for clock in ordered]


def _chosen_clock(case: Case, box: QComboBox) -> str:
    """Id of the clock chosen, or the name typed."""
    text = box.currentText().strip()
    return next((clock.id for clock in case.clocks if clock.name == text), text)


def _spread(half: Duration, box: QComboBox) -> Distribution:
    if half.ns <= 0:
        raise EvidenceError("Type a limit larger than 0: nothing is known exactly.")
    return (
        Distribution.normal_95(half.s) if box.currentData() == "normal"
        else Distribution.rectangular(half.s)
    )  # fmt: skip


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
        self.digit = self.add_line("Last digit", "1", tip="In seconds: 1 for whole seconds")
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
            granularity=digit, truncates=self.truncates.isChecked(), by=self._case.examiner,
            note=self.note.text().strip(),
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
        self.half, self.spread = QLineEdit("0.5"), QComboBox()
        for text, data in _SPREADS:
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
            distribution=_spread(typed_duration(self.half), self.spread),
            by=self._case.examiner, note=self.note.text().strip(),
        )  # fmt: skip
        return case

    @classmethod
    def ask(cls, parent: QWidget | None, case: Case, clock: str | None) -> Case | None:
        """The case with the check, or ``None``."""
        return cls(parent, case, clock).run()


class StateDelay(Form[tuple[Case, str]]):
    """By how much a path is late: a preset, one of the case, or typed values."""

    def __init__(self, parent: QWidget | None, case: Case, text: str) -> None:
        super().__init__(parent, "Delay", text, ok="Use this delay")
        self._case = case
        choices: list[tuple[str, object]] = [("radio chain: between 0 and 1 s", "radio")]
        choices += [(f"{d.name} (in the case)", ("known", d.key)) for d in case.of_kind(Delay)]
        choices += [("sound over a distance", "travel"), ("typed", "typed")]
        if any(d.key == "radio-chain" for d in case.of_kind(Delay)):
            del choices[0]
        self.kind = self.add_choice("Delay", choices)
        self.name = self.add_line("Name", hint="radio of unit 4")
        self.amount, self.half = QLineEdit(), QLineEdit()
        self.add_pair("Late by", self.amount, self.half, "±")
        self.unit = self.add_choice("In", [("seconds", "s"), ("metres of air", "m")])
        self.kind.currentIndexChanged.connect(self._show_kind)
        self._show_kind()
        self.reads(self._value)

    def _show_kind(self) -> None:
        kind = self.kind.currentData()
        typed = kind in ("travel", "typed")
        for field in (self.name, self.amount, self.half):
            field.setEnabled(typed)
        self.unit.setEnabled(False)
        self.unit.setCurrentIndex(1 if kind == "travel" else 0)
        if kind == "radio":
            self.name.setText("radio chain")
            self.amount.setText("0.5")
            self.half.setText("0.5")

    def _value(self) -> tuple[Case, str]:
        kind, by = self.kind.currentData(), self._case.examiner
        if isinstance(kind, tuple):
            return self._case, str(kind[1])
        if kind == "radio":
            chain = radio_chain(by=by)
            return with_delay(self._case, chain), chain.key
        name = self.name.text().strip() or "delay"
        key = readable_id(name, ids_in(self._case), "delay")
        if kind == "travel":
            metres = [parse_time_ns(f.text()) / 1e9 for f in (self.amount, self.half)]
            travel = sound_travel(key, metres[0], metres[1], name=name, by=by)
            return with_delay(self._case, travel), key
        half = typed_duration(self.half)
        if half.ns <= 0:
            raise EvidenceError("Type a limit larger than 0: nothing is known exactly.")
        spread = Distribution.rectangular(half.s)
        value = typed_duration(self.amount)
        return ensure_delay(self._case, key, name, value, spread, by=by), key

    @classmethod
    def ask(cls, parent: QWidget | None, case: Case, text: str) -> tuple[Case, str] | None:
        """The case that holds the delay, and its key; or ``None``."""
        return cls(parent, case, text).run()


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
            by=self._case.examiner, note=self.note.text().strip(),
        )  # fmt: skip
        return case

    @classmethod
    def ask(cls, parent: QWidget | None, case: Case, source: Source) -> Case | None:
        """The case with the length, or ``None``."""
        return cls(parent, case, source).run()
