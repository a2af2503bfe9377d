"""A whole case without touching the mouse: make, add, link, calculate, ask, save, reopen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.dialogs.closing import ClosingCard
from app.main_window import MainWindow
from sync.case.calculate import is_stale
from sync.case.store import load_case
from sync.evidence import Mark
from tests.app.keyboard import in_dialog, press, write

Settle = Callable[[MainWindow], None]


def test_a_whole_case_by_keyboard(
    qtbot: QtBot, window: MainWindow, settle: Settle, clips: dict[str, Path], tmp_path: Path,
    choose_files: Callable[..., None],
) -> None:  # fmt: skip
    path = tmp_path / "hall.tiepoint"
    _make(window, path)
    _add(window, settle, choose_files, clips["gate"], clips["yard"])
    in_dialog(lambda dialog: press(window, "Enter"))
    press(window, "Ctrl+R")
    settle(window)
    assert window.bench.document.case.datum == "gate"
    _tie(qtbot, window, settle)
    _mark_second(qtbot, window, settle)
    _ask(window, settle)
    press(window, "Ctrl+S")
    assert not window.bench.document.unsaved
    _reopen(window, settle, choose_files, path)
    case = load_case(path)
    assert not is_stale(case)
    assert [mark.event for mark in case.of_kind(Mark)] == ["event_1", "event_1", "second"]


def _make(window: MainWindow, path: Path) -> None:
    def fill(dialog: object) -> None:
        write(window, "Harrow Hall")
        dialog.place.setText(str(path))  # type: ignore[attr-defined]
        press(window, "Enter")

    in_dialog(fill)
    press(window, "Ctrl+N")
    assert window.bench.document.path == path
    assert window.bench.document.case.title == "Harrow Hall"


def _add(
    window: MainWindow, settle: Settle, choose_files: Callable[..., None], *files: Path
) -> None:
    choose_files(*files)
    press(window, "Ctrl+M")
    settle(window)
    assert [s.name for s in window.bench.document.case.sources] == ["gate.mp4", "yard.mp4"]
    assert window.bench.focus.source == "gate"


def _tie(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    """M ⏎ ⏎ N M ⏎ ⏎ Y"""
    bench = window.bench
    press(window, *["Right"] * 30)
    press(window, "M")
    assert bench.marking.draft is not None
    assert [at.s for at in bench.marking.draft.interval if at is not None] == [2.9, 3.0]
    settle(window)
    pane = window.desk.wall.pane("gate")
    assert pane is not None
    assert pane._marking in ("not yet", "happened")
    press(window, "Enter")
    qtbot.waitUntil(lambda: bench.marking.dialog is not None)
    press(window, "Enter")
    assert [m.provenance.status for m in bench.document.case.of_kind(Mark)] == ["proposed"]
    assert window.desk.answers._covered
    press(window, "N")
    assert bench.focus.source == "yard"
    press(window, "Home", *["Right"] * 20, "M", "Enter")
    settle(window)
    assert len(bench.document.case.of_kind(Mark)) == 2
    yard = bench.calculation.results.timeline.track("yard")
    assert yard is not None
    assert not yard.linked, "two proposed marks tie nothing"
    press(window, "Enter")
    assert isinstance(bench.marking.dialog, ClosingCard)
    press(window, "Y")
    settle(window)
    yard = bench.calculation.results.timeline.track("yard")
    assert yard is not None
    assert yard.linked
    start = yard.clips[0].start
    assert start is not None
    assert abs(start.s - 1.0) <= 0.1
    assert not window.desk.answers._covered


def _mark_second(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    bench = window.bench
    press(window, "1", "Right", "Right", "Right", "Right", "M", "Enter")
    qtbot.waitUntil(lambda: bench.marking.dialog is not None)
    write(window, "second")
    press(window, "Enter", "Esc")
    settle(window)
    assert bench.document.case.event("second") is not None
    assert not bench.marking.is_open


def _ask(window: MainWindow, settle: Settle) -> None:
    in_dialog(lambda dialog: press(window, "Enter"))
    press(window, "Q")
    settle(window)
    (question,) = window.bench.document.case.questions
    answer = window.bench.calculation.results.answers[question.id]
    assert answer.verdict in ("a-before-b", "b-before-a", "not-resolved")
    shown = " ".join(window.desk.answers.texts())
    assert answer.in_words in shown
    assert window.bench.document.case.viewings[0].question == question.id


def _reopen(
    window: MainWindow, settle: Settle, choose_files: Callable[..., None], path: Path
) -> None:
    press(window, "Ctrl+W")
    assert not window.bench.document.is_open
    assert window.desk.desk.currentWidget() is window.desk.welcome
    choose_files(path)
    press(window, "Ctrl+O")
    settle(window)
    assert window.bench.document.path == path
    yard = window.bench.calculation.results.timeline.track("yard")
    assert yard is not None
    assert yard.linked
    assert len(window.bench.calculation.results.answers) == 1
