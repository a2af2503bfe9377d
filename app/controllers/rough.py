"""Rough flags: M while playing notes a place to come back to; it takes no part until refined.

A person's key is late by a quarter of a second and more, so what M notes while playing is a remark
and no evidence. M at the flag drafts a mark there; accepting that mark removes the flag.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.controllers.marking import Marking
from app.controllers.places import Places
from app.document import Document
from app.focus import Focus
from app.playhead import Playhead
from sync.case.annotate import add_annotations, remove_annotation
from sync.case.annotation import ROUGH, Annotation
from sync.case.case import Case
from sync.errors import EvidenceError
from sync.evidence import Provenance
from sync.timebase import MediaTime, now_utc

_HERE_NS = 100_000_000
"""Within this of the playhead a flag is the one that is refined: two pictures of the slowest
recorders, which give 20 a second at the most where M is pressed on a whole picture."""


class Rough(QObject):
    """What M does: a flag while playing, else a draft.

    Signals
    -------
    said(str)
        One line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self, document: Document, places: Places, playhead: Playhead, focus: Focus,
        marking: Marking, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._places = document, places
        self._playhead, self._focus, self._marking = playhead, focus, marking
        self._refined: str | None = None
        marking.on_accepted = self._without_refined

    def mark(self) -> None:
        """M.

        Raises
        ------
        EvidenceError
            When the focused recording shows nothing here.
        """
        if self._playhead.playing and not self._marking.is_open:
            self._drop()
            return
        flag = self._flag_here()
        self._marking.mark()
        self._refined = None if flag is None else flag.id

    def _drop(self) -> None:
        self._playhead.pause()
        source = self._places.source(self._focus.source)
        media = self._places.media_now(self._focus.source)
        if source is None or media is None:
            raise EvidenceError(
                "The focused recording shows nothing here to flag.",
                hint="Go to a time it was recording.",
            )
        at = now_utc()
        flag = Annotation(
            id="", text="rough flag", layer=ROUGH, source=source.id, start=media,
            provenance=Provenance(by=self._document.author, at=at),
        )  # fmt: skip
        case, _ = add_annotations(self._document.case, [flag])
        self._document.act(case, f"rough flag in {source.name}")
        self.said.emit(
            "Rough flag: it takes no part. ↑ ↓ go to it, M there makes it a mark, Enter keeps that."
        )

    def _flag_here(self) -> Annotation | None:
        media = self._places.media_now(self._focus.source)
        if media is None:
            return None
        near = [
            (abs((flag.start - media).ns), flag) for flag in flags(self._document.case)
            if flag.source == self._focus.source and flag.start is not None
        ]  # fmt: skip
        away, found = min(near, key=lambda pair: pair[0], default=(_HERE_NS + 1, None))
        return found if away <= _HERE_NS else None

    def _without_refined(self, case: Case) -> Case:
        """The mark takes the place of the flag it was made from, in one act."""
        flag, self._refined = self._refined, None
        if flag is None or all(item.id != flag for item in case.annotations):
            return case
        return remove_annotation(case, flag)


def flags(case: Case) -> tuple[Annotation, ...]:
    """The rough flags of a case."""
    return tuple(
        item for item in case.annotations if item.layer == ROUGH and item.start is not None
    )


def flag_time(case: Case, flag_id: str) -> tuple[str, MediaTime] | None:
    """Recording and time of a rough flag; ``None`` where there is none of that id."""
    found = next((flag for flag in flags(case) if flag.id == flag_id), None)
    if found is None or found.source is None or found.start is None:
        return None
    return found.source, found.start
