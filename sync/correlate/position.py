"""Where exactly a correlation peak lies, and how well that is known (standard uncertainty)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from scipy.special import stdtrit

from sync.correlate.ncc import ncc
from sync.correlate.preprocess import Prepared
from sync.traces.trace import ALL_PICTURE_KINDS, Trace
from sync.uncertainty import Z95, Shape, coverage_factor

Float = NDArray[np.float64]

# The peak of the high-passed traces lies within this of the whitened ones'.
NEAR_S = 0.3
# Lags on either side of the peak that place it, and coefficients of the quartic through them.
FIT_LAGS = 3
QUARTIC: Float = np.linalg.pinv(np.vander(np.arange(-3.0, 4.0), 5, increasing=True))
# Loss of correlation that is called none, in parts of Student's t. A smooth peak reaches its own
# 95 % range at one half; one quarter leaves those alone, and widens broad peaks under white
# noise, which held the truth too seldom without (benchmarks/trace_coverage.py).
STILL_SHARE = 0.25
# Standard deviation of the fitted maximum about the true one, from events that a cell of the grid
# cuts at chance; in samples, measured on envelopes without noise to speak of.
PLACE_SHARE = 0.02
# Of a broad peak so many lags are looked at: beyond them it is another candidate's place.
MOST_LAGS = 12
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
        self._near = max(1, round(NEAR_S / a.step_s))

    def correlation(self, lag: int) -> float:
        """Coefficient at a whole lag; NaN where it is not defined."""
        index = lag - int(self._lags[0])
        return float(self._r[index]) if 0 <= index < len(self._r) else math.nan

    def at(self, coarse: int, *, between: bool = True) -> Position:
        """The peak within 0.3 s of lag ``coarse``; at that lag itself where there is none.

        ``between=False`` (a peak at the border of the search) stays on whole lags.
        """
        peak = coarse
        if between:
            window = range(coarse - self._near, coarse + self._near + 1)
            known = [(self.correlation(lag), lag) for lag in window]
            known = [(r, lag) for r, lag in known if not math.isnan(r)]
            best = max(known, default=(0.0, coarse))[1]
            # A maximum at the rim of the window is the flank of something else.
            peak = best if abs(best - coarse) < self._near or self._near == 1 else coarse
        top = self.correlation(peak)
        fraction, u = locate(self._a, self._b, peak)
        return Position(
            lag=peak + (fraction if between else 0.0),
            correlation=0.0 if math.isnan(top) else top,
            u_stat_s=u * self._a.step_s,
        )


def locate(a: Prepared, b: Prepared, lag: int) -> tuple[float, float]:
    """Maximum of the correlation near whole lag ``lag``: distance from it and u, in samples.

    The maximum is that of a quartic fitted to the seven lags about it: a parabola through three
    is off by 4 % of a sample at half-way lags, and follows noise that is white within the grid.

    u is the larger of two half-widths of the 95 % range, divided by 1.96:

    - the sandwich δ = -Σ g / Σ h over blocks that hold whole events (g, h: each block's share of
      slope and curvature *of this estimator*), every block weighed by its leverage (MacKinnon &
      White 1985, HC3) and with Student's t of as many degrees of freedom as blocks carry the
      curvature: a few loud events are a small sample, however long the recording;
    - how far from the peak the correlation's loss stays within t/4 of its own deviations: half
      the first for a smooth peak, far more where noise makes the peak and not the signal.

    What a grid of samples cannot tell is added: 2 % of a sample.
    """
    lobe = max(_lobe(trace.smooth, trace.smooth_valid) for trace in (a, b))
    reach = max(FIT_LAGS, min(round(0.5 * lobe), MOST_LAGS))
    sums = _block_sums(a, b, lag, reach, _block_samples(lobe, a.step_s))
    if len(sums) < 3:
        return 0.0, lobe
    near = sums[:, reach - FIT_LAGS : reach + FIT_LAGS + 1]
    place = quartic_top(near.sum(axis=0))
    if place is None:
        return 0.0, lobe
    slope = near @ (_powers(place, 1) @ QUARTIC)
    bend = -(near @ (_powers(place, 2) @ QUARTIC))
    share = np.abs(bend) / np.abs(bend).sum()
    # No correction larger than fivefold for the one block that carries nearly everything.
    sandwich = math.hypot(*(slope / (1.0 - np.minimum(share, 0.8)))) / float(bend.sum())
    quantile = float(stdtrit(max(1.0 / float(share @ share) - 1.0, 1.5), 0.975))
    half = max(quantile * sandwich, _still_as_good(sums, place, STILL_SHARE * quantile))
    # A peak cannot be known worse than its own lobe once the search has found the lobe.
    return place, min(math.hypot(half / Z95, PLACE_SHARE), 2.0 * lobe)


def _powers(at: float, derivative: int) -> Float:
    """Shape (5,): the ``derivative``-th derivative of 1, t, … t⁴ at t = ``at``."""
    order = np.arange(5)
    factor = np.ones(5)
    for k in range(derivative):
        factor = factor * np.maximum(order - k, 0)
    return np.asarray(factor * float(at) ** np.maximum(order - derivative, 0), np.float64)


def quartic_top(values: Float) -> float | None:
    """Place of the maximum of the quartic fitted to seven values at -3 … 3, or none within ± 1."""
    at = 0.0
    for _ in range(20):
        slope, bend = (float(_powers(at, derivative) @ QUARTIC @ values) for derivative in (1, 2))
        if not bend < 0:
            return None
        step = min(max(-slope / bend, -0.3), 0.3)
        at += step
        if abs(at) > 1.0:
            return None
        if abs(step) < 1e-7:
            break
    return at


def _block_samples(lobe: float, step_s: float) -> int:
    """Several lobes, 3 to 10 s: shorter blocks cut events, and their sums are then dependent."""
    return max(4, round(min(max(2.0 * lobe * step_s, 3.0), 10.0) / step_s))


def _block_sums(a: Prepared, b: Prepared, lag: int, reach: int, block: int) -> Float:
    """Shape (blocks, 2·reach + 1): Σ ½(x_i y_{i+k} + x_{i-k} y_i) of each block, k ascending.

    x and y are the overlap at ``lag``. Halving between the two traces makes exchanging them exact.
    """
    x, y, valid = _overlap(a, b, lag)
    if int(valid.sum()) < 4 * reach:
        return np.zeros((0, 2 * reach + 1))
    x, y = _unit(x, valid), _unit(y, valid)
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


def _still_as_good(sums: Float, place: float, bar: float) -> float:
    """Largest distance from ``place`` at which the loss is below ``bar`` of its own deviations."""
    count, reach = len(sums), sums.shape[1] // 2
    loss = sums[:, [reach]] - sums
    spread = np.sqrt(count / (count - 1) * np.square(loss - loss.mean(axis=0)).sum(axis=0))
    ratio = np.where(spread > 0, loss.sum(axis=0) / np.maximum(spread, 1e-300), 0.0)
    farthest = 0.0
    for side in (ratio[reach::-1], ratio[reach:]):
        good = int(np.flatnonzero(side < bar)[-1])
        beyond = 0.0
        if good < reach:
            beyond = (bar - side[good]) / (side[good + 1] - side[good])
        farthest = max(farthest, good + float(beyond) - abs(place))
    return farthest


def parabola(left: float, middle: float, right: float) -> float:
    """Place of the maximum of the parabola through three samples, -0.5…0.5; 0 if it has none."""
    bend = left - 2.0 * middle + right
    if not bend < 0:
        return 0.0
    return float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5))


def hac_variance(score: Float, count: int, bandwidth: int) -> float:
    """Long-run variance of a zero-mean score (Bartlett weights), floored at a tenth of its own."""
    longest = min(bandwidth, len(score) - 1)
    size = int(scipy.fft.next_fast_len(len(score) + longest, real=True))
    spectrum = scipy.fft.rfft(score, size)
    products = scipy.fft.irfft(spectrum.real**2 + spectrum.imag**2, size)[: longest + 1]
    weights = 2.0 * (1.0 - np.arange(longest + 1) / (bandwidth + 1))
    weights[0] = 1.0
    return max(float(weights @ products), 0.1 * float(products[0])) / count


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
