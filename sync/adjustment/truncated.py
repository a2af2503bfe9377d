"""Normal distributions cut off by linear inequalities (``estimation.md`` §6).

In one dimension moments come from quadrature and draws from the inverse distribution function,
both sound far out in a tail and in windows much narrower than u. In more dimensions expectation
propagation finds the shape and hit-and-run draws from the exact truncated distribution. The
coordinates are independent standard normals, so nothing is ever inverted that may be singular:
dependent limits are rows that happen to be dependent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sync.uncertainty import Shape, standard_distribution

Array = NDArray[np.float64]

SAMPLES = 20_000
_CHAINS = 400
"""Chains that are stepped together: one numpy call moves them all."""
_SWEEPS = 60
_CONVERGED = 1e-7
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_NEGLIGIBLE = 40.0
"""Where the log density has fallen by this much, what lies beyond adds nothing (4e-18)."""
_LEAST_MASS = 1e-9
"""Of a tabulated distribution: with less between two ends its digits are used up, and the normal
one stands in."""
_NARROWEST = 1e-9
"""In u: the least width a limit's factor is given, so that nothing is divided by 0."""
_NARROW = 1e-4
"""In u: within so narrow a window the log density is a straight line."""


def truncated_moments(
    mean: float, u: float, low: float = -math.inf, high: float = math.inf
) -> tuple[float, float]:
    """Mean and standard deviation of N(mean, u²) restricted to low ≤ y ≤ high.

    Gauss-Legendre quadrature over the part that has weight: differences of the normal distribution
    function, as in the textbook formula, lose all digits in a tail or a narrow window.
    """
    a, b = (low - mean) / u, (high - mean) / u
    mode = min(max(0.0, a), b)
    reach = math.sqrt(mode * mode + 2 * _NEGLIGIBLE)
    a, b = max(a, -reach), min(b, reach)
    z = 0.5 * (a + b) + 0.5 * (b - a) * _NODES
    weight = _WEIGHTS * np.exp(0.5 * (mode * mode - z * z))
    weight /= weight.sum()
    centre = float(weight @ z)
    spread = math.sqrt(float(weight @ (z - centre) ** 2))
    return mean + u * centre, u * spread


def truncated_draws(low: Array, high: Array, uniform: Array) -> Array:
    """Quantiles at ``uniform`` (0…1) of standard normals restricted to low ≤ z ≤ high.

    All of one shape. Worked in the left tail in logarithms, where no digit is lost.
    """
    from scipy.special import log_ndtr, ndtri_exp

    flip = low > -high
    a, b = np.where(flip, -high, low), np.where(flip, -low, high)
    part = np.where(flip, 1.0 - uniform, uniform)
    below_a, below_b = log_ndtr(a), log_ndtr(b)
    z = ndtri_exp(below_b + np.log(part + (1.0 - part) * np.exp(below_a - below_b)))
    narrow = b - a < _NARROW
    if narrow.any():
        width, slope = (b - a)[narrow], 0.5 * (a + b)[narrow]
        steep = np.where(np.abs(slope * width) > 1e-12, slope * width, 1e-12)
        z[narrow] = a[narrow] - width * np.log1p(part[narrow] * np.expm1(-steep)) / steep
    z = np.clip(z, a, b)
    found: Array = np.where(flip, -z, z)
    return found


class StandardSum:
    """A sum of independent inputs with mean 0, scaled to u = 1, as it is actually distributed.

    Parameters
    ----------
    parts
        (standard deviation, shape) of each input; any common unit.
    """

    def __init__(self, parts: Sequence[tuple[float, Shape]]) -> None:
        self._table = standard_distribution(parts)

    def below(self, z: Array) -> Array:
        """P(Y ≤ z)."""
        if self._table is not None:
            return np.asarray(np.interp(z, *self._table), dtype=np.float64)
        from scipy.special import ndtr

        return np.asarray(ndtr(z), dtype=np.float64)

    def between(self, low: float, high: float, uniform: Array) -> Array:
        """Quantiles at ``uniform`` (0…1) of Y restricted to low ≤ Y ≤ high."""
        if self._table is not None:
            first, last = self.below(np.array([low, high]))
            if last - first > _LEAST_MASS:
                at, below = self._table
                rising = np.concatenate([[True], np.diff(below) > 0])
                inner = np.interp(first + uniform * (last - first), below[rising], at[rising])
                return np.asarray(np.clip(inner, low, high), dtype=np.float64)
        ends = np.full((2, *uniform.shape), [[low], [high]])
        return truncated_draws(ends[0], ends[1], uniform)


def expectation_propagation(rows: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Mean and covariance of standard normals η restricted to low ≤ rows·η ≤ high, nearly.

    Each limit in turn is replaced by the normal factor that reproduces the moments of the
    truncation (Minka 2001; Cunningham, Hennig and Lacoste-Julien 2011): exact for one limit, close
    for several. It gives hit-and-run its shape and its start.

    Parameters
    ----------
    rows
        Shape (limits, dimensions).
    low, high
        Shape (limits,); infinite where open.
    """
    count, dimensions = rows.shape
    precision, shift = np.zeros(count), np.zeros(count)
    mean: Array = np.zeros(dimensions)
    covariance: Array = np.eye(dimensions)
    for _ in range(_SWEEPS):
        before = mean.copy()
        for i in range(count):
            along = covariance @ rows[i]
            variance, at = float(rows[i] @ along), float(rows[i] @ mean)
            # The limit's own factor taken out again; what is left cannot be narrower than before.
            cavity = max(1.0 / variance - precision[i], 1e-9 / variance)
            centre = (at / variance - shift[i]) / cavity
            cut, u = truncated_moments(centre, 1.0 / math.sqrt(cavity), low[i], high[i])
            added = max(1.0 / max(u, _NARROWEST) ** 2 - cavity, 0.0) - precision[i]
            precision[i] += added
            moved = cut * (cavity + precision[i]) - centre * cavity - shift[i]
            shift[i] += moved
            mean = mean + along * (moved - added * at) / (1.0 + added * variance)
            covariance = covariance - np.outer(along, along) * (added / (1.0 + added * variance))
        information: Array = np.eye(dimensions) + rows.T @ (precision[:, None] * rows)
        inverse = np.linalg.inv(information)
        covariance = 0.5 * (inverse + inverse.T)
        mean = covariance @ (rows.T @ shift)
        if float(np.max(np.abs(mean - before))) < _CONVERGED:
            break
    return mean, covariance


def truncated_samples(
    rows: Array,
    low: Array,
    high: Array,
    *,
    seed: int | tuple[int, ...],
    count: int = SAMPLES,
) -> Array:
    """Draws of standard normals η restricted to low ≤ rows·η ≤ high, shape (count, dimensions).

    Hit-and-run (Smith 1984) with directions shaped by expectation propagation and exact
    one-dimensional draws along them, many chains at a time. The same seed gives the same draws.

    Raises
    ------
    ValueError
        When nothing satisfies the limits.
    """
    dimensions = rows.shape[1]
    random = np.random.default_rng(seed)
    mean, covariance = expectation_propagation(rows, low, high)
    size, axes = np.linalg.eigh(covariance)
    root = axes * np.sqrt(np.clip(size, _NARROWEST**2, 1.0))
    start = _inside(rows, low, high, mean, root)
    thin = max(2, dimensions)
    kept = math.ceil(count / _CHAINS)
    at = np.tile(start, (_CHAINS, 1))
    draws = np.empty((kept, _CHAINS, dimensions))
    for step in range(-10 * thin - 20, kept * thin):
        _move(at, rows, low, high, root, random)
        if step >= 0 and (step + 1) % thin == 0:
            draws[step // thin] = at
    return draws.reshape(-1, dimensions)[:count]


def _move(
    at: Array, rows: Array, low: Array, high: Array, root: Array, random: np.random.Generator
) -> None:
    """One step of every chain, in place."""
    chains = len(at)
    direction = random.standard_normal(at.shape) @ root.T
    direction *= np.sign(direction[:, :1])
    rate, value = direction @ rows.T, at @ rows.T
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (low - value) / rate, (high - value) / rate
    level = rate == 0
    first[level], second[level] = -np.inf, np.inf
    ends = np.minimum(first, second), np.maximum(first, second)
    least = np.minimum(ends[0].max(axis=1), 0.0)  # where it stands is inside, whatever the rounding
    most = np.maximum(ends[1].min(axis=1), 0.0)
    inverse_u = np.sqrt(np.einsum("ij,ij->i", direction, direction))
    centre = -np.einsum("ij,ij->i", at, direction) / inverse_u**2
    # Uniform numbers spread evenly over the chains, all counted the same way along the first
    # coordinate: the same draws, less noise in their quantiles.
    uniform = (random.permutation(chains) + random.random(chains)) / chains
    z = truncated_draws((least - centre) * inverse_u, (most - centre) * inverse_u, uniform)
    at += direction * (centre + z / inverse_u)[:, None]


def _inside(rows: Array, low: Array, high: Array, mean: Array, root: Array) -> Array:
    """A point that satisfies every limit: the mean where it does, else the roomiest."""
    value = rows @ mean
    if bool(np.all((value > low) & (value < high))):
        return mean
    from scipy.optimize import linprog

    # mean + root·s with the largest margin t ≤ 1, in units of each row's own spread
    shaped = rows @ root
    spread = np.linalg.norm(shaped, axis=1)
    sides = [(-1.0, value - low, low), (1.0, high - value, high)]
    design = np.vstack([
        np.column_stack([sign * shaped, spread])[np.isfinite(end)] for sign, _, end in sides
    ])  # fmt: skip
    most = np.concatenate([room[np.isfinite(end)] for _, room, end in sides])
    dimensions = rows.shape[1]
    found = linprog(
        [*([0.0] * dimensions), -1.0], A_ub=design, b_ub=most,
        bounds=[*([(None, None)] * dimensions), (None, 1.0)], method="highs",
    )  # fmt: skip
    if found.x is None or found.x[-1] <= 0:
        raise ValueError("no point satisfies all limits")
    start: Array = mean + root @ found.x[:-1]
    return start
