"""Time is computed from a clock, never summed; each axis keeps its own place."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest

from app.playhead import WRAP_SILENCE_NS, Extent, Playhead

S = 1_000_000_000


class Clock:
    """A clock that stands still unless it is moved."""

    def __init__(self) -> None:
        self.ns = 5 * S

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def playhead(qapp: object, clock: Clock) -> Iterator[Playhead]:
    made = Playhead()
    made.set_clock(clock)
    made.set_extent(None, Extent(100 * S, 200 * S))
    yield made
    made.close()
    made.deleteLater()


def test_it_begins_at_the_start(playhead: Playhead) -> None:
    assert playhead.position == 100 * S


def test_position_follows_the_clock_whatever_the_ticks(playhead: Playhead, clock: Clock) -> None:
    playhead.play()
    for step in (3, 17, 15, 400):
        clock.ns += step * 1_000_000
        playhead.tick()
    assert playhead.position == 100 * S + 435_000_000
    clock.ns += 3 * S + 1
    assert playhead.position == 100 * S + 3 * S + 435_000_001


def test_a_change_of_rate_does_not_jump(playhead: Playhead, clock: Clock) -> None:
    playhead.play()
    clock.ns += S
    playhead.set_rate(Fraction(1, 8))
    assert playhead.position == 101 * S
    clock.ns += 8 * S
    assert playhead.position == 102 * S


def test_a_change_of_clock_does_not_jump(playhead: Playhead, clock: Clock) -> None:
    playhead.play()
    clock.ns += 2 * S
    other = Clock()
    other.ns = 77
    playhead.set_clock(other)
    assert playhead.position == 102 * S
    other.ns += S
    assert playhead.position == 103 * S


def test_it_stops_at_the_end_and_starts_over(playhead: Playhead, clock: Clock) -> None:
    playhead.seek(199 * S)
    playhead.play()
    clock.ns += 5 * S
    playhead.tick()
    assert not playhead.playing
    assert playhead.position == 200 * S
    playhead.play()
    assert playhead.position == 100 * S


def test_backwards(playhead: Playhead, clock: Clock) -> None:
    playhead.seek(150 * S)
    playhead.shuttle(backward=True)
    clock.ns += 2 * S
    assert playhead.position == 148 * S
    playhead.shuttle(backward=True)
    clock.ns += S
    assert playhead.position == 146 * S
    assert playhead.rate == -2


def test_shuttle_stops_at_eight(playhead: Playhead) -> None:
    for _ in range(6):
        playhead.shuttle(backward=False)
    assert playhead.rate == 8


def test_a_loop_wraps_with_a_silence(playhead: Playhead, clock: Clock) -> None:
    wrapped: list[int] = []
    playhead.wrapped.connect(lambda: wrapped.append(1))
    playhead.set_looping(True, (120 * S, 121 * S))
    assert playhead.position == 120 * S
    playhead.play()
    clock.ns += S
    playhead.tick()
    assert wrapped == [1]
    assert playhead.position == 120 * S
    clock.ns += WRAP_SILENCE_NS
    assert playhead.position == 120 * S, "it stands still for the silence"
    clock.ns += S // 2
    assert playhead.position == 120 * S + S // 2


def test_ticks_that_come_late_do_not_slow_a_loop(playhead: Playhead, clock: Clock) -> None:
    playhead.set_looping(True, (120 * S, 121 * S))
    playhead.play()
    for _ in range(50):
        clock.ns += S + WRAP_SILENCE_NS
        playhead.tick()
    clock.ns += 13_000_000
    assert playhead.position == 120 * S + 13_000_000
    clock.ns += S
    playhead.tick()
    clock.ns += WRAP_SILENCE_NS
    assert playhead.position == 120 * S + 13_000_000


def test_in_and_out_bound_a_loop(playhead: Playhead) -> None:
    playhead.set_in(110 * S)
    playhead.set_out(130 * S)
    playhead.set_looping(True)
    assert playhead.loop == (110 * S, 130 * S)
    playhead.set_in(140 * S)
    assert playhead.in_out == (140 * S, None), "an out point before the in point goes"


def test_each_axis_keeps_its_place(playhead: Playhead) -> None:
    playhead.set_extent("phone", Extent(0, 40 * S))
    playhead.seek(150 * S)
    playhead.set_axis("phone")
    assert playhead.position == 0
    playhead.seek(12 * S)
    playhead.set_axis(None)
    assert playhead.position == 150 * S
    assert playhead.position_on("phone") == 12 * S


def test_another_axis_stops_playing(playhead: Playhead) -> None:
    playhead.set_extent("phone", Extent(0, 40 * S))
    playhead.play()
    playhead.set_axis("phone")
    assert not playhead.playing


def test_it_stays_inside(playhead: Playhead) -> None:
    playhead.seek(10 * S)
    assert playhead.position == 100 * S
    playhead.seek(500 * S)
    assert playhead.position == 200 * S


def test_placing_it_while_playing_says_so(playhead: Playhead, clock: Clock) -> None:
    jumped: list[int] = []
    playhead.jumped.connect(lambda: jumped.append(1))
    playhead.seek(110 * S)
    assert jumped == []
    playhead.play()
    playhead.seek(120 * S)
    assert jumped == [1]
    clock.ns += S
    assert playhead.position == 121 * S
