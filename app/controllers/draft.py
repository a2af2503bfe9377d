"""A mark while it is being made: plain values and how they move. No Qt, no media."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from sync.evidence import Mark, StreamName
from sync.timebase import NS_PER_S, MediaTime, format_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sync.media.frame_index import FrameIndex

Side = Literal["both", "only earliest", "only latest"]
SOUND_HALF_NS = 20_000_000
SOUND_STEP_NS = 10_000_000
FINE_STEP_NS = 1_000_000
_WIDEN_NS = 5_000_000
SNAP_REACH_NS = 50_000_000
Shown = tuple[int, int | None]
"""A frame of the file, and which field of it (0 or 1) where only that one is shown."""
_MOST_PICTURES = 1000
"""How far before the picture of a mark its first picture is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(ABC):
    """An interval in one stream, not accepted yet."""

    source: str
    stream: StreamName
    side: Side = "both"

    @property
    @abstractmethod
    def interval(self) -> tuple[MediaTime | None, MediaTime | None]:
        """(earliest, latest) as it would be kept."""

    @property
    def frames(self) -> tuple[int, int] | None:
        """File frames of the picture that shows it."""
        return None

    def note(self) -> str:
        """How it was placed, for the note of the mark."""
        return ""

    def words(self) -> str:
        """``between 52.733 and 52.800 s``."""
        earliest, latest = self.interval
        if earliest is None or latest is None:
            known = latest if earliest is None else earliest
            assert known is not None
            side = "by" if earliest is None else "not before"
            return f"{side} {format_seconds(known.ns, 3)} s"
        return f"between {format_seconds(earliest.ns, 3)} and {format_seconds(latest.ns, 3)} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureDraft(Draft):
    """From the last picture that does not show it to the first that does."""

    index: FrameIndex
    first: int
    """Number of the first picture that may be the one."""
    last: int
    """Number of the last picture that may be the one."""

    @property
    def interval(self) -> tuple[MediaTime | None, MediaTime | None]:
        before, _ = self.index.picture_bounds(self.first)
        _, by = self.index.picture_bounds(self.last)
        if self.side == "only earliest":
            return before if before is not None else self.index.picture_time(self.first), None
        return (None, by) if self.side == "only latest" else (before, by)

    @property
    def frames(self) -> tuple[int, int] | None:
        shown = self.index.frames_of_picture(self.last)
        return shown.start, shown.stop - 1

    def moved(self, steps: int) -> PictureDraft:
        """Both edges by whole pictures; stays inside the recording."""
        most = self._count - 1
        steps = max(-self.first, min(steps, most - self.last))
        return replace(self, first=self.first + steps, last=self.last + steps)

    def widened(self, later: bool) -> PictureDraft:
        """One picture more on one side."""
        most = self._count - 1
        if later:
            return replace(self, last=min(most, self.last + 1))
        return replace(self, first=max(0, self.first - 1))

    @property
    def at(self) -> MediaTime:
        """Where the playhead stands for it."""
        return self.index.picture_time(self.last)

    def shown(self) -> tuple[Shown | None, Shown | None]:
        """NOT YET and HAPPENED; ``None`` where that side is open."""
        before, _ = self.index.bounding_frames(self.first)
        _, here = self.index.bounding_frames(self.last)
        if self.side == "only earliest":
            first = self.index.frames_of_picture(self.first).start
            return (first if before is None else before, None), None
        not_yet = None if self.side == "only latest" or before is None else (before, None)
        return not_yet, (here, None)

    @property
    def _count(self) -> int:
        """Pictures; while they are not counted every frame is one."""
        return self.index.pictures or len(self.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDraft(PictureDraft):
    """From the last field of an interlaced picture that does not show it to the first that does."""

    first_field: int
    """0 or 1: which field of picture ``first``."""
    last_field: int

    @property
    def interval(self) -> tuple[MediaTime | None, MediaTime | None]:
        before, _ = self.index.field_bounds(self.first, self.first_field)
        _, by = self.index.field_bounds(self.last, self.last_field)
        if self.side == "only earliest":
            return (self._time(self.first, self.first_field) if before is None else before), None
        return (None, by) if self.side == "only latest" else (before, by)

    def moved(self, steps: int) -> FieldDraft:
        """Both edges by fields; stays inside the recording."""
        step = 1 if steps > 0 else -1
        moved = self
        for _ in range(abs(steps)):
            first, last = moved._on(step)
            if first == (moved.first, moved.first_field) or last == (moved.last, moved.last_field):
                break
            moved = moved._between(first, last)
        return moved

    def widened(self, later: bool) -> FieldDraft:
        """One field more on one side."""
        if later:
            return self._between((self.first, self.first_field), self._on(1)[1])
        return self._between(self._on(-1)[0], (self.last, self.last_field))

    @property
    def at(self) -> MediaTime:
        return self._time(self.last, self.last_field)

    def shown(self) -> tuple[Shown | None, Shown | None]:
        from sync.media.fields import stepped

        first, last = (self.first, self.first_field), (self.last, self.last_field)
        before = stepped(first, -1, self._count, self._interlaced)
        nothing_before = before == first and self.side == "both"
        not_yet = None if self.side == "only latest" or nothing_before else self._seen(*before)
        return not_yet, None if self.side == "only earliest" else self._seen(*last)

    def note(self) -> str:
        """``seen in field 2 of 2 (bottom) of frame 40``."""
        from sync.media.fields import field_words

        frame = self.index.frames_of_picture(self.last).start
        words = field_words(self.last_field, self.index.field_order)
        return f"seen in {words} of frame {frame}; its fields taken as half a frame apart"

    def _interlaced(self, picture: int) -> bool:
        return self.index.is_interlaced(self.index.frames_of_picture(picture).start)

    def _on(self, step: int) -> tuple[tuple[int, int], tuple[int, int]]:
        from sync.media.fields import stepped

        ends = ((self.first, self.first_field), (self.last, self.last_field))
        first, last = (stepped(end, step, self._count, self._interlaced) for end in ends)
        return first, last

    def _between(self, first: tuple[int, int], last: tuple[int, int]) -> FieldDraft:
        return replace(self, first=first[0], first_field=first[1], last=last[0],
                       last_field=last[1])  # fmt: skip

    def _time(self, picture: int, which: int) -> MediaTime:
        return self.index.field_time(self.index.frames_of_picture(picture).start, which)

    def _seen(self, picture: int, which: int) -> Shown:
        field = which if self._interlaced(picture) else None
        return self.index.frames_of_picture(picture).start, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundDraft(Draft):
    """An instant heard, within typed limits."""

    centre_ns: int
    early_ns: int = SOUND_HALF_NS
    late_ns: int = SOUND_HALF_NS
    raw_ns: int
    """Where the playhead stood before snapping."""

    @property
    def interval(self) -> tuple[MediaTime | None, MediaTime | None]:
        earliest = MediaTime(max(0, self.centre_ns - self.early_ns))
        latest = MediaTime(self.centre_ns + self.late_ns)
        if self.side == "only earliest":
            return earliest, None
        return (None, latest) if self.side == "only latest" else (earliest, latest)

    def moved(self, ns: int) -> SoundDraft:
        """Both edges."""
        return replace(self, centre_ns=max(0, self.centre_ns + ns))

    def widened(self, later: bool) -> SoundDraft:
        """5 ms more on one side."""
        if later:
            return replace(self, late_ns=self.late_ns + _WIDEN_NS)
        return replace(self, early_ns=self.early_ns + _WIDEN_NS)

    def note(self) -> str:
        """Raw and snapped position."""
        if self.raw_ns == self.centre_ns:
            return f"placed by hand at {format_seconds(self.raw_ns, 4)} s"
        return (
            f"placed at {format_seconds(self.raw_ns, 4)} s, "
            f"moved to {format_seconds(self.centre_ns, 4)} s"
        )


def one_sided(draft: Draft, side: Side) -> Draft:
    """Only one end known; asking again for the same side knows both again."""
    return replace(draft, side="both" if draft.side == side else side)


def find_onset(samples: NDArray[np.float32], rate_hz: int, at: int, reach: int) -> int | None:
    """Sample of the onset nearest to ``at``, at most ``reach`` samples away.

    An onset is where the level over 4 ms rises to half of the strongest rise (in decibels) within
    reach: the beginning of a sound, not its loudest place. ``None`` where nothing rises by 6 dB.

    Parameters
    ----------
    samples
        (n,) mono.
    """
    window = max(2, round(0.004 * rate_hz))
    energy = np.convolve(samples.astype(np.float64) ** 2, np.ones(window) / window, "full")
    level = 10 * np.log10(energy[: len(samples)] + 1e-10)
    back = max(1, 2 * window)
    rise = level - np.concatenate((np.full(back, level[0]), level[:-back]))
    low, high = max(0, at - reach), min(len(samples), at + reach + 1)
    if high <= low:
        return None
    inside = rise[low:high]
    strongest = float(inside.max())
    if strongest < 6.0:
        return None
    starts = np.flatnonzero((inside >= strongest / 2) & (np.append(-np.inf, inside[:-1])
                                                          < strongest / 2))  # fmt: skip
    if not len(starts):
        return None
    nearest = starts[np.argmin(np.abs(starts + low - at))]
    return int(nearest + low)


def picture_draft(source: str, index: FrameIndex, media: MediaTime) -> PictureDraft:
    """A draft at the picture shown at ``media``."""
    number = index.frame_at(media)
    picture = index.picture_of(0 if number is None else number)
    return PictureDraft(source=source, stream="picture", index=index, first=picture, last=picture)


def field_draft(source: str, index: FrameIndex, media: MediaTime) -> PictureDraft:
    """A draft at the field seen at ``media``; at the picture where their order is not known."""
    frame, which = index.field_at(media) or (0, 0)
    whole = picture_draft(source, index, media)
    known = index.state == "verified" and index.field_order in ("top", "bottom")
    if not known or not index.is_interlaced(frame):
        return whole
    return FieldDraft(
        source=source, stream="picture", index=index, first=whole.first, last=whole.last,
        first_field=which, last_field=which,
    )  # fmt: skip


def draft_of(mark: Mark, index: FrameIndex) -> PictureDraft:
    """The pictures between which a mark of pictures was made."""
    at = mark.frames[0] if mark.frames is not None else index.frame_at(mark.centre) or 0
    for which in (0, 1):
        seen = field_draft(mark.source, index, index.field_time(at, which))
        if isinstance(seen, FieldDraft) and seen.interval == (mark.earliest, mark.latest):
            return seen
    last = first = index.picture_of(at)
    for picture in range(last, max(-1, last - _MOST_PICTURES), -1):
        if index.picture_bounds(picture)[0] == mark.earliest:
            first = picture
            break
    side: Side = "only earliest" if mark.latest is None else "both"
    if mark.earliest is None and first > 0:
        side = "only latest"
    return PictureDraft(source=mark.source, stream="picture", side=side, index=index,
                        first=first, last=last)  # fmt: skip


def sound_draft(
    source: str, media: MediaTime, onset: MediaTime | None, half_ns: int = SOUND_HALF_NS
) -> SoundDraft:
    """A draft at ``media``, or at the onset near it."""
    centre = media.ns if onset is None else onset.ns
    return SoundDraft(
        source=source, stream="sound", centre_ns=centre, early_ns=half_ns, late_ns=half_ns,
        raw_ns=media.ns,
    )  # fmt: skip


def seconds_text(ns: int) -> str:
    """``+1.310 s``."""
    return f"{'+' if ns >= 0 else '−'}{abs(ns) / NS_PER_S:.3f} s"
