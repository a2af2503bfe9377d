"""The ring keeps what is near the playhead, mostly ahead of it."""

from __future__ import annotations

from sync.media.ring import Ring

_BIG = 8 << 20
"""Bytes of a frame of which 16 fit."""


def filled(playhead: int, towards: int, numbers: range) -> Ring[int]:
    ring: Ring[int] = Ring()
    ring.turn(playhead, towards)
    for number in numbers:
        ring.keep(number, number, _BIG)
    return ring


def held(ring: Ring[int]) -> list[int]:
    return [number for number in range(200) if number in ring]


def test_three_quarters_lie_ahead_of_the_playhead() -> None:
    assert held(filled(100, 1, range(200))) == list(range(97, 113))
    assert held(filled(100, -1, range(200))) == list(range(89, 105))
    assert filled(100, 1, range(200)).reach == 11


def test_what_is_out_of_reach_is_not_kept_even_in_an_empty_ring() -> None:
    assert held(filled(100, 1, range(90))) == []
    assert held(filled(100, -1, range(120, 130))) == []


def test_turning_round_keeps_what_is_held_until_there_is_better() -> None:
    ring = filled(100, 1, range(200))
    ring.turn(100, -1)
    assert len(ring) == 16
    ring.keep(95, 95, _BIG)
    assert 95 in ring
    assert 112 not in ring, "the one farthest behind made room"


def test_before_decoding_elsewhere_what_is_far_is_let_go() -> None:
    ring = filled(100, 1, range(200))
    ring.turn(105, 1)
    ring.forget_far()
    assert held(ring) == list(range(101, 113))
    ring.turn(150, 1)
    ring.forget_far()
    assert held(ring) == []


def test_a_dropped_frame_is_not_brought_back_by_replacing_it() -> None:
    ring = filled(100, 1, range(98, 104))
    ring.drop(101)
    ring.replace(101, 7)
    ring.replace(102, 8)
    assert ring.get(101) is None
    assert ring.get(102) == 8
    ring.clear()
    assert len(ring) == 0
