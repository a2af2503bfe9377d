"""The search for mistakes: iterated data snooping with separability and re-admission.

Method after Baarda (α0 = 0.001, power 0.80), as in ``estimation.md`` §4: one unit a round,
an event with two marks is one unit, what cannot be told apart is a conflict and then nothing is set
aside. Nothing here changes a case: a report is a proposal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sync.adjustment.adjust import W_LIMIT, Adjustment, adjust
from sync.adjustment.network import Network

INSEPARABLE = 0.98
"""Correlation of two residuals above which one mistake looks like the other."""
LARGEST_PART = 0.34
"""Part of the testable rows beyond which "mistakes" means the model is wrong."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A unit (event, match, reading …) proposed to be set aside, and what spoke against it."""

    unit: str
    rows: frozenset[str]
    w: float
    is_event: bool


@dataclass(frozen=True, slots=True)
class MistakeReport:
    """What the search proposes."""

    status: Literal["ok", "conflict"]
    suspects: tuple[Suspect, ...]
    """In the order found; empty in a conflict, where the culprit cannot be told."""
    contested: frozenset[str]
    """Units of which one is wrong, in a conflict."""
    adjustment: Adjustment
    """The network after the proposed exclusions (the plain one in a conflict)."""

    @property
    def excluded(self) -> frozenset[str]:
        """Ids of all rows proposed to be set aside."""
        return frozenset().union(*(suspect.rows for suspect in self.suspects))


def find_mistakes(network: Network) -> MistakeReport:
    """Search the network for mistakes.

    Returns
    -------
    MistakeReport
        ``ok`` with the suspects (often none), or ``conflict`` with the contested units.
    """
    plain = adjust(network)
    current = plain
    suspects: list[Suspect] = []
    testable = int(np.sum(plain.redundancy > 0))
    while True:
        worst = _worst(current)
        if worst is None:
            break
        suspect = _suspect(current, worst)
        contested = _inseparable(current, worst, suspect)
        out = sum(len(s.rows) for s in suspects) + len(suspect.rows)
        if contested or out > LARGEST_PART * testable:
            every = frozenset(s.unit for s in [*suspects, suspect])
            units = contested or every
            return MistakeReport("conflict", (), units | {suspect.unit}, plain)
        suspects.append(suspect)
        current = adjust(network, frozenset().union(*(s.rows for s in suspects)))
    suspects, current = _readmit(network, suspects, current)
    return MistakeReport("ok", tuple(suspects), frozenset(), current)


def _worst(adjustment: Adjustment) -> int | None:
    """Row with the largest |w| above the limit."""
    w = np.abs(np.nan_to_num(adjustment.standardised))
    tested = np.array([row.kind != "quantity" for row in adjustment.rows], dtype=bool)
    w = np.where(tested, w, 0.0)
    if not len(w) or float(np.max(w)) <= W_LIMIT:
        return None
    return int(np.argmax(w))


def _suspect(adjustment: Adjustment, worst: int) -> Suspect:
    """The unit to set aside for a row: the row alone where its event keeps two other marks."""
    row = adjustment.rows[worst]
    same = [
        other.id
        for other in adjustment.rows
        if other.unit == row.unit and other.id not in adjustment.excluded
    ]
    alone = row.event is not None and len(same) >= 3
    rows = frozenset([row.id]) if alone else frozenset(same)
    w = float(adjustment.standardised[worst])
    return Suspect(row.unit, rows, w, is_event=row.event is not None)


def _inseparable(adjustment: Adjustment, worst: int, suspect: Suspect) -> frozenset[str]:
    """Units whose residual moves with the worst row's: a mistake in either looks the same."""
    r = np.nan_to_num(adjustment.redundancy)
    correlation = adjustment.residual_correlation(worst)
    return frozenset(
        row.unit
        for i, row in enumerate(adjustment.rows)
        if r[i] > 1e-6
        and row.unit != suspect.unit
        and row.kind != "quantity"
        and abs(correlation[i]) > INSEPARABLE
    )


def _readmit(
    network: Network, suspects: list[Suspect], current: Adjustment
) -> tuple[list[Suspect], Adjustment]:
    """Take back, one at a time, what passes once the real mistakes are out."""
    for suspect in list(suspects):
        others = [s for s in suspects if s is not suspect]
        without = adjust(network, frozenset().union(*(s.rows for s in others)))
        if _worst(without) is None:
            suspects, current = others, without
    return suspects, current
