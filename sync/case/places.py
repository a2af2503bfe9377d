"""Where somebody points: an event, a mark, or a time in a recording, typed or checked."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from sync.case.case import Case, Clock, Source
from sync.case.integrity import points_at_one_thing
from sync.errors import EvidenceError, TimeFormatError
from sync.evidence import Delay, Limit, Mark, Place, StreamName
from sync.timebase import (
    Duration,
    MediaTime,
    ReferenceTime,
    format_clock,
    format_seconds,
    parse_instant,
)


def parse_place(case: Case, text: str) -> Place:
    """The place of ``event:NAME``, ``mark:ID``, ``SOURCE[:stream]@TIME[±a]`` or
    ``clock:NAME@CLOCKTIME[±a]``.

    Raises
    ------
    EvidenceError
        When it names nothing of the case, or a time outside the recording.
    TimeFormatError
        When it is none of these forms.
    """
    kind, colon, name = text.strip().partition(":")
    if colon and kind == "event":
        event = case.event(name)
        if event is None:
            known = ", ".join(event.name for event in case.events) or "none yet"
            raise EvidenceError(
                f"There is no event {name!r} in this case.", hint=f"It has: {known}."
            )
        return Place(event=event.id)
    if colon and kind == "mark":
        return check_place(case, Place(mark=name))
    if colon and kind == "clock":
        return _clock_place(case, name)
    typed = parse_instant(text.strip())
    source = case.source(typed.source)
    stream = stream_of(source, typed.stream)
    check_inside(source, typed.time)
    return Place(source=source.id, stream=stream, time=typed.time, half=typed.half)


def _clock_place(case: Case, text: str) -> Place:
    """``NAME@CLOCKTIME[±a]``, where a clock's name may hold a colon."""
    named, at, when = text.rpartition("@")
    if not at or not named:
        raise TimeFormatError(
            f"'clock:{text}' is not clock:NAME@CLOCKTIME.",
            hint="For example: clock:cad@14:22:47±1",
        )
    shown = parse_instant(f"clock@{when}")
    clock = clock_named(case, named)
    if clock is None:
        known = ", ".join(clock.id for clock in case.clocks) or "none yet"
        raise EvidenceError(f"There is no clock {named!r} in this case.", hint=f"It has: {known}.")
    return Place(clock=clock.id, displayed=ReferenceTime(shown.time.ns), half=shown.half)


def clock_named(case: Case, name: str) -> Clock | None:
    """The clock of that id or name, or that of the recording of that id or name."""
    for clock in case.clocks:
        if clock.id == name:
            return clock
    for clock in case.clocks:
        if clock.name == name:
            return clock
    if any(name in (source.id, source.name) for source in case.sources):
        return case.clock(case.source(name).clock)
    return None


CLOSE_NAME = 0.8
"""Ratio (difflib) from which two names look like one, misspelt: one letter in five or fewer."""


def refuse_misspelt_clock(case: Case, name: str) -> None:
    """Refuse a new clock whose name is close to one that is there: a clock of its own ties nothing.

    Raises
    ------
    EvidenceError
        Naming the clock that is there.
    """
    things: tuple[Source | Clock, ...] = (*case.sources, *case.clocks)
    folded = {known.casefold(): known for thing in things for known in (thing.id, thing.name)}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=CLOSE_NAME)
    if close:
        raise EvidenceError(
            f"There is no clock {name!r} in this case, but {folded[close[0]]!r} is close to it.",
            row=name,
            hint="Correct the name; if it is another clock, say so with --new-clock.",
        )


def check_place(case: Case, place: Place) -> Place:
    """The place itself, once it is known to lead somewhere in the case.

    Raises
    ------
    EvidenceError
        When it names nothing of the case, nothing at all, or more than one thing.
    """
    if not points_at_one_thing(place):
        raise EvidenceError("A place is an event, a mark, or a time of a recording or a clock.")
    if place.event is not None and all(event.id != place.event for event in case.events):
        raise EvidenceError(f"There is no event {place.event!r} in this case.")
    if place.mark is not None and not isinstance(case.find(place.mark), Mark):
        known = ", ".join(mark.id for mark in case.of_kind(Mark)) or "none yet"
        raise EvidenceError(
            f"There is no mark {place.mark!r} in this case.", hint=f"It has: {known}."
        )
    if place.source is not None:
        check_inside(case.source(place.source), place.time)
    if place.clock is not None:
        case.clock(place.clock)
    return place


def place_in_words(case: Case, place: Place) -> str:
    """``door``, ``door in cam 1``, ``cam 1 at 83.250 s``, ``14:22:47.00 by dispatch clock``."""
    limit = "" if place.half is None else f" (within {place.half.s:g} s)"
    if place.source is not None and place.time is not None:
        name = case.source(place.source).name
        return f"{name} at {format_seconds(place.time.ns)} s{limit}"
    if place.clock is not None and place.displayed is not None:
        return f"{format_clock(place.displayed)} by {case.clock(place.clock).name}{limit}"
    mark = None if place.mark is None else case.find(place.mark)
    event = case.event(mark.event if isinstance(mark, Mark) else place.event or "")
    name = place.mark or place.event or "" if event is None else event.name
    return f"{name} in {case.source(mark.source).name}" if isinstance(mark, Mark) else name


def limit_in_words(case: Case, limit: Limit) -> str:
    """What a limit says, as one sentence: ``door was not before gate.``"""
    first, second = (place_in_words(case, place) for place in (limit.first, limit.second))
    low, high = limit.low, limit.high
    if low is not None and high is not None:
        return f"{second} was {_ends_in_words(low, high)} {first}."
    if low is not None:
        bound, early, late = low, first, second
    else:
        assert high is not None
        bound, early, late = -high, second, first
    if bound.ns == 0:
        return f"{late} was not before {early}."
    if bound.ns > 0:
        return f"{late} was at least {bound.s:g} s after {early}."
    return f"{late} was at most {-bound.s:g} s before {early}."


def _ends_in_words(low: Duration, high: Duration) -> str:
    """``between 2 and 5 s after``, ``between 1 s before and 5 s after``."""
    if low.ns >= 0:
        return f"between {low.s:g} and {high.s:g} s after"
    if high.ns <= 0:
        return f"between {-high.s:g} and {-low.s:g} s before"
    return f"between {-low.s:g} s before and {high.s:g} s after"


def stream_of(source: Source, typed: str | None) -> StreamName:
    """The stream named, or the one to take when none was: the picture where there is one."""
    if typed is None:
        return "picture" if source.facts.picture is not None else "sound"
    if typed == "picture" and source.facts.picture is not None:
        return "picture"
    if typed == "sound" and source.facts.sound is not None:
        return "sound"
    have = [
        name
        for name, facts in (("picture", source.facts.picture), ("sound", source.facts.sound))
        if facts is not None
    ]
    raise EvidenceError(
        f"Recording {source.id!r} has no {typed!r}.", row=source.id, hint=f"It has: {have[0]}."
        if len(have) == 1 else "It has: picture, sound."
    )  # fmt: skip


def check_inside(source: Source, *times: MediaTime | None) -> None:
    """Refuse a media time outside its recording.

    Raises
    ------
    EvidenceError
        Naming the time and where the recording begins and ends.
    """
    for time in times:
        if time is not None and not source.start <= time <= source.end:
            raise EvidenceError(
                f"{format_seconds(time.ns)} s is outside {source.id!r}, which runs from "
                f"{format_seconds(source.start.ns)} to {format_seconds(source.end.ns)} s.",
                row=source.id,
            )


def check_one_stretch(source: Source, earliest: MediaTime, latest: MediaTime) -> None:
    """Refuse an interval across a break: time in the file says nothing about what is missing.

    Raises
    ------
    EvidenceError
        Naming the break.
    """
    if source.stretch_at(earliest) == source.stretch_at(latest):
        return
    cut = next(cut for cut in source.breaks if earliest < cut.at <= latest)
    raise EvidenceError(
        f"The interval crosses the break of {source.id!r} at {format_seconds(cut.at.ns)} s.",
        row=source.id,
        hint="Mark one side only: it had happened by the first picture after the break, or had "
        "not yet happened in the last one before it.",
    )


def check_delays(case: Case, keys: Iterable[str]) -> tuple[str, ...]:
    """The delay keys, each known and each once.

    Raises
    ------
    EvidenceError
        When a key is not a delay of the case, or stands twice.
    """
    named = tuple(keys)
    known = {delay.key for delay in case.of_kind(Delay)}
    for key in named:
        if key not in known:
            raise EvidenceError(
                f"There is no delay {key!r} in this case.",
                hint=f"It has: {', '.join(sorted(known)) or 'none yet'}.",
            )
        if named.count(key) > 1:
            raise EvidenceError(f"The delay {key!r} is named twice.", row=key)
    return named
