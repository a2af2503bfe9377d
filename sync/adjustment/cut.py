"""The observed quantities that limits cut off, and draws of what is left of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.halfspaces import SMALLEST_S, Array, Halfspaces
from sync.adjustment.truncated import SAMPLES, StandardSum, truncated_samples
from sync.uncertainty import Distribution


class Cut:
    """Observed quantities that limits cut off together.

    Parameters
    ----------
    halfspaces
        Over observed quantities alone, each with gains.
    inputs
        What the gains are gains of.
    seed
        Of its draws.
    """

    def __init__(self, halfspaces: Halfspaces, inputs: Sequence[Distribution], seed: int) -> None:
        self.numbers = halfspaces.limits()
        self._inputs, self._seed = inputs, seed
        size = np.linalg.norm(halfspaces.gains, axis=1)
        rows: list[Array] = []
        low: list[float] = []
        high: list[float] = []
        # Half-spaces across one direction are one window.
        for row, end in zip(
            halfspaces.gains / size[:, None],
            -(halfspaces.constant + SMALLEST_S) / size,
            strict=True,
        ):
            cosine = np.array([float(row @ other) for other in rows])
            same = int(np.argmax(np.abs(cosine))) if rows else 0
            if not rows or abs(cosine[same]) < 1.0 - 1e-12:
                rows.append(row)
                low.append(float(end))
                high.append(math.inf)
            elif cosine[same] > 0:
                low[same] = max(low[same], float(end))
            else:
                high[same] = min(high[same], float(-end))
        self._rows, self._low, self._high = np.array(rows), np.array(low), np.array(high)
        _, singular, right = np.linalg.svd(self._rows, full_matrices=False)
        self.directions = self._rows if len(rows) == 1 else right[singular > 1e-9 * singular[0]]
        """Orthonormal, shape (dimensions, inputs)."""

    @property
    def cuts_off(self) -> float:
        """At most this probability of the observed quantities is cut off."""
        total = 0.0
        for row, low, high in zip(self._rows, self._low, self._high, strict=True):
            below = sum_of(row, self._inputs).below(np.array([low, high]))
            total += 1.0 - float(below[1] - below[0])
        return total

    def along(self, gains: Array) -> float:
        """The part of a function's u that lies in this group."""
        return float(np.linalg.norm(self.directions @ gains))

    @cached_property
    def draws(self) -> Array:
        """Along ``directions`` with the limits imposed, u = 1, shape (draws, dimensions)."""
        stream = (self._seed, _STREAM, min(self.numbers))
        if len(self._rows) == 1:
            uniform = np.random.default_rng(stream).permutation(even())
            sums = sum_of(self._rows[0], self._inputs)
            return sums.between(float(self._low[0]), float(self._high[0]), uniform)[:, None]
        return truncated_samples(self._rows @ self.directions.T, self._low, self._high, seed=stream)


_STREAM = 2
"""Of random numbers: not one that runs alongside (``sync.adjustment.limits``)."""


def sum_of(gains: Array, inputs: Sequence[Distribution]) -> StandardSum:
    """Distribution of gains·ε, standardised."""
    used = [(abs(gain), part.shape) for gain, part in zip(gains.tolist(), inputs, strict=True)]
    return StandardSum([part for part in used if part[0] > 0])


def even() -> Array:
    """Numbers from 0 to 1, evenly spaced: quantiles at these are a quadrature."""
    return (np.arange(SAMPLES) + 0.5) / SAMPLES


def connected(linked: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Sets of mutually linked items, as masks."""
    found = []
    left = np.ones(len(linked), dtype=bool)
    while left.any():
        group = np.zeros(len(linked), dtype=bool)
        group[int(np.argmax(left))] = True
        while True:
            grown = group | linked[group].any(axis=0)
            if bool((grown == group).all()):
                break
            group = grown
        found.append(group)
        left &= ~group
    return found
