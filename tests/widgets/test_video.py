"""Panes and wall: the pixels are the pixels, everything said stands outside them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.widgets.made_timeline import picture
from widgets.pane_text import NUMBERS
from widgets.theme import source_colour
from widgets.video_pane import FOOTER_PX, HEADER_PX, OUTLINE_PX, PaneInfo, VideoPane
from widgets.video_wall import MOST, VideoWall, grid

INFO = PaneInfo(source_id="cam1", picture_number=3052, frames=(12204, 12207), pts_s="813.800")


@pytest.fixture
def pane(qtbot: QtBot) -> VideoPane:
    made = VideoPane("cam1", "cam 1  gate", QColor("#5ab4f0"))
    qtbot.addWidget(made)
    made.resize(646, 360 + HEADER_PX + FOOTER_PX)
    made.show()
    return made


def test_info_in_words() -> None:
    assert INFO.text == "picture 3052 (frames 12204–12207) · PTS 813.800"
    one = PaneInfo(source_id="a", picture_number=7, frames=(9, 9), pts_s="0.300")
    assert one.text == "picture 7 (frame 9) · PTS 0.300"
    assert PaneInfo(source_id="a", frames=(9, 9), pts_s="0.300").text == "frame 9 · PTS 0.300"


def test_a_narrow_pane_says_less_but_never_half_a_number() -> None:
    assert INFO.fitting(1000, NUMBERS) == INFO.text
    assert INFO.fitting(200, NUMBERS) == "picture 3052 · PTS 813.800"
    assert INFO.fitting(100, NUMBERS) == "picture 3052"


def test_enlarged_pixels_are_not_blended(pane: VideoPane) -> None:
    image = np.zeros((2, 4, 4), dtype=np.uint8)
    image[:, ::2, 2] = 255  # red, black, red, black; alpha is 0 and must not matter
    pane.set_picture(image, INFO)
    shown = pane.grab().toImage()
    rect = pane.picture_rect()
    colours = {
        shown.pixelColor(x, rect.center().y()).name() for x in range(rect.left(), rect.right() + 1)
    }
    assert colours == {"#ff0000", "#000000"}


def test_aspect_is_kept_and_nothing_covers_the_picture(pane: VideoPane) -> None:
    pane.set_picture(np.zeros((90, 160, 4), dtype=np.uint8), INFO)
    rect = pane.picture_rect()
    assert rect.width() / rect.height() == pytest.approx(16 / 9, rel=0.01)
    assert rect.top() >= HEADER_PX
    assert rect.bottom() < pane.height() - FOOTER_PX
    assert rect.left() >= OUTLINE_PX
    assert rect.right() < pane.width() - OUTLINE_PX


def test_labels_and_outline_change_no_pixel_of_the_picture(pane: VideoPane) -> None:
    pane.set_picture(picture(3), INFO)
    rect = pane.picture_rect()
    before = pane.grab(rect).toImage()
    pane.set_focus(True)
    pane.set_marking("happened")
    pane.set_header("cam 1", "14:23:25.48  focus")
    assert pane.grab(rect).toImage() == before


def test_focus_outline_is_3_px(pane: VideoPane) -> None:
    pane.set_focus(True)
    image = pane.grab().toImage()
    middle = pane.height() // 2
    assert [image.pixelColor(x, middle).name() for x in range(4)] == ["#5ab4f0"] * 3 + ["#171a20"]


def test_not_yet_and_happened_differ_by_more_than_colour(pane: VideoPane) -> None:
    looks = []
    for state in (None, "not yet", "happened"):
        pane.set_marking(state)  # type: ignore[arg-type]
        looks.append(pane.grab().toImage())
    assert looks[0] != looks[1] != looks[2]
    amber = [
        sum(look.pixelColor(x, 6).name() == "#ffb454" for x in range(look.width()))
        for look in looks
    ]
    assert amber[0] == 0
    assert amber[2] > amber[1] + 20  # filled against outlined


def test_a_card_replaces_the_picture(pane: VideoPane) -> None:
    pane.set_picture(picture(1), INFO)
    pane.set_card("no footage here", "cam 1 has a gap of 8.6 s")
    assert pane.info is None
    assert pane.accessibleDescription() == "no footage here. cam 1 has a gap of 8.6 s"


def test_click_focuses_and_resize_asks_for_a_size(pane: VideoPane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pane.focused) as caught:
        qtbot.mouseClick(pane, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    assert caught.args == ["cam1"]
    with qtbot.waitSignal(pane.size_wanted) as asked:
        pane.resize(400, 300)
    assert asked.args == ["cam1", 400 - 2 * OUTLINE_PX, 300 - HEADER_PX - FOOTER_PX]


def test_enter_focuses(pane: VideoPane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pane.focused):
        qtbot.keyClick(pane, Qt.Key.Key_Return)


def test_wrong_arrays_are_refused(pane: VideoPane) -> None:
    with pytest.raises(ValueError, match="array of uint8"):
        pane.set_picture(np.zeros((4, 4, 3), dtype=np.uint8), INFO)


@pytest.mark.parametrize(
    ("count", "size", "columns", "rows"),
    [
        (1, (960, 540), 1, 1), (2, (1200, 400), 2, 1), (2, (500, 800), 1, 2),
        (4, (1200, 700), 2, 2), (4, (1600, 250), 4, 1), (5, (1200, 700), 3, 2),
        (9, (1200, 700), 3, 3),
    ],
)  # fmt: skip
def test_the_grid_makes_pictures_largest(
    count: int, size: tuple[int, int], columns: int, rows: int
) -> None:
    assert grid(count, QSize(*size), [16 / 9] * count) == (columns, rows)


def test_upright_pictures_stand_side_by_side() -> None:
    assert grid(3, QSize(900, 500), [9 / 16] * 3) == (3, 1)
    assert grid(3, QSize(900, 500), [16 / 9] * 3) == (2, 2)


@pytest.fixture
def wall(qtbot: QtBot) -> VideoWall:
    made = VideoWall()
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    return made


def sources(count: int) -> list[tuple[str, str, QColor]]:
    return [(f"s{i}", f"source {i}", source_colour(i)) for i in range(count)]


@pytest.mark.parametrize("count", range(1, 12))
@pytest.mark.parametrize("large", [None, "s0"])
def test_panes_never_overlap_nor_leave_the_wall(
    wall: VideoWall, count: int, large: str | None
) -> None:
    wall.set_sources(sources(count))
    wall.set_large(large)
    panes = [wall.pane(source) for source in wall.shown]
    areas = [pane.geometry() for pane in panes if pane is not None]
    assert len(areas) == min(count, MOST)
    for place, area in enumerate(areas):
        assert wall.rect().contains(area)
        assert not any(area.intersects(other) for other in areas[place + 1 :])


def test_large_is_the_largest(wall: VideoWall) -> None:
    wall.set_sources(sources(5))
    wall.set_large("s3")
    areas = {s: wall.pane(s).size() for s in wall.shown}  # type: ignore[union-attr]
    assert max(areas, key=lambda s: areas[s].width() * areas[s].height()) == "s3"
    wall.set_sources(sources(2))
    assert wall.large is None


def test_kept_panes_keep_their_picture(wall: VideoWall) -> None:
    wall.set_sources(sources(2))
    kept = wall.pane("s1")
    assert kept is not None
    kept.set_picture(picture(1), INFO)
    wall.set_sources(sources(3)[1:])
    assert wall.pane("s1") is kept
    assert kept.info == INFO
    assert wall.pane("s0") is None


def test_exactly_one_pane_is_outlined(wall: VideoWall, qtbot: QtBot) -> None:
    wall.set_sources(sources(3))
    wall.set_focus("s2")
    outlined = [s for s in wall.shown if wall.pane(s)._focus]  # type: ignore[union-attr]
    assert outlined == ["s2"]
    pane = wall.pane("s0")
    assert pane is not None
    with qtbot.waitSignal(wall.focused) as caught:
        qtbot.mouseClick(pane, Qt.MouseButton.LeftButton)
    assert caught.args == ["s0"]
