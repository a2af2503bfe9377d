"""Marking an event in one recording after another: ``M ⏎ ⏎ N M ⏎ ⏎ Y``.

While an event is open its marks are only proposed: they tie nothing until the closing card is
answered. Everything is in the log as it happens.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.controllers import ties
from app.controllers.draft import (
    FINE_STEP_NS,
    SOUND_HALF_NS,
    SOUND_STEP_NS,
    Draft,
    FieldDraft,
    PictureDraft,
    Side,
    SoundDraft,
    field_draft,
    one_sided,
    picture_draft,
    seconds_text,
    sound_draft,
)  # fmt: skip
from app.controllers.open_event import LEFT, OpenEvent, banner_text, left_open, next_source
from app.controllers.pair import Pair
from app.controllers.panes import Panes
from app.controllers.places import Places
from app.controllers.playback import Playback
from app.controllers.recordings import Recordings
from app.controllers.snippets import Snippets
from app.document import Change, Document
from app.focus import Focus
from app.playhead import Playhead
from sync.case.acts import mark_event, with_delay
from sync.case.case import Case
from sync.case.delays import RADIO_CHAIN_KEY, radio_chain
from sync.errors import EvidenceError, TiepointError
from sync.evidence import Delay, Mark
from sync.timebase import NS_PER_S, MediaTime
from widgets.lane_stack import LaneStack
from widgets.transport_bar import TransportBar

if TYPE_CHECKING:
    from app.dialogs.closing import ClosingCard, Sighting
    from app.dialogs.definition import Define, Definition

_RADIO = (
    "Radio sound comes late, and sound takes time to travel: D states by how much. Speech about "
    "an event is not the event: S."
)


class Marking(QObject):
    """The open event and its draft.

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
        self, *, document: Document, places: Places, panes: Panes, playback: Playback,
        recordings: Recordings, focus: Focus, playhead: Playhead, pair: Pair,
        lanes: LaneStack, transport: TransportBar, snippets: Snippets, window: QWidget,
        problem: Callable[[Exception], None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._places, self._panes = document, places, panes
        self._playback, self._recordings, self._focus = playback, recordings, focus
        self._playhead, self._pair, self._lanes = playhead, pair, lanes
        self._transport, self._snippets = transport, snippets
        self._window, self._problem = window, problem
        self.snap = True
        self.on_accepted: Callable[[Case], Case] = lambda case: case
        """What else changes in the case with a draft that is accepted."""
        self.sound_half_ns, self.radio_longest_s = SOUND_HALF_NS, 1.0
        """What a mark in sound begins with, and the radio chain's longest delay: preferences."""
        self.seed: Callable[[], int] = lambda: secrets.randbits(32)
        self.open: OpenEvent | None = None
        self.draft: Draft | None = None
        self.dialog: Define | ClosingCard | None = None
        self._acting = False
        self._waits = False
        """True while an accepted draft waits for its exact pictures."""
        pair.came.connect(self._pictures_came)
        pair.failed.connect(self._pictures_failed)
        document.case_changed.connect(self._case_changed)
        focus.changed.connect(self._focus_changed)
        recordings.ready.connect(self._index_better)

    @property
    def is_open(self) -> bool:
        """True while an event is open: answers are covered."""
        return self.open is not None

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
        self._drop_draft()
        if source.facts.picture is None:
            self.draft = self._sound_draft(source.id, media)
        else:
            index = self._recordings.index(source.id)
            if index is None:
                raise EvidenceError(
                    f"The pictures of {source.name} are not found yet.",
                    hint="Wait for the job in the status bar, then press M again.",
                )
            by_field = self._panes.by_field(source.id) is not None
            draft = field_draft if by_field else picture_draft
            self.draft = draft(source.id, index, media)
        if self.open is None:
            self.open = OpenEvent()
        self._draft_changed()

    def _sound_draft(self, source: str, media: MediaTime) -> SoundDraft:
        """At the playhead, or at the onset within 8 px and 50 ms of it."""
        reach = round(8 * self._lanes.view.ns_per_px)
        held = QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier
        snap = self.snap and not held
        onset = self._snippets.onset_near(source, media, reach) if snap else None
        return sound_draft(source, media, onset, self.sound_half_ns)

    # -- moving the draft -------------------------------------------------------------------

    def step(self, steps: int, *, fine: bool = False) -> None:
        """← →: both edges by a picture, or by 10 ms (1 ms) of sound."""
        if isinstance(self.draft, PictureDraft):
            self.draft = self.draft.moved(steps)
        elif isinstance(self.draft, SoundDraft):
            self.draft = self.draft.moved(steps * (FINE_STEP_NS if fine else SOUND_STEP_NS))
        self._draft_changed()

    def widen(self, later: bool) -> None:
        """Shift+← →."""
        if isinstance(self.draft, (PictureDraft, SoundDraft)):
            self.draft = self.draft.widened(later)
            self._draft_changed()

    def only(self, side: Side) -> None:
        """[ and ]."""
        if self.draft is not None:
            self.draft = one_sided(self.draft, side)
            self._draft_changed()

    def _draft_changed(self) -> None:
        draft, self._waits = self.draft, False
        if isinstance(draft, PictureDraft):
            self._panes.hold(draft.source, True)
            frame = draft.index.frame_at(draft.at) if isinstance(draft, FieldDraft) else None
            self._playback.go_media(draft.source, draft.at, by_field=frame)
            self._pair.begin(draft)
        elif isinstance(draft, SoundDraft):
            self._playback.go_media(draft.source, MediaTime(draft.centre_ns))
        self._show_selection()
        self._say_all()

    def _show_selection(self) -> None:
        """The interval on its lane; an open side is drawn half a second long."""
        draft = self.draft
        lane = None if draft is None else self._lanes.lane(draft.source)
        if draft is None or lane is None:
            return
        low, high = (
            None if at is None else self._places.reference_of(draft.source, at)
            for at in draft.interval
        )
        edge = NS_PER_S // 2
        if low is None and high is None:
            lane.set_selection(None)
        elif low is None or high is None:
            known = (high if low is None else low).ns  # type: ignore[union-attr]
            lane.set_selection((known - edge, known) if low is None else (known, known + edge))
        else:
            lane.set_selection((low.ns, high.ns))

    def _index_better(self, source: str) -> None:
        """A draft made on an index that was not verified is placed anew on the one that is."""
        draft, index = self.draft, self._recordings.index(source)
        if not isinstance(draft, PictureDraft) or draft.source != source or index is None:
            return
        if index is not draft.index:
            self.draft = one_sided(picture_draft(source, index, draft.at), draft.side)
            self.said.emit("All frames are counted now: the mark is placed at its picture anew.")
            self._draft_changed()

    def _drop_draft(self) -> None:
        draft, self.draft, self._waits = self.draft, None, False
        self._pair.end()
        if draft is None:
            return
        lane = self._lanes.lane(draft.source)
        if lane is not None:
            lane.set_selection(None)
        self._panes.hold(draft.source, False)
        self._playback.look_again(draft.source)

    # -- Enter ------------------------------------------------------------------------------

    def accept(self) -> None:
        """Accept the draft; with two marks and no draft, show the closing card."""
        from app.dialogs.definition import Definition

        if self.open is None:
            return
        if self.draft is not None:
            if not self._seen(self.draft):
                return
            if self.open.name:
                self._add(Definition(self.open.name, ""))
            else:
                self._ask_definition()
        elif len(self.open.marks) >= 2:
            self._show_closing()
        else:
            self.said.emit("One sighting so far: N goes to the next recording, Esc closes it.")

    def _seen(self, draft: Draft) -> bool:
        """Whether its exact pictures were shown; what was not seen is not accepted but waits."""
        if not isinstance(draft, PictureDraft):
            return True
        if not self._pair.complete:
            self._waits = True
            self.said.emit("Waiting for the exact picture.")
            return False
        if not self._pair.exact:
            raise EvidenceError(
                "The picture here is damaged: it no longer decodes to what was indexed, so nobody "
                "else would see what is marked.",
                hint="Mark the nearest picture that is shown as original, or one side only.",
            )
        return True

    def _pictures_came(self) -> None:
        if self._waits:
            self._waits = False
            try:
                self.accept()
            except TiepointError as error:
                self._problem(error)

    def _pictures_failed(self, error: Exception) -> None:
        if self._waits:
            self._waits = False
            self._problem(error)

    def _ask_definition(self) -> None:
        from app.dialogs.definition import Define

        assert self.draft is not None
        self._pair.rest()
        form = Define(self._window, self._document.case, self.draft.stream)
        form.accepted.connect(lambda: self._defined(form.value))
        form.rejected.connect(self._pair.go_on)
        self._show_dialog(form)

    def _show_dialog(self, dialog: Define | ClosingCard) -> None:
        self.dialog = dialog
        dialog.finished.connect(self._dialog_done)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _dialog_done(self) -> None:
        self.dialog = None

    def _defined(self, definition: Definition | None) -> None:
        if definition is not None and self.draft is not None and self._seen(self.draft):
            self._add(definition)

    def _add(self, definition: Definition) -> None:
        """Put the draft into the case, as proposed."""
        draft, opened = self.draft, self.open
        assert draft is not None
        assert opened is not None
        case = self._document.case
        notes = [opened.came, draft.note()]
        earliest, latest = draft.interval
        known = case.event(definition.name)
        text = "" if known is not None and known.definition else definition.text
        try:
            case, mark = mark_event(
                case, event=definition.name, source=draft.source, stream=draft.stream,
                earliest=earliest, latest=latest, definition=text, frames=draft.frames,
                unverified=self._pair.edges if isinstance(draft, PictureDraft) else (),
                by=self._document.author, at=_now(), note="; ".join(note for note in notes if note),
            )  # fmt: skip
            case = self.on_accepted(ties.with_mark_status(case, mark, "proposed"))
            self._commit(case, f"mark “{definition.name}” in {case.source(draft.source).name}")
        except TiepointError as error:
            self._problem(error)
            self._pair.go_on()
            return
        self._snippets.keep(mark, *self._pair.pictures)
        if not opened.marks:  # an earlier event is taken up again
            before = [m for m in case.marks_of(mark.event) if m.id != mark.id
                      and m.provenance.status in ("accepted", "proposed")]  # fmt: skip
            opened.marks += [m.id for m in before]
            opened.visited += [m.source for m in before]
        opened.name, opened.event, opened.came = definition.name, mark.event, ""
        opened.marks.append(mark.id)
        opened.visited.append(draft.source)
        self._drop_draft()
        self._lanes.set_selected_mark(mark.id)
        self.marked.emit(mark.id)
        self._say_all()

    # -- N ----------------------------------------------------------------------------------

    def next_source(self) -> None:
        """Go to the next recording that could show the open event, a random bit away from it."""
        if self.open is None:
            return
        self._drop_draft()
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
        from app.dialogs.closing import ClosingCard

        assert self.open is not None
        case = self._document.case
        marks = ties.marks_of(case, self.open.marks)
        event = case.event(self.open.event)
        card = ClosingCard(
            self._window, self.open.name, event.definition if event is not None else "",
            [self._sighting(case, mark, marks) for mark in marks],
            _RADIO if any(mark.stream == "sound" for mark in marks) else "",
        )  # fmt: skip
        card.decided.connect(self.decide)
        self._show_dialog(card)

    def _sighting(self, case: Case, mark: Mark, marks: list[Mark]) -> Sighting:
        """As it is shown, with the delay it has or that *same instant* gives it."""
        known = {delay.key: delay for delay in case.of_kind(Delay)}
        preset = radio_chain(longest_s=self.radio_longest_s)
        keys = mark.delays or ((RADIO_CHAIN_KEY,) if mark in ties.radio_marks(case, marks) else ())
        late = [ties.delay_words(known.get(key, preset)) for key in keys]
        shown = self._snippets.sighting(mark, case.source(mark.source).name)
        return replace(shown, late=" and ".join(late))

    def decide(self, what: str) -> None:
        """Answer the closing card: same, delayed or speaking."""
        if self.open is None:
            return
        case = self._document.case
        try:
            if what == "same":
                self._tie_same(case)
            elif what == "delayed":
                self._tie_delayed(case)
            else:
                case, own = ties.speech_about(
                    case, self.open.name, self.open.marks, self._document.author
                )
                self._commit(case, f"“{own}” came after “{self.open.name}”: a limit, no tie")
                self.said.emit(
                    f"No tie was made but a limit: “{self.open.name}” was not after “{own}”."
                )
                self._end()
        except TiepointError as error:
            self._problem(error)

    def _tie_same(self, case: Case) -> None:
        """Same instant; radio sound is late by its chain, unknown until somebody states it."""
        assert self.open is not None
        heard = ties.radio_marks(case, ties.marks_of(case, self.open.marks))
        if heard and not any(delay.key == RADIO_CHAIN_KEY for delay in case.of_kind(Delay)):
            chain = radio_chain(by=self._document.author, longest_s=self.radio_longest_s)
            case = with_delay(case, chain)
        for mark in heard:
            case = ties.delayed(case, mark, RADIO_CHAIN_KEY)
        words = f", with the radio chain (0 to {self.radio_longest_s:g} s unless stated)"
        self._tie(case, words if heard else "")

    def _tie(self, case: Case, how: str) -> None:
        assert self.open is not None
        marks = ties.marks_of(case, self.open.marks)
        names = list(dict.fromkeys(case.source(mark.source).name for mark in marks))
        self._commit(
            ties.tied(case, self.open.marks), f"tie “{self.open.name}”: {' ↔ '.join(names)}{how}"
        )
        self.said.emit(f"“{self.open.name}” ties {' and '.join(names)}{how}.")
        self._end()

    def _tie_delayed(self, case: Case) -> None:
        from app.dialogs.delays import StateDelay

        assert self.open is not None
        late = ties.late_one(ties.marks_of(case, self.open.marks))
        name = case.source(late.source).name
        found = StateDelay.ask(
            self._window, case, f"By how much did {name} see or hear it late? All marks that name "
            "a delay share its value.",
        )  # fmt: skip
        if found is not None:
            self._tie(ties.delayed(found[0], late, found[1]), f", {name} late by {found[1]}")

    # -- Esc, and closing by another act ----------------------------------------------------

    def escape(self) -> bool:
        """Drop the draft, else close the event; False when neither is open."""
        if self.draft is not None:
            self._drop_draft()
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
        self._drop_draft()
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
        self._drop_draft()
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
        self._pair.end()
        if self.dialog is not None:
            self.dialog.close()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
