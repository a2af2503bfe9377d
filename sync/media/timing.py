"""How steadily a recording's frames come, in numbers: what ``inspect`` prints and the window draws.

Everything is counted from the frame index; nothing here changes a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sync.media.fields import FieldOrder
from sync.media.frame_index import FrameIndex
from sync.media.ticks import tick_to_ns
from sync.timebase import NS_PER_S, Duration

_BINS = 12
"""Bars of the histogram between its ends: two more hold what is shorter and longer."""

GAP_FACTOR = 2.5
"""An interval this many times the usual one is a gap. Double intervals (40 and 80 ms) are what a
variable rate is made of, with nothing missing."""

DISCONTINUITY = Duration(10 * NS_PER_S)
"""A step back this long, or forth a hundred times the interval and this long, is another clock."""

NTSC = Fraction(1000, 1001)
"""30 000/1001 a second called 30 (and 60, 24): 3.6 s an hour, the commonest wrong rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalBin:
    """How many intervals between frames are ``low`` ≤ interval ≤ ``high``."""

    low: Duration
    high: Duration
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Frames a second by the frames' own times, gaps left out, with ± from the ticks' rounding."""

    per_s: float
    half_per_s: float

    def against(self, claimed: Fraction) -> tuple[float, float]:
        """By how many ppm it exceeds a claimed rate, and ± of that."""
        rate = float(claimed)
        return (self.per_s / rate - 1) * 1e6, self.half_per_s / rate * 1e6

    def is_ntsc_of(self, claimed: Fraction) -> Fraction | None:
        """1000/1001 or 1001/1000 where the rate is just that much of ``claimed``; else ``None``.

        ``None`` also where the ticks are too coarse, or the recording too short, to tell.
        """
        for ratio in (NTSC, 1 / NTSC):
            excess, half = self.against(claimed * ratio)
            if abs(excess) <= half + 20 and half < 250:
                return ratio
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingHealth:
    """The times of one picture stream, counted."""

    frames: int
    pictures: int | None
    """Distinct pictures; ``None`` while provisional."""
    intervals: tuple[IntervalBin, ...]
    """At most 14, from the shortest positive interval to the longest."""
    median: Duration
    gaps: int
    missing: int
    """Frames that would fill the gaps."""
    equal: int
    """Frames that carry the time of the frame before."""
    backward: int
    wraps: int
    discontinuities: int
    """Places where times are not of one unbroken clock: set back, or forth by far."""
    blended: int | None
    interlaced: int
    field_order: FieldOrder | None
    damaged: int | None
    claimed: Fraction | None
    """Frames a second the file claims; never used for time."""
    measured: Rate | None
    """``None`` with fewer than two intervals."""


def claimed_rate(written: str) -> Fraction | None:
    """The rate that :attr:`PictureFacts.nominal_rate` states, ``None`` where it states none."""
    rate = Fraction(written)
    return rate if rate > 0 else None


def timing_health(index: FrameIndex, claimed: Fraction | None) -> TimingHealth:
    """Count what there is to know of the times of ``index``.

    Parameters
    ----------
    claimed
        Frames a second the file claims, where it claims any.
    """
    steps = np.diff(index.time_ns)
    positive = steps[steps > 0]
    gaps = positive[positive > gap_limit(positive)] if len(positive) else positive
    usual = index.median_interval.ns
    written = np.diff(index.pts)
    return TimingHealth(
        frames=len(index),
        pictures=index.pictures,
        intervals=_histogram(positive),
        median=index.median_interval,
        gaps=len(gaps),
        missing=int(np.sum(np.rint(gaps / usual) - 1)) if usual else 0,
        equal=int(np.count_nonzero(steps == 0)),
        backward=int(np.count_nonzero(steps < 0)),
        wraps=int(np.count_nonzero((written < 0) & (steps > 0))),
        discontinuities=int(np.count_nonzero(is_set(steps, usual))),
        blended=_count(index.blended),
        interlaced=_count(index.interlaced) or 0,
        field_order=index.field_order,
        damaged=_count(index.damaged),
        claimed=claimed,
        measured=measured_rate(index),
    )


def gap_limit(positive: NDArray[np.int64]) -> float:
    """Nanoseconds above which an interval is a gap; ``positive`` (n ≥ 1,) are the others."""
    return max(GAP_FACTOR * float(np.median(positive)), 1.5 * float(np.quantile(positive, 0.95)))


def is_set(steps: NDArray[np.int64], usual_ns: int) -> NDArray[np.bool_]:
    """(n,) whether each step is one of a clock that was set, not of pictures that are missing."""
    far = (np.abs(steps) >= DISCONTINUITY.ns) & ((steps < 0) | (steps >= 100 * usual_ns))
    return np.asarray(far, dtype=np.bool_)


def measured_rate(index: FrameIndex) -> Rate | None:
    """The mean rate over all intervals that are no gaps."""
    steps = np.diff(index.time_ns)
    positive = steps[steps > 0]
    if len(positive) < 2:
        return None
    near = positive <= gap_limit(positive)
    count, span_ns = int(near.sum()), int(positive[near].sum())
    # Each unbroken run of frames is known to a tick at its two ends together.
    runs = 1 + int(np.count_nonzero(~near)) + int(np.count_nonzero(steps <= 0))
    half_ns = runs * max(tick_to_ns(1, index.time_base), 1)
    rate = count / (span_ns / NS_PER_S)
    return Rate(per_s=rate, half_per_s=rate * half_ns / span_ns)


def _histogram(positive: NDArray[np.int64]) -> tuple[IntervalBin, ...]:
    if not len(positive):
        return ()
    values, counts = np.unique(positive, return_counts=True)
    if len(values) <= _BINS + 2:
        lows, highs = values, values
    else:
        low, high = np.quantile(positive, (0.005, 0.995))
        edges = np.unique(np.linspace(low, high, _BINS + 1).astype(np.int64))
        place = np.searchsorted(edges, values, side="right")
        used = np.unique(place)
        lows = np.array([values[place == k].min() for k in used])
        highs = np.array([values[place == k].max() for k in used])
        counts = np.array([counts[place == k].sum() for k in used])
    return tuple(
        IntervalBin(low=Duration(int(a)), high=Duration(int(b)), count=int(c))
        for a, b, c in zip(lows, highs, counts, strict=True)
    )


def _count(flags: NDArray[np.bool_] | None) -> int | None:
    return None if flags is None else int(np.count_nonzero(flags))
