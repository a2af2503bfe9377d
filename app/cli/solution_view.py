"""A calculation as JSON and as lines for people; shared by "solve" and "demo"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cli.printing import table, wrapped
from app.cli.range_view import contested_entry, limited_entry, unnoticed_entries

if TYPE_CHECKING:
    from sync.adjustment.solution import ClockResult, RowResult, Solution
    from sync.case.case import Case
GOES_ON_LATER = "later:"
"""How the id of a limit begins that a break "later" brings with it."""


def solution_entry(solution: Solution) -> dict[str, Any]:
    """The JSON of ``solve CASE``."""
    return {
        "status": solution.status,
        "message": solution.message,
        "datum": solution.datum,
        "clocks": [clock_entry(clock) for clock in solution.clocks],
        "events": [
            {
                "event": event.event,
                "status": event.status,
                "reference_s": None if event.reference is None else event.reference.s,
                "u_s": event.u_s,
                "U95_s": event.U95_s,
                "marks": event.marks,
                "with_limits": limited_entry(event.with_limits),
            }
            for event in solution.events
        ],
        "rows": [_row(row) for row in solution.rows],
        "chi2": solution.chi2,
        "dof": solution.dof,
        "p_global": solution.p_global,
        "birge": solution.birge,
        "proposals": [
            {"id": item.id, "event": item.event, "w": item.w, "in_words": item.in_words}
            for item in solution.proposals
        ],
        "limits": [
            {
                "id": limit.id,
                "status": limit.status,
                "slack_u": limit.slack_u,
                "p_before": limit.p_before,
                "in_words": limit.in_words,
            }
            for limit in solution.limits
        ],
        "rate_hypotheses": [
            {
                "clock": guess.clock,
                "drift_ppm": guess.drift_ppm,
                "ratio": guess.ratio,
                "in_words": guess.in_words,
            }
            for guess in solution.rate_hypotheses
        ],
        "problems": list(solution.problems),
        "inputs_digest": solution.inputs_digest,
        "engine_version": solution.engine_version,
        "calculated_at": solution.calculated_at,
    }


def clock_entry(clock: ClockResult) -> dict[str, Any]:
    """One stretch's clock; all numbers null where there is no link."""
    model = clock.model
    return {
        "source": clock.source,
        "segment": clock.stretch,
        "status": clock.status,
        "offset_s": None if model is None else model.offset_s,
        "u_s": clock.u_s,
        "U95_s": clock.U95_s,
        "k": clock.k,
        "drift_ppm": None if model is None else model.drift_ppm,
        "u_drift_ppm": None if model is None else model.u_drift_ppm,
        "epoch_s": None if model is None else model.epoch.s,
        "valid_from_s": clock.valid_from.s,
        "valid_to_s": clock.valid_to.s,
        "is_reference": clock.is_reference,
        "in_words": clock.in_words,
        "would_link": clock.would_link,
        "with_limits": limited_entry(clock.with_limits),
        "contested": contested_entry(clock.contested),
        "unnoticed": unnoticed_entries(clock.unnoticed),
    }


def _row(row: RowResult) -> dict[str, Any]:
    return {
        "id": row.id,
        "residual_s": row.residual_s,
        "redundancy": row.redundancy,
        "w": row.w,
        "mdb_s": row.mdb_s,
        "excluded": row.excluded,
        "reason": row.reason,
    }


def solution_lines(case: Case, solution: Solution) -> list[str]:
    """The calculation for people: a table of clocks, then each in words."""
    from sync.adjustment.words import counted

    lines = [*wrapped(solution.message), "", *clock_table(case, solution)]
    for more in (_limited_table(case, solution), _contested_table(case, solution)):
        lines += ["", *more] if more else []
    lines += ["", *_sentences(case, solution), *_limit_lines(case, solution)]
    if solution.dof:
        chance = "" if solution.p_global is None else f" (p = {solution.p_global:.2g})"
        checked = counted(solution.dof, "redundant observation")
        lines += ["", f"{checked}, chi² {solution.chi2:.1f}{chance}."]
    if solution.birge > 1:
        lines += wrapped(
            f"The observations scatter more than stated ({solution.birge:.2f} times): where that "
            "reaches a clock, its range is wider for it, or withheld."
        )
    notes = [f"To look at: {item.in_words}" for item in solution.proposals]
    notes += [f"To look at: {guess.in_words}" for guess in solution.rate_hypotheses]
    notes += [f"To look at: {problem}" for problem in solution.problems]
    return lines + [line for note in notes for line in wrapped(note)]


def clock_table(case: Case, solution: Solution) -> list[str]:
    """One line a stretch: where it begins, with the 95 % range of that."""
    from sync.adjustment.words import STATES
    from sync.timebase import format_clock, format_seconds
    from sync.uncertainty import decimals_for

    rows = []
    for clock in solution.clocks:
        cells = [
            _name(case, clock),
            STATES[clock.status],
            format_seconds(clock.valid_from.ns, 2),
            "",
            "",
            "",
        ]
        if clock.model is not None and clock.k is not None:
            half = clock.model.half_range_at(clock.valid_from).s
            decimals = decimals_for(half)
            cells[3] = format_clock(clock.model.to_reference(clock.valid_from), decimals)
            cells[4] = f"{half:.{decimals}f}"
            U_ppm = clock.k * clock.model.u_drift_ppm
            slow = clock.model.drift_ppm
            cells[5] = f"{slow - U_ppm:+.0f} to {slow + U_ppm:+.0f}"
        rows.append(cells)
    header = [
        "recording",
        "state",
        "from s",
        f"is, by {_datum(case, solution)}",
        "± s (95 %)",
        "slow by ppm (95 %)",
    ]
    return table(header, rows, right="..rrrr")


def _name(case: Case, clock: ClockResult) -> str:
    source = next((source for source in case.sources if source.id == clock.source), None)
    if source is None:
        return clock.source
    return source.name + (f", stretch {clock.stretch + 1}" if source.breaks else "")


def _datum(case: Case, solution: Solution) -> str:
    known = next((clock for clock in case.clocks if clock.id == solution.datum), None)
    return "the reference clock" if known is None else known.name


def _limited_table(case: Case, solution: Solution) -> list[str]:
    """Where limits put a stretch: the middle of what was observed of it."""
    from sync.adjustment.words import STATES, clock_ends, stated_at
    from sync.timebase import format_seconds

    rows = []
    for clock in solution.clocks:
        limited = clock.with_limits
        if limited is not None:
            at = stated_at(clock)
            ends = clock_ends(at, limited.low_s, limited.high_s)
            state = STATES[limited.status]
            rows.append([_name(case, clock), state, format_seconds(at.ns, 2), ends])
    header = ["with the limits", "state", "at s", f"is, by {_datum(case, solution)} (95 %)"]
    return table(header, rows, right="..r.") if rows else []


def _contested_table(case: Case, solution: Solution) -> list[str]:
    """Where a stretch lies by each reading of evidence that disagrees."""
    from sync.adjustment.words import clock_ends, stated_at
    from sync.timebase import format_seconds

    rows = []
    for clock in solution.clocks:
        if clock.contested is None:
            continue
        at = stated_at(clock)
        where = [_name(case, clock), format_seconds(at.ns, 2)]
        for one in clock.contested.candidates:
            ends = clock_ends(at, one.value_s - one.U95_s, one.value_s + one.U95_s)
            rows.append([*where, ", ".join(one.set_aside), f"{one.weight:.0%}", ends])
            where = ["", ""]
        rows.append(["", "", "all together", "", clock_ends(at, *clock.contested.interval_s)])
    datum = f"is, by {_datum(case, solution)} (95 %)"
    header = ["evidence disagrees", "at s", "if this is wrong", "weight", datum]
    return table(header, rows, right=".r.r.") if rows else []


def _limit_lines(case: Case, solution: Solution) -> list[str]:
    """Every limit, but not breaks that simply go on later."""
    worth = [
        limit
        for limit in solution.limits
        if not (limit.id.startswith(GOES_ON_LATER) and limit.status == "imposed")
    ]
    lines = [f"Limit {limit.id}{_said(case, limit.id)}: {limit.in_words}" for limit in worth]
    return [line for text in lines for line in wrapped(text)]


def _said(case: Case, limit_id: str) -> str:
    """What a limit says, in brackets; nothing where its id does."""
    from sync.case.places import limit_in_words, place_in_words
    from sync.evidence import Limit, LogTime, Mark, Place

    item = case.find(limit_id)
    if isinstance(item, Limit):
        return f" ({limit_in_words(case, item).rstrip('.')})"
    if isinstance(item, Mark):
        return f" ({place_in_words(case, Place(mark=item.id))})"
    if isinstance(item, LogTime):
        return f" ({place_in_words(case, Place(event=item.event))} in the log of {item.clock})"
    return ""


def _sentences(case: Case, solution: Solution) -> list[str]:
    """Every clock in words; stretches of one recording without a link are said together."""
    linked = [clock.in_words for clock in solution.clocks if clock.would_link is None]
    alike: dict[tuple[str, str], list[ClockResult]] = {}
    for clock in solution.clocks:
        if clock.would_link is not None:
            words = clock.in_words.removeprefix(f"{_name(case, clock)}: ")
            alike.setdefault((clock.source, words), []).append(clock)
    unlinked = []
    for (_, words), clocks in alike.items():
        name = _name(case, clocks[0])
        if len(clocks) > 1:
            numbers = ", ".join(str(clock.stretch + 1) for clock in clocks)
            name = f"{name.rpartition(', stretch ')[0]}, stretches {numbers}"
        unlinked.append(f"{name}: {words}")
    return [line for sentence in linked + unlinked for line in wrapped(sentence)]
