"""What leaving out rows does to functions of the network, without solving again.

Leaving out rows S is the same as giving each an unknown shift. With M = P^½ Q_v P^½ (whitened), g
the whitened gains of a function and v the whitened residuals,

    g' = g - g_S M_SS⁻¹ M_S·     f' = f - g_S M_SS⁻¹ v_S     v' = v - v_S M_SS⁻¹ M_S·

exactly; for one row, f moves by g_i·v_i/r_i. Where M_SS is singular (nothing else checks a row)
the network must be solved again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.adjust import GLOBAL_ALPHA, W_LIMIT, Adjustment
from sync.adjustment.network import Function

Array = NDArray[np.float64]

SINGULAR = 1e-6
"""Least eigenvalue of M_SS (0…1) for which the update keeps nine digits."""
_NUMBERS = 200_000
"""Of one block of updates, for memory's sake."""


def as_shifts(
    adjustment: Adjustment, sets: Sequence[Sequence[str]]
) -> list[tuple[NDArray[np.intp], int | None]]:
    """Row numbers to shift for each set of rows left out, and the event that goes with them: of a
    whole event one row less, whose shift would be the event's own time."""
    number = {row.id: i for i, row in enumerate(adjustment.rows)}
    marks: dict[int, int] = {}
    for row in adjustment.rows:
        if row.event is not None and row.id not in adjustment.excluded:
            marks[row.event] = marks.get(row.event, 0) + 1
    found = []
    for ids in sets:
        at = [number[name] for name in ids]
        event = adjustment.rows[at[0]].event
        whole = event is not None and len(at) == marks[event]
        found.append((np.array(at[1:] if whole else at, dtype=np.intp), event if whole else None))
    return found


@dataclass(frozen=True, slots=True)
class Updates:
    """What leaving out some rows does to every function, for n sets of as many rows each."""

    numbers: list[int]
    """Which of the sets asked about these are."""
    at: NDArray[np.intp]
    """The rows left out, shape (n, left out)."""
    inverse: Array
    """M_SS⁻¹, shape (n, left out, left out)."""
    spread: Array
    """M_SS⁻¹ M_S·, shape (n, left out, rows)."""
    shift: Array
    """M_SS⁻¹ v_S: what is wrong with the rows left out, in their u; shape (n, left out)."""
    birge: Array
    """The Birge factor of what remains, shape (n,)."""
    wrong: dict[int, Array]
    """By how much each contested row of what remains is wrong, in its u, where any is contested;
    shape (rows,)."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A function by the rows that carry it."""

    value: float
    gains: Array
    """g·u of the least-squares solution, shape (rows,)."""
    own: Array
    """The same of the rows' own errors (a mark placed by its own reading)."""
    typed: float
    """u of independent inputs of its own."""

    @classmethod
    def of(cls, adjustment: Adjustment, function: Function) -> Carried:
        """The function as the whole network has it."""
        u = np.array([row.distribution.u for row in adjustment.rows])
        own = np.zeros(len(u))
        for number, coefficient in function.row_errors.items():
            own[number] = coefficient * u[number]
        gains = adjustment.gains(function) * u - own
        typed = float(np.linalg.norm([part.u for part in function.extra]))
        return cls(adjustment.value(function), gains, own, typed)

    def without(self, left: Updates) -> tuple[Array, Array]:
        """Values (n,) and g·u (n, rows), Birge factor included, with rows left out."""
        at = self.gains[left.at]
        solved = self.gains - np.einsum("ps,psr->pr", at, left.spread)
        sums = solved + self.own
        total = np.sqrt(np.einsum("pr,pr->p", sums, sums) + self.typed**2)
        scatter = left.birge.copy()
        for n, wrong in left.wrong.items():  # as Adjustment.conflict
            if not bool(np.any(np.abs(solved[n] * wrong) > total[n])):
                scatter[n] = 1.0
        return self.value - np.einsum("ps,ps->p", at, left.shift), sums * scatter[:, None]


def updates(adjustment: Adjustment, sets: Sequence[NDArray[np.intp] | None]) -> Iterator[Updates]:
    """What leaving out each set of rows does, where the update is exact; ``None`` is passed over.

    Sets of one size come in blocks.
    """
    u = np.array([row.distribution.u for row in adjustment.rows])
    r = np.nan_to_num(adjustment.redundancy)
    v = np.where(np.isnan(adjustment.redundancy), 0.0, adjustment.residuals / u)
    by_size: dict[int, list[int]] = {}
    checked = r >= SINGULAR
    for number, rows in enumerate(sets):
        if rows is not None and checked[rows].all():
            by_size.setdefault(len(rows), []).append(number)
    for size, numbers in by_size.items():
        together = max(1, _NUMBERS // (size * len(u)))
        for first in range(0, len(numbers), together):
            block = numbers[first : first + together]
            at = np.array([sets[number] for number in block])
            yield _block(adjustment, block, at, r, v)


def _block(
    adjustment: Adjustment, numbers: list[int], at: NDArray[np.intp], r: Array, v: Array
) -> Updates:
    size = at.shape[1]
    every = adjustment.projection(at.ravel()).reshape(len(at), size, -1)
    inner = np.take_along_axis(every, at[:, None, :], axis=2)
    least = np.linalg.eigvalsh(inner)[:, 0] if size > 1 else inner[:, 0, 0]
    clear = np.flatnonzero(least >= SINGULAR)
    at, every = at[clear], every[clear]
    inverse = np.asarray(np.linalg.inv(inner[clear]), dtype=np.float64)
    spread: Array = inverse @ every
    shift: Array = np.einsum("pij,pj->pi", inverse, v[at])
    less = np.einsum("pi,pi->p", v[at], shift)
    birge = _birge(np.maximum(adjustment.chi2 - less, 0.0), adjustment.dof - size)
    left = r - np.einsum("pij,pij->pj", every, spread)
    rest = v - np.einsum("pi,pij->pj", v[at], spread)
    np.put_along_axis(left, at, 0.0, axis=1)
    checked = left > SINGULAR
    high = checked & (rest**2 > W_LIMIT**2 * left)
    wrong = {
        n: _wrong(adjustment, high[n], checked[n], rest[n], left[n])
        for n in np.flatnonzero(high.any(axis=1)).tolist()
    }
    return Updates([numbers[i] for i in clear], at, inverse, spread, shift, birge, wrong)


def _wrong(
    adjustment: Adjustment,
    high: NDArray[np.bool_],
    checked: NDArray[np.bool_],
    v: Array,
    r: Array,
) -> Array:
    """v/r of the contested observations, in their u; 0 of all others."""
    units = {adjustment.rows[i].unit for i in np.flatnonzero(high)}
    contested = np.array([row.unit in units for row in adjustment.rows], dtype=bool)
    at = contested & checked & adjustment.observed
    found: Array = np.where(at, v / np.where(at, r, 1.0), 0.0)
    return found


def _birge(chi2: Array, dof: int) -> Array:
    """As :attr:`Adjustment.birge`."""
    from scipy.special import chdtrc

    if dof <= 0:
        return np.ones(len(chi2))
    fails = np.asarray(chdtrc(dof, chi2)) < GLOBAL_ALPHA
    found: Array = np.where(fails, np.maximum(1.0, np.sqrt(chi2 / dof)), 1.0)
    return found
