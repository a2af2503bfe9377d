"""The clocks: state, offset with its range, drift, and each clock in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from sync.adjustment.solution import ClockResult, RateHypothesis
from sync.timebase import Duration, MediaTime, ReferenceTime, format_clock
from sync.uncertainty import decimals_for, format_pair, round_down, round_up
from widgets.answer_words import MOST_READINGS, candidate_sentence, unnoticed_sentence
from widgets.parts import clear, label
from widgets.table import Cell, Column, Table
from widgets.theme import state_symbol

COLUMNS = (
    Column(title="source", most_px=140),
    Column(title="state", most_px=190),
    Column(
        title="time 0 is at", number=True,
        tip="Offset: reference clock minus time in the file, as a clock time",
    ),
    Column(title="U (95 %) s", number=True, tip="Half-width of the 95 % range of the offset"),
    Column(title="with limits", number=True, most_px=240,
           tip="95 % range of the time at which the file's zero is, with the limits imposed"),
    Column(title="drift", number=True, most_px=220, tip="Seconds a day; the clock loses or gains"),
    Column(title="ties", number=True, tip="Anchors, matches, readings and checks that touch it"),
    Column(title="stretch", number=True),
    Column(title="valid from", number=True, tip="Time in the file"),
    Column(title="valid to", number=True, tip="Time in the file"),
)  # fmt: skip
_ROLES = {
    "ok": "", "unchecked": "act", "bounded": "act", "one-sided": "act",
    "conflict": "disagree", "infeasible": "disagree", "unconstrained": "secondary",
}  # fmt: skip


class ClockTable(QWidget):
    """Clocks of all stretches.

    Signals
    -------
    selected(object)
        ``source/stretch`` of the row chosen, or ``None``.
    go_to(str)
        ``source/stretch``: double-click or Enter.
    """

    selected = Signal(object)
    go_to = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        self.table = Table(
            COLUMNS, "Clocks",
            empty="No clock is known yet. Mark one event in two recordings, read a burnt-in clock, "
            "or search two recordings for a match.",
        )  # fmt: skip
        self.table.selected.connect(self._chosen)
        self.table.activated.connect(self.go_to)
        column.addWidget(self.table, 3)
        self._hypotheses = QVBoxLayout()
        self._hypotheses.setSpacing(6)
        column.addLayout(self._hypotheses)
        self.stale_note = label("⟳ Out of date: evidence has changed since this was calculated.",
                                "act")  # fmt: skip
        self.stale_note.hide()
        column.addWidget(self.stale_note)
        column.addWidget(label("IN WORDS", "heading"))
        self.words = label("")
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        holder = QWidget()
        holder.setObjectName("scrolled")
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.words)
        inner.addStretch(1)
        area.setWidget(holder)
        column.addWidget(area, 2)
        self._clocks: dict[str, ClockResult] = {}

    def set_hypotheses(self, found: Sequence[RateHypothesis]) -> None:
        """Drifts that a wrong nominal rate would explain, a card each."""
        clear(self._hypotheses)
        for each in found:
            self._hypotheses.addWidget(_hypothesis_card(each))

    def set_clocks(
        self, clocks: Sequence[ClockResult], names: Mapping[str, str], *, stale: bool = False
    ) -> None:
        """Show clocks; names by source id."""
        self._clocks = {f"{clock.source}/{clock.stretch}": clock for clock in clocks}
        self.table.set_rows([_row(clock, names, stale) for clock in clocks], list(self._clocks))
        self.stale_note.setVisible(stale)
        self._chosen(self.table.current())

    def _chosen(self, row_id: object) -> None:
        clock = self._clocks.get(str(row_id))
        if clock is not None:
            self.words.setText(_words(clock))
        else:
            self.words.setText("\n\n".join(_words(clock) for clock in self._clocks.values()))
        self.selected.emit(row_id if clock is not None else None)


def _hypothesis_card(found: RateHypothesis) -> QFrame:
    """A wrong nominal rate as a possible explanation: the person checks it, nothing is changed."""
    card = QFrame()
    card.setObjectName("card")
    card.setProperty("act", True)
    column = QVBoxLayout(card)
    column.setContentsMargins(14, 8, 14, 10)
    column.setSpacing(3)
    played = f"Played at another rate? {found.ratio}" if found.ratio else "A drift too large?"
    column.addWidget(label(played, "title"))
    column.addWidget(label(found.in_words, "secondary"))
    return card


def _words(clock: ClockResult) -> str:
    parts = [clock.in_words]
    if clock.would_link and clock.would_link not in clock.in_words:
        parts.append(clock.would_link)
    if clock.contested is not None:
        parts += [
            candidate_sentence(number, each)
            for number, each in enumerate(clock.contested.candidates[:MOST_READINGS], start=1)
        ]
    if clock.unnoticed:
        parts.append(unnoticed_sentence(clock.unnoticed[0]))
    return " ".join(parts)


def _row(clock: ClockResult, names: Mapping[str, str], stale: bool) -> tuple[object, ...]:
    symbol, word, _ = state_symbol(clock.status, clock.is_reference, stale)
    role = "act" if stale and clock.status != "unconstrained" else _ROLES[clock.status]
    state = Cell(f"{symbol} {word}", word, role="linked" if clock.is_reference else role)
    offset = half = drift = Cell("–")
    withheld = clock.status in ("conflict", "infeasible")
    if clock.model is not None and clock.U95_s is not None and not withheld:
        value, plus = format_pair(clock.model.offset_s, clock.U95_s)
        epoch = Duration(clock.model.reference.ns - clock.model.epoch.ns)
        zero = format_clock(ReferenceTime(epoch.ns), min(9, decimals_for(clock.U95_s)))
        tip = zero if clock.is_reference else f"{value} ± {plus} s (95 % range)"
        offset = Cell(zero, epoch.ns, tip=tip)
        half = Cell("by definition" if clock.is_reference else f"± {plus}", clock.U95_s)
        drift = _drift(clock)
    return (
        names.get(clock.source, clock.source), state, offset, half, _limited(clock), drift,
        clock.anchors,
        clock.stretch + 1, _in_file(clock.valid_from), _in_file(clock.valid_to),
    )  # fmt: skip


def _limited(clock: ClockResult) -> Cell:
    """``14:22:28.1 … 14:22:31.4``, or one end of it; rounded outwards."""
    found = clock.with_limits
    if found is None or found.status == "infeasible":
        return Cell("–")
    low, high = found.low_s, found.high_s
    half = (high - low) / 2 if low is not None and high is not None else 1.0
    decimals = min(6, decimals_for(half)) if half > 0 else 3
    ends = [
        "" if end is None else format_clock(ReferenceTime.from_s(outwards(end, decimals)), decimals)
        for end, outwards in ((low, round_down), (high, round_up))
    ]
    if all(ends):
        return Cell(" … ".join(ends), low)
    text = f"after {ends[0]}" if ends[0] else f"before {ends[1]}" if ends[1] else "–"
    return Cell(text, low if low is not None else high)


def _drift(clock: ClockResult) -> Cell:
    """``loses 2.40 ± 0.50 s/day``: a positive drift is a slow clock."""
    if clock.is_reference or clock.model is None:
        return Cell("–")
    per_day = clock.model.drift * 86_400
    half = (clock.k or 1.96) * clock.model.u_drift_ppm * 1e-6 * 86_400
    if half <= 0:
        return Cell("–")
    shown, plus = format_pair(abs(per_day), half)
    return Cell(f"{'loses' if per_day > 0 else 'gains'} {shown} ± {plus} s/day", per_day)


def _in_file(at: MediaTime) -> Cell:
    return Cell(format_clock(at, 0), at.ns)
