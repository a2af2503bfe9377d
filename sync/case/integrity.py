"""What must hold inside a case before it is written, and after it is read.

Everything here is checked by the acts already, with kinder words; this is the last gate, so that
no case that could not be opened again is ever acknowledged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from sync.case.case import Case, Source
from sync.case.log import LISTS, item_key
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
)


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything a case has, by id; gathered once, as large cases are checked at every act."""

    sources: dict[str, Source]
    clocks: set[str]
    events: set[str]
    delays: set[str]
    marks: set[str]

    @classmethod
    def of(cls, case: Case) -> _Known:
        return cls(
            {source.id: source for source in case.sources},
            {clock.id for clock in case.clocks},
            {event.id for event in case.events},
            {delay.key for delay in case.of_kind(Delay)},
            {mark.id for mark in case.of_kind(Mark)},
        )


def problems_of(case: Case) -> tuple[str, ...]:
    """Every reference that leads nowhere and every id that stands twice, one sentence each."""
    return tuple(_problems(case))


def _problems(case: Case) -> Iterator[str]:
    known = _Known.of(case)
    for name in LISTS:
        counts = Counter(item_key(item) for item in getattr(case, name))
        for key, count in counts.items():
            if count > 1:
                yield f"{count} items of {name} have the id {key!r}."
    if case.datum is not None and case.datum not in known.clocks:
        yield f"The reference clock {case.datum!r} is not in the case."
    for source in case.sources:
        yield from _source_problems(source, known)
    for item in case.evidence:
        yield from _evidence_problems(item, known)
    for note in case.annotations:
        if note.source is not None and note.source not in known.sources:
            yield f"Annotation {note.id!r} lies on the recording {note.source!r}, which is missing."
        if note.clock is not None and note.clock not in known.clocks:
            yield f"Annotation {note.id!r} lies on the clock {note.clock!r}, which is missing."
    for question in case.questions:
        for place in (question.a, question.b):
            yield from _place_problems(place, known, f"Question {question.id!r}")


def _source_problems(source: Source, known: _Known) -> Iterator[str]:
    if source.clock not in known.clocks:
        yield f"Recording {source.id!r} names the clock {source.clock!r}, which is missing."
    if source.facts.picture is None and source.facts.sound is None:
        yield f"Recording {source.id!r} has neither picture nor sound."
        return
    edges = [source.start, *(cut.at for cut in source.breaks), source.end]
    if any(late <= early for early, late in pairwise(edges)):
        yield f"The stretches of recording {source.id!r} are not in order."


def _evidence_problems(item: Evidence, known: _Known) -> Iterator[str]:
    who = f"Evidence {item.id!r}"
    if isinstance(item, Limit):
        yield from _place_problems(item.first, known, who)
        yield from _place_problems(item.second, known, who)
        return
    sources, events, authorities, delays = references_of(item)
    yield from _missing(who, "recording", sources, known.sources)
    yield from _missing(who, "event", events, known.events)
    yield from _missing(who, "clock", authorities, known.clocks)
    yield from _missing(who, "delay", delays, known.delays)
    if isinstance(item, Mark):
        if item.earliest is None and item.latest is None:
            yield f"{who} has no end at all."
        elif item.earliest is not None and item.latest is not None and item.latest < item.earliest:
            yield f"{who} ends before it starts."
    if isinstance(item, KnownGap) and item.source in known.sources:
        breaks = len(known.sources[item.source].breaks)
        if not 0 <= item.after_stretch < breaks:
            yield f"{who} lies after stretch {item.after_stretch + 1}, where there is no gap."


def points_at_one_thing(place: Place) -> bool:
    """True when exactly one of event, mark, recording and clock is given, and its time with it."""
    named = (place.event, place.mark, place.source, place.clock)
    return (
        sum(name is not None for name in named) == 1
        and (place.source is not None) == (place.time is not None)
        and (place.clock is not None) == (place.displayed is not None)
    )


def _place_problems(place: Place, known: _Known, who: str) -> Iterator[str]:
    if not points_at_one_thing(place):
        yield f"{who} does not point at one thing."
    yield from _missing(who, "clock", _given(place.clock), known.clocks)
    yield from _missing(who, "event", _given(place.event), known.events)
    yield from _missing(who, "mark", _given(place.mark), known.marks)
    yield from _missing(who, "recording", _given(place.source), known.sources)


def _given(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _missing(who: str, what: str, wanted: Iterable[str], known: Container[str]) -> Iterator[str]:
    for name in wanted:
        if name not in known:
            yield f"{who} names the {what} {name!r}, which is missing."


def references_of(
    item: Evidence,
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """(sources, events, clocks, delays) that a piece of evidence names."""
    match item:
        case Mark():
            return (item.source,), (item.event,), (), item.delays
        case Lag():
            return (item.source_a, item.source_b), (), (), (*item.delays_a, *item.delays_b)
        case Reading():
            return (item.source,), (), (item.clock,), item.delays
        case StatedOffset() | KnownGap():
            return (item.source,), (), (), ()
        case LogTime():
            return (), (item.event,), (item.clock,), ()
        case ClockCheck():
            return (), (), (item.clock, item.against), ()
        case Delay():
            return (), (), (), ()
        case Limit():
            places = (item.first, item.second)
            return (
                tuple(place.source for place in places if place.source is not None),
                tuple(place.event for place in places if place.event is not None),
                tuple(place.clock for place in places if place.clock is not None),
                (),
            )
