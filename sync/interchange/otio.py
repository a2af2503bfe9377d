"""The timeline as OpenTimelineIO: one track a recording, every clip at its own true rate.

Times are not rounded: a clip's source range is its media time, its place on the track the reference
time its clock gives it, both as fractions of a frame where they fall between frames. What the
format has no word for (95 % ranges, drift, status) stands under ``metadata["tiepoint"]``. A clip
keeps its own length: drift inside it is stated, never turned into a speed change of evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from sync.case.calculate import prepare, refuse_stale
from sync.case.case import Case, Source
from sync.case.placing import place_all
from sync.evidence import Mark, Place, takes_part
from sync.interchange.labels import OUT_OF_DATE, clock_range_ns
from sync.timebase import NS_PER_S, MediaTime, ReferenceTime, format_clock
from sync.timeline import Clip, build_timeline

ROUNDING_S = 1e-9
"""Values are doubles of frames; a day at 60 frames a second keeps well below a nanosecond."""
SOUND_RATE = Fraction(30)
"""Rate in which a recording without pictures is counted; its values are fractions of it."""


@dataclass(frozen=True, slots=True)
class Placement:
    """One stretch on a track: where it lies on the reference clock."""

    clip: Clip
    start: ReferenceTime
    length_ns: int


def timeline_of(
    case: Case, media: Mapping[str, Path], *, allow_stale: bool = False
) -> tuple[otio.schema.Timeline, tuple[str, ...]]:
    """The timeline, and what is not on it, each with the reason.

    Raises
    ------
    CaseStale
        When the case is not calculated, or its times are out of date (unless ``allow_stale``).
    """
    stale = refuse_stale(case, allow_stale=allow_stale)
    tracks = build_timeline(case, stale=stale).tracks
    zero = min((c.start for t in tracks for c in t.clips if c.model and c.start is not None),
               default=ReferenceTime(0))  # fmt: skip
    named = case.title or case.id
    timeline = otio.schema.Timeline(name=f"{OUT_OF_DATE}: {named}" if stale else named)
    timeline.global_start_time = _time(zero.ns, SOUND_RATE)
    timeline.metadata["tiepoint"] = _statement(case, zero, stale)
    left_out: list[str] = []
    for track in tracks:
        source = case.source(track.source)
        placed = [Placement(c, c.start, c.media_end.ns - c.media_start.ns)
                  for c in track.clips if c.model is not None and c.start is not None]  # fmt: skip
        without = len(track.clips) - len(placed)
        if without:
            what = "it has" if not placed else f"{without} of its stretches have"
            left_out.append(f"{source.name}: {what} no link, so no place on the timeline")
        for number, lane in enumerate(_lanes(placed), start=1):
            name = source.name if number == 1 else f"{source.name} ({number})"
            timeline.tracks.append(_track(case, source, name, lane, zero, media[source.id]))
    _add_events(case, timeline, zero, left_out, stale)
    return timeline, tuple(left_out)


def otio_bytes(timeline: otio.schema.Timeline) -> bytes:
    """The content of an ``.otio`` file."""
    return (str(timeline.to_json_string()) + "\n").encode("utf-8", "backslashreplace")


def rate_of(source: Source) -> Fraction:
    """Frames a second in which a recording is counted: nominal, or of its ticks where variable."""
    picture = source.facts.picture
    if picture is None:
        return SOUND_RATE
    nominal = Fraction(picture.nominal_rate) if picture.nominal_rate not in ("", "0/0") else 0
    if picture.variable_rate or not nominal:
        return 1 / Fraction(picture.time_base)
    return Fraction(nominal)


# -- parts --------------------------------------------------------------------------------------


def _track(
    case: Case, source: Source, name: str, lane: list[Placement], zero: ReferenceTime, path: Path
) -> otio.schema.Track:
    kind = otio.schema.TrackKind
    track = otio.schema.Track(
        name=name, kind=kind.Audio if source.facts.picture is None else kind.Video
    )
    rate = rate_of(source)
    at_ns = zero.ns
    for placement in lane:
        gap_ns = placement.start.ns - at_ns
        if gap_ns > 0:
            track.append(otio.schema.Gap(source_range=_range(0, gap_ns, rate)))
        track.append(_clip(case, source, placement, rate, path))
        at_ns = placement.start.ns + placement.length_ns
    return track


def _clip(
    case: Case, source: Source, placement: Placement, rate: Fraction, path: Path
) -> otio.schema.Clip:
    own = placement.clip
    whole = _range(source.start.ns, source.end.ns - source.start.ns, rate)
    clip = otio.schema.Clip(
        name=source.name if len(source.stretches) == 1
        else f"{source.name}, stretch {own.stretch + 1}",
        media_reference=otio.schema.ExternalReference(
            target_url=path.as_posix(), available_range=whole
        ),
        source_range=_range(own.media_start.ns, placement.length_ns, rate),
    )  # fmt: skip
    clip.metadata["tiepoint"] = {
        "source": source.id,
        "sha256": source.facts.sha256,
        "status": own.status,
        "start_ns": placement.start.ns,
        "U95_start_s": None if own.half_start is None else own.half_start.s,
        "U95_end_s": None if own.half_end is None else own.half_end.s,
        "drift_ppm": None if own.model is None else own.model.drift * 1e6,
    }
    for mark in case.of_kind(Mark):
        stated = takes_part(mark) and not mark.one_sided
        here = mark.source == source.id and source.stretch_at(mark.centre) == own.stretch
        event = case.event(mark.event)
        if stated and here and event is not None:
            clip.markers.append(
                otio.schema.Marker(
                    name=event.name,
                    marked_range=_range(mark.centre.ns, 0, rate),
                    metadata={
                        "tiepoint": {
                            "mark": mark.id,
                            "earliest_ns": _ns(mark.earliest),
                            "latest_ns": _ns(mark.latest),
                        }
                    },
                )
            )
    return clip


def _add_events(
    case: Case, timeline: otio.schema.Timeline, zero: ReferenceTime, left_out: list[str],
    stale: bool,
) -> None:  # fmt: skip
    """Every event as a marker of the whole timeline, with its range in words."""
    events = [event for event in case.events if case.marks_of(event.id)]
    placed = place_all(prepare(case), [Place(event=event.id) for event in events])
    for event, one in zip(events, placed, strict=True):
        ends = one.ends_ns
        if one.at_ns is None or ends is None:
            left_out.append(f"{event.name}: {one.reason}")
            continue
        words = clock_range_ns(one)
        name = f"{OUT_OF_DATE}: {event.name}" if stale else event.name
        marker = otio.schema.Marker(
            name=name,
            marked_range=_range(one.at_ns - zero.ns, 0, SOUND_RATE),
            comment=f"{name}: {words}",
        )
        marker.metadata["tiepoint"] = {
            "event": event.id, "definition": event.definition, "status": one.status,
            "at_ns": one.at_ns, "U95_s": one.U95_s, "low_ns": ends[0], "high_ns": ends[1],
            "in_words": words,
        }  # fmt: skip
        timeline.tracks.markers.append(marker)


def _lanes(placed: list[Placement]) -> list[list[Placement]]:
    """Stretches of a recording on as few tracks as hold them without overlap, in file order."""
    lanes: list[list[Placement]] = []
    for placement in sorted(placed, key=lambda one: one.start):
        for lane in lanes:
            if lane[-1].start.ns + lane[-1].length_ns <= placement.start.ns:
                lane.append(placement)
                break
        else:
            lanes.append([placement])
    return lanes


def _statement(case: Case, zero: ReferenceTime, stale: bool) -> dict[str, Any]:
    solution = case.solution
    names = {clock.id: clock.name for clock in case.clocks}
    datum = "" if solution is None or solution.datum is None else solution.datum
    return {
        "case": case.id, "number": case.number, "reference_clock": names.get(datum, datum),
        "zero_ns": zero.ns, "zero_clock": format_clock(zero, 3), "ranges": "95 %",
        "stale": stale, "calculation": OUT_OF_DATE if stale else "current",
        "inputs_digest": "" if solution is None else solution.inputs_digest,
    }  # fmt: skip


def _ns(at: MediaTime | None) -> int | None:
    return None if at is None else at.ns


def _time(ns: int, rate: Fraction) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(float(Fraction(ns, NS_PER_S) * rate), float(rate))


def _range(start_ns: int, length_ns: int, rate: Fraction) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(_time(start_ns, rate), _time(length_ns, rate))
