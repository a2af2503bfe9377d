"""The pictures: asking for them, putting them on their panes, and saying what they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal

from app.controllers.places import Place, Places
from app.controllers.recordings import Recordings
from app.focus import Focus
from app.frame_service import FrameAnswer, FrameService
from app.playhead import TICK_MS, Playhead
from app.video import Pace
from sync.media.facts import PictureFacts
from sync.timebase import NS_PER_S, MediaTime, ReferenceTime, format_clock, format_seconds
from sync.uncertainty import decimals_for, format_pair
from widgets.pane_info import Extreme
from widgets.shelf import own_time
from widgets.video_pane import PaneInfo
from widgets.video_wall import VideoWall

if TYPE_CHECKING:
    from sync.media.frame_index import FrameIndex


class Panes(QObject):
    """Keeps the wall at the playhead.

    Signals
    -------
    shown(object)
        A :class:`FrameAnswer` that was put on its pane.
    """

    shown = Signal(object)

    def __init__(
        self, *, places: Places, recordings: Recordings, playhead: Playhead, focus: Focus,
        frames: FrameService, wall: VideoWall, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._places, self._recordings, self._playhead = places, recordings, playhead
        self._focus, self._frames, self._wall = focus, frames, wall
        self._wanted: dict[str, tuple[int, int | None, Pace]] = {}
        """Frame, field of it (``None``: the whole frame) and pace, by source."""
        self._by_field: dict[str, int] = {}
        """The frame a source is looked at field by field in: until it shows another one."""
        self._played: dict[str, int] = {}
        """Frame last shown by source, while playing on from it."""
        self._dropped: dict[str, int] = {}
        self.dragging = False
        """True while the person drags the playhead: previews will do."""
        self.extreme: Extreme | None = None
        """Set: other recordings show the earliest or latest picture that may belong here."""
        self.displaced: dict[str, str] = {}
        """By how much those are away from the playhead, by source."""
        self._held: set[str] = set()
        self.write: Callable[[ReferenceTime, int], str] = format_clock
        """How the person wants times written."""
        self._relative: dict[str, str] = {}
        frames.answered.connect(self._answered)
        frames.failed.connect(self._failed)
        wall.size_wanted.connect(frames.set_size)
        playhead.changed.connect(self._playing_changed)
        playhead.wrapped.connect(self._played.clear)
        playhead.jumped.connect(self._played.clear)

    def hold(self, source: str, held: bool) -> None:
        """Leave a pane to somebody else (marking shows two pictures in turn)."""
        if held:
            self._held.add(source)
        else:
            self._held.discard(source)
            self._wanted.pop(source, None)

    def show_fields(self, source: str, frame: int | None) -> None:
        """Show the fields of this frame one by one; ``None``: whole frames again."""
        if frame is None:
            self._by_field.pop(source, None)
        else:
            self._by_field[source] = frame

    def by_field(self, source: str) -> int | None:
        """The frame it is looked at field by field in."""
        return self._by_field.get(source)

    def forget(self, source: str | None = None) -> None:
        """Ask for the picture again, or for all headers again."""
        self._relative.clear()
        if source is not None:
            self._wanted.pop(source, None)

    def show(self, places: dict[str, Place]) -> None:
        """Ask for what each pane should show, or put a card on it."""
        self.displaced.clear()
        for source in self._wanted.keys() - set(self._wall.shown):
            del self._wanted[source]  # a pane that comes back has no picture yet
        for source in self._wall.shown:
            if source in places:
                place = places[source]
                self._show(place if self.extreme is None else self._extreme_of(place))

    def _extreme_of(self, place: Place) -> Place:
        """Away from the playhead by the 95 % range of the time to the focused recording."""
        here = self._places.place(self._focus.source or "")
        if place.media is None or not place.linked or place.source == here.source:
            return place
        half = self._half_s(here, place)
        at = self._places.reference_of(place.source, place.media)
        if not half or at is None:
            return place
        sign, side = (-1, "before") if self.extreme == "earliest" else (1, "after")
        self.displaced[place.source] = f"{format_pair(0.0, half)[1]} s {side}"
        return self._places.place_at(
            place.source, ReferenceTime(at.ns + sign * round(half * NS_PER_S))
        )

    def _half_s(self, here: Place, place: Place) -> float | None:
        """Half of the 95 % range: to the focused recording, else to the reference clock."""
        half = self._places.half_between(here, place) if here.linked else None
        return half if half is not None else place.half_ns / NS_PER_S

    def _show(self, place: Place) -> None:
        pane, source = self._wall.pane(place.source), self._places.source(place.source)
        if pane is None or source is None:
            return
        pane.set_header(source.name, self._header(place))
        pane.set_own_size(_own_size(source.facts.picture))
        if place.source in self._held:
            return
        opened = self._recordings.get(place.source)
        index = None if opened is None else opened.index
        if opened is not None and (opened.problem or opened.unread):
            title = "not used" if opened.problem else "cannot be read"
            why = (opened.problem or opened.unread).replace(str(opened.path), opened.path.name)
            self._card(place.source, title, why)  # a pane is too narrow for folders
        elif place.media is None:
            self._card(place.source, place.title, place.reason)
        elif index is None:
            text = "pictures come once it is known where they lie"
            self._card(place.source, "reading the file", text)
        else:
            self._ask(place.source, index, *(index.field_at(place.media) or (0, 0)))

    def _ask(self, source: str, index: FrameIndex, number: int, which: int) -> None:
        """For the frame where it is another one, and once more for it where a preview may do no
        longer."""
        pace: Pace = "drag" if self.dragging else "play" if self._playhead.playing else "stand"
        if pace != "stand" or self._by_field.get(source) != number:
            self._by_field.pop(source, None)
        by_field = source in self._by_field and index.is_interlaced(number)
        field = which if by_field else None
        before = self._wanted.get(source)
        same = before is not None and before[:2] == (number, field)
        if before is not None and same and pace in (before[2], "drag", "play"):
            return
        if pace != "play" and before is not None and before[0] != number:
            self._dropped.pop(source, None)
        self._wanted[source] = (number, field, pace)
        self._frames.request(source, number, pace, self._every_s(index), field)

    def _every_s(self, index: FrameIndex) -> float:
        """Seconds from frame to frame at the speed of the playhead."""
        return index.median_interval.ns / 1e9 / float(abs(self._playhead.rate))

    def _card(self, source: str, title: str, text: str) -> None:
        """No picture: never a stale one."""
        self._wanted.pop(source, None)
        pane = self._wall.pane(source)
        if pane is not None:
            pane.set_card(title, text)

    def _header(self, place: Place) -> str:
        if place.media is None:
            return "" if self._places.linked(place.source) else "no link"
        if not place.linked:
            return f"no link · own {own_time_text(place.media)}"
        if place.source != self._focus.source:
            return self._relative.get(place.source, "")
        at = self._places.reference_of(place.source, place.media)
        if at is None:
            return ""
        decimals = min(4, decimals_for(place.half_ns / 1e9)) if place.half_ns else 2
        return f"{self.write(at, decimals)} focus"

    def show_relative(self) -> None:
        """``± 0.07 s to cam 1`` on every linked pane; asked once the playhead stands still."""
        focused = self._places.source(self._focus.source)
        if focused is None:
            return
        here = self._places.place(focused.id)
        found: dict[str, str] = {}
        for source in self._wall.shown:
            place = self._places.place(source)
            if source == focused.id or place.media is None or not place.linked:
                continue
            half = self._places.half_between(here, place) if here.linked else None
            if half is not None:
                found[source] = f"± {format_pair(0.0, half)[1]} s to {focused.name}"
            elif place.half_ns:
                found[source] = f"± {format_pair(0.0, place.half_ns / 1e9)[1]} s"
        self._relative = found
        for source in self._wall.shown:
            pane, known = self._wall.pane(source), self._places.source(source)
            if pane is not None and known is not None:
                pane.set_header(known.name, self._header(self._places.place(source)))

    # -- answers -----------------------------------------------------------------------------

    def _answered(self, answer: FrameAnswer) -> None:
        if answer.kept or answer.source in self._held:
            return
        wanted = self._wanted.get(answer.source)
        pane = self._wall.pane(answer.source)
        index = self._recordings.index(answer.source)
        if pane is None or index is None or wanted is None:
            return
        playing = self._playhead.playing
        if wanted[:2] != (answer.index, answer.field) and not (playing or self.dragging):
            return  # a newer request is on its way
        late = self._late_ms(answer, index) if playing else None
        if playing:
            self._count_dropped(answer, index)
        info = pane_info(answer, index, late, self._dropped.get(answer.source, 0))
        if answer.source in self.displaced:
            away = self.displaced[answer.source]
            info = replace(info, extreme=self.extreme, displaced_s=away)
        pane.set_picture(answer.image, info)
        self.shown.emit(answer)

    def _late_ms(self, answer: FrameAnswer, index: FrameIndex) -> float | None:
        """By how much a picture is late, once that is more than half a picture."""
        media = self._places.media_now(answer.source)
        if media is None:
            return None
        late = media.ns - index.end_of(answer.index).ns
        return late / 1e6 if late > index.median_interval.ns / 2 else None

    def _count_dropped(self, answer: FrameAnswer, index: FrameIndex) -> None:
        """Frames passed over, beyond those that pass between two ticks at this speed anyway."""
        before = self._played.get(answer.source)
        self._played[answer.source] = answer.index
        if before is not None:
            each_tick = max(1, ceil(TICK_MS / 1e3 / self._every_s(index)))
            passed = max(0, ceil(abs(answer.index - before) / each_tick) - 1)
            self._dropped[answer.source] = self._dropped.get(answer.source, 0) + passed

    def _playing_changed(self) -> None:
        self._played.clear()
        if self._playhead.playing:
            self._dropped.clear()

    def _failed(self, source: str, error: Exception) -> None:
        """A stretch that cannot be decoded is said on its pane."""
        if source not in self._held:
            self._card(source, "cannot be decoded here", str(error))


def pane_info(
    answer: FrameAnswer, index: FrameIndex, late_ms: float | None = None, dropped: int = 0
) -> PaneInfo:
    """What a pane says of a picture."""
    from sync.media.fields import field_words

    picture = index.picture_of(answer.index)
    frames = index.frames_of_picture(picture)
    return PaneInfo(
        source_id=answer.source,
        picture_number=picture if index.state == "verified" else None,
        frames=(frames.start, frames.stop - 1),
        pts_s=format_seconds(index.time_of(answer.index).ns, 3),
        media=answer.time,
        exact=answer.exact,
        damaged=answer.damaged,
        late_ms=late_ms,
        dropped=dropped,
        field="" if answer.field is None else field_words(answer.field, index.field_order),
    )


@lru_cache(maxsize=64)
def _own_size(picture: PictureFacts | None) -> QSize:
    """Its own pixels, made square without losing any, and turned upright."""
    if picture is None:
        return QSize()
    aspect = Fraction(picture.sample_aspect.replace(":", "/"))
    width, height = picture.width_px, picture.height_px
    if aspect > 1:
        width = round(width * aspect)
    else:
        height = max(1, round(height / aspect))
    return QSize(height, width) if picture.rotation_deg % 180 else QSize(width, height)


def own_time_text(media: MediaTime) -> str:
    """``0:12.340``: time in the file."""
    whole, part = divmod(media.ns, 1_000_000_000)
    return f"{own_time(whole * 1_000_000_000)}.{part // 1_000_000:03d}"
