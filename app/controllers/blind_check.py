"""Blind checks: fetches what each round shows, and counts who was right."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.controllers.recordings import Recordings
from app.controllers.views import views_of
from app.document import Document
from app.jobs import Job, Jobs
from sync.case.blind_check import Outcome, Round, plan
from sync.case.matches import stream_of_kind
from sync.errors import TiepointError
from widgets.blind_check import BlindCheck

if TYPE_CHECKING:
    from sync.correlate.result import Candidate

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
        job = self._jobs.start(
            "Fetching a blind check", lambda progress: views_of(wanted, progress)
        )
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
