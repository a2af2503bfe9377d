"""The timeline in one SMPTE rate, for editors that know no other: FCP7 XML and EDL.

Every start and length is rounded to the nearest frame of that rate, each from the exact time and
never from a rounded neighbour, so roundings do not add up along a track.
"""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio

from sync.case.case import Case
from sync.errors import FormatError
from sync.interchange.labels import OUT_OF_DATE
from sync.interchange.otio import rate_of

SMPTE_RATES = (
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30),
    Fraction(50), Fraction(60000, 1001), Fraction(60),
)  # fmt: skip
"""Rates that editing formats can name."""


DAY_S = 86_400


def smpte_rate(case: Case) -> Fraction:
    """The rate to conform to: the slowest SMPTE rate no picture of the case is faster than.

    A rate that is none of them (12.5, 15 …) is held by the first multiple of it, if there is one.
    """
    rates = [rate_of(s) for s in case.sources
             if s.facts.picture is not None and not s.facts.picture.variable_rate]  # fmt: skip
    fastest = max(rates, default=Fraction(30))
    for rate in SMPTE_RATES:
        if rate >= fastest and (rate / fastest).denominator == 1:
            return rate
    return next((rate for rate in SMPTE_RATES if rate >= fastest), SMPTE_RATES[-1])


def conform(timeline: otio.schema.Timeline, rate: Fraction) -> otio.schema.Timeline:
    """A copy of ``timeline`` whose every time is a whole frame at ``rate``."""
    made: otio.schema.Timeline = timeline.deepcopy()
    start = _seconds(timeline.global_start_time)
    # A timecode is a time of day: before the zero of a recording's own clock it is the day before.
    made.global_start_time = _frames(start % DAY_S if start < 0 else start, rate)
    for marker in made.tracks.markers:
        marker.marked_range = _whole(marker.marked_range, rate)
    for track in made.tracks:
        track.name = _line(track.name)
        at = otio.opentime.RationalTime(0, float(rate))
        exact = Fraction(0)
        for item in track:
            length = _seconds(item.source_range.duration)
            exact += length
            end = _frames(exact, rate)
            start = _rounded(item.source_range.start_time, rate)
            item.source_range = otio.opentime.TimeRange(start, end - at)
            at = end
            if isinstance(item, otio.schema.Clip):
                _conform_clip(item, rate)
        for item in [item for item in track if item.source_range.duration.value < 1]:
            track.remove(item)
    return made


def _conform_clip(clip: otio.schema.Clip, rate: Fraction) -> None:
    clip.name = _line(clip.name)
    media = clip.media_reference
    if media.available_range is not None:
        media.available_range = _whole(media.available_range, rate)
    for marker in clip.markers:
        marker.name = _line(marker.name)
        marker.marked_range = _whole(marker.marked_range, rate)


def fcp7_bytes(timeline: otio.schema.Timeline, rate: Fraction) -> bytes:
    """Final Cut Pro 7 XML, which Premiere and Resolve read.

    Raises
    ------
    FormatError
        When the library that writes it cannot.
    """
    try:
        text = otio.adapters.write_to_string(conform(timeline, rate), "fcp_xml")
    except Exception as error:  # the adapter raises whatever it runs into
        raise FormatError(f"This timeline cannot be written as FCP7 XML ({error}).") from error
    return str(text).encode("utf-8", "backslashreplace")


def edl_bytes(timeline: otio.schema.Timeline, rate: Fraction) -> dict[str, bytes]:
    """One CMX3600 list a track, by the track's name: the format holds one video track only.

    Raises
    ------
    FormatError
        When the library that writes it cannot.
    """
    whole = conform(timeline, rate)
    stale = bool(timeline.metadata["tiepoint"]["stale"])
    lists = {}
    for track in whole.tracks:
        title = f"{OUT_OF_DATE}: {track.name}" if stale else track.name
        single = otio.schema.Timeline(name=title)
        single.global_start_time = whole.global_start_time
        copy = track.deepcopy()
        copy.kind = otio.schema.TrackKind.Video
        # The library counts a list from 0; markers and FCP7 XML count on the reference clock.
        nothing = otio.opentime.RationalTime(0, float(rate))
        before = otio.opentime.TimeRange(nothing, whole.global_start_time)
        copy.insert(0, otio.schema.Gap(source_range=before))
        single.tracks.append(copy)
        try:
            text = otio.adapters.write_to_string(single, "cmx_3600", rate=float(rate))
        except Exception as error:  # the adapter raises whatever it runs into
            raise FormatError(f"{track.name} cannot be written as an EDL ({error}).") from error
        lists[track.name] = str(text).encode("utf-8", "backslashreplace")
    return lists


def marker_edl_bytes(timeline: otio.schema.Timeline, rate: Fraction) -> bytes:
    """Every event as a marker in the EDL form that DaVinci Resolve imports."""
    whole = conform(timeline, rate)
    start = whole.global_start_time
    lines = [f"TITLE: {_line(timeline.name)}", "FCM: NON-DROP FRAME", ""]
    for number, marker in enumerate(whole.tracks.markers, start=1):
        at = start + marker.marked_range.start_time
        after = at + otio.opentime.RationalTime(1, float(rate))
        ends = f"{_timecode(at, rate)} {_timecode(after, rate)}"
        lines += [
            f"{number:03d}  001      V     C        {ends} {ends}",
            f" |C:ResolveColorBlue |M:{_line(marker.comment or marker.name)} |D:1",
            "",
        ]
    return "\n".join(lines).encode("utf-8", "backslashreplace")


def _timecode(at: otio.opentime.RationalTime, rate: Fraction) -> str:
    """Hours, minutes, seconds and frames counted without dropping, as the head says."""
    per_second = round(rate)
    frames = round(at.value)
    seconds, frame = divmod(frames, per_second)
    hours, rest = divmod(seconds, 3600)
    return f"{hours % 24:02d}:{rest // 60:02d}:{rest % 60:02d}:{frame:02d}"


def _line(text: str) -> str:
    """One line, without the bar that parts a marker's fields: lists are read line by line."""
    return " ".join(text.replace("|", "/").split())


def _whole(span: otio.opentime.TimeRange, rate: Fraction) -> otio.opentime.TimeRange:
    length = _rounded(span.duration, rate)
    return otio.opentime.TimeRange(_rounded(span.start_time, rate), length)


def _rounded(at: otio.opentime.RationalTime, rate: Fraction) -> otio.opentime.RationalTime:
    return _frames(_seconds(at), rate)


def _frames(seconds: Fraction, rate: Fraction) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(float(round(seconds * rate)), float(rate))


def _seconds(at: otio.opentime.RationalTime) -> Fraction:
    return Fraction(at.value) / Fraction(at.rate)
