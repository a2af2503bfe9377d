"""Recordings into the case: each is read in a job of its own, then entered in the order given."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.problems import Offer
from app.document import Change, Document
from app.jobs import Job, Jobs
from sync.cache import Cache
from sync.case.case import Case, Source
from sync.case.recordings import add_recording
from sync.errors import MediaNotRecognised, TiepointError
from sync.progress import Progress

if TYPE_CHECKING:
    from sync.media.raw_sound import RawSound

RECORDINGS = (
    "Recordings (*.mp4 *.mov *.m4v *.mkv *.avi *.ts *.mts *.m2ts *.mpg *.mpeg *.h264 *.264 *.dav "
    "*.wmv *.asf *.webm *.3gp *.wav *.flac *.mp3 *.m4a *.aac *.ogg *.opus *.wma *.amr *.aif *.aiff "
    "*.au *.w64 *.rf64 *.mka *.spx *.g722 *.gsm *.ul *.al *.raw *.pcm);;All files (*)"
)
"""What a file dialog offers, and what is taken of a folder."""


class Adding(QObject):
    """Adds files to the case that is open.

    Signals
    -------
    said(str)
        One line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self, *, document: Document, jobs: Jobs, cache: Cache, window: QWidget, problem: Offer,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._jobs, self._cache = document, jobs, cache
        self._window, self._problem = window, problem
        self._reading: set[Path] = set()
        self._read: list[tuple[Path, RawSound | None]] = []
        """Known to be recordings, and not in the case yet."""
        self._entering = False
        document.case_changed.connect(self._case_changed)

    def offer(self, folder: Path) -> tuple[Path, ...]:
        """What the person takes of a folder."""
        from app.dialogs.offer_media import OfferMedia

        found = recordings_in(folder)
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
            return
        for path in paths:
            if path.absolute() not in self._reading:
                self._add_one(path.absolute(), case_path)

    def _add_one(self, path: Path, case_path: Path, raw: RawSound | None = None) -> None:
        empty, cache = Case(id="reading"), self._cache

        def work(progress: Progress) -> Source:
            _, source = add_recording(
                empty, path, case_path=case_path, raw=raw, cache=cache, progress=progress
            )
            return source

        job = self._jobs.start(f"Reading {path.name}", work, still=lambda: self._document.path)
        self._reading.add(path)
        job.finished.connect(lambda _: self._take(job, path, raw))
        job.failed.connect(lambda error: self._not_added(error, path))
        job.ended.connect(lambda: self._reading.discard(path))

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


def recordings_in(folder: Path) -> list[Path]:
    """Files in a folder, and in the folders in it, that are named like recordings."""
    suffixes = {part.strip("*);") for part in RECORDINGS.partition(";;")[0].split("(")[1].split()}
    found = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    return sorted(path for path in found
                  if path.suffix.lower() in suffixes and not path.name.startswith("."))  # fmt: skip
