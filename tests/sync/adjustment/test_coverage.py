"""Coverage factors of many sums at once, against one at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sync.adjustment.adjust import adjust
from sync.adjustment.build import build
from sync.adjustment.coverage import coverage_factors, stated_together
from sync.uncertainty import Component, Distribution, Shape, Uncertain
from tests.support.harrow import harrow


@pytest.mark.parametrize("seed", range(20))
def test_each_is_what_it_is_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes: list[Shape] = ["rectangular", "triangular", "normal"]
    inputs = [
        Distribution(shapes[rng.integers(3)], 1.0, dof=float(rng.choice([math.inf, 8.0])))
        for _ in range(int(rng.integers(1, 12)))
    ]
    sums = rng.normal(size=(4, len(inputs))) * rng.exponential(size=(4, len(inputs)))
    for row, k in zip(sums, coverage_factors(sums, inputs), strict=True):
        parts = tuple(Component("", float(g), d) for g, d in zip(row, inputs, strict=True))
        assert k == pytest.approx(Uncertain(0.0, parts).expanded().k, abs=1e-5)


def test_known_ones() -> None:
    rectangular, normal = Distribution.rectangular(1.0), Distribution.normal(1.0)
    inputs = [rectangular, rectangular, normal]
    sums = np.array([[1.0, 0.0, 0.0], [1.0, -1.0, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    assert coverage_factors(sums, inputs) == pytest.approx(
        [0.95 * math.sqrt(3), 1.9018, 1.95996, 1.0], abs=1e-4
    )


def test_functions_are_stated_as_one_by_one() -> None:
    adjustment = adjust(build(harrow("barrier", "light bar", "stamps", "door")).network)
    functions = [
        adjustment.mark_function(row, on_datum_scale=True)
        for row, observed in enumerate(adjustment.rows)
        if observed.kind == "mark"
    ]
    for function, (stated, unchecked) in zip(
        functions, stated_together(adjustment, functions), strict=True
    ):
        alone = adjustment.uncertain(function).expanded()
        assert (stated.value, stated.u) == pytest.approx((alone.value, alone.u))
        assert pytest.approx(alone.U, rel=1e-5) == stated.U
        assert unchecked == adjustment.unchecked(function)
