"""Answers: headline, range, conditions; covered, stale, empty; what is copied."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sync.adjustment.headline import headline
from sync.uncertainty import Share
from tests.widgets.made_case import make_answers, make_shaped
from widgets import answer_words as words
from widgets.answer_panel import AnswerPanel
from widgets.answer_parts import QuestionRow, WhatIfCard
from widgets.budget_table import MOST_ROWS, BudgetTable, percent
from widgets.difference_axis import DifferenceAxis, Range
from widgets.leave_one_out import LeaveOneOut
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
    assert texts.count("Did the call come before the door opened?") == 1, "said once"
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
    assert headline(turned) == "Door opens  cam 1 came first, by 1.8 s"


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
    rows = panel.findChildren(QuestionRow)
    with qtbot.waitSignal(panel.question_selected) as caught:
        qtbot.mouseClick(rows[1], Qt.MouseButton.LeftButton)
    assert caught.args == ["q2"]
    rows = [row for row in panel.findChildren(QuestionRow) if row.parent() is not None]
    with qtbot.waitSignal(panel.question_selected) as chosen:
        qtbot.keyClick(rows[2], Qt.Key.Key_Return)
    assert chosen.args == ["q3"]


def test_why_there_is_no_answer_is_said(panel: AnswerPanel) -> None:
    panel.set_answers(make_answers(), {"q4": "‘car’ has no mark that takes part."})
    panel.open_question("q4")
    assert "No answer can be given" in panel.texts()
    assert "‘car’ has no mark that takes part." in panel.texts()


def test_while_answers_are_asked_it_says_so(panel: AnswerPanel) -> None:
    panel.open_question("q4")
    panel.set_stale(True)
    assert words.DUE in panel.texts()


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
    bars.set_shares(shares)
    assert bars.rows()[0] == ("input 8", "50 %")
    assert len(bars.rows()) == MOST_ROWS
    assert bars.rows()[-1] == ("5 smaller inputs", "5 %")


def test_what_is_not_nothing_is_not_zero() -> None:
    assert percent(0.001) == "< 1 %"
    assert percent(0.46) == "46 %"


def test_axis_holds_both_ranges(qtbot: QtBot) -> None:
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


def test_a_name_without_room_beside_its_bracket_stands_above_it_whole(qtbot: QtBot) -> None:
    axis = RangeAxis()
    qtbot.addWidget(axis)
    axis.show()
    wide = [("person passes the lamp (cam 2)", 10**12, 10**9, QColor("red")),
            ("the words (dispatch)", 10**12 - 10**9, 10**8, QColor("blue"))]  # fmt: skip
    axis.set_ranges(wide)
    axis.resize(1200, axis.height())
    assert not axis.named_above
    low = axis.height()
    axis.resize(300, axis.height())
    assert axis.named_above
    assert axis.height() > low


# -- limits, disagreement, leave one out ---------------------------------------------------------


@pytest.fixture
def shaped(panel: AnswerPanel) -> AnswerPanel:
    panel.set_answers(make_shaped())
    return panel


def axis_of(panel: AnswerPanel) -> list[str]:
    (axis,) = [a for a in panel.findChildren(DifferenceAxis) if a.texts()]
    return axis.texts()


def test_both_ranges_stand_on_one_axis(shaped: AnswerPanel) -> None:
    assert axis_of(shaped) == [
        "with the limits: A first by 1.6 to 2.0 s",
        "by observations alone: B first by 0.2 … A first by 2.6 s",
    ]  # fmt: skip
    assert any("Shaped by the limits ‘said after it’" in text for text in shaped.texts())
    copied = shaped.copy_text()
    assert "by observations alone: B first by 0.2 … A first by 2.6 s (95 % range)" in copied
    assert "Limits: said after it, call 12 follows call 11" in copied


def test_a_range_with_one_end_says_at_least(shaped: AnswerPanel) -> None:
    shaped.open_question("q2")
    assert any(text.endswith("came first, by at least 0.50 s") for text in shaped.texts())
    assert axis_of(shaped) == ["with the limits: A first by at least 0.50 s"]
    assert any("of any size" in text and "without limit" in text for text in shaped.texts())


def test_disagreeing_evidence_shows_every_reading_and_no_answer(shaped: AnswerPanel) -> None:
    shaped.open_question("q3")
    texts = shaped.texts()
    assert "The evidence disagrees: no answer is stated" in texts
    assert "Reading 1, likelier than all others: ‘strobe’ is wrong." in texts
    assert "Reading 2, less likely: ‘door’ and ‘siren’ are wrong." in texts
    assert axis_of(shaped)[-1] == "whichever holds: A first by 0.5 to 4.5 s"


@pytest.mark.parametrize("weight", [0.0, 0.2, 0.5, 0.9, 0.9999, 1.0])
def test_weights_are_words(weight: float) -> None:
    assert not re.search(r"\d", words.weight_words(weight))


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.531, 4.45, "A first by 0.5 to 4.5 s"),
        (-0.004, 3.0, "B first by 0.1 … A first by 3.0 s"),
        (-0.72, -0.561, "B first by 0.56 to 0.72 s"),
        (-0.4, None, "A first, or B first by at most 0.40 s"),
        (None, 0.4, "B first, or A first by at most 0.40 s"),
        (0.004, 3.0, "A first by 0.004 to 3.000 s"),
        (None, -0.2, "B first by at least 0.20 s"),
        (None, None, "not known"),
        (0.5, float("inf"), "A first by at least 0.50 s"),
    ],
)
def test_rounding_outwards_never_reaches_zero(
    low: float | None, high: float | None, text: str
) -> None:
    assert Range(name="", low_s=low, high_s=high).in_words == text


def test_mistakes_nobody_would_notice_are_said(panel: AnswerPanel) -> None:
    sentence = (
        "A mistake of up to 0.31 s in ‘door in cam 1’ would go unnoticed and could shift this by "
        "0.17 s."
    )
    assert sentence in panel.texts()


def test_unticking_is_a_what_if_and_is_called_one(panel: AnswerPanel, qtbot: QtBot) -> None:
    (table,) = panel.findChildren(LeaveOneOut)
    view = table.table.view
    view.setFocus()
    panel.activateWindow()
    qtbot.waitUntil(view.hasFocus)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.what_if) as caught:
        qtbot.keyClick(view, Qt.Key.Key_Space)
    question, out = caught.args
    assert question == "q1"
    assert [part.name for part in out] == ["anchor 'door'"]
    assert "WHAT IF: without anchor 'door'" in panel.texts()
    other = make_answers()[1][1]
    assert other is not None
    panel.show_what_if("q1", other)
    (card,) = panel.findChildren(WhatIfCard)
    assert card.isVisibleTo(panel)
    assert "Nothing is saved." in card.texts()
    assert any(text.endswith("came first, by 1.8 s") for text in panel.texts()), "still stated"
    assert "WHAT IF" not in panel.copy_text(), "a what-if is never copied as the answer"
    back = next(b for b in card.findChildren(QPushButton) if b.text() == "all back in")
    with qtbot.waitSignal(panel.what_if) as ended:
        back.click()
    assert ended.args == ["q1", ()]
    assert not card.isVisibleTo(panel)


def test_a_late_what_if_of_another_question_is_dropped(panel: AnswerPanel) -> None:
    other = make_answers()[1][1]
    assert other is not None
    panel.open_question("q2")
    panel.show_what_if("q1", other)
    assert not any("WHAT IF" in text for text in panel.texts())


def test_leave_one_out_sorts_and_names_what_changes_the_verdict(panel: AnswerPanel) -> None:
    (table,) = panel.findChildren(LeaveOneOut)
    assert [row[:2] for row in table.table.shown()] == [
        ("strobe", "● A first"), ("door", "◐ not shown"),
        ("match cam 3 ↔ dispatch", "○ no link"),
    ]  # fmt: skip
    table.table.view.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert [row[2] for row in table.table.shown()] == ["B 0.4…A 2.6", "1.5…2.2", "–"]


def test_the_budget_is_copied_with_u(panel: AnswerPanel) -> None:
    copy = next(b for b in panel.findChildren(QPushButton)
                if b.accessibleName() == "Copy: What the ± is made of")  # fmt: skip
    copy.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "input\tu (s)\tshare of u²"
    assert lines[1] == "onset of the call, marked ± 40 ms\t0.07\t46 %"
    assert len(lines) == 6
    assert lines[5] == "Case NC-2026-014, calculated 14:02"
