"""Marks made before every frame was counted are checked when it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.recordings import Recordings
from app.document import Document
from sync.case.unverified import check_mark, unverified
from sync.errors import EvidenceError


class Verifying(QObject):
    """Holds marks against the verified index as soon as there is one.

    Signals
    -------
    said(str)
        One line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self, document: Document, recordings: Recordings, problem: Callable[[Exception], None],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._recordings, self._problem = document, recordings, problem
        recordings.ready.connect(self._check)
        # What was undone comes back as it was made; not within the act that changed the case.
        document.case_changed.connect(lambda _: QTimer.singleShot(0, self, self._check_all))

    def _check_all(self) -> None:
        for source in self._document.case.sources:
            self._check(source.id)

    def _check(self, source: str) -> None:
        index, document = self._recordings.index(source), self._document
        if index is None or index.state != "verified":
            return
        if not document.is_open or document.read_only:
            return
        for mark in unverified(document.case, source):
            checked, name = (
                check_mark(document.case, mark, index),
                document.case.source(source).name,
            )
            if checked.problem:
                what = f"set aside {mark.id} in {name}: its pictures are not found again"
            else:
                moved = "its times corrected" if checked.moved else "its times stand"
                what = f"check {mark.id} in {name} against the verified index: {moved}"
            document.note(checked.case, what)
            self.said.emit(f"{what[0].upper()}{what[1:]}.")
            if checked.problem:
                self._problem(
                    EvidenceError(
                        f"{mark.id} in {name} was set aside: {checked.problem}.",
                        row=mark.id,
                        hint="Mark the event again: every frame is counted now.",
                    )
                )
