"""Transients in made sound, and what is none."""

from __future__ import annotations

import numpy as np
import pytest

from sync.traces.impulses import Impulse, Impulses
from sync.traces.sound_cells import read_once
from tests.sync.traces.test_sound import Float, Sound, noise, times_s
from tests.sync.traces.test_tones import RATE, beep, speech_like


def slam(values: Float, at_s: float, level: float = 0.6, decay_s: float = 0.05) -> None:
    low = round(at_s * RATE)
    count = min(RATE // 2, len(values) - low)
    fall = np.exp(-np.arange(count) / RATE / decay_s)
    values[low : low + count] += level * fall * noise(0.5, level=0.3, seed=low)[:count]


def found(values: Float, start_s: float = 0.0) -> tuple[Impulse, ...]:
    sound = Sound(values, RATE, start_s)
    impulses = Impulses(sound, 25.0)
    read_once(sound, [impulses])
    return impulses.found()


def test_a_slam_is_dated_to_a_few_milliseconds() -> None:
    values = noise(20.0, level=0.003)
    for at in (4.321, 11.0, 16.5):
        slam(values, at)
    at_s = [one.at.s for one in found(values, start_s=5.0)]
    np.testing.assert_allclose(at_s, [9.321, 16.0, 21.5], atol=0.005)


def test_the_trace_holds_their_rise() -> None:
    values = noise(10.0, level=0.003)
    slam(values, 4.0)
    sound = Sound(values, RATE)
    impulses = Impulses(sound, 25.0)
    (signal,) = read_once(sound, [impulses])
    at = np.flatnonzero(signal.values)
    assert len(at) == 1
    assert times_s(signal)[at[0]] == pytest.approx(4.02, abs=0.021)
    assert signal.values[at[0]] == impulses.found()[0].rise_db > 25


def test_what_is_no_slam() -> None:
    begins = noise(20.0, level=0.003)
    begins[10 * RATE :] += noise(10.0, level=0.2, seed=3)  # loud from there on
    swell = noise(20.0, level=0.003) * np.linspace(1, 60, 20 * RATE)
    click = noise(20.0, level=0.003)
    click[8 * RATE : 8 * RATE + 20] += 0.8
    tone = noise(20.0, level=0.003)
    beep(tone, 5.0, 7.0, 1000.0)
    call = np.concatenate((np.zeros(5 * RATE), noise(0.15, level=0.2), np.zeros(5 * RATE)))
    for values in (noise(20.0), begins, swell, click, tone, call, np.zeros(RATE)):
        assert found(values) == ()
    assert sum(len(found(speech_like(seed))) for seed in range(4)) <= 2  # in two minutes


def test_very_short_sound() -> None:
    assert found(noise(0.01)) == ()
