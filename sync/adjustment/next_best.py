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
    source: SourceInput
    number: int
    start_s: float
    end_s: float
    half_s: float
    delays: tuple[str, ...]


def next_best(
    inputs: Inputs, built: Built, adjustment: Adjustment, asked: Function, about_s: float, k: float
) -> tuple[NextBest, ...]:
    """The three most helpful anchors for ``asked``, one a pair of recordings.

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
    found: dict[frozenset[str], NextBest] = {}
    of_asked = _deviations(adjustment, asked)
    extra = math.fsum(part.u**2 for part in asked.extra)
    before = float(of_asked @ of_asked) + extra
    placed = _placed(inputs, built, adjustment)
    for a, b in combinations(placed, 2):
        low, high = max(a.start_s, b.start_s), min(a.end_s, b.end_s)
        if a.source.id == b.source.id or low >= high:
            continue
        at_s = min(max(about_s, low), high)
        after = before - _gain(adjustment, of_asked, a, b, at_s)
        best = NextBest(
            source_a=a.source.id,
            stretch_a=a.number,
            source_b=b.source.id,
            stretch_b=b.number,
            at_s=at_s,
            media_a_s=_media_of(adjustment, a.source.id, a.number, at_s),
            U_before_s=k * adjustment.birge * math.sqrt(before),
            U_after_s=k * adjustment.birge * math.sqrt(max(after, 0.0)),
        )
        pair = frozenset((a.source.id, b.source.id))
        if pair not in found or best.U_after_s < found[pair].U_after_s:
            found[pair] = best
    ranked = sorted(found.values(), key=lambda best: (best.U_after_s, best.source_a, best.source_b))
    return tuple(b for b in ranked if b.U_after_s < WORTHWHILE * b.U_before_s)[:MOST]


def _gain(
    adjustment: Adjustment, of_asked: NDArray[np.float64], a: _Stretch, b: _Stretch, at_s: float
) -> float:
    """By how much the variance of the asked function would fall (s²)."""
    difference = _seen(adjustment, a, at_s) - _seen(adjustment, b, at_s)
    if not adjustment.estimable(difference):
        return 0.0
    of_difference = _deviations(adjustment, difference)
    new = (a.half_s**2 + b.half_s**2) / 3
    return float(of_asked @ of_difference) ** 2 / (float(of_difference @ of_difference) + new)


def _deviations(adjustment: Adjustment, function: Function) -> NDArray[np.float64]:
    """g_i·u_i of a function: their dot products are covariances (without the Birge factor)."""
    u = np.array([row.distribution.u for row in adjustment.rows])
    result: NDArray[np.float64] = adjustment.gains(function) * u
    return result


def _seen(adjustment: Adjustment, stretch: _Stretch, at_s: float) -> Function:
    """T of the instant a mark in this stretch would give: its clock less its usual delays."""
    tau_s = _media_of(adjustment, stretch.source.id, stretch.number, at_s)
    function = adjustment.instant_function(stretch.source.id, tau_s, on_datum_scale=False)
    network = adjustment.network
    late = [(-1.0, {network.quantity(key): 1.0}) for key in stretch.delays]
    return replace(function, terms=combine((1.0, function.terms), *late))


def _placed(inputs: Inputs, built: Built, adjustment: Adjustment) -> list[_Stretch]:
    """All stretches that have a place, with their extent, usual reading and usual delays."""
    result = []
    shared = _shared(built)
    for source in inputs.sources:
        marks = [m for m in built.used if isinstance(m, Mark) and m.source == source.id]
        halves = [mark.half.s for mark in marks if mark.half is not None]
        chains = [mark.delays for mark in marks if all(map(shared, mark.delays))]
        delays = max(chains, key=chains.count) if chains else ()
        for number, (start, end) in enumerate(source.stretches):
            # The last instant of a stretch belongs to it; its end is where the next one begins.
            times = [start.s, math.nextafter(end.s, start.s)]
            functions = [
                adjustment.instant_function(source.id, tau, on_datum_scale=False) for tau in times
            ]
            if all(adjustment.estimable(function) for function in functions):
                low, high = (adjustment.value(function) for function in functions)
                half = median(halves) if halves else USUAL_HALF_S
                result.append(_Stretch(source, number, low, high, half, delays))
    return result


def _shared(built: Built) -> Callable[[str], bool]:
    """Whether a delay belongs to the recording rather than to one event: two events name it."""
    events: dict[str, set[str]] = {}
    for item in built.used:
        if isinstance(item, Mark):
            for key in item.delays:
                events.setdefault(key, set()).add(item.event)
    return lambda key: len(events.get(key, ())) > 1


def _media_of(adjustment: Adjustment, source: str, stretch: int, at_s: float) -> float:
    """Media time (s) of a stretch at ``at_s`` on the network's scale, by two Newton steps."""
    breaks = adjustment.network.sources[source].breaks_s
    low = breaks[stretch - 1] if stretch else -math.inf
    high = math.nextafter(breaks[stretch], -math.inf) if stretch < len(breaks) else math.inf
    # Start inside the stretch, where its own offset applies.
    tau_s = min(max(adjustment.network.sources[source].epoch_s, low), high)
    for _ in range(2):
        function = adjustment.instant_function(source, tau_s, on_datum_scale=False)
        tau_s = min(max(tau_s + at_s - adjustment.value(function), low), high)
    return tau_s
