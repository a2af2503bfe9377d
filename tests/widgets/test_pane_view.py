"""Looking closer: every pixel of the picture as large as the next, levels by their formula."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from widgets.pane_view import Look, Stage, Zoom
from widgets.video_pane import FOOTER_PX, HEADER_PX, PaneInfo, VideoPane
from widgets.view_popover import ViewPopover

AREA = QRectF(3, 26, 640, 360)
HD = Stage(area=AREA, own=QSize(1920, 1080), ratio=1.0)
INFO = PaneInfo(source_id="cam1", picture_number=7, frames=(7, 7), pts_s="0.700")


def chequered(width: int, height: int) -> np.ndarray:
    """Every pixel another colour than its neighbours; its place is its colour."""
    image = np.zeros((height, width, 4), dtype=np.uint8)
    image[..., 0], image[..., 1] = np.arange(width), np.arange(height)[:, None]
    image[..., 2] = 255 * ((np.arange(width) + np.arange(height)[:, None]) % 2)
    return image


def test_all_of_it_fits_and_scales_are_those_that_are_closer() -> None:
    assert HD.target(Zoom()) == AREA
    assert HD.scales() == (None, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
    small = Stage(area=AREA, own=QSize(20, 10), ratio=1.0)
    assert small.scales() == (None,), "already 32 times its pixels"


def test_what_is_under_the_cursor_stays_there() -> None:
    about, zoom = QPointF(200, 150), Zoom()
    fit = HD.target(zoom)
    part = ((200 - fit.left()) / fit.width(), (150 - fit.top()) / fit.height())
    for _ in range(12):
        zoom = HD.stepped(zoom, 1, about)
        target = HD.target(zoom)
        assert target.left() + part[0] * target.width() == pytest.approx(200, abs=1)
        assert target.top() + part[1] * target.height() == pytest.approx(150, abs=1)
    assert zoom.scale == 16.0
    for _ in range(12):
        zoom = HD.stepped(zoom, -1, about)
    assert zoom == Zoom()


def test_no_room_beside_a_close_picture() -> None:
    zoom = HD.stepped(Zoom(), 3)
    for away in (-1e6, 1e6):
        target = HD.target(HD.panned(zoom, away, away))
        assert target.contains(AREA)


def test_levels_follow_their_formula() -> None:
    assert np.array_equal(Look().table(), np.arange(256))
    assert not Look().changed
    gamma = Look(gamma=200).table()
    assert (gamma[0], gamma[64], gamma[255]) == (0, 128, 255)
    assert Look(brightness=20).table()[100] == 151
    contrast = Look(contrast=200).table()
    assert (contrast[64], contrast[127], contrast[255]) == (0, 126, 255)
    words = Look(brightness=-5, contrast=150, gamma=80).words()
    assert words == "brightness −5 % · contrast × 1.50 · gamma 0.80"


@pytest.fixture
def pane(qtbot: QtBot) -> VideoPane:
    made = VideoPane("cam1", "cam 1", QColor("#5ab4f0"))
    qtbot.addWidget(made)
    made.resize(326, 160 + HEADER_PX + FOOTER_PX)
    made.show()
    made.set_own_size(QSize(64, 32))
    made.set_picture(chequered(64, 32), INFO)
    return made


def test_a_close_picture_repeats_its_pixels_and_blends_none(pane: VideoPane) -> None:
    pane.zoom_by(99, QPointF(163, 100))
    assert pane.zoom.scale == 16.0
    shown, target = pane.grab().toImage(), pane.stage().target(pane.zoom)
    rect = pane.picture_rect()
    for x in range(rect.left(), rect.right() + 1, 7):
        for y in range(rect.top(), rect.bottom() + 1, 7):
            column, row = int((x - target.left()) // 16), int((y - target.top()) // 16)
            colour = shown.pixelColor(x, y)
            red = 255 * ((column + row) % 2)
            assert (colour.red(), colour.green(), colour.blue()) == (red, row, column)


def test_a_changed_view_is_said_and_undone_by_a_click(pane: VideoPane, qtbot: QtBot) -> None:
    before = pane.grab(pane.picture_rect()).toImage()
    pane.set_look(Look(gamma=180))
    assert pane.grab(pane.picture_rect()).toImage() != before
    assert pane.accessibleDescription().endswith("original, view changed: gamma 1.80")
    assert pane.toolTip() == "View changed: gamma 1.80"
    pane.grab()
    at = pane._badge.center().toPoint()
    assert at.y() > pane.height() - FOOTER_PX
    qtbot.mouseClick(pane, Qt.MouseButton.LeftButton, pos=at)
    assert pane.look == Look()
    assert pane.grab(pane.picture_rect()).toImage() == before
    assert "view changed" not in pane.accessibleDescription()


def test_the_recorded_pixels_are_not_touched(pane: VideoPane) -> None:
    kept = chequered(64, 32)
    pane.set_picture(kept, INFO)
    pane.set_look(Look(brightness=50))
    pane.zoom_by(2)
    pane.grab()
    assert np.array_equal(kept, chequered(64, 32))


def test_wheel_drag_and_double_click(
    pane: VideoPane, qtbot: QtBot, wheel: Callable[..., None]
) -> None:
    wheel(pane, 100, 1)
    assert pane.zoom == Zoom(), "the wheel alone is not for the picture"
    with qtbot.waitSignal(pane.size_wanted) as asked:
        wheel(pane, 100, 1, Qt.KeyboardModifier.ControlModifier)
    assert asked.args == ["cam1", 64, 32], "its own pixels are wanted"
    wheel(pane, 100, 1, Qt.KeyboardModifier.ControlModifier)
    before = pane.stage().target(pane.zoom)
    middle = QPoint(160, 100)
    qtbot.mousePress(pane, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(pane, middle + QPoint(-16, -8))
    qtbot.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=middle + QPoint(-16, -8))
    after = pane.stage().target(pane.zoom)
    assert (after.left() - before.left(), after.top() - before.top()) == (-16, -8)
    qtbot.mouseDClick(pane, Qt.MouseButton.LeftButton, pos=middle)
    assert pane.zoom == Zoom()


def test_shrunk_pixels_enlarged_are_called_a_preview(pane: VideoPane) -> None:
    pane.set_own_size(QSize(640, 320))
    pane.zoom_by(1)
    pane.set_picture(chequered(64, 32), INFO)
    assert pane.info is not None
    assert not pane.info.exact


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_sliders_follow_the_pane_and_the_pane_the_sliders(pane: VideoPane, qtbot: QtBot) -> None:
    popover = ViewPopover(pane, "cam 1")
    popover.open()
    popover.gamma.setValue(150)
    assert pane.look.gamma == 150
    popover.zoom.setValue(popover.zoom.maximum())
    assert pane.zoom.scale == 16.0
    pane.reset_view()
    assert (popover.gamma.value(), popover.zoom.value()) == (100, 0)
    assert popover.gamma.accessibleName() == "Gamma"
    assert popover.gamma.accessibleDescription() == "1.00"
    assert not popover.reset.isEnabled()
    with qtbot.waitSignal(popover.closed):
        qtbot.keyClick(popover, Qt.Key.Key_Escape)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_whole_screen_pixels_at_every_scaling(ratio: float) -> None:
    stage = Stage(area=AREA, own=QSize(1280, 720), ratio=ratio)
    for scale in stage.scales():
        target = stage.target(stage.at_scale(Zoom(), scale, QPointF(101.3, 77.7)))
        assert target.left() * ratio == pytest.approx(round(target.left() * ratio))
        assert target.top() * ratio == pytest.approx(round(target.top() * ratio))
