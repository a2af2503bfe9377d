"""Recordings that are not where the case says: looked for by their content in another folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.document import Document
from app.jobs import Jobs
from app.problem import describe
from sync.case.case import Source


class Relinking(QObject):
    """Finds recordings again, and reads them from where they are now.

    Signals
    -------
    said(str)
        One line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self, document: Document, jobs: Jobs, window: QWidget, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._jobs, self._window = document, jobs, window

    def relink(self, missing: list[str]) -> None:
        """Ask where to look for these (ids)."""
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
