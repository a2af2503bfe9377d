"""How often the search calls unrelated traces a match: null processes with known independence.

Each trial is one whole search of two independent traces of 100 s at 10 Hz, all offsets within
± 50 s, at least 25 s of overlap, 99 surrogates. A calibrated search calls 1 % of them significant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sync.correlate.search import search
from sync.progress import SILENT, Progress
from sync.timebase import MediaTime
from sync.traces.trace import Trace
from sync.validation.coverage import binomial_limits

Float = NDArray[np.float64]
Process = Callable[[np.random.Generator], Float]

SAMPLES = 1000
RATE_HZ = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseAlarms:
    """Searches of independent pairs of one process, and the share called a match."""

    process: str
    searches: int
    share_at_1_percent: float
    low: float
    high: float
    """Exact binomial 95 % limits of ``share_at_1_percent``."""
    share_at_5_percent: float


def false_alarms(
    process: str, searches: int, seed: int, progress: Progress = SILENT
) -> FalseAlarms:
    """Search ``searches`` independent pairs of one of :data:`PROCESSES`."""
    p, _ = p_values(process, searches, seed, progress)
    hits = int((p <= 0.01).sum())
    low, high = binomial_limits(hits, searches)
    return FalseAlarms(
        process=process,
        searches=searches,
        share_at_1_percent=hits / searches,
        low=low,
        high=high,
        share_at_5_percent=float((p <= 0.05).mean()),
    )


def autoregressive(rng: np.random.Generator, rho: float) -> Float:
    """AR(1) of unit variance, started in equilibrium."""
    noise = rng.standard_normal(SAMPLES) * np.sqrt(1 - rho * rho)
    out = np.empty(SAMPLES)
    out[0] = rng.standard_normal()
    for i in range(1, SAMPLES):
        out[i] = rho * out[i - 1] + noise[i]
    return out


def telegraph(rng: np.random.Generator) -> Float:
    """Radio traffic: on for 3 s and off for 10 s on average (exponential), with a little noise."""
    out = np.zeros(SAMPLES)
    at, on = 0.0, bool(rng.random() < 3 / 13)
    while at < SAMPLES:
        length = rng.exponential(3.0 if on else 10.0) * RATE_HZ
        if on:
            out[int(at) : int(at + length)] = 1.0
        at, on = at + max(length, 1.0), not on
    return out + 0.05 * rng.standard_normal(SAMPLES)


def shots(rng: np.random.Generator) -> Float:
    """Poisson bursts (0.15 a second) of log-normal size that decay in 0.8 s, over faint noise."""
    out = np.zeros(SAMPLES)
    struck = rng.random(SAMPLES) < 0.15 / RATE_HZ
    out[struck] = rng.lognormal(0.0, 1.0, int(struck.sum()))
    fall = np.exp(-np.arange(60) / (0.8 * RATE_HZ))
    return np.convolve(out, fall)[:SAMPLES] + 0.05 * rng.standard_normal(SAMPLES)


def hump(rng: np.random.Generator) -> Float:
    """A slow hump in level *and* in variance, as of a busy hour, at the same place in both."""
    slow = np.sin(np.pi * np.arange(SAMPLES) / SAMPLES)
    return 2.0 * slow + (0.3 + slow) * autoregressive(rng, 0.8)


def half_silent(rng: np.random.Generator) -> Float:
    """AR(0.9) in one half, exactly nothing in the other."""
    out = autoregressive(rng, 0.9)
    half = slice(0, SAMPLES // 2) if rng.random() < 0.5 else slice(SAMPLES // 2, SAMPLES)
    out[half] = 0.0
    return out


PROCESSES: dict[str, tuple[Process, Process]] = {
    "P1 AR(0.9)": ((lambda r: autoregressive(r, 0.9)),) * 2,
    "P2 AR(0.98)": ((lambda r: autoregressive(r, 0.98)),) * 2,
    "P3 telegraph": (telegraph, telegraph),
    "P4 shots": (shots, shots),
    "P5 telegraph x shots": (telegraph, shots),
    "P6 hump": (hump, hump),
    "P7 half-silent": (half_silent, half_silent),
}


def as_trace(values: Float) -> Trace:
    """``values`` at 10 Hz from media time 0, nothing masked."""
    return Trace(
        kind="envelope",
        source_sha256="0" * 64,
        start=MediaTime(0),
        step_ns=round(1e9 / RATE_HZ),
        values=values,
        valid=np.ones(len(values), np.bool_),
        parameters={},
    )


def p_values(name: str, trials: int, seed: int, progress: Progress = SILENT) -> tuple[Float, int]:
    """p of each trial (1 where there is no candidate) and how many were not testable."""
    first, second = PROCESSES[name]
    out = np.ones(trials)
    refused = 0
    for trial in range(trials):
        progress.report(trial / trials, f"false alarms, {name}")
        rng = np.random.default_rng([seed, trial, sum(map(ord, name))])
        found = search(
            as_trace(first(rng)),
            as_trace(second(rng)),
            offset_range_s=(-50.0, 50.0),
            surrogates=99,
            seed=trial,
            min_overlap_s=25.0,
        )
        refused += found.status == "not-testable"
        if found.candidates:
            out[trial] = found.candidates[0].p
    return out, refused
