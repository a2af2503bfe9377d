"""A call of one recording, and how it is held against the whole of the other."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sync.correlate.result import Side
from sync.correlate.sound_asked import Asked, Sound
from sync.correlate.sound_local import Agreement, agreement
from sync.correlate.sound_screen import Look
from sync.correlate.sound_track import MOST_DRIFT, Line, Tracker
from sync.correlate.transmissions import Part
from sync.correlate.whitening import BAND_HZ

NO_MATCH = "no match"
# A call is looked for this close to where its neighbour's offset puts it.
BESIDE_S = 0.0015
# Agreement at a known place, in standard deviations: 1 in 10⁵ of the few places tried there.
HOLDS = 5.0


@dataclass(slots=True, eq=False)
class Call:
    """A transmission, or a part of one, and what is known of its place."""

    part: Part
    place: float | None = None
    """Sample of the other recording at which it begins; ``None`` while not placed."""
    p: float = 1.0
    z: float = 0.0
    sign: float = 1.0
    reason: str = NO_MATCH
    between: bool = False
    """It was looked for only between its neighbours."""
    looked: tuple[Look, tuple[int, int]] | None = None
    """How and where it was looked for last: the same again would find the same."""

    @property
    def end(self) -> float:
        """Where it ends in the other recording."""
        assert self.place is not None
        return self.place + self.part.count


@dataclass(frozen=True, slots=True)
class Aim:
    """A part of one recording against the whole of the other, whichever of them A is."""

    asked: Asked
    """Of the part and the other recording."""
    part: Part
    cuts_b: bool

    @classmethod
    def of(cls, asked: Asked, which: Side, part: Part) -> Aim:
        a, b = (part, asked.b) if which == "a" else (asked.a, part)
        return cls(Asked.of(a, b, None, None, 1), part, which == "b")

    @property
    def whole(self) -> Sound:
        """The other recording."""
        return self.asked.a if self.cuts_b else self.asked.b

    def place(self, offset_s: float) -> float:
        """Where the part begins in the other recording at an offset."""
        lag = (self.asked.zero_s - offset_s) * self.asked.rate_hz
        return -lag if self.cuts_b else lag

    def middle_b_s(self, offset_s: float) -> float:
        """B's media time in the middle of the part."""
        middle_s = self.part.start.s + 0.5 * self.part.count / self.part.rate_hz
        return middle_s if self.cuts_b else middle_s - offset_s

    def range(self, offsets_s: tuple[float, float] | None) -> tuple[int, int]:
        """Places from … to at which the whole part has a partner, inside the offsets asked for."""
        low, high = 0, self.whole.count - self.part.count
        if offsets_s is not None:
            ends = sorted(self.place(offset_s) for offset_s in offsets_s)
            low, high = max(low, math.ceil(ends[0] - 1e-3)), min(high, math.floor(ends[1] + 1e-3))
        return low, high

    def agreement(self, place: float, radius_s: float) -> Agreement | None:
        """How part and other recording agree about a place."""
        return agreement(
            self.part.read(0, self.part.count), self.whole, place, radius_s, self.asked.rate_hz
        )

    def line(self, place: float, sign: float) -> Line | None:
        """The match followed through the part."""
        lag = -place if self.cuts_b else place
        middle = 0.5 * self.part.count + (place if self.cuts_b else 0.0)
        tracker = Tracker(self.asked.a, self.asked.b, self.asked.rate_hz, BAND_HZ)
        radius_s = 0.5 * MOST_DRIFT * self.part.count / self.asked.rate_hz + 0.001
        return tracker.follow(lag, middle, radius_s, sign)
