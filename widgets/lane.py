"""One source on the timeline: header, clips, curve, ranges, gaps and marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from sync.timebase import NS_PER_S
from sync.timeline import Marker, Track
from widgets.columns import LaneRow
from widgets.lane_header import HEADER_PX, LaneHeader, name_rows, paint_header, paint_try_on
from widgets.lane_heights import HEIGHT_PX
from widgets.lane_moves import moves
from widgets.lane_paint import (
    LaneLook,
    PlacedRemark,
    marker_text,
    paint_marker,
    paint_remarks,
    paint_track,
)
from widgets.lane_playhead import BAND, STRIP_PX, LanePlayhead, place_playhead, strips
from widgets.lane_tiles import TileCache
from widgets.parts import theme_changed
from widgets.theme import current_theme, with_alpha
from widgets.view_range import ViewRange

__all__ = ["HEADER_PX", "MARK_TOP", "Lane"]

MARK_TOP = 10
_GRAB_PX = 8
_DRAG_PX = 4
_MARK_PX = 30
"""How far a mark reaches to either side of its range: its triangle, or the arrow of an open end."""
_GHOST, _BEHIND = 0.75, 0.25
"""How strongly a lane that is tried on is drawn, and where it really is."""
_Drag = Literal["click", "range", "try", "head", "mark"]
"""What a press becomes when the mouse moves; a click until then."""


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
    mark_dragged(str, object, bool)
        Id of the selected mark, by how many ns of reference time it is moved from where it was
        taken, and True when it was let go.
    tried_on(str, object), try_on_done(str, object)
        Source id and by how many ns the person drags the lane with Ctrl+Shift (a view only);
        the second when the drag ends.
    head_dragged(str, int, bool)
        Source id, height of the mouse on the screen, and True when it was let go: the lane is to
        stand elsewhere.
    menu_wanted(str, object)
        Source id and where on the screen: what this lane shows is to be chosen.
    """

    clicked = Signal(str, object)
    range_selected = Signal(str, object, object)
    mark_clicked = Signal(str)
    mark_dragged = Signal(str, object, bool)
    tried_on = Signal(str, object)
    try_on_done = Signal(str, object)
    head_dragged = Signal(str, int, bool)
    menu_wanted = Signal(str, object)

    def __init__(self, source_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source_id = source_id
        self._name, self._kind, self._sound_sign = source_id, "", ""
        self._track = self._drawn = Track(source=source_id, clips=(), gaps=(), markers=())
        self._colour = QColor(current_theme().faint)
        self._band = with_alpha(self._colour, BAND)
        self._rows: tuple[LaneRow, ...] = ()
        self._stale = False
        self._view = ViewRange(0, 60 * NS_PER_S)
        self._playhead: int | None = None
        self._half = 0
        self._shown: LanePlayhead | None = None
        self._focused = False
        self._selected_mark: str | None = None
        self._sides: dict[str, int] = {}
        self._event_names: dict[str, str] = {}
        self._event_colours: dict[str, QColor] = {}
        self._remarks: tuple[PlacedRemark, ...] = ()
        self._selection: tuple[int, int] | None = None
        self._pressed: QPointF | None = None
        self._drag: _Drag = "click"
        self._trying: int | None = None
        self._quick = False
        self._still: QPixmap | None = None
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
        self.setAccessibleName(f"Lane {name}")
        if (name, kind) != (self._name, self._kind):
            self._name = name
            self.set_kind(kind)

    def set_kind(self, kind: str) -> None:
        """What its curve is."""
        self._kind = kind
        self._describe()

    def set_remarks(self, remarks: Sequence[PlacedRemark]) -> None:
        """Remarks along its bottom, in order of time."""
        self._remarks = tuple(sorted(remarks, key=lambda remark: remark.start_ns))
        self._changed()

    def set_sound_sign(self, sign: str) -> None:
        """How it is heard: ``M`` not at all, ``S`` alone, ``+6 dB``."""
        self._sound_sign = sign
        self._describe()

    def _describe(self) -> None:
        heard = f" · heard: {self._sound_sign}" if self._sound_sign else ""
        self.setAccessibleDescription(self._kind + heard)
        self.update(0, 0, HEADER_PX, self.height())

    def set_track(self, track: Track, colour: QColor, *, stale: bool = False) -> None:
        """Show the clips, gaps and marks of this source; paint only what is seen to differ."""
        same = (self._colour, self._stale) == (colour, stale)
        found = moves(self._drawn, track, self._view) if same else None
        self._track, self._colour, self._stale = track, QColor(colour), stale
        self._band = with_alpha(colour, BAND)
        self._drawn = track if found is None else found.drawn
        if found is None:
            self._refresh()
        else:
            for marker in found.marks:
                self._repaint_mark(marker)

    def set_rows(self, rows: tuple[LaneRow, ...]) -> None:
        """Draw these curves inside the clips, one above the other."""
        if rows is not self._rows:  # equal ones may draw what has been read since
            self._rows = rows
            self._refresh()

    def set_events(
        self, names: Mapping[str, str], colours: Mapping[str, QColor], sides: Mapping[str, int]
    ) -> None:
        """Names and colours by event id; ``sides`` by mark id: +1 only from there on, -1 until."""
        if (names, colours, sides) != (self._event_names, self._event_colours, self._sides):
            self._event_names, self._event_colours = dict(names), dict(colours)
            self._sides = dict(sides)
            self._changed()

    def set_view(self, view: ViewRange, *, quick: bool = False) -> None:
        """Show this range; its width is that of the lane without the header.

        ``quick`` stretches what is painted already, until it is set without.
        """
        if (view, quick) != (self._view, self._quick):
            self._view, self._quick, self._still = view, quick, None
            self._shown = self._playhead_place()
            self.update(HEADER_PX, 0, self.width() - HEADER_PX, self.height())

    def set_playhead(self, ns: int | None, half_ns: int = 0) -> None:
        """Place the playhead with the half-width of this source's 95 % range there."""
        self._playhead, self._half = ns, half_ns
        before, self._shown = self._shown, self._playhead_place()
        if self._shown != before:
            for strip in strips(before, self._shown, self.width(), self.height()):
                self.update(strip)

    def _playhead_place(self) -> LanePlayhead | None:
        return place_playhead(self._view, self._playhead, self._half, self.devicePixelRatioF())

    def set_focused(self, focused: bool) -> None:
        """Raise the header of the focused source."""
        if focused != self._focused:
            self._focused = focused
            self.update(0, 0, HEADER_PX, self.height())

    def set_selected_mark(self, mark_id: str | None) -> None:
        """Outline this mark."""
        self._selected_mark = mark_id
        self._changed()

    def set_try_on(self, ns: int | None) -> None:
        """Draw the lane that much later, as a ghost; ``None`` puts it back. A view only."""
        self._trying = ns
        self._changed()

    def set_selection(self, selection: tuple[int, int] | None) -> None:
        """Shade this range of reference ns."""
        self._selection = selection
        self._changed()

    @property
    def name(self) -> str:
        """Name of its source."""
        return self._name

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
        self._changed()

    def _changed(self) -> None:
        """Paint the content again."""
        self._still = None
        self.update()

    def _repaint_mark(self, marker: Marker) -> None:
        """Paint what a mark covers again, in the picture under the playhead too."""
        if marker.reference is None:
            return
        half = 0.0 if marker.half is None else marker.half.ns / self._view.ns_per_px
        reach, x = min(half, 8000.0) + _MARK_PX, self._view.x_of(marker.reference.ns)
        area = QRectF(x - reach, 0, 2 * reach, self.height()).toAlignedRect()
        area &= QRect(0, 0, self.width() - HEADER_PX, self.height())
        if area.isEmpty():
            return
        if self._still is not None:
            painter = QPainter(self._still)
            painter.setClipRect(area)
            self._paint_still(painter, QRectF(area))
            painter.end()
        self.update(area.translated(HEADER_PX, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size, another picture."""
        self._still = None
        super().resizeEvent(event)

    # -- painting ----------------------------------------------------------------------------

    def _paint_tile(self, painter: QPainter, view: ViewRange, ratio: float) -> None:
        look = LaneLook(
            track=self._track, colour=self._colour, rows=self._rows, stale=self._stale,
            height=self.height(),
        )  # fmt: skip
        paint_track(painter, look, view, ratio)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Only what is dirty; under the playhead it comes from one picture of the content."""
        painter = QPainter(self)
        dirty = event.rect()
        if dirty.left() >= HEADER_PX and dirty.width() <= STRIP_PX:
            ratio = self.devicePixelRatioF()
            taken = QRectF(dirty).translated(-HEADER_PX, 0)
            part = QRectF(taken.topLeft() * ratio, taken.size() * ratio)
            painter.drawPixmap(QRectF(dirty), self._still_content(ratio), part)
        else:
            painter.save()
            painter.translate(HEADER_PX, 0)
            self._paint_still(painter, QRectF(dirty).translated(-HEADER_PX, 0))
            painter.restore()
            if dirty.left() < HEADER_PX:
                header = LaneHeader(
                    name=self._name, kind=self._kind, colour=self._colour,
                    sound_sign=self._sound_sign, focused=self._focused, stale=self._stale,
                    held=self._drag == "head",
                )  # fmt: skip
                paint_header(painter, header, self.height())
            painter.setClipRect(HEADER_PX, 0, self.width() - HEADER_PX, self.height())
        if self._shown is not None:
            self._shown.paint(painter, self.height(), self._band if self._half else None)

    def _still_content(self, ratio: float) -> QPixmap:
        """All but header and playhead, painted once until something of it changes."""
        if self._still is None:
            width = self.width() - HEADER_PX
            self._still = QPixmap(round(width * ratio), round(self.height() * ratio))
            self._still.setDevicePixelRatio(ratio)
            painter = QPainter(self._still)
            self._paint_still(painter, QRectF(0, 0, width, self.height()))
            painter.end()
        return self._still

    def _paint_still(self, painter: QPainter, dirty: QRectF) -> None:
        """What lies under the playhead; x from the view's left edge."""
        theme, wide = current_theme(), self.width() - HEADER_PX
        whole = QRect(0, 0, wide, self.height())
        painter.setClipRect(whole, Qt.ClipOperation.IntersectClip)
        painter.fillRect(dirty, theme.ground)
        self._paint_selection(painter)
        self._paint_content(painter, dirty)
        self._paint_marks(painter, dirty)
        painter.setPen(theme.line)
        painter.drawLine(0, self.height() - 1, wide, self.height() - 1)

    def _paint_content(self, painter: QPainter, dirty: QRectF) -> None:
        """Clips and curves, and where they are tried on; the rows' names stay where they are."""
        ratio = self.devicePixelRatioF()
        if self._trying is None:
            self._tiles.draw(painter, self._view, self.height(), dirty, ratio, quick=self._quick)
        else:
            for shift, strength in ((0, _BEHIND), (self._shift_px(), _GHOST)):
                painter.setOpacity(strength)
                painter.translate(shift, 0)
                seen = dirty.translated(-shift, 0)
                self._tiles.draw(painter, self._view, self.height(), seen, ratio)
                painter.translate(-shift, 0)
            painter.setOpacity(1.0)
            paint_try_on(painter, self._trying)
        if len(self._rows) > 1:
            name_rows(painter, self._rows, self.height())
        paint_remarks(painter, self._view, self._remarks, self.height() - 2)

    def _shift_px(self) -> int:
        return 0 if self._trying is None else round(self._trying / self._view.ns_per_px)

    def _paint_selection(self, painter: QPainter) -> None:
        if self._selection is None:
            return
        left, right = (self._view.x_of(ns) for ns in self._selection)
        area = QRectF(left, 0, right - left, self.height() - 1)
        painter.fillRect(area, with_alpha(current_theme().act, 0.16))
        painter.setPen(QPen(current_theme().act, 1))
        for x in (left, right):
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def _paint_marks(self, painter: QPainter, dirty: QRectF) -> None:
        theme = current_theme()
        for marker in self._track.markers:
            if marker.reference is None:
                continue
            x = self._view.x_of(marker.reference.ns)
            half = None if marker.half is None else marker.half.ns / self._view.ns_per_px
            reach = _MARK_PX + min(half or 0.0, 8000.0)
            if dirty.left() - reach < x < dirty.right() + reach:
                paint_marker(
                    painter, x, half, MARK_TOP,
                    self._event_colours.get(marker.event, theme.linked),
                    side=self._sides.get(marker.mark, 0),
                    selected=marker.mark == self._selected_mark, waits=marker.waits,
                )  # fmt: skip

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
            self._pressed, self._drag = event.position(), "click"
            both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
            if event.modifiers() & both == both and self._pressed.x() >= HEADER_PX:
                self._drag = "try"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select a range, try the lane on somewhere else, or move it by its head."""
        if self._pressed is None:
            return
        at = event.position()
        moved = at - self._pressed
        if self._drag == "click":
            head = self._pressed.x() < HEADER_PX
            if abs(moved.y() if head else moved.x()) >= _DRAG_PX:
                taken = self.marker_at(self._pressed)
                marked = taken is not None and taken.mark == self._selected_mark
                self._drag = "head" if head else "mark" if marked else "range"
                if head:
                    self.update()
        if self._drag == "try":
            self.tried_on.emit(self.source_id, round(moved.x() * self._view.ns_per_px))
        elif self._drag == "head":
            self.head_dragged.emit(self.source_id, round(event.globalPosition().y()), False)
        elif self._drag == "mark":
            self._drag_mark(moved.x(), done=False)
        elif self._drag == "range":
            self.set_selection(self._dragged(self._pressed, at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a click or a drag."""
        if self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        pressed, self._pressed = self._pressed, None
        drag, self._drag = self._drag, "click"
        at = event.position()
        if drag == "try":
            moved = round((at.x() - pressed.x()) * self._view.ns_per_px)
            self.try_on_done.emit(self.source_id, moved)
        elif drag == "head":
            self.update()
            self.head_dragged.emit(self.source_id, round(event.globalPosition().y()), True)
        elif drag == "mark":
            self._drag_mark(at.x() - pressed.x(), done=True)
        elif pressed.x() >= HEADER_PX and abs(at.x() - pressed.x()) >= _DRAG_PX:
            self.range_selected.emit(self.source_id, *self._dragged(pressed, at))
        else:
            self._click(at)

    def _drag_mark(self, px: float, *, done: bool) -> None:
        if self._selected_mark is not None:
            self.mark_dragged.emit(self._selected_mark, round(px * self._view.ns_per_px), done)

    def _click(self, at: QPointF) -> None:
        self.set_selection(None)
        marker = self.marker_at(at)
        if marker is not None:
            self.mark_clicked.emit(marker.mark)
        elif at.x() < HEADER_PX:
            self.clicked.emit(self.source_id, None)
        else:
            self.clicked.emit(self.source_id, self._view.ns_of(at.x() - HEADER_PX))

    def _dragged(self, begun: QPointF, at: QPointF) -> tuple[int, int]:
        first, last = sorted(self._view.ns_of(x - HEADER_PX) for x in (begun.x(), at.x()))
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
