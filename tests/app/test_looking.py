"""A picture is looked at closer and saved as recorded, whatever the view is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.controllers.looking import stored_aspect
from app.main_window import MainWindow
from app.picture_file import picture_name, write_picture
from sync.errors import StorageError
from tests.app.keyboard import press
from tests.support.made_media import read_number
from widgets.pane_view import Look
from widgets.video_pane import VideoPane

S = 1_000_000_000
Settle = Callable[[MainWindow], None]


@pytest.fixture
def opened(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path]
) -> Iterator[MainWindow]:
    window.open(make_case("gate", "yard", "radio"))
    settle(window)
    window.bench.playhead.seek(window.bench.playhead.bounds[0] + 3 * S)
    settle(window)
    yield window
    settle(window)


def pane(window: MainWindow) -> VideoPane:
    found = window.desk.wall.pane("gate")
    assert found is not None
    return found


def bgr(path: Path) -> np.ndarray:
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    return np.array(image.constBits()).reshape(image.height(), image.width(), 4)[:, :, :3]


def test_keys_look_closer_in_the_pictures_own_pixels(opened: MainWindow, settle: Settle) -> None:
    own = opened.bench.document.case.source("gate").facts.picture
    assert own is not None
    press(opened, *["Alt+="] * 12)
    assert pane(opened).zoom.scale == 16.0
    settle(opened)
    shown = pane(opened).pixels
    assert shown is not None
    assert shown.shape[:2] == (own.height_px, own.width_px)
    assert read_number(shown[:, :, :3]) == 30
    before = pane(opened).zoom.x
    press(opened, "Ctrl+Shift+Right")
    assert pane(opened).zoom.x > before
    press(opened, "Shift+V")
    assert pane(opened).view_words == ""
    settle(opened)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_sliders_open_by_key_and_close(opened: MainWindow) -> None:
    press(opened, "V")
    popover = opened.bench.looking.popover
    assert popover is not None
    popover.close()
    assert opened.bench.looking.popover is None


def test_a_saved_picture_is_the_recorded_one_with_its_times(
    opened: MainWindow, settle: Settle, qtbot: QtBot, tmp_path: Path,
    choose_files: Callable[..., None], clips: dict[str, Path],
) -> None:  # fmt: skip
    target = tmp_path / "saved.png"
    choose_files(target)
    pane(opened).set_look(Look(gamma=200))
    press(opened, "Alt+=", "Alt+=", "Ctrl+Alt+S")
    settle(opened)
    qtbot.waitUntil(target.is_file)
    settle(opened)
    picture = opened.bench.document.case.source("gate").facts.picture
    assert picture is not None
    saved = bgr(target)
    assert saved.shape == (picture.height_px, picture.width_px, 3)
    assert read_number(saved) == 30
    texts = {key: QImage(str(target)).text(key) for key in QImage(str(target)).textKeys()}
    assert texts["Frame"] == "30"
    assert texts["Time in the file"] == "0:03.000 (3000000000 ns)"
    assert texts["Time on the reference clock"].endswith("the reference itself")
    assert texts["File SHA-256"] == hashlib.sha256(clips["gate"].read_bytes()).hexdigest()
    assert texts["Pixel aspect"] == "1:1 (width to height)"
    assert "levels not changed" in texts["Pixels"]
    assert "saved.png" in opened.desk.status.line.text()
    assert not target.with_name("saved.png.part").exists()


def test_the_name_offered_says_what_it_is(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []

    def ask(_parent: object, _title: str, path: str, _kinds: str) -> tuple[str, str]:
        offered.append(Path(path).name)
        return "", ""

    monkeypatch.setattr("app.controllers.looking.QFileDialog.getSaveFileName", ask)
    opened.bench.looking.save_picture()
    assert offered == ["gate picture 30 frame 30 3.000 s.png"]


def test_no_picture_no_file(opened: MainWindow) -> None:
    opened.bench.focus.set("radio")
    press(opened, "Ctrl+Alt+S")
    assert "No picture is shown" in opened.desk.problem.accessibleName()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_menu_of_a_pane(opened: MainWindow) -> None:
    opened.desk.wall.menu_wanted.emit("yard", QPoint(10, 10))
    menu = next(menu for menu in opened.findChildren(QMenu) if menu.isVisible())
    texts = [action.text() for action in menu.actions()]
    assert "Save this picture …" in texts
    assert opened.bench.focus.source == "yard"
    menu.close()


def test_aspect_is_stated_not_applied(tmp_path: Path) -> None:
    pixels = np.arange(4 * 3 * 4, dtype=np.uint8).reshape(3, 4, 4)
    path = tmp_path / "wide.png"
    write_picture(path, pixels, Fraction(16, 11), {"Title": "é – ±"})
    image = QImage(str(path))
    assert (image.width(), image.height()) == (4, 3)
    assert image.dotsPerMeterY() / image.dotsPerMeterX() == pytest.approx(16 / 11, rel=1e-3)
    assert image.text("Title") == "é – ±"
    assert np.array_equal(bgr(path), pixels[:, :, :3])


def test_a_turned_picture_has_its_pixels_turned_too(opened: MainWindow) -> None:
    from dataclasses import replace

    source = opened.bench.document.case.source("gate")
    picture = source.facts.picture
    assert picture is not None
    turned = replace(picture, sample_aspect="16:11", rotation_deg=90)
    source = replace(source, facts=replace(source.facts, picture=turned))
    assert stored_aspect(source) == Fraction(11, 16)


def test_a_picture_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        write_picture(tmp_path / "none" / "a.png", np.zeros((2, 2, 4), np.uint8), Fraction(1), {})
    assert list(tmp_path.iterdir()) == []


def test_names_every_file_system_takes() -> None:
    assert picture_name('cam 1: "gate"', "", "frame 3") == "cam 1- -gate- frame 3.png"
    assert len(picture_name("a" * 300)) < 143
    assert picture_name("///") == "picture.png"
