"""The two strips of a pane, above and below the picture: all that is said stands in them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from widgets.pane_info import PaneInfo
from widgets.pane_text import LABEL, NAME, NUMBERS, draw_label, draw_line, width_of
from widgets.theme import current_theme

HEADER_PX = 26
FOOTER_PX = 24
_GAP = 12
_LEFT = 10.0
_NAME_PX = 80.0
_LEAST_LEFT = 90.0
"""Room for the number of a picture, before the values of a changed view are written out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Name and time of a recording, and what its picture is shown as."""

    name: str
    time: str = ""
    colour: str = ""
    chip: str = ""
    """``NOT YET``, ``HAPPENED``, ``EARLIEST 0.07 s before``."""
    filled: bool = False
    chip_room: str = ""
    """The longest text that takes its turn in the chip, so that nothing jumps."""


class HeaderStrip:
    """Paints the header, and keeps it while it stays as it is."""

    def __init__(self) -> None:
        self._key: object = None
        self._kept = QPixmap()

    def paint(self, painter: QPainter, widget: QWidget, header: Header) -> None:
        """At the top of ``widget``."""
        ratio = widget.devicePixelRatioF()
        key = (header, widget.width(), ratio, current_theme().name)
        if key != self._key:
            self._key = key
            self._kept = QPixmap(round(widget.width() * ratio), round(HEADER_PX * ratio))
            self._kept.setDevicePixelRatio(ratio)
            own = QPainter(self._kept)
            _paint_header(own, widget.width(), header)
            own.end()
        painter.drawPixmap(0, 0, self._kept)


def _paint_header(painter: QPainter, width: int, header: Header) -> None:
    theme = current_theme()
    painter.fillRect(0, 0, width, HEADER_PX, theme.strip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(header.colour))
    painter.drawEllipse(QPointF(14, HEADER_PX / 2), 4.5, 4.5)
    chip = width_of(header.chip_room or header.chip, NAME) + 22 if header.chip else 0.0
    room = width - 35.0
    wanted = width_of(header.name, NAME) + 2
    # A short name leaves the time more room; in a narrow pane the name comes first.
    left = room - 10 - min(wanted, max(room * 0.38, _NAME_PX))
    # Narrow: the range without what it is relative to, else the name alone; never half of it.
    shorter = header.time.partition(" to ")[0]
    shown = next((text for text in (header.time, shorter) if width_of(text, NUMBERS) < left), "")
    time_width = width_of(shown, NUMBERS) + 1 if shown else 0.0
    if chip and room - time_width - chip - 20 < wanted:
        time_width = 0.0  # narrow: the name and the label matter more
    gap = 10 if chip and time_width else 0
    name_width = max(0.0, room - time_width - chip - gap - 10)
    draw_line(painter, QRectF(25, 0, name_width, HEADER_PX), header.name, NAME, theme.text)
    right = QRectF(width - 10 - time_width, 0, time_width, HEADER_PX)
    if time_width:
        draw_line(painter, right, shown, NUMBERS, theme.text, Qt.AlignmentFlag.AlignRight)
    if chip:
        _paint_chip(painter, QRectF(right.left() - chip - gap, 3, chip, 20), header)


def _paint_chip(painter: QPainter, room: QRectF, header: Header) -> None:
    """Hollow or filled: told apart without colour."""
    theme = current_theme()
    painter.setPen(QPen(theme.act, 1.5))
    painter.setBrush(theme.act if header.filled else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(room.adjusted(1, 0.5, -1, -0.5), 4, 4)
    colour = theme.on_act if header.filled else theme.act
    draw_line(painter, room, header.chip, NAME, colour, Qt.AlignmentFlag.AlignHCenter)


def paint_footer(painter: QPainter, room: QRectF, info: PaneInfo | None, view: str) -> QRectF:
    """What the picture is; where the label of a changed view is (empty without one)."""
    theme = current_theme()
    painter.fillRect(room, theme.strip)
    if info is None:
        return QRectF()
    edge = room.right() - 10.0
    for text, colour in _said(info):
        edge = _label(painter, room, edge, text, colour).left() - _GAP
    badge = QRectF()
    if view:
        spare = edge - _LEFT
        full, short = f"◐ view changed: {view}  ✕", "◐ view changed  ✕"
        text = full if width_of(full, LABEL) < spare - _LEAST_LEFT else short
        badge = _label(painter, room, edge, text, theme.act)
        edge = badge.left() - _GAP
    left = QRectF(_LEFT, room.top(), max(0.0, edge - _LEFT), room.height())
    text = info.fitting(left.width(), NUMBERS)
    if width_of(text, NUMBERS) <= left.width():  # never half a number
        draw_line(painter, left, text, NUMBERS, theme.secondary)
    return badge


def _said(info: PaneInfo) -> list[tuple[str, QColor]]:
    theme = current_theme()
    said = [("■ original", theme.linked) if info.exact else ("◧ preview", theme.act)]
    if info.damaged:
        said.append(("▨ damaged", theme.disagree))
    if info.late_ms is not None:
        said.append((f"shown {info.late_ms:.0f} ms late", theme.act))
    if info.dropped:
        said.append((f"{info.dropped} dropped", theme.secondary))
    return said


def _label(painter: QPainter, room: QRectF, edge: float, text: str, colour: QColor) -> QRectF:
    width = width_of(text, LABEL) + 2
    place = QRectF(edge - width, room.top(), width, room.height())
    draw_label(painter, place, text, LABEL, colour)
    return place
