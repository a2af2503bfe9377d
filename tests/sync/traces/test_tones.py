"""Tones in made sound: what they are, when, and what is none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sync.traces.sound_cells import read_once
from sync.traces.tones import Tone, Tones
from tests.sync.traces.test_sound import Sound, noise, times_s

Float = NDArray[np.float64]
RATE = 8000


def beep(values: Float, from_s: float, to_s: float, hz: float, level: float = 0.3) -> None:
    low, high = round(from_s * RATE), round(to_s * RATE)
    values[low:high] += level * np.sin(2 * np.pi * hz * np.arange(high - low) / RATE)


def found(values: Float, start_s: float = 0.0) -> tuple[Tone, ...]:
    sound = Sound(values, RATE, start_s)
    tones = Tones(sound, 25.0)
    read_once(sound, [tones])
    return tones.found()


@pytest.mark.parametrize(("hz", "period_s"), [(520.0, 4.0), (3100.0, 4.0), (3400.0, 4.66)])
def test_temporal_three(hz: float, period_s: float) -> None:
    values = noise(15.0, level=0.01)
    pulses = [1.0 + period_s * k + j for k in range(3) for j in range(3)]
    for at in pulses:
        beep(values, at, at + 0.5, hz)
    alarms = found(values, start_s=2.0)
    assert [tone.kind for tone in alarms] == ["temporal-3"] * 3
    starts = [start.s - 2.0 for tone in alarms for start, _ in tone.pulses]
    np.testing.assert_allclose(starts, pulses, atol=0.015)
    np.testing.assert_allclose([p for tone in alarms for p in tone.pitches_hz], hz, rtol=0.005)


def test_two_tone_page() -> None:
    values = noise(12.0, level=0.01)
    beep(values, 2.0, 3.0, 1287.0)
    beep(values, 3.0, 6.0, 1180.0)
    (page,) = found(values)
    assert page.kind == "two-tone page"
    assert page.start.s == pytest.approx(2.0, abs=0.015)
    assert page.end.s == pytest.approx(6.0, abs=0.015)
    np.testing.assert_allclose(page.pitches_hz, [1287, 1180], rtol=0.003)


def test_short_signal() -> None:
    values = noise(8.0, level=0.01)
    for at in (3.0, 3.2, 3.4):
        beep(values, at, at + 0.1, 910.0)
    (signal,) = found(values)
    assert signal.kind == "short signal"
    assert signal.start.s == pytest.approx(3.0, abs=0.02)
    assert len(signal.pulses) == 3


@pytest.mark.parametrize("cycle_s", [0.5, 4.0])
def test_a_siren_sweeps(cycle_s: float) -> None:
    values = noise(20.0, level=0.02)
    at = np.arange(10 * RATE) / RATE
    pitch = 950 + 450 * np.sin(2 * np.pi * at / cycle_s)
    values[5 * RATE : 15 * RATE] += 0.3 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)
    (siren,) = found(values)
    assert siren.kind == "sweep"
    assert siren.start.s == pytest.approx(5.0, abs=0.05)
    assert siren.end.s == pytest.approx(15.0, abs=0.05)
    np.testing.assert_allclose(siren.pitches_hz, [500, 1400], rtol=0.12)


def test_other_tones_are_just_tones() -> None:
    values = noise(20.0, level=0.01)
    beep(values, 1.0, 9.0, 1000.0)  # long
    for k in range(8):  # high and low in turn
        beep(values, 11 + 0.25 * k, 11.25 + 0.25 * k, 800.0 if k % 2 else 1500.0)
    kinds = [tone.kind for tone in found(values)]
    assert set(kinds) == {"tone"}
    assert len(kinds) == 9


def speech_like(seed: int) -> Float:
    """Gliding voices with harmonics, in syllables."""
    random = np.random.default_rng(seed)
    values = noise(30.0, level=0.005, seed=seed)
    at = 0.5
    while at < 29:
        length = random.uniform(0.1, 0.35)
        count = round(length * RATE)
        pitch = random.uniform(90, 220) * np.linspace(1, random.uniform(0.75, 1.25), count)
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        weights = 1 / np.arange(1, 16) ** random.uniform(0.2, 1.0)
        voice = sum(w * np.sin(k * phase) for k, w in enumerate(weights, 1)) * np.hanning(count)
        low = round(at * RATE)
        values[low : low + count] += 0.1 * voice[: len(values) - low]
        at += length + random.uniform(0.02, 0.4)
    return values


def dialling() -> Float:
    values = noise(10.0, level=0.01)
    for k, (low, high) in enumerate([(697, 1209), (770, 1336), (852, 1477), (941, 1209)]):
        beep(values, 1 + 0.4 * k, 1.2 + 0.4 * k, low)
        beep(values, 1 + 0.4 * k, 1.2 + 0.4 * k, high)
    return values


def test_what_is_no_tone() -> None:
    wind = np.convolve(noise(30.0, level=1.0), np.ones(40) / 40, "same")
    wind *= 1 + np.sin(np.arange(len(wind)) / 9000)
    for values in (noise(30.0), wind, np.zeros(30 * RATE), dialling()):
        assert found(values) == ()
    assert sum(len(found(speech_like(seed))) for seed in range(4)) <= 2  # in two minutes


def test_the_trace_is_the_share_of_time_with_a_tone() -> None:
    values = noise(10.0, level=0.01)
    beep(values, 3.0, 5.0, 1000.0)
    sound = Sound(values, RATE)
    (signal,) = read_once(sound, [Tones(sound, 10.0)])
    inside = (times_s(signal) > 3.0) & (times_s(signal) < 5.0)
    assert (signal.values[inside] > 0.8).all()
    assert not signal.values[(times_s(signal) < 2.9) | (times_s(signal) > 5.1)].any()
