"""What a person does to a case, as pure functions from case to case.

The window and the command line use the same ones, so the same rules and the same words hold in
both. Nothing here calculates: after any of these the solution, if there is one, is out of date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from sync.case.case import Case, Question
from sync.case.delays import (
    ensure_delay,
    picture_to_sound,
    radio_chain,
    sound_travel,
    with_delay,
)
from sync.case.events import event_named
from sync.case.matches import accept_candidate, record_search, refuse_second_lag, reject_candidate
from sync.case.observations import (
    add_clock_check,
    add_known_gap,
    add_limit,
    add_log_time,
    add_reading,
    add_stated_offset,
    refuse_contradiction,
    refuse_second_gap,
    refuse_second_log_time,
)
from sync.case.places import (
    check_delays,
    check_inside,
    check_one_stretch,
    check_place,
    clock_named,
    parse_place,
    stream_of,
)
from sync.case.recordings import why_not_datum
from sync.errors import EvidenceError
from sync.evidence import (
    EdgePicture,
    Event,
    Evidence,
    KnownGap,
    Lag,
    Limit,
    LogTime,
    Mark,
    Onset,
    Place,
    Provenance,
    Status,
    StreamName,
)
from sync.timebase import Duration, MediaTime, format_seconds

__all__ = [
    "accept_candidate",
    "add_clock_check",
    "add_known_gap",
    "add_limit",
    "add_log_time",
    "add_reading",
    "add_stated_offset",
    "ask_question",
    "choose_datum",
    "ensure_delay",
    "mark_event",
    "parse_place",
    "picture_to_sound",
    "radio_chain",
    "record_search",
    "reject",
    "reject_candidate",
    "restore",
    "set_aside",
    "set_aside_event",
    "sound_travel",
    "with_delay",
]

SMALLEST_MARK = Duration(2_000)
"""Two microseconds: a mark without width would claim an instant known exactly (estimation §13)."""


# -- marks --------------------------------------------------------------------------------------


def mark_event(
    case: Case,
    *,
    event: str,
    source: str,
    stream: StreamName | None,
    earliest: MediaTime | None,
    latest: MediaTime | None,
    spread: Literal["rectangular", "normal"] = "rectangular",
    definition: str = "",
    delays: Sequence[str] = (),
    frames: tuple[int, int] | None = None,
    unverified: tuple[EdgePicture, ...] = (),
    onset: Onset = "sudden",
    by: str = "",
    at: str = "",
    note: str = "",
) -> tuple[Case, Mark]:
    """The case with one more sighting of an event, which is made when its name is new.

    Parameters
    ----------
    event
        Id or name of the event.
    stream
        Picture or sound; ``None`` takes the picture where there is one.
    earliest, latest
        The interval nobody could resolve further; one of them may be ``None``.
    spread
        Rectangular: hard limits. Normal: the interval is a typed 95 % range.
    definition
        What exactly is marked; for a new event, or one that has no definition yet.
    delays
        Keys of the delays by which this stream saw or heard the event late.
    frames
        First and last file frame of the picture that shows it.
    unverified
        The pictures it stands on, where the frames are not all counted yet.

    Raises
    ------
    EvidenceError
        When the mark lies outside its recording, ends before it starts, has no width, crosses a
        break, names an unknown delay, or is a second one of the event in that stream.
    """
    found = case.source(source)
    seen_in = stream_of(found, stream)
    _check_interval(earliest, latest)
    check_inside(found, earliest, latest)
    if earliest is not None and latest is not None:
        check_one_stretch(found, earliest, latest)
    if frames is not None and not 0 <= frames[0] <= frames[1]:
        raise EvidenceError(f"Frames {frames[0]} to {frames[1]} are not a range of frames.")
    known_delays = check_delays(case, delays)
    case, known = event_named(case, event, definition)
    refuse_second_mark(case, known, found.id, seen_in)
    mark = Mark(
        id=case.fresh_id("mark"),
        event=known.id,
        source=found.id,
        stream=seen_in,
        earliest=earliest,
        latest=latest,
        spread=spread,
        onset=onset,
        delays=known_delays,
        frames=frames,
        unverified=unverified,
        provenance=Provenance(by=by, at=at, note=note),
    )
    return case.with_evidence(mark), mark


def refuse_second_mark(case: Case, event: Event, source: str, stream: StreamName) -> None:
    """Refuse another mark of an event in a stream that has one in use.

    Raises
    ------
    EvidenceError
        Naming the mark that is there.
    """
    for mark in case.marks_of(event.id):
        in_use = mark.provenance.status in ("accepted", "proposed")
        if in_use and (mark.source, mark.stream) == (source, stream):
            raise EvidenceError(
                f"Event {event.name!r} is marked in the {stream} of {source!r} already, as "
                f"{mark.id}.",
                row=mark.id,
                hint="Set that mark aside or reject it first; two sightings of one happening in "
                "one stream are one observation.",
            )


def _check_interval(earliest: MediaTime | None, latest: MediaTime | None) -> None:
    if earliest is None and latest is None:
        raise EvidenceError("A mark needs an earliest or a latest time, or both.")
    if earliest is None or latest is None:
        return
    if latest < earliest:
        raise EvidenceError(
            f"The mark ends ({format_seconds(latest.ns)} s) before it starts "
            f"({format_seconds(earliest.ns)} s)."
        )
    if latest - earliest < SMALLEST_MARK:
        raise EvidenceError(
            f"The mark at {format_seconds(earliest.ns)} s has no width, and no instant is known "
            "exactly.",
            hint="Give the interval: from the last picture before it to the first that shows it, "
            "or TIME±a.",
        )


# -- decisions ----------------------------------------------------------------------------------


def set_aside(case: Case, evidence_id: str, reason: str, by: str = "") -> Case:
    """The case with one piece of evidence taking no part, for a stated reason; it is kept.

    Raises
    ------
    EvidenceError
        Without a reason, or when there is no such evidence.
    """
    return _decided(case, evidence_id, "set-aside", reason, by)


def reject(case: Case, evidence_id: str, reason: str = "", by: str = "") -> Case:
    """The case with one piece of evidence rejected, for a stated reason; it is kept.

    Raises
    ------
    EvidenceError
        Without a reason, or when there is no such evidence.
    """
    return _decided(case, evidence_id, "rejected", reason, by)


def restore(case: Case, evidence_id: str, by: str = "") -> Case:
    """The case with one piece of evidence taking part again (or accepted, when proposed).

    Raises
    ------
    EvidenceError
        When something that was added since stands in its place.
    """
    item = _find(case, evidence_id)
    if item.provenance.status == "accepted":
        return case
    if isinstance(item, Mark) and item.provenance.status != "proposed":
        event = case.event(item.event)
        if event is not None:
            refuse_second_mark(case, event, item.source, item.stream)
    if isinstance(item, Lag):
        refuse_second_lag(case, item)
    if isinstance(item, LogTime):
        refuse_second_log_time(case, item)
    if isinstance(item, KnownGap):
        refuse_second_gap(case, item.source, item.after_stretch)
    if isinstance(item, Limit):
        refuse_contradiction(case, item)
    return case.with_status(
        evidence_id,
        replace(
            item.provenance,
            status="accepted",
            reason="",
            note=_noted(item.provenance.note, "restored", by),
        ),
    )


def set_aside_event(case: Case, event_id: str, reason: str, by: str = "") -> Case:
    """The case with all marks of one event that take part set aside, for one reason.

    Raises
    ------
    EvidenceError
        Without a reason, when there is no such event, or none of its marks takes part.
    """
    event = case.event(event_id)
    if event is None:
        raise EvidenceError(f"There is no event {event_id!r} in this case.")
    marks = [mark for mark in case.marks_of(event.id) if mark.provenance.status == "accepted"]
    if not marks:
        raise EvidenceError(f"No mark of event {event.name!r} takes part.", row=event.id)
    for mark in marks:
        case = set_aside(case, mark.id, reason, by)
    return case


def _decided(case: Case, evidence_id: str, status: Status, reason: str, by: str) -> Case:
    item = _find(case, evidence_id)
    if not reason.strip():
        raise EvidenceError(f"{evidence_id} needs a reason: the report prints it.", row=evidence_id)
    words = "set aside" if status == "set-aside" else "rejected"
    return case.with_status(
        evidence_id,
        replace(
            item.provenance,
            status=status,
            reason=reason.strip(),
            note=_noted(item.provenance.note, words, by),
        ),
    )


def _find(case: Case, evidence_id: str) -> Evidence:
    item = case.find(evidence_id)
    if item is None:
        raise EvidenceError(f"There is no evidence {evidence_id!r} in this case.", row=evidence_id)
    return item


def _noted(note: str, what: str, by: str) -> str:
    """The note with who decided: ``by`` of a provenance stays the one who put it forward."""
    return "; ".join(part for part in (note, f"{what} by {by}" if by else "") if part)


# -- questions and the reference clock ----------------------------------------------------------


def ask_question(case: Case, *, words: str, a: Place, b: Place) -> tuple[Case, Question]:
    """The case with a question, "Was ``a`` before ``b``?", in the person's own words.

    Raises
    ------
    EvidenceError
        When a place leads nowhere, both are the same, or the question stands there already.
    """
    check_place(case, a)
    check_place(case, b)
    if a == b:
        raise EvidenceError("A question needs two different places.")
    for question in case.questions:
        if (question.a, question.b) == (a, b):
            raise EvidenceError(
                f"This is asked already, as {question.id}: {question.words!r}.", row=question.id
            )
    asked = Question(
        id=case.fresh_id("question"), words=words.strip() or "Which came first?", a=a, b=b
    )
    return case.with_question(asked), asked


def choose_datum(case: Case, clock: str | None) -> Case:
    """The case with another reference clock, named by clock id, clock name or recording.

    Raises
    ------
    EvidenceError
        When there is no such clock, or its recording is interrupted for an unconfirmed time.
    """
    if clock is None:
        return case.with_datum(None)
    named = clock_named(case, clock)
    clock_id = case.clock(clock).id if named is None else named.id
    reason = why_not_datum(case, clock_id)
    if reason is not None:
        raise EvidenceError(
            reason,
            row=clock_id,
            hint="Choose the clock of a logger or recorder that ran through, or state how long "
            "every gap is.",
        )
    return case.with_datum(clock_id)
