"""The statistic and its chance."""

from __future__ import annotations

import numpy as np
import pytest

from sync.correlate import significance
from sync.correlate.significance import LagStatistic, NullMaxima
from sync.validation.coverage import binomial_limits
from sync.validation.false_alarms import PROCESSES, p_values


def test_statistic_against_its_definition() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(40), rng.standard_normal(55)
    valid_x, valid_y = rng.random(40) < 0.9, rng.random(55) < 0.9
    x, y = np.where(valid_x, x, 0.0), np.where(valid_y, y, 0.0)
    statistic = LagStatistic(valid_x, y, valid_y, lags=(-10, 20), min_overlap=8)
    z = statistic.z(x[None].astype(np.float32))[0]
    assert statistic.lags[0] == -10
    assert statistic.lags[-1] == 20
    for lag, n, found in zip(statistic.lags, statistic.n, z, strict=True):
        pairs = [(x[i], y[i + lag]) for i in range(40) if 0 <= i + lag < 55]
        product = np.array([p * q for p, q in pairs])
        count = sum(bool(valid_x[i] and valid_y[i + lag]) for i in range(40) if 0 <= i + lag < 55)
        assert n == count
        expected = product.sum() / np.sqrt(max((product**2).sum(), 0.05 * count))
        assert found == pytest.approx(expected, abs=1e-4)


def test_one_coincident_burst_gives_at_most_one() -> None:
    x, y = np.zeros(600), np.zeros(600)
    x[300], y[300] = 20.0, 20.0
    every = np.ones(600, bool)
    statistic = LagStatistic(every, y, every, lags=(-100, 100), min_overlap=300)
    assert statistic.z(x[None].astype(np.float32)).max() <= 1.0 + 1e-5


def test_lags_with_too_little_overlap_are_not_searched() -> None:
    every = np.ones(100, bool)
    statistic = LagStatistic(every, np.ones(100), every, lags=(-99, 99), min_overlap=60)
    assert statistic.lags[0] == -40
    assert statistic.lags[-1] == 40
    masked = LagStatistic(~every, np.ones(100), every, lags=(-99, 99), min_overlap=1)
    assert masked.lags.size == 0


def test_shuffles_are_permutations_of_whole_blocks() -> None:
    orders = significance.block_shuffles(95, 10, np.random.default_rng(0), 20)
    assert orders.shape == (20, 95)
    for order in orders:
        assert np.array_equal(np.sort(order), np.arange(95))
        # Blocks stay whole: only their ends are torn apart.
        assert (np.diff(order) != 1).sum() <= 11
    assert len({tuple(order) for order in orders}) == 20


def test_p_counts_and_stops_early() -> None:
    maxima = np.arange(1.0, 100.0)
    null = NullMaxima(maxima=maxima, planned=99)
    assert null.p_counted(1000.0) == pytest.approx(0.01)
    assert null.p_counted(95.0) == pytest.approx(6 / 100)
    # Ten exceedances at the tenth draw: the sequential estimate, h / draws.
    assert NullMaxima(maxima=np.full(10, 5.0), planned=99).p_counted(4.0) == 1.0
    assert null.p_value(1000.0) >= null.p_gumbel(1000.0)
    assert NullMaxima(maxima=np.zeros(0), planned=0).threshold(0.01) is None


def test_gumbel_fit_recovers_its_own_law() -> None:
    maxima = np.random.default_rng(0).gumbel(3.0, 0.3, 20_000)
    null = NullMaxima(maxima=maxima, planned=20_000)
    at = 3.0 - 0.3 * np.log(-np.log1p(-1e-3))
    assert null.p_gumbel(at) == pytest.approx(1e-3, rel=0.15)
    threshold = null.threshold(1e-3)
    assert threshold == pytest.approx(at, abs=0.1)


@pytest.mark.parametrize("name", list(PROCESSES))
def test_unrelated_traces_are_rarely_called_a_match(name: str) -> None:
    # A guard against gross mistakes; the benchmark measures with thousands of trials.
    p, _ = p_values(name, 60, seed=3)
    hits = int((p <= 0.05).sum())
    assert binomial_limits(hits, 60)[0] <= 0.06
    assert (p <= 0.01).sum() <= 3
