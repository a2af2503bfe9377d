"""Held keys: steps at twelve a second after 300 ms, everything else once; K+J and K+L step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.actions import ACTIONS
from app.holding import EVERY_MS, FIRST_MS, STEPS, SYSTEM, HeldAction
from app.main_window import MainWindow
from tests.app.keyboard import press, target

Settle = Callable[[MainWindow], None]
NO, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
PICTURE_NS = 100_000_000
"""The clips have ten pictures a second."""


@pytest.fixture
def opened(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path]
) -> Iterator[MainWindow]:
    window.open(make_case("gate", "yard"))
    settle(window)
    press(window, "Home")
    settle(window)
    yield window
    window.bench.playhead.pause()
    settle(window)


def steps(window: MainWindow, qtbot: QtBot) -> list[int]:
    """Counts the acts of → from now on."""
    counted: list[int] = []
    window.acts["step"].triggered.connect(lambda: counted.append(1))
    return counted


def test_a_tap_is_one_step(opened: MainWindow, qtbot: QtBot) -> None:
    counted = steps(opened, qtbot)
    press(opened, "Right")
    qtbot.wait(FIRST_MS + 2 * EVERY_MS)
    assert len(counted) == 1
    assert opened.bench.playhead.position == PICTURE_NS


def test_a_held_key_steps_on_and_stops_when_it_is_let_go(opened: MainWindow, qtbot: QtBot) -> None:
    counted = steps(opened, qtbot)
    press(opened, "Left")  # the window has the keyboard now
    QTest.keyPress(target(opened), Qt.Key.Key_Right)
    qtbot.wait(FIRST_MS // 2)
    assert len(counted) == 1, "nothing more before 300 ms"
    qtbot.waitUntil(lambda: len(counted) >= 4, timeout=5000)
    QTest.keyRelease(target(opened), Qt.Key.Key_Right)
    count = len(counted)
    qtbot.wait(3 * EVERY_MS)
    assert len(counted) == count
    assert opened.bench.playhead.position == count * PICTURE_NS


def test_it_stops_when_the_window_is_left(opened: MainWindow, qtbot: QtBot) -> None:
    press(opened, "Left")
    QTest.keyPress(target(opened), Qt.Key.Key_Right)
    act = opened.acts["step"]
    assert isinstance(act, HeldAction) and act.is_down
    opened.bench.walls.toggle()
    qtbot.waitUntil(lambda: not act.is_down)
    opened.bench.walls.dock()


@pytest.mark.parametrize(("key", "to"), [(Qt.Key.Key_L, 1), (Qt.Key.Key_J, -1)])
def test_with_k_held_j_and_l_step(opened: MainWindow, key: Qt.Key, to: int) -> None:
    press(opened, "Right", "Right", "Right")
    QTest.keyPress(target(opened), Qt.Key.Key_K)
    for count in (1, 2):
        QTest.keyClick(target(opened), key)
        assert opened.bench.playhead.position == (3 + to * count) * PICTURE_NS
        assert not opened.bench.playhead.playing
    QTest.keyRelease(target(opened), Qt.Key.Key_K)
    QTest.keyClick(target(opened), key)
    assert opened.bench.playhead.playing, "K is let go: they play"
    press(opened, "K")


def test_a_held_key_does_nothing_else_twice(opened: MainWindow) -> None:
    names = {spec.id for spec in ACTIONS}
    assert names >= STEPS | SYSTEM
    repeats = {name for name in names if opened.acts[name].autoRepeat()}
    assert repeats == SYSTEM
    assert not {"play", "mark", "accept", "accept_candidate", "same"} & repeats


def test_a_menu_does_it_once(opened: MainWindow, qtbot: QtBot) -> None:
    act = opened.acts["step"]
    act.trigger()
    assert isinstance(act, HeldAction) and not act.is_down
