"""Searching a pair of recordings, and deciding about what was found."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controllers import ties
from app.controllers.all_pairs import AllPairs
from app.controllers.blind_check import BlindChecks
from app.controllers.moments import Moments
from app.controllers.places import Places
from app.controllers.playback import Playback
from app.controllers.recordings import Recordings
from app.document import Change, Document
from app.focus import Focus
from app.jobs import Job, Jobs
from app.playhead import Playhead
from sync.cache import Cache
from sync.case.acts import accept_candidate, record_search, reject_candidate, with_delay
from sync.case.case import Case, Source
from sync.case.delays import RADIO_CHAIN_KEY, radio_chain
from sync.case.guards import same_evidence
from sync.case.innovation import innovation
from sync.case.matches import note_search, propose, stream_of_kind
from sync.case.segment_map import accept_segments
from sync.errors import TiepointError
from sync.evidence import Delay, Lag, takes_part
from sync.progress import Progress
from sync.timebase import MediaTime
from sync.traces.trace import PICTURE_KINDS, SOUND_KINDS
from widgets.search_form import SearchRequest
from widgets.search_panel import SearchPanel

if TYPE_CHECKING:
    from sync.correlate.result import Candidate, SearchKind, SearchResult


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
        self._focus, self._playhead = focus, playhead
        self._places = places
        self._panel, self._window, self._problem = panel, window, problem
        self._pair: tuple[str, str] | None = None
        self._found: tuple[tuple[str, str], SearchResult] | None = None
        self._job: Job | None = None
        self.moments = Moments(
            jobs=jobs, recordings=recordings, focus=focus, playback=playback, playhead=playhead,
            panel=panel, parent=self,
        )  # fmt: skip
        self._blind = BlindChecks(
            document=document, recordings=recordings, jobs=jobs, panel=panel.blind,
            problem=problem, parent=self,
        )  # fmt: skip
        self._blind.done.connect(self._blind_done)
        self.all_pairs = AllPairs(
            document=document, jobs=jobs, recordings=recordings, panel=panel, problem=problem,
            parent=self,
        )  # fmt: skip
        self.all_pairs.opened.connect(self.show_found)
        self.all_pairs.said.connect(self.said)
        self._checked: dict[Candidate, str] = {}
        panel.before_accept = self._before_accept
        panel.delays_of = self._delays_of
        panel.blind_wanted.connect(self.check_blind)
        panel.search_requested.connect(self.search)
        panel.accepted.connect(self.accept)
        panel.map_accepted.connect(self.accept_map)
        panel.rejected.connect(self.reject)
        panel.undecided.connect(lambda _: self.said.emit("Left undecided: nothing was added."))
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
        if self._found is not None and set(self._found[0]) == {a.id, b.id}:
            return  # what was found stays while either of the two is looked at
        self._pair, self._found = (a.id, b.id), None
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
                record_search(case, result, *pair, by=self._document.author, at=_now()),
                f"search {names[0]} ↔ {names[1]}: {result.status}",
            )
        except TiepointError as error:
            self._problem(error)
            return
        self._show(pair, result, number)

    def show_found(self, a: str, b: str, result: SearchResult) -> None:
        """Show what a search of this pair found before."""
        source_a, source_b = (self._document.case.source(one) for one in (a, b))
        self._pair, self._found = None, None
        self._set_pair(source_a, source_b)
        self._show((a, b), result, self.count(a, b))
        self._focus.set(a)
        self._panel.setFocus()

    def _show(self, pair: tuple[str, str], result: SearchResult, number: int) -> None:
        names = [self._document.case.source(one).name for one in pair]
        self._found, self._pair = (pair, result), pair
        self._checked = {}
        self._panel.set_result(result, (names[0], names[1]), number)
        self.moments.fetch(pair, self._panel.candidates())
        self._show_fit()

    def _show_fit(self) -> None:
        """How each shown candidate fits the case as it is without it."""
        shown = self._panel.candidates()
        texts = []
        for candidate in shown:
            fit = None
            with contextlib.suppress(TiepointError):
                lag = propose(*self._offered(candidate), **self._sides(candidate))
                fit = innovation(self._document.case, lag)
            texts.append("" if fit is None else fit.in_words)
        self._panel.set_notes("fit", texts)

    def _offered(self, candidate: Candidate) -> tuple[Case, SearchResult, Candidate]:
        assert self._found is not None
        return self._document.case, self._found[1], candidate

    def _sides(self, candidate: Candidate) -> dict[str, Any]:
        """What a candidate of the shown result ties, evaluated at its own epoch."""
        assert self._found is not None
        (a, b), _ = self._found
        return {
            "source_a": a, "stream_a": stream_of_kind(candidate.kind_a),
            "source_b": b, "stream_b": stream_of_kind(candidate.kind_b),
            "at_b": self._epoch(b, candidate),
        }  # fmt: skip

    def _before_accept(self, candidate: Candidate) -> tuple[str, ...]:
        """What accepting would set aside, so that nothing is counted twice."""
        if self._found is None:
            return ()
        try:
            lag = propose(*self._offered(candidate), **self._sides(candidate))
            return tuple(one.line for one in same_evidence(self._document.case, lag, candidate))
        except TiepointError as error:
            return (error.message,)

    # -- deciding ----------------------------------------------------------------------------

    def _radio_chain(self) -> Delay:
        """The one of the case, else the usual one."""
        found = (one for one in self._document.case.of_kind(Delay) if one.key == RADIO_CHAIN_KEY)
        return next(found, radio_chain(by=self._document.author))

    def _delays_of(self, candidate: Candidate) -> Sequence[tuple[str, object]]:
        """What to choose from where one side is radio sound: which is late, and by what."""
        if self._found is None or "sound" not in (
            stream_of_kind(candidate.kind_a), stream_of_kind(candidate.kind_b)
        ):  # fmt: skip
            return ()
        case, (a, b) = self._document.case, self._found[0]
        radio = ties.radio_side(case, a, b)
        if radio is None:
            return ()
        words = ties.delay_words(self._radio_chain())
        names = {"a": case.source(a).name, "b": case.source(b).name}
        sides = (radio, "a" if radio == "b" else "b")
        late: list[tuple[str, object]] = [(f"{names[s]} is late: {words}", s) for s in sides]
        return [*late, ("neither is late: the same sound at the same place", None)]

    def accept(self, candidate: Candidate) -> None:
        """Add the match; the person has read what is added and confirmed."""
        if self._found is None:
            return
        case = self._document.case
        checks = self._before_accept(candidate)
        late = self._panel.delay.currentData() if self._panel.delay.count() else None
        delays: dict[str, Any] = {} if late is None else {f"delays_{late}": (RADIO_CHAIN_KEY,)}
        try:
            if late is not None:
                case = with_delay(case, self._radio_chain())
            case, lag = accept_candidate(
                case, self._found[1], candidate, **self._sides(candidate), **delays,
                by=self._document.author, at=_now(), note=self._checked.get(candidate, ""),
            )  # fmt: skip
            names = [case.source(s).name for s in self._found[0]]
            self._document.act(case, f"accept the match {' ↔ '.join(names)}")
            self.said.emit(" ".join((f"{lag.id} was added: {' ↔ '.join(names)}.", *checks)))
        except TiepointError as error:
            self._problem(error)

    def accept_map(self) -> None:
        """Add every stretch that has a place, and the breaks between them, as one act."""
        if self._found is None:
            return
        (a, b), result = self._found
        case = self._document.case
        names = " ↔ ".join(case.source(one).name for one in (a, b))
        try:
            case, added = accept_segments(case, result, a, b, by=self._document.author, at=_now())
            self._document.act(case, f"accept the segment map {names}")
        except TiepointError as error:
            self._problem(error)
            return
        said = f"{len(added.matches)} matches and {len(added.breaks)} breaks were added: {names}."
        checks = (one.line for one in added.checks)
        self.said.emit(" ".join((said, *checks, *added.left_out)))

    def reject(self, candidate: Candidate) -> None:
        """Keep the match as rejected, with a reason."""
        from app.dialogs.small import Reason

        if self._found is None:
            return
        reason = Reason.ask(self._window, "Reject this possible match", "Reject")
        if reason is None:
            return
        case = self._document.case
        try:
            case, _ = reject_candidate(
                *self._offered(candidate), **self._sides(candidate), reason=reason,
                by=self._document.author, at=_now(),
            )  # fmt: skip
            self._document.act(case, "reject a possible match")
            self.said.emit("Kept as rejected.")
        except TiepointError as error:
            self._problem(error)

    def _epoch(self, b: str, candidate: Candidate) -> MediaTime:
        source = self._document.case.source(b)
        at = MediaTime.from_s(float(candidate.epoch_s))
        return min(max(at, source.start), source.end)

    # -- blind check -------------------------------------------------------------------------

    def check_blind(self, candidate: Candidate) -> None:
        """Begin a blind check of a candidate nobody has accepted yet."""
        if self._found is None:
            return
        pair, _ = self._found
        case = self._document.case
        if any(
            takes_part(lag) and {lag.source_a, lag.source_b} == set(pair)
            for lag in case.of_kind(Lag)
        ):
            self.said.emit("A match of this pair is accepted: a blind check comes before that.")
            return
        self._playhead.pause()
        self._blind.begin(pair, candidate)

    def _blind_done(self, candidate: Candidate, words: str) -> None:
        if self._found is None:
            return
        pair, _ = self._found
        self._checked[candidate] = words
        shown = self._panel.candidates()
        self._panel.set_notes("blind", [self._checked.get(one, "") for one in shown])
        case = self._document.case
        last = next(
            (r for r in reversed(case.searches) if {r.source_a, r.source_b} == set(pair)), None
        )
        if last is not None:
            names = " ↔ ".join(case.source(one).name for one in pair)
            text = f"{words}, at offset {candidate.offset_s:.3f} s"
            self._document.note(note_search(case, last.id, text), f"{names}: {text}")
        self.said.emit(f"{words}.")

    def _case_changed(self, change: Change) -> None:
        if change.kind == "opened":  # all of scipy: neither the start nor the first search waits
            load = partial(import_module, "sync.case.all_pairs")
            self._jobs.start("Search", lambda _: load(), shown=False)
        if change.kind in ("opened", "closed"):
            self._pair = self._found = None
            self._blind.leave()
            self.all_pairs.clear()
            self.moments.leave()
            self._panel.set_pair(("", ""), ("", ""), ((), ()))
        elif self._found is not None and change.kind != "note":
            self._show_fit()

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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
