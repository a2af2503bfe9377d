"""The light bar of an emergency vehicle: red and blue in turn, in the lamp or on what it lights.

A coloured thing that passes, a lamp that blinks in one colour and a white strobe are none: near
one place the colour must turn from red to blue or back at least four times within two seconds.
The slowest warning lamps in use flash once a second (SAE J845 and J595: 60 to 240 a minute),
which is four turns.
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
from sync.timebase import MediaTime
from sync.traces.grid import Bool, Float, Int
from sync.traces.picture import (
    AT_ONCE,
    Pictures,
    PictureSignal,
    Region,
    Timed,
    distinct_pictures,
    held,
    region_cells,
)

COLOUR_COLUMNS, COLOUR_ROWS = 80, 45
NEUTRAL = 128
# Sensor and coding noise of colour is 1 to 3 levels in a cell; a lit lamp or its light on a wall
# adds 10 and more.
LEAST_LEVELS = 6
# Red and blue lamps of one bar lie side by side: turns are counted over this many cells square.
NEAR_CELLS = 5
NEAR_LEVELS = 40
TURNS, TURNS_NS = 4, 2_000_000_000
# A lamp's light springs up by half of what was there, and a clear amount, from one picture to the
# next.
SPRING = 1.5
# Of a dated stretch as a whole, with pauses: half of the slowest bar's.
LEAST_TURNS_A_SECOND = 1.0
# What a place looks like without the lamp: the level that the fifth least coloured tenth of the
# time around stays below. A bar shows each of its colours for less than four fifths of the time.
BACKGROUND_RANK = 0.2
BLOCK_NS = 10_000_000_000
# The light of such a place counts this long before and after its turns: a bar begins with both
# lamps, and something stands in front of it for a while. Dated stretches closer than this are one.
JOIN_NS = 4_000_000_000
# The vehicle moves: its light counts this many cells about (a fifth of the picture's width).
ABOUT_CELLS = 15


class ColourPictures(Timed, Protocol):
    """What is needed of small pictures (``sync.media.small_pictures`` has them)."""

    @property
    def colour(self) -> Stored:
        """(n, 2, 45, 80): blue and red difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LightBar:
    """A stretch of time in which a light bar was seen."""

    start: MediaTime
    """When the first picture with its light came up."""
    end: MediaTime
    """When the last one was replaced."""
    turns_a_second: float
    """How often the colour turned from red to blue or back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternation:
    """Red and blue light of every distinct picture near places where the two alternate."""

    pictures: Pictures
    red: Float
    """(m, regions) levels above the background, summed over the cells of the region."""
    blue: Float
    about: Bool
    """(m, regions) whether any of the region is such a place then."""


def measure_alternation(
    sequence: ColourPictures, regions: Sequence[Region | None], progress: Progress = SILENT
) -> Alternation:
    """Look for alternating light once, for any number of regions (``None``: the whole picture).

    Raises
    ------
    TraceError
        When the recording is grey throughout, a region does not lie in the picture, or there are
        fewer than two pictures.
    """
    if not _coloured(sequence.colour):
        raise TraceError(
            "The picture has no colour (a night camera), so a light bar cannot be told from other "
            "lamps.",
            hint="Use flash or luminance, with a region on the lamp.",
        )
    pictures = distinct_pictures(sequence)
    red, blue = np.zeros((2, len(pictures.frame), len(regions)))
    seen = np.zeros(red.shape, np.bool_)
    inside = np.zeros((len(regions), COLOUR_ROWS, COLOUR_COLUMNS), np.bool_)
    for k, roi in enumerate(regions):
        cells = (COLOUR_COLUMNS, COLOUR_ROWS)
        inside[(k, *region_cells(roi, sequence.width_px, sequence.height_px, cells))] = True
    of_cells = inside.reshape(len(regions), -1).T.astype(np.float64)
    begin, first = pictures.begin_ns, 0
    while first < len(begin):
        last = max(int(np.searchsorted(begin, begin[first] + BLOCK_NS)), first + 1)
        # The turns that make light alternating may lie this far to both sides.
        reach = TURNS_NS // 2 + JOIN_NS
        low, high = np.searchsorted(begin, [begin[first] - reach, begin[last - 1] + reach])
        lit = _lit(sequence.colour[pictures.frame[low:high]])
        about = _alternating(lit, begin[low:high])
        if about is not None:
            of = slice(first - int(low), last - int(low))
            amount = (lit[of] * about[of, None]).reshape(last - first, 2, -1) @ of_cells
            blue[first:last], red[first:last] = amount[:, 0], amount[:, 1]
            seen[first:last] = about[of].reshape(last - first, -1) @ of_cells > 0
        first = last
        progress.report(first / len(begin))
    return Alternation(pictures=pictures, red=red, blue=blue, about=seen)


def _coloured(colour: Stored) -> bool:
    """Whether any cell of any frame differs from any other; most often the first frames tell."""
    first = colour[:1]
    return any(
        bool((colour[low : low + AT_ONCE] != first.flat[0]).any())
        for low in range(0, len(colour), AT_ONCE)
    )


def lightbar(alternation: Alternation, region: int, rate_hz: float) -> PictureSignal:
    """Red less blue light (levels × cells) where the two alternate, and 0 elsewhere.

    Positive while red is lit, negative while blue is: two cameras that see one bar agree in it.
    """
    value = alternation.red[:, region] - alternation.blue[:, region]
    return held(alternation.pictures, value, rate_hz)


def find_lightbars(alternation: Alternation, region: int = 0) -> tuple[LightBar, ...]:
    """The stretches of time in which a light bar was seen, in order.

    A stretch begins and ends where the light springs up and falls: the paint and the tail lamps
    of the vehicle are coloured too, but come and go slowly. Where the bar is lit at the first or
    last picture already, that is where its stretch begins or ends.
    """
    pictures = alternation.pictures
    red, blue = alternation.red[:, region], alternation.blue[:, region]
    about = np.flatnonzero(alternation.about[:, region])
    out = []
    for run in np.split(about, np.flatnonzero(np.diff(about) > 1) + 1):
        if not run.size:
            continue
        light = red[run] + blue[run]
        up = np.flatnonzero(light[1:] > SPRING * light[:-1] + NEAR_LEVELS) + 1
        down = np.flatnonzero(light[:-1] > SPRING * light[1:] + NEAR_LEVELS)
        if run[0] == 0 or pictures.after_gap[run[0]]:
            up = np.array([0])
        if run[-1] == len(red) - 1:
            down = np.array([len(run) - 1])
        if not (up.size and down.size):
            continue
        start_ns = int(pictures.begin_ns[run[up[0]]])
        end_ns = int(pictures.end_ns[run[down[-1]]])
        difference = red[run] - blue[run]
        sign = np.sign(difference[np.abs(difference) > NEAR_LEVELS])
        turns = np.count_nonzero(np.diff(sign))
        often = turns / max((end_ns - start_ns) * 1e-9, 1e-9)
        if turns >= TURNS and often >= LEAST_TURNS_A_SECOND:
            start, end = MediaTime(start_ns), MediaTime(end_ns)
            out.append(LightBar(start=start, end=end, turns_a_second=float(often)))
    return tuple(out)


def _lit(colour: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(n, 2, 45, 80): how much blue and red light stands out from the usual colour of its place.

    That is never below neutral: a place that is now red, now not, is not blue in between.
    """
    # Fifty pictures tell a rank of one in five well enough.
    some = np.sort(colour[:: max(1, len(colour) // 50)], axis=0)
    usual = np.maximum(some[int(BACKGROUND_RANK * len(some))], NEUTRAL)
    ground = np.minimum(usual.astype(np.int16) + LEAST_LEVELS, 255).astype(np.uint8)
    return np.asarray(np.maximum(colour, ground) - ground, np.uint8)


def _alternating(lit: NDArray[np.uint8], begin_ns: Int) -> NDArray[np.uint8] | None:
    """(n, 45, 80): 1 about places and times where red and blue take turns; None where nowhere."""
    size = (NEAR_CELLS, NEAR_CELLS)
    near = lit[:, 1].astype(np.int16) - lit[:, 0]
    for one in near:
        cv2.boxFilter(one, -1, size, one, normalize=False, borderType=cv2.BORDER_CONSTANT)
    rows, columns = np.nonzero((near.max(axis=0) > NEAR_LEVELS) & (near.min(axis=0) < -NEAR_LEVELS))
    near = near[:, rows, columns]
    sign = (near > NEAR_LEVELS).astype(np.int8) - (near < -NEAR_LEVELS)
    # What was lit last, red or blue: a turn is where that changes.
    index = np.where(sign != 0, np.arange(len(sign), dtype=np.int32)[:, None], 0)
    shown = np.take_along_axis(sign, np.maximum.accumulate(index, axis=0), axis=0)
    turned = np.zeros(sign.shape, np.bool_)
    turned[1:] = shown[1:] * shown[:-1] < 0
    often = _count_near(turned, begin_ns, TURNS_NS // 2) >= TURNS
    if not often.any():
        return None
    about = np.zeros((len(lit), COLOUR_ROWS, COLOUR_COLUMNS), np.uint8)
    about[:, rows, columns] = _count_near(often, begin_ns, JOIN_NS) > 0
    for one in about:
        cv2.dilate(one, np.ones((ABOUT_CELLS, ABOUT_CELLS), np.uint8), one)
    return about


def _count_near(state: Bool, begin_ns: Int, half_ns: int) -> Int:
    """(n, cells): how many pictures within ``half_ns`` of each have ``state``."""
    low = np.searchsorted(begin_ns, begin_ns - half_ns)
    high = np.searchsorted(begin_ns, begin_ns + half_ns, side="right")
    before = np.zeros((len(state) + 1, state.shape[1]), np.int64)
    np.cumsum(state, axis=0, out=before[1:])
    return np.asarray(before[high] - before[low], np.int64)
