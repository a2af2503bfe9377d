"""Which presentation numbers the frames of each packet have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class FrameNumbers:
    """Which presentation numbers a packet's frames have; arrays, for recordings of many hours."""

    def __init__(self, ordinal: NDArray[np.int32], packets: int) -> None:
        self._number = np.argsort(ordinal, kind="stable").astype(np.int32)
        counts = np.bincount(ordinal[ordinal >= 0], minlength=packets)
        ends = np.cumsum(counts) + int(np.count_nonzero(ordinal < 0))
        self._begin = np.concatenate(([ends[0] - counts[0]], ends)).astype(np.int32)

    def nth(self, ordinal: int, n: int) -> int:
        """Number of the ``n``-th frame of packet ``ordinal``; −1 where it has no such frame."""
        if not 0 <= ordinal < len(self._begin) - 1:
            return -1
        at = int(self._begin[ordinal]) + n
        return int(self._number[at]) if at < self._begin[ordinal + 1] else -1

    def last(self, ordinal: int) -> int:
        """Highest number of its frames; −1 where it shows none."""
        end = int(self._begin[ordinal + 1])
        return int(self._number[end - 1]) if end > self._begin[ordinal] else -1

    def first(self, ordinals: NDArray[np.int64]) -> NDArray[np.int64]:
        """Lowest number of each packet's frames; −1 where it shows none."""
        begin = self._begin[ordinals]
        shown = begin < self._begin[ordinals + 1]
        inside = np.minimum(begin, len(self._number) - 1)
        return np.where(shown, self._number[inside], -1).astype(np.int64)
