"""Pixmap tiles of a lane's content, so that panning and the playhead repaint almost nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from widgets.view_range import ViewRange

TILE_PX = 512
_KEEP = 24
"""Tiles kept: three screens of 4K width."""

Paint = Callable[[QPainter, ViewRange, float], None]


@dataclass(frozen=True, slots=True)
class _Before:
    """Tiles of the scale before."""

    tiles: dict[int, QPixmap]
    origin_ns: int
    ns_per_px: float


class TileCache:
    """Tiles of one scale. They are dropped when the scale, the height or the content changes.

    While a person turns the wheel the tiles of the scale before are stretched instead, for the
    fraction of a second until the wheel rests: painting eight lanes anew takes longer than a turn.
    """

    def __init__(self, paint: Paint) -> None:
        self._paint = paint
        self._tiles: dict[int, QPixmap] = {}
        self._key: tuple[int, int, int, float] | None = None
        self._origin = 0
        self._before: _Before | None = None
        self.painted = 0
        """Tiles painted so far (a test holds that the playhead paints none)."""

    def clear(self) -> None:
        """Forget all tiles."""
        self._tiles.clear()
        self._key = self._before = None

    def draw(
        self, painter: QPainter, view: ViewRange, height: int, dirty: QRectF, ratio: float,
        *, quick: bool = False,
    ) -> None:  # fmt: skip
        """Draw the part ``dirty`` (x from the view's left edge) of the content.

        ``quick`` stretches what is there already where the scale is another.
        """
        key = (view.span_ns, view.width, height, ratio)
        if quick and self._stretched(painter, view, key):
            return
        self._before = None
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

    def _stretched(
        self, painter: QPainter, view: ViewRange, key: tuple[int, int, int, float]
    ) -> bool:
        """Draw the tiles of the last exact scale; False where there are none of this size."""
        if self._tiles and self._key is not None and key != self._key:
            span_ns, width = self._key[:2]
            same = self._key[1:] == key[1:]
            self._before = _Before(self._tiles, self._origin, span_ns / width) if same else None
            self._tiles, self._key = {}, None
        if self._before is None:
            return False
        height = key[2]
        tile_ns = TILE_PX * self._before.ns_per_px
        wide = tile_ns / view.ns_per_px
        for index, tile in self._before.tiles.items():
            left = view.x_of(self._before.origin_ns + round(index * tile_ns))
            if left < view.width and left + wide > 0:
                painter.drawPixmap(QRectF(left, 0, wide, height), tile, QRectF(tile.rect()))
        return True

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
