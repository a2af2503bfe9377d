"""The grid of all pairs, and the blind check: what is seen, and what the keyboard does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from widgets.blind_check import VIEW_PX, BlindCheck
from widgets.pair_grid import PairCell, PairGrid

NAMES = {"a": "gate", "b": "yard", "c": "radio", "d": "never searched"}
CELLS = {
    ("a", "b"): PairCell("no-match"),
    ("a", "c"): PairCell(None, None, "radio cannot be read."),
    ("b", "c"): PairCell("significant", 0.003),
}


@pytest.fixture
def grid(qtbot: QtBot) -> PairGrid:
    made = PairGrid()
    qtbot.addWidget(made)
    made.set_pairs(NAMES, CELLS)
    made.resize(400, 200)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_each_pair_is_one_cell_with_word_and_chance(grid: PairGrid) -> None:
    assert (grid.rowCount(), grid.columnCount()) == (2, 2)
    assert set(grid.texts()) == {
        "gate ↔ yard: no match",
        "gate ↔ radio: not read",
        "yard ↔ radio: match, unrelated recordings reach it 3 of 1,000",
    }
    picture = grid.grab().toImage()
    assert picture.width() > 100, "it paints without complaint in every state"


def test_the_keyboard_moves_and_enter_opens(grid: PairGrid, qtbot: QtBot) -> None:
    assert grid.pair() == ("b", "c"), "a match is where one begins"
    with qtbot.waitSignal(grid.opened) as caught:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert caught.args == ["b", "c"]
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    assert grid.pair() == ("a", "c")
    qtbot.keyClick(grid, Qt.Key.Key_Up)
    assert grid.pair() == ("a", "b")
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    with qtbot.assertNotEmitted(grid.opened):
        if grid.pair() is None:
            qtbot.keyClick(grid, Qt.Key.Key_Return)


def test_a_second_search_replaces_the_first(grid: PairGrid) -> None:
    grid.set_pairs(NAMES, {("a", "d"): PairCell("weak", 0.02)})
    assert grid.texts() == [
        "gate ↔ never searched: weak, unrelated recordings reach it 20 of 1,000"
    ]
    grid.set_pairs({}, {})
    assert grid.pair() is None


# -- blind check ----------------------------------------------------------------------------------


def image() -> QImage:
    made = QImage(*VIEW_PX, QImage.Format.Format_RGB32)
    made.fill(QColor("#406080"))
    return made


@pytest.fixture
def blind(qtbot: QtBot) -> BlindCheck:
    made = BlindCheck()
    qtbot.addWidget(made)
    made.begin(("gate", "radio"), 5)
    qtbot.waitExposed(made)
    return made


def test_nothing_is_chosen_before_the_moments_are_there(blind: BlindCheck, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(blind.chosen):
        qtbot.keyClick(blind, Qt.Key.Key_1)
        qtbot.keyClick(blind, Qt.Key.Key_Return)


def test_a_number_and_enter_choose(blind: BlindCheck, qtbot: QtBot) -> None:
    blind.show_round(1, [image()], [[image(), image()]] * 4)
    with qtbot.assertNotEmitted(blind.chosen):
        qtbot.keyClick(blind, Qt.Key.Key_Return)
        qtbot.keyClick(blind, Qt.Key.Key_2)
    with qtbot.waitSignal(blind.chosen) as caught:
        qtbot.keyClick(blind, Qt.Key.Key_3)
        qtbot.keyClick(blind, Qt.Key.Key_Return)
    assert caught.args == [2]
    with qtbot.assertNotEmitted(blind.chosen):
        qtbot.keyClick(blind, Qt.Key.Key_Return)
    with qtbot.waitSignal(blind.left):
        qtbot.keyClick(blind, Qt.Key.Key_Escape)


def test_it_shows_no_time_and_no_verdict(blind: BlindCheck) -> None:
    blind.show_round(2, [image()], [[image()]] * 4)
    texts = [made.text() for made in blind.findChildren(QLabel) if made.text()]
    assert texts[0] == "Blind check · round 2 of 5"
    assert not any(":" in text or "right" in text for text in texts[2:])


def test_the_grid_leaves_as_one_row_a_pair(grid: PairGrid, qtbot: QtBot) -> None:
    grid.set_note("Case 7")
    qtbot.keyClick(grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[1] == "gate\tyard\tno match\t\t"
    assert lines[3] == "yard\tradio\tmatch\t3 of 1,000\t"
    assert lines[-1] == "Case 7"
    text = grid.keepsake().content["csv"]().decode()
    assert "gate,radio,not read,,radio cannot be read." in text
