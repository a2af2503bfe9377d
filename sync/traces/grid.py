"""The even grid that traces live on, and putting uneven observations onto it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sync.timebase import NS_PER_S, MediaTime

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Int = NDArray[np.int64]

# Grid of slow signals: people and speech change over tenths of a second.
SLOW_HZ = 10.0
# Grid of instants (flash, onset): as fine as an ordinary camera's pictures.
FAST_HZ = 25.0


@dataclass(frozen=True, slots=True)
class Grid:
    """``count`` cells of ``step_ns``; sample i stands for the middle of cell i."""

    first_edge_ns: int
    step_ns: int
    count: int

    @classmethod
    def covering(cls, begin_ns: int, end_ns: int, rate_hz: float) -> Grid:
        """Cells edge to edge from ``begin_ns``; the last may reach beyond ``end_ns``."""
        step_ns = round(NS_PER_S / rate_hz)
        return cls(begin_ns, step_ns, max(1, -(-(end_ns - begin_ns) // step_ns)))

    @property
    def start(self) -> MediaTime:
        """Media time of sample 0: the middle of the first cell."""
        return MediaTime(self.first_edge_ns + self.step_ns // 2)

    def mean_of_spans(self, begin_ns: Int, end_ns: Int, value: Float) -> tuple[Float, Bool]:
        """Time-weighted mean in each cell of values that hold over spans.

        Parameters
        ----------
        begin_ns, end_ns
            Shapes (m,): spans in ascending order that do not overlap; between them nothing is
            known.
        value
            Shape (m,).

        Returns
        -------
        values, valid : shape (count,); valid where at least half of the cell is known. The last
            cell needs less: it is cut off by the end of the recording.
        """
        # Integrals in float64 relative to the grid: exact to a nanosecond over a month.
        begin = (begin_ns - self.first_edge_ns) / self.step_ns
        end = (end_ns - self.first_edge_ns) / self.step_ns
        at = np.empty(2 * len(begin))
        at[0::2], at[1::2] = begin, end
        edges = np.arange(self.count + 1, dtype=np.float64)
        covered = _increments(at, end - begin, edges)
        total = _increments(at, (end - begin) * value, edges)
        valid = covered >= 0.5
        if self.count and end.size and end[-1] < self.count:
            valid[-1] |= covered[-1] >= 0.9 * max(end[-1] - (self.count - 1), 1e-9)
        values = np.where(valid, total / np.maximum(covered, 1e-12), 0.0)
        return values, valid


def _increments(at: Float, amount: Float, edges: Float) -> Float:
    """How much of the spans' ``amount`` lies in each cell; ``at`` alternates begins and ends."""
    whole = np.zeros(len(at))
    ends = np.cumsum(amount)
    whole[1::2] = ends
    whole[2::2] = ends[:-1]
    if len(at) == 0:
        return np.zeros(len(edges) - 1)
    return np.asarray(np.diff(np.interp(edges, at, whole)), np.float64)
