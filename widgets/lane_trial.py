"""Trying a lane on at another time: a view only, of one lane, that may become something else."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, SignalInstance

from widgets.lane import Lane
from widgets.try_on_card import TryOnCard


class LaneTrial(QObject):
    """Holds which lane is tried on where. Nothing here reaches the case.

    Signals
    -------
    for_search(str, object), for_limit(str, object)
        Source id and displacement in ns (positive: later) of what the person wants of it.
    refused()
        A try-on was begun while it may not be.
    """

    for_search = Signal(str, object)
    for_limit = Signal(str, object)
    refused = Signal()

    def __init__(
        self, card: TryOnCard, lane_of: Callable[[str], Lane | None],
        place: Callable[[TryOnCard, Lane], None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.card, self._lane_of, self._place = card, lane_of, place
        self._tried: tuple[str, int] | None = None
        self._covered = False
        card.search_wanted.connect(lambda: self._use(self.for_search))
        card.limit_wanted.connect(lambda: self._use(self.for_limit))
        card.dropped.connect(self.drop)

    @property
    def tried(self) -> tuple[str, int] | None:
        """Source id and displacement in ns of the lane that is tried on."""
        return self._tried

    def watch(self, lane: Lane) -> None:
        """Take part in the drags of this lane."""
        lane.tried_on.connect(self._move)
        lane.try_on_done.connect(self._done)

    def cover(self, covered: bool) -> None:
        """While an event is open nothing may be tried on, and what was is dropped."""
        self._covered = covered
        if covered:
            self.drop()

    def drop(self) -> bool:
        """Put the lane back; True when one was tried on."""
        if self._tried is None:
            return False
        source, self._tried = self._tried[0], None
        self.card.hide()
        lane = self._lane_of(source)
        if lane is not None:
            lane.set_try_on(None)
        return True

    def _move(self, source: str, ns: int) -> None:
        lane = self._lane_of(source)
        if self._covered or lane is None:
            return
        if self._tried is not None and self._tried[0] != source:
            self.drop()
        self.card.hide()
        self._tried = (source, ns)
        lane.set_try_on(ns)

    def _done(self, source: str, ns: int) -> None:
        if self._covered:
            self.refused.emit()
            return
        self._move(source, ns)
        lane = self._lane_of(source)
        if not ns or lane is None:
            self.drop()
            return
        self.card.show_for(lane.name, ns)
        self._place(self.card, lane)

    def _use(self, signal: SignalInstance) -> None:
        if self._tried is not None:
            source, ns = self._tried
            self.drop()
            signal.emit(source, ns)
