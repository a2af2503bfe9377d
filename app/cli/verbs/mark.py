"""Mark an event in one recording: an interval nobody could resolve further.

tiepoint mark hall --event barrier --source cam1_gate --between 52.667 52.733 \\
    --define "first picture in which the barrier touches its stop"
tiepoint mark hall --event barrier --source dispatch --at 30.12±0.04 --delay radio-chain
tiepoint mark hall --event strobe --source cam3_door --before 0.1

--between: it had not happened in the picture at T, it had in the one at T2. --at T±a: within a on
either side. --after T: not before T. --before T: had happened by T. The last two are one-sided:
limits, which cut off what cannot be, and no anchors. Two two-sided marks of one event, in different
streams, make an anchor.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli.outcome import Outcome
from app.cli.session import Session
from app.cli.typed import add_by, author, case_file, media_time, required_limit

if TYPE_CHECKING:
    from sync.case.case import Case
    from sync.evidence import Event, Mark, StreamName
    from sync.timebase import MediaTime

_STREAMS: dict[str, StreamName] = {"picture": "picture", "sound": "sound"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("--event", required=True, metavar="NAME", help="made when it is new")
    parser.add_argument(
        "--source",
        required=True,
        metavar="S[:stream]",
        help="recording; stream is picture or sound (default: picture where there is one)",
    )
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--between", nargs=2, type=media_time, metavar=("T", "T2"))
    when.add_argument("--at", metavar="T±a")
    when.add_argument("--after", type=media_time, metavar="T")
    when.add_argument("--before", type=media_time, metavar="T")
    parser.add_argument("--define", default="", metavar="WORDS", help="what exactly is marked")
    parser.add_argument(
        "--delay",
        nargs="+",
        default=[],
        metavar="KEY",
        help="delays by which this stream saw or heard it late (state them with observe --delay)",
    )
    parser.add_argument(
        "--spread",
        choices=("limits", "95"),
        default="limits",
        help="limits: nowhere outside the interval (default); 95: it is a 95 %% range",
    )
    parser.add_argument("--onset", choices=("sudden", "gradual", "questionable"), default="sudden")
    parser.add_argument("--note", default="", metavar="WORDS")
    add_by(parser)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Put the mark into the case."""
    from app.cli.originals import refuse_changed
    from sync.case.acts import mark_event
    from sync.case.store import CaseStore
    from sync.timebase import now_utc

    earliest, latest = _interval(arguments)
    source, stream = _source(arguments.source)
    path = case_file(arguments.case)
    with CaseStore.open(path) as store:
        refuse_changed(store.case, path, source)
        case, mark = mark_event(
            store.case,
            event=arguments.event,
            source=source,
            stream=stream,
            earliest=earliest,
            latest=latest,
            spread="rectangular" if arguments.spread == "limits" else "normal",
            definition=arguments.define,
            delays=arguments.delay,
            onset=arguments.onset,
            by=author(arguments.by),
            at=now_utc(),
            note=arguments.note,
        )
        store.commit(case, f"mark {arguments.event} in {mark.source}", author(arguments.by))
        store.save()
    event = case.event(mark.event)
    assert event is not None
    return Outcome(
        document={"event": event_entry(event), "mark": mark_entry(mark)},
        lines=_lines(case, event, mark),
    )


def _interval(arguments: argparse.Namespace) -> tuple[MediaTime | None, MediaTime | None]:
    from sync.timebase import MediaTime

    if arguments.between is not None:
        first, second = arguments.between
        return first, second
    if arguments.at is not None:
        value, half = required_limit(arguments.at, "--at")
        return MediaTime(value.ns - half.ns), MediaTime(value.ns + half.ns)
    return arguments.after, arguments.before


def _source(text: str) -> tuple[str, StreamName | None]:
    """``S[:stream]``; a name that itself holds a colon is left whole."""
    name, colon, stream = text.rpartition(":")
    if colon and stream in _STREAMS:
        return name, _STREAMS[stream]
    return text, None


def event_entry(event: Event) -> dict[str, Any]:
    """An event as JSON."""
    return {"id": event.id, "name": event.name, "definition": event.definition}


def mark_entry(mark: Mark) -> dict[str, Any]:
    """A mark as JSON; the open end of a one-sided mark is null."""
    return {
        "id": mark.id,
        "event": mark.event,
        "source": mark.source,
        "stream": mark.stream,
        "earliest_s": None if mark.earliest is None else mark.earliest.s,
        "latest_s": None if mark.latest is None else mark.latest.s,
        "spread": mark.spread,
        "onset": mark.onset,
        "delays": list(mark.delays),
        "by": mark.provenance.by,
        "at": mark.provenance.at,
    }


def _lines(case: Case, event: Event, mark: Mark) -> list[str]:
    from sync.timebase import format_seconds

    ends = [None if end is None else format_seconds(end.ns) for end in (mark.earliest, mark.latest)]
    if ends[0] is None:
        when = f"had happened by {ends[1]} s"
    elif ends[1] is None:
        when = f"not before {ends[0]} s"
    else:
        when = f"between {ends[0]} and {ends[1]} s"
        if mark.spread == "normal":
            when += " (95 % range)"
    number = sum(
        other.provenance.status == "accepted" and not other.one_sided
        for other in case.marks_of(event.id)
    )
    if mark.one_sided:
        state = "this one is a limit"
    else:
        state = "an anchor" if number > 1 else "one more mark in another recording makes an anchor"
    return [
        f"{mark.id}: {event.name} in the {mark.stream} of {mark.source}, {when}"
        + (f", late by {', '.join(mark.delays)}" if mark.delays else "")
        + ".",
        f"{event.name} has {number} two-sided mark{'' if number == 1 else 's'}: {state}.",
    ]
