"""One source on the timeline: header, clips, curve, ranges, gaps and marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from sync.timebase import NS_PER_S
from sync.timeline import Marker, Track
from widgets.bracket import playhead_rect
from widgets.columns import LaneRow
from widgets.lane_paint import (
    LaneLook,
    PlacedRemark,
    marker_text,
    paint_marker,
    paint_remarks,
    paint_track,
)
from widgets.lane_tiles import TileCache
from widgets.parts import draw_text, theme_changed
from widgets.theme import current_theme, text_width, ui_font, with_alpha
from widgets.view_range import ViewRange

HEADER_PX = 150
HEIGHT_PX = 60
MARK_TOP = 10
_GRAB_PX = 8
_DRAG_PX = 4


class Lane(QWidget):
    """The lane of one source.

    Signals
    -------
    clicked(str, object)
        Source id and reference time in ns.
    range_selected(str, object, object)
        Source id, first and last reference time in ns of a dragged range.
    mark_clicked(str)
        Id of the mark.
    tried_on(str, object)
        Source id and by how many ns the person drags the lane with Ctrl+Shift (a view only);
        ``None`` when the drag ends.
    menu_wanted(str, object)
        Source id and where on the screen: what this lane shows is to be chosen.
    """

    clicked = Signal(str, object)
    range_selected = Signal(str, object, object)
    mark_clicked = Signal(str)
    tried_on = Signal(str, object)
    menu_wanted = Signal(str, object)

    def __init__(self, source_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source_id = source_id
        self._name, self._kind, self._sound_sign = source_id, "", ""
        self._track = Track(source=source_id, clips=(), gaps=(), markers=())
        self._colour = QColor(current_theme().faint)
        self._rows: tuple[LaneRow, ...] = ()
        self._stale = False
        self._view = ViewRange(0, 60 * NS_PER_S)
        self._playhead: int | None = None
        self._half = 0
        self._focused = False
        self._selected_mark: str | None = None
        self._sides: dict[str, int] = {}
        self._event_names: dict[str, str] = {}
        self._event_colours: dict[str, QColor] = {}
        self._remarks: tuple[PlacedRemark, ...] = ()
        self._selection: tuple[int, int] | None = None
        self._pressed: QPointF | None = None
        self._trying: int | None = None
        self._tiles = TileCache(self._paint_tile)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFixedHeight(HEIGHT_PX)
        self.setMinimumWidth(HEADER_PX + 40)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(800, self.height())

    # -- values ------------------------------------------------------------------------------

    def set_header(self, name: str, kind: str = "") -> None:
        """Name of the source, and what its curve is (``motion``, ``waveform · 17 calls``)."""
        self._name = name
        self.setAccessibleName(f"Lane {name}")
        self.set_kind(kind)

    def set_kind(self, kind: str) -> None:
        """What its curve is."""
        self._kind = kind
        self._describe()

    def set_remarks(self, remarks: Sequence[PlacedRemark]) -> None:
        """Remarks along its bottom, in order of time."""
        self._remarks = tuple(sorted(remarks, key=lambda remark: remark.start_ns))
        self.update()

    def set_sound_sign(self, sign: str) -> None:
        """How it is heard: ``M`` not at all, ``S`` alone, ``+6 dB``."""
        self._sound_sign = sign
        self._describe()

    def _describe(self) -> None:
        heard = f" · heard: {self._sound_sign}" if self._sound_sign else ""
        self.setAccessibleDescription(self._kind + heard)
        self.update(0, 0, HEADER_PX, self.height())

    def set_track(self, track: Track, colour: QColor, *, stale: bool = False) -> None:
        """Show the clips, gaps and marks of this source."""
        self._track, self._colour, self._stale = track, QColor(colour), stale
        self._refresh()

    def set_rows(self, rows: tuple[LaneRow, ...]) -> None:
        """Draw these curves inside the clips, one above the other."""
        self._rows = rows
        self._refresh()

    def set_events(
        self, names: Mapping[str, str], colours: Mapping[str, QColor], sides: Mapping[str, int]
    ) -> None:
        """Names and colours by event id; ``sides`` by mark id: +1 only from there on, -1 until."""
        self._event_names, self._event_colours = dict(names), dict(colours)
        self._sides = dict(sides)
        self.update()

    def set_view(self, view: ViewRange) -> None:
        """Show this range; its width is that of the lane without the header."""
        if view != self._view:
            self._view = view
            self.update(HEADER_PX, 0, self.width() - HEADER_PX, self.height())

    def set_playhead(self, ns: int | None, half_ns: int = 0) -> None:
        """Place the playhead with the half-width of this source's 95 % range there."""
        if (ns, half_ns) == (self._playhead, self._half):
            return
        for at in (self._playhead, ns):
            if at is not None:
                self.update(self._strip(at, max(self._half, half_ns)))
        self._playhead, self._half = ns, half_ns

    def set_focused(self, focused: bool) -> None:
        """Raise the header of the focused source."""
        if focused != self._focused:
            self._focused = focused
            self.update(0, 0, HEADER_PX, self.height())

    def set_selected_mark(self, mark_id: str | None) -> None:
        """Outline this mark."""
        self._selected_mark = mark_id
        self.update()

    def set_selection(self, selection: tuple[int, int] | None) -> None:
        """Shade this range of reference ns."""
        self._selection = selection
        self.update()

    @property
    def track(self) -> Track:
        """What is shown."""
        return self._track

    @property
    def tiles_painted(self) -> int:
        """How many tiles were painted so far (for tests and benchmarks)."""
        return self._tiles.painted

    def x_of(self, ns: int) -> float:
        """Pixel of a reference time, from the lane's left edge."""
        return HEADER_PX + self._view.x_of(ns)

    def _refresh(self) -> None:
        self._tiles.clear()
        self.update()

    def _strip(self, ns: int, half_ns: int) -> QRect:
        reach = min(half_ns / self._view.ns_per_px, 8000.0) + 3
        left = min(max(self.x_of(ns) - reach, HEADER_PX), float(self.width()))
        right = min(max(self.x_of(ns) + reach, HEADER_PX), float(self.width()))
        return QRectF(left - 1, 0, right - left + 2, self.height()).toAlignedRect()

    # -- painting ----------------------------------------------------------------------------

    def _paint_tile(self, painter: QPainter, view: ViewRange, ratio: float) -> None:
        look = LaneLook(
            track=self._track, colour=self._colour, rows=self._rows, stale=self._stale,
            height=self.height(),
        )  # fmt: skip
        paint_track(painter, look, view, ratio)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Only what is dirty; the content comes from the tiles."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.ground)
        dirty = QRectF(event.rect()).translated(-HEADER_PX, 0)
        if dirty.right() >= 0:
            painter.save()
            painter.translate(HEADER_PX, 0)
            painter.setClipRect(0, 0, self.width() - HEADER_PX, self.height())
            self._paint_selection(painter)
            painter.translate(self._shift_px(), 0)
            seen = dirty.translated(-self._shift_px(), 0)
            self._tiles.draw(painter, self._view, self.height(), seen, self.devicePixelRatioF())
            painter.translate(-self._shift_px(), 0)
            if len(self._rows) > 1:
                self._name_rows(painter)
            paint_remarks(painter, self._view, self._remarks, self.height() - 2)
            self._paint_marks(painter)
            self._paint_playhead(painter)
            painter.restore()
        painter.setPen(theme.line)
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        if event.rect().left() <= HEADER_PX:
            self._paint_header(painter)

    def _shift_px(self) -> int:
        return 0 if self._trying is None else round(self._trying / self._view.ns_per_px)

    def _paint_header(self, painter: QPainter) -> None:
        theme = current_theme()
        tall = self.height() - 1
        ground = theme.raised if self._focused else theme.panel
        painter.fillRect(0, 0, HEADER_PX - 1, tall, ground)
        painter.fillRect(HEADER_PX - 1, 0, 1, tall + 1, theme.line)
        painter.fillRect(0, 0, 3, tall, self._colour)
        top = 8 if tall >= 44 else (tall - 18) / 2
        room = QRectF(14, top, HEADER_PX - 22, 18)
        sign = self._paint_sound_sign(painter, room)
        name_room = room.adjusted(0, 0, -sign, 0)
        draw_text(painter, name_room, self._name, ui_font(13, bold=True), theme.text)
        if tall >= 44:
            kind = "⟳ out of date" if self._stale else self._kind
            tone = theme.act if self._stale else theme.secondary
            draw_text(painter, room.translated(0, 18), kind, ui_font(12), tone)
        if self._trying is not None and tall >= 58:
            draw_text(painter, room.translated(0, 35), "try-on: view only", ui_font(12), theme.act)

    def _paint_sound_sign(self, painter: QPainter, room: QRectF) -> float:
        """At the right of the header's first line; the width it takes."""
        if not self._sound_sign:
            return 0.0
        theme, font = current_theme(), ui_font(12, bold=True)
        width = text_width(self._sound_sign, font) + 10
        chip = QRectF(room.right() - width, room.top() + 1, width, room.height() - 2)
        painter.setPen(QPen(theme.act, 1))
        painter.drawRect(chip.adjusted(0.5, 0.5, -0.5, -0.5))
        draw_text(painter, chip.adjusted(5, 0, 0, 0), self._sound_sign, font, theme.act)
        return width + 6

    def _name_rows(self, painter: QPainter) -> None:
        """Which channel is which, at the left of its row."""
        each = (self.height() - 10) / len(self._rows)
        font, theme = ui_font(12), current_theme()
        for place, row in enumerate(self._rows):
            chip = QRectF(4, 7 + place * each, text_width(row.name, font) + 10, 17)
            painter.fillRect(chip, with_alpha(theme.ground, 0.8))
            draw_text(painter, chip.adjusted(5, 0, 0, 0), row.name, font, theme.text)

    def _paint_selection(self, painter: QPainter) -> None:
        if self._selection is None:
            return
        left, right = (self._view.x_of(ns) for ns in self._selection)
        area = QRectF(left, 0, right - left, self.height() - 1)
        painter.fillRect(area, with_alpha(current_theme().act, 0.16))
        painter.setPen(QPen(current_theme().act, 1))
        for x in (left, right):
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def _paint_marks(self, painter: QPainter) -> None:
        theme = current_theme()
        for marker in self._track.markers:
            if marker.reference is None:
                continue
            x = self._view.x_of(marker.reference.ns)
            if -300 < x < self._view.width + 300:
                half = None if marker.half is None else marker.half.ns / self._view.ns_per_px
                paint_marker(
                    painter, x, half, MARK_TOP,
                    self._event_colours.get(marker.event, theme.linked),
                    side=self._sides.get(marker.mark, 0),
                    selected=marker.mark == self._selected_mark,
                )  # fmt: skip

    def _paint_playhead(self, painter: QPainter) -> None:
        if self._playhead is None:
            return
        x = self._view.x_of(self._playhead)
        reach = max(1.5, min(self._half / self._view.ns_per_px, 8000.0))
        if x + reach < 0 or x - reach > self._view.width:
            return
        if self._half:
            band = QRectF(x - reach, 1, 2 * reach, self.height() - 3)
            painter.fillRect(band, with_alpha(self._colour, 0.24))
        painter.fillRect(playhead_rect(x, 0, self.height()), current_theme().playhead)

    # -- the person --------------------------------------------------------------------------

    def marker_at(self, at: QPointF) -> Marker | None:
        """The mark whose triangle is within 8 px of ``at``."""
        if not MARK_TOP - 4 <= at.y() <= MARK_TOP + 18:
            return None
        near = [
            (abs(self.x_of(marker.reference.ns) - at.x()), marker)
            for marker in self._track.markers
            if marker.reference is not None
        ]
        near = [pair for pair in near if pair[0] <= _GRAB_PX]
        return min(near, key=lambda pair: pair[0])[1] if near else None

    def _remarks_at(self, x: float) -> str:
        """The words of what is remarked on within 8 px; empty, which hides a tooltip, for none."""
        return "\n".join(
            remark.text for remark in self._remarks
            if self.x_of(remark.start_ns) - _GRAB_PX <= x
            <= self.x_of(remark.end_ns or remark.start_ns) + _GRAB_PX
        )  # fmt: skip

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
            self._trying = 0 if event.modifiers() & both == both else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select a range, or try the lane on somewhere else."""
        if self._pressed is None or self._pressed.x() < HEADER_PX:
            return
        if self._trying is not None:
            moved = event.position().x() - self._pressed.x()
            self._trying = round(moved * self._view.ns_per_px)
            self.tried_on.emit(self.source_id, self._trying)
            self.update()
        elif abs(event.position().x() - self._pressed.x()) >= _DRAG_PX:
            self.set_selection(self._dragged(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a click or a drag."""
        if self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        pressed, self._pressed = self._pressed, None
        if self._trying is not None:
            self._trying = None
            self.tried_on.emit(self.source_id, None)
            self.update()
        elif pressed.x() >= HEADER_PX and abs(event.position().x() - pressed.x()) >= _DRAG_PX:
            self._pressed = pressed
            first, last = self._dragged(event.position())
            self._pressed = None
            self.range_selected.emit(self.source_id, first, last)
        else:
            self._click(event.position())

    def _click(self, at: QPointF) -> None:
        self.set_selection(None)
        marker = self.marker_at(at)
        if marker is not None:
            self.mark_clicked.emit(marker.mark)
        elif at.x() < HEADER_PX:
            self.clicked.emit(self.source_id, None)
        else:
            self.clicked.emit(self.source_id, self._view.ns_of(at.x() - HEADER_PX))

    def _dragged(self, at: QPointF) -> tuple[int, int]:
        begun = at if self._pressed is None else self._pressed
        ends = (self._view.ns_of(x - HEADER_PX) for x in (begun.x(), at.x()))
        first, last = sorted(ends)
        return first, last

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the lane's menu."""
        self.menu_wanted.emit(self.source_id, event.globalPos())

    def event(self, event: QEvent) -> bool:
        """A tooltip for marks: name and time with its range."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            marker = self.marker_at(QPointF(event.pos()))
            if marker is None:
                words = self._remarks_at(event.pos().x())
                QToolTip.showText(event.globalPos(), words, self)
            else:
                name = self._event_names.get(marker.event, marker.event)
                QToolTip.showText(event.globalPos(), marker_text(marker, name), self)
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self._refresh()
        super().changeEvent(event)
