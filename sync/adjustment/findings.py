"""What the evidence says of one difference of two instants, limits included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sync.adjustment.adjust import Adjustment
from sync.adjustment.conflict import Readings
from sync.adjustment.limits import Limits
from sync.adjustment.network import Function, Network
from sync.adjustment.solution import Contested, Limited, ResultStatus, Verdict
from sync.uncertainty import Expanded, Uncertain, probability_above_zero

SEEDS = (0, 1)
"""Sampled answers are given only where both come to the same verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """B - A: numbers with the limits imposed where any shapes it, and the verdict from them."""

    status: ResultStatus
    verdict: Verdict
    value_s: float | None = None
    u_s: float | None = None
    low_s: float | None = None
    high_s: float | None = None
    """Ends of the 95 % range; one of them is open where limits hold one side only."""
    plain: Uncertain | None = None
    """By the observations alone; ``None`` where they do not determine it."""
    stated: Expanded | None = None
    """The same, expanded."""
    limited: Limited | None = None
    """``None`` where no limit shapes it."""
    contested: Contested | None = None

    @property
    def U_s(self) -> float | None:
        """The larger distance from the value to an end of its range."""
        if self.value_s is None or self.low_s is None or self.high_s is None:
            return None
        return max(self.value_s - self.low_s, self.high_s - self.value_s)

    @property
    def k(self) -> float | None:
        """U over u."""
        return self.U_s / self.u_s if self.U_s is not None and self.u_s else None

    @property
    def interval_s(self) -> tuple[float, float] | None:
        """Both ends, where neither is open."""
        both = self.low_s is not None and self.high_s is not None
        return (self.low_s, self.high_s) if both else None  # type: ignore[return-value]


NO_LINK = Finding(status="unconstrained", verdict="no-link")
DISAGREES = Finding(status="conflict", verdict="not-resolved")


def find(
    adjustment: Adjustment, difference: Function | None, limits: Sequence[Limits] = ()
) -> Finding:
    """The finding on B - A.

    Parameters
    ----------
    difference
        ``None``: one of the places is a clock that nothing observed reaches.
    limits
        The network's limits, by the seeds that must agree; of both ``SEEDS`` unless given.
    """
    if difference is None:
        return NO_LINK
    if adjustment.estimable(difference) and adjustment.conflict(difference):
        return DISAGREES
    return by_numbers(adjustment, difference, limits)


def by_numbers(
    adjustment: Adjustment, difference: Function, limits: Sequence[Limits] = ()
) -> Finding:
    """As :func:`find`, whether what carries the difference agrees or not."""
    estimable = adjustment.estimable(difference)
    plain = adjustment.uncertain(difference) if estimable else None
    stated = None if plain is None else plain.expanded()
    found = NO_LINK if plain is None or stated is None else of_stated(stated, plain)
    if not adjustment.network.bounds:
        return found
    limits = limits or [limits_of(adjustment, seed) for seed in SEEDS]
    several = [one.limited(difference) for one in limits]
    limited = several[0]
    if limited is None:
        return found
    verdicts: set[Verdict] = {
        "not-resolved" if one is None else verdict_of(one.low_s, one.high_s) for one in several
    }
    return Finding(
        status=limited.status,
        verdict=verdicts.pop() if len(verdicts) == 1 else "not-resolved",
        value_s=limited.value_s,
        u_s=limited.u_s,
        low_s=limited.low_s,
        high_s=limited.high_s,
        plain=plain,
        stated=stated,
        limited=limited,
    )


def of_stated(stated: Expanded, plain: Uncertain | None = None) -> Finding:
    """The finding where no limit shapes the difference."""
    return Finding(
        status="ok", verdict=verdict_of(stated.low, stated.high), value_s=stated.value,
        u_s=stated.u, low_s=stated.low, high_s=stated.high, plain=plain, stated=stated,
    )  # fmt: skip


def with_readings(adjustment: Adjustment, difference: Function | None, found: Finding) -> Finding:
    """The finding with every reading of the evidence, where what carries it disagrees."""
    if difference is None or not bool(adjustment.contested.any()):
        return found
    contested = readings_of(adjustment.network).contested(difference)
    if contested is None:
        return found
    return replace(DISAGREES, contested=contested)


def verdict_of(low_s: float | None, high_s: float | None) -> Verdict:
    """Resolved where the whole 95 % range of B - A lies on one side of zero."""
    if low_s is not None and low_s > 0:
        return "a-before-b"
    return "b-before-a" if high_s is not None and high_s < 0 else "not-resolved"


def probability(adjustment: Adjustment, difference: Function, found: Finding) -> float | None:
    """P(A before B), stated no closer to 0 or 1 than 0.001."""
    if found.limited is not None:
        p = limits_of(adjustment, SEEDS[0]).probability_above_zero(difference)
        return None if p is None else min(max(p, 0.001), 0.999)
    return None if found.plain is None else probability_above_zero(found.plain)


# A question asks for several functions of one network: its limits are worked out once.
def contradicted_limits(adjustment: Adjustment, difference: Function) -> tuple[str, ...]:
    """Names of the limits that would shape a difference but that the observations contradict."""
    if not adjustment.network.bounds:
        return ()
    labels = {bound.id: bound.label or bound.id for bound in adjustment.network.bounds}
    found = limits_of(adjustment, SEEDS[0]).contradicted_by(difference)
    return tuple(labels[name] for name in found)


@lru_cache(maxsize=4)
def limits_of(adjustment: Adjustment, seed: int) -> Limits:
    """The limits on an adjusted network."""
    return Limits(adjustment, seed=seed)


@lru_cache(maxsize=2)
def readings_of(network: Network) -> Readings:
    """The readings of a network whose evidence disagrees."""
    return Readings(network)
