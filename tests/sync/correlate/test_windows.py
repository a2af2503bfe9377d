"""Following a match through a long recording."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.trace_coverage import LONG_S, as_trace, autoregressive, followed, long_pair
from sync.correlate.search import search


@pytest.mark.parametrize("rate_ppm", [-80.0, 0.0, 60.0])
def test_drift_is_measured_within_its_range(rate_ppm: float) -> None:
    rng = np.random.default_rng(round(rate_ppm) + 100)
    rate = rate_ppm * 1e-6
    a, b = long_pair(autoregressive, 0.6, rng, rate=rate)
    match = followed(a, b, 0.5 * rate * LONG_S, rng)
    assert match is not None
    # Three times the standard uncertainty: one parameter set in a thousand would fail.
    assert abs(match.drift_ppm - rate_ppm) < 3.3 * match.u_drift_ppm
    assert abs(match.offset_s - rate * match.epoch_s) < 3.3 * match.u_s
    assert match.u_drift_ppm < 25
    assert match.u_s < 0.02
    assert match.inliers >= 0.6 * match.windows
    assert match.jumps == ()
    assert len(match.stretches) == 1


def test_a_jump_is_proposed_where_it_is() -> None:
    rng = np.random.default_rng(8)
    a, b = long_pair(autoregressive, 0.6, rng, rate=0.0, jump_s=0.7, jump_at_s=1100.0)
    match = followed(a, b, 0.0, rng)
    assert match is not None
    (jump,) = match.jumps
    assert jump.change_s == pytest.approx(0.7, abs=0.05)
    assert jump.after_s - 60 <= 1100.0 <= jump.before_s + 60
    first, second = match.stretches
    assert first.offset_s == pytest.approx(0.0, abs=0.05)
    assert second.offset_s == pytest.approx(0.7, abs=0.05)
    # The line is that of the longer stretch alone, and no drift is made of the jump.
    assert abs(match.drift_ppm) < 3.3 * match.u_drift_ppm


def test_unrelated_recordings_hold_no_line() -> None:
    held = 0
    for seed in range(6):
        rng = np.random.default_rng([seed, 9])
        a, b = (as_trace(autoregressive(rng, 18_000)) for _ in range(2))
        held += followed(a, b, 0.0, rng) is not None
    assert held <= 1


def test_a_long_search_states_the_drift_and_a_short_one_does_not() -> None:
    rng = np.random.default_rng(4)
    a, b = long_pair(autoregressive, 0.6, rng, rate=50e-6)
    best = search(a, b, offset_range_s=(-3.0, 3.0), surrogates=99).candidates[0]
    assert best.drift_ppm is not None
    assert best.u_drift_ppm is not None
    assert abs(best.drift_ppm - 50.0) < 3.3 * best.u_drift_ppm
    assert abs(best.offset_s - 50e-6 * best.epoch_s) < best.U95_s + 0.01
    short = [as_trace(trace.values[:3000]) for trace in (a, b)]
    assert search(*short, offset_range_s=(-3.0, 3.0), surrogates=99).candidates[0].drift_ppm is None
