"""A case and its solution as tracks of clips, and what each source shows at a reference time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from sync.adjustment.solution import Limited, ResultStatus
from sync.case.case import Case, Source
from sync.clock import ClockModel
from sync.errors import EvidenceError
from sync.evidence import Mark
from sync.timebase import Duration, MediaTime, ReferenceTime, format_clock
from sync.uncertainty import Z95, round_down, round_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One stretch of a source. ``start`` and ``end`` are ``None`` where it has no link.

    A stretch that only limits hold has no ``model``: its ``status`` is "bounded" or "one-sided",
    ``start`` and ``end`` lie where the limits leave it on average (at the known limit where one
    side is open), and ``half_start`` and ``half_end`` reach from there to the earliest start and
    the latest end; ``None`` is open.
    """

    source: str
    stretch: int
    media_start: MediaTime
    media_end: MediaTime
    status: ResultStatus
    start: ReferenceTime | None
    end: ReferenceTime | None
    half_start: Duration | None
    """Half-width of the 95 % range of ``start``."""
    half_end: Duration | None
    model: ClockModel | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """No footage between two placed stretches of one source."""

    source: str
    start: ReferenceTime
    end: ReferenceTime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A mark placed on the timeline by its own source's clock."""

    event: str
    mark: str
    source: str
    reference: ReferenceTime | None
    half: Duration | None
    media: MediaTime
    waits: bool = False
    """Made before all frames of its recording were counted: it takes no part yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """All clips, gaps and marks of one source."""

    source: str
    clips: tuple[Clip, ...]
    gaps: tuple[Gap, ...]
    markers: tuple[Marker, ...]

    @property
    def linked(self) -> bool:
        """True when at least one stretch lies on the reference clock."""
        return any(clip.model is not None for clip in self.clips)

    @property
    def placed(self) -> bool:
        """True when at least one stretch is linked or held between limits."""
        return any(clip.start is not None for clip in self.clips)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What one source shows at a reference time."""

    source: str
    state: Literal["footage", "no footage", "no link"]
    media: MediaTime | None
    stretch: int | None
    half: Duration | None
    reason: str
    """For the card when there is nothing to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Tracks in the case's order. ``stale``: the evidence has changed since the calculation."""

    tracks: tuple[Track, ...]
    stale: bool

    def track(self, source: str) -> Track | None:
        """The track of one source."""
        return next((track for track in self.tracks if track.source == source), None)

    @property
    def span(self) -> tuple[ReferenceTime, ReferenceTime] | None:
        """First and last reference time of all linked clips, or ``None``."""
        linked = [clip for track in self.tracks for clip in track.clips if clip.model is not None]
        starts = [clip.start for clip in linked if clip.start is not None]
        ends = [clip.end for clip in linked if clip.end is not None]
        return (min(starts), max(ends)) if starts and ends else None

    def position(self, source: str, at: ReferenceTime) -> Position:
        """What ``source`` shows at reference time ``at``: a media time or the reason for none.

        Where two stretches claim the same time (a cut to another camera, some seconds earlier),
        the later stretch of the file is shown.

        Raises
        ------
        EvidenceError
            When the timeline has no such recording.
        """
        track = self.track(source)
        if track is None:
            raise EvidenceError(f"There is no recording {source!r} on the timeline.", row=source)
        for clip in reversed(track.clips):
            if clip.model is not None and _covers(clip, at):
                media = _inside(clip, clip.model.from_reference(at))
                return Position(
                    source=source,
                    state="footage",
                    media=media,
                    stretch=clip.stretch,
                    half=clip.model.half_range_at(media),
                    reason="",
                )
        return Position(
            source=source,
            state="no footage" if track.linked else "no link",
            media=None,
            stretch=None,
            half=None,
            reason=_why_nothing(track, at, self.stale),
        )


NO_LINK = "no link: nothing observed connects it yet; one shared event is enough"


def build_timeline(case: Case, *, stale: bool) -> Timeline:
    """Place every stretch and mark of ``case`` by its solution (empty places without one).

    Parameters
    ----------
    stale
        Whether the evidence has changed since the solution was calculated; passed through, so
        that whoever shows the timeline can say so.
    """
    return Timeline(tracks=tuple(_track(case, source) for source in case.sources), stale=stale)


def place_marker(mark: Mark, model: ClockModel | None) -> Marker:
    """A mark on the reference clock by its own source's clock alone, its delays not taken off.

    ``half`` is the 95 % half-width of the clock and of the mark's own interval together (their
    variances added): it is for drawing; the range to state comes from the adjustment.
    """
    media = mark.centre
    if model is None:
        return Marker(
            event=mark.event, mark=mark.id, source=mark.source, reference=None, half=None,
            media=media,
        )  # fmt: skip
    u_s = math.hypot(model.u_at(media), _u_of(mark))
    return Marker(
        event=mark.event,
        mark=mark.id,
        source=mark.source,
        reference=model.to_reference(media),
        half=Duration.from_s(model.coverage_factor * u_s),
        media=media,
    )


# -- building -----------------------------------------------------------------------------------


def _track(case: Case, source: Source) -> Track:
    clips = tuple(
        _clip(case, source.id, number, start, end)
        for number, (start, end) in enumerate(source.stretches)
    )
    markers = tuple(
        place_marker(mark, clips[source.stretch_at(mark.centre)].model)
        for mark in case.of_kind(Mark)
        if mark.source == source.id and mark.provenance.status != "rejected"
    )
    return Track(source=source.id, clips=clips, gaps=_gaps(source, clips), markers=markers)


def _clip(case: Case, source: str, stretch: int, start: MediaTime, end: MediaTime) -> Clip:
    result = None if case.solution is None else case.solution.clock_of(source, stretch)
    if result is not None and (result.valid_from, result.valid_to) != (start, end):
        result = None  # of another division into stretches: a break was added or moved since
    model = None if result is None else result.model
    if result is not None and result.with_limits is not None and model is None:
        between = _between_limits(source, stretch, (start, end), result.with_limits)
        if between is not None:
            return between
    return Clip(
        source=source,
        stretch=stretch,
        media_start=start,
        media_end=end,
        status="unconstrained" if result is None else result.status,
        start=None if model is None else model.to_reference(start),
        end=None if model is None else model.to_reference(end),
        half_start=None if model is None else model.half_range_at(start),
        half_end=None if model is None else model.half_range_at(end),
        model=model,
    )


def _between_limits(
    source: str, stretch: int, media: tuple[MediaTime, MediaTime], limited: Limited
) -> Clip | None:
    """A stretch that only limits hold; ``None`` where they leave both sides open."""
    low, high = (
        None if end is None or not math.isfinite(end) else Duration.from_s(end)
        for end in (limited.low_s, limited.high_s)
    )
    middle = low if low is not None else high
    if middle is None or limited.status not in ("bounded", "one-sided"):
        return None
    if low is not None and high is not None:
        middle = Duration((low.ns + high.ns) // 2)
        if limited.value_s is not None:
            middle = Duration.from_s(limited.value_s)
    start, end = (ReferenceTime(at.ns + middle.ns) for at in media)
    return Clip(
        source=source, stretch=stretch, media_start=media[0], media_end=media[1],
        status="bounded" if low is not None and high is not None else "one-sided",
        start=start, end=end,
        half_start=None if low is None else middle - low,
        half_end=None if high is None else high - middle,
        model=None,
    )  # fmt: skip


def _gaps(source: Source, clips: tuple[Clip, ...]) -> tuple[Gap, ...]:
    """Between stretches that follow each other in the file and on the clock, both linked."""
    gaps = []
    for before, after in pairwise(clips):
        if before.model is None or after.model is None:
            continue
        if before.end is None or after.start is None or after.start <= before.end:
            continue
        reason = source.breaks[before.stretch].reason or "gap between stretches"
        gaps.append(Gap(source=source.id, start=before.end, end=after.start, reason=reason))
    return tuple(gaps)


def _u_of(mark: Mark) -> float:
    """Standard uncertainty of a mark's own interval, seconds; none known for a one-sided one."""
    half = mark.half
    if half is None:
        return 0.0
    return half.s / (Z95 if mark.spread == "normal" else math.sqrt(3))


# -- positions ----------------------------------------------------------------------------------


def _covers(clip: Clip, at: ReferenceTime) -> bool:
    return clip.start is not None and clip.end is not None and clip.start <= at < clip.end


def _inside(clip: Clip, media: MediaTime) -> MediaTime:
    """Rounding may put the mapped time a nanosecond beyond an edge of its stretch."""
    return min(max(media, clip.media_start), MediaTime(clip.media_end.ns - 1))


def _why_nothing(track: Track, at: ReferenceTime, stale: bool) -> str:
    placed = [clip for clip in track.clips if clip.model is not None]
    between = _what_may_be_here(track, at)
    if not placed and between:
        return between
    if not placed:
        return f"{NO_LINK} (the calculation is out of date)" if stale else NO_LINK
    starts = [(clip.start, clip.half_start) for clip in placed if clip.start is not None]
    ends = [(clip.end, clip.half_end) for clip in placed if clip.end is not None]
    first, last = min(starts, key=lambda edge: edge[0]), max(ends, key=lambda edge: edge[0])
    if at < first[0]:
        reason = f"not recording: begins at {_shown(*first)}"
    elif at >= last[0]:
        reason = f"ended at {_shown(*last)}"
    else:
        reason = _what_is_removed(track, at)
    if between:
        return f"{reason}; {between}"
    without = len(track.clips) - len(placed)
    if without:
        what = "one stretch" if without == 1 else f"{without} stretches"
        reason += f"; {what} of it not linked"
    return reason


def _what_is_removed(track: Track, at: ReferenceTime) -> str:
    """How much time the file lacks between the two placed stretches around ``at``.

    Both ends may be off by their whole range at once: the length is between the limits whatever
    the two have to do with each other. Where stretches without a link lie between, what is removed
    before and after each of them is not known, only that all of it fits.
    """
    placed = [
        (clip, clip.start, clip.end)
        for clip in track.clips
        if clip.model is not None and clip.start is not None and clip.end is not None
    ]
    before, _, end = max((one for one in placed if one[2] <= at), key=lambda one: one[2])
    after, start, _ = min((one for one in placed if one[1] > at), key=lambda one: one[1])
    if after.stretch <= before.stretch:
        return "gap between stretches"
    halves = (before.half_end, after.half_start)
    half_s = sum(half.s for half in halves if half is not None)
    loose = [c for c in track.clips if before.stretch < c.stretch < after.stretch]
    lost_s = (start - end).s - sum((c.media_end - c.media_start).s for c in loose)
    high = round_up(max(0.0, lost_s + half_s), 1)
    if loose:
        return f"time removed here, length unknown (0 to {high:.1f} s)"
    low = round_down(max(0.0, lost_s - half_s), 1)
    return f"time removed here, between {low:.1f} and {high:.1f} s"


def _what_may_be_here(track: Track, at: ReferenceTime) -> str:
    """Which stretches the limits allow at this time; empty for none."""
    found = [
        clip
        for clip in track.clips
        if clip.model is None and clip.start is not None and clip.end is not None
        and (clip.half_start is None or clip.start - clip.half_start <= at)
        and (clip.half_end is None or at < clip.end + clip.half_end)
    ]  # fmt: skip
    if not found:
        return ""
    if len(found) > 1:
        return f"{len(found)} stretches that only limits hold may lie here"
    (clip,) = found
    return f"stretch {clip.stretch + 1}, which only limits hold, may lie here"


def _shown(at: ReferenceTime, half: Duration | None) -> str:
    """A clock time with no digit finer than a tenth of its range, and none below 1 ms."""
    U = 0.0 if half is None else half.s
    decimals = 3 if U <= 0 else min(3, max(0, math.floor(1 - math.log10(U))))
    return format_clock(at, decimals)
