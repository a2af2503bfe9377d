"""Decoded frames around the playhead, bounded in bytes."""

from __future__ import annotations

from typing import Generic, TypeVar

Held = TypeVar("Held")

_BYTES = 128 << 20
"""Some 40 frames of 1080p. With the decoder's own pictures an open clip stays under 200 MB, and
half of what lies ahead lasts longer than decoding 250 frames for the next half takes."""

_LEAST = 4
_MOST = 256
"""More would cost time to look through, and small pictures are quick to decode again."""

_BEHIND_COUNTS = 3
"""How much sooner frames behind the playhead go than those as far ahead of it: a quarter of the
ring stays behind, enough to turn round without decoding."""


class Ring(Generic[Held]):
    """Frames by presentation number; those farthest from the playhead make room for nearer ones."""

    def __init__(self) -> None:
        self._held: dict[int, Held] = {}
        self._playhead = 0
        self._towards = 1
        self._capacity = _LEAST

    def __contains__(self, number: int) -> bool:
        return number in self._held

    def __len__(self) -> int:
        return len(self._held)

    @property
    def reach(self) -> int:
        """How many frames ahead of the playhead the ring has room for."""
        return self._capacity * _BEHIND_COUNTS // (_BEHIND_COUNTS + 1) - 1

    @property
    def reach_behind(self) -> int:
        """How many frames behind the playhead are kept while the ring is full."""
        return (self.reach + 1) // _BEHIND_COUNTS

    def turn(self, playhead: int, towards: int) -> None:
        """Say where the playhead is, and whether it moves on (+1) or back (−1)."""
        self._playhead, self._towards = playhead, towards

    def get(self, number: int) -> Held | None:
        """The frame kept under this number."""
        return self._held.get(number)

    def keep(self, number: int, frame: Held, size_bytes: int) -> None:
        """Keep a frame of ``size_bytes`` if it is within reach of the playhead.

        What is out of reach is let go at once, so that the decoder can write the next picture
        where it is: touching new memory for each costs a good part of a decode.
        """
        self._capacity = max(_LEAST, min(_MOST, _BYTES // max(1, size_bytes)))
        if self._distance(number) > self.reach + 1:
            return
        self._held[number] = frame
        while len(self._held) > self._capacity:
            del self._held[max(self._held, key=self._distance)]

    def replace(self, number: int, frame: Held) -> None:
        """Put ``frame`` in the place of the one kept under this number, if it is still there."""
        if number in self._held:
            self._held[number] = frame

    def forget_far(self) -> None:
        """Let go of all that is out of reach, before decoding takes memory somewhere else."""
        for number in [n for n in self._held if self._distance(n) > self.reach + 1]:
            del self._held[number]

    def drop(self, number: int) -> None:
        """Forget one frame."""
        self._held.pop(number, None)

    def clear(self) -> None:
        """Forget all."""
        self._held.clear()

    def _distance(self, number: int) -> int:
        ahead = (number - self._playhead) * self._towards
        return ahead if ahead >= 0 else -ahead * _BEHIND_COUNTS
