"""The masked correlation coefficient against its definition."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.correlate.ncc import lags_of, ncc

CASE = Path(__file__).resolve().parents[4] / "shared" / "cases" / "s08_masked_ncc.json"


def test_reference_case() -> None:
    if not CASE.is_file():
        pytest.skip("the shared cases are not on this machine")
    case = json.loads(CASE.read_text())
    given_ = case["inputs"]
    lags, r, n = ncc(
        np.array(given_["x"]),
        np.array(given_["y"]),
        np.array(given_["mask_x"]),
        np.array(given_["mask_y"]),
        2,
    )
    for lag, expected in case["expected"].items():
        at = int(np.flatnonzero(lags == int(lag))[0])
        assert n[at] == expected["n"]
        assert r[at] == pytest.approx(expected["r"], abs=case["tolerance"]["r"])


@settings(deadline=None, max_examples=60)
@given(
    nx=st.integers(2, 25),
    ny=st.integers(2, 25),
    seed=st.integers(0, 2**32 - 1),
    level=st.sampled_from([0.0, 1e6]),
)
def test_is_the_coefficient_over_the_valid_pairs(nx: int, ny: int, seed: int, level: float) -> None:
    rng = np.random.default_rng(seed)
    x, y = level + rng.standard_normal(nx), rng.standard_normal(ny) - level
    mask_x, mask_y = rng.random(nx) < 0.8, rng.random(ny) < 0.8
    lags, r, n = ncc(x, y, mask_x, mask_y, 3)
    for lag, found, count in zip(lags, r, n, strict=True):
        pairs = [
            (x[i], y[i + lag])
            for i in range(nx)
            if 0 <= i + lag < ny and mask_x[i] and mask_y[i + lag]
        ]
        assert count == len(pairs)
        if count < 3:
            assert np.isnan(found)
        else:
            assert found == pytest.approx(np.corrcoef(np.array(pairs).T)[0, 1], abs=2e-6)


def test_a_positive_lag_means_later_in_y() -> None:
    x, y = np.zeros(50), np.zeros(50)
    x[10:13], y[17:20] = 1.0, 1.0
    lags, r, _ = ncc(x, y, np.ones(50, bool), np.ones(50, bool), 30)
    assert lags[np.nanargmax(r)] == 7


def test_masked_values_do_not_matter() -> None:
    rng = np.random.default_rng(4)
    x, y, mask = rng.standard_normal(40), rng.standard_normal(30), rng.random(40) < 0.7
    wild = np.where(mask, x, 1e9)
    quiet = np.where(mask, x, 0.0)
    first = ncc(wild, y, mask, np.ones(30, bool), 5)[1]
    second = ncc(quiet, y, mask, np.ones(30, bool), 5)[1]
    np.testing.assert_allclose(first, second, atol=1e-12)


@pytest.mark.parametrize("value", [0.0, 5.0, 1e9])
def test_a_constant_has_no_coefficient(value: float) -> None:
    y = np.random.default_rng(0).standard_normal(20)
    _, r, n = ncc(np.full(20, value), y, np.ones(20, bool), np.ones(20, bool), 2)
    assert np.isnan(r).all()
    assert n.max() == 20


def test_a_constant_overlap_has_no_coefficient() -> None:
    x = np.concatenate((np.random.default_rng(0).standard_normal(20), np.full(20, 3.0)))
    y = np.random.default_rng(1).standard_normal(10)
    lags, r, n = ncc(x, y, np.ones(40, bool), np.ones(10, bool), 5)
    flat = (lags <= -20) & (n >= 5)
    assert flat.any()
    assert np.isnan(r[flat]).all()


def test_nothing_valid() -> None:
    lags, r, n = ncc(np.ones(4), np.ones(5), np.zeros(4, bool), np.ones(5, bool), 1)
    assert np.array_equal(lags, lags_of(4, 5))
    assert np.isnan(r).all()
    assert not n.any()
