"""Two 95 % ranges on one axis of clock time: brackets, no bell curve."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sync.timebase import NS_PER_S, ReferenceTime, format_clock
from widgets.bracket import draw_bracket
from widgets.parts import draw_text, theme_changed
from widgets.theme import current_theme, mono_font, text_width, ui_font
from widgets.time_ruler import step_decimals, tick_step
from widgets.view_range import ViewRange

_EDGE = 8.0
_ROW, _TALL_ROW = 22.0, 36.0
"""With the name beside the bracket, or above it where one of the names has no room beside."""


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
        self._fit()
        self.setAccessibleDescription(
            "; ".join(
                f"{name} from {format_clock(ReferenceTime(at - half))} to "
                f"{format_clock(ReferenceTime(at + half))}"
                for name, at, half, _ in ranges
            )
        )
        self.update()

    @property
    def named_above(self) -> bool:
        """Whether the names stand above their brackets."""
        return any(not self._beside(name, at, half) for name, at, half, _ in self._ranges)

    def _beside(self, name: str, at: int, half: int) -> bool:
        """Whether there is room for a name at one side of its bracket."""
        low, high = self._ends(at, half)
        return text_width(name, ui_font(12)) + 2 <= max(self.width() - high - 8, low - 8)

    def _ends(self, at: int, half: int) -> tuple[float, float]:
        low, high = (_EDGE + self.view().x_of(ns) for ns in (at - half, at + half))
        return low, high

    def _fit(self) -> None:
        """As high as the rows are."""
        row = _TALL_ROW if self.named_above else _ROW
        self.setFixedHeight(round(14 + row * len(self._ranges) + 30) if self._ranges else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may have room for the names, or no longer."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

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
        above = self.named_above
        each = _TALL_ROW if above else _ROW
        base = 14 + each * len(self._ranges)
        painter.setPen(theme.line)
        painter.drawLine(QPointF(_EDGE, base), QPointF(self.width() - _EDGE, base))
        self._paint_ticks(painter, view, base)
        for place, (name, at, half, colour) in enumerate(self._ranges):
            y = 12 + each * place + (each - _ROW)
            low, high = self._ends(at, half)
            draw_bracket(painter, low, high, y, colour, cap=6, width=2.2)
            width = text_width(name, ui_font(12)) + 2
            after, before = self.width() - high - 8, low - 8
            align = Qt.AlignmentFlag.AlignLeft
            if above:
                left = max(0.0, min((low + high - width) / 2, self.width() - width))
                room = QRectF(left, y - 24, min(width, self.width()), 16)
            elif width <= after:
                room = QRectF(high + 8, y - 9, after, 18)
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
        taken = 0.0
        for count in range(first, view.end_ns // step + 1):
            x = _EDGE + view.x_of(count * step)
            text = format_clock(ReferenceTime(count * step), decimals)
            text = text[6:] if short and count != first else text  # the first says the minute
            width = text_width(text, font) + 2
            painter.setPen(theme.faint)
            painter.drawLine(QPointF(x, base - 3), QPointF(x, base + 3))
            left = max(0.0, x - width / 2) if count == first else x - width / 2
            if taken <= left <= self.width() - width:
                taken = left + width + 6
                room = QRectF(left, base + 7, width, 16)
                draw_text(painter, room, text, font, theme.faint, Qt.AlignmentFlag.AlignHCenter)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self.update()
        super().changeEvent(event)
