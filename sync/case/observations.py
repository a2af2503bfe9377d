"""Observations other than marks and matches: readings, log times, stated times, clock checks, gaps,
limits.

Where a clock is named, an unknown name makes a new clock; a name close to a known one is refused
as misspelt unless ``new_clock`` says that it is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sync.case.case import Case, Clock
from sync.case.events import event_named
from sync.case.naming import ids_in, readable_id
from sync.case.places import (
    check_delays,
    check_inside,
    check_one_stretch,
    check_place,
    clock_named,
    refuse_misspelt_clock,
    stream_of,
)
from sync.errors import EvidenceError
from sync.evidence import (
    ClockCheck,
    KnownGap,
    Limit,
    LogTime,
    Place,
    Provenance,
    Reading,
    StatedOffset,
    StreamName,
    takes_part,
)
from sync.timebase import Duration, MediaTime, ReferenceTime, format_clock, format_seconds
from sync.uncertainty import Distribution

NOT_BEFORE = Duration(0)


def add_reading(
    case: Case,
    *,
    source: str,
    stream: StreamName | None,
    earliest: MediaTime,
    latest: MediaTime,
    clock: str,
    displayed: ReferenceTime,
    granularity: Duration,
    truncates: bool = True,
    delays: Sequence[str] = (),
    new_clock: bool = False,
    by: str = "",
    at: str = "",
    method: str = "manual",
    note: str = "",
) -> tuple[Case, Reading]:
    """The case with a clock reading; the clock that was read is made when it is new.

    Parameters
    ----------
    earliest, latest
        Where the display was seen: both equal for a reading at one picture, (picture before,
        picture of) for a roll-over with ``granularity`` 0.
    clock
        Id or name of the clock that was read, or the recording whose clock it is.
    displayed
        What it showed, on its own scale.
    granularity
        Its last digit: 1 s for whole seconds.

    Raises
    ------
    EvidenceError
        When the times are outside the recording or crossed, nothing limits the reading, it is in
        the case already, or the clock's name looks misspelt.
    """
    found = case.source(source)
    check_inside(found, earliest, latest)
    if latest < earliest:
        raise EvidenceError("The reading ends before it starts.", row=found.id)
    check_one_stretch(found, earliest, latest)
    case, authority = _authority(case, clock, displayed, new=new_clock)
    seen = (authority.id, found.id, earliest, latest)
    for known in case.of_kind(Reading):
        same = (known.clock, known.source, known.earliest, known.latest) == seen
        if same and takes_part(known):
            raise EvidenceError(
                f"{known.id} already reads {clock!r} in {found.name} at this picture: the same "
                "observation must not count twice.",
                row=known.id,
                hint="Set the first reading aside if it was wrong.",
            )
    if granularity.ns < 0 or (granularity.ns == 0 and earliest == latest):
        raise EvidenceError(
            "A reading needs its last digit, or the two pictures between which it changed.",
            row=found.id,
            hint="1 for a clock that shows whole seconds.",
        )
    reading = Reading(
        id=case.fresh_id("reading"),
        source=found.id,
        stream=stream_of(found, stream),
        earliest=earliest,
        latest=latest,
        clock=authority.id,
        displayed=displayed,
        granularity=granularity,
        truncates=truncates,
        delays=check_delays(case, delays),
        provenance=Provenance(by=by, at=at, method=method, note=note),
    )
    return case.with_evidence(reading), reading


def add_log_time(
    case: Case,
    *,
    event: str,
    clock: str,
    displayed: ReferenceTime,
    granularity: Duration,
    truncates: bool = True,
    typed_within: Duration | None = None,
    new_clock: bool = False,
    by: str = "",
    at: str = "",
    note: str = "",
) -> tuple[Case, LogTime]:
    """The case with a log's entry of an event; the event and the log's clock are made when new.

    Parameters
    ----------
    event
        Id or name of the event.
    clock
        Id or name of the log's clock, or the recording whose clock it is.
    displayed
        The time in the log, on its own scale.
    granularity
        Its last digit: 1 s for whole seconds.
    truncates
        The log drops what is below its last digit; otherwise it rounds.
    typed_within
        Typed by a person: the event was up to that long before. ``None``: stamped by the machine.

    Raises
    ------
    EvidenceError
        Without a last digit, when this entry is in the case already, or the clock's name looks
        misspelt.
    """
    if granularity.ns <= 0:
        raise EvidenceError(
            "A log time needs its last digit.", hint="1 for a log that has whole seconds."
        )
    if typed_within is not None and typed_within.ns <= 0:
        raise EvidenceError(
            f"Nobody types an entry within {typed_within.s:g} s of its event: typing takes time.",
            hint="State within how long it was typed; leave it out for a machine's own stamp.",
        )
    case, authority = _authority(case, clock, displayed, new=new_clock)
    case, happened = event_named(case, event)
    entry = LogTime(
        id=case.fresh_id("log"),
        event=happened.id,
        clock=authority.id,
        displayed=displayed,
        granularity=granularity,
        truncates=truncates,
        typed_within=typed_within,
        provenance=Provenance(by=by, at=at, note=note),
    )
    refuse_second_log_time(case, entry)
    return case.with_evidence(entry), entry


def refuse_second_log_time(case: Case, entry: LogTime) -> None:
    """Refuse the same entry of an event in the same log twice.

    Raises
    ------
    EvidenceError
        Naming the one that is there.
    """
    said = (entry.event, entry.clock, entry.displayed)
    for known in case.of_kind(LogTime):
        same = (known.event, known.clock, known.displayed) == said
        if same and takes_part(known) and known.id != entry.id:
            at = format_clock(entry.displayed, 3)
            raise EvidenceError(
                f"{known.id} already has this event at {at} by {case.clock(entry.clock).name}: one "
                "entry must not count twice.",
                row=known.id,
                hint="Set the first one aside if it was wrong.",
            )


def add_stated_offset(
    case: Case,
    *,
    source: str,
    media: MediaTime,
    value: Duration,
    distribution: Distribution,
    by: str = "",
    at: str = "",
    note: str = "",
) -> tuple[Case, StatedOffset]:
    """The case with a stated time: reference minus media time at ``media`` is ``value``.

    Raises
    ------
    EvidenceError
        When ``media`` lies outside the recording.
    """
    found = case.source(source)
    check_inside(found, media)
    stated = StatedOffset(
        id=case.fresh_id("stated"),
        source=found.id,
        at=media,
        value=value,
        distribution=distribution,
        provenance=Provenance(by=by, at=at, note=note),
    )
    return case.with_evidence(stated), stated


def add_clock_check(
    case: Case,
    *,
    clock: str,
    displayed: ReferenceTime,
    against: str,
    reference: ReferenceTime,
    distribution: Distribution,
    new_clock: bool = False,
    by: str = "",
    at: str = "",
    note: str = "",
) -> tuple[Case, ClockCheck]:
    """The case with two clocks looked at together; a clock that is new is made.

    Parameters
    ----------
    clock, displayed
        The clock that was checked and what it showed.
    against, reference
        The clock it was held against and what that showed at the same moment.

    Raises
    ------
    EvidenceError
        When both are the same clock, or the name of one looks misspelt.
    """
    case, checked = _authority(case, clock, displayed, new=new_clock)
    case, other = _authority(case, against, reference, new=new_clock)
    if checked.id == other.id:
        raise EvidenceError(f"A clock cannot be checked against itself ({checked.name!r}).")
    check = ClockCheck(
        id=case.fresh_id("check"),
        clock=checked.id,
        displayed=displayed,
        against=other.id,
        reference=reference,
        distribution=distribution,
        provenance=Provenance(by=by, at=at, note=note),
    )
    return case.with_evidence(check), check


def add_known_gap(
    case: Case,
    *,
    source: str,
    after_stretch: int,
    value: Duration,
    distribution: Distribution,
    by: str = "",
    at: str = "",
    note: str = "",
) -> tuple[Case, KnownGap]:
    """The case with the stated length of the time missing after a stretch (counted from 0).

    Raises
    ------
    EvidenceError
        When there is no such gap, its length is stated already, or is negative where time can
        only be missing.
    """
    found = case.source(source)
    if not 0 <= after_stretch < len(found.breaks):
        raise EvidenceError(
            f"{found.id!r} has no gap after its stretch {after_stretch + 1}: it has "
            f"{len(found.breaks) + 1} in all.",
            row=found.id,
            hint="Add the break first.",
        )
    cut = found.breaks[after_stretch]
    if cut.relation == "later" and value.ns < 0:
        raise EvidenceError(
            f"A gap of {value.s:g} s would run backwards; the break at "
            f"{format_seconds(cut.at.ns)} s is said to go on later.",
            row=found.id,
        )
    refuse_second_gap(case, found.id, after_stretch)
    gap = KnownGap(
        id=case.fresh_id("gap"),
        source=found.id,
        after_stretch=after_stretch,
        value=value,
        distribution=distribution,
        provenance=Provenance(by=by, at=at, note=note),
    )
    return case.with_evidence(gap), gap


def refuse_second_gap(case: Case, source: str, after_stretch: int) -> None:
    """Refuse a second stated length of one gap.

    Raises
    ------
    EvidenceError
        Naming the one that is there.
    """
    for gap in case.of_kind(KnownGap):
        if takes_part(gap) and (gap.source, gap.after_stretch) == (source, after_stretch):
            raise EvidenceError(
                f"The length of this gap of {source!r} is stated already, by {gap.id}.",
                row=gap.id,
                hint="Set that one aside first.",
            )


def add_limit(
    case: Case,
    *,
    first: Place,
    second: Place,
    low: Duration | None = NOT_BEFORE,
    high: Duration | None = None,
    why: str,
    by: str = "",
    at: str = "",
    note: str = "",
) -> tuple[Case, Limit]:
    """The case with a limit: low ≤ T(second) - T(first) ≤ high (``None`` is open).

    Without bounds it says that ``first`` was not after ``second``.

    Raises
    ------
    EvidenceError
        Without a reason or a bound, with crossed bounds, when a place leads nowhere, or when it
        contradicts a limit between the same two places.
    """
    check_place(case, first)
    check_place(case, second)
    if first == second:
        raise EvidenceError("A limit needs two different places.")
    if not why.strip():
        raise EvidenceError("A limit needs its reason: the report prints it.")
    if low is None and high is None:
        raise EvidenceError("A limit needs a lower or an upper bound.")
    if low is not None and high is not None and high < low:
        raise EvidenceError(f"The limit from {low.s:g} to {high.s:g} s holds nothing.")
    limit = Limit(
        id=case.fresh_id("limit"),
        first=first,
        second=second,
        low=low,
        high=high,
        why=why.strip(),
        provenance=Provenance(by=by, at=at, note=note),
    )
    refuse_contradiction(case, limit)
    return case.with_evidence(limit), limit


def refuse_contradiction(case: Case, limit: Limit) -> None:
    """Refuse a limit that no pair of times can keep together with one between the same places.

    Raises
    ------
    EvidenceError
        Naming the one that is there.
    """
    for known in case.of_kind(Limit):
        low, high = known.low, known.high
        if (known.first, known.second) == (limit.second, limit.first):
            low, high = None if high is None else -high, None if low is None else -low
        elif (known.first, known.second) != (limit.first, limit.second):
            continue
        above = limit.low is not None and high is not None and high < limit.low
        below = limit.high is not None and low is not None and limit.high < low
        if takes_part(known) and known.id != limit.id and (above or below):
            raise EvidenceError(
                f"This limit and {known.id} ({known.why}) cannot both hold.",
                row=known.id,
                hint="Set the one that is wrong aside.",
            )


def _authority(case: Case, name: str, shown: ReferenceTime, *, new: bool) -> tuple[Case, Clock]:
    """The clock of that name, made when new, with an epoch on its own scale."""
    wanted = name.strip()
    if not wanted:
        raise EvidenceError("A clock needs a name.")
    found = clock_named(case, wanted)
    if found is None:
        if not new:
            refuse_misspelt_clock(case, wanted)
        found = Clock(id=readable_id(wanted, ids_in(case), "clock"), name=wanted)
    if found.epoch is None:
        found = replace(found, epoch=shown)
    return case.with_clock(found), found
