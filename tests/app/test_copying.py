"""Honest copy: whatever leaves by Ctrl+C has its range, its clock, its conditions and its case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from app import preferences
from app.main_window import MainWindow
from app.preferences import Preferences
from sync.case.acts import ask_question
from sync.evidence import Place
from sync.timebase import MediaTime
from tests.app.keyboard import press
from tests.app.test_times import at_ten, hold_against_utc
from tests.app.test_window import link

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]
CONDITIONS = "They hold if the anchors are the events described and the stated delays are right."


@pytest.fixture
def linked(window: MainWindow, settle: Settle, make_case: MakeCase) -> MainWindow:
    """Gate (the reference) and yard, with an anchor, and one question."""
    window.open(make_case("gate", "yard"))
    settle(window)
    link(window, settle)
    document = window.bench.document
    a, b = (Place(source=name, time=MediaTime.from_s(2)) for name in ("gate", "yard"))
    case, _ = ask_question(replace(document.case, number="K 7"), words="Who?", a=a, b=b)
    document.act(case, "ask")
    settle(window)
    QGuiApplication.clipboard().clear()
    return window


def copied(window: MainWindow) -> str:
    press(window, "Ctrl+C")
    return QGuiApplication.clipboard().text()


def at_three(window: MainWindow, settle: Settle) -> None:
    window.show_tab("file")
    window.desk.focus_work()
    press(window, "2")
    window.bench.playback.go_reference(3_000_000_000)
    settle(window)


def test_the_time_of_the_playhead(linked: MainWindow, settle: Settle) -> None:
    at_three(linked, settle)
    text = copied(linked)
    assert text.startswith("00:00:03.0")
    assert "±" in text.splitlines()[0] and "yard on clock of gate" in text.splitlines()[0]
    assert CONDITIONS in text and "Times are those of clock of gate." in text
    assert "K 7" in text and "calculated" in text and "log " in text


def test_a_time_in_utc_says_it_is_utc(linked: MainWindow, settle: Settle) -> None:
    at_ten(linked, settle)
    hold_against_utc(linked, settle)
    preferences.apply(linked, Preferences(times="utc"))
    linked.show_tab("file")
    linked.desk.focus_work()
    linked.bench.playback.go_reference(36_000_000_000_000 + 3_000_000_000)
    settle(linked)
    text = copied(linked)
    assert text.startswith("09:00:03") and "on UTC" in text
    assert "Times are those of UTC." in text
    assert "Times are those of clock of gate." not in text


def test_a_time_without_a_link_is_one_of_the_file(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    window.open(make_case("gate", "yard"))
    settle(window)
    press(window, "2")
    window.show_tab("file")
    window.desk.focus_work()
    text = copied(window)
    assert "yard on its own time: no link" in text
    assert "Times are those of the file of yard." in text
    assert "Times are those of clock of gate" not in text


def test_clocks_and_answers_leave_whole(linked: MainWindow, settle: Settle) -> None:
    linked.show_tab("clocks")
    linked.desk.focus_work()
    text = copied(linked)
    assert "(95 % range)" in text or "between" in text
    assert CONDITIONS in text and "K 7" in text
    linked.show_tab("answers")
    settle(linked)
    linked.desk.focus_work()
    text = copied(linked)
    assert "95 % range" in text and "K 7" in text and "calculated" in text


def test_no_number_of_an_estimate_can_be_selected_by_itself(
    linked: MainWindow, settle: Settle
) -> None:
    flag = Qt.TextInteractionFlag.TextSelectableByMouse
    for tab in ("answers", "clocks", "evidence", "search"):
        linked.show_tab(tab)
        settle(linked)
    for panel in (linked.desk.answers, linked.desk.clocks, linked.desk.evidence_tab,
                  linked.desk.search, linked.desk.transport, linked.desk.lanes):  # fmt: skip
        found = [one for one in panel.findChildren(QLabel) if one.textInteractionFlags() & flag]
        assert [one.text() for one in found] == []


def test_out_of_date_figures_say_so(linked: MainWindow, settle: Settle) -> None:
    at_three(linked, settle)
    bench = linked.bench
    bench.calculation.results = replace(bench.calculation.results, stale=True)
    assert "OUT OF DATE" in copied(linked)
    settle(linked)


def test_nothing_of_an_answer_is_copied_while_marking(linked: MainWindow, settle: Settle) -> None:
    linked.show_tab("answers")
    linked.desk.focus_work()
    press(linked, "M")
    settle(linked)
    assert linked.bench.marking.is_open
    assert linked.desk.answers.copy_text() == ""
    press(linked, "Esc")
    settle(linked)
