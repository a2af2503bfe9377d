"""Where a peak lies, and how well that is known."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.trace_coverage import Make, activity, apart, envelopes, noise_pair
from sync.correlate.position import PLACE_SHARE, REACH, PeakFinder, Position, locate, summit
from sync.correlate.preprocess import Prepared, prepare
from sync.validation.coverage import binomial_limits
from tests.sync.correlate.made import related, trace

LAGS = np.arange(-float(REACH), REACH + 1.0)


@pytest.mark.parametrize("at", [-0.45, 0.0, 0.3, 0.5])
def test_top_of_a_band_limited_peak(at: float) -> None:
    assert summit(np.sinc(0.3 * (LAGS - at))) == pytest.approx(at, abs=PLACE_SHARE)


def test_no_top_where_there_is_none() -> None:
    assert summit(LAGS**2) is None
    assert summit(REACH + 0.0 - (LAGS - 4.0) ** 2) is None
    assert summit(np.zeros(2 * REACH + 1)) is None


def test_more_of_the_same_is_known_better_and_exchanging_changes_the_sign() -> None:
    a, b = (prepare(trace) for trace in related(np.random.default_rng(1), length=6000, offset_cs=4))
    there, u = locate(a, b, 0)
    back, u_back = locate(b, a, 0)
    assert there == pytest.approx(-back, abs=1e-6)
    assert u == pytest.approx(u_back)
    # Four hundredths of a second are 0.4 samples; a later B has the smaller offset.
    assert abs(-there - 0.4) < 3.3 * u
    few = [prepare(trace) for trace in related(np.random.default_rng(1), length=600, offset_cs=4)]
    assert locate(few[0], few[1], 0)[1] > 2 * u


def found(make: Make, seed: int) -> tuple[Position, float, Prepared]:
    """The peak nearest the truth, and its error in seconds."""
    a, b, true_s = make(np.random.default_rng([seed, 16]))
    first, second = prepare(a), prepare(b)
    lag = ((a.start.ns - b.start.ns) * 1e-9 - true_s) / first.step_s
    place = PeakFinder(first, second, 50).at(round(lag))
    return place, (place.lag - lag) * first.step_s, first


def test_where_the_grid_lies_does_not_move_the_peak() -> None:
    """A parabola or a quartic through the lags has an rms error of more than 2 ms here."""
    error_s = [found(lambda rng: envelopes(rng, 180), seed)[1] for seed in range(15)]
    assert np.sqrt(np.mean(np.square(error_s))) < 1.5e-3
    quiet = [
        found(lambda r: apart(activity, ("onset", "onset"), 0.0, r, noise=1e-4), seed)[1]
        for seed in range(5)
    ]
    assert np.abs(quiet).max() < 2e-3


@pytest.mark.parametrize("count", [300, 1500])
def test_the_stated_range_holds_the_truth(count: int) -> None:
    cases = 60
    every = [found(noise_pair(0.6, count, "white"), seed)[:2] for seed in range(cases)]
    inside = sum(abs(error_s) <= 1.96 * place.u_stat_s for place, error_s in every)
    low, high = binomial_limits(inside, cases)
    assert low <= 0.97
    assert high >= 0.93


def test_the_peak_is_sought_within_three_tenths_of_a_second_only() -> None:
    a, b = (prepare(t) for t in related(np.random.default_rng(3), rho=0.9, offset_cs=0))
    finder = PeakFinder(a, b, 50)
    top = finder.at(0)
    assert abs(top.lag) < 0.5
    assert finder.at(2).lag == pytest.approx(top.lag, abs=1e-6)
    # From the flank it is not reached: the search's own place stands, and is known to a lobe.
    flank = finder.at(5)
    assert abs(flank.lag - 5) < 1
    assert flank.u_stat_s > 10 * top.u_stat_s


def test_a_constant_pair_has_no_peak() -> None:
    rng = np.random.default_rng(2)
    noise, silence = prepare(trace(rng.standard_normal(600))), prepare(trace(np.zeros(600)))
    assert np.isfinite(locate(noise, silence, 0)[1])
