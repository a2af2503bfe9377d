"""Traces of the sound: its loudness, its onsets, and when a radio channel was open.

All are computed from blocks of samples as they are read; what is kept is a few numbers for each
hundredth of a second, so hours of sound take little memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from sync.errors import TraceError
from sync.progress import SILENT, Progress
from sync.timebase import NS_PER_S, MediaTime
from sync.traces.grid import Bool, Float, Grid

BLOCK_SAMPLES = 1 << 18
# Fine grid of squelch and onsets: a key-up click lasts a few of these.
FINE_HZ = 100.0
# Loudness is counted from the level that the quietest tenth of the recording stays below.
FLOOR_QUANTILE = 0.1
# Full scale of 16 bit is 96 dB down: anything below is silence.
LEAST_ENERGY = 1e-10

ONSET_BANDS = 12
ONSET_LOW_HZ, ONSET_HIGH_HZ = 100.0, 6000.0
ONSET_WINDOW_S = 0.025

# The channel is closed when its level is near the quietest of the recording (rank 0.5 %, so that
# 1.2 s of near-silence in 80 s of sound are enough) and this far below the usual level.
CLOSED_RANK = 0.005
LEAST_DEPTH_DB = 12.0
# Calls may fill as little as a thousandth of the recording; speech in them ranges over 15 dB.
LOUD_RANK = 0.999
SPEECH_RANGE_DB = 15.0
SILENCE_DB = -99.0
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


class SoundSamples(Protocol):
    """What is needed to look at single places of a sound."""

    @property
    def sample_rate_hz(self) -> int:
        """Samples a second."""

    @property
    def samples(self) -> int:
        """Number of samples a channel."""

    @property
    def start(self) -> MediaTime:
        """Media time of the first sample."""

    def read(self, first: int, count: int) -> NDArray[np.float32]:
        """(count, channels) from sample ``first``; fewer at the end."""


class SoundBlocks(Protocol):
    """What is needed of a sound reader (``sync.media.sound.SoundReader`` is one)."""

    @property
    def sample_rate_hz(self) -> int:
        """Samples a second."""

    @property
    def samples(self) -> int:
        """Number of samples a channel."""

    @property
    def start(self) -> MediaTime:
        """Media time of the first sample."""

    def blocks(self, size: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """(first sample, (n, channels)) one after another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSignal:
    """A sound trace on its grid."""

    grid: Grid
    values: Float
    valid: Bool


@dataclass(frozen=True, slots=True)
class Transmission:
    """A stretch of sound during which the channel was open."""

    start: MediaTime
    end: MediaTime


def envelope(sound: SoundBlocks, rate_hz: float, progress: Progress = SILENT) -> SoundSignal:
    """Loudness: log(1 + energy / floor), the mean square of each cell against the quiet level.

    Natural logarithm; the mean level of the cell (a direct-current offset) is left out. The
    energies of all channels are averaged, so channels in opposite phase do not cancel.
    """
    grid = _grid(sound, rate_hz)
    energy = _energies(sound, grid, progress)
    sounding = energy[energy > LEAST_ENERGY]
    floor = float(np.quantile(sounding, FLOOR_QUANTILE)) if sounding.size else LEAST_ENERGY
    return SoundSignal(
        grid=grid, values=np.log1p(energy / floor), valid=np.ones(grid.count, np.bool_)
    )


def onset(sound: SoundBlocks, rate_hz: float, progress: Progress = SILENT) -> SoundSignal:
    """Spectral flux: rise of the logarithm of 12 bands' energy over 20 ms, summed in each cell.

    Only rises count (half-wave rectified), above a floor for each band, so that faint noise does
    not flicker; bands weigh high and low sounds alike. Spectral flux after Bello et al. (2005), A
    tutorial on onset detection in music signals, IEEE Trans. Speech Audio Process. 13(5).
    """
    fine = _grid(sound, FINE_HZ)
    bands = _band_energies(sound, fine, progress)
    quiet = np.quantile(bands, FLOOR_QUANTILE, axis=0) + LEAST_ENERGY
    level = np.log1p(bands / (10.0 * quiet))
    rise = np.zeros(fine.count)
    # Windows of 25 ms at steps of 10 ms overlap: a rise shows fully over two steps, and its
    # middle lies one step back.
    rise[1:-1] = np.maximum(level[2:] - level[:-2], 0.0).mean(axis=1)
    grid = _grid(sound, rate_hz)
    step = fine.step_ns
    begin = fine.first_edge_ns + np.arange(fine.count, dtype=np.int64) * step
    values, valid = grid.mean_of_spans(begin, begin + step, rise)
    return SoundSignal(grid=grid, values=values, valid=valid)


def transmissions(sound: SoundBlocks, rate_hz: float, progress: Progress = SILENT) -> SoundSignal:
    """1 while the channel was open, 0 while closed, the share of open time in mixed cells."""
    fine, level_db = _levels(sound, progress)
    open_now = _open(level_db)
    begin = fine.first_edge_ns + np.arange(fine.count, dtype=np.int64) * fine.step_ns
    grid = _grid(sound, rate_hz)
    values, valid = grid.mean_of_spans(begin, begin + fine.step_ns, open_now.astype(np.float64))
    return SoundSignal(grid=grid, values=values, valid=valid)


def find_transmissions(sound: SoundBlocks, progress: Progress = SILENT) -> tuple[Transmission, ...]:
    """The stretches during which the channel was open, in order.

    Used to propose breaks: a voice logger joins calls with a tenth of a second of near-silence.
    Ends are known to about ± 10 ms.
    """
    fine, level_db = _levels(sound, progress)
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
        for low, high in _runs(_open(level_db))
    )


def without_holes(
    signal: SoundSignal, sound: SoundSamples, holes_at: Sequence[MediaTime]
) -> SoundSignal:
    """``signal`` masked where the file lacks sound and its reader puts exact silence.

    ``holes_at`` are the places of the ``gap`` notes; the silence is followed to its end.
    """
    valid = signal.valid.copy()
    for at in holes_at:
        begin_ns, end_ns = _silence(sound, at)
        if end_ns > begin_ns:
            edge_ns, step_ns = signal.grid.first_edge_ns, signal.grid.step_ns
            valid[max(0, (begin_ns - edge_ns) // step_ns) : -(-(end_ns - edge_ns) // step_ns)] = (
                False
            )
    return SoundSignal(grid=signal.grid, values=np.where(valid, signal.values, 0.0), valid=valid)


def _silence(sound: SoundSamples, at: MediaTime) -> tuple[int, int]:
    """Begin and end (ns) of the exact silence that starts within 0.1 s of ``at``."""
    rate = sound.sample_rate_hz
    near = (at.ns - sound.start.ns) * rate // NS_PER_S
    first = max(0, near - rate // 10)
    zero = np.all(sound.read(first, rate // 5) == 0, axis=1)
    least = max(rate // 100, 1)  # ten milliseconds: no sound is exactly 0 for so long by chance
    runs = [(low, high) for low, high in _runs(zero) if high - low >= min(least, len(zero))]
    if not runs:
        return 0, 0
    begin = end = first + runs[-1][0]
    while end < sound.samples:
        sounding = np.any(sound.read(end, BLOCK_SAMPLES) != 0, axis=1)
        if sounding.any():
            end += int(sounding.argmax())
            break
        end += len(sounding)
        if len(sounding) == 0:
            break
    return (
        sound.start.ns + begin * NS_PER_S // rate,
        sound.start.ns + end * NS_PER_S // rate,
    )


# -- energies -------------------------------------------------------------------------------------


def _grid(sound: SoundBlocks, rate_hz: float) -> Grid:
    if sound.samples <= 0:
        raise TraceError("The sound of the recording holds no samples.")
    length_ns = sound.samples * NS_PER_S // sound.sample_rate_hz
    return Grid.covering(sound.start.ns, sound.start.ns + length_ns, rate_hz)


def _first_samples(sound: SoundBlocks, grid: Grid) -> NDArray[np.int64]:
    """Shape (count + 1,): the first sample of every cell, and one past the last."""
    # In Python integers: step · rate · count exceeds 64 bits for a day of sound.
    rate, step = sound.sample_rate_hz, grid.step_ns
    edges = [-(-i * step * rate // NS_PER_S) for i in range(grid.count)]
    return np.array([*edges, sound.samples], np.int64)


def _energies(sound: SoundBlocks, grid: Grid, progress: Progress) -> Float:
    """Mean square about the mean in every cell, averaged over channels."""
    edges = _first_samples(sound, grid)
    squares, sums = np.zeros(grid.count), None
    for first, block in sound.blocks(BLOCK_SAMPLES):
        if len(block) == 0:
            continue
        if sums is None:
            sums = np.zeros((grid.count, block.shape[1]))
        low = int(np.searchsorted(edges, first, side="right")) - 1
        high = int(np.searchsorted(edges, first + len(block), side="left"))
        high = min(high, grid.count)
        places = np.maximum(edges[low:high] - first, 0)
        keep = places < len(block)
        places, cells = places[keep], np.arange(low, high)[keep]
        power = np.einsum("ij,ij->i", block, block) / block.shape[1]
        squares[cells] += np.add.reduceat(power, places, dtype=np.float64)
        sums[cells] += np.add.reduceat(block, places, axis=0, dtype=np.float64)
        progress.report(first / sound.samples)
    count = np.maximum(np.diff(edges), 1)
    if sums is None:
        return squares
    mean = sums / count[:, None]
    variance = squares / count - (mean * mean).mean(axis=1)
    return np.asarray(np.maximum(variance, 0.0), np.float64)


def _band_energies(sound: SoundBlocks, fine: Grid, progress: Progress) -> Float:
    """Shape (count, bands): energy of logarithmically spaced bands about each cell's middle."""
    rate = sound.sample_rate_hz
    length = max(16, round(ONSET_WINDOW_S * rate))
    size = int(scipy.fft.next_fast_len(length, real=True))
    window = np.hanning(length + 2)[1:-1].astype(np.float32)
    bands = _bands(rate, size)
    # Middle of each cell less half a window: where its window begins.
    middles = (_first_samples(sound, fine)[:-1] + _first_samples(sound, fine)[1:]) // 2
    begins = middles - length // 2
    out = np.zeros((fine.count, len(bands)))
    kept, kept_first, done = np.zeros(length, np.float32), -length, 0
    for first, block in _closed(sound, length):
        mono = np.concatenate((kept, block))
        ready = int(np.searchsorted(begins, first + len(block) - length, side="right"))
        view = np.lib.stride_tricks.sliding_window_view(mono, length)
        places = begins[done:ready] - kept_first
        for low in range(0, len(places), 2048):
            frames = view[np.clip(places[low : low + 2048], 0, len(view) - 1)] * window
            power = np.abs(scipy.fft.rfft(frames, size, axis=-1)) ** 2
            for k, inside in enumerate(bands):
                out[done + low : done + low + len(frames), k] = power[:, inside].mean(axis=1)
        done = max(done, ready)
        kept = mono[-2 * length :]
        kept_first = first + len(block) - len(kept)
        progress.report(min(first / sound.samples, 1.0))
    return out / length


def _closed(sound: SoundBlocks, tail: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """The sound as one channel, followed by ``tail`` samples of silence."""
    end = 0
    for first, block in sound.blocks(BLOCK_SAMPLES):
        if len(block):
            yield first, block.mean(axis=1, dtype=np.float32)
            end = first + len(block)
    yield end, np.zeros(tail + 1, np.float32)


def _bands(rate_hz: int, size: int) -> list[slice]:
    """Bins of logarithmically spaced bands, none empty, none twice."""
    top = min(ONSET_HIGH_HZ, 0.45 * rate_hz)
    low = min(ONSET_LOW_HZ, 0.1 * top)
    edges = np.unique(np.round(np.geomspace(low, top, ONSET_BANDS + 1) * size / rate_hz))
    return [slice(low, high) for low, high in pairwise(edges.astype(int).tolist())]


# -- squelch --------------------------------------------------------------------------------------


def _levels(sound: SoundBlocks, progress: Progress) -> tuple[Grid, Float]:
    """Level of every hundredth of a second, in dB of full scale."""
    fine = _grid(sound, FINE_HZ)
    energy = _energies(sound, fine, progress)
    return fine, 10.0 * np.log10(np.maximum(energy, LEAST_ENERGY))


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


def _runs(state: Bool) -> list[tuple[int, int]]:
    """(first, one past last) of every run of True."""
    change = np.diff(np.concatenate(([0], state.astype(np.int8), [0])))
    return list(
        zip(
            np.flatnonzero(change == 1).tolist(), np.flatnonzero(change == -1).tolist(), strict=True
        )
    )


def _bridge(state: Bool, shortest: int) -> Bool:
    """``state`` with closures shorter than ``shortest`` samples filled; not at the ends."""
    out = state.copy()
    for low, high in _runs(~state):
        if high - low < shortest and low > 0 and high < len(state):
            out[low:high] = True
    return out


def _without_clicks(state: Bool) -> Bool:
    """Short openings join a near call (key-up, squelch tail) or vanish (interference)."""
    runs = _runs(state)
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
