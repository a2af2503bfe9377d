"""Lowers limits to bounds on linear functions of the network's parameters.

Four things are limits: stated ones (before, after, within), one-sided marks, log times typed late,
and breaks after which a recording goes on *later*. None of them enters least squares: an
inequality is no observation (``estimation.md`` §6).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sync.adjustment.inputs import Inputs, authority
from sync.adjustment.network import Bound, Function, Network, combine
from sync.evidence import Evidence, KnownGap, Limit, LogTime, Mark, Place
from sync.uncertainty import Component, Distribution


def add_bounds(
    network: Network, inputs: Inputs, used: Iterable[Evidence], problems: list[str]
) -> None:
    """Append every limit of the evidence to ``network.bounds``; the rows of marks are there."""
    names = network.names
    stated_gaps = set()
    for item in used:
        if isinstance(item, KnownGap):
            stated_gaps.add((item.source, item.after_stretch))
        elif isinstance(item, Mark) and item.one_sided:
            label = f"{names.event(item.event)} in {names.node(item.source)}"
            network.bounds.append(_one_sided(network, item, label))
        elif isinstance(item, LogTime) and item.typed_within is not None:
            if authority(item.clock) in network.sources:
                label = f"{names.event(item.event)} in the log of {names.clock(item.clock)}"
                network.bounds.append(_typed_late(network, item, label))
        elif isinstance(item, Limit):
            ends = [place_function(network, place) for place in (item.first, item.second)]
            if ends[0] is None or ends[1] is None:
                problems.append(
                    f"Limit {item.id} speaks of something that takes no part in the calculation: "
                    "left out."
                )
                continue
            low = None if item.low is None else item.low.s
            high = None if item.high is None else item.high.s
            network.bounds.append(Bound(item.id, item.why, ends[1] - ends[0], low, high))
    _add_breaks(network, inputs, stated_gaps)


def place_function(network: Network, place: Place) -> Function | None:
    """T of a place as elapsed ideal time; ``None`` for a mark that has no row.

    An event that nobody marked with two ends is an unknown of its own, held by limits only.
    """
    if place.event is not None:
        return Function(0.0, {}, {network.event(place.event): 1.0}, {})
    if place.mark is not None:
        rows = [number for number, row in enumerate(network.rows) if row.id == place.mark]
        return network.sighting(rows[0]) if rows else None
    if place.source is not None and place.time is not None:
        source, tau_s = place.source, place.time.s
    elif place.clock is not None and place.displayed is not None:
        source, tau_s = authority(place.clock), place.displayed.s
    else:
        return None
    if source not in network.sources:
        return None
    function = network.instant(source, tau_s)
    if place.half is None or place.half.ns == 0:
        return function
    typed = Component(
        f"typed limit at {network.names.node(source)}", 1.0, Distribution.rectangular(place.half.s)
    )
    return replace(function, extra=(typed,))


def _one_sided(network: Network, mark: Mark, label: str) -> Bound:
    """The event (as late as this stream sees it) is not after, or not before, the known end."""
    late = combine(*((1.0, {network.quantity(key): 1.0}) for key in mark.delays))
    event = Function(0.0, late, {network.event(mark.event): 1.0}, {})
    after_end = event - network.instant(mark.source, mark.centre.s)
    if mark.earliest is None:
        return Bound(mark.id, label, after_end, None, 0.0)
    return Bound(mark.id, label, after_end, 0.0, None)


def _typed_late(network: Network, item: LogTime, label: str) -> Bound:
    """Typing began after the event and within the stated time; the stamp names its granule."""
    assert item.typed_within is not None
    stamp = network.instant(authority(item.clock), item.displayed.s)
    event = Function(0.0, {}, {network.event(item.event): 1.0}, {})
    granule_s = item.granularity.s
    low, high = -granule_s, item.typed_within.s
    if not item.truncates:
        low, high = low + granule_s / 2, high + granule_s / 2
    return Bound(item.id, label, stamp - event, low, high)


def _add_breaks(network: Network, inputs: Inputs, stated: set[tuple[str, int]]) -> None:
    """Where a recording goes on later, the missing time is not negative."""
    for source in inputs.sources:
        for stretch, relation in enumerate(source.relations):
            if relation == "later" and (source.id, stretch) not in stated:
                gap = Function(0.0, network.jump(source.id, stretch), {}, {})
                label = f"{source.name} goes on later after stretch {stretch + 1}"
                network.bounds.append(Bound(f"later:{source.id}:{stretch}", label, gap, 0.0, None))
