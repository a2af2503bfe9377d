"""What was observed of a stretch: the times that tie it to other clocks, and how many of what."""

from __future__ import annotations

from sync.adjustment.build import Built
from sync.adjustment.inputs import SourceInput
from sync.adjustment.words import counted, joined
from sync.evidence import ClockCheck, KnownGap, Lag, Mark, Reading, StatedOffset
from sync.timebase import MediaTime


def observed_times(built: Built, source: SourceInput, stretch: int) -> list[MediaTime]:
    """Media times of this stretch at which something was observed that ties it to another clock."""
    times: list[MediaTime] = []
    for item in built.by_source.get(source.id, ()):
        if isinstance(item, Mark):
            times += [item.centre] * (built.sightings[item.event] > 1)
        elif isinstance(item, Reading):
            times.append(MediaTime((item.earliest.ns + item.latest.ns) // 2))
        elif isinstance(item, StatedOffset):
            times.append(item.at)
        elif isinstance(item, Lag):
            times += [item.time_a] * (item.source_a == source.id)
            times += [item.time_b] * (item.source_b == source.id)
    return sorted(at for at in times if source.stretch_at(at) == stretch)


def from_what(built: Built, source: SourceInput, stretch: int) -> str:
    """``3 anchors and 1 clock check``."""

    def here(at: MediaTime) -> bool:
        return source.stretch_at(at) == stretch

    anchors = set()
    matches = readings = stated = 0
    for item in built.by_source.get(source.id, ()):
        if isinstance(item, Mark) and built.sightings[item.event] > 1 and here(item.centre):
            anchors.add(item.event)
        elif isinstance(item, Lag):
            matches += (item.source_a == source.id and here(item.time_a)) or (
                item.source_b == source.id and here(item.time_b)
            )
        elif isinstance(item, Reading):
            readings += here(item.earliest)
        elif isinstance(item, StatedOffset):
            stated += 1
    checks = gaps = 0
    for item in built.unplaced:
        if isinstance(item, ClockCheck):
            checks += item.clock == source.clock
        elif isinstance(item, KnownGap) and item.source == source.id:
            gaps += stretch in (item.after_stretch, item.after_stretch + 1)
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
