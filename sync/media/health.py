"""What is wrong, or at least unusual, with a recording's timing, in words an examiner can use."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sync.media.facts import HealthNote
from sync.media.frame_index import FrameIndex
from sync.media.frame_types import StreamEnd
from sync.media.timing import DISCONTINUITY, NTSC, gap_limit, is_set, measured_rate
from sync.timebase import NS_PER_S, Duration, MediaTime

_LISTED = 20
"""Notes of one kind listed one by one; the rest is counted."""

_RATE_PPM = 400.0
"""A claimed rate this far from the measured one is another rate: half of what tells 29.97 from 30,
and four times what any recorder's clock drifts."""


_SOUND_BLOCK_NS = 60_000_000
"""The longest block that common sound codecs end in (AAC 64 ms at 16 kHz, AMR 20 ms)."""


def is_variable(time_ns: NDArray[np.int64], time_base: Fraction) -> bool:
    """Whether frame intervals differ by more than the time base's rounding, gaps aside."""
    steps = np.diff(time_ns)
    steps = steps[steps > 0]
    if len(steps) < 2:
        return False
    usual = float(np.median(steps))
    rounding = 1.5 * float(time_base) * NS_PER_S
    near = steps[steps <= gap_limit(steps)]
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
    notes += _rate_mismatch(index, nominal_rate, variable)
    return tuple(notes)


def _ms(ns: float) -> str:
    return f"{ns / 1e6:.4g}"


def _gaps(
    time_ns: NDArray[np.int64], steps: NDArray[np.int64], positive: NDArray[np.int64]
) -> list[HealthNote]:
    usual = float(np.median(positive))
    found = np.flatnonzero(steps > gap_limit(positive))
    set_on = is_set(steps, int(usual))
    notes = []
    for i in found[:_LISTED].tolist():
        lost = round(float(steps[i]) / usual) - 1
        jump = bool(set_on[i])
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
        far = -steps[i] >= DISCONTINUITY.ns
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
    index: FrameIndex, nominal_rate: Fraction | None, variable: bool
) -> list[HealthNote]:
    measured = measured_rate(index)
    if nominal_rate is None or nominal_rate <= 0 or variable or measured is None:
        return []
    excess_ppm, half_ppm = measured.against(nominal_rate)
    if abs(excess_ppm) <= _RATE_PPM + half_ppm:
        return []
    detail = (
        f"The file claims {float(nominal_rate):.6g} frames a second; its frame times say "
        f"{measured.per_s:.6g}. Times are taken from the frames."
    )
    if measured.is_ntsc_of(nominal_rate) is not None:
        detail += (
            " The two differ as 29.97 and 30 do (3.6 s an hour): somebody took one for the other, "
            "and which of them kept real time only a clock check can show."
        )
    return [HealthNote(code="rate-mismatch", at=None, detail=detail)]


def conformed_note(picture: Duration, sound: Duration, interval: Duration) -> list[HealthNote]:
    """A note when picture and sound of one file last as 29.97 to 30.

    Parameters
    ----------
    picture, sound
        How long each lasts.
    interval
        Usual interval of the frames: both may end that much and a coded block of sound apart.
    """
    if min(picture.ns, sound.ns) <= 0:
        return []
    slack = (2 * interval.ns + _SOUND_BLOCK_NS) / sound.ns
    excess = picture.ns / sound.ns - 1
    off = float(1 / NTSC - 1)
    if slack > off / 3 or abs(abs(excess) - off) > slack:
        return []
    longer = "longer" if excess > 0 else "shorter"
    return [
        HealthNote(
            code="rate-mismatch",
            at=None,
            detail=f"The pictures last {picture.s:.2f} s, {abs(excess) * 100:.2f} % {longer} than "
            f"the sound ({sound.s:.2f} s), as 29.97 and 30 a second differ: one of the two was "
            "converted without the other, and they drift apart by 3.6 s an hour.",
        )
    ]


def interlaced_note(index: FrameIndex) -> tuple[HealthNote, ...]:
    """That frames hold two fields, and which of them was seen first."""
    if index.interlaced is None or not index.interlaced.any():
        return ()
    first = int(np.flatnonzero(index.interlaced)[0])
    order = {
        "top": "the top field (with the topmost line) was seen first",
        "bottom": "the bottom field was seen first",
    }.get(index.field_order or "", "the file does not say which of them was seen first")
    return (
        HealthNote(
            code="interlaced",
            at=MediaTime(int(index.time_ns[first])),
            detail=f"{int(index.interlaced.sum())} of {len(index)} frames are interlaced: each "
            f"holds two fields, seen half an interval apart; {order}. Bounds of marks reach to the "
            "second field.",
        ),
    )


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
                f"or rest on one that was ({_ranges(damaged.tolist())}): what they show may be "
                "wrong.",
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
