"""A widget as a picture to keep: PNG or SVG, with what its figures rest on written under it."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from widgets.colour_key import Entries, key_height, paint_key
from widgets.theme import current_theme, ui_font

_PIXELS = 2
"""Of a PNG for each of the screen: sharp when printed a hand wide."""
_EDGE = 12
_WRAPS = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


def png(widget: QWidget, title: str, note: str, key: Entries = ()) -> bytes:
    """The widget as it is on the screen, twice as fine, under its title and over its note.

    ``key``: what its colours are.
    """
    size = _size(widget, title, note, key)
    image = QImage(size * _PIXELS, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_PIXELS)
    with QPainter(image) as painter:
        _paint(painter, widget, title, note, key, size)
    kept = QByteArray()
    buffer = QBuffer(kept)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(kept.data())


def svg(widget: QWidget, title: str, note: str, key: Entries = ()) -> bytes:
    """The same as lines and letters.

    Qt's own generator: the exporter of pyqtgraph fails with the PySide6 of today.
    """
    size = _size(widget, title, note, key)
    kept = QByteArray()
    buffer = QBuffer(kept)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(), size))
    generator.setTitle(title)
    generator.setDescription(note)
    with QPainter(generator) as painter:
        _paint(painter, widget, title, note, key, size)
    return bytes(kept.data())


def _heights(widget: QWidget, title: str, note: str) -> tuple[int, int]:
    """Of title and note, wrapped to the width of the widget."""
    room = QRect(0, 0, widget.width(), 10_000)
    return tuple(  # type: ignore[return-value]
        QFontMetrics(font).boundingRect(room, _WRAPS, text).height() if text else 0
        for font, text in ((ui_font(13, bold=True), title), (ui_font(12), note))
    )


def _size(widget: QWidget, title: str, note: str, key: Entries) -> QSize:
    tall = sum(_heights(widget, title, note)) + widget.height() + 4 * _EDGE
    tall += key_height(key, widget.width())
    return QSize(widget.width() + 2 * _EDGE, tall)


def _paint(
    painter: QPainter, widget: QWidget, title: str, note: str, key: Entries, size: QSize
) -> None:
    theme = current_theme()
    above, below = _heights(widget, title, note)
    painter.fillRect(QRect(QPoint(), size), theme.ground)
    width = widget.width()
    for text, font, colour, top, tall in (
        (title, ui_font(13, bold=True), theme.text, _EDGE, above),
        (note, ui_font(12), theme.secondary, size.height() - _EDGE - below, below),
    ):
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(QRect(_EDGE, top, width, tall), _WRAPS, text)
    corner = QPointF(_EDGE, size.height() - _EDGE - below - key_height(key, width) - 4)
    paint_key(painter, corner, key, width)
    painter.translate(_EDGE, 2 * _EDGE + above)
    # A graphics view has a render of its own, which leaves its ground out.
    bare = QWidget.RenderFlag.DrawChildren  # on the ground painted above, not on the window's
    QWidget.render(widget, painter, QPoint(), QRegion(), bare)
