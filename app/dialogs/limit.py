"""Limit: one thing was before, after, or within some time of another, and why that is so."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from app.dialogs.form import Form, typed_duration
from app.dialogs.places import TIP, offered
from sync.case.acts import add_limit
from sync.case.case import Case, Source
from sync.errors import EvidenceError, TiepointError
from sync.evidence import Place
from sync.timebase import Duration, MediaTime
from widgets.parts import label

BEFORE, AFTER, WITHIN = "before", "after", "within"


class StateLimit(Form[Case]):
    """Two places and what is known of their order, without a measurement."""

    def __init__(
        self, parent: QWidget | None, case: Case, here: tuple[Source, MediaTime] | None,
        first: Place | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            parent, "Limit",
            "What must have been before or after what: a limit narrows a range and measures "
            "nothing. It needs its reason, and the report prints the answers with and without it.",
            ok="Add the limit",
        )  # fmt: skip
        self._case = case
        self._offered = offered(case, here)
        choices = self._offered.choices
        first = first or self._offered.playhead
        self.first = self.add_choice("This", choices, first, tip=TIP, typed=True)
        self.kind = self.add_choice(
            "was", [("before", BEFORE), ("after", AFTER),
                    ("before, by a to b seconds", WITHIN)],
        )  # fmt: skip
        self.second = self.add_choice("that", choices, tip=TIP, typed=True)
        others = [n for n in range(len(choices)) if n != self.first.currentIndex()]
        if others:
            self.second.setCurrentIndex(others[0])
        self.low, self.high = QLineEdit("0"), QLineEdit()
        self.add_pair("a to b, s", self.low, self.high, "to")
        self.high.setPlaceholderText("empty: no end")
        self.why = self.add_line("Why", hint="the dispatcher speaks of it: it had happened")
        self.sentence = label("", "linked")
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().lineSpacing() + 4)
        self.fields.addRow("", self.sentence)
        for box in (self.first, self.kind, self.second):
            box.currentTextChanged.connect(self._changed)
        for field in (self.low, self.high):
            field.textChanged.connect(self._changed)
        if first is not None:
            self.starts_in(self.kind)
        self._changed()
        self.reads(self._value)

    def state_within(self, that: str, half_s: float) -> None:
        """Begin with ``that`` (as typed) within so many seconds, for the person to change."""
        self.second.setCurrentText(that)
        self.kind.setCurrentIndex(self.kind.findData(WITHIN))
        self.low.setText(f"{-half_s:g}")
        self.high.setText(f"{half_s:g}")
        self.starts_in(self.low)

    def _changed(self) -> None:
        within = self.kind.currentData() == WITHIN
        for field in (self.low, self.high):
            field.setEnabled(within)
        self.sentence.setText(self._words())

    def _words(self) -> str:
        """What will be imposed, as one sentence."""
        this, that = (_quoted(box) for box in (self.first, self.second))
        kind = self.kind.currentData()
        if not this or not that:
            return ""
        if kind == BEFORE:
            return f"{this} was not after {that}."
        if kind == AFTER:
            return f"{that} was not after {this}."
        try:
            low, high = self._bounds()
        except TiepointError:
            return ""
        if low is not None and high is not None and low.ns < 0 < high.ns:
            return f"{that} came between {-low.s:g} s before and {high.s:g} s after {this}."
        ends = [f"at least {low.s:g} s"] if low is not None else []
        ends += [f"at most {high.s:g} s"] if high is not None else []
        return f"{that} came {' and '.join(ends)} after {this}." if ends else ""

    def _bounds(self) -> tuple[Duration | None, Duration | None]:
        """low ≤ T(second) - T(first) ≤ high."""
        kind = self.kind.currentData()
        if kind == BEFORE:
            return Duration(0), None
        if kind == AFTER:
            return None, Duration(0)
        low, high = (
            typed_duration(field) if field.text().strip() else None
            for field in (self.low, self.high)
        )
        return low, high

    def _value(self) -> Case:
        low, high = self._bounds()
        if not self.why.text().strip():
            self.why.setFocus()
            raise EvidenceError("A limit needs its reason: the report prints it.")
        case, _ = add_limit(
            self._case, first=self._offered.read(self.first.currentText()),
            second=self._offered.read(self.second.currentText()), low=low, high=high,
            why=self.why.text().strip(), by=self.author(self._case),
        )  # fmt: skip
        return case

    @classmethod
    def ask(
        cls, parent: QWidget | None, case: Case, here: tuple[Source, MediaTime] | None,
        first: Place | None = None,
    ) -> Case | None:  # fmt: skip
        """The case with the limit, or ``None``."""
        return cls(parent, case, here, first).run()


def _quoted(box: QComboBox) -> str:
    text = box.currentText().strip()
    return f"‘{text}’" if text else ""
