"""The only map between media and reference time: inverse, monotone, and honest outside its span."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.clock import ClockModel
from sync.errors import ClockError
from sync.timebase import MediaTime, ReferenceTime, TimeRange

TWO_DAYS_NS = 2 * 86_400 * 10**9


def clock(drift: float = 28e-6) -> ClockModel:
    return ClockModel(
        source="cam1",
        stretch=0,
        epoch=MediaTime.from_s(40.0),
        reference=ReferenceTime.from_s(51_760.0),
        drift=drift,
        var_offset_s2=0.03**2,
        cov_offset_drift_s=0.0,
        var_drift=(20e-6) ** 2,
        coverage_factor=1.9,
        observed=TimeRange(MediaTime.from_s(10.0), MediaTime.from_s(70.0)),
    )


clocks = st.floats(-5e-4, 5e-4).map(clock)
media = st.integers(-TWO_DAYS_NS, TWO_DAYS_NS).map(MediaTime)


@given(clocks, media)
def test_there_and_back_is_within_a_nanosecond(model: ClockModel, at: MediaTime) -> None:
    assert abs(model.from_reference(model.to_reference(at)).ns - at.ns) <= 1


@given(clocks, media)
def test_back_and_there_is_within_a_nanosecond(model: ClockModel, at: MediaTime) -> None:
    reference = ReferenceTime(at.ns + model.reference.ns)
    assert abs(model.to_reference(model.from_reference(reference)).ns - reference.ns) <= 1


@given(clocks, media, st.integers(1, 10**12))
def test_later_stays_later(model: ClockModel, at: MediaTime, further_ns: int) -> None:
    later = MediaTime(at.ns + further_ns)
    assert model.to_reference(later) >= model.to_reference(at)
    assert model.from_reference(ReferenceTime(at.ns + further_ns)) >= model.from_reference(
        ReferenceTime(at.ns)
    )


def test_a_slow_clock_has_positive_drift() -> None:
    model = clock(28e-6)
    day_later = MediaTime(model.epoch.ns + 86_400 * 10**9)
    lost_s = model.to_reference(day_later).s - model.reference.s - 86_400
    assert lost_s == pytest.approx(2.4192, abs=1e-9)
    assert model.drift_ppm == pytest.approx(28)
    assert model.offset_s == pytest.approx(51_720.0)


def test_uncertainty_grows_outside_what_was_observed() -> None:
    model = clock()
    assert model.u_at(model.epoch) == pytest.approx(0.03)
    hour_s = 3600.0
    far = MediaTime.from_s(40.0 + hour_s)
    assert model.u_at(far) == pytest.approx(math.hypot(0.03, 20e-6 * hour_s))
    assert model.half_range_at(far).s == pytest.approx(1.9 * model.u_at(far), abs=1e-9)


def test_extrapolation_is_said() -> None:
    model = clock()
    assert not model.map(MediaTime.from_s(10.0)).extrapolated
    assert model.map(MediaTime.from_s(9.9)).extrapolated
    assert replace(model, observed=None).extrapolates(model.epoch)


@pytest.mark.parametrize("wrong", [{"drift": 1.0}, {"var_drift": -1.0}, {"var_offset_s2": -1e-9}])
def test_what_is_no_clock_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ClockError):
        replace(clock(), **wrong)
