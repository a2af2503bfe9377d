"""Traces of the sound from made samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from sync.errors import TraceError
from sync.timebase import MediaTime
from sync.traces import sound_cells as traces
from sync.traces.sound import Envelope, Onset, without_holes
from sync.traces.sound_cells import SoundSignal, read_once
from sync.traces.squelch import Transmissions, find_transmissions

Float = NDArray[np.float64]


class Sound:
    """Samples in memory, read as the reader of a file reads them."""

    def __init__(self, values: Float, rate_hz: int = 8000, start_s: float = 0.0) -> None:
        self.values = np.asarray(values, np.float32).reshape(len(values), -1 if len(values) else 1)
        self.sample_rate_hz = rate_hz
        self.samples = len(values)
        self.start = MediaTime.from_s(start_s)

    def read(self, first: int, count: int) -> NDArray[np.float32]:
        return self.values[first : first + count]

    def blocks(self, size: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        for first in range(0, self.samples, size):
            yield first, self.values[first : first + size]


def envelope(sound: Sound, rate_hz: float) -> SoundSignal:
    return read_once(sound, [Envelope(sound, rate_hz)])[0]


def onset(sound: Sound, rate_hz: float) -> SoundSignal:
    return read_once(sound, [Onset(sound, rate_hz)])[0]


def transmissions(sound: Sound, rate_hz: float) -> SoundSignal:
    return read_once(sound, [Transmissions(sound, rate_hz)])[0]


def times_s(signal: traces.SoundSignal) -> Float:
    grid = signal.grid
    return (grid.start.ns + np.arange(grid.count) * grid.step_ns) * 1e-9


def noise(seconds: float, rate_hz: int = 8000, level: float = 0.1, seed: int = 0) -> Float:
    return level * np.random.default_rng(seed).standard_normal(round(seconds * rate_hz))


def test_envelope_is_the_energy_of_each_cell() -> None:
    values = noise(10.0, level=0.01)
    values[8000 * 4 : 8000 * 5] += noise(1.0, level=0.3, seed=1)
    signal = envelope(Sound(values, start_s=2.0), 10.0)
    assert signal.grid.start.s == pytest.approx(2.05)
    assert signal.grid.count == 100
    loud = (times_s(signal) > 6.0) & (times_s(signal) < 7.0)
    # 900 times the energy of the noise.
    assert signal.values[loud].mean() == pytest.approx(np.log(900), abs=0.3)
    assert signal.values[~loud].mean() == pytest.approx(np.log(2), abs=0.15)


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 44_100])
def test_blocks_do_not_show(rate_hz: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = noise(3.3, rate_hz) * np.linspace(0.1, 1, round(3.3 * rate_hz))
    for of in (envelope, onset, transmissions):
        monkeypatch.setattr(traces, "BLOCK_SAMPLES", 1 << 18)
        whole = of(Sound(values, rate_hz), 25.0)
        monkeypatch.setattr(traces, "BLOCK_SAMPLES", 1237)
        pieces = of(Sound(values, rate_hz), 25.0)
        np.testing.assert_allclose(pieces.values, whole.values, rtol=1e-5, atol=1e-6)


def test_channels_in_opposite_phase_do_not_cancel_in_loudness() -> None:
    values = noise(5.0)
    values[16000:20000] *= 10
    both = envelope(Sound(np.stack([values, -values], axis=1)), 10.0)
    one = envelope(Sound(values), 10.0)
    np.testing.assert_allclose(both.values, one.values, rtol=1e-5)


def test_a_direct_current_is_not_loud() -> None:
    values = noise(5.0, level=0.001)
    np.testing.assert_allclose(
        envelope(Sound(values + 0.5), 10.0).values, envelope(Sound(values), 10.0).values, atol=0.05
    )


def test_silence_is_zero() -> None:
    signal = envelope(Sound(np.zeros(16_000)), 10.0)
    assert signal.valid.all()
    assert not signal.values.any()
    assert not onset(Sound(np.zeros(16_000)), 25.0).values.any()
    assert not transmissions(Sound(np.zeros(16_000)), 10.0).values.any()
    assert find_transmissions(Sound(np.zeros(16_000))) == ()


def test_onsets_rise_where_sounds_begin() -> None:
    values = noise(20.0, level=0.003)
    begins_s = [3.21, 7.0, 11.57, 15.8]
    for at_s in begins_s:
        low = round(at_s * 8000)
        fall = np.exp(-np.arange(8000) / 2400)
        values[low : low + 8000] += 0.3 * fall * np.sin(2 * np.pi * 700 * np.arange(8000) / 8000)
    signal = onset(Sound(values), 25.0)
    t_s = times_s(signal)
    for at_s in begins_s:
        near = np.abs(t_s - at_s) < 0.3
        assert t_s[near][signal.values[near].argmax()] == pytest.approx(at_s, abs=0.03)
    peaks = signal.values > 0.5 * signal.values.max()
    assert all(min(abs(t - at_s) for at_s in begins_s) < 0.06 for t in t_s[peaks])


def test_onset_is_where_it_is_at_any_rate() -> None:
    for rate_hz in (8000, 44_100):
        values = noise(6.0, rate_hz, level=0.002)
        values[3 * rate_hz :] += noise(3.0, rate_hz, level=0.3, seed=2)
        signal = onset(Sound(values, rate_hz), 100.0)
        centre = np.average(times_s(signal)[290:310], weights=signal.values[290:310] ** 2)
        assert centre == pytest.approx(3.0, abs=0.012)


def calls(seed: int) -> tuple[Float, list[tuple[float, float]]]:
    """Radio calls end to end: key-up click, speech over hiss, squelch tail, near-silence."""
    rng = np.random.default_rng(seed)
    parts: list[Float] = []
    truth: list[tuple[float, float]] = []
    at = 0

    def add(part: Float) -> None:
        nonlocal at
        parts.append(part)
        at += len(part)

    for _ in range(14):
        begin = at
        click = np.zeros(240)
        click[:40] = 0.4 * rng.standard_normal(40)
        add(click + 0.01 * rng.standard_normal(240))
        for _ in range(int(rng.integers(3, 9))):
            long = int(rng.uniform(0.2, 0.8) * 8000)
            word = 0.2 * rng.standard_normal(long) * np.hanning(long)
            add(word + 0.008 * rng.standard_normal(long))
            pause = int(rng.uniform(0.05, 0.5) * 8000)
            add(0.008 * rng.standard_normal(pause))
        add(0.15 * rng.standard_normal(int(rng.uniform(0.08, 0.2) * 8000)))
        truth.append((begin / 8000, at / 8000))
        add(0.0002 * rng.standard_normal(int(rng.uniform(0.06, 0.12) * 8000)))
    return np.concatenate(parts), truth


@pytest.mark.parametrize("seed", range(4))
def test_calls_that_follow_each_other_are_told_apart(seed: int) -> None:
    values, truth = calls(seed)
    found = find_transmissions(Sound(values, start_s=5.0))
    assert len(found) == 14
    for call, (begin_s, end_s) in zip(found, truth, strict=True):
        assert call.start.s - 5.0 == pytest.approx(begin_s, abs=0.02)
        assert call.end.s - 5.0 == pytest.approx(end_s, abs=0.02)


def test_transmissions_of_an_ordinary_recorder() -> None:
    values = noise(120.0, level=0.0005)
    spoken = [(10, 14), (30, 33.5), (70, 90)]
    for low_s, high_s in spoken:
        values[round(low_s * 8000) : round(high_s * 8000)] += noise(high_s - low_s, seed=low_s)
    signal = transmissions(Sound(values), 10.0)
    t_s = times_s(signal)
    expected = np.zeros(len(t_s))
    for low_s, high_s in spoken:
        expected[(t_s > low_s) & (t_s < high_s)] = 1.0
    np.testing.assert_allclose(signal.values, expected, atol=0.15)
    assert len(find_transmissions(Sound(values))) == 3


def test_a_lone_click_is_no_transmission() -> None:
    values = noise(60.0, level=0.0005)
    values[80_000:160_000] += noise(10.0, seed=3)
    values[320_000:320_160] += 0.5
    assert len(find_transmissions(Sound(values))) == 1


def test_steady_noise_has_no_squelch() -> None:
    signal = transmissions(Sound(noise(30.0)), 10.0)
    assert (signal.values == 1.0).all()


def test_the_floor_follows_the_recording() -> None:
    # The channel's noise rises by 20 dB in ten minutes: at the end it is as loud as calls minus 20.
    values = noise(600.0, level=0.0005) * np.geomspace(1, 10, 600 * 8000)
    for k in range(10):
        low = (20 + 60 * k) * 8000
        values[low : low + 40_000] += noise(5.0, level=0.2, seed=k)
    found = find_transmissions(Sound(values))
    assert [round(call.start.s) for call in found] == [20 + 60 * k for k in range(10)]


def test_rare_calls_in_long_silence() -> None:
    values = noise(900.0, level=0.0005)
    values[8000 * 700 : 8000 * 703] += noise(3.0, level=0.2, seed=1)
    found = find_transmissions(Sound(values))
    assert [(round(call.start.s), round(call.end.s)) for call in found] == [(700, 703)]


def test_missing_sound_is_masked() -> None:
    values = noise(20.0)
    values[8000 * 5 : 8000 * 9] = 0.0
    values[8000 * 15 : 8000 * 16] = 0.0  # silence of the recording itself
    made = Sound(values, start_s=100.0)
    signal = without_holes(envelope(made, 10.0), made, [MediaTime.from_s(105.02)])
    t_s = times_s(signal)
    assert not signal.valid[(t_s > 105) & (t_s < 109)].any()
    assert signal.valid[(t_s < 104.9) | (t_s > 109.1)].all()
    nothing = without_holes(envelope(made, 10.0), made, [MediaTime.from_s(112)])
    assert nothing.valid.all()


def test_no_samples() -> None:
    for of in (envelope, onset, transmissions):
        with pytest.raises(TraceError, match="no samples"):
            of(Sound(np.zeros(0)), 10.0)
