"""A calculation as JSON and as lines for people; shared by "solve" and "demo"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cli.printing import table

if TYPE_CHECKING:
    from sync.adjustment.solution import ClockResult, RowResult, Solution
    from sync.case.case import Case

STATES = {
    "ok": "linked",
    "unchecked": "linked, unchecked",
    "bounded": "between limits",
    "one-sided": "one side only",
    "conflict": "evidence disagrees",
    "unconstrained": "no link",
    "infeasible": "limits contradict",
}
"""Screen words of a result's status (architecture §4)."""


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

    lines = [solution.message, ""]
    lines += clock_table(case, solution)
    lines += ["", *_sentences(solution)]
    if solution.dof:
        chance = "" if solution.p_global is None else f" (p = {solution.p_global:.2g})"
        checked = counted(solution.dof, "redundant observation")
        lines += ["", f"{checked}, chi² {solution.chi2:.1f}{chance}."]
    if solution.birge > 1:
        lines.append(
            f"The observations scatter more than stated ({solution.birge:.2f} times): where that "
            "reaches a clock, its range is wider for it, or withheld."
        )
    lines += [f"To look at: {item.in_words}" for item in solution.proposals]
    lines += [f"Left out: {problem}" for problem in solution.problems]
    return lines


def clock_table(case: Case, solution: Solution) -> list[str]:
    """One line a stretch: where it begins, with the 95 % range of that."""
    from sync.timebase import format_clock, format_seconds
    from sync.uncertainty import decimals_for

    rows = []
    names = {source.id: source for source in case.sources}
    for clock in solution.clocks:
        source = names.get(clock.source)
        name = clock.source if source is None else source.name
        if source is not None and source.breaks:
            name += f", stretch {clock.stretch + 1}"
        cells = [name, STATES[clock.status], format_seconds(clock.valid_from.ns, 2), "", "", ""]
        if clock.model is not None and clock.k is not None:
            half = clock.model.half_range_at(clock.valid_from).s
            decimals = decimals_for(half)
            cells[3] = format_clock(clock.model.to_reference(clock.valid_from), decimals)
            cells[4] = f"{half:.{decimals}f}"
            U_ppm = clock.k * clock.model.u_drift_ppm
            slow = clock.model.drift_ppm
            cells[5] = f"{slow - U_ppm:+.0f} to {slow + U_ppm:+.0f}"
        rows.append(cells)
    datum = "the reference clock"
    if solution.datum is not None and any(c.id == solution.datum for c in case.clocks):
        datum = case.clock(solution.datum).name
    header = ["recording", "state", "from s", f"is, by {datum}", "± s (95 %)", "slow by ppm (95 %)"]
    return table(header, rows, right="..rrrr")


def _sentences(solution: Solution) -> list[str]:
    """Every clock in words; what has no link is said once for all that share the reason."""
    linked = [clock.in_words for clock in solution.clocks if clock.model is not None]
    unlinked = [clock.in_words for clock in solution.clocks if clock.model is None]
    return linked + unlinked
