"""A window of 1280×720: nothing is cut off that is needed, every strip as low as it may be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.bars import QuestionChip
from app.dialogs.keys import KeySheet
from app.main_window import MainWindow
from sync.case.acts import ask_question
from sync.evidence import Place
from sync.timebase import MediaTime
from tests.app.keyboard import press

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]


@pytest.fixture
def low(window: MainWindow, settle: Settle, make_case: MakeCase) -> MainWindow:
    window.open(make_case("gate", "yard", "radio"))
    window.resize(1280, 720)
    settle(window)
    return window


def test_strips_are_lower_in_a_low_window(low: MainWindow, settle: Settle) -> None:
    desk = low.desk
    strips = (desk.tools, desk.transport)
    before = [strip.height() for strip in strips]
    low.resize(1280, 1000)
    settle(low)
    assert all(now > was for now, was in zip((s.height() for s in strips), before, strict=True))


def test_questions_and_the_next_step_share_a_line(low: MainWindow, settle: Settle) -> None:
    desk = low.desk
    steps = [made for made in desk.checklist._buttons.values() if made.isVisible()]
    assert len(steps) == 6
    low.bench.document.act(
        ask_question(
            low.bench.document.case,
            words="Was it seen before it was heard?",
            a=Place(source="gate", time=MediaTime.from_s(1.0)),
            b=Place(source="radio", time=MediaTime.from_s(2.0)),
        )[0],
        "ask",
    )
    settle(low)
    assert desk.questions.isVisible()
    assert desk.questions.y() == desk.checklist.y()
    assert [made.text()[0] for made in desk.checklist._buttons.values() if made.isVisible()] == [
        "▸"
    ]
    assert "link recordings: to do" in desk.checklist.toolTip()
    (chip,) = desk.questions.findChildren(QuestionChip)
    assert chip.shown_words() == "Q1  Was it seen before it was heard?", "whole where there is room"
    chip.setFixedWidth(chip.minimumSizeHint().width())
    assert chip.shown_words().endswith("…")


def test_the_pair_is_said_once_when_something_was_found(low: MainWindow) -> None:
    tab = low.desk.search_tab
    low.desk.show_tab("search")
    assert tab.partner.isVisible()
    tab.panel.form.set_folded(True)
    assert not tab.partner.isVisible()
    tab.panel.form.set_folded(False)
    assert tab.partner.isVisible()


def test_the_key_sheet_fits_the_window(low: MainWindow, qtbot: QtBot) -> None:
    press(low, "F1")
    (sheet,) = low.findChildren(KeySheet)
    assert sheet.width() <= low.width() and sheet.height() <= low.height()
    press(low, "Esc")
