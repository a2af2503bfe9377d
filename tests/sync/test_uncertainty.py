"""Coverage factors, budgets and rounding, against closed forms, simulation and another library."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import uncertainties
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sync.uncertainty import (
    Component,
    Contributions,
    Distribution,
    InputColumns,
    Shape,
    Uncertain,
    coverage_factor,
    decimals_for,
    format_ends,
    format_pair,
    probability_above_zero,
)


@pytest.mark.parametrize(
    ("parts", "k"),
    [
        ([(1.0, "rectangular")], 0.95 * math.sqrt(3)),
        ([(1.0, "rectangular")] * 2, math.sqrt(6) * (1 - math.sqrt(0.05))),
        ([(2.0, "triangular")], math.sqrt(6) * (1 - math.sqrt(0.05))),
        ([(1.0, "rectangular")] * 3, 1.9374),
        ([(0.3, "normal")], 1.959964),
    ],
)
def test_known_coverage_factors(parts: list[tuple[float, Shape]], k: float) -> None:
    assert coverage_factor(parts) == pytest.approx(k, abs=1e-4)


@given(
    st.lists(
        st.tuples(st.floats(0.02, 5), st.sampled_from(["rectangular", "triangular", "normal"])),
        min_size=1,
        max_size=8,
    )
)
def test_k_lies_between_one_rectangle_and_the_largest_sum(parts: list[tuple[float, Shape]]) -> None:
    # No sum of symmetric unimodal inputs of these shapes leaves [1.6431, 1.96] by more than the
    # lumping of small inputs: 0.95·√3 = 1.6454 of one rectangle is lowered to 1.6431 by a second
    # one of a 1/18 of its size, which rounds the edges and widens u before it widens the range.
    assert 1.6430 <= coverage_factor(parts) <= 1.962


@pytest.mark.parametrize("seed", range(4))
def test_k_covers_95_percent_in_simulation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = rng.uniform(0.05, 1, 4)
    shapes: list[Shape] = ["rectangular", "rectangular", "triangular", "normal"]
    n = 400_000
    total = np.zeros(n)
    for s, shape in zip(size, shapes, strict=True):
        if shape == "rectangular":
            total += rng.uniform(-1, 1, n) * s * math.sqrt(3)
        elif shape == "triangular":
            total += rng.triangular(-1, 0, 1, n) * s * math.sqrt(6)
        else:
            total += rng.normal(size=n) * s
    k = coverage_factor(list(zip(size, shapes, strict=True)))
    inside = np.mean(np.abs(total) <= k * math.sqrt(float(size @ size)))
    assert inside == pytest.approx(0.95, abs=5 * math.sqrt(0.95 * 0.05 / n))


def test_the_quantile_splits_the_sum_at_the_stated_probability() -> None:
    """P(|Y| ≤ k) of three and four unequal rectangles, by the exact volume of a cut cube."""
    for sizes in ([1.0, 0.7, 0.4], [1.0, 0.9, 0.5, 0.3]):
        n, half = len(sizes), np.array(sizes)

        def inside(k: float, n: int = n, half: NDArray[np.float64] = half) -> float:
            # Σ over the corners: ± (k + Σ±a)ⁿ / (n!·Π2a), twice, less one.
            total = 0.0
            for signs in itertools.product((1, -1), repeat=n):
                reach = max(0.0, k + float(half @ signs))
                total += math.prod(signs) * reach**n
            return 2 * total / (math.factorial(n) * float(np.prod(2 * half))) - 1

        u = math.sqrt(float(half @ half) / 3)
        for probability in (0.5, 0.9, 0.95, 0.99):
            k = coverage_factor([(a / math.sqrt(3), "rectangular") for a in sizes], probability)
            assert inside(k * u) == pytest.approx(probability, abs=1e-6)


def test_many_equal_rectangles_approach_the_normal_quantile() -> None:
    found = [coverage_factor([(1.0, "rectangular")] * n) for n in (3, 5, 9, 20, 100, 399)]
    assert found == sorted(found)
    assert found[-1] == pytest.approx(1.959964, abs=1e-3)
    # Cornish and Fisher's expansion with the excess kurtosis -6/(5 n), n = 100.
    z = 1.959963984540054
    assert found[4] == pytest.approx(z - 1.2 / 100 * (z**3 - 3 * z) / 24, abs=1e-5)


def test_components_are_the_same_as_columns_and_one_by_one() -> None:
    distributions = [Distribution.rectangular(0.2), Distribution.normal(0.1, dof=8)]
    columns = InputColumns(["a", "b"], distributions)
    typed = Component("typed", -1.0, Distribution.triangular(0.3))
    gains = np.array([0.5, 2.0])
    lazy = Uncertain(3.0, Contributions(columns, gains, (typed,)))
    parts = [Component("a", 0.5, distributions[0]), Component("b", 2.0, distributions[1]), typed]
    plain = Uncertain(3.0, parts)
    assert list(lazy.components) == parts == list(plain.components)
    assert lazy.components[-1] == typed
    assert lazy.components[:2] == tuple(parts[:2])
    assert lazy.expanded() == plain.expanded()
    assert lazy.budget() == plain.budget()
    assert [line.source for line in lazy.budget()] == ["b", "typed", "a"]


def test_inputs_of_one_source_are_one_line_and_equal_ones_go_by_name() -> None:
    parts = [
        Component(name, gain, Distribution.normal(0.1))
        for name, gain in (("late", 1.0), ("twice", 0.6), ("early", -1.0), ("twice", 0.8))
    ]
    lines = Uncertain(0.0, parts).budget()
    assert [line.source for line in lines] == ["early", "late", "twice"]
    assert [line.u for line in lines] == pytest.approx([0.1] * 3)
    assert sum(line.share for line in lines) == pytest.approx(1.0)


def test_what_contributes_nothing_is_not_listed() -> None:
    columns = InputColumns(["a", "b"], [Distribution.normal(1.0)] * 2)
    only = Uncertain(0.0, Contributions(columns, np.array([1.0, 1e-12])))
    assert [part.source for part in only.components] == ["a"]
    assert [line.source for line in only.budget()] == ["a"]


def test_budget_agrees_with_an_independent_library() -> None:
    gains, us = [1.0, -2.0, 0.5], [0.1, 0.03, 0.4]
    mine = Uncertain(
        3.0,
        tuple(
            Component(f"x{i}", g, Distribution.normal(u))
            for i, (g, u) in enumerate(zip(gains, us, strict=True))
        ),
    )
    inputs = [uncertainties.ufloat(0, u, tag=f"x{i}") for i, u in enumerate(us)]
    other = 3.0 + sum((g * x for g, x in zip(gains, inputs, strict=True)), start=0)
    assert mine.u == pytest.approx(other.std_dev)
    theirs = {variable.tag: value for variable, value in other.error_components().items()}
    for line in mine.budget():
        assert line.u == pytest.approx(theirs[line.source])
        assert line.share == pytest.approx((theirs[line.source] / other.std_dev) ** 2)
    assert [line.share for line in mine.budget()] == sorted(
        (line.share for line in mine.budget()), reverse=True
    )


def test_a_doubtful_uncertainty_widens_k() -> None:
    # JCGM 100 G.4.2: reliability 50 % gives ν = 2; Student t(0.975, 2) = 4.3027.
    doubtful = Uncertain(0.0, (Component("typed", 1.0, Distribution.normal(1.0, dof=2)),))
    assert doubtful.expanded().k == pytest.approx(4.3027, abs=1e-3)


def test_probability_is_never_stated_beyond_0_999() -> None:
    sure = Uncertain(9.0, (Component("a", 1.0, Distribution.rectangular(0.2)),))
    assert probability_above_zero(sure) == 0.999
    even = Uncertain(0.0, (Component("a", 1.0, Distribution.normal(0.2)),))
    assert probability_above_zero(even) == pytest.approx(0.5, abs=1e-9)
    one_sigma = Uncertain(-0.2, (Component("a", 1.0, Distribution.normal(0.2)),))
    assert probability_above_zero(one_sigma) == pytest.approx(0.158655, abs=1e-4)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_an_uncertainty_must_be_positive_and_finite(bad: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        Distribution.normal(bad)


def test_what_is_shown_covers_the_range_with_no_needless_digit() -> None:
    assert format_pair(0.642, 0.077) == ("0.64", "0.08")
    assert format_pair(12.3456, 0.1234) == ("12.35", "0.13")
    assert format_pair(37.21, 0.4) == ("37.2", "0.5")
    assert format_pair(37.2, 0.4) == ("37.2", "0.4")
    assert format_pair(-3.25, 0.0259) == ("-3.25", "0.03")
    assert format_pair(50.4, 1.1) == ("50.4", "1.1")
    assert format_ends(0.5647, 0.7192, 2) == ("0.56", "0.72")
    assert format_ends(-0.051, 0.3, 1) == ("-0.1", "0.3")
    assert decimals_for(40.0) == 0
    assert decimals_for(0.0) == 3


@given(st.floats(-1e4, 1e4), st.floats(1e-6, 1e3))
def test_the_shown_pair_always_covers(value: float, U: float) -> None:
    shown, plus = (float(text) for text in format_pair(value, U))
    slack = 1e-5 * U + 1e-9
    assert shown - plus <= value - U + slack
    assert shown + plus >= value + U - slack
    assert plus <= 2.1 * U
