"""The segment map in the search panel: every stretch shown, one or all accepted after Enter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from sync.correlate.result import Jump, SearchResult, Segment
from tests.widgets.made_search import make_result
from widgets import search_words as words
from widgets.search_panel import SearchPanel

PAIR = ("phone", "dispatch ch 8A")


def make_map() -> SearchResult:
    """Two stretches with a place, and between them one without."""
    found = make_result()
    first, second = found.candidates
    return replace(
        found,
        reasons=("The second recording lacks its silences.",),
        candidates=(replace(first, kind_a="samples", kind_b="samples"), second),
        segments_of="b",
        segments=(
            Segment(from_s=1.0, to_s=6.5, transmissions=2, candidate=0),
            Segment(from_s=7.0, to_s=8.0, transmissions=1, candidate=None, reason="no match"),
            Segment(from_s=9.0, to_s=70.0, transmissions=1, candidate=1, between_neighbours=True),
        ),
        jumps=(Jump(of="b", after_s=6.5, before_s=9.0, change_s=12.34, U95_s=0.02),),
    )


@pytest.fixture
def panel(qtbot: QtBot) -> SearchPanel:
    made = SearchPanel()
    qtbot.addWidget(made)
    made.resize(452, 900)
    made.set_pair(("phone", "disp"), PAIR, (("motion",), ("onset",)), 0)
    made.set_result(make_map(), PAIR, 1)
    made.show()
    qtbot.waitExposed(made)
    return made


def click_row(panel: SearchPanel, qtbot: QtBot, row: int) -> None:
    assert panel.findings._segments is not None
    view = panel.findings._segments.table.view
    at = view.visualRect(view.model().index(row, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_every_stretch_has_a_row_with_its_range_or_the_reason(panel: SearchPanel) -> None:
    assert panel.findings._segments is not None
    rows = panel.findings._segments.table.shown()
    assert rows[0] == ("00:01.0–00:06.5", "+143.2 ± 0.2", "2")
    assert rows[1][1] == "no match"
    cell = panel.findings._segments.table.view.model().index(2, 1)
    assert cell.data(Qt.ItemDataRole.ToolTipRole).endswith("taken for granted")
    texts = panel.texts()
    assert any("2 stretches of dispatch ch 8A placed" in text for text in texts)


def test_choosing_a_row_opens_its_card_alone(panel: SearchPanel, qtbot: QtBot) -> None:
    assert [card.isVisibleTo(panel) for card in panel.findings._cards] == [True, False]
    with qtbot.waitSignal(panel.candidate_selected):
        click_row(panel, qtbot, 2)
    assert [card.isVisibleTo(panel) for card in panel.findings._cards] == [False, True]
    assert panel.findings._segments.table.current() == "2"
    with qtbot.assertNotEmitted(panel.candidate_selected):
        click_row(panel, qtbot, 1)
    qtbot.keyClick(panel, Qt.Key.Key_Up)
    assert panel.findings._segments.table.current() == "0"


def test_all_stretches_are_accepted_after_enter(panel: SearchPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.map_accepted):
        qtbot.mouseClick(panel.findings.map_button, Qt.MouseButton.LeftButton)
    assert "2 matches" in panel.decision.text.text() and "breaks" in panel.decision.text.text()
    with qtbot.assertNotEmitted(panel.accepted), qtbot.waitSignal(panel.map_accepted):
        qtbot.keyClick(panel, Qt.Key.Key_Return)


def test_one_stretch_is_accepted_like_any_match(panel: SearchPanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.findings.map_button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    qtbot.keyClick(panel, Qt.Key.Key_Down)
    qtbot.keyClick(panel, Qt.Key.Key_A)
    with qtbot.assertNotEmitted(panel.map_accepted), qtbot.waitSignal(panel.accepted) as caught:
        qtbot.keyClick(panel, Qt.Key.Key_Return)
    assert caught.args == [make_map().candidates[1]]


def test_a_map_without_a_place_is_shown_and_offers_nothing(panel: SearchPanel) -> None:
    one = replace(make_map().segments[1], reason="too short")
    refused = replace(make_result(found=False), segments=(one,), segments_of="b")
    panel.set_result(refused, PAIR, 2)
    assert panel.findings._segments.table.shown() == [("00:07.0–00:08.0", "too short", "1")]
    assert not panel.findings.map_button.isVisibleTo(panel)
    panel.set_result(make_result(), PAIR, 3)
    assert panel.findings._segments is None and all(
        card.isVisibleTo(panel) for card in panel.findings._cards
    )


def test_proposed_breaks_are_said_in_words(panel: SearchPanel) -> None:
    jump = make_map().jumps[0]
    assert words.jump_text(jump, PAIR) == (
        "Proposed break: dispatch ch 8A lacks between 12.32 and 12.36 s (95 % range), at "
        "00:00:06.5 – 00:00:09.0 in the file of dispatch ch 8A."
    )
    either = replace(jump, of=None, U95_s=None, change_s=-3.04)
    panel.set_result(replace(make_result(), jumps=(either,)), PAIR, 2)
    assert any("dispatch ch 8A or phone lacks about 3.0 s" in text for text in panel.texts())


def test_a_low_panel_keeps_the_row_chosen_and_its_card_near(
    panel: SearchPanel, qtbot: QtBot
) -> None:
    assert panel.findings._segments is not None
    view = panel.findings._segments.table.view
    tall = view.height()
    panel.resize(452, 260)
    qtbot.waitUntil(lambda: view.height() < tall)
    qtbot.keyClick(panel, Qt.Key.Key_Down)
    assert panel.findings.place == 1
    chosen = view.visualRect(view.currentIndex())
    assert view.viewport().rect().contains(chosen)
    panel.resize(452, 900)
    qtbot.waitUntil(lambda: view.height() == tall)


def test_only_the_pair_is_seen_of_what_was_asked(panel: SearchPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.form.folding) as caught:
        qtbot.mouseClick(panel.form.change, Qt.MouseButton.LeftButton)
    assert caught.args == [False]
    with qtbot.waitSignal(panel.form.folding) as caught:
        panel.set_result(make_map(), PAIR, 2)
    assert caught.args == [True]
