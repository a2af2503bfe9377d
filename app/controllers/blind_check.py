"""Blind checks: fetches what each round shows, and counts who was right."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from app.controllers.recordings import Opened, Recordings, waveform_columns
from app.document import Document
from app.jobs import Job, Jobs
from sync.case.blind_check import Outcome, Round, plan
from sync.case.matches import stream_of_kind
from sync.correlate.result import Candidate
from sync.errors import TiepointError
from sync.evidence import StreamName
from sync.media.frames import FrameReader
from sync.progress import Progress
from sync.timebase import MediaTime
from widgets.blind_check import VIEW_PX, BlindCheck
from widgets.columns import columns_image
from widgets.theme import current_theme

BEFORE_S = 0.4
"""The second picture of a moment shows what changed up to it."""
AROUND_NS = 500_000_000
SEEDS = 2**32


class BlindChecks(QObject):
    """One blind check at a time.

    Signals
    -------
    done(object, str)
        The candidate, and what came of it in words, with the seed that repeats the rounds.
    """

    done = Signal(object, str)

    def __init__(
        self, *, document: Document, recordings: Recordings, jobs: Jobs, panel: BlindCheck,
        problem: Callable[[Exception], None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._recordings, self._jobs = document, recordings, jobs
        self._panel, self._problem = panel, problem
        self._pair = ("", "")
        self._candidate: Candidate | None = None
        self._rounds: tuple[Round, ...] = ()
        self._chosen: list[int] = []
        self._seed = 0
        self._job: Job | None = None
        panel.chosen.connect(self._choose)
        panel.left.connect(self.leave)

    @property
    def rounds(self) -> tuple[Round, ...]:
        """The rounds of the check that is open; empty while none is."""
        return self._rounds

    def begin(self, pair: tuple[str, str], candidate: Candidate) -> None:
        """Plan the rounds and show the first."""
        a, b = (self._document.case.source(one) for one in pair)
        seed = secrets.randbelow(SEEDS)
        try:
            rounds = plan(candidate, (a.start.s, a.end.s), (b.start.s, b.end.s), seed)
        except TiepointError as error:
            self._problem(error)
            return
        self._pair, self._candidate, self._seed = pair, candidate, seed
        self._rounds, self._chosen = rounds, []
        self._panel.begin((a.name, b.name), len(rounds))
        self._next()

    def leave(self) -> None:
        """Give it up; nothing is noted of a check that was not finished."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._candidate, self._rounds, self._chosen = None, (), []
        self._panel.end()

    def _next(self) -> None:
        one, candidate = self._rounds[len(self._chosen)], self._candidate
        assert candidate is not None
        kinds = (candidate.kind_a, candidate.kind_b)
        opened = tuple(self._recordings.get(source) for source in self._pair)
        wanted = [(opened[1], stream_of_kind(kinds[1]), one.at_b_s)]
        wanted += [(opened[0], stream_of_kind(kinds[0]), at_s) for at_s in one.at_a_s]
        job = self._jobs.start("Fetching a blind check", lambda progress: _views(wanted, progress))
        self._job = job
        job.finished.connect(lambda views: self._show(job, views))
        job.failed.connect(lambda error: self._failed(job, error))

    def _failed(self, job: Job, error: Exception) -> None:
        if job is self._job:
            self.leave()
            self._problem(error)

    def _show(self, job: Job, views: list[list[QImage]]) -> None:
        if job is self._job:
            self._job = None
            self._panel.show_round(len(self._chosen) + 1, views[0], views[1:])

    def _choose(self, place: int) -> None:
        if not self._rounds or self._job is not None:
            return
        self._chosen.append(place)
        if len(self._chosen) < len(self._rounds):
            self._next()
            return
        right = sum(
            place == one.right for place, one in zip(self._chosen, self._rounds, strict=True)
        )
        outcome = Outcome(right=right, rounds=len(self._rounds), seed=self._seed)
        candidate = self._candidate
        self.leave()
        self.done.emit(candidate, f"Blind check: {outcome.in_words} (seed {outcome.seed})")


def _views(
    wanted: list[tuple[Opened | None, StreamName, float]], progress: Progress
) -> list[list[QImage]]:
    """Two pictures, or one waveform of a second, of each moment; without any time in them."""
    out: list[list[QImage]] = []
    for number, (opened, stream, at_s) in enumerate(wanted):
        progress.report(number / len(wanted))
        if opened is None:
            out.append([])
        elif stream == "picture":
            out.append(_pictures(opened, at_s))
        else:
            out.append(_waveform(opened, at_s))
    return out


def _pictures(opened: Opened, at_s: float) -> list[QImage]:
    if opened.index is None:
        return []
    width, height = VIEW_PX
    images = []
    with FrameReader(opened.path, opened.index) as reader:
        for at in (at_s - BEFORE_S, at_s):
            frame = reader.at(MediaTime.from_s(at))
            if frame is None:
                continue
            picture = frame.image(width, height)
            h, w = picture.shape[:2]
            images.append(QImage(picture.data, w, h, 4 * w, QImage.Format.Format_RGB32).copy())
    return images


def _waveform(opened: Opened, at_s: float) -> list[QImage]:
    if opened.pyramid is None:
        return []
    width, height = VIEW_PX
    at_ns, theme = MediaTime.from_s(at_s).ns, current_theme()
    columns = waveform_columns(opened.pyramid, opened.source)
    low, high = columns(at_ns - AROUND_NS, at_ns + AROUND_NS, width)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(theme.ground)
    painter = QPainter(image)
    shown = columns_image(low, high, height, QColor(theme.sources[0]), 0.9, waveform=True)
    painter.drawImage(0, 0, shown)
    painter.fillRect(width // 2, 0, 1, height, theme.act)
    painter.end()
    return [image]
