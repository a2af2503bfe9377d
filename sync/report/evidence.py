"""Everything put forward in a case, as a report lists it: marks by their events, and the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sync.adjustment.solution import EventResult, LimitResult, RowResult
from sync.adjustment.words import STATES, clock_ends, clock_range
from sync.case.calculate import Calculation, PlacedMark
from sync.case.case import Case, SearchRecord
from sync.evidence import Delay, Event, Evidence, Limit, LogTime, Mark
from sync.report import words
from sync.report.figures import ResidualRow
from sync.report.snippets import Snippet
from sync.timebase import MediaTime
from sync.uncertainty import format_pair

ASSUMED = "later:"
"""How the id of a limit begins that a break "later" brings with it."""
CHECKED_FROM = 0.05
"""Redundancy below which nothing worth the name checks an observation (estimation.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkLine:
    """One sighting."""

    id: str
    where: str
    interval: str
    reading: str
    """What its interval means, and how it began."""
    place: str
    """Its range on the reference clock."""
    delays: str
    decision: str
    reason: str
    author: str
    note: str
    frames: str
    checked: str
    snippets: tuple[Snippet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPart:
    """One event and its marks."""

    name: str
    definition: str
    time: str
    marks: tuple[MarkLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Any other piece of evidence."""

    id: str
    kind: str
    what: str
    extent: str
    decision: str
    reason: str
    author: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """One limit, and what the calculation made of it."""

    id: str
    what: str
    why: str
    result: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """One observation after the calculation."""

    id: str
    name: str
    residual: str
    w: str
    redundancy: str
    least: str
    """The smallest mistake that would be noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchLine:
    """One search, whatever came of it."""

    id: str
    pair: str
    kinds: str
    shifts: str
    result: str
    method: str
    author: str
    note: str


def author(case_item: Evidence) -> str:
    """Who put it forward, and when."""
    made = case_item.provenance
    return " · ".join(part for part in (made.by, made.at) if part)


def events(
    case: Case,
    placed: Mapping[str, PlacedMark],
    kept: Mapping[str, tuple[Snippet, ...]],
) -> tuple[EventPart, ...]:
    """Every event with its marks; ``placed`` and ``kept`` by the id of the mark."""
    assert case.solution is not None
    results = {result.event: result for result in case.solution.events}
    rows = {row.id: row for row in case.solution.rows}
    delays = {delay.key: delay.name for delay in case.of_kind(Delay)}
    return tuple(
        EventPart(
            name=event.name,
            definition=event.definition,
            time=_event_time(results.get(event.id)),
            marks=tuple(
                _mark(case, mark, placed.get(mark.id), rows.get(mark.id), delays,
                      kept.get(mark.id, ()))
                for mark in case.marks_of(event.id)
            ),
        )
        for event in _in_order(case.events, results)
    )  # fmt: skip


def _in_order(
    known: Sequence[Event], results: Mapping[str, EventResult]
) -> list[Event]:  # fmt: skip
    """By their time; those without one last, in the order they were made."""

    def key(event: Event) -> tuple[bool, int]:
        result = results.get(event.id)
        at = None if result is None else result.reference
        return (at is None, 0 if at is None else at.ns)

    return sorted(known, key=key)


def _event_time(result: EventResult | None) -> str:
    if result is None:
        return ""
    if result.reference is not None and result.U95_s is not None:
        return f"{clock_range(result.reference, result.U95_s)}, {STATES[result.status]}"
    limited = result.with_limits
    if limited is not None and limited.status in ("bounded", "one-sided"):
        ends = clock_ends(MediaTime(0), limited.low_s, limited.high_s)
        return f"{ends} (95 % range), {STATES[limited.status]}"
    return STATES[result.status]


def _mark(
    case: Case, mark: Mark, place: PlacedMark | None, row: RowResult | None,
    delays: Mapping[str, str], kept: tuple[Snippet, ...],
) -> MarkLine:  # fmt: skip
    made = mark.provenance
    spread = "hard limits" if mark.spread == "rectangular" else "95 % range"
    if mark.one_sided:
        spread = "one-sided: a limit, no tie"
    onset = "" if mark.onset == "sudden" else f"; {mark.onset} onset"
    where = ""
    if place is not None and place.reference is not None and place.U95_s is not None:
        where = clock_range(place.reference, place.U95_s).removesuffix("; 95 % range)") + ")"
    frames = ""
    if mark.frames is not None:
        first, last = mark.frames
        frames = f"frame {first}" if first == last else f"frames {first}–{last}"
    waits = made.status == "accepted" and bool(mark.unverified)
    return MarkLine(
        id=mark.id,
        where=f"{case.source(mark.source).name}, {mark.stream}",
        interval=words.interval(mark.earliest, mark.latest),
        reading=f"{spread}{onset}",
        place=where,
        delays=", ".join(delays.get(key, key) for key in mark.delays),
        decision=words.WAITS if waits else words.DECISIONS[made.status],
        reason=made.reason,
        author=author(mark),
        note=made.note,
        frames=frames,
        checked=_checked(row),
        snippets=kept,
    )


def _checked(row: RowResult | None) -> str:
    if row is None:
        return ""
    if row.redundancy is None or row.redundancy < CHECKED_FROM or row.w is None:
        return "unchecked"
    return _signed(f"{row.w:.1f}")


def others(case: Case) -> tuple[Line, ...]:
    """What is neither a mark, a delay nor a limit."""
    return tuple(
        line(case, item) for item in case.evidence if not isinstance(item, (Mark, Delay, Limit))
    )


def delays(case: Case) -> tuple[Line, ...]:
    """Every stated delay."""
    return tuple(line(case, item) for item in case.of_kind(Delay))


def line(case: Case, item: Evidence) -> Line:
    """One piece of evidence in a table."""
    made = item.provenance
    return Line(
        id=item.id,
        kind=words.KINDS[type(item)],
        what=words.what(case, item),
        extent=words.extent(item),
        decision=words.DECISIONS[made.status],
        reason=made.reason,
        author=author(item),
        note=made.note,
    )


def limits(case: Case) -> tuple[LimitLine, ...]:
    """Stated limits, and the marks and log times that are limits too."""
    assert case.solution is not None
    results = {result.id: result for result in case.solution.limits}
    found = []
    for item in case.evidence:
        late = isinstance(item, LogTime) and item.typed_within is not None
        one_sided = isinstance(item, Mark) and item.one_sided
        if not (isinstance(item, Limit) or late or one_sided):
            continue
        said = words.what(case, item)
        if not isinstance(item, Limit):
            said = f"{said}: {words.extent(item)}"
        found.append(
            LimitLine(
                id=item.id,
                what=said,
                why=item.why if isinstance(item, Limit) else item.provenance.note,
                result=_limit_result(item, results.get(item.id)),
                author=author(item),
            )
        )
    return tuple(found)


def _limit_result(item: Evidence, result: LimitResult | None) -> str:
    if result is None:
        return words.DECISIONS[item.provenance.status]
    return result.in_words


def assumed_limits(case: Case) -> int:
    """Breaks of which only the order is assumed: the recording goes on later."""
    assert case.solution is not None
    return sum(limit.id.startswith(ASSUMED) for limit in case.solution.limits)


def rows(case: Case, ready: Calculation) -> tuple[RowLine, ...]:
    """Every observation of the calculation, the largest disagreement first."""
    assert case.solution is not None
    labels = {row.id: row.label for row in ready.adjustment.rows}
    u = {row.id: row.distribution.u for row in ready.adjustment.rows}
    ordered = sorted(_observed(case.solution.rows), key=lambda row: -abs(row.w or 0.0))
    return tuple(
        RowLine(
            id=row.id,
            name=labels.get(row.id, row.id),
            residual=""
            if row.residual_s is None
            else _signed(format_pair(row.residual_s, 2 * u.get(row.id, 0.0))[0]),
            w="" if row.w is None or not _is_checked(row) else _signed(f"{row.w:.1f}"),
            redundancy="" if row.redundancy is None else f"{row.redundancy:.2f}",
            least="nothing checks it"
            if row.mdb_s is None or not _is_checked(row)
            else f"{row.mdb_s:.2g} s",
        )
        for row in ordered
    )


def _observed(rows: Sequence[RowResult]) -> list[RowResult]:
    """Without what was only assumed of the drifts beforehand."""
    return [row for row in rows if not row.id.startswith("drift-prior:")]


def _is_checked(row: RowResult) -> bool:
    return row.w is not None and row.redundancy is not None and row.redundancy >= CHECKED_FROM


def residual_rows(case: Case, ready: Calculation) -> tuple[ResidualRow, ...]:
    """What the figure of residuals shows: all that something checks."""
    assert case.solution is not None
    labels = {row.id: row.label for row in ready.adjustment.rows}
    shown = [row for row in _observed(case.solution.rows) if _is_checked(row)]
    shown.sort(key=lambda row: -abs(row.w or 0.0))
    names = [labels.get(row.id, row.id) for row in shown]
    return tuple(
        ResidualRow(name=name if names.count(name) == 1 else f"{name} ({row.id})", w=row.w)
        for name, row in zip(names, shown, strict=True)
    )


def _signed(number: str) -> str:
    if float(number) == 0:
        return number.lstrip("-")
    return number.replace("-", "\N{MINUS SIGN}") if number.startswith("-") else f"+{number}"


def searches(case: Case) -> tuple[SearchLine, ...]:
    """Every search, refused ones too, in the order they were made."""
    names = {source.id: source.name for source in case.sources}
    return tuple(_search(search, names) for search in case.searches)


_CAME_TO: dict[str, str] = {
    "significant": "a possible match", "weak": "refused: too weak to tell from chance",
    "ambiguous": "refused: several offsets fit about equally well", "no-match": "no match",
    "not-testable": "refused: not testable", "edge": "refused: best at the end of the range",
}  # fmt: skip


def _signal(kind: str, channel: int | None) -> str:
    return kind if channel is None else f"{kind} of channel {channel + 1}"


def _search(search: SearchRecord, names: Mapping[str, str]) -> SearchLine:
    came_to = _CAME_TO.get(search.status, search.status)
    if search.p is not None:
        by_chance = search.p * 1000
        often = f"{by_chance:.0f}" if by_chance >= 1 else "fewer than 1"
        came_to += f"; unrelated recordings reach this in {often} of 1,000 searches"
    a, b = (names.get(one, one) for one in (search.source_a, search.source_b))
    return SearchLine(
        id=search.id,
        pair=f"{a} against {b}",
        kinds=f"{_signal(search.kind_a, search.channel_a)} against "
        f"{_signal(search.kind_b, search.channel_b)}",
        shifts=words.minus(f"{search.offset_from_s:+.1f} to {search.offset_to_s:+.1f} s"),
        result=came_to,
        method=f"{search.surrogates} surrogates, seed {search.seed}"
        if search.surrogates
        else "chance by theory, no surrogates",
        author=" · ".join(part for part in (search.by, search.at) if part),
        note=search.note,
    )
