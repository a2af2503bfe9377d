"""How often the stated range of a burnt-in clock's roll-overs holds the truth (estimation §10.7).

Run as ``python -m benchmarks.rollover [--trials N] [--seed S] [--guard G]``. Each trial is a made
recording of 25 pictures a second with a whole-second clock of random phase; the limits are asked
for at a random instant of it.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sync.clockread.rollover import rollover_limits

RATE_HZ = 25.0


@dataclass(frozen=True)
class Scenario:
    """One row of the table."""

    name: str
    length_s: float
    drift_ppm: float = 0.0
    """Standard deviation of the clock's rate against the file's."""
    rate_ppm: float = 0.0
    """Its mean."""
    jitter_s: float = 0.0
    """Standard deviation of a picture's time; twice that is given as its bound."""
    dropped: float = 0.0
    """Part of the pictures that are missing."""
    misread: float = 0.0
    """Part of the pictures of which one digit is misread."""
    irregular: bool = False
    """Pictures at exponential intervals instead of regular ones."""


SCENARIOS = (
    Scenario("10 s, locked", 10),
    Scenario("40 s, locked", 40),
    Scenario("40 s, 30 ppm rms", 40, drift_ppm=30),
    Scenario("400 s, 30 ppm rms", 400, drift_ppm=30),
    Scenario("400 s, locked", 400),
    Scenario("40 s, jitter 5 ms (limit 10 ms)", 40, jitter_s=0.005),
    Scenario("40 s, drop 20 %", 40, dropped=0.2),
    Scenario("40 s, OCR err 3 %", 40, misread=0.03),
    Scenario("40 s, drop 20 %, OCR 3 %", 40, dropped=0.2, misread=0.03),
    Scenario("400 s, 100 ppm rms, OCR 3 %", 400, drift_ppm=100, misread=0.03),
    Scenario("40 s, irregular pictures", 40, irregular=True),
    Scenario("5 s, OCR err 3 %", 5, misread=0.03),
    Scenario("40 s, rate wrong by 1001/1000", 40, rate_ppm=1000),
    Scenario("400 s, rate wrong by 1001/1000", 400, rate_ppm=1000),
)


def recording(
    scenario: Scenario, rng: np.random.Generator
) -> tuple[NDArray[np.float64], list[int | None], float, float]:
    """Picture times, readings, true offset at time 0 and true rate."""
    n = round(scenario.length_s * RATE_HZ)
    at = np.arange(n) / RATE_HZ
    if scenario.irregular:
        at = np.cumsum(rng.exponential(1 / RATE_HZ, n) + 1e-3)
    at = at[rng.random(n) >= scenario.dropped]
    offset = 1000 + rng.uniform(0, 1)
    drift = 1e-6 * rng.normal(scenario.rate_ppm, scenario.drift_ppm)
    shown = np.floor(at + offset + drift * at).astype(int)
    wrong = rng.random(len(at)) < scenario.misread
    place = 10 ** rng.integers(0, 2, len(at))
    digit = shown // place % 10
    shown = np.where(wrong, shown + ((digit + rng.integers(1, 10, len(at))) % 10 - digit) * place,
                     shown)  # fmt: skip
    jitter_s = rng.normal(0, scenario.jitter_s, len(at)) if scenario.jitter_s else 0.0
    return np.sort(at + jitter_s), [int(value) for value in shown], offset, drift


def row(scenario: Scenario, trials: int, seed: int, guard: float) -> str:
    """The figures of one scenario."""
    rng = np.random.default_rng(seed)
    stated = limits = alarms = rejected = rate = 0
    U, error, cpu_s = [], [], 0.0
    for _ in range(trials):
        pts_s, readings, offset, drift = recording(scenario, rng)
        at_s = rng.uniform(0, scenario.length_s)
        start = time.process_time()
        found = rollover_limits(pts_s, readings, at_s, jitter_s=2 * scenario.jitter_s, guard=guard)
        cpu_s += time.process_time() - start
        assert found is not None
        truth = offset + drift * at_s
        stated += abs(found.value_s - truth) <= found.U95_s
        limits += found.low_s - 1e-6 <= truth <= found.high_s + 1e-6
        rate += found.drift_low - 1e-7 <= drift <= found.drift_high + 1e-7
        alarms += found.rate_alarm
        rejected += len(found.rejected)
        U.append(found.U95_s)
        error.append(found.value_s - truth)
    return (
        f"{scenario.name:33s} {100 * stated / trials:5.1f} %  {100 * limits / trials:5.1f} %"
        f"  {1e3 * np.median(U):5.1f} ms  {1e3 * np.std(error):5.1f} ms"
        f"  {rejected / trials:6.2f}  {100 * rate / trials:5.1f} %  {100 * alarms / trials:5.1f} %"
        f"  {1e3 * cpu_s / trials:5.0f} ms"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guard", type=float, default=0.10)
    chosen = parser.parse_args()
    print(f"{'':33s} U covers  limits  median U   rms err  rejected  rate in   alarms      CPU")
    for scenario in SCENARIOS:
        trials = chosen.trials if scenario.length_s < 100 else max(chosen.trials // 4, 1)
        print(row(scenario, trials, chosen.seed, chosen.guard), flush=True)


if __name__ == "__main__":
    main()
