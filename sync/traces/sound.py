"""Traces of the sound: its loudness and its onsets; and what is masked of every sound trace."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from sync.timebase import NS_PER_S, MediaTime
from sync.traces.grid import Float
from sync.traces.sound_cells import (
    BLOCK_SAMPLES,
    FINE_HZ,
    LEAST_ENERGY,
    Energies,
    SoundBlocks,
    SoundSamples,
    SoundSignal,
    Spectra,
    coarser,
    grid_of,
    runs_of,
)
from sync.traces.squelch import find_transmissions

__all__ = ["Envelope", "Onset", "find_transmissions", "without_holes"]

# Loudness is counted from the level that the quietest tenth of the recording stays below.
FLOOR_QUANTILE = 0.1

ONSET_BANDS = 12
ONSET_LOW_HZ, ONSET_HIGH_HZ = 100.0, 6000.0
ONSET_WINDOW_S = 0.025


class Envelope:
    """Loudness: log(1 + energy / floor), the mean square of each cell against the quiet level.

    Natural logarithm; the mean level of the cell (a direct-current offset) is left out. The
    energies of all channels are averaged, so channels in opposite phase do not cancel.
    """

    def __init__(self, sound: SoundBlocks, rate_hz: float) -> None:
        self._grid = grid_of(sound, rate_hz)
        self._energies = Energies(sound, self._grid)
        self.add = self._energies.add

    def signal(self) -> SoundSignal:
        """Natural logarithms, 0 in silence."""
        energy = self._energies.result()
        sounding = energy[energy > LEAST_ENERGY]
        floor = float(np.quantile(sounding, FLOOR_QUANTILE)) if sounding.size else LEAST_ENERGY
        valid = np.ones(self._grid.count, np.bool_)
        return SoundSignal(grid=self._grid, values=np.log1p(energy / floor), valid=valid)


class Onset:
    """Spectral flux: rise of the logarithm of 12 bands' energy over 20 ms, summed in each cell.

    Only rises count (half-wave rectified), above a floor for each band, so that faint noise does
    not flicker; bands weigh high and low sounds alike. Spectral flux after Bello et al. (2005), A
    tutorial on onset detection in music signals, IEEE Trans. Speech Audio Process. 13(5).
    """

    def __init__(self, sound: SoundBlocks, rate_hz: float) -> None:
        rate = sound.sample_rate_hz
        self._grid = grid_of(sound, rate_hz)
        size = int(scipy.fft.next_fast_len(max(16, round(ONSET_WINDOW_S * rate)), real=True))
        bands = _bands(rate, size)

        def band_energies(power: NDArray[np.float32]) -> Float:
            return np.stack([power[:, of].mean(axis=1) for of in bands], axis=1)

        self._spectra = Spectra(sound, FINE_HZ, ONSET_WINDOW_S, band_energies)
        self.add = self._spectra.add

    def signal(self) -> SoundSignal:
        """Natural logarithms of a ratio of energies, 0 where nothing rises."""
        fine = self._spectra.grid
        bands = self._spectra.result() / self._spectra.length
        quiet = np.quantile(bands, FLOOR_QUANTILE, axis=0) + LEAST_ENERGY
        level = np.log1p(bands / (10.0 * quiet))
        rise = np.zeros(fine.count)
        # Windows of 25 ms at steps of 10 ms overlap: a rise shows fully over two steps, and its
        # middle lies one step back.
        rise[1:-1] = np.maximum(level[2:] - level[:-2], 0.0).mean(axis=1)
        return coarser(rise, fine, self._grid)


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
    runs = [(low, high) for low, high in runs_of(zero) if high - low >= min(least, len(zero))]
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


def _bands(rate_hz: int, size: int) -> list[slice]:
    """Bins of logarithmically spaced bands, none empty, none twice."""
    top = min(ONSET_HIGH_HZ, 0.45 * rate_hz)
    low = min(ONSET_LOW_HZ, 0.1 * top)
    edges = np.unique(np.round(np.geomspace(low, top, ONSET_BANDS + 1) * size / rate_hz))
    return [slice(low, high) for low, high in pairwise(edges.astype(int).tolist())]
