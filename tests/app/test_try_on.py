"""A lane that was tried on becomes a range to search or a limit; it never moves a clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app.controllers.try_on import EYE_PX, SHORTEST_S
from app.dialogs.limit import StateLimit
from app.main_window import MainWindow
from sync.evidence import Limit
from sync.timebase import NS_PER_S
from tests.app.keyboard import in_dialog, press, write
from tests.app.test_window import link
from widgets.lane import HEADER_PX

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]
BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def linked(window: MainWindow, settle: Settle, make_case: MakeCase) -> MainWindow:
    window.open(make_case("gate", "yard"))
    settle(window)
    link(window, settle)
    window.bench.playback.go_reference(3 * NS_PER_S)
    settle(window)
    return window


def drag(window: MainWindow, qtbot: QtBot, source: str, moved_px: int) -> None:
    lane = window.desk.lanes.lane(source)
    assert lane is not None
    at = QPoint(HEADER_PX + 300, 30)
    qtbot.mousePress(lane, Qt.MouseButton.LeftButton, BOTH, at)
    qtbot.mouseMove(lane, at + QPoint(moved_px, 0))
    qtbot.mouseRelease(lane, Qt.MouseButton.LeftButton, BOTH, at + QPoint(moved_px, 0))


def test_it_changes_nothing_but_the_picture(
    linked: MainWindow, qtbot: QtBot, settle: Settle
) -> None:
    case, here = linked.bench.document.case, linked.bench.playhead.position
    drag(linked, qtbot, "yard", 80)
    settle(linked)
    assert linked.desk.lanes.trial.tried is not None
    assert linked.bench.document.case == case
    assert linked.bench.playhead.position == here
    press(linked, "Esc")
    assert linked.desk.lanes.trial.tried is None
    assert linked.bench.document.case == case


def test_a_search_range_is_centred_on_what_was_laid_on_each_other(
    linked: MainWindow, qtbot: QtBot
) -> None:
    drag(linked, qtbot, "yard", 80)
    moved_s = 80 * linked.desk.lanes.view.ns_per_px / NS_PER_S
    qtbot.mouseClick(linked.desk.lanes.trial.card.search, Qt.MouseButton.LeftButton)
    form = linked.desk.search.form
    low, high = float(form.low.text()), float(form.high.text())
    assert linked.desk.tab == "search"
    assert linked.bench.focus.source == "yard"
    # The same event is at 2.95 s in gate and 1.95 s in yard; yard tried on later by moved_s.
    assert (low + high) / 2 == pytest.approx(-1.0 - moved_s, abs=0.15)
    half = max(SHORTEST_S, EYE_PX * linked.desk.lanes.view.ns_per_px / NS_PER_S)
    assert (high - low) / 2 == pytest.approx(half, abs=0.11)


def test_a_limit_is_offered_filled_in_and_needs_its_reason(
    linked: MainWindow, qtbot: QtBot, settle: Settle
) -> None:
    drag(linked, qtbot, "yard", 80)
    shown: list[str] = []

    def state(dialog: QDialog) -> None:
        assert isinstance(dialog, StateLimit)
        shown.append(dialog.sentence.text())
        dialog.accept()
        assert "reason" in dialog.problem.text()
        write(linked, "the log has them together")
        press(linked, "Enter")

    in_dialog(state)
    qtbot.mouseClick(linked.desk.lanes.trial.card.limit, Qt.MouseButton.LeftButton)
    (limit,) = linked.bench.document.case.of_kind(Limit)
    assert limit.provenance.note or limit.why == "the log has them together"
    assert limit.low is not None
    assert limit.high is not None
    assert (limit.low.s, limit.high.s) == (-2.0, 2.0)
    assert limit.first.source == "yard"
    assert limit.first.time is not None
    moved_s = 80 * linked.desk.lanes.view.ns_per_px / NS_PER_S
    assert limit.first.time.s == pytest.approx(3.0 - moved_s - 1.0, abs=0.1)
    assert "between 2 s before and 2 s after" in shown[0]
    settle(linked)


def test_while_an_event_is_open_nothing_is_tried_on(
    linked: MainWindow, qtbot: QtBot, settle: Settle
) -> None:
    drag(linked, qtbot, "yard", 80)
    press(linked, "M")
    settle(linked)
    assert linked.bench.marking.is_open
    assert linked.desk.lanes.trial.tried is None
    drag(linked, qtbot, "yard", 80)
    assert linked.desk.lanes.trial.tried is None
    assert "event is open" in linked.desk.status.line.text()
    press(linked, "Esc", "Esc")
    settle(linked)


def test_shift_f_shows_what_was_dragged(linked: MainWindow, qtbot: QtBot) -> None:
    lanes = linked.desk.lanes
    press(linked, "Shift+F")
    assert "Nothing is selected" in linked.desk.status.line.text()
    lane = lanes.lane("gate")
    assert lane is not None
    before = lanes.view
    first, last = before.ns_of(300), before.ns_of(400)
    qtbot.mousePress(lane, Qt.MouseButton.LeftButton, pos=QPoint(HEADER_PX + 300, 50))
    qtbot.mouseRelease(lane, Qt.MouseButton.LeftButton, pos=QPoint(HEADER_PX + 400, 50))
    press(linked, "Shift+F")
    assert lanes.view.start_ns < first < last < lanes.view.end_ns
    assert lanes.view.span_ns < 1.2 * (last - first)
    press(linked, "Backspace")
    assert lanes.view == before
    lanes.clear_selection()
    press(linked, "Shift+F")
    assert lanes.view.span_ns < 1.2 * (last - first), "in and out are the range now"
