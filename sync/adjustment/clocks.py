"""The clock of one stretch as the adjustment found it, with its status and its words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sync.adjustment.adjust import Adjustment
from sync.adjustment.build import Built
from sync.adjustment.findings import readings_of
from sync.adjustment.inputs import Inputs, SourceInput, authority
from sync.adjustment.links import what_would_link
from sync.adjustment.observed import from_what, observed_times
from sync.adjustment.solution import ClockResult, Contested, ResultStatus
from sync.adjustment.words import (
    SHOWN_READINGS,
    capital,
    clock_range,
    quoted,
    rate_in_words,
    span_in_words,
)
from sync.clock import ClockModel
from sync.timebase import MediaTime, ReferenceTime, TimeRange, format_clock
from sync.uncertainty import Z95, decimals_for

LARGEST_DRIFT = 0.01
"""A clock that seems to run 1 % wrong is not placed even for looking."""


def clock_result(
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
        unnoticed=adjustment.unnoticed(correction),
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
    contested = readings_of(adjustment.network).contested(function)
    return ClockResult(
        source=source.id, stretch=stretch, status="conflict", model=model, u_s=None, U95_s=None,
        k=None, is_reference=False, valid_from=start, valid_to=end, anchors=ties,
        in_words=_contested_words(_place(source, stretch), contested, start), contested=contested,
    )  # fmt: skip


def _contested_words(place: str, contested: Contested | None, start: MediaTime) -> str:
    """What each reading implies for the beginning of the stretch, and that none is chosen.

    The rate is left out: over a stretch it moves the beginning by less than a digit shown here.
    """
    implied = []
    for found in () if contested is None else contested.candidates[:SHOWN_READINGS]:
        decimals = decimals_for(found.U95_s)
        begins = format_clock(ReferenceTime.from_s(start.s + found.value_s), decimals)
        implied.append(f"without {quoted(found.set_aside)} it begins at {begins}")
    which = f"{capital('; '.join(implied))}. " if implied else ""
    unknown = "The recordings do not show which is wrong. " if len(implied) > 1 else ""
    return (
        f"{place}: the evidence disagrees. {which}{unknown}Until this is settled no time is "
        "stated for it."
    )


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
    parts.append(f"From {from_what(built, source, model.stretch)}.")
    if status == "unchecked":
        parts.append("Little checks it: an unnoticed mistake could move it out of this range.")
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
