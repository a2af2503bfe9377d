"""Events by name: found, or made when the name is new."""

from __future__ import annotations

from dataclasses import replace

from sync.case.case import Case
from sync.case.naming import ids_in, readable_id
from sync.errors import EvidenceError
from sync.evidence import Event

LONGEST_NAME = 200


def event_named(case: Case, name: str, definition: str = "") -> tuple[Case, Event]:
    """The event of that id or name, made or given its definition where needed.

    Raises
    ------
    EvidenceError
        When the name is not one printable line of 200 characters at most, or the event is defined
        otherwise already.
    """
    _check_name(name)
    wanted = name.strip()
    event = case.event(wanted)
    if event is None:
        event = Event(
            id=readable_id(wanted, ids_in(case), "event"), name=wanted, definition=definition
        )
        return case.with_event(event), event
    if definition and not event.definition:
        event = replace(event, definition=definition)
        return case.with_event(event), event
    if definition and definition != event.definition:
        raise EvidenceError(
            f"Event {event.name!r} is defined otherwise already: {event.definition!r}.",
            row=event.id,
            hint="Marks of one event must be of the same happening; name another event.",
        )
    return case, event


def _check_name(name: str) -> None:
    """A name is one line that can be printed in a report."""
    if not name.strip() or not name.isprintable():
        raise EvidenceError("An event needs a name of one line, without control characters.")
    if len(name) > LONGEST_NAME:
        raise EvidenceError(
            f"This event's name has {len(name)} characters; {LONGEST_NAME} are enough.",
            hint="The definition may be longer.",
        )
