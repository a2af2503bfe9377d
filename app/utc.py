"""UTC, where somebody observed it: which clock of a case it is, and its tie to the reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.case.case import Case, Clock
from sync.clock import ClockModel
from sync.timebase import MediaTime, ReferenceTime
from sync.uncertainty import Z95

if TYPE_CHECKING:
    from sync.case.calculate import Calculation

NOT_OBSERVED = (
    "No time is stated in UTC: no clock of this case was held against UTC. "
    "Clocks → Clock check … adds it, with UTC as the clock it was held against."
)
_WHY = {
    "never read": NOT_OBSERVED,
    "no link": "No time is stated in UTC: nothing observed ties UTC to the reference clock.",
    "conflict": "No time is stated in UTC: the evidence about it disagrees.",
}


@dataclass(frozen=True, slots=True)
class Utc:
    """What UTC was at a reference time, or why nobody can say."""

    model: ClockModel | None = None
    """UTC as its media time; ``None`` where there is no tie."""
    why_not: str = NOT_OBSERVED


def utc_clock(case: Case) -> Clock | None:
    """The clock of the case that is UTC: its name begins with the word."""
    return next((c for c in case.clocks if c.name.casefold().split()[:1] == ["utc"]), None)


def utc_of(case: Case, ready: Calculation | None) -> Utc:
    """The tie of UTC to the reference clock, as calculated."""
    clock = utc_clock(case)
    if clock is None or ready is None:
        return Utc()
    if clock.id == case.datum:
        return Utc(_ITSELF, "")
    from sync.adjustment.other_clock import other_clock  # late: all of scipy

    found = other_clock(ready.adjustment, clock.id)
    return Utc(why_not=_WHY[found]) if isinstance(found, str) else Utc(found, "")


_ITSELF = ClockModel(
    source="", stretch=0, epoch=MediaTime(0), reference=ReferenceTime(0), drift=0.0,
    var_offset_s2=0.0, cov_offset_drift_s=0.0, var_drift=0.0, coverage_factor=Z95, observed=None,
)  # fmt: skip
"""Where the reference clock is UTC, its times are."""
