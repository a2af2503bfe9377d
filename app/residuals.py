"""Residuals of a calculation as points in time. Values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QColor

from sync.adjustment.solution import Solution
from sync.case.case import Case
from sync.evidence import ClockCheck, Evidence, Lag, LogTime, Mark, Reading, StatedOffset
from sync.timebase import MediaTime, ReferenceTime
from widgets.evidence_table import KINDS
from widgets.residual import ResidualPoint
from widgets.theme import current_theme

Placing = Callable[[str, MediaTime], ReferenceTime | None]


def residual_points(
    case: Case, solution: Solution, place: Placing, colours: Mapping[str, QColor]
) -> list[ResidualPoint]:
    """One point for each observation that has a residual and a time.

    Parameters
    ----------
    place
        Reference time of a media time of a source; ``None`` where it has no link.
    colours
        By source id, as its lane has it.
    """
    names = {source.id: source.name for source in case.sources}
    names |= {clock.id: clock.name for clock in case.clocks if clock.id not in names}
    events = {event.id: event.name for event in case.events}
    happened = {event.event: event.reference for event in solution.events}
    points = []
    for row in solution.rows:
        item = case.find(row.id)
        if item is None or row.residual_s is None or row.excluded:
            continue
        source, at = _where(item, place)
        if isinstance(item, LogTime):
            source, at = item.clock, happened.get(item.event)
        if at is None:
            continue
        name = events.get(getattr(item, "event", ""), row.id)
        points.append(ResidualPoint(
            id=row.id, name=name, kind=KINDS[type(item)], source=names.get(source, source),
            colour=colours.get(source, current_theme().secondary), reference_ns=at.ns,
            residual_s=row.residual_s, w=row.w,
        ))  # fmt: skip
    return points


def _where(item: Evidence, place: Placing) -> tuple[str, ReferenceTime | None]:
    """Source (or clock) of an observation, and its time on the reference clock."""
    if isinstance(item, Mark):
        return item.source, place(item.source, item.centre)
    if isinstance(item, Reading):
        return item.source, place(item.source, item.latest)
    if isinstance(item, Lag):
        return item.source_a, place(item.source_a, item.time_a)
    if isinstance(item, StatedOffset):
        return item.source, place(item.source, item.at)
    return (item.clock, item.reference) if isinstance(item, ClockCheck) else ("", None)
