"""Traces of the picture: what moved, how light it was, what lit up suddenly.

Input is the small grey sequence of a recording, frame by frame with presentation times. Three
things are honoured: **repeated frames** are one picture, so that motion does not alternate with
zero; **variable rate**: every value holds for the time it was on screen and a cell takes the mean
over time, never over frames; **gaps** in the presentation times are masked, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sync.errors import TraceError
from sync.progress import SILENT, Progress
from sync.traces.grid import Bool, Float, Grid, Int

# No camera in use shows less than one picture in a second and a half; a longer pause between
# frames is footage that is not there (a motion-triggered recorder, removed frames).
GAP_NS = 1_500_000_000
# A picture repeated for longer than this many usual intervals means that nothing moved for a
# while and then something did; the change belongs to the end of that time.
HOLD_INTERVALS = 3
# A flash stands out against the last quarter of a second (it is sudden) and against the last two
# seconds (it is not the light coming back after somebody passed).
FLASH_SHORT_NS = 250_000_000
FLASH_LONG_NS = 2_000_000_000
GREY_COLUMNS, GREY_ROWS = 160, 90
AT_ONCE = 512

Region = tuple[int, int, int, int]


class GreyPictures(Protocol):
    """What is needed of a grey sequence (``sync.media.inspect.GreySequence`` is one)."""

    @property
    def grey(self) -> NDArray[np.uint8]:
        """(n, 90, 160)."""

    @property
    def time_ns(self) -> NDArray[np.int64]:
        """(n,) media time."""

    @property
    def picture(self) -> NDArray[np.int32]:
        """(n,) number of the distinct picture; -1 where unknown."""

    @property
    def width_px(self) -> int:
        """Width of the original."""

    @property
    def height_px(self) -> int:
        """Height of the original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSignal:
    """A picture trace on its grid."""

    grid: Grid
    values: Float
    valid: Bool
    picture_interval_ns: int
    """Median time between distinct pictures."""


@dataclass(frozen=True, slots=True)
class _Pictures:
    """Distinct pictures in time order, and where frames are missing."""

    frame: Int
    """(m,) index of the first frame of each picture."""
    begin_ns: Int
    """(m,) when it came up."""
    end_ns: Int
    """(m,) when it was replaced, or when its last frame ended where a gap follows."""
    after_gap: Bool
    """(m,) True where footage is missing just before."""
    interval_ns: int


def motion(
    sequence: GreyPictures,
    rate_hz: float,
    *,
    roi: Region | None = None,
    energy: bool = False,
    progress: Progress = SILENT,
) -> PictureSignal:
    """Mean absolute difference of successive distinct pictures, in grey levels (0…255).

    The difference between two pictures happened between their times; it is spread evenly over
    that interval (over the last three usual intervals where the picture stood still for long).

    Parameters
    ----------
    roi
        Region X, Y, W, H in pixels of the original; every cell it touches is included.
    energy
        Square root of the mean squared difference instead: weighs small bright movers more.
    """
    pictures = _pictures(sequence)
    rows, columns = region_cells(roi, sequence.width_px, sequence.height_px)
    change = np.zeros(len(pictures.frame))
    for low in range(1, len(change), AT_ONCE):
        high = min(low + AT_ONCE, len(change))
        part = sequence.grey[pictures.frame[low - 1 : high]][:, rows, columns].astype(np.int16)
        difference = np.abs(np.diff(part, axis=0)).reshape(high - low, -1)
        if energy:
            squares = difference.astype(np.float32) ** 2
            change[low:high] = np.sqrt(squares.mean(axis=1, dtype=np.float64))
        else:
            change[low:high] = difference.mean(axis=1, dtype=np.float64)
        progress.report(high / len(change))
    return _spread(pictures, change, rate_hz)


def luminance(
    sequence: GreyPictures,
    rate_hz: float,
    *,
    roi: Region | None = None,
    progress: Progress = SILENT,
) -> PictureSignal:
    """Mean grey level (0…255) of the picture on screen, averaged over each cell's time."""
    pictures = _pictures(sequence)
    level = _levels(sequence, pictures, roi, progress)
    grid = _grid(pictures, rate_hz)
    values, valid = grid.mean_of_spans(pictures.begin_ns, pictures.end_ns, level)
    return PictureSignal(
        grid=grid, values=values, valid=valid, picture_interval_ns=pictures.interval_ns
    )


def flash(
    sequence: GreyPictures,
    rate_hz: float,
    *,
    roi: Region | None = None,
    progress: Progress = SILENT,
) -> PictureSignal:
    """Sudden brightening: luminance above both its last 0.25 s and its last 2 s, in grey levels.

    Never negative. It stays up for a quarter of a second after a lamp goes on, and as long as a
    shorter flash lasts. Time just after a gap has no past and is masked.
    """
    pictures = _pictures(sequence)
    level = _levels(sequence, pictures, roi, progress)
    starts = np.flatnonzero(pictures.after_gap)
    runs = np.split(np.arange(len(level)), starts) if len(level) else []
    values, known = np.zeros(len(level)), np.ones(len(level), np.bool_)
    for run in runs:
        if len(run) == 0:
            continue
        begin, end = pictures.begin_ns[run], pictures.end_ns[run]
        short = _past_mean(begin, end, level[run], FLASH_SHORT_NS)
        long = _past_mean(begin, end, level[run], FLASH_LONG_NS)
        values[run] = np.maximum(0.0, level[run] - np.maximum(short, long))
        known[run[0]] = False
    grid = _grid(pictures, rate_hz)
    on_grid, valid = grid.mean_of_spans(
        pictures.begin_ns[known], pictures.end_ns[known], values[known]
    )
    return PictureSignal(
        grid=grid, values=on_grid, valid=valid, picture_interval_ns=pictures.interval_ns
    )


def region_cells(roi: Region | None, width_px: int, height_px: int) -> tuple[slice, slice]:
    """Rows and columns of the 160×90 grey picture that a region of the original touches.

    Raises
    ------
    TraceError
        When the region is empty or lies outside the picture.
    """
    if roi is None:
        return slice(0, GREY_ROWS), slice(0, GREY_COLUMNS)
    x, y, width, height = roi
    if (
        width <= 0
        or height <= 0
        or x >= width_px
        or y >= height_px
        or x + width <= 0
        or (y + height <= 0)
    ):
        raise TraceError(
            f"The region {x},{y},{width},{height} does not lie in the picture "
            f"({width_px} × {height_px} pixels).",
            hint="Give X,Y,W,H in pixels of the original picture.",
        )
    columns = _cells(x, x + width, width_px, GREY_COLUMNS)
    rows = _cells(y, y + height, height_px, GREY_ROWS)
    return rows, columns


def _cells(low_px: int, high_px: int, size_px: int, cells: int) -> slice:
    first = max(0, low_px) * cells // size_px
    last = -(-min(high_px, size_px) * cells // size_px)
    return slice(first, max(last, first + 1))


# -- pictures in time -----------------------------------------------------------------------------


def _pictures(sequence: GreyPictures) -> _Pictures:
    """Distinct pictures in order of time; two are the fewest that say anything.

    Raises
    ------
    TraceError
        When the recording shows fewer than two pictures.
    """
    order = np.argsort(sequence.time_ns, kind="stable")
    time_ns = np.asarray(sequence.time_ns, np.int64)[order]
    number = np.asarray(sequence.picture)[order]
    if len(time_ns) < 2:
        raise TraceError("The recording shows fewer than two pictures.")
    spacing = np.diff(time_ns)
    usual_ns = int(np.median(spacing[spacing > 0])) if (spacing > 0).any() else 0
    if usual_ns == 0:
        raise TraceError("All pictures of the recording carry the same time.")
    missing = spacing > max(GAP_NS, 4 * usual_ns)
    new = np.ones(len(time_ns), np.bool_)
    # A picture seen again after missing footage starts anew: what lay between is unknown.
    new[1:] = (number[1:] != number[:-1]) | (number[1:] < 0) | missing
    first = np.flatnonzero(new)
    begin_ns = time_ns[first]
    frame_end = np.append(np.where(missing, time_ns[:-1] + usual_ns, time_ns[1:]), time_ns[-1])
    frame_end[-1] = time_ns[-1] + usual_ns
    last = np.append(first[1:] - 1, len(time_ns) - 1)
    after_gap = np.zeros(len(first), np.bool_)
    after_gap[1:] = missing[first[1:] - 1]
    between = np.diff(begin_ns)[~after_gap[1:]]
    interval_ns = int(np.median(between)) if between.size else usual_ns
    return _Pictures(
        np.asarray(order[first], np.int64), begin_ns, frame_end[last], after_gap, interval_ns
    )


def _grid(pictures: _Pictures, rate_hz: float) -> Grid:
    return Grid.covering(int(pictures.begin_ns[0]), int(pictures.end_ns[-1]), rate_hz)


def _spread(pictures: _Pictures, change: Float, rate_hz: float) -> PictureSignal:
    """Changes between pictures, each over the interval in which it happened."""
    came_ns = pictures.begin_ns[1:]
    longest = HOLD_INTERVALS * pictures.interval_ns
    from_ns = np.maximum(pictures.begin_ns[:-1], came_ns - longest)
    known = ~pictures.after_gap[1:]
    # The last picture before missing footage, and of all, stood still for as long as its frames
    # were repeated, less what the next change would have taken.
    last = np.append(pictures.after_gap[1:], True)
    spans = [
        (pictures.begin_ns[:-1][known], from_ns[known], np.zeros(int(known.sum()))),
        (from_ns[known], came_ns[known], change[1:][known]),
        (pictures.begin_ns[last], pictures.end_ns[last] - longest, np.zeros(int(last.sum()))),
    ]
    begin, end, value = (np.concatenate(part) for part in zip(*spans, strict=True))
    lasting = np.flatnonzero(end > begin)
    order = lasting[np.argsort(begin[lasting], kind="stable")]
    grid = _grid(pictures, rate_hz)
    values, valid = grid.mean_of_spans(begin[order], end[order], value[order])
    return PictureSignal(
        grid=grid, values=values, valid=valid, picture_interval_ns=pictures.interval_ns
    )


def _levels(
    sequence: GreyPictures, pictures: _Pictures, roi: Region | None, progress: Progress
) -> Float:
    rows, columns = region_cells(roi, sequence.width_px, sequence.height_px)
    out = np.zeros(len(pictures.frame))
    for low in range(0, len(out), AT_ONCE):
        part = sequence.grey[pictures.frame[low : low + AT_ONCE]][:, rows, columns]
        out[low : low + AT_ONCE] = part.reshape(len(part), -1).mean(axis=1, dtype=np.float64)
        progress.report(low / len(out))
    return out


def _past_mean(begin_ns: Int, end_ns: Int, level: Float, span_ns: int) -> Float:
    """Mean level over the ``span_ns`` before each picture came up; its own at the first."""
    zero = begin_ns[0]
    at = np.append(begin_ns, end_ns[-1]) - zero
    whole = np.concatenate(([0.0], np.cumsum(level * (end_ns - begin_ns))))
    now = (begin_ns - zero).astype(np.float64)
    then = np.maximum(now - span_ns, 0.0)
    amount = np.interp(now, at, whole) - np.interp(then, at, whole)
    length = now - then
    return np.where(length > 0, amount / np.maximum(length, 1.0), level)
