"""The transmissions of a sound, one by one: what a voice-activated recorder kept.

Two ways to see them. A channel behind a squelch is nearly silent between calls
(:mod:`sync.traces.squelch`); over an open, hissing channel, voices stand above a noise floor that
follows the recording.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, percentile_filter, uniform_filter1d

from sync.correlate.sound_asked import Sound
from sync.timebase import NS_PER_S, Duration, MediaTime
from sync.traces.grid import Bool
from sync.traces.sound_cells import FINE_HZ, SILENCE_DB, Energies, decibels, grid_of, runs_of
from sync.traces.squelch import find_transmissions

Float32 = NDArray[np.float32]

READ_SAMPLES = 1 << 19
# Recorders go on for 0.3 to 3 s after the last voice, and a call may begin or end softly: a longer
# pause was not removed.
LONGEST_HANG_S = 5.0
# A voice 10 dB above the hiss has most of its syllables this far above the floor.
ABOVE_FLOOR_DB = 6.0
# The floor is the level that a tenth of half a minute stays below: pauses fill more than that.
FLOOR_RANK, FLOOR_WINDOW_S = 10, 30.0
SMOOTH_S = 0.05
# Pauses between words are shorter. Calls may be joined by this: what does not belong together is
# divided where it is searched.
WITHIN_CALL_S = 0.6
# A word rises out of the hiss and falls into it.
SOFT_ENDS_S = 0.1
SHORTEST_BURST_S = 0.15
# What opens and closes faster than calls do is no squelch but the syllables over an open channel.
LEAST_MEDIAN_CALL_S = 1.0
# Between radio, air and recorder there are filters and echoes that are not told apart from what
# comes straight: made rooms with echoes 0 to 6 dB below it shifted calls by up to 11 µs.
PATH_HALF = Duration(50_000)
# Longer calls are looked for in parts: a splice that nobody saw then spoils one of them only.
LONGEST_S = 8.0


@dataclass(frozen=True, slots=True)
class Part:
    """Samples ``first`` … ``last - 1`` of a sound, as a sound of its own."""

    of: Sound
    first: int
    last: int

    @property
    def rate_hz(self) -> float:
        """Samples a second."""
        return self.of.rate_hz

    @property
    def start(self) -> MediaTime:
        """Media time of its first sample."""
        return self.of.start + Duration(round(self.first * NS_PER_S / self.of.rate_hz))

    @property
    def start_half(self) -> Duration:
        """Half-width of what is unknown about ``start``, and about the way here."""
        return self.of.start_half + PATH_HALF

    @property
    def count(self) -> int:
        """Number of samples."""
        return self.last - self.first

    def read(self, first: int, count: int) -> Float32:
        """Samples ``first`` … ``first + count - 1``; fewer at the end."""
        return self.of.read(self.first + first, max(0, min(count, self.count - first)))

    def within(self, first: int, last: int) -> Part:
        """A part of this part, by its own samples."""
        return Part(self.of, self.first + first, self.first + last)


@dataclass(frozen=True, slots=True)
class Heard:
    """The transmissions of one sound."""

    parts: tuple[Part, ...]
    squelched: bool
    """The channel was silent between them; otherwise they stand above a hiss."""

    @property
    def longest_gap_s(self) -> float:
        """Seconds of the longest pause between two of them."""
        rate_hz = self.parts[0].rate_hz if self.parts else 1.0
        return max(
            (
                (right.first - left.last) / rate_hz
                for left, right in zip(self.parts, self.parts[1:], strict=False)
            ),
            default=0.0,
        )

    @property
    def may_lack_silences(self) -> bool:
        """Several calls, and between them no pause longer than a recorder waits before it stops."""
        return len(self.parts) > 1 and self.longest_gap_s <= LONGEST_HANG_S


def transmissions_of(sound: Sound) -> Heard:
    """The transmissions of a sound in order; the long ones in parts of at most 8 s."""
    blocks = _Blocks(sound)
    calls = find_transmissions(blocks)
    spans = [
        (_sample(sound, call.start.ns), _sample(sound, call.end.ns)) for call in calls
    ]  # fmt: skip
    squelched = len(spans) > 1 and _median_s(spans, sound.rate_hz) >= LEAST_MEDIAN_CALL_S
    grid = grid_of(blocks, FINE_HZ)
    energies = Energies(blocks, grid)
    for first, block in blocks.blocks(READ_SAMPLES):
        energies.add(first, block)
    level_db = decibels(energies.result())
    per_cell = sound.rate_hz / FINE_HZ
    if not squelched:
        spans = [
            (round(low * per_cell), min(round(high * per_cell), sound.count))
            for low, high in runs_of(_voiced(level_db))
        ]
    return Heard(
        tuple(
            Part(sound, first, last)
            for low, high in spans
            for first, last in _no_longer(low, high, level_db, per_cell)
        ),
        squelched,
    )


@dataclass(frozen=True, slots=True)
class _Blocks:
    """A sound as its readers give it: blocks of one channel."""

    sound: Sound

    @property
    def sample_rate_hz(self) -> int:
        return round(self.sound.rate_hz)

    @property
    def samples(self) -> int:
        return self.sound.count

    @property
    def start(self) -> MediaTime:
        return self.sound.start

    def blocks(self, size: int) -> Iterator[tuple[int, Float32]]:
        for first in range(0, self.sound.count, size):
            yield first, self.sound.read(first, size)[:, None]


def _median_s(spans: list[tuple[int, int]], rate_hz: float) -> float:
    return float(np.median([high - low for low, high in spans])) / rate_hz


def _sample(sound: Sound, at_ns: int) -> int:
    at = round((at_ns - sound.start.ns) * sound.rate_hz / NS_PER_S)
    return min(max(at, 0), sound.count)


def _voiced(level_db: NDArray[np.float64]) -> Bool:
    """Where the level is above a floor that follows the recording, words joined to calls."""
    if len(level_db) == 0 or level_db.max() <= SILENCE_DB:
        return np.zeros(len(level_db), np.bool_)
    smooth = uniform_filter1d(level_db, max(1, round(SMOOTH_S * FINE_HZ)))
    floor = percentile_filter(smooth, FLOOR_RANK, size=round(FLOOR_WINDOW_S * FINE_HZ))
    state: Bool = smooth > floor + ABOVE_FLOOR_DB
    for low, high in runs_of(~state):
        if high - low < WITHIN_CALL_S * FINE_HZ and low > 0 and high < len(state):
            state[low:high] = True
    for low, high in runs_of(state):
        if high - low < SHORTEST_BURST_S * FINE_HZ:
            state[low:high] = False
    return binary_dilation(state, iterations=round(SOFT_ENDS_S * FINE_HZ))


def _no_longer(
    low: int, high: int, level_db: NDArray[np.float64], per_cell: float
) -> list[tuple[int, int]]:
    """A span cut at its quietest moments until no part is longer than 8 s."""
    if high - low <= LONGEST_S * FINE_HZ * per_cell:
        return [(low, high)]
    third = (high - low) // 3
    inside = level_db[round((low + third) / per_cell) : round((high - third) / per_cell)]
    at = low + third + round((int(uniform_filter1d(inside, 5).argmin()) + 0.5) * per_cell)
    return [
        *_no_longer(low, at, level_db, per_cell),
        *_no_longer(at, high, level_db, per_cell),
    ]
