"""What an answer holds on condition of, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sync.adjustment.adjust import Adjustment
from sync.adjustment.network import Function, RowKind
from sync.adjustment.solution import Verdict, WhatIf
from sync.adjustment.words import joined, limits_named

CARRIES = 1e-9
"""A gain below this carries nothing."""
_RIGHT: dict[RowKind, str] = {
    "reading": "clock readings", "check": "clock checks", "log": "log times",
    "offset": "stated times", "gap": "stated gaps",
}  # fmt: skip
_HOLDS = "Leaving out any one piece of evidence does not change the order."


@dataclass(frozen=True, slots=True)
class Conditions:
    """How many anchors carry an answer, and everything it holds on condition of."""

    anchors: int
    in_words: str


def conditions(
    adjustment: Adjustment,
    difference: Function,
    limits: Sequence[str],
    left_out: Sequence[WhatIf],
) -> Conditions:
    """What carries the difference, as conditions in one sentence.

    A difference that only limits hold is carried by what moves it when it is left out.
    """
    if adjustment.estimable(difference):
        g = abs(adjustment.gains(difference))
    else:
        moving = {name for what in left_out for name in what.rows}
        g = np.array([float(row.id in moving) for row in adjustment.rows])
    used = [row.id not in adjustment.excluded for row in adjustment.rows]
    sightings: dict[int, int] = {}
    carrying: set[int] = set()
    kinds: dict[RowKind, int] = {}
    delayed = False
    for i, row in enumerate(adjustment.rows):
        if not used[i]:
            continue
        if row.event is not None:
            sightings[row.event] = sightings.get(row.event, 0) + 1
        if g[i] > CARRIES:
            kinds[row.kind] = kinds.get(row.kind, 0) + 1
            delayed |= row.kind == "quantity" or _is_late(adjustment, i)
            if row.event is not None:
                carrying.add(row.event)
    anchors = sum(sightings[event] > 1 for event in carrying)
    parts = []
    if anchors:
        parts.append(
            "the anchor is the event described"
            if anchors == 1
            else f"the {anchors} anchors are the events described"
        )
    if matches := kinds.get("lag", 0):
        several = f"the {matches} matches are"
        parts.append(f"{'the match is' if matches == 1 else several} of the same thing")
    right = [name for kind, name in _RIGHT.items() if kind in kinds]
    right += ["stated delays"] * delayed
    if right:
        parts.append(f"the {joined(right)} are right")
    if limits:
        parts.append(f"{limits_named(limits)} {'holds' if len(limits) == 1 else 'hold'}")
    if not parts:
        parts.append("both instants are where they were marked")
    return Conditions(anchors, f"This holds if {joined(parts)}.")


def _is_late(adjustment: Adjustment, row: int) -> bool:
    """True when a stated delay enters the row."""
    parameters = adjustment.network.parameters
    return any(parameters[number][0] == "q" for number in adjustment.rows[row].terms)


def rests_on_sentence(left_out: Sequence[WhatIf], verdict: Verdict) -> str:
    """Which pieces of evidence the order falls with, if any."""
    changing = [what for what in left_out if what.verdict != verdict]
    if not changing:
        return _HOLDS if left_out else ""
    without = "it" if len(changing) == 1 else "any one of them"
    opposite = any(what.verdict in ("a-before-b", "b-before-a") for what in changing)
    otherwise = "the order would be another" if opposite else "the recordings do not show the order"
    return f"It rests on {joined([what.name for what in changing])}: without {without} {otherwise}."
