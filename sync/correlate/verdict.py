"""From a chance and rivals to a status, and the sentences that give its reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sync.correlate.result import Searched, SearchStatus

P_SIGNIFICANT = 0.01
P_WEAK = 0.05
MAX_CANDIDATES = 5
# Likelihood of the runner-up against the best: within 20 to 1 neither is ruled out.
AMBIGUOUS_LOG_ODDS = math.log(20.0)
# A signal that repeats itself scores nearly the same at every repetition; only the length of the
# overlap then favours one of them, and that is no evidence.
AMBIGUOUS_SHARE = 0.8
# How far a place may lie off a multiple of the period: peaks of traces lie within a tenth of a
# second of their place; of a short period a twenty-fifth is allowed.
OFF_PERIOD_S = 0.1
OFF_PERIOD_SHARE = 0.04
# Some repetitions may be missing between two that were found; with more, any places would fit.
MOST_APART = 3


def about_as_good(z_best: float, n_best: float, z_other: float, n_other: float) -> bool:
    """True where neither of two significant peaks can be preferred.

    Either the odds between them are below 20 to 1, or the other agrees nearly as well *for each
    second of its overlap* (z / √n is the correlation of the prepared traces).
    """
    if 0.5 * (z_best**2 - z_other**2) < AMBIGUOUS_LOG_ODDS:
        return True
    share = (abs(z_other) / math.sqrt(n_other)) / (abs(z_best) / math.sqrt(n_best))
    return share >= AMBIGUOUS_SHARE


def verdict(p: float, *, at_border: bool, rivals: bool) -> SearchStatus:
    """Status of a search whose best peak has the chance ``p``."""
    if p > P_WEAK:
        return "no-match"
    if at_border:
        return "edge"
    if p > P_SIGNIFICANT:
        return "weak"
    return "ambiguous" if rivals else "significant"


def reasons_for(
    status: SearchStatus, p: float, searched: Searched, places_s: Sequence[float]
) -> tuple[str, ...]:
    """Why the answer is not simply "significant"; empty when it is.

    ``places_s`` are the offsets that fit about equally well, the best first.
    """
    if status == "no-match":
        return (no_match(searched, p),)
    if status == "edge":
        return (
            "The best agreement lies at the end of the searched range, so the true offset may lie "
            "beyond it. Search a wider range.",
        )
    if status == "weak":
        return (weak(searched, p),)
    if status == "ambiguous":
        decimals = 3 if searched.kind_a == "samples" else 2
        listed = ", ".join(f"{place:.{decimals}f} s" for place in places_s)
        every_s = period_of(places_s)
        repeats = "" if every_s is None else f" every {every_s:.{decimals}f} s"
        return (
            f"Several offsets fit about equally well ({listed}): the signal repeats itself"
            f"{repeats}. Other evidence must choose between them.",
        )
    return ()


def period_of(places_s: Sequence[float]) -> float | None:
    """Longest period of which all places are multiples apart; ``None`` where there is none.

    Two places have one by themselves: their distance.
    """
    away = np.unique(np.asarray(places_s, np.float64))
    if away.size < 2:
        return None
    away = (away - away[0])[1:]
    least_s = float(np.diff(away, prepend=0.0).min())
    for period_s in (least_s, 0.5 * least_s):
        count = np.rint(away / period_s)
        if float(np.diff(count, prepend=0.0).max()) > MOST_APART:
            continue
        # Fitted to all places, so that no single one decides.
        fitted_s = float(away @ count / (count @ count))
        off_s = float(np.abs(away - count * fitted_s).max())
        if off_s <= min(OFF_PERIOD_S, OFF_PERIOD_SHARE * fitted_s):
            return fitted_s
    return None


def no_match(searched: Searched, p: float) -> str:
    """The sentence of a refusal: what was compared, over which offsets, and the chance."""
    return (
        f"No match found: {_compared(searched)}, offsets {searched.offset_from_s:.1f} to "
        f"{searched.offset_to_s:.1f} s. Unrelated recordings reach this agreement in {_often(p)}. "
        "This does not show that the recordings are of different events."
    )


def weak(searched: Searched, p: float) -> str:
    """Why an agreement is not enough."""
    return (
        f"{_compared(searched).capitalize()}: unrelated recordings reach this agreement in "
        f"{_often(p)}, too often to rely on without other evidence."
    )


def _compared(searched: Searched) -> str:
    if searched.kind_a == "samples":
        return "sound against sound"
    return f"{searched.kind_a} against {searched.kind_b}"


def _often(p: float) -> str:
    return f"about {min(100.0 * p, 100.0):.0f} of 100 searches"
