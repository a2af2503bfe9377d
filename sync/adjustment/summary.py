"""The adjusted network as a :class:`~sync.adjustment.solution.Solution` of the case's sources."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sync import ENGINE_VERSION
from sync.adjustment.adjust import W_LIMIT, Adjustment
from sync.adjustment.build import NO_DATUM, Built
from sync.adjustment.checks import wrong_units
from sync.adjustment.clocks import clock_results
from sync.adjustment.coverage import stated_together
from sync.adjustment.inputs import Inputs, inputs_digest
from sync.adjustment.mistakes import find_mistakes
from sync.adjustment.network import Function
from sync.adjustment.rates import rate_hypotheses
from sync.adjustment.solution import (
    ClockResult,
    EventResult,
    Proposal,
    ResultStatus,
    RowResult,
    Solution,
    SolutionStatus,
)
from sync.evidence import Event
from sync.timebase import ReferenceTime


def summarise(inputs: Inputs, built: Built, adjustment: Adjustment, at: str) -> Solution:
    """Every clock, event and row of the adjusted network, with status and words."""
    clocks = clock_results(inputs, built, adjustment)
    proposals = _proposals(inputs, adjustment)
    status = _status(inputs, adjustment, clocks, proposals)
    solution = Solution(
        status=status,
        message=_message(inputs, built, clocks, status),
        datum=inputs.datum,
        clocks=clocks,
        events=_events(adjustment, inputs.events),
        rows=_rows(adjustment),
        chi2=adjustment.chi2,
        dof=adjustment.dof,
        p_global=adjustment.p_global,
        birge=adjustment.birge,
        proposals=proposals,
        problems=(*built.problems, *wrong_units(adjustment)),
        inputs_digest=inputs_digest(inputs),
        engine_version=ENGINE_VERSION,
        calculated_at=at,
        rate_hypotheses=rate_hypotheses(adjustment, {c.id: c.name for c in inputs.clocks}),
    )
    if not adjustment.network.bounds:
        return solution
    from sync.adjustment.imposed import impose  # scipy is slow to import; not every case has limits

    return impose(inputs, adjustment, solution)


# -- events, rows, state --------------------------------------------------------------------------


def _events(adjustment: Adjustment, events: Sequence[Event]) -> tuple[EventResult, ...]:
    """Every event; those that have a time are stated together, which is quicker."""
    marks = Counter(row.event for row in adjustment.rows)
    placed: dict[str, Function] = {}
    results: dict[str, EventResult] = {}
    for event in events:
        number = adjustment.network.find_event(event.id)
        status: ResultStatus = "unconstrained"
        if number is not None:
            function = adjustment.event_function(number, on_datum_scale=True)
            if adjustment.estimable(function):
                status = "conflict" if adjustment.conflict(function) else "ok"
                placed |= {event.id: function} if status == "ok" else {}
        results[event.id] = EventResult(
            event=event.id, status=status, reference=None, u_s=None, U95_s=None,
            marks=0 if number is None else marks[number],
        )  # fmt: skip
    together = stated_together(adjustment, list(placed.values()))
    for name, (stated, unchecked) in zip(placed, together, strict=True):
        results[name] = replace(
            results[name],
            status="unchecked" if unchecked else "ok",
            reference=ReferenceTime.from_s(stated.value),
            u_s=stated.u,
            U95_s=stated.U,
        )
    return tuple(results[event.id] for event in events)


def _rows(adjustment: Adjustment) -> tuple[RowResult, ...]:
    columns = (
        [value if math.isfinite(value) else None for value in column.tolist()]
        for column in (
            adjustment.residuals, adjustment.redundancy, adjustment.standardised, adjustment.mdb
        )
    )  # fmt: skip
    return tuple(
        RowResult(
            id=row.id, residual_s=residual, redundancy=r, w=w, mdb_s=mdb,
            excluded=row.id in adjustment.excluded,
        )
        for row, residual, r, w, mdb in zip(adjustment.rows, *columns, strict=True)
    )  # fmt: skip


def _proposals(inputs: Inputs, adjustment: Adjustment) -> tuple[Proposal, ...]:
    """What the search for mistakes would set aside, or what it cannot tell apart; the person
    decides."""
    w = adjustment.standardised
    if not bool(np.any(np.abs(np.nan_to_num(w)) > W_LIMIT)):
        return ()
    report = find_mistakes(adjustment.network)
    events = {event.id: event.name for event in inputs.events}
    if report.status == "ok":
        found = [(suspect.unit, suspect.w) for suspect in report.suspects]
        which = "Setting it aside would let the rest agree"
    else:
        largest = {unit: 0.0 for unit in report.contested}
        for row, value in zip(adjustment.rows, np.nan_to_num(w).tolist(), strict=True):
            if row.unit in largest and abs(value) > abs(largest[row.unit]):
                largest[row.unit] = value
        found = sorted(largest.items(), key=lambda entry: (-abs(entry[1]), entry[0]))
        which = "It or something it is compared with is wrong: the recordings do not show which"
    labels = {row.unit: row.label for row in adjustment.rows}
    return tuple(
        Proposal(
            id=unit,
            event=unit if unit in events else None,
            w=value,
            in_words=(
                f"{events.get(unit, labels[unit])} disagrees with the rest: its standardised "
                f"residual is {value:+.1f} (more than ±3.29 is 1 in 1,000 by chance). {which}. "
                "Look at it again; setting it aside needs a reason."
            ),
        )
        for unit, value in found
    )


def _status(
    inputs: Inputs,
    adjustment: Adjustment,
    clocks: Sequence[ClockResult],
    proposals: Sequence[Proposal],
) -> SolutionStatus:
    if proposals or adjustment.birge > 1.0:
        return "disagrees"
    linked = [clock for clock in clocks if clock.model is not None and not clock.is_reference]
    if not linked:
        return "nothing-linked"
    return "calculated" if all(clock.model is not None for clock in clocks) else "partly"


def _message(
    inputs: Inputs, built: Built, clocks: Sequence[ClockResult], status: SolutionStatus
) -> str:
    """``3 of 5 linked · 1 unchecked · 1 no link``, counted by recording."""
    if built.network.reference == NO_DATUM:
        return "no reference clock: nothing has a reference time"
    linked = unchecked = 0
    for source in inputs.sources:
        own = [clock for clock in clocks if clock.source == source.id and clock.model is not None]
        linked += bool(own)
        unchecked += bool(own) and all(clock.status == "unchecked" for clock in own)
    parts = [f"{linked} of {len(inputs.sources)} linked"]
    if unchecked:
        parts.append(f"{unchecked} unchecked")
    if linked < len(inputs.sources):
        parts.append(f"{len(inputs.sources) - linked} no link")
    if status == "disagrees":
        parts.insert(0, "the evidence disagrees")
    return " · ".join(parts)
