"""Two cameras with ideal clocks and a few anchors: a network whose answers are done by hand.

Cam A shows each anchor at 10, 20, 30 … s, cam B at the same media time plus what ``seen_late_s``
says, every mark ± 0.05 s (one picture at 10 a second). The flash is at 50 s in A and the words at
50.5 s in B, so B - A is 0.5 s less the mean of ``seen_late_s``.
"""

from __future__ import annotations

from collections.abc import Sequence

from sync.adjustment.inputs import ClockInput, Inputs, SourceInput
from sync.evidence import Event, Evidence, Mark
from sync.timebase import MediaTime

HALF_S = 0.05


def sighting(event: str, source: str, at_s: float) -> Mark:
    """A mark in one picture."""
    return Mark(
        id=f"{event}-{source}",
        event=event,
        source=source,
        stream="picture",
        earliest=MediaTime.from_s(at_s - HALF_S),
        latest=MediaTime.from_s(at_s + HALF_S),
    )


def pair(seen_late_s: Sequence[float], *more: Evidence, words_s: float = 50.5) -> Inputs:
    """The inputs with one anchor for each of ``seen_late_s`` and ``more`` evidence."""
    anchors: list[Evidence] = []
    for number, late_s in enumerate(seen_late_s, 1):
        anchors += [
            sighting(f"anchor {number}", "A", 10.0 * number),
            sighting(f"anchor {number}", "B", 10.0 * number + late_s),
        ]
    names = [f"anchor {number}" for number in range(1, len(seen_late_s) + 1)]
    return Inputs(
        datum="A",
        clocks=tuple(ClockInput(id=name, name=name, u_drift_ppm=0.0) for name in ("A", "B", "log")),
        sources=tuple(
            SourceInput(
                id=name,
                name=f"cam {name}",
                clock=name,
                start=MediaTime(0),
                end=MediaTime.from_s(100.0),
                breaks=(),
            )
            for name in ("A", "B")
        ),
        events=tuple(Event(id=name, name=name) for name in [*names, "flash", "words", "door"]),
        evidence=(*anchors, sighting("flash", "A", 50.0), sighting("words", "B", words_s), *more),
    )
