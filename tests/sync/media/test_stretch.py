"""Sound at its own pitch: as long as asked for, as high as it was, nowhere far from its place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sync.media.stretch import Stretch

HZ = 16_000


def reader(samples: np.ndarray) -> Callable[[int], np.ndarray]:
    """Gives a sound in order, then silence."""
    at = [0]

    def read(count: int) -> np.ndarray:
        found = samples[at[0] : at[0] + count]
        at[0] += count
        return np.concatenate((found, np.zeros((count - len(found), samples.shape[1]))), dtype="f4")

    return read


def tone(hz: float, seconds: float) -> np.ndarray:
    t = np.arange(round(seconds * HZ)) / HZ
    return (0.5 * np.sin(2 * np.pi * hz * t))[:, None].astype(np.float32)


def pitch(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * HZ / len(samples)


@pytest.mark.parametrize("rate", [0.125, 0.5, 1.0, 1.5, 2.0])
def test_a_tone_keeps_its_pitch_and_its_loudness(rate: float) -> None:
    made = Stretch(reader(tone(220, 6)), rate, HZ).take(2 * HZ)[HZ // 10 :, 0]
    assert pitch(made) == pytest.approx(220, abs=2)
    level = np.sqrt(np.mean(made.reshape(-1, HZ // 20) ** 2, axis=1))
    assert level == pytest.approx(0.5 / 2**0.5, rel=0.1)


def test_at_its_own_speed_it_is_what_it_was() -> None:
    noise = np.random.default_rng(3).normal(0, 0.1, (2 * HZ, 2)).astype(np.float32)
    made = Stretch(reader(noise), 1.0, HZ).take(HZ)
    assert np.allclose(made, noise[:HZ], atol=1e-5)


@pytest.mark.parametrize("rate", [0.25, 0.5, 2.0])
def test_nothing_is_far_from_its_place_however_long_it_runs(rate: float) -> None:
    """Bursts every second: each within half a piece and the search, also the last."""
    seconds = 20
    sound = np.random.default_rng(4).normal(0, 0.002, (seconds * HZ, 1))
    for at in range(1, seconds):
        sound[at * HZ : at * HZ + HZ // 50] += tone(900, 0.02)
    made = np.abs(Stretch(reader(sound.astype("f4")), rate, HZ).take(int(seconds * HZ / rate)))
    for at in range(1, seconds):
        due = int(at * HZ / rate)
        begins = np.flatnonzero(made[due - HZ // 5 : due + HZ // 5, 0] > 0.1)[0] - HZ // 5
        assert abs(begins) * rate / HZ < 0.031


def test_how_much_is_taken_at_once_makes_no_difference() -> None:
    sound = tone(300, 2) + tone(410, 2)
    whole = Stretch(reader(sound), 0.5, HZ).take(HZ)
    pieces = Stretch(reader(sound), 0.5, HZ)
    assert np.array_equal(whole, np.concatenate([pieces.take(n) for n in (1, 999, 5000, 10_000)]))


def test_silence_stays_silent() -> None:
    assert not Stretch(reader(np.zeros((HZ, 2))), 0.5, HZ).take(HZ).any()


def test_it_only_goes_forwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        Stretch(reader(tone(100, 1)), -1.0, HZ)
