"""Where exactly a correlation peak lies, and how well that is known (standard uncertainty)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sync.correlate.ncc import ncc
from sync.correlate.preprocess import Prepared
from sync.traces.trace import ALL_PICTURE_KINDS, Trace
from sync.uncertainty import Z95, Shape, coverage_factor

Float = NDArray[np.float64]

# The peak of the high-passed traces lies within this of the whitened ones'.
NEAR_S = 0.3
# The lags are joined by a smooth curve that holds no frequency above this share of the sampling
# rate: weights cos², one at 0 and none there. A curve drawn *through* the lags (a parabola is off
# by 4 % of a sample) repeats the spectrum beyond the rate's half and bends with where the grid
# happens to lie. The rougher curve keeps the edges that place sudden events; it is for windows,
# whose own scatter tells how far noise moved them. The range of a single peak rests on its slope
# being straight as far as its error goes, and needs a smooth one.
HIGHEST, HIGHEST_OF_WINDOWS = 0.35, 0.7
# Lags on either side of the peak that are joined: the weight beyond is below 1 %.
REACH = 7
_NODES, _SHARES = np.polynomial.legendre.leggauss(20)
# What is left of the grid in the place of a peak, in samples. The scatter of events, which the
# grid cuts at chance, holds most of it; this counts where that scatter vanishes.
PLACE_SHARE = 0.002
# A sound begins before, or after, the movement that makes it: a judgement, to be edited by the
# analyst where the physical event is known.
ASYMMETRY_S = 0.2


@dataclass(frozen=True, slots=True)
class Position:
    """Sub-sample lag of a peak in samples, the coefficient there, and u in seconds."""

    lag: float
    correlation: float
    u_stat_s: float


class PeakFinder:
    """Positions of peaks on the masked correlation of the high-passed traces."""

    def __init__(self, a: Prepared, b: Prepared, min_overlap: int) -> None:
        self._a, self._b = a, b
        self._lags, self._r, _ = ncc(
            a.smooth, b.smooth, a.smooth_valid, b.smooth_valid, min_overlap
        )
        self._hill = smoothed(np.nan_to_num(self._r))

    def correlation(self, lag: int) -> float:
        """Coefficient at a whole lag; NaN where it is not defined."""
        index = lag - int(self._lags[0])
        return float(self._r[index]) if 0 <= index < len(self._r) else math.nan

    def at(self, coarse: int, *, between: bool = True) -> Position:
        """The peak within 0.3 s of lag ``coarse``; at that lag itself where there is none.

        ``between=False`` (a peak at the border of the search) stays on whole lags.
        """
        peak = self._summit(coarse) if between else coarse
        top = self.correlation(peak)
        fraction, u = locate(self._a, self._b, peak)
        return Position(
            lag=peak + (fraction if between else 0.0),
            correlation=0.0 if math.isnan(top) else top,
            u_stat_s=u * self._a.step_s,
        )

    def _summit(self, coarse: int) -> int:
        """The highest lag within 0.3 s; ``coarse`` where that is the flank of something else.

        Farther off the whitened traces are to be believed: they place sudden events better, and in
        a weak match the hill about a true place may be noise's.
        """
        near = max(1, round(NEAR_S / self._a.step_s))
        first = coarse - near - int(self._lags[0])
        window = self._hill[max(first, 0) : max(first + 2 * near + 1, 0)]
        peak = coarse - near + max(-first, 0) + int(window.argmax())
        return peak if abs(peak - coarse) < near or near == 1 else coarse


def locate(a: Prepared, b: Prepared, lag: int) -> tuple[float, float]:
    """Maximum of the correlation near whole lag ``lag``: distance from it and u, in samples.

    The maximum is that of the smoothed correlation. It lies where a sum over the recording, the
    slope, is zero; its error is δ = -Σ g / Σ h over blocks that hold whole
    events (g, h: each block's share of slope and curvature of the smoothed correlation). u is the
    half-width of the 95 % range divided by 1.96: the sandwich of the g, every block weighed by its
    leverage (MacKinnon & White 1985, HC3), with Student's t of as many degrees of freedom as blocks
    carry the curvature: a few loud events are a small sample, however long the recording.
    """
    lobe = _lobe_of(a, b)
    sums = _block_sums(a, b, lag, REACH, lobe)
    place = summit(sums.sum(axis=0)) if len(sums) >= 3 else None
    if place is None:
        return 0.0, lobe
    slope, bend = sums @ _kernel(place, REACH, 1), -(sums @ _kernel(place, REACH, 2))
    # Of the net curvature: where blocks disagree, as in a weak match, few of them carry it.
    share = np.abs(bend) / float(bend.sum())
    # No correction larger than fivefold for the one block that carries nearly everything.
    sandwich = math.hypot(*(slope / (1.0 - np.minimum(share, 0.8)))) / float(bend.sum())
    quantile = float(stdtrit(max(1.0 / float(share @ share) - 1.0, 1.5), 0.975))
    # A peak cannot be known worse than its own lobe once the search has found the lobe.
    return place, min(math.hypot(quantile * sandwich / Z95, PLACE_SHARE), 2.0 * lobe)


def _kernel(at: float, reach: int, derivative: int = 0, highest: float = HIGHEST) -> Float:
    """Shape (2·reach + 1,): weights of lags -reach … reach in the smoothed curve at ``at``.

    Or in its first or second derivative there.
    """
    frequencies = math.pi * highest * (_NODES + 1.0)
    weights = _SHARES * np.square(np.cos(0.25 * math.pi * (_NODES + 1.0)))
    phase = np.multiply.outer(at - np.arange(-reach, reach + 1), frequencies)
    if derivative == 1:
        return np.asarray(-np.sin(phase) @ (weights * frequencies), np.float64)
    return np.asarray(np.cos(phase) @ (weights * (-np.square(frequencies)) ** (derivative // 2)))


def smoothed(values: Float, highest: float = HIGHEST) -> Float:
    """The curve whose :func:`summit` is sought, at whole lags; as long as ``values``, if ≥ 15."""
    return np.convolve(values, _kernel(0.0, REACH, highest=highest), mode="same")


def summit(values: Float, highest: float = HIGHEST) -> float | None:
    """Place of the maximum of the smoothed ``values`` at -m … m, or none within ± 1 of 0."""
    reach = len(values) // 2
    at = 0.0
    for _ in range(30):
        slope, bend = (float(_kernel(at, reach, order, highest) @ values) for order in (1, 2))
        # Uphill in short steps where the curve bends the wrong way; Newton's near the top.
        step = -slope / bend if bend < 0 else math.copysign(0.3, slope)
        step = min(max(step, -0.3), 0.3)
        at += step
        if abs(at) > 1.0:
            return None
        if abs(step) < 1e-7:
            return at if bend < 0 else None
    return None


def _block_samples(lobe: float, known: int, step_s: float) -> int:
    """Two lobes or more, 3 to 10 s, else the cube root of the length in seconds.

    Shorter blocks cut events, and their sums are then dependent; how much longer they can be
    without being too few is Carlstein's (1986) rate.
    """
    wide_s = max(2.0 * lobe * step_s, math.cbrt(known * step_s))
    return max(4, round(min(max(wide_s, 3.0), 10.0) / step_s))


def _block_sums(a: Prepared, b: Prepared, lag: int, reach: int, lobe: float) -> Float:
    """Shape (blocks, 2·reach + 1): Σ ½(x_i y_{i+k} + x_{i-k} y_i) of each block, k ascending.

    x and y are the overlap at ``lag``. Halving between the two traces makes exchanging them exact.
    """
    x, y, valid = _overlap(a, b, lag)
    known = int(valid.sum())
    if known < 4 * reach:
        return np.zeros((0, 2 * reach + 1))
    x, y = _unit(x, valid), _unit(y, valid)
    block = _block_samples(lobe, known, a.step_s)
    starts = np.arange(0, len(x), block)
    if len(x) - starts[-1] < block // 2 and len(starts) > 1:
        starts = starts[:-1]
    padded_x, padded_y = np.pad(x, reach), np.pad(y, reach)
    sums = np.empty((len(starts), 2 * reach + 1))
    for k in range(-reach, reach + 1):
        later_y = padded_y[reach + k : reach + k + len(x)]
        earlier_x = padded_x[reach - k : reach - k + len(x)]
        sums[:, k + reach] = np.add.reduceat(0.5 * (x * later_y + earlier_x * y), starts)
    return sums


def _overlap(a: Prepared, b: Prepared, lag: int) -> tuple[Float, Float, NDArray[np.bool_]]:
    """The two high-passed traces over their common samples at ``lag``."""
    begin, end = max(0, -lag), min(len(a.smooth), len(b.smooth) - lag)
    if end <= begin:
        nothing = np.zeros(0)
        return nothing, nothing, np.zeros(0, np.bool_)
    valid = a.smooth_valid[begin:end] & b.smooth_valid[begin + lag : end + lag]
    return a.smooth[begin:end], b.smooth[begin + lag : end + lag], valid


def _unit(values: Float, valid: NDArray[np.bool_]) -> Float:
    kept = values[valid]
    scale = float(kept.std())
    return np.where(valid, (values - kept.mean()) / (scale if scale > 0 else 1.0), 0.0)


def _lobe_of(a: Prepared, b: Prepared) -> float:
    """Width of the wider of the two traces' own lobes, in samples."""
    return max(_lobe(trace.smooth, trace.smooth_valid) for trace in (a, b))


def _lobe(values: Float, valid: NDArray[np.bool_]) -> float:
    """Samples at which the autocorrelation falls below one half, both sides together."""
    kept = np.where(valid, values, 0.0)
    power = float(kept @ kept)
    for k in range(1, min(len(kept), 200)):
        if float(kept[k:] @ kept[:-k]) < 0.5 * power:
            return 2.0 * k
    return 2.0


def model_halves_s(a: Trace, b: Trace) -> tuple[float, ...]:
    """Half-widths of what the two traces may differ by physically, in seconds (rectangular each).

    Picture against picture of one kind: half a picture each, since a picture shows an unknown
    part of the time to the next one. Flash against onset: one picture. Any other picture trace
    against a sound trace: 0.2 s. Transmissions, tones, impulses: half a step, as two receivers
    open and close at different levels. Envelope against envelope, onset against onset: nothing,
    both count the same samples; only where a codec leaves its start open
    (``parameters["start_half_ns"]``) that adds to any trace.
    """
    return (*_start_halves_s(a, b), *_kind_halves_s(a, b))


def _start_halves_s(a: Trace, b: Trace) -> tuple[float, ...]:
    stated = (trace.parameters.get("start_half_ns") for trace in (a, b))
    return tuple(half * 1e-9 for half in stated if isinstance(half, int) and half > 0)


def _kind_halves_s(a: Trace, b: Trace) -> tuple[float, ...]:
    pictures = [trace for trace in (a, b) if trace.kind in ALL_PICTURE_KINDS]
    if {a.kind, b.kind} == {"flash", "onset"}:
        return (_picture_s(pictures[0]),)
    if a.kind != b.kind:
        return (ASYMMETRY_S,)
    if pictures:
        return tuple(0.5 * _picture_s(trace) for trace in pictures)
    if a.kind in ("envelope", "onset"):
        return ()
    return (0.5 * max(a.step_ns, b.step_ns) * 1e-9,)


def _picture_s(trace: Trace) -> float:
    """Median time between distinct pictures, or the trace's step where it is not recorded."""
    interval = trace.parameters.get("picture_interval_ns")
    return float(interval) * 1e-9 if isinstance(interval, int) else trace.step_ns * 1e-9


def expanded(normal_s: float, halves_s: Sequence[float]) -> tuple[float, float]:
    """Standard uncertainty u and half-width U of the 95 % range, in seconds.

    ``normal_s`` is a standard uncertainty; ``halves_s`` are half-widths of rectangular parts. U
    uses the coverage factor of the actual sum (JCGM 101), not a conventional 2.
    """
    parts: list[tuple[float, Shape]] = [(normal_s, "normal")]
    parts += [(half / math.sqrt(3.0), "rectangular") for half in halves_s if half > 0]
    u_s = math.sqrt(math.fsum(part * part for part, _ in parts))
    return u_s, u_s * coverage_factor(parts)
