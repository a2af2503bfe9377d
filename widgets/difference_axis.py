"""B - A on one axis of seconds: its range with and without limits, and other readings of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from sync.timebase import NS_PER_S
from sync.uncertainty import decimals_for, format_ends
from widgets.bracket import draw_bracket
from widgets.parts import draw_text, theme_changed
from widgets.theme import current_theme, mono_font, text_width, ui_font
from widgets.time_ruler import step_decimals, tick_step

_EDGE = 10.0
_ROW = 36.0
_TOP = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """One row: what it is, and its 95 % range of B - A in seconds; ``None`` or infinite is open."""

    name: str
    low_s: float | None
    high_s: float | None
    value_s: float | None = None
    role: str = "text"
    """Name of a colour of :class:`widgets.theme.Theme`."""

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Both ends, ``None`` where open."""
        low, high = (
            end if end is not None and math.isfinite(end) else None
            for end in (self.low_s, self.high_s)
        )
        return low, high

    @property
    def in_words(self) -> str:
        """``+0.56 to +0.72 s``; ``at least +0.56 s``."""
        low, high = self.ends
        if low is not None and high is not None:
            return " to ".join(signed(end) for end in _ends(low, high)) + " s"
        if low is not None:
            return f"at least {signed(format_ends(low, low, 2)[0])} s"
        if high is not None:
            return f"at most {signed(format_ends(high, high, 2)[1])} s"
        return "not known"


def _ends(low_s: float, high_s: float) -> tuple[str, str]:
    """Both ends rounded outwards, as fine as it takes for neither to reach or cross zero."""
    first = decimals_for((high_s - low_s) / 2)
    for decimals in range(first, first + 3):
        ends = format_ends(low_s, high_s, decimals)
        if all(float(text) * end > 0 for text, end in zip(ends, (low_s, high_s), strict=True)):
            break
    return ends


def signed(text: str) -> str:
    """``+0.56``, with a real minus; zero has no sign."""
    if float(text) == 0:
        return text.removeprefix("-")
    return f"\N{MINUS SIGN}{text[1:]}" if text.startswith("-") else f"+{text}"


class DifferenceAxis(QWidget):
    """Ranges of one difference, a row each, over an axis; dashed: the same instant."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ranges: tuple[Range, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("B minus A")
        self.setFixedHeight(0)

    def set_ranges(self, ranges: Sequence[Range]) -> None:
        """Show these, top to bottom."""
        self._ranges = tuple(ranges)
        self.setFixedHeight(round(_TOP + _ROW * len(ranges) + 40) if ranges else 0)
        self.setAccessibleDescription("; ".join(f"{r.name}: {r.in_words}" for r in ranges))
        self.update()

    def texts(self) -> list[str]:
        """What the rows say."""
        return [f"{shown.name}: {shown.in_words}" for shown in self._ranges]

    def sizeHint(self) -> QSize:
        """A row for each range, and the axis."""
        return QSize(300, self.height())

    def span(self) -> tuple[float, float]:
        """From and to in seconds: all ranges and zero, with a margin."""
        known = [end for shown in self._ranges for end in (*shown.ends, shown.value_s)
                 if end is not None]  # fmt: skip
        low, high = min(0.0, 0.0, *known), max(0.0, 0.0, *known)
        room = 0.10 * ((high - low) or 1.0)
        open_low = any(shown.ends[0] is None is not shown.ends[1] for shown in self._ranges)
        open_high = any(shown.ends[1] is None is not shown.ends[0] for shown in self._ranges)
        return low - room * (5 if open_low else 1), high + room * (5 if open_high else 1)

    def _x(self, at_s: float) -> float:
        low, high = self.span()
        return _EDGE + (at_s - low) / (high - low) * (self.width() - 2 * _EDGE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, zero line, then name, range in figures and bracket a row."""
        if not self._ranges:
            return
        theme = current_theme()
        painter = QPainter(self)
        base = _TOP + _ROW * len(self._ranges) + 4
        zero = self._x(0.0)
        for place, shown in enumerate(self._ranges):
            top = _TOP + _ROW * place
            painter.setPen(QPen(theme.secondary, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(zero, top + 18), QPointF(zero, top + _ROW))
            self._paint_range(painter, shown, top)
        painter.setPen(theme.line)
        painter.drawLine(QPointF(_EDGE, base), QPointF(self.width() - _EDGE, base))
        self._paint_ticks(painter, base)

    def _paint_range(self, painter: QPainter, shown: Range, top: float) -> None:
        theme = current_theme()
        colour = getattr(theme, shown.role)
        room = QRectF(0, top, self.width() - 2, 18)
        figures = mono_font(12)
        wide = text_width(shown.in_words, figures) + 4
        right = Qt.AlignmentFlag.AlignRight
        draw_text(painter, room, shown.in_words, figures, theme.text, right)
        name = room.adjusted(0, 0, -wide - 8, 0)
        draw_text(painter, name, shown.name, ui_font(12), theme.secondary)
        low, high = shown.ends
        if low is None and high is None:
            return
        ends = [None if end is None else self._x(end) for end in (low, high)]
        y = top + 26
        centre = None if shown.value_s is None else self._x(shown.value_s)
        draw_bracket(painter, ends[0], ends[1], y, colour, cap=6, width=2.2, centre=centre,
                     dot=shown.value_s is not None)  # fmt: skip

    def _paint_ticks(self, painter: QPainter, base: float) -> None:
        theme, font = current_theme(), mono_font(12)
        low, high = self.span()
        ns_per_px = (high - low) * NS_PER_S / max(1.0, self.width() - 2 * _EDGE)
        step = tick_step(ns_per_px, text_width("+00.00", font) + 16)[0]
        decimals = step_decimals(step)
        taken = -1e9
        for count in range(math.ceil(low * NS_PER_S / step), int(high * NS_PER_S // step) + 1):
            at_s = count * step / NS_PER_S
            x = self._x(at_s)
            text = signed(f"{at_s:.{decimals}f}") if count else "same instant"
            face = font if count else ui_font(12)
            painter.setPen(theme.faint)
            painter.drawLine(QPointF(x, base - 3), QPointF(x, base + 3))
            width = text_width(text, face) + 2
            left = min(max(0.0, x - width / 2), self.width() - width)
            y = base + (7 if count else 20)
            if count and left < taken:
                continue
            if count:
                taken = left + width + 4
            draw_text(painter, QRectF(left, y, width, 15), text, face, theme.faint,
                      Qt.AlignmentFlag.AlignHCenter)  # fmt: skip

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self.update()
        super().changeEvent(event)
