"""A solution with the limits imposed: what they narrow, what they alone hold, which cannot hold."""

from __future__ import annotations

from dataclasses import replace

from sync.adjustment.adjust import Adjustment
from sync.adjustment.inputs import Inputs, SourceInput
from sync.adjustment.limits import Limits
from sync.adjustment.network import Function
from sync.adjustment.solution import ClockResult, EventResult, Limited, Solution
from sync.adjustment.words import counted, joined
from sync.clock import PPM
from sync.timebase import MediaTime, ReferenceTime, format_clock
from sync.uncertainty import decimals_for, round_down, round_up


def impose(inputs: Inputs, adjustment: Adjustment, solution: Solution) -> Solution:
    """``solution`` with every limit judged, and with what the limits say of clocks and events."""
    limits = Limits(adjustment)
    labels = {bound.id: bound.label or bound.id for bound in adjustment.network.bounds}
    broken = [_impossible([labels[i] for i in ids]) for ids in limits.impossible]
    against = [
        f"'{labels[found.id]}': {found.in_words[:1].lower()}{found.in_words[1:]}"
        for found in limits.results
        if found.status in ("contradicted", "left-out")
    ]
    contradicted = sum(found.status == "contradicted" for found in limits.results)
    message = [solution.message, *broken]
    if contradicted:
        message.append(f"{counted(contradicted, 'limit')} contradicted by the observations")
    return replace(
        solution,
        message=" · ".join(message),
        clocks=tuple(_clock(inputs, adjustment, limits, clock) for clock in solution.clocks),
        events=tuple(_event(adjustment, limits, event) for event in solution.events),
        problems=(*solution.problems, *(f"{sentence}." for sentence in broken), *against),
        limits=limits.results,
    )


def _clock(
    inputs: Inputs, adjustment: Adjustment, limits: Limits, clock: ClockResult
) -> ClockResult:
    source = inputs.source(clock.source)
    start, end = source.stretches[clock.stretch]
    epoch = MediaTime((start.ns + end.ns) // 2) if clock.model is None else clock.model.epoch
    correction = adjustment.correction_function(source.id, epoch.s, on_datum_scale=False)
    found = limits.limited_on_datum(correction, epoch.s) if clock.status != "conflict" else None
    if found is None:
        return clock
    if found.status == "infeasible":
        words = f"{clock.in_words} Limits that reach it cannot all hold: none of them is used."
        return replace(clock, with_limits=found, in_words=words)
    begin = adjustment.instant_function(source.id, start.s, on_datum_scale=False)
    at_start = None
    if clock.model is not None or _rate_matters(inputs, source, epoch.s - start.s, found):
        at_start = limits.limited_on_datum(begin)
    begins = f"begins {_range(at_start or _moved(found, start.s))}"
    if clock.model is not None:
        words = f"{clock.in_words} With its limits: {begins}."
        return replace(clock, with_limits=found, in_words=words)
    name = clock.in_words.partition(":")[0]
    words = f"{name}: {begins}, by limits alone. {clock.would_link or ''}".rstrip()
    return replace(clock, status=found.status, with_limits=found, in_words=words)


def _event(adjustment: Adjustment, limits: Limits, event: EventResult) -> EventResult:
    number = adjustment.network.find_event(event.event)
    if number is None or event.status == "conflict":
        return event
    found = limits.limited_on_datum(Function(0.0, {}, {number: 1.0}, {}))
    if found is None:
        return event
    alone = event.status == "unconstrained" and found.status != "infeasible"
    return replace(event, with_limits=found, status=found.status if alone else event.status)


def _rate_matters(inputs: Inputs, source: SourceInput, ahead_s: float, found: Limited) -> bool:
    """Whether what its rate may do in ``ahead_s`` shows next to the range."""
    prior_ppm = inputs.clock(source.clock).u_drift_ppm
    if prior_ppm is None or found.low_s is None or found.high_s is None:
        return True
    return 3 * prior_ppm * PPM * ahead_s > 0.005 * (found.high_s - found.low_s)


def _moved(limited: Limited, by_s: float) -> Limited:
    low, high = limited.low_s, limited.high_s
    return replace(
        limited,
        low_s=None if low is None else low + by_s,
        high_s=None if high is None else high + by_s,
    )


def _range(limited: Limited) -> str:
    """``between 14:22:51.3 and 14:22:58.0 (95 % range)``, rounded outwards."""
    low, high = limited.low_s, limited.high_s
    decimals = 1 if low is None or high is None else decimals_for((high - low) / 2)
    least, most = (
        None if end is None else format_clock(ReferenceTime.from_s(away(end, decimals)), decimals)
        for end, away in ((low, round_down), (high, round_up))
    )
    if least is None:
        return f"at {most} at the latest (95 % range)"
    if most is None:
        return f"at {least} at the earliest (95 % range)"
    return f"between {least} and {most} (95 % range)"


def _impossible(labels: list[str]) -> str:
    named = joined([f"'{label}'" for label in labels])
    if len(labels) == 1:
        return f"the limit {named} cannot hold"
    every = "both" if len(labels) == 2 else "all"
    return f"{len(labels)} limits cannot {every} hold: {named}"
