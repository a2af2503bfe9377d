"""Uncertain values: distributions, components, the budget, and the expanded uncertainty.

Terms and formulas follow JCGM 100 (GUM) and its Supplement 1 (JCGM 101): standard uncertainty u,
expanded uncertainty U = k·u at a stated coverage probability, and k as the quantile of the actual
sum of rectangular, triangular and normal inputs, not a conventional 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

Shape = Literal["rectangular", "triangular", "normal"]
LEVEL = 0.95
Z95 = 1.959963984540054
_LUMP_BELOW = 0.05
"""Inputs whose share of the standard deviation is below this are counted as normal (their shape
moves k by less than 1e-4)."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """The spread of one input about its value, in seconds (or dimensionless, for a rate).

    ``dof`` is the reliability of the stated u itself (JCGM 100 G.4.2); infinite when u is a hard
    limit or otherwise known.
    """

    shape: Shape
    u: float
    dof: float = math.inf

    def __post_init__(self) -> None:
        if not (math.isfinite(self.u) and self.u > 0):
            raise ValueError(f"a standard uncertainty must be positive and finite, not {self.u}")
        if not self.dof > 0:
            raise ValueError("degrees of freedom must be positive")

    @classmethod
    def rectangular(cls, half: float) -> Distribution:
        """Anywhere within ± ``half``, nowhere outside."""
        return cls("rectangular", half / math.sqrt(3))

    @classmethod
    def triangular(cls, half: float) -> Distribution:
        """The sum of two equal rectangulars, within ± ``half``."""
        return cls("triangular", half / math.sqrt(6))

    @classmethod
    def normal(cls, u: float, dof: float = math.inf) -> Distribution:
        """Normal with standard uncertainty ``u``."""
        return cls("normal", u, dof)

    @classmethod
    def normal_95(cls, half: float) -> Distribution:
        """Normal whose 95 % range is ± ``half``."""
        return cls("normal", half / Z95)

    @property
    def half(self) -> float | None:
        """The hard limit, or ``None`` for a normal distribution."""
        factor = {"rectangular": math.sqrt(3), "triangular": math.sqrt(6)}.get(self.shape)
        return None if factor is None else self.u * factor


@dataclass(frozen=True, slots=True)
class Component:
    """One input's contribution to a result: ``gain · input``.

    ``evaluation`` is A (from repeated observations) or B (any other means), JCGM 100 §2.3.
    """

    source: str
    gain: float
    distribution: Distribution
    evaluation: Literal["A", "B"] = "B"

    @property
    def u(self) -> float:
        """Contribution to the result's standard uncertainty, |gain| · u(input)."""
        return abs(self.gain) * self.distribution.u


@dataclass(frozen=True, slots=True)
class Expanded:
    """A value with everything needed to state it: never taken apart."""

    value: float
    u: float
    k: float
    U: float
    probability: float

    @property
    def low(self) -> float:
        """Lower end of the stated range."""
        return self.value - self.U

    @property
    def high(self) -> float:
        """Upper end of the stated range."""
        return self.value + self.U


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a budget: what part of u² one input makes up."""

    source: str
    u: float
    share: float


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A value and the independent inputs its uncertainty is made of."""

    value: float
    components: tuple[Component, ...]

    @property
    def u(self) -> float:
        """Combined standard uncertainty (JCGM 100 eq. 10, independent inputs)."""
        return math.sqrt(math.fsum(part.u**2 for part in self.components))

    @property
    def effective_dof(self) -> float:
        """Welch–Satterthwaite degrees of freedom (JCGM 100 eq. G.2b)."""
        total = math.fsum(part.u**2 for part in self.components)
        below = math.fsum(
            part.u**4 / part.distribution.dof
            for part in self.components
            if math.isfinite(part.distribution.dof)
        )
        return math.inf if below == 0 else total**2 / below

    def expanded(self, probability: float = LEVEL) -> Expanded:
        """The value with u, k and U = k·u for ``probability``."""
        u = self.u
        if u == 0:
            return Expanded(self.value, 0.0, 1.0, 0.0, probability)
        k = coverage_factor(
            [(part.u, part.distribution.shape) for part in self.components], probability
        )
        dof = self.effective_dof
        if math.isfinite(dof):
            from scipy.special import stdtrit  # scipy is slow to import; rarely needed here

            k = max(k, float(stdtrit(dof, 0.5 + probability / 2)))
        return Expanded(self.value, u, k, k * u, probability)

    def budget(self) -> tuple[Share, ...]:
        """Every input's part of u², largest first; inputs of one source are one line."""
        by_source: dict[str, float] = {}
        for part in self.components:
            by_source[part.source] = by_source.get(part.source, 0.0) + part.u**2
        total = math.fsum(by_source.values())
        if total == 0:
            return ()
        return tuple(
            Share(source, math.sqrt(square), square / total)
            for source, square in sorted(by_source.items(), key=lambda item: (-item[1], item[0]))
        )

    @property
    def hard_half(self) -> float | None:
        """Σ|g|·a when every input has hard limits: a range that holds with certainty."""
        halves = [part.distribution.half for part in self.components]
        if not halves or any(half is None for half in halves):
            return None
        return math.fsum(
            abs(part.gain) * half
            for part, half in zip(self.components, halves, strict=True)
            if half is not None
        )


def coverage_factor(parts: Sequence[tuple[float, Shape]], probability: float = LEVEL) -> float:
    """k such that ± k·u holds ``probability`` of a sum of independent inputs.

    Parameters
    ----------
    parts
        (standard deviation, shape) of each input; any common unit.
    probability
        Coverage probability, 0…1 exclusive.

    Returns
    -------
    float
        The symmetric quantile of the standardised sum: 0.95·√3 for one rectangular input,
        1.9018 for two equal ones, 1.95996 for normal ones (JCGM 101 §7, by closed form for up to
        two rectangular inputs without a normal one and otherwise by numerical inversion of the
        characteristic function).
    """
    return _standard_quantile(*_split(parts), probability)


def _split(parts: Sequence[tuple[float, Shape]]) -> tuple[tuple[float, ...], float]:
    """Standardised rectangular parts, largest first, and the normal rest of a sum."""
    total = math.sqrt(math.fsum(s * s for s, _ in parts))
    if total == 0:
        raise ValueError("at least one input must have a positive uncertainty")
    rectangles: list[float] = []
    normal = 0.0
    for s, shape in parts:
        share = s / total
        if shape == "normal" or share < _LUMP_BELOW:
            normal += share * share
        elif shape == "rectangular":
            rectangles.append(share)
        else:  # a triangular input is the sum of two equal rectangular ones
            rectangles += [share / math.sqrt(2)] * 2
    # Rounding the shares lets equal marks (the usual case) be answered from the cache; k moves by
    # less than 1e-6.
    rounded = tuple(sorted((round(r, 6) for r in rectangles), reverse=True))
    return rounded, round(math.sqrt(normal), 6)


@lru_cache(maxsize=4096)
def _standard_quantile(rectangles: tuple[float, ...], normal: float, probability: float) -> float:
    if not rectangles:
        return _normal_quantile(probability)
    if len(rectangles) <= 2 and normal < 1e-3:
        return _two_rectangles(rectangles, probability)
    return _by_characteristic_function(rectangles, normal, probability)


def _normal_quantile(probability: float) -> float:
    if probability == LEVEL:
        return Z95
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + probability / 2)


def _two_rectangles(rectangles: tuple[float, ...], probability: float) -> float:
    """Quantile of the trapezoid that one or two rectangulars make, in closed form."""
    halves = [s * math.sqrt(3) for s in rectangles]
    if len(halves) == 1:
        return probability * halves[0]
    wide, narrow = halves
    flat = wide - narrow
    if probability <= flat / wide:
        # |Y| <= k on the flat top: density 1/(2·wide)
        return probability * wide
    # beyond the flat top P(|Y| > k) = (wide + narrow - k)² / (4·wide·narrow)
    return wide + narrow - math.sqrt(4 * wide * narrow * (1 - probability))


_STEP = 0.2
"""Step of the Fourier series in 1/σ: period 2π/0.2 ≈ 31 σ, wider than any sum that matters."""
_TERMS = 2000
"""Terms up to 400/σ, where three rectangular inputs have decayed below 1e-6."""
_GRID = _STEP * np.arange(1, _TERMS + 1)


class _Inside:
    """P(|Y| ≤ k) of a standardised sum, from its characteristic function as a Fourier series."""

    def __init__(self, rectangles: Sequence[float], normal: float) -> None:
        phi = np.exp(-0.5 * (normal * _GRID) ** 2)
        for s in rectangles:
            phi *= np.sinc(math.sqrt(3) * s * _GRID / math.pi)
        keep = int(np.flatnonzero(np.abs(phi) > 1e-12)[-1]) + 1
        self._grid = _GRID[:keep]
        self._weight = phi[:keep] / np.arange(1, keep + 1)

    def __call__(self, k: float) -> float:
        return (_STEP * k + 2 * float(self._weight @ np.sin(k * self._grid))) / math.pi


def _by_characteristic_function(
    rectangles: tuple[float, ...], normal: float, probability: float
) -> float:
    inside = _Inside(rectangles, normal)
    low, high = 0.0, 8.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if inside(middle) < probability else (low, middle)
    return 0.5 * (low + high)


def probability_above_zero(uncertain: Uncertain) -> float:
    """P(quantity > 0), stated no closer to 0 or 1 than 0.001."""
    u = uncertain.u
    if u == 0:
        return 0.999 if uncertain.value > 0 else 0.001 if uncertain.value < 0 else 0.5
    rectangles, normal = _split([(p.u, p.distribution.shape) for p in uncertain.components])
    z = min(abs(uncertain.value) / u, 12.0)
    above = 0.5 + 0.5 * _Inside(rectangles, normal)(z)
    return min(max(above if uncertain.value > 0 else 1 - above, 0.001), 0.999)


# -- writing a value with its range for people -------------------------------------------------

_OVERSTATES = 1.25


def decimals_for(U: float) -> int:
    """Decimals for a value stated with U.

    No digit finer than U/10; one more where U, which is always rounded up, would otherwise be
    overstated by more than a quarter (0.12 would become 0.2).
    """
    if U <= 0 or not math.isfinite(U):
        return 3
    decimals = min(9, max(0, math.floor(1 - math.log10(U) + 1e-9)))
    return decimals + (round_up(U, decimals) > _OVERSTATES * U and decimals < 9)


def round_up(value: float, decimals: int) -> float:
    """``value`` rounded towards +∞ to ``decimals`` (a last bit of float noise is forgiven)."""
    return float(math.ceil(value * 10**decimals - 1e-6) / 10**decimals)


def round_down(value: float, decimals: int) -> float:
    """``value`` rounded towards -∞ to ``decimals``."""
    return -round_up(-value, decimals)


def format_pair(value: float, U: float) -> tuple[str, str]:
    """``("12.35", "0.13")``: the value, and U rounded up so that the pair covers the range."""
    decimals = decimals_for(U)
    shown = round(value, decimals)
    covering = round_up(U + abs(shown - value), decimals) if U > 0 else 0.0
    return f"{shown:.{decimals}f}", f"{covering:.{decimals}f}"


def format_ends(low: float, high: float, decimals: int) -> tuple[str, str]:
    """Both ends of a range, rounded outwards."""
    return f"{round_down(low, decimals):.{decimals}f}", f"{round_up(high, decimals):.{decimals}f}"
