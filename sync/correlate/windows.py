"""A match followed through a long recording: its drift, and where it jumps.

The lag is measured in windows of one minute; a robust line through disjoint windows gives offset
and drift, and dynamic programming over overlapping ones proposes breaks. A break is a proposal:
only a person makes it part of a case.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sync.correlate import preprocess
from sync.correlate.position import HIGHEST_OF_WINDOWS, REACH, smoothed, summit
from sync.correlate.preprocess import Prepared
from sync.correlate.result import Candidate, Jump
from sync.timebase import NS_PER_S
from sync.traces.trace import Trace
from sync.uncertainty import Z95

Float = NDArray[np.float64]
Int = NDArray[np.int64]

# Long enough to hold several events, short enough that 100 ppm (6 ms) does not blur a peak.
WINDOW_S = 60.0
HOP_S = 30.0
# Beyond this the windows are spread out: the breaks' search takes the cube of their number.
MOST_WINDOWS = 240
# Below ten windows a line and its scatter are not worth stating.
LONG_S = 600.0
MIN_INLIERS = 6
MIN_INLIER_SHARE = 0.6
# Two ordinary clocks of 100 ppm each.
U_DRIFT_PPM = 141.0
# Beaton & Tukey (1974): 95 % efficient on normal errors.
BIWEIGHT = 4.685
# Windows that agree on nothing scatter evenly over ± 1 s, which has a robust deviation of 0.74 s.
LARGEST_SCALE_S = 0.3
MAD_TO_SIGMA = 1.4826
ALPHA = 0.01
MIN_SEGMENT = 3
LARGEST_COST = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Media times of B between which one offset (at the common drift) holds."""

    from_b_s: float
    to_b_s: float
    offset_s: float
    """At the middle of the stretch."""
    windows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowedMatch:
    """t_A = t_B + offset + drift · (t_B - epoch), from the windows of one stretch."""

    offset_s: float
    u_s: float
    """Statistical only; u · 1.96 is the half-width of the 95 % range (Student's t is in it)."""
    epoch_s: float
    drift_ppm: float
    u_drift_ppm: float
    inliers: int
    windows: int
    """Disjoint windows that the line was drawn through, inliers among them."""
    jumps: tuple[Jump, ...]
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class _Lags:
    """Where each window of B was found in A, shapes (n,): time in B and offset, in seconds."""

    middle_b_s: Float
    offset_s: Float
    number: Int
    """Of the window on the grid of hops."""
    stride: int
    """Windows whose numbers differ by so much share no sample."""

    def take(self, which: NDArray[np.bool_]) -> _Lags:
        return _Lags(self.middle_b_s[which], self.offset_s[which], self.number[which], self.stride)


def windowed(
    a: Trace, b: Trace, candidate: Candidate, *, u_drift_ppm: float = U_DRIFT_PPM
) -> WindowedMatch | None:
    """Follow ``candidate`` through two long traces; None where too few windows agree on a line.

    Parameters
    ----------
    a, b
        The traces that were searched.
    candidate
        A candidate of that search: windows look about its offset only.
    u_drift_ppm
        Standard uncertainty of the relative rate before this measurement; each window is looked
        for within 1 s + 3 U of where the candidate puts it.
    """
    step_ns = max(a.step_ns, b.step_ns)
    ready_a, ready_b = (preprocess.prepare(preprocess.on_step(trace, step_ns)) for trace in (a, b))
    return follow(ready_a, ready_b, candidate, u_drift_ppm=u_drift_ppm)


def follow(
    a: Prepared, b: Prepared, candidate: Candidate, *, u_drift_ppm: float = U_DRIFT_PPM
) -> WindowedMatch | None:
    """:func:`windowed` on traces that are prepared already."""
    lags = _window_lags(a, b, candidate, u_drift_ppm * 1e-6)
    if len(lags.number) < 2 * MIN_INLIERS:
        return None
    segments = [slice(0, len(lags.number))]
    slope, level = 0.0, lags.offset_s
    # A break bends the first slope a little; the second is taken between breaks only.
    for _ in range(3):
        slope = _local_slope(lags, segments)
        level = lags.offset_s - slope * (lags.middle_b_s - lags.middle_b_s.mean())
        segments = _segments(level)
    longest = max(segments, key=lambda segment: segment.stop - segment.start)
    inside = np.zeros(len(level), np.bool_)
    inside[longest] = True
    inside &= (lags.number - lags.number[longest.start]) % lags.stride == 0
    line = _line(lags.take(inside))
    if line is None:
        return None
    stretches = tuple(_stretch(lags, segment, level, slope) for segment in segments)
    jumps = tuple(
        Jump(
            of=None,
            after_s=float(lags.middle_b_s[left.stop - 1]),
            before_s=float(lags.middle_b_s[right.start]),
            change_s=float(np.median(level[right]) - np.median(level[left])),
        )
        for left, right in pairwise(segments)
    )
    return WindowedMatch(
        offset_s=line.offset_s,
        u_s=line.u_s,
        epoch_s=line.epoch_s,
        drift_ppm=1e6 * line.slope,
        u_drift_ppm=1e6 * line.u_slope,
        inliers=line.inliers,
        windows=line.windows,
        jumps=jumps,
        stretches=stretches,
    )


def _stretch(lags: _Lags, segment: slice, level: Float, slope: float) -> Stretch:
    times = lags.middle_b_s[segment]
    away_s = 0.5 * (times[0] + times[-1]) - lags.middle_b_s.mean()
    return Stretch(
        from_b_s=float(times[0]) - 0.5 * WINDOW_S,
        to_b_s=float(times[-1]) + 0.5 * WINDOW_S,
        offset_s=float(np.median(level[segment]) + slope * away_s),
        windows=segment.stop - segment.start,
    )


# -- lags of windows ------------------------------------------------------------------------------


def _window_lags(a: Prepared, b: Prepared, candidate: Candidate, u_drift: float) -> _Lags:
    step_s = a.step_s
    length = round(WINDOW_S / step_s)
    zero_s = (a.start.ns - b.start.ns) / NS_PER_S
    span_s = min(len(a.smooth), len(b.smooth)) * step_s
    hop = round(max(HOP_S, span_s / MOST_WINDOWS) / step_s)
    coarse = round((zero_s - candidate.offset_s) / step_s)
    rows: list[tuple[float, float, int]] = []
    for number, first in enumerate(range(0, len(a.smooth) - length + 1, hop)):
        middle_b_s = b.start.s + (first + coarse + 0.5 * (length - 1)) * step_s
        away_s = abs(middle_b_s - candidate.epoch_s)
        predicted_s = Z95 * math.hypot(candidate.u_statistical_s or candidate.u_s, u_drift * away_s)
        radius = math.ceil((1.0 + 3.0 * predicted_s) / step_s) + REACH
        lag = _window_lag(a, b, slice(first, first + length), coarse, radius)
        if lag is not None:
            at_b_s = middle_b_s + (lag - coarse) * step_s
            rows.append((at_b_s, zero_s - lag * step_s, number))
    table = np.array(rows).reshape(-1, 3)
    return _Lags(table[:, 0], table[:, 1], table[:, 2].astype(np.int64), -(-length // hop))


def _window_lag(a: Prepared, b: Prepared, at: slice, coarse: int, radius: int) -> float | None:
    """Lag of the best agreement of one window of A; None where there is none to speak of."""
    low, high = at.start + coarse - radius, at.stop + coarse + radius
    if low < 0 or high > len(b.smooth):
        return None
    x, y = a.smooth[at], b.smooth[low:high]
    known_x, known_y = a.smooth_valid[at], b.smooth_valid[low:high]
    if known_x.mean() < 0.5 or known_y.mean() < 0.5:
        return None
    energy = np.convolve(y * y, np.ones(len(x)), mode="valid")
    if not float(x @ x) > 0 or not energy.max() > 0:
        return None
    r = np.correlate(y, x, mode="valid") / np.sqrt(np.maximum(energy, 1e-9 * energy.max()))
    best = int(smoothed(r, HIGHEST_OF_WINDOWS).argmax())
    if not REACH <= best < len(r) - REACH:
        return None
    place = summit(r[best - REACH : best + REACH + 1], HIGHEST_OF_WINDOWS)
    return None if place is None else coarse - radius + best + place


# -- the line -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    offset_s: float
    epoch_s: float
    slope: float
    u_s: float
    u_slope: float
    inliers: int
    windows: int


def _line(lags: _Lags) -> _Line | None:
    """Tukey's biweight line through disjoint windows, from Theil and Sen's.

    Its covariance is the sandwich of the influence of each window, weighed by leverage (HC3), with
    Student's t: windows of unlike quality, and few of them, are the rule. Disjoint windows, since
    overlapping ones share their events and their scatter then understates the line's by √2.
    """
    t_s, y = lags.middle_b_s, lags.offset_s
    count = len(t_s)
    if count < MIN_INLIERS:
        return None
    first, second = np.triu_indices(count, 1)
    slope = float(np.median((y[second] - y[first]) / (t_s[second] - t_s[first])))
    level = float(np.median(y - slope * t_s))
    # A window's peak is never placed better than a hundredth of a millisecond.
    scale = max(MAD_TO_SIGMA * float(np.median(np.abs(y - level - slope * t_s))), 1e-5)
    scale *= math.sqrt(count / (count - 2))
    if scale > LARGEST_SCALE_S:
        return None
    weight = np.ones(count)
    centre = float(t_s.mean())
    for _ in range(50):
        weight = np.square(
            np.clip(1 - np.square((y - level - slope * t_s) / (BIWEIGHT * scale)), 0, 1)
        )
        if np.count_nonzero(weight) < MIN_INLIERS:
            return None
        centre = float(np.average(t_s, weights=weight))
        away = t_s - centre
        middle = float(np.average(y, weights=weight))
        new = float((weight * away) @ (y - middle) / ((weight * away) @ away))
        done = abs(new - slope) < 1e-12
        slope, level = new, middle - new * centre
        if done:
            break
    inliers = int(np.count_nonzero(weight))
    if inliers < MIN_INLIER_SHARE * count:
        return None
    away, left = t_s - centre, y - level - slope * t_s
    relative = np.square(left / (BIWEIGHT * scale))
    # Derivative of the biweight's influence: what one window more would move the line by.
    bend = np.where(relative < 1, (1 - relative) * (1 - 5 * relative), 0.0)
    spread = float(weight @ np.square(away))
    leverage = weight / weight.sum() + weight * np.square(away) / spread
    pull = weight * left / (1.0 - np.minimum(leverage, 0.8))
    curvature = max(float(bend.mean()), 0.2)
    stiff = curvature * count
    mean_square = float(np.average(np.square(away), weights=weight))
    factor = float(stdtrit(inliers - 2, 0.975)) / Z95
    return _Line(
        offset_s=level + slope * centre,
        epoch_s=centre,
        slope=slope,
        u_s=factor * math.sqrt(float(pull @ pull)) / stiff,
        u_slope=factor * math.sqrt(float(np.square(pull * away).sum())) / (stiff * mean_square),
        inliers=inliers,
        windows=count,
    )


# -- breaks ---------------------------------------------------------------------------------------


def _local_slope(lags: _Lags, segments: list[slice]) -> float:
    """Median slope between windows of one segment, at most a quarter of the recording apart.

    Few such pairs lie on either side of an unknown break, so that it does not pass for a drift.
    """
    count = len(lags.number)
    which = np.repeat(np.arange(len(segments)), [part.stop - part.start for part in segments])
    first, second = np.triu_indices(count, MIN_SEGMENT - 1)
    farthest = max(8, count // 4) if len(segments) == 1 else count
    near = (second - first <= farthest) & (which[first] == which[second])
    first, second = first[near], second[near]
    run_s = lags.middle_b_s[second] - lags.middle_b_s[first]
    slopes = (lags.offset_s[second] - lags.offset_s[first]) / run_s
    # Weighted by their length: short pairs say little of a rate.
    order = np.argsort(slopes)
    share = np.cumsum(run_s[order])
    return float(slopes[order][np.searchsorted(share, 0.5 * share[-1])])


def _segments(level: Float) -> list[slice]:
    """Runs of windows of one level: least Σ min(z², 9) + (2 ln(n/α) + 9) for each break.

    The penalty is that of a change anywhere among n places at the level α, and one outlier.
    """
    count = len(level)
    apart = level[2:] - level[:-2]
    scale = max(MAD_TO_SIGMA * float(np.median(np.abs(apart))) / math.sqrt(2.0), 1e-5)
    penalty = 2.0 * math.log(count / ALPHA) + LARGEST_COST
    best = np.full(count + 1, np.inf)
    best[0] = -penalty
    came_from = np.zeros(count + 1, np.int64)
    for end in range(MIN_SEGMENT, count + 1):
        for begin in range(end - MIN_SEGMENT + 1):
            if not math.isfinite(best[begin]):
                continue
            part = level[begin:end]
            z = (part - np.median(part)) / scale
            cost = best[begin] + penalty + float(np.minimum(z * z, LARGEST_COST).sum())
            if cost < best[end]:
                best[end], came_from[end] = cost, begin
    out: list[slice] = []
    end = count
    while end > 0:
        out.append(slice(int(came_from[end]), end))
        end = int(came_from[end])
    return out[::-1]
