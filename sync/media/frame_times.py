"""Which time each decoded frame has, where the file does not plainly say."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sync.media.facts import HealthNote
from sync.media.ticks import NO_TIME, furthest_tick, ticks_to_ns
from sync.timebase import MediaTime

_FAULTY_SHARE = 0.05
"""Share of backward steps above which written presentation times contradict the display order of
the whole file rather than jump here and there."""

_WRAP_STEP_S = 60
"""A clock that starts again passes from its end to 0 within an ordinary step; one that was set back
lands anywhere, and by chance within a minute of this once in 1,600 times."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameTimes:
    """Times of all frames in presentation order, and what had to be done to get them."""

    pts: NDArray[np.int64]
    time_ns: NDArray[np.int64]
    notes: tuple[HealthNote, ...]


def settle_times(
    *,
    pts: NDArray[np.int64],
    dts: NDArray[np.int64],
    time_base: Fraction,
    nominal_rate: Fraction,
    clock_ticks: int | None = None,
    times_written: bool = True,
) -> FrameTimes:
    """Presentation times from what decoder and packets say.

    Parameters
    ----------
    pts, dts
        (n,) ticks, :data:`NO_TIME` where absent: presentation time of each frame in the decoder's
        output order, and decoding time of the packet it came from.
    nominal_rate
        Used only for a stream without a single time in it.
    clock_ticks
        Where the container's clock starts again from 0; ``None`` for never.
    times_written
        Whether the container can store presentation times.

    Notes
    -----
    Written times are taken as they are, however often they jump back. Two kinds of file have none:

    * AVI with B-frames stores one slot a frame and no presentation times; FFmpeg's guess at them
      then contradicts the order in which the decoder shows the frames, all through the file. The
      k-th frame shown gets the k-th slot. So with an MP4 that could store presentation times but
      gives each frame its decoding time.
    * A raw stream has no times at all. Frame number ÷ claimed rate is all there is, and says so.
    """
    n = len(pts)
    pts, dts = _reckonable(pts, time_base), _reckonable(dts, time_base)
    absent = pts == NO_TIME
    slots = _slots(dts)
    # An MPEG clock may be set anywhere, and so may go back as often in decoding times.
    stated = times_written and (clock_ticks is not None or not np.array_equal(pts, dts))
    if n and slots is not None and (absent.all() or (not stated and _faulty(pts[~absent]))):
        note = HealthNote(
            code="missing-pts",
            at=None,
            detail="The file stores no presentation times that fit the order of its frames; "
            "times are those of the slots the frames are stored in.",
        )
        return FrameTimes(pts=slots, time_ns=ticks_to_ns(slots, time_base), notes=(note,))
    if n and absent.all():
        step = 1 / (nominal_rate * time_base)
        made = np.array([round(i * step) for i in range(n)], np.int64)
        note = HealthNote(
            code="missing-pts",
            at=None,
            detail="The file carries no times at all: frame times are frame number ÷ the claimed "
            f"{float(nominal_rate):.6g} a second, which nothing confirms.",
        )
        exact_ns = np.array([round(i * 1_000_000_000 / nominal_rate) for i in range(n)], np.int64)
        return FrameTimes(pts=made, time_ns=exact_ns, notes=(note,))
    if absent.any():
        return _fill(pts, absent, time_base)
    if clock_ticks is not None and n:
        return _counted_on(pts, time_base, clock_ticks)
    return FrameTimes(pts=pts, time_ns=ticks_to_ns(pts, time_base), notes=())


def _reckonable(ticks: NDArray[np.int64], time_base: Fraction) -> NDArray[np.int64]:
    """Timestamps that no clock can have written count as absent; nanoseconds would wrap round."""
    furthest = min(furthest_tick(time_base), np.iinfo(np.int64).max)
    return np.where((ticks > furthest) | (ticks < -furthest), NO_TIME, ticks)


def _counted_on(pts: NDArray[np.int64], time_base: Fraction, clock_ticks: int) -> FrameTimes:
    """Times of a clock that starts again from 0 after ``clock_ticks``.

    FFmpeg counts on by itself, once, and takes a clock that was set back for one that started
    again: 26.5 hours too late. So the ticks are taken as written, and counted on only where a
    step is short if they are. The first frame keeps FFmpeg's time, which its sound shares.
    """
    written = pts % clock_ticks
    steps = np.diff(written)
    short = round(_WRAP_STEP_S / time_base)
    ahead = steps + clock_ticks
    wraps = (steps < 0) & (ahead < short)
    back = (steps > 0) & (clock_ticks - steps < short)  # a late picture of before the wrap
    turns = np.concatenate(([0], np.cumsum(wraps.astype(np.int64) - back)))
    counted = written + turns * clock_ticks + (pts[0] - written[0])
    time_ns = ticks_to_ns(counted, time_base)
    notes = [
        HealthNote(
            code="wrap",
            at=MediaTime(int(time_ns[i + 1])),
            detail=f"The file's clock reaches its end and starts again from 0 at frame {i + 1}, as "
            f"it does every {float(clock_ticks * time_base) / 3600:.1f} hours: times are counted "
            "on.",
        )
        for i in np.flatnonzero(wraps).tolist()
    ]
    return FrameTimes(pts=written, time_ns=time_ns, notes=tuple(notes))


def _slots(dts: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Decoding times in rising order, or ``None`` when some are absent or repeated."""
    if (dts == NO_TIME).any():
        return None
    slots = np.sort(dts)
    return slots if np.all(np.diff(slots) > 0) else None


def _faulty(pts: NDArray[np.int64]) -> bool:
    steps = np.diff(pts)
    return len(steps) > 0 and float(np.mean(steps <= 0)) > _FAULTY_SHARE


def _fill(pts: NDArray[np.int64], absent: NDArray[np.bool_], time_base: Fraction) -> FrameTimes:
    """Times between known neighbours for the few frames that lack one."""
    number = np.arange(len(pts))
    known = np.flatnonzero(~absent)
    origin = int(pts[known[0]])
    steps = np.diff(pts[known])
    spread = np.diff(known)
    step = float(np.median(steps / spread)) if len(steps) else 0.0
    inside = np.interp(number, known, (pts[known] - origin).astype(np.float64))
    early, late = number < known[0], number > known[-1]
    inside[early] = (number[early] - known[0]) * step
    inside[late] = pts[known[-1]] - origin + (number[late] - known[-1]) * step
    filled = pts.copy()
    filled[absent] = np.rint(inside[absent]).astype(np.int64) + origin
    first = int(np.flatnonzero(absent)[0])
    note = HealthNote(
        code="missing-pts",
        at=None,
        detail=f"{int(absent.sum())} of {len(pts)} frames carry no time, the first is frame "
        f"{first}; theirs lie evenly between their neighbours'.",
    )
    return FrameTimes(pts=filled, time_ns=ticks_to_ns(filled, time_base), notes=(note,))
