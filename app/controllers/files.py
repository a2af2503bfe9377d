"""The case as a file: new, open, save, close; and which files were chosen or dropped for it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.controllers.adding import RECORDINGS, Adding
from app.controllers.problems import Offer
from app.document import Document
from app.jobs import Jobs
from app.settings import Settings
from sync.cache import Cache
from sync.case.case import Case
from sync.case.paths import SUFFIX
from sync.case.store import CaseStore
from sync.errors import Cancelled, CaseLocked, CaseNewer
from sync.progress import Progress

LABEL_SUFFIXES = (".srt", ".vtt", ".txt", ".csv", ".tsv", ".eaf", ".textgrid")
"""Files of words at times, which become remarks; the engine's own list, without loading it."""
_FILTER = f"Tiepoint cases (*{SUFFIX})"


class Files(QObject):
    """Opens and keeps the case, and hands chosen recordings to :class:`Adding`.

    Signals
    -------
    said(str)
        One line for the status bar.
    opened(object)
        Path of a case that was opened or made.
    labels_dropped(object)
        Path of a file of captions, labels or log rows.
    """

    said = Signal(str)
    opened = Signal(object)
    labels_dropped = Signal(object)

    def __init__(
        self, *, document: Document, jobs: Jobs, settings: Settings, cache: Cache,
        window: QWidget, problem: Offer, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._jobs, self._settings = document, jobs, settings
        self._window, self._problem = window, problem
        self._adding = Adding(
            document=document, jobs=jobs, cache=cache, window=window, problem=problem, parent=self
        )
        self._adding.said.connect(self.said)

    # -- cases -------------------------------------------------------------------------------

    def new(self, *, and_add: tuple[Path, ...] = ()) -> None:
        """Make a case; recordings that were dropped are added to it."""
        from app.dialogs.new_case import NewCase

        folder = and_add[0].parent if and_add else self._settings.folder
        values = NewCase.ask(self._window, folder, self._settings.examiner)
        if values is None:
            return
        case = Case(
            id="", title=values.title, number=values.number, examiner=values.examiner,
            question=values.question,
        )  # fmt: skip
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
            self._window, "Add recordings", str(self._settings.folder), RECORDINGS
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
            media += self._adding.offer(folder)
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

    def add(self, paths: tuple[Path, ...]) -> None:
        """Add recordings to the case that is open, else to a new one."""
        if self._document.path is None:
            self.new(and_add=paths)
            return
        self._settings.folder = paths[0].absolute().parent
        self._adding.add(paths)


def _open_store(path: Path, read_only: bool, progress: Progress) -> CaseStore:
    store = CaseStore.open(path, read_only=read_only)
    try:
        progress.report(1.0)
    except Cancelled:
        store.close()
        raise
    return store
