"""The clock of one stretch as the adjustment found it, with its status and its words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sync.adjustment.adjust import Adjustment
from sync.adjustment.build import Built
from sync.adjustment.coverage import stated_together
from sync.adjustment.findings import readings_of
from sync.adjustment.inputs import Inputs, SourceInput, authority
from sync.adjustment.links import what_would_link
from sync.adjustment.network import Function
from sync.adjustment.observed import from_what, observed_times
from sync.adjustment.solution import ClockResult, Contested
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
from sync.uncertainty import Z95, Expanded, decimals_for

LARGEST_DRIFT = 0.01
"""A clock that seems to run 1 % wrong is not placed even for looking."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One stretch of a recording, and its clock as functions of the adjustment."""

    source: SourceInput
    number: int
    times: list[MediaTime]
    """When it was observed."""
    epoch: MediaTime
    """In the middle of what was observed."""
    correction: Function
    """At the epoch."""
    rate: Function

    @property
    def start(self) -> MediaTime:
        return self.source.stretches[self.number][0]

    @property
    def end(self) -> MediaTime:
        return self.source.stretches[self.number][1]

    @property
    def place(self) -> str:
        if not self.source.breaks:
            return self.source.name
        return f"{self.source.name}, stretch {self.number + 1}"


class _Stated(NamedTuple):
    """The correction of a stretch with its range."""

    at_epoch: Expanded
    at_start: Expanded
    largest_k: float
    """Over the stretch: drawing a bracket with it never understates the range."""
    unchecked: bool


def clock_results(inputs: Inputs, built: Built, adjustment: Adjustment) -> tuple[ClockResult, ...]:
    """The clock of every stretch of every recording."""
    stretches = [
        _stretch(built, adjustment, source, number)
        for source in inputs.sources
        for number in range(len(source.breaks) + 1)
    ]
    linked = [
        n
        for n, stretch in enumerate(stretches)
        if adjustment.estimable(stretch.correction) and adjustment.estimable(stretch.rate)
    ]
    agreeing = [n for n in linked if not adjustment.conflict(stretches[n].correction)]
    stated = _stated(adjustment, [stretches[n] for n in agreeing])
    results: dict[int, ClockResult] = {
        n: _clock_result(inputs, built, adjustment, stretches[n], own)
        for n, own in zip(agreeing, stated, strict=True)
    }
    for n, stretch in enumerate(stretches):
        if n not in linked:
            results[n] = _unlinked_clock(inputs, adjustment, stretch)
        elif n not in results:
            results[n] = _contested_clock(adjustment, stretch)
    return tuple(results[n] for n in range(len(stretches)))


def _stretch(built: Built, adjustment: Adjustment, source: SourceInput, number: int) -> _Stretch:
    start, end = source.stretches[number]
    times = observed_times(built, source, number)
    epoch = MediaTime((times[0].ns + times[-1].ns) // 2 if times else (start.ns + end.ns) // 2)
    correction = adjustment.correction_function(source.id, epoch.s, on_datum_scale=True)
    rate = adjustment.drift_function(source.id, relative_to_datum=True, stretch=number)
    return _Stretch(source, number, times, epoch, correction, rate)


def _stated(adjustment: Adjustment, stretches: Sequence[_Stretch]) -> list[_Stated]:
    """The corrections of linked stretches at their epochs and ends, stated together, which is
    quicker."""
    functions = []
    for stretch in stretches:
        name, last = stretch.source.id, MediaTime(stretch.end.ns - 1)
        functions.append(stretch.correction)
        for at in (stretch.start, last):
            functions.append(adjustment.correction_function(name, at.s, on_datum_scale=True))
    found = stated_together(adjustment, functions)
    return [
        _Stated(epoch, start, max(epoch.k, start.k, end.k), unchecked)
        for (epoch, unchecked), (start, _), (end, _) in zip(
            found[::3], found[1::3], found[2::3], strict=True
        )
    ]


def _unlinked_clock(inputs: Inputs, adjustment: Adjustment, stretch: _Stretch) -> ClockResult:
    hint = what_would_link(inputs, adjustment, stretch.source, stretch.number)
    return ClockResult(
        source=stretch.source.id, stretch=stretch.number, status="unconstrained", model=None,
        u_s=None, U95_s=None, k=None, is_reference=False, valid_from=stretch.start,
        valid_to=stretch.end, anchors=len(stretch.times),
        in_words=f"{stretch.place}: no link. {hint}", would_link=hint,
    )  # fmt: skip


def _clock_result(
    inputs: Inputs, built: Built, adjustment: Adjustment, stretch: _Stretch, stated: _Stated
) -> ClockResult:
    covariance = adjustment.covariance([stretch.correction, stretch.rate])
    at_epoch, times = stated.at_epoch, stretch.times
    model = ClockModel(
        source=stretch.source.id,
        stretch=stretch.number,
        epoch=stretch.epoch,
        reference=ReferenceTime(stretch.epoch.ns + round(at_epoch.value * 1e9)),
        drift=adjustment.value(stretch.rate),
        var_offset_s2=float(covariance[0, 0]),
        cov_offset_drift_s=float(covariance[0, 1]),
        var_drift=float(covariance[1, 1]),
        coverage_factor=stated.largest_k,
        observed=TimeRange(times[0], times[-1]) if times else None,
    )
    return ClockResult(
        source=stretch.source.id,
        stretch=stretch.number,
        status="unchecked" if stated.unchecked else "ok",
        model=model,
        u_s=at_epoch.u,
        U95_s=at_epoch.U,
        k=at_epoch.k,
        is_reference=stretch.source.id == adjustment.network.reference,
        valid_from=stretch.start,
        valid_to=stretch.end,
        anchors=len(times),
        in_words=_clock_words(inputs, built, adjustment, stretch, model, stated),
        unnoticed=adjustment.unnoticed(stretch.correction),
    )


def _contested_clock(adjustment: Adjustment, stretch: _Stretch) -> ClockResult:
    """A clock whose evidence disagrees: placed for looking, but no time is stated for it."""
    epoch, drift = stretch.epoch, adjustment.value(stretch.rate)
    model = None
    if abs(drift) < LARGEST_DRIFT:
        model = ClockModel(
            source=stretch.source.id, stretch=stretch.number, epoch=epoch,
            reference=ReferenceTime(epoch.ns + round(adjustment.value(stretch.correction) * 1e9)),
            drift=drift, var_offset_s2=adjustment.uncertain(stretch.correction).u ** 2,
            cov_offset_drift_s=0.0, var_drift=0.0, coverage_factor=Z95, observed=None,
        )  # fmt: skip
    contested = readings_of(adjustment.network).contested(stretch.correction)
    return ClockResult(
        source=stretch.source.id, stretch=stretch.number, status="conflict", model=model, u_s=None,
        U95_s=None, k=None, is_reference=False, valid_from=stretch.start, valid_to=stretch.end,
        anchors=len(stretch.times),
        in_words=_contested_words(stretch.place, contested, stretch.start), contested=contested,
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


def _clock_words(
    inputs: Inputs,
    built: Built,
    adjustment: Adjustment,
    stretch: _Stretch,
    model: ClockModel,
    stated: _Stated,
) -> str:
    """Where the stretch lies, what its burnt-in clock shows, its rate, and from what."""
    source, start, end = stretch.source, stretch.start, stretch.end
    datum = inputs.clock(inputs.datum or "").name
    parts = [
        f"{stretch.place}: begins at "
        f"{clock_range(model.to_reference(start), stated.at_start.U)} by {datum}."
    ]
    shown = _display_words(adjustment, source, model)
    if shown:
        parts.append(shown)
    prior = inputs.clock(source.clock).u_drift_ppm
    if model.u_drift_ppm < 0.5 * (prior if prior else 0.0):
        parts.append(f"Its clock {rate_in_words(model.drift, Z95 * math.sqrt(model.var_drift))}.")
    parts.append(f"From {from_what(built, source, model.stretch)}.")
    if stated.unchecked:
        parts.append("Little checks it: an unnoticed mistake could move it out of this range.")
    parts.append(
        f"Used from {format_clock(model.to_reference(start), 0)} to "
        f"{format_clock(model.to_reference(end), 0)}."
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
