"""An answer with each piece of its evidence left out in turn.

Most pieces need no new solution (:mod:`sync.adjustment.updates`). The network is solved again where
nothing else checks what is left out, where what remains disagrees, and where limits come in.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.build import build
from sync.adjustment.coverage import coverage_factors
from sync.adjustment.findings import Finding, find, of_stated
from sync.adjustment.inputs import Inputs
from sync.adjustment.limits import Limits
from sync.adjustment.network import Bound, Function, Network, combine
from sync.adjustment.solution import WhatIf
from sync.adjustment.spots import Spot, difference_of
from sync.adjustment.updates import Carried, Update, as_shifts, updates
from sync.evidence import KnownGap
from sync.uncertainty import LEVEL, Expanded

Array = NDArray[np.float64]

CARRIES = 1e-6
"""A piece whose part of u is smaller moves nothing anybody could see."""
MOVES_S = 1e-6
"""An end that moves by less is the same."""
UNMOVED = 0.02
"""Part of u by which a range moves unseen: no digit is shown finer than a tenth of U."""
FAR = 6.0
"""A limit so many u away cuts off less than 1e-9."""
UNOBSERVED = ("quantity", "drift-prior")


@dataclass(frozen=True, slots=True)
class Piece:
    """What is left out together."""

    name: str
    ids: tuple[str, ...]
    """Ids of rows, or of one limit."""
    is_limit: bool = False


def pieces(adjustment: Adjustment, a: Spot, b: Spot, limits: Iterable[str]) -> list[Piece]:
    """Everything that can be left out: anchors, their marks where three or more make one, every
    other observation, and ``limits``.

    An event that is itself asked about keeps what defines it, so that the question still has a
    subject.
    """
    asked = a.asked | b.asked
    units: dict[str, list[int]] = {}
    for i, row in enumerate(adjustment.rows):
        if row.kind not in UNOBSERVED and row.id not in adjustment.excluded:
            units.setdefault(row.unit, []).append(i)
    found = []
    for numbers in units.values():
        rows = [adjustment.rows[i] for i in numbers]
        others = tuple(row.id for row in rows if row.id not in asked)
        if rows[0].event is None:
            found.append(Piece(rows[0].label, others))
            continue
        if len(rows) >= 2 and others:
            found.append(Piece(f"anchor '{event_name(rows[0].label)}'", others))
        if len(rows) >= 3:
            found += [Piece(row.label, (row.id,)) for row in rows if row.id not in asked]
    labels = {bound.id: bound.label for bound in adjustment.network.bounds}
    return found + [Piece(f"limit '{labels[name]}'", (name,), is_limit=True) for name in limits]


def event_name(label: str) -> str:
    """``door`` of the row ``door in cam 3``."""
    return label.rsplit(" in the log of ", 1)[0].rsplit(" in ", 1)[0]


def leave_one_out(
    inputs: Inputs, adjustment: Adjustment, a: Spot, b: Spot, found: Finding
) -> tuple[WhatIf, ...]:
    """The answer without each piece that carries it; what moves its range most comes first.

    Where limits shape the answer, a piece that moves neither the difference nor any of those limits
    by a fiftieth of their u is said to leave it as it is.
    """
    difference = difference_of(adjustment.network, a, b)
    if difference is None or found.verdict == "no-link" or found.status == "conflict":
        return ()
    limits = () if found.limited is None else found.limited.limits
    shaping = [bound for bound in adjustment.network.bounds if bound.id in limits]
    carried = _carried(adjustment, difference, shaping)
    known = all(map(adjustment.estimable, carried))
    every = _carrying(adjustment, carried, pieces(adjustment, a, b, limits))
    again = _Again(inputs, adjustment, a, b)
    results: list[Finding | None] = [None] * len(every)
    if found.limited is None and _all_reached(adjustment):
        results = _updated(adjustment, difference, every)
    elif found.limited is not None and known and found.status != "infeasible":
        results = [found if still else None for still in _unmoved(adjustment, carried, every)]
    solved = [
        again.without(piece) if result is None else result
        for piece, result in zip(every, results, strict=True)
    ]
    moved = [_moved(found, result) for result in solved]
    # Of what observations do not hold, gains say nothing: what carries it shows when it goes.
    least = 0.0 if known else MOVES_S
    ranked = sorted(
        zip(moved, every, solved, strict=True), key=lambda entry: (-entry[0], entry[1].name)
    )
    return tuple(
        WhatIf(name=piece.name, rows=piece.ids, verdict=result.verdict,
               difference_s=result.value_s, interval_s=result.interval_s)
        for by_s, piece, result in ranked
        if by_s >= least
    )  # fmt: skip


def _carried(
    adjustment: Adjustment, difference: Function, shaping: Sequence[Bound]
) -> list[Function]:
    """What the answer is made of: the difference and the limits that shape it.

    Where only limits hold the difference, it is a limit plus something observed: that something.
    """
    reached = [bound.function for bound in shaping if adjustment.estimable(bound.function)]
    if adjustment.estimable(difference):
        return [difference, *reached]
    unknown = adjustment.null_part(difference)
    rest = []
    for bound in shaping:
        part = adjustment.null_part(bound.function)
        size = float(part @ part)
        if size > 0:
            rest.append(difference - _scaled(bound.function, float(unknown @ part) / size))
    return [*reached, *rest]


def _scaled(function: Function, factor: float) -> Function:
    return replace(
        function,
        constant=factor * function.constant,
        terms=combine((factor, function.terms)),
        events=combine((factor, function.events)),
        row_errors=combine((factor, function.row_errors)),
        extra=tuple(replace(part, gain=factor * part.gain) for part in function.extra),
    )


def _carrying(
    adjustment: Adjustment, carried: Sequence[Function], every: Sequence[Piece]
) -> list[Piece]:
    """The pieces that have a part in what the answer is made of."""
    u = np.array([row.distribution.u for row in adjustment.rows])
    part = np.zeros(len(u))
    for function in carried:
        size = np.abs(adjustment.gains(function)) * u
        part = np.maximum(part, size / max(float(np.linalg.norm(size)), 1e-9))
    number = {row.id: i for i, row in enumerate(adjustment.rows)}
    return [
        piece
        for piece in every
        if piece.is_limit or max(part[number[name]] for name in piece.ids) > CARRIES
    ]


def _moved(before: Finding, after: Finding) -> float:
    """How far the ends of the range move; infinite where one opens."""
    if before.status == "infeasible":
        return math.inf if after.status != "infeasible" else 0.0
    moved = 0.0
    for old, new in ((before.low_s, after.low_s), (before.high_s, after.high_s)):
        if (old is None) != (new is None):
            return math.inf
        if old is not None and new is not None:
            moved = max(moved, abs(new - old))
    return moved


class _Again:
    """Solves the network without a piece."""

    def __init__(self, inputs: Inputs, adjustment: Adjustment, a: Spot, b: Spot) -> None:
        self.inputs, self.adjustment, self.a, self.b = inputs, adjustment, a, b
        self.gaps = {item.id for item in inputs.evidence if isinstance(item, KnownGap)}

    def without(self, piece: Piece) -> Finding:
        """What is found with the piece left out."""
        network, ids = self.adjustment.network, frozenset(piece.ids)
        if ids & self.gaps:  # a gap of no stated length may be limited again
            network = build(self.inputs.without(ids)).network
        elif piece.is_limit:
            network = without_bounds(network, ids)
        solved = adjust(network, self.adjustment.excluded | ids)
        # One seed: a table of what-ifs is no stated verdict.
        limits = [Limits(solved)] if network.bounds else []
        return find(solved, difference_of(network, self.a, self.b), limits)


def without_bounds(network: Network, ids: frozenset[str]) -> Network:
    """The same network with fewer limits."""
    fewer = copy.copy(network)
    fewer.bounds = [bound for bound in network.bounds if bound.id not in ids]
    return fewer


# -- without solving again ------------------------------------------------------------------------


def _updates(adjustment: Adjustment, left_out: Sequence[Piece]) -> list[_Left | None]:
    """What leaving out each piece does; ``None`` where the network must be solved again.

    That is also so for an event that a limit speaks of: without its marks it is an unknown.
    """
    spoken = {event for bound in adjustment.network.bounds for event in bound.function.events}
    event = {row.id: row.event for row in adjustment.rows}
    found: list[_Left | None] = [None] * len(left_out)
    plain = [i for i, piece in enumerate(left_out)
             if not piece.is_limit and event[piece.ids[0]] not in spoken]  # fmt: skip
    sets = as_shifts(adjustment, [left_out[i].ids for i in plain])
    for i, at, update in zip(plain, sets, updates(adjustment, sets), strict=True):
        if update is not None:
            found[i] = _Left(at, update)
    return found


@dataclass(frozen=True, slots=True)
class _Left:
    """Rows left out, and what that does."""

    at: NDArray[np.intp]
    update: Update


def _updated(
    adjustment: Adjustment, difference: Function, left_out: Sequence[Piece]
) -> list[Finding | None]:
    """The finding without each piece, where no limit shapes it."""
    asked = Carried.of(adjustment, difference)
    bounds = [(bound, Carried.of(adjustment, bound.function))
              for bound in adjustment.network.bounds]  # fmt: skip
    values, deviations, numbers = [], [], []
    for number, left in enumerate(_updates(adjustment, left_out)):
        if left is None or any(_near(bound, carried, left) for bound, carried in bounds):
            continue
        value, sums = asked.without(left.at, left.update)
        values.append(value)
        deviations.append(sums)
        numbers.append(number)
    result: list[Finding | None] = [None] * len(left_out)
    if not numbers:
        return result
    extra = np.array([part.gain * part.distribution.u for part in difference.extra])
    sums = np.hstack([np.array(deviations), np.tile(extra, (len(numbers), 1))])
    shapes = [row.distribution for row in adjustment.rows]
    k = coverage_factors(sums, shapes + [part.distribution for part in difference.extra])
    u = np.linalg.norm(sums, axis=1)
    for number, value, factor, size in zip(numbers, values, k.tolist(), u.tolist(), strict=True):
        result[number] = of_stated(Expanded(value, size, factor, factor * size, LEVEL))
    return result


def _all_reached(adjustment: Adjustment) -> bool:
    """True when the observations hold everything that limits speak of."""
    return all(adjustment.estimable(bound.function) for bound in adjustment.network.bounds)


def _near(bound: Bound, carried: Carried, left: _Left) -> bool:
    """True when a limit would cut off anything that counts."""
    value, sums = carried.without(left.at, left.update)
    low = -math.inf if bound.low is None else bound.low
    high = math.inf if bound.high is None else bound.high
    return min(value - low, high - value) < FAR * float(np.linalg.norm(sums))


def _unmoved(
    adjustment: Adjustment, carried: Sequence[Function], left_out: Sequence[Piece]
) -> list[bool]:
    """Whether leaving out each piece moves nothing that anybody could see."""
    parts = []
    for function in carried:
        u = adjustment.uncertain(function).u
        typed = math.fsum(part.u**2 for part in function.extra)
        parts.append((Carried.of(adjustment, function), u, math.sqrt(u * u - typed)))

    def still(left: _Left) -> bool:
        for part, u, observed in parts:
            value, sums = part.without(left.at, left.update)
            moved = max(abs(value - part.value), abs(float(np.linalg.norm(sums)) - observed))
            if moved > UNMOVED * u:
                return False
        return True

    return [left is not None and still(left) for left in _updates(adjustment, left_out)]
