"""The playhead on one lane: where it is seen, on whole screen pixels, and how it is painted."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QPainter

from widgets.bracket import playhead_rect
from widgets.lane_header import HEADER_PX
from widgets.theme import current_theme
from widgets.view_range import ViewRange

BAND = 0.24
"""How strongly the range around the playhead is drawn."""
STRIP_PX = 240
"""A part this narrow is what a moving playhead leaves and takes."""
_LEAST_PX = 1.5
"""A shorter range would hide under the line."""
_MOST_PX = 8000.0
"""Beyond what any screen shows, and still exact for a painter."""


@dataclass(frozen=True, slots=True)
class LanePlayhead:
    """A line and the range of the lane's own clock around it, in px from the view's left edge."""

    line: int
    left: float
    right: float

    def strip(self, width: int, height: int) -> QRect:
        """What it covers of a lane of this size."""
        first = max(0, min(self.line - 1, int(self.left)))
        last = min(width - HEADER_PX, max(self.line + 1, int(self.right) + 1))
        return QRect(HEADER_PX + first, 0, last - first, height)

    def paint(self, painter: QPainter, height: int, band: QColor | None) -> None:
        """The line over its range; no range where the clock is known exactly."""
        if band is not None:
            area = QRectF(HEADER_PX + self.left, 1, self.right - self.left, height - 3)
            painter.fillRect(area, band)
        line = playhead_rect(HEADER_PX + self.line, 0, height)
        painter.fillRect(line, current_theme().playhead)


def place_playhead(
    view: ViewRange, ns: int | None, half_ns: int, ratio: float
) -> LanePlayhead | None:
    """Where a playhead is seen; ``None`` where none is in the view.

    On whole pixels, so that one which moves by less is not painted again: at an hour a screen
    that is most of its ticks.
    """
    if ns is None:
        return None
    x, reach = view.x_of(ns), half_ns / view.ns_per_px
    reach = max(_LEAST_PX, min(reach, _MOST_PX))
    if x + reach < 0 or x - reach > view.width:
        return None
    left, right = round((x - reach) * ratio) / ratio, round((x + reach) * ratio) / ratio
    return LanePlayhead(round(x), left, right)


def strips(
    before: LanePlayhead | None, after: LanePlayhead | None, width: int, height: int
) -> list[QRect]:
    """What to paint again when the playhead moves: one part where both places are near."""
    found = [place.strip(width, height) for place in (before, after) if place is not None]
    if len(found) == 2:
        both = found[0] | found[1]
        if both.width() <= STRIP_PX // 4:
            return [both]
    return found
