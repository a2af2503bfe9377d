"""Making two traces comparable and their samples nearly independent, before any test.

The pipeline (20 s high-pass, whitening, clip at 4 MAD, high-pass and whitening again) is the one
whose false alarms were measured: ``benchmarks/false_alarms.py`` measures them again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from sync.timebase import NS_PER_S, MediaTime
from sync.traces.trace import Trace

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

# Slow changes (light, gain, traffic) are shared by unrelated recordings; events are shorter.
HIGHPASS_S = 20.0
# Bounds what one lone burst may carry; 4 MAD-sigma leaves Gaussian samples untouched.
CLIP_MAD = 4.0
MAD_TO_SIGMA = 1.4826
# One second at 10 Hz; AIC chooses at most this order.
MAX_ORDER = 10
# What lies within one second is one event.
BURST_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One trace, ready for the test and for the position."""

    test: Float
    """Shape (n,): whitened and clipped, zero mean and unit variance over ``test_valid``, else 0."""
    test_valid: Bool
    smooth: Float
    """Shape (n,): high-passed only; the lag is measured on it."""
    smooth_valid: Bool
    start: MediaTime
    step_ns: int

    @property
    def step_s(self) -> float:
        """Seconds between samples."""
        return self.step_ns / NS_PER_S


def on_step(trace: Trace, step_ns: int) -> Trace:
    """``trace`` averaged onto a coarser even grid; unchanged when it has that step.

    Each new sample is the mean of the old ones over its own cell, weighted by shared time; it is
    valid where at least half of the cell is.
    """
    if step_ns == trace.step_ns or len(trace) == 0:
        return trace
    old, new = float(trace.step_ns), float(step_ns)
    count = max(int((len(trace) * old) // new), 1)
    # Cells are laid edge to edge from the leading edge of the first old cell.
    edges = np.arange(count + 1, dtype=np.float64) * (new / old)
    weights = trace.valid.astype(np.float64)
    covered: Float = np.diff(_integral(weights, edges))
    total: Float = np.diff(_integral(np.where(trace.valid, trace.values, 0.0), edges))
    valid = covered >= 0.5 * new / old
    values = np.where(valid, total / np.maximum(covered, 1e-12), 0.0)
    start = MediaTime(trace.start.ns + (step_ns - trace.step_ns) // 2)
    return Trace(
        kind=trace.kind,
        source_sha256=trace.source_sha256,
        start=start,
        step_ns=step_ns,
        values=values,
        valid=valid,
        parameters=trace.parameters,
    )


def _integral(values: Float, at: Float) -> Float:
    """Integral of a staircase of unit-wide steps from 0 to each place in ``at``."""
    whole = np.concatenate(([0.0], np.cumsum(values)))
    return np.asarray(np.interp(at, np.arange(len(whole)), whole), np.float64)


def highpass(values: Float, valid: Bool, window: int) -> Float:
    """``values`` less their running mean over ``window`` samples; 0 where masked.

    The mean is of valid samples only, and one-sided at the ends.
    """
    half = max(window // 2, 1)
    centred = np.where(valid, values - (values[valid].mean() if valid.any() else 0.0), 0.0)
    sums = np.concatenate(([0.0], np.cumsum(centred)))
    counts = np.concatenate(([0], np.cumsum(valid)))
    index = np.arange(len(values))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(values))
    count = counts[high] - counts[low]
    mean = (sums[high] - sums[low]) / np.maximum(count, 1)
    return np.where(valid, centred - mean, 0.0)


def autocovariance(values: Float, valid: Bool, order: int) -> Float:
    """Shape (order + 1,): masked autocovariance, divided by the number of valid samples.

    One divisor for all lags keeps the sequence positive definite where nothing is masked.
    """
    count = max(int(valid.sum()), 1)
    size = int(scipy.fft.next_fast_len(len(values) + order, real=True))
    spectrum = scipy.fft.rfft(np.where(valid, values, 0.0), size)
    power = spectrum.real**2 + spectrum.imag**2
    return np.asarray(scipy.fft.irfft(power, size)[: order + 1] / count, np.float64)


def whitening_filter(values: Float, valid: Bool) -> Float:
    """Shape (p,): autoregressive coefficients by Yule-Walker, order p by AIC (Levinson-Durbin)."""
    count = int(valid.sum())
    cov = autocovariance(values, valid, MAX_ORDER)
    best: Float = np.zeros(0)
    if cov[0] <= 0 or count < 4 * MAX_ORDER:
        return best
    error, best_aic = float(cov[0]), count * np.log(cov[0])
    coefficients: Float = np.zeros(0)
    for order in range(1, MAX_ORDER + 1):
        reflection = (cov[order] - coefficients @ cov[order - 1 : 0 : -1]) / error
        if not abs(reflection) < 1.0:
            break
        coefficients = np.append(coefficients - reflection * coefficients[::-1], reflection)
        error *= 1.0 - reflection * reflection
        aic = count * np.log(error) + 2 * order
        if aic < best_aic:
            best_aic, best = aic, coefficients
    return best


def whiten(values: Float, valid: Bool) -> tuple[Float, Bool]:
    """Innovations of an autoregressive model of the series itself, and where they are valid.

    A sample whose predecessors are masked has no innovation: it would stand out by
    1/√(1-ρ²) and two gap edges would look like a shared event. It is masked instead.
    """
    coefficients = whitening_filter(values, valid)
    order = len(coefficients)
    if order == 0:
        return values.copy(), valid.copy()
    out = values - np.convolve(values, np.concatenate(([0.0], coefficients)))[: len(values)]
    known: NDArray[np.int64] = np.concatenate(([0], np.cumsum(valid))).astype(np.int64)
    before = np.zeros(len(valid), np.int64)
    before[order:] = known[order:-1] - known[: -order - 1]
    good = valid & (before == order)
    return np.where(good, out, 0.0), good


def clip(values: Float, valid: Bool) -> Float:
    """``values`` limited to ± 4 robust standard deviations about their median."""
    kept = values[valid]
    if kept.size == 0:
        return values
    middle = float(np.median(kept))
    limit = CLIP_MAD * MAD_TO_SIGMA * _mad(kept - middle)
    return np.where(valid, np.clip(values, middle - limit, middle + limit), 0.0)


def _mad(kept: Float) -> float:
    """Median absolute value; of the samples that differ from 0 where most of them do not.

    A trace that rests at one value most of the time (a squelch, a flash) has a MAD of 0, and
    clipping there would erase every event.
    """
    size = np.abs(kept)
    spread = float(np.median(size))
    if spread > 1e-6 * float(size.max(initial=0.0)):
        return spread
    moving = size[size > 1e-6 * float(size.max(initial=0.0))]
    return float(np.median(moving)) if moving.size else 0.0


def standardise(values: Float, valid: Bool) -> Float:
    """Zero mean and unit variance over the valid samples, 0 elsewhere and when constant."""
    kept = values[valid]
    if kept.size == 0:
        return np.zeros_like(values)
    scale = float(kept.std())
    if not scale > 0:
        return np.zeros_like(values)
    return np.where(valid, (values - kept.mean()) / scale, 0.0)


def prepare(trace: Trace) -> Prepared:
    """The whole pipeline for one trace: each trace is treated by itself, never with the other."""
    window = round(HIGHPASS_S * NS_PER_S / trace.step_ns)
    values = np.asarray(trace.values, np.float64)
    # A unit must not matter: the FFTs below lose small numbers beside large ones.
    values = standardise(values, trace.valid)
    smooth = highpass(values, trace.valid, window)
    white, valid = whiten(smooth, trace.valid)
    clipped = clip(white, valid)
    again, valid = whiten(highpass(clipped, valid, window), valid)
    return Prepared(
        test=standardise(again, valid),
        test_valid=valid,
        smooth=smooth,
        smooth_valid=trace.valid,
        start=trace.start,
        step_ns=trace.step_ns,
    )


def bursts(prepared: Prepared) -> int:
    """Number of separate seconds that carry the prepared trace.

    The participation ratio (Σ e)² / Σ e² of the energy e in each second: n equal bursts give n,
    even noise gives nearly the number of seconds, whatever the share of silence.
    """
    second = max(1, round(BURST_S / prepared.step_s))
    edges = np.arange(0, len(prepared.test), second)
    energy = np.add.reduceat(prepared.test**2, edges) if edges.size else np.zeros(0)
    power = float(energy @ energy)
    return round(float(energy.sum()) ** 2 / power) if power > 0 else 0


def correlation_time_s(a: Prepared, b: Prepared | None = None) -> float:
    """Time over which a high-passed trace resembles itself, or two do together, in seconds.

    Integral of the autocorrelation (both sides, up to its first zero); for two traces of one step,
    of the product of theirs, which governs the spread of their cross-correlation (Bartlett 1946).
    """
    product = _autocorrelation(a)
    if b is not None:
        other = _autocorrelation(b)
        shorter = min(len(product), len(other))
        product = product[:shorter] * other[:shorter]
    return a.step_s * float(1.0 + 2.0 * product[1:].sum())


def _autocorrelation(prepared: Prepared) -> Float:
    """From lag 0 to just before the first zero; at least lag 0."""
    longest = min(len(prepared.smooth) - 1, round(HIGHPASS_S / prepared.step_s))
    if longest < 1:
        return np.ones(1)
    cov = autocovariance(prepared.smooth, prepared.smooth_valid, longest)
    if cov[0] <= 0:
        return np.ones(1)
    below = np.flatnonzero(cov <= 0)
    end = int(below[0]) if below.size else len(cov)
    return np.asarray(cov[:end] / cov[0], np.float64)
