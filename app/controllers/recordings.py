"""What is known of each open recording: its frame index, traces and waveform, made by jobs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.document import Change, Document
from app.frame_service import FrameService
from app.jobs import Job, Jobs
from sync.cache import Cache
from sync.case.case import Case, Source
from sync.case.recordings import RecordingState, check_recordings
from sync.errors import StorageError, TraceError
from sync.progress import Progress
from sync.timebase import NS_PER_S
from sync.traces.trace import PICTURE_KINDS, Trace
from widgets.columns import Array, Columns

if TYPE_CHECKING:
    from sync.media.frame_index import FrameIndex
    from sync.media.pyramid import Pyramid
    from sync.media.raw_sound import RawSound
    from sync.media.timing import TimingHealth
    from sync.traces.trace import TraceKind


@dataclass(slots=True)
class Opened:
    """One recording as far as it has been read."""

    source: Source
    path: Path
    index: FrameIndex | None = None
    timing: TimingHealth | None = None
    """What ``index`` says of its times: counted where it is read, as half a day takes a while."""
    proxy: Path | None = None
    """Where its small pictures for dragging are, or grow; it may have none."""
    traces: dict[TraceKind, Trace] = field(default_factory=dict)
    pyramid: Pyramid | None = None
    problem: str = ""
    """Why it is not used: missing, or not the file that was added."""
    unread: str = ""
    """What could not be read of it."""
    stopped: bool = False
    """Somebody stopped its reading; it goes on where it was with :meth:`Recordings.read_on`."""

    @property
    def raw(self) -> RawSound | None:
        """How its sound is read where a person stated it."""
        from sync.media.raw_sound import RawSound

        sound = self.source.facts.sound
        return None if sound is None else RawSound.of_facts(sound)

    @property
    def kind(self) -> str:
        """What the lane shows."""
        if self.problem:
            return "not used: see File"
        if self.source.facts.picture is not None:
            if "motion" in self.traces:
                return "motion"
            if self.stopped:
                return "reading stopped"
            return "preview: bytes a picture" if "activity" in self.traces else "not read yet"
        calls = f" · {len(self.source.stretches)} calls" if self.source.breaks else ""
        return f"waveform{calls}"


class Recordings(QObject):
    """Opens the recordings of the case, one job each, and keeps what was found.

    Signals
    -------
    ready(str)
        The frame index of this source is known (or better): pictures can be asked for.
    curve_ready(str)
        The curve or a trace of this source is known, or its reading was stopped or goes on.
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
        store = self._document.store
        for known in [
            known for known, opened in self._opened.items()
            if known not in wanted
            or (store is not None and store.media_path(wanted[known]) != opened.path)
        ]:  # fmt: skip
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
            self._run(source, "Opening sound", lambda p: _first_sound(path, source, cache, p),
                      self._take_sound, quick=True)  # fmt: skip

    def _run(
        self, source: Source, what: str, work: Callable[[Progress], object],
        take: Callable[[Opened, object], None], *, quick: bool = False,
    ) -> None:  # fmt: skip
        job = self._jobs.start(
            f"{what} {source.name}", work, line="opening" if quick else "reading", shown=not quick
        )
        self._running.setdefault(source.id, []).append(job)

        def finished(value: object) -> None:
            opened = self._opened.get(source.id)
            if opened is not None and not opened.problem:
                take(opened, value)

        job.finished.connect(finished)
        job.failed.connect(lambda error: self._not_read(source.id, error))
        job.cancelled.connect(lambda: self._stopped(source.id, job))
        job.ended.connect(lambda: self._ended(source.id, job))

    def _ended(self, source: str, job: Job) -> None:
        running = self._running.get(source, [])
        if job in running:
            running.remove(job)

    def _stopped(self, source: str, job: Job) -> None:
        opened = self._opened.get(source)
        if opened is not None and job in self._running.get(source, []):  # else it was forgotten
            opened.stopped = True
            self.curve_ready.emit(source)

    def read_on(self, source: str) -> None:
        """Go on with a reading that was stopped: what was read is in the cache."""
        opened = self._opened.get(source)
        if opened is not None and opened.stopped:
            self._open(opened.source)
            self.curve_ready.emit(source)

    def _take_index(self, opened: Opened, value: object) -> None:
        assert isinstance(value, _Index)
        opened.index, opened.timing = value.index, value.timing
        opened.proxy = value.proxy
        if value.preview is not None:
            opened.traces["activity"] = value.preview
            self.curve_ready.emit(opened.source.id)
        self._frames.open(opened.source.id, opened.path, value.index, opened.proxy)
        self.ready.emit(opened.source.id)
        self._run(opened.source, "Reading", lambda p: _pictures(opened.path, opened.source,
                  self.cache, p), self._take_pictures)  # fmt: skip

    def _take_pictures(self, opened: Opened, value: object) -> None:
        assert isinstance(value, _Pictures)
        read, traces = value.read, value.traces
        opened.traces |= traces
        if read is not None and opened.index is not None and read.index.state != opened.index.state:
            opened.index, opened.timing = read.index, read.timing
            self._frames.open(opened.source.id, opened.path, read.index, opened.proxy)
            self.ready.emit(opened.source.id)
        self.curve_ready.emit(opened.source.id)
        if value.problem is not None:
            self.failed.emit(opened.source.id, value.problem)

    def _take_sound(self, opened: Opened, value: object) -> None:
        """A first picture, then the whole waveform, then what is derived from the sound."""
        opened.pyramid = cast("Pyramid | None", value)
        path, source, cache = opened.path, opened.source, self.cache
        if opened.pyramid is None or opened.pyramid.sparse:
            self._run(source, "Reading sound of", lambda p: _whole_sound(path, source, cache, p),
                      self._take_sound)  # fmt: skip
        else:
            self._run(source, "Finding onsets of", lambda p: _onsets(path, source, cache, p),
                      self._take_onsets)  # fmt: skip
        if opened.pyramid is not None:
            self.curve_ready.emit(opened.source.id)

    def _take_onsets(self, opened: Opened, value: object) -> None:
        assert isinstance(value, Trace)
        opened.traces["onset"] = value
        self.curve_ready.emit(opened.source.id)

    def _not_read(self, source: str, error: Exception) -> None:
        opened = self._opened.get(source)
        if opened is not None and not opened.problem:
            opened.unread = str(error)
            self.failed.emit(source, error)


# -- on the jobs' threads -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Index:
    index: FrameIndex
    timing: TimingHealth
    proxy: Path | None = None
    preview: Trace | None = None


@dataclass(frozen=True, slots=True)
class _Pictures:
    read: _Index | None
    traces: dict[TraceKind, Trace]
    problem: StorageError | None
    """What the cache could not take."""


def _counted(source: Source, index: FrameIndex) -> _Index:
    from sync.media.timing import claimed_rate, timing_health

    picture = source.facts.picture
    claimed = None if picture is None else claimed_rate(picture.nominal_rate)
    return _Index(index, timing_health(index, claimed))


def _quick_index(path: Path, source: Source, cache: Cache, progress: Progress) -> _Index:
    """The verified index from the cache, else a provisional one and a preview to look at."""
    from sync.media.inspect import quick_index
    from sync.media.one_pass import proxy_path
    from sync.traces.derive import activity_preview

    found = _counted(source, quick_index(path, source.facts, cache, progress))
    preview = None
    if found.index.state == "provisional":
        with contextlib.suppress(TraceError):
            preview = activity_preview(found.index, source.facts)
    return replace(found, proxy=proxy_path(cache, source.facts.sha256), preview=preview)


def _pictures(path: Path, source: Source, cache: Cache, progress: Progress) -> _Pictures:
    """What one decode pass gives, unless cached: verified index, proxy and the usual traces."""
    from sync.media.inspect import inspect
    from sync.traces.derive import derive_traces

    found = inspect(path, cache=cache, proxy=True, progress=progress.part(0.0, 0.9))
    traces = derive_traces(
        path, source.facts, PICTURE_KINDS, cache=cache, progress=progress.part(0.9, 1.0)
    )
    read = None if found.index is None else _counted(source, found.index)
    return _Pictures(read, {kind: trace for (kind, _), trace in traces.items()}, found.problem)


def _first_sound(path: Path, source: Source, cache: Cache, progress: Progress) -> Pyramid | None:
    """The waveform from the cache, else a sparse first picture where samples are at hand."""
    from sync.media.pyramid import probed_pyramid, stored_pyramid
    from sync.media.raw_sound import RawSound

    sound, sha256 = source.facts.sound, source.facts.sha256
    assert sound is not None
    raw = RawSound.of_facts(sound)
    stored = stored_pyramid(path, cache, sha256, raw)
    if stored is not None or sound.reader != "soundfile":
        return stored
    return probed_pyramid(path, sha256, progress, raw=raw)


def _whole_sound(path: Path, source: Source, cache: Cache, progress: Progress) -> Pyramid:
    from sync.media.pyramid import waveform_pyramid
    from sync.media.raw_sound import RawSound

    assert source.facts.sound is not None
    raw = RawSound.of_facts(source.facts.sound)
    return waveform_pyramid(path, cache, source.facts.sha256, progress, raw=raw)


def _onsets(path: Path, source: Source, cache: Cache, progress: Progress) -> Trace:
    from sync.traces.derive import derive_trace

    return derive_trace(path, source.facts, "onset", cache=cache, progress=progress)


def waveform_columns(pyramid: Pyramid, source: Source, channel: int | None = None) -> Columns:
    """Columns of a waveform, of one channel or all together, scaled to the loudest sample of any.

    Zooms finer than the stored levels read samples only where soundfile gives them at once; for
    other files the finest level is drawn wider, so that painting never waits for a decoder.
    """
    sound = source.facts.sound
    assert sound is not None
    start, rate = sound.start.ns, pyramid.sample_rate_hz
    scale = 1.0 / pyramid.peak if pyramid.peak > 0 else 1.0
    direct = sound.reader == "soundfile"

    def columns(first_media_ns: int, last_media_ns: int, width: int) -> tuple[Array, Array]:
        first = round((first_media_ns - start) * rate / NS_PER_S)
        last = max(first + 1, round((last_media_ns - start) * rate / NS_PER_S))
        parts = width if direct else max(1, min(width, (last - first) // 512))
        low, high = pyramid.window(first, last, parts, channel)
        if parts < width:
            place = np.arange(width) * parts // width
            low, high = low[place], high[place]
        return low.astype(np.float64) * scale, high.astype(np.float64) * scale

    return columns
