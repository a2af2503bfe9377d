"""The Gaussian integrals behind the readings of :mod:`sync.adjustment.conflict`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.adjust import Adjustment

Array = NDArray[np.float64]

TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Misfit:
    """The whitened residuals, and what a mistake of 1 σ in each unit adds to them.

    In an orthonormal basis of what n units can change, so that χ² is the length of a vector found
    by subtraction: a difference of two χ² of a mistake of an hour would have no digits left.
    """

    levers: Array
    """Shape (n, n), by unit in the columns; leversᵀ·levers = σBᵀRBσ."""
    residuals: Array
    """Shape (n,); leversᵀ·residuals = σBᵀPv."""
    rest: float
    """χ² that no mistake of these units changes."""

    def of(self, chosen: list[int]) -> Misfit:
        """For some of the units."""
        return Misfit(self.levers[:, chosen], self.residuals, self.rest)


def misfit_of(adjustment: Adjustment, rows: list[int], widths: list[float]) -> Misfit:
    """The misfit for mistakes in ``rows`` of standard deviation ``widths``, one a unit."""
    u = np.array([row.distribution.u for row in adjustment.rows])
    root = np.sqrt(np.nan_to_num(adjustment.redundancy))
    used = np.isfinite(adjustment.redundancy)
    levers = np.array(
        [
            adjustment.residual_correlation(i) * root * root[i] * (width / u[i])
            for i, width in zip(rows, widths, strict=True)
        ]
    ).T[used]
    residuals = (adjustment.residuals / u)[used]
    basis, levers = np.linalg.qr(levers)
    inside = basis.T @ residuals
    left = residuals - basis @ inside
    return Misfit(levers, inside, float(left @ left))


def evidence(
    misfit: Misfit, log_odds: Array, out: NDArray[np.bool_]
) -> tuple[Array, Array, Array, Array]:
    """Log weight and χ² of readings, with the mistakes each assumes.

    Parameters
    ----------
    misfit
        Of n units.
    log_odds
        Prior log odds of each unit being mistaken, shape (n,).
    out
        What each reading sets aside, shape (2ⁿ, n): every combination, the first unit's bit lowest.

    Returns
    -------
    tuple
        Log weight and χ² of what is kept (readings,); covariance (readings, n, n) and mean
        (readings, n) of the mistakes in units of their σ, zero for what is kept.
    """
    swept, log_determinant = _every_inverse(np.eye(len(log_odds)) + misfit.levers.T @ misfit.levers)
    spread = np.where(out[:, :, None] & out[:, None, :], swept, 0.0)
    mistakes = np.zeros(out.shape)
    for _ in range(2):  # the second refines what the first rounds off
        left = misfit.residuals - mistakes @ misfit.levers.T
        gradient = np.where(out, left @ misfit.levers - mistakes, 0.0)
        mistakes = mistakes + (spread @ gradient[:, :, None])[:, :, 0]
    left = misfit.residuals - mistakes @ misfit.levers.T
    chi2 = misfit.rest + np.einsum("ki,ki->k", left, left)
    penalty = np.einsum("ki,ki->k", mistakes, mistakes)
    return out @ log_odds - 0.5 * (log_determinant + chi2 + penalty), chi2, spread, mistakes


def _every_inverse(matrix: Array) -> tuple[Array, Array]:
    """Inverse and log determinant of every principal part of a positive definite matrix.

    By the sweep operator: each unit in turn doubles what is done. Shapes (2ⁿ, n, n), of which only
    a part's own rows and columns mean anything, and (2ⁿ,).
    """
    swept, log_determinant = matrix[None], np.zeros(1)
    for j in range(len(matrix)):
        pivot, row = swept[:, j, j].copy(), swept[:, j, :].copy()
        column = row / pivot[:, None]
        more = swept - column[:, :, None] * row[:, None, :]
        more[:, j, :] = more[:, :, j] = column
        more[:, j, j] = -1 / pivot
        swept = np.concatenate((swept, more))
        log_determinant = np.concatenate((log_determinant, log_determinant + np.log(pivot)))
    return -swept, log_determinant


def mixture_range(values: Array, u: Array, weights: Array) -> tuple[float, float]:
    """Equal-tailed 95 % range of a mixture of normal distributions."""
    from scipy.special import ndtr  # scipy is slow to import; rarely needed here

    keep = weights > 1e-9 * float(np.max(weights))
    values, u, weights = values[keep], np.maximum(u[keep], 1e-12), weights[keep]
    weights = weights / weights.sum()
    ends = []
    for target in (TAIL, 1 - TAIL):
        low, high = float(np.min(values - 10 * u)), float(np.max(values + 10 * u))
        while high - low > 1e-9 * max(1.0, abs(low)):
            middle = 0.5 * (low + high)
            below = float(weights @ ndtr((middle - values) / u))
            low, high = (middle, high) if below < target else (low, middle)
        ends.append(0.5 * (low + high))
    return ends[0], ends[1]
