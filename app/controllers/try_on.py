"""What a lane that was tried on becomes: a range to search, or a limit that a person states.

Trying on changes the picture of one lane and nothing else. What comes of it is typed into forms
that the person sends off, or not.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.calculation import Calculation
from app.controllers.places import Places
from app.controllers.searching import Searching
from app.document import Document
from app.focus import Focus
from app.playhead import Playhead
from sync.case.case import Source
from sync.evidence import Limit
from sync.timebase import NS_PER_S, MediaTime, ReferenceTime, format_clock
from sync.timeline import Clip
from widgets.lane_stack import LaneStack
from widgets.search_panel import SearchPanel

SHORTEST_S = 2.0
"""A lane placed by eye may be off by this much however close the view is: what is compared are
bursts of motion and sound that last about as long."""
EYE_PX = 20
"""Two curves are not laid on each other by hand more exactly than this."""


class TryOn(QObject):
    """Fills the search form or the limit dialog from a displacement.

    Signals
    -------
    said(str)
        Why nothing came of it.
    """

    said = Signal(str)

    def __init__(
        self, *, document: Document, calculation: Calculation, places: Places, focus: Focus,
        playhead: Playhead, searching: Searching, lanes: LaneStack, panel: SearchPanel,
        window: QWidget, show_search: Callable[[], object], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._calculation, self._places = document, calculation, places
        self._focus, self._playhead, self._searching = focus, playhead, searching
        self._lanes, self._panel, self._window = lanes, panel, window
        self._show_search = show_search
        lanes.trial.for_search.connect(self.search)
        lanes.trial.for_limit.connect(self.limit)
        lanes.trial.refused.connect(
            lambda: self.said.emit("Nothing is tried on while an event is open: Esc leaves it.")
        )

    def search(self, source: str, moved_ns: int) -> None:
        """The range of offsets about what was tried on, in the search form."""
        partner = self._partner(source)
        if partner is None:
            self.said.emit("No other recording has a link, so there is nothing to search against.")
            return
        self._focus.set(source)
        self._searching.choose(partner.id)
        self._show_search()
        reach = self.reach(source, partner.id, moved_ns)
        if reach is not None:
            self._panel.form.set_reach(*reach)

    def reach(self, source: str, partner: str, moved_ns: int) -> tuple[float, float] | None:
        """Lowest and highest offset in s (what is added to ``partner``'s time to get
        ``source``'s) that a displacement by ``moved_ns`` stands for."""
        found = self._spot(source, moved_ns)
        if found is None:
            return None
        own, at = found
        other = self._clip(partner, at.ns)
        if other is None or other.model is None:
            return None
        offset_s = (own.ns - other.model.from_reference(at).ns) / NS_PER_S
        half = max(SHORTEST_S, EYE_PX * self._lanes.view.ns_per_px / NS_PER_S)
        return round(offset_s - half, 1), round(offset_s + half, 1)

    def limit(self, source: str, moved_ns: int) -> None:
        """The limit dialog, with the two places that were laid on each other."""
        from app.dialogs.limit import StateLimit

        known, found = self._places.source(source), self._spot(source, moved_ns)
        if known is None or found is None:
            self.said.emit("That recording has no place here that could be stated.")
            return
        media, at = found
        case = self._document.case
        form = StateLimit(self._window, case, (known, media))
        half = max(SHORTEST_S, EYE_PX * self._lanes.view.ns_per_px / NS_PER_S)
        form.state_within(format_clock(at, 3), round(half, 1))
        made = form.run()
        if made is not None:
            self._document.act(made, f"limit: {made.of_kind(Limit)[-1].why}")

    def _spot(self, source: str, moved_ns: int) -> tuple[MediaTime, ReferenceTime] | None:
        """(media time, reference time) that lie on each other when tried on: at the playhead, or
        in the middle of the recording where it shows nothing there."""
        at = ReferenceTime(self._playhead.position_on(None))
        clip = self._clip(source, at.ns - moved_ns)
        if clip is None or clip.model is None or clip.start is None or clip.end is None:
            return None
        shown = ReferenceTime(at.ns - moved_ns)
        if not clip.start <= shown <= clip.end:
            shown = ReferenceTime((clip.start.ns + clip.end.ns) // 2)
        return clip.model.from_reference(shown), ReferenceTime(shown.ns + moved_ns)

    def _clip(self, source: str, ns: int) -> Clip | None:
        """The placed clip of a source at a reference time, or the nearest to it."""
        track = self._places.track(source)
        placed = [
            clip for clip in (track.clips if track is not None else ())
            if clip.model is not None and clip.start is not None and clip.end is not None
        ]  # fmt: skip
        return min(placed, key=lambda clip: _away(clip, ns), default=None)

    def _partner(self, source: str) -> Source | None:
        """The recording searched against last, else the reference, else the first with a link."""
        linked = [s for s in self._places.sources
                  if s.id != source and self._clip(s.id, 0) is not None]  # fmt: skip
        datum = self._document.case.datum
        wanted = (self._searching.partner, next((s.id for s in linked if s.clock == datum), None))
        return next((s for name in wanted for s in linked if s.id == name),
                    linked[0] if linked else None)  # fmt: skip


def _away(clip: Clip, ns: int) -> int:
    """How far a placed clip is from an instant."""
    assert clip.start is not None
    assert clip.end is not None
    return max(clip.start.ns - ns, ns - clip.end.ns, 0)
