"""Tables: sorting, filtering, copying; evidence and clocks in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.widgets.made_case import (
    make_clocks,
    make_evidence,
    make_hypotheses,
    make_limit_results,
    make_limited_clocks,
)
from tests.widgets.made_timeline import EVENT_NAMES, NAMES
from widgets.clock_table import ClockTable
from widgets.evidence_table import COLUMNS, EvidenceTable, probability
from widgets.table import Table
from widgets.table_rows import Cell, Column


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


def test_the_same_rows_with_other_cells_keep_what_is_chosen_and_sorted(
    table: Table, qtbot: QtBot
) -> None:
    table.view.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    table.view.selectAll()
    with qtbot.assertNotEmitted(table._model.modelReset):
        table.set_rows([("b", Cell("1 s", 1)), ("a", Cell("9 s", 9)), ("c", Cell("–"))],
                       ["r1", "r2", "r3"])  # fmt: skip
    assert table.shown() == [("b", "1 s"), ("a", "9 s"), ("c", "–")]
    assert len(table.view.selectionModel().selectedRows()) == 3


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
    menu = evidence.table.menu_for(row)
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
    assert rows["cam 1  gate"][1:6] == (
        "● linked", "14:22:23.80", "± 0.04", "–", "loses 2.4 ± 0.6 s/day",
    )  # fmt: skip
    assert rows["cam 2  court"][5].startswith("gains 1.0")
    assert rows["cam 3  lot"][1] == "◐ linked, unchecked"
    assert rows["phone  stairs"][1:5] == ("○ no link", "–", "–", "–")


def test_clocks_between_limits_have_a_range_rounded_outwards(clocks: ClockTable) -> None:
    clocks.set_clocks(make_limited_clocks(), NAMES)
    shown = [(row[1], row[2], row[4]) for row in clocks.table.shown()]
    assert shown == [
        ("● linked", "14:22:23.80", "14:22:23.77 … 14:22:23.82"),
        ("⟨ ⟩ between limits", "–", "14:22:21 … 14:22:27"),
        ("⟨ ⟩ limit on one side", "–", "after 14:22:21.8"),
    ]
    assert "could shift this by 0.10 s" in clocks.words.text()


def test_a_wrong_rate_is_a_card_that_changes_nothing(clocks: ClockTable) -> None:
    clocks.set_hypotheses(make_hypotheses())
    texts = [made.text() for made in clocks.findChildren(QLabel)]
    assert "Played at another rate? 1001/1000" in texts
    clocks.set_hypotheses(())
    texts = [made.text() for made in clocks.findChildren(QLabel)]
    assert not any("another rate" in text for text in texts)


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


# -- limits, ticks ------------------------------------------------------------------------------


@pytest.fixture
def limits(qtbot: QtBot) -> EvidenceTable:
    made = EvidenceTable()
    qtbot.addWidget(made)
    items, results = make_evidence()
    made.set_evidence(items, results, NAMES, EVENT_NAMES, make_limit_results())
    return made


def test_limits_have_slack_probability_and_status(limits: EvidenceTable) -> None:
    held = cells(limits, "limit-1")
    assert (held["checked"], held["slack u"], held["held before"]) == (
        "⟨ ⟩ imposed", "+2.3", "0.990",
    )  # fmt: skip
    assert held["interval or 95 %"] == "by any time"
    other = cells(limits, "limit-2")
    assert (other["checked"], other["slack u"]) == ("✕ contradicted: not imposed", "−4.1")
    assert other["held before"] == "0.001 or less", "no probability beyond 0.999"
    assert other["interval or 95 %"] == "by 0.5 to 2 s"
    assert cells(limits, "mark-5")["checked"] == "✕ cannot all hold", "a one-sided mark is a limit"
    assert cells(limits, "mark-1")["slack u"] == "–"


def test_a_limit_in_words(limits: EvidenceTable) -> None:
    limits.table.view.selectRow(limits.table._model.ids.index("limit-1"))
    said = limits.detail.text()
    assert "2.3 u inside · held before it was imposed: probability 0.990" in said
    assert "why: said after" in said


@pytest.mark.parametrize(
    ("p", "text"), [(0.5, "0.500"), (0.9999, "0.999 or more"), (0.0, "0.001 or less")]
)
def test_no_probability_is_certain(p: float, text: str) -> None:
    assert probability(p) == text


def test_rows_are_ticked_by_keyboard(qtbot: QtBot) -> None:
    made = Table([Column(title="name")], "Things", ticks=True)
    qtbot.addWidget(made)
    made.set_rows([("a",), ("b",)], ["r1", "r2"])
    made.show()
    made.activateWindow()
    made.view.setFocus()
    qtbot.waitUntil(made.view.hasFocus)
    made.select("r2")
    with qtbot.waitSignal(made.ticked) as caught:
        qtbot.keyClick(made.view, Qt.Key.Key_Space)
    assert caught.args == ["r2", False]
    with qtbot.waitSignal(made.ticked) as back:
        qtbot.keyClick(made.view, Qt.Key.Key_Space)
    assert back.args == ["r2", True]
