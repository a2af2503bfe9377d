"""Uncertain values: distributions, components, the budget, and the expanded uncertainty.

Terms and formulas follow JCGM 100 (GUM) and its Supplement 1 (JCGM 101): standard uncertainty u,
expanded uncertainty U = k·u at a stated coverage probability, and k as the quantile of the actual
sum of rectangular, triangular and normal inputs, not a conventional 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Shape = Literal["rectangular", "triangular", "normal"]
_HALF_PER_U: dict[Shape, float] = {
    "rectangular": math.sqrt(3), "triangular": math.sqrt(6), "normal": math.inf
}  # fmt: skip
LEVEL = 0.95
Z95 = 1.959963984540054
_NOTHING = 1e-9
"""Inputs whose u is below this part of the largest are not listed."""
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
        return None if self.shape == "normal" else self.u * _HALF_PER_U[self.shape]

    @property
    def stated_half(self) -> float:
        """What people type after ±: the hard limit, else half the 95 % range."""
        half = self.half
        return Z95 * self.u if half is None else half


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


class InputColumns:
    """Independent inputs as columns, made once and shared by all results that rest on them."""

    def __init__(self, sources: Sequence[str], distributions: Sequence[Distribution]) -> None:
        self.sources = sources
        self.distributions = distributions
        self.u: Array = np.array([d.u for d in distributions], dtype=float)
        self.dof: Array = np.array([d.dof for d in distributions], dtype=float)
        self.doubtful = bool(np.isfinite(self.dof).any())
        self.half_per_u: Array = np.array([_HALF_PER_U[d.shape] for d in distributions])
        """Hard limit over standard uncertainty, which tells the shape; infinite for a normal."""

    @cached_property
    def by_source(self) -> tuple[list[str], NDArray[np.intp]]:
        """Sorted names of the sources, and the number of each input's in them."""
        return _numbered(self.sources)


def _numbered(sources: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    names = sorted(set(sources))
    number = {name: i for i, name in enumerate(names)}
    return names, np.array([number[source] for source in sources], dtype=np.intp)


_NONE = InputColumns((), ())


class Contributions(Sequence[Component]):
    """The components of one result, as columns: a :class:`Component` is made when asked for.

    Parameters
    ----------
    gains
        Gain of each input, shape (inputs,); those that contribute nothing are left out.
    extra
        Further independent components.
    """

    def __init__(
        self, inputs: InputColumns, gains: Array, extra: tuple[Component, ...] = ()
    ) -> None:
        size = np.abs(gains) * inputs.u
        least = _NOTHING * max(float(size.max(initial=0.0)), 1e-300)
        self._inputs, self._gains, self._extra = inputs, gains, extra
        self._kept = np.flatnonzero(size > least)
        self.u: Array = size[self._kept]
        """|gain|·u of every component."""
        self.half_per_u: Array = inputs.half_per_u[self._kept]
        if extra:
            more = InputColumns((), [part.distribution for part in extra])
            own = np.array([part.u for part in extra], dtype=float)
            self.u = np.concatenate([self.u, own])
            self.half_per_u = np.concatenate([self.half_per_u, more.half_per_u])

    @property
    def dof(self) -> Array | None:
        """Reliability of every component's u; ``None`` where none is stated."""
        own = [part.distribution.dof for part in self._extra]
        if not self._inputs.doubtful and all(math.isinf(dof) for dof in own):
            return None
        return np.concatenate([self._inputs.dof[self._kept], own])

    @property
    def by_source(self) -> tuple[list[str], NDArray[np.intp]]:
        """Sorted names of what the components come from, and each component's number in them."""
        names, number = self._inputs.by_source
        if not self._extra:
            return names, number[self._kept]
        every = [names[i] for i in number[self._kept].tolist()]
        return _numbered([*every, *(part.source for part in self._extra)])

    def __len__(self) -> int:
        return len(self.u)

    def __iter__(self) -> Iterator[Component]:
        inputs = self._inputs
        for i, gain in zip(self._kept.tolist(), self._gains[self._kept].tolist(), strict=True):
            yield Component(inputs.sources[i], gain, inputs.distributions[i])
        yield from self._extra

    @overload
    def __getitem__(self, at: int) -> Component: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Component, ...]: ...
    def __getitem__(self, at: int | slice) -> Component | tuple[Component, ...]:
        if isinstance(at, slice):
            return tuple(self[i] for i in range(*at.indices(len(self))))
        number = range(len(self))[at]
        if number >= len(self._kept):
            return self._extra[number - len(self._kept)]
        i = int(self._kept[number])
        return Component(
            self._inputs.sources[i], float(self._gains[i]), self._inputs.distributions[i]
        )


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


class Share(NamedTuple):
    """One line of a budget: what part of u² one input makes up."""

    source: str
    u: float
    share: float


class Uncertain:
    """A value and the independent inputs its uncertainty is made of."""

    def __init__(self, value: float, components: Sequence[Component]) -> None:
        self.value = value
        self.components = (
            components
            if isinstance(components, Contributions)
            else Contributions(_NONE, np.zeros(0), tuple(components))
        )

    @cached_property
    def u(self) -> float:
        """Combined standard uncertainty (JCGM 100 eq. 10, independent inputs)."""
        return math.sqrt(float(self.components.u @ self.components.u))

    @property
    def effective_dof(self) -> float:
        """Welch–Satterthwaite degrees of freedom (JCGM 100 eq. G.2b)."""
        dof = self.components.dof
        if dof is None:
            return math.inf
        below = float(np.sum(self.components.u**4 / dof))
        return math.inf if below == 0 else self.u**4 / below

    def expanded(self, probability: float = LEVEL) -> Expanded:
        """The value with u, k and U = k·u for ``probability``."""
        k = 1.0 if self.u == 0 else self._k if probability == LEVEL else self._factor(probability)
        return Expanded(self.value, self.u, k, k * self.u, probability)

    @cached_property
    def _k(self) -> float:
        return self._factor(LEVEL)

    def _factor(self, probability: float) -> float:
        """k from the shapes; Student's t where a stated u is itself less reliable."""
        parts = self.components
        k = _standard_quantile(*_split(parts.u, parts.half_per_u), probability)
        dof = self.effective_dof
        if math.isfinite(dof):
            from scipy.special import stdtrit  # scipy is slow to import; rarely needed here

            k = max(k, float(stdtrit(dof, 0.5 + probability / 2)))
        return k

    def budget(self) -> tuple[Share, ...]:
        """Every input's part of u², largest first; inputs of one source are one line."""
        names, number = self.components.by_source
        squares = np.bincount(number, self.components.u**2, minlength=len(names))
        total = float(np.sum(squares))
        if total == 0:
            return ()
        # Shares that differ by rounding alone are equal, on every machine: then by name.
        ranked = np.argsort(-np.round(squares / total, 12), kind="stable")
        ranked = ranked[squares[ranked] > 0]
        listed, own = [names[i] for i in ranked.tolist()], squares[ranked]
        lines = zip(listed, np.sqrt(own).tolist(), (own / total).tolist(), strict=True)
        return tuple(map(Share._make, lines))


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
    u = np.array([s for s, _ in parts], dtype=float)
    return _standard_quantile(
        *_split(u, np.array([_HALF_PER_U[shape] for _, shape in parts])), probability
    )


def _split(u: Array, half_per_u: Array) -> tuple[tuple[float, ...], float]:
    """Standardised rectangular parts, largest first, and the normal rest of a sum."""
    total = math.sqrt(float(u @ u))
    if total == 0:
        raise ValueError("at least one input must have a positive uncertainty")
    share = u / total
    edged = np.flatnonzero((share >= _LUMP_BELOW) & (half_per_u < math.inf))
    rectangles = share[edged]
    triangular = half_per_u[edged] == _HALF_PER_U["triangular"]
    if triangular.any():  # each is the sum of two equal rectangular ones
        halves = rectangles[triangular] / math.sqrt(2)
        rectangles = np.concatenate([rectangles[~triangular], halves, halves])
    normal = math.sqrt(max(0.0, 1.0 - float(rectangles @ rectangles)))
    # Rounding the shares lets equal marks (the usual case) be answered from the cache; k moves by
    # less than 1e-6.
    rectangles = np.sort(np.round(rectangles, 6))[::-1]
    return tuple(rectangles.tolist()), round(normal, 6)


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


_STEP = 0.4
"""Step of the Fourier series in 1/σ: its period 2π/0.4 ≈ 15.7 σ holds any sum that matters."""
_TERMS = 1000
"""Terms up to 400/σ, where three rectangular inputs have decayed below 1e-6."""
_NUMBERS = np.arange(1, _TERMS + 1)
_ENDS = np.array([20, 30, 45, 70, 110, 170, 260, 400, 600, _TERMS])
"""Where the series may end: at the first of these terms that cannot exceed 1e-12."""
_LOG_NOTHING = math.log(1e-12)
_POINTS = 4096
"""Of a tabulated distribution, over one period: 0.004 σ apart."""
_FARTHEST = 6.0
"""In σ: nothing asked lies farther out, and nothing that is summed here reaches it by 1e-7."""


class _Inside:
    """P(|Y| ≤ k) of a standardised sum, from its characteristic function as a Fourier series."""

    def __init__(self, rectangles: tuple[float, ...], normal: float) -> None:
        half = math.sqrt(3) * np.array(rectangles, dtype=float)
        x = half * (_STEP * _ENDS)[:, None]
        # |sin x / x| is below exp(-x²/6) up to π and below 1/x everywhere.
        envelope: Array = np.where(x < math.pi, -(x**2) / 6, -np.log(np.maximum(x, 1.0)))
        bound = envelope.sum(axis=1) - 0.5 * (normal * _STEP * _ENDS) ** 2
        small = np.flatnonzero(bound < _LOG_NOTHING)
        terms = int(_ENDS[small[0]]) if len(small) else _TERMS
        self._t = _STEP * _NUMBERS[:terms]
        x = half[:, None] * self._t
        self._phi: Array = np.prod(np.sin(x) / x, axis=0) * np.exp(-0.5 * (normal * self._t) ** 2)
        self._weight = self._phi / _NUMBERS[:terms]

    def __call__(self, k: float) -> float:
        return (_STEP * k + 2 * float(self._weight @ np.sin(k * self._t))) / math.pi

    def density(self, k: float) -> float:
        """Derivative of P by k."""
        return _STEP * (1 + 2 * float(self._phi @ np.cos(k * self._t))) / math.pi

    def table(self) -> tuple[Array, Array]:
        """k from 0 to 6, and P(|Y| ≤ k) at each: the series by one fast Fourier transform."""
        series = np.fft.rfft(np.concatenate([[0.0], self._weight]), _POINTS)
        angle: Array = 2 * math.pi / _POINTS * np.arange(len(series), dtype=np.float64)
        k: Array = angle / _STEP
        inside: Array = (angle - 2 * series.imag.astype(np.float64)) / math.pi
        near = k <= _FARTHEST
        return k[near], inside[near]


def _by_characteristic_function(
    rectangles: tuple[float, ...], normal: float, probability: float
) -> float:
    """Newton's method inside a bracket, from the quantile by Cornish and Fisher's expansion."""
    inside = _Inside(rectangles, normal)
    z = _normal_quantile(probability)
    excess_kurtosis = -1.2 * math.fsum(s**4 for s in rectangles)
    k = z + (z**3 - 3 * z) * excess_kurtosis / 24
    low, high = 0.0, _FARTHEST
    for _ in range(60):
        excess = inside(k) - probability
        low, high = (low, k) if excess > 0 else (k, high)
        density = inside.density(k)
        step = excess / density if density > 0 else math.inf
        following = k - step if low < k - step < high else 0.5 * (low + high)
        if abs(following - k) < 1e-5:  # the error is its square, nearly
            return following
        k = following
    return k


def probability_above_zero(uncertain: Uncertain) -> float:
    """P(quantity > 0), stated no closer to 0 or 1 than 0.001."""
    u = uncertain.u
    if u == 0:
        return 0.999 if uncertain.value > 0 else 0.001 if uncertain.value < 0 else 0.5
    z = min(abs(uncertain.value) / u, _FARTHEST)
    above = 0.5 + 0.5 * _Inside(*_split(uncertain.components.u, uncertain.components.half_per_u))(z)
    return min(max(above if uncertain.value > 0 else 1 - above, 0.001), 0.999)


def standard_distribution(parts: Sequence[tuple[float, Shape]]) -> tuple[Array, Array] | None:
    """P(Y ≤ z) of a sum of independent inputs with mean 0, scaled to u = 1, as a table.

    Parameters
    ----------
    parts
        (standard deviation, shape) of each input; any common unit.

    Returns
    -------
    tuple of ndarray or None
        z from -6 to 6, increasing, and P(Y ≤ z); ``None`` for a sum that is normal.
    """
    u = np.array([s for s, _ in parts], dtype=float)
    return _tabulated(*_split(u, np.array([_HALF_PER_U[shape] for _, shape in parts])))


# Limits ask for one sum several times, and of what-ifs many are alike.
@lru_cache(maxsize=256)
def _tabulated(rectangles: tuple[float, ...], normal: float) -> tuple[Array, Array] | None:
    if not rectangles:
        return None
    k, inside = _Inside(rectangles, normal).table()
    half = np.maximum.accumulate(0.5 * np.clip(inside, 0.0, 1.0))
    z, below = np.concatenate([-k[:0:-1], k]), np.concatenate([0.5 - half[:0:-1], 0.5 + half])
    z.flags.writeable = below.flags.writeable = False
    return z, below


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
    return 0.0 - round_up(-value, decimals)  # and not -0.0


def format_pair(value: float, U: float) -> tuple[str, str]:
    """``("12.35", "0.13")``: the value, and U rounded up so that the pair covers the range."""
    decimals = decimals_for(U)
    shown = round(value, decimals)
    covering = round_up(U + abs(shown - value), decimals) if U > 0 else 0.0
    return f"{shown:.{decimals}f}", f"{covering:.{decimals}f}"


def format_ends(low: float, high: float, decimals: int) -> tuple[str, str]:
    """Both ends of a range, rounded outwards."""
    return f"{round_down(low, decimals):.{decimals}f}", f"{round_up(high, decimals):.{decimals}f}"
