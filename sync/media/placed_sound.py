"""Sound put on another clock: samples at any place between samples, at any rate.

Each sample wanted is a weighted sum of its neighbours (a sinc cut to 32 of them by a Kaiser
window; Smith & Gossett 1984), so that a clock that drifts by parts in a million moves the sound by
exactly that, without steps and without clicks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sync.media.sound import SoundReader
from sync.timebase import NS_PER_S, MediaTime

_TAPS = 32
_PHASES = 1024
"""Places between two samples: the nearest is off by 1/2048 of one, which leaves an error of
−60 dB at the top of the band and less below: under the noise of any radio."""
_BETA = 8.0
"""Of the Kaiser window: what lies beyond the band is 80 dB down."""


class PlacedSound:
    """Reads a recording's sound at evenly spaced media times.

    Parameters
    ----------
    reader
        All channels of it are kept; more than two are mixed to one.
    rate_hz
        Of the samples wanted.
    """

    def __init__(self, reader: SoundReader, rate_hz: int) -> None:
        self._reader = reader
        self._rate_hz = rate_hz
        self.channels = reader.channels if reader.channels <= 2 else 1
        self._table = _kernel(min(1.0, rate_hz / reader.sample_rate_hz))

    def read(self, first: MediaTime, last: MediaTime, count: int) -> NDArray[np.float32]:
        """``count`` samples, (count, channels), from ``first`` on in steps of (last − first)/count.

        Silence where the recording has none.
        """
        own_hz = self._reader.sample_rate_hz
        start = (first.ns - self._reader.start.ns) * own_hz / NS_PER_S
        step = (last.ns - first.ns) * own_hz / NS_PER_S / count
        at = start + step * np.arange(count)
        whole = np.floor(at).astype(np.int64)
        phase = np.rint((at - whole) * _PHASES).astype(np.int64)
        low = int(whole[0]) - _TAPS // 2 + 1
        held = self._held(low, int(whole[-1]) + _TAPS // 2 + 1)
        places = (whole - low - _TAPS // 2 + 1)[:, None] + np.arange(_TAPS)
        found: NDArray[np.float32] = np.einsum("nt,ntc->nc", self._table[phase], held[places])
        return found

    def _held(self, low: int, high: int) -> NDArray[np.float32]:
        """Samples ``low`` … ``high`` (exclusive), zero where there are none."""
        held = np.zeros((high - low, self.channels), np.float32)
        begin, end = max(low, 0), min(high, self._reader.samples)
        if begin < end:
            block = self._reader.read(begin, end - begin)
            if self._reader.channels > 2:
                block = block.mean(axis=1, keepdims=True)
            held[begin - low : begin - low + len(block)] = block
        return held


def _kernel(cutoff: float) -> NDArray[np.float32]:
    """(phases + 1, taps): weights of the neighbours of a place; each row sums to 1."""
    offset = np.arange(_TAPS)[None, :] - (_TAPS // 2 - 1)
    x = offset - np.arange(_PHASES + 1)[:, None] / _PHASES
    inside = np.clip(1 - (x / (_TAPS / 2)) ** 2, 0, 1)
    weights = np.sinc(cutoff * x) * np.i0(_BETA * np.sqrt(inside)) / np.i0(_BETA)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights.astype(np.float32)
