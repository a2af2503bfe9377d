"""What was observed of a stretch: the times that tie it to other clocks, and how many of what."""

from __future__ import annotations

from collections import Counter

from sync.adjustment.build import Built
from sync.adjustment.inputs import SourceInput
from sync.adjustment.words import counted, joined
from sync.evidence import ClockCheck, KnownGap, Lag, LogTime, Mark, Reading, StatedOffset
from sync.timebase import MediaTime


def observed_times(built: Built, source: SourceInput, stretch: int) -> list[MediaTime]:
    """Media times of this stretch at which something was observed that ties it to another clock."""
    counts = _sightings(built)
    times: list[MediaTime] = []
    for item in built.used:
        if isinstance(item, Mark) and item.source == source.id and counts[item.event] > 1:
            times.append(item.centre)
        elif isinstance(item, Reading) and item.source == source.id:
            times.append(MediaTime((item.earliest.ns + item.latest.ns) // 2))
        elif isinstance(item, StatedOffset) and item.source == source.id:
            times.append(item.at)
        elif isinstance(item, Lag):
            times += [item.time_a] * (item.source_a == source.id)
            times += [item.time_b] * (item.source_b == source.id)
    return sorted(at for at in times if source.stretch_at(at) == stretch)


def from_what(built: Built, source: SourceInput, stretch: int) -> str:
    """``3 anchors and 1 clock check``."""
    events = _sightings(built)

    def here(at: MediaTime) -> bool:
        return source.stretch_at(at) == stretch

    anchors = {
        item.event
        for item in built.used
        if isinstance(item, Mark)
        and item.source == source.id
        and events[item.event] > 1
        and here(item.centre)
    }
    matches = sum(
        isinstance(item, Lag)
        and (
            (item.source_a == source.id and here(item.time_a))
            or (item.source_b == source.id and here(item.time_b))
        )
        for item in built.used
    )
    readings = sum(
        isinstance(item, Reading) and item.source == source.id and here(item.earliest)
        for item in built.used
    )
    stated = sum(isinstance(i, StatedOffset) and i.source == source.id for i in built.used)
    checks = sum(isinstance(i, ClockCheck) and i.clock == source.clock for i in built.used)
    gaps = sum(
        isinstance(i, KnownGap)
        and i.source == source.id
        and stretch in (i.after_stretch, i.after_stretch + 1)
        for i in built.used
    )
    parts = [
        counted(number, one, many)
        for number, one, many in (
            (len(anchors), "anchor", "anchors"),
            (matches, "match", "matches"),
            (readings, "clock reading", "clock readings"),
            (checks, "clock check", "clock checks"),
            (stated, "stated time", "stated times"),
            (gaps, "gap of stated length", "gaps of stated length"),
        )
        if number
    ]
    return joined(parts) or "the reference clock itself"


def _sightings(built: Built) -> Counter[str]:
    """How often each event was seen with two ends, in recordings and in the logs of machines."""
    return Counter(
        item.event
        for item in built.used
        if (isinstance(item, Mark) and not item.one_sided)
        or (isinstance(item, LogTime) and item.typed_within is None)
    )
