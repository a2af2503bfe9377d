"""Moving the playhead: steps, marks, in and out, loop, rate, zoom."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.controllers.drafting import Drafting
from app.controllers.marking import Marking
from app.controllers.places import Places
from app.controllers.playback import Playback
from app.controllers.recordings import Recordings
from app.controllers.rough import flag_time, flags
from app.controllers.sounding import Sounding
from app.document import Document
from app.focus import Focus
from app.playhead import RATES, Playhead
from sync.case.case import Source
from sync.evidence import Mark
from sync.timebase import NS_PER_S, MediaTime, format_seconds
from widgets.lane_stack import LaneStack
from widgets.transport_bar import TransportBar

SOUND_STEP_NS, SOUND_FINE_NS = 10_000_000, 1_000_000
_LOOPS_NS = (500_000_000, 2_000_000_000)
_CLOSE_UP = 8


class Moving(QObject):
    """What the keys that move do."""

    def __init__(
        self, *, document: Document, places: Places, playback: Playback,
        recordings: Recordings, focus: Focus, playhead: Playhead, drafting: Drafting,
        marking: Marking, sounding: Sounding, lanes: LaneStack, transport: TransportBar,
        window: QWidget, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._recordings = document, recordings
        self._places, self._playback = places, playback
        self._focus, self._playhead, self._drafting = focus, playhead, drafting
        self._sounding = sounding
        self._lanes, self._transport, self._window = lanes, transport, window
        self._loop_step = 0
        self._before_close_up: object = None
        self.selected_mark: str | None = None
        marking.marked.connect(self._marked)

    def _marked(self, mark: str) -> None:
        self.selected_mark = mark

    # -- steps -------------------------------------------------------------------------------

    def step(self, steps: int) -> None:
        """← →: one picture of the focused recording; 10 ms of sound; a draft moves its edges."""
        if self._drafting.draft is not None:
            self._drafting.step(steps)
        else:
            self._by_picture(steps)
        self._sound()

    def _sound(self) -> None:
        """What the focused recording shows now is heard."""
        source, media = self._here()
        index = None if source is None else self._recordings.index(source.id)
        shown = 0
        if index is not None and media is not None:
            frames = index.frames_of_picture(index.picture_of(index.frame_at(media) or 0))
            shown = index.end_of(frames.stop - 1).ns - media.ns
        self._sounding.step(shown)

    def _by_picture(self, steps: int) -> None:
        self._playhead.pause()
        source, media = self._here()
        if source is None:
            return
        index = self._recordings.index(source.id)
        if media is None:
            self._playhead.seek(self._playhead.position + steps * NS_PER_S // 10)
        elif index is None:
            self._go(source, media.ns + steps * SOUND_STEP_NS)
        else:
            number = index.frame_at(media)
            picture = index.picture_of(0 if number is None else number) + steps
            count = index.pictures if index.pictures is not None else len(index)
            picture = max(0, min(picture, count - 1))
            self._playback.go_media(source.id, index.picture_time(picture))

    def frame(self, steps: int) -> None:
        """Ctrl+← →: one frame of the file, one field where it is interlaced; 1 ms of sound."""
        if self._drafting.draft is not None:
            self._drafting.step(steps, fine=True)
        else:
            self._by_frame(steps)
        self._sound()

    def _by_frame(self, steps: int) -> None:
        from sync.media.fields import stepped

        self._playhead.pause()
        source, media = self._here()
        if source is None or media is None:
            return
        index = self._recordings.index(source.id)
        if index is None:
            self._go(source, media.ns + steps * SOUND_FINE_NS)
            return
        shown = index.field_at(media) or (0, 0)
        wanted, which = stepped(shown, steps, len(index), index.is_interlaced)
        at = index.field_time(wanted, which)
        self._playback.go_media(
            source.id, at, by_field=wanted if index.is_interlaced(wanted) else None
        )

    def second(self, steps: int) -> None:
        """Shift+← →: a second; a draft widens."""
        if self._drafting.draft is not None:
            self._drafting.widen(later=steps > 0)
            return
        self._playhead.seek(self._playhead.position + steps * NS_PER_S)

    def any_picture(self, steps: int) -> None:
        """, and .: the nearest picture edge of any linked clip."""
        if self._playhead.axis is not None:
            self._by_picture(steps)
            self._sound()
            return
        self._playhead.pause()
        here = self._playhead.position
        edges = [edge for source in self._places.sources
                 if (edge := self._edge(source, here, steps)) is not None]  # fmt: skip
        if edges:
            self._playhead.seek(min(edges) if steps > 0 else max(edges))
        self._sound()

    def _edge(self, source: Source, here: int, steps: int) -> int | None:
        """Reference time of the next (or previous) picture of one recording."""
        index = self._recordings.index(source.id)
        media = self._places.place(source.id).media
        if index is None or media is None:
            return None
        number = index.frame_at(media)
        picture = index.picture_of(0 if number is None else number)
        count = index.pictures if index.pictures is not None else len(index)
        for wanted in (picture, picture + steps):
            if 0 <= wanted < count:
                at = self._places.reference_of(source.id, index.picture_time(wanted))
                if at is not None and (at.ns > here if steps > 0 else at.ns < here):
                    return at.ns
        return None

    def _here(self) -> tuple[Source | None, MediaTime | None]:
        source = self._places.source(self._focus.source)
        return source, self._places.media_now(None if source is None else source.id)

    def _go(self, source: Source, ns: int) -> None:
        self._playback.go_media(source.id, MediaTime(ns))

    # -- marks -------------------------------------------------------------------------------

    def neighbour_mark(self, direction: int) -> None:
        """Up and Down: the mark before or after, of any recording on this time."""
        places = sorted(self._mark_places())
        here = self._playhead.position
        after = [p for p in places if (p[0] > here + 1000 if direction > 0 else p[0] < here - 1000)]
        if after:
            self.go_mark(after[0][1] if direction > 0 else after[-1][1])

    def _mark_places(self) -> list[tuple[int, str]]:
        found = []
        for mark in self._document.case.of_kind(Mark):
            if self._playhead.axis is not None:
                if mark.source == self._playhead.axis:
                    found.append((mark.centre.ns, mark.id))
                continue
            at = self._places.reference_of(mark.source, self.shown_at(mark))
            if at is not None:
                found.append((at.ns, mark.id))
        return found + self._flag_places()

    def _flag_places(self) -> list[tuple[int, str]]:
        """Rough flags are gone to like marks."""
        found, axis = [], self._playhead.axis
        for flag in flags(self._document.case):
            if flag.source is None or flag.start is None:
                continue
            if axis is not None:
                at = flag.start.ns if flag.source == axis else None
            else:
                placed = self._places.reference_of(flag.source, flag.start)
                at = None if placed is None else placed.ns
            if at is not None:
                found.append((at, flag.id))
        return found

    @staticmethod
    def shown_at(mark: Mark) -> MediaTime:
        """Where to look at a mark: the picture that shows it, the middle of a sound."""
        if mark.stream == "picture" and mark.latest is not None:
            return mark.latest
        return mark.centre

    def go_mark(self, mark_id: str) -> None:
        """Go to a mark and select it; its recording stays as focused as it was. A rough flag's is
        focused, since M there refines it."""
        flag = flag_time(self._document.case, mark_id)
        if flag is not None:
            self._focus.set(flag[0])
            self._playback.go_media(*flag)
            return
        mark = self._document.case.find(mark_id)
        if not isinstance(mark, Mark):
            return
        self.selected_mark = mark_id
        self._lanes.set_selected_mark(mark_id)
        if not self._places.linked(mark.source):
            self._focus.set(mark.source)
        self._playback.go_media(mark.source, self.shown_at(mark))

    # -- ends, in and out, loop --------------------------------------------------------------

    def to_start(self) -> None:
        """Home."""
        self._playhead.seek(self._playhead.bounds[0])

    def to_end(self) -> None:
        """End."""
        self._playhead.seek(self._playhead.bounds[1])

    def go_to(self) -> None:
        """Ctrl+G."""
        from app.dialogs.small import GoTo

        times = self._playback.times
        if self._playhead.axis is None:
            clock, now = times.to_type(self._playhead.position)
        else:
            source = self._places.source(self._playhead.axis)
            clock = f"{source.name}: time in the file" if source is not None else "own time"
            now = format_seconds(self._playhead.position, 3)
        found = GoTo.ask(self._window, clock, now)
        if found is not None:
            self._playhead.seek(found if self._playhead.axis is not None else times.typed(found))

    def set_in(self) -> None:
        """I."""
        self._playhead.set_in(self._playhead.position)

    def set_out(self) -> None:
        """O."""
        self._playhead.set_out(self._playhead.position)

    def go_in(self) -> None:
        """Shift+I."""
        if self._playhead.in_out[0] is not None:
            self._playhead.seek(self._playhead.in_out[0])

    def go_out(self) -> None:
        """Shift+O."""
        if self._playhead.in_out[1] is not None:
            self._playhead.seek(self._playhead.in_out[1])

    def loop(self) -> None:
        """R: ± 0.5 s about the selected mark (or here), ± 2 s, off."""
        if self._loop_step >= len(_LOOPS_NS) or (self._loop_step and not self._playhead.looping):
            self._loop_step = 0
            if self._playhead.looping:
                self._playhead.set_looping(False)
                self._transport.set_loop(False)
                return
        half = _LOOPS_NS[self._loop_step]
        centre = self._loop_centre()
        self._loop_step += 1
        self._playhead.set_looping(True, (centre - half, centre + half))
        self._transport.set_loop(True, f"loop ± {half / NS_PER_S:g} s")

    def loop_here(self) -> None:
        """Loop ± 2 s about the playhead, as the second R does."""
        half, centre = _LOOPS_NS[-1], self._playhead.position
        self._loop_step, self._loop_about = len(_LOOPS_NS), centre
        self._playhead.set_looping(True, (centre - half, centre + half))
        self._transport.set_loop(True, f"loop ± {half / NS_PER_S:g} s")

    _loop_about: int | None = None

    def _loop_centre(self) -> int:
        if self._loop_step and self._loop_about is not None:
            return self._loop_about
        mark = self._document.case.find(self.selected_mark or "")
        centre = self._playhead.position
        if isinstance(mark, Mark):
            at = self._places.reference_of(mark.source, mark.centre)
            if self._playhead.axis is None and at is not None:
                centre = at.ns
        self._loop_about = centre
        return centre

    # -- rate --------------------------------------------------------------------------------

    def change_rate(self, direction: int) -> None:
        """− and +: half or twice the speed."""
        here = abs(self._playhead.rate)
        nearest = min(range(len(RATES)), key=lambda n: abs(RATES[n] - here))
        wanted = RATES[max(0, min(len(RATES) - 1, nearest + direction))]
        self._playhead.set_rate(-wanted if self._playhead.rate < 0 else wanted)

    def set_rate(self, rate: float) -> None:
        """The rate chosen in the transport."""
        self._playhead.set_rate(Fraction(rate))

    # -- view --------------------------------------------------------------------------------

    def close_up(self) -> None:
        """Z: eight pictures across, and back."""
        view = self._lanes.view
        if self._before_close_up is not None:
            before, self._before_close_up = self._before_close_up, None
            self._lanes.set_view(before)  # type: ignore[arg-type]
            return
        index = self._recordings.index(self._focus.source)
        step = index.median_interval.ns if index is not None else 20_000_000
        if index is not None and index.pictures:
            span = index.time_of(len(index) - 1).ns - index.time_of(0).ns
            step = max(step, span // index.pictures)
        half = _CLOSE_UP * step // 2
        here = self._playhead.position_on(None)
        self._before_close_up = view
        self._lanes.set_view(view.showing(here - half, here + half, 0.0), remember=True)

    def zoom(self, notches: float) -> None:
        """Closer or wider about the playhead."""
        view = self._lanes.view
        at = self._playhead.position_on(None)
        about = at if view.holds(at) else view.start_ns + view.span_ns // 2
        self._lanes.set_view(view.zoomed(notches, about))

    def fit(self) -> None:
        """F."""
        self._before_close_up = None
        self._lanes.fit()


def bound(act: Callable[..., object], *values: object) -> Callable[[], object]:
    """``act`` with its arguments given, for the action table."""
    return lambda: act(*values)
