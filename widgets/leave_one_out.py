"""Leave one out: an answer without each piece of evidence, and ticks for a what-if."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget

from sync.adjustment.solution import Answer, WhatIf
from widgets.difference_axis import Range
from widgets.parts import FramedTicks
from widgets.table import Table
from widgets.table_rows import Cell, Column

COLUMNS = (
    Column(title="without", tip="Untick to leave it out of this answer: a what-if, never saved",
           most_px=172),
    Column(title="then", tip="The verdict without it", most_px=104),
    Column(title="by s (95 %)", number=True, most_px=140,
           tip="By how much the earlier comes first, without it: 95 % range in seconds"),
)  # fmt: skip
_VERDICTS = {
    "a-before-b": "● A first", "b-before-a": "● B first",
    "not-resolved": "◐ not shown", "no-link": "○ no link",
}  # fmt: skip
_ROWS_SHOWN = 7


class LeaveOneOut(QWidget):
    """One row for each piece of evidence the answer rests on; unticked ones are a what-if.

    Signals
    -------
    chosen(tuple)
        The :class:`WhatIf` rows left out together; empty: everything is in.
    """

    chosen = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.table = Table(COLUMNS, "Leave one out", ticks=True)
        self.table.ticked.connect(self._ticked)
        self.table.view.setItemDelegateForColumn(0, FramedTicks(self.table.view))
        header = self.table.view.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        column.addWidget(self.table)
        self._parts: dict[str, WhatIf] = {}
        self._out: list[str] = []

    def set_answer(self, answer: Answer) -> None:
        """Show the rows of an answer, all of them in."""
        self._parts = {" ".join(part.rows): part for part in answer.leave_one_out}
        rows = [_row(part, answer) for part in self._parts.values()]
        self.table.set_rows(rows, list(self._parts))
        self.all_in()
        self.table.fit_height(_ROWS_SHOWN)

    def all_in(self) -> None:
        """Give every row its tick, without a signal."""
        self._out = []
        self.table.set_unticked(frozenset())

    def _ticked(self, key: str, on: bool) -> None:
        if on and key in self._out:
            self._out.remove(key)
        elif not on:
            self._out.append(key)
        self.chosen.emit(tuple(self._parts[out] for out in self._out))


def _row(part: WhatIf, answer: Answer) -> tuple[object, ...]:
    other = part.verdict != answer.verdict
    name = Cell(part.name.removeprefix("anchor ").strip("'"), part.name, tip=part.name)
    verdict = Cell(_VERDICTS[part.verdict], role="act" if other else "",
                   tip="Without it the verdict is another one" if other else "")  # fmt: skip
    if part.interval_s is None:
        return name, verdict, Cell("–")
    found = Range(name=part.name, low_s=part.interval_s[0], high_s=part.interval_s[1])
    return name, verdict, Cell(found.short, part.difference_s, tip=found.in_words)
