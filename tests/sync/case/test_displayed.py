"""A recording's times against the clock read in its pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sync.case.case import Case
from sync.case.displayed import displayed_rates
from sync.evidence import Provenance, Reading
from sync.timebase import Duration, MediaTime, ReferenceTime


def reading(number: int, at_s: float, shown_s: float, *, granularity_s: float = 1.0,
            before_s: float = 0.0, clock: str = "osd") -> Reading:  # fmt: skip
    return Reading(
        id=f"r{number}",
        source="cam",
        stream="picture",
        earliest=MediaTime.from_s(at_s - before_s),
        latest=MediaTime.from_s(at_s),
        clock=clock,
        displayed=ReferenceTime.from_s(shown_s),
        granularity=Duration.from_s(granularity_s),
    )


def case(*readings: Reading) -> Case:
    return Case(id="c", evidence=readings)


@pytest.mark.parametrize("ppm", [-400.0, 0.0, 30.0, 1000.0])
def test_limits_hold_the_rate(ppm: float) -> None:
    rng = np.random.default_rng(4)
    for _ in range(30):
        offset = rng.uniform(50_000, 50_010)
        at = np.sort(rng.uniform(0, 3000, 12))
        shown = np.floor(offset + at * (1 + ppm * 1e-6))
        (rate,) = displayed_rates(
            case(*(reading(k, t, s) for k, (t, s) in enumerate(zip(at, shown, strict=True)))), "cam"
        )
        assert rate.agrees
        assert rate.low_ppm - 1e-3 <= ppm <= rate.high_ppm + 1e-3
        assert rate.high_ppm - rate.low_ppm < 2e6 / (at[-1] - at[0])
        assert rate.readings == 12


def test_rollovers_say_more_than_whole_seconds() -> None:
    pair = [reading(0, 10.0, 100, granularity_s=0, before_s=0.04),
            reading(1, 1010.0, 1100, granularity_s=0, before_s=0.04)]  # fmt: skip
    (rate,) = displayed_rates(case(*pair), "cam")
    assert rate.low_ppm == pytest.approx(-40)
    assert rate.high_ppm == pytest.approx(40)
    assert rate.span == Duration.from_s(1000)


def test_a_clock_that_was_set_fits_no_one_rate() -> None:
    (rate,) = displayed_rates(
        case(reading(0, 0, 100), reading(1, 100, 200), reading(2, 101, 260), reading(3, 300, 459)),
        "cam",
    )
    assert not rate.agrees


def test_one_reading_says_nothing_and_clocks_are_kept_apart() -> None:
    assert displayed_rates(case(reading(0, 0, 100)), "cam") == ()
    assert displayed_rates(case(reading(0, 5, 100), reading(1, 5, 100)), "cam") == ()
    assert (
        displayed_rates(case(reading(0, 0, 1, clock="a"), reading(1, 9, 9, clock="b")), "cam") == ()
    )
    assert displayed_rates(case(reading(0, 0, 1), reading(1, 9, 10)), "other") == ()


def test_what_was_rejected_does_not_count() -> None:
    wrong = replace(reading(1, 50, 999), provenance=Provenance(status="rejected", reason="misread"))
    (rate,) = displayed_rates(case(reading(0, 0, 100), wrong, reading(2, 100, 200)), "cam")
    assert rate.agrees
    assert rate.readings == 2
