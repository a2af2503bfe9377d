"""Long sounds read in parts, drift, and sounds that cannot be taken at face value."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from sync.correlate.recordings import read_samples
from sync.correlate.sound import search_samples
from sync.correlate.sound_asked import Asked
from sync.correlate.sound_file import FileSound
from sync.correlate.sound_long import screened, search_long
from sync.correlate.sound_screen import COARSE, _stretches, scan
from sync.correlate.sound_track import Tracker
from sync.media.sound import SoundReader
from sync.timebase import MediaTime, TimeRange
from tests.sync.correlate.made import Float, sound, speech

RATE = 8000


def drifting(rng: np.random.Generator, length_s: float, ppm: float) -> tuple[Float, Float]:
    """Noise of slow strength twice; what A has at t·(1 + ppm), B has at t."""
    count = round(length_s * RATE)
    spectrum = np.fft.rfft(rng.standard_normal(count + 400))
    spectrum[np.fft.rfftfreq(count + 400) > 0.4] = 0
    fine = np.fft.irfft(np.pad(spectrum, (0, 15 * (len(spectrum) - 1))))
    fine /= fine.std()

    def heard(places: Float) -> Float:
        shared = np.interp((places + 200) * 16, np.arange(len(fine)), fine)
        return np.asarray(shared + 0.5 * rng.standard_normal(count))

    at = np.arange(count, dtype=float)
    return heard(at), heard(at * (1 + ppm * 1e-6))


@pytest.mark.parametrize("ppm", [-140.0, 0.0, 40.0])
def test_the_drift_is_found_and_the_offset_holds_at_its_epoch(ppm: float) -> None:
    a, b = drifting(np.random.default_rng(3), 20.0, ppm)
    best = search_samples(sound(a), sound(b)).candidates[0]
    assert best.drift_ppm is not None
    assert best.u_drift_ppm is not None
    assert abs(best.drift_ppm - ppm) <= 4 * best.u_drift_ppm < 2.0
    assert abs(best.offset_s - ppm * 1e-6 * best.epoch_s) <= 2 * best.U95_s < 2e-5


def test_a_line_is_not_followed_through_unrelated_sound() -> None:
    rng = np.random.default_rng(4)
    a, b = (sound(rng.standard_normal(20 * RATE)) for _ in range(2))
    line = Tracker(a, b, float(RATE), (300.0, 3000.0)).follow(0, 10 * RATE, 0.005, 1.0)
    assert line is None or line.stands_out < 7.0


def test_long_sounds_answer_as_short_ones_do_either_way_round() -> None:
    rng = np.random.default_rng(5)
    said = speech(rng, 70.0)
    a = sound(said + 0.01 * rng.standard_normal(len(said)))
    b = sound(said[15 * RATE : 60 * RATE] + 0.01 * rng.standard_normal(45 * RATE))
    whole = search_samples(a, b)
    long = search_long(Asked.of(a, b, None, None, 1))
    back = search_long(Asked.of(b, a, None, None, 1))
    for result, expected in ((whole, 15.0), (long, 15.0), (back, -15.0)):
        assert result.status == "significant"
        assert result.candidates[0].offset_s == pytest.approx(expected, abs=5e-6)
        assert result.candidates[0].p <= 1e-3
        assert result.curve is not None
        assert np.all(np.diff(result.curve.offset_s) > 0)
    again = search_long(Asked.of(a, b, None, None, 1))
    assert again.candidates == long.candidates


def test_the_first_look_hears_talk_far_below_the_noise_of_both() -> None:
    rng = np.random.default_rng(15)
    said = speech(rng, 80.0)
    level = 10 ** (16 / 20) * said.std()
    a = sound(said + level * rng.standard_normal(len(said)))
    b = sound(said[9 * RATE : 69 * RATE] + level * rng.standard_normal(60 * RATE))
    found = screened(Asked.of(a, b, None, None, 1))
    assert found is not None
    assert found.candidates[0].offset_s == pytest.approx(9.0, abs=5e-5)


def test_long_sounds_that_have_nothing_in_common_are_refused() -> None:
    rng = np.random.default_rng(6)
    a, b = (sound(rng.standard_normal(round(s * RATE))) for s in (45.0, 60.0))
    result = search_long(Asked.of(a, b, None, None, 1))
    assert result.status in ("no-match", "weak")
    assert "unrelated recordings" in result.reasons[0].lower()
    silent = sound(np.zeros(50 * RATE))
    refused = search_long(Asked.of(silent, b, None, None, 1))
    assert refused.status == "not-testable"
    assert "silent" in refused.reasons[0]
    outside = search_long(Asked.of(a, b, (500.0, 600.0), None, 1))
    assert outside.status == "not-testable"


def test_the_scan_sees_a_piece_across_blocks_and_not_where_it_is_not() -> None:
    rng = np.random.default_rng(7)
    long = rng.standard_normal(300 * RATE).astype(np.float32)
    # Blocks are 131 s less the piece: this one lies over their seam.
    first = 119 * RATE
    found = scan(long[first : first + 10 * RATE], 0, sound(long), (0, len(long)), RATE, COARSE)
    assert found is not None
    assert found.lags[found.best] == first
    assert found.p < 1e-12
    other = rng.standard_normal(10 * RATE).astype(np.float32)
    none = scan(other, 0, sound(long), (0, len(long)), RATE, COARSE)
    assert none is not None
    assert none.p > 1e-3


# -- not to be taken at face value ----------------------------------------------------------------


def test_a_copy_of_the_same_recording_ties_nothing() -> None:
    said = sound(speech(np.random.default_rng(8), 6.0))
    result = search_samples(said, said)
    assert result.status == "not-testable"
    assert "same recording" in result.reasons[0]


def test_an_overdriven_recording_is_compared_and_named() -> None:
    rng = np.random.default_rng(9)
    said = speech(rng, 10.0)
    limit = 0.3 * float(np.abs(said).max())
    cut = np.clip(said + 0.01 * rng.standard_normal(len(said)), -limit, limit)
    result = search_samples(sound(said), sound(cut[RATE:]))
    assert result.status == "significant"
    assert result.candidates[0].offset_s == pytest.approx(1.0, abs=1e-4)
    assert "second recording is overdriven" in result.reasons[0]


def test_samples_that_are_not_numbers_are_refused() -> None:
    bad = np.ones(5 * RATE)
    bad[7] = np.nan
    result = search_samples(sound(bad), sound(speech(np.random.default_rng(1), 5.0)))
    assert result.status == "not-testable"
    assert "not numbers" in result.reasons[0]


def test_a_wrong_rate_is_named() -> None:
    rng = np.random.default_rng(10)
    count = 30 * RATE
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum[np.fft.rfftfreq(count) > 0.35] = 0
    real = np.fft.irfft(spectrum)
    # 44,100 samples a second, said to be 48,000: all is over sooner, and higher.
    stated = np.interp(np.arange(0, count - 1, 480 / 441), np.arange(count), real)
    result = search_samples(sound(real), sound(stated))
    assert result.status == "no-match"
    assert "wrong rate" in result.reasons[-1]
    assert "second recording" in result.reasons[-1]


# -- files ----------------------------------------------------------------------------------------


def _file(path: Path, values: Float, rate_hz: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(values.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((values * 30_000).astype("<i2").tobytes())
    return path


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 44_100, 48_000])
def test_any_part_of_a_file_is_as_in_the_whole(tmp_path: Path, rate_hz: int) -> None:
    rng = np.random.default_rng(11)
    path = _file(tmp_path / "a.wav", rng.uniform(-1, 1, (rate_hz * 3 + 7, 2)), rate_hz)
    whole = read_samples(path, RATE).values
    span = TimeRange(MediaTime.from_s(1.0), MediaTime.from_s(2.0))
    with SoundReader(path) as reader:
        every = FileSound(reader, RATE)
        assert every.count == len(whole)
        for first, count in ((0, 100), (1, 9), (777, 5000), (len(whole) - 20, 50)):
            np.testing.assert_allclose(
                every.read(first, count), whole[first : first + count], atol=1e-6
            )
        part = FileSound(reader, RATE, span)
        assert part.count == RATE
        assert part.start == MediaTime.from_s(1.0)
        assert len(every.read(len(whole), 5)) == 0


def test_channels_that_cancel_are_not_silence(tmp_path: Path) -> None:
    one = 0.5 * np.random.default_rng(12).uniform(-1, 1, 20_000)
    path = _file(tmp_path / "a.wav", np.stack((one, -one), axis=1), RATE)
    assert read_samples(path, RATE).values.std() > 0.2


def test_what_is_kept_of_a_block_does_not_hold_the_block() -> None:
    z = np.random.default_rng(14).standard_normal(10_000).astype(np.float32)
    for kept in _stretches(z, 100):
        assert kept.base is None
        assert kept.nbytes < z.nbytes / 10
