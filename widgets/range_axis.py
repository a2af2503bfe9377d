"""Two 95 % ranges on one axis of clock time: brackets, no bell curve."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sync.timebase import NS_PER_S, ReferenceTime, format_clock
from widgets.bracket import draw_bracket
from widgets.parts import draw_text, theme_changed
from widgets.theme import current_theme, mono_font, text_width, ui_font
from widgets.time_ruler import step_decimals, tick_step
from widgets.view_range import ViewRange

_EDGE = 8.0
_ROW = 22.0


class RangeAxis(QWidget):
    """Ranges of a few instants, one row each, over an axis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ranges: list[tuple[str, int, int, QColor]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Both ranges on one axis")
        self.setFixedHeight(0)

    def set_ranges(self, ranges: list[tuple[str, int, int, QColor]]) -> None:
        """(name, reference ns, half-width of the 95 % range in ns, colour), earliest on top."""
        self._ranges = list(ranges)
        self.setFixedHeight(round(14 + _ROW * len(ranges) + 30) if ranges else 0)
        self.setAccessibleDescription(
            "; ".join(
                f"{name} from {format_clock(ReferenceTime(at - half))} to "
                f"{format_clock(ReferenceTime(at + half))}"
                for name, at, half, _ in ranges
            )
        )
        self.update()

    def sizeHint(self) -> QSize:
        """A row for each range, and the axis."""
        return QSize(300, self.height())

    def view(self) -> ViewRange:
        """The axis: all ranges, with room for a name on the right."""
        low = min(at - half for _, at, half, _ in self._ranges)
        high = max(at + half for _, at, half, _ in self._ranges)
        room = ViewRange(0, 1, max(50, round(self.width() - 2 * _EDGE)))
        return room.showing(low, high, margin=0.30)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis with ticks, then a bracket and a name a row."""
        if not self._ranges:
            return
        theme = current_theme()
        painter = QPainter(self)
        view = self.view()
        base = 14 + _ROW * len(self._ranges)
        painter.setPen(theme.line)
        painter.drawLine(QPointF(_EDGE, base), QPointF(self.width() - _EDGE, base))
        self._paint_ticks(painter, view, base)
        for place, (name, at, half, colour) in enumerate(self._ranges):
            y = 12 + _ROW * place
            low, high = (_EDGE + view.x_of(ns) for ns in (at - half, at + half))
            draw_bracket(painter, low, high, y, colour, cap=6, width=2.2)
            width = text_width(name, ui_font(12)) + 2
            after, before = self.width() - high - 8, low - 8
            if width <= after or after >= before:
                room, align = QRectF(high + 8, y - 9, after, 18), Qt.AlignmentFlag.AlignLeft
            else:
                room, align = QRectF(0, y - 9, before, 18), Qt.AlignmentFlag.AlignRight
            draw_text(painter, room, name, ui_font(12), theme.secondary, align)

    def _paint_ticks(self, painter: QPainter, view: ViewRange, base: float) -> None:
        theme, font = current_theme(), mono_font(12)
        fine = tick_step(view.ns_per_px, text_width("00.000", font) + 14)[0]
        # Seconds within the minute are enough where the whole axis lies in it.
        minutes = view.start_ns // (60 * NS_PER_S) != view.end_ns // (60 * NS_PER_S)
        short = not minutes and fine < 30 * NS_PER_S
        step = fine if short else tick_step(view.ns_per_px, text_width("00:00:00.00", font) + 14)[0]
        decimals = step_decimals(step)
        first = -(-view.start_ns // step)
        for count in range(first, view.end_ns // step + 1):
            x = _EDGE + view.x_of(count * step)
            text = format_clock(ReferenceTime(count * step), decimals)
            text = text[6:] if short else text
            width = text_width(text, font) + 2
            painter.setPen(theme.faint)
            painter.drawLine(QPointF(x, base - 3), QPointF(x, base + 3))
            if width / 2 <= x <= self.width() - width / 2:
                room = QRectF(x - width / 2, base + 7, width, 16)
                draw_text(painter, room, text, font, theme.faint, Qt.AlignmentFlag.AlignHCenter)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self.update()
        super().changeEvent(event)
