"""NOT YET and HAPPENED: the two pictures of a draft, in turn, on the pane of its source."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.draft import PictureDraft
from app.controllers.panes import pane_info
from app.frame_service import FrameAnswer, FrameService
from sync.evidence import EdgePicture
from widgets.video_wall import VideoWall

ALTERNATE_MS = 400


class Pair(QObject):
    """Fetches both pictures once and shows them in turn.

    Signals
    -------
    came()
        Both are there.
    failed(object)
        One cannot be had: the exception.
    """

    came = Signal()
    failed = Signal(object)

    def __init__(
        self, frames: FrameService, wall: VideoWall, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._frames, self._wall = frames, wall
        self._draft: PictureDraft | None = None
        self._wanted: dict[int, str] = {}
        self._got: dict[str, FrameAnswer] = {}
        self._happened = True
        self._timer = QTimer(self)
        self._timer.setInterval(ALTERNATE_MS)
        self._timer.timeout.connect(self._turn)
        frames.answered.connect(self._answered)
        frames.failed.connect(self._failed)

    def begin(self, draft: PictureDraft) -> None:
        """Show the pair of this draft; HAPPENED first."""
        self._draft, self._got, self._happened = draft, {}, True
        before, by = draft.shown()
        self._wanted = {
            self._frames.fetch(draft.source, shown[0], field=shown[1]): name
            for name, shown in (("not yet", before), ("happened", by))
            if shown is not None
        }
        self._timer.start()

    def rest(self) -> None:
        """Stand still, while something is asked."""
        self._timer.stop()

    def go_on(self) -> None:
        """Alternate again."""
        if self._draft is not None:
            self._timer.start()

    def end(self) -> None:
        """Give the pane back."""
        self._timer.stop()
        if self._draft is not None:
            pane = self._wall.pane(self._draft.source)
            if pane is not None:
                pane.set_marking(None)
        self._draft, self._wanted, self._got = None, {}, {}

    @property
    def pictures(self) -> tuple[FrameAnswer | None, FrameAnswer | None]:
        """(not yet, happened), as far as they have come."""
        return self._got.get("not yet"), self._got.get("happened")

    @property
    def complete(self) -> bool:
        """True once the pictures of the draft are there, none of them a preview."""
        return self._draft is not None and len(self._got) == len(self._wanted)

    @property
    def exact(self) -> bool:
        """True when each is what the index says of it; while that is not verified, undamaged."""
        return all(
            answer.exact or (answer.edge is not None and not answer.damaged)
            for answer in self._got.values()
        )

    @property
    def edges(self) -> tuple[EdgePicture, ...]:
        """The pictures by packet and content, where the index is not verified yet."""
        return tuple(
            answer.edge
            for answer in self.pictures
            if answer is not None and answer.edge is not None
        )

    def _answered(self, answer: FrameAnswer) -> None:
        name = self._wanted.get(answer.request)
        if name is not None:
            self._got[name] = answer
            self._show()
            if self.complete:
                self.came.emit()

    def _failed(self, source: str, error: Exception) -> None:
        if self._draft is not None and source == self._draft.source and not self.complete:
            self.failed.emit(error)

    def _turn(self) -> None:
        self._happened = not self._happened
        self._show()

    def _show(self) -> None:
        if self._draft is None or not self._got:
            return
        name = "happened" if self._happened else "not yet"
        if name not in self._got:
            name = next(iter(self._got))
        pane = self._wall.pane(self._draft.source)
        if pane is not None:
            answer = self._got[name]
            pane.set_picture(answer.image, pane_info(answer, self._draft.index))
            pane.set_marking("happened" if name == "happened" else "not yet")
