"""What is known of each open recording: its frame index, traces and waveform, made by jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.controllers import reading
from app.document import Change, Document
from app.frame_service import FrameService
from app.jobs import Job, Jobs
from sync.cache import Cache
from sync.case.case import Case, Source
from sync.case.recordings import RecordingState, check_recordings
from sync.progress import Progress
from sync.timebase import NS_PER_S
from sync.traces.trace import Trace
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
            return "preview, by bytes" if "activity" in self.traces else "not read yet"
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
        self._opening: set[Job] = set()
        self._afterwards: list[Callable[[], None]] = []
        """What waits until every recording of the case has been opened: first what is in sight."""
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
            self._afterwards.clear()
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
        for source in fresh:
            self._open(source)
        if change.kind == "opened" and change.after.sources:
            self._when_opened(lambda: self._check(change.after))

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
        opened = self._opened[source.id] = Opened(source, store.media_path(source))
        if source.facts.picture is not None:
            self._run(opened, "Opening", reading.index, self._take_index, quick=True)
        if source.facts.sound is not None:
            self._run(opened, "Opening sound", reading.first_sound, self._take_sound, quick=True)

    def _run(
        self, opened: Opened, what: str,
        work: Callable[[Path, Source, Cache, Progress], object],
        take: Callable[[Opened, object], None], *, quick: bool = False,
    ) -> None:  # fmt: skip
        path, source, cache = opened.path, opened.source, self.cache
        if self._opened.get(source.id) is not opened:
            return  # forgotten while it waited
        job = self._jobs.start(
            f"{what} {source.name}", lambda progress: work(path, source, cache, progress),
            line="opening" if quick else "reading", shown=not quick,
        )  # fmt: skip
        self._running.setdefault(source.id, []).append(job)
        if quick:
            self._opening.add(job)

        def finished(value: object) -> None:
            current = self._opened.get(source.id)
            if current is not None and not current.problem:
                take(current, value)

        job.finished.connect(finished)
        job.failed.connect(lambda error: self._not_read(source.id, error))
        job.cancelled.connect(lambda: self._stopped(source.id, job))
        job.ended.connect(lambda: self._ended(source.id, job))

    def _ended(self, source: str, job: Job) -> None:
        running = self._running.get(source, [])
        if job in running:
            running.remove(job)
        self._opening.discard(job)
        if not self._opening:
            waiting, self._afterwards = self._afterwards, []
            for start in waiting:
                start()

    def _later(
        self, opened: Opened, what: str,
        work: Callable[[Path, Source, Cache, Progress], object],
        take: Callable[[Opened, object], None],
    ) -> None:  # fmt: skip
        self._when_opened(lambda: self._run(opened, what, work, take))

    def _when_opened(self, start: Callable[[], None]) -> None:
        if self._opening:
            self._afterwards.append(start)
        else:
            start()

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
        assert isinstance(value, reading.Index)
        opened.index, opened.timing = value.index, value.timing
        opened.proxy = value.proxy
        if value.preview is not None:
            opened.traces["activity"] = value.preview
            self.curve_ready.emit(opened.source.id)
        self._frames.open(opened.source.id, opened.path, value.index, opened.proxy)
        self.ready.emit(opened.source.id)
        self._later(opened, "Reading", reading.pictures, self._take_pictures)

    def _take_pictures(self, opened: Opened, value: object) -> None:
        assert isinstance(value, reading.Pictures)
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
        if opened.pyramid is None or opened.pyramid.sparse:
            self._later(opened, "Reading sound of", reading.whole_sound, self._take_sound)
        else:
            self._later(opened, "Finding onsets of", reading.onsets, self._take_onsets)
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
