"""Which colour is which recording: a row of swatches and names, on the screen and in pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.parts import draw_text, theme_changed
from widgets.theme import current_theme, text_width, ui_font

Entries = Sequence[tuple[QColor, str]]
_ROW, _SWATCH, _APART = 18.0, 10.0, 16.0


def _places(entries: Entries, width: float) -> list[QRectF]:
    """Where each entry stands, wrapped to the width."""
    places, x, y = [], 0.0, 0.0
    for _, name in entries:
        wide = min(width, _SWATCH + 6 + text_width(name, ui_font(12)) + 2)
        if x and x + wide > width:
            x, y = 0.0, y + _ROW
        places.append(QRectF(x, y, wide, _ROW))
        x += wide + _APART
    return places


def key_height(entries: Entries, width: float) -> int:
    """How high the key is at this width; 0 without entries."""
    return round(_places(entries, width)[-1].bottom()) if entries else 0


def paint_key(painter: QPainter, at: QPointF, entries: Entries, width: float) -> None:
    """The key with its corner at ``at``."""
    for (colour, name), place in zip(entries, _places(entries, width), strict=True):
        room = place.translated(at)
        top = room.top() + (_ROW - _SWATCH) / 2
        painter.fillRect(QRectF(room.left(), top, _SWATCH, _SWATCH), colour)
        words = room.adjusted(_SWATCH + 6, 0, 0, 0)
        draw_text(painter, words, name, ui_font(12), current_theme().secondary)


class ColourKey(QWidget):
    """The key on the screen: as high as its rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: Entries = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Colours of the recordings")
        self.setFixedHeight(0)

    def set_entries(self, entries: Entries) -> None:
        """Show these."""
        self._entries = tuple(entries)
        self.setAccessibleDescription(", ".join(name for _, name in self._entries))
        self.setFixedHeight(key_height(self._entries, self.width()))
        self.update()

    def sizeHint(self) -> QSize:
        """Its rows."""
        return QSize(240, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width wraps it otherwise."""
        super().resizeEvent(event)
        self.setFixedHeight(key_height(self._entries, self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Swatches and names."""
        paint_key(QPainter(self), QPointF(0, 0), self._entries, self.width())

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self.update()
        super().changeEvent(event)
