"""Panes are chosen and remembered with the case; the wall goes to its own window and comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.controllers.walls import WallWindow
from app.main_window import MainWindow
from tests.app.keyboard import press

Settle = Callable[[MainWindow], None]


@pytest.fixture
def opened(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path]
) -> Iterator[MainWindow]:
    window.open(make_case("gate", "yard", "radio"))
    settle(window)
    yield window
    window.bench.playhead.pause()
    settle(window)


def own_window(window: MainWindow) -> WallWindow:
    found = window.desk.wall.window()
    assert isinstance(found, WallWindow)
    return found


def test_a_pane_is_hidden_and_remembered(opened: MainWindow, settle: Settle) -> None:
    opened.bench.focus.set("gate")
    opened.acts["hide_pane"].trigger()
    assert opened.desk.wall.shown == ("yard",)
    assert "not removed" in opened.desk.status.line.text()
    path = opened.bench.document.path
    assert path is not None
    opened.bench.files.close_case()
    opened.open(path)
    settle(opened)
    assert opened.desk.wall.shown == ("yard",), "as it was left"
    opened.bench.walls.set_shown("gate", True)
    assert opened.desk.wall.shown == ("gate", "yard")
    opened.bench.focus.set("gate")
    settle(opened)
    assert opened.desk.wall.pane("gate").info is not None  # type: ignore[union-attr]


def test_one_pane_stays(opened: MainWindow) -> None:
    opened.bench.walls.set_shown("gate", False)
    opened.bench.walls.set_shown("yard", False)
    assert opened.desk.wall.shown == ("yard",)
    assert opened.desk.status.line.text() == "One pane stays."


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_menu_ticks_what_has_a_pane(opened: MainWindow) -> None:
    press(opened, "Ctrl+Alt+P")
    menu = next(menu for menu in opened.findChildren(QMenu) if menu.isVisible())
    assert [(a.text(), a.isChecked()) for a in menu.actions()] == [("gate", True), ("yard", True)]
    menu.actions()[1].trigger()
    menu.close()
    assert opened.desk.wall.shown == ("gate",)


def test_there_and_back_while_playing(opened: MainWindow, qtbot: QtBot, settle: Settle) -> None:
    wall, home = opened.desk.wall, opened.desk.wall.parentWidget()
    opened.bench.playhead.play()
    opened.acts["wall_window"].trigger()
    own = own_window(opened)
    assert own.isVisible()
    assert opened.bench.playhead.playing, "it goes on"
    assert not home.isVisible()  # type: ignore[union-attr]
    opened.desk.focus_work()
    assert opened.focusWidget() is opened.desk.lanes, "the window's keyboard stays in it"
    assert all(part[0] is not wall for part in opened.desk.parts())
    own.activateWindow()
    qtbot.waitUntil(lambda: own.isActiveWindow())
    QTest.keyClick(wall, Qt.Key.Key_Space)
    assert not opened.bench.playhead.playing, "the keys work there too"
    QTest.keyClick(wall, Qt.Key.Key_Escape)
    assert wall.window() is opened
    assert wall.parentWidget() is home
    assert wall.isVisible()
    assert opened.bench.walls.own is None
    settle(opened)


def test_closing_it_brings_the_wall_back(opened: MainWindow) -> None:
    opened.bench.walls.toggle()
    own_window(opened).close()
    assert opened.desk.wall.window() is opened
    opened.bench.walls.toggle()
    opened.bench.walls.toggle()
    assert opened.desk.wall.window() is opened


def test_a_lost_screen_docks_it(opened: MainWindow) -> None:
    opened.bench.walls.toggle()
    app = QGuiApplication.instance()
    assert isinstance(app, QGuiApplication)
    app.screenRemoved.emit(app.primaryScreen())
    assert opened.desk.wall.window() is opened
    assert "screen was lost" in opened.desk.status.line.text()


def test_closing_the_window_takes_it_along(opened: MainWindow) -> None:
    opened.bench.walls.toggle()
    opened.close()
    assert opened.desk.wall.window() is opened
