"""Which of A and B came first and by how much, on one axis of seconds.

To the right of *same instant* A came first, to the left B: no number is negative.
"""

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
        """``A first by 0.56 to 0.72 s``: never a negative number."""
        low, high = self.ends
        if low is not None and high is not None:
            lower, upper = _ends(low, high)
            if float(lower) >= 0:
                return f"A first by {lower} to {upper} s"
            if float(upper) <= 0:
                return f"B first by {_bare(upper)} to {_bare(lower)} s"
            return f"B first by {_bare(lower)} … A first by {upper} s"
        if low is not None:
            text = format_ends(low, low, 2)[0]
            if low >= 0:
                return f"A first by at least {text} s"
            return f"A first, or B first by at most {_bare(text)} s"
        if high is not None:
            text = format_ends(high, high, 2)[1]
            if high <= 0:
                return f"B first by at least {_bare(text)} s"
            return f"B first, or A first by at most {text} s"
        return "not known"

    @property
    def short(self) -> str:
        """The same for a narrow column beside a verdict: ``0.56…0.72``, ``B 1.2…A 0.8``."""
        low, high = self.ends
        if low is None or high is None:
            return self.in_words
        lower, upper = _ends(low, high)
        if float(lower) >= 0:
            return f"{lower}…{upper}"
        if float(upper) <= 0:
            return f"{_bare(upper)}…{_bare(lower)}"
        return f"B {_bare(lower)}…A {upper}"


def _ends(low_s: float, high_s: float) -> tuple[str, str]:
    """Both ends rounded outwards, as fine as it takes for neither to reach or cross zero."""
    first = decimals_for((high_s - low_s) / 2)
    for decimals in range(first, first + 3):
        ends = format_ends(low_s, high_s, decimals)
        if all(float(text) * end > 0 for text, end in zip(ends, (low_s, high_s), strict=True)):
            break
    return ends


def _bare(text: str) -> str:
    """Without its sign: who came first says it."""
    return text.removeprefix("-")


class DifferenceAxis(QWidget):
    """Ranges of one difference, a row each, over an axis; dashed: the same instant."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ranges: tuple[Range, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Which came first, and by how much")
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
        step = tick_step(ns_per_px, text_width("00.00 s", font) + 12)[0]
        decimals = step_decimals(step)
        taken = -1e9
        self._paint_sides(painter, base + 20, low * NS_PER_S <= -step, high * NS_PER_S >= step)
        for count in range(math.ceil(low * NS_PER_S / step), int(high * NS_PER_S // step) + 1):
            at_s = count * step / NS_PER_S
            x = self._x(at_s)
            text = f"{abs(at_s):.{decimals}f} s" if count else "same instant"
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

    def _paint_sides(self, painter: QPainter, y: float, left: bool, right: bool) -> None:
        """Who comes first on each side of *same instant*, where there is room beside it."""
        theme, face = current_theme(), ui_font(12)
        half = text_width("same instant", face) / 2 + 6
        zero = min(max(self._x(0.0), half), self.width() - half)
        flags = Qt.AlignmentFlag
        for shown, text, from_x, to_x, side in (
            (left, "◂ B first", 0.0, zero - half, flags.AlignLeft),
            (right, "A first ▸", zero + half, float(self.width()), flags.AlignRight),
        ):
            if shown and to_x - from_x >= text_width(text, face):
                draw_text(painter, QRectF(from_x, y, to_x - from_x, 15), text, face,
                          theme.secondary, side)  # fmt: skip

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self.update()
        super().changeEvent(event)
