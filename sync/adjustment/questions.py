"""Questions: how far apart are two instants, which came first, and what does that rest on?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.build import Built
from sync.adjustment.inputs import Inputs
from sync.adjustment.network import Function
from sync.adjustment.next_best import NextBest, next_best
from sync.adjustment.solution import Answer, Flag, NextAnchor, Verdict
from sync.adjustment.summary import observed_times
from sync.adjustment.words import (
    conflict_sentence,
    counted,
    joined,
    no_link_sentence,
    not_resolved_sentence,
    resolved_sentence,
)
from sync.errors import EvidenceError
from sync.evidence import Mark, Place
from sync.timebase import MediaTime, ReferenceTime, format_clock, format_seconds
from sync.uncertainty import (
    Component,
    Distribution,
    Expanded,
    Share,
    format_pair,
    probability_above_zero,
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place resolved in the network: what to call it and where it was seen."""

    name: str
    where: str
    place: Place
    seen: tuple[tuple[str, MediaTime], ...]
    """(source, media time) of every mark it rests on, first the one that defines it."""
    defined_by: str | None = None
    """Id of the mark that defines it; ``None`` for a media time."""

    @property
    def full(self) -> str:
        """``flash at the corner (cam 1)``."""
        return f"{self.name} ({self.where})" if self.where not in self.name else self.name


def find_spot(inputs: Inputs, built: Built, place: Place) -> Spot:
    """Resolve a place.

    Raises
    ------
    EvidenceError
        When the event, mark or recording does not exist or cannot be asked about.
    """
    names = {source.id: source.name for source in inputs.sources}
    events = {event.id: event.name for event in inputs.events}
    if place.source is not None and place.time is not None:
        if place.source not in names:
            raise EvidenceError(f"There is no recording {place.source!r}.")
        source = inputs.source(place.source)
        if not source.start <= place.time <= source.end:
            raise EvidenceError(
                f"{format_seconds(place.time.ns)} s lies outside {source.name} "
                f"({format_seconds(source.start.ns)} to {format_seconds(source.end.ns)} s)."
            )
        where = names[place.source]
        name = f"{where} at {format_seconds(place.time.ns)} s"
        return Spot(name, where, place, ((place.source, place.time),))
    marks = [
        item
        for item in built.used
        if isinstance(item, Mark) and (item.event == place.event or item.id == place.mark)
    ]
    if not marks:
        wanted = events.get(place.event or "", place.event or place.mark)
        raise EvidenceError(
            f"{wanted!r} has no mark with two ends, so nothing can be asked about it.",
            hint="Mark it in at least one recording.",
        )
    seen = tuple((mark.source, mark.centre) for mark in marks)
    return Spot(events[marks[0].event], names[marks[0].source], place, seen, marks[0].id)


def function_of(adjustment: Adjustment, spot: Spot, *, on_datum_scale: bool) -> Function:
    """The linear function for the time of a spot."""
    place = spot.place
    if place.event is not None:
        number = adjustment.network.find_event(place.event)
        if number is None:
            raise EvidenceError(f"{spot.name} has no mark in the calculation.")
        return adjustment.event_function(number, on_datum_scale=on_datum_scale)
    if place.mark is not None:
        row = next(i for i, row in enumerate(adjustment.rows) if row.id == place.mark)
        return adjustment.mark_function(row, on_datum_scale=on_datum_scale)
    assert place.source is not None
    assert place.time is not None
    function = adjustment.instant_function(
        place.source, place.time.s, on_datum_scale=on_datum_scale
    )
    if place.half is None or place.half.ns == 0:
        return function
    typed = Distribution.rectangular(place.half.s)
    return replace(function, extra=(Component(f"typed limit at {spot.name}", 1.0, typed),))


def order(inputs: Inputs, built: Built, adjustment: Adjustment, a: Place, b: Place) -> Answer:
    """Was A before B, by how much, how sure, and resting on what (``command-line.md``)?"""
    spot_a, spot_b = find_spot(inputs, built, a), find_spot(inputs, built, b)
    difference = _difference(adjustment, spot_a, spot_b)
    ends = [_stated_end(adjustment, spot) for spot in (spot_a, spot_b)]
    if difference is None:
        return Answer(
            a=spot_a.full, b=spot_b.full, verdict="no-link", flags=(), difference_s=None,
            u_s=None, U95_s=None, k=None, interval_s=None, p_a_before_b=None, rests_on=(),
            budget=(), anchors=0, in_words=no_link_sentence(spot_a.where, spot_b.where),
            reference_a=ends[0][0], U95_a_s=ends[0][1],
            reference_b=ends[1][0], U95_b_s=ends[1][1],
        )  # fmt: skip
    if adjustment.conflict(difference):
        return _withheld(adjustment, spot_a, spot_b)
    uncertain = adjustment.uncertain(difference)
    stated = uncertain.expanded()
    verdict = _verdict(stated)
    changing = _changing(inputs, built, adjustment, spot_a, spot_b, verdict)
    anchors = _anchors(adjustment, difference, (spot_a.place.event, spot_b.place.event))
    flags = _flags(inputs, built, adjustment, difference, stated, (spot_a, spot_b), changing)
    labels = {row.id: row.label for row in adjustment.rows}
    return Answer(
        a=spot_a.full,
        b=spot_b.full,
        verdict=verdict,
        flags=flags,
        difference_s=stated.value,
        u_s=stated.u,
        U95_s=stated.U,
        k=stated.k,
        interval_s=(stated.low, stated.high),
        p_a_before_b=probability_above_zero(uncertain),
        rests_on=changing,
        budget=_labelled(uncertain.budget(), labels),
        anchors=anchors,
        in_words=_words(spot_a, spot_b, stated, verdict, anchors, changing, flags),
        reference_a=ends[0][0],
        U95_a_s=ends[0][1],
        reference_b=ends[1][0],
        U95_b_s=ends[1][1],
        flips_if=_flips_if(adjustment, difference, stated, verdict),
        next_best=_surer_with(inputs, built, adjustment, difference, (spot_a, spot_b), stated.k),
    )


def _withheld(adjustment: Adjustment, a: Spot, b: Spot) -> Answer:
    """No number is stated while the evidence that carries it disagrees."""
    return Answer(
        a=a.full, b=b.full, verdict="not-resolved", flags=("disagrees",), difference_s=None,
        u_s=None, U95_s=None, k=None, interval_s=None, p_a_before_b=None, rests_on=(), budget=(),
        anchors=0, in_words=conflict_sentence(contested_names(adjustment)),
        reference_a=None, U95_a_s=None, reference_b=None, U95_b_s=None,
    )  # fmt: skip


def contested_names(adjustment: Adjustment) -> tuple[str, ...]:
    """What people call the units that disagree, the largest standardised residual first."""
    w = abs(adjustment.standardised)
    numbers = [i for i in range(len(adjustment.rows)) if adjustment.contested[i] and w[i] == w[i]]
    ranked = sorted(numbers, key=lambda i: -w[i])
    labels = [
        row.label.split(" in ")[0] if row.event is not None else row.label
        for row in (adjustment.rows[i] for i in ranked)
    ]
    return tuple(dict.fromkeys(labels))


def _difference(adjustment: Adjustment, a: Spot, b: Spot) -> Function | None:
    """B - A as elapsed ideal time: one function, so that what both share cancels."""
    function = function_of(adjustment, b, on_datum_scale=False) - function_of(
        adjustment, a, on_datum_scale=False
    )
    return function if adjustment.estimable(function) else None


def _stated_end(adjustment: Adjustment, spot: Spot) -> tuple[ReferenceTime | None, float | None]:
    function = function_of(adjustment, spot, on_datum_scale=True)
    if not adjustment.estimable(function):
        return None, None
    stated = adjustment.uncertain(function).expanded()
    return ReferenceTime.from_s(stated.value), stated.U


def _verdict(stated: Expanded) -> Verdict:
    if stated.low > 0:
        return "a-before-b"
    return "b-before-a" if stated.high < 0 else "not-resolved"


# -- what it rests on -----------------------------------------------------------------------------


def leave_out_units(
    adjustment: Adjustment, built: Built, asked: tuple[Place, Place]
) -> dict[str, tuple[str, frozenset[str]]]:
    """What can be left out as one piece: unit -> (name, row ids).

    An event is left out whole; an event that is itself asked about keeps the mark that defines it
    (its first), so that the question still has a subject.
    """
    units: dict[str, list[tuple[str, str]]] = {}
    for row in adjustment.rows:
        if row.kind not in ("quantity", "drift-prior") and row.id not in adjustment.excluded:
            units.setdefault(row.unit, []).append((row.id, row.label))
    asked_events = {place.event for place in asked if place.event}
    asked_marks = {place.mark for place in asked if place.mark}
    result: dict[str, tuple[str, frozenset[str]]] = {}
    for unit, rows in units.items():
        ids = [row_id for row_id, _ in rows if row_id not in asked_marks]
        is_event = adjustment.network.find_event(unit) is not None
        if is_event and len(rows) < 2:
            continue
        if unit in asked_events:
            ids = ids[1:]
        name = f"anchor '{rows[0][1].split(' in ')[0]}'" if is_event else rows[0][1]
        if ids:
            result[unit] = (name, frozenset(ids))
    return result


def _changing(
    inputs: Inputs, built: Built, adjustment: Adjustment, a: Spot, b: Spot, verdict: Verdict
) -> tuple[str, ...]:
    """Names of the pieces of evidence without which the verdict is another one."""
    changing = []
    for name, rows in leave_out_units(adjustment, built, (a.place, b.place)).values():
        without = adjust(adjustment.network, adjustment.excluded | rows)
        difference = _difference(without, a, b)
        found: Verdict = (
            "no-link" if difference is None else _verdict(without.uncertain(difference).expanded())
        )
        if found != verdict:
            changing.append(name)
    return tuple(changing)


def _anchors(
    adjustment: Adjustment, difference: Function, asked: tuple[str | None, str | None]
) -> int:
    """Number of anchors (events with two or more marks) that carry the difference."""
    g = abs(adjustment.gains(difference))
    carrying = {
        row.event
        for i, row in enumerate(adjustment.rows)
        if row.event is not None and g[i] > 1e-9 and row.id not in adjustment.excluded
    }
    return sum(
        sum(row.event == event and row.id not in adjustment.excluded for row in adjustment.rows) > 1
        for event in carrying
    )


def _flags(
    inputs: Inputs,
    built: Built,
    adjustment: Adjustment,
    difference: Function,
    stated: Expanded,
    spots: tuple[Spot, Spot],
    changing: tuple[str, ...],
) -> tuple[Flag, ...]:
    flags: list[Flag] = []
    resolved = _verdict(stated) != "not-resolved"
    if resolved and changing:
        flags.append("fragile")
    asked = frozenset(spot.defined_by for spot in spots if spot.defined_by)
    if adjustment.unchecked(difference, asked):
        flags.append("unchecked")
    if min(abs(stated.low), abs(stated.high)) <= stated.U / 10:
        flags.append("at-the-limit")
    if any(_extrapolated(inputs, built, spot) for spot in spots):
        flags.append("extrapolated")
    return tuple(flags)


def _extrapolated(inputs: Inputs, built: Built, spot: Spot) -> bool:
    """True when the defining sighting lies outside what was observed of its stretch."""
    source_id, at = spot.seen[0]
    source = inputs.source(source_id)
    times = observed_times(built, source, source.stretch_at(at))
    return not times or not times[0] <= at <= times[-1]


def _flips_if(
    adjustment: Adjustment, difference: Function, stated: Expanded, verdict: Verdict
) -> tuple[str, ...]:
    """The smallest single mistake in one observation that would let the range reach zero."""
    if verdict not in ("a-before-b", "b-before-a"):
        return ()
    margin = stated.low if verdict == "a-before-b" else -stated.high
    g = abs(adjustment.gains(difference))
    needed = [
        (margin / float(g[i]), row.label)
        for i, row in enumerate(adjustment.rows)
        if g[i] > 1e-6 and row.kind not in ("quantity", "drift-prior")
    ]
    if not needed:
        return ()
    mistake, label = min(needed)
    return (f"a mistake of {mistake:.2f} s in {label}",)


def _surer_with(
    inputs: Inputs,
    built: Built,
    adjustment: Adjustment,
    difference: Function,
    spots: tuple[Spot, Spot],
    k: float,
) -> tuple[NextAnchor, ...]:
    """The anchors that would narrow the range most, one sentence each."""
    times = [
        adjustment.value(function_of(adjustment, spot, on_datum_scale=False)) for spot in spots
    ]
    names = {source.id: source.name for source in inputs.sources}
    return tuple(
        NextAnchor(
            in_words=_promise(names, best),
            source_a=best.source_a,
            media_a=MediaTime.from_s(best.media_a_s),
            source_b=best.source_b,
        )
        for best in next_best(inputs, built, adjustment, difference, sum(times) / len(times), k)
    )


def _promise(names: dict[str, str], best: NextBest) -> str:
    return (
        f"one more anchor between {names[best.source_a]} and {names[best.source_b]} near "
        f"{format_clock(ReferenceTime.from_s(best.at_s), 0)} would bring "
        f"± {format_pair(0.0, best.U_before_s)[1]} s to ± {format_pair(0.0, best.U_after_s)[1]} s"
    )


def _labelled(budget: tuple[Share, ...], labels: dict[str, str]) -> tuple[Share, ...]:
    """The budget under the names people know, inputs of one name as one line."""
    merged: dict[str, tuple[float, float]] = {}
    for line in budget:
        name = labels.get(line.source, line.source)
        u2, share = merged.get(name, (0.0, 0.0))
        merged[name] = (u2 + line.u**2, share + line.share)
    return tuple(
        Share(name, u2**0.5, share)
        for name, (u2, share) in sorted(merged.items(), key=lambda entry: -entry[1][1])
    )


# -- in words -------------------------------------------------------------------------------------


def _words(
    a: Spot,
    b: Spot,
    stated: Expanded,
    verdict: Verdict,
    anchors: int,
    changing: tuple[str, ...],
    flags: tuple[Flag, ...],
) -> str:
    if verdict == "not-resolved":
        sentence = not_resolved_sentence(a.full, b.full, stated.low, stated.high, stated.U)
        if "at-the-limit" in flags:
            sentence += " An end of the range lies close to zero."
        return sentence
    first, second = (a, b) if verdict == "a-before-b" else (b, a)
    conditions = (
        f"This holds if the {counted(anchors, 'anchor')} "
        f"{'is the event' if anchors == 1 else 'are the events'} described and the stated delays "
        "are right. "
    )
    if "unchecked" in flags:
        conditions += "Nothing checks part of what it rests on: a mistake there would not show. "
    if changing:
        conditions += (
            f"It rests on {joined(changing)}: without "
            f"{'it' if len(changing) == 1 else 'any one of them'} the recordings do not show the "
            "order."
        )
    else:
        conditions += "Leaving out any one piece of evidence does not change the order."
    return resolved_sentence(first.full, second.full, stated.value, stated.U, conditions)
