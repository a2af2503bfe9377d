"""Every pair of recordings searched as one job, shown as one grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.recordings import Recordings
from app.document import Document
from app.jobs import Job, Jobs
from sync.errors import TiepointError
from sync.timebase import now_utc
from widgets.pair_grid import PairCell
from widgets.search_panel import SearchPanel

if TYPE_CHECKING:
    from sync.case.all_pairs import PairFound
    from sync.correlate.result import SearchResult


class AllPairs(QObject):
    """Runs the job, counts every search of it, and keeps what it found.

    Signals
    -------
    opened(str, str, object)
        A pair the person wants to see, with its :class:`SearchResult`.
    said(str)
        One line for the status bar.
    """

    opened = Signal(str, str, object)
    said = Signal(str)

    def __init__(
        self, *, document: Document, jobs: Jobs, recordings: Recordings, panel: SearchPanel,
        problem: Callable[[Exception], None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._jobs, self._recordings = document, jobs, recordings
        self._panel, self._problem = panel, problem
        self._job: Job | None = None
        self._found: dict[tuple[str, str], PairFound] = {}
        panel.all_requested.connect(self.search)
        panel.grid.opened.connect(self._open)

    @property
    def busy(self) -> bool:
        """True while it runs."""
        return self._job is not None

    def clear(self) -> None:
        """Forget what was found: another case."""
        self._found = {}
        self._panel.grid.hide()

    def search(self, low_s: float, high_s: float) -> None:
        """Search every pair of recordings that can be read, over these offsets."""
        if self.busy or not self._document.is_open or self._document.read_only:
            return
        from sync.case.all_pairs import pairs_of, search_all

        case, paths = self._document.case, {}
        for source in case.sources:
            opened = self._recordings.get(source.id)
            if opened is not None and not opened.problem:
                paths[source.id] = opened.path
        pairs = [pair for pair in pairs_of(case) if all(one in paths for one in pair)]
        if not pairs:
            self.said.emit("A search needs two recordings: add another one.")
            return
        cache = self._recordings.cache
        self._panel.set_busy(f"Searching {len(pairs)} pairs")
        job = self._jobs.start(
            f"Searching {len(pairs)} pairs",
            lambda progress: search_all(
                case, paths, pairs, offset_range_s=(low_s, high_s), cache=cache, progress=progress
            ),
            still=lambda: tuple(source.facts.sha256 for source in self._document.case.sources),
        )
        self._job = job
        job.progressed.connect(lambda f, text: self._panel.set_busy(text or "Searching", f))
        job.finished.connect(lambda found: self._take(job, found))
        job.failed.connect(self._failed)
        job.cancelled.connect(lambda: self.said.emit("Cancelled: nothing was counted."))
        job.ended.connect(self._ended)

    def _ended(self) -> None:
        self._job = None
        self._panel.set_busy(None)

    def _failed(self, error: Exception) -> None:
        self._problem(error)

    def _take(self, job: Job, found: tuple[PairFound, ...]) -> None:
        from sync.case.all_pairs import record_all

        if job.outdated:
            self.said.emit("The recordings have changed since: these searches were not counted.")
            return
        case = self._document.case
        at = now_utc()
        try:
            self._document.note(
                record_all(case, found, by=self._document.author, at=at),
                f"search all {len(found)} pairs",
            )
        except TiepointError as error:
            self._problem(error)
            return
        self._found = {(one.a, one.b): one for one in found}
        names = {source.id: source.name for source in case.sources}
        self._panel.grid.set_pairs(names, {pair: _cell(one) for pair, one in self._found.items()})
        self._panel.show_grid()
        matches = sum(_matched(one.result) for one in found)
        self.said.emit(
            f"{len(found)} pairs were searched and counted: {matches} "
            f"match{'es' if matches != 1 else ''}. Enter opens a pair."
        )

    def _open(self, a: str, b: str) -> None:
        one = self._found.get((a, b))
        if one is None:
            return
        if one.result is None:
            self.said.emit(one.problem)
        else:
            self.opened.emit(a, b, one.result)


def _matched(result: SearchResult | None) -> bool:
    return result is not None and result.status == "significant"


def _cell(one: PairFound) -> PairCell:
    if one.result is None:
        return PairCell(None, None, one.problem)
    p = one.result.candidates[0].p if one.result.candidates else None
    return PairCell(one.result.status, p, "\n".join(one.result.reasons))
