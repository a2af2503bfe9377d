"""The mark being made: begun where a recording stands, moved, and shown on its pane and lane."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

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
    sound_draft,
)  # fmt: skip
from app.controllers.pair import Pair
from app.controllers.panes import Panes
from app.controllers.places import Places
from app.controllers.playback import Playback
from app.controllers.recordings import Recordings
from app.controllers.snippets import Snippets
from sync.case.case import Source
from sync.errors import EvidenceError
from sync.timebase import NS_PER_S, MediaTime
from widgets.lane_stack import LaneStack


class Drafting(QObject):
    """Holds the draft and keeps what is seen of it in step.

    Signals
    -------
    changed()
        A draft was begun or moved.
    came()
        The exact pictures are there that :meth:`seen` said to wait for.
    failed(object)
        They cannot be had: the exception.
    said(str)
        One line for the status bar.
    """

    changed = Signal()
    came = Signal()
    failed = Signal(object)
    said = Signal(str)

    def __init__(
        self, *, places: Places, panes: Panes, playback: Playback, recordings: Recordings,
        pair: Pair, lanes: LaneStack, snippets: Snippets, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._places, self._panes, self._playback = places, panes, playback
        self._recordings, self._lanes, self._snippets = recordings, lanes, snippets
        self.pair = pair
        self.draft: Draft | None = None
        self.snap = True
        self.sound_half_ns = SOUND_HALF_NS
        """Half of what a mark in sound begins with: a preference."""
        self._waits = False
        """True while an accepted draft waits for its exact pictures."""
        pair.came.connect(self._pictures_came)
        pair.failed.connect(self._pictures_failed)
        recordings.ready.connect(self._index_better)

    def begin(self, source: Source, media: MediaTime) -> None:
        """Draft a mark at this time of a recording, in its picture where it has one.

        Raises
        ------
        EvidenceError
            While its frame index is not made.
        """
        self.drop()
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
        self._show()

    def _sound_draft(self, source: str, media: MediaTime) -> SoundDraft:
        """At the playhead, or at the onset within 8 px and 50 ms of it."""
        reach = round(8 * self._lanes.view.ns_per_px)
        held = QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier
        snap = self.snap and not held
        onset = self._snippets.onset_near(source, media, reach) if snap else None
        return sound_draft(source, media, onset, self.sound_half_ns)

    def step(self, steps: int, *, fine: bool = False) -> None:
        """← →: both edges by a picture, or by 10 ms (1 ms) of sound."""
        if isinstance(self.draft, PictureDraft):
            self.draft = self.draft.moved(steps)
        elif isinstance(self.draft, SoundDraft):
            self.draft = self.draft.moved(steps * (FINE_STEP_NS if fine else SOUND_STEP_NS))
        self._show()

    def widen(self, later: bool) -> None:
        """Shift+← →."""
        if isinstance(self.draft, (PictureDraft, SoundDraft)):
            self.draft = self.draft.widened(later)
            self._show()

    def only(self, side: Side) -> None:
        """[ and ]."""
        if self.draft is not None:
            self.draft = one_sided(self.draft, side)
            self._show()

    def drop(self) -> None:
        """Give pane and lane back; there is no draft."""
        draft, self.draft, self._waits = self.draft, None, False
        self.pair.end()
        if draft is None:
            return
        lane = self._lanes.lane(draft.source)
        if lane is not None:
            lane.set_selection(None)
        self._panes.hold(draft.source, False)
        self._playback.look_again(draft.source)

    def _index_better(self, source: str) -> None:
        """A draft made on an index that was not verified is placed anew on the one that is."""
        draft, index = self.draft, self._recordings.index(source)
        if not isinstance(draft, PictureDraft) or draft.source != source or index is None:
            return
        if index is not draft.index:
            self.draft = one_sided(picture_draft(source, index, draft.at), draft.side)
            self.said.emit("All frames are counted now: the mark is placed at its picture anew.")
            self._show()

    # -- showing -----------------------------------------------------------------------------

    def _show(self) -> None:
        draft, self._waits = self.draft, False
        if isinstance(draft, PictureDraft):
            self._panes.hold(draft.source, True)
            frame = draft.index.frame_at(draft.at) if isinstance(draft, FieldDraft) else None
            self._playback.go_media(draft.source, draft.at, by_field=frame)
            self.pair.begin(draft)
        elif isinstance(draft, SoundDraft):
            self._playback.go_media(draft.source, MediaTime(draft.centre_ns))
        self._show_on_lane()
        self.changed.emit()

    def _show_on_lane(self) -> None:
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

    # -- its exact pictures ------------------------------------------------------------------

    def seen(self) -> bool:
        """Whether its exact pictures were shown; what was not seen is not accepted but waits.

        Raises
        ------
        EvidenceError
            When the picture does not decode to what was indexed.
        """
        if not isinstance(self.draft, PictureDraft):
            return True
        if not self.pair.complete:
            self._waits = True
            self.said.emit("Waiting for the exact picture.")
            return False
        if not self.pair.exact:
            raise EvidenceError(
                "The picture here is damaged: it no longer decodes to what was indexed, so nobody "
                "else would see what is marked.",
                hint="Mark the nearest picture that is shown as original, or one side only.",
            )
        return True

    def _pictures_came(self) -> None:
        if self._waits:
            self._waits = False
            self.came.emit()

    def _pictures_failed(self, error: Exception) -> None:
        if self._waits:
            self._waits = False
            self.failed.emit(error)
