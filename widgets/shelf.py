"""The shelf: sources with no link, each on its own time with its own playhead."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from sync.timebase import DAY_S, NS_PER_S, MediaTime, format_clock
from sync.timeline import Track
from widgets.columns import Columns, columns_image
from widgets.lane import HEADER_PX
from widgets.parts import draw_text, theme_changed
from widgets.theme import current_theme, text_width, ui_font

HEIGHT_PX = 28
_NOTE = "no link: plays on its own time, "


def own_time(ns: int) -> str:
    """``3:10`` or ``1:02:03``: time in the file for people, whole seconds."""
    text = format_clock(MediaTime(ns), 0)
    if ns < 3600 * NS_PER_S:
        text = text.removeprefix("00:")
    return text[1:] if text.startswith("0") and ns < DAY_S * NS_PER_S else text


class ShelfRow(QWidget):
    """One source that nothing observed ties to the reference clock.

    Signals
    -------
    moved(str, object)
        Source id and media time in ns at which the person wants its own playhead.
    released()
        The mouse button was let go.
    """

    moved = Signal(str, object)
    released = Signal()

    def __init__(self, source_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source_id = source_id
        self._name = source_id
        self._range = (0, NS_PER_S)
        self._columns: Columns | None = None
        self._waveform = False
        self._playhead: int | None = None
        self._focused = False
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A thin row."""
        return QSize(600, HEIGHT_PX)

    def set_source(self, name: str, track: Track) -> None:
        """Name, and the media range its stretches cover."""
        self._name = name
        starts = [clip.media_start.ns for clip in track.clips] or [0]
        ends = [clip.media_end.ns for clip in track.clips] or [NS_PER_S]
        self._range = (min(starts), max(max(ends), min(starts) + 1))
        self.setAccessibleName(f"{name}: no link")
        self.setAccessibleDescription(self.note())
        self.update()

    def set_curve(self, columns: Columns | None, *, waveform: bool = False) -> None:
        """Draw this curve along the whole row."""
        self._columns, self._waveform = columns, waveform
        self.update()

    def set_playhead(self, media_ns: int | None) -> None:
        """Its own playhead, in its own media time."""
        self._playhead = media_ns
        self.update()

    def set_focused(self, focused: bool) -> None:
        """Raise the header of the focused source."""
        self._focused = focused
        self.update()

    def note(self) -> str:
        """What the row says of itself."""
        return f"{_NOTE}0:00 – {own_time(self._range[1] - self._range[0])}"

    def _plot(self) -> QRectF:
        left = HEADER_PX + 20 + text_width(self.note(), ui_font(12)) + 24
        return QRectF(left, 3, max(20.0, self.width() - left - 20), HEIGHT_PX - 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Header, note, curve, dashed border, own playhead."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.card)
        if self._focused:
            painter.fillRect(0, 0, HEADER_PX, HEIGHT_PX, theme.raised)
        painter.setPen(QPen(theme.faint, 1, Qt.PenStyle.DashLine))
        painter.drawLine(0, 0, self.width(), 0)
        font = ui_font(12)
        tall = HEIGHT_PX
        draw_text(painter, QRectF(14, 0, HEADER_PX - 20, tall), self._name, font, theme.secondary)
        room = QRectF(HEADER_PX + 20, 0, self.width() - HEADER_PX - 24, tall)
        draw_text(painter, room, self.note(), font, theme.faint)
        plot = self._plot()
        if self._columns is not None:
            width = round(plot.width())
            low, high = self._columns(self._range[0], self._range[1], width)
            image = columns_image(
                np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64),
                round(plot.height()), QColor(theme.faint), 0.9, waveform=self._waveform,
            )  # fmt: skip
            painter.drawImage(plot.topLeft(), image)
        if self._playhead is not None:
            part = (self._playhead - self._range[0]) / (self._range[1] - self._range[0])
            x = plot.left() + min(1.0, max(0.0, part)) * plot.width()
            painter.setPen(QPen(theme.playhead, 1.4, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, 2), QPointF(x, tall))

    def x_of(self, media_ns: int) -> float:
        """Where a media time stands in the row."""
        plot, (first, last) = self._plot(), self._range
        return plot.left() + (media_ns - first) / (last - first) * plot.width()

    def _media_at(self, x: float) -> int:
        plot = self._plot()
        part = min(1.0, max(0.0, (x - plot.left()) / plot.width()))
        return self._range[0] + round(part * (self._range[1] - self._range[0]))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move its own playhead; a click in the header only focuses (``None``)."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        self.moved.emit(self.source_id, self._media_at(x) if x >= self._plot().left() else None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub on its own time."""
        x = event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton and x >= self._plot().left():
            self.moved.emit(self.source_id, self._media_at(x))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The drag has ended."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.released.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self.update()
        super().changeEvent(event)
