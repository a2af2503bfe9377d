"""Sudden transients: a shot, a slammed door, a bang."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from sync.timebase import MediaTime
from sync.traces.grid import Float
from sync.traces.sound_cells import (
    SILENCE_DB,
    Energies,
    SoundBlocks,
    SoundSignal,
    decibels,
    grid_of,
)

# Cells of 2.5 ms: a shot rises within one or two, a spoken syllable within ten and more.
CELL_HZ = 400.0
# Within so long it must have risen, above all of so long before. Doors and shots on the sample's
# radio rise by 21 dB and more; half of the sudden syllables of real radio speech by less than 18.
RISE_S, BEFORE_S = 0.01, 0.1
LEAST_RISE_DB = 18.0
# It is the loudest thing about, or nearly: a plosive is as sudden, but its vowel is louder.
ABOUT_S, NEARLY_DB = 0.5, 1.5
# It dies away in its surroundings: from so long after on, it is so far down on the whole.
DECAY_S, DECAY_END_S, LEAST_DECAY_DB = 0.1, 0.3, 8.0
# A click of a squelch or of a switch has no surroundings: it is gone at once.
BODY_S, BODY_END_S, MOST_BODY_DB = 0.01, 0.03, 22.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Impulse:
    """One transient."""

    at: MediaTime
    """Middle of the cell (2.5 ms) in which it rose."""
    rise_db: float
    """How far it stands above the tenth of a second before."""


class Impulses:
    """The rise in dB in the cell of each transient, 0 elsewhere."""

    def __init__(self, sound: SoundBlocks, rate_hz: float) -> None:
        self._grid = grid_of(sound, rate_hz)
        self._fine = grid_of(sound, CELL_HZ)
        self._energies = Energies(sound, self._fine)

    def add(self, first: int, block: NDArray[np.float32]) -> None:
        """The next samples."""
        self._energies.add(first, block)

    def found(self) -> tuple[Impulse, ...]:
        """The transients in order."""
        rise_db = _rises(decibels(self._energies.result()))
        at = np.flatnonzero(rise_db)
        times = self._fine.start.ns + at * self._fine.step_ns
        return tuple(
            Impulse(at=MediaTime(int(ns)), rise_db=float(db))
            for ns, db in zip(times, rise_db[at], strict=True)
        )

    def signal(self) -> SoundSignal:
        """dB, on the grid asked for."""
        values = np.zeros(self._grid.count)
        for one in self.found():
            cell = (one.at.ns - self._grid.first_edge_ns) // self._grid.step_ns
            values[cell] = max(values[cell], one.rise_db)
        return SoundSignal(
            grid=self._grid, values=values, valid=np.ones(self._grid.count, np.bool_)
        )


def _rises(level_db: Float) -> Float:
    """Shape (n,): rise in dB where a transient begins, 0 elsewhere."""
    peak = _highest(level_db, 0, RISE_S)
    before = _highest(level_db, -BEFORE_S, -1 / CELL_HZ)
    rise = peak - np.maximum(before, SILENCE_DB)
    alone = peak >= np.maximum(_highest(level_db, -ABOUT_S, ABOUT_S) - NEARLY_DB, SILENCE_DB)
    # A digital silence before says nothing about suddenness: a recording or a call begins there.
    heard = before > SILENCE_DB
    out = np.zeros(len(level_db))
    free = 0
    for i in np.flatnonzero(alone & heard & (rise >= LEAST_RISE_DB)).tolist():
        if i < free:
            continue
        # Where it steps up: the first cell above the middle between before and peak.
        inside = level_db[i : i + round(RISE_S * CELL_HZ) + 1]
        at = i + int(np.argmax(inside > 0.5 * (before[i] + peak[i])))
        body, rest = (
            level_db[at + round(low * CELL_HZ) : at + round(high * CELL_HZ)]
            for low, high in ((BODY_S, BODY_END_S), (DECAY_S, DECAY_END_S))
        )
        if (
            rest.size
            and body.mean() >= peak[i] - MOST_BODY_DB
            and rest.mean() <= peak[i] - LEAST_DECAY_DB
        ):
            out[at] = rise[i]
            free = at + round(ABOUT_S * CELL_HZ)
    return out


def _highest(level_db: Float, from_s: float, to_s: float) -> Float:
    """Shape (n,): the highest level from ``from_s`` to ``to_s`` about each cell."""
    low, high = round(from_s * CELL_HZ), round(to_s * CELL_HZ)
    size = high - low + 1
    padded = np.pad(level_db, (max(0, -low), max(0, high)), constant_values=SILENCE_DB)
    filtered = maximum_filter1d(padded, size, origin=0, mode="nearest")
    middle = (low + high) // 2 if size % 2 else (low + high + 1) // 2
    start = max(0, -low) + middle
    return np.asarray(filtered[start : start + len(level_db)], np.float64)
