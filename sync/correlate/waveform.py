"""Correlating two whitened sounds at every lag, by whole samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from sync.correlate.ncc import fft_length

Float = NDArray[np.float64]
Float32 = NDArray[np.float32]

# Energies are summed over this long for the scale of the statistic: loudness changes slowly.
ENERGY_BIN_S = 0.01
# No credit for overlaps in which both are nearly silent.
FLOOR_SHARE = 0.05
# Lags at a time, so that the scale of an hour of lags is never one float64 array.
LAGS_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class LagScores:
    """z at the lags ``first``, ``first`` + 1, …; lag L pairs a[i] with b[i + L]."""

    first: int
    z: Float32
    """Self-normalised correlation; 0 at lags with too little overlap."""
    n: Float32
    """Sounding pairs at each lag."""
    searched: NDArray[np.bool_]
    """Where the overlap was enough."""

    def lag(self, index: int) -> int:
        """Lag of a place in ``z``."""
        return self.first + index

    def at_border(self, index: int) -> bool:
        """True where a neighbour of ``index`` was not searched."""
        if len(self.z) < 2:
            return False
        inside = 0 < index < len(self.z) - 1
        return not (inside and self.searched[index - 1] and self.searched[index + 1])


def correlate_sounds(
    a: Float32, b: Float32, lags: tuple[int, int], min_overlap: float, bin_length: int
) -> LagScores:
    """z(L) = Σ a_i b_{i+L} / √max(Σ a² b², 0.05 n) at every lag from lags[0] to lags[1].

    Parameters
    ----------
    a, b
        Whitened sounds at one rate; 0 where they are silent.
    min_overlap
        Fewest sounding pairs at which a lag counts as searched.
    bin_length
        Samples over which energies are summed before they are multiplied: exact up to what varies
        inside a bin, without three more transforms of the full length.
    """
    low, high = lags
    count = max(high - low + 1, 0)
    z, n = np.zeros(count, np.float32), np.zeros(count, np.float32)
    if count:
        size = fft_length(len(a), len(b))
        spectrum = scipy.fft.rfft(a, size, workers=2)
        np.conj(spectrum, out=spectrum)
        spectrum *= scipy.fft.rfft(b, size, workers=2)
        whole = scipy.fft.irfft(spectrum, size, workers=2)
        del spectrum
        energy = _BinnedProduct(a * a, b * b, bin_length)
        sounding = _BinnedProduct(_sounds(a), _sounds(b), bin_length)
        for begin in range(low, high + 1, LAGS_AT_ONCE):
            part = np.arange(begin, min(begin + LAGS_AT_ONCE, high + 1))
            place = slice(begin - low, begin - low + len(part))
            pairs = np.maximum(sounding.at(part), 0.0)
            n[place] = pairs
            scale = np.maximum(np.maximum(energy.at(part), FLOOR_SHARE * pairs), 1e-9)
            z[place] = whole[part % size] / np.sqrt(scale)
    searched = n >= min_overlap
    z[~searched] = 0.0
    return LagScores(low, z, n, searched)


def _sounds(values: Float32) -> Float32:
    return np.asarray(values != 0, np.float32)


def binned(values: Float32, length: int) -> Float:
    """Sums over ``length`` samples; the last one over what is left."""
    count = -(-len(values) // length)
    padded = np.zeros(count * length, np.float32)
    padded[: len(values)] = values
    return np.asarray(padded.reshape(count, length).sum(axis=1, dtype=np.float64), np.float64)


class _BinnedProduct:
    """Σ x_i y_{i+L} from sums over bins, interpolated between whole bins of lag."""

    def __init__(self, x: Float32, y: Float32, length: int) -> None:
        first, second = binned(x, length), binned(y, length)
        size = fft_length(len(first), len(second))
        spectrum = np.conj(scipy.fft.rfft(first, size)) * scipy.fft.rfft(second, size)
        self._bins = np.arange(-(len(first) - 1), len(second))
        self._sums = scipy.fft.irfft(spectrum, size)[self._bins % size] / length
        self._length = length

    def at(self, lags: NDArray[np.int64]) -> Float:
        return np.asarray(np.interp(lags / self._length, self._bins, self._sums), np.float64)
