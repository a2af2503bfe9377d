"""The strongest coincidences of a possible match: fetched ahead, shown at once, played."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from app.controllers.playback import Playback
from app.controllers.recordings import Opened, Recordings
from app.controllers.views import views_of
from app.focus import Focus
from app.jobs import Job, Jobs
from app.playhead import Playhead
from sync.case.matches import stream_of_kind
from sync.evidence import StreamName
from sync.timebase import MediaTime
from widgets.search_panel import SearchPanel
from widgets.search_words import strongest

if TYPE_CHECKING:
    from sync.correlate.result import Candidate, Coincidence

PLAYED_MS = 3600
"""All three, or one of them, in both recordings: longer nobody listens at each of many peaks."""
_LEAD = 0.5
"""Part of each piece that lies before its moment."""
Pair = tuple[str, str]


class Moments(QObject):
    """Shows what a candidate rests on as soon as it is chosen, and plays it.

    Decoding takes longer than the 100 ms within which it is to be seen, so every shown candidate
    is fetched as soon as it is found.
    """

    def __init__(
        self, *, jobs: Jobs, recordings: Recordings, focus: Focus, playback: Playback,
        playhead: Playhead, panel: SearchPanel, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._jobs, self._recordings = jobs, recordings
        self._focus, self._playback, self._playhead = focus, playback, playhead
        self._panel = panel
        self._job: Job | None = None
        self._pair: Pair | None = None
        self._pieces: list[tuple[str, MediaTime]] = []
        self._piece_ms = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next)
        panel.candidate_selected.connect(self.play_all)
        panel.moment_wanted.connect(self.play_one)

    def fetch(self, pair: Pair, candidates: Sequence[Candidate]) -> None:
        """Get the pictures and sounds of all these, the first candidate's first."""
        self.leave()
        self._pair = pair
        opened = tuple(self._recordings.get(source) for source in pair)
        wanted: list[tuple[Opened | None, StreamName, float]] = []
        for candidate in candidates:
            kinds = (stream_of_kind(candidate.kind_a), stream_of_kind(candidate.kind_b))
            for moment in strongest(candidate):
                wanted.append((opened[0], kinds[0], float(moment.time_a_s)))
                wanted.append((opened[1], kinds[1], float(moment.time_b_s)))
        if not wanted:
            return
        counts = [len(strongest(candidate)) for candidate in candidates]
        job = self._jobs.start(
            "Fetching coincidences", lambda progress: views_of(wanted, progress), shown=False
        )
        self._job = job
        job.finished.connect(lambda views: self._take(job, views, counts))
        job.failed.connect(lambda _: None)  # the times are shown; what cannot be read has no view

    def _take(self, job: Job, views: list[list[QImage]], counts: Sequence[int]) -> None:
        if job is not self._job:
            return
        self._job = None
        both = list(zip(views[::2], views[1::2], strict=True))
        for place, count in enumerate(counts):
            self._panel.findings.set_views(place, both[:count])
            both = both[count:]

    def play_all(self, candidate: Candidate) -> None:
        """The three strongest, each in one recording and then in the other."""
        self._play(strongest(candidate))

    def play_one(self, candidate: Candidate, place: int) -> None:
        """One of them, longer."""
        found = strongest(candidate)
        self._play(found[place : place + 1] if place >= 0 else ())

    def _play(self, moments: Sequence[Coincidence]) -> None:
        self._timer.stop()
        if self._pair is None or not moments:
            return
        a, b = self._pair
        times = [
            (source, MediaTime.from_s(float(at)))
            for moment in moments
            for source, at in ((a, moment.time_a_s), (b, moment.time_b_s))
        ]
        self._piece_ms = PLAYED_MS // len(times)
        self._pieces = times[::-1]
        self._next()

    def _next(self) -> None:
        self._playhead.pause()
        if not self._pieces:
            return
        source, at = self._pieces.pop()
        self._focus.set(source)
        lead_ns = round(_LEAD * self._piece_ms * 1e6)
        self._playback.go_media(source, MediaTime(max(0, at.ns - lead_ns)))
        self._playhead.play()
        self._timer.start(self._piece_ms)

    def leave(self) -> None:
        """Fetch and play nothing more."""
        self._timer.stop()
        self._pieces, self._pair = [], None
        if self._job is not None:
            self._job.cancel()
            self._job = None
