"""Traces and sounds with a known offset, for the tests of the searches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.false_alarms import speech
from sync.correlate.sound import Samples
from sync.timebase import Duration, MediaTime
from sync.traces.trace import Trace, TraceKind

__all__ = ["related", "smooth_noise", "sound", "speech", "trace"]

Float = NDArray[np.float64]

STEP_NS = 100_000_000


def trace(
    values: Float,
    *,
    kind: TraceKind = "envelope",
    start_s: float = 0.0,
    valid: NDArray[np.bool_] | None = None,
    step_ns: int = STEP_NS,
) -> Trace:
    """``values`` as a trace."""
    return Trace(
        kind=kind,
        source_sha256="0" * 64,
        start=MediaTime.from_s(start_s),
        step_ns=step_ns,
        values=np.asarray(values, np.float64),
        valid=np.ones(len(values), np.bool_) if valid is None else valid,
        parameters={},
    )


def smooth_noise(rng: np.random.Generator, count: int, rate_hz: float, band_hz: float) -> Float:
    """Gaussian noise of unit variance without anything above ``band_hz``."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum[np.fft.rfftfreq(count, 1.0 / rate_hz) > band_hz] = 0
    out = np.fft.irfft(spectrum, count)
    return np.asarray(out / out.std(), np.float64)


def related(
    rng: np.random.Generator,
    *,
    length: int = 1200,
    rho: float = 0.6,
    offset_cs: int = 1234,
    kind_a: TraceKind = "envelope",
    kind_b: TraceKind = "envelope",
) -> tuple[Trace, Trace]:
    """Two traces at 10 Hz that share the part ``rho`` of their variance.

    ``offset_cs`` hundredths of a second are added to B's media time to get A's.
    """
    margin = abs(offset_cs) + 100
    count = length * 10 + 2 * margin
    shared = smooth_noise(rng, count, 100.0, 1.5)

    def seen(first: int) -> Float:
        own = smooth_noise(rng, count, 100.0, 1.5)
        both = np.sqrt(rho) * shared + np.sqrt(1.0 - rho) * own
        # Cells of ten: what a trace is, a mean over its cell.
        return both[first : first + 10 * length].reshape(length, 10).mean(axis=1)

    a, b = seen(margin), seen(margin + offset_cs)
    return trace(a, kind=kind_a), trace(b, kind=kind_b)


def sound(
    values: Float,
    rate_hz: float = 8000.0,
    *,
    start_s: float = 0.0,
    start_half_s: float = 0.0,
) -> Samples:
    """``values`` as one channel of sound."""
    return Samples(
        values=np.asarray(values, np.float32),
        rate_hz=rate_hz,
        start=MediaTime.from_s(start_s),
        start_half=Duration.from_s(start_half_s),
    )
