"""A table that sorts, filters, copies and exports: rows are tuples, each with an id.

Copies and exports say what the figures rest on (:meth:`Table.set_note`): a number does not leave
without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSortFilterProxyModel,
    Qt,
    Signal,
)  # fmt: skip
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QTableView,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from sync.interchange.csv import shown_csv_bytes
from widgets.parts import label
from widgets.saving import Keepsake, keeper_of
from widgets.theme import current_theme, mono_font, text_width, ui_font

SORT_ROLE = Qt.ItemDataRole.UserRole + 1
ID_ROLE = Qt.ItemDataRole.UserRole + 2
ROW_PX = 28
RowActs = Sequence[tuple[str, Callable[[], object]]]
"""What a row's menu offers: text and act."""
AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its title, how it is set, and what it means."""

    title: str
    tip: str = ""
    number: bool = False
    """Right-aligned, in the face with digits of one width."""
    most_px: int = 220


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


@lru_cache(maxsize=20_000)  # a few long tables, each text measured once
def _width(text: str, number: bool) -> float:
    return text_width(text, mono_font(12) if number else ui_font(13))


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
        """Text, colour, face and what to sort by."""
        if not index.isValid():
            return None
        cell, column = self.rows[index.row()][index.column()], self.columns[index.column()]
        roles = Qt.ItemDataRole
        if role in (roles.DisplayRole, roles.AccessibleTextRole):
            return cell.text
        if role == roles.CheckStateRole and self.ticks and index.column() == 0:
            on = self.ids[index.row()] not in self.unticked
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        if role == SORT_ROLE:
            return _sort_key(cell)
        if role == ID_ROLE:
            return self.ids[index.row()]
        if role == roles.ToolTipRole:
            return cell.tip or cell.text
        if role == roles.ForegroundRole and cell.role:
            return QColor(getattr(current_theme(), cell.role))
        if role == roles.FontRole and column.number:
            return mono_font(12)
        if role == roles.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
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
            side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


def _sort_key(cell: Cell) -> tuple[int, float, str]:
    """Numbers before words before nothing."""
    if isinstance(cell.sort, (int, float)) and not isinstance(cell.sort, bool):
        return (0, float(cell.sort), "")
    text = str(cell.sort) if cell.sort is not None else cell.text
    return (1, 0.0, text.casefold()) if text else (2, 0.0, "")


class _Proxy(QSortFilterProxyModel):
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


class Table(QWidget):
    """A table with a filter line.

    Signals
    -------
    selected(object)
        Id of the row chosen, ``None`` for none.
    activated(str)
        Id of a row that was double-clicked or entered.
    ticked(str, bool)
        Id of a row that was ticked or unticked (with ``ticks``).
    """

    selected = Signal(object)
    activated = Signal(str)
    ticked = Signal(str, bool)

    def __init__(
        self, columns: Sequence[Column], name: str, *, empty: str = "", ticks: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._model = TableModel(columns, self, ticks=ticks)
        self._model.ticked.connect(self.ticked)
        self._proxy = _Proxy(self)
        self._proxy.setSourceModel(self._model)
        self._empty_text = empty
        self._quiet = False
        self._name = name
        self._note = ""
        self.acts_of: Callable[[str], RowActs] = lambda _: ()
        """What the menu of a row offers besides copying and exporting."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("filter")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName(f"Filter {name}")
        self.filter.textChanged.connect(self._filter)
        self.count = label("", "faint", wrap=False)
        top = QHBoxLayout()
        top.addWidget(self.filter, 1)
        top.addWidget(self.count)
        column.addLayout(top)
        self.view = self._make_view(name)
        column.addWidget(self.view, 1)
        self.empty = label(empty, "secondary")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.empty, 1)
        self._show_count()

    def _make_view(self, name: str) -> QTableView:
        view = QTableView()
        view.setModel(self._proxy)
        view.setAccessibleName(name)
        view.setSortingEnabled(True)
        self._proxy.sort(-1)
        view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        view.horizontalHeader().setSortIndicatorClearable(True)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setTabKeyNavigation(False)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(ROW_PX)
        view.horizontalHeader().setStretchLastSection(True)
        view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        view.horizontalHeader().setHighlightSections(False)
        view.horizontalHeader().setSectionsMovable(True)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._menu)
        view.doubleClicked.connect(lambda index: self.activated.emit(index.data(ID_ROLE)))
        view.selectionModel().currentRowChanged.connect(self._current)
        copy = QAction("Copy", view)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(lambda: self.copy())
        enter = QAction("Go to", view)
        enter.setShortcuts([QKeySequence(Qt.Key.Key_Return), QKeySequence(Qt.Key.Key_Enter)])
        enter.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        enter.triggered.connect(self._enter)
        view.addActions([copy, enter])
        return view

    # -- values ------------------------------------------------------------------------------

    def set_rows(self, rows: Sequence[Sequence[object]], ids: Sequence[str]) -> None:
        """Show these rows (cells are text, numbers or :class:`Cell`); the choice is kept."""
        before = self.current()
        self._quiet = True
        self._model.set_rows(rows, ids)
        self._fit_columns()
        self._quiet = False
        self._show_count()
        if before in ids and self.current() != before:
            self.select(before)

    def set_unticked(self, row_ids: frozenset[str]) -> None:
        """Take the ticks of these rows away, and give all others theirs; without a signal."""
        self._model.unticked = row_ids
        self.view.viewport().update()

    def current(self) -> str | None:
        """Id of the current row."""
        value = self.view.currentIndex().data(ID_ROLE)
        return value if isinstance(value, str) else None

    def select(self, row_id: str | None) -> None:
        """Choose a row, without a signal."""
        self._quiet = True
        if row_id in self._model.ids:
            source = self._model.index(self._model.ids.index(row_id or ""), 0)
            shown = self._proxy.mapFromSource(source)
            self.view.setCurrentIndex(shown)
            self.view.selectRow(shown.row())
        else:
            self.view.clearSelection()
        self._quiet = False

    def shown(self) -> list[tuple[str, ...]]:
        """Texts of the visible rows, in the order shown."""
        columns = range(self._proxy.columnCount())
        return [
            tuple(self._proxy.index(row, column).data() for column in columns)
            for row in range(self._proxy.rowCount())
        ]

    def row(self, row_id: str) -> tuple[str, ...]:
        """Texts of one row."""
        return tuple(cell.text for cell in self._model.rows[self._model.ids.index(row_id)])

    def set_note(self, note: str) -> None:
        """What every copy and export says of its figures: clock, ranges, conditions, case."""
        self._note = note

    def fit_height(self, most_rows: int) -> None:
        """As high as its rows, at most so many; a filter only where there are more."""
        rows = self._model.rowCount()
        head = self.view.horizontalHeader().sizeHint().height()
        self.view.setFixedHeight(ROW_PX * min(most_rows, max(1, rows)) + head + 16)
        self.filter.setVisible(rows > most_rows)
        self.count.setVisible(rows > most_rows)

    def as_text(self, *, whole: bool = False) -> str:
        """Tab-separated titles and rows, the chosen ones or all visible ones, then the note."""
        rows = sorted({index.row() for index in self.view.selectionModel().selectedRows()})
        everything = self.shown()
        chosen = everything if whole or not rows else [everything[row] for row in rows]
        titles = tuple(column.title for column in self._model.columns)
        flat = ((part.replace("\t", " ").replace("\n", " ") for part in row)
                for row in (titles, *chosen))  # fmt: skip
        return "\n".join(["\t".join(row) for row in flat] + ([self._note] if self._note else []))

    def copy(self, *, whole: bool = False) -> None:
        """Put the chosen rows, or all visible ones, on the clipboard, with titles and note."""
        QGuiApplication.clipboard().setText(self.as_text(whole=whole))

    def csv(self) -> bytes:
        """Visible rows in the order shown, for a spreadsheet; typed text is made safe."""
        head = [("table", self._name), *(("note", line) for line in self._note.splitlines())]
        return shown_csv_bytes(head, [one.title for one in self._model.columns], self.shown())

    def export(self) -> None:
        """Offer the visible rows as a file."""
        keeper = keeper_of(self)
        if keeper is not None:
            keeper.keep_file(Keepsake(name=self._name, content={"csv": self.csv}))

    def menu_for(self, row_id: str | None) -> QMenu:
        """The menu of a row, or of the table where there is none."""
        menu = QMenu(self)
        for text, act in self.acts_of(row_id) if row_id is not None else ():
            menu.addAction(text, act)
        menu.addSeparator()
        if row_id is not None:
            menu.addAction("Copy", self.copy)
        menu.addAction("Copy the whole table", lambda: self.copy(whole=True))
        if keeper_of(self) is not None:
            menu.addAction("Export this table …", self.export)
        return menu

    # -- inside ------------------------------------------------------------------------------

    def _fit_columns(self) -> None:
        for at, column in enumerate(self._model.columns):
            widths = [_width(row[at].text, column.number) for row in self._model.rows[:200]]
            widest = max([text_width(column.title, ui_font(12, bold=True)) + 14, *widths])
            tick = 24 if self._model.ticks and at == 0 else 0
            self.view.setColumnWidth(at, min(column.most_px, round(widest) + 20 + tick))

    def _filter(self, text: str) -> None:
        self._proxy.set_words(text)
        self._show_count()

    def _show_count(self) -> None:
        total, shown = self._model.rowCount(), self._proxy.rowCount()
        self.count.setText(f"{shown} of {total}" if shown != total else f"{total}")
        empty = total == 0 and bool(self._empty_text)
        self.empty.setVisible(empty)
        self.view.setVisible(not empty)
        self.filter.setVisible(not empty)
        self.count.setVisible(not empty)

    def _current(self, index: QModelIndex, _before: QModelIndex) -> None:
        if not self._quiet:
            self.selected.emit(index.data(ID_ROLE))

    def _enter(self) -> None:
        row = self.current()
        if row is not None:
            self.activated.emit(row)

    def _menu(self, at: QPoint) -> None:
        row = self.view.indexAt(at).data(ID_ROLE)
        menu = self.menu_for(row if isinstance(row, str) else None)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.view.viewport().mapToGlobal(at))
