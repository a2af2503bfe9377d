"""Limits of a burnt-in clock from the pictures at which its seconds roll over.

Where the display goes from R - 1 to R between two pictures, its clock c(t) passed R between them:
c(before) < R ≤ c(after). Frame rates and whole seconds are commensurate, so every roll-over of a
recording often sees the same phase: averaging over n of them would claim √n too much. What holds
is the intersection of their intervals, found by linear programmes (``estimation.md`` §9).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LONGEST_GAP_S = 1.0
"""Two readable pictures further apart than this do not hold one roll-over between them for sure."""
_SLACK_S = 1e-6
"""A roll-over that needs more than this to agree with the others is rejected (the solver's own
tolerance is 1e-7)."""
_ANY_RATE = 0.5
"""Stands for "any rate at all", and keeps every limit finite."""
_FEW, _FEW_PART = 2, 0.1
"""More roll-overs than this, and than this part of them, are not lost to the drift prior: in a clip
of 40 s a rate wrong by 1001/1000 moves the phase by just one picture, which without this rule is
taken for misread roll-overs and holds the truth in only 72 of 100 clips (benchmarks.rollover)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloverLimits:
    """What a burnt-in clock showed more than the file's own time, at one media time.

    All in seconds; the clock showed ``at_s + value_s`` at media time ``at_s``.
    """

    at_s: float
    low_s: float
    high_s: float
    """Hard limits: nothing outside is consistent with the roll-overs used."""
    drift_low: float
    drift_high: float
    """Limits of the displayed clock's rate against the file's, dimensionless (prior included)."""
    used: int
    """Roll-overs that count; 0 where none was in view and only whole seconds are known."""
    rejected: tuple[int, ...]
    """Picture numbers (of the later picture) of roll-overs that agree with no others."""
    rate_alarm: bool
    """File and displayed clock disagree in rate beyond 5 u of the drift prior: it was released."""

    @property
    def value_s(self) -> float:
        """Middle of the limits."""
        return (self.low_s + self.high_s) / 2

    @property
    def half_s(self) -> float:
        """Half the width of the limits: rectangular, whatever the number of roll-overs."""
        return max((self.high_s - self.low_s) / 2, 1e-6)

    @property
    def u_s(self) -> float:
        """Standard uncertainty, half/√3."""
        return self.half_s / math.sqrt(3)

    @property
    def U95_s(self) -> float:
        """Half the 95 % range of a rectangular quantity."""
        return 0.95 * self.half_s


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloverReadings:
    """The same knowledge as one or two readings for the clock network.

    Each reading is (media time, displayed time, own rectangular half), all in seconds; two share
    one rectangular quantity of value 0 and half ``shared_half_s`` (the phase that every roll-over
    sees alike), a single one has none. As evidence: a ``Reading`` each, with granularity twice its
    own half, ``truncates=False`` and the key of one ``Delay`` that holds the shared quantity.
    """

    readings: tuple[tuple[float, float, float], ...]
    shared_half_s: float


def rollover_limits(
    pts_s: Sequence[float] | Array,
    readings: Sequence[int | None],
    at_s: float,
    *,
    jitter_s: float = 0.0,
    u_drift: float | None = 1e-4,
    guard: float = 0.10,
) -> RolloverLimits | None:
    """Limits of displayed minus media time at ``at_s``.

    Parameters
    ----------
    pts_s
        Presentation times of the pictures, increasing, shape (n,), seconds.
    readings
        Whole seconds read from each picture (across midnight they go on: 86 400 and up); ``None``
        where it could not be read.
    at_s
        Media time to state the limits for.
    jitter_s
        Largest difference between a picture's stated and true time.
    u_drift
        Prior standard uncertainty of the rate, dimensionless; ``None`` unknown, 0 the same rate.
    guard
        Part of the median picture interval by which intervals must overlap to agree: a misread
        picture next to a roll-over would otherwise make two that merely touch agree.

    Returns
    -------
    RolloverLimits or None
        ``None`` when not one picture could be read.

    Raises
    ------
    ValueError
        When times and readings are not of one length, or times do not increase.
    """
    brackets = _find_brackets(np.asarray(pts_s, dtype=float), readings, jitter_s, guard)
    if brackets is None:
        return None
    kept, alarm, limit = _agreeing(brackets, u_drift)
    low_s, high_s = kept.limits_at(at_s, limit)
    drift_low, drift_high = kept.drift_limits(limit)
    gone = set(brackets.picture.tolist()) - set(kept.picture.tolist())
    return RolloverLimits(
        at_s=at_s, low_s=low_s, high_s=high_s, drift_low=drift_low, drift_high=drift_high,
        used=len(kept.picture) if brackets.rolled else 0, rejected=tuple(sorted(gone)),
        rate_alarm=alarm,
    )  # fmt: skip


def rollover_readings(
    pts_s: Sequence[float] | Array,
    readings: Sequence[int | None],
    *,
    jitter_s: float = 0.0,
    u_drift: float | None = 1e-4,
    guard: float = 0.10,
) -> RolloverReadings | None:
    """The roll-overs as readings for the network (parameters as in :func:`rollover_limits`).

    Two, up to a third of the span on either side of its middle, where the roll-overs limit the rate
    better than its prior does, then *without* the prior, which the network has already; otherwise
    one. The standard uncertainties of their mean and of their difference are those of the limits.
    """
    brackets = _find_brackets(np.asarray(pts_s, dtype=float), readings, jitter_s, guard)
    if brackets is None:
        return None
    kept, _, limit = _agreeing(brackets, u_drift)
    middle_s = kept.middle_s
    drift_low, drift_high = kept.drift_limits(_ANY_RATE)
    if not drift_high - drift_low < 2 * limit:
        low_s, high_s = kept.limits_at(middle_s, limit)
        at = (middle_s, middle_s + (low_s + high_s) / 2, (high_s - low_s) / 2)
        return RolloverReadings(readings=(at,), shared_half_s=0.0)
    low_s, high_s = kept.limits_at(middle_s, _ANY_RATE)
    drift = (drift_low + drift_high) / 2
    # Nearer to the middle where the rate is known worse than the offset: further out, what two
    # independent readings say of the rate would leave their mean too uncertain.
    third_s = min(2 * kept.half_span_s / 3, (high_s - low_s) / (drift_high - drift_low))
    own_half_s = (drift_high - drift_low) * third_s / math.sqrt(2)
    shared_s = math.sqrt(max(((high_s - low_s) / 2) ** 2 - own_half_s**2 / 2, 1e-12))
    return RolloverReadings(
        readings=tuple(
            (middle_s + by, middle_s + by + (low_s + high_s) / 2 + drift * by, own_half_s)
            for by in (-third_s, third_s)
        ),
        shared_half_s=shared_s,
    )


# -- from pictures to intervals -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Brackets:
    """Intervals  low ≤ c(after) - after,  c(before) - before ≤ high  on a straight line c.

    Corrections count from ``base_s`` and media times from ``middle_s`` in half spans, so that the
    programmes' coefficients are of order 1.
    """

    before: Array
    after: Array
    low: Array
    high: Array
    guard: Array
    picture: NDArray[np.int64]
    base_s: float
    middle_s: float
    half_span_s: float
    rolled: bool
    """False: whole seconds only, no roll-over was in view."""

    def only(self, which: NDArray[np.bool_]) -> _Brackets:
        parts = (self.before, self.after, self.low, self.high, self.guard)
        before, after, low, high, guard = (part[which] for part in parts)
        return _Brackets(
            before, after, low, high, guard, self.picture[which], self.base_s, self.middle_s,
            self.half_span_s, self.rolled,
        )  # fmt: skip

    def slacks(self, limit: float) -> Array:
        """By how much each interval, less its guard, must give way so that all agree: the least
        sum (L1), so that most do not give way at all. Rates within ± ``limit``."""
        n = len(self.low)
        give = -np.eye(n)
        ones = np.ones(n)
        upper = np.column_stack([ones, self.before, give])
        lower = np.column_stack([-ones, -self.after, give])
        bounds = [(None, None), self._rate(limit), *[(0.0, None)] * n]
        found = _solve(
            np.r_[0.0, 0.0, ones], np.vstack([upper, lower]),
            np.r_[self.high - self.guard, -(self.low + self.guard)], bounds,
        )  # fmt: skip
        return found[2:]

    def extremes(self, direction: Array, limit: float) -> tuple[float, float]:
        """Least and greatest ``direction`` · (offset, rate · half span) all intervals allow."""
        ones = np.ones(len(self.low))
        design = np.vstack(
            [np.column_stack([ones, self.before]), -np.column_stack([ones, self.after])]
        )
        bounds = [(None, None), self._rate(limit)]
        most = np.r_[self.high, -self.low] + _SLACK_S  # what was tolerated as agreeing
        ends = [_solve(sign * direction, design, most, bounds) for sign in (1.0, -1.0)]
        return float(direction @ ends[0]), float(direction @ ends[1])

    def limits_at(self, at_s: float, limit: float) -> tuple[float, float]:
        """Least and greatest displayed minus media time at a media time."""
        low, high = self.extremes(np.array([1.0, (at_s - self.middle_s) / self.half_span_s]), limit)
        return self.base_s + low, self.base_s + high

    def drift_limits(self, limit: float) -> tuple[float, float]:
        """Least and greatest rate."""
        low, high = self.extremes(np.array([0.0, 1.0]), limit)
        return low / self.half_span_s, high / self.half_span_s

    def _rate(self, limit: float) -> tuple[float, float]:
        return -limit * self.half_span_s, limit * self.half_span_s


def _solve(
    cost: Array,
    design: Array,
    most: Array,
    bounds: Sequence[tuple[float | None, float | None]],
) -> Array:
    """argmin cost·x with design·x ≤ most."""
    from scipy.optimize import linprog

    found = linprog(cost, A_ub=design, b_ub=most, bounds=bounds, method="highs")
    if found.x is None:
        raise ArithmeticError(f"the linear programme has no solution: {found.message}")
    return np.asarray(found.x, dtype=float)


def _agreeing(brackets: _Brackets, u_drift: float | None) -> tuple[_Brackets, bool, float]:
    """The intervals that agree, whether their rate is an alarm, and the limit of the rate.

    The rate is fitted freely first. The prior is given up where no rate within 5 u_d fits what then
    agrees, or where holding to it would cost many of the roll-overs.
    """
    free = brackets.only(brackets.slacks(_ANY_RATE) <= _SLACK_S)
    if u_drift is None:
        return free, False, _ANY_RATE
    drift_low, drift_high = free.drift_limits(_ANY_RATE)
    nearest = max(drift_low, -drift_high, 0.0)
    limit = 3 * u_drift if nearest <= 3 * u_drift else 5 * u_drift
    held = brackets.only(brackets.slacks(limit) <= _SLACK_S)
    lost = len(free.picture) - len(held.picture)
    if nearest > 5 * u_drift or lost > max(_FEW, _FEW_PART * len(brackets.picture)):
        return free, True, _ANY_RATE
    return held, False, limit


def _find_brackets(
    pts_s: Array, readings: Sequence[int | None], jitter_s: float, guard: float
) -> _Brackets | None:
    """The interval of every roll-over; where there is none, of every run of one reading."""
    if pts_s.shape != (len(readings),):
        raise ValueError(f"{len(readings)} readings for times of shape {pts_s.shape}")
    if np.any(np.diff(pts_s) <= 0):
        raise ValueError("presentation times must increase")
    number, shown = _trusted(readings)
    if len(number) == 0:
        return None
    at = pts_s[number]
    rolled = (np.diff(shown) == 1) & (np.diff(at) <= LONGEST_GAP_S)
    if rolled.any():
        before, after = at[:-1][rolled], at[1:][rolled]
        reached = passed = shown[1:][rolled]
        picture = number[1:][rolled]
    else:
        starts = np.flatnonzero(np.r_[True, np.diff(shown) != 0])
        ends = np.r_[starts[1:] - 1, len(shown) - 1]
        after, before = at[starts], at[ends]
        reached, passed = shown[starts], shown[starts] + 1
        picture = number[starts]
    low, high = reached - after - jitter_s, passed - before + jitter_s
    base_s = float(np.median((low + high) / 2))
    first, last = min(before.min(), after.min()), max(before.max(), after.max())
    half_span_s = max(float(last - first) / 2, 1.0)
    middle_s = float(first + last) / 2
    typical_s = float(np.median(np.diff(pts_s))) if len(pts_s) > 1 else 0.0
    return _Brackets(
        before=(before - middle_s) / half_span_s,
        after=(after - middle_s) / half_span_s,
        low=low - base_s,
        high=high - base_s,
        # Of pictures at irregular intervals some are close together: never ask for most of theirs.
        guard=np.minimum(guard * typical_s, (high - low) / 4),
        picture=picture,
        base_s=base_s,
        middle_s=middle_s,
        half_span_s=half_span_s,
        rolled=bool(rolled.any()),
    )


def _trusted(readings: Sequence[int | None]) -> tuple[NDArray[np.int64], Array]:
    """Numbers and readings of the pictures whose reading is the median of the five around it.

    The window is over readable pictures and always centred (shorter at the ends), so that the
    median of a clock that only goes on is the reading itself. A picture that differs was misread:
    what it showed is not known, so it counts as unread rather than as the median.
    """
    number = np.array([i for i, value in enumerate(readings) if value is not None], dtype=np.int64)
    shown = np.array([value for value in readings if value is not None], dtype=float)
    n = len(shown)
    if n < 3:
        return number, shown
    median = shown.copy()
    median[1:-1] = np.median(np.column_stack([shown[:-2], shown[1:-1], shown[2:]]), axis=1)
    if n >= 5:
        windows = np.lib.stride_tricks.sliding_window_view(shown, 5)
        median[2:-2] = np.median(windows, axis=1)
    same = median == shown
    return number[same], shown[same]
