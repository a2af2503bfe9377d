"""Coverage factors of many linear functions at once (JCGM 101, as in ``sync.uncertainty``).

One function's k costs about a millisecond; a leave-one-out table or the marks of a case ask for
hundreds. Here the characteristic functions are inverted together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.adjust import UNCHECKED_ABOVE, Adjustment
from sync.adjustment.network import Function
from sync.uncertainty import LEVEL, Z95, Distribution, Expanded, coverage_factor

Array = NDArray[np.float64]

_LUMP_BELOW = 0.05
"""Inputs with a smaller share of the standard deviation count as normal (k moves by < 1e-4)."""
_STEP = 0.75
"""Step of the Fourier series in 1/σ: its period of 8.4 σ leaves 6.4 σ beyond the 2 σ asked."""
_ENDS = np.array([12, 24, 60, 140, 320, 540])
"""Where a series may end: by the last, three rectangular inputs have decayed below 1e-6."""
_SMALL = 0.15
"""Shares below need no sine each: with x = √3·share·t, ln(sin x/x) is its series in x²."""
_LOG_SINC = (-1 / 6, -1 / 180, -1 / 2835, -1 / 37800)
_SMOOTH = 0.25
"""Least part of the variance, normal or small, for which that series holds as far as it counts."""
_LOG_NOTHING = math.log(1e-9)
_FIRST = 0.95 * math.sqrt(3) - 0.01
"""Below the smallest k of any sum, one rectangular input's."""
_TINY = 1e-9
"""Stands for 0 in sin x / x."""
_ROUNDS = 20
_NEAR = 1e-4
_TOGETHER = 100


def stated_together(
    adjustment: Adjustment, functions: Sequence[Function]
) -> list[tuple[Expanded, bool]]:
    """Each function as ``adjustment.uncertain(function).expanded()`` states it, and whether it is
    ``adjustment.unchecked(function)``.

    For functions without independent inputs of their own (``Function.extra``).
    """
    if not functions:
        return []
    if len(functions) > _TOGETHER:  # for memory's sake
        first, rest = functions[:_TOGETHER], functions[_TOGETHER:]
        return stated_together(adjustment, first) + stated_together(adjustment, rest)
    gains = adjustment.gains_of(functions)
    unnoticed = adjustment.largest_unnoticed_of(gains)
    distributions = [row.distribution for row in adjustment.rows]
    scatter = np.array([adjustment.scatter_of(function) for function in functions])
    deviations = gains * np.array([d.u for d in distributions]) * scatter[:, None]
    u = np.sqrt(np.einsum("ij,ij->i", deviations, deviations))
    k = coverage_factors(deviations, distributions)
    return [
        (Expanded(adjustment.value(function), size, factor, factor * size, LEVEL),
         shift > UNCHECKED_ABOVE * factor * size)
        for function, size, factor, shift in zip(
            functions, u.tolist(), k.tolist(), unnoticed.tolist(), strict=True
        )
    ]  # fmt: skip


def coverage_factors(deviations: Array, distributions: Sequence[Distribution]) -> Array:
    """k of every row's sum for 95 %, as :func:`sync.uncertainty.coverage_factor` gives it.

    Parameters
    ----------
    deviations
        Signed standard deviation of every input in every sum, shape (sums, inputs).
    distributions
        Shape and reliability of the inputs; their own u is not used.

    Returns
    -------
    ndarray
        Shape (sums,); 1 for a sum without uncertainty.
    """
    total = np.sqrt(np.einsum("ij,ij->i", deviations, deviations))
    share = np.abs(deviations) / np.where(total > 0, total, 1.0)[:, None]
    rectangular, triangular = (
        np.array([d.shape == shape for d in distributions], dtype=bool)
        for shape in ("rectangular", "triangular")
    )
    edged = (rectangular | triangular) & (share >= _LUMP_BELOW)
    normal = np.sqrt(np.einsum("ij,ij->i", share, np.where(edged, 0.0, share)))
    k = np.where(total > 0, Z95, 1.0)
    count = edged.sum(axis=1)
    few = (count > 0) & (count <= 2) & (normal < 1e-3)
    for i in np.flatnonzero(few):  # a closed form, or nearly
        at = np.flatnonzero(edged[i]).tolist()
        k[i] = coverage_factor([(float(share[i, j]), distributions[j].shape) for j in at])
    wide = np.flatnonzero((count > 0) & ~few)
    if len(wide):
        parts = _gathered(np.where(edged[wide], share[wide], 0.0), triangular)
        k[wide] = _inverted(parts, normal[wide])
    return _with_reliability(k, share, distributions)


def _gathered(share: Array, triangular: NDArray[np.bool_]) -> Array:
    """Rectangular parts of each sum, padded with zeros; a triangular one is two of 1/√2."""
    if triangular.any():
        halves = np.where(triangular, share / math.sqrt(2), 0.0)
        share = np.concatenate([np.where(triangular, halves, share), halves], axis=1)
    rows, columns = np.nonzero(share)
    count = np.bincount(rows, minlength=len(share))
    place = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    kept = np.zeros((len(share), int(count.max())))
    kept[rows, place] = share[rows, columns]
    return kept


def _inverted(parts: Array, normal: Array) -> Array:
    """Newton's method on P(|Y| ≤ k) = 0.95 from Cornish and Fisher's expansion.

    P is concave, so that after one step it comes from below and never oversteps.
    """
    k: Array = Z95 - 1.2 * (Z95**3 - 3 * Z95) / 24 * np.einsum("ij,ij->i", parts**2, parts**2)
    small = np.where(parts < _SMALL, parts, 0.0)
    small[normal**2 + (small**2).sum(axis=1) < _SMOOTH] = 0.0
    large = np.sort(np.where(small > 0, 0.0, parts), axis=1)[:, ::-1]
    large = large[:, : int((large > 0).sum(axis=1).max())]
    terms = _terms(large, np.sqrt(normal**2 + (small**2).sum(axis=1)))
    for end in np.unique(terms):
        at = np.flatnonzero(terms == end)
        number = np.arange(1, end + 1)
        phi = _characteristic(large[at], small[at], normal[at], _STEP * number)
        over, found = phi / number, k[at]
        for _ in range(_ROUNDS):
            angle = found[:, None] * (_STEP * number)
            inside = _STEP * found + 2 * np.einsum("ij,ij->i", over, np.sin(angle))
            density = _STEP * (1 + 2 * np.einsum("ij,ij->i", phi, np.cos(angle)))
            step = (LEVEL * math.pi - inside) / density
            found = np.maximum(found + step, _FIRST)
            if float(np.max(np.abs(step))) < _NEAR:  # what is left is its square, nearly
                break
        k[at] = found
    return k


def _terms(parts: Array, normal: Array) -> NDArray[np.intp]:
    """Where each series may end: |sin x / x| is below exp(-x²/6) up to π, and below 1/x."""
    log_bound = -0.5 * (normal[:, None] * _STEP * _ENDS) ** 2
    for column in parts.T:
        x = math.sqrt(3) * column[:, None] * _STEP * _ENDS
        log_bound += np.where(x < math.pi, -(x**2) / 6, -np.log(np.maximum(x, 1.0)))
    small = log_bound < _LOG_NOTHING
    last: NDArray[np.intp] = np.where(small.any(axis=1), small.argmax(axis=1), len(_ENDS) - 1)
    return _ENDS[last]


def _characteristic(large: Array, small: Array, normal: Array, grid: Array) -> Array:
    """Characteristic function of every sum on the grid, shape (sums, terms)."""
    log = -0.5 * (normal[:, None] * grid) ** 2
    square, at = 3 * small * small, grid * grid
    power, upto = square, at
    for coefficient in _LOG_SINC:
        log += coefficient * power.sum(axis=1)[:, None] * upto
        power, upto = power * square, upto * at
    phi: Array = np.exp(log)
    for column in large.T:
        x = np.maximum(math.sqrt(3) * column, _TINY)[:, None] * grid
        phi *= np.sin(x) / x
    return phi


def _with_reliability(k: Array, share: Array, distributions: Sequence[Distribution]) -> Array:
    """Not below Student's t where an input's own reliability is stated (Welch–Satterthwaite)."""
    dof = np.array([d.dof for d in distributions], dtype=float)
    stated = np.isfinite(dof)
    if not stated.any():
        return k
    from scipy.special import stdtrit

    below = (share[:, stated] ** 4 / dof[stated]).sum(axis=1)
    with np.errstate(divide="ignore"):
        t: Array = stdtrit(1.0 / below, 0.5 + LEVEL / 2)
    return np.where(below > 0, np.maximum(k, t), k)
