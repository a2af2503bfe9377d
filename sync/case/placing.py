"""Where places of a case lie on one scale: the reference clock, or a recording's own time.

The range on a recording's own time is that of the *difference* between the place and the
recording, with the full covariance: what both share (a clock, a delay) cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.adjustment.inputs import SourceInput
from sync.adjustment.solution import ResultStatus
from sync.case.calculate import Calculation
from sync.errors import EvidenceError
from sync.evidence import Place
from sync.timebase import NS_PER_S

if TYPE_CHECKING:
    from sync.adjustment.network import Function
    from sync.adjustment.spots import Spot

_STEPS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A place on a scale. ``at_ns`` and ``U95_s`` are ``None`` where nothing can be stated."""

    status: ResultStatus
    at_ns: int | None = None
    """Nanoseconds on the scale: since midnight of day zero, or of the file's own timestamps."""
    U95_s: float | None = None
    reason: str = ""
    """Why there is no time."""

    @property
    def ends_ns(self) -> tuple[int, int] | None:
        """The 95 % range."""
        if self.at_ns is None or self.U95_s is None:
            return None
        half = round(self.U95_s * NS_PER_S)
        return self.at_ns - half, self.at_ns + half


def place_all(
    ready: Calculation, places: Sequence[Place], on: str | None = None
) -> tuple[Placed, ...]:
    """Every place on one scale.

    Parameters
    ----------
    on
        Id of a recording, for its own media time; ``None`` for the reference clock.

    Raises
    ------
    EvidenceError
        When there is no such recording.
    """
    source = None
    if on is not None:
        source = next((known for known in ready.inputs.sources if known.id == on), None)
        if source is None:
            raise EvidenceError(f"There is no recording {on!r} in this case.")
    return tuple(_place(ready, place, source) for place in places)


def _place(ready: Calculation, place: Place, source: SourceInput | None) -> Placed:
    from sync.adjustment.spots import find_spot, function_of, on_datum_scale

    if source is not None and place.source == source.id and place.time is not None:
        half_s = 0.0 if place.half is None else place.half.s
        return Placed(status="ok", at_ns=place.time.ns, U95_s=half_s)
    try:
        spot = find_spot(ready.inputs, ready.built, place)
    except EvidenceError as error:
        return Placed(status="unconstrained", reason=str(error))
    network = ready.built.network
    if place.displayed is not None and place.clock == ready.inputs.datum:
        # The reference clock needs no reading of its own to say what it showed.
        function: Function | None = network.instant(network.reference, place.displayed.s)
    else:
        function = function_of(network, spot)
    if function is None:
        return Placed(status="unconstrained", reason=f"nothing observed reaches {spot.full}")
    if source is not None:
        return _on_recording(ready, spot, function, source)
    adjustment = ready.adjustment
    if not adjustment.estimable(function):
        return Placed(status="unconstrained", reason=f"nothing observed links {spot.full}")
    shown = on_datum_scale(adjustment, function)
    return _stated(ready, spot, shown, adjustment.value(shown))


def _on_recording(
    ready: Calculation, spot: Spot, function: Function, source: SourceInput
) -> Placed:
    from sync.adjustment.network import Function

    adjustment, network = ready.adjustment, ready.built.network
    why = f"nothing observed links {spot.full} with {source.name}"
    for stretch, (start, end) in enumerate(source.stretches):
        tau_s = (start.s + end.s) / 2
        apart = function
        # T is a straight line of τ within a stretch, of slope 1 + d: every step leaves the
        # d-th part of the distance, so that eight bring any clock within a nanosecond.
        for _ in range(_STEPS):
            terms = network.correction(source.id, tau_s, stretch)
            apart = function - Function(tau_s, terms, {}, {})
            if not adjustment.estimable(apart):
                break
            tau_s += adjustment.value(apart)
        else:
            why = f"{spot.full} lies outside the footage of {source.name}"
            if start.s <= tau_s < end.s:
                return _stated(ready, spot, apart, tau_s)
    return Placed(status="unconstrained", reason=why)


def _stated(ready: Calculation, spot: Spot, function: Function, at_s: float) -> Placed:
    adjustment = ready.adjustment
    if bool(adjustment.contested.any()) and adjustment.conflict(function):
        why = f"the evidence for {spot.full} disagrees"
        return Placed(status="conflict", reason=why)
    stated = adjustment.uncertain(function).expanded()
    unchecked = adjustment.unchecked(function, spot.asked)
    return Placed(
        status="unchecked" if unchecked else "ok",
        at_ns=round(at_s * NS_PER_S),
        U95_s=stated.U,
    )
