"""Where somebody points: an event, a mark, or a time in a recording, typed or checked."""

from __future__ import annotations

from collections.abc import Iterable

from sync.case.case import Case, Source
from sync.case.integrity import points_at_one_thing
from sync.errors import EvidenceError
from sync.evidence import Delay, Mark, Place, StreamName
from sync.timebase import MediaTime, ReferenceTime, format_seconds, parse_instant


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
        shown = parse_instant(name)
        clock = next((c for c in case.clocks if shown.source in (c.id, c.name)), None)
        if clock is None:
            known = ", ".join(clock.id for clock in case.clocks) or "none yet"
            raise EvidenceError(
                f"There is no clock {shown.source!r} in this case.", hint=f"It has: {known}."
            )
        return Place(clock=clock.id, displayed=ReferenceTime(shown.time.ns), half=shown.half)
    typed = parse_instant(text.strip())
    source = case.source(typed.source)
    stream = stream_of(source, typed.stream)
    check_inside(source, typed.time)
    return Place(source=source.id, stream=stream, time=typed.time, half=typed.half)


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
