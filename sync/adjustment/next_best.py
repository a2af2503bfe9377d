"""Which further anchor would narrow an answer most.

A new anchor between two stretches is one observation of their difference d with variance s². The
variance of an asked function f then falls by cov(f, d)² / (var(d) + s²): exact, and without solving
again (the update of a least-squares solution by one row).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import median

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.adjust import Adjustment
from sync.adjustment.build import Built
from sync.adjustment.inputs import Inputs, SourceInput
from sync.adjustment.network import Function, combine
from sync.evidence import Mark

USUAL_HALF_S = 0.05
"""Half-interval of a mark where the recording has none yet."""
WORTHWHILE = 0.9
"""An anchor is proposed only when it would bring U below this part of what it is."""
MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NextBest:
    """An anchor that would help: between which stretches, about when, and what it would bring."""

    source_a: str
    stretch_a: int
    source_b: str
    stretch_b: int
    at_s: float
    """Time on the network's scale (elapsed from the project's epoch), s."""
    media_a_s: float
    """The same in the first recording's media time, s."""
    U_before_s: float
    U_after_s: float


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A placed stretch; T of its media time τ is affine: at_start + (1 + drift)·(τ - start)."""

    source: SourceInput
    number: int
    start: float
    end: float
    """Media times, s; the last instant that belongs to it."""
    start_s: float
    end_s: float
    """The same on the network's scale."""
    half_s: float
    at_start: NDArray[np.float64]
    """g·u over the rows, shape (rows,), of the time a mark at the start would give."""
    by_drift: NDArray[np.float64]
    """Of the clock's drift."""

    def media_at(self, at_s: float) -> float:
        """Media time (s) at ``at_s`` on the network's scale."""
        part = (at_s - self.start_s) / (self.end_s - self.start_s)
        return min(max(self.start + part * (self.end - self.start), self.start), self.end)


def next_best(
    inputs: Inputs, built: Built, adjustment: Adjustment, asked: Function, about_s: float, k: float
) -> tuple[NextBest, ...]:
    """The three most helpful anchors for ``asked``, one a pair of recordings.

    It speaks of the range by observations alone: limits take no part in it.

    Parameters
    ----------
    asked
        The function whose range should shrink; must be estimable.
    about_s
        Where on the network's scale the question is: anchors near it are preferred.
    k
        Coverage factor of the answer as it stands; kept for what it would become.

    Returns
    -------
    tuple of NextBest
        Most helpful first; empty where no anchor would bring U below 0.9 of what it is.
    """
    u = np.array([row.distribution.u for row in adjustment.rows])
    of_asked = adjustment.gains(asked) * u
    before = float(of_asked @ of_asked) + math.fsum(part.u**2 for part in asked.extra)
    placed = _placed(inputs, built, adjustment, u)
    covariance = _Covariance(of_asked, placed)
    scatter = k * adjustment.birge
    found: dict[frozenset[str], NextBest] = {}
    for (i, a), (j, b) in combinations(enumerate(placed), 2):
        low, high = max(a.start_s, b.start_s), min(a.end_s, b.end_s)
        if a.source.id == b.source.id or low >= high:
            continue
        at_s = min(max(about_s, low), high)
        of_difference, with_asked = covariance.difference(i, a, j, b, at_s)
        new = (a.half_s**2 + b.half_s**2) / 3
        after = before - with_asked**2 / (of_difference + new)
        best = NextBest(
            source_a=a.source.id,
            stretch_a=a.number,
            source_b=b.source.id,
            stretch_b=b.number,
            at_s=at_s,
            media_a_s=a.media_at(at_s),
            U_before_s=scatter * math.sqrt(before),
            U_after_s=scatter * math.sqrt(max(after, 0.0)),
        )
        pair = frozenset((a.source.id, b.source.id))
        if pair not in found or best.U_after_s < found[pair].U_after_s:
            found[pair] = best
    ranked = sorted(found.values(), key=lambda best: (best.U_after_s, best.source_a, best.source_b))
    return tuple(b for b in ranked if b.U_after_s < WORTHWHILE * b.U_before_s)[:MOST]


class _Covariance:
    """Covariances of the asked function and every stretch's two parts, worked out at once."""

    def __init__(self, of_asked: NDArray[np.float64], placed: list[_Stretch]) -> None:
        parts = [of_asked, *(part for s in placed for part in (s.at_start, s.by_drift))]
        stacked = np.array(parts)
        self._products = stacked @ stacked.T

    def difference(
        self, i: int, a: _Stretch, j: int, b: _Stretch, at_s: float
    ) -> tuple[float, float]:
        """Variance of the difference of two stretches at ``at_s``, and its covariance with the
        asked function (s²)."""
        at = [1 + 2 * i, 2 + 2 * i, 1 + 2 * j, 2 + 2 * j]
        factors = np.array([1.0, a.media_at(at_s) - a.start, -1.0, b.start - b.media_at(at_s)])
        own = self._products[at][:, at]
        return float(factors @ own @ factors), float(self._products[0, at] @ factors)


def _placed(
    inputs: Inputs, built: Built, adjustment: Adjustment, u: NDArray[np.float64]
) -> list[_Stretch]:
    """All stretches that have a place, with their extent, usual reading and usual delays."""
    result = []
    shared = _shared(built)
    network = adjustment.network
    for source in inputs.sources:
        marks = [m for m in built.by_source.get(source.id, ()) if isinstance(m, Mark)]
        halves = [mark.half.s for mark in marks if mark.half is not None]
        chains = [mark.delays for mark in marks if all(map(shared, mark.delays))]
        delays = max(chains, key=chains.count) if chains else ()
        late = [(-1.0, {network.quantity(key): 1.0}) for key in delays]
        for number, (start, end) in enumerate(source.stretches):
            # The last instant of a stretch belongs to it; its end is where the next one begins.
            last = math.nextafter(end.s, start.s)
            first = network.instant(source.id, start.s)
            seen = replace(first, terms=combine((1.0, first.terms), *late))
            drift = Function(0.0, network.drift(source.id, number), {}, {})
            if last <= start.s or not all(map(adjustment.estimable, (first, seen, drift))):
                continue
            start_s = adjustment.value(first)
            at_start, by_drift = adjustment.gains_of([seen, drift]) * u
            result.append(
                _Stretch(
                    source=source,
                    number=number,
                    start=start.s,
                    end=last,
                    start_s=start_s,
                    end_s=start_s + (last - start.s) * (1 + adjustment.value(drift)),
                    half_s=median(halves) if halves else USUAL_HALF_S,
                    at_start=at_start,
                    by_drift=by_drift,
                )
            )
    return result


def _shared(built: Built) -> Callable[[str], bool]:
    """Whether a delay belongs to the recording rather than to one event: two events name it."""
    events: dict[str, set[str]] = {}
    for item in built.used:
        if isinstance(item, Mark):
            for key in item.delays:
                events.setdefault(key, set()).add(item.event)
    return lambda key: len(events.get(key, ())) > 1
