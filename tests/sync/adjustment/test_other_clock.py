"""What a clock that is no recording's showed: its map, its range, and why there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.build import build
from sync.adjustment.inputs import ClockInput, Inputs, authority
from sync.adjustment.other_clock import other_clock
from sync.clock import ClockModel
from sync.evidence import ClockCheck
from sync.timebase import MediaTime, ReferenceTime
from sync.uncertainty import Distribution
from tests.support.harrow import harrow

ALL = ("barrier", "light bar", "stamps", "door")
LEAD_S = 7200.0
"""Dispatch shows local time, two hours and this much ahead of UTC."""


def held(against: str, displayed_s: float, reference_s: float, number: int = 1) -> ClockCheck:
    return ClockCheck(
        id=f"check-{number}", clock=against, displayed=ReferenceTime.from_s(displayed_s),
        against="UTC", reference=ReferenceTime.from_s(reference_s),
        distribution=Distribution.rectangular(0.5),
    )  # fmt: skip


def with_utc(*checks: ClockCheck, pieces: tuple[str, ...] = ALL) -> Inputs:
    made = harrow(*pieces)
    clock = ClockInput(id="UTC", name="UTC", u_drift_ppm=100.0)
    return replace(made, clocks=(*made.clocks, clock), evidence=(*made.evidence, *checks))


def solved(inputs: Inputs) -> Adjustment:
    return adjust(build(inputs).network)


def test_a_check_against_the_reference_clock_ties_it() -> None:
    at_s = 14 * 3600 + 23 * 60.0
    adjustment = solved(with_utc(held("dispatch-clock", at_s, at_s - LEAD_S)))
    model = other_clock(adjustment, "UTC")
    assert isinstance(model, ClockModel)
    shown = model.from_reference(ReferenceTime.from_s(at_s))
    assert shown.s == pytest.approx(at_s - LEAD_S, abs=1e-6)
    # One rectangular look, half-width 0.5 s, and the rates of two clocks over no time at all.
    u_s = model.u_at(shown)
    assert u_s == pytest.approx(0.5 / 3**0.5, rel=0.02)
    day_later = model.u_at(MediaTime(shown.ns + 86_400 * 10**9))
    assert day_later > 8 * u_s, "100 ppm is 8.6 s a day: a tie is worth little a day away"


def test_the_range_of_a_recording_on_it_has_both_uncertainties() -> None:
    at_s = 14 * 3600 + 23 * 60.0
    adjustment = solved(with_utc(held("dispatch-clock", at_s, at_s - LEAD_S)))
    model = other_clock(adjustment, "UTC")
    assert isinstance(model, ClockModel)
    there = adjustment.instant_function("cam1", 60.0, on_datum_scale=True)
    shown = model.from_reference(ReferenceTime.from_s(adjustment.value(there)))
    tie = adjustment.instant_function(authority("UTC"), shown.s, on_datum_scale=True)
    own = adjustment.uncertain(there).u
    both = adjustment.uncertain(there - tie)
    assert both.value == pytest.approx(0.0, abs=1e-6)
    assert both.u == pytest.approx((own**2 + model.u_at(shown) ** 2) ** 0.5, rel=0.02)


def test_nothing_is_stated_without_an_observation() -> None:
    assert other_clock(solved(with_utc()), "UTC") == "never read"
    assert other_clock(solved(with_utc()), "no such clock") == "never read"


def test_a_tie_to_a_clock_that_has_no_link_itself_is_none() -> None:
    stray = with_utc(held("stray", 100.0, 90.0))
    stray = replace(stray, clocks=(*stray.clocks, ClockInput(id="stray", name="s", u_drift_ppm=1)))
    assert other_clock(solved(stray), "UTC") == "no link"


def test_checks_that_disagree_state_no_time() -> None:
    at_s = 14 * 3600 + 23 * 60.0
    checks = [held("dispatch-clock", at_s, at_s - LEAD_S - lead, n)
              for n, lead in enumerate((0.0, 0.0, 30.0), start=1)]  # fmt: skip
    assert other_clock(solved(with_utc(*checks)), "UTC") == "conflict"


def test_the_reference_clock_itself_is_shown_as_it_is() -> None:
    model = other_clock(solved(with_utc()), "dispatch-clock")
    assert isinstance(model, ClockModel)
    at = ReferenceTime.from_s(50_000.25)
    assert model.from_reference(at).ns == at.ns
    assert model.half_range_at(MediaTime(at.ns)).ns == 0
