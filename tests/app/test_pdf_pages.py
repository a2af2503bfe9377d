"""Pages: nothing lost or twice, no row cut, no heading left behind, heads again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtGui import QTextCursor, QTextDocument, QTextTable

from app.pdf_pages import Slice, pages_of

HEIGHT = 400.0


def column(html: str) -> QTextDocument:
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setHtml(html)
    document.setTextWidth(500)
    return document


def table(rows: int, words: str = "x", *, head: bool = True) -> str:
    top = "<thead><tr><th>head</th><th>b</th></tr></thead>" if head else ""
    body = "".join(f"<tr><td>row {n}</td><td>{words}</td></tr>" for n in range(rows))
    return f"<table>{top}{body}</table>"


def own_slices(pages: list[list[Slice]]) -> list[Slice]:
    """Without the repeated heads."""
    return [page[-1] for page in pages]


def text_of(document: QTextDocument, span: Slice) -> list[str]:
    """The blocks whose lines lie inside a slice; a block that is cut stands in both."""
    found = []
    block = document.begin()
    while block.isValid():
        box = document.documentLayout().blockBoundingRect(block)
        if block.text() and box.top() < span.bottom - 1 and box.bottom() > span.top + 1:
            found.append(block.text())
        block = block.next()
    return found


@pytest.mark.parametrize("rows", [1, 7, 80])
def test_every_line_stands_on_one_page_and_no_page_is_too_high(qapp: object, rows: int) -> None:
    document = column(f"<h2>A</h2><p>{'word ' * 900}</p><h2>B</h2>{table(rows, 'many words ' * 9)}")
    pages = pages_of(document, HEIGHT)
    for page in pages:
        assert sum(part.height for part in page) <= HEIGHT + 1
    for before, after in pairwise(own_slices(pages)):
        assert 0 <= after.top - before.bottom < 40, "nothing but margins is left out"
    block, slices = document.begin(), own_slices(pages)
    while block.isValid():
        box, layout = document.documentLayout().blockBoundingRect(block), block.layout()
        for n in range(layout.lineCount() if block.text() else 0):
            line = layout.lineAt(n)
            top, end = box.top() + line.y(), box.top() + line.y() + line.height()
            room = 0.1 * line.height()
            inside = [one for one in slices if one.top - room <= top and end <= one.bottom + room]
            assert len(inside) == 1, (block.text()[:20], n)
        block = block.next()


def test_no_row_is_cut_and_the_head_comes_again(qapp: object) -> None:
    document = column(table(60, "many words " * 20))
    pages = pages_of(document, HEIGHT)
    assert len(pages) > 2
    named = [set(text_of(document, one)) for one in own_slices(pages)]
    for before, after in pairwise(named):
        rows = {text for text in before & after if text.startswith("row")}
        assert not rows
    assert all(len(page) == 2 for page in pages[1:])
    assert all(page[0] == pages[1][0] for page in pages[1:])
    assert text_of(document, pages[1][0]) == ["head", "b"]


@pytest.mark.parametrize("lines", range(12, 24))
def test_a_heading_is_never_the_last_of_a_page(qapp: object, lines: int) -> None:
    filler = "".join(f"<p>line {n}</p>" for n in range(lines))
    document = column(f"{filler}<h2>Heading</h2><p><i>question</i></p>{table(12)}")
    for one in own_slices(pages_of(document, HEIGHT)):
        last = text_of(document, one)[-1]
        assert last not in ("Heading", "question", "head", "b")


def test_a_small_table_stays_whole(qapp: object) -> None:
    for lines in range(12, 24):
        filler = "".join(f"<p>line {n}</p>" for n in range(lines))
        document = column(f"{filler}{table(4, head=False)}")
        with_rows = [
            one for one in own_slices(pages_of(document, HEIGHT))
            if any(text.startswith("row") for text in text_of(document, one))
        ]  # fmt: skip
        assert len(with_rows) == 1


def test_a_row_higher_than_a_page_is_cut_between_its_lines(qapp: object) -> None:
    document = column(f"<table><tr><td>{'<br/>'.join(['line'] * 90)}</td><td>b</td></tr></table>")
    cursor = QTextCursor(document)
    cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
    assert isinstance(cursor.currentTable(), QTextTable)
    pages = pages_of(document, HEIGHT)
    assert len(pages) > 2
    assert all(sum(part.height for part in page) <= HEIGHT + 1 for page in pages)


def test_a_part_begins_a_page(qapp: object) -> None:
    document = column('<p>a</p><h2 style="page-break-before:always">B</h2><p>c</p>')
    assert [text_of(document, one) for one in own_slices(pages_of(document, HEIGHT))] == [
        ["a"], ["B", "c"]]  # fmt: skip


def test_nothing_is_no_page_to_fail_on(qapp: object) -> None:
    assert pages_of(column(""), HEIGHT) == []
