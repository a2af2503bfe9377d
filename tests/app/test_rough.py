"""M while playing drops a flag that takes no part; M at the flag refines it, and it is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app.controllers.rough import flags
from app.main_window import MainWindow
from sync.case.store import load_case
from sync.evidence import Mark
from tests.app.keyboard import press

S = 1_000_000_000
Settle = Callable[[MainWindow], None]


@pytest.fixture
def opened(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path]
) -> Iterator[MainWindow]:
    window.open(make_case("gate", "yard"))
    settle(window)
    yield window
    window.bench.playhead.pause()
    settle(window)


def dropped(window: MainWindow, settle: Settle) -> int:
    """Where the flag lies in the file, ns."""
    playhead = window.bench.playhead
    playhead.seek(playhead.bounds[0] + 3 * S)
    playhead.play()
    press(window, "M")
    settle(window)
    (flag,) = flags(window.bench.document.case)
    assert flag.source == "gate"
    assert flag.start is not None
    return flag.start.ns


def asked(window: MainWindow) -> QDialog | None:
    return window.bench.marking.dialog


def test_m_while_playing_flags_and_pauses(opened: MainWindow, settle: Settle) -> None:
    at = dropped(opened, settle)
    assert not opened.bench.playhead.playing
    assert 3 * S <= at < 5 * S
    assert not opened.bench.marking.is_open, "nothing is drafted"
    assert not opened.bench.document.case.of_kind(Mark), "no evidence"
    assert "takes no part" in opened.desk.status.line.text()
    remarks = opened.desk.lanes._remarks["gate"]
    assert [remark.rough for remark in remarks] == [True]


def test_a_flag_survives_reopening_and_undo_takes_it(opened: MainWindow, settle: Settle) -> None:
    dropped(opened, settle)
    press(opened, "Ctrl+S")
    settle(opened)
    path = opened.bench.document.path
    assert path is not None
    assert len(flags(load_case(path))) == 1
    press(opened, "Ctrl+Z")
    settle(opened)
    assert flags(opened.bench.document.case) == ()


def test_going_to_it_and_m_refines_it(opened: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    at = dropped(opened, settle)
    opened.bench.focus.set("yard")
    settle(opened)
    opened.bench.focus.set("gate")
    press(opened, "Home", "Down")
    settle(opened)
    assert opened.bench.focus.source == "gate"
    media = opened.bench.places.media_now("gate")
    assert media is not None
    assert abs(media.ns - at) <= 1
    press(opened, "M")
    settle(opened)
    assert opened.bench.marking.draft is not None
    assert len(flags(opened.bench.document.case)) == 1, "kept until the mark is accepted"
    press(opened, "Enter")
    qtbot.waitUntil(lambda: asked(opened) is not None)
    press(opened, "Enter")
    qtbot.waitUntil(lambda: bool(opened.bench.document.case.of_kind(Mark)))
    settle(opened)
    assert flags(opened.bench.document.case) == ()
    press(opened, "Esc", "Ctrl+Z", "Ctrl+Z")
    settle(opened)
    assert len(flags(opened.bench.document.case)) == 1, "one act made the mark and took the flag"
    assert not opened.bench.document.case.of_kind(Mark)


def test_a_draft_that_is_left_leaves_the_flag(opened: MainWindow, settle: Settle) -> None:
    dropped(opened, settle)
    press(opened, "M")
    settle(opened)
    press(opened, "Esc")
    settle(opened)
    assert len(flags(opened.bench.document.case)) == 1


def test_a_mark_elsewhere_leaves_the_flag(opened: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    dropped(opened, settle)
    opened.bench.playhead.seek(opened.bench.playhead.bounds[0] + S)
    settle(opened)
    press(opened, "M")
    settle(opened)
    press(opened, "Enter")
    qtbot.waitUntil(lambda: asked(opened) is not None)
    press(opened, "Enter")
    qtbot.waitUntil(lambda: bool(opened.bench.document.case.of_kind(Mark)))
    assert len(flags(opened.bench.document.case)) == 1
    press(opened, "Esc")
