"""The timeline: ruler, lanes, anchors across them, the shelf, and the playhead over everything."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from sync.adjustment.solution import ResultStatus
from sync.clock import ClockModel
from sync.timebase import NS_PER_S
from sync.timeline import Timeline
from widgets.columns import LaneRow
from widgets.lane import HEADER_PX, Lane
from widgets.lane_ground import LABELS_PX, LaneGround
from widgets.lane_heights import NOTCH, LaneHeights, bounded
from widgets.lane_overlay import LaneOverlay, LimitArrow, tie_all, tie_colours
from widgets.lane_paint import PlacedRemark
from widgets.lane_trial import LaneTrial
from widgets.parts import label, theme_changed
from widgets.shelf import ShelfRow
from widgets.theme import current_theme, source_colour
from widgets.time_ruler import Mode, TimeRuler, wheel_view
from widgets.try_on_card import TryOnCard
from widgets.view_range import ViewRange

_REST_MS = 60
"""A wheel that has not turned for so long rests."""
_ONE_LOOK_S = 0.8
"""Turns of the wheel closer together than this are one change of the view, for Backspace."""
_EMPTY = "Add recordings: each gets a lane here."
_NOTHING = "Nothing is linked yet. Mark one event in two recordings, and they get a common clock."


class LaneStack(QFrame):
    """All lanes on one reference clock, and the shelf of sources that have none.

    Signals
    -------
    moved(object)
        Reference ns at which the person wants the playhead (ruler).
    released()
        The drag of a playhead has ended.
    clicked(str, object)
        A lane was clicked: source id, reference ns (``None`` for its header).
    range_selected(str, object, object), mark_clicked(str), mark_dragged(str, object, bool),
    menu_wanted(str, object)
        From the lanes, see :class:`widgets.lane.Lane`.
    height_wanted(object)
        Height in px by source id that the person gave some lanes (Alt+wheel).
    order_wanted(object)
        Source ids of all lanes, top to bottom, as the person put them.
    shelf_moved(str, object)
        Source id and media ns (``None``: only focus it).
    view_changed(object)
        The :class:`ViewRange` now shown; also when the person zoomed or panned.
    panned_by_hand()
        The person moved the view: no page turn for 2 s.
    """

    moved = Signal(object)
    released = Signal()
    clicked = Signal(str, object)
    range_selected = Signal(str, object, object)
    mark_clicked = Signal(str)
    mark_dragged = Signal(str, object, bool)
    menu_wanted = Signal(str, object)
    height_wanted = Signal(object)
    order_wanted = Signal(object)
    shelf_moved = Signal(str, object)
    view_changed = Signal(object)
    panned_by_hand = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ground")
        self.setAccessibleName("Timeline")
        self._timeline = Timeline(tracks=(), stale=False)
        self._lanes: dict[str, Lane] = {}
        self._shelf: dict[str, ShelfRow] = {}
        self._rows: dict[str, tuple[LaneRow, ...]] = {}
        self._sound_signs: dict[str, str] = {}
        self._remarks: dict[str, Sequence[PlacedRemark]] = {}
        self._view = ViewRange(0, 60 * NS_PER_S)
        self._previous: list[ViewRange] = []
        self._coarse: list[str] = []
        self._refine = QTimer(self)
        self._refine.setSingleShot(True)
        self._refine.timeout.connect(self._refine_one)
        self._playhead: int | None = None
        self._halves: int | Mapping[str, int] = 0
        self._focused: str | None = None
        self._order: list[str] = []
        self._on_shelf: list[str] = []
        self._heights = LaneHeights()
        self._asked_at = float("-inf")
        self._selection: tuple[str, int, int] | None = None
        self._build()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._ruler_row = QWidget(self)
        self._ruler_row.setFixedHeight(24)
        self.ruler = TimeRuler(self._ruler_row)
        self.ruler_note = label("", "secondary", wrap=False)
        self.ruler_note.setParent(self._ruler_row)
        self.ruler_note.setGeometry(14, 0, HEADER_PX - 22, 24)
        self.ruler_note.setToolTip("What the ruler's times are on, with the 95 % range of its tie")
        self.ruler.moved.connect(self.moved)
        self.ruler.released.connect(self.released)
        self.ruler.zoomed.connect(self._asked_view)
        self.ruler.panned.connect(self._asked_view)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._holder = LaneGround()
        self._scroll.setWidget(self._holder)
        self._scroll.verticalScrollBar().valueChanged.connect(self._place_overlay)
        self._scroll.viewport().installEventFilter(self)
        self._shelf_box = QVBoxLayout()
        self._shelf_box.setSpacing(0)
        column.addWidget(self._ruler_row)
        column.addWidget(self._scroll, 1)
        column.addLayout(self._shelf_box)
        self._overlay = LaneOverlay(self)
        self._holder.set_note(_EMPTY)
        self.trial = LaneTrial(TryOnCard(self), self._lanes.get, self._place_card, self)

    # -- values ------------------------------------------------------------------------------

    def set_timeline(
        self,
        timeline: Timeline,
        names: Mapping[str, str],
        colours: Mapping[str, QColor] | None = None,
        *,
        kinds: Mapping[str, str] | None = None,
        event_names: Mapping[str, str] | None = None,
        event_states: Mapping[str, ResultStatus] | None = None,
        mark_sides: Mapping[str, int] | None = None,
    ) -> None:
        """Show a timeline.

        Parameters
        ----------
        names, colours, kinds
            By source id: name, colour (by place in the case unless given), what its curve is.
        event_names
            By event id: what an anchor's label says.
        event_states
            By event id: colours the tie (blue linked, amber unchecked, vermilion disagreeing).
        mark_sides
            By mark id, for one-sided marks: +1 known only from there on, -1 only until there.
        """
        self._timeline = timeline
        chosen = colours or {}
        colour_of = {
            track.source: chosen.get(track.source, source_colour(place))
            for place, track in enumerate(timeline.tracks)
        }
        linked = [track for track in timeline.tracks if track.placed]
        unlinked = [track for track in timeline.tracks if not track.placed]
        self._lay_out([t.source for t in linked], [t.source for t in unlinked])
        labels, shades = dict(event_names or {}), tie_colours(event_states or {})
        for track in linked:
            lane = self._lanes[track.source]
            name, kind = names.get(track.source, track.source), (kinds or {}).get(track.source, "")
            lane.set_header(name, kind)
            lane.set_events(labels, shades, mark_sides or {})
            if track != lane.track and self.trial.tried is not None:
                self.trial.drop()  # it was tried on against another calculation
            lane.set_track(track, colour_of[track.source], stale=timeline.stale)
        for track in unlinked:
            self._shelf[track.source].set_source(names.get(track.source, track.source), track)
        self._overlay.set_ties(tie_all(linked, names, labels, shades, mark_sides or {}))
        self._holder.set_note("" if linked else (_NOTHING if unlinked else _EMPTY))
        for source, rows in self._rows.items():
            self._give_rows(source, rows)
        self._fit_heights()
        self._spread_view()
        self.set_playhead(self._playhead, self._halves)
        self.set_focus_source(self._focused)

    def set_rows(self, source_id: str, rows: tuple[LaneRow, ...], kind: str = "") -> None:
        """What is drawn of one source, and its name; kept when the timeline changes."""
        self._rows[source_id] = rows
        if kind and source_id in self._lanes:
            self._lanes[source_id].set_kind(kind)
        self._give_rows(source_id, rows)
        self._fit_heights()

    def set_remarks(self, remarks: Mapping[str, Sequence[PlacedRemark]]) -> None:
        """Remarks by source id; lanes that are not named show none."""
        self._remarks = dict(remarks)
        for source_id, lane in self._lanes.items():
            lane.set_remarks(self._remarks.get(source_id, ()))

    def set_sound_sign(self, source_id: str, sign: str) -> None:
        """How a source is heard, on its lane (``M``, ``S +6 dB``); kept as its rows are."""
        self._sound_signs[source_id] = sign
        if source_id in self._lanes:
            self._lanes[source_id].set_sound_sign(sign)

    def set_playhead(self, ns: int | None, half_ns: int | Mapping[str, int] = 0) -> None:
        """Place the playhead; ``half_ns`` may give each source its own half-width of range."""
        self._playhead, self._halves = ns, half_ns
        widest = half_ns if isinstance(half_ns, int) else half_ns.get(self._focused or "", 0)
        self.ruler.set_playhead(ns, widest)
        for source, lane in self._lanes.items():
            lane.set_playhead(ns, half_ns if isinstance(half_ns, int) else half_ns.get(source, 0))
        self._overlay.set_playhead(ns)

    def set_shelf_playhead(self, source_id: str, media_ns: int | None) -> None:
        """Own playhead of a source with no link, in its media time."""
        if source_id in self._shelf:
            self._shelf[source_id].set_playhead(media_ns)

    def set_focus_source(self, source_id: str | None) -> None:
        """Raise the lane of the focused source."""
        self._focused = source_id
        for rows in (self._lanes, self._shelf):
            for source, row in rows.items():
                row.set_focused(source == source_id)

    def set_selected_mark(self, mark_id: str | None) -> None:
        """Outline this mark."""
        for lane in self._lanes.values():
            lane.set_selected_mark(mark_id)

    def set_in_out(self, in_ns: int | None, out_ns: int | None) -> None:
        """Show the in and out points on the ruler."""
        self.ruler.set_in_out(in_ns, out_ns)

    def set_limits(self, limits: Sequence[LimitArrow]) -> None:
        """Draw limits as arrows across lanes."""
        self._overlay.set_limits(tuple(limits))

    def set_mode(
        self, mode: Mode, zero_ns: int = 0, other: ClockModel | None = None, note: str = ""
    ) -> None:
        """Ruler in clock time, that of another clock, or elapsed time; ``note`` names that clock
        and its range, beside the ruler."""
        self.ruler.set_mode(mode, zero_ns, other)
        self.ruler_note.setText(note)

    def lane(self, source_id: str) -> Lane | None:
        """The lane of a linked source."""
        return self._lanes.get(source_id)

    def shelf_row(self, source_id: str) -> ShelfRow | None:
        """The row of a source with no link."""
        return self._shelf.get(source_id)

    # -- view --------------------------------------------------------------------------------

    @property
    def view(self) -> ViewRange:
        """What is shown."""
        return self._view

    def set_view(self, view: ViewRange, *, remember: bool = False, turning: bool = False) -> None:
        """Show this range; ``remember`` keeps the present one for :meth:`previous_view`.

        While the wheel is ``turning`` lanes are stretched; exact again when it rests.
        """
        wanted = view.with_width(self._content_width())
        if wanted == self._view:
            return
        if remember:
            self._previous = [*self._previous[-31:], self._view]
        zoomed = turning and wanted.span_ns != self._view.span_ns
        self._view = wanted
        self._spread_view(quick=zoomed)
        self.view_changed.emit(wanted)

    def fit(self) -> None:
        """Show everything linked."""
        span = self._timeline.span
        if span is not None:
            shown = self._view.showing(span[0].ns, span[1].ns)
            self.set_view(shown, remember=True)

    def zoom_to(self, start_ns: int, end_ns: int) -> None:
        """Show this range with a margin."""
        self.set_view(self._view.showing(start_ns, end_ns), remember=True)

    def previous_view(self) -> None:
        """Back to the view before the last fit or zoom to."""
        if self._previous:
            self.set_view(self._previous.pop())

    @property
    def selection(self) -> tuple[int, int] | None:
        """The range dragged in a lane, in reference ns."""
        return None if self._selection is None else self._selection[1:]

    def set_lane_height(self, height: int) -> None:
        """Height of a lane of one trace, in px; from then on it does not follow the room."""
        self._heights.give(height)
        self._apply_heights()

    def set_own_heights(self, own: Mapping[str, int]) -> None:
        """Heights in px that the person chose for some lanes, by source id."""
        self._heights.choose(own)
        self._apply_heights()

    def own_px(self) -> int:
        """Height of all lanes that the person chose one for."""
        return self._heights.own_px(self._lanes)

    def part_of(self, source: str, expected: float = 1.0) -> float:
        """Height of a lane as a multiple of a trace's (0 where chosen); ``expected`` until it is
        drawn."""
        return self._heights.part(source, self._rows.get(source, ()), expected)

    def _fit_heights(self) -> None:
        parts = sum(self.part_of(source) for source in self._lanes)
        self._heights.fit(self._scroll.viewport().height() - LABELS_PX - self.own_px(), parts)
        self._apply_heights()

    def _apply_heights(self) -> None:
        changed = False
        for source, lane in self._lanes.items():
            wanted = self._height_of(source)
            if lane.height() != wanted:
                lane.setFixedHeight(wanted)
                changed = True
        if changed:
            self._holder.adjustSize()
            self._place_overlay()

    def _height_of(self, source: str) -> int:
        return self._heights.of(source, self._rows.get(source, ()))

    def _content_width(self) -> int:
        return max(40, self.width() - HEADER_PX - self._scroll_bar_width())

    def _scroll_bar_width(self) -> int:
        bar = self._scroll.verticalScrollBar()
        return bar.sizeHint().width() if bar.maximum() > 0 else 0

    def _asked_view(self, view: ViewRange) -> None:
        self.panned_by_hand.emit()
        now = time.monotonic()
        self.set_view(view, remember=now - self._asked_at > _ONE_LOOK_S, turning=True)
        self._asked_at = now

    def _spread_view(self, *, quick: bool = False) -> None:
        self.ruler.set_view(self._view)
        for lane in self._lanes.values():
            lane.set_view(self._view, quick=quick)
        self._overlay.set_view(self._view)
        self._coarse = list(self._lanes) if quick else []
        if quick:
            self._refine.start(_REST_MS)

    def _refine_one(self) -> None:
        """One lane exact again; the next in another turn: the window never waits for all."""
        while self._coarse:
            lane = self._lanes.get(self._coarse.pop(0))
            if lane is not None:
                lane.set_view(self._view)
                self._refine.start(1)
                return

    # -- lanes -------------------------------------------------------------------------------

    def _lay_out(self, linked: list[str], unlinked: list[str]) -> None:
        """Lanes and shelf rows for exactly these sources, in this order; old ones are reused."""
        if (linked, unlinked) == (self._order, self._on_shelf):
            return
        self._order, self._on_shelf = list(linked), list(unlinked)
        for rows, wanted in ((self._lanes, linked), (self._shelf, unlinked)):
            for source in [source for source in rows if source not in wanted]:
                row = rows.pop(source)
                row.setParent(None)
                row.deleteLater()
        for place, source in enumerate(linked):
            if source not in self._lanes:
                self._lanes[source] = self._new_lane(source)
            self._holder.column.insertWidget(place, self._lanes[source])
        for place, source in enumerate(unlinked):
            if source not in self._shelf:
                row = ShelfRow(source, self)
                row.moved.connect(self.shelf_moved)
                row.released.connect(self.released)
                self._shelf[source] = row
            self._shelf_box.insertWidget(place, self._shelf[source])
        self._overlay.raise_()

    def _new_lane(self, source: str) -> Lane:
        lane = Lane(source, self._holder)
        lane.setFixedHeight(self._height_of(source))
        lane.set_sound_sign(self._sound_signs.get(source, ""))
        lane.set_remarks(self._remarks.get(source, ()))
        lane.clicked.connect(self._clicked)
        lane.range_selected.connect(self._range_selected)
        lane.mark_clicked.connect(self.mark_clicked)
        lane.mark_dragged.connect(self.mark_dragged)
        self.trial.watch(lane)
        lane.head_dragged.connect(self._head_dragged)
        lane.menu_wanted.connect(self.menu_wanted)
        lane.show()
        return lane

    def _give_rows(self, source: str, rows: tuple[LaneRow, ...]) -> None:
        if source in self._lanes:
            self._lanes[source].set_rows(rows)
            self._lanes[source].setFixedHeight(self._height_of(source))
        elif source in self._shelf:
            curve = next((row for row in rows if row.columns is not None), LaneRow())
            self._shelf[source].set_curve(curve.columns, waveform=curve.waveform)

    # -- the person --------------------------------------------------------------------------

    def _lane_at(self, y: int) -> str | None:
        """The lane at this height of the part that scrolls."""
        y += self._scroll.verticalScrollBar().value()
        return next((s for s, lane in self._lanes.items()
                     if lane.y() <= y < lane.y() + lane.height()), None)  # fmt: skip

    def _taller(self, notches: float, source: str | None, *, all_lanes: bool) -> None:
        wanted = list(self._lanes) if all_lanes else [source] if source is not None else []
        if wanted:
            self.height_wanted.emit(
                {s: bounded(round(self._lanes[s].height() * NOTCH**notches)) for s in wanted}
            )

    def _range_selected(self, source: str, first: int, last: int) -> None:
        self._selection = (source, first, last)
        for other, lane in self._lanes.items():
            lane.set_selection((first, last) if other == source else None)
        self.range_selected.emit(source, first, last)

    def _clicked(self, source: str, ns: object) -> None:
        self.clear_selection()
        self.clicked.emit(source, ns)

    def clear_selection(self) -> None:
        """Nothing is selected."""
        self._selection = None
        for lane in self._lanes.values():
            lane.set_selection(None)

    def order(self) -> list[str]:
        """Source ids of the lanes, top to bottom."""
        return list(self._order)

    def _head_dragged(self, source: str, y: int, dropped: bool) -> None:
        """Show where the lane would stand, and put it there when it is let go."""
        at = self._holder.mapFromGlobal(QPoint(0, y)).y()
        others = [s for s in self.order() if s != source]
        place = sum(at > self._lanes[s].y() + self._lanes[s].height() / 2 for s in others)
        if dropped:
            self._overlay.set_drop_line(None)
            wanted = [*others[:place], source, *others[place:]]
            if wanted != self.order():
                self.order_wanted.emit(wanted)
            return
        edge = self._lanes[others[place]].y() if place < len(others) else self._holder.column_end()
        top = self._holder.mapTo(self, QPoint(0, edge)).y() - self._ruler_row.height()
        self._overlay.set_drop_line(top)

    def _place_card(self, card: TryOnCard, lane: Lane) -> None:
        """Under the lane that is tried on, or above it where there is no room."""
        top = lane.mapTo(self, QPoint(0, 0)).y()
        below = top + lane.height() + 4
        y = below if below + card.height() <= self.height() else top - card.height() - 4
        left = HEADER_PX + max(0, (self._view.width - card.width()) // 2)
        card.move(left, max(self._ruler_row.height(), y))

    # -- Qt ----------------------------------------------------------------------------------

    def _place_overlay(self) -> None:
        top = self._ruler_row.height()
        lanes_end = self._scroll.geometry().bottom() + 1
        self._overlay.setGeometry(0, top, self.width(), self.height() - top)
        rows = {}
        for source, lane in self._lanes.items():
            at = lane.mapTo(self, QPoint(0, 0)).y() - top
            rows[source] = (at, lane.height())
        used = max((at + tall for at, tall in rows.values()), default=0)
        self._overlay.set_geometry(rows, used + LABELS_PX, lanes_end - top)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the span; the width changes."""
        super().resizeEvent(event)
        self._refit()

    def _refit(self) -> None:
        self._fit_heights()
        width = self._content_width()
        self._ruler_row.setFixedWidth(self.width())
        self.ruler.setGeometry(HEADER_PX, 0, width, 24)
        if width != self._view.width:
            self._view = self._view.with_width(width)
            self._spread_view()
            self.view_changed.emit(self._view)
        self._place_overlay()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel zooms and pans instead of scrolling; follow every change of layout."""
        if isinstance(event, QWheelEvent):
            self.wheelEvent(event)
            return True
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._refit()
        return super().eventFilter(watched, event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the cursor; Shift pans; Alt: height of a lane, with Shift of all."""
        event.accept()
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            turn = event.angleDelta()
            at = self._scroll.mapFromGlobal(event.globalPosition().toPoint())
            self._taller((turn.y() or turn.x()) / 120, self._lane_at(at.y()), all_lanes=bool(
                event.modifiers() & Qt.KeyboardModifier.ShiftModifier))  # fmt: skip
            return
        x = self.mapFromGlobal(event.globalPosition()).x() - HEADER_PX
        wanted, _ = wheel_view(self._view, event, x)
        self._asked_view(wanted)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The corner left of the ruler."""
        super().paintEvent(event)
        painter = QPainter(self)
        theme = current_theme()
        painter.fillRect(0, 0, self.width(), self._ruler_row.height(), theme.panel)
        painter.fillRect(HEADER_PX - 1, 0, 1, self.height(), theme.line)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self.update()
        super().changeEvent(event)
