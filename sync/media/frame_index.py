"""When each frame of a recording was, and which frames show one and the same picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sync.media.facts import IndexState
from sync.media.packets import PacketTable
from sync.timebase import Duration, MediaTime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameIndex:
    """All frames of one picture stream, in presentation order; arrays of equal length n.

    Presentation order is the order in which the decoder puts frames out. In a file whose clock
    jumps back, ``time_ns`` does too: it is recorded, not repaired.
    """

    pts: NDArray[np.int64]
    """Presentation timestamps, ticks of ``time_base``; as written, never rebased."""
    time_ns: NDArray[np.int64]
    """Media time, nanoseconds."""
    ordinal: NDArray[np.int32]
    """Number of the packet each frame was decoded from, in file order."""
    key: NDArray[np.bool_]
    picture: NDArray[np.int32]
    """Number of the distinct picture, 0-based, nondecreasing; all −1 while provisional."""
    time_base: Fraction
    state: IndexState
    damaged: NDArray[np.bool_] | None = None
    """Decoded with errors."""
    blended: NDArray[np.bool_] | None = None
    """A mixture of its neighbours (rate conversion), not something a camera saw at one time."""
    digest: NDArray[np.uint32] | None = None
    """CRC-32 of each frame's 160×90 grey: a later decode can be held against it."""
    packets: PacketTable | None = None

    def __len__(self) -> int:
        return len(self.time_ns)

    def frame_at(self, t: MediaTime) -> int | None:
        """Frame with the greatest media time ≤ ``t``; ``None`` before the first.

        Where two frames carry that time, the later one.
        """
        if self._monotone():
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
        steps = np.diff(self.time_ns)
        steps = steps[steps > 0]
        return Duration(int(np.median(steps)) if len(steps) else 0)

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
            Blended pictures widen both ends to the nearest unblended one, since a blend already
            shows, faintly, what the next picture saw.
        """
        before, here = p - 1, p
        while before >= 0 and self._blended(before):
            before -= 1
        last = (len(self) if self.state == "provisional" else int(self.picture[-1]) + 1) - 1
        while here < last and self._blended(here):
            here += 1
        after = self.picture_time(before) if before >= 0 else None
        return after, self.picture_time(here)

    def _blended(self, p: int) -> bool:
        if self.blended is None:
            return False
        return bool(self.blended[self.frames_of_picture(p).start])

    def _checked(self, i: int) -> int:
        if not 0 <= i < len(self.time_ns):
            raise IndexError(f"there is no frame {i}: the recording has {len(self.time_ns)}")
        return i

    def _monotone(self) -> bool:
        return bool(np.all(self.time_ns[1:] >= self.time_ns[:-1]))

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
        }
        for name in ("damaged", "blended", "digest"):
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
        optional = [name for name in ("damaged", "blended", "digest") if name in arrays]
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
        num, den = (int(x) for x in arrays["time_base"].astype(np.int64))
        return cls(
            pts=arrays["pts"].astype(np.int64),
            time_ns=arrays["time_ns"].astype(np.int64),
            ordinal=arrays["ordinal"].astype(np.int32),
            key=arrays["key"].astype(np.bool_),
            picture=arrays["picture"].astype(np.int32),
            time_base=Fraction(num, den),
            state="verified" if bool(arrays["verified"][0]) else "provisional",
            damaged=arrays["damaged"].astype(np.bool_) if "damaged" in arrays else None,
            blended=arrays["blended"].astype(np.bool_) if "blended" in arrays else None,
            digest=arrays["digest"].astype(np.uint32) if "digest" in arrays else None,
            packets=packets,
        )
