"""Fonts and widths of a pane's strips, kept: they are painted with every picture of every clip."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from widgets.theme import mono_font, text_width, ui_font

_DIGITS = str.maketrans("123456789", "000000000")


@dataclass(frozen=True, slots=True)
class Face:
    """Which face a text is written in."""

    mono: bool = False
    px: int = 12
    bold: bool = False


NUMBERS, LABEL, NAME = Face(mono=True), Face(), Face(px=13, bold=True)


@lru_cache(maxsize=16)
def font_of(face: Face) -> QFont:
    """One font object for each face; never changed."""
    make = mono_font if face.mono else ui_font
    return make(face.px, bold=face.bold)


def width_of(text: str, face: Face) -> float:
    """Width of ``text`` in pixels; digits are all as wide as 0, so numbers are measured once."""
    return _width(text.translate(_DIGITS), face)


@lru_cache(maxsize=1024)
def _width(text: str, face: Face) -> float:
    return text_width(text, font_of(face))


def draw_line(
    painter: QPainter, room: QRectF, text: str, face: Face, colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:  # fmt: skip
    """One line, centred vertically; ends in … only where it does not fit."""
    shown, font, width = text, font_of(face), width_of(text, face)
    if width > room.width():
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        width = text_width(shown, font)
    spare = room.width() - width
    if align is Qt.AlignmentFlag.AlignHCenter:  # ``&`` of two flags takes as long as the text
        spare /= 2
    elif align is Qt.AlignmentFlag.AlignLeft:
        spare = 0.0
    painter.setFont(font)
    painter.setPen(colour)
    # At a point: laid out in a rectangle the same line takes twice as long.
    painter.drawText(QPointF(room.left() + spare, room.center().y() + _drop(face)), shown)


@lru_cache(maxsize=16)
def _drop(face: Face) -> float:
    """From the middle of a line down to where its letters stand."""
    metrics = QFontMetricsF(font_of(face))
    return metrics.ascent() - metrics.height() / 2


def draw_label(painter: QPainter, place: QRectF, text: str, face: Face, colour: QColor) -> None:
    """A line that is said again and again: painted once, then only copied."""
    ratio = painter.device().devicePixelRatioF()
    image = _label(text, face, colour.rgba(), ratio, math.ceil(place.width()), int(place.height()))
    painter.drawImage(QPointF(round(place.left() * ratio) / ratio, place.top()), image)


@lru_cache(maxsize=64)
def _label(text: str, face: Face, colour: int, ratio: float, width: int, height: int) -> QImage:
    image = QImage(
        round(width * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied
    )
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    draw_line(painter, QRectF(0, 0, width, height), text, face, QColor.fromRgba(colour))
    painter.end()
    return image
