"""Where every source stands at the playhead: questions of the timeline, nothing shown."""

from __future__ import annotations

from dataclasses import dataclass

from app.controllers.calculation import Calculation
from app.document import Document
from app.focus import Focus
from app.playhead import Axis, Playhead
from sync.case.case import Source
from sync.errors import EvidenceError
from sync.timebase import MediaTime, ReferenceTime
from sync.timeline import Position, Track

NO_LINK = "no link to the reference clock"
NO_LINK_TEXT = "one event it shares with any other recording is enough"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one source stands: a media time, and how it got there."""

    source: str
    media: MediaTime | None
    linked: bool
    half_ns: int = 0
    title: str = ""
    reason: str = ""
    """For the card when ``media`` is ``None``."""


class Places:
    """Answers where sources are; knows which are looked at on their own time."""

    def __init__(
        self, document: Document, calculation: Calculation, playhead: Playhead, focus: Focus
    ) -> None:
        self._document, self._calculation = document, calculation
        self._playhead, self._focus = playhead, focus
        self.own: set[str] = set()
        """Linked sources that are looked at on their own time all the same."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the case."""
        return self._document.case.sources

    def source(self, source_id: str | None) -> Source | None:
        """A source of the case, ``None`` when there is none."""
        if source_id is None:
            return None
        try:
            return self._document.case.source(source_id)
        except EvidenceError:
            return None

    def track(self, source: str) -> Track | None:
        """The track of a source as last calculated."""
        return self._calculation.results.timeline.track(source)

    def linked(self, source: str | None) -> bool:
        """True when at least one stretch lies on the reference clock."""
        track = self.track(source or "")
        return track is not None and track.linked

    def anything_linked(self) -> bool:
        """True when any source is."""
        return any(track.linked for track in self._calculation.results.timeline.tracks)

    def on_own_time(self, source: str | None) -> bool:
        """True when this source is looked at on its own time."""
        return source is not None and (not self.linked(source) or source in self.own)

    def axis(self) -> Axis:
        """The time the focused source is looked at on."""
        focused = self._focus.source
        return focused if self.on_own_time(focused) else None

    def reference_of(self, source: str, media: MediaTime) -> ReferenceTime | None:
        """Reference time of a media time; ``None`` where its stretch has no link."""
        track = self.track(source)
        inside = [
            clip for clip in (track.clips if track is not None else ())
            if clip.media_start <= media <= clip.media_end
        ]  # fmt: skip
        clip = inside[-1] if inside else None
        if clip is None or clip.model is None or clip.start is None:
            return None
        at = clip.model.to_reference(media)
        # The inverse is exact to 1 ns; a nanosecond early would show the picture before.
        while clip.model.from_reference(at) < media:
            at = ReferenceTime(at.ns + 1)
        return at

    def half_of(self, source: str, media: MediaTime) -> int:
        """Half-width in ns of the 95 % range of a media time on the reference clock."""
        track = self.track(source)
        for clip in track.clips if track is not None else ():
            if clip.media_start <= media <= clip.media_end and clip.model is not None:
                return clip.model.half_range_at(media).ns
        return 0

    def place(self, source: str) -> Place:
        """Where a source stands now."""
        if source == self._playhead.axis:
            media = MediaTime(self._playhead.position)
            linked = self.reference_of(source, media) is not None
            return Place(source, media, linked, self.half_of(source, media) if linked else 0)
        if not self.linked(source):
            if source == self._focus.source or not self.anything_linked():
                return Place(source, MediaTime(self._playhead.position_on(source)), linked=False)
            return Place(source, None, linked=False, title=NO_LINK, reason=NO_LINK_TEXT)
        return self.place_at(source, ReferenceTime(self._playhead.position_on(None)))

    def place_at(self, source: str, at: ReferenceTime) -> Place:
        """Where a source stands at another time of the reference clock."""
        return _place_of(self._calculation.results.timeline.position(source, at))

    def media_now(self, source: str | None) -> MediaTime | None:
        """Media time at which a source stands."""
        return None if source is None else self.place(source).media

    def clock_name(self) -> str:
        """Name of the reference clock."""
        case = self._document.case
        return "no reference clock" if case.datum is None else case.clock(case.datum).name

    def half_between(self, here: Place, there: Place) -> float | None:
        """Half-width in s of the range of the time between two places, by the full covariance."""
        network = self._calculation.results.network
        if network is None or here.media is None or there.media is None:
            return None
        return network.half_between((here.source, here.media), (there.source, there.media))


def _place_of(found: Position) -> Place:
    if found.state == "footage" and found.media is not None:
        half = 0 if found.half is None else found.half.ns
        return Place(found.source, found.media, linked=True, half_ns=half)
    title = "no footage here" if found.state == "no footage" else NO_LINK
    linked = found.state != "no link"
    return Place(found.source, None, linked, title=title, reason=found.reason)
