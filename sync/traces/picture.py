"""Distinct pictures in time, what is measured of them in any number of regions, and motion.

Input is the small grey sequence of a recording, frame by frame with presentation times. Three
things are honoured: **repeated frames** are one picture, so that motion does not alternate with
zero; **variable rate**: every value holds for the time it was on screen and a cell takes the mean
over time, never over frames; **gaps** in the presentation times are masked, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from sync.errors import TraceError
from sync.media.small_pictures import Stored
from sync.progress import SILENT, Progress
from sync.traces.grid import Bool, Float, Grid, Int

# No camera in use shows less than one picture in a second and a half; a longer pause between
# frames is footage that is not there (a motion-triggered recorder, removed frames).
GAP_NS = 1_500_000_000
# A picture repeated for longer than this many usual intervals means that nothing moved for a
# while and then something did; the change belongs to the end of that time.
HOLD_INTERVALS = 3
GREY_COLUMNS, GREY_ROWS = 160, 90
# Pictures measured together: their grey values as float32 (4 MB) stay in the processor's cache.
AT_ONCE = 64

Region = tuple[int, int, int, int]


class Timed(Protocol):
    """What is needed of any sequence of small pictures."""

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


class GreyPictures(Timed, Protocol):
    """What is needed of small pictures (``sync.media.small_pictures`` has them)."""

    @property
    def grey(self) -> Stored:
        """(n, 90, 160)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSignal:
    """A picture trace on its grid."""

    grid: Grid
    values: Float
    valid: Bool
    picture_interval_ns: int
    """Median time between distinct pictures."""


@dataclass(frozen=True, slots=True)
class Pictures:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Two numbers of every distinct picture in every region, all that the grey traces need."""

    pictures: Pictures
    level: Float
    """(m, regions) mean grey level, 0…255."""
    change: Float
    """(m, regions) mean absolute difference from the picture before; 0 at the first."""


def measure(
    sequence: GreyPictures, regions: Sequence[Region | None], progress: Progress = SILENT
) -> Measured:
    """Read the pictures once for any number of regions (``None``: the whole picture).

    Parameters
    ----------
    regions
        Each X, Y, W, H in pixels of the original; every cell it touches is included.

    Raises
    ------
    TraceError
        When a region does not lie in the picture, or there are fewer than two pictures.
    """
    pictures = distinct_pictures(sequence)
    inside = np.zeros((len(regions), GREY_ROWS, GREY_COLUMNS), np.float32)
    for k, roi in enumerate(regions):
        rows, columns = region_cells(roi, sequence.width_px, sequence.height_px)
        inside[k, rows, columns] = 1.0
    # Sums of at most 14,400 whole numbers up to 255 are exact in float32.
    of_cells = inside.reshape(len(regions), -1).T
    cells = of_cells.sum(axis=0, dtype=np.float64)
    level, change = np.zeros((2, len(pictures.frame), len(regions)))
    before = sequence.grey[pictures.frame[:1]][0]
    for low in range(0, len(level), AT_ONCE):
        part = sequence.grey[pictures.frame[low : low + AT_ONCE]]
        earlier = np.concatenate((before[None], part[:-1]))
        moved = cv2.absdiff(part.reshape(len(part), -1), earlier.reshape(len(part), -1))
        level[low : low + len(part)] = part.reshape(len(part), -1).astype(np.float32) @ of_cells
        change[low : low + len(part)] = moved.astype(np.float32) @ of_cells
        before = part[-1]
        progress.report(low / len(level))
    return Measured(pictures=pictures, level=level / cells, change=change / cells)


def motion(measured: Measured, region: int, rate_hz: float) -> PictureSignal:
    """Mean absolute difference of successive distinct pictures, in grey levels (0…255).

    The difference between two pictures happened between their times; it is spread evenly over
    that interval (over the last three usual intervals where the picture stood still for long).

    Parameters
    ----------
    region
        Which of the measured regions.
    """
    return _spread(measured.pictures, measured.change[:, region], rate_hz)


def held(
    pictures: Pictures, value: Float, rate_hz: float, known: Bool | None = None
) -> PictureSignal:
    """Values that hold while each picture is on screen, averaged over each cell's time.

    ``known`` is False for pictures of which the signal says nothing.
    """
    of = slice(None) if known is None else known
    grid = Grid.covering(int(pictures.begin_ns[0]), int(pictures.end_ns[-1]), rate_hz)
    values, valid = grid.mean_of_spans(pictures.begin_ns[of], pictures.end_ns[of], value[of])
    return PictureSignal(
        grid=grid, values=values, valid=valid, picture_interval_ns=pictures.interval_ns
    )


def region_cells(
    roi: Region | None,
    width_px: int,
    height_px: int,
    cells: tuple[int, int] = (GREY_COLUMNS, GREY_ROWS),
) -> tuple[slice, slice]:
    """Rows and columns of a small picture (160×90) that a region of the original touches.

    Raises
    ------
    TraceError
        When the region is empty or lies outside the picture.
    """
    if roi is None:
        return slice(0, cells[1]), slice(0, cells[0])
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
    columns = _cells(x, x + width, width_px, cells[0])
    rows = _cells(y, y + height, height_px, cells[1])
    return rows, columns


def _cells(low_px: int, high_px: int, size_px: int, cells: int) -> slice:
    first = max(0, low_px) * cells // size_px
    last = -(-min(high_px, size_px) * cells // size_px)
    return slice(first, max(last, first + 1))


# -- pictures in time -----------------------------------------------------------------------------


def distinct_pictures(sequence: Timed) -> Pictures:
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
    return Pictures(
        np.asarray(order[first], np.int64), begin_ns, frame_end[last], after_gap, interval_ns
    )


def _spread(pictures: Pictures, change: Float, rate_hz: float) -> PictureSignal:
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
    grid = Grid.covering(int(pictures.begin_ns[0]), int(pictures.end_ns[-1]), rate_hz)
    values, valid = grid.mean_of_spans(begin[order], end[order], value[order])
    return PictureSignal(
        grid=grid, values=values, valid=valid, picture_interval_ns=pictures.interval_ns
    )
