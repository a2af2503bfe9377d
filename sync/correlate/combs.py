"""Peaks that repeat at a period: a strobe or an alarm agrees with itself at every cycle.

Each repetition may be too weak to pass for a match by itself; together they show that the best one
is the best of many alike, chosen by noise.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

LONGEST_S = 60.0
# Cycles looked at on either side of the best peak, and the fewest that make a comb.
CYCLES = 12
FEWEST = 4
# Of the mean over the cycles, in its own deviations: some 6,000 periods are tried, so chance
# alone reaches 4.5 in one search of fifty.
BAR = 5.0
PERIOD_STEP = 0.1


def repetitions_of(
    z: Float, n: NDArray[np.int64], lags: NDArray[np.int64], best: int, lobe: int, step_s: float
) -> list[int]:
    """Indices of the peaks that repeat ``best`` at some period and leave it no better than chance.

    Parameters
    ----------
    z, n, lags
        Shapes (m,): score, valid pairs, and lag in samples, ascending.
    best
        Index of the best peak.
    lobe
        Half-width of a peak, in samples: shorter periods cannot be told from it.
    step_s
        Seconds between lags.

    Returns
    -------
    list of int
        The strongest of them first; empty where the score does not repeat, or the best stands out.
    """
    span = int(lags[-1] - lags[0]) + 1
    every = np.full(span, np.nan)
    # Scores of unlike overlaps compare per second of them.
    every[lags - lags[0]] = z * np.sqrt(n[best] / n)
    noise = np.full(span, np.nan)
    noise[lags - lags[0]] = np.sqrt(n[best] / n)
    longest = min(LONGEST_S / step_s, span / FEWEST)
    periods = np.arange(2.0 * lobe, longest, PERIOD_STEP)
    if periods.size == 0:
        return []
    cycle = np.concatenate([np.arange(-CYCLES, 0), np.arange(1, CYCLES + 1)])
    places = np.rint(int(lags[best] - lags[0]) + periods[:, None] * cycle).astype(np.int64)
    inside = (places >= 0) & (places < span)
    at = np.clip(places, 0, span - 1)
    known = inside & np.isfinite(every[at])
    count = known.sum(axis=1)
    total = np.where(known, every[at], 0.0).sum(axis=1)
    spread = np.sqrt(np.where(known, np.square(noise[at]), 0.0).sum(axis=1))
    score = np.where(count >= FEWEST, total / np.maximum(spread, 1e-9), 0.0)
    row = int(score.argmax())
    if score[row] < BAR:
        return []
    usual = float(total[row] / count[row])
    # The best of `count` alike exceeds their mean by √(2 ln count), and 2 more once in fifty.
    if float(z[best]) - usual > math.sqrt(2.0 * math.log(float(count[row]))) + 2.0:
        return []
    index_of = {int(lag - lags[0]): index for index, lag in enumerate(lags)}
    found = [index_of[int(place)] for place in places[row][known[row]]]
    return sorted(found, key=lambda index: -float(z[index]))
