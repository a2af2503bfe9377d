"""Pictures on demand: one thread for each open video, the latest request wins.

Every answer says which source, frame, time and request it belongs to; pictures arrive at the size
of their pane, made on the reading thread, so that the window only copies pixels. A thread that has
nothing to answer reads ahead, so that the next step costs nothing.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from app.priority import after_the_window
from app.video import STORED, FrameAnswer, FrameRequest, Pace, Video
from sync.errors import TiepointError

if TYPE_CHECKING:
    from sync.media.frame_index import FrameIndex

__all__ = ["STORED", "FrameAnswer", "FrameService"]

_SMALLEST_PX = 16
_JOIN_S = 10.0


@dataclass(frozen=True, slots=True)
class _Failure:
    source: str
    error: Exception


class _Worker:
    """One video: a thread, what it has open, and what is wanted next."""

    def __init__(
        self, source: str, path: Path, index: FrameIndex, proxy: Path | None,
        deliver: Callable[[_Worker, FrameAnswer | _Failure], None],
    ) -> None:  # fmt: skip
        self.source = source
        self.index = index
        self.size = (640, 360)
        self._path, self._proxy = path, proxy
        self._deliver = deliver
        self._ready = threading.Condition()
        self._latest: FrameRequest | None = None
        self._kept: deque[FrameRequest] = deque()
        self._busy = False
        self._ahead = False
        self._anew = False
        self._stop = False
        self.last: FrameRequest | None = None
        self.since = 0
        """Answers up to this request were found by another index."""
        self.thread = threading.Thread(
            target=self._serve, name=f"tiepoint-frames-{source}", daemon=True
        )
        self.thread.start()

    def ask(self, request: FrameRequest) -> None:
        """Replace the request that waits, or add one that must be answered."""
        with self._ready:
            if request.kept:
                self._kept.append(request)
            else:
                self._latest = self.last = request
            self._ready.notify()

    def use(self, index: FrameIndex, proxy: Path | None, since: int) -> None:
        """Find frames by this index in requests after number ``since``."""
        with self._ready:
            self.index, self._proxy, self._anew = index, proxy, True
            self.since = since

    @property
    def idle(self) -> bool:
        """True when every request is answered; it may be reading ahead."""
        with self._ready:
            return not self._busy and self._latest is None and not self._kept

    def stop(self) -> None:
        """End the thread after what it is doing."""
        with self._ready:
            self._stop = True
            self._ready.notify()

    # -- on its thread -----------------------------------------------------------------------

    def _serve(self) -> None:
        after_the_window()
        video: Video | None = None
        try:
            while (request := self._next(video)) is not None:
                try:
                    if video is not None and self._anew:
                        video.close()
                        video = None
                    video = video or self._open()
                    self._answer(video, request)
                except (TiepointError, OSError, ValueError, IndexError) as error:
                    self._deliver(self, _Failure(self.source, error))
        finally:
            if video is not None:
                video.close()

    def _open(self) -> Video:
        with self._ready:
            self._anew = False
            index, proxy = self.index, self._proxy
        return Video(self.source, self._path, index, proxy)

    def _answer(self, video: Video, request: FrameRequest) -> None:
        preview = video.preview(request)
        if preview is not None:
            self._deliver(self, preview)
            if request.pace != "stand" or self._overtaken():
                return
        self._deliver(self, video.frame(request))
        self._ahead = True

    def _overtaken(self) -> bool:
        with self._ready:
            return self._latest is not None

    def _next(self, video: Video | None) -> FrameRequest | None:
        """Wait for a request, reading ahead meanwhile; ``None`` to end."""
        while True:
            with self._ready:
                self._busy = False
                while not (self._stop or self._kept or self._latest or self._ahead):
                    self._ready.wait()
                if self._stop:
                    return None
                if self._kept or self._latest:
                    self._busy = True
                    if self._kept:
                        return self._kept.popleft()
                    request, self._latest = self._latest, None
                    return request
            try:
                self._ahead = video is not None and video.read_ahead()
            except (TiepointError, OSError, ValueError):
                self._ahead = False  # the frame itself will say so when it is asked for


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
        self._ending: list[_Worker] = []
        self._sizes: dict[str, tuple[int, int]] = {}
        self._number = 0
        self._lock = threading.Lock()
        self._latest: dict[_Worker, FrameAnswer] = {}
        self._others: deque[tuple[_Worker, FrameAnswer | _Failure]] = deque()
        self._told = False
        self._posted.connect(self._take, Qt.ConnectionType.QueuedConnection)

    # -- what the window uses ----------------------------------------------------------------

    def open(self, source: str, path: Path, index: FrameIndex, proxy: Path | None = None) -> None:
        """Serve pictures of ``source``; an index that became better replaces the one before."""
        known = self._workers.get(source)
        if known is None:
            worker = _Worker(source, path, index, proxy, self._deliver)
            worker.size = self._sizes.get(source, worker.size)
            self._workers[source] = worker
        elif known.index is not index:
            known.use(index, proxy, self._number)
            if known.last is not None and known.last.index < len(index):
                self.request(source, known.last.index, field=known.last.field)

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
            self.request(source, worker.last.index, field=worker.last.field)

    def request(
        self, source: str, index: int, pace: Pace = "stand", every_s: float = 0.0,
        field: int | None = None,
    ) -> int:  # fmt: skip
        """Ask for a frame; a request still waiting is dropped. Returns its number, 0 if closed.

        Parameters
        ----------
        pace
            Whether a preview will do; answers that are one say so.
        every_s
            Playing: seconds from frame to frame.
        field
            0 or 1: only the field of an interlaced frame that was seen first or second.
        """
        return self._ask(source, index, pace=pace, every_s=every_s, field=field)

    def fetch(
        self, source: str, index: int, size: tuple[int, int] | None = None,
        field: int | None = None,
    ) -> int:  # fmt: skip
        """Ask for a frame that must be answered whatever else is asked, never by a preview.

        ``size`` (px) is that of the pane unless given; :data:`STORED` for its own pixels.
        ``field`` as for :meth:`request`.
        """
        return self._ask(source, index, kept=True, size=size, field=field)

    def _ask(
        self, source: str, index: int, *, kept: bool = False, pace: Pace = "stand",
        every_s: float = 0.0, size: tuple[int, int] | None = None, field: int | None = None,
    ) -> int:  # fmt: skip
        worker = self._workers.get(source)
        if worker is None:
            return 0
        self._number += 1
        worker.ask(
            FrameRequest(self._number, index, size or worker.size, kept, pace, every_s, field)
        )
        return self._number

    @property
    def idle(self) -> bool:
        """True when every request is answered and every answer delivered."""
        if not all(worker.idle for worker in self._workers.values()):
            return False
        with self._lock:  # after the workers: one may have answered while they were looked at
            return not (self._latest or self._others)

    def close_source(self, source: str) -> None:
        """Let go of one video; its thread ends by itself, so that the window need not wait."""
        worker = self._workers.pop(source, None)
        if worker is not None:
            worker.stop()
            self._ending = [ended for ended in self._ending if ended.thread.is_alive()]
            self._ending.append(worker)
            with self._lock:
                self._latest.pop(worker, None)

    def close(self) -> None:
        """Let go of all videos and end their threads."""
        for source in list(self._workers):
            self.close_source(source)
        for worker in self._ending:
            worker.thread.join(_JOIN_S)
        self._ending.clear()
        with self._lock:
            self._latest.clear()
            self._others.clear()

    # -- between the threads -----------------------------------------------------------------

    def _deliver(self, worker: _Worker, answer: FrameAnswer | _Failure) -> None:
        """Called on a reading thread: leave the answer, and tell the window once."""
        with self._lock:
            if isinstance(answer, FrameAnswer) and not answer.kept:
                self._latest[worker] = answer
            else:
                self._others.append((worker, answer))
            tell, self._told = not self._told, True
        if tell:
            try:
                self._posted.emit()
            except RuntimeError:  # the window is gone
                return

    def _take(self) -> None:
        with self._lock:
            answers = [*self._others, *self._latest.items()]
            self._others.clear()
            self._latest.clear()
            self._told = False
        for worker, answer in answers:
            if self._workers.get(worker.source) is not worker:
                continue
            if isinstance(answer, FrameAnswer):
                if answer.request > worker.since:
                    self.answered.emit(answer)
            else:
                self.failed.emit(answer.source, answer.error)
