"""The smallest single mistake in one observation that would change a verdict."""

from __future__ import annotations

import math

import numpy as np

from sync.adjustment.adjust import Adjustment
from sync.adjustment.findings import Finding
from sync.adjustment.inputs import Inputs
from sync.adjustment.network import Function
from sync.adjustment.words import counted, two_figures
from sync.evidence import Mark

LEAST_GAIN = 1e-6
"""A mistake that has to be a million times the shift it makes is none anybody could make."""


def flips_if(
    inputs: Inputs, adjustment: Adjustment, difference: Function, found: Finding, then: str
) -> tuple[str, ...]:
    """What would flip the verdict: the smallest mistake and, where the other evidence would show
    that one, the smallest that it might not show.

    A mistake ∇ in row i moves the range by g_i·∇; one of at least the row's minimal detectable bias
    is noticed with 80 % power (Baarda).

    Parameters
    ----------
    found
        A finding by observations alone: its range is moved as it is.
    then
        What a mistake would lead to, for an order that is not resolved.
    """
    if found.low_s is None or found.high_s is None or found.limited is not None:
        return ()
    if found.verdict == "a-before-b":
        margin = found.low_s
    elif found.verdict == "b-before-a":
        margin = -found.high_s
    else:
        margin = min(-found.low_s, found.high_s)
    g = np.abs(adjustment.gains(difference))
    needed = sorted(
        (margin / float(g[i]), row.label, i)
        for i, row in enumerate(adjustment.rows)
        if g[i] > LEAST_GAIN and row.kind not in ("quantity", "drift-prior")
    )
    hidden = [entry for entry in needed if not _shown(adjustment, entry[2], entry[0])]
    smallest = dict.fromkeys([*needed[:1], *hidden[:1]])
    marks = {item.id: item for item in inputs.evidence if isinstance(item, Mark)}
    return tuple(
        f"a mistake of {_size(marks.get(adjustment.rows[i].id), mistake)} in {label}, "
        f"{_noticed(adjustment, i, mistake)}{then}"
        for mistake, label, i in smallest
    )


def _shown(adjustment: Adjustment, row: int, mistake_s: float) -> bool:
    mdb = float(adjustment.mdb[row])
    return math.isfinite(mdb) and mistake_s >= mdb


def _noticed(adjustment: Adjustment, row: int, mistake_s: float) -> str:
    if _shown(adjustment, row, mistake_s):
        return "which the other evidence would show"
    if math.isfinite(float(adjustment.mdb[row])):
        return "which the other evidence might not show"
    return "which nothing would show"


def _size(mark: Mark | None, mistake_s: float) -> str:
    """``0.31 s (5 pictures)``; the interval of a mark in one picture is the picture's duration."""
    size = f"{two_figures(mistake_s, up=False)} s"
    if mark is None or mark.half is None or mark.half.ns == 0:
        return size
    if mark.stream != "picture" or mark.spread != "rectangular":
        return size
    pictures = math.ceil(mistake_s / (2 * mark.half.s) - 1e-9)
    return f"{size} ({counted(pictures, 'picture')})"
