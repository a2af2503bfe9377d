"""A whole case without touching the keyboard: drop, link, calculate, ask, save, reopen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu
from pytestqt.qtbot import QtBot

from app.dialogs.closing import ClosingCard
from app.main_window import MainWindow
from sync.case.calculate import is_stale
from sync.case.store import load_case
from sync.evidence import Mark
from tests.app.keyboard import in_dialog
from tests.app.mouse import LEFT, button_of, called, choose, click, click_row, drop
from widgets.lane import HEADER_PX, Lane

Settle = Callable[[MainWindow], None]


def test_a_whole_case_by_mouse(
    qtbot: QtBot, window: MainWindow, settle: Settle, clips: dict[str, Path], tmp_path: Path,
    choose_files: Callable[..., None],
) -> None:  # fmt: skip
    window.settings.folder = tmp_path
    _make_by_dropping(window, settle, clips["gate"], clips["yard"], clips["radio"])
    path = window.bench.document.path
    assert path is not None
    in_dialog(_press("Use this clock"))
    choose(window, "Clocks", "Reference clock …")
    settle(window)
    assert window.bench.document.case.datum == "gate"
    _tie(qtbot, window, settle)
    _look_around(window, settle)
    _ask(window, settle)
    choose(window, "File", "Save")
    assert not window.bench.document.unsaved
    _reopen(window, settle, choose_files, path)
    case = load_case(path)
    assert not is_stale(case)
    assert [mark.source for mark in case.of_kind(Mark)] == ["gate", "yard"]


def _press(text: str) -> Callable[[QDialog], None]:
    return lambda dialog: click(button_of(dialog, text))


def _make_by_dropping(window: MainWindow, settle: Settle, *files: Path) -> None:
    """Files dropped on the empty window make a case first."""
    in_dialog(_press("Make the case"))
    drop(window, *files)
    settle(window)
    names = [source.name for source in window.bench.document.case.sources]
    assert names == ["gate.mp4", "yard.mp4", "radio.wav"]


def _lane(window: MainWindow, source: str) -> Lane:
    lane = window.desk.lanes.lane(source)
    assert lane is not None
    return lane


def _step_on(window: MainWindow, times: int) -> None:
    """The button beside play, one picture a click."""
    forward = called(window.desk.transport, "Next picture")
    for _ in range(times):
        click(forward)


def _tie(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    """Mark, accept, take the name; next recording, mark, accept; same instant."""
    bench = window.bench
    lane = _lane(window, "gate")
    click(lane, QPoint(round(lane.x_of(2_950_000_000)), lane.height() // 2))
    settle(window)
    _step_on(window, 3)
    here = bench.places.media_now("gate")
    assert here is not None
    assert abs(here.s - 3.2) < 0.06
    click(button_of(window.desk.tools, "Mark"))
    settle(window)
    choose(window, "Mark", "Accept")
    qtbot.waitUntil(lambda: bench.marking.dialog is not None)
    dialog = bench.marking.dialog
    assert dialog is not None
    click(button_of(dialog, "Take it"))
    choose(window, "Mark", "Next recording for this event")
    settle(window)
    assert bench.focus.source == "yard"
    row = window.desk.lanes.shelf_row("yard")
    assert row is not None
    click(row, QPoint(round(row.x_of(2_250_000_000)), row.height() // 2))
    settle(window)
    click(button_of(window.desk.tools, "Mark"))
    settle(window)
    choose(window, "Mark", "Accept")
    settle(window)
    choose(window, "Mark", "Accept")
    card = bench.marking.dialog
    assert isinstance(card, ClosingCard)
    click(button_of(card, "Same instant"))
    settle(window)
    track = bench.calculation.results.timeline.track("yard")
    assert track is not None
    assert track.linked
    start = track.clips[0].start
    assert start is not None
    assert abs(start.s - 1.0) <= 0.2


def _look_around(window: MainWindow, settle: Settle) -> None:
    """Play, scrub, zoom, look at another pane and another view of a lane."""
    click(called(window.desk.transport, "Play"))
    assert window.bench.playhead.playing
    click(called(window.desk.transport, "Pause"))
    assert not window.bench.playhead.playing
    pane = window.desk.wall.pane("yard")
    assert pane is not None
    click(pane)
    assert window.bench.focus.source == "yard"
    ruler = window.desk.lanes.ruler
    QTest.mousePress(ruler, LEFT, pos=QPoint(200, 12))
    QTest.mouseMove(ruler, QPoint(400, 12))
    QTest.mouseRelease(ruler, LEFT, pos=QPoint(400, 12))
    settle(window)
    assert window.bench.focus.source == "yard", "the ruler only moves"
    lane = _lane(window, "gate")
    QTest.mousePress(lane, LEFT, pos=QPoint(HEADER_PX + 100, 20))
    QTest.mouseMove(lane, QPoint(HEADER_PX + 300, 20))
    QTest.mouseRelease(lane, LEFT, pos=QPoint(HEADER_PX + 300, 20))
    assert None not in window.bench.playhead.in_out, "a drag in a lane selects a range"
    for tab in range(window.desk.inspector.count()):
        bar = window.desk.inspector.tabBar()
        click(bar, bar.tabRect(tab).center())
        assert window.desk.inspector.currentIndex() == tab
    settle(window)


def _ask(window: MainWindow, settle: Settle) -> None:
    in_dialog(_press("Ask"))
    click(button_of(window.desk.tools, "Ask"))
    settle(window)
    (question,) = window.bench.document.case.questions
    answer = window.bench.calculation.results.answers[question.id]
    click(button_of(window.desk.questions, "Q1"))
    settle(window)
    assert answer.in_words in " ".join(window.desk.answers.texts())


def _reopen(
    window: MainWindow, settle: Settle, choose_files: Callable[..., None], path: Path
) -> None:
    choose(window, "File", "Close the case")
    assert window.desk.desk.currentWidget() is window.desk.welcome
    choose_files(path)
    click(button_of(window.desk.welcome, "Open"))
    settle(window)
    assert window.bench.document.path == path
    track = window.bench.calculation.results.timeline.track("yard")
    assert track is not None
    assert track.linked


def test_the_right_button_on_a_lane_says_what_it_can_show(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path]
) -> None:
    window.open(make_case("gate", "radio", datum="radio"))
    settle(window)
    lane = _lane(window, "radio")
    at = QPoint(HEADER_PX + 50, 20)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, lane.mapToGlobal(at))
    QApplication.sendEvent(lane, asked)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    click_row(menu, "Spectrogram")
    settle(window)
    assert window.bench.lane_views.view("radio").shown == "spectrogram"
    assert window.bench.focus.source == "radio"
