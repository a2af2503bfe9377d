"""The feed is never empty, never late for long, and fades what it cuts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.sound_feed import Grain, SoundFeed, faded
from app.voices import Piece, Plan, Run

S = 1_000_000_000
HZ = 8000


@pytest.fixture
def feed(qapp: object) -> Iterator[SoundFeed]:
    parent = QObject()
    made = SoundFeed(parent)
    made.set_format(HZ, 1)
    yield made
    made.finish()
    parent.deleteLater()


@pytest.fixture
def plan(clips: dict[str, Path]) -> Plan:
    return Plan(clips["radio"], (Piece(0, 6 * S, 0, 6 * S),))


def read(feed: SoundFeed, count: int) -> np.ndarray:
    return np.frombuffer(feed.readData(2 * count), "<i2") / 32767


def test_the_feed_is_never_empty(qtbot: QtBot, feed: SoundFeed, plan: Plan) -> None:
    assert feed.bytesAvailable() > 0
    assert feed.isSequential()
    assert feed.readData(501) == bytes(500)
    feed.play(Run((plan,), 0, Fraction(1)))
    qtbot.waitUntil(lambda: len(feed._held) > HZ)
    assert len(feed.readData(501)) == 500


def test_what_comes_late_is_left_out_so_that_the_rest_is_in_step(
    qtbot: QtBot, feed: SoundFeed, plan: Plan
) -> None:
    """The device asks at once for 0.7 s; the click at 1.0 s still comes after 1.0 s."""
    feed.play(Run((plan,), 0, Fraction(1)))
    early = read(feed, round(0.7 * HZ))
    heard = [early]
    while sum(map(len, heard)) < 1.5 * HZ:
        assert feed.wait(5.0)
        heard.append(read(feed, 100))
    loud = np.flatnonzero(np.abs(np.concatenate(heard)) > 0.2)
    assert abs(loud[0] / HZ - 1.0) < 0.002


def test_a_grain_is_heard_once_between_its_fades(feed: SoundFeed, plan: Plan) -> None:
    feed.sound(Grain((plan,), S - 20_000_000, 80_000_000))
    assert feed.wait(5.0)
    heard = read(feed, HZ)
    assert abs(np.flatnonzero(np.abs(heard) > 0.2)[0] / HZ - 0.020) < 0.002
    assert not heard[round(0.08 * HZ) :].any()


def test_a_newer_grain_takes_the_place_of_one_that_sounds(feed: SoundFeed, plan: Plan) -> None:
    feed.sound(Grain((plan,), S, 2 * S))
    assert feed.wait(5.0)
    read(feed, 80)
    feed.sound(Grain((plan,), 3 * S, 60_000_000))
    for _ in range(500):
        if len(feed._held) == 2 * round(0.06 * HZ):
            break
        feed._thread.join(0.01)
    assert len(read(feed, round(0.06 * HZ))) == round(0.06 * HZ)
    assert not read(feed, HZ).any()


def test_silence_is_at_once(feed: SoundFeed, plan: Plan) -> None:
    feed.play(Run((plan,), 0, Fraction(1)))
    assert feed.wait(5.0)
    feed.silence()
    assert not read(feed, HZ).any()


def test_fades_take_five_milliseconds() -> None:
    made = faded(np.ones((HZ, 2), np.float32), HZ)[:, 0]
    assert made[0] == made[-1] == 0
    assert np.flatnonzero(made == 1)[0] == pytest.approx(0.005 * HZ, abs=1)
    assert len(faded(np.ones((3, 2), np.float32), HZ)) == 3
