"""Places that questions are asked about, resolved in the network."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync.adjustment.adjust import Adjustment
from sync.adjustment.bounds import place_function
from sync.adjustment.build import Built
from sync.adjustment.inputs import Inputs
from sync.adjustment.network import Function, Network, combine
from sync.adjustment.observed import observed_times
from sync.errors import EvidenceError
from sync.evidence import ClockCheck, LogTime, Mark, Place, Reading
from sync.timebase import MediaTime, ReferenceTime, format_clock, format_seconds


@dataclass(frozen=True, slots=True)
class Spot:
    """A place resolved in the network: what to call it and where it was seen."""

    name: str
    where: str
    place: Place
    seen: tuple[str, MediaTime] | None = None
    """(source, media time) of the sighting that defines it, where a recording shows it."""
    defined_by: str | None = None
    """Id of the mark or log time that defines it; ``None`` where nothing with two ends does."""

    @property
    def full(self) -> str:
        """``flash at the corner (cam 1)``."""
        if not self.where or self.where in self.name:
            return self.name
        return f"{self.name} ({self.where})"

    @property
    def asked(self) -> frozenset[str]:
        """Ids of the rows that are the instant itself: what defines it needs no check."""
        return frozenset() if self.defined_by is None else frozenset([self.defined_by])


def find_spot(inputs: Inputs, built: Built, place: Place) -> Spot:
    """Resolve a place.

    Raises
    ------
    EvidenceError
        When the event, mark, recording or clock does not exist or cannot be asked about.
    """
    if place.source is not None:
        return _media_spot(inputs, place)
    if place.clock is not None:
        return _clock_spot(inputs, place)
    return _event_spot(inputs, built, place) if place.event else _mark_spot(inputs, built, place)


def _media_spot(inputs: Inputs, place: Place) -> Spot:
    source = next((source for source in inputs.sources if source.id == place.source), None)
    if source is None:
        raise EvidenceError(f"There is no recording {place.source!r}.")
    if place.time is None:
        raise EvidenceError(f"Say at which time of {source.name}.")
    if not source.start <= place.time <= source.end:
        raise EvidenceError(
            f"{format_seconds(place.time.ns)} s lies outside {source.name} "
            f"({format_seconds(source.start.ns)} to {format_seconds(source.end.ns)} s)."
        )
    name = f"{source.name} at {format_seconds(place.time.ns)} s"
    return Spot(name, source.name, place, (source.id, place.time))


def _clock_spot(inputs: Inputs, place: Place) -> Spot:
    clock = next((clock for clock in inputs.clocks if clock.id == place.clock), None)
    if clock is None:
        raise EvidenceError(f"There is no clock {place.clock!r}.")
    if place.displayed is None:
        raise EvidenceError(f"Say what the clock {clock.name} showed.")
    decimals = next(d for d in range(10) if place.displayed.ns % 10 ** (9 - d) == 0)
    where = f"clock {clock.name}"
    return Spot(f"{where} at {format_clock(place.displayed, decimals)}", where, place)


def _event_spot(inputs: Inputs, built: Built, place: Place) -> Spot:
    """An event: by its first mark with two ends, its log time, or by limits alone."""
    name = next((event.name for event in inputs.events if event.id == place.event), None)
    number = built.network.find_event(place.event or "")
    if name is None or number is None:
        raise EvidenceError(
            f"{name or place.event!r} has no mark, log time or limit that takes part, so nothing "
            "can be asked about it.",
            hint="Mark it in at least one recording.",
        )
    sources = {source.id: source.name for source in inputs.sources}
    clocks = {clock.id: clock.name for clock in inputs.clocks}
    own = [i for i in built.used if isinstance(i, Mark | LogTime) and i.event == place.event]
    rows = {row.id for row in built.network.rows}
    for item in sorted(own, key=lambda item: (item.id not in rows, isinstance(item, LogTime))):
        defines = item.id if item.id in rows else None
        if isinstance(item, Mark):
            seen = (item.source, item.centre)
            return Spot(name, sources[item.source], place, seen, defines)
        return Spot(name, f"log of {clocks.get(item.clock, item.clock)}", place, None, defines)
    return Spot(name, "", place)


def _mark_spot(inputs: Inputs, built: Built, place: Place) -> Spot:
    mark = next((i for i in built.used if isinstance(i, Mark) and i.id == place.mark), None)
    if mark is None:
        raise EvidenceError(
            f"There is no mark {place.mark!r} that takes part in the calculation, so nothing can "
            "be asked about it.",
            hint="It may be unknown, rejected or set aside.",
        )
    event = next((event.name for event in inputs.events if event.id == mark.event), mark.event)
    where = inputs.source(mark.source).name
    if mark.one_sided:
        raise EvidenceError(
            f"The mark of {event!r} in {where} has one end: it limits the event and is no instant "
            "of its own.",
            row=mark.id,
            hint="Ask about the event instead.",
        )
    return Spot(event, where, place, (mark.source, mark.centre), mark.id)


def function_of(network: Network, spot: Spot) -> Function | None:
    """T of a spot as elapsed ideal time; ``None`` for a clock that nothing observed reaches."""
    function = place_function(network, spot.place)
    if function is None or not function.extra:
        return function
    typed = replace(function.extra[0], source=f"typed limit at {spot.name}")
    return replace(function, extra=(typed,))


def difference_of(network: Network, a: Spot, b: Spot) -> Function | None:
    """B - A as elapsed ideal time: one function, so that what both share cancels."""
    of_a, of_b = function_of(network, a), function_of(network, b)
    return None if of_a is None or of_b is None else of_b - of_a


def on_datum_scale(adjustment: Adjustment, function: Function) -> Function:
    """The same instant as the datum clock showed it: T - d_ref·(T - epoch_ref)."""
    network = adjustment.network
    since_s = adjustment.value(function) - network.sources[network.reference].epoch_s
    drift = network.drift(network.reference)
    return replace(function, terms=combine((1.0, function.terms), (-since_s, drift)))


def extrapolated(inputs: Inputs, built: Built, spot: Spot) -> bool:
    """True when the defining sighting lies outside what was observed of its clock."""
    if spot.seen is not None:
        source = inputs.source(spot.seen[0])
        times = observed_times(built, source, source.stretch_at(spot.seen[1]))
        return not times or not times[0] <= spot.seen[1] <= times[-1]
    if spot.place.displayed is not None:
        shown = _shown(built, spot.place.clock)
        return not shown or not min(shown) <= spot.place.displayed <= max(shown)
    return False


def _shown(built: Built, clock: str | None) -> list[ReferenceTime]:
    """Every time the clock was seen, checked or written at."""
    shown = [i.displayed for i in built.used
             if isinstance(i, Reading | LogTime | ClockCheck) and i.clock == clock]  # fmt: skip
    checks = [i for i in built.used if isinstance(i, ClockCheck) and i.against == clock]
    return shown + [check.reference for check in checks]
