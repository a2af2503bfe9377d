"""How often unrelated recordings are called a match: null processes, with binomial limits.

Run as ``python -m benchmarks.false_alarms [--trials N] [--sound]``. Each trial is one whole search.
Traces: see ``sync/validation/false_alarms.py``. Sound, sample by sample: two independent ones of 2
to 60 s, all offsets. A calibrated search calls 1 % of them significant.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sync.correlate.sound import Samples, search_samples
from sync.timebase import MediaTime
from sync.validation.coverage import binomial_limits
from sync.validation.false_alarms import PROCESSES, p_values

Float = NDArray[np.float64]


# -- sound ----------------------------------------------------------------------------------------


def speech(rng: np.random.Generator, length_s: float, rate_hz: float = 8000.0) -> Float:
    """Syllables of voiced and noisy sounds with formants and pauses, over faint noise."""
    count = round(length_s * rate_hz)
    out = np.zeros(count)
    at = 0.0
    while at < length_s:
        long_s = rng.uniform(0.1, 0.4)
        low, high = round(at * rate_hz), min(count, round((at + long_s) * rate_hz))
        if high - low > 100:
            out[low:high] += _syllable(rng, high - low, rate_hz)
        at += long_s + rng.uniform(0.0, 0.3)
    level = 10.0 ** rng.uniform(-3, -1)
    return np.asarray(out + level * rng.standard_normal(count), np.float64)


def _syllable(rng: np.random.Generator, count: int, rate_hz: float) -> Float:
    if rng.random() < 0.3:
        source = rng.standard_normal(count)
    else:
        pitch_hz = rng.uniform(90, 220) * (1 + 0.2 * rng.normal() * np.linspace(0, 1, count))
        phase = 2 * np.pi * np.cumsum(pitch_hz) / rate_hz
        source = np.sum([np.cos(h * phase) / h for h in range(1, 16)], axis=0)
    hz = np.fft.rfftfreq(count, 1.0 / rate_hz)
    shape = np.zeros(len(hz))
    for low, high, wide in ((300, 800, 80), (900, 2200, 120), (2300, 3000, 150)):
        shape += 1.0 / (1.0 + ((hz - rng.uniform(low, high)) / wide) ** 2)
    made = np.fft.irfft(np.fft.rfft(source) * shape, count)
    return np.asarray(made * np.hanning(count) * rng.lognormal(0.0, 0.5), np.float64)


def bursts_of_noise(rng: np.random.Generator, length_s: float) -> Float:
    """White noise whose level changes four times a second over three orders of magnitude."""
    level = np.repeat(rng.lognormal(-1.0, 1.5, int(length_s * 4) + 1), 2000)
    count = round(length_s * 8000)
    return np.asarray(level[:count] * rng.standard_normal(count), np.float64)


def paged(rng: np.random.Generator, length_s: float) -> Float:
    """Speech with two paging tones, of the same few frequencies in every recording."""
    out = speech(rng, length_s)
    t_s = np.arange(len(out)) / 8000
    for tone_hz in rng.choice([330.5, 569.1, 1084.0, 1395.0], 2):
        begin_s, long_s = rng.uniform(0, max(length_s - 2, 0.1)), rng.uniform(0.5, 2.0)
        on = (t_s > begin_s) & (t_s < begin_s + long_s)
        out[on] = 0.8 * np.sin(2 * np.pi * tone_hz * t_s[on] + rng.uniform(0, 6))
    return out


def hum(rng: np.random.Generator, length_s: float) -> Float:
    """Mains hum that wanders about 50 Hz, 40 dB over its noise, at 400 samples a second."""
    count = round(5 * length_s * 400)
    wander = np.cumsum(rng.standard_normal(count)) * 1e-5
    phase = 2 * np.pi * np.cumsum(50.0 + wander) / 400 + rng.uniform(0, 6)
    made = np.cos(phase) + np.cos(2 * phase) / 5 + np.cos(3 * phase) / 3
    return np.asarray(made + 0.01 * rng.standard_normal(count), np.float64)


SOUNDS: dict[str, tuple[Callable[[np.random.Generator, float], Float], float]] = {
    "S1 white noise": (lambda r, s: r.standard_normal(round(8000 * s)), 8000.0),
    "S2 bursts of noise": (bursts_of_noise, 8000.0),
    "S3 speech": (speech, 8000.0),
    "S4 speech and pages": (paged, 8000.0),
    "S5 mains hum": (hum, 400.0),
}


def sound_p_values(name: str, trials: int, seed: int) -> tuple[Float, int]:
    """p of each trial (1 where there is no candidate) and how many were not testable."""
    make, rate_hz = SOUNDS[name]
    out = np.ones(trials)
    refused = 0
    for trial in range(trials):
        rng = np.random.default_rng([seed, trial, sum(map(ord, name))])
        lengths_s = np.exp(rng.uniform(np.log(2.0), np.log(60.0), 2))
        pair = [
            Samples(
                values=make(rng, float(length_s)).astype(np.float32),
                rate_hz=rate_hz,
                start=MediaTime(0),
            )
            for length_s in lengths_s
        ]
        found = search_samples(*pair)
        refused += found.status == "not-testable"
        if found.candidates:
            out[trial] = found.candidates[0].p
    return out, refused


def main(arguments: list[str] | None = None) -> int:
    """Print the table; exit status 1 when a process is above 1.8 % beyond chance."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--trials", type=int, default=300, help="searches for each process")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sound", action="store_true", help="sound by samples, not traces")
    options = parser.parse_args(arguments)
    print(
        f"{'process':22} {'p<=0.01':>8} {'95 % limits':>15} {'p<=0.05':>8} {'refused':>8} s/search"
    )
    above = False
    measure = sound_p_values if options.sound else p_values
    for name in SOUNDS if options.sound else PROCESSES:
        begun = time.perf_counter()
        p, refused = measure(name, options.trials, options.seed)
        each_s = (time.perf_counter() - begun) / options.trials
        hits = int((p <= 0.01).sum())
        low, high = binomial_limits(hits, options.trials)
        above |= low > 0.018
        print(
            f"{name:22} {hits / options.trials:8.2%} {low:6.2%} … {high:6.2%} "
            f"{(p <= 0.05).mean():8.2%} {refused:8d} {each_s:8.4f}"
        )
    return int(above)


if __name__ == "__main__":
    raise SystemExit(main())
