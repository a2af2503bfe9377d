"""Limits of a burnt-in clock from its roll-overs: true, no narrower than the phase allows."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.build import build
from sync.adjustment.inputs import ClockInput, Inputs, SourceInput, authority
from sync.clockread.rollover import RolloverReadings, rollover_limits, rollover_readings
from sync.evidence import Delay, Evidence, Reading
from sync.timebase import Duration, MediaTime, ReferenceTime
from sync.uncertainty import Distribution

OFFSET_S = 100.013


def film(length_s: float, *, drift: float = 0.0) -> tuple[list[float], list[int | None]]:
    """25 pictures a second of a clock that shows ``OFFSET_S`` more than the file at its start."""
    at = [k / 25 for k in range(round(25 * length_s))]
    return at, [math.floor(t + OFFSET_S + drift * t) for t in at]


def test_more_roll_overs_of_one_phase_do_not_narrow_the_range() -> None:
    for length_s in (5.0, 50.0):
        found = rollover_limits(*film(length_s), length_s / 2)
        assert found is not None
        assert found.used == pytest.approx(length_s, abs=1)
        assert (found.low_s, found.high_s) == pytest.approx((100.0, 100.04), abs=1e-4)
        assert found.U95_s == pytest.approx(0.019, abs=1e-4)
        assert found.u_s == pytest.approx(0.02 / math.sqrt(3), abs=1e-4)
        assert (found.rejected, found.rate_alarm) == ((), False)


def test_drift_narrows_the_range_and_is_limited_itself() -> None:
    found = rollover_limits(*film(400.0, drift=1e-4), 200.0)
    assert found is not None
    assert found.low_s <= OFFSET_S + 1e-4 * 200 <= found.high_s
    assert found.U95_s < 0.015
    assert found.drift_low <= 1e-4 <= found.drift_high
    assert found.drift_high - found.drift_low < 2e-4


def test_a_short_clip_says_no_more_of_the_rate_than_its_prior() -> None:
    found = rollover_limits(*film(20.0), 10.0, u_drift=1e-4)
    assert found is not None
    assert (found.drift_low, found.drift_high) == pytest.approx((-3e-4, 3e-4))


def test_away_from_the_clip_the_prior_widens_the_range() -> None:
    inside, away = (rollover_limits(*film(20.0), at_s) for at_s in (10.0, 1010.0))
    assert inside is not None
    assert away is not None
    assert away.half_s == pytest.approx(inside.half_s + 1000 * 3e-4, abs=0.01)


def test_jitter_is_added_to_every_interval() -> None:
    found = rollover_limits(*film(20.0), 10.0, jitter_s=0.01)
    assert found is not None
    assert found.high_s - found.low_s == pytest.approx(0.06, abs=1e-4)


@pytest.mark.parametrize("length_s", [40.0, 400.0])
def test_a_wrong_nominal_rate_is_an_alarm_and_releases_the_prior(length_s: float) -> None:
    """In 40 s the phase moves by one picture: enough only where a picture boundary is crossed."""
    found = rollover_limits(*film(length_s, drift=1e-3), length_s / 2)
    assert found is not None
    assert found.rate_alarm
    assert found.low_s <= OFFSET_S + 1e-3 * length_s / 2 <= found.high_s
    assert found.drift_low <= 1e-3 <= found.drift_high


def test_a_misread_picture_at_a_roll_over_widens_one_interval_and_moves_none() -> None:
    pts_s, readings = film(5.0)
    first = next(k for k in range(1, len(readings)) if readings[k] != readings[k - 1])
    wrong = list(readings)
    wrong[first] = 700
    plain, found = (rollover_limits(pts_s, each, 2.0) for each in (readings, wrong))
    assert plain is not None
    assert found is not None
    assert (found.low_s, found.high_s) == pytest.approx((plain.low_s, plain.high_s))
    assert found.used == plain.used
    assert found.rejected == ()


def test_a_roll_over_read_one_picture_early_is_rejected() -> None:
    """Read as the next second, the picture before a roll-over passes the median of five."""
    pts_s, readings = film(20.0)
    changes = [k for k in range(1, len(readings)) if readings[k] != readings[k - 1]]
    early = changes[7]
    readings[early - 1] = readings[early]
    found = rollover_limits(pts_s, readings, 10.0)
    assert found is not None
    assert found.rejected == (early - 1,)
    assert found.low_s <= OFFSET_S <= found.high_s
    # Without the guard band the two intervals merely touch, and would "agree" on their border.
    trusting = rollover_limits(pts_s, readings, 10.0, guard=0.0)
    assert trusting is not None
    assert not trusting.low_s <= OFFSET_S <= trusting.high_s


def test_a_long_time_unread_holds_no_roll_over() -> None:
    pts_s, readings = film(10.0)
    for k in range(60, 110):  # two seconds, two roll-overs
        readings[k] = None
    found = rollover_limits(pts_s, readings, 5.0)
    whole = rollover_limits(*film(10.0), 5.0)
    assert found is not None
    assert whole is not None
    assert found.used == whole.used - 2
    assert found.low_s <= OFFSET_S <= found.high_s


def test_without_a_roll_over_a_whole_second_is_known() -> None:
    pts_s = [0.0, 0.04, 0.08]
    found = rollover_limits(pts_s, [100, 100, 100], 0.04)
    assert found is not None
    assert found.used == 0
    assert (found.low_s, found.high_s) == pytest.approx((100.0, 100.92), abs=1e-4)


def test_nothing_read_is_nothing_known() -> None:
    assert rollover_limits([0.0, 0.04], [None, None], 0.0) is None
    assert rollover_readings([0.0, 0.04], [None, None]) is None


def test_seconds_go_on_across_midnight() -> None:
    pts_s = [k / 25 for k in range(100)]
    readings: list[int | None] = [math.floor(t + 86_398.013) for t in pts_s]
    found = rollover_limits(pts_s, readings, 0.0)
    assert found is not None
    assert found.low_s <= 86_398.013 <= found.high_s
    assert found.rejected == ()


@pytest.mark.parametrize(
    ("pts_s", "words"), [([0.0], "readings for times"), ([0.04, 0.0], "increase")]
)
def test_times_that_cannot_be(pts_s: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        rollover_limits(pts_s, [1, 1], 0.0)


def test_an_unknown_rate_still_gives_finite_limits() -> None:
    found = rollover_limits([0.0, 0.04, 0.08, 0.12], [99, 99, 100, 100], 0.06, u_drift=None)
    assert found is not None
    assert math.isfinite(found.value_s)
    assert found.low_s <= 99.95 <= found.high_s


def test_the_stated_range_holds_the_truth_with_misread_and_missing_pictures() -> None:
    """60 made clips; 95 % give at least 51 but for 1 in 1,000 (benchmarks.rollover: 300 a row)."""
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(60):
        at = np.arange(300) / 25
        at = at[rng.random(300) > 0.2]
        offset, drift = rng.uniform(0, 1), rng.normal(0, 3e-5)
        shown = np.floor(at + offset + drift * at)
        wrong = rng.random(len(at)) < 0.03
        shown += wrong * rng.integers(-9, 10, len(at))
        found = rollover_limits(at, [int(value) for value in shown], 7.0)
        assert found is not None
        inside += abs(found.value_s - (offset + 7.0 * drift)) <= found.U95_s
    assert inside >= 51


# -- as evidence ----------------------------------------------------------------------------------


def evidence(found: RolloverReadings) -> list[Evidence]:
    """The readings as the docstring of ``RolloverReadings`` says, with the shared delay."""
    shared = ("phase",) if found.shared_half_s else ()
    result: list[Evidence] = [
        Reading(
            id=f"reading-{number}", source="cam", stream="picture", earliest=MediaTime.from_s(at),
            latest=MediaTime.from_s(at), clock="wall", displayed=ReferenceTime.from_s(shown),
            granularity=Duration.from_s(2 * half), truncates=False, delays=shared,
        )
        for number, (at, shown, half) in enumerate(found.readings)
    ]  # fmt: skip
    if shared:
        result.append(
            Delay(key="phase", name="phase of the roll-overs", value=Duration(0),
                  distribution=Distribution.rectangular(found.shared_half_s))
        )  # fmt: skip
    return result


def network_of(found: RolloverReadings, length_s: float, u_drift_ppm: float | None) -> Adjustment:
    """A camera tied by the readings alone to a wall clock that is ideal."""
    return adjust(
        build(
            Inputs(
                datum="wall",
                clocks=(
                    ClockInput(id="wall", name="wall", u_drift_ppm=0.0),
                    ClockInput(id="cam", name="cam", u_drift_ppm=u_drift_ppm),
                ),
                sources=(
                    SourceInput(id="cam", name="cam", clock="cam", start=MediaTime(0),
                                end=MediaTime.from_s(length_s), breaks=()),
                ),
                events=(),
                evidence=tuple(evidence(found)),
            )
        ).network
    )  # fmt: skip


def test_a_short_clip_becomes_one_reading_with_the_brackets_range() -> None:
    found = rollover_readings(*film(20.0))
    assert found is not None
    assert len(found.readings) == 1
    network = network_of(found, 20.0, 100.0)
    assert authority("wall") in network.network.sources
    function = network.correction_function("cam", found.readings[0][0], on_datum_scale=True)
    stated = network.uncertain(function).expanded()
    assert pytest.approx(0.019, abs=1e-4) == stated.U
    assert stated.value == pytest.approx(100.02, abs=1e-4)


@pytest.mark.parametrize("drift", [0.0, 6e-5])
def test_a_long_clip_becomes_two_readings_that_state_what_the_limits_do(drift: float) -> None:
    pts_s, readings = film(600.0, drift=drift)
    found = rollover_readings(pts_s, readings)
    assert found is not None
    assert len(found.readings) == 2
    middle_s = sum(at for at, _, _ in found.readings) / 2
    limits = rollover_limits(pts_s, readings, middle_s, u_drift=None)
    assert limits is not None
    network = network_of(found, 600.0, None)
    correction = network.correction_function("cam", middle_s, on_datum_scale=True)
    rate = network.drift_function("cam", relative_to_datum=True)
    assert network.value(correction) == pytest.approx(limits.value_s, abs=1e-6)
    assert network.uncertain(correction).u == pytest.approx(limits.u_s, rel=0.01)
    u_rate = (limits.drift_high - limits.drift_low) / 2 / math.sqrt(3)
    assert network.uncertain(rate).u == pytest.approx(u_rate, rel=0.01)
    assert abs(network.value(rate) - drift) <= 2 * u_rate
