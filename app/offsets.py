"""One clock as a curve of its offset, with what each observation says of it. Values only."""

from __future__ import annotations

from sync.adjustment.solution import ClockResult, RowResult, Solution
from sync.case.case import Case
from sync.evidence import Evidence, Lag, Mark, Reading, StatedOffset
from sync.timebase import MediaTime
from widgets.evidence_table import KINDS, half_of
from widgets.offset_values import OffsetCurve, OffsetPoint


def offset_curve(case: Case, solution: Solution, clock: ClockResult) -> OffsetCurve | None:
    """The curve of a clock that is linked; ``None`` for the reference and without a link."""
    withheld = clock.status in ("conflict", "infeasible")
    if clock.model is None or clock.is_reference or withheld:
        return None
    events = {event.id: event.name for event in case.events}
    tied = {row.id: row for row in solution.rows}
    points = []
    for item in case.evidence:
        row = tied.get(item.id)
        if row is None or row.residual_s is None or row.excluded or not _ties(case, item):
            continue
        for media, residual_s in _said(item, clock.source, row):
            if clock.valid_from <= media <= clock.valid_to:
                points.append(OffsetPoint(
                    name=events.get(getattr(item, "event", ""), item.id), kind=KINDS[type(item)],
                    media=media, residual_s=residual_s, half_s=half_of(item),
                ))  # fmt: skip
    names = {source.id: source.name for source in case.sources}
    return OffsetCurve(
        name=_name(case, clock, names), model=clock.model,
        k=clock.k or clock.model.coverage_factor, first=clock.valid_from, last=clock.valid_to,
        points=tuple(sorted(points, key=lambda point: point.media)),
    )  # fmt: skip


def _name(case: Case, clock: ClockResult, names: dict[str, str]) -> str:
    name = names.get(clock.source, clock.source)
    source = next((one for one in case.sources if one.id == clock.source), None)
    return f"{name}, stretch {clock.stretch + 1}" if source is not None and source.breaks else name


def _ties(case: Case, item: Evidence) -> bool:
    """A single sighting of an event says nothing of a clock: its residual is 0 by definition."""
    return (
        not isinstance(item, Mark) or len({mark.source for mark in case.marks_of(item.event)}) > 1
    )


def _said(item: Evidence, source: str, row: RowResult) -> list[tuple[MediaTime, float]]:
    """(media time, offset it implies minus the clock's) of one observation of ``source``.

    A mark's row is τ = T - c(τ) + …, so a mark seen late by v implies an offset smaller by v; the
    row of a match, a reading or a stated time is + c of its first side and - c of its second
    (:meth:`sync.adjustment.network.Network.add_lag`).
    """
    v = row.residual_s or 0.0
    if isinstance(item, Mark):
        return [(item.centre, -v)] if item.source == source else []
    if isinstance(item, Lag):
        return [
            (at, value)
            for one, at, value in (
                (item.source_a, item.time_a, v),
                (item.source_b, item.time_b, -v),
            )
            if one == source
        ]
    if isinstance(item, Reading):
        middle = MediaTime((item.earliest.ns + item.latest.ns) // 2)
        return [(middle, v)] if item.source == source else []
    if isinstance(item, StatedOffset):
        return [(item.at, v)] if item.source == source else []
    return []
