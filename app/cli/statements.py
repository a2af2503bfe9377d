"""One typed observation, from the command line or from a row of a CSV file, into a case.

Both ways make a :class:`Statement` of plain texts, so that the same rules and words hold in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.cli.outcome import UsageError
from app.cli.typed import parse_range, required_limit
from sync.errors import TimeFormatError
from sync.timebase import Duration, MediaTime, ReferenceTime, parse_instant, parse_time_ns

if TYPE_CHECKING:
    from sync.case.case import Case
    from sync.evidence import Relation, StreamName
    from sync.uncertainty import Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One observation as typed; which texts count depends on ``kind``.

    Attributes
    ----------
    what, value, reference
        The words after the option, in order.
    late, late_b
        Keys of delays, separated by spaces.
    typed_within
        Of a log time: within how long of the event a person typed it; empty: a machine's stamp.
    new_clock
        ``yes``: a clock's name that is close to a known one is meant as it stands.
    """

    kind: str
    what: str = ""
    value: str = ""
    reference: str = ""
    clock: str = ""
    granularity: str = ""
    against: str = ""
    relation: str = ""
    late: str = ""
    late_b: str = ""
    spread: str = ""
    name: str = ""
    note: str = ""
    typed_within: str = ""
    new_clock: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What a statement added: its id and one line for people."""

    kind: str
    id: str
    in_words: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who states it, and when (UTC)."""

    by: str
    at: str


Apply = Callable[["Case", Statement, Author], tuple["Case", Added]]


def apply(case: Case, statement: Statement, author: Author) -> tuple[Case, Added]:
    """The case with the statement in it.

    Raises
    ------
    UsageError, TimeFormatError
        When a text cannot be read.
    EvidenceError
        When it cannot be right in this case.
    """
    found = KINDS.get(statement.kind)
    if found is None:
        raise UsageError(
            f"{statement.kind!r} is no kind of observation.", f"There are: {', '.join(KINDS)}."
        )
    if statement.typed_within and statement.kind != "log":
        raise UsageError(
            f"Only a log's time is typed by a person, not a {statement.kind}.",
            "Leave out --typed-within (typed_within).",
        )
    return found(case, statement, author)


# -- reading the texts ----------------------------------------------------------------------------


def _stream(text: str | None) -> StreamName | None:
    if text is None or text in ("picture", "sound"):
        return text  # type: ignore[return-value]
    raise UsageError(f"{text!r} is no stream.", "A recording has picture and sound.")


def _distribution(half: Duration, spread: str) -> Distribution:
    from sync.uncertainty import Distribution

    if spread in ("", "limits"):
        return Distribution.rectangular(half.s)
    if spread == "95":
        return Distribution.normal_95(half.s)
    raise UsageError(f"{spread!r} is no spread.", "It is limits or 95.")


def _media_interval(text: str) -> tuple[str, StreamName | None, MediaTime, MediaTime]:
    """``SOURCE[:stream]@TIME[±a]`` or ``SOURCE[:stream]@T..T2`` as (source, stream, from, to)."""
    place, at, when = text.rpartition("@")
    if at and ".." in when:
        low, high = parse_range(when, "time")
        source, colon, stream = place.partition(":")
        return source, _stream(stream if colon else None), MediaTime(low), MediaTime(high)
    typed = parse_instant(text)
    half = typed.half.ns if typed.half is not None else 0
    return (
        typed.source,
        _stream(typed.stream),
        MediaTime(typed.time.ns - half),
        MediaTime(typed.time.ns + half),
    )


_FRACTION = re.compile(r"[.,](\d+)$")


def granularity_of(typed: str, displayed: str) -> Duration:
    """The last digit of a display: as typed, else 1 s, or what the typed decimals show."""
    if typed:
        return Duration(parse_time_ns(typed))
    decimals = _FRACTION.search(displayed.strip())
    return Duration(10 ** (9 - min(9, len(decimals[1])) if decimals else 9))


# -- the kinds ------------------------------------------------------------------------------------


def _offset(case: Case, said: Statement, who: Author) -> tuple[Case, Added]:
    from sync.case.acts import add_stated_offset

    place = parse_instant(said.what)
    value, half = required_limit(said.value, "offset")
    case, item = add_stated_offset(
        case,
        source=place.source,
        media=place.time,
        value=value,
        distribution=_distribution(half, said.spread),
        by=who.by,
        at=who.at,
        note=said.note,
    )
    words = f"{item.source} at {place.time.s:g} s: add between " + _ends(value, half)
    return case, Added(kind="offset", id=item.id, in_words=words)


def _reading(case: Case, said: Statement, who: Author) -> tuple[Case, Added]:
    from sync.case.acts import add_reading

    if not said.clock:
        raise UsageError("A reading needs the clock that was read.", "Add: --clock NAME")
    source, stream, earliest, latest = _media_interval(said.what)
    rolled_over = ".." in said.what and not said.granularity
    case, item = add_reading(
        case,
        source=source,
        stream=stream,
        earliest=earliest,
        latest=latest,
        clock=said.clock,
        displayed=ReferenceTime(parse_time_ns(said.value)),
        granularity=Duration(0) if rolled_over else granularity_of(said.granularity, said.value),
        delays=said.late.split(),
        new_clock=_yes(said.new_clock),
        by=who.by,
        at=who.at,
        note=said.note,
    )
    if rolled_over:
        words = f"{said.clock} changed to {said.value} between {_s(earliest)} and {_s(latest)} s"
    else:
        last = f"last digit {item.granularity.s:g} s"
        words = f"{said.clock} showed {said.value} ({last}) at {_s(earliest)} s"
    return case, Added(kind="reading", id=item.id, in_words=f"{item.source}: {words}")


def _check(case: Case, said: Statement, who: Author) -> tuple[Case, Added]:
    from sync.case.acts import add_clock_check

    against = said.against or case.datum
    if not against:
        raise UsageError(
            "A clock check needs the clock it was held against.",
            "Add --against CLOCK, or choose the reference clock first (--datum CLOCK).",
        )
    reference, half = required_limit(said.reference, "the other clock's time")
    case, item = add_clock_check(
        case,
        clock=said.what,
        displayed=ReferenceTime(parse_time_ns(said.value)),
        against=against,
        reference=ReferenceTime(reference.ns),
        distribution=_distribution(half, said.spread),
        new_clock=_yes(said.new_clock),
        by=who.by,
        at=who.at,
        note=said.note,
    )
    words = f"{item.clock} showed {said.value} when {item.against} showed {said.reference}"
    return case, Added(kind="check", id=item.id, in_words=words)


def _log(case: Case, said: Statement, who: Author) -> tuple[Case, Added]:
    from sync.case.acts import add_log_time

    if not said.clock:
        raise UsageError("A log time needs the clock of the log.", "Add: --clock NAME")
    within = Duration(parse_time_ns(said.typed_within)) if said.typed_within else None
    case, item = add_log_time(
        case,
        event=said.what,
        clock=said.clock,
        displayed=ReferenceTime(parse_time_ns(said.value)),
        granularity=granularity_of(said.granularity, said.value),
        typed_within=within,
        new_clock=_yes(said.new_clock),
        by=who.by,
        at=who.at,
        note=said.note,
    )
    words = f"{item.clock} has {item.event} at {said.value}, "
    if within is None:
        words += f"stamped by the machine (last digit {item.granularity.s:g} s)"
    else:
        words += f"typed up to {within.s:g} s after it: a limit"
    return case, Added(kind="log", id=item.id, in_words=words)


def _yes(text: str) -> bool:
    if text in ("", "no", "yes"):
        return text == "yes"
    raise UsageError(f"{text!r} is neither yes nor no.", "new_clock is yes, no or empty.")


def _lag(case: Case, said: Statement, who: Author) -> tuple[Case, Added]:
    from sync.case.matches import refuse_second_lag
    from sync.case.places import check_delays, check_inside, stream_of
    from sync.errors import EvidenceError
    from sync.evidence import Lag, Provenance

    a, b = parse_instant(said.what), parse_instant(said.value)
    half = a.half or b.half
    if half is None or (a.half is not None and b.half is not None):
        raise TimeFormatError(
            "A match has one limit.", hint="Type it with the second time: A@12.40 B@31.07±0.05"
        )
    source_a, source_b = case.source(a.source), case.source(b.source)
    if source_a.id == source_b.id:
        raise EvidenceError(f"A match needs two recordings, not {source_a.id!r} twice.")
    check_inside(source_a, a.time)
    check_inside(source_b, b.time)
    item = Lag(
        id=case.fresh_id("match"),
        source_a=source_a.id,
        stream_a=stream_of(source_a, _stream(a.stream)),
        time_a=a.time,
        source_b=source_b.id,
        stream_b=stream_of(source_b, _stream(b.stream)),
        time_b=b.time,
        distribution=_distribution(half, said.spread),
        delays_a=check_delays(case, said.late.split()),
        delays_b=check_delays(case, said.late_b.split()),
        provenance=Provenance(by=who.by, at=who.at, note=said.note),
    )
    refuse_second_lag(case, item)
    case = case.with_evidence(item)
    words = (
        f"{item.source_a} at {_s(a.time)} s and {item.source_b} at {_s(b.time)} s are one instant, "
        f"within {half.s:g} s"
    )
    return case, Added(kind="lag", id=item.id, in_words=words)


_METRES = re.compile(r"^(\d+(?:\.\d+)?)\s*(?:±|\+-)\s*(\d+(?:\.\d+)?)\s*m$")


def _delay(case: Case, said: Statement, who: Author) -> tuple[Case, Added]:
    from sync.case.acts import ensure_delay, radio_chain, sound_travel, with_delay
    from sync.evidence import Delay

    metres = _METRES.match(said.value.strip())
    if not said.value:
        if said.what != "radio-chain":
            raise UsageError(
                f"The delay {said.what!r} needs a value.",
                "Type KEY VALUE±a, KEY LOW..HIGH or KEY 61±3m (sound over a distance).",
            )
        case = with_delay(case, radio_chain(by=who.by))
    elif metres is not None:
        distance, half_m = float(metres[1]), float(metres[2])
        case = with_delay(
            case, sound_travel(said.what, distance, half_m, name=said.name, by=who.by)
        )
    else:
        value, half = required_limit(said.value, "delay")
        spread = _distribution(half, said.spread)
        case = ensure_delay(case, said.what, said.name or said.what, value, spread, by=who.by)
    delay = case.find(said.what)
    assert isinstance(delay, Delay)
    stated_half = Duration.from_s(delay.distribution.stated_half)
    words = f"{delay.name}: late by between {_ends(delay.value, stated_half)}"
    return case, Added(kind="delay", id=delay.key, in_words=words)


def _gap(case: Case, said: Statement, who: Author) -> tuple[Case, Added]:
    from sync.case.acts import add_known_gap

    source, colon, number = said.what.rpartition(":")
    if not colon or not number.isdigit() or int(number) < 1:
        raise UsageError(
            f"{said.what!r} is not SOURCE:STRETCH.",
            "For the time missing after the first stretch: cam2_yard:1",
        )
    value, half = required_limit(said.value, "length of the gap")
    case, item = add_known_gap(
        case,
        source=source,
        after_stretch=int(number) - 1,
        value=value,
        distribution=_distribution(half, said.spread),
        by=who.by,
        at=who.at,
        note=said.note,
    )
    words = f"after stretch {number} of {item.source} time is missing: between {_ends(value, half)}"
    return case, Added(kind="gap", id=item.id, in_words=words)


def _datum(case: Case, said: Statement, who: Author) -> tuple[Case, Added]:
    from sync.case.acts import choose_datum

    case = choose_datum(case, said.what)
    assert case.datum is not None
    words = f"all times are now by {case.clock(case.datum).name}"
    return case, Added(kind="datum", id=case.datum, in_words=words)


_RELATIONS: dict[str, Relation] = {
    "": "later",
    "later": "later",
    "order-unknown": "order unknown",
    "another-camera": "another camera",
}


def _break(case: Case, said: Statement, who: Author) -> tuple[Case, Added]:
    from sync.case.case import Break
    from sync.case.recordings import with_breaks

    if said.relation not in _RELATIONS:
        raise UsageError(
            f"{said.relation!r} is no relation.",
            f"It is {', '.join(name for name in _RELATIONS if name)}.",
        )
    place = parse_instant(said.what)
    source = case.source(place.source)
    relation = _RELATIONS[said.relation]
    cut = Break(at=place.time, relation=relation, reason=said.note)
    case = with_breaks(case, source.id, [*source.breaks, cut])
    number = case.source(source.id).stretch_at(place.time) + 1
    words = f"stretch {number} of {source.id} begins at {_s(place.time)} s ({relation})"
    return case, Added(kind="break", id=f"{source.id}:{number - 1}", in_words=words)


KINDS: dict[str, Apply] = {
    "offset": _offset,
    "reading": _reading,
    "log": _log,
    "check": _check,
    "lag": _lag,
    "delay": _delay,
    "gap": _gap,
    "datum": _datum,
    "break": _break,
}


def _s(time: MediaTime) -> str:
    from sync.timebase import format_seconds

    return format_seconds(time.ns)


def _ends(value: Duration, half: Duration) -> str:
    return f"{(value - half).s:.6g} and {(value + half).s:.6g} s"
