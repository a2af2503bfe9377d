"""Pitches where they are, when they are, as loud as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from sync.media.sound import SoundReader
from sync.media.spectrogram import RANGE_DB, Shape, spectrogram

RATE_HZ = 8000


def written(path: Path, samples: np.ndarray) -> Path:
    soundfile.write(path, samples, RATE_HZ, subtype="FLOAT")
    return path


def sine(seconds: float, pitch_hz: float) -> np.ndarray:
    return np.sin(2 * np.pi * pitch_hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)


@pytest.fixture(scope="module")
def beeps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a second of 500 Hz at full scale from 1.0 s, of 2000 Hz 40 dB lower from 2.5 s."""
    made = np.zeros(4 * RATE_HZ)
    made[RATE_HZ : RATE_HZ * 3 // 2] = sine(0.5, 500)
    made[RATE_HZ * 5 // 2 : RATE_HZ * 3] = 0.01 * sine(0.5, 2000)
    return written(tmp_path_factory.mktemp("beeps") / "beeps.wav", made)


@pytest.mark.parametrize("columns", [40, 200, 400])
def test_a_tone_is_at_its_pitch_time_and_level(beeps: Path, columns: int) -> None:
    with SoundReader(beeps) as reader:
        shown = spectrogram(reader, 0, 4 * RATE_HZ, columns)
    shape = Shape.of(RATE_HZ, 4 / columns)
    assert shown.shape == (shape.rows, columns)
    for start_s, pitch_hz, level_db in ((1.0, 500, 0.0), (2.5, 2000, -40.0)):
        inside = shown[:, round((start_s + 0.25) * columns / 4)]
        pitch = np.argmax(inside) * shape.top_hz / shape.rows
        assert pitch == pytest.approx(pitch_hz, abs=shape.top_hz / shape.rows)
        assert inside.max() == pytest.approx(255 * (1 + level_db / RANGE_DB), abs=2)
        row = shown[np.argmax(inside)]
        loud = np.flatnonzero(row > inside.max() - 30) * 4 / columns
        assert loud[0] == pytest.approx(start_s, abs=0.02 + 4 / columns)
        assert loud[-1] == pytest.approx(start_s + 0.5, abs=0.02 + 8 / columns)
    assert shown[:, columns // 8].max() == 0, "silence is dark"


def test_outside_the_recording_there_is_nothing(beeps: Path) -> None:
    with SoundReader(beeps) as reader:
        shown = spectrogram(reader, RATE_HZ * -4, RATE_HZ * 8, 120)
        assert shown[:, :39].max() == 0
        assert shown[:, 81:].max() == 0
        assert shown[:, 40:80].max() == 255
        with pytest.raises(ValueError, match="empty"):
            spectrogram(reader, 5, 5, 10)


def test_a_call_in_an_hour_does_not_vanish_between_two_looks(tmp_path: Path) -> None:
    made = np.zeros(3600 * RATE_HZ, np.float32)
    made[1800 * RATE_HZ : 1803 * RATE_HZ] = sine(3.0, 1000)
    path = tmp_path / "hour.flac"
    soundfile.write(path, made, RATE_HZ)
    with SoundReader(path) as reader:
        shown = spectrogram(reader, 0, len(made), 600)
    assert np.flatnonzero(shown.max(axis=0) > 200).tolist() == [300]


def test_a_window_is_shorter_when_zoomed_in_and_high_pitches_are_left_out() -> None:
    wide, near = Shape.of(48_000, 1.0), Shape.of(48_000, 0.0001)
    assert wide.window > near.window
    assert near.window >= 0.005 * 48_000
    assert wide.top_hz == near.top_hz == 8000
    assert wide.rows * 48_000 / wide.window == pytest.approx(8000, rel=0.02)
    assert Shape.of(400, 1.0).top_hz == 200


def test_the_level_shown_as_lightest_can_be_chosen(beeps: Path) -> None:
    with SoundReader(beeps) as reader:
        loud = spectrogram(reader, 2.6 * RATE_HZ, 2.9 * RATE_HZ, 10, full_db=-40.0)
    assert loud.max() == 255


def test_one_channel_alone(tmp_path: Path) -> None:
    path = tmp_path / "two.wav"
    made = np.stack((sine(1.0, 500), 0 * sine(1.0, 500)), axis=1)
    written(path, made)
    with SoundReader(path) as both, SoundReader(path, channel=1) as right:
        assert spectrogram(both, 0, RATE_HZ, 20).max() == 255
        assert spectrogram(right, 0, RATE_HZ, 20).max() == 0
