"""The frame index: which frame is shown when, and what a first sighting proves."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.media.frame_index import FrameIndex
from sync.media.packets import table_of
from sync.media.ticks import tick_to_ns, ticks_to_ns
from sync.timebase import MediaTime


def index_of(times_ns: list[int], picture: list[int] | None = None) -> FrameIndex:
    n = len(times_ns)
    return FrameIndex(
        pts=np.array(times_ns, np.int64),
        time_ns=np.array(times_ns, np.int64),
        ordinal=np.arange(n, dtype=np.int32),
        key=np.ones(n, np.bool_),
        picture=np.array(range(n) if picture is None else picture, np.int32),
        time_base=Fraction(1, 10**9),
        state="verified",
        damaged=np.zeros(n, np.bool_),
        digest=np.arange(n, dtype=np.uint32),
        packets=table_of([(k, k, k, 10 + k, True) for k in range(n)]),
    )


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30), st.integers(-60, 60))
def test_frame_at_is_the_greatest_time_not_after(times: list[int], at: int) -> None:
    found = index_of(times).frame_at(MediaTime(at))
    shown = [(time, i) for i, time in enumerate(times) if time <= at]
    assert found == (max(shown)[1] if shown else None)


def test_bounds_reach_back_to_the_previous_distinct_picture() -> None:
    index = index_of([0, 10, 20, 30, 40, 50], [0, 0, 0, 1, 1, 2])
    assert index.picture_bounds(1) == (MediaTime(0), MediaTime(30))
    assert index.picture_bounds(2) == (MediaTime(30), MediaTime(50))
    assert index.picture_bounds(0) == (None, MediaTime(0)), "nothing bounds it from below"
    assert index.frames_of_picture(1) == range(3, 5)
    assert index.picture_time(1) == MediaTime(30)
    with pytest.raises(IndexError):
        index.frames_of_picture(3)


def test_blended_pictures_widen_the_bounds_on_both_sides() -> None:
    index = index_of([0, 10, 20, 30, 40])
    mixed = replace(index, blend_reach=np.array([0, 0, 2, 0, 0], np.uint8))
    assert mixed.picture_bounds(2) == (MediaTime(10), MediaTime(30))
    assert mixed.picture_bounds(3) == (MediaTime(10), MediaTime(30))
    assert mixed.picture_bounds(1) == (MediaTime(0), MediaTime(10))


def test_the_last_frame_ends_a_median_interval_later() -> None:
    index = index_of([0, 40, 80, 200])
    assert index.end_of(0) == MediaTime(40)
    assert index.end_of(3) == MediaTime(240)
    assert index_of([5]).end_of(0) == MediaTime(5)


def test_a_clock_that_jumps_back_is_searched_too() -> None:
    index = index_of([0, 10, 20, 5, 15, 25])
    assert index.frame_at(MediaTime(12)) == 1
    assert index.frame_at(MediaTime(17)) == 4
    assert index.end_of(2) == MediaTime(30)


def test_arrays_round_trip_and_damaged_ones_are_refused() -> None:
    index = index_of([0, 40, 80], [0, 0, 1])
    arrays = index.to_arrays()
    again = FrameIndex.from_arrays(arrays)
    for name, value in again.to_arrays().items():
        assert np.array_equal(value, arrays[name]), name
    assert (again.time_base, again.state) == (index.time_base, index.state)
    with pytest.raises(ValueError):
        FrameIndex.from_arrays({**arrays, "picture": np.zeros(2, np.int32)})
    with pytest.raises(KeyError):
        FrameIndex.from_arrays({k: v for k, v in arrays.items() if k != "pts"})


def test_a_provisional_index_counts_each_frame_as_a_picture() -> None:
    index = replace(index_of([0, 40, 80], [-1, -1, -1]), state="provisional")
    assert index.pictures is None
    assert index.picture_of(2) == 2
    assert index.picture_bounds(2) == (MediaTime(40), MediaTime(80))


@given(
    st.integers(-(2**33), 2**33),
    st.sampled_from([(1, 90_000), (1, 1000), (1001, 30_000), (1, 14_112_000), (1, 1), (32, 1225)]),
)
def test_ticks_become_the_nearest_nanosecond(tick: int, base: tuple[int, int]) -> None:
    time_base = Fraction(*base)
    exact = tick * time_base * 10**9
    one = tick_to_ns(tick, time_base)
    assert abs(one - exact) <= Fraction(1, 2)
    assert ticks_to_ns(np.array([tick]), time_base)[0] == one
