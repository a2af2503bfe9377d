"""What a pane says where it shows no picture."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from widgets.pane_text import Face, font_of
from widgets.theme import current_theme


def paint_card(painter: QPainter, area: QRectF, title: str, text: str) -> None:
    """Title and text in the middle of ``area``."""
    theme = current_theme()
    side = 16 if area.width() > 194 else 6  # a file's name is one word
    area = area.adjusted(side, 8, -side, -8)
    title_px = 18 if area.width() > 300 else 14 if area.width() > 140 else 12
    large, small = Face(px=title_px, bold=True), Face(px=13)
    painter.setFont(font_of(large))
    painter.setPen(theme.secondary)
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
    title_box = painter.boundingRect(area, int(flags), title)
    painter.setFont(font_of(small))
    text_box = painter.boundingRect(area, int(flags), text) if text else QRectF()
    spare = area.height() - title_box.height() - text_box.height() - 8
    if spare < 0:  # half a sentence says less than none; the source's card has the next step
        text, spare = "", area.height() - title_box.height()
    top = area.top() + max(0.0, spare / 2)
    painter.setFont(font_of(large))
    painter.drawText(QRectF(area.left(), top, area.width(), area.height()), int(flags), title)
    painter.setFont(font_of(small))
    painter.setPen(theme.faint)
    below = top + title_box.height() + 8
    room = QRectF(area.left(), below, area.width(), max(0.0, area.bottom() - below))
    painter.setClipRect(room)
    painter.drawText(room, int(flags), text)
    painter.setClipping(False)
