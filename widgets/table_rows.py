"""What a table shows: columns, rows of cells, and the order and choice of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)  # fmt: skip
from PySide6.QtGui import QColor

from widgets.theme import current_theme, mono_font

ID_ROLE = Qt.ItemDataRole.UserRole + 1
AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its title, how it is set, and what it means."""

    title: str
    tip: str = ""
    number: bool = False
    """Right-aligned, in the face with digits of one width."""
    most_px: int = 220

    @property
    def alignment(self) -> int:
        """Of its cells and its title, as Qt wants it."""
        side = Qt.AlignmentFlag.AlignRight if self.number else Qt.AlignmentFlag.AlignLeft
        return int(side | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that sorts by something else than its text, or has a colour role of the theme."""

    text: str
    sort: Any = None
    role: str = ""
    """Name of a colour of :class:`widgets.theme.Theme`; empty for plain text."""
    tip: str = ""


def _cell(value: object) -> Cell:
    return value if isinstance(value, Cell) else Cell("" if value is None else str(value), value)


class TableModel(QAbstractTableModel):
    """Rows of cells; with ``ticks`` the first column has a tick a row.

    Signals
    -------
    ticked(str, bool)
        Id of a row the person ticked or unticked.
    """

    ticked = Signal(str, bool)

    def __init__(
        self, columns: Sequence[Column], parent: QObject | None = None, *, ticks: bool = False
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: list[tuple[Cell, ...]] = []
        self.ids: list[str] = []
        self.ticks = ticks
        self.unticked: frozenset[str] = frozenset()

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """The first column can be ticked."""
        tick = self.ticks and index.isValid() and index.column() == 0
        return super().flags(index) | (
            Qt.ItemFlag.ItemIsUserCheckable if tick else Qt.ItemFlag.NoItemFlags
        )

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick or untick a row."""
        if role != Qt.ItemDataRole.CheckStateRole or not self.ticks:
            return False
        row, on = self.ids[index.row()], Qt.CheckState(value) == Qt.CheckState.Checked
        self.unticked = self.unticked - {row} if on else self.unticked | {row}
        self.dataChanged.emit(index, index, [role])
        self.ticked.emit(row, on)
        return True

    def set_rows(self, rows: Sequence[Sequence[object]], ids: Sequence[str]) -> None:
        """Replace all rows; where they are the same ones, only what is in them."""
        if len(rows) != len(ids) or any(len(row) != len(self.columns) for row in rows):
            raise ValueError("every row has an id and one cell a column")
        cells = [tuple(_cell(value) for value in row) for row in rows]
        if list(ids) == self.ids:
            changed = [at for at, row in enumerate(cells) if row != self.rows[at]]
            self.rows = cells
            if changed:
                last = self.index(changed[-1], len(self.columns) - 1)
                self.dataChanged.emit(self.index(changed[0], 0), last)
            return
        self.beginResetModel()
        self.rows, self.ids = cells, list(ids)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, colour, face and id."""
        if not index.isValid():
            return None
        cell, column = self.rows[index.row()][index.column()], self.columns[index.column()]
        roles = Qt.ItemDataRole
        if role in (roles.DisplayRole, roles.AccessibleTextRole):
            return cell.text
        if role == roles.CheckStateRole and self.ticks and index.column() == 0:
            on = self.ids[index.row()] not in self.unticked
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        if role == ID_ROLE:
            return self.ids[index.row()]
        if role == roles.ToolTipRole:
            return cell.tip or cell.text
        if role == roles.ForegroundRole and cell.role:
            return QColor(getattr(current_theme(), cell.role))
        if role == roles.FontRole and column.number:
            return mono_font(12)
        if role == roles.TextAlignmentRole:
            return column.alignment
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles and their tips."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.alignment
        return None


def _sort_key(cell: Cell) -> tuple[int, float, str]:
    """Numbers before words before nothing."""
    if isinstance(cell.sort, (int, float)) and not isinstance(cell.sort, bool):
        return (0, float(cell.sort), "")
    text = str(cell.sort) if cell.sort is not None else cell.text
    return (1, 0.0, text.casefold()) if text else (2, 0.0, "")


class TableOrder(QSortFilterProxyModel):
    """Sorts by the sort key; filters by every word, in any column."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._words: list[str] = []

    def set_words(self, text: str) -> None:
        """Rows must hold every word of ``text``."""
        self._words = text.casefold().split()
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: AnyIndex) -> bool:
        """True when every word is in the row."""
        model = self.sourceModel()
        assert isinstance(model, TableModel)
        whole = " ".join(cell.text for cell in model.rows[source_row]).casefold()
        return all(word in whole for word in self._words)

    def lessThan(self, source_left: AnyIndex, source_right: AnyIndex) -> bool:
        """By sort key."""
        keys = [_key_of(index) for index in (source_left, source_right)]
        return keys[0] < keys[1]


def _key_of(index: AnyIndex) -> tuple[int, float, str]:
    model = index.model()
    assert isinstance(model, TableModel)
    return _sort_key(model.rows[index.row()][index.column()])
