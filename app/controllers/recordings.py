"""What is known of each open recording: its frame index, traces and waveform, made by jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.document import Change, Document
from app.frame_service import FrameService
from app.jobs import Job, Jobs
from sync.cache import Cache
from sync.case.case import Case, Source
from sync.case.recordings import RecordingState, check_recordings
from sync.media.frame_index import FrameIndex
from sync.progress import Progress
from sync.timebase import NS_PER_S
from sync.traces.trace import Trace, TraceKind
from widgets.columns import Array, Columns, trace_columns

if TYPE_CHECKING:
    from sync.media.pyramid import Pyramid


@dataclass(slots=True)
class Opened:
    """One recording as far as it has been read."""

    source: Source
    path: Path
    index: FrameIndex | None = None
    traces: dict[TraceKind, Trace] = field(default_factory=dict)
    pyramid: Pyramid | None = None
    problem: str = ""
    """Why it is not used: missing, or not the file that was added."""
    unread: str = ""
    """What could not be read of it."""

    @property
    def columns(self) -> Columns | None:
        """The curve of its lane."""
        if self.pyramid is not None and self.source.facts.picture is None:
            return waveform_columns(self.pyramid, self.source)
        trace = self.traces.get("motion") or self.traces.get("envelope")
        return None if trace is None else trace_columns(trace)

    @property
    def waveform(self) -> bool:
        """True when the curve lies about the middle."""
        return self.pyramid is not None and self.source.facts.picture is None

    @property
    def kind(self) -> str:
        """What the lane shows."""
        if self.problem:
            return "not used: see File"
        if self.source.facts.picture is not None:
            return "motion" if "motion" in self.traces else "motion: not read yet"
        calls = f" · {len(self.source.stretches)} calls" if self.source.breaks else ""
        return f"waveform{calls}"


class Recordings(QObject):
    """Opens the recordings of the case, one job each, and keeps what was found.

    Signals
    -------
    ready(str)
        The frame index of this source is known (or better): pictures can be asked for.
    curve_ready(str)
        The curve or a trace of this source is known.
    checked(object)
        Tuple of :class:`RecordingState` after opening a case.
    failed(str, object)
        Source id and exception: it cannot be read.
    """

    ready = Signal(str)
    curve_ready = Signal(str)
    checked = Signal(object)
    failed = Signal(str, object)

    def __init__(
        self, document: Document, jobs: Jobs, frames: FrameService, cache: Cache | None = None,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document = document
        self._jobs = jobs
        self._frames = frames
        self.cache = cache or Cache()
        self._opened: dict[str, Opened] = {}
        self._running: dict[str, list[Job]] = {}
        document.case_changed.connect(self._case_changed)

    def get(self, source: str | None) -> Opened | None:
        """What is known of a source."""
        return self._opened.get(source or "")

    def index(self, source: str | None) -> FrameIndex | None:
        """Frame index of a source, once it is read."""
        opened = self.get(source)
        return None if opened is None else opened.index

    def usable(self, source: str) -> bool:
        """False when its file is missing or another one."""
        opened = self.get(source)
        return opened is not None and not opened.problem

    # -- following the case ------------------------------------------------------------------

    def _case_changed(self, change: Change) -> None:
        if change.kind in ("opened", "closed"):
            for known in list(self._opened):
                self._forget(known)
        wanted = {source.id: source for source in change.after.sources}
        for known in [known for known in self._opened if known not in wanted]:
            self._forget(known)
        fresh = [source for source in wanted.values() if source.id not in self._opened]
        for source in wanted.values():
            if source.id in self._opened:
                self._opened[source.id].source = source
        if change.kind == "opened" and change.after.sources:
            self._check(change.after)
        for source in fresh:
            self._open(source)

    def _forget(self, source: str) -> None:
        for job in self._running.pop(source, []):
            job.cancel()
        self._opened.pop(source, None)
        self._frames.close_source(source)

    def _check(self, case: Case) -> None:
        """Files are hashed in the background; what changed is said and not used."""
        path = self._document.path
        if path is None:
            return
        job = self._jobs.start(
            "Checking files", lambda progress: check_recordings(case, path, progress=progress)
        )
        job.finished.connect(self._take_check)
        job.failed.connect(lambda error: self.failed.emit("", error))

    def _take_check(self, states: tuple[RecordingState, ...]) -> None:
        for state in states:
            opened = self._opened.get(state.source)
            if opened is not None and state.state != "ok":
                opened.problem = state.detail or state.state
                self._frames.close_source(state.source)
                opened.index = None
                opened.traces.clear()
                opened.pyramid = None
                self.curve_ready.emit(state.source)
        self.checked.emit(states)

    # -- reading one -------------------------------------------------------------------------

    def _open(self, source: Source) -> None:
        store = self._document.store
        assert store is not None
        path = store.media_path(source)
        self._opened[source.id] = Opened(source, path)
        cache = self.cache
        if source.facts.picture is not None:
            self._run(source, "Opening", lambda p: _quick_index(path, source, cache, p),
                      self._take_index, quick=True)  # fmt: skip
        if source.facts.sound is not None:
            self._run(source, "Reading sound of", lambda p: _sound(path, source, cache, p),
                      self._take_sound)  # fmt: skip

    def _run(
        self, source: Source, what: str, work: Callable[[Progress], object],
        take: Callable[[Opened, object], None], *, quick: bool = False,
    ) -> None:  # fmt: skip
        job = self._jobs.start(
            f"{what} {source.name}", work, line="opening" if quick else "heavy", shown=not quick
        )
        self._running.setdefault(source.id, []).append(job)

        def finished(value: object) -> None:
            opened = self._opened.get(source.id)
            if opened is not None and not opened.problem:
                take(opened, value)

        job.finished.connect(finished)
        job.failed.connect(lambda error: self._not_read(source.id, error))
        job.ended.connect(lambda: self._ended(source.id, job))

    def _ended(self, source: str, job: Job) -> None:
        running = self._running.get(source, [])
        if job in running:
            running.remove(job)

    def _take_index(self, opened: Opened, value: object) -> None:
        assert isinstance(value, FrameIndex)
        opened.index = value
        self._frames.open(opened.source.id, opened.path, value)
        self.ready.emit(opened.source.id)
        self._run(opened.source, "Reading", lambda p: _pictures(opened.path, opened.source,
                  self.cache, p), self._take_pictures)  # fmt: skip

    def _take_pictures(self, opened: Opened, value: object) -> None:
        assert isinstance(value, _Pictures)
        index, traces = value.index, value.traces
        opened.traces |= traces
        if index is not None and opened.index is not None and index.state != opened.index.state:
            opened.index = index
            self._frames.open(opened.source.id, opened.path, index)
            self.ready.emit(opened.source.id)
        self.curve_ready.emit(opened.source.id)

    def _take_sound(self, opened: Opened, value: object) -> None:
        assert isinstance(value, _Sound)
        opened.pyramid = value.pyramid
        opened.traces |= value.traces
        self.curve_ready.emit(opened.source.id)

    def _not_read(self, source: str, error: Exception) -> None:
        opened = self._opened.get(source)
        if opened is not None and not opened.problem:
            opened.unread = str(error)
            self.failed.emit(source, error)


# -- on the jobs' threads -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pictures:
    index: FrameIndex | None
    traces: dict[TraceKind, Trace]


@dataclass(frozen=True, slots=True)
class _Sound:
    pyramid: Pyramid
    traces: dict[TraceKind, Trace]


def _quick_index(path: Path, source: Source, cache: Cache, progress: Progress) -> FrameIndex:
    """The verified index from the cache, else a provisional one from the container."""
    from sync.media.inspect import inspect

    found = inspect(path, cache=cache, verify=False, progress=progress)
    assert found.index is not None
    return found.index


def _pictures(path: Path, source: Source, cache: Cache, progress: Progress) -> _Pictures:
    """The verified index (one decode pass unless cached) and the motion trace made from it."""
    from sync.media.inspect import inspect
    from sync.traces.derive import derive_trace

    found = inspect(path, cache=cache, progress=progress.part(0.0, 0.8))
    motion = derive_trace(
        path, source.facts, "motion", cache=cache, progress=progress.part(0.8, 1.0)
    )
    return _Pictures(found.index, {"motion": motion})


def _sound(path: Path, source: Source, cache: Cache, progress: Progress) -> _Sound:
    """Waveform, loudness and onsets."""
    from sync.media.pyramid import waveform_pyramid
    from sync.traces.derive import derive_trace

    pyramid = waveform_pyramid(path, cache, source.facts.sha256, progress.part(0.0, 0.5))
    traces: dict[TraceKind, Trace] = {}
    kinds: tuple[TraceKind, ...] = ("onset",)
    for number, kind in enumerate(kinds):
        part = progress.part(0.5 + 0.5 * number / len(kinds), 0.5 + 0.5 * (number + 1) / len(kinds))
        traces[kind] = derive_trace(path, source.facts, kind, cache=cache, progress=part)
    return _Sound(pyramid, traces)


def waveform_columns(pyramid: Pyramid, source: Source) -> Columns:
    """Columns of a waveform, scaled to the loudest sample.

    Zooms finer than the stored levels read samples only where soundfile gives them at once; for
    other files the finest level is drawn wider, so that painting never waits for a decoder.
    """
    sound = source.facts.sound
    assert sound is not None
    start, rate = sound.start.ns, pyramid.sample_rate_hz
    peak = max((float(np.nanmax(np.abs(level))) for level in pyramid.levels[-1]), default=1.0)
    scale = 1.0 / peak if peak > 0 else 1.0
    direct = sound.reader == "soundfile"

    def columns(first_media_ns: int, last_media_ns: int, width: int) -> tuple[Array, Array]:
        first = round((first_media_ns - start) * rate / NS_PER_S)
        last = max(first + 1, round((last_media_ns - start) * rate / NS_PER_S))
        parts = width if direct else max(1, min(width, (last - first) // 512))
        low, high = pyramid.window(first, last, parts)
        if parts < width:
            place = np.arange(width) * parts // width
            low, high = low[place], high[place]
        return low.astype(np.float64) * scale, high.astype(np.float64) * scale

    return columns
