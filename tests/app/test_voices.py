"""Samples lie where the timeline puts them, at any speed, mixed, and round a loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.voices import Piece, Plan, Playing, Run, Voices

S = 1_000_000_000
HZ = 8000


@pytest.fixture
def voices() -> Iterator[Voices]:
    made = Voices()
    yield made
    made.close()


@pytest.fixture
def run(clips: dict[str, Path]) -> Run:
    """The radio clip, with clicks at 1.0, 2.5 and 4.2 s, lying from 100 s on."""
    plan = Plan(clips["radio"], (Piece(100 * S, 106 * S, 0, 6 * S),))
    return Run((plan,), 100 * S, Fraction(1))


@pytest.fixture
def stereo(tmp_path: Path) -> Plan:
    """Two seconds of 300 Hz on the left and 700 Hz, quieter, on the right."""
    t = np.arange(2 * HZ) / HZ
    path = tmp_path / "stereo.wav"
    left, right = 0.4 * np.sin(2 * np.pi * 300 * t), 0.1 * np.sin(2 * np.pi * 700 * t)
    soundfile.write(path, np.stack((left, right), axis=1), HZ)
    return Plan(path, (Piece(0, 2 * S, 0, 2 * S),))


def test_samples_lie_where_the_timeline_puts_them(voices: Voices, run: Run) -> None:
    """The click at 1.0 s of the file sounds at 101.0 s, at any varispeed."""
    for rate in (Fraction(1, 8), Fraction(1, 2), Fraction(1), Fraction(2)):
        playing = Playing(voices, replace(run, rate=rate), HZ)
        heard = np.concatenate([playing.take(2000) for _ in range(int(6 / rate))])
        loud = np.flatnonzero(np.abs(heard).max(axis=1) > 0.2)
        assert abs(loud[0] / HZ * float(rate) - 1.0) < 0.002


def test_pitch_kept_puts_clicks_within_the_search_of_where_they_belong(
    voices: Voices, run: Run
) -> None:
    slow = replace(run, rate=Fraction(1, 2), pitch_kept=True)
    playing = Playing(voices, slow, HZ)
    heard = np.abs(playing.take(12 * HZ)).max(axis=1)
    for click_s in (1.0, 2.5, 4.2):
        at = round(2 * click_s * HZ)
        near = heard[at - HZ // 4 : at + HZ // 4]
        assert abs(int(np.argmax(near)) - HZ // 4) / HZ / 2 < 0.031


def test_outside_its_pieces_it_is_silent(voices: Voices, run: Run) -> None:
    assert not Playing(voices, replace(run, start=90 * S), HZ).take(HZ * 9).any()


def test_a_file_that_is_gone_is_silent(voices: Voices, run: Run, tmp_path: Path) -> None:
    gone = replace(run.plans[0], path=tmp_path / "gone.wav")
    both = voices.mix((gone, run.plans[0]), 101.0 * S, S / HZ, HZ)
    alone = voices.mix((run.plans[0],), 101.0 * S, S / HZ, HZ)
    assert np.allclose(both * 2**0.5, alone, atol=1e-6)


def test_a_loop_has_a_silence_at_its_seam(voices: Voices, run: Run) -> None:
    playing = Playing(voices, replace(run, loop=(100 * S, 100 * S + S // 2)), HZ)
    heard = playing.take(HZ)
    assert heard.shape == (HZ, 2)
    assert not heard[4001:4799].any()
    assert heard[4801:].any()


def test_a_loop_does_not_lag_behind(voices: Voices, run: Run) -> None:
    """Round after round of a length that is no whole number of samples."""
    loop = (101 * S - 33_333_333, 101 * S + 44_444_444)
    playing = Playing(voices, replace(run, start=loop[0], loop=loop), HZ)
    rounds = 200
    each = (loop[1] - loop[0]) / S + 0.1
    heard = np.abs(playing.take(round(each * rounds * HZ))).max(axis=1)
    last = heard[round(each * (rounds - 1) * HZ) :]
    assert abs(np.flatnonzero(last > 0.2)[0] / HZ - 0.033333) < 0.001


def test_two_channels_are_two_ears_or_one_of_them(voices: Voices, stereo: Plan) -> None:
    both = voices.mix((stereo,), 0.0, S / HZ, HZ)
    assert np.abs(both).max(axis=0) == pytest.approx([0.4, 0.1], abs=0.01)
    right = voices.mix((replace(stereo, channel=1, gain=2.0),), 0.0, S / HZ, HZ)
    assert np.abs(right).max(axis=0) == pytest.approx([0.2, 0.2], abs=0.01)


def test_voices_are_added_at_equal_power(voices: Voices, stereo: Plan, run: Run) -> None:
    later = replace(run.plans[0], pieces=(Piece(50 * S, 56 * S, 0, 6 * S),))
    mixed = voices.mix((stereo, later), 0.0, S / HZ, HZ)
    assert np.abs(mixed).max() == pytest.approx(0.4 / 2**0.5, abs=0.01)
