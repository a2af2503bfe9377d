"""The recordings of a case and their clocks, as a report lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sync.adjustment.solution import ClockResult
from sync.adjustment.words import (
    STATES,
    clock_ends,
    counted,
    rate_in_words,
    stated_at,
    unnoticed_sentence,
)
from sync.case.case import KEPT_AS_WORDS, Case, Source
from sync.evidence import ClockCheck, KnownGap, Lag, Mark, Reading, StatedOffset, takes_part
from sync.media.facts import PictureFacts, SoundFacts
from sync.report import words
from sync.timebase import NS_PER_S, Duration, format_seconds
from sync.uncertainty import Z95, format_pair

RELATIONS = {
    "later": "goes on later, by an unknown time",
    "order unknown": "same clock, order unknown",
    "another camera": "another camera",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One recording."""

    id: str
    name: str
    facts: tuple[tuple[str, str], ...]
    """(what, value); an empty value is not known."""
    health: tuple[str, ...]
    cuts: tuple[str, ...]
    claims: tuple[tuple[str, str], ...]
    state: str
    """What is wrong with the file now; empty where it is the one that was added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLine:
    """The clock of one stretch."""

    name: str
    state: str
    begins: str
    """Range of the reference time of its first picture or sample."""
    rate: str
    numbers: tuple[str, ...]
    """Offset, u, U, k, drift with its half-width, and the time in the file they are of; empty
    where no offset is stated."""
    sentence: str
    evidence: str
    unnoticed: str


def items(case: Case, states: Mapping[str, str]) -> tuple[Item, ...]:
    """Every recording; ``states`` says what is wrong with its file now, by source id."""
    return tuple(_item(case, source, states.get(source.id, "")) for source in case.sources)


def _item(case: Case, source: Source, state: str) -> Item:
    facts = source.facts
    listed = [
        ("item number", source.item),
        ("file", source.path),
        ("size", words.size(facts.size_bytes)),
        ("SHA-256", facts.sha256),
        ("device", source.device),
        ("received", source.received),
        ("container", "; ".join(part for part in (facts.container, facts.encoder) if part)),
        ("length", f"{format_seconds(facts.duration.ns)} s"),
    ]
    if source.kept_as:  # what the program found of it stands under timing
        listed.insert(6, ("stated to be", KEPT_AS_WORDS[source.kept_as]))
    listed += [("picture", _picture(facts.picture))] if facts.picture is not None else []
    listed += [("sound", _sound(facts.sound))] if facts.sound is not None else []
    cuts = [
        f"at {format_seconds(cut.at.ns)} s: {RELATIONS[cut.relation]}"
        + (f" ({cut.reason})" if cut.reason else "")
        for cut in source.breaks
    ]
    cuts += [
        f"{words.what(case, gap)}: {words.extent(gap)}"
        for gap in case.of_kind(KnownGap)
        if gap.source == source.id and takes_part(gap)
    ]
    return Item(
        id=source.id,
        name=source.name,
        facts=tuple(listed),
        health=tuple(
            note.detail if note.at is None else f"at {format_seconds(note.at.ns)} s: {note.detail}"
            for note in facts.health
        ),
        cuts=tuple(cuts),
        claims=tuple((claim.name, claim.value) for claim in facts.claims),
        state=state,
    )


def _picture(picture: PictureFacts) -> str:
    rate = float(Fraction(picture.nominal_rate))
    number = counted(picture.frames, "frame")
    if picture.pictures is not None:
        number += f", {counted(picture.pictures, 'distinct picture')}"
    parts = [
        f"{picture.codec}, {picture.width_px} × {picture.height_px} pixels",
        number,
        f"usually {format_seconds(picture.median_interval.ns, 4)} s apart",
        "variable rate" if picture.variable_rate else "",
        f"the file claims {rate:.3f} a second" if rate > 0 else "",
        "frame times not yet verified by a full pass" if picture.index == "provisional" else "",
        f"time base {picture.time_base} s",
    ]
    return "; ".join(part for part in parts if part)


def _sound(sound: SoundFacts) -> str:
    unsure = ""
    if sound.start_half != Duration(0):
        unsure = f" (start known within {sound.start_half.s:.3g} s)"
    return (
        f"{sound.codec}; {sound.sample_rate_hz} samples a second; "
        f"{counted(sound.channels, 'channel')}; {sound.samples} samples from "
        f"{format_seconds(sound.start.ns)} s{unsure}"
    )


# -- clocks ---------------------------------------------------------------------------------------


def clocks(case: Case) -> tuple[ClockLine, ...]:
    """Every stretch of every recording, by the last calculation."""
    assert case.solution is not None
    return tuple(_clock(case, clock) for clock in case.solution.clocks)


def _clock(case: Case, clock: ClockResult) -> ClockLine:
    source = next((one for one in case.sources if one.id == clock.source), None)
    name = clock.source if source is None else source.name
    if source is not None and source.breaks:
        name += f", stretch {clock.stretch + 1}"
    begins = rate = ""
    model = clock.model
    if model is not None and clock.U95_s is not None:
        half = model.half_range_at(clock.valid_from).s
        first = (model.to_reference(clock.valid_from).ns - clock.valid_from.ns) / 1e9
        begins = clock_ends(clock.valid_from, first - half, first + half)
        rate = rate_in_words(model.drift, Z95 * model.u_drift_ppm * 1e-6)
    elif clock.with_limits is not None:
        ends = clock_ends(stated_at(clock), clock.with_limits.low_s, clock.with_limits.high_s)
        begins = f"its middle: {ends}"
    if clock.is_reference:
        begins, rate = "by definition", "by definition"
    status = clock.with_limits.status if model is None and clock.with_limits else clock.status
    state = "reference" if clock.is_reference else STATES[status]
    return ClockLine(
        name=name,
        state=state,
        begins=begins,
        rate=rate,
        numbers=_numbers(clock),
        sentence=f"{name}: the reference clock; every time is by it."
        if clock.is_reference
        else clock.in_words,
        evidence="" if source is None else _evidence(case, source, clock.stretch),
        unnoticed=unnoticed_sentence(clock.unnoticed),
    )


def _numbers(clock: ClockResult) -> tuple[str, ...]:
    """The model of a clock, every number to the second digit of its uncertainty."""
    model = clock.model
    if model is None or clock.u_s is None or clock.U95_s is None or clock.k is None:
        return ()
    offset_s = (model.reference.ns - model.epoch.ns) / NS_PER_S
    drift, half = format_pair(model.drift * 1e6, Z95 * model.u_drift_ppm)
    if clock.u_s < words.LEAST_S:  # the reference clock itself, up to rounding of the calculation
        offset, u, U, k = f"{offset_s:.6f}", "0", "0", "–"
    else:
        offset, U = format_pair(offset_s, clock.U95_s)
        u, k = f"{clock.u_s:.2g}", f"{clock.k:.2f}"
    at = format_seconds(model.epoch.ns, 3)
    return tuple(map(words.minus, (offset, u, U, k, f"{drift} ± {half}", f"{at} s")))


def _evidence(case: Case, source: Source, stretch: int) -> str:
    """Ids of what was observed of a stretch, so that each can be looked up."""
    found = []
    for item in case.evidence:
        if not takes_part(item):
            continue
        if isinstance(item, (Mark, Reading)) and item.source == source.id:
            at = item.centre if isinstance(item, Mark) else item.earliest
        elif isinstance(item, StatedOffset) and item.source == source.id:
            at = item.at
        elif isinstance(item, Lag) and item.source_a == source.id:
            at = item.time_a
        elif isinstance(item, Lag) and item.source_b == source.id:
            at = item.time_b
        elif isinstance(item, ClockCheck) and source.clock in (item.clock, item.against):
            found.append(item.id)
            continue
        else:
            continue
        if source.stretch_at(at) == stretch:
            found.append(item.id)
    return ", ".join(found)
