"""The picture of a pane: its pixels, where they lie in the pane, and how they are painted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from widgets.pane_view import Look, Stage, Zoom

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLACK = QColor(0, 0, 0)
_AS_IT_CAME = 1.012
"""A picture that could be larger by less than this is not made larger: it was asked for in this
size but for its rounding, and its pixels are copied as they are."""


class PanePicture:
    """The picture shown last; where it lies is kept for the next of its size."""

    def __init__(self) -> None:
        self.pixels: NDArray[np.uint8] | None = None
        """BGRA, shape (height, width, 4), as recorded: no look or zoom changes them."""
        self._image = QImage()
        self._detail: tuple[object, QImage, QRectF] | None = None
        """What of the picture is shown, as shown, while the view is changed."""
        self._placed: tuple[tuple[QSize, Stage, Zoom], QRectF] | None = None

    @property
    def size(self) -> QSize:
        """In pixels; empty without a picture."""
        return self._image.size()

    def take(self, bgra: NDArray[np.uint8]) -> bool:
        """Keep a picture, not copied; True when it is of another size than the one before."""
        if bgra.ndim != 3 or bgra.shape[2] != 4 or bgra.dtype != np.uint8:
            raise ValueError("a picture is an array of uint8, shape (height, width, 4)")
        before, self.pixels = self._image.size(), np.ascontiguousarray(bgra)
        self._image, self._detail = _image_of(self.pixels), None
        return before != self._image.size()

    def clear(self) -> None:
        """No picture."""
        self._image, self.pixels, self._detail = QImage(), None, None

    def look_anew(self) -> None:
        """Brightness or the pane's size has changed."""
        self._detail = None

    def target(self, stage: Stage, zoom: Zoom) -> QRectF:
        """Where the whole picture lies; of another shape than announced, it is as it came."""
        key = (self._image.size(), stage, zoom)
        if self._placed is None or self._placed[0] != key:
            if zoom.scale is None:
                stage = replace(stage, own=self._image.size())
                if 1.0 <= stage.fit_scale < _AS_IT_CAME:
                    zoom = replace(zoom, scale=1.0)
            self._placed = (key, stage.target(zoom))
        return self._placed[1]

    def paint_beside(self, painter: QPainter, room: QRectF, stage: Stage, zoom: Zoom) -> None:
        """Black where ``room`` is not covered by what is seen of the picture."""
        for margin in _margins(room, self.target(stage, zoom).intersected(stage.area)):
            painter.fillRect(margin, _BLACK)

    def paint(self, painter: QPainter, stage: Stage, zoom: Zoom, look: Look) -> None:
        """The picture, or what can be seen of it."""
        image, target = self._image, self.target(stage, zoom)
        shrunk = target.width() * stage.ratio < image.width() - 0.5
        closer = zoom.scale is not None or look.changed
        if closer:
            image, target = self._shown_detail(target, stage.area, look)
            painter.setClipRect(stage.area)
        # Enlarged pictures keep their pixels; a shrunk one is a view, said to be original
        # only of what was decoded.
        if shrunk:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(target, image)
        if closer:
            painter.setClipping(False)

    def _shown_detail(self, target: QRectF, area: QRectF, look: Look) -> tuple[QImage, QRectF]:
        """The whole pixels that can be seen, with their levels as looked at, and where they lie."""
        assert self.pixels is not None
        key = (target, area)
        if self._detail is None or self._detail[0] != key:
            height, width = self.pixels.shape[:2]
            across, down = target.width() / width, target.height() / height
            seen = target.intersected(area)
            left, right = _span(seen.left() - target.left(), seen.width(), across, width)
            top, bottom = _span(seen.top() - target.top(), seen.height(), down, height)
            part = self.pixels[top:bottom, left:right]
            if look.changed:
                part = np.take(look.table(), part)
            place = QRectF(
                target.left() + left * across, target.top() + top * down,
                (right - left) * across, (bottom - top) * down,
            )  # fmt: skip
            self._detail = (key, _image_of(np.ascontiguousarray(part)).copy(), place)
        return self._detail[1], self._detail[2]


def _image_of(bgra: NDArray[np.uint8]) -> QImage:
    """A view of the array, which must outlive it. RGB32 ignores the fourth byte: decoders do not
    all fill it."""
    height, width = bgra.shape[:2]
    return QImage(bgra.data, width, height, 4 * width, QImage.Format.Format_RGB32)


def _margins(room: QRectF, inner: QRectF) -> list[QRectF]:
    """What of a room lies beside ``inner``: to paint twice what the picture covers costs as much as
    the picture."""
    left, right = max(room.left(), inner.left()), min(room.right(), inner.right())
    top, bottom = max(room.top(), inner.top()), min(room.bottom(), inner.bottom())
    found = [
        QRectF(room.left(), room.top(), left - room.left(), room.height()),
        QRectF(right, room.top(), room.right() - right, room.height()),
        QRectF(left, room.top(), right - left, top - room.top()),
        QRectF(left, bottom, right - left, room.bottom() - bottom),
    ]
    return [margin for margin in found if not margin.isEmpty()]


def _span(start: float, length: float, each: float, count: int) -> tuple[int, int]:
    """First and one past the last of the pixels that are seen, each ``each`` long."""
    first = int(start // each)
    last = -int(-(start + length) // each)
    return max(0, first), min(count, max(first + 1, last))
