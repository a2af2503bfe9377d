"""Limits as half-spaces over what was observed and what nothing but limits holds.

Every limit is an inequality in two kinds of quantities: the errors of the observations, which have
distributions, and *unknowns* that no observation reaches (a stretch without a tie, an event that
nobody marked). An unknown that is not asked about is eliminated, not given a prior: a flat prior
over n unknown stretches would favour long gaps with the n-th power of their length, which nothing
observed supports. What remains are inequalities between observed quantities, which hold exactly
when the unknowns have room (Fourier-Motzkin elimination).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.adjust import Adjustment
from sync.adjustment.network import Bound, Function
from sync.uncertainty import Distribution

Array = NDArray[np.float64]
Side = tuple[int, bool]
"""(number of a limit, whether its upper end is meant)."""

_DEPENDENT = 1e-7
_ROUNDING = 1e-10
_MANY = 1000
"""Half-spaces that are worth keeping while unknowns are eliminated."""
SMALLEST_S = 1e-6
"""Nothing is read better than a microsecond: by less than this no limit is broken."""


@dataclass(frozen=True, slots=True)
class Halfspaces:
    """constant + gains·ε + free·unknowns ≥ 0 (seconds; ε has u = 1)."""

    constant: Array
    """Shape (n,)."""
    gains: Array
    """Shape (n, inputs)."""
    free: Array
    """Shape (n, unknowns)."""
    rests_on: tuple[frozenset[Side], ...]
    """The ends of limits that each was made of."""

    def take(self, which: NDArray[np.bool_]) -> Halfspaces:
        """Some of them."""
        kept = tuple(made for made, on in zip(self.rests_on, which, strict=True) if on)
        return Halfspaces(self.constant[which], self.gains[which], self.free[which], kept)

    def __add__(self, other: Halfspaces) -> Halfspaces:
        return Halfspaces(
            np.concatenate([self.constant, other.constant]),
            np.concatenate([self.gains, other.gains]),
            np.concatenate([self.free, other.free]),
            self.rests_on + other.rests_on,
        )

    def limits(self) -> frozenset[int]:
        """Numbers of all limits they rest on."""
        return frozenset(number for made in self.rests_on for number, _ in made)


@dataclass(frozen=True, slots=True)
class Line:
    """A function as value + gains·ε + part·unknowns."""

    value: float
    gains: Array
    """On the inputs the limits have too, shape (inputs,)."""
    others: tuple[tuple[float, Distribution], ...]
    """(standard deviation, distribution) of inputs that no limit has."""
    free: Array
    """On the null directions of the adjustment; all zero where estimable."""

    @property
    def size(self) -> float:
        """Its u."""
        return math.hypot(float(np.linalg.norm(self.gains)), *(u for u, _ in self.others))


class System:
    """Some limits of a network, ready to be asked what they say about a function.

    Unknowns are counted by the limits themselves: a largest set of limits whose unknown parts are
    independent serves as coordinates (their *own range* is what they state), and the unknown part
    of every other limit is written by them.
    """

    def __init__(self, adjustment: Adjustment, bounds: Sequence[tuple[int, Bound]]) -> None:
        self._adjustment = adjustment
        self.numbers = [number for number, _ in bounds]
        by_row = self._by_row([bound.function for _, bound in bounds])
        self._rows = np.flatnonzero(by_row.any(axis=0))
        typed = [(i, part) for i, (_, bound) in enumerate(bounds) for part in bound.function.extra]
        self.inputs: list[Distribution] = [
            *(adjustment.rows[i].distribution for i in self._rows.tolist()),
            *(part.distribution for _, part in typed),
        ]
        """Distribution of every input the limits rest on; what was typed for one place is nobody
        else's error."""
        gains = np.zeros((len(bounds), len(self.inputs)))
        gains[:, : len(self._rows)] = by_row[:, self._rows]
        for column, (i, part) in enumerate(typed, len(self._rows)):
            gains[i, column] = part.gain * part.distribution.u
        directions = len(adjustment.null_part(Function(0.0, {}, {}, {})))
        null = np.zeros((len(bounds), directions))
        for i, (_, bound) in enumerate(bounds):
            null[i] = adjustment.null_part(bound.function)
        value = np.array([adjustment.value(bound.function) for _, bound in bounds])
        low = np.array([-math.inf if b.low is None else b.low for _, b in bounds])
        high = np.array([math.inf if b.high is None else b.high for _, b in bounds])
        chosen = _independent(null)
        self._basis = null[chosen]
        orthogonal, triangle = np.linalg.qr(self._basis.T)
        self._by_basis: Array = orthogonal @ np.linalg.inv(triangle).T
        self._value, self._gains = value[chosen], gains[chosen]
        self._low, self._high = low[chosen], high[chosen]
        self._own = [self.numbers[i] for i in chosen]
        rest = np.setdiff1d(np.arange(len(bounds)), chosen)
        by_own = self._written(null[rest])
        self._rest = self._sides(
            value[rest] - by_own @ self._value, gains[rest] - by_own @ self._gains, by_own,
            low[rest], high[rest], [self.numbers[i] for i in rest],
        )  # fmt: skip
        crossed = self._low > self._high
        if crossed.any():
            self._rest += Halfspaces(
                (self._high - self._low)[crossed], np.zeros((int(crossed.sum()), len(self.inputs))),
                np.zeros((int(crossed.sum()), len(chosen))),
                tuple(frozenset({(self._own[i], False), (self._own[i], True)})
                      for i in np.flatnonzero(crossed)),
            )  # fmt: skip

    def line(self, function: Function) -> Line:
        """A function on the inputs of the limits."""
        [by_row] = self._by_row([function])
        gains = np.zeros(len(self.inputs))
        gains[: len(self._rows)] = by_row[self._rows]
        by_row[self._rows] = 0.0
        rows, adjustment = self._adjustment.rows, self._adjustment
        others = [(abs(float(by_row[i])), rows[i].distribution) for i in np.flatnonzero(by_row)]
        others += [(part.u, part.distribution) for part in function.extra]
        return Line(
            adjustment.value(function), gains, tuple(others), adjustment.null_part(function)
        )

    def rooms(self) -> tuple[Array, Array, Array]:
        """How much room the observed quantities have: :attr:`observed` by rows.

        Returns
        -------
        tuple of ndarray
            Room (n,) in s, g·u over the rows of the network (n, rows), and u (n,) of what was typed
            for places that the limits name.
        """
        observed, count = self.observed, len(self._rows)
        by_row = np.zeros((len(observed.constant), len(self._adjustment.rows)))
        by_row[:, self._rows] = observed.gains[:, :count]
        return observed.constant, by_row, np.linalg.norm(observed.gains[:, count:], axis=1)

    @cached_property
    def observed(self) -> Halfspaces:
        """What the limits say about the observed quantities alone; no unknowns left."""
        return _eliminate(self._rest, self._ranges(), kept=0)

    def about(self, line: Line) -> Halfspaces | None:
        """What they say about a function that no observation holds, which is the one unknown left.

        Half-spaces that do not speak of it are left out; ``None`` where the limits do not reach it.
        """
        weight = self._written(line.free[None, :])[0]
        missed = line.free - weight @ self._basis
        if not np.max(np.abs(missed), initial=0.0) <= _DEPENDENT * np.max(np.abs(line.free)):
            return None
        swapped = int(np.argmax(np.abs(weight)))
        # The function takes the place of one coordinate, whose own range becomes two half-spaces.
        by_function = -weight / weight[swapped]
        by_function[swapped] = 1.0 / weight[swapped]
        value = -(line.value - weight @ self._value) / weight[swapped]
        gains = -(line.gains - weight @ self._gains) / weight[swapped]
        ends = [array[swapped : swapped + 1] for array in (self._low, self._high)]
        own = self._sides(
            np.array([value]), gains[None, :], by_function[None, :], ends[0], ends[1],
            [self._own[swapped]],
        )  # fmt: skip
        old = self._rest.free[:, swapped]
        free = self._rest.free + old[:, None] * by_function
        free[:, swapped] = old * by_function[swapped]
        rest = Halfspaces(
            self._rest.constant + old * value,
            self._rest.gains + old[:, None] * gains,
            np.where(np.abs(free) < _ROUNDING, 0.0, free),
            self._rest.rests_on,
        )
        order = [swapped, *(i for i in range(len(self._own)) if i != swapped)]
        ranges = [(-math.inf, math.inf, -1), *(r for i, r in enumerate(self._ranges())
                                              if i != swapped)]  # fmt: skip
        both = own + rest
        both = Halfspaces(both.constant, both.gains, both.free[:, order], both.rests_on)
        found = _eliminate(both, ranges, kept=1)
        return found.take(found.free[:, 0] != 0)

    def _ranges(self) -> list[tuple[float, float, int]]:
        return list(zip(self._low.tolist(), self._high.tolist(), self._own, strict=True))

    def _written(self, null: Array) -> Array:
        """Unknown parts (n, directions) as combinations of the coordinates, (n, coordinates)."""
        weight = null @ self._by_basis
        return np.where(np.abs(weight) < _ROUNDING, 0.0, weight)

    def _sides(
        self, value: Array, gains: Array, free: Array, low: Array, high: Array, numbers: list[int]
    ) -> Halfspaces:
        """Both ends of limits as half-spaces."""
        below, above = np.isfinite(low), np.isfinite(high)
        return Halfspaces(
            np.concatenate([(value - low)[below], (high - value)[above]]),
            np.concatenate([gains[below], -gains[above]]),
            np.concatenate([free[below], -free[above]]),
            tuple(frozenset({(numbers[i], False)}) for i in np.flatnonzero(below))
            + tuple(frozenset({(numbers[i], True)}) for i in np.flatnonzero(above)),
        )

    def _by_row(self, functions: Sequence[Function]) -> Array:
        """g·u over the rows of the network, shape (functions, rows)."""
        found = self._adjustment.deviations(functions)
        size = np.abs(found)
        found[size <= _ROUNDING * size.max(axis=1, initial=0.0)[:, None]] = 0.0
        return found


def _independent(rows: Array) -> list[int]:
    """Numbers of rows that are independent and that all others depend on, the first ones first."""
    left = rows.copy()
    size = np.max(np.abs(rows), axis=1, initial=0.0)
    chosen = []
    for i in range(len(rows)):
        pivot = int(np.argmax(np.abs(left[i]))) if left.shape[1] else 0
        if size[i] == 0 or abs(left[i, pivot]) <= _DEPENDENT * size[i]:
            continue
        chosen.append(i)
        below = left[i + 1 :, pivot] / left[i, pivot]
        on = np.flatnonzero(below)
        left[i + 1 + on] -= np.outer(below[on], left[i])
    return chosen


def _eliminate(
    halfspaces: Halfspaces, ranges: list[tuple[float, float, int]], *, kept: int
) -> Halfspaces:
    """Half-spaces without the unknowns after the first ``kept``, which have ranges of their own."""
    asked = np.arange(halfspaces.free.shape[1]) < kept
    up = (halfspaces.free > 0).any(axis=0) & ~asked
    down = (halfspaces.free < 0).any(axis=0) & ~asked
    mixed = np.flatnonzero(up & down).tolist()
    # Where all want an unknown small (or all large), the end of its own range decides.
    found = _at_end(halfspaces, ranges, np.flatnonzero(down & ~up), upper=False)
    found = _at_end(found, ranges, np.flatnonzero(up & ~down), upper=True)
    for column in mixed:
        low, high, number = ranges[column]
        for end, sign, upper in ((low, 1.0, False), (high, -1.0, True)):
            if math.isfinite(end):
                free = np.zeros((1, found.free.shape[1]))
                free[0, column] = sign
                found += Halfspaces(
                    np.array([-sign * end]), np.zeros((1, found.gains.shape[1])), free,
                    (frozenset({(number, upper)}),),
                )  # fmt: skip
    left = mixed
    while left:
        pairs = (found.free[:, left] > 0).sum(axis=0) * (found.free[:, left] < 0).sum(axis=0)
        found = _without(found, left.pop(int(np.argmin(pairs))))
    return Halfspaces(found.constant, found.gains, found.free[:, :kept], found.rests_on)


def _at_end(
    found: Halfspaces, ranges: list[tuple[float, float, int]], columns: NDArray[np.int_], *,
    upper: bool,
) -> Halfspaces:  # fmt: skip
    """Unknowns put at the end of their own range that gives every half-space the most room."""
    if not len(columns):
        return found
    end = np.array([ranges[column][upper] for column in columns])
    part = found.free[:, columns]
    open_ended = (part[:, ~np.isfinite(end)] != 0).any(axis=1)  # always room
    found, part = found.take(~open_ended), part[~open_ended]
    constant = found.constant + part @ np.where(np.isfinite(end), end, 0.0)
    free = found.free.copy()
    free[:, columns] = 0.0
    rests_on = tuple(
        made | {(ranges[columns[j]][2], upper) for j in np.flatnonzero(part[i])}
        for i, made in enumerate(found.rests_on)
    )
    return Halfspaces(constant, found.gains, free, rests_on)


def _without(found: Halfspaces, column: int) -> Halfspaces:
    """One unknown eliminated: every half-space that wants it large with every one that wants it
    small (Fourier-Motzkin); what rests on more than another does is implied by it (Kohler)."""
    c = found.free[:, column]
    pairs = [(i, j) for i in np.flatnonzero(c > 0) for j in np.flatnonzero(c < 0)]
    made = [found.rests_on[i] | found.rests_on[j] for i, j in pairs]
    result = found.take(c == 0)
    if pairs:
        i, j = (np.array(side) for side in zip(*pairs, strict=True))
        a, b = 1.0 / c[i], -1.0 / c[j]
        free = a[:, None] * found.free[i] + b[:, None] * found.free[j]
        free[:, column] = 0.0
        result += Halfspaces(
            a * found.constant[i] + b * found.constant[j],
            a[:, None] * found.gains[i] + b[:, None] * found.gains[j],
            np.where(np.abs(free) < _ROUNDING, 0.0, free),
            tuple(made),
        )
    sets = result.rests_on
    if len(sets) > _MANY:
        return _roomless(result)
    implied = np.array([
        any(other < own or (other == own and k < n) for k, other in enumerate(sets))
        for n, own in enumerate(sets)
    ], dtype=bool)  # fmt: skip
    return result.take(~implied)


def smallest_impossible(
    halfspaces: Halfspaces, inputs: Sequence[Distribution], reach: float
) -> list[int]:
    """Numbers of limits that cannot all hold while any fewer of them could; empty: all can.

    Parameters
    ----------
    halfspaces
        Over observed quantities alone.
    inputs
        What the observations rest on.
    reach
        How far a normal input may move, in u; a hard limit is its own. Infinite: the inputs are
        free, and only limits that contradict each other are found.
    """
    broken = halfspaces.constant < -SMALLEST_S
    size = np.abs(halfspaces.gains).max(axis=1, initial=0.0)
    outright = [halfspaces.rests_on[i] for i in np.flatnonzero(broken & (size <= _ROUNDING))]
    if outright:
        fewest = min(outright, key=lambda made: (len(made), sorted(made)))
        return sorted({number for number, _ in fewest})
    most = np.full(len(inputs), reach)
    if math.isfinite(reach):
        for i, distribution in enumerate(inputs):
            half = distribution.half
            most[i] = reach if half is None else half / distribution.u
    blamed = _blamed(halfspaces, most)
    suspects = sorted({number for i in blamed for number, _ in halfspaces.rests_on[i]})
    needed = set(suspects)
    for number in suspects:  # deletion filter (Chinneck and Dravnieks 1991)
        fewer = needed - {number}
        within = [all(n in fewer for n, _ in made) for made in halfspaces.rests_on]
        if len(_blamed(halfspaces.take(np.array(within, dtype=bool)), most)):
            needed = fewer
    return sorted(needed)


def _blamed(halfspaces: Halfspaces, most: Array) -> NDArray[np.intp]:
    """Half-spaces that prove that not all can hold with every |ε| ≤ ``most``; none: they can."""
    if not bool((halfspaces.constant < -SMALLEST_S).any()):
        return np.zeros(0, dtype=np.intp)
    from scipy.optimize import linprog

    count, used = len(halfspaces.constant), np.flatnonzero(np.any(halfspaces.gains, axis=0))
    cost = np.concatenate([np.zeros(len(used)), np.ones(count)])
    ends = [(None, None) if math.isinf(end) else (-end, end) for end in most[used].tolist()]
    found = linprog(
        cost, A_ub=-np.hstack([halfspaces.gains[:, used], np.eye(count)]), b_ub=halfspaces.constant,
        bounds=[*ends, *([(0.0, None)] * count)], method="highs",
    )  # fmt: skip
    if float(found.fun or 0.0) <= SMALLEST_S:
        return np.zeros(0, dtype=np.intp)
    blamed: NDArray[np.intp] = np.flatnonzero(np.abs(found.ineqlin.marginals) > 1e-9)
    return blamed


def _roomless(found: Halfspaces) -> Halfspaces:
    """Those with the least room where there are too many: fewer limits can only widen a result."""
    nearest = np.zeros(len(found.constant), dtype=bool)
    nearest[np.argsort(found.constant, kind="stable")[:_MANY]] = True
    return found.take(nearest)
