"""How often the stated 95 % range of a trace match holds the truth, and how wide it is.

Run as ``python -m benchmarks.trace_coverage [--cases N] [--seed S] [--long]``. Each case is one
whole search of two made traces with a known offset. Searches are made until N of them state a
range (a significant match), at most 20 N; ``drawn`` says how many that took. ``off``: of those
found, at a peak more than half a second from the true one; ``inside`` counts them as missed.
``--long``: 30 minutes with a drift, and with one jump.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sync.correlate.result import Candidate
from sync.correlate.search import search
from sync.correlate.windows import WindowedMatch, windowed
from sync.timebase import MediaTime
from sync.traces.grid import SLOW_HZ, Grid
from sync.traces.trace import Trace, TraceKind
from sync.validation.coverage import binomial_limits

Float = NDArray[np.float64]
Make = Callable[[np.random.Generator], tuple[Trace, Trace, float]]
FINE_HZ = 100
LEFT_S = 5.0
# Farther than any of the peaks here is wide.
ELSEWHERE_S = 0.5
ONE_S = 1_000_000_000


def band(rng: np.random.Generator, count: int, rate_hz: float = FINE_HZ) -> Float:
    """Gaussian noise of unit variance below 1.5 Hz."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum[np.fft.rfftfreq(count, 1.0 / rate_hz) > 1.5] = 0
    out = np.fft.irfft(spectrum, count)
    return np.asarray(out / out.std(), np.float64)


def telegraph(rng: np.random.Generator, count: int) -> Float:
    """On for 3 s and off for 10 s on average, of unit variance."""
    out = np.zeros(count)
    at, on = 0.0, bool(rng.random() < 3 / 13)
    while at < count:
        length = rng.exponential(3.0 if on else 10.0) * FINE_HZ
        out[int(at) : int(at + length)] = float(on)
        at, on = at + max(length, 1.0), not on
    return np.asarray((out - out.mean()) / max(float(out.std()), 0.1), np.float64)


def autoregressive(rng: np.random.Generator, count: int) -> Float:
    """Noise with a memory of one second, of unit variance."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.fft.rfftfreq(count, 1.0 / FINE_HZ)
    out = np.fft.irfft(spectrum / np.sqrt(1.0 + np.square(2 * math.pi * hz)), count)
    return np.asarray((out - out.mean()) / out.std(), np.float64)


def as_trace(values: Float, kind: TraceKind = "envelope", **parameters: object) -> Trace:
    """``values`` at 10 Hz from media time 0."""
    return Trace(
        kind=kind, source_sha256="0" * 64, start=MediaTime(0), step_ns=round(ONE_S / SLOW_HZ),
        values=values, valid=np.ones(len(values), np.bool_), parameters=parameters,
    )  # fmt: skip


def cells(fine: Float, count: int) -> Float:
    """Means over 0.1 s."""
    return np.asarray(fine[: 10 * count].reshape(count, 10).mean(axis=1), np.float64)


# -- pairs with a known offset --------------------------------------------------------------------


def noise_pair(rho: float, count: int, colour: str) -> Make:
    """Traces of 1.5 Hz that share ``rho`` of their variance; the rest white or of one colour."""

    def make(rng: np.random.Generator) -> tuple[Trace, Trace, float]:
        offset = int(rng.integers(-300, 300))
        # One of the two must last a minute for a test.
        longer, margin = max(count, 900), 400
        length = 10 * longer + 1000
        shared = band(rng, length)

        def seen(first: int, count: int) -> Trace:
            heard = cells(shared[first:], count)
            own = rng.standard_normal(count)
            if colour == "same":
                own = cells(band(rng, length), count)
            return as_trace(math.sqrt(rho) * heard + math.sqrt(1 - rho) * own)

        return seen(margin, count), seen(margin + offset, longer), offset / FINE_HZ

    return make


def activity(rng: np.random.Generator, count: int) -> Float:
    """Bursts of half a second, one in four seconds on average, of uneven strength."""
    out = np.zeros(count)
    struck = rng.random(count) < 0.25 / FINE_HZ
    out[struck] = rng.lognormal(0.0, 0.5, int(struck.sum()))
    return np.convolve(out, np.hanning(50))[:count]


def envelopes(rng: np.random.Generator, length_s: int) -> tuple[Trace, Trace, float]:
    """Log energy of one sound in two recorders with their own noise and gain."""
    offset = int(rng.integers(-300, 300))
    level = activity(rng, FINE_HZ * length_s + 1000)
    sound = np.repeat(level, 10) * rng.standard_normal(10 * len(level))

    def heard(first: int) -> Trace:
        part = 10 * sound[10 * first : 10 * first + 1000 * length_s]
        mixed = part + rng.uniform(0.5, 2.0) * rng.standard_normal(len(part))
        energy = np.square(mixed).reshape(length_s * 10, 100).mean(axis=1)
        return as_trace(np.log(energy))

    return heard(400), heard(400 + offset), offset / FINE_HZ


def motions(rng: np.random.Generator, length_s: int) -> tuple[Trace, Trace, float]:
    """Motion in two cameras of unlike picture rates.

    A picture's stated time is its exposure's to half a picture.
    """
    offset = int(rng.integers(-300, 300))
    moved = np.cumsum(activity(rng, FINE_HZ * length_s + 1000)) / FINE_HZ

    def seen(first: int, picture_hz: float) -> Trace:
        usual_s = 1.0 / picture_hz
        stated_s = np.arange(rng.uniform(0, usual_s), length_s, usual_s)
        shown_s = stated_s + rng.uniform(-0.5, 0.5) * usual_s
        place = np.interp((shown_s * FINE_HZ + first), np.arange(len(moved)), moved)
        change = np.diff(place) / usual_s + 0.1 * rng.standard_normal(len(place) - 1)
        grid = Grid.covering(0, length_s * ONE_S, SLOW_HZ)
        at_ns = np.rint(stated_s * ONE_S).astype(np.int64)
        values, valid = grid.mean_of_spans(at_ns[:-1], at_ns[1:], change)
        trace = as_trace(values, "motion", picture_interval_ns=round(usual_s * ONE_S))
        return replace(trace, start=grid.start, valid=valid)

    first, second = rng.choice([25.0, 15.0, 12.5], 2)
    return seen(400, float(first)), seen(400 + offset, float(second)), offset / FINE_HZ


def apart(
    process: Callable[[np.random.Generator, int], Float],
    kinds: tuple[TraceKind, TraceKind],
    half_s: float,
    rng: np.random.Generator,
    *,
    noise: float = 0.1,
    **parameters: object,
) -> tuple[Trace, Trace, float]:
    """180 s of one process in two recordings, in one of them up to ``half_s`` late or early."""
    count, offset = 1800, int(rng.integers(-300, 300))
    # Drawn evenly, not on the grid: the ends of a range that ends on a grid point are a matter of
    # luck.
    late = rng.uniform(-half_s, half_s) * FINE_HZ
    level = process(rng, FINE_HZ * 180 + 1000)
    index = np.arange(10 * count)
    moved = np.interp(index + 400 + offset + late, np.arange(len(level)), level)
    scale = noise * float(level.std())
    first, second = (
        as_trace(cells(part, count) + scale * rng.standard_normal(count), kind, **parameters)
        for part, kind in zip((level[400:], moved), kinds, strict=True)
    )
    return first, second, offset / FINE_HZ


def shots(rng: np.random.Generator, count: int) -> Float:
    """Sudden events, 0.15 a second, of very uneven strength, each gone within a second or two."""
    out = np.zeros(count)
    struck = rng.random(count) < 0.15 / FINE_HZ
    out[struck] = rng.lognormal(0.0, 1.0, int(struck.sum()))
    return np.convolve(out, np.exp(-np.arange(500) / (0.8 * FINE_HZ)))[:count]


def flashes(rng: np.random.Generator, count: int) -> Float:
    """Single hundredths of a second, one in seven seconds, of uneven strength."""
    return np.where(rng.random(count) < 0.14 / FINE_HZ, rng.lognormal(0.0, 0.5, count), 0.0)


ROWS: dict[str, Make] = {
    f"{colour:5} noise, shared {rho}, {count // 10:3d} s": noise_pair(rho, count, colour)
    for colour in ("white", "same")
    for rho in (0.3, 0.6, 0.9)
    for count in (300, 1500)
} | {
    "envelope x envelope, 180 s": lambda rng: envelopes(rng, 180),
    "motion x motion, 180 s": lambda rng: motions(rng, 180),
    "motion x envelope, 180 s": lambda rng: apart(activity, ("motion", "envelope"), 0.2, rng),
    "flash x onset, 180 s": lambda rng: apart(
        flashes, ("flash", "onset"), 0.04, rng, picture_interval_ns=ONE_S // 25
    ),
    "transmissions, 180 s": lambda rng: apart(
        telegraph, ("transmissions", "transmissions"), 0.05, rng
    ),
    "impulses, 180 s": lambda rng: apart(shots, ("impulses", "impulses"), 0.05, rng),
    "onset x onset, 180 s": lambda rng: apart(shots, ("onset", "onset"), 0.0, rng),
    "radio x radio, noise 0.5, 180 s": lambda rng: apart(
        telegraph, ("envelope", "envelope"), 0.0, rng, noise=0.5
    ),
}


def found(a: Trace, b: Trace, seed: int) -> Candidate | None:
    """The candidate of a search that states a match."""
    result = search(a, b, offset_range_s=(-LEFT_S, LEFT_S), surrogates=99, seed=seed)
    return result.candidates[0] if result.status == "significant" else None


def range_row(name: str, make: Make, cases: int, seed: int) -> None:
    """One line of the first table."""
    error: list[float] = []
    half: list[float] = []
    drawn = 0
    while len(error) < cases and drawn < 20 * cases:
        a, b, true_s = make(np.random.default_rng([seed, drawn, sum(map(ord, name))]))
        best = found(a, b, drawn)
        drawn += 1
        if best is not None:
            error.append(abs(best.offset_s - true_s))
            half.append(best.U95_s)
    print(f"{name:34} {drawn:5d} {len(error):5d} {_held(error, half)}", flush=True)


def _held(error: list[float], half: list[float]) -> str:
    """How many elsewhere, share inside and its limits, 95 % of the errors, half-width, ratio."""
    if not error:
        return "no match"
    inside = sum(e <= u for e, u in zip(error, half, strict=True))
    low, high = binomial_limits(inside, len(error))
    most, usual = float(np.quantile(error, 0.95)), float(np.median(half))
    elsewhere = sum(e > ELSEWHERE_S for e in error)
    return (
        f"{elsewhere:4d} {inside / len(error):7.1%} {low:6.1%} … {high:6.1%} "
        f"{1e3 * most:9.1f} {1e3 * usual:9.1f} {usual / most:6.2f}"
    )


# -- long recordings ------------------------------------------------------------------------------

LONG_S = 1800
LONG: dict[str, tuple[Callable[[np.random.Generator, int], Float], float]] = {
    f"{name}, shared {rho}": (make, rho)
    for name, make in (("telegraph", telegraph), ("noise", autoregressive))
    for rho in (0.3, 0.6)
}


def long_pair(
    process: Callable[[np.random.Generator, int], Float],
    rho: float,
    rng: np.random.Generator,
    *,
    rate: float,
    jump_s: float = 0.0,
    jump_at_s: float = LONG_S,
) -> tuple[Trace, Trace]:
    """Half an hour: t_A = t_B (1 + rate), and ``jump_s`` more after ``jump_at_s`` of B."""
    length = FINE_HZ * (LONG_S + 20)
    t_b = np.arange(FINE_HZ * LONG_S) / FINE_HZ
    t_a = t_b * (1.0 + rate) + np.where(t_b > jump_at_s, jump_s, 0.0)
    shared, own_a, own_b = (process(rng, length) for _ in range(3))
    heard_b = np.interp((t_a + 5.0) * FINE_HZ, np.arange(length), shared)
    root, rest = math.sqrt(rho), math.sqrt(1.0 - rho)
    first = slice(5 * FINE_HZ, (LONG_S + 5) * FINE_HZ)
    a = root * shared[first] + rest * own_a[first]
    b = root * heard_b + rest * own_b[first]
    return as_trace(cells(a, LONG_S * 10)), as_trace(cells(b, LONG_S * 10))


def followed(a: Trace, b: Trace, middle_s: float, rng: np.random.Generator) -> WindowedMatch | None:
    """The match through all of the recording, from a coarse offset that is off by 0.1 s."""
    coarse = Candidate(
        offset_s=middle_s + rng.normal(0, 0.1), u_s=0.1, U95_s=0.2, epoch_s=0.5 * LONG_S,
        p=0.001, z=9.0, correlation=0.5, kind_a="envelope", kind_b="envelope",
    )  # fmt: skip
    return windowed(a, b, coarse)


def long_rows(cases: int, seed: int, only: str) -> None:
    """Offset, drift and jumps of half an hour."""
    for name, (process, rho) in LONG.items():
        if only not in name:
            continue
        offset: tuple[list[float], list[float]] = ([], [])
        drift: tuple[list[float], list[float]] = ([], [])
        false = hit = placed = jumps = 0
        for case in range(cases):
            rng = np.random.default_rng([seed, case, sum(map(ord, name))])
            rate = float(rng.uniform(-100e-6, 100e-6))
            a, b = long_pair(process, rho, rng, rate=rate)
            match = followed(a, b, 0.5 * rate * LONG_S, rng)
            if match is not None:
                false += bool(match.jumps)
                offset[0].append(abs(match.offset_s - rate * match.epoch_s))
                offset[1].append(1.96 * match.u_s)
                # In parts per million / 1000, so that the table's factor of 1000 shows ppm.
                drift[0].append(abs(match.drift_ppm - 1e6 * rate) / 1e3)
                drift[1].append(1.96 * match.u_drift_ppm / 1e3)
            if case % 4 == 0:
                jumps += 1
                jump_s, at_s = float(rng.uniform(0.5, 0.9)), float(rng.uniform(400, LONG_S - 400))
                a, b = long_pair(process, rho, rng, rate=0.0, jump_s=jump_s, jump_at_s=at_s)
                match = followed(a, b, 0.0, rng)
                if match is not None and len(match.jumps) == 1:
                    (jump,) = match.jumps
                    hit += abs(jump.change_s - jump_s) < 0.2
                    placed += jump.after_s - 60 <= at_s <= jump.before_s + 60
        print(f"{name + ', offset':34} {cases:5d} {len(offset[0]):5d} {_held(*offset)}")
        print(f"{name + ', drift (ppm)':34} {cases:5d} {len(drift[0]):5d} {_held(*drift)}")
        print(
            f"{name + ', breaks':34} {cases:5d} false in {false}; of {jumps} jumps {hit} found, "
            f"{placed} within a window of their place",
            flush=True,
        )


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--long", action="store_true", help="30 minutes: drift and jumps")
    parser.add_argument("--only", default="", help="rows whose name holds this")
    chosen = parser.parse_args(arguments)
    print(
        f"{'':34} {'drawn':>5} {'found':>5} {'off':>4} {'inside':>7} {'95 % limits':>15} "
        f"{'95% err':>9} {'half':>9} {'ratio':>6}  (ms)"
    )
    if chosen.long:
        long_rows(chosen.cases, chosen.seed, chosen.only)
        return 0
    for name, make in ROWS.items():
        if chosen.only in name:
            range_row(name, make, chosen.cases, chosen.seed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
