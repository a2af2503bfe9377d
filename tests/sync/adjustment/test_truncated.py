"""Truncated normals against closed forms, and hit-and-run against what it must reproduce."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal, truncnorm

from sync.adjustment.truncated import (
    StandardSum,
    expectation_propagation,
    truncated_draws,
    truncated_moments,
    truncated_samples,
)

INF = float("inf")


@pytest.mark.parametrize(
    ("mean", "u", "low", "high"),
    [(1, 2, 2, INF), (0, 1, -1, 2), (0, 1, 8, INF), (0, 1, 20, 20.5), (3, 0.5, -INF, 1)],
)
def test_moments_and_quantiles_of_one_dimension_are_exact(
    mean: float, u: float, low: float, high: float
) -> None:
    exact = truncnorm((low - mean) / u, (high - mean) / u, loc=mean, scale=u)
    assert truncated_moments(mean, u, low, high) == pytest.approx(
        (exact.mean(), exact.std()), abs=1e-7
    )
    at = np.array([1e-6, 0.025, 0.5, 0.975, 1 - 1e-6])
    ends = np.full((2, 5), [[(low - mean) / u], [(high - mean) / u]])
    assert mean + u * truncated_draws(ends[0], ends[1], at) == pytest.approx(
        exact.ppf(at), abs=1e-7
    )


def test_a_window_far_narrower_than_u_is_uniform() -> None:
    mean, u = truncated_moments(5.0, 1e5, 3.0, 10.0)
    assert (mean, u) == pytest.approx((6.5, 7 / np.sqrt(12)), abs=1e-6)
    mean, u = truncated_moments(0.0, 1.0, 3.0, 3.0 + 1e-7)
    assert (mean - 3.0, u) == pytest.approx((5e-8, 1e-7 / np.sqrt(12)), rel=1e-6)


def test_s06_as_a_truncated_normal() -> None:
    mean, u = truncated_moments(1.0, 2.0, 2.0)
    assert (mean, u) == pytest.approx((3.2821555407361296, 1.0363019003280431), abs=1e-9)
    drawn = 1 + 2 * truncated_samples(np.eye(1), np.array([0.5]), np.array([INF]), seed=0)
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx(
        [2.044063569010915, 5.844399086613288], abs=0.008 * 2
    )


def test_propagation_is_exact_for_one_limit() -> None:
    mean, covariance = expectation_propagation(
        np.array([[0.6, 0.8]]), np.array([0.3]), np.array([2.0])
    )
    exact = truncnorm(0.3, 2.0)
    assert mean == pytest.approx(np.array([0.6, 0.8]) * exact.mean(), abs=1e-7)
    along = np.array([0.6, 0.8])
    assert along @ covariance @ along == pytest.approx(exact.var(), abs=1e-7)


def test_wide_prior_with_a_window_of_seven_seconds() -> None:
    drawn = 1e5 * truncated_samples(np.array([[1e5]]), np.array([3.0]), np.array([10.0]), seed=0)
    assert drawn.mean() == pytest.approx(6.5, abs=0.02)
    assert drawn.std() == pytest.approx(2.021, abs=0.01)


def test_hit_and_run_reproduces_the_moments_of_a_quadrant() -> None:
    # Both positive, correlated 0.6: E[y1] = (1 + rho) φ(0) / (2 P), Tallis 1961.
    rows = np.array([[1.0, 0.0], [0.6, 0.8]])
    drawn = truncated_samples(rows, np.zeros(2), np.full(2, INF), seed=3)
    inside = multivariate_normal.cdf([0, 0], cov=[[1, 0.6], [0.6, 1]])
    exact = (1 + 0.6) / np.sqrt(2 * np.pi) / 2 / inside
    assert (drawn @ rows.T).mean(axis=0) == pytest.approx([exact, exact], abs=0.02)
    assert (drawn @ rows.T).min() >= 0


def test_dependent_limits_and_a_start_outside_the_mean_are_no_obstacle() -> None:
    rows = np.array([[1.0, 0.0], [1.0, 0.0], [0.8, 0.6]])
    drawn = truncated_samples(rows, np.array([2.0, -1.0, -INF]), np.array([INF, 3.0, 0.5]), seed=1)
    value = drawn @ rows.T
    assert value[:, 0].min() >= 2.0
    assert value[:, 0].max() <= 3.0
    assert value[:, 2].max() <= 0.5


def test_the_same_seed_gives_the_same_bytes() -> None:
    rows, low, high = np.eye(3), np.full(3, -0.5), np.full(3, 1.0)
    one = truncated_samples(rows, low, high, seed=5)
    assert one.tobytes() == truncated_samples(rows, low, high, seed=5).tobytes()
    assert one.tobytes() != truncated_samples(rows, low, high, seed=6).tobytes()


def test_nothing_satisfies_contradictory_limits() -> None:
    with pytest.raises(ValueError, match="no point"):
        truncated_samples(
            np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([1.0, -INF]), np.array([INF, 0.0]), seed=0
        )


def test_a_rectangular_sum_is_cut_as_the_rectangle_it_is() -> None:
    half = np.sqrt(3.0)
    sums = StandardSum([(1.0, "rectangular")])
    assert float(sums.below(np.array([half / 2]))[0]) == pytest.approx(0.75, abs=2e-3)
    even = (np.arange(2000) + 0.5) / 2000
    drawn = sums.between(0.0, INF, even)
    assert drawn.mean() == pytest.approx(half / 2, abs=5e-3)
    assert drawn.max() <= half + 0.02
