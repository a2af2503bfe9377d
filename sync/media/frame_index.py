"""When each frame of a recording was, and which frames show one and the same picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from sync.media.facts import IndexState
from sync.media.fields import FieldOrder
from sync.media.packets import PacketTable
from sync.timebase import Duration, MediaTime

_EXACT = Duration(0)

_OPTIONAL: dict[str, Any] = {
    "damaged": np.bool_, "blend_reach": np.uint8, "interlaced": np.bool_, "digest": np.uint32,
}  # fmt: skip
"""Columns an index may lack, and their types."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameIndex:
    """All frames of one picture stream, in presentation order; arrays of equal length n.

    Presentation order is the order in which the decoder puts frames out. In a file whose clock
    jumps back, ``time_ns`` does too: it is recorded, not repaired.
    """

    pts: NDArray[np.int64]
    """Presentation timestamps, ticks of ``time_base``; as written, never rebased."""
    time_ns: NDArray[np.int64]
    """Media time, nanoseconds: that of ``pts``, counted on where an MPEG clock starts again from 0
    at 2³³ ticks (the health notes list where)."""
    ordinal: NDArray[np.int32]
    """Number of the packet each frame was decoded from, in file order."""
    key: NDArray[np.bool_]
    picture: NDArray[np.int32]
    """Number of the distinct picture, 0-based, nondecreasing; all −1 while provisional."""
    time_base: Fraction
    state: IndexState
    damaged: NDArray[np.bool_] | None = None
    """Decoded with errors."""
    blend_reach: NDArray[np.uint8] | None = None
    """0: something a camera saw. Otherwise a mixture of two pictures (rate conversion), and this
    many frames away at most lie the pictures it is mixed of."""
    interlaced: NDArray[np.bool_] | None = None
    """Holds two fields, seen half an interval apart."""
    field_order: FieldOrder | None = None
    """Which of the two was seen first; ``None`` where no frame is interlaced."""
    raster_half: Duration = _EXACT
    """How far, either way, the time of a picture may lie from when it was taken, because the file
    holds pictures on a raster finer than their own rate, but no multiple of it."""
    digest: NDArray[np.uint32] | None = None
    """CRC-32 of each frame's 160×90 grey: a later decode can be held against it."""
    packets: PacketTable | None = None
    _rising: bool = field(init=False, repr=False)
    _interval_ns: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        steps = np.diff(self.time_ns)
        positive = steps[steps > 0]
        object.__setattr__(self, "_rising", bool(np.all(steps >= 0)))
        usual = int(np.median(positive)) if len(positive) else 0
        object.__setattr__(self, "_interval_ns", usual)

    def __len__(self) -> int:
        return len(self.time_ns)

    def frame_at(self, t: MediaTime) -> int | None:
        """Frame with the greatest media time ≤ ``t``; ``None`` before the first.

        Where two frames carry that time, the later one.
        """
        if self._rising:
            found = int(np.searchsorted(self.time_ns, t.ns, side="right")) - 1
            return found if found >= 0 else None
        shown = np.flatnonzero(self.time_ns <= t.ns)
        if not len(shown):
            return None
        times = self.time_ns[shown]
        return int(shown[np.flatnonzero(times == times.max())[-1]])

    def time_of(self, i: int) -> MediaTime:
        """Media time of frame ``i``.

        Raises
        ------
        IndexError
            When there is no such frame; negative numbers do not count from the end.
        """
        return MediaTime(int(self.time_ns[self._checked(i)]))

    def end_of(self, i: int) -> MediaTime:
        """When the next frame replaces frame ``i``: its time, or one median interval later for the
        last frame and where the clock does not advance."""
        own = int(self.time_ns[self._checked(i)])
        following = int(self.time_ns[i + 1]) if i + 1 < len(self) else own
        return MediaTime(following if following > own else own + self.median_interval.ns)

    @property
    def median_interval(self) -> Duration:
        """Median of the positive steps between frames; 0 when there are none."""
        return Duration(self._interval_ns)

    @property
    def blended(self) -> NDArray[np.bool_] | None:
        """(n,) whether each frame is a mixture; ``None`` while nobody has looked."""
        return None if self.blend_reach is None else self.blend_reach > 0

    def is_interlaced(self, i: int) -> bool:
        """Whether frame ``i`` holds two fields."""
        self._checked(i)
        if self.interlaced is None:
            return self.field_order is not None
        return bool(self.interlaced[i])

    def field_times(self, i: int) -> tuple[MediaTime, MediaTime] | None:
        """When the two fields of frame ``i`` were seen; ``None`` where it has none.

        The first at the frame's own time, the second half a usual interval (or half the frame's
        own, where that is shorter) later.
        """
        if not self.is_interlaced(i):
            return None
        first = int(self.time_ns[i])
        half = min(self.end_of(i).ns - first, self._interval_ns) // 2
        return MediaTime(first), MediaTime(first + half)

    def field_at(self, t: MediaTime) -> tuple[int, int] | None:
        """The frame shown at ``t``, and 1 where its second field had been seen by then, else 0."""
        i = self.frame_at(t)
        if i is None:
            return None
        seen = self.field_times(i)
        return i, int(seen is not None and t >= seen[1])

    def field_time(self, i: int, which: int) -> MediaTime:
        """When field ``which`` (0 or 1) of frame ``i`` was seen; its own time if it has none."""
        seen = self.field_times(i)
        return self.time_of(i) if seen is None else seen[which]

    @property
    def pictures(self) -> int | None:
        """Number of distinct pictures; ``None`` while provisional."""
        if self.state == "provisional":
            return None
        return int(self.picture[-1]) + 1 if len(self) else 0

    def picture_of(self, i: int) -> int:
        """Picture that frame ``i`` shows; while provisional every frame counts as its own."""
        self._checked(i)
        return i if self.state == "provisional" else int(self.picture[i])

    def frames_of_picture(self, p: int) -> range:
        """Frames that show picture ``p``.

        Raises
        ------
        IndexError
            When there is no such picture.
        """
        if self.state == "provisional":
            return range(self._checked(p), p + 1)
        first = int(np.searchsorted(self.picture, p, side="left"))
        last = int(np.searchsorted(self.picture, p, side="right"))
        if first == last:
            raise IndexError(f"there is no picture {p}")
        return range(first, last)

    def picture_time(self, p: int) -> MediaTime:
        """Media time of the first frame of picture ``p``."""
        return self.time_of(self.frames_of_picture(p).start)

    def picture_bounds(self, p: int) -> tuple[MediaTime | None, MediaTime]:
        """Between which two times an instantaneous change happened that is first seen in ``p``.

        Returns
        -------
        (after, by)
            ``after``: time of the first frame of the previous distinct picture, or ``None`` when
            there is none: such a mark is one-sided. ``by``: time of the first frame of ``p``.
            Blended pictures widen both ends to the nearest unblended one, but no further than the
            pictures they are mixed of lie: a blend shows, faintly, what was seen later than its
            time. An interlaced ``p`` was seen until its second field. Pictures on a foreign raster
            widen both ends by :attr:`raster_half`.
        """
        before, here = self.bounding_frames(p)
        seen = self.field_times(here)
        by = int(self.time_ns[here]) if seen is None else seen[1].ns
        by += self._short_of_pictures(self.frames_of_picture(p).start, here) * self._interval_ns
        after = None
        if before is not None and not self._short_of_pictures(
            self.frames_of_picture(p - 1).start, before
        ):
            after = MediaTime(int(self.time_ns[before]) - self.raster_half.ns)
        return after, MediaTime(by + self.raster_half.ns)

    def field_bounds(self, p: int, which: int) -> tuple[MediaTime | None, MediaTime]:
        """Between which two times a change happened that is first seen in one field of ``p``.

        Parameters
        ----------
        which
            0 for the field seen first, 1 for the second.

        Returns
        -------
        (after, by)
            Times of the field before (of this picture, or the last of the picture before) and of
            this one, each in the first frame that shows it; widened by :attr:`raster_half`.
            Blended pictures and fields of unknown order bound nothing: then as
            :meth:`picture_bounds`.
        """
        here = self.frames_of_picture(p).start
        before = here if which else self.frames_of_picture(p - 1).start if p else None
        if (
            self.field_order == "unknown"
            or self._reach(here)
            or (before is not None and self._reach(before))
        ):
            return self.picture_bounds(p)
        after = None
        if before is not None:
            after = MediaTime(self.field_time(before, 1 - which).ns - self.raster_half.ns)
        return after, MediaTime(self.field_time(here, which).ns + self.raster_half.ns)

    def bounding_frames(self, p: int) -> tuple[int | None, int]:
        """The frames that show what was and what is, where a change is first seen in ``p``.

        The first frame of the picture before and of ``p`` itself, each past the blends it is part
        of; ``None`` where there is no picture before.
        """
        here = self._past_blend(self.frames_of_picture(p).start, 1)
        if p == 0:
            return None, here
        return self._past_blend(self.frames_of_picture(p - 1).start, -1), here

    def _reach(self, i: int) -> int:
        return 0 if self.blend_reach is None else int(self.blend_reach[i])

    def _past_blend(self, i: int, way: int) -> int:
        """From ``i`` to the nearest frame that is no mixture, or to where its pictures lie."""
        end = i + way * self._reach(i)
        while i != end and self._reach(i) and 0 <= i + way < len(self):
            i += way
        return i

    def _short_of_pictures(self, i: int, walked: int) -> int:
        """Frames that lack, at an end of the recording, to where the pictures in ``i`` lie."""
        return self._reach(i) - abs(walked - i) if self._reach(walked) else 0

    def _checked(self, i: int) -> int:
        if not 0 <= i < len(self.time_ns):
            raise IndexError(f"there is no frame {i}: the recording has {len(self.time_ns)}")
        return i

    # -- for the cache ------------------------------------------------------------------------

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Everything as named arrays; the inverse of :meth:`from_arrays`."""
        base = np.array([self.time_base.numerator, self.time_base.denominator], np.int64)
        arrays: dict[str, NDArray[np.generic]] = {
            "pts": self.pts,
            "time_ns": self.time_ns,
            "ordinal": self.ordinal,
            "key": self.key,
            "picture": self.picture,
            "time_base": base,
            "verified": np.array([self.state == "verified"]),
            "field_order": np.array([self.field_order or ""], dtype=np.str_),
            "raster_half_ns": np.array([self.raster_half.ns], np.int64),
        }
        for name in _OPTIONAL:
            value = getattr(self, name)
            if value is not None:
                arrays[name] = value
        if self.packets is not None:
            for name in ("position", "pts", "dts", "size", "key"):
                arrays[f"packet_{name}"] = getattr(self.packets, name)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> FrameIndex:
        """An index from :meth:`to_arrays`.

        Raises
        ------
        KeyError, ValueError
            When an array is missing or its length differs.
        """
        n = len(arrays["time_ns"])
        frame_arrays = ("pts", "ordinal", "key", "picture")
        optional = [name for name in _OPTIONAL if name in arrays]
        if any(len(arrays[name]) != n for name in (*frame_arrays, *optional)):
            raise ValueError("a frame index with columns of unequal length")
        packets = None
        if "packet_size" in arrays:
            packets = PacketTable(
                position=arrays["packet_position"].astype(np.int64),
                pts=arrays["packet_pts"].astype(np.int64),
                dts=arrays["packet_dts"].astype(np.int64),
                size=arrays["packet_size"].astype(np.int64),
                key=arrays["packet_key"].astype(np.bool_),
            )
        order = str(arrays["field_order"][0])
        if order not in ("", *get_args(FieldOrder)):
            raise ValueError(f"no order of fields: {order!r}")
        num, den = (int(x) for x in arrays["time_base"].astype(np.int64))
        return cls(
            pts=arrays["pts"].astype(np.int64),
            time_ns=arrays["time_ns"].astype(np.int64),
            ordinal=arrays["ordinal"].astype(np.int32),
            key=arrays["key"].astype(np.bool_),
            picture=arrays["picture"].astype(np.int32),
            time_base=Fraction(num, den),
            state="verified" if bool(arrays["verified"][0]) else "provisional",
            field_order=cast(FieldOrder, order) if order else None,
            raster_half=Duration(int(arrays["raster_half_ns"].astype(np.int64)[0])),
            packets=packets,
            **{name: arrays[name].astype(_OPTIONAL[name]) for name in optional},
        )
