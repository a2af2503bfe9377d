"""Long work in the background: values in, values out, never on the window's thread.

An engine function takes a plain :class:`sync.progress.Progress`. A :class:`Job` lives on the
window's thread and owns the signals; the worker thread touches no Qt object but one inbox, whose
signal is delivered by the event loop. Plain Python threads are used rather than ``QThreadPool``:
the engine needs nothing of Qt, and a thread that Python knows can be counted and joined.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Literal, get_args

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.priority import after_the_window
from sync.errors import Cancelled
from sync.progress import CancelToken, Progress

Work = Callable[[Progress], Any]
Line = Literal["quick", "opening", "reading", "heavy"]
State = Literal["waiting", "running", "done", "failed", "cancelled"]
POLL_MS = 100


class Job(QObject):
    """One piece of work, as the window sees it.

    Signals
    -------
    progressed(float, str)
        Fraction 0…1 and what is being done, at most ten times a second.
    finished(object)
        The value the work returned. ``job.outdated`` says whether its inputs have changed since.
    failed(object)
        The exception it raised.
    cancelled()
        It was stopped; nothing was changed.
    ended()
        After any of the three.
    """

    progressed = Signal(float, str)
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()

    def __init__(
        self, number: int, title: str, work: Work, still: Callable[[], object] | None,
        parent: QObject, *, shown: bool,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.number = number
        self.title = title
        self.shown = shown
        """False for work of milliseconds that need not be listed."""
        self.state: State = "waiting"
        self.fraction = 0.0
        self.text = ""
        self.token = CancelToken()
        self._work: Work | None = work
        self._still = still
        self._inputs = still() if still is not None else None
        self._latest: tuple[float, str] | None = None
        self._began: float | None = None

    def cancel(self) -> None:
        """Ask it to stop at its next report."""
        self.token.cancel()

    @property
    def outdated(self) -> bool:
        """True when what the work started from is no longer what the case holds."""
        return self._still is not None and self._still() != self._inputs

    @property
    def seconds_left(self) -> float | None:
        """Estimate from the part that is done; ``None`` until there is something to go by."""
        if self._began is None or self.fraction < 0.02:
            return None
        spent = time.monotonic() - self._began
        return spent * (1 - self.fraction) / self.fraction

    # -- on the worker's thread --------------------------------------------------------------

    def run(self) -> tuple[State, object]:
        """Do the work; called on a worker's thread, touches no Qt."""
        work, self._work = self._work, None
        self._began = time.monotonic()
        if self.token.cancelled or work is None:
            return "cancelled", None
        try:
            value = work(Progress(self._note, self.token))
        except Cancelled:
            return "cancelled", None
        except BaseException as error:
            return "failed", error
        return "done", value

    def _note(self, fraction: float, text: str) -> None:
        self._latest = (fraction, text)

    # -- on the window's thread --------------------------------------------------------------

    def poll(self) -> None:
        """Pass on the latest progress."""
        latest, self._latest = self._latest, None
        if self._began is not None and self.state == "waiting":
            self.state = "running"
        if latest is not None:
            self.fraction, self.text = latest
            self.progressed.emit(*latest)

    def settle(self, state: State, value: object) -> None:
        """Say how it ended."""
        self.state = state
        if state == "done":
            self.finished.emit(value)
        elif state == "failed":
            self.failed.emit(value)
        else:
            self.cancelled.emit()
        self.ended.emit()


class Jobs(QObject):
    """Runs jobs on one thread a line, so that calculating never waits for opening, nor opening for
    decoding, nor a search or a report for the reading of every file. More threads would not help:
    FFmpeg already uses several cores.

    Signals
    -------
    started(object), ended(object)
        The :class:`Job`.
    changed()
        Progress of any job, at most ten times a second, and after each start and end.
    """

    started = Signal(object)
    ended = Signal(object)
    changed = Signal()
    _arrived = Signal(object, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[int, Job] = {}
        self._next = 1
        self._closed = False
        self._queues: dict[Line, queue.SimpleQueue[Job | None]] = {
            line: queue.SimpleQueue() for line in get_args(Line)
        }
        self._threads: dict[Line, threading.Thread] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._arrived.connect(self._settle, Qt.ConnectionType.QueuedConnection)

    def start(
        self, title: str, work: Work, *, line: Line = "heavy", shown: bool = True,
        still: Callable[[], object] | None = None,
    ) -> Job:  # fmt: skip
        """Begin ``work(progress)`` in the background.

        Parameters
        ----------
        still
            Returns what the work depends on; compared at the end to see whether it changed.
        """
        job = Job(self._next, title, work, still, self, shown=shown)
        self._next += 1
        if self._closed:
            job.token.cancel()
            return job
        self._jobs[job.number] = job
        self._man(line)
        self._queues[line].put(job)
        if not self._timer.isActive():
            self._timer.start()
        self.started.emit(job)
        self.changed.emit()
        return job

    @property
    def active(self) -> tuple[Job, ...]:
        """Jobs waiting or running, oldest first."""
        return tuple(self._jobs.values())

    @property
    def idle(self) -> bool:
        """True when nothing is waiting or running."""
        return not self._jobs

    def find(self, number: int) -> Job | None:
        """The active job with this number."""
        return self._jobs.get(number)

    def cancel_all(self) -> None:
        """Ask every job to stop."""
        for job in self._jobs.values():
            job.cancel()

    def close(self, wait_s: float = 20.0) -> bool:
        """Stop everything and wait for the threads; False when one would not end in time."""
        self._closed = True
        self._timer.stop()
        self.cancel_all()
        for line in self._threads:
            self._queues[line].put(None)
        until = time.monotonic() + wait_s
        ended = True
        for thread in self._threads.values():
            thread.join(max(0.0, until - time.monotonic()))
            ended = ended and not thread.is_alive()
        self._threads.clear()
        self._jobs.clear()
        return ended

    def _man(self, line: Line) -> None:
        if line not in self._threads:
            thread = threading.Thread(
                target=_serve, args=(self._queues[line], self._arrived.emit),
                name=f"tiepoint-{line}", daemon=True,
            )  # fmt: skip
            self._threads[line] = thread
            thread.start()

    def _poll(self) -> None:
        for job in list(self._jobs.values()):
            job.poll()
        self.changed.emit()

    def _settle(self, job: Job, state: State, value: object) -> None:
        if self._closed or self._jobs.pop(job.number, None) is None:
            return
        if not self._jobs:
            self._timer.stop()
        job.settle(state, value)
        self.ended.emit(job)
        self.changed.emit()
        job.deleteLater()


def _serve(waiting: queue.SimpleQueue[Job | None], arrived: Callable[..., None]) -> None:
    """A worker thread: one job after another until told to stop."""
    after_the_window()
    while True:
        job = waiting.get()
        if job is None:
            return
        state, value = job.run()
        try:
            arrived(job, state, value)
        except RuntimeError:  # the window is gone; there is nobody to tell
            return
        del job, value
