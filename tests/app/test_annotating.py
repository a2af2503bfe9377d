"""Remarks by keyboard and by dropping a file; exports from the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pysubs2
import pytest
from PySide6.QtWidgets import QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from app.controllers.files import LABEL_SUFFIXES
from app.dialogs.annotation import Remark
from app.dialogs.exporting import ChooseExport
from app.main_window import MainWindow
from sync.case.acts import mark_event
from sync.interchange.reading import SUFFIXES
from sync.timebase import Duration, MediaTime
from tests.app.keyboard import in_dialog, press, write

Settle = Callable[[MainWindow], None]


@pytest.fixture
def opened(window: MainWindow, settle: Settle, make_case: Callable[..., Path]) -> MainWindow:
    window.open(make_case("gate", "yard"))
    settle(window)
    case = window.bench.document.case
    for source, low in (("gate", 2.9), ("yard", 1.9)):
        case, _ = mark_event(
            case, event="door", source=source, stream=None, earliest=MediaTime.from_s(low),
            latest=MediaTime.from_s(low + 0.1), definition="shut",
        )  # fmt: skip
    window.bench.document.act(case, "tie them")
    settle(window)
    return window


def texts(window: MainWindow) -> list[str]:
    return [item.text for item in window.bench.document.case.annotations]


def test_the_window_drops_what_the_engine_reads() -> None:
    assert set(LABEL_SUFFIXES) == set(SUFFIXES)


def test_shift_m_writes_a_remark_that_is_found_and_undone(
    opened: MainWindow, settle: Settle
) -> None:
    solved = opened.bench.document.case.solution

    def fill(dialog: QDialog) -> None:
        assert isinstance(dialog, Remark)
        write(opened, "Lamp comes on")
        press(opened, "Enter")

    in_dialog(fill)
    press(opened, "Shift+M")
    settle(opened)
    assert texts(opened) == ["Lamp comes on"]
    assert opened.bench.document.case.solution is solved, "a remark makes nothing out of date"
    lane = opened.desk.lanes.lane("gate")
    assert lane is not None and [remark.text for remark in lane._remarks] == ["Lamp comes on"]
    opened.desk.evidence_tab.show_page("remarks")
    table = opened.desk.evidence_tab.remarks.table
    press(opened, "Ctrl+F")
    write(opened, "nothing like it")
    assert table.view.model().rowCount() == 0
    press(opened, "Ctrl+A")
    write(opened, "lamp")
    assert table.view.model().rowCount() == 1
    opened.bench.document.undo()
    assert texts(opened) == []


def test_a_remark_without_words_is_said_and_kept_open(opened: MainWindow, settle: Settle) -> None:
    said = []

    def fill(dialog: QDialog) -> None:
        press(opened, "Enter")
        assert isinstance(dialog, Remark)
        said.append(dialog.problem.text())
        press(opened, "Esc")

    in_dialog(fill)
    press(opened, "Shift+M")
    settle(opened)
    assert said == ["A remark needs words."] and texts(opened) == []


def test_a_dropped_log_becomes_remarks_on_its_clock(
    opened: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    log = tmp_path / "cad.csv"
    log.write_text("time,text\n00:00:03,Door reported\n00:01,Typed\n")
    in_dialog(lambda dialog: press(opened, "Enter"))
    opened.pointing.dropped([str(log)])
    settle(opened)
    assert texts(opened) == ["Door reported", "Typed"]
    first, second = opened.bench.document.case.annotations
    assert (first.granularity, second.granularity) == (Duration(10**9), Duration(60 * 10**9))
    assert first.clock == opened.bench.document.case.datum
    opened.bench.annotating.go(first.id)
    assert opened.bench.playhead.position == 3 * 10**9


def test_a_file_that_is_no_captions_is_explained(
    opened: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.srt"
    bad.write_text("hello")
    in_dialog(lambda dialog: press(opened, "Enter"))
    opened.pointing.dropped([str(bad)])
    settle(opened)
    assert texts(opened) == []
    assert opened.desk.problem.isVisible()


def test_ctrl_e_exports_captions_on_a_recordings_own_time(
    opened: MainWindow, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "yard.srt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))

    def fill(dialog: QDialog) -> None:
        assert isinstance(dialog, ChooseExport)
        dialog.format.setCurrentIndex(dialog.format.findData("csv"))
        assert not dialog.on.isEnabled(), "a table holds every clock's times"
        dialog.format.setCurrentIndex(dialog.format.findData("srt"))
        dialog.on.setCurrentIndex(dialog.on.findData("yard"))
        press(opened, "Enter")

    in_dialog(fill)
    press(opened, "Ctrl+E")
    settle(opened)
    found = pysubs2.SSAFile.load(str(out))
    own = next(line for line in found if "marked in yard" in line.plaintext)
    assert own.start == 1900


def test_an_export_never_overwrites_a_recording(
    opened: MainWindow, settle: Settle, qtbot: QtBot, clips: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before = clips["gate"].read_bytes()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(clips["gate"]), ""))
    in_dialog(lambda dialog: press(opened, "Enter"))
    press(opened, "Ctrl+E")
    settle(opened)
    assert clips["gate"].read_bytes() == before
    assert opened.desk.problem.isVisible()
