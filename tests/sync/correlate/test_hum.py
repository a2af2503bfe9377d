"""Two hums that share a digital noise are refused; one hum in two files is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sync.correlate.hum import hum_refused, in_step, strongest_tone
from sync.correlate.result import SearchResult
from sync.correlate.sound import Samples, search_samples
from sync.timebase import MediaTime
from tests.sync.correlate.made import Float, speech

RATE_HZ = 400.0
LONG_S = 300


def mains(seed: int, seconds: int = LONG_S) -> Float:
    """50 Hz that wanders as mains do."""
    rng = np.random.default_rng(seed)
    wander = np.cumsum(rng.standard_normal(round(seconds * RATE_HZ))) * 2e-4
    phase = 2 * np.pi * np.cumsum(50.0 + wander) / RATE_HZ + rng.uniform(0, 6)
    return np.asarray(np.cos(phase) + 0.1 * np.cos(3 * phase), np.float64)


def as_samples(values: Float, rate_hz: float = RATE_HZ) -> Samples:
    return Samples(values=values.astype(np.float32), rate_hz=rate_hz, start=MediaTime(0))


@pytest.fixture(scope="module")
def shared_noise() -> tuple[Samples, Samples, SearchResult]:
    """Different hums with one noise under them, 3 s later in the first."""
    noise = 0.003 * np.random.default_rng(9).standard_normal(LONG_S * 400 + 1200)
    a = as_samples(mains(1) + noise[:-1200])
    b = as_samples(mains(2) + noise[1200:])
    return a, b, search_samples(a, b)


def test_a_noise_that_two_hums_share_is_no_match(
    shared_noise: tuple[Samples, Samples, SearchResult],
) -> None:
    a, b, found = shared_noise
    assert found.status == "significant"
    assert found.candidates[0].offset_s == pytest.approx(3.0, abs=1e-3)
    refused = hum_refused(a, b, found)
    assert (refused.status, refused.candidates) == ("no-match", ())
    [said] = refused.reasons
    assert "hum of 50 Hz" in said and "At 3.000 s" in said


def test_one_hum_in_two_files_stays_a_match() -> None:
    rng = np.random.default_rng(4)
    hum = mains(3)
    # Another recorder, after another transformer: its own noise in part, and another phase.
    noise = 0.003 * rng.standard_normal(len(hum))
    a, whole = as_samples(hum + noise), np.roll(hum + noise, -2)
    b = as_samples((whole + 0.001 * rng.standard_normal(len(hum)))[2000:-10])
    found = search_samples(a, b)
    assert found.status == "significant"
    assert hum_refused(a, b, found) is found
    step = in_step(a, b, found.candidates[0], 50.0)
    assert step is not None and step > 0.99


def test_other_sounds_and_short_ones_are_not_judged(
    shared_noise: tuple[Samples, Samples, SearchResult],
) -> None:
    a, b, found = shared_noise
    voice = as_samples(speech(np.random.default_rng(0), 20.0), 8000.0)
    assert strongest_tone(a)[0] == pytest.approx(50.0, abs=0.5)
    assert strongest_tone(a)[1] > 0.9 > 0.5 > strongest_tone(voice)[1]
    assert hum_refused(voice, voice, found) is found
    short = replace(b, values=b.values[: 60 * 400])
    assert hum_refused(a, short, found) is found
