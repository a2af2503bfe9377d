"""What leaves the program: exports, the report, the review video, the bundle; each a job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.controllers.problems import Offer
from app.document import Document
from app.jobs import Jobs
from app.playhead import Playhead
from sync.cache import Cache
from sync.case.case import Case
from sync.case.paths import is_one_of, media_paths, own_paths
from sync.errors import CaseError, TiepointError
from sync.progress import Progress

if TYPE_CHECKING:
    from sync.report.bundle import Bundled
    from sync.report.review_plan import ReviewRequest


class HandingOver(QObject):
    """Asks what to write and where, and writes it in the background.

    Signals
    -------
    said(str)
        One line for the status bar.
    reported(object)
        Path of a report that was written.
    """

    said = Signal(str)
    reported = Signal(object)

    def __init__(
        self, *, document: Document, jobs: Jobs, playhead: Playhead, cache: Cache,
        window: QWidget, problem: Offer, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._jobs, self._playhead = document, jobs, playhead
        self._cache, self._window, self._problem = cache, window, problem

    # -- export ------------------------------------------------------------------------------

    def export(self) -> None:
        """Write the calculated case for another program."""
        from app.dialogs.exporting import ChooseExport
        from sync.interchange.export import FORMATS

        if self._document.path is None:
            return
        chosen = ChooseExport.ask(self._window, self._document.case)
        if chosen is None:
            return
        kind, on = chosen
        known = FORMATS[kind]
        suggested = str(self._document.path.with_suffix(known.suffix))
        name, _ = QFileDialog.getSaveFileName(
            self._window, f"Export as {known.name}", suggested, f"{known.name} (*{known.suffix})"
        )
        if name:
            path = Path(name)
            self.export_to(path if path.suffix else path.with_suffix(known.suffix), kind, on)

    def export_to(self, path: Path, kind: str, on: str | None = None) -> None:
        """Write the export in the background; what could not be written is said."""
        from sync.interchange.export import Request, export, write_all

        case_path = self._document.path
        if case_path is None:
            return
        case = self._document.case
        media = _media_beside(path, case, case_path)

        def work(progress: Progress) -> tuple[str, ...]:
            progress.report(0.1)
            written = export(kind, Request(case=case, media=media, on=on))
            write_all(path, written)
            return written.remarks

        job = self._jobs.start(f"Exporting {path.name}", work)
        job.finished.connect(lambda remarks: self.said.emit(_exported(path, remarks)))
        job.failed.connect(lambda error: self._problem(error, ()))

    # -- report ------------------------------------------------------------------------------

    def report(self) -> None:
        """Write the report of the calculated case, as pages or as a web page."""
        if self._document.path is None:
            return
        suggested = str(self._document.path.with_suffix(".pdf"))
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Write the report", suggested, "Pages (*.pdf);;Web page (*.html)"
        )
        if name:
            path = Path(name)
            self.report_to(path if path.suffix else path.with_suffix(".pdf"))

    def report_to(self, path: Path) -> None:
        """Write the report in the background; a case that is out of date is refused."""
        case, case_path = self._document.case, self._document.path
        if case_path is None:
            return
        _media_beside(path, case, case_path)
        if path.suffix.lower() not in (".pdf", ".html"):
            raise CaseError(f"{path.name} is neither a .pdf nor a .html file.",
                            hint="Name it by what it shall be.")  # fmt: skip
        job = self._jobs.start(
            f"Writing {path.name}", lambda p: _write_report(case, case_path, path, p)
        )
        job.finished.connect(lambda _: self._reported(path))
        job.failed.connect(lambda error: self._problem(error, ()))

    def _reported(self, path: Path) -> None:
        self.said.emit(f"Wrote the report {path.name}.")
        self.reported.emit(path)

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
        media = _media_beside(path, case, case_path)
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
        from app.print_pdf import report_pages
        from sync.report.bundle import BundleRequest, make_bundle

        case_path, by, cache = self._document.path, self._document.author, self._cache
        if case_path is None:
            return
        request = BundleRequest(recordings=recordings, review=review)

        def work(progress: Progress) -> Bundled:
            return make_bundle(
                case_path,
                path,
                request,
                by=by,
                printer=report_pages,
                cache=cache,
                progress=progress,
            )

        job = self._jobs.start(f"Bundling {path.name}", work)
        job.finished.connect(lambda _: self.said.emit(f"Wrote the bundle {path.name}."))
        job.failed.connect(lambda error: self._problem(error, ()))


def _media_beside(out: Path, case: Case, case_path: Path) -> dict[str, Path]:
    """Where each recording lies; ``CaseError`` where ``out`` is one, or the case itself."""
    media = media_paths(case_path, case.sources)
    if is_one_of(out, media.values()):
        raise CaseError(f"{out.name} is a recording of the case, which is never written to.",
                        hint="Choose another name.")  # fmt: skip
    if is_one_of(out, own_paths(case_path)):
        raise CaseError(f"{out.name} is the case itself.", hint="Choose another name.")
    return media


def _write_report(case: Case, case_path: Path, out: Path, progress: Progress) -> None:
    from sync.case.calculate import refuse_stale
    from sync.case.recordings import check_recordings
    from sync.case.storage import write_atomically
    from sync.report.content import gather
    from sync.report.html import html_of

    refuse_stale(case)
    found = check_recordings(case, case_path, progress=progress)
    states = {state.source: state.detail for state in found if state.state != "ok"}
    report = gather(case, case_path, states=states)
    html = html_of(report)
    data = html.encode("utf-8")
    if out.suffix.lower() == ".pdf":
        from app.print_pdf import report_pages

        data = report_pages(report, html)
    progress.report(1.0)
    write_atomically(out, data)


def _exported(path: Path, remarks: tuple[str, ...]) -> str:
    if not remarks:
        return f"Exported {path.name}."
    more = f" (and {len(remarks) - 1} more remarks)" if len(remarks) > 1 else ""
    return f"Exported {path.name}. {remarks[0]}{more}"
