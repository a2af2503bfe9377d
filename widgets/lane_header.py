"""The header of a lane, the names of its channels, and what says that it is only tried on."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from sync.timebase import NS_PER_S
from widgets.columns import LaneRow
from widgets.parts import draw_text
from widgets.theme import current_theme, text_width, ui_font, with_alpha

HEADER_PX = 150
_TWO_LINES_PX = 44
_AFTER_NAMES_PX = 90
"""Where the names of channels end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneHeader:
    """What stands at the left of a lane."""

    name: str
    kind: str
    colour: QColor
    sound_sign: str = ""
    focused: bool = False
    stale: bool = False
    held: bool = False
    """It is being dragged to another place."""


def paint_header(painter: QPainter, header: LaneHeader, height: int) -> None:
    """Colour, name, what the curve is, how it is heard."""
    theme = current_theme()
    tall = height - 1
    ground = theme.raised if header.focused or header.held else theme.panel
    painter.fillRect(0, 0, HEADER_PX - 1, tall, ground)
    painter.fillRect(HEADER_PX - 1, 0, 1, tall + 1, theme.line)
    painter.fillRect(0, tall, HEADER_PX, 1, theme.line)
    painter.fillRect(0, 0, 3, tall, header.colour)
    top = 8 if tall >= _TWO_LINES_PX else (tall - 18) / 2
    room = QRectF(14, top, HEADER_PX - 22, 18)
    sign = _paint_sound_sign(painter, room, header.sound_sign)
    name_room = room.adjusted(0, 0, -sign, 0)
    draw_text(painter, name_room, header.name, ui_font(13, bold=True), theme.text)
    if tall >= _TWO_LINES_PX:
        kind = "⟳ out of date" if header.stale else header.kind
        tone = theme.act if header.stale else theme.secondary
        draw_text(painter, room.translated(0, 18), kind, ui_font(12), tone)
    if header.held:
        painter.setPen(QPen(theme.act, 1))
        painter.drawRect(QRectF(0.5, 0.5, HEADER_PX - 2, tall - 1))


def _paint_sound_sign(painter: QPainter, room: QRectF, sign: str) -> float:
    """At the right of the header's first line; the width it takes."""
    if not sign:
        return 0.0
    theme, font = current_theme(), ui_font(12, bold=True)
    width = text_width(sign, font) + 10
    chip = QRectF(room.right() - width, room.top() + 1, width, room.height() - 2)
    painter.setPen(QPen(theme.act, 1))
    painter.drawRect(chip.adjusted(0.5, 0.5, -0.5, -0.5))
    draw_text(painter, chip.adjusted(5, 0, 0, 0), sign, font, theme.act)
    return width + 6


def name_rows(painter: QPainter, rows: tuple[LaneRow, ...], height: int) -> None:
    """Which channel is which, at the left of its row."""
    each = (height - 10) / len(rows)
    font, theme = ui_font(12), current_theme()
    for place, row in enumerate(rows):
        chip = QRectF(4, 7 + place * each, text_width(row.name, font) + 10, 17)
        painter.fillRect(chip, with_alpha(theme.ground, 0.8))
        draw_text(painter, chip.adjusted(5, 0, 0, 0), row.name, font, theme.text)


def displacement_text(ns: int) -> str:
    """``+1.24 s``: by how much a lane is tried on later, to 10 ms and no finer."""
    return f"{'−' if ns < 0 else '+'}{abs(ns) / NS_PER_S:.2f} s"


def paint_try_on(painter: QPainter, ns: int) -> None:
    """What a displaced lane says of itself, at its left whatever part of it is on the screen."""
    text, font = f"tried on: {displacement_text(ns)} · view only", ui_font(12)
    theme = current_theme()
    wide = text_width(text, font) + 16
    chip = QRectF(_AFTER_NAMES_PX, 3, wide, 18)
    painter.setPen(QPen(theme.act, 1, Qt.PenStyle.DashLine))
    painter.setBrush(with_alpha(theme.ground, 0.92))
    painter.drawRoundedRect(chip.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
    draw_text(painter, chip.adjusted(8, 0, -4, 0), text, font, theme.act)
