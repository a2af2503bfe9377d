"""What is wrong, or at least unusual, with a recording's timing, in words an examiner can use."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sync.media.facts import HealthNote
from sync.media.frame_index import FrameIndex
from sync.media.frame_types import StreamEnd
from sync.timebase import NS_PER_S, MediaTime

_LISTED = 20
"""Notes of one kind listed one by one; the rest is counted."""

_GAP_FACTOR = 2.5
"""An interval this many times the usual one is a gap. Double intervals (40 and 80 ms) are what a
variable rate is made of, with nothing missing."""

_DISCONTINUITY_NS = 10 * NS_PER_S
"""A step back this long, or forth a hundred times the interval and this long, is another clock."""


def is_variable(time_ns: NDArray[np.int64], time_base: Fraction) -> bool:
    """Whether frame intervals differ by more than the time base's rounding, gaps aside."""
    steps = np.diff(time_ns)
    steps = steps[steps > 0]
    if len(steps) < 2:
        return False
    usual = float(np.median(steps))
    rounding = 1.5 * float(time_base) * NS_PER_S
    near = steps[steps <= _gap_limit(steps)]
    off = np.abs(near - usual) > max(rounding, 0.05 * usual)
    return bool(np.mean(off) > 0.01)


def timing_notes(index: FrameIndex, nominal_rate: Fraction | None) -> tuple[HealthNote, ...]:
    """Gaps, steps back, equal times, a variable rate and a rate that is not the claimed one."""
    time_ns = index.time_ns
    if len(time_ns) < 2:
        return ()
    steps = np.diff(time_ns)
    positive = steps[steps > 0]
    notes = [*_backward(time_ns, steps), *_equal(time_ns, steps)]
    if not len(positive):
        return tuple(notes)
    notes += _gaps(time_ns, steps, positive)
    variable = is_variable(time_ns, index.time_base)
    if variable:
        low, mid, high = (_ms(q) for q in np.quantile(positive, (0.05, 0.5, 0.95)))
        notes.append(
            HealthNote(
                code="variable-rate",
                at=None,
                detail=f"Frames come at unequal intervals (5 % below {low}, half below {mid}, 95 % "
                f"below {high} ms): frame number ÷ rate is not a time in this file.",
            )
        )
    notes += _rate_mismatch(positive, nominal_rate, variable)
    return tuple(notes)


def _ms(ns: float) -> str:
    return f"{ns / 1e6:.4g}"


def _gap_limit(positive: NDArray[np.int64]) -> float:
    return max(_GAP_FACTOR * float(np.median(positive)), 1.5 * float(np.quantile(positive, 0.95)))


def _gaps(
    time_ns: NDArray[np.int64], steps: NDArray[np.int64], positive: NDArray[np.int64]
) -> list[HealthNote]:
    usual = float(np.median(positive))
    found = np.flatnonzero(steps > _gap_limit(positive))
    notes = []
    for i in found[:_LISTED].tolist():
        lost = round(float(steps[i]) / usual) - 1
        jump = steps[i] >= max(_DISCONTINUITY_NS, 100 * usual)
        notes.append(
            HealthNote(
                code="discontinuity" if jump else "gap",
                at=MediaTime(int(time_ns[i])),
                detail=f"No picture for {steps[i] / NS_PER_S:.3f} s after frame {i} (about {lost} "
                "missing)" + (": the recorder paused, or its clock was set." if jump else "."),
            )
        )
    return notes + _rest(found, "gap", "more gaps")


def _backward(time_ns: NDArray[np.int64], steps: NDArray[np.int64]) -> list[HealthNote]:
    found = np.flatnonzero(steps < 0)
    notes = []
    for i in found[:_LISTED].tolist():
        far = -steps[i] >= _DISCONTINUITY_NS
        notes.append(
            HealthNote(
                code="discontinuity" if far else "backward",
                at=MediaTime(int(time_ns[i])),
                detail=f"The file's clock goes back {-steps[i] / NS_PER_S:.3f} s after frame {i}: "
                "times before and after are not of one unbroken clock.",
            )
        )
    return notes + _rest(found, "backward", "more steps back")


def _equal(time_ns: NDArray[np.int64], steps: NDArray[np.int64]) -> list[HealthNote]:
    found = np.flatnonzero(steps == 0)
    if not len(found):
        return []
    return [
        HealthNote(
            code="backward",
            at=MediaTime(int(time_ns[found[0]])),
            detail=f"{len(found)} frames carry the same time as the frame before them, the first "
            f"is frame {found[0] + 1}.",
        )
    ]


def _rest(found: NDArray[np.int64], code: str, what: str) -> list[HealthNote]:
    more = len(found) - _LISTED
    return [HealthNote(code=code, at=None, detail=f"{more} {what}.")] if more > 0 else []


def _rate_mismatch(
    positive: NDArray[np.int64], nominal_rate: Fraction | None, variable: bool
) -> list[HealthNote]:
    if nominal_rate is None or nominal_rate <= 0 or variable:
        return []
    measured = NS_PER_S / float(np.median(positive))
    if abs(measured / float(nominal_rate) - 1) <= 0.01:
        return []
    return [
        HealthNote(
            code="rate-mismatch",
            at=None,
            detail=f"The file claims {float(nominal_rate):.4g} frames a second; its frame times "
            f"say {measured:.4g}. Times are taken from the frames.",
        )
    ]


def damage_notes(index: FrameIndex, end: StreamEnd, frames_claimed: int) -> tuple[HealthNote, ...]:
    """Frames decoded with errors, packets not decoded at all, and an early end of the file."""
    notes: list[HealthNote] = []
    damaged = np.flatnonzero(index.damaged) if index.damaged is not None else np.empty(0, np.int64)
    if len(damaged):
        first = int(damaged[0])
        notes.append(
            HealthNote(
                code="damaged",
                at=MediaTime(int(index.time_ns[first])),
                detail=f"{len(damaged)} of {len(index)} frames were decoded with errors "
                f"({_ranges(damaged.tolist())}): what they show may be wrong.",
            )
        )
    if end.undecodable:
        notes.append(
            HealthNote(
                code="damaged",
                at=None,
                detail=f"{len(end.undecodable)} stored pictures could not be decoded and are "
                f"absent (number in file order: {_ranges(end.undecodable)}).",
            )
        )
    short = frames_claimed - len(end.packets)
    if end.read_error is not None or short > 0:
        why = f"{short} of {frames_claimed} pictures it announces are not there"
        if short <= 0:
            why = f"reading stopped with “{end.read_error}”"
        last = MediaTime(int(index.time_ns[-1])) if len(index) else None
        notes.append(
            HealthNote(code="truncated", at=last, detail=f"The file ends too early: {why}.")
        )
    return tuple(notes)


def _ranges(numbers: Sequence[int], most: int = 8) -> str:
    """``3–7, 12, 40–41 …`` from rising numbers."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [f"{a}" if a == b else f"{a}–{b}" for a, b in runs[:most]]
    return ", ".join(shown) + (" …" if len(runs) > most else "")
