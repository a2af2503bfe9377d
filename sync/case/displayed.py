"""How fast a recording's own times run against the clock seen in its pictures, from its readings.

Nothing is fitted: each reading limits what the clock showed more than the file's time, and two
readings limit the rate between them. What all pairs allow is returned, however many there are; the
adjustment, which also knows priors and delays, is another thing and says more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sync.case.case import Case
from sync.evidence import Reading, takes_part
from sync.timebase import NS_PER_S, Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayedRate:
    """Rate of a displayed clock against a recording's presentation times."""

    clock: str
    """Id of the clock that was read."""
    readings: int
    span: Duration
    """From the first to the last of them."""
    low_ppm: float
    high_ppm: float
    """Hard limits, displayed against media − 1. ``low_ppm > high_ppm``: no one rate fits all
    readings: the clock was set, or one of them is wrong."""

    @property
    def agrees(self) -> bool:
        """Whether one rate fits all readings."""
        return self.low_ppm <= self.high_ppm


def displayed_rates(case: Case, source: str) -> tuple[DisplayedRate, ...]:
    """One for each clock that was read at two or more times of ``source``.

    A reading limits displayed − media to [R − latest, R + g − earliest], g its granularity (R ± g/2
    where it rounds). A rate r fits all where, for every i < j, the difference of their limits lies
    within r·(t_j − t_i): exact for a line, as each pair alone bounds it (Helly).
    """
    clocks = sorted({r.clock for r in _readings(case, source)})
    found = (_rate(clock, [r for r in _readings(case, source) if r.clock == clock])
             for clock in clocks)  # fmt: skip
    return tuple(rate for rate in found if rate is not None)


def _readings(case: Case, source: str) -> list[Reading]:
    return [
        item
        for item in case.evidence
        if isinstance(item, Reading)
        and item.source == source
        and item.stream == "picture"
        and takes_part(item)
    ]


def _rate(clock: str, readings: list[Reading]) -> DisplayedRate | None:
    readings = sorted(readings, key=lambda reading: reading.latest.ns)
    origin, shown = readings[0].latest.ns, readings[0].displayed.ns
    at, low, high = (np.empty(len(readings)) for _ in range(3))
    for i, one in enumerate(readings):
        less = 0 if one.truncates else one.granularity.ns // 2
        more = one.granularity.ns - less
        at[i] = one.latest.ns - origin
        low[i] = one.displayed.ns - less - shown - (one.latest.ns - origin)
        high[i] = one.displayed.ns + more - shown - (one.earliest.ns - origin)
    apart = at[None, :] - at[:, None]
    later = apart > 0
    if not later.any():
        return None
    slowest = np.where(later, (low[None, :] - high[:, None]) / np.where(later, apart, 1), -np.inf)
    fastest = np.where(later, (high[None, :] - low[:, None]) / np.where(later, apart, 1), np.inf)
    return DisplayedRate(
        clock=clock,
        readings=len(readings),
        span=Duration(int(at[-1] - at[0]) // NS_PER_S * NS_PER_S),
        low_ppm=float(slowest.max()) * 1e6,
        high_ppm=float(fastest.min()) * 1e6,
    )
