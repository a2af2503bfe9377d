"""All pairs of recordings: one cell a pair with its state, in symbol and word, and its chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPen,
)  # fmt: skip
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)  # fmt: skip

from sync.interchange.csv import shown_csv_bytes
from widgets.parts import draw_symbol, draw_text
from widgets.saving import Keepsake, keeper_of
from widgets.search_words import short_chance
from widgets.theme import current_theme, text_width, ui_font

if TYPE_CHECKING:
    from sync.correlate.result import SearchStatus

CELL = QSize(92, 40)
MOST_NAME_PX = 120
_WORDS: dict[str, tuple[str, str, str]] = {
    "significant": ("●", "match", "linked"),
    "ambiguous": ("◐", "several", "text"),
    "weak": ("◐", "weak", "text"),
    "no-match": ("○", "no match", "secondary"),
    "edge": ("○", "at the end", "secondary"),
    "not-testable": ("○", "not tested", "faint"),
    "failed": ("✕", "not read", "disagree"),
}
"""Symbol, word, and colour of the theme."""
_PAIR = Qt.ItemDataRole.UserRole + 1
_CELL = Qt.ItemDataRole.UserRole + 2
_NAMES = Qt.ItemDataRole.UserRole + 3
_TITLES = ("recording", "recording", "found", "unrelated recordings reach it in", "detail")


@dataclass(frozen=True, slots=True)
class PairCell:
    """What is shown of one pair; a status of ``None`` is a pair that could not be read."""

    status: SearchStatus | None
    p: float | None = None
    detail: str = ""


class PairGrid(QTableWidget):
    """Rows × columns of recordings, each pair once. Arrows move, Enter opens a pair.

    Signals
    -------
    opened(str, str)
        Ids of the recordings, in the order they were searched.
    """

    opened = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("All pairs")
        self._note = ""
        self.setItemDelegate(_Painter(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(True)
            header.setSectionsClickable(False)
        self.horizontalHeader().setDefaultSectionSize(CELL.width())
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().setDefaultSectionSize(CELL.height())
        self.verticalHeader().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.cellDoubleClicked.connect(lambda *_: self._open())
        self.hide()

    def set_pairs(
        self, names: Mapping[str, str], cells: Mapping[tuple[str, str], PairCell]
    ) -> None:
        """Show these pairs of recordings (ids), in the order of ``names`` (id to name)."""
        used = [one for one in names if any(one in pair for pair in cells)]
        columns, rows = used[:-1], used[1:]
        self.clear()
        self.setColumnCount(len(columns))
        self.setRowCount(len(rows))
        for set_item, heads in (
            (self.setHorizontalHeaderItem, columns), (self.setVerticalHeaderItem, rows)
        ):  # fmt: skip
            for at, head in enumerate(heads):
                item = QTableWidgetItem(names[head])
                item.setToolTip(names[head])
                set_item(at, item)
        widest = max((text_width(names[row], ui_font(12)) for row in rows), default=0.0)
        self.verticalHeader().setFixedWidth(min(MOST_NAME_PX, round(widest) + 18))
        for r, row in enumerate(rows):
            for c, column in enumerate(columns):
                self.setItem(r, c, self._item(names, cells, column, row))
        self._fit(len(rows))
        self._select_first()

    def pair(self) -> tuple[str, str] | None:
        """The pair the keyboard is on."""
        item = self.currentItem()
        found = None if item is None else item.data(_PAIR)
        return None if found is None else (found[0], found[1])

    def texts(self) -> list[str]:
        """What each pair's cell says (for tests and screen readers)."""
        every = (self.item(r, c) for r in range(self.rowCount()) for c in range(self.columnCount()))
        said = (item.data(Qt.ItemDataRole.AccessibleTextRole) for item in every if item is not None)
        return [text for text in said if text]

    def set_note(self, note: str) -> None:
        """What every copy and export says of its figures."""
        self._note = note

    def rows(self) -> list[tuple[str, ...]]:
        """(recording, recording, found, chance, detail) of each pair."""
        every = (self.item(r, c) for r in range(self.rowCount()) for c in range(self.columnCount()))
        found = []
        for item in every:
            if item is not None and item.data(_CELL) is not None:
                cell, names = item.data(_CELL), item.data(_NAMES)
                _, word, _ = _WORDS[cell.status or "failed"]
                chance = "" if cell.p is None else short_chance(cell.p)
                found.append((*names, word, chance, cell.detail.replace("\n", " ")))
        return found

    def copy(self) -> None:
        """Every pair as a line, with titles and note."""
        lines = ["\t".join(row) for row in (_TITLES, *self.rows())]
        QGuiApplication.clipboard().setText("\n".join([*lines, self._note]).strip())

    def keepsake(self) -> Keepsake:
        """Every pair as a row."""
        head = [("table", "All pairs"), *(("note", line) for line in self._note.splitlines())]
        return Keepsake(
            name="All pairs", content={"csv": lambda: shown_csv_bytes(head, _TITLES, self.rows())}
        )

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Copy and export, as on every table."""
        menu = QMenu(self)
        menu.addAction("Copy the whole table", self.copy)
        keeper = keeper_of(self)
        if keeper is not None:
            menu.addAction("Export this table …", lambda: keeper.keep_file(self.keepsake()))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Ctrl+C copies."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are the panel's: cells have no text to search."""

    def _open(self) -> None:
        pair = self.pair()
        if pair is not None:
            self.opened.emit(*pair)

    @staticmethod
    def _item(
        names: Mapping[str, str], cells: Mapping[tuple[str, str], PairCell], a: str, b: str
    ) -> QTableWidgetItem:
        item = QTableWidgetItem()
        cell = cells.get((a, b))
        if cell is None:
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            return item
        _, word, _ = _WORDS[cell.status or "failed"]
        chance = "" if cell.p is None else f", unrelated recordings reach it {short_chance(cell.p)}"
        said = f"{names[a]} ↔ {names[b]}: {word}{chance}"
        item.setData(_PAIR, (a, b))
        item.setData(_NAMES, (names[a], names[b]))
        item.setData(_CELL, cell)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
        item.setToolTip("\n".join(part for part in (said, cell.detail) if part))
        return item

    def _fit(self, rows: int) -> None:
        """As high as its rows; it scrolls sideways in a narrow panel."""
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows * CELL.height()
                            + bar + 4)  # fmt: skip

    def _select_first(self) -> None:
        """A match where there is one, else the first pair."""
        found = [
            item for r in range(self.rowCount()) for c in range(self.columnCount())
            if (item := self.item(r, c)) is not None and item.data(_CELL) is not None
        ]  # fmt: skip
        matched = [item for item in found if item.data(_CELL).status == "significant"]
        for item in (matched or found)[:1]:
            self.setCurrentItem(item)


class _Painter(QStyledItemDelegate):
    """Symbol and word over the chance."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:  # fmt: skip
        theme = current_theme()
        rect = QRectF(option.rect).adjusted(2, 2, -2, -2)
        cell = index.data(_CELL)
        if cell is None:
            return
        grid = self.parent()
        current = isinstance(grid, PairGrid) and grid.currentIndex() == index
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        edge = theme.act if current else theme.line
        painter.setPen(QPen(edge, 1.6 if current else 1.0))
        painter.setBrush(theme.raised)
        painter.drawRoundedRect(rect, 5, 5)
        painter.restore()
        symbol, word, role = _WORDS[cell.status or "failed"]
        colour: QColor = getattr(theme, role)
        x, half = rect.x() + 12, rect.height() / 2
        alone = cell.p is None
        middle = rect.y() + (half if alone else half * 0.58)
        draw_symbol(painter, symbol, QPointF(x, middle), colour)
        line = QRectF(rect.x() + 22, middle - 8, rect.width() - 24, 16)
        draw_text(painter, line, word, ui_font(12), colour)
        if not alone:
            below = QRectF(rect.x() + 8, rect.y() + half, rect.width() - 10, half - 2)
            draw_text(painter, below, short_chance(cell.p), ui_font(11), theme.secondary)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """One size for all."""
        return CELL
