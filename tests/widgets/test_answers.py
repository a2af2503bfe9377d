"""Answers: headline, range, conditions; covered, stale, empty; what is copied."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sync.uncertainty import Share
from tests.widgets.made_case import make_answers
from widgets import answer_words as words
from widgets.answer_panel import AnswerPanel, _QuestionRow
from widgets.budget_table import MOST_ROWS, BudgetTable, percent
from widgets.range_axis import RangeAxis


@pytest.fixture
def panel(qtbot: QtBot) -> AnswerPanel:
    made = AnswerPanel()
    qtbot.addWidget(made)
    made.resize(452, 1000)
    made.set_answers(make_answers())
    made.set_context("Case NC-2026-014, calculated 14:02")
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_first_question_is_open(panel: AnswerPanel) -> None:
    texts = panel.texts()
    assert "Q1  Did the call come before the door opened?" in texts
    assert any(text.endswith("came first, by 1.8 s") for text in texts)
    assert words.HOLDS in texts
    assert "WHAT THE ± IS MADE OF" in texts


def test_no_time_stands_without_its_range(panel: AnswerPanel) -> None:
    for text in panel.texts():
        if re.search(r"\d\d:\d\d:\d\d\.\d", text):
            assert "±" in text or "between" in text


@pytest.mark.parametrize(
    ("place", "headline"),
    [
        (1, "The recordings do not show which came first"),
        (2, "No answer can be given"),
        (3, "Not calculated yet"),
    ],
)
def test_headlines(panel: AnswerPanel, place: int, headline: str) -> None:
    panel.open_question(f"q{place + 1}")
    assert headline in panel.texts()


def test_b_first_is_said_with_b_and_never_negative() -> None:
    answer = make_answers()[0][1]
    assert answer is not None
    turned = replace(answer, verdict="b-before-a", difference_s=-1.8)
    assert words.headline(turned) == "Door opens  cam 1 came first, by 1.8 s"


def test_an_answer_that_rests_on_one_anchor_says_so() -> None:
    answer = make_answers()[0][1]
    assert answer is not None
    sentence, holds = words.robustness(replace(answer, rests_on=("door",)))
    assert not holds
    assert sentence == "It rests on ‘door’: without it the recordings do not show the order."


def test_covered_shows_and_copies_nothing(panel: AnswerPanel) -> None:
    panel.set_covered(True)
    assert panel.texts() == [words.COVERED, words.COVERED_HINT]
    assert panel.copy_text() == ""
    panel.set_covered(False)
    assert words.HOLDS in panel.texts()


def test_stale_is_said_and_copied(panel: AnswerPanel) -> None:
    panel.set_stale(True)
    assert any(words.STALE in text for text in panel.texts())
    assert words.STALE.upper() in panel.copy_text()


def test_empty_says_the_next_step(panel: AnswerPanel, qtbot: QtBot) -> None:
    panel.set_answers([])
    assert words.EMPTY_TITLE in panel.texts()
    ask = next(b for b in panel.findChildren(QPushButton) if b.text() == "Ask")
    with qtbot.waitSignal(panel.ask_wanted):
        qtbot.mouseClick(ask, Qt.MouseButton.LeftButton)


def test_ctrl_c_copies_range_conditions_and_case(panel: AnswerPanel, qtbot: QtBot) -> None:
    panel.activateWindow()
    panel.setFocus()
    qtbot.waitUntil(panel.hasFocus)
    qtbot.keyClick(panel, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QGuiApplication.clipboard().text()
    assert "between 1.6 and 2.0 s (95 % range)" in text
    assert "This holds if the 6 anchors" in text
    assert "A: “shots at the north building”  dispatch, 14:23:23.60 ± 0.13 s (95 % range)" in text
    assert text.endswith("Case NC-2026-014, calculated 14:02")


def test_another_question_by_mouse_and_keyboard(panel: AnswerPanel, qtbot: QtBot) -> None:
    rows = panel.findChildren(_QuestionRow)
    with qtbot.waitSignal(panel.question_selected) as caught:
        qtbot.mouseClick(rows[1], Qt.MouseButton.LeftButton)
    assert caught.args == ["q2"]
    rows = [row for row in panel.findChildren(_QuestionRow) if row.parent() is not None]
    with qtbot.waitSignal(panel.question_selected) as chosen:
        qtbot.keyClick(rows[2], Qt.Key.Key_Return)
    assert chosen.args == ["q3"]


def test_go_there(panel: AnswerPanel, qtbot: QtBot) -> None:
    go = next(b for b in panel.findChildren(QPushButton) if b.text().startswith("go there"))
    with qtbot.waitSignal(panel.go_there) as caught:
        qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    assert caught.args == ["q1", 0]


def test_the_open_question_survives_new_answers(panel: AnswerPanel) -> None:
    panel.open_question("q3")
    panel.set_answers(make_answers())
    assert panel.opened == "q3"
    panel.set_answers(make_answers()[:1])
    assert panel.opened == "q1"


def test_nothing_says_certain_or_shows_a_probability(panel: AnswerPanel) -> None:
    for question in ("q1", "q2", "q3", "q4"):
        panel.open_question(question)
        joined = " ".join(panel.texts()).casefold()
        for word in ("0.999", "certain", "synchronised", "solved", "match quality", "confidence"):
            assert word not in joined


# -- budget and axis ----------------------------------------------------------------------------


def test_budget_is_ordered_and_small_inputs_are_one_line(qtbot: QtBot) -> None:
    bars = BudgetTable()
    qtbot.addWidget(bars)
    shares = [Share(f"input {i}", 0.1, s) for i, s in enumerate((0.01,) * 8 + (0.5, 0.42))]
    bars.set_shares(shares, {"input 8": "the call"})
    assert bars.rows()[0] == ("the call", "50 %")
    assert len(bars.rows()) == MOST_ROWS
    assert bars.rows()[-1] == ("5 smaller inputs", "5 %")


def test_what_is_not_nothing_is_not_zero() -> None:
    assert percent(0.001) == "< 1 %"
    assert percent(0.46) == "46 %"


def test_axis_holds_both_ranges(qtbot: QtBot) -> None:
    from PySide6.QtGui import QColor

    axis = RangeAxis()
    qtbot.addWidget(axis)
    axis.resize(400, 100)
    ranges = [("a", 10**12, 10**8, QColor("red")), ("b", 10**12 + 10**9, 10**7, QColor("blue"))]
    axis.set_ranges(ranges)
    view = axis.view()
    assert view.start_ns < 10**12 - 10**8
    assert view.end_ns > 10**12 + 10**9 + 10**7
    image = axis.grab().toImage()
    x = round(8 + view.x_of(10**12))
    assert image.pixelColor(x, 12).red() > 200
