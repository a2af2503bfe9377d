"""The sound of a recording as one channel at a common rate, any part of it, never the whole."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sync.correlate.resample import HALF_WIDTH, Resampler
from sync.timebase import NS_PER_S, Duration, MediaTime, TimeRange

if TYPE_CHECKING:  # the decoder loads only when it is needed
    from sync.media.sound import SoundReader

Float32 = NDArray[np.float32]

READ_SAMPLES = 1 << 19
# Channels that cancel to below this share of their own level are one signal, one of them reversed.
CANCELLED = 1e-3


class FileSound:
    """A recording's sound (or a part of it) at ``rate_hz``; the reader stays the caller's.

    Sample j is what the resampled whole would hold at ``start`` + j / ``rate_hz``: parts join
    without a seam. Channels are averaged.
    """

    def __init__(
        self, reader: SoundReader, rate_hz: int, span: TimeRange[MediaTime] | None = None
    ) -> None:
        self._reader, native = reader, reader.sample_rate_hz
        first, last = 0, reader.samples
        if span is not None:
            first = max(0, -(-(span.start.ns - reader.start.ns) * native // NS_PER_S))
            last = min(last, -(-(span.end.ns - reader.start.ns) * native // NS_PER_S))
        self._first, self._last = first, max(last, first)
        ratio = Fraction(rate_hz, native)
        self._up, self._down = ratio.numerator, ratio.denominator
        self.rate_hz = float(rate_hz)
        self.count = -(-(self._last - first) * self._up // self._down)
        self.start = MediaTime(reader.start.ns + round(Fraction(first * NS_PER_S, native)))
        self.start_half: Duration = reader.start_half

    def read(self, first: int, count: int) -> Float32:
        """Samples ``first`` … ``first + count - 1``; fewer at the end."""
        last = min(first + count, self.count)
        if last <= first:
            return np.zeros(0, np.float32)
        if self._up == self._down:
            return self._mono(self._first + first, last - first)
        # From whole periods of both rates, early enough that the filter has filled.
        period = max(0, (first - HALF_WIDTH - 2) // self._up - 1)
        at = self._first + period * self._down
        end = self._first + -(-(last + HALF_WIDTH + 2) * self._down // self._up)
        resampler = Resampler(self._down, self._up)
        parts = [
            resampler.push(self._mono(place, min(READ_SAMPLES, min(end, self._last) - place)))
            for place in range(at, min(end, self._last), READ_SAMPLES)
        ]
        parts.append(resampler.finish())
        skipped = first - period * self._up
        return np.concatenate(parts)[skipped : skipped + last - first]

    def _mono(self, first: int, count: int) -> Float32:
        block = self._reader.read(first, count)
        if block.shape[1] == 1:
            return block[:, 0]
        mixed = block.mean(axis=1, dtype=np.float32)
        level, own = float(np.abs(mixed).max(initial=0.0)), float(np.abs(block).max(initial=0.0))
        return block[:, 0] if level < CANCELLED * own else mixed
