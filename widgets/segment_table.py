"""The segment map of a search: each stretch with its offset, or why it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sync.timebase import MediaTime, format_clock
from widgets import search_words as words
from widgets.table import Table
from widgets.table_rows import Cell, Column

if TYPE_CHECKING:
    from sync.correlate.result import SearchResult, Segment

COLUMNS = (
    Column(title="stretch", number=True, tip="From and to, in its own file"),
    Column(title="offset, s (95 %)", number=True, most_px=170,
           tip="Where it lies against the other recording, or why it has no place"),
    Column(title="calls", number=True, tip="Transmissions in it"),
)  # fmt: skip
"""The offset second: in a narrow inspector it is what must be in sight."""
MOST_ROWS = 10


class SegmentTable(QWidget):
    """One row a stretch, in file order; a row with a place can be chosen.

    Signals
    -------
    candidate_chosen(int)
        Place of the stretch's match among the candidates.
    """

    candidate_chosen = Signal(int)

    def __init__(self, result: SearchResult, name: str) -> None:
        super().__init__()
        self._places = {str(n): one.candidate for n, one in enumerate(result.segments)}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.table = Table(COLUMNS, f"Stretches of {name}")
        self.table.set_rows([_row(one, result) for one in result.segments], list(self._places))
        self.table.fit_height(MOST_ROWS)
        self.table.selected.connect(self._chosen)
        column.addWidget(self.table)

    def set_most_rows(self, most: int) -> None:
        """So many rows at once; the others scroll."""
        self.table.fit_height(most)

    def set_chosen(self, place: int) -> None:
        """Mark the row of a candidate."""
        row = next((row for row, of in self._places.items() if of == place), None)
        if row is not None:
            self.table.select(row)

    def _chosen(self, row: object) -> None:
        place = self._places.get(str(row))
        if place is not None:
            self.candidate_chosen.emit(place)


def _short(at_s: float) -> str:
    """``06:12.5``: without hours where there are none, so that the offset is in sight."""
    return format_clock(MediaTime.from_s(at_s), 1).removeprefix("00:")


def _row(segment: Segment, result: SearchResult) -> tuple[Cell, ...]:
    ends = "–".join(_short(at) for at in (segment.from_s, segment.to_s))
    placed = None if segment.candidate is None else result.candidates[segment.candidate]
    if placed is None:
        told, tip, sort = segment.reason, f"Not placed: {segment.reason}", None
    else:
        told, tip, sort = words.bare_offset(placed), words.chance(placed.p), placed.offset_s
        if segment.between_neighbours:
            tip += "; found between its neighbours, whose order was taken for granted"
    role = "secondary" if placed is None else ""
    return (
        Cell(ends, segment.from_s, role=role, tip=tip),
        Cell(told, sort, role=role, tip=tip),
        Cell(str(segment.transmissions), segment.transmissions, role=role, tip=tip),
    )
