"""Cases and recordings on disk: new, open, save, add, drop, export, recent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.dialogs.new_case import NewCase
from app.document import Document
from app.jobs import Job, Jobs
from app.settings import Settings
from sync.cache import Cache
from sync.case.case import Case, Source
from sync.case.paths import SUFFIX
from sync.case.recordings import add_recording
from sync.case.store import CaseStore
from sync.errors import Cancelled, CaseLocked, TiepointError
from sync.progress import Progress

_FILTER = f"Tiepoint cases (*{SUFFIX})"
_MEDIA = (
    "Recordings (*.mp4 *.mov *.m4v *.mkv *.avi *.ts *.mts *.m2ts *.mpg *.mpeg *.h264 *.264 *.dav "
    "*.wmv *.asf *.webm *.3gp *.wav *.flac *.mp3 *.m4a *.aac *.ogg *.opus *.wma *.amr *.aif *.aiff "
    "*.w64);;All files (*)"
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
    """

    said = Signal(str)
    opened = Signal(object)

    def __init__(
        self, *, document: Document, jobs: Jobs, settings: Settings, cache: Cache,
        window: QWidget, problem: Offer, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._jobs, self._settings = document, jobs, settings
        self._cache, self._window, self._problem = cache, window, problem
        self._adding: dict[Path, Job] = {}

    # -- cases -------------------------------------------------------------------------------

    def new(self, *, and_add: tuple[Path, ...] = ()) -> None:
        """Make a case; recordings that were dropped are added to it."""
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
        media = tuple(found for path in paths for found in _files_in(path))
        if not media:
            return
        if self._document.is_open:
            self.add(media)
        else:
            self.new(and_add=media)

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

    def _add_one(self, path: Path, case_path: Path) -> None:
        empty, cache = Case(id="reading"), self._cache

        def work(progress: Progress) -> Source:
            _, source = add_recording(
                empty, path, case_path=case_path, cache=cache, progress=progress
            )
            return source

        job = self._jobs.start(f"Reading {path.name}", work, still=lambda: self._document.path)
        self._adding[path] = job
        job.finished.connect(lambda _: self._take(job, path))
        job.failed.connect(lambda error: self._problem(error, ()))
        job.ended.connect(lambda: self._adding.pop(path, None))

    def _take(self, job: Job, path: Path) -> None:
        """The file is read and cached: adding it to the case as it is now takes no time."""
        if job.outdated or self._document.path is None:
            self.said.emit(f"{path.name} was read, but another case is open now: not added.")
            return
        self._add_read(path)

    def _add_read(self, path: Path) -> None:
        """In the background, because the file is hashed again."""
        case, case_path, cache = self._document.case, self._document.path, self._cache
        if case_path is None:
            return
        job = self._jobs.start(
            f"Adding {path.name}",
            lambda p: add_recording(case, path, case_path=case_path, cache=cache, progress=p),
            line="opening", shown=False, still=lambda: self._document.case.sources,
        )  # fmt: skip
        job.finished.connect(lambda found: self._added(job, path, found))
        job.failed.connect(lambda error: self._problem(error, ()))

    def _added(self, job: Job, path: Path, found: tuple[Case, Source]) -> None:
        if job.outdated:  # another recording came in between: its id must still be free
            self._add_read(path)
            return
        made, source = found
        try:
            self._document.act(
                self._document.case.with_source(source, made.clock(source.clock)),
                f"add {source.name}",
            )
        except TiepointError as error:
            self._problem(error, ())

    # -- export ------------------------------------------------------------------------------

    def export(self) -> None:
        """Write events and marks as CSV or JSON."""
        if self._document.path is None:
            return
        suggested = str(self._document.path.with_suffix(".csv"))
        chosen, kind = QFileDialog.getSaveFileName(
            self._window, "Export", suggested, "CSV (*.csv);;JSON (*.json)"
        )
        if chosen:
            path = Path(chosen)
            if not path.suffix:
                path = path.with_suffix(".json" if "json" in kind else ".csv")
            self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Write the export in the background."""
        case = self._document.case
        job = self._jobs.start(f"Exporting {path.name}", lambda p: _export(case, path, p))
        job.finished.connect(lambda _: self.said.emit(f"Exported {path.name}."))
        job.failed.connect(lambda error: self._problem(error, ()))


def _open_store(path: Path, read_only: bool, progress: Progress) -> CaseStore:
    store = CaseStore.open(path, read_only=read_only)
    try:
        progress.report(1.0)
    except Cancelled:
        store.close()
        raise
    return store


def _export(case: Case, path: Path, progress: Progress) -> None:
    from sync.interchange.csv import export_csv
    from sync.interchange.json import export_json

    progress.report(0.1)
    (export_json if path.suffix.lower() == ".json" else export_csv)(case, path)


def _files_in(path: Path) -> list[Path]:
    """The file, or the files of a folder."""
    if path.is_dir():
        return sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
    return [path]
