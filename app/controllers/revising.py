"""Marks that are there already: the selected one nudged, as a revised mark; the log keeps both."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.draft import SOUND_STEP_NS, draft_of
from app.controllers.moving import Moving
from app.controllers.recordings import Recordings
from app.controllers.snippets import Snippets
from app.document import Document
from sync.errors import EvidenceError
from sync.evidence import Mark
from sync.timebase import MediaTime, format_seconds

if TYPE_CHECKING:
    from sync.media.frame_index import FrameIndex

_MOVED = "moved from "


class Revising(QObject):
    """What is done to marks after they were accepted.

    Signals
    -------
    said(str)
        One line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self, document: Document, recordings: Recordings, snippets: Snippets, moving: Moving,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._recordings = document, recordings
        self._snippets, self._moving = snippets, moving

    def nudge(self, mark_id: str | None, steps: int) -> None:
        """Alt+← →: the mark by whole pictures, or by 10 ms of sound.

        Raises
        ------
        EvidenceError
            When no mark is selected, or its pictures are not counted yet.
        """
        case = self._document.case
        mark = case.find(mark_id or "")
        if not isinstance(mark, Mark):
            raise EvidenceError(
                "No mark is selected.", hint="Up and Down go from mark to mark, as a click does."
            )
        name = case.source(mark.source).name
        if mark.stream == "picture":
            index = self._recordings.index(mark.source)
            if index is None or index.state != "verified":
                raise EvidenceError(f"The pictures of {name} are still being counted.",
                                    hint="Nudge the mark when the job has ended.")  # fmt: skip
            moved, by = _by_pictures(mark, index, steps), f"{abs(steps)} picture"
        else:
            moved, by = _by_sound(mark, steps * SOUND_STEP_NS), f"{abs(steps) * 10} ms"
        if (moved.earliest, moved.latest) == (mark.earliest, mark.latest):
            self.said.emit(f"{name} has no picture further on.")
            return
        event = case.event(mark.event)
        way = "later" if steps > 0 else "earlier"
        self._document.act(
            case.with_evidence(self._signed(moved, mark)),
            f"nudge “{event.name if event is not None else mark.event}” in {name}, {by} {way}",
            merge=f"nudge {mark.id}",
        )
        self._snippets.keep_again(moved)
        self._moving.go_mark(mark.id)
        self.said.emit(f"{mark.id}: {by} {way}. Ctrl+Z takes it back.")

    def _signed(self, moved: Mark, before: Mark) -> Mark:
        """By whom and when; where it was first stands in its note, once."""
        made = before.provenance
        note = made.note
        if _MOVED not in note:
            note = "; ".join(part for part in (note, f"{_MOVED}{_ends(before)}") if part)
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        signed = replace(made, by=self._document.author, at=now, note=note)
        return replace(moved, provenance=signed)


def _ends(mark: Mark) -> str:
    shown = ["…" if at is None else format_seconds(at.ns, 4) for at in (mark.earliest, mark.latest)]
    return f"{shown[0]} – {shown[1]} s"


def _by_pictures(mark: Mark, index: FrameIndex, steps: int) -> Mark:
    draft = draft_of(mark, index).moved(steps)
    earliest, latest = draft.interval
    return replace(mark, earliest=earliest, latest=latest, frames=draft.frames)


def _by_sound(mark: Mark, ns: int) -> Mark:
    known = [at.ns for at in (mark.earliest, mark.latest) if at is not None]
    ns = max(ns, -min(known))
    earliest, latest = (
        None if at is None else MediaTime(at.ns + ns) for at in (mark.earliest, mark.latest)
    )
    return replace(mark, earliest=earliest, latest=latest)
