"""The adjusted network as a :class:`~sync.adjustment.solution.Solution` of the case's sources."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sync import ENGINE_VERSION
from sync.adjustment.adjust import W_LIMIT, Adjustment
from sync.adjustment.build import NO_DATUM, Built
from sync.adjustment.inputs import Inputs, SourceInput, authority, inputs_digest
from sync.adjustment.links import what_would_link
from sync.adjustment.solution import (
    ClockResult,
    EventResult,
    Proposal,
    ResultStatus,
    RowResult,
    Solution,
    SolutionStatus,
)
from sync.adjustment.words import clock_range, counted, joined, rate_in_words, span_in_words
from sync.clock import ClockModel
from sync.evidence import ClockCheck, Event, KnownGap, Lag, Mark, Reading, StatedOffset
from sync.timebase import MediaTime, ReferenceTime, TimeRange, format_clock
from sync.uncertainty import Z95, decimals_for


def summarise(inputs: Inputs, built: Built, adjustment: Adjustment, at: str) -> Solution:
    """Every clock, event and row of the adjusted network, with status and words."""
    clocks = tuple(
        _clock(inputs, built, adjustment, source, stretch)
        for source in inputs.sources
        for stretch in range(len(source.breaks) + 1)
    )
    proposals = _proposals(inputs, adjustment)
    status = _status(inputs, adjustment, clocks, proposals)
    return Solution(
        status=status,
        message=_message(inputs, built, clocks, status),
        datum=inputs.datum,
        clocks=clocks,
        events=tuple(_event(adjustment, event) for event in inputs.events),
        rows=_rows(adjustment),
        chi2=adjustment.chi2,
        dof=adjustment.dof,
        p_global=adjustment.p_global,
        birge=adjustment.birge,
        proposals=proposals,
        problems=built.problems,
        inputs_digest=inputs_digest(inputs),
        engine_version=ENGINE_VERSION,
        calculated_at=at,
    )


# -- one clock ------------------------------------------------------------------------------------


def observed_times(built: Built, source: SourceInput, stretch: int) -> list[MediaTime]:
    """Media times of this stretch at which something was observed that ties it to another clock."""
    counts: dict[str, int] = {}
    for item in built.used:
        if isinstance(item, Mark):
            counts[item.event] = counts.get(item.event, 0) + 1
    times: list[MediaTime] = []
    for item in built.used:
        if isinstance(item, Mark) and item.source == source.id and counts[item.event] > 1:
            times.append(item.centre)
        elif isinstance(item, Reading) and item.source == source.id:
            times.append(MediaTime((item.earliest.ns + item.latest.ns) // 2))
        elif isinstance(item, StatedOffset) and item.source == source.id:
            times.append(item.at)
        elif isinstance(item, Lag):
            times += [item.time_a] * (item.source_a == source.id)
            times += [item.time_b] * (item.source_b == source.id)
    return sorted(at for at in times if source.stretch_at(at) == stretch)


def _clock(
    inputs: Inputs, built: Built, adjustment: Adjustment, source: SourceInput, stretch: int
) -> ClockResult:
    start, end = source.stretches[stretch]
    times = observed_times(built, source, stretch)
    epoch = MediaTime((times[0].ns + times[-1].ns) // 2 if times else (start.ns + end.ns) // 2)
    correction = adjustment.correction_function(source.id, epoch.s, on_datum_scale=True)
    rate = adjustment.drift_function(source.id, relative_to_datum=True, stretch=stretch)
    is_reference = source.id == adjustment.network.reference
    if not (adjustment.estimable(correction) and adjustment.estimable(rate)):
        hint = what_would_link(inputs, adjustment, source, stretch)
        return ClockResult(
            source=source.id, stretch=stretch, status="unconstrained", model=None, u_s=None,
            U95_s=None, k=None, is_reference=False, valid_from=start, valid_to=end,
            anchors=len(times), in_words=f"{_place(source, stretch)}: no link. {hint}",
            would_link=hint,
        )  # fmt: skip
    if adjustment.conflict(correction):
        return _contested_clock(adjustment, source, stretch, epoch, len(times))
    stated = adjustment.uncertain(correction).expanded()
    covariance = adjustment.covariance([correction, rate])
    reference = ReferenceTime(epoch.ns + round(stated.value * 1e9))
    model = ClockModel(
        source=source.id,
        stretch=stretch,
        epoch=epoch,
        reference=reference,
        drift=adjustment.value(rate),
        var_offset_s2=float(covariance[0, 0]),
        cov_offset_drift_s=float(covariance[0, 1]),
        var_drift=float(covariance[1, 1]),
        coverage_factor=_largest_k(adjustment, source, (start, epoch, end), stated.k),
        observed=TimeRange(times[0], times[-1]) if times else None,
    )
    status: ResultStatus = "unchecked" if adjustment.unchecked(correction) else "ok"
    return ClockResult(
        source=source.id,
        stretch=stretch,
        status=status,
        model=model,
        u_s=stated.u,
        U95_s=stated.U,
        k=stated.k,
        is_reference=is_reference,
        valid_from=start,
        valid_to=end,
        anchors=len(times),
        in_words=_clock_words(inputs, built, adjustment, source, model, stated.k, status),
    )


def _contested_clock(
    adjustment: Adjustment, source: SourceInput, stretch: int, epoch: MediaTime, ties: int
) -> ClockResult:
    """A clock whose evidence disagrees: placed for looking, but no time is stated for it."""
    start, end = source.stretches[stretch]
    function = adjustment.correction_function(source.id, epoch.s, on_datum_scale=True)
    rate = adjustment.drift_function(source.id, relative_to_datum=True, stretch=stretch)
    drift = adjustment.value(rate)
    model = None
    if abs(drift) < LARGEST_DRIFT:
        model = ClockModel(
            source=source.id, stretch=stretch, epoch=epoch,
            reference=ReferenceTime(epoch.ns + round(adjustment.value(function) * 1e9)),
            drift=drift, var_offset_s2=adjustment.uncertain(function).u ** 2,
            cov_offset_drift_s=0.0, var_drift=0.0, coverage_factor=Z95, observed=None,
        )  # fmt: skip
    return ClockResult(
        source=source.id, stretch=stretch, status="conflict", model=model, u_s=None, U95_s=None,
        k=None, is_reference=False, valid_from=start, valid_to=end, anchors=ties,
        in_words=f"{_place(source, stretch)}: the evidence disagrees. Until this is settled no "
        "time is stated for it.",
    )  # fmt: skip


def _largest_k(
    adjustment: Adjustment, source: SourceInput, at: Sequence[MediaTime], k_epoch: float
) -> float:
    """The largest k over a stretch: drawing a bracket with it never understates the range."""
    found = [k_epoch]
    for time in (at[0], MediaTime(at[-1].ns - 1)):
        function = adjustment.correction_function(source.id, time.s, on_datum_scale=True)
        if adjustment.estimable(function):
            found.append(adjustment.uncertain(function).expanded().k)
    return max(found)


def _place(source: SourceInput, stretch: int) -> str:
    return source.name if not source.breaks else f"{source.name}, stretch {stretch + 1}"


def _clock_words(
    inputs: Inputs,
    built: Built,
    adjustment: Adjustment,
    source: SourceInput,
    model: ClockModel,
    k: float,
    status: ResultStatus,
) -> str:
    """Where the stretch lies, what its burnt-in clock shows, its rate, and from what."""
    start, end = source.stretches[model.stretch]
    datum = inputs.clock(inputs.datum or "").name
    at_start = adjustment.correction_function(source.id, start.s, on_datum_scale=True)
    U_start = adjustment.uncertain(at_start).expanded().U
    parts = [
        f"{_place(source, model.stretch)}: begins at "
        f"{clock_range(model.to_reference(start), U_start)} by {datum}."
    ]
    shown = _display_words(adjustment, source, model)
    if shown:
        parts.append(shown)
    prior = inputs.clock(source.clock).u_drift_ppm
    if model.u_drift_ppm < 0.5 * (prior if prior else 0.0):
        parts.append(f"Its clock {rate_in_words(model.drift, Z95 * math.sqrt(model.var_drift))}.")
    parts.append(f"From {_from_what(built, source, model.stretch)}.")
    if status == "unchecked":
        parts.append("Nothing checks it: a mistake in it would not show.")
    last = MediaTime(end.ns)
    parts.append(
        f"Used from {format_clock(model.to_reference(start), 0)} to "
        f"{format_clock(model.to_reference(last), 0)}."
    )
    return " ".join(parts)


def _display_words(adjustment: Adjustment, source: SourceInput, model: ClockModel) -> str:
    """``Its burnt-in clock shows 37.0 s less (between 36.9 and 37.1 s; 95 % range).``"""
    node = authority(source.clock)
    if node not in adjustment.network.sources or node == adjustment.network.reference:
        return ""
    # What it showed when the recording was at the model's epoch: T - D at that displayed time.
    displayed_s = adjustment.network.sources[node].epoch_s
    function = adjustment.correction_function(node, displayed_s, on_datum_scale=True)
    if not adjustment.estimable(function):
        return ""
    stated = adjustment.uncertain(function).expanded()
    decimals = decimals_for(stated.U)
    less = "less" if stated.value > 0 else "more"
    size = abs(stated.value)
    shows = span_in_words(size - stated.U, size + stated.U, decimals)
    return f"Its burnt-in clock shows {size:.{decimals}f} s {less} ({shows}; 95 % range)."


def _from_what(built: Built, source: SourceInput, stretch: int) -> str:
    """``3 anchors and 1 clock check``."""
    events: dict[str, int] = {}
    for item in built.used:
        if isinstance(item, Mark):
            events[item.event] = events.get(item.event, 0) + 1

    def here(at: MediaTime) -> bool:
        return source.stretch_at(at) == stretch

    anchors = {
        item.event
        for item in built.used
        if isinstance(item, Mark)
        and item.source == source.id
        and events[item.event] > 1
        and here(item.centre)
    }
    matches = sum(
        isinstance(item, Lag)
        and (
            (item.source_a == source.id and here(item.time_a))
            or (item.source_b == source.id and here(item.time_b))
        )
        for item in built.used
    )
    readings = sum(
        isinstance(item, Reading) and item.source == source.id and here(item.earliest)
        for item in built.used
    )
    stated = sum(isinstance(i, StatedOffset) and i.source == source.id for i in built.used)
    checks = sum(isinstance(i, ClockCheck) and i.clock == source.clock for i in built.used)
    gaps = sum(
        isinstance(i, KnownGap)
        and i.source == source.id
        and stretch in (i.after_stretch, i.after_stretch + 1)
        for i in built.used
    )
    parts = [
        counted(number, one, many)
        for number, one, many in (
            (len(anchors), "anchor", "anchors"),
            (matches, "match", "matches"),
            (readings, "clock reading", "clock readings"),
            (checks, "clock check", "clock checks"),
            (stated, "stated time", "stated times"),
            (gaps, "gap of stated length", "gaps of stated length"),
        )
        if number
    ]
    return joined(parts) or "the reference clock itself"


# -- events, rows, state --------------------------------------------------------------------------


LARGEST_DRIFT = 0.01
"""A clock that seems to run 1 % wrong is not placed even for looking."""


def _event(adjustment: Adjustment, event: Event) -> EventResult:
    number = adjustment.network.find_event(event.id)
    marks = 0 if number is None else sum(row.event == number for row in adjustment.rows)
    if number is not None:
        function = adjustment.event_function(number, on_datum_scale=True)
        if adjustment.estimable(function) and adjustment.conflict(function):
            return EventResult(
                event=event.id, status="conflict", reference=None, u_s=None, U95_s=None, marks=marks
            )
        if adjustment.estimable(function):
            stated = adjustment.uncertain(function).expanded()
            return EventResult(
                event=event.id,
                status="unchecked" if adjustment.unchecked(function) else "ok",
                reference=ReferenceTime.from_s(stated.value),
                u_s=stated.u,
                U95_s=stated.U,
                marks=marks,
            )
    return EventResult(
        event=event.id, status="unconstrained", reference=None, u_s=None, U95_s=None, marks=marks
    )


def _rows(adjustment: Adjustment) -> tuple[RowResult, ...]:
    def plain(value: float) -> float | None:
        return float(value) if math.isfinite(value) else None

    return tuple(
        RowResult(
            id=row.id,
            residual_s=plain(adjustment.residuals[i]),
            redundancy=plain(adjustment.redundancy[i]),
            w=plain(adjustment.standardised[i]),
            mdb_s=plain(adjustment.mdb[i]),
            excluded=row.id in adjustment.excluded,
        )
        for i, row in enumerate(adjustment.rows)
    )


def _proposals(inputs: Inputs, adjustment: Adjustment) -> tuple[Proposal, ...]:
    """The evidence that disagrees most, where any exceeds |w| = 3.29; never applied by itself."""
    w = adjustment.standardised
    if not len(w) or not bool((abs(w) > W_LIMIT).any()):
        return ()
    worst: dict[str, tuple[float, int]] = {}
    for i, row in enumerate(adjustment.rows):
        if math.isfinite(w[i]) and abs(w[i]) > W_LIMIT:
            best = worst.get(row.unit)
            if best is None or abs(w[i]) > abs(best[0]):
                worst[row.unit] = (float(w[i]), i)
    events = {event.id: event.name for event in inputs.events}
    ranked = sorted(worst.items(), key=lambda entry: -abs(entry[1][0]))
    return tuple(
        Proposal(
            id=unit,
            event=unit if unit in events else None,
            w=value,
            in_words=(
                f"{events.get(unit, adjustment.rows[i].label)} disagrees with the rest: its "
                f"standardised residual is {value:+.1f} (more than ±3.29 is 1 in 1,000 by chance). "
                "Look at it again; setting it aside needs a reason."
            ),
        )
        for unit, (value, i) in ranked
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
