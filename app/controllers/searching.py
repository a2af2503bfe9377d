"""Searching a pair of recordings: which pair, the job, and what it found into the panel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.all_pairs import AllPairs
from app.controllers.candidates import Candidates
from app.controllers.moments import Moments
from app.controllers.places import Places
from app.controllers.playback import Playback
from app.controllers.recordings import Recordings
from app.document import Change, Document
from app.focus import Focus
from app.jobs import Job, Jobs
from app.playhead import Playhead
from sync.cache import Cache
from sync.case.acts import record_search
from sync.case.case import Source
from sync.errors import TiepointError
from sync.progress import Progress
from sync.timebase import now_utc
from sync.traces.trace import PICTURE_KINDS, SOUND_KINDS
from widgets.search_form import SearchRequest
from widgets.search_panel import SearchPanel

if TYPE_CHECKING:
    from sync.correlate.result import SearchKind, SearchResult


class Searching(QObject):
    """Runs searches as jobs; every one is counted.

    Signals
    -------
    said(str)
        One line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self, *, document: Document, jobs: Jobs, recordings: Recordings, focus: Focus,
        places: Places, playback: Playback, playhead: Playhead, panel: SearchPanel, window: QWidget,
        problem: Callable[[Exception], None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._jobs, self._recordings = document, jobs, recordings
        self._focus, self._places = focus, places
        self._panel, self._problem = panel, problem
        self._pair: tuple[str, str] | None = None
        self._job: Job | None = None
        self.moments = Moments(
            jobs=jobs, recordings=recordings, focus=focus, playback=playback, playhead=playhead,
            panel=panel, parent=self,
        )  # fmt: skip
        self.candidates = Candidates(
            document=document, recordings=recordings, jobs=jobs, playhead=playhead, panel=panel,
            window=window, problem=problem, parent=self,
        )  # fmt: skip
        self.candidates.said.connect(self.said)
        self.all_pairs = AllPairs(
            document=document, jobs=jobs, recordings=recordings, panel=panel, problem=problem,
            parent=self,
        )  # fmt: skip
        self.all_pairs.opened.connect(self.show_found)
        self.all_pairs.said.connect(self.said)
        panel.search_requested.connect(self.search)
        document.case_changed.connect(self._case_changed)

    @property
    def has_candidate(self) -> bool:
        """True while a candidate is under review."""
        return self._panel.candidate() is not None

    # -- the pair ----------------------------------------------------------------------------

    def choose(self, other: str | None = None) -> None:
        """The focused recording against ``other``, the one chosen before, or the best guess."""
        focused = self._places.source(self._focus.source)
        if focused is None:
            return
        partner = self._places.source(other) or self._partner(focused)
        if partner is None:
            self.said.emit("A search needs two recordings: add another one.")
            return
        self._set_pair(focused, partner)

    def _partner(self, focused: Source) -> Source | None:
        """The partner before, else the next recording that has sound, else the next."""
        others = [s for s in self._places.sources if s.id != focused.id]
        if self._pair is not None and focused.id in self._pair:
            kept = self._pair[0] if self._pair[1] == focused.id else self._pair[1]
            for source in others:
                if source.id == kept:
                    return source
        best = [s for s in others if s.facts.sound is not None] or others
        return best[0] if best else None

    @property
    def partner(self) -> str | None:
        """The recording the focused one is searched against."""
        if self._pair is None:
            return None
        return self._pair[0] if self._focus.source == self._pair[1] else self._pair[1]

    def partners(self) -> tuple[Source, ...]:
        """Recordings the focused one can be searched against."""
        return tuple(s for s in self._places.sources if s.id != self._focus.source)

    def _set_pair(self, a: Source, b: Source) -> None:
        if set(self.candidates.pair or ()) == {a.id, b.id}:
            return  # what was found stays while either of the two is looked at
        self._pair = (a.id, b.id)
        self.candidates.clear()
        self._panel.set_pair(
            self._pair,
            (a.name, b.name),
            (_kinds(a), _kinds(b)),
            self.count(*self._pair),
            (_channels(a), _channels(b)),
        )

    def count(self, a: str, b: str) -> int:
        """How often this pair was searched, refused searches too."""
        return sum({s.source_a, s.source_b} == {a, b} for s in self._document.case.searches)

    # -- searching ---------------------------------------------------------------------------

    def search(self, request: SearchRequest) -> None:
        """Search in the background."""
        if self._job is not None or self.all_pairs.busy:
            return
        a, b = (self._document.case.source(s) for s in (request.source_a, request.source_b))
        paths = []
        for source in (a, b):
            opened = self._recordings.get(source.id)
            if opened is None or opened.problem:
                self.said.emit(f"{source.name} is not used: {opened.problem if opened else ''}")
                return
            paths.append(opened.path)
        from sync.case.all_pairs import surrogates_needed
        from sync.correlate.significance import REPORTED

        family = self.count(a.id, b.id) + 1
        self._panel.setFocus()  # the form is shut while it runs and would lose the keyboard
        self._panel.set_busy(f"Searching {a.name} ↔ {b.name}")
        cache, sources = self._recordings.cache, (a, b)
        needed = surrogates_needed(self._document.case, a.id, b.id, (a.facts, b.facts))
        job = self._jobs.start(
            f"Searching {a.name} ↔ {b.name}",
            lambda progress: _search(
                (paths[0], paths[1]), sources, request, max(REPORTED, needed), cache, progress
            ),
            still=lambda: tuple(s.facts.sha256 for s in self._document.case.sources
                                if s.id in (a.id, b.id)),
        )  # fmt: skip
        self._job = job
        job.progressed.connect(lambda f, text: self._panel.set_busy(text or "Searching", f))
        job.finished.connect(lambda result: self._take(job, (a.id, b.id), result, family))
        job.failed.connect(self._failed)
        job.cancelled.connect(lambda: self._panel.set_busy(None))
        job.ended.connect(self._ended)

    def _ended(self) -> None:
        self._job = None

    def _failed(self, error: Exception) -> None:
        self._panel.set_busy(None)
        self._problem(error)

    def _take(self, job: Job, pair: tuple[str, str], result: SearchResult, number: int) -> None:
        self._panel.set_busy(None)
        case = self._document.case
        names = [next((s.name for s in case.sources if s.id == i), i) for i in pair]
        if job.outdated:
            self.said.emit("The recordings have changed since: this search was not counted.")
            return
        from sync.case.all_pairs import allowing_for, tries

        result = allowing_for(result, tries(case, *pair, result.searched))
        try:
            self._document.note(
                record_search(case, result, *pair, by=self._document.author, at=now_utc()),
                f"search {names[0]} ↔ {names[1]}: {result.status}",
            )
        except TiepointError as error:
            self._problem(error)
            return
        self._show(pair, result, number)

    def show_found(self, a: str, b: str, result: SearchResult) -> None:
        """Show what a search of this pair found before."""
        source_a, source_b = (self._document.case.source(one) for one in (a, b))
        self._pair = None
        self.candidates.clear()
        self._set_pair(source_a, source_b)
        self._show((a, b), result, self.count(a, b))
        self._focus.set(a)
        self._panel.setFocus()

    def _show(self, pair: tuple[str, str], result: SearchResult, number: int) -> None:
        names = [self._document.case.source(one).name for one in pair]
        self._pair = pair
        self._panel.set_result(result, (names[0], names[1]), number)
        self.moments.fetch(pair, self._panel.candidates())
        self.candidates.show(pair, result)

    def _case_changed(self, change: Change) -> None:
        if change.kind == "opened":  # all of scipy: neither the start nor the first search waits
            load = partial(import_module, "sync.case.all_pairs")
            self._jobs.start("Search", lambda _: load(), shown=False)
        if change.kind in ("opened", "closed"):
            self._pair = None
            self.all_pairs.clear()
            self.moments.leave()
            self._panel.set_pair(("", ""), ("", ""), ((), ()))

    def close(self) -> None:
        """Stop playing moments."""
        self.moments.leave()


def _kinds(source: Source) -> tuple[SearchKind, ...]:
    kinds: tuple[SearchKind, ...] = ()
    if source.facts.picture is not None:
        kinds += PICTURE_KINDS
    if source.facts.sound is not None:
        kinds += ("samples", *SOUND_KINDS)
    return kinds


def _channels(source: Source) -> int:
    return 0 if source.facts.sound is None else source.facts.sound.channels


def _search(
    paths: tuple[Path, Path], sources: tuple[Source, Source], request: SearchRequest,
    surrogates: int, cache: Cache, progress: Progress,
) -> SearchResult:  # fmt: skip
    from sync.correlate.recordings import correlate_recordings

    return correlate_recordings(
        paths[0], sources[0].facts, paths[1], sources[1].facts,
        kind_a=request.kind_a, kind_b=request.kind_b,
        offset_range_s=(request.offset_from_s, request.offset_to_s),
        channel_a=request.channel_a, channel_b=request.channel_b,
        surrogates=surrogates, cache=cache, progress=progress,
    )  # fmt: skip
