"""The transmissions of a sound, behind a squelch and over a hiss."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sync.correlate.transmissions import LONGEST_S, Part, transmissions_of
from tests.sync.correlate.made import sound, speech

RATE_HZ = 8000


def calls(floor: float, *spans: tuple[float, float], length_s: float = 30.0) -> np.ndarray:
    rng = np.random.default_rng(1)
    values = floor * rng.standard_normal(round(length_s * RATE_HZ))
    for low, high in spans:
        said = speech(rng, high - low)
        first = round(low * RATE_HZ)
        values[first : first + len(said)] += said / said.std()
    return values


def test_calls_behind_a_squelch_are_found_to_hundredths() -> None:
    heard = transmissions_of(sound(calls(1e-4, (1, 4), (4.2, 9), (9.1, 12), length_s=12.2)))
    assert heard.squelched and heard.may_lack_silences
    ends = [(p.first / RATE_HZ, p.last / RATE_HZ) for p in heard.parts]
    assert ends == [
        pytest.approx(one, abs=0.35) for one in ((1, 4), (4.2, 9), (9.1, 12))
    ]  # fmt: skip


def test_calls_over_a_hiss_stand_above_a_floor_that_follows() -> None:
    values = calls(0.2, (3, 6), (14, 18), (25, 28))
    values *= np.linspace(0.5, 1.0, len(values))
    heard = transmissions_of(sound(values))
    assert not heard.squelched
    assert not heard.may_lack_silences, "eight seconds of hiss were kept"
    covered = np.zeros(30 * 10, bool)
    for part in heard.parts:
        covered[round(10 * part.first / RATE_HZ) : round(10 * part.last / RATE_HZ)] = True
    assert covered[32:58].mean() > 0.8 and covered[142:178].mean() > 0.8
    assert not covered[75:130].any() and not covered[190:245].any()


def test_no_part_is_longer_than_a_splice_may_spoil_and_none_is_lost() -> None:
    heard = transmissions_of(sound(calls(1e-4, (1, 24), (24.2, 29))))
    assert max(part.count for part in heard.parts) <= LONGEST_S * RATE_HZ
    long = [part for part in heard.parts if part.last <= 24.1 * RATE_HZ]
    assert len(long) >= 3
    assert all(left.last == right.first for left, right in itertools.pairwise(long))


@pytest.mark.parametrize("values", [np.zeros(80_000), np.random.default_rng(2).normal(size=80_000)])
def test_silence_and_noise_hold_no_calls(values: np.ndarray) -> None:
    assert not transmissions_of(sound(values)).may_lack_silences


def test_a_part_is_a_sound_of_its_own() -> None:
    whole = sound(np.arange(100.0), start_s=2.0, start_half_s=0.01)
    part = Part(whole, 20, 60).within(5, 30)
    assert (part.count, part.start.s) == (25, pytest.approx(2.0 + 25 / RATE_HZ))
    assert list(part.read(20, 50)) == [45, 46, 47, 48, 49]
    assert part.start_half > whole.start_half
