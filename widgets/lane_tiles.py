"""Pixmap tiles of a lane's content, so that panning and the playhead repaint almost nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from widgets.view_range import ViewRange

TILE_PX = 512
_KEEP = 24
"""Tiles kept: three screens of 4K width."""

Paint = Callable[[QPainter, ViewRange, float], None]


class TileCache:
    """Tiles of one scale. They are dropped when the scale, the height or the content changes."""

    def __init__(self, paint: Paint) -> None:
        self._paint = paint
        self._tiles: dict[int, QPixmap] = {}
        self._key: tuple[int, int, int, float] | None = None
        self._origin = 0
        self.painted = 0
        """Tiles painted so far (a test holds that the playhead paints none)."""

    def clear(self) -> None:
        """Forget all tiles."""
        self._tiles.clear()
        self._key = None

    def draw(
        self, painter: QPainter, view: ViewRange, height: int, dirty: QRectF, ratio: float
    ) -> None:
        """Draw the part ``dirty`` (x from the view's left edge) of the content."""
        key = (view.span_ns, view.width, height, ratio)
        if key != self._key:
            self._tiles.clear()
            self._key, self._origin = key, view.start_ns
        shift = round(view.x_of(self._origin))
        first = int((dirty.left() - shift) // TILE_PX)
        last = int((dirty.right() - shift) // TILE_PX)
        for index in range(first, last + 1):
            tile = self._tiles.get(index)
            if tile is None:
                tile = self._tiles[index] = self._painted(index, view, height, ratio)
            painter.drawPixmap(QPointF(shift + index * TILE_PX, 0), tile)
        while len(self._tiles) > max(_KEEP, 2 * (last - first + 1)):
            far = max(self._tiles, key=lambda tile: abs(tile - (first + last) / 2))
            del self._tiles[far]

    def _painted(self, index: int, view: ViewRange, height: int, ratio: float) -> QPixmap:
        pixmap = QPixmap(round(TILE_PX * ratio), round(height * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        start = self._origin + round(index * TILE_PX * view.ns_per_px)
        # The same scale on a tile's width; shorter than the shortest view is fine here.
        tile_view = _scaled(view, start)
        painter = QPainter(pixmap)
        self._paint(painter, tile_view, ratio)
        painter.end()
        self.painted += 1
        return pixmap


def _scaled(view: ViewRange, start_ns: int) -> ViewRange:
    """A view of one tile at exactly ``view``'s scale (bypasses the limits of zooming)."""
    tile = ViewRange(start_ns, view.span_ns, TILE_PX)
    object.__setattr__(tile, "span_ns", max(1, round(view.span_ns * TILE_PX / view.width)))
    return tile
