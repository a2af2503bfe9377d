"""Marking an event in one recording after another: ``M ⏎ ⏎ N M ⏎ ⏎ Y``.

While an event is open its marks are only proposed: they tie nothing until the closing card is
answered. Everything is in the log as it happens.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.controllers import ties
from app.controllers.closing import Closing
from app.controllers.draft import Draft, seconds_text
from app.controllers.drafting import Drafting
from app.controllers.open_event import LEFT, OpenEvent, banner_text, left_open, next_source
from app.controllers.places import Places
from app.controllers.playback import Playback
from app.controllers.recordings import Recordings
from app.controllers.snippets import Snippets
from app.document import Change, Document
from app.focus import Focus
from app.playhead import Playhead
from sync.case.acts import mark_event
from sync.case.case import Case
from sync.errors import EvidenceError, TiepointError
from sync.timebase import NS_PER_S, MediaTime, now_utc
from widgets.lane_stack import LaneStack
from widgets.transport_bar import TransportBar

if TYPE_CHECKING:
    from app.dialogs.closing import ClosingCard
    from app.dialogs.definition import Define, Definition


class Marking(QObject):
    """The open event: drafts are accepted into it, and its closing ties clocks.

    Signals
    -------
    changed()
        An event was opened or closed, or a draft begun, moved or ended.
    said(str)
        One line for the status bar.
    marked(str)
        Id of a mark just made: it is the selected one.
    """

    changed = Signal()
    said = Signal(str)
    marked = Signal(str)

    def __init__(
        self, *, document: Document, places: Places, drafting: Drafting, playback: Playback,
        recordings: Recordings, focus: Focus, playhead: Playhead,
        lanes: LaneStack, transport: TransportBar, snippets: Snippets, window: QWidget,
        problem: Callable[[Exception], None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._places, self._drafting = document, places, drafting
        self._playback, self._recordings, self._focus = playback, recordings, focus
        self._playhead, self._lanes = playhead, lanes
        self._transport, self._snippets = transport, snippets
        self._window, self._problem = window, problem
        self.closing = Closing(document, snippets, window)
        self.on_accepted: Callable[[Case], Case] = lambda case: case
        """What else changes in the case with a draft that is accepted."""
        self.seed: Callable[[], int] = lambda: secrets.randbits(32)
        self.open: OpenEvent | None = None
        self.dialog: Define | ClosingCard | None = None
        self._acting = False
        drafting.changed.connect(self._draft_changed)
        drafting.came.connect(self._accept_at_last)
        drafting.failed.connect(problem)
        drafting.said.connect(self.said)
        document.case_changed.connect(self._case_changed)
        focus.changed.connect(self._focus_changed)

    @property
    def is_open(self) -> bool:
        """True while an event is open: answers are covered."""
        return self.open is not None

    @property
    def draft(self) -> Draft | None:
        """The mark being made."""
        return self._drafting.draft

    # -- M ----------------------------------------------------------------------------------

    def mark(self) -> None:
        """Draft a mark at the playhead of the focused recording."""
        self._playhead.pause()
        source = self._places.source(self._focus.source)
        if source is None:
            return
        media = self._places.media_now(source.id)
        if media is None:
            raise EvidenceError(
                f"{source.name} shows nothing at the playhead.",
                hint="Go to a time it was recording.",
            )
        self._drafting.begin(source, media)

    def _draft_changed(self) -> None:
        if self.open is None and self.draft is not None:
            self.open = OpenEvent()
        self._say_all()

    # -- Enter ------------------------------------------------------------------------------

    def accept(self) -> None:
        """Accept the draft; with two marks and no draft, show the closing card."""
        from app.dialogs.definition import Definition

        if self.open is None:
            return
        if self.draft is not None:
            if not self._drafting.seen():
                return
            if self.open.name:
                self._add(Definition(self.open.name, ""))
            else:
                self._ask_definition()
        elif len(self.open.marks) >= 2:
            self._show_closing()
        else:
            self.said.emit("One sighting so far: N goes to the next recording, Esc closes it.")

    def _accept_at_last(self) -> None:
        try:
            self.accept()
        except TiepointError as error:
            self._problem(error)

    def _ask_definition(self) -> None:
        from app.dialogs.definition import Define

        assert self.draft is not None
        self._drafting.pair.rest()
        form = Define(self._window, self._document.case, self.draft.stream)
        form.accepted.connect(lambda: self._defined(form.value))
        form.rejected.connect(self._drafting.pair.go_on)
        self._show_dialog(form)

    def _show_dialog(self, dialog: Define | ClosingCard) -> None:
        self.dialog = dialog
        dialog.finished.connect(self._dialog_done)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _dialog_done(self) -> None:
        self.dialog = None

    def _defined(self, definition: Definition | None) -> None:
        if definition is not None and self.draft is not None and self._drafting.seen():
            self._add(definition)

    def _add(self, definition: Definition) -> None:
        """Put the draft into the case, as proposed."""
        draft, opened = self.draft, self.open
        assert draft is not None
        assert opened is not None
        case = self._document.case
        note = "; ".join(part for part in (opened.came, draft.note()) if part)
        earliest, latest = draft.interval
        known = case.event(definition.name)
        text = "" if known is not None and known.definition else definition.text
        try:
            case, mark = mark_event(
                case, event=definition.name, source=draft.source, stream=draft.stream,
                earliest=earliest, latest=latest, definition=text, frames=draft.frames,
                unverified=self._drafting.pair.edges, by=self._document.author, at=now_utc(),
                note=note,
            )  # fmt: skip
            case = self.on_accepted(ties.with_mark_status(case, mark, "proposed"))
            self._commit(case, f"mark “{definition.name}” in {case.source(draft.source).name}")
        except TiepointError as error:
            self._problem(error)
            self._drafting.pair.go_on()
            return
        self._snippets.keep(mark, *self._drafting.pair.pictures)
        opened.take(mark, case)
        self._drafting.drop()
        self._lanes.set_selected_mark(mark.id)
        self.marked.emit(mark.id)
        self._say_all()

    # -- N ----------------------------------------------------------------------------------

    def next_source(self) -> None:
        """Go to the next recording that could show the open event, a random bit away from it."""
        if self.open is None:
            return
        self._drafting.drop()
        opened = self.open
        target = next_source(opened, self._places, self._focus.source, self._recordings.usable)
        if target is None:
            self.said.emit("No other recording could show it. ⏎ closes the event.")
            self._say_all()
            return
        opened.visited.append(target)
        place = self._places.place(target)
        self._focus.set(target)
        if place.linked and place.media is not None:
            seed = self.seed()
            reach = max(2 * place.half_ns, NS_PER_S)
            away = round(random.Random(seed).uniform(-reach, reach))
            opened.came = f"come to {seconds_text(away)} from the playhead (seed {seed})"
            self._playback.go_media(target, MediaTime(place.media.ns + away))
        else:
            opened.came = "come to on its own time: no link yet"
        self._say_all()

    # -- the closing card -------------------------------------------------------------------

    def _show_closing(self) -> None:
        assert self.open is not None
        card = self.closing.card(self.open)
        card.decided.connect(self.decide)
        self._show_dialog(card)

    def decide(self, what: str) -> None:
        """Answer the closing card: same, delayed or speaking."""
        if self.open is None:
            return
        try:
            decision = self.closing.decide(self.open, what)
            if decision is not None:
                self._commit(decision.case, decision.act)
                self.said.emit(decision.said)
                self._end()
        except TiepointError as error:
            self._problem(error)

    # -- Esc, and closing by another act ----------------------------------------------------

    def escape(self) -> bool:
        """Drop the draft, else close the event; False when neither is open."""
        if self.draft is not None:
            self._drafting.drop()
            if self.open is not None and not self.open.marks:
                self.open = None
            self._say_all()
            return True
        if self.open is not None:
            self.close_event()
            return True
        return False

    def close_event(self) -> None:
        """Close it as it stands: one sighting is kept, two stay proposed until decided."""
        if self.open is None:
            return
        opened, case = self.open, self._document.case
        self._drafting.drop()
        marks = ties.marks_of(case, opened.marks)
        if len(marks) == 1:
            self._commit(ties.tied(case, opened.marks), f"close “{opened.name}”")
            self.said.emit(f"“{opened.name}” is kept with one sighting; it ties nothing.")
        elif marks:
            self._leave(opened)
        self._end()

    def _leave(self, opened: OpenEvent) -> None:
        """The log says that it was left, so that it is not taken up again."""
        case = self._document.case
        marks = ties.marks_of(case, opened.marks)
        if marks and self._document.is_open and not self._document.read_only:
            self._note(ties.noted(case, marks[-1], LEFT), f"leave “{opened.name}” undecided")
        self.said.emit(
            f"“{opened.name}” is left undecided: its new marks are proposed and tie nothing."
        )

    def _take_up(self) -> None:
        """An event that was open when the program ended is open again: all of it is in the log."""
        found = None if self._document.read_only else left_open(self._document.case)
        if found is not None and self.open is None:
            self.open = found
            self._say_all()
            self.said.emit(f"“{found.name}” was open when the program ended: it is taken up again.")

    def peek(self) -> None:
        """The person looked at the covered answers: it stands in the note of the mark."""
        if self.open is None:
            return
        text = "answers were looked at while it was open"
        marks = ties.marks_of(self._document.case, self.open.marks)
        if not marks:
            self.open.came = "; ".join(part for part in (self.open.came, text) if part)
        elif text not in marks[-1].provenance.note:
            case = ties.noted(self._document.case, marks[-1], text)
            self._note(case, f"look at covered answers during “{self.open.name}”")

    def _end(self) -> None:
        self.open = None
        self._drafting.drop()
        self._say_all()

    def _commit(self, case: Case, act: str) -> None:
        self._acting = True
        try:
            self._document.act(case, act)
        finally:
            self._acting = False

    def _note(self, case: Case, act: str) -> None:
        self._acting = True
        try:
            self._document.note(case, act)
        finally:
            self._acting = False

    def _case_changed(self, change: Change) -> None:
        """An act of somebody else closes the event; so does an undo that takes its marks."""
        if change.kind == "opened":
            QTimer.singleShot(0, self, self._take_up)
        if self._acting or self.open is None or change.kind == "note":
            return
        opened = self.open
        known = len(ties.marks_of(change.after, opened.marks)) == len(opened.marks)
        if change.kind not in ("undo", "redo") or not known:
            self._end()
        if change.kind == "act" and len(opened.marks) > 1:
            QTimer.singleShot(0, self, lambda: self._leave(opened))  # not within another act

    def _focus_changed(self, source: str | None) -> None:
        if self.draft is not None and self.draft.source != source:
            self.escape()

    # -- what is open -----------------------------------------------------------------------

    def _say_all(self) -> None:
        self._transport.set_banner(self.banner())
        self.changed.emit()

    def banner(self) -> str | None:
        """What is open and what the next key does."""
        if self.open is None:
            return None
        case = self._document.case
        return banner_text(case, self.open, self.draft, self._focus.source)

    def close(self) -> None:
        """Stop what alternates, and any dialog."""
        self._drafting.pair.end()
        if self.dialog is not None:
            self.dialog.close()
