"""Where a laid-out document is cut into pages.

The document is laid out once, as one long column, and then cut between its units: lines of a
paragraph, rows of a table. A heading is never the last of a page, a figure stays with its caption,
no row is cut, and a table that goes on has its head again. Qt's own pages do none of this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument, QTextFormat, QTextTable

WHOLE = 0.34
"""Of a page: a paragraph or a table no higher than this is not cut; so much of a page may stay
empty. (Of a cut paragraph Qt draws one line too many, unseen but found by a search.)"""
SLACK = 0.5
"""Device pixels by which the layout's own sums may be out."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the column, from ``top`` to ``bottom`` in the layout's units."""

    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """What stands on one page. ``tied``: the next one belongs to it."""

    span: Slice
    tied: bool = False
    new_page: bool = False
    head: Slice | None = None
    """The head of its table, where the table may go on over a page."""


def pages_of(document: QTextDocument, height: float) -> list[list[Slice]]:
    """Every page as the slices that stand on it, one below the other.

    Parameters
    ----------
    document
        Laid out without pages.
    height
        Of a page, in the layout's units.
    """
    return _filled(list(_units(document, height)), height)


def _filled(units: Sequence[_Unit], height: float) -> list[list[Slice]]:
    pages, first = [], 0
    while first < len(units):
        head = units[first].head
        room = height - (head.height if head is not None else 0.0)
        top = units[first].span.top
        end = first + 1
        while (end < len(units) and not units[end].new_page
               and units[end].span.bottom - top <= room + SLACK):  # fmt: skip
            end += 1
        if end < len(units) and not units[end].new_page:
            end = _untied(units, first, end)
        bottom = units[end - 1].span.bottom
        if end < len(units):  # a table's margin reaches over what comes next
            bottom = min(bottom, units[end].span.top)
        own = Slice(top, bottom)
        pages.append([own] if head is None else [head, own])
        first = end
    return pages


def _untied(units: Sequence[_Unit], first: int, end: int) -> int:
    """The last place up to ``end`` at which a page may end; ``end`` if there is none."""
    return next((n for n in range(end, first, -1) if not units[n - 1].tied), end)


# -- units ----------------------------------------------------------------------------------------


def _units(document: QTextDocument, height: float) -> Iterator[_Unit]:
    block, above = document.begin(), QTextBlock()
    while block.isValid():
        table = QTextCursor(block).currentTable()
        if table is None:
            yield from _of_block(document, block, height, above)
            above, block = block, block.next()
        else:
            yield from _of_table(document, table, height)
            block = document.findBlock(table.lastPosition()).next()


def _of_block(
    document: QTextDocument, block: QTextBlock, height: float, above: QTextBlock
) -> Iterator[_Unit]:  # fmt: skip
    shape, layout = block.blockFormat(), block.layout()
    box = document.documentLayout().blockBoundingRect(block)
    breaks = shape.pageBreakPolicy() & QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore
    following = block.next()
    heads_table = following.isValid() and QTextCursor(following).currentTable() is not None
    tied = bool(
        shape.headingLevel()
        or (above.blockFormat().headingLevel() and layout.lineCount() == 1)
        or _is_figure(block)
        or (heads_table and not _is_figure(above))
    )
    if not block.text():
        return  # Qt puts an empty paragraph behind every table
    whole = box.height() <= WHOLE * height
    lines = 1 if whole else layout.lineCount()
    tops = [layout.position().y() + layout.lineAt(n).y() for n in range(lines)]
    for number, (top, end) in enumerate(zip(tops, [*tops[1:], box.bottom()], strict=True)):
        last = number == lines - 1
        yield _Unit(span=Slice(top, end), tied=tied if last else number in (0, lines - 2),
                    new_page=bool(breaks) and number == 0)  # fmt: skip


def _is_figure(block: QTextBlock) -> bool:
    return "\N{OBJECT REPLACEMENT CHARACTER}" in block.text()


def _of_table(document: QTextDocument, table: QTextTable, height: float) -> Iterator[_Unit]:
    """Rows; the first two stay together, and the last two: a row alone says little."""
    tops = [_row_top(document, table, row) for row in range(table.rows())]
    tops.append(document.documentLayout().frameBoundingRect(table).bottom())
    heads = table.format().toTableFormat().headerRowCount()
    head = Slice(tops[0], tops[heads]) if heads else None
    rows = table.rows()
    whole = tops[-1] - tops[0] <= WHOLE * height
    for row in range(rows):
        held = whole or row <= heads or row == rows - 2 or _is_note(table, row + 1)
        unit = _Unit(
            span=Slice(tops[row], tops[row + 1]),
            tied=held and row < rows - 1,
            head=head if row > heads else None,
        )
        if unit.span.height <= height / 2:
            yield unit
        else:
            yield from _cut(document, table, row, unit)


def _is_note(table: QTextTable, row: int) -> bool:
    """Whether a row's cells are of several columns: what it says is of the row above."""
    return row < table.rows() and table.cellAt(row, 0).columnSpan() > 1


def _row_top(document: QTextDocument, table: QTextTable, row: int) -> float:
    cells = [table.cellAt(row, column) for column in range(table.columns())]
    device = document.documentLayout().paintDevice()
    scale = 1.0 if device is None else device.logicalDpiY() / 96
    return min(
        document.documentLayout().blockBoundingRect(cell.firstCursorPosition().block()).top()
        - cell.format().toTableCellFormat().topPadding() * scale
        for cell in cells
        if cell.row() == row
    )


def _cut(document: QTextDocument, table: QTextTable, row: int, unit: _Unit) -> Iterator[_Unit]:
    """A row of half a page or more, between lines that lie beside no other line."""
    spans = []
    for column in range(table.columns()):
        cell = table.cellAt(row, column)
        block, last = cell.firstCursorPosition().block(), cell.lastCursorPosition().block()
        while block.isValid() and block.position() <= last.position():
            top = document.documentLayout().blockBoundingRect(block).top()
            for n in range(block.layout().lineCount()):
                line = block.layout().lineAt(n)
                spans.append((top + line.y(), top + line.y() + line.height()))
            block = block.next()
    at, bottom = unit.span.top, 0.0
    for top, end in sorted(spans):
        if bottom and top >= bottom - SLACK and top > at:
            yield replace(unit, span=Slice(at, top), tied=False)
            at = top
        bottom = max(bottom, end)
    yield replace(unit, span=Slice(at, unit.span.bottom))
