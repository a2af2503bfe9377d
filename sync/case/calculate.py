"""Calculating a case: its evidence through the adjustment to a solution, and questions of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sync.adjustment.inputs import ClockInput, Inputs, SourceInput, inputs_digest
from sync.adjustment.solution import Answer, ResultStatus
from sync.case.case import Case
from sync.errors import CaseStale
from sync.evidence import Mark, Place
from sync.timebase import ReferenceTime, now_utc
from sync.uncertainty import Expanded

if TYPE_CHECKING:
    from sync.adjustment.adjust import Adjustment
    from sync.adjustment.build import Built
    from sync.adjustment.network import Function


def inputs_of(case: Case) -> Inputs:
    """What a calculation of ``case`` depends on, and nothing else."""
    return Inputs(
        datum=case.datum,
        clocks=tuple(
            ClockInput(id=clock.id, name=clock.name, u_drift_ppm=clock.u_drift_ppm)
            for clock in case.clocks
        ),
        sources=tuple(
            SourceInput(
                id=source.id,
                name=source.name,
                clock=source.clock,
                start=source.start,
                end=source.end,
                breaks=tuple(cut.at for cut in source.breaks),
                relations=tuple(cut.relation for cut in source.breaks),
            )
            for source in case.sources
        ),
        events=case.events,
        evidence=case.evidence,
    )


def is_stale(case: Case) -> bool:
    """True when the case has a solution and something it depends on has changed since."""
    return case.solution is not None and case.solution.inputs_digest != inputs_digest(
        inputs_of(case)
    )


def refuse_stale(case: Case, *, allow_stale: bool = False) -> bool:
    """Whether the times of ``case`` are out of date; only with ``allow_stale`` may they be.

    Raises
    ------
    CaseStale
        When there are none, or they are out of date and that is not allowed.
    """
    if case.solution is None:
        raise CaseStale(
            "This case has not been calculated, so there is no time to export.",
            hint="Calculate it first.",
        )
    stale = is_stale(case)
    if stale and not allow_stale:
        raise CaseStale(
            "The evidence has changed since the calculation, so its times are out of date.",
            hint="Calculate again, then export.",
        )
    return stale


@dataclass(frozen=True, slots=True)
class Calculation:
    """The adjusted network of one state of a case, ready for questions. Never saved."""

    inputs: Inputs
    built: Built
    adjustment: Adjustment

    def order(self, a: Place, b: Place, *, without: frozenset[str] = frozenset()) -> Answer:
        """Was A before B? See :func:`sync.adjustment.questions.order`."""
        from sync.adjustment.questions import order

        return order(self.inputs, self.built, self.adjustment, a, b, without=without)


def prepare(case: Case) -> Calculation:
    """Build and adjust the network of ``case`` (milliseconds for usual cases)."""
    from sync.adjustment.adjust import adjust
    from sync.adjustment.build import build

    inputs = inputs_of(case)
    built = build(inputs)
    return Calculation(inputs, built, adjust(built.network))


def calculate(case: Case, *, at: str | None = None) -> Case:
    """The case with a fresh solution. Evidence is never changed by a calculation."""
    return solve(case, prepare(case), at=at)


def solve(case: Case, ready: Calculation, *, at: str | None = None) -> Case:
    """The case with the solution of its network, which :func:`prepare` made of it."""
    from sync.adjustment.summary import summarise

    when = at or now_utc()
    return case.with_solution(summarise(ready.inputs, ready.built, ready.adjustment, when))


def with_clocks(case: Case) -> Case:
    """The case with its clocks as its evidence stands now, the rest of its solution as it was.

    For looking while a mark is dragged, in half the time: the clocks, with their covariances, are
    those :func:`calculate` finds. The solution keeps its digest, so it stays out of date.
    """
    from sync.adjustment.clocks import clock_results

    ready = prepare(case)
    if case.solution is None or ready.adjustment.network.bounds:  # limits move clocks too
        found = solve(case, ready).solution
        assert found is not None
        return case.with_solution(replace(case.solution or found, clocks=found.clocks))
    clocks = clock_results(ready.inputs, ready.built, ready.adjustment)
    return case.with_solution(replace(case.solution, clocks=clocks))


def ask(case: Case, a: Place, b: Place) -> Answer:
    """Answer one question of the case as its evidence stands now."""
    return prepare(case).order(a, b)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMark:
    """One mark on the datum clock, by its own source's clock and delays alone."""

    mark: Mark
    status: ResultStatus
    reference: ReferenceTime | None
    u_s: float | None
    k: float | None
    U95_s: float | None


def placed_marks(case: Case) -> tuple[PlacedMark, ...]:
    """Every mark of the case with its own place on the datum clock; one-sided ones without."""
    from sync.adjustment.coverage import stated_together

    adjustment = prepare(case).adjustment
    rows = {row.id: number for number, row in enumerate(adjustment.rows)}
    disagreeing = bool(adjustment.contested.any())
    marks = case.of_kind(Mark)
    without: dict[str, ResultStatus] = {}
    placed: dict[str, Function] = {}
    for mark in marks:
        function = None
        if mark.id in rows:
            function = adjustment.mark_function(rows[mark.id], on_datum_scale=True)
        if function is None or not adjustment.estimable(function):
            without[mark.id] = "one-sided" if mark.one_sided else "unconstrained"
        elif disagreeing and adjustment.conflict(function):
            without[mark.id] = "conflict"
        else:
            placed[mark.id] = function
    stated = dict(zip(placed, stated_together(adjustment, list(placed.values())), strict=True))
    return tuple(
        _placed(mark, *stated[mark.id])
        if mark.id in stated
        else PlacedMark(
            mark=mark, status=without[mark.id], reference=None, u_s=None, k=None, U95_s=None
        )
        for mark in marks
    )


def _placed(mark: Mark, stated: Expanded, unchecked: bool) -> PlacedMark:
    return PlacedMark(
        mark=mark,
        status="unchecked" if unchecked else "ok",
        reference=ReferenceTime.from_s(stated.value),
        u_s=stated.u,
        k=stated.k,
        U95_s=stated.U,
    )
