"""A table that sorts, filters, copies and exports: rows are tuples, each with an id.

Copies and exports say what the figures rest on (:meth:`Table.set_note`): a number does not leave
without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
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
from widgets.table_rows import ID_ROLE, Column, TableModel, TableOrder
from widgets.theme import mono_font, text_width, ui_font

ROW_PX = 28
RowActs = Sequence[tuple[str, Callable[[], object]]]
"""What a row's menu offers: text and act."""


@lru_cache(maxsize=20_000)  # a few long tables, each text measured once
def _width(text: str, number: bool) -> float:
    return text_width(text, mono_font(12) if number else ui_font(13))


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
        self._proxy = TableOrder(self)
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
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names often differ in their ends
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
