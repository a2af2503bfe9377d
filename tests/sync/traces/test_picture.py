"""Traces of the picture from made grey sequences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from sync.errors import TraceError
from sync.traces import light, picture
from sync.traces.picture import Measured, PictureSignal, Region, measure, region_cells

MS = 1_000_000


@dataclass(frozen=True)
class Pictures:
    grey: NDArray[np.uint8]
    time_ns: NDArray[np.int64]
    picture: NDArray[np.int32]
    width_px: int = 640
    height_px: int = 360


Of = Callable[[Measured, int, float], PictureSignal]


def signal_of(of: Of, shown: Pictures, rate_hz: float, roi: Region | None = None) -> PictureSignal:
    return of(measure(shown, [roi]), 0, rate_hz)


def motion(shown: Pictures, rate_hz: float, roi: Region | None = None) -> PictureSignal:
    return signal_of(picture.motion, shown, rate_hz, roi)


def luminance(shown: Pictures, rate_hz: float, roi: Region | None = None) -> PictureSignal:
    return signal_of(light.luminance, shown, rate_hz, roi)


def flash(shown: Pictures, rate_hz: float, roi: Region | None = None) -> PictureSignal:
    return signal_of(light.flash, shown, rate_hz, roi)


def steps(shown: Pictures, rate_hz: float = 25.0) -> PictureSignal:
    return signal_of(light.steps, shown, rate_hz)


def times_s(signal: PictureSignal) -> NDArray[np.float64]:
    return (signal.grid.start.ns + np.arange(signal.grid.count) * signal.grid.step_ns) * 1e-9


def pictures(
    time_ns: NDArray[np.int64], grey: NDArray[np.integer], number: NDArray[np.integer] | None = None
) -> Pictures:
    if number is None:
        number = np.arange(len(time_ns))
    return Pictures(grey.astype(np.uint8), time_ns.astype(np.int64), number.astype(np.int32))


def flat(levels: NDArray[np.integer]) -> NDArray[np.integer]:
    return np.broadcast_to(levels[:, None, None], (len(levels), 90, 160))


def mover(count: int, step: int = 1) -> NDArray[np.integer]:
    """A bright block that moves by ``step`` columns a picture, to and fro over a dark ground."""
    grey = np.zeros((count, 90, 160), np.uint8)
    for i in range(count):
        column = 150 - abs((i * step) % 300 - 150)
        grey[i, 40:50, column : column + 10] = 180
    return grey


STEADY = 2 * 10 * 180 / (90 * 160)
"""Motion of the mover: two columns of ten cells change by 180."""


def test_repeated_frames_do_not_alternate_with_zero() -> None:
    # Thirty frames a second from a recorder of ten: each picture three times.
    number = np.repeat(np.arange(100), 3)
    time_ns = np.arange(300) * 33_366_667
    shown = pictures(time_ns, mover(100)[number], number)
    for rate_hz in (10.0, 25.0):
        signal = motion(shown, rate_hz)
        inside = signal.values[signal.valid][:-3]
        np.testing.assert_allclose(inside, STEADY, rtol=1e-6)
    assert motion(shown, 10.0).picture_interval_ns == pytest.approx(100_100_000, rel=1e-3)


def test_repeats_and_their_absence_agree() -> None:
    grey = mover(100, 3)
    once = motion(pictures(np.arange(100) * 100 * MS, grey), 10.0)
    number = np.repeat(np.arange(100), 3)
    thrice = motion(pictures(np.arange(300) * 100 * MS // 3, grey[number], number), 10.0)
    np.testing.assert_allclose(once.values[:98], thrice.values[:98], atol=1e-9)


def test_variable_rate_is_a_mean_over_time() -> None:
    # 40 and 80 ms in turn, the same change in each picture: the trace is even.
    time_ns = np.concatenate(([0], np.cumsum(np.tile([40, 80], 100)))) * MS
    signal = motion(pictures(time_ns, mover(201)), 10.0)
    np.testing.assert_allclose(signal.values[signal.valid], STEADY, rtol=1e-6)
    levels = np.where(np.arange(201) % 2 == 0, 30, 90)
    light = luminance(pictures(time_ns, flat(levels)), 1 / 0.6)
    # Odd pictures stay on for 80 ms of every 120: the mean over time is 70, over frames 60.
    np.testing.assert_allclose(light.values[:-1], 70.0, atol=1e-6)


def test_a_change_lies_between_its_pictures() -> None:
    levels = np.full(100, 50)
    levels[40:] = 90
    time_ns = np.arange(100) * 100 * MS
    signal = motion(pictures(time_ns, flat(levels)), 50.0)
    moved = np.flatnonzero(signal.values > 1)
    assert signal.grid.start.ns + moved[0] * signal.grid.step_ns == pytest.approx(3910 * MS)
    assert signal.grid.start.ns + moved[-1] * signal.grid.step_ns == pytest.approx(3990 * MS)


def test_a_gap_is_masked_not_zero() -> None:
    time_ns = np.arange(200) * 66_666_667
    time_ns[100:] += 20_000 * MS
    shown = pictures(time_ns, mover(200))
    for of in (motion, luminance, flash):
        signal = of(shown, 10.0)
        t_s = (signal.grid.start.ns + np.arange(signal.grid.count) * signal.grid.step_ns) * 1e-9
        inside = (t_s > 6.9) & (t_s < 26.4)
        assert not signal.valid[inside].any()
        assert not signal.values[inside].any()
        assert signal.valid[(t_s > 0.5) & (t_s < 6.4)].all()
        assert signal.valid[(t_s > 27.2) & (t_s < 33.0)].all()
    # The jump of the scene across the gap is not motion.
    assert motion(shown, 10.0).values.max() == pytest.approx(STEADY, rel=1e-6)


def test_a_still_picture_is_zero_not_a_gap() -> None:
    # Frames keep coming for ten seconds but show one picture; then it changes once.
    number = np.concatenate((np.arange(20), np.full(100, 20), np.arange(21, 40)))
    time_ns = np.arange(len(number)) * 100 * MS
    signal = motion(pictures(time_ns, mover(40)[number], number), 10.0)
    still = slice(25, 110)
    assert signal.valid[still].all()
    assert not signal.values[still].any()
    # The change at its end counts over the last three usual intervals, not over ten seconds.
    assert signal.values[117:120] == pytest.approx(STEADY)


def test_a_recording_that_ends_still() -> None:
    number = np.concatenate((np.arange(20), np.full(100, 19)))
    signal = motion(pictures(np.arange(120) * 100 * MS, mover(20)[number], number), 10.0)
    assert signal.valid[20:115].all()
    assert not signal.values[25:115].any()


def test_motion_of_nothing_is_zero() -> None:
    signal = motion(pictures(np.arange(50) * 40 * MS, flat(np.full(50, 77))), 10.0)
    assert signal.valid[:-1].all()
    assert not signal.values.any()


def test_a_region_sees_only_itself() -> None:
    shown = pictures(np.arange(100) * 100 * MS, mover(100))
    everywhere = motion(shown, 10.0)
    above = motion(shown, 10.0, roi=(0, 0, 640, 150))
    at_it = motion(shown, 10.0, roi=(0, 160, 640, 40))
    assert not above.values.any()
    assert at_it.values[5] == pytest.approx(everywhere.values[5] * 9, rel=1e-6)
    assert luminance(shown, 10.0, roi=(0, 160, 640, 40)).values[5] == pytest.approx(180 / 16)


def test_regions_of_one_pass_are_those_of_their_own() -> None:
    noise = np.random.default_rng(4).integers(0, 256, (300, 90, 160))
    shown = pictures(np.arange(300) * 66_666_667, noise)
    regions: list[Region | None] = [None, (0, 0, 640, 150), (4, 4, 4, 4), (100, 90, 300, 33)]
    together = measure(shown, regions)
    for k, roi in enumerate(regions):
        rows, columns = region_cells(roi, 640, 360)
        part = noise[:, rows, columns].astype(float)
        np.testing.assert_allclose(together.level[:, k], part.mean(axis=(1, 2)), rtol=1e-12)
        moved = np.abs(np.diff(part, axis=0)).mean(axis=(1, 2))
        np.testing.assert_allclose(together.change[1:, k], moved, rtol=1e-12)
        assert together.change[0, k] == 0


@pytest.mark.parametrize(
    ("roi", "rows", "columns"),
    [
        (None, slice(0, 90), slice(0, 160)),
        ((0, 0, 640, 360), slice(0, 90), slice(0, 160)),
        ((0, 0, 1, 1), slice(0, 1), slice(0, 1)),
        ((639, 359, 1, 1), slice(89, 90), slice(159, 160)),
        ((4, 4, 4, 4), slice(1, 2), slice(1, 2)),
        ((3, 3, 2, 2), slice(0, 2), slice(0, 2)),
        ((-50, -50, 100, 100), slice(0, 13), slice(0, 13)),
        ((600, 300, 500, 500), slice(75, 90), slice(150, 160)),
    ],
)
def test_region_in_cells(
    roi: tuple[int, int, int, int] | None, rows: slice, columns: slice
) -> None:
    assert region_cells(roi, 640, 360) == (rows, columns)


@pytest.mark.parametrize("roi", [(0, 0, 0, 10), (0, 0, 10, -1), (640, 0, 5, 5), (-9, 0, 9, 9)])
def test_a_region_outside_the_picture(roi: tuple[int, int, int, int]) -> None:
    with pytest.raises(TraceError, match="does not lie in the picture"):
        region_cells(roi, 640, 360)


def test_flash_peaks_at_sudden_brightening_only() -> None:
    levels = np.full(300, 50)
    levels[100:] += 20  # a lamp goes on at 6.667 s
    levels[150:152] += 60  # a flash at 10 s
    levels[200:] -= 40  # dark at 13.333 s
    levels[220:280] += np.arange(60)  # slowly lighter, a grey level a frame
    signal = flash(pictures(np.arange(300) * 66_666_667, flat(levels)), 25.0)
    t_s = (signal.grid.start.ns + np.arange(signal.grid.count) * signal.grid.step_ns) * 1e-9
    peaks = t_s[signal.values > 12]
    assert peaks.min() == pytest.approx(6.68, abs=0.04)
    assert ((np.abs(peaks - 6.75) < 0.15) | (np.abs(peaks - 10.06) < 0.12)).all()
    assert signal.values.max() == pytest.approx(60, abs=2)
    dark = (t_s > 13.4) & (t_s < 14.6)
    assert not signal.values[dark].any()


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_pictures(count: int) -> None:
    shown = pictures(np.arange(count) * MS, mover(count))
    for of in (motion, luminance, flash):
        with pytest.raises(TraceError, match="fewer than two pictures"):
            of(shown, 10.0)


def test_times_that_never_move() -> None:
    with pytest.raises(TraceError, match="same time"):
        motion(pictures(np.zeros(10), mover(10)), 10.0)


def test_pictures_out_of_order_are_put_in_order() -> None:
    time_ns = np.arange(60) * 100 * MS
    order = np.random.default_rng(0).permutation(60)
    mixed = pictures(time_ns[order], mover(60)[order], np.arange(60)[order])
    np.testing.assert_allclose(
        motion(mixed, 10.0).values, motion(pictures(time_ns, mover(60)), 10.0).values
    )


# -- steps of light -------------------------------------------------------------------------------


def lamp(levels: NDArray[np.floating], noise: float = 0.0) -> Pictures:
    """Fifteen pictures a second of even brightness with sensor noise."""
    grey = np.broadcast_to(levels[:, None, None], (len(levels), 90, 160))
    grey = grey + noise * np.random.default_rng(1).standard_normal(grey.shape)
    return pictures(np.arange(len(levels)) * 66_666_667, np.clip(grey, 0, 255))


def test_a_step_is_at_the_first_picture_with_the_new_light() -> None:
    levels = np.full(300, 60.0)
    levels[120:] += 12
    levels[210:] -= 30
    for noise in (0.0, 6.0):
        signal = steps(lamp(levels, noise))
        at = np.flatnonzero(signal.values)
        np.testing.assert_allclose(times_s(signal)[at], [8.02, 14.02], atol=1e-3)
        np.testing.assert_allclose(signal.values[at], [12, -30], atol=0.6)


def test_what_is_not_a_lasting_sudden_change_is_no_step() -> None:
    time_s = np.arange(450) / 15
    strobe = 60.0 + 80 * (time_s % 1.0 < 0.25)
    exposure = 60 + 40 / (1 + np.exp(-(time_s - 15) / 0.6))  # ten to ninety per cent in 2.6 s
    dusk = 120 - 2 * time_s
    one_flash = 60 + 100.0 * ((time_s > 12) & (time_s < 12.4))
    for levels in (np.full(450, 60.0), strobe, exposure, dusk, one_flash):
        signal = steps(lamp(levels, 4.0))
        assert not signal.values.any()
        assert signal.valid.mean() > 0.85


def test_unsteady_light_has_hardly_a_step() -> None:
    random = np.random.default_rng(2)
    counts = []
    for _ in range(5):
        levels = 60 + 25.0 * np.repeat(np.arange(100) % 2, random.integers(3, 12, 100))[:450]
        counts.append(np.count_nonzero(steps(lamp(levels)).values))
    assert sum(counts) <= 10  # of some 300 changes
    assert min(counts) <= 1


def test_a_step_shows_through_a_strobe() -> None:
    time_s = np.arange(300) / 15
    levels = 50 + 60.0 * (time_s % 1.0 < 0.2) + 15.0 * (time_s >= 10)
    signal = steps(lamp(levels))
    assert signal.values[np.abs(times_s(signal) - 10) < 0.25].max() == pytest.approx(15, abs=1)
    assert np.count_nonzero(signal.values) == 1


def test_beside_a_gap_steps_are_unknown() -> None:
    levels = np.full(300, 60.0)
    levels[150:] += 40
    shown = lamp(levels)
    shown.time_ns[150:] += 20_000 * MS
    signal = steps(shown)
    near = (times_s(signal) > 8.9) & (times_s(signal) < 30.9)
    assert not signal.valid[near].any()
    assert not signal.values.any()
