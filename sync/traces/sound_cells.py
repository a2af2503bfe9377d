"""Sound as a few numbers a cell: energies and spectra, computed from blocks as they are read.

What is kept is a few numbers for each hundredth of a second, so hours of sound take little memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
# Full scale of 16 bit is 96 dB down: anything below is silence.
LEAST_ENERGY = 1e-10
SILENCE_DB = -99.0
# 16 MB of windows at 8 kHz.
SPECTRA_AT_ONCE = 2048


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


class Reading(Protocol):
    """One signal while the sound is read: fed block after block, then asked for."""

    def add(self, first: int, block: NDArray[np.float32]) -> None:
        """(n, channels) samples from number ``first`` on; blocks follow one another."""

    def signal(self) -> SoundSignal:
        """The signal, once all blocks are in."""


def read_once(
    sound: SoundBlocks, readings: Sequence[Reading], progress: Progress = SILENT
) -> tuple[SoundSignal, ...]:
    """Any number of signals from one pass through the sound, in the order of ``readings``."""
    read_blocks(sound, [reading.add for reading in readings], progress)
    return tuple(reading.signal() for reading in readings)


def read_blocks(
    sound: SoundBlocks,
    takers: Sequence[Callable[[int, NDArray[np.float32]], None]],
    progress: Progress,
) -> None:
    """Hand every block of the sound to every taker."""
    for first, block in sound.blocks(BLOCK_SAMPLES):
        if len(block):
            for take in takers:
                take(first, block)
        progress.report(min(first / sound.samples, 1.0))


def grid_of(sound: SoundBlocks, rate_hz: float) -> Grid:
    """Cells from the first sample to the last.

    Raises
    ------
    TraceError
        When there are no samples.
    """
    if sound.samples <= 0:
        raise TraceError("The sound of the recording holds no samples.")
    length_ns = sound.samples * NS_PER_S // sound.sample_rate_hz
    return Grid.covering(sound.start.ns, sound.start.ns + length_ns, rate_hz)


def coarser(values: Float, fine: Grid, grid: Grid) -> SoundSignal:
    """Values on a fine grid as means of the cells of a coarser one."""
    begin = fine.first_edge_ns + np.arange(fine.count, dtype=np.int64) * fine.step_ns
    mean, valid = grid.mean_of_spans(begin, begin + fine.step_ns, values)
    return SoundSignal(grid=grid, values=mean, valid=valid)


def decibels(energy: Float) -> Float:
    """Mean squares as dB of full scale."""
    return np.asarray(10.0 * np.log10(np.maximum(energy, LEAST_ENERGY)))


def _first_samples(sound: SoundBlocks, grid: Grid) -> NDArray[np.int64]:
    """Shape (count + 1,): the first sample of every cell, and one past the last."""
    # In Python integers: step · rate · count exceeds 64 bits for a day of sound.
    rate, step = sound.sample_rate_hz, grid.step_ns
    edges = [-(-i * step * rate // NS_PER_S) for i in range(grid.count)]
    return np.array([*edges, sound.samples], np.int64)


class Energies:
    """Mean square about the mean in every cell of a grid, averaged over channels."""

    def __init__(self, sound: SoundBlocks, grid: Grid) -> None:
        self._edges = _first_samples(sound, grid)
        self._squares = np.zeros(grid.count)
        self._sums: Float | None = None

    def add(self, first: int, block: NDArray[np.float32]) -> None:
        """The next samples."""
        if self._sums is None:
            self._sums = np.zeros((len(self._squares), block.shape[1]))
        edges, count = self._edges, len(self._squares)
        low = int(np.searchsorted(edges, first, side="right")) - 1
        high = min(int(np.searchsorted(edges, first + len(block), side="left")), count)
        places = np.maximum(edges[low:high] - first, 0)
        keep = places < len(block)
        places, cells = places[keep], np.arange(low, high)[keep]
        power = np.einsum("ij,ij->i", block, block) / block.shape[1]
        self._squares[cells] += np.add.reduceat(power, places, dtype=np.float64)
        self._sums[cells] += np.add.reduceat(block, places, axis=0, dtype=np.float64)

    def result(self) -> Float:
        """Shape (count,), full scale 1."""
        if self._sums is None:
            return self._squares
        count = np.maximum(np.diff(self._edges), 1)
        mean = self._sums / count[:, None]
        variance = self._squares / count - (mean * mean).mean(axis=1)
        return np.asarray(np.maximum(variance, 0.0), np.float64)


class Spectra:
    """What is wanted of the power spectrum about the middle of every cell, all channels mixed.

    ``of`` takes (n, bins) power per bin and gives (n, k) numbers to keep; windows are Hann's, of
    ``length`` samples, transformed at ``size``.
    """

    def __init__(
        self,
        sound: SoundBlocks,
        rate_hz: float,
        window_s: float,
        of: Callable[[NDArray[np.float32]], Float],
    ) -> None:
        self.grid = grid_of(sound, rate_hz)
        self.length = max(16, round(window_s * sound.sample_rate_hz))
        self.size = int(scipy.fft.next_fast_len(self.length, real=True))
        self._window = np.hanning(self.length + 2)[1:-1].astype(np.float32)
        self._of = of
        edges = _first_samples(sound, self.grid)
        # Middle of each cell less half a window: where its window begins.
        self._begins = (edges[:-1] + edges[1:]) // 2 - self.length // 2
        self._kept, self._kept_first = np.zeros(self.length, np.float32), -self.length
        self._out: list[Float] = []
        self._done = 0

    def add(self, first: int, block: NDArray[np.float32]) -> None:
        """The next samples."""
        self._take(block.mean(axis=1, dtype=np.float32))

    def result(self) -> Float:
        """Shape (cells, k); the sound is followed by silence."""
        self._take(np.zeros(self.length + 1, np.float32))
        return np.concatenate(self._out)

    def _take(self, samples: NDArray[np.float32]) -> None:
        length = self.length
        mono = np.concatenate((self._kept, samples))
        end = self._kept_first + len(mono)
        ready = int(np.searchsorted(self._begins, end - length, side="right"))
        view = np.lib.stride_tricks.sliding_window_view(mono, length)
        places = self._begins[self._done : ready] - self._kept_first
        for low in range(0, len(places), SPECTRA_AT_ONCE):
            at = np.clip(places[low : low + SPECTRA_AT_ONCE], 0, len(view) - 1)
            spectrum = scipy.fft.rfft(view[at] * self._window, self.size, axis=-1)
            self._out.append(self._of(spectrum.real**2 + spectrum.imag**2))
        self._done = max(self._done, ready)
        self._kept = mono[-2 * length :]
        self._kept_first = end - len(self._kept)


def runs_of(state: Bool) -> list[tuple[int, int]]:
    """(first, one past last) of every run of True."""
    change = np.diff(np.concatenate(([0], state.astype(np.int8), [0])))
    return list(
        zip(
            np.flatnonzero(change == 1).tolist(), np.flatnonzero(change == -1).tolist(), strict=True
        )
    )
