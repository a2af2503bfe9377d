"""Limits imposed on an adjusted network: before, after, within (``estimation.md`` §6).

An inequality is no observation. It cuts off part of what the observations leave possible, and it
may hold what they do not reach at all. Three things are kept apart:

- the observed quantities the limits speak of get a truncated distribution: one inequality by the
  distribution of the actual sum of its inputs, several by :mod:`sync.adjustment.truncated`;
- a function the observations hold follows it by conditioning;
- a function that only limits hold lies between their ends, anywhere between alike; with one end
  open there is no value, and the end alone is stated.

Unknowns that are not asked about must have room and nothing more
(:mod:`sync.adjustment.halfspaces`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from sync.adjustment.adjust import Adjustment
from sync.adjustment.cut import Cut, connected, even, sum_of
from sync.adjustment.halfspaces import (
    SMALLEST_S,
    Array,
    System,
    smallest_impossible,
)
from sync.adjustment.network import Function
from sync.adjustment.solution import Limited, LimitResult
from sync.adjustment.truncated import SAMPLES, StandardSum
from sync.adjustment.words import counted, joined
from sync.uncertainty import LEVEL, Distribution, decimals_for

CONTRADICTED_BELOW = 0.01
_REACH = 3.29
"""How far a normal input may move, in u, before limits are called impossible; hard limits are their
own."""
_FAR = 6.0
"""A limit so many u away cuts off less than 1e-9."""
_IDLE = 2e-4
"""Limits that together cut off less than this move no end of a 95 % range by 1 % of its u."""
_LINKED = 1e-3
"""Least correlation of two observed quantities whose limits are worked out together."""
_SHAPED = 0.01
"""Least correlation by which a limit shapes a result: below, its ends move by under 3 % of u."""
_SHARP = 1e-3
"""Of a window: ends with a smaller u move no end of its 95 % range by a millionth of it."""
_AS_SHORT = 1e-3
"""Ranges that differ by this part are equally short: where nothing prefers a place, all are."""
LimitStatus = Literal["imposed", "contradicted", "infeasible", "left-out"]
_TAILS = (0.5 - LEVEL / 2, 0.5 + LEVEL / 2)


class Limits:
    """The limits of an adjusted network, each judged, and those that stand imposed.

    Parameters
    ----------
    adjustment
        The adjusted network; ``adjustment.network.bounds`` are its limits.
    seed
        Of every random number: the same seed gives the same bytes. A verdict holds only when two
        seeds agree on it.
    """

    def __init__(self, adjustment: Adjustment, *, seed: int = 0) -> None:
        self._adjustment = adjustment
        self._seed = seed
        self._bounds = adjustment.network.bounds
        self._found: dict[int, LimitResult] = {}
        self._systems: dict[tuple[int, ...], System] = {}
        self._impossible: list[System] = []
        """The limits of each set that cannot all hold."""
        self._contradicted: list[System] = []
        """The limits of each set that the observations contradict."""
        self._before = [self._alone(number) for number in range(len(self._bounds))]
        self._imposed = self._judge()

    @property
    def results(self) -> tuple[LimitResult, ...]:
        """One a limit, in the order of the network's bounds."""
        return tuple(self._result(number) for number in range(len(self._bounds)))

    @property
    def impossible(self) -> tuple[tuple[str, ...], ...]:
        """Ids of each smallest set of limits that cannot all hold."""
        return tuple(self._ids(system.numbers) for system in self._impossible)

    def limited(self, function: Function) -> Limited | None:
        """The function with the limits imposed; ``None`` where they do not shape it."""
        impossible = self._reached_by(self._impossible, function)
        if impossible is not None:
            return Limited(
                status="infeasible", value_s=None, u_s=None, low_s=None, high_s=None,
                limits=self._ids(impossible.numbers),
            )  # fmt: skip
        drawn = self._draw(function)
        if drawn is None:
            return None
        ids, (low, high) = self._ids(drawn.numbers), (drawn.low, drawn.high)
        if low is not None and high is not None:
            values = low + self._random(_BETWEEN).permutation(even()) * (high - low)
            least, most = _shortest(values)
            tails = np.quantile(values, _TAILS)
            return Limited(
                status="bounded" if drawn.held_by_limits else "ok",
                value_s=float(values.mean()), u_s=float(values.std()), low_s=least, high_s=most,
                limits=ids, equal_tailed_s=(float(tails[0]), float(tails[1])),
            )  # fmt: skip
        return Limited(
            status="one-sided", value_s=None, u_s=None,
            low_s=None if low is None else float(np.quantile(low, _TAILS[0])),
            high_s=None if high is None else float(np.quantile(high, _TAILS[1])), limits=ids,
        )  # fmt: skip

    def contradicted_by(self, function: Function) -> tuple[str, ...]:
        """Ids of limits that would shape the function but that the observations contradict."""
        found = self._reached_by(self._contradicted, function)
        return () if found is None else self._ids(found.numbers)

    def limited_on_datum(self, instant: Function, ahead_s: float = 0.0) -> Limited | None:
        """An instant in ideal time as the datum clock shows it, with the limits imposed.

        ``ahead_s`` is the media time where ``instant`` is a correction.
        """
        network = self._adjustment.network
        if not network.drift(network.reference):
            return self.limited(instant)
        if self._adjustment.estimable(instant):
            reached_s = ahead_s + self._adjustment.value(instant)
        else:
            found = self.limited(instant)
            ends = () if found is None else (found.low_s, found.high_s)
            known = [end for end in ends if end is not None]
            if not known:
                return found
            reached_s = ahead_s + sum(known) / len(known)
        return self.limited(self._adjustment.on_datum(instant, reached_s))

    def probability_above_zero(self, function: Function) -> float | None:
        """P(function > 0) with the limits imposed, stated no closer to 0 or 1 than 0.001.

        ``None`` where no limit shapes it, and where one end is open: there it has no distribution.
        """
        if self._reached_by(self._impossible, function) is not None:
            return None
        drawn = self._draw(function)
        if drawn is None or drawn.low is None or drawn.high is None:
            return None
        width = drawn.high - drawn.low
        above = np.where(width > 0, drawn.high / np.where(width > 0, width, 1.0), drawn.low > 0)
        return min(max(float(np.clip(above, 0.0, 1.0).mean()), 0.001), 0.999)

    # -- judging the limits ------------------------------------------------------------------------

    def _alone(self, number: int) -> tuple[float | None, float | None, float]:
        """(slack in u, probability to hold, distance outside in s) by the observations alone."""
        bound = self._bounds[number]
        if not self._adjustment.estimable(bound.function):
            return None, None, 0.0
        uncertain = self._adjustment.uncertain(bound.function)
        low = -math.inf if bound.low is None else bound.low - uncertain.value
        high = math.inf if bound.high is None else bound.high - uncertain.value
        u = max(uncertain.u, SMALLEST_S)
        room = min(-low, high)
        parts = [(part.u, part.distribution.shape) for part in uncertain.components]
        if not parts:
            return room / u, float(room >= -SMALLEST_S), max(-room, 0.0)
        below = StandardSum(parts).below(np.array([low, high]) / u)
        return room / u, float(below[1] - below[0]), max(-room, 0.0)

    def _judge(self) -> System:
        """Set aside what cannot be imposed; what is left."""
        left = []
        for number, bound in enumerate(self._bounds):
            if bound.low is None and bound.high is None:
                self._set(number, "left-out", "It states neither a least nor a most: left out.")
            else:
                left.append(number)
        system, left = self._without_impossible(left, reach=math.inf)
        against = [number for number in left if _below(self._before[number][1])]
        for number in against:
            self._set(number, "contradicted", _against(self._before[number][2]))
            self._contradicted.append(self._system([number]))
        if against:
            left = [number for number in left if number not in against]
        system, left = self._without_impossible(left, reach=_REACH)
        while True:  # limits that only together say something the observations contradict
            observed = system.observed
            size = np.linalg.norm(observed.gains, axis=1)
            worst = None
            for i in np.flatnonzero((size > 0) & (observed.constant < 0)):
                sums = sum_of(observed.gains[i], system.inputs)
                holds = 1.0 - float(sums.below(-observed.constant[i] / size[i]))
                if holds < CONTRADICTED_BELOW and (worst is None or holds < worst[0]):
                    worst = holds, observed.rests_on[i], -float(observed.constant[i])
            if worst is None:
                return system
            together = sorted({number for number, _ in worst[1]})
            for number in together:
                others = [self._name(other) for other in together if other != number]
                self._set(number, "contradicted", _against(worst[2], others))
            self._contradicted.append(self._system(together))
            left = [number for number in left if number not in together]
            system = self._system(left)

    def _without_impossible(self, left: list[int], *, reach: float) -> tuple[System, list[int]]:
        """``left`` less every smallest set that cannot all hold with the observations within
        ``reach`` (in u), each named."""
        while True:
            system = self._system(left)
            together = smallest_impossible(system.observed, system.inputs, reach)
            if not together:
                return system, left
            for number in together:
                others = [self._name(other) for other in together if other != number]
                self._set(number, "infeasible", _impossible(others, math.isinf(reach)))
            self._impossible.append(self._system(together))
            left = [number for number in left if number not in together]

    def _system(self, numbers: Sequence[int]) -> System:
        key = tuple(numbers)
        if key not in self._systems:
            chosen = [(number, self._bounds[number]) for number in numbers]
            self._systems[key] = System(self._adjustment, chosen)
        return self._systems[key]

    def _set(self, number: int, status: LimitStatus, words: str) -> None:
        slack, probability, _ = self._before[number]
        self._found[number] = LimitResult(
            id=self._bounds[number].id, status=status, slack_u=slack, p_before=probability,
            in_words=words,
        )  # fmt: skip

    def _result(self, number: int) -> LimitResult:
        if number not in self._found:
            probability = self._before[number][1]
            words = "Imposed; the observations alone do not reach what it speaks of."
            if probability is not None:
                words = f"Imposed; by the observations alone it holds {_chance(probability)}."
            self._set(number, "imposed", words)
        return self._found[number]

    def _name(self, number: int) -> str:
        bound = self._bounds[number]
        return f"'{bound.label or bound.id}'"

    def _ids(self, numbers: Iterable[int]) -> tuple[str, ...]:
        return tuple(self._bounds[number].id for number in sorted(numbers))

    # -- results with them imposed -----------------------------------------------------------------

    @cached_property
    def _groups(self) -> tuple[Cut, ...]:
        """The observed quantities that limits cut, in groups independent of each other."""
        observed = self._imposed.observed
        size = np.linalg.norm(observed.gains, axis=1)
        near = (size > 0) & (observed.constant < _FAR * size)
        observed = observed.take(near)
        unit = observed.gains / size[near, None]
        groups = (
            Cut(observed.take(which), self._imposed.inputs, self._seed)
            for which in connected(np.abs(unit @ unit.T) > _LINKED)
        )
        return tuple(group for group in groups if group.cuts_off > _IDLE)

    def _reached_by(self, systems: Sequence[System], function: Function) -> System | None:
        """The first of ``systems`` that would shape the function."""
        for system in systems:
            line = system.line(function)
            if line.free.any():
                if system.about(line) is not None:
                    return system
                continue
            gains = system.observed.gains
            size = np.linalg.norm(gains, axis=1) * line.size
            if bool(np.any(np.abs(gains @ line.gains) > _SHAPED * size)):
                return system
        return None

    def _draw(self, function: Function) -> _Drawn | None:
        """Where the limits put a function, drawn."""
        line = self._imposed.line(function)
        if not line.free.any():
            groups = [g for g in self._groups if g.along(line.gains) > _SHAPED * line.size]
            if not groups:
                return None
            drawn = line.value + self._sums(line.gains[None, :], groups, line.others)[0]
            return _Drawn(drawn, drawn, _numbers(groups), held_by_limits=False)
        found = self._imposed.about(line)
        if found is None or not len(found.constant):
            return None
        # constant + gains·ε + c·F ≥ 0 is an end of F at -(constant + gains·ε)/c.
        c = found.free[:, 0]
        gains = -found.gains / c[:, None]
        size = np.linalg.norm(gains, axis=1)
        end = -found.constant / c
        if bool((c > 0).any()) and bool((c < 0).any()):
            low, high = float(end[c > 0].max()), float(end[c < 0].min())
            if float(size.max()) <= _SHARP * (high - low):
                ends = np.array([low]), np.array([high])
                return _Drawn(*ends, found.limits(), held_by_limits=True)
        groups = [
            group for group in self._groups
            if any(group.along(gain) > _SHAPED * s for gain, s in zip(gains, size, strict=True))
        ]  # fmt: skip
        drawn = end[:, None] + self._sums(gains, groups, ())
        least = drawn[c > 0].max(axis=0) if bool((c > 0).any()) else None
        most = drawn[c < 0].min(axis=0) if bool((c < 0).any()) else None
        if least is not None and most is not None:
            most = np.maximum(most, least)
        numbers = _numbers(groups) | found.limits()
        return _Drawn(least, most, numbers, held_by_limits=True)

    def _sums(
        self,
        gains: Array,
        groups: Sequence[Cut],
        others: Sequence[tuple[float, Distribution]],
    ) -> Array:
        """Draws of gains·ε (k, inputs) and of other inputs of all k, shape (k, draws)."""
        random = self._random(_REST)
        left = gains.copy()
        drawn = np.zeros((len(gains), SAMPLES))
        for group in groups:
            along = left @ group.directions.T
            drawn += along @ group.draws.T
            left -= along @ group.directions
        _, singular, right = np.linalg.svd(left, full_matrices=False)
        for direction in right[singular > 1e-9 * max(1e-9, float(np.linalg.norm(gains)))]:
            sums = sum_of(direction, self._imposed.inputs)
            values = sums.between(-math.inf, math.inf, random.permutation(even()))
            drawn += np.outer(left @ direction, values)
        if others:
            sums = StandardSum([(u, distribution.shape) for u, distribution in others])
            values = sums.between(-math.inf, math.inf, random.permutation(even()))
            drawn += values * math.sqrt(math.fsum(u * u for u, _ in others))
        return drawn

    def _random(self, stream: int) -> np.random.Generator:
        return np.random.default_rng((self._seed, stream))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Draws of where a function lies at the least and at the most; ``None`` where open."""

    low: Array | None
    high: Array | None
    numbers: frozenset[int]
    """The limits that shape it."""
    held_by_limits: bool


_REST, _BETWEEN = range(2)
"""Streams of random numbers that must not run alongside each other, nor alongside a cut's."""


def _numbers(groups: Sequence[Cut]) -> frozenset[int]:
    return frozenset(number for group in groups for number in group.numbers)


def _below(probability: float | None) -> bool:
    return probability is not None and probability < CONTRADICTED_BELOW


# -- in words --------------------------------------------------------------------------------------


def _chance(probability: float) -> str:
    """``in 31 cases of 100``; never certain."""
    of_100 = round(100 * probability)
    if of_100 >= 100:
        return "in more than 99 cases of 100"
    return f"in {counted(of_100, 'case')} of 100" if of_100 >= 1 else "in 1 case of 100"


def _against(outside_s: float, others: Sequence[str] = ()) -> str:
    by = f"{outside_s:.{decimals_for(outside_s) + 1}f} s"
    what = f"with {joined(others)} it lies" if others else "it lies"
    return (
        f"Not imposed: {what} {by} off what was observed, which has less than 1 chance in 100. "
        "Look at it and at the observations again."
    )


def _impossible(others: Sequence[str], alone: bool) -> str:
    if not others:
        return "Not imposed: nothing can satisfy it. Look at its two ends."
    fits = "whatever was observed" if alone else "with the observations as they are"
    return (
        f"Not imposed: it and {joined(others)} cannot hold together, {fits}. At least one of them "
        "is wrong; look at them again."
    )


def _shortest(drawn: Array) -> tuple[float, float]:
    """The shortest range that holds 95 % of the draws; of ranges equally short, the middle one.

    An equal-tailed range leaves out 2.5 % right at a limit, where the truth mostly lies when what
    the limit allows for is short, so that several limits the same way are over-claimed
    (``docs/validation.md``).
    """
    ordered = np.sort(drawn)
    inside = math.ceil(LEVEL * len(ordered)) - 1
    width = ordered[inside:] - ordered[: len(ordered) - inside]
    shortest = np.flatnonzero(width <= np.min(width) * (1 + _AS_SHORT))
    first = int(shortest[np.argmin(np.abs(shortest - len(width) // 2))])
    return float(ordered[first]), float(ordered[first + inside])
