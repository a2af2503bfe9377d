"""Where everything stands in a picture of the review video, in pixels; all edges even.

Text stands beside the recordings' pictures, never on them, and no pane covers another: where one
is large, the others are set small into the margin that its shape leaves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from sync.report.review_plan import Layout


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column beyond it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.y + self.height

    def within(self, by: int) -> Box:
        """The rectangle that leaves ``by`` pixels on every side."""
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)

    def fitted(self, aspect: Fraction) -> Box:
        """The largest rectangle of this width by height in its middle, of even sides."""
        width = min(self.width, math.floor(self.height * aspect))
        height = min(self.height, math.floor(width / aspect + Fraction(1, 2)))
        width, height = max(2, width // 2 * 2), max(2, height // 2 * 2)
        x, y = self.x + (self.width - width) // 2, self.y + (self.height - height) // 2
        return Box(x // 2 * 2, y // 2 * 2, width, height)


@dataclass(frozen=True, slots=True)
class PaneBox:
    """One pane: all of it, its two lines of text, and where its picture goes."""

    whole: Box
    text: Box
    picture: Box
    """Room for the picture, which keeps its shape in it."""


@dataclass(frozen=True, slots=True)
class Places:
    """A whole picture of the film."""

    width: int
    height: int
    unit: float
    """Pixels that are one pixel of a picture 1080 high."""
    panes: tuple[PaneBox, ...]
    time: Box
    """The line with the reference time."""
    strip: Box
    """The sound with its time scale."""
    foot: Box
    """The line that says what this is."""

    def px(self, at_1080: float) -> int:
        """Pixels of a length given for a height of 1080, even."""
        return _even(at_1080 * self.unit)


def places(width: int, height: int, layout: Layout, panes: int) -> Places:
    """Lay out a picture of ``width`` × ``height`` with so many panes."""
    unit = min(height / 1080, width / 1920)

    def px(at_1080: float) -> int:
        return _even(at_1080 * unit)

    edge = px(16)
    foot_height, strip_height, time_height = px(30), px(96), px(52)
    foot = Box(edge, height - foot_height - px(6), width - 2 * edge, foot_height)
    strip = Box(edge, foot.y - strip_height - px(4), width - 2 * edge, strip_height)
    time = Box(edge, strip.y - time_height, width - 2 * edge, time_height)
    room = Box(px(8), px(8), width - 2 * px(8), time.y - px(8))
    lines, gap = px(60), px(8)
    boxes = (_inset if layout == "inset" else _grid)(room, panes, gap)
    laid = tuple(_pane(box, lines, px(4)) for box in boxes)
    return Places(width, height, unit, laid, time, strip, foot)


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)


def _grid(room: Box, count: int, gap: int) -> list[Box]:
    """Rows of panes of one size, the last row in the middle."""
    across = math.ceil(math.sqrt(count))
    down = math.ceil(count / across)
    width = (room.width - (across - 1) * gap) // across // 2 * 2
    height = (room.height - (down - 1) * gap) // down // 2 * 2
    boxes = []
    for n in range(count):
        row, column = divmod(n, across)
        in_row = min(across, count - row * across)
        left = room.x + (room.width - in_row * width - (in_row - 1) * gap) // 2
        boxes.append(Box((left + column * (width + gap)) // 2 * 2,
                         room.y + row * (height + gap), width, height))  # fmt: skip
    return boxes


def _inset(room: Box, count: int, gap: int) -> list[Box]:
    """The first pane large, the others small in columns of up to four at its right."""
    if count == 1:
        return [room]
    columns = math.ceil((count - 1) / 4)
    down = math.ceil((count - 1) / columns)
    width = room.width // (4 if columns == 1 else 5) // 2 * 2
    height = min(room.height // 3, (room.height - (down - 1) * gap) // down) // 2 * 2
    left = room.right - columns * width - (columns - 1) * gap
    boxes = [Box(room.x, room.y, (left - gap - room.x) // 2 * 2, room.height)]
    for n in range(count - 1):
        column, row = divmod(n, down)
        x, y = left + column * (width + gap), room.y + row * (height + gap)
        boxes.append(Box(x // 2 * 2, y // 2 * 2, width, height))
    return boxes


def _pane(box: Box, lines: int, edge: int) -> PaneBox:
    inner = box.within(edge)
    text = Box(inner.x, inner.y, inner.width, lines)
    picture = Box(inner.x, inner.y + lines, inner.width, inner.height - lines)
    return PaneBox(box, text, picture)
