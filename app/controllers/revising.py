"""Marks that are there already: the selected one nudged or dragged to another place.

It stays the same mark, revised; the log keeps both. A nudge is an act; a drag is one act when it
ends, and what it passes on its way is shown on the lanes but never written down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.calculation import Calculation
from app.controllers.draft import (
    FINE_STEP_NS,
    SOUND_STEP_NS,
    PictureDraft,
    draft_of,
    seconds_text,
)
from app.controllers.moving import Moving
from app.controllers.recordings import Recordings
from app.controllers.snippets import Snippets
from app.document import Document
from sync.errors import EvidenceError, TiepointError
from sync.evidence import Mark
from sync.timebase import MediaTime, format_seconds, now_utc

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
        self, document: Document, calculation: Calculation, recordings: Recordings,
        snippets: Snippets, moving: Moving, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._recordings = document, recordings
        self._snippets, self._moving = snippets, moving
        self._calculation = calculation
        self._dragged: _Dragged | None = None

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
        if mark.stream == "picture":
            index = self._counted(mark)
            moved, by = _by_pictures(mark, index, steps), f"{abs(steps)} picture"
        else:
            moved, by = _by_sound(mark, steps * SOUND_STEP_NS), f"{abs(steps) * 10} ms"
        if (moved.earliest, moved.latest) == (mark.earliest, mark.latest):
            self.said.emit(f"{case.source(mark.source).name} has no picture further on.")
            return
        way = "later" if steps > 0 else "earlier"
        self._document.act(
            case.with_evidence(self._signed(moved, mark)),
            f"nudge {self._words(mark)}, {by} {way}", merge=f"nudge {mark.id}",
        )  # fmt: skip
        self._snippets.keep_again(moved)
        self._moving.go_mark(mark.id)
        self.said.emit(f"{mark.id}: {by} {way}. Ctrl+Z takes it back.")

    def drag(self, mark_id: str, by_ns: int, done: bool) -> None:
        """The mouse holds a mark ``by_ns`` of reference time from where it took it.

        The lanes show what would follow. Nothing is written until it is let go, then at once.

        Raises
        ------
        TiepointError
            When it cannot be written; the mark is then where it was.
        """
        case = self._document.case
        mark = case.find(mark_id)
        if not isinstance(mark, Mark) or self._document.read_only:
            return
        try:
            held = self._hold(mark)
        except EvidenceError as error:
            self.said.emit(error.message)
            return
        if held.given_up:
            self._dragged = None if done else held
            return
        # A clock runs wrong by so little that its own time may stand for the reference's here.
        moved = held.moved(by_ns)
        if not done:
            if moved != held.at:
                held.at = moved
                self._calculation.glimpse(case.with_evidence(moved))
                self.said.emit(f"{self._words(mark)} at {_ends(moved)}; written when you let go.")
            return
        self._dragged = None
        if (moved.earliest, moved.latest) == (mark.earliest, mark.latest):
            self._calculation.glimpse(None)
            self.said.emit(f"{mark.id} is where it was.")
            return
        by = seconds_text(moved.centre.ns - mark.centre.ns)
        try:
            self._document.act(
                case.with_evidence(self._signed(moved, mark)), f"move {self._words(mark)}, {by}"
            )
        except TiepointError:
            self._calculation.glimpse(None)  # not written, so not moved
            raise
        self._snippets.keep_again(moved)
        self._moving.go_mark(mark.id)
        self.said.emit(f"{mark.id} moved by {by}. Ctrl+Z takes it back.")

    def give_up(self) -> bool:
        """Esc: the mark in the hand is back where it was; False when none is."""
        if self._dragged is None:
            return False
        self._dragged.given_up = True  # until the mouse lets go, too
        self._calculation.glimpse(None)
        self.said.emit(f"{self._dragged.mark.id} is where it was.")
        return True

    def _hold(self, mark: Mark) -> _Dragged:
        """The drag of this mark, begun where the case has it."""
        if self._dragged is None or self._dragged.mark != mark:
            draft = draft_of(mark, self._counted(mark)) if mark.stream == "picture" else None
            end = self._document.case.source(mark.source).end
            self._dragged = _Dragged(mark, draft, mark, end.ns)
        return self._dragged

    def _counted(self, mark: Mark) -> FrameIndex:
        index = self._recordings.index(mark.source)
        if index is None or index.state != "verified":
            name = self._document.case.source(mark.source).name
            raise EvidenceError(f"The pictures of {name} are still being counted.",
                                hint="Move the mark when the job has ended.")  # fmt: skip
        return index

    def _words(self, mark: Mark) -> str:
        case = self._document.case
        event = case.event(mark.event)
        name = mark.event if event is None else event.name
        return f"“{name}” in {case.source(mark.source).name}"

    def _signed(self, moved: Mark, before: Mark) -> Mark:
        """By whom and when; where it was first stands in its note, once."""
        made = before.provenance
        note = made.note
        if _MOVED not in note:
            note = "; ".join(part for part in (note, f"{_MOVED}{_ends(before)}") if part)
        now = now_utc()
        signed = replace(made, by=self._document.author, at=now, note=note)
        return replace(moved, provenance=signed)


@dataclass(slots=True)
class _Dragged:
    """A mark in the hand."""

    mark: Mark
    """As the case has it."""
    draft: PictureDraft | None
    """Its pictures; ``None`` for sound, which has no steps of its own."""
    at: Mark
    """Where it is held."""
    end_ns: int
    """Of its recording."""
    given_up: bool = False

    def moved(self, by_ns: int) -> Mark:
        """The mark so far away: by whole pictures, to the nearest, or by milliseconds of sound."""
        if self.draft is None:
            known = [at.ns for at in (self.mark.earliest, self.mark.latest) if at is not None]
            by_ns = min(round(by_ns / FINE_STEP_NS) * FINE_STEP_NS, self.end_ns - max(known))
            return _by_sound(self.mark, by_ns)
        wanted, step_ns = self.draft.at.ns + by_ns, max(1, self.draft.index.median_interval.ns)
        draft = self.draft.moved(round(by_ns / step_ns))
        for way in (1, -1):
            while abs((on := draft.moved(way)).at.ns - wanted) < abs(draft.at.ns - wanted):
                draft = on
        return self.mark if draft == self.draft else _as_drafted(self.mark, draft)


def _ends(mark: Mark) -> str:
    shown = ["…" if at is None else format_seconds(at.ns, 4) for at in (mark.earliest, mark.latest)]
    return f"{shown[0]} – {shown[1]} s"


def _by_pictures(mark: Mark, index: FrameIndex, steps: int) -> Mark:
    return _as_drafted(mark, draft_of(mark, index).moved(steps))


def _as_drafted(mark: Mark, draft: PictureDraft) -> Mark:
    earliest, latest = draft.interval
    return replace(mark, earliest=earliest, latest=latest, frames=draft.frames)


def _by_sound(mark: Mark, ns: int) -> Mark:
    known = [at.ns for at in (mark.earliest, mark.latest) if at is not None]
    ns = max(ns, -min(known))
    earliest, latest = (
        None if at is None else MediaTime(at.ns + ns) for at in (mark.earliest, mark.latest)
    )
    return replace(mark, earliest=earliest, latest=latest)
