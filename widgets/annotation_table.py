"""Annotations of a case: words beside the recordings, found, gone to, changed and removed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sync.case.annotation import Annotation
from sync.timebase import MediaTime, ReferenceTime, format_clock
from widgets.parts import button
from widgets.table import Table
from widgets.table_rows import Cell, Column

COLUMNS = (
    Column(title="at", number=True, tip="Time in the recording, or what the clock showed"),
    Column(title="words", most_px=420),
    Column(title="layer", most_px=140, tip="Tier, label track or log it belongs with"),
    Column(title="on", most_px=160, tip="The recording or the clock its time is counted on"),
    Column(title="from", most_px=160, tip="Who wrote it, or the file it came from"),
    Column(title="id", most_px=130),
)  # fmt: skip
EMPTY = (
    "No remarks yet. Shift+M writes one at the playhead; drop captions, labels, ELAN files or a "
    "log on the window to add many."
)


class AnnotationTable(QWidget):
    """The annotations.

    Signals
    -------
    go_to(str), change(str), remove(str)
        With annotation ids.
    """

    go_to = Signal(str)
    change = Signal(str)
    remove = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.table = Table(COLUMNS, "Remarks", empty=EMPTY)
        self.table.activated.connect(self.go_to)
        self.table.selected.connect(self._chosen)
        column.addWidget(self.table, 1)
        row = QHBoxLayout()
        self._buttons = []
        for text, signal, tip in (
            ("Go to", self.go_to, ""),
            ("Change …", self.change, "Other words, another layer"),
            ("Remove", self.remove, "It is no evidence; the log keeps it"),
        ):
            made = button(text, tip=tip)
            made.clicked.connect(lambda _=False, out=signal: self._emit(out))
            self._buttons.append(made)
            row.addWidget(made)
        row.addStretch(1)
        column.addLayout(row)
        self._id: str | None = None
        self._chosen(None)

    def set_annotations(
        self, annotations: Sequence[Annotation], names: Mapping[str, str], *, writable: bool
    ) -> None:
        """Show annotations; ``names`` by source and clock id."""
        self._writable = writable
        self.table.set_rows(
            [_row(item, names) for item in annotations], [item.id for item in annotations]
        )
        self._chosen(None)

    def _chosen(self, annotation_id: object) -> None:
        self._id = annotation_id if isinstance(annotation_id, str) else None
        for number, made in enumerate(self._buttons):
            allowed = number == 0 or getattr(self, "_writable", False)
            made.setEnabled(self._id is not None and allowed)

    def _emit(self, signal: Signal) -> None:
        if self._id is not None:
            signal.emit(self._id)  # type: ignore[attr-defined]


def _row(item: Annotation, names: Mapping[str, str]) -> tuple[object, ...]:
    start: MediaTime | ReferenceTime | None = item.start if item.start else item.displayed
    end: MediaTime | ReferenceTime | None = item.end if item.start else item.displayed_end
    shown = "" if start is None else format_clock(start, 2)
    if end is not None:
        shown += f" – {format_clock(end, 2)}"
    made = item.provenance
    words = item.text.replace("\n", " · ")
    return (
        Cell(shown, 0 if start is None else start.ns), Cell(words, words, tip=item.text),
        item.layer, names.get(item.source or item.clock or "", ""),
        made.note.removeprefix("from ") if made.method == "imported" else made.by, item.id,
    )  # fmt: skip
