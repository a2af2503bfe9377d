"""Bringing sound to a lower sampling rate, block by block, without moving it in time."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

# Half-length of the filter in output samples: 80 dB of stop band with this Kaiser window.
HALF_WIDTH = 24
KAISER_BETA = 8.0
# Pass band up to this share of the output's half rate.
CUTOFF = 0.94


@lru_cache(maxsize=16)
def _taps(reach: int, slower: int, up: int) -> Float32:
    """The filter in the common upsampled rate; made once, for short parts are resampled often."""
    at = np.arange(-reach, reach + 1)
    taps = np.sinc(CUTOFF * at / slower) * np.kaiser(len(at), KAISER_BETA)
    return np.asarray(taps * (up / taps.sum()), np.float32)


class Resampler:
    """Polyphase resampling of one channel: output sample j is at input time j · rate_in / rate_out.

    The filter is symmetric and centred, so nothing is delayed; feed blocks with :meth:`push`,
    then call :meth:`finish`.
    """

    def __init__(self, rate_in_hz: int, rate_out_hz: int) -> None:
        ratio = Fraction(rate_out_hz, rate_in_hz)
        self._up, self._down = ratio.numerator, ratio.denominator
        slower = max(self._up, self._down)
        self._reach = HALF_WIDTH * slower  # of the filter, in the common upsampled rate
        self._taps = _taps(self._reach, slower, self._up)
        self._same = ratio == 1
        # Input samples kept from earlier blocks; virtual silence before the first.
        self._margin = -(-self._reach // self._up) + 1
        self._kept = np.zeros(0, np.float32)
        self._kept_first = 0
        self._taken = 0
        self._made = 0

    def push(self, block: Float32) -> Float32:
        """The output that ``block`` completes."""
        if self._same:
            return block
        self._kept = np.concatenate((self._kept, block))
        self._taken += len(block)
        # Output j needs input up to (j · down + reach) / up.
        ready = ((self._taken - 1) * self._up - self._reach) // self._down + 1
        return self._make(max(ready, self._made))

    def finish(self) -> Float32:
        """What is left, with silence after the end."""
        if self._same:
            return np.zeros(0, np.float32)
        return self._make(max(-(-self._taken * self._up // self._down), self._made))

    def _make(self, until: int) -> Float32:
        """Output samples from the last one made to ``until`` (not included)."""
        if until <= self._made:
            return np.zeros(0, np.float32)
        from scipy.signal import upfirdn  # slow to import; only sound searches need it

        # A start on a whole period of both rates keeps the filter's phase.
        period = self._made // self._up
        skip = self._made - period * self._up
        first = period * self._down - self._margin
        last = ((until - 1) * self._down + self._reach) // self._up + 1
        part = self._slice(first, last)
        # In the upsampled rate the first output lies margin · up + skip · down into the part.
        lead = (-(self._margin * self._up + self._reach)) % self._down
        padded = np.concatenate((np.zeros(lead, np.float32), self._taps))
        whole = np.asarray(upfirdn(padded, part, self._up, self._down), np.float32)
        at = (self._margin * self._up + self._reach + lead) // self._down + skip
        out = whole[at : at + until - self._made]
        self._made = until
        self._drop()
        return out

    def _slice(self, first: int, last: int) -> Float32:
        """Input samples ``first`` … ``last - 1``; silence outside the recording."""
        low, high = max(first, self._kept_first), min(last, self._kept_first + len(self._kept))
        part = self._kept[low - self._kept_first : max(high, low) - self._kept_first]
        before, after = low - first, max(last - max(high, low), 0)
        return np.concatenate((np.zeros(before, np.float32), part, np.zeros(after, np.float32)))

    def _drop(self) -> None:
        """Forget input that no later output needs."""
        needed = (self._made // self._up) * self._down - self._margin - 1
        gone = min(max(needed - self._kept_first, 0), len(self._kept))
        self._kept = self._kept[gone:]
        self._kept_first += gone
