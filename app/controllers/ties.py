"""What the closing card's answers do to the case. Pure: from case to case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sync.case.acts import add_limit
from sync.case.case import Case
from sync.case.naming import ids_in, readable_id
from sync.evidence import Delay, Event, Limit, Mark, Place, Status


def marks_of(case: Case, ids: Sequence[str]) -> list[Mark]:
    """These marks, as far as the case has them."""
    found = (case.find(mark_id) for mark_id in ids)
    return [mark for mark in found if isinstance(mark, Mark)]


def with_mark_status(case: Case, mark: Mark, status: Status) -> Case:
    """The case with one mark proposed or accepted."""
    return case.with_status(mark.id, replace(mark.provenance, status=status))


def tied(case: Case, ids: Sequence[str]) -> Case:
    """All of these marks are the same instant."""
    for mark in marks_of(case, ids):
        case = with_mark_status(case, mark, "accepted")
    return case


def late_one(marks: Sequence[Mark]) -> Mark:
    """Which of the sightings a delay belongs to: the last one heard, else the last."""
    return next((mark for mark in reversed(marks) if mark.stream == "sound"), marks[-1])


def radio_marks(case: Case, marks: Sequence[Mark]) -> list[Mark]:
    """Marks in radio sound (a recording without a picture) with no stated delay, where another
    recording saw or heard the same."""
    if len({mark.source for mark in marks}) < 2:
        return []
    return [
        mark
        for mark in marks
        if case.source(mark.source).facts.picture is None
        and not mark.delays
        and any(case.source(other.source).facts.picture is not None for other in marks)
    ]


def delay_words(delay: Delay) -> str:
    """``radio chain, 0 to 1 s``: its name and the range stated for it."""
    half_s = delay.distribution.stated_half
    low, high = delay.value.s - half_s, delay.value.s + half_s
    return f"{delay.name}, {low:.3g} to {high:.3g} s"


def radio_side(case: Case, a: str, b: str) -> str | None:
    """``a`` or ``b``: which of two recordings is radio sound where the other one has a picture."""
    seen = [case.source(one).facts.picture is not None for one in (a, b)]
    return None if seen[0] == seen[1] else "b" if seen[0] else "a"


def delayed(case: Case, mark: Mark, key: str) -> Case:
    """The case with this mark late by the delay ``key``."""
    keys = tuple(dict.fromkeys((*mark.delays, key)))
    return case.with_evidence(replace(mark, delays=keys))


def speech_about(case: Case, name: str, ids: Sequence[str], by: str) -> tuple[Case, str]:
    """The last sighting as an event of its own: somebody speaks about ``name``.

    That makes no tie but a limit: the event was not after the words. Words that came late over a
    radio were spoken earlier still, so the limit holds whatever the delay.

    Returns
    -------
    The case, and the name of that event.
    """
    own = f"words about {name}"
    event = case.event(own)
    if event is None:
        event = Event(
            id=readable_id(own, ids_in(case), "event"), name=own,
            definition=f"somebody speaks about “{name}”",
        )  # fmt: skip
        case = case.with_event(event)
    marks = marks_of(case, ids)
    spoken_of = marks[-1].event
    case = case.with_evidence(replace(marks[-1], event=event.id))
    case = tied(case, ids)
    ends = (Place(event=spoken_of), Place(event=event.id))
    if any((limit.first, limit.second) == ends for limit in case.of_kind(Limit)):
        return case, own
    case, _ = add_limit(
        case, first=ends[0], second=ends[1], why=f"somebody speaks about “{name}”",
        by=by,
    )  # fmt: skip
    return case, own


def noted(case: Case, mark: Mark, text: str) -> Case:
    """The case with a line added to the note of a mark."""
    note = "; ".join(part for part in (mark.provenance.note, text) if part)
    return case.with_status(mark.id, replace(mark.provenance, note=note))
