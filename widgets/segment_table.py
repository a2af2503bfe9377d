"""The segment map of a search: each stretch with its offset, or why it has none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from sync.correlate.result import SearchResult, Segment
from sync.timebase import MediaTime, format_clock
from widgets import search_words as words
from widgets.theme import current_theme, mono_font

MOST_ROWS = 10
ROW_PX = 26


class SegmentTable(QTableWidget):
    """One row a stretch, in file order; a row with a place can be chosen.

    Signals
    -------
    candidate_chosen(int)
        Place of the stretch's match among the candidates.
    """

    candidate_chosen = Signal(int)

    def __init__(self, result: SearchResult, name: str) -> None:
        super().__init__(len(result.segments), 3)
        self._places = [segment.candidate for segment in result.segments]
        self.setHorizontalHeaderLabels(["stretch", "calls", "offset, s (95 %)"])
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Keys belong to the panel: Up and Down choose, A accepts.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for row, segment in enumerate(result.segments):
            self._fill(row, segment, result)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setHighlightSections(False)
        shown = min(len(result.segments), MOST_ROWS)
        self.setFixedHeight(header.sizeHint().height() + shown * ROW_PX + 4)
        self.setAccessibleName(f"Stretches of {name}")
        self.cellClicked.connect(self._clicked)

    def _fill(self, row: int, segment: Segment, result: SearchResult) -> None:
        ends = " – ".join(
            format_clock(MediaTime.from_s(at), 1) for at in (segment.from_s, segment.to_s)
        )
        placed = None if segment.candidate is None else result.candidates[segment.candidate]
        if placed is None:
            told, tip = segment.reason, f"Not placed: {segment.reason}"
        else:
            told, tip = words.bare_offset(placed), words.chance(placed.p)
            if segment.between_neighbours:
                tip += "; found between its neighbours, whose order was taken for granted"
        for column, text in enumerate((ends, str(segment.transmissions), told)):
            item = QTableWidgetItem(text)
            item.setToolTip(tip)
            if column != 2 or placed is not None:
                item.setFont(mono_font(12))
            if placed is None:
                item.setForeground(QColor(current_theme().secondary))
            self.setItem(row, column, item)

    def set_chosen(self, place: int) -> None:
        """Mark the row of a candidate."""
        if place in self._places:
            self.selectRow(self._places.index(place))

    def texts(self) -> list[tuple[str, ...]]:
        """The cells of every row (for tests)."""
        rows = []
        for row in range(self.rowCount()):
            items = [self.item(row, column) for column in range(self.columnCount())]
            rows.append(tuple(item.text() for item in items if item is not None))
        return rows

    def _clicked(self, row: int, _: int) -> None:
        place = self._places[row]
        if place is not None:
            self.candidate_chosen.emit(place)
