"""The network of the sample case as bare evidence, without media: what the pitch rests on.

Times are those of ``sample-case.md``; cam 1 runs at 15 pictures a second, cam 3 at 10, dispatch
hears everything 0.31 s late. ``pieces`` chooses the evidence.
"""

from __future__ import annotations

from sync.adjustment.inputs import ClockInput, Inputs, SourceInput
from sync.evidence import Delay, Event, Evidence, Mark, Reading, StreamName
from sync.timebase import Duration, MediaTime, ReferenceTime
from sync.uncertainty import Distribution

T0_S = 14 * 3600 + 22 * 60
"""14:22:00 on the dispatch clock, in seconds of day."""
OFFSET_S = {"cam1": T0_S + 0.0, "cam3": T0_S + 40.0}
CALL_5_S, CALL_9_S = 30.0, 40.0
"""Media times at which calls 5 and 9 begin in the silence-removed recording."""
START_5_S, START_9_S = T0_S + 51.62, T0_S + 62.37
RADIO_S = 0.31


def media(source: str, reference_s: float) -> float:
    """Media time in ``source`` of a sound or picture made at ``reference_s``."""
    if source in OFFSET_S:
        return reference_s - OFFSET_S[source]
    heard = reference_s + RADIO_S
    if heard < START_9_S:
        return CALL_5_S + heard - START_5_S
    return CALL_9_S + heard - START_9_S


def mark(event: str, source: str, reference_s: float, half_s: float) -> Mark:
    """A mark whose interval is centred on the truth, with the half-width of its stream."""
    at = media(source, reference_s)
    stream: StreamName = "sound" if source == "dispatch" else "picture"
    return Mark(
        id=f"{event}-{source}",
        event=event,
        source=source,
        stream=stream,
        earliest=MediaTime.from_s(at - half_s),
        latest=MediaTime.from_s(at + half_s),
        delays=("radio",) if source == "dispatch" else (),
    )


def stamp(call: int, at_s: float, start_s: float) -> Reading:
    """The machine-stamped start of a call, cut to the whole second."""
    return Reading(
        id=f"stamp-{call}",
        source="dispatch",
        stream="sound",
        earliest=MediaTime.from_s(at_s),
        latest=MediaTime.from_s(at_s),
        clock="dispatch-clock",
        displayed=ReferenceTime.from_s(int(start_s)),
        granularity=Duration.from_s(1),
    )


HALF_S = {"cam1": 1 / 30, "cam3": 0.05, "dispatch": 0.045}
PIECES: dict[str, tuple[Evidence, ...]] = {
    "barrier": tuple(mark("barrier", s, T0_S + 52.75, HALF_S[s]) for s in ("cam1", "dispatch")),
    "light bar": tuple(mark("light-bar", s, T0_S + 72.20, HALF_S[s]) for s in ("cam1", "cam3")),
    "stamps": (stamp(5, CALL_5_S, START_5_S), stamp(9, CALL_9_S, START_9_S)),
    "flash too": (mark("flash", "dispatch", T0_S + 85.10, HALF_S["dispatch"]),),
    "door": tuple(mark("door", s, T0_S + 64.12, HALF_S[s]) for s in ("cam3", "dispatch")),
}
ASKED: tuple[Evidence, ...] = (
    mark("flash", "cam1", T0_S + 85.10, HALF_S["cam1"]),
    mark("words", "dispatch", T0_S + 85.74, HALF_S["dispatch"]),
)


def harrow(*pieces: str) -> Inputs:
    """The inputs with the named pieces of evidence, both asked marks and the radio delay."""
    chosen = [item for piece in pieces for item in PIECES[piece]]
    radio = Delay(
        key="radio",
        name="radio chain",
        value=Duration.from_s(0.5),
        distribution=Distribution.rectangular(0.5),
    )
    names = ("barrier", "light-bar", "door", "flash", "words")
    return Inputs(
        datum="dispatch-clock",
        clocks=tuple(
            ClockInput(id=name, name=name, u_drift_ppm=100.0)
            for name in ("dispatch-clock", "cam1", "cam3", "dispatch")
        ),
        sources=(
            _source("cam1", 150.0),
            _source("cam3", 100.0),
            _source("dispatch", 78.0, CALL_5_S, CALL_9_S, 66.0),
        ),
        events=tuple(Event(id=name, name=name.replace("-", " ")) for name in names),
        evidence=(radio, *chosen, *ASKED),
    )


def _source(name: str, length_s: float, *breaks_s: float) -> SourceInput:
    return SourceInput(
        id=name,
        name=name,
        clock=name,
        start=MediaTime(0),
        end=MediaTime.from_s(length_s),
        breaks=tuple(MediaTime.from_s(at) for at in breaks_s),
    )
