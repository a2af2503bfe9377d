"""Pixels and nanoseconds: exact far from zero, limits kept."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from widgets.view_range import LONGEST_NS, SHORTEST_NS, ViewRange

DAY = 86_400 * 10**9
VIEWS = st.builds(
    ViewRange,
    st.integers(-DAY, 400 * DAY),
    st.integers(SHORTEST_NS, LONGEST_NS),
    st.integers(100, 4000),
)


@given(VIEWS, st.floats(0, 1))
def test_a_pixel_comes_back(view: ViewRange, part: float) -> None:
    x = part * view.width
    assert abs(view.x_of(view.ns_of(x)) - x) <= view.width / view.span_ns


@given(VIEWS, st.floats(-30, 30), st.floats(0, 1))
def test_zoom_keeps_the_instant_under_the_cursor(
    view: ViewRange, notches: float, part: float
) -> None:
    about = view.ns_of(part * view.width)
    after = view.zoomed(notches, about)
    assert abs(after.x_of(about) - view.x_of(about)) < 0.01
    assert SHORTEST_NS <= after.span_ns <= LONGEST_NS


def test_one_notch_is_the_square_root_of_two() -> None:
    view = ViewRange(0, 60 * 10**9)
    assert math.isclose(view.span_ns / view.zoomed(1, 0).span_ns, math.sqrt(2), rel_tol=1e-9)


def test_limits() -> None:
    view = ViewRange(0, 10**9)
    assert view.zoomed(100, 0).span_ns == SHORTEST_NS
    assert view.zoomed(-100, 0).span_ns == LONGEST_NS


def test_showing_holds_both_ends_with_room() -> None:
    view = ViewRange(0, 10**9).showing(100 * 10**9, 200 * 10**9)
    assert view.start_ns < 100 * 10**9 < 200 * 10**9 < view.end_ns
    assert view.holds(150 * 10**9)


def test_a_single_instant_can_be_shown() -> None:
    view = ViewRange(0, 10**9).showing(5 * DAY, 5 * DAY)
    assert view.span_ns == SHORTEST_NS
    assert view.holds(5 * DAY)


def test_pan_and_width() -> None:
    view = ViewRange(5, 10**9, 100).panned(7)
    assert view.start_ns == 12
    assert view.with_width(200).span_ns == view.span_ns
