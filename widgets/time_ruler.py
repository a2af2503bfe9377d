"""The ruler over the lanes: clock time or elapsed time, the playhead and the in/out range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from PySide6.QtCore import QEvent, QLineF, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from sync.clock import ClockModel
from sync.timebase import (
    NS_PER_S,
    Duration,
    MediaTime,
    ReferenceTime,
    format_clock,
    format_seconds,
)
from sync.uncertainty import decimals_for
from widgets.bracket import draw_bracket, playhead_rect
from widgets.parts import theme_changed
from widgets.theme import current_theme, mono_font, text_width, with_alpha
from widgets.view_range import ViewRange

HEIGHT = 24
_LABEL_PX = 15
"""Labels stand above, the playhead's handle below: neither ever covers the other."""
_HANDLE = ((-7, 14), (7, 14), (7, 18), (0, 24), (-7, 18))
Mode = Literal["clock", "elapsed"]
_LONG_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21600, 43200, 86400)
_PARTS = {
    1: 5, 2: 4, 5: 5, 10: 5, 20: 4, 30: 6, 60: 6, 120: 4, 300: 5, 600: 5, 1200: 4, 1800: 6,
    3600: 6, 7200: 4, 21600: 6, 43200: 6, 86400: 4,
}  # fmt: skip


def tick_step(ns_per_px: float, room_px: float) -> tuple[int, int]:
    """(step, minor ticks a step): the shortest 1-2-5 step in ns that leaves ``room_px`` a label."""
    wanted = ns_per_px * room_px
    step = 1
    while step < NS_PER_S:
        for factor in (1, 2, 5):
            if step * factor >= wanted:
                return step * factor, 4 if factor == 2 else 5
        step *= 10
    for seconds in _LONG_S:
        if seconds * NS_PER_S >= wanted:
            return seconds * NS_PER_S, _PARTS[seconds]
    return 86400 * NS_PER_S, 4


def step_decimals(step_ns: int) -> int:
    """Decimals of a second that a label needs at this step."""
    decimals = 0
    while step_ns % NS_PER_S and decimals < 9:
        step_ns *= 10
        decimals += 1
    return decimals


class TimeRuler(QWidget):
    """Ticks and labels of the visible range; drag to move the playhead.

    Signals
    -------
    moved(object)
        Reference time in ns at which the person wants the playhead.
    released()
        The mouse button was let go.
    zoomed(object), panned(object)
        The :class:`ViewRange` the person wants.
    """

    moved = Signal(object)
    released = Signal()
    zoomed = Signal(object)
    panned = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = ViewRange(0, 60 * NS_PER_S)
        self._mode: Mode = "clock"
        self._zero = 0
        self._other: ClockModel | None = None
        self._playhead: int | None = None
        self._half = 0
        self._shown: tuple[float, float] | None = None
        self._still: QPixmap | None = None
        self._in_out: tuple[int | None, int | None] = (None, None)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time ruler")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def sizeHint(self) -> QSize:
        """A strip."""
        return QSize(600, HEIGHT)

    # -- values ------------------------------------------------------------------------------

    @property
    def view(self) -> ViewRange:
        """What is shown."""
        return self._view

    def set_view(self, view: ViewRange) -> None:
        """Show this range."""
        if view != self._view:
            self._view = view
            self._shown = self._playhead_place()
            self._changed()

    def set_mode(self, mode: Mode, zero_ns: int = 0, other: ClockModel | None = None) -> None:
        """Label the ticks in clock time (as another clock showed it), or elapsed since
        ``zero_ns``."""
        self._mode, self._zero, self._other = mode, zero_ns, other
        self._changed()

    def set_playhead(self, ns: int | None, half_ns: int = 0) -> None:
        """Place the playhead with the half-width of its 95 % range."""
        self._playhead, self._half = ns, half_ns
        before, self._shown = self._shown, self._playhead_place()
        if self._shown != before:
            for place in (before, self._shown):
                if place is not None:
                    self.update(self._strip(*place))
        self.setAccessibleDescription("" if ns is None else self.describe(ns, half_ns))

    def set_in_out(self, in_ns: int | None, out_ns: int | None) -> None:
        """Show the in and out points."""
        self._in_out = (in_ns, out_ns)
        self._changed()

    def describe(self, ns: int, half_ns: int) -> str:
        """The playhead in words, never without its range."""
        decimals = decimals_for(half_ns / NS_PER_S)
        time = format_clock(ReferenceTime(ns), decimals)
        return f"{time} ± {format_seconds(half_ns, decimals)} s" if half_ns else time

    def _playhead_place(self) -> tuple[float, float] | None:
        """Where the playhead is seen and half the width of its range, to a quarter of a pixel."""
        if self._playhead is None:
            return None
        x, half = self._view.x_of(self._playhead), self._half / self._view.ns_per_px
        if not -20 <= x <= self.width() + 20:
            return None
        return round(4 * x) / 4, round(4 * half) / 4

    def _strip(self, x: float, half: float) -> QRect:
        left, right = max(-20.0, x - half - 12), min(self.width() + 20.0, x + half + 12)
        return QRectF(left, 0, right - left, HEIGHT).toAlignedRect()

    # -- painting ----------------------------------------------------------------------------

    def ticks(self, left: int = 0, right: int | None = None) -> Iterator[tuple[int, str | None]]:
        """(instant, label or ``None`` for a minor tick) of all that reaches these pixels."""
        decimals_room = 13 if self._view.ns_per_px < NS_PER_S / 100 else 9
        room = text_width("0" * decimals_room, mono_font(12)) + 28
        step, parts = tick_step(self._view.ns_per_px, room)
        minor = max(1, step // parts)
        begin = self._view.ns_of(left - room)
        end = self._view.ns_of(self.width() if right is None else right + 1)
        decimals = step_decimals(step)
        for count in range(self._written(begin) // minor, self._written(end) // minor + 1):
            written = count * minor
            label = self._label(written, decimals) if written % step == 0 else None
            yield self._instant(written), label

    def _written(self, ns: int) -> int:
        """What is written for a reference time: the round ones of these have the ticks."""
        if self._mode == "elapsed":
            return ns - self._zero
        return ns if self._other is None else self._other.from_reference(ReferenceTime(ns)).ns

    def _instant(self, written: int) -> int:
        """The reference time of what is written."""
        if self._mode == "elapsed":
            return written + self._zero
        return written if self._other is None else self._other.to_reference(MediaTime(written)).ns

    def _label(self, written: int, decimals: int) -> str:
        if self._mode == "clock":
            return format_clock(ReferenceTime(written), decimals)
        since = Duration(written)
        text = format_clock(ReferenceTime(abs(since).ns), decimals)
        return ("−" if since.ns < 0 else "") + text.removeprefix("00:")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, in/out, ticks, playhead; under a moving playhead from one picture."""
        painter, dirty = QPainter(self), event.rect()
        if dirty.width() < self.width():
            ratio = self.devicePixelRatioF()
            part = QRectF(dirty.topLeft() * ratio, dirty.size() * ratio)
            painter.drawPixmap(QRectF(dirty), self._still_picture(ratio), part)
        else:
            self._paint_still(painter, dirty)
        self._paint_playhead(painter)

    def _still_picture(self, ratio: float) -> QPixmap:
        """All but the playhead, painted once until something of it changes."""
        if self._still is None:
            self._still = QPixmap(round(self.width() * ratio), round(HEIGHT * ratio))
            self._still.setDevicePixelRatio(ratio)
            painter = QPainter(self._still)
            self._paint_still(painter, self.rect())
            painter.end()
        return self._still

    def _changed(self) -> None:
        self._still = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size, another picture."""
        self._still = None
        super().resizeEvent(event)

    def _paint_still(self, painter: QPainter, dirty: QRect) -> None:
        theme = current_theme()
        painter.fillRect(dirty, theme.panel)
        self._paint_in_out(painter)
        font = mono_font(12)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        digit = metrics.horizontalAdvance("0")
        base = (_LABEL_PX + metrics.ascent() - metrics.descent()) / 2
        minor = []
        for ns, text in self.ticks(dirty.left(), dirty.right()):
            x = round(self._view.x_of(ns)) + 0.5
            if text is None:
                minor.append(QLineF(x, HEIGHT - 6, x, HEIGHT - 1))
            else:
                painter.setPen(theme.faint)
                painter.drawLine(QLineF(x, HEIGHT - 12, x, HEIGHT - 1))
                if x >= -5 and x + 7 + len(text) * digit <= self.width():  # never half a time
                    painter.setPen(theme.secondary)
                    painter.drawText(QPointF(x + 5, base), text)
        painter.setPen(theme.line)
        painter.drawLines([*minor, QLineF(0, HEIGHT - 0.5, self.width(), HEIGHT - 0.5)])

    def _paint_in_out(self, painter: QPainter) -> None:
        theme = current_theme()
        start, end = self._in_out
        if start is None and end is None:
            return
        left = -2.0 if start is None else self._view.x_of(start)
        right = self.width() + 2.0 if end is None else self._view.x_of(end)
        left, right = max(left, -2.0), min(right, self.width() + 2.0)
        if right > left:
            painter.fillRect(QRectF(left, 0, right - left, HEIGHT), with_alpha(theme.act, 0.12))
            painter.fillRect(QRectF(left, 0, right - left, 3), theme.act)
            painter.setPen(QPen(theme.act, 1.5))
            for x, known in ((left, start), (right, end)):
                if known is not None:
                    painter.drawLine(QPointF(x, 0), QPointF(x, HEIGHT))

    def _paint_playhead(self, painter: QPainter) -> None:
        if self._shown is None:
            return
        theme = current_theme()
        x, half = self._shown
        if self._half:
            draw_bracket(painter, x - half, x + half, HEIGHT - 4, theme.playhead, cap=3, dot=False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.playhead)
        painter.drawPolygon(QPolygonF([QPointF(x + dx, dy) for dx, dy in _HANDLE]))
        painter.fillRect(playhead_rect(x, _HANDLE[0][1], HEIGHT - _HANDLE[0][1]), theme.playhead)

    # -- the person --------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the playhead here."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.moved.emit(self._view.ns_of(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.moved.emit(self._view.ns_of(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The drag has ended."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.released.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the cursor; with Shift, pan."""
        wanted, pans = wheel_view(self._view, event, event.position().x())
        (self.panned if pans else self.zoomed).emit(wanted)
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self._changed()
        super().changeEvent(event)


def wheel_view(view: ViewRange, event: QWheelEvent, x: float) -> tuple[ViewRange, bool]:
    """(view a wheel event asks for, True when it pans): zoom about ``x``; Shift, sideways: pan.

    One notch zooms by √2 or pans by a tenth of the view; touch pads pan by pixels.
    """
    turn = event.angleDelta()
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    if shift or abs(turn.x()) > abs(turn.y()):
        notches = (turn.y() if shift and turn.y() else turn.x()) / 120
        return view.panned(-round(notches * view.span_ns / 10)), True
    return view.zoomed(turn.y() / 120, view.ns_of(x)), False
