"""Tables: sorting, filtering, copying; evidence and clocks in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.widgets.made_case import make_clocks, make_evidence
from tests.widgets.made_timeline import EVENT_NAMES, NAMES
from widgets.clock_table import ClockTable
from widgets.evidence_table import EvidenceTable
from widgets.table import Cell, Column, Table


@pytest.fixture
def table(qtbot: QtBot) -> Table:
    made = Table([Column(title="name"), Column(title="value", number=True)], "Things", empty="none")
    qtbot.addWidget(made)
    made.resize(400, 300)
    rows = [("b", Cell("10 s", 10)), ("a", Cell("9 s", 9)), ("c", Cell("–"))]
    made.set_rows(rows, ["r1", "r2", "r3"])
    made.show()
    return made


def names(table: Table) -> list[str]:
    return [row[0] for row in table.shown()]


def test_rows_keep_their_order_until_sorted(table: Table) -> None:
    assert names(table) == ["b", "a", "c"]


def test_sorting_is_by_value_with_unknown_last(table: Table) -> None:
    table.view.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert names(table) == ["a", "b", "c"]
    table.view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert names(table) == ["c", "b", "a"]


def test_filter_wants_every_word(table: Table, qtbot: QtBot) -> None:
    qtbot.keyClicks(table.filter, "10 B")
    assert names(table) == ["b"]
    assert table.count.text() == "1 of 3"
    table.filter.clear()
    assert len(names(table)) == 3


def test_copy_is_tab_separated_with_titles(table: Table, qtbot: QtBot) -> None:
    table.view.setFocus()
    table.select("r2")
    table.view.activateWindow()
    qtbot.waitUntil(table.view.hasFocus)
    qtbot.keyClick(table.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "name\tvalue\na\t9 s"
    assert table.as_text(whole=True).count("\n") == 3


def test_choice_survives_new_rows_and_is_silent(table: Table, qtbot: QtBot) -> None:
    table.select("r2")
    with qtbot.assertNotEmitted(table.selected):
        table.set_rows([("z", Cell("1")), ("a", Cell("9"))], ["r9", "r2"])
    assert table.current() == "r2"


def test_keyboard_moves_and_enters(table: Table, qtbot: QtBot) -> None:
    table.select("r1")
    table.activateWindow()
    table.view.setFocus()
    qtbot.waitUntil(table.view.hasFocus)
    with qtbot.waitSignal(table.selected) as caught:
        qtbot.keyClick(table.view, Qt.Key.Key_Down)
    assert caught.args == ["r2"]
    with qtbot.waitSignal(table.activated) as entered:
        qtbot.keyClick(table.view, Qt.Key.Key_Return)
    assert entered.args == ["r2"]


def test_an_empty_table_says_the_next_step(table: Table) -> None:
    table.set_rows([], [])
    assert table.empty.isVisible()
    assert not table.view.isVisible()


def test_wrong_rows_are_refused(table: Table) -> None:
    with pytest.raises(ValueError, match="every row"):
        table.set_rows([("only one",)], ["x"])


# -- evidence -----------------------------------------------------------------------------------


@pytest.fixture
def evidence(qtbot: QtBot) -> EvidenceTable:
    made = EvidenceTable()
    qtbot.addWidget(made)
    made.resize(452, 500)
    items, results = make_evidence()
    made.set_evidence(items, results, NAMES, EVENT_NAMES)
    made.show()
    return made


def cells(evidence: EvidenceTable, row_id: str) -> dict[str, str]:
    from widgets.evidence_table import COLUMNS

    return dict(zip((c.title for c in COLUMNS), evidence.table.row(row_id), strict=True))


def test_evidence_in_cells(evidence: EvidenceTable) -> None:
    mark = cells(evidence, "mark-3")
    assert mark["what"] == "door ↔ bang"
    assert mark["interval or 95 %"] == "44.60 … 44.67 s"
    assert mark["w"] == "✕ +4.1"
    assert mark["checked"] == "● checked"
    assert cells(evidence, "mark-5")["interval or 95 %"] == "from 70.100 s"
    assert cells(evidence, "mark-5")["checked"] == "◐ unchecked"
    assert cells(evidence, "radio")["interval or 95 %"] == "0.30 ± 0.10 s"
    assert cells(evidence, "lag-1")["source"] == "cam 3  lot ↔ dispatch ch 8A"


def test_what_is_not_calculated_is_not_zero(evidence: EvidenceTable) -> None:
    limit = cells(evidence, "limit-1")
    assert limit["residual s"] == limit["w"] == limit["redundancy"] == "–"


@pytest.mark.parametrize(("row", "allowed"), [("mark-1", "Set aside …"), ("reading-1", "Restore")])
def test_menu_offers_what_can_be_done(evidence: EvidenceTable, row: str, allowed: str) -> None:
    menu = evidence.menu_for(row)
    texts = [action.text() for action in menu.actions()]
    assert allowed in texts
    assert len({"Set aside …", "Restore"} & set(texts)) == 1
    menu.deleteLater()


def test_buttons_follow_the_row_and_tell(evidence: EvidenceTable, qtbot: QtBot) -> None:
    evidence.table.view.selectRow(6)
    assert evidence._restore.isEnabled()
    assert not evidence._aside.isEnabled()
    assert "the lamp flickers" in evidence.detail.text()
    with qtbot.waitSignal(evidence.restore) as caught:
        qtbot.mouseClick(evidence._restore, Qt.MouseButton.LeftButton)
    assert caught.args == ["reading-1"]
    evidence.table.view.selectRow(0)
    with qtbot.waitSignal(evidence.set_aside) as aside:
        qtbot.mouseClick(evidence._aside, Qt.MouseButton.LeftButton)
    assert aside.args == ["mark-1"]
    with qtbot.waitSignal(evidence.go_to):
        qtbot.mouseClick(evidence._go, Qt.MouseButton.LeftButton)


# -- clocks -------------------------------------------------------------------------------------


@pytest.fixture
def clocks(qtbot: QtBot) -> ClockTable:
    made = ClockTable()
    qtbot.addWidget(made)
    made.set_clocks(make_clocks(), NAMES)
    made.show()
    return made


def test_clocks_in_cells(clocks: ClockTable) -> None:
    rows = {row[0]: row for row in clocks.table.shown()}
    assert rows["dispatch ch 8A"][1] == "◆ reference"
    assert rows["cam 1  gate"][1:5] == (
        "● linked", "14:22:23.80", "± 0.04", "loses 2.4 ± 0.6 s/day",
    )  # fmt: skip
    assert rows["cam 2  court"][4].startswith("gains 1.0")
    assert rows["cam 3  lot"][1] == "◐ linked, unchecked"
    assert rows["phone  stairs"][1:5] == ("○ no link", "–", "–", "–")


def test_stale_clocks_say_so(clocks: ClockTable) -> None:
    clocks.set_clocks(make_clocks(), NAMES, stale=True)
    assert clocks.stale_note.isVisible()
    states = [row[1] for row in clocks.table.shown()]
    assert states[1] == "⟳ out of date"
    assert states[4] == "○ no link"


def test_a_conflict_states_no_time(clocks: ClockTable) -> None:
    from dataclasses import replace

    clocks.set_clocks([replace(make_clocks()[1], status="conflict")], NAMES)
    row = clocks.table.shown()[0]
    assert row[1] == "✕ evidence disagrees"
    assert row[2:5] == ("–", "–", "–")


def test_a_chosen_clock_is_put_in_words(clocks: ClockTable) -> None:
    clocks.table.view.selectRow(4)
    assert clocks.words.text().startswith("phone")
