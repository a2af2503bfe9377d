"""Turns evidence into the rows of a clock network (``estimation.md`` §2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from sync.adjustment.bounds import add_bounds
from sync.adjustment.checks import doubts
from sync.adjustment.inputs import Inputs, SourceInput, authority
from sync.adjustment.network import Names, Network, NetworkSource, Row, combine
from sync.clock import PPM
from sync.evidence import (
    ClockCheck,
    Delay,
    Evidence,
    KnownGap,
    Lag,
    Limit,
    LogTime,
    Mark,
    Reading,
    StatedOffset,
    takes_part,
)
from sync.timebase import MediaTime, format_seconds
from sync.uncertainty import Distribution

MIN_HALF_S = 1e-6
"""No reading is better than a microsecond; smaller stated halves are raised to it."""


@dataclass(frozen=True)
class Built:
    """A network made from a case's evidence, and what could not take part."""

    network: Network
    problems: tuple[str, ...]
    used: tuple[Evidence, ...]

    @cached_property
    def by_source(self) -> dict[str, list[Evidence]]:
        """What was used of every recording."""
        found: dict[str, list[Evidence]] = {}
        for item in self.used:
            for name in dict.fromkeys(name for name, _ in _places(item)):
                found.setdefault(name, []).append(item)
        return found

    @cached_property
    def unplaced(self) -> list[Evidence]:
        """What was used that names no time of a recording."""
        return [item for item in self.used if not _places(item)]

    @cached_property
    def sightings(self) -> Counter[str]:
        """How often each event was seen with two ends, in recordings and logs of machines."""
        return Counter(
            item.event
            for item in self.used
            if (isinstance(item, Mark) and not item.one_sided)
            or (isinstance(item, LogTime) and item.typed_within is None)
        )


NO_DATUM = "no reference clock"
"""Stands for the datum where none is chosen or none can be held: nothing ties to it, so nothing has
a reference time, yet differences between recordings that are tied to each other stay known."""


def build(inputs: Inputs) -> Built:
    """The network of ``inputs``; what could not take part is in ``problems``."""
    problems: list[str] = []
    known = {source.id: source for source in inputs.sources}
    used = [item for item in inputs.evidence if takes_part(item) and _usable(known, item, problems)]
    sources = [*_recordings(inputs, used), *_authorities(inputs, used)]
    reference = _reference(inputs, sources, problems)
    u_drift = {
        clock.id: None if clock.u_drift_ppm is None else clock.u_drift_ppm * PPM
        for clock in inputs.clocks
    }
    for source in sources:  # a second camera in one recording has a clock of its own
        u_drift |= {clock: u_drift[source.clock] for clock in source.clocks}
    has_datum = reference is not None
    if reference is None:
        reference = NO_DATUM
        sources.append(NetworkSource(NO_DATUM, 0.0, NO_DATUM))
        u_drift[NO_DATUM] = 0.0
    network = Network(reference, sources, u_drift, _names(inputs))
    several = _seen_and_heard(used)
    for kind in (Mark, LogTime, Lag, StatedOffset, Reading, ClockCheck):
        for item in used:
            if isinstance(item, kind):
                _add(network, item, several, problems)
    add_bounds(network, inputs, used, problems)
    # Delays after everything that may name one: an unused delay is no parameter.
    for item in used:
        if isinstance(item, Delay | KnownGap):
            _add(network, item, several, problems)
    network.add_drift_priors()
    problems += doubts(network, has_datum=has_datum)
    return Built(network, tuple(problems), tuple(used))


def _usable(known: dict[str, SourceInput], item: Evidence, problems: list[str]) -> bool:
    """False, with a sentence, for what cannot enter a least-squares row."""
    for name, at in _places(item):
        if name not in known:
            problems.append(f"{item.id} names recording {name!r}, which the case does not have.")
            return False
        source = known[name]
        if not source.start <= at <= source.end:
            problems.append(
                f"{item.id} lies at {format_seconds(at.ns)} s, outside {source.name} ("
                f"{format_seconds(source.start.ns)} to {format_seconds(source.end.ns)} s): "
                "left out."
            )
            return False
    return True


def _places(item: Evidence) -> list[tuple[str, MediaTime]]:
    """(source, media time) pairs an item speaks of."""
    if isinstance(item, Mark):
        return [(item.source, item.centre)]
    if isinstance(item, Reading):
        return [(item.source, _middle(item))]
    if isinstance(item, Lag):
        return [(item.source_a, item.time_a), (item.source_b, item.time_b)]
    if isinstance(item, StatedOffset):
        return [(item.source, item.at)]
    return []


def _middle(reading: Reading) -> MediaTime:
    return MediaTime((reading.earliest.ns + reading.latest.ns) // 2)


def _recordings(inputs: Inputs, used: list[Evidence]) -> list[NetworkSource]:
    """One network source a recording; its epoch is the mean of its own observations."""
    observed: dict[str, list[float]] = {}
    for item in used:
        for name, at in _places(item):
            observed.setdefault(name, []).append(at.s)
    result = []
    for source in inputs.sources:
        times = observed.get(source.id, [])
        middle = (source.start.s + source.end.s) / 2
        epoch = sum(times) / len(times) if times else middle
        breaks = tuple(cut.s for cut in source.breaks)
        clocks: tuple[str, ...] = ()
        if "another camera" in source.relations:
            clocks = tuple(source.clock_at(stretch) for stretch in range(len(breaks) + 1))
        result.append(NetworkSource(source.id, epoch, source.clock, breaks, clocks))
    return result


def _authorities(inputs: Inputs, used: list[Evidence]) -> list[NetworkSource]:
    """One network source for every clock that was read, checked or written into a log; its τ is
    what it showed."""
    shown: dict[str, list[float]] = {}
    checked: dict[str, list[float]] = {}
    for item in used:
        if isinstance(item, Reading):
            shown.setdefault(item.clock, []).append(_displayed_s(item))
        elif isinstance(item, ClockCheck):
            checked.setdefault(item.clock, []).append(item.displayed.s)
            checked.setdefault(item.against, []).append(item.reference.s)
        elif isinstance(item, LogTime):
            shown.setdefault(item.clock, []).append(item.displayed.s)
        elif isinstance(item, Limit):
            for place in (item.first, item.second):
                if place.clock is not None and place.displayed is not None:
                    checked.setdefault(place.clock, []).append(place.displayed.s)
    clocks = {clock.id for clock in inputs.clocks}
    result = []
    for clock in dict.fromkeys([*shown, *checked]):
        if clock in clocks:
            times = shown.get(clock) or checked[clock]
            result.append(NetworkSource(authority(clock), sum(times) / len(times), clock))
    return result


def _displayed_s(reading: Reading) -> float:
    """Middle of what the display stood for, on the authority's own scale (seconds)."""
    half_granule = reading.granularity.s / 2 if reading.truncates else 0.0
    return reading.displayed.s + half_granule


def _reference(inputs: Inputs, sources: list[NetworkSource], problems: list[str]) -> str | None:
    """Which network source carries the datum's scale: the clock's own display where it was read,
    otherwise the one unbroken recording that runs on it."""
    if inputs.datum is None:
        problems.append("No reference clock is chosen.")
        return None
    names = {source.name for source in sources}
    if authority(inputs.datum) in names:
        return authority(inputs.datum)
    own = [source for source in sources if source.clock == inputs.datum]
    if not own:
        problems.append("Nothing observed reaches the reference clock.")
        return None
    unbroken = [source for source in own if not source.breaks_s]
    if not unbroken:
        problems.append(
            "The reference clock runs only in a recording with interrupted time, which cannot "
            "hold it: choose a clock that was read, or another recording's."
        )
        return None
    return unbroken[0].name


def _names(inputs: Inputs) -> Names:
    """Names of the case; another camera's clock is that of its stretch."""
    clocks = {clock.id: clock.name for clock in inputs.clocks}
    for source in inputs.sources:
        for stretch in range(len(source.breaks) + 1):
            own = source.clock_at(stretch)
            clocks.setdefault(own, f"{clocks.get(source.clock, source.clock)}, "
                                   f"stretch {stretch + 1}")  # fmt: skip
    return Names(
        nodes={source.id: source.name for source in inputs.sources}
        | {authority(clock.id): clock.name for clock in inputs.clocks},
        clocks=clocks,
        events={event.id: event.name for event in inputs.events},
    )


def _seen_and_heard(used: list[Evidence]) -> set[tuple[str, str]]:
    """(event, recording) with marks in more than one stream: a label must say which is meant."""
    streams: dict[tuple[str, str], set[str]] = {}
    for item in used:
        if isinstance(item, Mark):
            streams.setdefault((item.event, item.source), set()).add(item.stream)
    return {where for where, found in streams.items() if len(found) > 1}


def _half(half_s: float) -> Distribution:
    return Distribution.rectangular(max(half_s, MIN_HALF_S))


def _add(
    network: Network, item: Evidence, several: set[tuple[str, str]], problems: list[str]
) -> None:
    """Append the row or rows of one item."""
    names = network.names
    if isinstance(item, Mark):
        if item.one_sided:
            return  # a limit
        half = item.half
        half_s = max(0.0 if half is None else half.s, MIN_HALF_S)
        rectangular = item.spread == "rectangular"
        stream = f", {item.stream}" if (item.event, item.source) in several else ""
        network.add_mark(
            item.id,
            event=item.event,
            source=item.source,
            tau_s=item.centre.s,
            distribution=_half(half_s) if rectangular else Distribution.normal_95(half_s),
            delays=item.delays,
            label=f"{names.event(item.event)} in {names.node(item.source)}{stream}",
        )
    elif isinstance(item, LogTime):
        _add_log_time(network, item, problems)
    elif isinstance(item, Lag):
        network.add_lag(
            item.id, "lag", a=item.source_a, tau_a_s=item.time_a.s, b=item.source_b,
            tau_b_s=item.time_b.s, distribution=item.distribution, delays_a=item.delays_a,
            delays_b=item.delays_b,
            label=f"match {names.node(item.source_a)} ↔ {names.node(item.source_b)}",
        )  # fmt: skip
    elif isinstance(item, Reading):
        _add_reading(network, item, problems)
    elif isinstance(item, ClockCheck):
        network.add_lag(
            item.id, "check", a=authority(item.clock), tau_a_s=item.displayed.s,
            b=authority(item.against), tau_b_s=item.reference.s, distribution=item.distribution,
            label=f"clock check of {names.clock(item.clock)}",
        )  # fmt: skip
    elif isinstance(item, StatedOffset):
        # A statement on the datum's own scale: the datum's drift away from its epoch enters.
        reference = network.sources[network.reference]
        reached = item.at.s + item.value.s
        terms = combine(
            (1.0, network.correction(item.source, item.at.s)),
            (-(reached - reference.epoch_s), network.drift(network.reference)),
        )
        network.add(
            Row(item.id, "offset", item.value.s, terms, item.distribution, unit=item.id,
                label=f"stated time of {names.node(item.source)}")
        )  # fmt: skip
    elif isinstance(item, Delay):
        if network.has_quantity(item.key):
            network.add(
                Row(f"delay:{item.key}", "quantity", item.value.s,
                    {network.quantity(item.key): 1.0}, item.distribution, unit=item.key,
                    label=item.name)
            )  # fmt: skip
    elif isinstance(item, KnownGap):
        _add_gap(network, item, problems)


def _add_log_time(network: Network, item: LogTime, problems: list[str]) -> None:
    """A machine's stamp is a sighting in the log, anywhere in its granule."""
    node, names = authority(item.clock), network.names
    if node not in network.sources:
        problems.append(f"{item.id} names clock {item.clock!r}, which the case does not have.")
    elif item.typed_within is None:
        half_s = item.granularity.s / 2
        network.add_mark(
            item.id, event=item.event, source=node, kind="log",
            tau_s=item.displayed.s + (half_s if item.truncates else 0.0),
            distribution=_half(half_s),
            label=f"{names.event(item.event)} in the log of {names.clock(item.clock)}",
        )  # fmt: skip


def _add_reading(network: Network, item: Reading, problems: list[str]) -> None:
    """A reading ties the recording to the authority's clock.

    The media interval in which it was seen and the granule of the display are independent; where
    both count, the granule is a quantity of its own.
    """
    node = authority(item.clock)
    if node not in network.sources:
        problems.append(f"{item.id} reads clock {item.clock!r}, which the case does not have.")
        return
    seen_s = (item.latest.ns - item.earliest.ns) / 2e9
    granule_s = item.granularity.s / 2
    seen_at = format_seconds(item.earliest.ns, 1)
    clock, where = network.names.clock(item.clock), network.names.node(item.source)
    label = f"reading of {clock} in {where} at {seen_at} s"
    both = seen_s > 0 and granule_s > 0
    key = f"granule:{item.id}"
    network.add_lag(
        item.id, "reading", a=item.source, tau_a_s=_middle(item).s, b=node,
        tau_b_s=_displayed_s(item), distribution=_half(seen_s if both else max(seen_s, granule_s)),
        delays_a=(*item.delays, *([key] if both else [])), label=label,
    )  # fmt: skip
    if both:
        network.add(
            Row(key, "quantity", 0.0, {network.quantity(key): 1.0}, _half(granule_s),
                unit=item.id, label=label)
        )  # fmt: skip


def _add_gap(network: Network, item: KnownGap, problems: list[str]) -> None:
    """T just after the break less T just before it = g ± u."""
    source = network.sources.get(item.source)
    if source is None or not 0 <= item.after_stretch < len(source.breaks_s):
        problems.append(f"{item.id} speaks of a gap that {item.source!r} does not have.")
        return
    terms = network.jump(item.source, item.after_stretch)
    network.add(
        Row(item.id, "gap", item.value.s, terms, item.distribution, unit=item.id,
            label=f"length of the gap in {network.names.node(item.source)}")
    )  # fmt: skip
