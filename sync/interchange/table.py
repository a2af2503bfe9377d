"""What every table export holds: one row a mark and one an event, and what they rest on.

A format decides only how this is written. Times in seconds are exact to the nanosecond the case
holds; ranges are 95 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sync import ENGINE_VERSION
from sync.adjustment.solution import EventResult, Solution
from sync.case.case import Case, Source
from sync.evidence import Event, Mark
from sync.timebase import NS_PER_S, Duration, MediaTime, ReferenceTime
from sync.timeline import build_timeline

ROUNDING_S = 5e-10
"""Largest difference between an exported second and the value in the case: half a nanosecond."""
CLOCK_DECIMALS = 3
CLOCK_ROUNDING_S = 0.5 * 10.0**-CLOCK_DECIMALS
"""Largest rounding of a time written as a clock time, 14:23:25.480."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One mark, or one event. ``None`` where there is nothing to state."""

    kind: Literal["mark", "event"]
    id: str
    event: str
    """Name of the event."""
    definition: str
    source: str | None = None
    source_name: str | None = None
    source_item: str | None = None
    stream: str | None = None
    earliest: MediaTime | None = None
    latest: MediaTime | None = None
    spread: str | None = None
    onset: str | None = None
    delays: tuple[str, ...] = ()
    frames: tuple[int, int] | None = None
    samples: tuple[int | None, int | None] | None = None
    pts: tuple[int | None, int | None] | None = None
    time_base: str | None = None
    reference: ReferenceTime | None = None
    low: ReferenceTime | None = None
    high: ReferenceTime | None = None
    u_s: float | None = None
    U95_s: float | None = None
    k: float | None = None
    status: str
    """Of the stated time: ok, unchecked, unconstrained …"""
    decision: str | None = None
    """Of the mark: accepted, proposed, set-aside, rejected."""
    reason: str | None = None
    marks: int | None = None
    """Of an event: how many marks took part."""
    by: str | None = None
    at: str | None = None
    note: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What all rows rest on; stands at the head of every export."""

    case_id: str
    title: str
    number: str
    examiner: str
    datum: str
    datum_name: str
    calculated_at: str
    engine_version: str
    exported_by: str
    inputs_digest: str
    status: str
    stale: bool
    ranges: str = "95 %"
    scale: str = (
        "reference_s: seconds on the reference clock since midnight of the case's day zero; "
        "media times: seconds of the file's own timestamps"
    )
    rounding_s: float = ROUNDING_S
    clock_rounding_s: float = CLOCK_ROUNDING_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A case as rows, marks first in the order they were made, then events."""

    statement: Statement
    rows: tuple[Row, ...]


def table_of(case: Case, *, allow_stale: bool = False) -> Table:
    """The rows of ``case`` with the times its evidence gives them.

    Raises
    ------
    CaseStale
        When there is no calculation, or the evidence has changed since (unless ``allow_stale``,
        which marks the table and every row).
    """
    # The adjustment needs scipy, which is slow to load; other exports do without it.
    from sync.case.calculate import refuse_stale

    stale = refuse_stale(case, allow_stale=allow_stale)
    assert case.solution is not None
    times = _times_then(case) if stale else _times_now(case)
    rows = [_mark_row(case, mark, times.get(mark.id, NO_TIME)) for mark in case.of_kind(Mark)]
    results = {result.event: result for result in case.solution.events}
    rows += [_event_row(event, results.get(event.id)) for event in case.events]
    return Table(statement=_statement(case, case.solution, stale), rows=tuple(rows))


# -- times --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Time:
    """A stated time of a row, all of it or nothing."""

    status: str
    reference: ReferenceTime | None = None
    u_s: float | None = None
    k: float | None = None
    U95_s: float | None = None

    @property
    def half(self) -> Duration | None:
        return None if self.U95_s is None else Duration.from_s(self.U95_s)


NO_TIME = _Time(status="unconstrained")


def _times_now(case: Case) -> dict[str, _Time]:
    """Of every mark, by the adjustment of the evidence as it stands."""
    from sync.case.calculate import placed_marks

    return {
        place.mark.id: _Time(
            status=place.status,
            reference=place.reference,
            u_s=place.u_s,
            k=place.k,
            U95_s=place.U95_s,
        )
        for place in placed_marks(case)
    }


def _times_then(case: Case) -> dict[str, _Time]:
    """Of every mark, by its clock as it was when the evidence was last calculated."""
    times = {}
    for track in build_timeline(case, stale=True).tracks:
        for marker in track.markers:
            clip = track.clips[case.source(track.source).stretch_at(marker.media)]
            if clip.model is None or marker.half is None:
                continue
            k = clip.model.coverage_factor
            times[marker.mark] = _Time(
                status=clip.status,
                reference=marker.reference,
                u_s=marker.half.s / k,
                k=k,
                U95_s=marker.half.s,
            )
    return times


# -- rows ---------------------------------------------------------------------------------------


def _mark_row(case: Case, mark: Mark, time: _Time) -> Row:
    source = case.source(mark.source)
    event = case.event(mark.event)
    is_picture = mark.stream == "picture"
    made = mark.provenance
    low, high = _range(time)
    return Row(
        kind="mark",
        id=mark.id,
        event=mark.event if event is None else event.name,
        definition="" if event is None else event.definition,
        source=source.id,
        source_name=source.name,
        source_item=source.item,
        stream=mark.stream,
        earliest=mark.earliest,
        latest=mark.latest,
        spread=mark.spread,
        onset=mark.onset,
        delays=mark.delays,
        frames=mark.frames if is_picture else None,
        samples=None if is_picture else _samples(source, mark),
        pts=_pts(source, mark) if is_picture else None,
        time_base=source.facts.picture.time_base
        if is_picture and source.facts.picture is not None
        else None,
        reference=time.reference,
        low=low,
        high=high,
        u_s=time.u_s,
        U95_s=time.U95_s,
        k=time.k,
        status=time.status,
        decision=made.status,
        reason=made.reason,
        by=made.by,
        at=made.at,
        note=made.note,
        sha256=source.facts.sha256,
    )


def _event_row(event: Event, result: EventResult | None) -> Row:
    time = NO_TIME if result is None else _Time(
        status=result.status,
        reference=result.reference,
        u_s=result.u_s,
        k=result.U95_s / result.u_s if result.u_s and result.U95_s is not None else None,
        U95_s=result.U95_s,
    )  # fmt: skip
    low, high = _range(time)
    return Row(
        kind="event",
        id=event.id,
        event=event.name,
        definition=event.definition,
        reference=time.reference,
        low=low,
        high=high,
        u_s=time.u_s,
        U95_s=time.U95_s,
        k=time.k,
        status=time.status,
        marks=0 if result is None else result.marks,
    )


def _range(time: _Time) -> tuple[ReferenceTime | None, ReferenceTime | None]:
    if time.reference is None or time.half is None:
        return None, None
    return time.reference - time.half, time.reference + time.half


def _samples(source: Source, mark: Mark) -> tuple[int | None, int | None] | None:
    """Sample numbers of the ends of a mark in sound, from the first sample of the stream."""
    sound = source.facts.sound
    if sound is None:
        return None

    def number(at: MediaTime | None) -> int | None:
        if at is None:
            return None
        return round(Fraction(at.ns - sound.start.ns, NS_PER_S) * sound.sample_rate_hz)

    return number(mark.earliest), number(mark.latest)


def _pts(source: Source, mark: Mark) -> tuple[int | None, int | None] | None:
    """Presentation timestamps, in ticks of the stream, of the ends of a mark in pictures."""
    picture = source.facts.picture
    if picture is None:
        return None
    tick_s = Fraction(picture.time_base)

    def ticks(at: MediaTime | None) -> int | None:
        return None if at is None else round(Fraction(at.ns, NS_PER_S) / tick_s)

    return ticks(mark.earliest), ticks(mark.latest)


def _statement(case: Case, solution: Solution, stale: bool) -> Statement:
    names = {clock.id: clock.name for clock in case.clocks}
    datum = solution.datum or ""
    return Statement(
        case_id=case.id,
        title=case.title,
        number=case.number,
        examiner=case.examiner,
        datum=datum,
        datum_name=names.get(datum, datum),
        calculated_at=solution.calculated_at,
        engine_version=solution.engine_version,
        exported_by=ENGINE_VERSION,
        inputs_digest=solution.inputs_digest,
        status=solution.status,
        stale=stale,
    )
