"""Which neighbouring frames show one and the same picture.

An export may show each of a recorder's pictures several times (10 a second in a file of 30). What
is first seen in such a frame happened since the *picture* before, not since the frame before, so
grouping widens every bound, and missing a repeat makes it too narrow by a whole factor.

Similarity alone cannot decide. A still, clean scene gives identical frames from a camera that saw
each of them; a codec refines a repeated picture, so true repeats differ by up to half a grey level.
So frames are grouped only where a *pattern of repetition* shows, from one of three kinds of
evidence:

cadence
    Whenever something moves, it moves in single jumps with standstill on either side, at steps of
    k or k + 1 frames. A burnt-in clock or a lamp in a still scene does that too: the jumps must
    also come at many places of the picture, or the sensor noise be renewed with each of them, or
    the steps be shorter than any clock or lamp ticks.
    Stretches without movement are then divided by the same cadence, counted backwards from the
    next change, which keeps the bound before that change honest.
standstill
    A recording that otherwise is never still (sensor noise) stands still to a tenth of that noise:
    those frames are copies, whatever their number.

stall
    Again and again, one frame stands still between two steps of movement: 25 a second put into 30
    show every fifth picture twice. Nothing that moves stops for one frame.

A still and clean recording with none of these is left ungrouped: nothing observed says that its
camera did not see each frame. Grouping small changes away is never done: any cell of the 160×90
grey that changes by more than a codec's refinement is a new picture.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sync.media.facts import HealthNote
from sync.timebase import MediaTime

_MOVED_LEVELS = 8
"""Grey levels by which a cell of the 160×90 must change to count as movement. Repeats coded by
x264 at crf 18–30 change by at most 7 in nine of ten cases, one toggling cell of text by 50."""

_STILL_LEVELS = 3
"""Largest change of any cell in a copy."""

_AFTERGLOW_LEVELS = 48
"""Largest change of a cell that a codec makes to a repeated picture (46 at x264 crf 36). More, even
beside a jump, is something new: a clock written over the repeated pictures ticks when it will."""

_JUMP_RATIO = 3.0
"""How many times more must move in a jump than in the steps on either side of it."""

_LEAST_JUMPS = 8
"""Jumps without which no cadence is claimed."""

_TICK_S = 0.25
"""Steps shorter than this are no clock's (1 s) nor a lamp's (a turn signal changes every 0.3 s)."""

_TILES = (9, 16)


@dataclass(frozen=True, slots=True)
class Difference:
    """How one frame's grey differs from that of the frame before."""

    mean: float
    """Mean absolute difference, grey levels."""
    breadth: float
    """Share of cells that differ at all, 0…1."""
    moved: float
    """Share of cells that differ by more than :data:`_MOVED_LEVELS`."""
    peak: int
    """Largest absolute difference of a cell."""
    where: bytes
    """Which of 16×9 tiles moved, as packed bits."""


def difference(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Difference:
    """Compare two (90, 160) grey pictures."""
    gap = cv2.absdiff(before, after)
    # Whole rows first: one maximum over both sides of the tiles takes five times as long.
    tiles = gap.reshape(_TILES[0], 10, -1).max(axis=1).reshape(*_TILES, 10).max(axis=2)
    return Difference(
        mean=float(cv2.mean(gap)[0]),
        breadth=cv2.countNonZero(gap) / gap.size,
        moved=float(np.count_nonzero(gap > _MOVED_LEVELS)) / gap.size,
        peak=int(tiles.max()),
        where=np.packbits(tiles > _MOVED_LEVELS).tobytes(),
    )


class Differences:
    """The differences of a whole recording, by column: 34 bytes a frame."""

    def __init__(self) -> None:
        self._mean, self._breadth, self._moved = array("f"), array("f"), array("f")
        self._peak = array("B")
        self._where = bytearray()

    def __len__(self) -> int:
        return len(self._peak)

    def append(self, change: Difference) -> None:
        """The next frame's difference."""
        self._mean.append(change.mean)
        self._breadth.append(change.breadth)
        self._moved.append(change.moved)
        self._peak.append(change.peak)
        self._where += change.where

    @property
    def mean(self) -> NDArray[np.float32]:
        """(n,) as in :class:`Difference`, and so on."""
        return np.array(self._mean, np.float32)

    @property
    def breadth(self) -> NDArray[np.float32]:
        """(n,)"""
        return np.array(self._breadth, np.float32)

    @property
    def moved(self) -> NDArray[np.float32]:
        """(n,)"""
        return np.array(self._moved, np.float32)

    @property
    def peak(self) -> NDArray[np.int64]:
        """(n,)"""
        return np.array(self._peak, np.int64)

    def where(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """(rows, tiles) 0 or 1: the tiles that moved."""
        packed = np.frombuffer(bytes(self._where), np.uint8).reshape(len(self), -1)
        return np.unpackbits(packed[rows], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PictureGroups:
    """The pictures of a recording and on what evidence they were grouped."""

    picture: NDArray[np.int32]
    """(n,) picture number of each frame, 0-based, nondecreasing."""
    cadence: tuple[int, int] | None
    """Smallest and largest number of frames a picture is shown, where a cadence was found."""
    copies: int
    """Frames that are copies by standstill."""
    stalls: int = 0
    """Frames that are copies by stalling."""

    @property
    def uneven(self) -> bool:
        """Shown k times here and k + 1 there: the file's raster is no multiple of the recorder's
        interval, so a picture's time lies up to half a frame from when it was taken."""
        if self.cadence is None:
            return self.stalls > 0
        return self.cadence[0] != self.cadence[1]

    def notes(self, time_ns: NDArray[np.int64]) -> tuple[HealthNote, ...]:
        """What an examiner must know of it; ``time_ns`` (n,) are the frames' times."""
        n = len(self.picture)
        if not n or int(self.picture[-1]) + 1 == n:
            return ()
        pictures = int(self.picture[-1]) + 1
        sizes = np.bincount(self.picture)
        first = int(np.flatnonzero(np.diff(self.picture) == 0)[0])
        if self.cadence is not None:
            low, high = self.cadence
            shown = f"{low} times" if low == high else f"{low} or {high} times"
            detail = (
                f"Each picture is shown {shown}: {n} frames hold {pictures} distinct pictures, "
                "so the recorder's rate is lower than the file's."
            )
        else:
            detail = (
                f"{n - pictures} of {n} frames repeat the picture before them "
                f"(longest run {int(sizes.max())} frames): the recorder delivered no new picture."
            )
        if self.uneven:
            detail += (
                " Its rate is no fraction of the file's: a picture may have been taken half a "
                "frame's interval earlier or later than its time, and bounds allow for it."
            )
        return (HealthNote(code="duplicate", at=MediaTime(int(time_ns[first])), detail=detail),)


def group_pictures(
    changes: Differences, interval_s: float, stalls: NDArray[np.bool_] | None = None
) -> PictureGroups:
    """Group n = ``len(changes) + 1`` frames into pictures; see the module's text.

    Parameters
    ----------
    changes
        ``changes[i]`` compares frame i + 1 with frame i.
    interval_s
        Usual interval of the frames.
    stalls
        (n,) frames that stand still between two steps of movement (:mod:`sync.media.blends`).
    """
    if not len(changes):
        return PictureGroups(picture=np.zeros(1, np.int32), cadence=None, copies=0)
    moved = changes.moved
    jumps = _jumps(moved)
    peak = changes.peak
    cadence = _cadence(changes, moved, jumps, interval_s)
    new = np.ones(len(changes), np.bool_)
    if cadence is not None:
        new = _by_cadence(moved, jumps, peak, cadence[1])
    copy = _copies(changes, new)
    new &= ~copy
    stalled = 0
    if cadence is None and stalls is not None and stalls.any():
        stalled = int(np.count_nonzero(stalls[1:] & new))
        new &= ~stalls[1:]
    picture = np.concatenate(([0], np.cumsum(new))).astype(np.int32)
    return PictureGroups(picture=picture, cadence=cadence, copies=int(copy.sum()), stalls=stalled)


def _jumps(moved: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Steps in which far more moves than in the steps before and after."""
    padded = np.pad(moved, 1)
    beside = np.maximum(padded[:-2], padded[2:])
    return np.asarray((moved > 0) & (moved > _JUMP_RATIO * beside), dtype=np.bool_)


def _cadence(
    changes: Differences,
    moved: NDArray[np.float32],
    jumps: NDArray[np.bool_],
    interval_s: float,
) -> tuple[int, int] | None:
    """(k, k or k + 1) frames a picture, k ≥ 2, or ``None`` without sufficient evidence."""
    at = np.flatnonzero(jumps)
    # Codecs refine a repeated picture; what moves less than the jump beside it is that.
    others = int(np.count_nonzero(_others(moved, jumps)))
    if len(at) < _LEAST_JUMPS or len(at) < 0.85 * (len(at) + others):
        return None
    steps = np.diff(at)
    values, counts = np.unique(steps, return_counts=True)
    common = values[counts >= 0.1 * len(steps)]
    if not len(common) or common[0] < 2:
        return None
    k = int(common[0])
    near = steps[steps <= k + 1]
    fits = (steps >= k) & (_off_cadence(steps, k, bool((near == k + 1).any())) == 0)
    if np.mean(fits) < 0.85 or len(near) < max(_LEAST_JUMPS, 0.3 * len(steps)):
        return None
    places = _places(changes, at)
    quick = k * interval_s < _TICK_S and places >= 2
    if not (quick or places >= 5 or _noise_renewed(changes, jumps)):
        return None
    mixed = float(np.mean(near == k + 1)) > 0.02
    return k, k + 1 if mixed else k


def _off_cadence(steps: NDArray[np.int64], k: int, mixed: bool) -> NDArray[np.int64]:
    """Frames by which each step misses every sum of pictures shown k (or k + 1) times."""
    if not mixed:
        return np.asarray(np.minimum(steps % k, -steps % k), dtype=np.int64)
    # m pictures take m·k … m·(k+1) frames; from k·(k−1) on every number is such a sum.
    most = steps // k
    return np.asarray(np.maximum(steps - most * (k + 1), 0), dtype=np.int64)


def _places(changes: Differences, at: NDArray[np.int64]) -> float:
    """Over how much more of the picture the jumps are spread than one jump covers.

    About 1 for a lamp, 2 for the digits of a clock; many for things that move about, and counted
    as many when the usual jump covers a fifth of the picture.
    """
    where = changes.where(at)
    typical = max(float(np.median(where.sum(axis=1))), 1.0)
    if typical >= 0.2 * where.shape[1]:
        return float("inf")
    return float(where.any(axis=0).sum()) / typical


def _others(moved: NDArray[np.float32], jumps: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Movement that neither is a jump nor stands beside one."""
    padded = np.concatenate(([False], jumps, [False]))
    return np.asarray((moved > 0) & ~jumps & ~(padded[:-2] | padded[2:]), dtype=np.bool_)


def _noise_renewed(changes: Differences, jumps: NDArray[np.bool_]) -> bool:
    """Whether the whole picture's noise changes with the jumps and rests between them."""
    breadth = changes.breadth
    if jumps.all():
        return False
    fresh, rest = float(np.median(breadth[jumps])), float(np.median(breadth[~jumps]))
    return fresh >= 0.1 and fresh >= 2.5 * rest


def _by_cadence(
    moved: NDArray[np.float32],
    jumps: NDArray[np.bool_],
    peak: NDArray[np.int64],
    longest: int,
) -> NDArray[np.bool_]:
    """New pictures at every jump; between distant ones, at each ``longest`` frames counted back."""
    new = jumps | _unexplained(moved, jumps) | (peak > _AFTERGLOW_LEVELS)
    at = np.flatnonzero(new)
    for first, last in zip(at[:-1].tolist(), at[1:].tolist(), strict=True):
        new[np.arange(last - longest, first, -longest)] = True
    new[np.arange(at[0] - longest, -1, -longest)] = True
    new[np.arange(at[-1] + longest, len(new), longest)] = True
    return np.asarray(new, dtype=np.bool_)


def _unexplained(moved: NDArray[np.float32], jumps: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Movement that is not the afterglow of more movement beside it: a picture of its own."""
    padded = np.pad(moved, 1)
    beside = np.maximum(padded[:-2], padded[2:])
    return np.asarray((moved > 0) & ~jumps & (moved >= beside), dtype=np.bool_)


def _copies(changes: Differences, new: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Steps that stand still in a recording that otherwise never does.

    Three things must hold of the other steps: they change broadly (noise; a thing that moves may
    well stop), they are at least as many, and hardly any lies between standstill and the usual
    (a codec that skips what changes little has every degree of it).
    """
    mean, peak, breadth = changes.mean, changes.peak, changes.breadth
    live = new & ((mean > 0.05) | (peak > _STILL_LEVELS))
    none = np.zeros(len(changes), np.bool_)
    if 2 * np.count_nonzero(live) < np.count_nonzero(new) or not live.any():
        return none
    floor = float(np.quantile(mean[live], 0.1))
    if floor < 0.2 or float(np.quantile(breadth[live], 0.1)) < 0.05:
        return none
    copy = (mean <= 0.1 * floor) & (peak <= _STILL_LEVELS)
    between = new & ~copy & (mean < 0.5 * floor)
    if np.count_nonzero(between) > 0.02 * np.count_nonzero(new):
        return none
    return np.asarray(copy, dtype=np.bool_)
