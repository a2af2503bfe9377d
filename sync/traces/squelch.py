"""When a radio channel was open, from a noise floor that follows the recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sync.progress import SILENT, Progress
from sync.timebase import NS_PER_S, MediaTime
from sync.traces.grid import Bool, Float
from sync.traces.sound_cells import (
    FINE_HZ,
    SILENCE_DB,
    Energies,
    SoundBlocks,
    SoundSignal,
    coarser,
    decibels,
    grid_of,
    read_blocks,
    runs_of,
)

# The channel is closed when its level is near the quietest of the recording (rank 0.5 %, so that
# 1.2 s of near-silence in 80 s of sound are enough) and this far below the usual level.
CLOSED_RANK = 0.005
LEAST_DEPTH_DB = 12.0
# Calls may fill as little as a thousandth of the recording; speech in them ranges over 15 dB.
LOUD_RANK = 0.999
SPEECH_RANGE_DB = 15.0
# Place of the threshold between the closed channel and the usual level. Pauses of speech over an
# open channel carry its hiss, 25 to 35 dB down; a closed one is quieter still.
CLOSED_SHARE = 0.4
CLOSED_MARGIN_DB = 6.0
# The floor follows slow changes (a gain control, a second receiver) over this time.
FLOOR_WINDOW_S = 120.0
# Shorter dips are inside speech; gaps between recorded calls are 60 ms and more.
SHORTEST_GAP_S = 0.04
# Shorter openings are clicks: they belong to the call that follows or precedes within 0.15 s.
SHORTEST_CALL_S = 0.1
CLICK_REACH_S = 0.15


@dataclass(frozen=True, slots=True)
class Transmission:
    """A stretch of sound during which the channel was open."""

    start: MediaTime
    end: MediaTime


class Transmissions:
    """1 while the channel was open, 0 while closed, the share of open time in mixed cells."""

    def __init__(self, sound: SoundBlocks, rate_hz: float) -> None:
        self._grid = grid_of(sound, rate_hz)
        self._fine = grid_of(sound, FINE_HZ)
        self._energies = Energies(sound, self._fine)
        self.add = self._energies.add

    def signal(self) -> SoundSignal:
        """Shares of open time."""
        state = _open(decibels(self._energies.result()))
        return coarser(state.astype(np.float64), self._fine, self._grid)


def find_transmissions(sound: SoundBlocks, progress: Progress = SILENT) -> tuple[Transmission, ...]:
    """The stretches during which the channel was open, in order.

    Used to propose breaks: a voice logger joins calls with a tenth of a second of near-silence.
    Ends are known to about ± 10 ms.
    """
    fine = grid_of(sound, FINE_HZ)
    energies = Energies(sound, fine)
    read_blocks(sound, [energies.add], progress)
    return tuple(
        Transmission(
            MediaTime(fine.first_edge_ns + low * fine.step_ns),
            MediaTime(
                min(
                    fine.first_edge_ns + high * fine.step_ns,
                    sound.start.ns + sound.samples * NS_PER_S // sound.sample_rate_hz,
                )
            ),
        )
        for low, high in runs_of(_open(decibels(energies.result())))
    )


def _open(level_db: Float) -> Bool:
    """Shape (n,): whether the channel was open, from a noise floor that follows the recording."""
    if len(level_db) == 0 or level_db.max() <= SILENCE_DB:
        return np.zeros(len(level_db), np.bool_)
    window = round(FLOOR_WINDOW_S * FINE_HZ)
    count = max(1, len(level_db) // window)
    # Of the whole recording: hours may pass between two calls.
    loud = float(np.quantile(level_db, LOUD_RANK))
    limits = np.empty(len(level_db))
    for part in np.array_split(np.arange(len(level_db)), count):
        # Half a window more on both sides, so that the floor changes gently.
        near = level_db[max(0, part[0] - window // 2) : part[-1] + window // 2 + 1]
        closed, usual = np.quantile(near, [CLOSED_RANK, 0.5])
        depth = max(usual, loud - SPEECH_RANGE_DB) - closed
        limit = closed + max(CLOSED_MARGIN_DB, CLOSED_SHARE * depth)
        # Without a real difference between loud and quiet there is no squelch: always open.
        limits[part] = limit if depth >= LEAST_DEPTH_DB else -np.inf
    above: Bool = level_db > limits
    above = _bridge(above, round(SHORTEST_GAP_S * FINE_HZ))
    return _without_clicks(above)


def _bridge(state: Bool, shortest: int) -> Bool:
    """``state`` with closures shorter than ``shortest`` samples filled; not at the ends."""
    out = state.copy()
    for low, high in runs_of(~state):
        if high - low < shortest and low > 0 and high < len(state):
            out[low:high] = True
    return out


def _without_clicks(state: Bool) -> Bool:
    """Short openings join a near call (key-up, squelch tail) or vanish (interference)."""
    runs = runs_of(state)
    shortest, reach = round(SHORTEST_CALL_S * FINE_HZ), round(CLICK_REACH_S * FINE_HZ)
    out = state.copy()
    for k, (low, high) in enumerate(runs):
        if high - low >= shortest:
            continue
        after = runs[k + 1][0] - high if k + 1 < len(runs) else reach + 1
        if after <= round(2 * SHORTEST_GAP_S * FINE_HZ) and after <= reach:
            out[high : high + after] = True
        else:
            out[low:high] = False
    return out
