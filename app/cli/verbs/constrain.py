"""State a limit: what is known to have been before, after or within so long of something else.

tiepoint constrain hall --first event:flash --second event:words --why "he speaks about it"
    (the words were not before the flash)
tiepoint constrain hall --first event:door --second clock:cad@14:23:10 --lo 2 --hi 30 \\
    --why "the gate log has the car 2 to 30 s after the door"
tiepoint constrain hall --first cam1_gate@83.25 --second mark:mark-4 --hi 5 --why "one breath"

It says that the second was between --lo and --hi seconds after the first. X and Y are event:NAME,
mark:ID, SOURCE@TIME[±a] or clock:NAME@CLOCKTIME[±a]. A limit is no observation: it cuts off what
cannot be. One that the evidence or other limits contradict is kept, but not imposed, and is said.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli.outcome import Outcome
from app.cli.session import Session
from app.cli.typed import add_by, author, case_file, duration

if TYPE_CHECKING:
    from sync.adjustment.solution import LimitResult
    from sync.case.case import Case
    from sync.evidence import Limit, Place


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("--first", required=True, metavar="X")
    parser.add_argument("--second", required=True, metavar="Y")
    parser.add_argument(
        "--lo", type=duration, metavar="S", help="Y is at least this long after X (default: 0)"
    )
    parser.add_argument(
        "--hi", type=duration, metavar="S", help="Y is at most this long after X (default: open)"
    )
    parser.add_argument("--why", required=True, metavar="WORDS", help="the report prints it")
    add_by(parser)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Put the limit into the case, and say at once how it stands to the evidence."""
    from app.cli.originals import refuse_changed
    from sync.case.acts import add_limit, parse_place
    from sync.case.observations import NOT_BEFORE
    from sync.case.places import limit_in_words
    from sync.case.store import CaseStore
    from sync.timebase import now_utc

    path = case_file(arguments.case)
    with CaseStore.open(path) as store:
        first, second = (
            parse_place(store.case, text) for text in (arguments.first, arguments.second)
        )
        case, limit = add_limit(
            store.case,
            first=first,
            second=second,
            low=NOT_BEFORE if arguments.lo is None else arguments.lo,
            high=arguments.hi,
            why=arguments.why,
            by=author(arguments.by),
            at=now_utc(),
        )
        for source in dict.fromkeys(place.source for place in (first, second) if place.source):
            refuse_changed(case, path, source)
        stands, warnings = _standing(case, limit.id)
        store.commit(case, f"limit {limit.id}: {limit.why}", author(arguments.by))
        store.save()
    words = limit_in_words(case, limit)
    for text in warnings:
        session.warn(text)
    entry = {**_limit_entry(limit), "in_words": words, **_result_entry(stands)}
    lines = [f"{limit.id}: {words}", f"Why: {limit.why}"]
    if stands is not None and stands.status == "imposed":
        lines.append(stands.in_words)
    return Outcome(document={"limit": entry}, lines=lines)


def _standing(case: Case, limit_id: str) -> tuple[LimitResult | None, list[str]]:
    """How the limit stands to the evidence, and a warning where it cannot hold with it."""
    from sync.adjustment.limits import Limits
    from sync.adjustment.words import joined
    from sync.case.calculate import prepare

    results = Limits(prepare(case).adjustment).results
    found = next((result for result in results if result.id == limit_id), None)
    if found is None:
        what = "speaks of something that takes no part in the calculation: it is not imposed."
        return None, [f"{limit_id} is kept in the case, but {what}"]
    if found.status == "imposed":
        return found, []
    if found.status == "infeasible":
        names = joined([result.id for result in results if result.status == "infeasible"])
        return found, [f"{names} cannot all hold: they are kept, but not imposed. Set one aside."]
    return found, [f"{limit_id} is kept in the case. {found.in_words}"]


def _limit_entry(limit: Limit) -> dict[str, Any]:
    return {
        "id": limit.id,
        "first": _place_text(limit.first),
        "second": _place_text(limit.second),
        "low_s": None if limit.low is None else limit.low.s,
        "high_s": None if limit.high is None else limit.high.s,
        "why": limit.why,
    }


def _result_entry(result: LimitResult | None) -> dict[str, Any]:
    """All null where the limit speaks of something that takes no part."""
    return {
        "status": None if result is None else result.status,
        "slack_u": None if result is None else result.slack_u,
        "p_before": None if result is None else result.p_before,
    }


def _place_text(place: Place) -> str:
    """A place as it is typed."""
    from sync.timebase import DAY_S, NS_PER_S, format_clock, format_seconds

    if place.event is not None:
        return f"event:{place.event}"
    if place.mark is not None:
        return f"mark:{place.mark}"
    half = "" if place.half is None else f"±{place.half.s:g}"
    if place.clock is not None and place.displayed is not None:
        ns = place.displayed.ns
        in_day = 0 <= ns < DAY_S * NS_PER_S  # a later day is not typed as a clock time
        shown = format_clock(place.displayed, 9) if in_day else format_seconds(ns, 9)
        return f"clock:{place.clock}@{_short(shown)}{half}"
    assert place.time is not None
    return f"{place.source}:{place.stream}@{_short(format_seconds(place.time.ns, 9))}{half}"


def _short(written: str) -> str:
    return written.rstrip("0").rstrip(".")
