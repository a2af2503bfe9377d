"""An answer with each piece of its evidence left out in turn.

Most pieces need no new solution (:mod:`sync.adjustment.updates`). The network is solved again where
nothing else checks what is left out, and where limits come in.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.build import build
from sync.adjustment.coverage import coverage_factors
from sync.adjustment.findings import NO_LINK, Finding, by_numbers, verdict_of
from sync.adjustment.halfspaces import System
from sync.adjustment.inputs import Inputs
from sync.adjustment.limits import Limits
from sync.adjustment.network import Bound, Function, Network, combine
from sync.adjustment.solution import Verdict, WhatIf
from sync.adjustment.spots import Spot, difference_of
from sync.adjustment.updates import Carried, Updates, as_shifts, updates
from sync.evidence import KnownGap

Array = NDArray[np.float64]

CARRIES = 1e-6
"""A piece whose part of u is smaller moves nothing anybody could see."""
MOVES_S = 1e-6
"""An end that moves by less is the same."""
UNMOVED = 0.02
"""Part of u by which a range moves unseen: no digit is shown finer than a tenth of U."""
FAR = 6.0
"""A limit so many u away cuts off less than 1e-9."""
UNCORRELATED = 1e-3
"""Least correlation with a limit's quantity by which the limit shapes a difference."""
LEAST_S = 1e-9
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
        event = adjustment.network.event_name(rows[0])
        if event is None:
            found.append(Piece(rows[0].label, others))
            continue
        if len(rows) >= 2 and others:
            found.append(Piece(f"anchor '{event}'", others))
        if len(rows) >= 3:
            found += [Piece(row.label, (row.id,)) for row in rows if row.id not in asked]
    labels = {bound.id: bound.label for bound in adjustment.network.bounds}
    return found + [Piece(f"limit '{labels[name]}'", (name,), is_limit=True) for name in limits]


def leave_one_out(
    inputs: Inputs, adjustment: Adjustment, a: Spot, b: Spot, found: Finding
) -> tuple[WhatIf, ...]:
    """The answer without each piece that carries it; what moves its range most comes first.

    Whether the evidence disagrees is said of all of it; without a piece only the numbers count, so
    that a residual just past its limit elsewhere makes no answer rest on an anchor. Where limits
    shape the answer, a piece that moves no end of the difference, nor of what those
    limits speak of, by a fiftieth of its u is said to leave it as it is.
    """
    difference = difference_of(adjustment.network, a, b)
    if difference is None or found.verdict == "no-link" or found.status == "conflict":
        return ()
    limits = () if found.limited is None else found.limited.limits
    shaping = [bound for bound in adjustment.network.bounds if bound.id in limits]
    carried = _carried(adjustment, difference, shaping)
    known = all(map(adjustment.estimable, carried))
    every = _carrying(adjustment, carried, pieces(adjustment, a, b, limits))
    sets = _shifted(adjustment, every)
    again = _Again(inputs, adjustment, a, b)
    results: list[_Without | None] = [None] * len(every)
    if found.limited is None:
        results = _updated(adjustment, difference, sets)
    elif known and found.status != "infeasible":
        before = _Without.of(found)
        results = [before if still else None for still in _unmoved(adjustment, carried, sets)]
    solved = [
        _Without.of(again.without(piece)) if result is None else result
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


class _Without(NamedTuple):
    """The numbers without one piece."""

    verdict: Verdict
    value_s: float | None
    low_s: float | None
    high_s: float | None
    infeasible: bool = False

    @classmethod
    def of(cls, found: Finding) -> _Without:
        infeasible = found.status == "infeasible"
        return cls(found.verdict, found.value_s, found.low_s, found.high_s, infeasible)

    @property
    def interval_s(self) -> tuple[float, float] | None:
        """Both ends, where neither is open."""
        if self.low_s is None or self.high_s is None:
            return None
        return self.low_s, self.high_s


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


def _moved(before: Finding, after: _Without) -> float:
    """How far the ends of the range move; infinite where one opens."""
    if before.status == "infeasible":
        return 0.0 if after.infeasible else math.inf
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
        difference = difference_of(network, self.a, self.b)
        return NO_LINK if difference is None else by_numbers(solved, difference, limits)


def without_bounds(network: Network, ids: frozenset[str]) -> Network:
    """The same network with fewer limits."""
    fewer = copy.copy(network)
    fewer.bounds = [bound for bound in network.bounds if bound.id not in ids]
    return fewer


# -- without solving again ------------------------------------------------------------------------


def _shifted(adjustment: Adjustment, left_out: Sequence[Piece]) -> list[NDArray[np.intp] | None]:
    """The rows to shift for each piece; ``None`` where the network must be solved again.

    That is so for a limit, and for the marks of an event that a limit speaks of: without them it
    is an unknown.
    """
    spoken = {event for bound in adjustment.network.bounds for event in bound.function.events}
    plain = [i for i, piece in enumerate(left_out) if not piece.is_limit]
    found: list[NDArray[np.intp] | None] = [None] * len(left_out)
    shifts = as_shifts(adjustment, [left_out[i].ids for i in plain])
    for i, (at, event) in zip(plain, shifts, strict=True):
        if event is None or event not in spoken:
            found[i] = at
    return found


def _updated(
    adjustment: Adjustment, difference: Function, sets: Sequence[NDArray[np.intp] | None]
) -> list[_Without | None]:
    """The numbers without each piece, where no limit comes to shape them."""
    asked = Carried.of(adjustment, difference)
    rooms = _Rooms(adjustment)
    extra = np.array([part.gain * part.distribution.u for part in difference.extra])
    shapes = [row.distribution for row in adjustment.rows]
    shapes += [part.distribution for part in difference.extra]
    result: list[_Without | None] = [None] * len(sets)
    for left in updates(adjustment, sets):
        clear = np.flatnonzero(~rooms.shape(asked, left))
        values, sums = (part[clear] for part in asked.without(left))
        sums = np.hstack([sums, np.tile(extra, (len(clear), 1))])
        half = coverage_factors(sums, shapes) * np.sqrt(np.einsum("ij,ij->i", sums, sums))
        numbers = [left.numbers[i] for i in clear]
        ends = zip((values - half).tolist(), (values + half).tolist(), strict=True)
        for number, value, (low, high) in zip(numbers, values.tolist(), ends, strict=True):
            result[number] = _Without(verdict_of(low, high), value, low, high)
    return result


class _Rooms:
    """What all limits together say of observed quantities, unknowns eliminated.

    Nothing else of them can shape a difference that the observations hold.
    """

    def __init__(self, adjustment: Adjustment) -> None:
        bounds = [bound for bound in adjustment.network.bounds
                  if bound.low is not None or bound.high is not None]  # fmt: skip
        self._room, self._gains, self._typed = np.zeros(0), np.zeros((0, 0)), np.zeros(0)
        # Of a mark's own error, and of a Birge factor that differs, rooms do not tell.
        self._unclear = bool(bounds) and (
            bool(adjustment.contested.any()) or any(b.function.row_errors for b in bounds)
        )
        if bounds and not self._unclear:
            self._room, gains, self._typed = System(adjustment, list(enumerate(bounds))).rooms()
            self._gains = gains / adjustment.birge

    def shape(self, asked: Carried, left: Updates) -> NDArray[np.bool_]:
        """Whether any limit that cuts off anything that counts with rows left out is correlated
        with what is asked, shape (n,)."""
        if self._unclear:
            return np.ones(len(left.at), dtype=bool)
        if not len(self._room):
            return np.zeros(len(left.at), dtype=bool)
        # Both are carried along directions that leave no residual, where g'·h' = g·h + g_S M⁻¹ h_S.
        out, own = self._gains[:, left.at], np.einsum("psr,r->ps", left.spread, asked.own)
        weighted = np.einsum("hps,pst->hpt", out, left.inverse)
        square = np.einsum("hr,hr->h", self._gains, self._gains)[:, None]
        square = (square + np.einsum("hpt,hpt->hp", weighted, out)) * left.birge**2
        size = np.sqrt(square + self._typed[:, None] ** 2)
        room = self._room[:, None] - np.einsum("hps,ps->hp", out, left.shift)
        with_asked = (self._gains @ (asked.gains + asked.own))[:, None]
        with_asked = with_asked + np.einsum("hpt,pt->hp", weighted, asked.gains[left.at])
        with_asked = (with_asked - np.einsum("hps,ps->hp", out, own)) * left.birge
        sums = asked.without(left)[1]
        least = UNCORRELATED * size * np.sqrt(np.einsum("pr,pr->p", sums, sums))
        found: NDArray[np.bool_] = ((room < FAR * size) & (np.abs(with_asked) > least)).any(axis=0)
        return found


def _unmoved(
    adjustment: Adjustment,
    carried: Sequence[Function],
    sets: Sequence[NDArray[np.intp] | None],
) -> list[bool]:
    """Whether leaving out each piece moves nothing that anybody could see."""
    parts = [(Carried.of(adjustment, function), adjustment.uncertain(function).u)
             for function in carried]  # fmt: skip
    still = [False] * len(sets)
    for left in updates(adjustment, sets):
        moved = np.zeros(len(left.numbers))
        for part, u in parts:
            value, sums = part.without(left)
            size = np.sqrt(np.einsum("ij,ij->i", sums, sums) + part.typed**2)
            by = np.abs(value - part.value) + 2 * np.abs(size - u)  # at most, of an end
            moved = np.maximum(moved, by / max(u, LEAST_S))
        for number, by_u in zip(left.numbers, moved.tolist(), strict=True):
            still[number] = by_u <= UNMOVED
    return still
