"""Remarks in the window: written at the playhead, read from files, found, gone to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.calculation import Calculation
from app.controllers.places import Places
from app.controllers.playback import Playback
from app.document import Document
from app.focus import Focus
from app.jobs import Jobs
from sync.case.annotate import add_annotations, change_annotation, remove_annotation
from sync.case.annotation import ROUGH, Annotation
from sync.errors import EvidenceError, TiepointError
from sync.evidence import Provenance
from sync.timebase import now_utc
from widgets.annotation_table import AnnotationTable
from widgets.lane_paint import PlacedRemark
from widgets.lane_stack import LaneStack


class Annotating(QObject):
    """Keeps the table of remarks and does what is asked in it.

    Signals
    -------
    said(str)
        One line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self, *, document: Document, jobs: Jobs, places: Places, playback: Playback, focus: Focus,
        calculation: Calculation, table: AnnotationTable, lanes: LaneStack, window: QWidget,
        problem: Callable[[Exception], None],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._jobs, self._places = document, jobs, places
        self._playback, self._focus = playback, focus
        self._table, self._lanes = table, lanes
        self._window, self._problem = window, problem
        document.case_changed.connect(lambda _: self.show())
        calculation.changed.connect(self.show_on_lanes)
        table.go_to.connect(self.go)
        table.change.connect(self.change)
        table.remove.connect(self.remove)

    def show(self) -> None:
        """The table."""
        case = self._document.case
        names = {clock.id: clock.name for clock in case.clocks}
        names |= {source.id: source.name for source in case.sources}
        self._table.set_annotations(case.annotations, names, writable=not self._document.read_only)
        self.show_on_lanes()

    def show_on_lanes(self) -> None:
        """Remarks of a recording, along the bottom of its lane where it has a link."""
        placed: dict[str, list[PlacedRemark]] = {}
        for item in self._document.case.annotations:
            if item.source is None or item.start is None:
                continue
            start = self._places.reference_of(item.source, item.start)
            end = None if item.end is None else self._places.reference_of(item.source, item.end)
            if start is not None:
                words = item.text.replace("\n", " · ")
                remark = PlacedRemark(
                    words, start.ns, None if end is None else end.ns, item.layer == ROUGH
                )
                placed.setdefault(item.source, []).append(remark)
        self._lanes.set_remarks(placed)

    def annotate(self) -> None:
        """Words at the playhead of the focused recording."""
        from app.dialogs.annotation import Remark

        source = self._focus.source
        media = self._places.media_now(source)
        if source is None or media is None:
            raise EvidenceError("The focused recording shows nothing here to remark on.")
        wanted = Annotation(id="", text="", source=source, start=media, provenance=self._made())
        said = Remark.ask(self._window, wanted, self._name(wanted))
        if said is not None:
            case, (made,) = add_annotations(self._document.case, [said])
            self._document.act(case, f"remark: {made.text[:40]}")

    def change(self, annotation_id: str) -> None:
        """Other words."""
        from app.dialogs.annotation import Remark

        known = self._find(annotation_id)
        said = Remark.ask(self._window, known, self._name(known))
        if said is not None:
            self._guarded(
                lambda: self._document.act(
                    change_annotation(self._document.case, said), f"change {annotation_id}"
                )
            )

    def remove(self, annotation_id: str) -> None:
        """Away with it; the log keeps it, and undo brings it back."""
        case = remove_annotation(self._document.case, annotation_id)
        self._document.act(case, f"remove {annotation_id}")

    def read(self, path: Path) -> None:
        """Add what a file of captions, labels or log rows says."""
        from app.dialogs.annotation import CountedOn
        from sync.interchange.reading import read_annotations

        chosen = CountedOn.ask(self._window, self._document.case, path, self._focus.source)
        if chosen is None:
            return
        source, clock = chosen
        by, at = self._document.author, self._made().at
        job = self._jobs.start(
            f"Reading {path.name}",
            lambda _: read_annotations(path, source=source, clock=clock, by=by, at=at),
            line="quick", still=lambda: self._document.path,
        )  # fmt: skip
        job.finished.connect(lambda found: self._take(path, found, outdated=job.outdated))
        job.failed.connect(self._problem)

    def _take(self, path: Path, found: tuple[Annotation, ...], *, outdated: bool) -> None:
        if outdated:
            self.said.emit(f"{path.name} was read, but another case is open now: not added.")
            return

        def add() -> None:
            case, added = add_annotations(self._document.case, found)
            self._document.act(case, f"add {len(added)} remarks of {path.name}")
            self.said.emit(f"Added {len(added)} remarks of {path.name}.")

        self._guarded(add)

    def go(self, annotation_id: str) -> None:
        """Where it is: in its recording, or on the clock when that is the reference."""
        item = self._find(annotation_id)
        if item.source is not None and item.start is not None:
            self._focus.set(item.source)
            self._playback.go_media(item.source, item.start)
        elif item.displayed is not None and item.clock == self._document.case.datum:
            self._playback.go_reference(item.displayed.ns)
        else:
            self.said.emit("That clock is not the reference clock: its time has no place to go to.")

    def _find(self, annotation_id: str) -> Annotation:
        return next(x for x in self._document.case.annotations if x.id == annotation_id)

    def _name(self, item: Annotation) -> str:
        case = self._document.case
        if item.source is not None:
            return f"the file time of {case.source(item.source).name}"
        return f"what the {case.clock(item.clock or '').name} showed"

    def _made(self) -> Provenance:
        return Provenance(by=self._document.author, at=now_utc())

    def _guarded(self, act: Callable[[], object]) -> None:
        try:
            act()
        except TiepointError as error:
            self._problem(error)
