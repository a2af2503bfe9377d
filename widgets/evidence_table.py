"""All evidence of a case in one table, with what the calculation says of each piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sync.adjustment.solution import LimitResult, RowResult
from sync.evidence import (
    ClockCheck,
    Delay,
    Evidence,
    KnownGap,
    Lag,
    Limit,
    LogTime,
    Mark,
    Place,
    Reading,
    StatedOffset,
)  # fmt: skip
from sync.timebase import NS_PER_S, Duration, MediaTime, format_clock, format_seconds
from sync.uncertainty import Distribution, decimals_for, format_pair
from widgets.due import Due
from widgets.parts import button, label
from widgets.table import RowActs, Table
from widgets.table_rows import Cell, Column

COLUMNS = (
    Column(title="what", most_px=250),
    Column(title="source", most_px=150),
    Column(title="kind"),
    Column(title="checked", tip="Would a mistake in it be noticed?"),
    Column(title="status", tip="Accepted evidence takes part in the calculation", most_px=170),
    Column(title="interval or 95 %", number=True, most_px=260, tip="Where in the recording, or ±"),
    Column(title="residual s", number=True, tip="Observed minus calculated"),
    Column(title="w", number=True, tip="Standardised residual; beyond 3.3 the evidence disagrees"),
    Column(title="redundancy", number=True, tip="0: nothing checks it; 1: fully checked by others"),
    Column(title="slack u", number=True,
           tip="Limits: distance inside (+) or outside (−) the bound, in u of what it bounds"),
    Column(title="held before", number=True,
           tip="Limits: probability that it held by the other evidence, before it was imposed"),
    Column(title="id", most_px=110),
)  # fmt: skip
DISAGREES = 3.29
"""|w| beyond which a residual is called a disagreement: α0 = 0.001, two-sided."""
KINDS: dict[type, str] = {
    Mark: "mark", Lag: "match", Reading: "clock reading", StatedOffset: "stated time",
    ClockCheck: "clock check", Delay: "delay", KnownGap: "gap length", Limit: "limit",
    LogTime: "log time",
}  # fmt: skip
_LIMITS = {
    "imposed": ("⟨ ⟩ imposed", ""), "contradicted": ("✕ contradicted: not imposed", "disagree"),
    "infeasible": ("✕ cannot all hold", "disagree"), "left-out": ("left out", "act"),
}  # fmt: skip
_STATUS = {
    "accepted": ("accepted", ""), "proposed": ("proposed", "act"),
    "rejected": ("rejected", "faint"), "set-aside": ("set aside", "faint"),
}  # fmt: skip


class EvidenceTable(QWidget):
    """The evidence.

    Signals
    -------
    selected(object), go_to(str), set_aside(str), restore(str)
        With evidence ids. Setting aside needs a reason, which the program asks for.
    """

    selected = Signal(object)
    go_to = Signal(str)
    set_aside = Signal(str)
    restore = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._table = Table(
            COLUMNS, "Evidence",
            empty="No evidence yet. Press M on an event you can see in two recordings.",
        )  # fmt: skip
        self._table.selected.connect(self._chosen)
        self._table.activated.connect(self.go_to)
        self._table.acts_of = self._acts_of
        column.addWidget(self._table, 1)
        self.detail = label("", "secondary")
        self.detail.hide()
        column.addWidget(self.detail)
        row = QHBoxLayout()
        self._go = button("Go to")
        self._aside = button("Set aside …", tip="Needs a reason; it stays in the case")
        self._restore = button("Restore")
        for made, signal in (
            (self._go, self.go_to), (self._aside, self.set_aside), (self._restore, self.restore)
        ):  # fmt: skip
            made.clicked.connect(lambda _=False, out=signal: self._emit(out))
            row.addWidget(made)
        row.addStretch(1)
        column.addLayout(row)
        self._items: dict[str, Evidence] = {}
        self._results: Mapping[str, RowResult] = {}
        self._limits: Mapping[str, LimitResult] = {}
        self._names: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
        self._current: str | None = None
        self._due = Due(self, self._fill)
        self._show(None)

    @property
    def table(self) -> Table:
        """The table, with the rows as they are now."""
        self._due.settle()
        return self._table

    def set_note(self, note: str) -> None:
        """What every copy and export says of its figures."""
        self._table.set_note(note)

    def set_evidence(
        self,
        evidence: Sequence[Evidence],
        results: Mapping[str, RowResult],
        names: Mapping[str, str],
        event_names: Mapping[str, str],
        limits: Mapping[str, LimitResult] | None = None,
    ) -> None:
        """Show evidence; names by source (or clock) id and by event id, results and limits by
        evidence id (one-sided marks and log times typed late are limits too)."""
        shown = (tuple(evidence), results, limits or {}, (names, event_names))
        if shown != (tuple(self._items.values()), self._results, self._limits, self._names):
            _, self._results, self._limits, self._names = shown
            self._items = {item.id: item for item in evidence}
            self._due.mark()

    def _fill(self) -> None:
        rows = [
            _row(item, self._results.get(key), *self._names, self._limits.get(key))
            for key, item in self._items.items()
        ]
        before = self._current
        self._table.set_rows(rows, list(self._items))
        self._show(self._table.current())
        if self._current != before:
            self.selected.emit(self._current)

    def _chosen(self, row_id: object) -> None:
        self._show(row_id)
        self.selected.emit(self._current)

    def _show(self, row_id: object) -> None:
        item = self._items.get(str(row_id))
        self._current = None if item is None else item.id
        aside = item is not None and item.provenance.status in ("set-aside", "rejected")
        self._go.setEnabled(item is not None)
        self._aside.setEnabled(item is not None and not aside)
        self._restore.setEnabled(aside)
        self.detail.setVisible(item is not None)
        self.detail.setText("" if item is None else self._in_words(item))

    def _in_words(self, item: Evidence) -> str:
        """The whole row as lines: the columns may lie outside a narrow panel."""
        cells = dict(zip((c.title for c in COLUMNS), self._table.row(item.id), strict=True))
        lines = [f"{cells['kind']}: {cells['what']}"]
        lines += [cells["source"]] if cells["source"] else []
        lines.append(f"{cells['interval or 95 %']} · {cells['status']}")
        late = [
            self._delay_words(key)
            for name in ("delays", "delays_a", "delays_b") for key in getattr(item, name, ())
        ]  # fmt: skip
        if late:
            lines.append(f"◷ late by {' and '.join(late)}")
        if item.provenance.reason:
            lines.append(f"because: {item.provenance.reason}")
        if isinstance(item, Limit):
            lines.append(f"why: {item.why}")
        limit = self._limits.get(item.id)
        if limit is not None:
            lines.append(_limit_in_words(limit))
        if cells["w"] != "–":
            lines.append(f"residual {cells['residual s']} s · w {cells['w']} · {cells['checked']}")
        return "\n".join(lines)

    def _delay_words(self, key: str) -> str:
        """A delay by its name and what is stated of it."""
        for item in self._items.values():
            if isinstance(item, Delay) and item.key == key:
                return f"{item.name} ({_interval(item).text})"
        return key

    def _emit(self, signal: object) -> None:
        row = self._table.current()
        if row is not None:
            signal.emit(row)  # type: ignore[attr-defined]

    def _acts_of(self, row_id: str) -> RowActs:
        aside = self._items[row_id].provenance.status in ("set-aside", "rejected")
        change = ("Restore", self.restore) if aside else ("Set aside …", self.set_aside)
        return [
            (text, partial(signal.emit, row_id)) for text, signal in (("Go to", self.go_to), change)
        ]


_NOT_VERIFIED = "Made before all frames were counted: checked, and taking part, once they are."


def _row(
    item: Evidence,
    result: RowResult | None,
    names: Mapping[str, str],
    events: Mapping[str, str],
    limit: LimitResult | None,
) -> tuple[object, ...]:
    word, role = _STATUS[item.provenance.status]
    status = Cell(word, role=role, tip=item.provenance.reason or word)
    if isinstance(item, Mark) and item.unverified and item.provenance.status == "accepted":
        status = Cell("◇ not verified yet", role="act", tip=_NOT_VERIFIED)
    residual = w = redundancy = checked = Cell("–")
    if result is not None and not result.excluded:
        if result.residual_s is not None:
            residual = Cell(_signed(result.residual_s, _u_of(item)), abs(result.residual_s))
        if result.w is not None:
            disagrees = abs(result.w) > DISAGREES
            text = f"{'✕ ' if disagrees else ''}{result.w:+.1f}"
            w = Cell(text, abs(result.w), role="disagree" if disagrees else "")
        if result.redundancy is not None:
            redundancy = Cell(f"{result.redundancy:.2f}", result.redundancy)
            alone = result.redundancy < 0.05 or result.w is None
            checked = Cell("◐ unchecked", role="act") if alone else Cell("● checked")
    what = _what(item, names, events)
    slack = before = Cell("–")
    if limit is not None:
        text, role = _LIMITS[limit.status]
        checked = Cell(text, role=role, tip=limit.in_words)
        if limit.slack_u is not None:
            slack = Cell(f"{limit.slack_u:+.1f}".replace("-", "\N{MINUS SIGN}"), limit.slack_u)
        if limit.p_before is not None:
            before = Cell(probability(limit.p_before), limit.p_before)
    return (
        what, _source(item, names), KINDS[type(item)], checked, status, _interval(item),
        residual, w, redundancy, slack, before, item.id,
    )  # fmt: skip


def probability(p: float) -> str:
    """A probability, never nearer to certain than 0.999."""
    if p >= 0.999:
        return "0.999 or more"
    return "0.001 or less" if p <= 0.001 else f"{p:.3f}"


def _limit_in_words(limit: LimitResult) -> str:
    """``2.3 u inside · held before with probability 0.990 · imposed``."""
    parts = []
    if limit.slack_u is not None:
        side = "inside" if limit.slack_u >= 0 else "outside"
        parts.append(f"{abs(limit.slack_u):.1f} u {side}")
    if limit.p_before is not None:
        parts.append(f"held before it was imposed: probability {probability(limit.p_before)}")
    parts.append(_LIMITS[limit.status][0])
    return f"{' · '.join(parts)}\n{limit.in_words}"


def _signed(value: float, U: float) -> str:
    text = format_pair(value, U)[0] if U > 0 else f"{value:.3f}"
    return text if text.startswith("-") else f"+{text}"


def _u_of(item: Evidence) -> float:
    """Half the stated range in seconds, to round the residual by."""
    if isinstance(item, Mark):
        return item.half.s if item.half is not None else 0.0
    spread = getattr(item, "distribution", None)
    return spread.stated_half if isinstance(spread, Distribution) else 0.0


def half_of(item: Evidence) -> float:
    """Half of the range an observation states of itself, s: hard limits, or 95 %."""
    if isinstance(item, Mark):
        return 0.0 if item.half is None else item.half.s
    if isinstance(item, Reading):
        return ((item.latest.ns - item.earliest.ns) / NS_PER_S + item.granularity.s) / 2
    spread = getattr(item, "distribution", None)
    return spread.stated_half if isinstance(spread, Distribution) else 0.0


def _what(item: Evidence, names: Mapping[str, str], events: Mapping[str, str]) -> str:
    if isinstance(item, Mark):
        return events.get(item.event, item.event)
    if isinstance(item, Lag) and item.search is not None:
        return f"{item.search.kind_a} ↔ {item.search.kind_b}"
    if isinstance(item, Lag):
        return "the same instant"
    if isinstance(item, Reading):
        return f"showed {format_clock(item.displayed, 0)}"
    if isinstance(item, StatedOffset):
        return "stated first-picture time"
    if isinstance(item, ClockCheck):
        return f"against {names.get(item.against, item.against)}"
    if isinstance(item, Delay):
        return item.name
    if isinstance(item, KnownGap):
        return f"after stretch {item.after_stretch + 1}"
    if isinstance(item, LogTime):
        how = "stamped" if item.typed_within is None else "typed"
        return f"{events.get(item.event, item.event)} {how} {format_clock(item.displayed, 0)}"
    first, second = (_place(place, names, events) for place in (item.first, item.second))
    if item.low is None and item.high == Duration(0):
        return f"{second} before {first}"
    ordered = item.low is not None and item.low.ns >= 0
    return f"{first} before {second}" if ordered else f"{first} to {second}"


def _place(place: Place, names: Mapping[str, str], events: Mapping[str, str]) -> str:
    if place.event is not None:
        return events.get(place.event, place.event)
    if place.clock is not None and place.displayed is not None:
        return f"{format_clock(place.displayed, 0)} by {names.get(place.clock, place.clock)}"
    if place.mark is not None:
        return place.mark
    at = "" if place.time is None else f" at {format_seconds(place.time.ns, 2)} s"
    return f"{names.get(place.source or '', place.source or '')}{at}"


def _source(item: Evidence, names: Mapping[str, str]) -> str:
    if isinstance(item, Lag):
        return " ↔ ".join(names.get(s, s) for s in (item.source_a, item.source_b))
    if isinstance(item, (Mark, Reading, StatedOffset, KnownGap)):
        return names.get(item.source, item.source)
    if isinstance(item, (ClockCheck, LogTime)):
        return names.get(item.clock, item.clock)
    return ""


def _interval(item: Evidence) -> Cell:
    if isinstance(item, (Mark, Reading)):
        return _between(item.earliest, item.latest)
    if isinstance(item, Limit):
        return _bounds(item)
    if isinstance(item, LogTime):
        width = item.typed_within or item.granularity
        return Cell(f"within {_seconds(width)} s", width.s)
    spread = item.distribution
    half = spread.stated_half
    value = getattr(item, "value", None)
    if isinstance(value, Duration):
        shown, plus = format_pair(value.s, half)
        return Cell(f"{shown} ± {plus} s", value.s)
    return Cell(f"± {format_pair(0.0, half)[1]} s", half)


def _bounds(limit: Limit) -> Cell:
    """By how much the second lies after the first."""
    low, high = (_seconds(bound) for bound in (limit.low, limit.high))
    if limit.low is not None and limit.high is not None:
        return Cell(f"by {low} to {high} s", limit.low.s)
    if (low or high) == "0":
        return Cell("by any time")
    return Cell(f"by at least {low} s" if low else f"by at most {high} s")


def _seconds(value: Duration | None) -> str:
    return "" if value is None else f"{value.s:g}"


def _between(earliest: MediaTime | None, latest: MediaTime | None) -> Cell:
    """``812.300 … 812.367 s`` in the file, to a tenth of its width."""
    known = earliest or latest
    if known is None:
        return Cell("–")
    if earliest is None or latest is None:
        text = format_seconds(known.ns, 3)
        return Cell(f"until {text} s" if earliest is None else f"from {text} s", known.ns)
    half = (latest.ns - earliest.ns) / 2 / NS_PER_S
    decimals = max(1, decimals_for(half)) if half else 3
    text = " … ".join(format_seconds(end.ns, decimals) for end in (earliest, latest))
    return Cell(f"{text} s", known.ns)
