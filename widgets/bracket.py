"""The bracket |—•—|: the one symbol for the 95 % range, drawn the same everywhere."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

SMALLEST_PX = 3.0
"""A range is never drawn narrower, however small: it is a range, not a line."""


def draw_bracket(
    painter: QPainter,
    low: float | None,
    high: float | None,
    y: float,
    colour: QColor,
    *,
    cap: float = 6.0,
    width: float = 1.5,
    centre: float | None = None,
    dot: bool = True,
) -> QRectF:
    """Draw the range from ``low`` to ``high`` (x in px) at height ``y``; returns what it covers.

    An open end (``None``) is drawn as an arrow: nothing is known on that side. ``centre`` places
    the dot; the middle unless given.
    """
    if low is None and high is None:
        raise ValueError("a range has at least one end")
    left = low if low is not None else (high or 0.0) - 4 * cap
    right = high if high is not None else (low or 0.0) + 4 * cap
    if right - left < SMALLEST_PX:
        middle = (left + right) / 2
        left, right = middle - SMALLEST_PX / 2, middle + SMALLEST_PX / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLine(QPointF(left, y), QPointF(right, y))
    for x, known, towards in ((left, low, -1), (right, high, 1)):
        if known is None:
            _arrow(painter, x, y, towards, cap, colour)
        else:
            painter.drawLine(QPointF(x, y - cap), QPointF(x, y + cap))
    if dot and low is not None and high is not None and right - left >= 8:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF((left + right) / 2 if centre is None else centre, y), 3.2, 3.2)
    painter.restore()
    return QRectF(left, y - cap, right - left, 2 * cap)


def playhead_rect(x: float, top: float, height: float) -> QRectF:
    """The playhead's line: two whole pixels, so that it is crisp and the same in every part."""
    return QRectF(round(x) - 1, top, 2, height)


def _arrow(painter: QPainter, x: float, y: float, towards: int, cap: float, colour: QColor) -> None:
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    back = x - towards * cap
    painter.drawPolygon(
        QPolygonF([QPointF(x, y), QPointF(back, y - cap * 0.7), QPointF(back, y + cap * 0.7)])
    )
    painter.restore()
