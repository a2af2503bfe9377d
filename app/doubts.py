"""What disagrees in a calculation, and what it would be without it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sync.adjustment.headline import headline
from sync.adjustment.solution import Answer, ClockResult, LimitResult, Proposal, Solution
from sync.adjustment.words import capital
from sync.case.calculate import calculate, prepare
from sync.case.case import Case
from sync.errors import TiepointError
from sync.evidence import Evidence, Limit, LogTime, Mark
from sync.timebase import ReferenceTime, format_clock
from sync.uncertainty import decimals_for, format_pair
from widgets import answer_words
from widgets.disagreements import Disagreement

_LIMIT_TITLES = {
    "contradicted": "The evidence contradicts a limit", "infeasible": "Limits cannot all hold",
}  # fmt: skip


def rows_of(case: Case, proposal: Proposal) -> frozenset[str]:
    """Ids of the evidence a proposal would set aside."""
    if proposal.event is None:
        return frozenset({proposal.id})
    return frozenset(mark.id for mark in case.marks_of(proposal.event))


def without_each(case: Case, solution: Solution) -> dict[str, tuple[str, ...]]:
    """By proposal: what the calculation would say without it, a line each."""
    return {
        proposal.id: _without(case, solution, rows_of(case, proposal))
        for proposal in solution.proposals
    }


def _without(case: Case, solution: Solution, rows: frozenset[str]) -> tuple[str, ...]:
    out = case
    for row in rows:
        item = case.find(row)
        if item is not None:
            aside = replace(item.provenance, status="set-aside", reason="what if")
            out = out.with_status(row, aside)
    solved = calculate(out, at=solution.calculated_at)
    assert solved.solution is not None
    lines = []
    names = {source.id: source.name for source in case.sources}
    for clock in solved.solution.clocks:
        before = solution.clock_of(clock.source, clock.stretch)
        if before is not None and (before.status, _zero(before)) != (clock.status, _zero(clock)):
            lines.append(f"{_clock_name(case, clock, names)}: {_zero(clock) or 'no link'}")
    ready = prepare(out)
    for number, question in enumerate(case.questions, start=1):
        try:
            answer: Answer = ready.order(question.a, question.b)
        except TiepointError as error:
            lines.append(f"Q{number}: {error.message}")
            continue
        lines.append(f"Q{number}: {_answer_line(answer)}")
    return tuple(lines)


def _answer_line(answer: Answer) -> str:
    said = headline(answer)
    if answer_words.main_range(answer).ends == (None, None):
        return said
    return f"{said} ({answer_words.main_range(answer).in_words})"


def _clock_name(case: Case, clock: ClockResult, names: Mapping[str, str]) -> str:
    name = names.get(clock.source, clock.source)
    breaks = case.source(clock.source).breaks
    return f"{name}, stretch {clock.stretch + 1}" if breaks else name


def _zero(clock: ClockResult) -> str:
    """``its zero is at 14:22:30.1 ± 0.3 s``; nothing where no time is stated."""
    if clock.model is None or clock.U95_s is None or clock.status == "conflict":
        return ""
    zero = ReferenceTime(clock.model.reference.ns - clock.model.epoch.ns)
    if clock.is_reference:
        return "the reference"
    plus = format_pair(0.0, clock.U95_s)[1]
    return f"its zero is at {format_clock(zero, min(9, decimals_for(clock.U95_s)))} ± {plus} s"


def disagreements(
    case: Case, solution: Solution, without: Mapping[str, tuple[str, ...]]
) -> list[Disagreement]:
    """Proposals, then clocks with several readings, then limits that cannot hold."""
    events = {event.id: event.name for event in case.events}
    names = {source.id: source.name for source in case.sources}
    found = []
    for proposal in solution.proposals:
        first = next(iter(sorted(rows_of(case, proposal))), proposal.id)
        name = proposal.in_words.partition(" disagrees")[0]
        found.append(Disagreement(
            title=f"{events.get(proposal.event or '', name)}  ·  w = {proposal.w:+.1f}",
            text=capital(proposal.in_words), without=without.get(proposal.id, ()),
            evidence=first if case.find(first) is not None else None,
            event=proposal.event,
        ))  # fmt: skip
    for clock in solution.clocks:
        if clock.contested is not None:
            found.append(_contested(case, clock, names))
    for limit in solution.limits:
        if limit.status in _LIMIT_TITLES:
            found.append(_limit(case, limit))
    return found


def _contested(case: Case, clock: ClockResult, names: Mapping[str, str]) -> Disagreement:
    assert clock.contested is not None
    lines = []
    for number, each in enumerate(clock.contested.candidates[: answer_words.MOST_READINGS], 1):
        at = ReferenceTime.from_s(each.value_s)
        decimals = min(4, decimals_for(each.U95_s))
        lines.append(
            f"{answer_words.candidate_sentence(number, each)} Zero of the file at "
            f"{format_clock(at, decimals)} ± {format_pair(0.0, each.U95_s)[1]} s."
        )
    low, high = (ReferenceTime.from_s(end) for end in clock.contested.interval_s)
    lines.append(f"Whichever holds: between {format_clock(low, 1)} and {format_clock(high, 1)}.")
    return Disagreement(
        title=f"No time is stated for {_clock_name(case, clock, names)}", text="\n".join(lines)
    )


def _limit(case: Case, limit: LimitResult) -> Disagreement:
    item = case.find(limit.id)
    why = f"‘{_why(item)}’. " if item is not None and _why(item) else ""
    return Disagreement(
        title=_LIMIT_TITLES[limit.status], text=f"{why}{limit.in_words}",
        evidence=limit.id if item is not None else None,
    )  # fmt: skip


def _why(item: Evidence) -> str:
    if isinstance(item, Limit):
        return item.why
    if isinstance(item, Mark):
        return f"one-sided mark {item.id}"
    return f"log time {item.id}" if isinstance(item, LogTime) else ""


def overall_words(solution: Solution) -> str:
    """The global test in words."""
    if solution.p_global is None or not solution.dof:
        return "Nothing checks the evidence as a whole: there is no more than it takes."
    fits = "fits together" if solution.birge <= 1 else "fits together less well than stated"
    words = (
        f"As a whole the evidence {fits}: χ² = {solution.chi2:.1f} for {solution.dof} checks "
        f"(p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{max(0.001, min(0.999, solution.p_global)):.2g})."
    )
    if solution.birge > 1:
        words += f" Every range was widened by {solution.birge:.2f}."
    return words
