"""Cases and recordings on disk: new, open, save, add, drop, export, recent."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.document import Change, Document
from app.jobs import Job, Jobs
from app.problem import describe
from app.settings import Settings
from sync.cache import Cache
from sync.case.case import Case, Source
from sync.case.paths import SUFFIX, media_path_of
from sync.case.recordings import add_recording
from sync.case.store import CaseStore
from sync.errors import (
    Cancelled,
    CaseError,
    CaseLocked,
    CaseNewer,
    MediaNotRecognised,
    TiepointError,
)
from sync.progress import Progress

if TYPE_CHECKING:
    from sync.media.raw_sound import RawSound

LABEL_SUFFIXES = (".srt", ".vtt", ".txt", ".csv", ".tsv", ".eaf", ".textgrid")
"""Files of words at times, which become remarks; the engine's own list, without loading it."""
_FILTER = f"Tiepoint cases (*{SUFFIX})"
_MEDIA = (
    "Recordings (*.mp4 *.mov *.m4v *.mkv *.avi *.ts *.mts *.m2ts *.mpg *.mpeg *.h264 *.264 *.dav "
    "*.wmv *.asf *.webm *.3gp *.wav *.flac *.mp3 *.m4a *.aac *.ogg *.opus *.wma *.amr *.aif *.aiff "
    "*.au *.w64 *.rf64 *.mka *.spx *.g722 *.gsm *.ul *.al *.raw *.pcm);;All files (*)"
)
Offer = Callable[[Exception, tuple[tuple[str, Callable[[], object]], ...]], None]


class Files(QObject):
    """Everything that touches the disk by the person's wish.

    Signals
    -------
    said(str)
        One line for the status bar.
    opened(object)
        Path of a case that was opened or made.
    reported(object)
        Path of a report that was written.
    labels_dropped(object)
        Path of a file of captions, labels or log rows.
    """

    said = Signal(str)
    opened = Signal(object)
    labels_dropped = Signal(object)
    reported = Signal(object)

    def __init__(
        self, *, document: Document, jobs: Jobs, settings: Settings, cache: Cache,
        window: QWidget, problem: Offer, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._jobs, self._settings = document, jobs, settings
        self._cache, self._window, self._problem = cache, window, problem
        self._adding: dict[Path, Job] = {}
        self._read: list[tuple[Path, RawSound | None]] = []
        """Known to be recordings, and not in the case yet."""
        self._entering = False
        document.case_changed.connect(self._case_changed)

    # -- cases -------------------------------------------------------------------------------

    def new(self, *, and_add: tuple[Path, ...] = ()) -> None:
        """Make a case; recordings that were dropped are added to it."""
        from app.dialogs.new_case import NewCase

        folder = and_add[0].parent if and_add else self._settings.folder
        values = NewCase.ask(self._window, folder, self._settings.examiner)
        if values is None:
            return
        case = Case(id="", title=values.title, number=values.number, examiner=values.examiner)
        self._document.create(values.path, case, values.examiner)
        self._settings.examiner = values.examiner
        self._remember(values.path)
        if and_add:
            self.add(and_add)

    def open(self, path: Path | None = None, *, read_only: bool = False) -> None:
        """Open a case; one that somebody else writes to is opened for reading."""
        if path is None:
            chosen, _ = QFileDialog.getOpenFileName(
                self._window, "Open a case", str(self._settings.folder), _FILTER
            )
            if not chosen:
                return
            path = Path(chosen)
        path = Path(path).absolute()
        if path == self._document.path:
            self.said.emit(f"{path.name} is open already.")
            return
        # A long log takes a while to check and replay, so it is read in the background.
        job = self._jobs.start(
            f"Opening {path.name}", lambda p: _open_store(path, read_only, p), line="quick"
        )
        job.finished.connect(lambda store: self._opened(path, store))
        job.failed.connect(lambda error: self._not_opened(path, error, read_only))

    def _opened(self, path: Path, store: CaseStore) -> None:
        self._document.take(store)
        self._remember(path)
        if store.recovered:
            acts = "act" if store.recovered == 1 else "acts"
            self.said.emit(f"{store.recovered} {acts} since the last save came from the log.")

    def _not_opened(self, path: Path, error: Exception, read_only: bool) -> None:
        """Where somebody else writes to it, look at it and change nothing."""
        if isinstance(error, CaseLocked) and not read_only:
            self.open(path, read_only=True)
        elif isinstance(error, CaseNewer):
            job = self._jobs.start(f"Opening {path.name}", lambda _: CaseStore.look(path),
                                   line="quick")  # fmt: skip
            job.finished.connect(lambda store: self._opened(path, store))
            job.failed.connect(lambda reason: self._problem(reason, ()))
        else:
            self._problem(error, ())

    def _remember(self, path: Path) -> None:
        self._settings.add_recent(path)
        self._settings.folder = path.absolute().parent
        self.opened.emit(path)

    def save(self) -> None:
        """Write the snapshot."""
        if self._document.is_open and not self._document.read_only:
            self._document.save()
            self.said.emit(f"Saved {self._document.path.name if self._document.path else ''}.")

    def save_as(self) -> None:
        """Go on in a copy."""
        if self._document.path is None:
            return
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Save as", str(self._document.path), _FILTER
        )
        if not chosen:
            return
        path = Path(chosen)
        if path.suffix != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        self._document.save_as(path)
        self._remember(path)

    def close_case(self) -> None:
        """Close the case; the program stays open."""
        self._document.close()

    # -- recordings --------------------------------------------------------------------------

    def add_media(self) -> None:
        """Choose recordings and add them."""
        chosen, _ = QFileDialog.getOpenFileNames(
            self._window, "Add recordings", str(self._settings.folder), _MEDIA
        )
        if chosen:
            self.add(tuple(Path(name) for name in chosen))

    def dropped(self, names: list[str]) -> None:
        """Files were dropped: a case is opened, anything else is added."""
        paths = [Path(name) for name in names]
        cases = [path for path in paths if path.suffix == SUFFIX]
        if cases:
            self.open(cases[0])
            return
        media: tuple[Path, ...] = tuple(path for path in paths if not path.is_dir())
        for folder in (path for path in paths if path.is_dir()):
            media += self._offered(folder)
        if self._document.is_open:
            for path in media:
                if path.suffix.lower() in LABEL_SUFFIXES:
                    self.labels_dropped.emit(path)
            media = tuple(p for p in media if p.suffix.lower() not in LABEL_SUFFIXES)
        if not media:
            return
        if self._document.is_open:
            self.add(media)
        else:
            self.new(and_add=media)

    def _offered(self, folder: Path) -> tuple[Path, ...]:
        """What the person takes of a folder."""
        from app.dialogs.offer_media import OfferMedia

        found = _media_in(folder)
        if not found:
            raise MediaNotRecognised(
                f"{folder.name} holds no file that is named like a recording.",
                path=folder,
                hint="Drop the files themselves, whatever they are named.",
            )
        return OfferMedia(self._window, found, folder).run() or ()

    def add(self, paths: tuple[Path, ...]) -> None:
        """Read each file in a job of its own, and add it once it is known to be a recording."""
        case_path = self._document.path
        if case_path is None:
            self.new(and_add=paths)
            return
        self._settings.folder = paths[0].absolute().parent
        for path in paths:
            if path not in self._adding:
                self._add_one(path.absolute(), case_path)

    def _add_one(self, path: Path, case_path: Path, raw: RawSound | None = None) -> None:
        empty, cache = Case(id="reading"), self._cache

        def work(progress: Progress) -> Source:
            _, source = add_recording(
                empty, path, case_path=case_path, raw=raw, cache=cache, progress=progress
            )
            return source

        job = self._jobs.start(f"Reading {path.name}", work, still=lambda: self._document.path)
        self._adding[path] = job
        job.finished.connect(lambda _: self._take(job, path, raw))
        job.failed.connect(lambda error: self._not_added(error, path))
        job.ended.connect(lambda: self._adding.pop(path, None))

    def _not_added(self, error: Exception, path: Path) -> None:
        """What is no known recording may be bare sound: the person can say so."""
        from sync.media.raw_sound import may_be_bare

        bare = isinstance(error, MediaNotRecognised) and may_be_bare(path)
        ask = ("It is bare sound …", lambda: self._ask_bare(path))
        self._problem(error, (ask,) if bare else ())

    def _ask_bare(self, path: Path) -> None:
        from app.dialogs.bare_sound import BareSound

        raw = BareSound.ask(self._window, path.name)
        if raw is not None and self._document.path is not None:
            self._add_one(path, self._document.path, raw)

    def _take(self, job: Job, path: Path, raw: RawSound | None) -> None:
        """The file is read and cached: adding it to the case as it is now takes no time."""
        if job.outdated or self._document.path is None:
            self.said.emit(f"{path.name} was read, but another case is open now: not added.")
            return
        self._read.append((path, raw))
        self._add_next()

    def _add_next(self) -> None:
        """One after another, in the order they were given; in the background, because the file is
        hashed again."""
        case, case_path, cache = self._document.case, self._document.path, self._cache
        if case_path is None or not self._read or self._entering:
            return
        path, raw = self._read.pop(0)
        self._entering = True
        job = self._jobs.start(
            f"Adding {path.name}",
            lambda p: add_recording(
                case, path, case_path=case_path, raw=raw, cache=cache, progress=p
            ),
            line="opening", shown=False, still=lambda: self._document.case.sources,
        )  # fmt: skip

        def finished(found: tuple[Case, Source]) -> None:
            if self._document.path == case_path:
                self._added(job, path, raw, found)

        job.finished.connect(finished)
        job.failed.connect(lambda error: self._problem(error, ()))
        job.ended.connect(self._entered)

    def _case_changed(self, change: Change) -> None:
        if change.kind in ("opened", "closed"):
            self._read.clear()

    def _entered(self) -> None:
        self._entering = False
        self._add_next()

    def _added(
        self, job: Job, path: Path, raw: RawSound | None, found: tuple[Case, Source]
    ) -> None:
        if job.outdated:  # another recording came in between: its id must still be free
            self._read.insert(0, (path, raw))
            return
        made, source = found
        try:
            self._document.act(
                self._document.case.with_source(source, made.clock(source.clock)),
                f"add {source.name}",
            )
        except TiepointError as error:
            self._problem(error, ())

    def relink(self, missing: list[str]) -> None:
        """Find recordings again by their content, and read them from where they are now."""
        from app.dialogs.relink import Relink

        wanted = tuple(s for s in self._document.case.sources if s.id in missing)
        case_path = self._document.path
        if case_path is None or not wanted:
            return
        dialog = Relink(self._window, wanted, partial(self._find, wanted))
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.accepted.connect(lambda: self._relinked(case_path, dialog.found))
        dialog.open()

    def _find(
        self, wanted: tuple[Source, ...], folder: Path,
        take: Callable[[dict[str, Path]], None], failed: Callable[[str], None],
    ) -> None:  # fmt: skip
        from sync.case.relink import find_recordings

        job = self._jobs.start(
            f"Looking in {folder.name}", lambda p: find_recordings(wanted, folder, progress=p),
            line="quick",
        )  # fmt: skip
        job.finished.connect(take)
        job.failed.connect(lambda error: failed(describe(error).what_happened))
        job.cancelled.connect(lambda: failed("Stopped: nothing was changed."))

    def _relinked(self, case_path: Path, found: dict[str, Path]) -> None:
        from sync.case.relink import relinked

        if self._document.path != case_path:
            self.said.emit("Another case is open now: nothing was changed.")
            return
        case = relinked(self._document.case, found, case_path)
        names = ", ".join(case.source(source).name for source in found)
        self._document.act(case, f"found again: {names}")
        self.said.emit(f"Found again: {names}.")

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
        media = {source.id: media_path_of(case_path, source.path) for source in case.sources}
        if any(path.exists() and own.exists() and path.samefile(own) for own in media.values()):
            raise CaseError(f"{path.name} is a recording of the case, which is never written to.",
                            hint="Choose another name.")  # fmt: skip

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
        media = [media_path_of(case_path, source.path) for source in case.sources]
        if any(path.exists() and own.exists() and path.samefile(own) for own in media):
            raise CaseError(f"{path.name} is a recording of the case, which is never written to.",
                            hint="Choose another name.")  # fmt: skip
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


def _write_report(case: Case, case_path: Path, out: Path, progress: Progress) -> None:
    from sync.case.calculate import refuse_stale
    from sync.case.recordings import check_recordings
    from sync.case.storage import write_atomically
    from sync.report.content import gather
    from sync.report.html import html_of, mark_of

    refuse_stale(case)
    found = check_recordings(case, case_path, progress=progress)
    report = gather(
        case,
        case_path,
        states={state.source: state.detail for state in found if state.state != "ok"},
    )
    html = html_of(report)
    data = html.encode("utf-8")
    if out.suffix.lower() == ".pdf":
        from app.print_pdf import pdf_bytes

        data = pdf_bytes(html, footer=report.footer, mark=mark_of(report))
    progress.report(1.0)
    write_atomically(out, data)


def _exported(path: Path, remarks: tuple[str, ...]) -> str:
    if not remarks:
        return f"Exported {path.name}."
    more = f" (and {len(remarks) - 1} more remarks)" if len(remarks) > 1 else ""
    return f"Exported {path.name}. {remarks[0]}{more}"


def _open_store(path: Path, read_only: bool, progress: Progress) -> CaseStore:
    store = CaseStore.open(path, read_only=read_only)
    try:
        progress.report(1.0)
    except Cancelled:
        store.close()
        raise
    return store


def _media_in(folder: Path) -> list[Path]:
    """Files in a folder, and in the folders in it, that are named like recordings."""
    suffixes = {part.strip("*);") for part in _MEDIA.partition(";;")[0].split("(")[1].split()}
    found = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    return sorted(path for path in found
                  if path.suffix.lower() in suffixes and not path.name.startswith("."))  # fmt: skip
