"""What is shown of a candidate: the moments that carry it, and the curve it stands on."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sync.correlate.result import Coincidence, Curve

Float = NDArray[np.float64]

CURVE_POINTS = 4000
# Contributions within ± 1 s are one moment; removing it is the test for a lone event.
MOMENT_S = 1.0
MOMENTS = 3


def strongest_moments(
    product: Float, step_s: float, first_a_s: float, first_b_s: float, moment_s: float = MOMENT_S
) -> tuple[Coincidence, ...]:
    """The three moments that carry most of a score, and their shares of it.

    Parameters
    ----------
    product
        Shape (n,): what each sample of the overlap adds to the score.
    step_s
        Seconds between samples.
    first_a_s, first_b_s
        Media times of the first sample, in A and in B.
    moment_s
        Half-length of a moment.
    """
    total = float(product.sum())
    if product.size == 0 or total <= 0:
        return ()
    half = max(1, round(moment_s / step_s))
    left = product.copy()
    found: list[tuple[int, float]] = []
    for _ in range(MOMENTS):
        sums = np.convolve(left, np.ones(2 * half + 1))[half : half + len(left)]
        middle = int(sums.argmax())
        if sums[middle] <= 0:
            break
        low, high = max(0, middle - half), min(len(left), middle + half + 1)
        # The moment itself is where the contribution peaks, not the middle of the second.
        found.append((low + int(left[low:high].argmax()), float(sums[middle])))
        left[low:high] = 0.0
    # Negative contributions elsewhere can make the parts larger than the whole.
    whole = max(total, sum(part for _, part in found))
    return tuple(
        Coincidence(
            time_a_s=first_a_s + index * step_s,
            time_b_s=first_b_s + index * step_s,
            share=part / whole,
        )
        for index, part in found
    )


def decimated_curve(
    score: NDArray[np.floating], zero_s: float, first_lag: int, step_s: float, bar: float | None
) -> Curve:
    """At most 4000 points: of every run of neighbours the largest score, at its own place.

    Parameters
    ----------
    score
        Shape (n,): scores at the lags ``first_lag``, ``first_lag`` + 1, …
    zero_s, step_s
        The offset at lag L is ``zero_s`` - L · ``step_s``; offsets of the curve ascend.
    bar
        Score at which p is 0.01.
    """
    run = max(1, math.ceil(len(score) / CURVE_POINTS))
    index = np.arange(len(score)) if run == 1 else _largest_of_runs(score, run)
    index = index[::-1]
    return Curve(
        offset_s=np.asarray(zero_s - (first_lag + index) * step_s, np.float64),
        score=np.asarray(score[index], np.float64),
        threshold=bar,
    )


def _largest_of_runs(score: NDArray[np.floating], run: int) -> NDArray[np.int64]:
    """Index of the largest score in every ``run`` neighbours (the last run may be shorter)."""
    whole = len(score) // run
    starts = np.arange(0, len(score), run, dtype=np.int64)
    starts[:whole] += score[: whole * run].reshape(whole, run).argmax(axis=1)
    if len(score) > whole * run:
        starts[-1] += int(score[whole * run :].argmax())
    return starts
