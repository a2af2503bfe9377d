"""Evidence that disagrees: every reading of it, weighed (``estimation.md`` §4).

A *reading* says which units (an anchor, a mark, a match, a clock reading, a drift prior …) are
mistaken. Each unit is mistaken with probability p, by anything up to ± W; so a reading that sets
the units S aside has the weight  (1 - p)^(n-|S|) · N(what is kept) · Π p/(2W).

A mistake is an unknown added to its row, normal with the height 1/(2W) of the flat ± W
distribution at zero. That makes the evidence of *every* reading a finite Gaussian integral: a
direction that only mistaken rows fix is held within about ± W instead of being flat, and what no
row fixes at all cancels between readings. With R = P·Q_v·P of the whole network, B the rows in
error and v its residuals, a mistake ∇ ~ N(0, σ²·I) gives

    ln evidence = const - ½ ln|I + σ²·BᵀRB| + ½ hᵀ(BᵀRB + I/σ²)⁻¹h,   h = BᵀP·v,

so no reading needs a solution of its own (the matrix determinant and inversion lemmas).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.adjust import ALPHA_0, W_LIMIT, Adjustment, adjust
from sync.adjustment.mixture import Misfit, evidence, misfit_of, mixture_range
from sync.adjustment.network import Function, Network, Row
from sync.adjustment.solution import Candidate, Contested

Array = NDArray[np.float64]

MISTAKEN = 0.05
"""Prior probability that a unit is mistaken."""
MISTAKE_S = 30.0
"""W: how large a mistake may be; wider where the evidence disagrees by more."""
LARGEST_RATE = 1e-3
"""No clock of a recorder runs wrong by more; beyond, the file plays at another nominal rate."""
HEIGHT = 2 / math.sqrt(2 * math.pi)
"""σ/W of the normal distribution as high as the flat one."""
MOST_UNITS = 300
"""Units looked at in a large network, those with the largest standardised residuals."""
LARGEST_ENUMERATION = 12
"""Units of which every combination is weighed: 4,096 readings."""
SHOWN = 6
"""Readings listed for people; the range is the mixture of all."""
LEAST_WEIGHT = 0.01
"""Below, a reading is not listed beside the weightiest."""
LEAST_CARRIED = 0.05
"""Weight of the readings that must move a result for it to be contested."""
LEAST_REDUNDANCY = 1e-6
LEAST_CORRELATION = 1e-3
"""Of two residuals: below, one mistake says nothing about the other."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What is mistaken as one piece."""

    rows: tuple[int, ...]
    """The first is the one taken to be wrong; a second is the other mark of a two-mark event, in
    which the same mistake, with the other sign, could equally be."""
    label: str
    width: float
    """σ of a mistake, in the row's unit."""
    log_odds: float
    """Of being mistaken rather than not."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What would have to be mistaken, and the posterior probability of that."""

    set_aside: tuple[Unit, ...]
    weight: float


class Readings:
    """All readings of a network whose evidence disagrees."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._solved: dict[frozenset[str], Adjustment] = {}
        whole = self._without(frozenset())
        self._units, self._certain = _in_question(whole)
        self._listed: list[tuple[NDArray[np.intp], float]] = []
        if self._units:
            self._weigh()

    def _w_limit(self) -> float:
        """3.29; with many units more, so that chance alone seldom exceeds it anywhere."""
        count = len(_units(self._without(frozenset())))
        alpha = ALPHA_0 * min(1.0, LARGEST_ENUMERATION / count)
        return NormalDist().inv_cdf(1 - alpha / 2)

    @property
    def weightiest(self) -> tuple[Reading, ...]:
        """The largest consistent readings that weigh something, the weightiest first."""
        return tuple(
            Reading((*self._certain, *(self._units[j] for j in out)), weight)
            for out, weight in self._listed
        )

    def _ids(self, rows: Iterable[int]) -> frozenset[str]:
        return frozenset(self._network.rows[row].id for row in rows)

    def _without(self, excluded: frozenset[str]) -> Adjustment:
        if excluded not in self._solved:
            self._solved[excluded] = adjust(self._network, excluded)
        return self._solved[excluded]

    def _weigh(self) -> None:
        """Weigh every combination; bit j of a reading's number: unit j is set aside."""
        base = self._without(self._ids(unit.rows[0] for unit in self._certain))
        numbers = np.arange(2 ** len(self._units))
        out = (numbers[:, None] >> np.arange(len(self._units))) & 1 == 1
        prior = np.array([unit.log_odds for unit in self._units])
        log_weight, chi2, spread, mistakes = evidence(_misfit(base, self._units), prior, out)
        weight = np.exp(log_weight - np.max(log_weight))
        weight /= weight.sum()
        largest = _largest(chi2, out, self._w_limit())
        largest = largest[weight[largest] >= min(1e-9, np.max(weight[largest]))]
        # A reading that sets more aside counts for the largest readings it is part of.
        part_of = (numbers & largest[:, None]) == largest[:, None]
        shares = part_of @ (weight / np.maximum(part_of.sum(axis=0), 1))
        ranked = np.argsort(-shares, kind="stable")[:SHOWN]
        self._listed = [
            (np.flatnonzero(out[largest[i]]), min(float(shares[i]), 1.0))
            for i in ranked
            if shares[i] >= min(LEAST_WEIGHT, shares[ranked[0]])
        ]
        keep = weight > 1e-9
        self._weights: Array = weight[keep] / weight[keep].sum()
        self._mistakes, self._spread = mistakes[keep], spread[keep]

    # -- one function ----------------------------------------------------------------------------

    def contested(self, function: Function) -> Contested | None:
        """The readings of a function, or ``None`` where no disagreement carries it.

        Carried means that readings which together weigh at least 5 % place the function further
        than its standard uncertainty from where the evidence as a whole places it.
        """
        whole = self._without(frozenset())
        if not self._units or not whole.estimable(function):
            return None
        ways = self._ways(function)
        placed = [self._placed(function, way) for way in ways]
        values, u = (np.concatenate(part) for part in zip(*placed, strict=True))
        weights = np.tile(self._weights / len(ways), len(ways))
        moved = np.abs(values - whole.value(function)) > u_without_scatter(whole, function)
        if float(weights[moved].sum()) < LEAST_CARRIED:
            return None
        return Contested(
            candidates=self._candidates(function, ways),
            interval_s=mixture_range(values, u, weights),
        )

    def _ways(self, function: Function) -> list[tuple[int, ...]]:
        """Row in error of every unit (first those out in all readings, then the enumerated ones).

        Of a two-mark event that is itself asked about either mark could be the wrong one.
        """
        rows = self._network.rows
        return list(
            itertools.product(
                *(
                    unit.rows if rows[unit.rows[0]].event in function.events else unit.rows[:1]
                    for unit in (*self._certain, *self._units)
                )
            )
        )

    def _placed(self, function: Function, way: tuple[int, ...]) -> tuple[Array, Array]:
        """Value and u of the function in every reading that counts (s)."""
        certain, in_error = way[: len(self._certain)], way[len(self._certain) :]
        base = self._without(self._ids(certain))
        # A mark asked about stays the instant it shows, mistaken for the event or not.
        gains = base.gains(replace(function, row_errors={}))
        lever = np.array(
            [
                gains[row] * unit.width * (1.0 if row == unit.rows[0] else -1.0)
                for row, unit in zip(in_error, self._units, strict=True)
            ]
        )
        added = (self._spread @ lever) @ lever
        u_s = np.sqrt(u_without_scatter(base, function) ** 2 + added)
        return base.value(function) - self._mistakes @ lever, u_s

    def _candidates(self, function: Function, ways: list[tuple[int, ...]]) -> tuple[Candidate, ...]:
        """The listed readings, each solved anew with its own coverage factor."""
        found: list[Candidate] = []
        units = (*self._certain, *self._units)
        either = {j for j in range(len(units)) if len({way[j] for way in ways}) > 1}
        for out, weight in self._listed:
            own = [*range(len(self._certain)), *(len(self._certain) + j for j in out.tolist())]
            several = list(dict.fromkeys(tuple(way[j] for j in own) for way in ways))
            for rows in several:
                alone = self._without(self._ids(rows))
                if not alone.estimable(function):
                    continue
                stated = alone.uncertain(function).expanded()
                labels = (
                    self._network.rows[row].label if j in either else units[j].label
                    for row, j in zip(rows, own, strict=True)
                )
                found.append(
                    Candidate(
                        set_aside=tuple(labels), weight=weight / len(several),
                        value_s=stated.value, U95_s=stated.U,
                    )
                )  # fmt: skip
        return tuple(found)


# -- units ----------------------------------------------------------------------------------------


def _units(adjustment: Adjustment) -> list[Unit]:
    """Everything that could be mistaken and that something checks."""
    rows = adjustment.rows
    marks: dict[int, list[int]] = {}
    for i, row in enumerate(rows):
        if row.event is not None and row.id not in adjustment.excluded:
            marks.setdefault(row.event, []).append(i)
    units = []
    for i, row in enumerate(rows):
        r = adjustment.redundancy[i]
        if row.kind == "quantity" or not r > LEAST_REDUNDANCY:
            continue
        together: tuple[int, ...] = (i,)
        if row.event is not None and len(marks[row.event]) == 2:
            if marks[row.event][0] != i:
                continue
            together = (i, marks[row.event][1])
        off = abs(float(adjustment.residuals[i])) / float(r)
        usual = widest = MISTAKE_S
        if row.kind == "drift-prior":
            usual, widest = LARGEST_RATE, MISTAKE_S / _lever(adjustment, row)
        widest = max(widest, off)
        # Mistakes beyond x become rarer as W/x: a minute is believed sooner than an hour.
        odds = MISTAKEN / (1 - MISTAKEN) * min(1.0, usual / off if off else 1.0)
        label = _label(adjustment, together)
        units.append(Unit(together, label, HEIGHT * widest, math.log(odds)))
    return units


def _lever(adjustment: Adjustment, prior: Row) -> float:
    """Seconds over which a clock was observed: what a wrong drift is multiplied with."""
    (number,) = prior.terms
    at = [row.terms.get(number, 0.0) for row in adjustment.rows if row is not prior]
    return max(max(at) - min(at), 1.0)


def _label(adjustment: Adjustment, together: tuple[int, ...]) -> str:
    """The name of an event both of whose marks are meant, else the row's own."""
    first = adjustment.rows[together[0]]
    if len(together) == 1:
        return first.label
    return adjustment.network.event_name(first) or first.unit


def _in_question(adjustment: Adjustment) -> tuple[list[Unit], tuple[Unit, ...]]:
    """The units to enumerate, and those that every reading sets aside; none without a dispute."""
    units = sorted(_units(adjustment), key=lambda unit: -_size_of_w(adjustment, unit))
    units = units[:MOST_UNITS]
    if not units or _size_of_w(adjustment, units[0]) <= W_LIMIT:
        return [], ()
    misfit = _misfit(adjustment, units)
    contested = [j for j, unit in enumerate(units) if _size_of_w(adjustment, unit) > W_LIMIT]
    own = _hanging_together(misfit.levers.T @ misfit.levers, contested)
    units = [units[j] for j in own]
    if len(units) <= LARGEST_ENUMERATION:
        return sorted(units, key=_place), ()
    return _undecided(units, misfit.of(own))


def _size_of_w(adjustment: Adjustment, unit: Unit) -> float:
    return abs(float(adjustment.standardised[unit.rows[0]]))


def _place(unit: Unit) -> int:
    return unit.rows[0]


def _hanging_together(coupling: Array, contested: list[int]) -> list[int]:
    """The units whose residuals hang together with those of the contested ones."""
    size = np.sqrt(np.diag(coupling))
    linked = np.abs(coupling) > LEAST_CORRELATION * np.outer(size, size)
    found, reached = set(contested), list(contested)
    while reached:
        new = set(np.flatnonzero(linked[reached.pop()]).tolist()) - found
        found |= new
        reached += new
    return sorted(found)


def _undecided(units: list[Unit], misfit: Misfit) -> tuple[list[Unit], tuple[Unit, ...]]:
    """The units to enumerate of many, and those that are set aside in every reading.

    Data snooping: one unit a round is set aside, or taken back, whichever adds most weight, until
    nothing does. Then every unit is judged by how little weight is lost when it changes sides,
    alone or instead of one that is out; the nearest are enumerated.
    """
    prior = np.array([unit.log_odds for unit in units])
    best: list[int] = []
    changed = _flips(misfit, prior, best)
    for _ in range(2 * len(units)):
        if float(np.max(changed)) <= 0:
            break
        best = sorted(set(best) ^ {int(np.argmax(changed))})
        changed = _flips(misfit, prior, best)
    near = changed.copy()
    for other in best:
        rest = [j for j in best if j != other]
        instead = changed[other] + _flips(misfit, prior, rest)
        kept = [j for j in range(len(units)) if j not in best]
        near[kept] = np.maximum(near[kept], instead[kept])
    ranked = np.argsort(-near, kind="stable").tolist()
    certain = tuple(units[j] for j in sorted(ranked[LARGEST_ENUMERATION:]) if j in best)
    return sorted((units[j] for j in ranked[:LARGEST_ENUMERATION]), key=_place), certain


def _flips(misfit: Misfit, prior: Array, out: list[int]) -> Array:
    """What it adds to the log weight when one unit changes sides, for every unit, shape (n,)."""
    chosen = misfit.levers[:, out]
    spread = np.linalg.inv(np.eye(len(out)) + chosen.T @ chosen)
    mistakes = spread @ (chosen.T @ misfit.residuals)
    mistakes += spread @ (chosen.T @ (misfit.residuals - chosen @ mistakes) - mistakes)
    pull = misfit.levers.T @ (misfit.residuals - chosen @ mistakes)
    across = misfit.levers - chosen @ (spread @ (chosen.T @ misfit.levers))
    left = np.maximum(np.einsum("ij,ij->j", misfit.levers, across), 0.0)
    changed: Array = prior - 0.5 * np.log1p(left) + 0.5 * pull**2 / (1 + left)
    # Taking back: the inverse less one row and column, by its Schur complement.
    own = np.diag(spread)
    changed[out] = -prior[out] - 0.5 * np.log(own) - 0.5 * mistakes**2 / own
    return changed


def _largest(chi2: Array, out: NDArray[np.bool_], w_limit: float) -> NDArray[np.intp]:
    """Numbers of the readings that are consistent and not part of a larger consistent one.

    Consistent: no kept unit is a mistake by the w-test. Setting a unit aside lowers χ² by w².
    """
    numbers = np.arange(len(chi2))
    consistent = np.ones(len(chi2), dtype=bool)
    for bit in range(out.shape[1]):
        kept = numbers[~out[:, bit]]
        consistent[kept] &= chi2[kept] - chi2[kept | (1 << bit)] <= w_limit**2
    keeps_more = np.zeros(len(chi2), dtype=bool)
    for bit in range(out.shape[1]):
        has = numbers[out[:, bit]]
        smaller = has ^ (1 << bit)
        keeps_more[has] |= consistent[smaller] | keeps_more[smaller]
    found: NDArray[np.intp] = np.flatnonzero(consistent & ~keeps_more)
    return found


def _misfit(adjustment: Adjustment, units: list[Unit]) -> Misfit:
    rows = [unit.rows[0] for unit in units]
    return misfit_of(adjustment, rows, [unit.width for unit in units])


def u_without_scatter(adjustment: Adjustment, function: Function) -> float:
    """Standard uncertainty of a function as its inputs state it, without a Birge factor (s)."""
    u = np.array([row.distribution.u for row in adjustment.rows])
    network = float(np.sum((adjustment.gains(function) * u) ** 2))
    return math.sqrt(network + math.fsum(part.u**2 for part in function.extra))
