"""A lane shows motion, waveform or spectrogram, and channels together, apart or one by one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.controllers.lane_views import LaneView
from app.main_window import MainWindow
from sync.case.case import Case
from sync.case.recordings import add_recording
from sync.case.store import CaseStore
from widgets.lane import Lane

RATE_HZ = 8000
Settle = Callable[[MainWindow], None]


@pytest.fixture
def groups(tmp_path: Path, window: MainWindow, settle: Settle) -> MainWindow:
    """A stereo logger open in the window: 1 kHz left in the first half, 3 kHz right after it."""
    t = np.arange(4 * RATE_HZ) / RATE_HZ
    made = np.zeros((4 * RATE_HZ, 2))
    made[: 2 * RATE_HZ, 0] = 0.5 * np.sin(2 * np.pi * 1000 * t[: 2 * RATE_HZ])
    made[2 * RATE_HZ :, 1] = 0.5 * np.sin(2 * np.pi * 3000 * t[2 * RATE_HZ :])
    soundfile.write(tmp_path / "logger.wav", made, RATE_HZ)
    path = tmp_path / "made.tiepoint"
    case = Case(id="", title="Made", examiner="E. Xaminer")
    case, source = add_recording(case, tmp_path / "logger.wav", case_path=path, name="logger")
    CaseStore.create(path, case.with_datum(source.clock), "E. Xaminer").close()
    window.open(path)
    settle(window)
    return window


def shown(window: MainWindow, settle: Settle) -> np.ndarray:
    """The lane's content as (height, width, 4), after everything asked for has come."""
    (lane,) = window.desk.lanes.findChildren(Lane)
    lane.grab()
    settle(window)
    image = lane.grab().toImage()
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4).copy()


def test_two_talk_groups_are_shown_apart_until_put_together(
    groups: MainWindow, settle: Settle
) -> None:
    views = groups.bench.lane_views
    left, right = views.rows("logger")
    tall = shown(groups, settle).shape[0]
    assert (left.name, right.name) == ("left", "right")
    assert left.columns is not None
    assert right.columns is not None
    half_ns = 2_000_000_000
    assert left.columns(0, half_ns, 1)[1] == pytest.approx(1.0, abs=0.01)
    assert right.columns(0, half_ns // 2, 1)[1] == pytest.approx(0.0, abs=0.01)
    views.part("logger", "together")
    assert [row.name for row in views.rows("logger")] == [""]
    assert shown(groups, settle).shape[0] < tall
    views.part("logger", 1)
    (alone,) = views.rows("logger")
    assert alone.name == "right"
    assert views.words("logger") == "waveform · right"


def test_a_spectrogram_comes_in_the_background(groups: MainWindow, settle: Settle) -> None:
    views = groups.bench.lane_views
    views.part("logger", "together")
    views.show("logger", "spectrogram")
    assert views.words("logger") == "spectrum 0–4 kHz"
    (row,) = views.rows("logger")
    assert row.spectrum is not None
    assert row.spectrum(0, 4_000_000_000, 100) is None, "not made on the window's thread"
    settle(groups)
    levels = row.spectrum(0, 4_000_000_000, 100)
    assert levels is not None
    pitch = levels.argmax(axis=0) * 4000 / len(levels)
    assert pitch[10] == pytest.approx(1000, abs=40)
    assert pitch[90] == pytest.approx(3000, abs=40)
    assert levels.max() == pytest.approx(255, abs=4), "scaled to the loudest of the recording"


def test_the_lane_paints_it_once_it_is_there(groups: MainWindow, settle: Settle) -> None:
    groups.bench.lane_views.part("logger", "together")
    waveform = shown(groups, settle)
    groups.acts["lane_view"].trigger()
    assert groups.bench.lane_views.view("logger") == LaneView("spectrogram")
    spectrum = shown(groups, settle)
    high = spectrum[: spectrum.shape[0] // 2, 200:]
    assert high.shape != waveform.shape
    quarter = high.shape[1] // 4
    level = high.astype(float).sum(axis=(0, 2))
    assert level[-quarter:].mean() > level[quarter // 4 : quarter].mean(), "3 kHz lies above"
    groups.acts["lane_view"].trigger()
    assert groups.bench.lane_views.view("logger") == LaneView("waveform")
    assert np.array_equal(shown(groups, settle), waveform)


def test_tiles_of_one_view_are_made_once(
    groups: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sync.media import spectrogram as engine

    made: list[int] = []
    true = engine.spectrogram

    def counted(*args: object, **options: object) -> object:
        made.append(1)
        return true(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "spectrogram", counted)
    groups.bench.lane_views.show("logger", "spectrogram")
    shown(groups, settle)
    first = len(made)
    assert 0 < first <= 24
    shown(groups, settle)
    assert len(made) == first


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_menu_of_a_lane_offers_what_there_is(
    groups: MainWindow, settle: Settle, qtbot: QtBot
) -> None:
    (lane,) = groups.desk.lanes.findChildren(Lane)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(300, 20), QPoint(300, 600))
    QApplication.sendEvent(lane, asked)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    names = {act.text(): act for act in menu.actions() if not act.isSeparator()}
    assert list(names) == [
        "Waveform", "Spectrogram", "Together", "Apart", "Only left", "Only right",
        "Mute", "Alone (solo)", "Gain", "Listen to", "Height", "Colour",
        "Move up", "Move down",
    ]  # fmt: skip
    assert names["Waveform"].isChecked()
    assert names["Apart"].isChecked()
    names["Only right"].trigger()
    names["Mute"].trigger()
    menu.close()
    assert groups.bench.lane_views.view("logger") == LaneView("waveform", 1)
    assert groups.bench.sounding.lanes["logger"].mute
    assert lane.accessibleDescription().endswith("heard: M")
    settle(groups)
