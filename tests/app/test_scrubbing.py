"""Dragging shows previews that say so, and the frame when it ends; playing counts what it drops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app import video
from app.frame_service import FrameAnswer
from app.main_window import MainWindow
from tests.app.keyboard import press
from tests.support.made_media import read_number
from widgets.video_pane import PaneInfo

S = 1_000_000_000
Settle = Callable[[MainWindow], None]


class Clock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every frame is thought to take long, and none is read ahead."""
    monkeypatch.setattr(video.Video, "read_ahead", lambda self: False)
    monkeypatch.setattr(video, "_FIRST_GUESS_S", 1.0)
    monkeypatch.setattr(video, "_TRUST", 0.0)
    monkeypatch.setattr(video, "_FORGET", 1.0)


@pytest.fixture
def opened(
    slow: None, window: MainWindow, settle: Settle, make_case: Callable[..., Path]
) -> Iterator[MainWindow]:
    window.open(make_case("gate", "yard"))
    settle(window)
    yield window
    window.bench.playhead.pause()
    settle(window)


def info(window: MainWindow, source: str = "gate") -> PaneInfo:
    pane = window.desk.wall.pane(source)
    assert pane is not None
    assert pane.info is not None
    return pane.info


def asked(window: MainWindow) -> QDialog | None:
    """The form that asks what a mark is."""
    return window.bench.marking.dialog


def drag(window: MainWindow, ns: int) -> None:
    """As the ruler does."""
    window.desk.lanes.moved.emit(window.bench.playhead.bounds[0] + ns)


def test_a_drag_shows_a_preview_and_its_end_the_frame(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    opened.bench.frames.set_size("gate", 320, 192)  # as painted: the number can be read
    settle(opened)
    seen: list[FrameAnswer] = []
    opened.bench.panes.shown.connect(seen.append)
    drag(opened, 3 * S)
    assert opened.bench.panes.dragging
    qtbot.waitUntil(lambda: any(answer.source == "gate" for answer in seen))
    opened.desk.lanes.released.emit()
    assert not opened.bench.panes.dragging
    qtbot.waitUntil(lambda: info(opened).exact)
    first = next(answer for answer in seen if answer.source == "gate")
    assert (first.index, first.preview, first.exact) == (30, True, False)
    assert info(opened).frames == (30, 30)
    pane = opened.desk.wall.pane("gate")
    assert pane is not None
    assert pane.pixels is not None
    assert read_number(np.asarray(pane.pixels)[:, :, :3]) == 30
    settle(opened)


def test_a_drag_that_stands_still_settles_by_itself(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    drag(opened, 3 * S)
    settle(opened)
    assert not opened.bench.panes.dragging
    assert info(opened).exact


def test_a_mark_is_accepted_only_on_exact_pictures(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    """Enter at once: it waits until both were shown."""
    drag(opened, 3 * S)
    opened.bench.marking.mark()
    pair = opened.bench.drafting.pair
    assert not pair.complete
    opened.bench.marking.accept()
    assert asked(opened) is None
    assert opened.desk.status.line.text() == "Waiting for the exact picture."
    qtbot.waitUntil(lambda: asked(opened) is not None)
    assert all(answer is not None and answer.exact for answer in pair.pictures)
    form = asked(opened)
    assert form is not None
    form.reject()
    press(opened, "Esc")
    settle(opened)


def test_a_mark_is_refused_where_the_picture_is_not_what_was_indexed(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    settle(opened)
    opened.bench.marking.mark()
    pair = opened.bench.drafting.pair
    qtbot.waitUntil(lambda: pair.complete)
    for name, answer in list(pair._got.items()):
        other = {n: getattr(answer, n) for n in FrameAnswer.__slots__} | {"exact": False}
        pair._got[name] = FrameAnswer(**other)
    press(opened, "Enter")
    assert opened.bench.marking.dialog is None
    assert "damaged" in opened.desk.problem.accessibleName()
    press(opened, "Esc")
    settle(opened)


def test_playing_counts_what_it_drops(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    """10 frames a second, a tick each 15 ms: every frame is due. Three are passed over."""
    clock, playhead = Clock(), opened.bench.playhead
    playhead.seek(playhead.bounds[0])
    settle(opened)
    playhead.play()
    playhead.set_clock(clock)
    for tenths in (1, 2, 6, 7):
        clock.ns = tenths * S // 10 + 1_000_000
        playhead.tick()
        qtbot.waitUntil(lambda tenths=tenths: info(opened).frames == (tenths, tenths))  # type: ignore[misc]
    assert info(opened).dropped == 3
    playhead.pause()
    settle(opened)
    assert info(opened).exact
    assert info(opened).dropped == 3, "still said where it stopped"
    press(opened, "Right")
    settle(opened)
    assert info(opened).dropped == 0


def test_a_jump_while_playing_drops_nothing(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    clock, playhead = Clock(), opened.bench.playhead
    playhead.seek(playhead.bounds[0])
    settle(opened)
    playhead.play()
    playhead.set_clock(clock)
    clock.ns = S // 10 + 1_000_000
    playhead.tick()
    qtbot.waitUntil(lambda: info(opened).frames == (1, 1))
    playhead.seek(playhead.bounds[0] + 4 * S)
    qtbot.waitUntil(lambda: info(opened).frames == (40, 40))
    assert info(opened).dropped == 0
