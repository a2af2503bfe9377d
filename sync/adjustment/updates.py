"""What leaving out rows does to functions of the network, without solving again.

Leaving out rows S is the same as giving each an unknown shift. With M = P^½ Q_v P^½ (whitened), g
the whitened gains of a function and v the whitened residuals,

    g' = g - g_S M_SS⁻¹ M_S·     f' = f - g_S M_SS⁻¹ v_S     v' = v - v_S M_SS⁻¹ M_S·

exactly; for one row, f moves by g_i·v_i/r_i. Where M_SS is singular (nothing else checks a row)
the network must be solved again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.adjust import GLOBAL_ALPHA, W_LIMIT, Adjustment
from sync.adjustment.network import Function

Array = NDArray[np.float64]

SINGULAR = 1e-6
"""Least eigenvalue of M_SS (0…1) for which the update keeps nine digits."""
TOGETHER = 64
"""Sets worked out in one go, for memory's sake."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A function by the rows that carry it."""

    value: float
    gains: Array
    """g·u of the least-squares solution, shape (rows,)."""
    own: Array
    """The same of the rows' own errors (a mark placed by its own reading)."""

    @classmethod
    def of(cls, adjustment: Adjustment, function: Function) -> Carried:
        """The function as the whole network has it."""
        u = np.array([row.distribution.u for row in adjustment.rows])
        own = np.zeros(len(u))
        for number, coefficient in function.row_errors.items():
            own[number] = coefficient * u[number]
        return cls(adjustment.value(function), adjustment.gains(function) * u - own, own)

    def without(self, at: NDArray[np.intp], update: Update) -> tuple[float, Array]:
        """Value and g·u, Birge factor included, with rows left out."""
        sums = self.gains - self.gains[at] @ update.spread + self.own
        return self.value - float(self.gains[at] @ update.shift), sums * update.scatter


def as_shifts(adjustment: Adjustment, sets: Sequence[Sequence[str]]) -> list[NDArray[np.intp]]:
    """Row numbers to shift for each set of rows left out: of a whole event one row less, whose
    shift would be the event's own time."""
    number = {row.id: i for i, row in enumerate(adjustment.rows)}
    marks: dict[int, int] = {}
    for row in adjustment.rows:
        if row.event is not None and row.id not in adjustment.excluded:
            marks[row.event] = marks.get(row.event, 0) + 1
    found = []
    for ids in sets:
        at = [number[name] for name in ids]
        event = adjustment.rows[at[0]].event
        found.append(np.array(at[1:] if event is not None and len(at) == marks[event] else at))
    return found


@dataclass(frozen=True, slots=True)
class Update:
    """What leaving out some rows does to every function."""

    spread: Array
    """M_SS⁻¹ M_S·, shape (left out, rows)."""
    shift: Array
    """M_SS⁻¹ v_S: what is wrong with the rows left out, in their u."""
    scatter: float
    """The Birge factor of what remains."""


def updates(adjustment: Adjustment, sets: Sequence[NDArray[np.intp]]) -> list[Update | None]:
    """One update for each set of rows; ``None`` where it is not exact or what remains disagrees."""
    u = np.array([row.distribution.u for row in adjustment.rows])
    r = np.nan_to_num(adjustment.redundancy)
    v = np.where(np.isnan(adjustment.redundancy), 0.0, adjustment.residuals / u)
    chi2, dof = adjustment.chi2, adjustment.dof
    result: list[Update | None] = [None] * len(sets)
    by_size: dict[int, list[int]] = {}
    for number, at in enumerate(sets):
        if float(r[at].min()) >= SINGULAR:
            by_size.setdefault(len(at), []).append(number)
    blocks = [
        (size, numbers[first : first + TOGETHER])
        for size, numbers in by_size.items()
        for first in range(0, len(numbers), TOGETHER)
    ]
    for size, numbers in blocks:
        at = np.array([sets[number] for number in numbers])
        every = adjustment.projection(at.ravel()).reshape(len(numbers), size, -1)
        inner = np.take_along_axis(every, at[:, None, :], axis=2)
        clear = np.linalg.eigvalsh(inner)[:, 0] >= SINGULAR
        at, every, inner = at[clear], every[clear], inner[clear]
        spread = np.linalg.solve(inner, every)
        shift = np.linalg.solve(inner, v[at][:, :, None])[:, :, 0]
        left = r - np.einsum("pij,pij->pj", every, spread)
        rest = v - np.einsum("pi,pij->pj", v[at], spread)
        agree = np.all((left <= SINGULAR) | (rest**2 <= W_LIMIT**2 * left), axis=1)
        less = np.einsum("pi,pi->p", v[at], shift)
        for i, number in enumerate(np.array(numbers)[clear].tolist()):
            if agree[i]:
                scatter = _birge(max(chi2 - float(less[i]), 0.0), dof - size)
                result[number] = Update(spread[i], shift[i], scatter)
    return result


def _birge(chi2: float, dof: int) -> float:
    """As :attr:`Adjustment.birge`."""
    from scipy.special import chdtrc

    if dof <= 0 or float(chdtrc(dof, chi2)) >= GLOBAL_ALPHA:
        return 1.0
    return max(1.0, math.sqrt(chi2 / dof))
