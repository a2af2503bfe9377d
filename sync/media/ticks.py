"""Presentation timestamps in ticks to whole nanoseconds, exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sync.timebase import NS_PER_S

NO_TIME = np.iinfo(np.int64).min
"""Stands for a timestamp the file does not have, in arrays of ticks."""


_FURTHEST_NS = 1 << 62
"""146 years either way: differences of two such times still fit 64 bits, and every epoch a
recorder counts from is nearer."""


def furthest_tick(time_base: Fraction) -> int:
    """The largest timestamp, either way, whose time can be reckoned with; others are damage."""
    return int(_FURTHEST_NS / (time_base * NS_PER_S))


def ticks_to_ns(ticks: NDArray[np.int64], time_base: Fraction) -> NDArray[np.int64]:
    """Nearest nanosecond of ``ticks`` × ``time_base`` seconds; int64 in and out.

    Exact for every time base with a denominator below 9.2e9: whole seconds and the rest are
    scaled apart, because ticks × 1e9 overflows int64 for a wrapped MPEG clock.
    """
    num, den = time_base.numerator, time_base.denominator
    whole, rest = np.divmod(ticks.astype(np.int64) * num, den)
    return np.asarray(whole * NS_PER_S + (rest * NS_PER_S + den // 2) // den, dtype=np.int64)


def tick_to_ns(tick: int, time_base: Fraction) -> int:
    """Nearest nanosecond of one timestamp."""
    return (tick * time_base.numerator * NS_PER_S * 2 + time_base.denominator) // (
        2 * time_base.denominator
    )
