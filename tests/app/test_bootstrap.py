"""Starting the window: environment, picture, unforeseen errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.bootstrap import PLUGIN_PATH, drop_foreign_plugins, open_window
from app.main_window import MainWindow
from sync.errors import TiepointError


def test_plugins_of_opencv_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLUGIN_PATH, "/somewhere/site-packages/cv2/qt/plugins")
    drop_foreign_plugins()
    assert PLUGIN_PATH not in os.environ


def test_other_plugins_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLUGIN_PATH, "/usr/lib/qt6/plugins")
    drop_foreign_plugins()
    assert os.environ[PLUGIN_PATH] == "/usr/lib/qt6/plugins"


def test_a_picture_of_the_window(
    qapp: QApplication, tmp_path: Path, make_case: Callable[..., Path]
) -> None:
    out = tmp_path / "pictures" / "window.png"
    status = open_window(
        make_case("gate", "yard"), screenshot=out, size=(1280, 720), theme="light", state="file"
    )
    assert status == 0
    picture = QImage(str(out))
    assert (picture.width(), picture.height()) == (1280, 720)
    assert picture.pixelColor(5, 5).lightness() > 200, "the light theme"
    bare = tmp_path / "bare.png"
    open_window(None, screenshot=bare, size=(1280, 720), theme="light")
    lanes = picture.copy(160, 480, 1000, 80)
    assert lanes != QImage(str(bare)).copy(160, 480, 1000, 80), "the case is in it"


def test_an_unknown_state_is_refused(qapp: QApplication) -> None:
    with pytest.raises(TiepointError):
        open_window(None, state="upside-down")


def test_an_unforeseen_error_becomes_a_card(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from app.bootstrap import _explain

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    before = sys.excepthook
    try:
        raise ZeroDivisionError("a fault of ours")
    except ZeroDivisionError as error:
        _explain(window)(type(error), error, error.__traceback__)
    assert sys.excepthook is before
    assert window.desk.problem.isVisible()
    assert "mistake of its own" in window.desk.problem._what.text()
    capsys.readouterr()


def test_no_picture_is_taken_of_a_case_that_does_not_open(
    qapp: QApplication, tmp_path: Path
) -> None:
    out = tmp_path / "window.png"
    with pytest.raises(TiepointError, match="There is no case"):
        open_window(tmp_path / "nosuch.tiepoint", screenshot=out)
    assert not out.exists()
