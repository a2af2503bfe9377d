"""Searching: requests, refusals, and accepting only after Enter."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.widgets.made_search import make_result
from widgets import search_words as words
from widgets.search_form import SearchRequest
from widgets.search_panel import SearchPanel

PAIR = ("cam 3  lot", "dispatch ch 8A")


@pytest.fixture
def panel(qtbot: QtBot) -> SearchPanel:
    made = SearchPanel()
    qtbot.addWidget(made)
    made.resize(452, 900)
    made.set_pair(("cam3", "disp"), PAIR, (("motion", "flash"), ("onset",)), 2)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_request_says_what_to_search(panel: SearchPanel, qtbot: QtBot) -> None:
    panel.form.kind_a.setCurrentIndex(1)
    panel.form.low.setText("-60")
    with qtbot.waitSignal(panel.search_requested) as caught:
        qtbot.mouseClick(panel.form.search, Qt.MouseButton.LeftButton)
    assert caught.args == [
        SearchRequest(
            source_a="cam3", source_b="disp", kind_a="motion", kind_b=None,
            offset_from_s=-60.0, offset_to_s=600.0,
        )
    ]  # fmt: skip
    assert panel.form.count.text() == "next: search 3 of this pair"


def test_a_range_that_ends_before_it_begins_is_not_searched(
    panel: SearchPanel, qtbot: QtBot
) -> None:
    panel.form.set_reach(10, -10)
    with qtbot.assertNotEmitted(panel.search_requested):
        qtbot.mouseClick(panel.form.search, Qt.MouseButton.LeftButton)
    assert "ends before" in panel.form.note.text()


def test_a_recording_without_signals_cannot_be_searched(panel: SearchPanel) -> None:
    panel.set_pair(("cam3", "disp"), PAIR, (("motion",), ()), 0)
    assert not panel.form.search.isEnabled()
    assert "dispatch ch 8A has not been read yet" in panel.form.note.text()


def test_refusal_is_the_sentence_of_the_design(panel: SearchPanel) -> None:
    panel.set_result(make_result(found=False), PAIR, 3)
    assert panel.findings.verdict.text() == (
        "No match found. Motion in cam 3  lot against onsets in dispatch ch 8A, "
        "shifts −600 to +600 s. Unrelated recordings reach this agreement in 62 of 100 searches. "
        "This does not show that the recordings are of different events. "
        "Search 3 of this pair. Nothing was added."
    )
    assert "no better than chance" in panel.findings.reasons.text()
    assert not panel.decision.accept_button.isVisible()


def test_a_refused_peak_cannot_be_accepted(panel: SearchPanel, qtbot: QtBot) -> None:
    panel.set_result(make_result(found=False), PAIR, 3)
    with qtbot.assertNotEmitted(panel.accepted):
        qtbot.keyClick(panel, Qt.Key.Key_A)
        qtbot.keyClick(panel, Qt.Key.Key_Return)


def test_accept_says_what_is_added_and_wants_enter(panel: SearchPanel, qtbot: QtBot) -> None:
    result = make_result()
    panel.set_result(result, PAIR, 3)
    with qtbot.assertNotEmitted(panel.accepted):
        qtbot.keyClick(panel, Qt.Key.Key_A)
    assert "+143.2 ± 0.2 s" in panel.decision.text.text()
    with qtbot.waitSignal(panel.accepted) as caught:
        qtbot.keyClick(panel.decision.confirm_button, Qt.Key.Key_Return)
    assert caught.args == [result.candidates[0]]
    with qtbot.assertNotEmitted(panel.accepted):
        panel.confirm()


def test_esc_adds_nothing(panel: SearchPanel, qtbot: QtBot) -> None:
    panel.set_result(make_result(), PAIR, 3)
    qtbot.mouseClick(panel.decision.accept_button, Qt.MouseButton.LeftButton)
    with qtbot.assertNotEmitted(panel.accepted):
        qtbot.keyClick(panel, Qt.Key.Key_Escape)
        qtbot.keyClick(panel, Qt.Key.Key_Return)
    assert not panel.decision.asks


def test_down_chooses_the_next_and_x_rejects_it(panel: SearchPanel, qtbot: QtBot) -> None:
    result = make_result()
    panel.set_result(result, PAIR, 3)
    with qtbot.waitSignal(panel.candidate_selected) as chosen:
        qtbot.keyClick(panel, Qt.Key.Key_Down)
    assert chosen.args == [result.candidates[1]]
    with qtbot.waitSignal(panel.rejected) as caught:
        qtbot.keyClick(panel, Qt.Key.Key_X)
    assert caught.args == [result.candidates[1]]
    with qtbot.waitSignal(panel.undecided):
        qtbot.mouseClick(panel.decision.undecided_button, Qt.MouseButton.LeftButton)


def test_choosing_another_withdraws_the_question(panel: SearchPanel, qtbot: QtBot) -> None:
    panel.set_result(make_result(), PAIR, 3)
    panel.ask_accept()
    panel.select(1)
    with qtbot.assertNotEmitted(panel.accepted):
        panel.confirm()


def test_coincidences_can_be_played(panel: SearchPanel, qtbot: QtBot) -> None:
    result = make_result()
    panel.set_result(result, PAIR, 3)
    with qtbot.waitSignal(panel.moment_wanted) as caught:
        panel.findings._cards[0].moment_clicked.emit(0, 1)
    assert caught.args == [result.candidates[0], 1]


def test_texts_carry_ranges_and_warn_of_one_event(panel: SearchPanel, qtbot: QtBot) -> None:
    panel.set_result(make_result(), PAIR, 3)
    offset = "offset between +143.0 and +143.4 s (95 % range)"
    qtbot.waitUntil(lambda: offset in panel.texts())
    texts = panel.texts()
    assert any("rests on one event: mark it by hand" in text for text in texts)
    assert any("Search 3 of this pair" in text for text in texts)


def test_plot_click_and_curve(panel: SearchPanel, qtbot: QtBot) -> None:
    panel.set_result(make_result(), PAIR, 3)
    qtbot.waitUntil(lambda: panel.findings._plot is not None)
    assert panel.findings._plot is not None
    panel.findings._plot.candidate_clicked.emit(1)
    assert panel.candidate() == make_result().candidates[1]


def test_busy_hides_the_form(panel: SearchPanel) -> None:
    panel.set_busy("Searching 4 pairs of signals", 0.25)
    assert not panel.form.isEnabled()
    panel.set_busy(None)
    assert panel.form.isEnabled()


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0, "fewer than 1 of 1,000"), (0.0030, "in 3 of 1,000"), (0.62, "in 620 of 1,000"),
     (1.0, "in 1,000 of 1,000")],
)  # fmt: skip
def test_chance(p: float, text: str) -> None:
    assert text in words.chance(p)


def test_a_search_that_could_not_be_made_says_no_chance() -> None:
    untested = replace(make_result(found=False), status="not-testable")
    text = words.refusal(untested, PAIR, 1)
    assert text.startswith("No search could be made.")
    assert "Unrelated recordings" not in text


def test_the_plot_library_is_not_imported_before_it_is_needed() -> None:
    program = (
        "import sys, widgets.search_panel, widgets.lane_stack, widgets.answer_panel;"
        "sys.exit('pyqtgraph' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
