"""Shows the recordings on their lanes: what stands there, how high, and one on its own time."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from app.lane_markers import event_states, limit_arrows, mark_sides, shown_timeline
from app.layout import Layout
from app.workbench import Workbench
from sync.adjustment.solution import ResultStatus
from widgets.shelf import ShelfRow


class LaneDisplay(QObject):
    """Keeps the lanes up to date; decides nothing."""

    def __init__(self, bench: Workbench, layout: Layout, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench, self._at = bench, layout
        self._fitted: frozenset[str] = frozenset()
        self._shared: tuple[float, int, int] = (0.0, 0, 0)
        bench.calculation.glimpsed.connect(self.show)
        bench.lane_views.changed.connect(self.draw)
        bench.sounding.lanes.changed.connect(self._show_sound_sign)
        bench.playback.settled.connect(self._move_own_time)
        bench.playhead.changed.connect(self.show_own_time)

    def forget(self) -> None:
        """Another case: its recordings are shown anew as they come."""
        self._fitted, self._shared = frozenset(), (0.0, 0, 0)

    def show(self) -> None:
        """Tracks, sightings and limits, as calculated."""
        bench, lanes = self._bench, self._at.lanes
        case, results = bench.document.case, bench.calculation.results
        shown = shown_timeline(results.timeline, case)
        order = bench.lane_views.ordered([track.source for track in shown.tracks])
        shown = replace(
            shown, tracks=tuple(sorted(shown.tracks, key=lambda track: order.index(track.source)))
        )
        proposed: dict[str, ResultStatus] = {
            marker.event: "unchecked" for track in shown.tracks for marker in track.markers
            if marker.event.endswith(f", {marker.mark})")
        }  # fmt: skip
        lanes.set_timeline(
            shown, {s.id: s.name for s in case.sources},
            bench.lane_views.colours(case),
            kinds={s.id: bench.lane_views.words(s.id) for s in case.sources},
            event_names={event.id: event.name for event in case.events},
            event_states=event_states(results) | proposed, mark_sides=mark_sides(case),
        )  # fmt: skip
        lanes.set_limits(limit_arrows(case, results, bench.places.reference_of))

    def draw(self, source: str) -> None:
        """What this lane shows: its choice, or its recording, is another."""
        views = self._bench.lane_views
        self._at.lanes.set_rows(source, views.rows(source), views.words(source))
        if source in self._fitted:
            self.share_height()

    def _show_sound_sign(self, source: str) -> None:
        self._at.lanes.set_sound_sign(source, self._bench.sounding.lanes[source].sign)

    # -- the room they take ------------------------------------------------------------------

    def fit_once(self) -> None:
        """Show everything when recordings come or are linked for the first time."""
        timeline = self._bench.calculation.results.timeline
        linked = frozenset(track.source for track in timeline.tracks if track.placed)
        if linked - self._fitted:
            self._at.lanes.fit()
        changed = linked != self._fitted or not linked
        self._fitted = linked
        if changed:
            self.share_height()

    def set_heights(self) -> None:
        """As the person dragged them."""
        self._at.lanes.set_own_heights(self._bench.lane_views.heights())

    def share_height(self) -> None:
        """A lane of sound alone will be a waveform, which is taller, once it is read."""
        lanes, sources = self._at.lanes, self._bench.document.case.sources
        rows = sum(
            lanes.part_of(source.id, 1.0 if source.facts.picture else 1.3)
            for source in sources if source.id in self._fitted
        )  # fmt: skip
        shelf = len(self._bench.calculation.results.timeline.tracks) - len(self._fitted)
        wanted = (rows, shelf, lanes.own_px())
        if wanted != self._shared:
            self._shared = wanted
            self._at.share_height(rows, shelf)

    # -- the focused recording on its own time -----------------------------------------------

    def show_own_time(self) -> None:
        """A strip for a recording with a lane that is looked at on its own time."""
        strip, places = self._at.own_time, self._bench.places
        source = places.source(self._bench.focus.source)
        track = places.track(source.id) if source is not None else None
        if source is None or track is None or not track.placed or not places.on_own_time(source.id):
            strip.show_source(None)
            return
        if strip.row is None or strip.row.source_id != source.id:
            row = ShelfRow(source.id)
            row.set_source(f"{source.name} alone", track)
            for curve in self._bench.lane_views.rows(source.id)[:1]:
                row.set_curve(curve.columns, waveform=curve.waveform)
            strip.show_source(row)
        self._move_own_time()

    def _move_own_time(self) -> None:
        row = self._at.own_time.row
        if row is not None:
            row.set_playhead(self._bench.playhead.position_on(row.source_id))
