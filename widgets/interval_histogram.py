"""How often frames come at which interval: a few bars, each with its interval and count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets.parts import draw_text
from widgets.theme import current_theme, mono_font, text_width

if TYPE_CHECKING:
    from sync.media.timing import IntervalBin

_BARS_PX = 64
_LEAST_BAR_PX = 3
"""One gap among a million intervals must still be seen."""
_GAP_PX, _APART_PX = 3, 12
"""Between bars, and between the figures below them."""


class IntervalHistogram(QWidget):
    """Bars from the shortest interval to the longest, in even steps of place, not of time.

    A bar's height is its share of the tallest one, at least three pixels.
    """

    def __init__(self, bins: tuple[IntervalBin, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bins = bins
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Intervals between frames")
        self.setAccessibleDescription("; ".join(bin_words(one) for one in bins))

    def sizeHint(self) -> QSize:
        """Bars, and a line of text above and below."""
        return QSize(240, _BARS_PX + 42)

    def minimumSizeHint(self) -> QSize:
        """As high, and narrower."""
        return QSize(120, _BARS_PX + 42)

    def event(self, event: QEvent) -> bool:
        """The interval and count under the pointer."""
        if isinstance(event, QHelpEvent):
            at = self._bar_at(event.pos())
            QToolTip.showText(event.globalPos(), "" if at is None else bin_words(self._bins[at]))
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars, the count of the tallest above it, first and last interval below."""
        if not self._bins:
            return
        theme, painter = current_theme(), QPainter(self)
        tallest = max(range(len(self._bins)), key=lambda k: self._bins[k].count)
        most = self._bins[tallest].count
        ground = 20.0 + _BARS_PX
        painter.fillRect(QRectF(0, ground, self.width(), 1), theme.line)
        for k, one in enumerate(self._bins):
            bar = self._place(k)
            high = max(float(_LEAST_BAR_PX), _BARS_PX * one.count / most)
            colour = theme.linked if k == tallest else theme.secondary
            painter.fillRect(QRectF(bar.left(), ground - high, bar.width(), high), colour)
        self._label(painter, self._place(tallest).center().x(), 0, _count(most))
        below, words = ground + 2, self.labels()
        left = self._label(painter, self._place(0).center().x(), below, words[0])
        if len(self._bins) > 1:
            last = self._place(len(self._bins) - 1).center().x()
            self._label(painter, last, below, words[-1], least=left + _APART_PX)
        middle = self._place(tallest).center().x()
        ends = [text_width(words[k], mono_font(12)) for k in (0, -1)]
        own = text_width(words[tallest], mono_font(12)) / 2 + 8
        if ends[0] + own < middle < self.width() - ends[1] - own:
            self._label(painter, middle, below, words[tallest])

    def labels(self) -> list[str]:
        """The interval of each bar, as fine as it takes for the first and last to differ."""
        for digits in range(4, 10):
            words = [_ms(one, digits) for one in self._bins]
            if len(words) == 1 or words[0] != words[-1]:
                break
        return words

    def _label(
        self, painter: QPainter, middle: float, top: float, text: str, least: float = 0.0
    ) -> float:
        """Centred under or above its bar, but inside the widget, from ``least`` on; its end."""
        width = text_width(text, mono_font(12)) + 2
        left = min(max(least, middle - width / 2), self.width() - width)
        draw_text(
            painter, QRectF(left, top, width, 18), text, mono_font(12), current_theme().secondary
        )
        return left + width

    def _place(self, k: int) -> QRectF:
        pitch = min(self.width() / max(len(self._bins), 1), 48.0)
        return QRectF(k * pitch, 0, max(1.0, pitch - _GAP_PX), self.height())

    def _bar_at(self, at: QPoint) -> int | None:
        places = range(len(self._bins))
        return next((k for k in places if self._place(k).contains(QPointF(at))), None)


def bin_words(one: IntervalBin) -> str:
    """``40.00 ms: 288 times``."""
    return f"{_ms(one)}: {_count(one.count)} times"


def _ms(one: IntervalBin, digits: int = 4) -> str:
    low, high = (f"{edge.s * 1000:.{digits}g}" for edge in (one.low, one.high))
    return f"{low} ms" if low == high else f"{low}–{high} ms"


def _count(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")
