"""Pictures on demand: one thread for each open video, the latest request wins.

Every answer says which source, frame, time and request it belongs to; pictures arrive at the size
of their pane, made on the reading thread, so that the window only copies pixels.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal

from sync.errors import TiepointError
from sync.media.frame_index import FrameIndex
from sync.media.frames import FrameReader
from sync.timebase import MediaTime

_SMALLEST_PX = 16


@dataclass(frozen=True, slots=True, eq=False)
class FrameAnswer:
    """One picture, and what it answers."""

    source: str
    request: int
    index: int
    time: MediaTime
    exact: bool
    image: NDArray[np.uint8]
    """(h, w, 4) BGRA."""
    kept: bool
    """True for a picture asked for with :meth:`FrameService.fetch`."""


@dataclass(frozen=True, slots=True)
class _Request:
    number: int
    index: int
    size: tuple[int, int]
    kept: bool


@dataclass(frozen=True, slots=True)
class _Failure:
    source: str
    error: Exception


class _Worker:
    """One video: a thread, its reader, and what is wanted next."""

    def __init__(
        self, source: str, path: Path, index: FrameIndex, deliver: Callable[[object], None]
    ) -> None:
        self.source = source
        self.index = index
        self.size = (640, 360)
        self._path = path
        self._deliver = deliver
        self._ready = threading.Condition()
        self._latest: _Request | None = None
        self._kept: deque[_Request] = deque()
        self._busy = False
        self._stop = False
        self.last: _Request | None = None
        self.thread = threading.Thread(
            target=self._serve, name=f"tiepoint-frames-{source}", daemon=True
        )
        self.thread.start()

    def ask(self, request: _Request) -> None:
        """Replace the request that waits, or add one that must be answered."""
        with self._ready:
            if request.kept:
                self._kept.append(request)
            else:
                self._latest = self.last = request
            self._ready.notify()

    @property
    def idle(self) -> bool:
        with self._ready:
            return not self._busy and self._latest is None and not self._kept

    def stop(self) -> None:
        with self._ready:
            self._stop = True
            self._ready.notify()

    def _next(self) -> _Request | None:
        with self._ready:
            self._busy = False
            while not (self._stop or self._kept or self._latest):
                self._ready.wait()
            if self._stop:
                return None
            self._busy = True
            if self._kept:
                return self._kept.popleft()
            request, self._latest = self._latest, None
            return request

    def _serve(self) -> None:
        reader: FrameReader | None = None
        try:
            while (request := self._next()) is not None:
                try:
                    if reader is None:
                        reader = FrameReader(self._path, self.index)
                    frame = reader.frame(request.index)
                    answer: object = FrameAnswer(
                        source=self.source, request=request.number, index=frame.index,
                        time=frame.time, exact=frame.exact, image=frame.image(*request.size),
                        kept=request.kept,
                    )  # fmt: skip
                except (TiepointError, OSError, ValueError, IndexError) as error:
                    answer = _Failure(self.source, error)
                self._deliver(answer)
        finally:
            if reader is not None:
                reader.close()


class FrameService(QObject):
    """All open videos.

    Signals
    -------
    answered(object)
        A :class:`FrameAnswer`.
    failed(str, object)
        Source id and the exception.
    """

    answered = Signal(object)
    failed = Signal(str, object)
    _posted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers: dict[str, _Worker] = {}
        self._sizes: dict[str, tuple[int, int]] = {}
        self._number = 0
        self._lock = threading.Lock()
        self._latest: dict[str, object] = {}
        self._others: deque[object] = deque()
        self._told = False
        self._posted.connect(self._take, Qt.ConnectionType.QueuedConnection)

    # -- what the window uses ----------------------------------------------------------------

    def open(self, source: str, path: Path, index: FrameIndex) -> None:
        """Serve pictures of ``source``; an index that became better replaces the one before."""
        known = self._workers.get(source)
        if known is not None and known.index is index:
            return
        last = None if known is None else known.last
        self.close_source(source)
        worker = _Worker(source, path, index, self._deliver)
        worker.size = self._sizes.get(source, worker.size)
        self._workers[source] = worker
        if last is not None:
            self.request(source, last.index)

    def index(self, source: str) -> FrameIndex | None:
        """The index pictures of this source are found by."""
        worker = self._workers.get(source)
        return None if worker is None else worker.index

    def set_size(self, source: str, width: int, height: int) -> None:
        """Make pictures for a pane of this many device pixels; the shown one is made again."""
        size = (max(_SMALLEST_PX, width), max(_SMALLEST_PX, height))
        self._sizes[source] = size
        worker = self._workers.get(source)
        if worker is None or worker.size == size:
            return
        worker.size = size
        if worker.last is not None:
            self.request(source, worker.last.index)

    def request(self, source: str, index: int) -> int:
        """Ask for a frame; a request still waiting is dropped. Returns its number, 0 if closed."""
        return self._ask(source, index, kept=False)

    def fetch(self, source: str, index: int) -> int:
        """Ask for a frame that must be answered whatever else is asked."""
        return self._ask(source, index, kept=True)

    def _ask(self, source: str, index: int, *, kept: bool) -> int:
        worker = self._workers.get(source)
        if worker is None:
            return 0
        self._number += 1
        worker.ask(_Request(self._number, index, worker.size, kept))
        return self._number

    @property
    def idle(self) -> bool:
        """True when every request is answered and every answer delivered."""
        with self._lock:
            waiting = bool(self._latest or self._others)
        return not waiting and all(worker.idle for worker in self._workers.values())

    def close_source(self, source: str) -> None:
        """Let go of one video."""
        worker = self._workers.pop(source, None)
        if worker is not None:
            worker.stop()
            worker.thread.join(10.0)
            with self._lock:
                self._latest.pop(source, None)

    def close(self) -> None:
        """Let go of all videos and end their threads."""
        for worker in self._workers.values():
            worker.stop()
        for worker in self._workers.values():
            worker.thread.join(10.0)
        self._workers.clear()
        with self._lock:
            self._latest.clear()
            self._others.clear()

    # -- between the threads -----------------------------------------------------------------

    def _deliver(self, answer: object) -> None:
        """Called on a reading thread: leave the answer, and tell the window once."""
        with self._lock:
            if isinstance(answer, FrameAnswer) and not answer.kept:
                self._latest[answer.source] = answer
            else:
                self._others.append(answer)
            tell, self._told = not self._told, True
        if tell:
            try:
                self._posted.emit()
            except RuntimeError:  # the window is gone
                return

    def _take(self) -> None:
        with self._lock:
            answers = [*self._others, *self._latest.values()]
            self._others.clear()
            self._latest.clear()
            self._told = False
        for answer in answers:
            if isinstance(answer, FrameAnswer):
                if answer.source in self._workers:
                    self.answered.emit(answer)
            else:
                assert isinstance(answer, _Failure)
                self.failed.emit(answer.source, answer.error)
