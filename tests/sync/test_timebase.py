"""Instants, durations and typed times."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import TimeFormatError
from sync.timebase import (
    Duration,
    MediaTime,
    ReferenceTime,
    TimeRange,
    format_clock,
    format_seconds,
    parse_instant,
    parse_time_ns,
)

DAYS_NS = st.integers(min_value=-(10**15), max_value=10**15)


@pytest.mark.parametrize(
    ("typed", "ns"),
    [
        ("83.25", 83_250_000_000),
        ("83,25", 83_250_000_000),
        ("1:23.25", 83_250_000_000),
        ("00:01:23:07@15", 83_466_666_667),
        ("14:23:25.48", 51_805_480_000_000),
        ("-0.5", -500_000_000),
        ("0.000000001", 1),
        ("00:00:01:01@30000/1001", 1_033_366_667),
    ],
)
def test_typed_times(typed: str, ns: int) -> None:
    assert parse_time_ns(typed) == ns


@pytest.mark.parametrize(
    "typed",
    ["", "noon", "1:60", "1:61:00", "00:00:01:15@15", "00:00:01:01@0", "1e3", "nan", "1:2:3:4"],
)
def test_nonsense_is_refused_with_a_hint(typed: str) -> None:
    with pytest.raises(TimeFormatError):
        parse_time_ns(typed)


@given(DAYS_NS)
def test_seconds_round_trip_exactly(ns: int) -> None:
    assert parse_time_ns(format_seconds(ns, 9)) == ns


@given(st.integers(min_value=0, max_value=86_399_999_999_999))
def test_clock_round_trips_exactly(ns: int) -> None:
    assert parse_time_ns(format_clock(ReferenceTime(ns), 9)) == ns


def test_rounding_carries_into_the_next_minute() -> None:
    assert format_clock(ReferenceTime.from_s(59.996), 2) == "00:01:00.00"
    assert format_clock(ReferenceTime.from_s(86_399.999), 1) == "+1 d 00:00:00.0"
    assert format_seconds(-1, 3) == "0.000"


@pytest.mark.parametrize(
    "mixed",
    [
        lambda: MediaTime(1) - ReferenceTime(1),
        lambda: MediaTime(1) + MediaTime(1),
        lambda: MediaTime(1) < ReferenceTime(2),
        lambda: Duration(1) + 1,
        lambda: TimeRange(MediaTime(1), ReferenceTime(2)),
    ],
)
def test_clocks_do_not_mix(mixed: Any) -> None:
    with pytest.raises(TypeError):
        mixed()


def test_equal_numbers_on_two_clocks_are_not_equal() -> None:
    assert MediaTime(5) != ReferenceTime(5)
    assert len({MediaTime(5), ReferenceTime(5)}) == 2


@given(DAYS_NS, DAYS_NS)
def test_difference_and_sum_are_inverse(a: int, b: int) -> None:
    assert MediaTime(a) + (MediaTime(b) - MediaTime(a)) == MediaTime(b)


def test_places() -> None:
    typed = parse_instant("cam1:sound@83.25±0.05")
    assert (typed.source, typed.stream) == ("cam1", "sound")
    assert (typed.time, typed.half) == (MediaTime(83_250_000_000), Duration(50_000_000))
    assert parse_instant("a@b@1.5").source == "a@b"
    assert parse_instant("cam@00:00:01:07@15").time == MediaTime(1_466_666_667)
    for wrong in ("83.25", "@83", "cam@", "cam@1±-2"):
        with pytest.raises(TimeFormatError):
            parse_instant(wrong)


def test_a_range_is_half_open() -> None:
    span = TimeRange(MediaTime(1), MediaTime(3))
    assert MediaTime(1) in span
    assert MediaTime(3) not in span
    with pytest.raises(ValueError, match="ends before"):
        TimeRange(MediaTime(3), MediaTime(1))


def test_time_is_never_infinite() -> None:
    with pytest.raises(TimeFormatError):
        Duration.from_s(float("nan"))
