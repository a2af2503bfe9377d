"""Playing and looking: the playhead on panes, lanes and transport."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.calculation import Calculation
from app.controllers.panes import Panes, own_time_text
from app.controllers.places import Place, Places
from app.controllers.times import Times
from app.focus import Focus
from app.playhead import Extent, Playhead
from sync.timebase import MediaTime, ReferenceTime, format_seconds
from widgets.lane_stack import LaneStack
from widgets.transport_bar import TransportBar
from widgets.video_wall import VideoWall

_SETTLE_MS = 120
_TURN_AT = 0.9
_HANDS_OFF_S = 2.0


class Playback(QObject):
    """Shows every source at the playhead, and takes the playhead places.

    Signals
    -------
    settled()
        The playhead has stood still for a moment.
    dragged()
        The person dragged it somewhere.
    """

    settled = Signal()
    dragged = Signal()

    def __init__(
        self, *, places: Places, panes: Panes, calculation: Calculation, playhead: Playhead,
        focus: Focus, times: Times, wall: VideoWall, lanes: LaneStack, transport: TransportBar,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._places, self._panes, self._calculation = places, panes, calculation
        self._playhead, self._focus = playhead, focus
        self._wall, self._lanes, self._transport = wall, lanes, transport
        self.times = times
        panes.write = times.plain
        self.said_on = ""
        """The clock of the time in the transport; the file, where nothing links it."""
        self._by_hand = 0.0
        self._looked_at: tuple[str, MediaTime] | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._settled)
        playhead.moved.connect(lambda _: self.show())
        playhead.changed.connect(self._state_changed)
        focus.changed.connect(lambda _: self.refocus())
        calculation.changed.connect(self._results_changed)
        times.changed.connect(self._times_changed)
        lanes.panned_by_hand.connect(self._hand)

    @property
    def resting(self) -> bool:
        """True once the playhead has stood still for a moment."""
        return not self._settle.isActive()

    # -- going somewhere ---------------------------------------------------------------------

    def go_media(self, source: str, media: MediaTime, *, by_field: int | None = None) -> None:
        """Show ``source`` at a media time, on whichever time it is looked at.

        ``by_field``: the frame whose fields are shown one by one.
        """
        self._panes.show_fields(source, by_field)
        known = self._places.source(source)
        if known is not None:
            media = min(max(media, known.start), known.end)
        if not self._places.on_own_time(source):
            at = self._places.reference_of(source, media)
            if at is not None:
                self._playhead.seek_on(None, at.ns)
                if self._playhead.axis is not None:
                    self.show()
                return
            self._places.own.add(source)  # this stretch has no link: look at it by itself
            self.refocus()
        self._playhead.seek_on(source, media.ns)
        if source != self._playhead.axis:
            self.show()

    def go_reference(self, ns: int) -> None:
        """Move the reference playhead; the focused source comes back to it where it can."""
        if self._focus.source in self._places.own:
            self._places.own.discard(self._focus.source or "")
            self.refocus()
        self._playhead.seek_on(None, ns)
        if self._playhead.axis is not None:
            self.show(follow=False)

    def go_own(self, source: str, media: MediaTime) -> None:
        """Place the own time of a source."""
        self._playhead.seek_on(source, media.ns)
        self.refocus()

    def drag_reference(self, ns: int) -> None:
        """Move the reference playhead while it is dragged: previews come first."""
        self._panes.dragging = True
        self.go_reference(ns)
        self.dragged.emit()

    def drag_own(self, source: str, media: MediaTime) -> None:
        """Move the own time of a source while it is dragged."""
        self._panes.dragging = True
        self.go_own(source, media)
        self.dragged.emit()

    def release(self) -> None:
        """The drag has ended: exact frames now."""
        if self._panes.dragging:
            self._settle.stop()
            self._settled()

    def toggle_own_time(self) -> None:
        """The focused source on its own time, or back on the reference clock."""
        source = self._focus.source
        if source is None or not self._places.linked(source):
            return
        media = self._places.media_now(source)
        self._places.own.symmetric_difference_update({source})
        if source in self._places.own and media is not None:
            self._playhead.seek_on(source, media.ns)
        self.refocus()

    def refocus(self) -> None:
        """Follow the time of the focused source."""
        focused = self._focus.source
        self._wall.set_focus(focused)
        self._lanes.set_focus_source(focused)
        self._panes.forget()
        axis = self._places.axis()
        if axis != self._playhead.axis:
            self._playhead.set_axis(axis)
        else:
            self.show()

    def look_again(self, source: str) -> None:
        """Its index became better, or its pane was given back: ask for its picture again."""
        self._panes.forget(source)
        self.show()

    def look_again_at_all(self) -> None:
        """What every pane should show is another: ask for all pictures again."""
        for source in self._places.sources:
            self._panes.forget(source.id)
        self.show()

    # -- following ---------------------------------------------------------------------------

    def _results_changed(self) -> None:
        """Keep what the person looks at under the playhead while the clocks move."""
        looked_at = self._looked_at
        span = self._calculation.results.timeline.span
        self._playhead.set_extent(None, None if span is None else Extent(span[0].ns, span[1].ns))
        for source in self._places.sources:
            self._playhead.set_extent(source.id, Extent(source.start.ns, source.end.ns))
        self._places.own &= {source.id for source in self._places.sources}
        self._panes.forget()
        axis = self._places.axis()
        if axis != self._playhead.axis:
            self._playhead.set_axis(axis)
        kept = looked_at is not None and looked_at[0] == self._focus.source
        if looked_at is not None and kept and not self._playhead.playing:
            self.go_media(*looked_at, by_field=self._panes.by_field(looked_at[0]))
        else:
            self.show()

    def show(self, *, follow: bool = True) -> None:
        """Everything at the playhead. ``follow``: own time takes the reference with it."""
        if follow and self._playhead.axis is not None:
            media = MediaTime(self._playhead.position)
            mapped = self._places.reference_of(self._playhead.axis, media)
            if mapped is not None:
                self._playhead.seek_on(None, mapped.ns)
        places = self._all_places()
        here = places.get(self._focus.source or "")
        if here is not None and here.media is not None:
            self._looked_at = (here.source, here.media)
        self._panes.show(places)
        self._show_lanes(places)
        self._show_time(here)
        if self._playhead.playing and self._playhead.axis is None:
            self._turn_page()
        self._settle.start()

    def _all_places(self) -> dict[str, Place]:
        return {source.id: self._places.place(source.id) for source in self._places.sources}

    def _show_lanes(self, places: dict[str, Place]) -> None:
        halves = {source: place.half_ns for source, place in places.items()}
        at = self._playhead.position_on(None) if self._places.anything_linked() else None
        self._lanes.set_playhead(at, halves)
        for source in places:
            if not self._places.linked(source):
                self._lanes.set_shelf_playhead(source, self._playhead.position_on(source))

    def _turn_page(self) -> None:
        view, at = self._lanes.view, self._playhead.position_on(None)
        if time.monotonic() - self._by_hand < _HANDS_OFF_S:
            return
        part, put = (at - view.start_ns) / view.span_ns, 1 - _TURN_AT
        if self._playhead.rate < 0:  # backwards: what comes next lies to the left
            part, put = 1 - part, _TURN_AT
        if not 0 <= part <= _TURN_AT:
            self._lanes.set_view(view.panned(at - view.start_ns - round(put * view.span_ns)))

    def _hand(self) -> None:
        self._by_hand = time.monotonic()

    def _settled(self) -> None:
        if self._panes.dragging:
            self._panes.dragging = False
            self._panes.show(self._all_places())
        if not self._playhead.playing:
            self._panes.show_relative()
        self.settled.emit()

    # -- transport ---------------------------------------------------------------------------

    def _show_time(self, place: Place | None) -> None:
        source = None if place is None else self._places.source(place.source)
        if place is None or source is None:
            self._transport.set_time("", "", "")
            return
        if place.media is None:
            here = ReferenceTime(self._playhead.position_on(None))
            time_text, half, self.said_on = self.times.here(here)
            # A recording of sound alone has no pane whose card could say why.
            why = "" if source.facts.picture is not None else f": {place.reason}"
            words = f"{self.said_on}: no footage of {source.name} here{why}"
            self._transport.set_time(time_text, half, words)
            return
        said = self.times.of(place)
        if said is None:
            words = f"{source.name} on its own time: no link"
            self.said_on = f"the file of {source.name}"
            self._transport.set_time(own_time_text(place.media), "", words)
            return
        time_text, half, self.said_on = said
        words = f"{source.name} on {self.said_on}"
        if not half:
            words = f"{source.name}: the reference itself{self.times.remark}"
        self._transport.set_time(time_text, half, words)

    def _times_changed(self) -> None:
        self.show()
        self._state_changed()

    def _state_changed(self) -> None:
        self._transport.set_playing(self._playhead.playing)
        self._transport.set_rate(float(self._playhead.rate))
        first, last = self._playhead.in_out
        on_reference = self._playhead.axis is None
        self._lanes.set_in_out(*((first, last) if on_reference else (None, None)))
        self._transport.set_in_out(self._in_out_text(first, last))

    def _in_out_text(self, first: int | None, last: int | None) -> str:
        written = [
            f"{word} {self._end_text(ns)}"
            for word, ns in (("in", first), ("out", last))
            if ns is not None
        ]
        if first is not None and last is not None:
            written.append(f"{format_seconds(last - first, 2)} s")
        return "  ".join(written)

    def _end_text(self, ns: int) -> str:
        if self._playhead.axis is not None:
            return own_time_text(MediaTime(ns))
        return self.times.plain(ReferenceTime(ns))

    def close(self) -> None:
        """Stop the timer."""
        self._settle.stop()
