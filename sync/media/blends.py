"""Which frames are mixtures of two pictures a camera took: traces of a rate conversion.

A converter that makes q frames from p pictures (p < q: 25 a second into 30) by blending puts frame
k at place s = k·p/q between pictures ⌊s⌋ and ⌊s⌋ + 1 and mixes the two: (1 − f)·A + f·B with
f = s − ⌊s⌋. Frames where s is whole are pictures, the others never existed.

So q + 1 frames from one whole s to the next hold only p + 1 pictures: they lie in a space of p + 1
dimensions that is known beforehand, and what sticks out of it is coding noise alone. The same
q + 1 frames begun elsewhere, or of a recording that was not converted, stick out by everything
that moves. Hence the test: a residual that dips every q frames, each time far below that of the
windows between. A fade, a slow or smooth movement and noise leave every window alike and make no
dip, however well each frame agrees with the mean of its neighbours.

One blended frame by itself is not claimed: a lamp that lights during one exposure looks the same.
Nor is it seen where fewer frames are made than there were pictures (30 into 25), where the ratio
is not p/q with q ≤ 6 (24 into 25), or where two pictures are averaged into each frame.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, gcd

import cv2
import numpy as np
from numpy.typing import NDArray

from sync.media.facts import HealthNote
from sync.timebase import MediaTime

RATIOS: tuple[tuple[int, int], ...] = tuple(
    (p, q) for q in range(2, 7) for p in range(1, q) if gcd(p, q) == 1
)
"""(pictures, frames) of the conversions looked for, q ≤ 6: the test of p = q − 1 weighs the frames
as their q-th difference, whose largest weight against the coding noise doubles with each q."""

_WINDOW = max(q for _, q in RATIOS) + 1
_EVERY = 2
"""Every second row and column of the 160×90 is looked at: a quarter of the cost, cells enough."""

_MOVED_LEVELS = 24
"""Range of a cell over a window that is movement: four times the change of an ordinary repeat."""

_LEAST_CELLS = 6
"""Moving cells without which a window says nothing."""

_DIP = 0.6
"""A window's residual against that of the windows between, at most. Measured through x264 at crf
23: 0.2–0.3 for blends; around 1 for recordings without."""

_DEPTH = 0.37
"""The same for all windows of a stretch. A coder that makes every second frame of slow movement
nearly out of its neighbours comes to 0.43 at crf 23."""

_LEAST_LEVELS = 4.0
"""Residual of the windows between, grey levels, below which dips say nothing: what moves so little
or so evenly looks the same blended or not, and coders leave 1 to 3 levels of their own, more in
every second frame than in the others."""

_COPY = 0.03
"""A step this small against the window's mean (squares) repeats the frame before: in a blend every
step moves on by p/q of a picture. Repeats have rhythms of their own and are no blends."""

_MIDDLE = _WINDOW // 2
_STALL = 0.05
"""A step this small against the smaller of the steps on both its sides (squares) is a repeat."""
_STALLED = 2
_LEAST_STALLS, _STALL_SHARE = 8, 0.02
"""Stalls without which none counts, and their share of the steps where something moves. Recordings
without repeats have up to 0.5 % of chance ones, drawn ones whose things move by whole pixels 4 %;
24 put into 25 has 4 %."""
_EVEN_SHARE = 0.7
"""Share of the intervals between stalls that must be k or k + 1 frames. Repeats have 0.9 and more,
chance stalls at most 0.2."""

_LEAST_DIPS = 6
_LEAST_FRAMES = 24
"""Dips in a row, and frames they span, without which nothing is claimed: at one chance in ten each,
six in a row come up once in a million windows. A lamp that blinks hits one of two phases six times
in a row too easily, but not twelve times."""

_LAPSES = 2
"""Windows in a row that may fail between two stretches of dips of one rhythm."""


def _leftover(p: int, q: int) -> NDArray[np.float32]:
    """(q − p, 7) rows that are orthogonal to all blends of p + 1 pictures, on q + 1 frames."""
    place = np.arange(q + 1) * p / q
    left = np.minimum(place.astype(np.int64), p - 1)
    weights = np.zeros((q + 1, p + 1))
    weights[np.arange(q + 1), left] += 1 - (place - left)
    weights[np.arange(q + 1), left + 1] += place - left
    full = np.linalg.svd(weights)[0]
    rows = np.zeros((q - p, _WINDOW), np.float32)
    rows[:, : q + 1] = full[:, p + 1 :].T
    return rows


_ROWS = np.concatenate([_leftover(p, q) for p, q in RATIOS])
_FIRST_ROW = np.cumsum([0, *(q - p for p, q in RATIOS[:-1])])
_LAST_STEP = np.array([q - 1 for _, q in RATIOS])
_ROW_COUNT = np.array([q - p for p, q in RATIOS], np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blends:
    """The blended frames of a recording."""

    reach: NDArray[np.uint8]
    """(n,) 0: a picture. Otherwise how many frames away at most the pictures lie that are mixed in
    this frame: ⌈q/p⌉."""
    ratio: tuple[int, int] | None
    """(pictures, frames) of the conversion most frames stem from; ``None`` without any."""
    stalls: NDArray[np.bool_]
    """(n,) frames that stand still between two steps of movement, again and again: nothing that
    moves stops for one frame, so each repeats the frame before."""

    def notes(self, time_ns: NDArray[np.int64]) -> tuple[HealthNote, ...]:
        """What an examiner must know of it; ``time_ns`` (n,) are the frames' times."""
        found = np.flatnonzero(self.reach)
        if self.ratio is None or not len(found):
            return ()
        p, q = self.ratio
        return (
            HealthNote(
                code="blended",
                at=MediaTime(int(time_ns[found[0]])),
                detail=f"{len(found)} of {len(self.reach)} frames are mixtures of two pictures: "
                f"{q} frames made from {p} pictures, by a conversion of the rate"
                + (" or by a coder that makes every second frame of its neighbours" * (q == 2))
                + ". What is first seen in such a frame may have happened after its time; bounds "
                "of marks reach past the mixtures.",
            ),
        )


class BlendWatch:
    """Looks at every frame's grey in turn; :meth:`result` after the last.

    Keeps 23 bytes a frame.
    """

    def __init__(self) -> None:
        self._recent: deque[NDArray[np.uint8]] = deque(maxlen=_WINDOW)
        self._light: deque[float] = deque(maxlen=_WINDOW)
        self._residuals, self._stalls = bytearray(), bytearray()
        self._frames = 0

    def add(self, grey: NDArray[np.uint8]) -> None:
        """The next frame, (90, 160) uint8."""
        small = np.ascontiguousarray(grey[::_EVERY, ::_EVERY])
        self._recent.append(small.reshape(-1))
        self._light.append(cv2.mean(small)[0])
        self._frames += 1
        if len(self._recent) == _WINDOW:
            residuals, stalls = _look(np.stack(self._recent), self._light)
            self._residuals += residuals.tobytes()
            self._stalls.append(stalls)

    def result(self) -> Blends:
        """The blended frames of all that were added."""
        kept = np.frombuffer(bytes(self._residuals), np.float16).reshape(-1, len(RATIOS))
        found = [
            stretch
            for number, ratio in enumerate(RATIOS)
            for stretch in _stretches(kept[:, number].astype(np.float32), ratio)
        ]
        reach = np.zeros(self._frames, np.uint8)
        taken = np.zeros(self._frames, np.bool_)
        frames_of: dict[tuple[int, int], int] = {}
        # Frames of one conversion dip a little for related ratios too: the deepest dips count.
        for stretch in sorted(found, key=lambda one: one.depth):
            p, q = stretch.ratio
            inside = np.arange(stretch.first, stretch.stop)
            if taken[inside].mean() > 0.5:
                continue
            mixed = inside[((inside - stretch.first) % q != 0) & ~taken[inside]]
            reach[mixed] = ceil(q / p)
            taken[inside] = True
            frames_of[stretch.ratio] = frames_of.get(stretch.ratio, 0) + len(mixed)
        return Blends(
            reach=reach,
            ratio=max(frames_of, key=lambda ratio: frames_of[ratio], default=None),
            stalls=self._stalled(),
        )

    def _stalled(self) -> NDArray[np.bool_]:
        seen = np.frombuffer(bytes(self._stalls), np.uint8)
        stalls = np.zeros(self._frames, np.bool_)
        at = np.flatnonzero(seen == _STALLED)
        enough = max(_LEAST_STALLS, _STALL_SHARE * np.count_nonzero(seen))
        if len(at) >= enough and _even(np.diff(at)):
            stalls[_MIDDLE + 1 : _MIDDLE + 1 + len(seen)] = seen == _STALLED
        return stalls


def _even(intervals: NDArray[np.int64]) -> bool:
    """Whether most of them are k or k + 1, the long ones in which little moved aside."""
    counts = np.bincount(intervals, minlength=2)
    pairs = counts[:-1] + counts[1:]
    k = int(np.argmax(pairs))
    return bool(pairs[k] >= _EVEN_SHARE * np.count_nonzero(intervals <= 4 * (k + 1)))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Frames ``first`` … ``stop`` − 1, both ends pictures, converted at ``ratio``."""

    first: int
    stop: int
    ratio: tuple[int, int]
    depth: float
    """Median residual of its windows against that of the windows between."""


_SILENT = np.full(len(RATIOS), np.nan, np.float16)


def _look(window: NDArray[np.uint8], light: Sequence[float]) -> tuple[NDArray[np.float16], int]:
    """What sticks out of each ratio's blends where something moves (root mean square, grey
    levels), and what the middle step does: 0 nothing moves, 1 it moves on, 2 it stalls.

    NaN where nothing moves, or where it stands still from one frame to the next.

    ``window`` is (7, cells), ``light`` the mean of each frame; each ratio looks at its first q + 1
    frames.
    """
    cells = np.flatnonzero(window.max(axis=0) - window.min(axis=0) > _MOVED_LEVELS)
    if len(cells) < _LEAST_CELLS:
        return _SILENT, 0
    # Light that changes everywhere at once moves nothing, and flickers in rhythms of its own.
    moving = window[:, cells] - np.array(light, np.float32)[:, None]
    steps = np.square(np.diff(moving, axis=0)).mean(axis=1)
    left = np.square(_ROWS @ moving).mean(axis=1)
    by_ratio = np.add.reduceat(left, _FIRST_ROW) / _ROW_COUNT
    usual = float(steps.mean())
    still = np.minimum.accumulate(steps)[_LAST_STEP] < _COPY * usual
    residuals = np.where(still, np.nan, np.sqrt(by_ratio)).astype(np.float16)
    beside = min(steps[_MIDDLE - 1], steps[_MIDDLE + 1])
    return residuals, _STALLED if steps[_MIDDLE] < _STALL * beside else 1


def _between(residual: NDArray[np.float32], q: int) -> NDArray[np.float32]:
    """Median residual of the windows of other phases within one period either side; NaN: unknown.

    Asked of at least half of them, or a few chance windows would stand for all.
    """
    padded = np.pad(residual, q - 1, constant_values=np.nan)
    n = len(residual)
    beside = np.stack([padded[k : k + n] for k in range(2 * q - 1) if k != q - 1])
    beside.sort(axis=0)  # NaN last
    count = np.isfinite(beside).sum(axis=0)
    halves = np.stack([np.maximum(count - 1, 0) // 2, count // 2])
    median = np.take_along_axis(beside, np.minimum(halves, len(beside) - 1), axis=0).mean(axis=0)
    return np.where(count >= q - 1, median, np.nan).astype(np.float32)


def _stretches(residual: NDArray[np.float32], ratio: tuple[int, int]) -> list[_Stretch]:
    """Where the windows of one phase dip, one after another; ``residual[i]`` begins at frame i."""
    q = ratio[1]
    between = _between(residual, q)
    contrast = np.where(between >= _LEAST_LEVELS, residual / np.maximum(between, 1e-6), np.nan)
    found: list[_Stretch] = []
    for phase in range(q):
        of_phase = contrast[phase::q]
        known = np.flatnonzero(np.isfinite(of_phase))
        for run in _runs(of_phase[known] < _DIP, max(_LEAST_DIPS, _LEAST_FRAMES // q)):
            windows = slice(known[run.start] * q + phase, known[run.stop - 1] * q + phase + 1, q)
            # Of all windows, also those too quiet to count: a rhythm that holds only where it was
            # looked for is none.
            levels = float(np.nanmedian(between[windows]))
            depth = float(np.nanmedian(residual[windows])) / levels
            if levels >= _LEAST_LEVELS and depth < _DEPTH:
                found.append(_Stretch(windows.start, windows.stop + q, ratio, depth))
    return found


def _runs(dips: NDArray[np.bool_], least: int) -> list[slice]:
    """From the first to the last of ``least`` or more dips between which hardly a window fails."""
    found: list[slice] = []
    first = last = -1
    count = lapses = 0
    for at, dip in enumerate([*dips.tolist(), *[False] * (_LAPSES + 1)]):
        if dip:
            first = at if first < 0 else first
            last, count, lapses = at, count + 1, 0
            continue
        lapses += 1
        if lapses > min(_LAPSES, count):
            if count >= least:
                found.append(slice(first, last + 1))
            first, count, lapses = -1, 0, 0
    return found
