"""A blind check of a possible match: its moments among decoys, chosen by somebody who is not told.

In each round one moment of B is shown with four moments of A: the one the candidate names and
three that lie elsewhere, in random order. Whoever cannot tell them apart is right in one round of
four. Nothing is said between the rounds, and no time is shown: both would give the rest away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sync.correlate.result import Candidate
from sync.errors import EvidenceError

ROUNDS = 5
DECOYS = 3
APART_U95 = 3.0
"""Decoys lie at least so many U from the candidate: nearer ones would be right as well."""
APART_S = 3.0
"""And so far, that the second shown on either side shows something else."""
REACH_S = 60.0
"""No further than this where there is room: day and night would tell a decoy by themselves."""
EDGE_S = 1.0
_TRIES = 400

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round: media time of B, and of A in the order shown; ``right`` is the candidate's."""

    at_b_s: float
    at_a_s: tuple[float, ...]
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a blind check."""

    right: int
    rounds: int
    seed: int

    @property
    def chance(self) -> float:
        """Chance of so many right or more by guessing (binomial, 1 in 4)."""
        guess, n = 1.0 / (DECOYS + 1), self.rounds
        return sum(
            math.comb(n, k) * guess**k * (1 - guess) ** (n - k) for k in range(self.right, n + 1)
        )

    @property
    def in_words(self) -> str:
        """``5 of 5 right, chance 1 in 1,024``."""
        often = "sure to happen" if self.right == 0 else f"chance 1 in {round(1 / self.chance):,}"
        return f"{self.right} of {self.rounds} right, {often}"


def plan(candidate: Candidate, span_a: Span, span_b: Span, seed: int) -> tuple[Round, ...]:
    """The rounds of a blind check; the same seed gives the same.

    Parameters
    ----------
    span_a, span_b
        First and last media time of the recordings, s.

    Raises
    ------
    EvidenceError
        When they share too little for five different moments, or A is too short for decoys.
    """
    random = np.random.default_rng(seed)
    apart_s = max(APART_S, APART_U95 * candidate.U95_s)
    moments = _moments(candidate, span_a, span_b, random)
    rounds = []
    for at_b in random.permutation(moments):
        true_s = _offset_at(candidate, float(at_b)) + float(at_b)
        places = _decoys(true_s, span_a, apart_s, random)
        order = random.permutation(DECOYS + 1)
        shown = [true_s, *places]
        rounds.append(
            Round(
                at_b_s=float(at_b),
                at_a_s=tuple(shown[k] for k in order),
                right=int(np.flatnonzero(order == 0)[0]),
            )
        )
    return tuple(rounds)


def _offset_at(candidate: Candidate, at_b_s: float) -> float:
    return candidate.offset_s + (candidate.drift_ppm or 0.0) * 1e-6 * (at_b_s - candidate.epoch_s)


def _moments(
    candidate: Candidate, span_a: Span, span_b: Span, random: np.random.Generator
) -> list[float]:
    """Five moments of B: those that carry the match, then others of what both recordings hold.

    No moment comes twice: who has seen it among other decoys would know it again.
    """
    low = max(span_b[0], span_a[0] - candidate.offset_s) + EDGE_S
    high = min(span_b[1], span_a[1] - candidate.offset_s) - EDGE_S
    strongest = sorted(candidate.coincidences, key=lambda moment: -moment.share)
    carried = [moment.time_b_s for moment in strongest]
    others = random.uniform(low, high, _TRIES).tolist() if high > low else []
    chosen: list[float] = []
    for at in (*carried, *others):
        if low <= at <= high and _away(at, chosen, APART_S):
            chosen.append(float(at))
        if len(chosen) == ROUNDS:
            return chosen
    raise EvidenceError(
        f"The recordings share too little for {ROUNDS} different moments: no blind check is "
        "possible."
    )


def _decoys(
    true_s: float, span_a: Span, apart_s: float, random: np.random.Generator
) -> list[float]:
    """Three places of A away from the true one and from each other."""
    reach_s = max(REACH_S, 4.0 * apart_s)
    low, high = max(span_a[0] + EDGE_S, true_s - reach_s), min(span_a[1] - EDGE_S, true_s + reach_s)
    chosen: list[float] = []
    for at in random.uniform(low, high, _TRIES) if high > low else []:
        if abs(at - true_s) >= apart_s and _away(float(at), chosen, APART_S):
            chosen.append(float(at))
        if len(chosen) == DECOYS:
            return chosen
    raise EvidenceError(
        f"The first recording is too short for decoys {apart_s:.0f} s apart: no blind check is "
        "possible."
    )


def _away(at_s: float, others: Sequence[float], apart_s: float) -> bool:
    return all(abs(at_s - other) >= apart_s for other in others)
