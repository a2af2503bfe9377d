"""The review video and the bundle from the window: jobs with time left and cancel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.controllers.files import Offer
from app.document import Document
from app.jobs import Jobs
from app.playhead import Playhead
from sync.cache import Cache
from sync.case.case import Case
from sync.case.paths import media_path_of
from sync.errors import CaseError, TiepointError
from sync.progress import Progress

if TYPE_CHECKING:
    from sync.report.bundle import Bundled
    from sync.report.content import Report
    from sync.report.review_plan import ReviewRequest


class HandingOver(QObject):
    """Writes what leaves the program to be shown.

    Signals
    -------
    said(str)
        One line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self, *, document: Document, jobs: Jobs, playhead: Playhead, cache: Cache,
        window: QWidget, problem: Offer, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._jobs, self._playhead = document, jobs, playhead
        self._cache, self._window, self._problem = cache, window, problem

    # -- the review video --------------------------------------------------------------------

    def review(self) -> None:
        """Ask what to show and where to write it."""
        case_path = self._document.path
        request = self._ask_review() if case_path is not None else None
        if request is None or case_path is None:
            return
        suggested = str(case_path.with_name(f"{case_path.stem} review.mp4"))
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Write the review video", suggested, "Video (*.mp4)"
        )
        if name:
            path = Path(name)
            self.review_to(path if path.suffix else path.with_suffix(".mp4"), request)

    def review_to(self, path: Path, request: ReviewRequest) -> None:
        """Write the film in the background.

        Raises
        ------
        CaseError
            When ``path`` is no MP4, or a recording of the case.
        """
        from sync.report.review_video import write_review

        case, case_path = self._document.case, self._document.path
        if case_path is None:
            return
        media = {source.id: media_path_of(case_path, source.path) for source in case.sources}
        if any(path.exists() and own.exists() and path.samefile(own) for own in media.values()):
            raise CaseError(f"{path.name} is a recording of the case, which is never written to.",
                            hint="Choose another name.")  # fmt: skip
        if path.suffix.lower() != ".mp4":
            raise CaseError(f"{path.name} is no .mp4 file.", hint="Name it by what it shall be.")
        cache = self._cache
        job = self._jobs.start(
            f"Filming {path.name}",
            lambda p: write_review(case, media, path, request, cache=cache, progress=p),
        )
        job.finished.connect(lambda _: self.said.emit(f"Wrote the review video {path.name}."))
        job.failed.connect(lambda error: self._problem(error, ()))

    def _ask_review(self) -> ReviewRequest | None:
        from app.dialogs.handing_over import ChooseReview

        case = self._document.case
        if not self._usable(case):
            return None
        in_out = self._playhead.in_out if self._playhead.axis is None else (None, None)
        return ChooseReview(self._window, case, in_out).run()

    def _usable(self, case: Case) -> bool:
        """Whether there is anything to film; says why not."""
        from sync.case.calculate import refuse_stale

        try:
            refuse_stale(case)
        except TiepointError as error:
            self._problem(error, ())
            return False
        return True

    # -- the bundle --------------------------------------------------------------------------

    def bundle(self) -> None:
        """Ask what goes in and where to write it."""
        from app.dialogs.handing_over import ChooseBundle

        case_path = self._document.path
        if case_path is None or not self._usable(self._document.case):
            return
        chosen = ChooseBundle(self._window).run()
        if chosen is None:
            return
        request = self._ask_review() if chosen.review else None
        if chosen.review and request is None:
            return
        suffix = ".zip" if chosen.zipped else ""
        suggested = str(case_path.with_name(f"{case_path.stem} bundle{suffix}"))
        name, _ = QFileDialog.getSaveFileName(self._window, "Hand over", suggested)
        if name:
            path = Path(name)
            if chosen.zipped and path.suffix.lower() != ".zip":
                path = path.with_name(path.name + ".zip")
            self.bundle_to(path, recordings=chosen.recordings, review=request)

    def bundle_to(self, path: Path, *, recordings: bool, review: ReviewRequest | None) -> None:
        """Write the bundle in the background, of the case as its log has it."""
        from sync.report.bundle import BundleRequest, make_bundle

        case_path, by, cache = self._document.path, self._document.author, self._cache
        if case_path is None:
            return
        request = BundleRequest(recordings=recordings, review=review)

        def work(progress: Progress) -> Bundled:
            return make_bundle(
                case_path, path, request, by=by, printer=_pages, cache=cache, progress=progress
            )

        job = self._jobs.start(f"Bundling {path.name}", work)
        job.finished.connect(lambda _: self.said.emit(f"Wrote the bundle {path.name}."))
        job.failed.connect(lambda error: self._problem(error, ()))


def _pages(report: Report, html: str) -> bytes:
    from app.print_pdf import pdf_bytes
    from sync.report.html import mark_of

    return pdf_bytes(html, footer=report.footer, mark=mark_of(report))
