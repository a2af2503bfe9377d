"""The rows of a network as columns and sparse entries: sums over events, rank, and triangles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.network import Network
from sync.errors import NetworkError
from sync.uncertainty import InputColumns

Array = NDArray[np.float64]

RANK_TOLERANCE = 1e-9
WELL_CONDITIONED = 300.0
"""Bound on the inverse of the scaled columns' triangle (Frobenius norm) for normal equations: they
lose its square, which leaves eleven digits; 100 recordings with drift priors reach 45."""
PRIOR_KINDS = ("quantity", "drift-prior")
"""Kinds of rows that state what is assumed, not what was observed."""


class Design:
    """Every row of a network; which of them count is told by their weights.

    Raises
    ------
    sync.errors.NetworkError
        When a row's value or a coefficient is not finite.
    """

    def __init__(self, network: Network) -> None:
        rows = network.rows
        self.shape = (len(rows), len(network.parameters))
        self.events = len(network.events)
        self.value = np.array([row.value for row in rows], dtype=float)
        self.inputs = InputColumns([row.id for row in rows], [row.distribution for row in rows])
        self.observed = np.array([row.kind not in PRIOR_KINDS for row in rows], dtype=bool)
        self.event = np.array([-1 if row.event is None else row.event for row in rows], dtype=int)
        """Event of each row, -1 where it has none."""
        self._row = np.repeat(np.arange(len(rows)), [len(row.terms) for row in rows])
        self._parameter = np.array([number for row in rows for number in row.terms], dtype=int)
        self._coefficient = np.array([c for row in rows for c in row.terms.values()], dtype=float)
        wrong = np.concatenate(
            [np.flatnonzero(~np.isfinite(self.value)), self._row[~np.isfinite(self._coefficient)]]
        )
        if len(wrong):
            row = rows[int(wrong[0])]
            raise NetworkError(f"{row.id}: its time is not a finite number.", row=row.id)

    def times(self, x: Array) -> Array:
        """A·x of all rows, without event times."""
        return _sums(self._row, self._coefficient * x[self._parameter], self.shape[0])

    def event_sums(self, values: Array) -> Array:
        """Σ of ``values`` (rows,) over the rows of each event, shape (events,)."""
        # The last sum is that of the rows without an event.
        return _sums(self.event % (self.events + 1), values, self.events + 1)[:-1]

    def event_means(self, weight: Array) -> tuple[Array, Array]:
        """Weighted means over the rows of each event: design (events, n) and value (events,)."""
        n = self.shape[1]
        total = self.event_sums(weight)
        total[total == 0] = 1.0
        event = self.event[self._row]
        on = event >= 0
        entries = (weight[self._row] * self._coefficient)[on]
        cells = event[on] * n + self._parameter[on]
        design = _sums(cells, entries, self.events * n).reshape(self.events, n)
        return design / total[:, None], self.event_sums(weight * self.value) / total

    def centred(self, means: Array) -> Array:
        """The design less its event's mean; rows without an event unchanged. Dense (rows, n)."""
        extended = np.vstack([-means, np.zeros((1, self.shape[1]))])
        result: Array = extended[self.event]
        result[self._row, self._parameter] += self._coefficient
        return result

    def estimable_space(self, used: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
        """Row space and null space of the unweighted design, columns scaled to unit norm.

        Returns
        -------
        tuple of ndarray
            Scale (n,), basis of the row space (n, rank) and of the null space (n, n - rank), both
            of the scaled parameters.
        """
        plain = self.centred(self.event_means(used.astype(float))[0])[used]
        norms = np.linalg.norm(plain, axis=0)
        scale: Array = np.where(norms > 0, norms, 1.0)
        n = len(scale)
        if n == 0 or plain.shape[0] == 0:
            return scale, np.zeros((n, 0)), np.eye(n)
        triangle = np.linalg.qr(plain / scale, mode="r")
        _, singular, right = np.linalg.svd(triangle, full_matrices=True)
        rank = int(np.sum(singular > RANK_TOLERANCE * max(1.0, float(singular[0]))))
        return scale, right[:rank].T, right[rank:].T


def by_normal_equations(whitened: Array) -> Array | None:
    """R⁻¹ (n, n) with RᵀR = WᵀW, or ``None`` where W's columns are too near to dependent."""
    normal = whitened.T @ whitened
    norms = np.sqrt(np.diag(normal))
    if not norms.all():
        return None
    try:
        lower = np.linalg.cholesky(normal / np.outer(norms, norms))
    except np.linalg.LinAlgError:
        return None
    inverse: Array = np.linalg.inv(lower)
    if np.linalg.norm(inverse) > WELL_CONDITIONED:
        return None
    return inverse.T / norms[:, None]


def by_rows(whitened: Array, scale: Array, basis: Array) -> tuple[Array, Array]:
    """Q (rows, rank) and B (n, rank) with W·B = Q on the space of ``basis``."""
    if not basis.shape[1]:
        return np.zeros((len(whitened), 0)), basis
    reduced = (whitened / scale) @ basis
    # Columns may differ by many orders of magnitude (u from 1e-4 to 10 s).
    column = np.linalg.norm(reduced, axis=0)
    column[column == 0] = 1.0
    q, triangle = np.linalg.qr(reduced / column)
    return q, (basis / scale[:, None]) @ (np.linalg.inv(triangle) / column[:, None])


def _sums(into: NDArray[np.int_], values: Array, length: int) -> Array:
    """Σ of the values of every number 0 … length - 1."""
    return np.asarray(np.bincount(into, values, minlength=length), dtype=float)
