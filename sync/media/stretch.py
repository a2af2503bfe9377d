"""Sound slower or faster at its own pitch, for understanding speech; never for placing an onset.

WSOLA: W. Verhelst and M. Roelands, "An overlap-add technique based on waveform similarity (WSOLA)
for high quality time-scale modification of speech", ICASSP 1993. Pieces of the sound are laid over
each other at another spacing; each is taken where, near its due place, it goes on best from the
piece before. So what is heard is up to 30 ms of the recording away from where it belongs (half a
piece, and the search), but each piece is placed anew: the error does not grow.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

_PIECE_S = 0.04
"""Two to four periods of a voice: shorter pieces break low voices, longer ones double consonants.
"""
_SEARCH_S = 0.01
"""Either way: one period of a voice of 50 Hz fits between."""


class Stretch:
    """One sound, read in order.

    Parameters
    ----------
    read
        Gives the next n samples, (n, channels) float32, without end.
    rate
        Seconds of sound in a second of output; above zero.
    rate_hz
        Samples a second, of both.
    """

    def __init__(self, read: Callable[[int], Samples], rate: float, rate_hz: int) -> None:
        if rate <= 0:
            raise ValueError("sound is stretched forwards")
        self._read, self._rate = read, rate
        self._hop = max(16, round(_PIECE_S * rate_hz / 2))
        self._search = max(4, round(_SEARCH_S * rate_hz))
        self._window = np.hanning(2 * self._hop + 1)[:-1].astype(np.float32)[:, None]
        self._held = np.zeros((self._hop, read(0).shape[1]), np.float32)
        self._first = -self._hop
        """Number of the first sample held; before the sound there is silence."""
        self._pieces = 0
        self._goes_on: NDArray[np.float32] | None = None
        """What would follow the last piece in the sound itself, mono."""
        self._tail = self._made = self._held[:0]

    def take(self, count: int) -> Samples:
        """The next ``count`` samples, (count, channels) float32."""
        parts, have = [self._made], len(self._made)
        while have < count:
            parts.append(self._piece())
            have += self._hop
        made = np.concatenate(parts)
        self._made = made[count:]
        return made[:count]

    def _piece(self) -> Samples:
        """Half a piece of output: the end of one laid over the beginning of the next."""
        # The middle of a piece is where it belongs.
        due = round((self._pieces + 1) * self._hop * self._rate) - self._hop
        self._forget(due - self._search)
        at = due if self._goes_on is None else self._best(due)
        piece = self._at(at, 2 * self._hop)
        if self._goes_on is None:
            self._tail = piece[: self._hop] * self._window[self._hop :]
        made = self._tail + piece[: self._hop] * self._window[: self._hop]
        self._tail = piece[self._hop :] * self._window[self._hop :]
        self._goes_on = self._at(at + self._hop, 2 * self._hop).mean(axis=1)
        self._pieces += 1
        return made

    def _best(self, due: int) -> int:
        """Where near ``due`` the sound is most like what should follow."""
        assert self._goes_on is not None
        low = max(-self._hop, due - self._search)
        length = 2 * self._hop
        seen = self._at(low, due + self._search - low + length).mean(axis=1)
        size = 1 << (len(seen) - 1).bit_length()
        product = np.fft.rfft(seen, size) * np.conj(np.fft.rfft(self._goes_on, size))
        alike = np.fft.irfft(product, size)[: len(seen) - length + 1]
        total = np.concatenate(([0.0], np.cumsum(seen.astype(np.float64) ** 2)))
        power = total[length:] - total[:-length]
        if power.max() < 1e-9:
            return due
        return low + int(np.argmax(alike / np.sqrt(power + 1e-3 * power.max())))

    def _at(self, first: int, count: int) -> Samples:
        short = first + count - self._first - len(self._held)
        if short > 0:
            self._held = np.concatenate((self._held, self._read(max(short, 8 * self._hop))))
        return self._held[first - self._first : first - self._first + count]

    def _forget(self, before: int) -> None:
        gone = min(max(0, before - self._first), len(self._held))
        self._held, self._first = self._held[gone:], self._first + gone
