"""A lane: what it paints, what it repaints, what the mouse does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sync.timebase import NS_PER_S, Duration, MediaTime
from sync.timeline import Clip, Track
from sync.traces.trace import Trace
from tests.widgets.made_timeline import at, clip, make_timeline, make_trace, marker
from widgets.columns import LaneRow, columns_image, trace_columns
from widgets.lane import HEADER_PX, MARK_TOP, Lane
from widgets.lane_paint import marker_text, paint_marker
from widgets.theme import apply_theme, current_theme
from widgets.view_range import ViewRange

START = at("14:22:00").ns
COLOUR = QColor("#5ab4f0")


@pytest.fixture
def lane(qtbot: QtBot) -> Lane:
    made = Lane("cam1")
    qtbot.addWidget(made)
    made.resize(HEADER_PX + 1000, 60)
    made.set_header("cam 1  gate", "motion")
    track = make_timeline().track("cam1")
    assert track is not None
    made.set_track(track, COLOUR)
    made.set_rows((LaneRow(trace_columns(make_trace(1))),))
    made.set_view(ViewRange(START, 200 * NS_PER_S, 1000))
    made.show()
    return made


def test_clip_is_painted_where_it_lies(lane: Lane) -> None:
    image = lane.grab().toImage()
    ground = current_theme().ground
    inside = HEADER_PX + round((at("14:23:00").ns - START) / NS_PER_S * 5)
    assert image.pixelColor(inside, 52) != ground
    assert image.pixelColor(HEADER_PX + 40, 30) == ground


def test_the_playhead_repaints_no_tile(lane: Lane) -> None:
    lane.grab()
    before = lane.tiles_painted
    assert before > 0
    for second in range(20):
        lane.set_playhead(START + second * NS_PER_S, NS_PER_S // 2)
        lane.grab()
    assert lane.tiles_painted == before


def test_panning_by_a_little_paints_at_most_one_tile_more(lane: Lane) -> None:
    lane.grab()
    before = lane.tiles_painted
    lane.set_view(ViewRange(START + NS_PER_S, 200 * NS_PER_S, 1000))
    lane.grab()
    assert lane.tiles_painted <= before + 1


def test_panned_content_is_what_a_fresh_lane_shows(lane: Lane, qtbot: QtBot) -> None:
    lane.grab()
    lane.set_view(ViewRange(START + 20 * NS_PER_S, 200 * NS_PER_S, 1000))  # 100 px exactly
    panned = lane.grab().toImage()
    lane.set_track(lane.track, COLOUR)  # forgets the tiles
    fresh = lane.grab().toImage()
    different = sum(
        panned.pixelColor(x, y) != fresh.pixelColor(x, y)
        for x in range(HEADER_PX, HEADER_PX + 1000, 7)
        for y in range(0, 60, 3)
    )
    assert different < 30


def test_playhead_line_and_band(lane: Lane) -> None:
    when = at("14:23:30").ns
    plain = lane.grab().toImage()
    lane.set_playhead(when, 2 * NS_PER_S)
    image = lane.grab().toImage()
    x = round(lane.x_of(when))
    assert image.pixelColor(x, 58) == QColor("#ffffff") or image.pixelColor(x - 1, 58) == QColor(
        "#ffffff"
    )
    assert image.pixelColor(x + 7, 7) != plain.pixelColor(x + 7, 7)
    assert image.pixelColor(x + 14, 7) == plain.pixelColor(x + 14, 7)


def test_click_gives_source_and_time(lane: Lane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(lane.clicked) as caught:
        qtbot.mouseClick(lane, Qt.MouseButton.LeftButton, pos=QPoint(HEADER_PX + 500, 50))
    assert caught.args == ["cam1", START + 100 * NS_PER_S]


def test_click_in_the_header_only_focuses(lane: Lane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(lane.clicked) as caught:
        qtbot.mouseClick(lane, Qt.MouseButton.LeftButton, pos=QPoint(40, 20))
    assert caught.args == ["cam1", None]


def test_drag_selects_a_range_in_order(lane: Lane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(lane.range_selected) as caught:
        qtbot.mousePress(lane, Qt.MouseButton.LeftButton, pos=QPoint(HEADER_PX + 400, 40))
        qtbot.mouseMove(lane, QPoint(HEADER_PX + 300, 40))
        qtbot.mouseRelease(lane, Qt.MouseButton.LeftButton, pos=QPoint(HEADER_PX + 200, 40))
    assert caught.args == ["cam1", START + 40 * NS_PER_S, START + 80 * NS_PER_S]


def test_click_on_a_mark(lane: Lane, qtbot: QtBot) -> None:
    x = round(lane.x_of(at("14:22:47.1").ns))
    with qtbot.waitSignal(lane.mark_clicked) as caught:
        qtbot.mouseClick(lane, Qt.MouseButton.LeftButton, pos=QPoint(x + 3, MARK_TOP + 3))
    assert caught.args == ["strobe-cam1"]
    assert lane.marker_at(QPointF(x + 20, MARK_TOP + 3)) is None


BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def test_try_on_is_told_while_and_after_the_drag(lane: Lane, qtbot: QtBot) -> None:
    told: list[tuple[str, object]] = []
    lane.tried_on.connect(lambda _source, moved: told.append(("moving", moved)))
    lane.try_on_done.connect(lambda _source, moved: told.append(("done", moved)))
    qtbot.mousePress(lane, Qt.MouseButton.LeftButton, BOTH, QPoint(HEADER_PX + 300, 40))
    qtbot.mouseMove(lane, QPoint(HEADER_PX + 350, 40))
    qtbot.mouseRelease(lane, Qt.MouseButton.LeftButton, BOTH, QPoint(HEADER_PX + 350, 40))
    assert told == [("moving", 10 * NS_PER_S), ("done", 10 * NS_PER_S)]


def test_a_lane_that_is_tried_on_is_a_ghost_and_its_place_stays_to_be_seen(lane: Lane) -> None:
    lane.set_rows(())
    plain = lane.grab().toImage()
    lane.set_try_on(60 * NS_PER_S)
    shown = lane.grab().toImage()
    start, end = (round(lane.x_of(at(time).ns)) for time in ("14:22:23.8", "14:24:19.4"))
    ground = current_theme().ground
    inside = plain.pixelColor(start + 100, 52)
    assert plain.pixelColor(end + 60, 52) == ground
    ghost, behind = shown.pixelColor(end + 60, 52), shown.pixelColor(start + 100, 52)
    assert ghost != ground
    assert behind != ground
    assert abs(behind.blue() - ground.blue()) < abs(inside.blue() - ground.blue())
    lane.set_try_on(None)
    assert lane.grab().toImage() == plain


def test_the_head_is_dragged_to_put_the_lane_elsewhere(lane: Lane, qtbot: QtBot) -> None:
    told: list[tuple[str, bool]] = []
    clicked: list[object] = []
    lane.head_dragged.connect(lambda source, _y, dropped: told.append((source, dropped)))
    lane.clicked.connect(lambda *args: clicked.append(args))
    qtbot.mousePress(lane, Qt.MouseButton.LeftButton, pos=QPoint(40, 20))
    qtbot.mouseMove(lane, QPoint(41, 50))
    qtbot.mouseRelease(lane, Qt.MouseButton.LeftButton, pos=QPoint(41, 90))
    assert told == [("cam1", False), ("cam1", True)]
    assert clicked == []


def test_a_mark_is_never_told_without_its_range() -> None:
    text = marker_text(marker("door", "cam1", "14:23:08.4", 0.03), "door")
    assert text == "door\n14:23:08.40 ± 0.03 s (95 %)"


def test_stale_and_conflict_look_different(lane: Lane) -> None:
    looks = {}
    placed = clip("cam1", "14:22:10", "14:24:00", 0.5)
    for name, status, stale in (
        ("ok", "ok", False), ("stale", "ok", True), ("conflict", "conflict", False),
        ("bounded", "bounded", False), ("unchecked", "unchecked", False),
    ):  # fmt: skip
        made = clip("cam1", "14:22:10", "14:24:00", 0.5, status)
        lane.set_track(
            Track(source="cam1", clips=(made,), gaps=(), markers=()), COLOUR, stale=stale
        )
        looks[name] = bytes(lane.grab().toImage().constBits())
    assert placed.status == "ok"
    assert len(set(looks.values())) == 5


def between(low_s: float | None, high_s: float | None) -> Clip:
    """Ten seconds from 14:23:00, that far earlier and later."""
    placed = clip("cam1", "14:23:00", "14:23:10", 0.5, "bounded")
    return replace(
        placed, model=None, stretch=0,
        half_start=None if low_s is None else Duration.from_s(low_s),
        half_end=None if high_s is None else Duration.from_s(high_s),
    )  # fmt: skip


def coloured(lane: Lane, y: int) -> list[int]:
    """Seconds after 14:22:00 at which this row of pixels has the colour of the source."""
    image = lane.grab().toImage()
    found = []
    for x in range(HEADER_PX, image.width()):
        colour = image.pixelColor(x, y)
        if colour.blue() > 150 and colour.blue() > colour.red() + 60:
            found.append((x - HEADER_PX) // 5)
    return found


def test_a_block_between_limits_is_hollow_with_a_bracket(lane: Lane) -> None:
    lane.set_track(Track(source="cam1", clips=(between(20, 30),), gaps=(), markers=()), COLOUR)
    bracket = coloured(lane, 60 - 13)
    assert min(bracket) == pytest.approx(40, abs=1), "from the earliest start"
    assert max(bracket) == pytest.approx(100, abs=1), "to the latest end"
    inside = lane.grab().toImage().pixelColor(HEADER_PX + 65 * 5, 14)
    assert inside == current_theme().ground, "hollow: no curve where no time is known"


def test_an_open_side_has_an_arrow_and_no_cap(lane: Lane) -> None:
    lane.set_track(Track(source="cam1", clips=(between(20, None),), gaps=(), markers=()), COLOUR)
    bracket = coloured(lane, 60 - 13)
    assert min(bracket) == pytest.approx(40, abs=1)
    assert max(bracket) < 80


def test_half_brackets_open_to_where_nothing_is_known(lane: Lane) -> None:
    looks = []
    for side in (1, -1):
        lane.set_events({}, {}, {"door-cam1": side})
        lane.update()
        image = lane.grab().toImage()
        x, y = round(lane.x_of(at("14:23:08.4").ns)), MARK_TOP + 14
        looks.append(tuple(image.pixelColor(x + dx, y) == image.pixelColor(x, y)
                           for dx in (-12, 12)))  # fmt: skip
    assert looks == [(False, True), (True, False)]


def test_another_theme_repaints_the_tiles(lane: Lane, qapp: object) -> None:
    dark = lane.grab().toImage().pixelColor(HEADER_PX + 40, 30)
    apply_theme(qapp, "light")  # type: ignore[arg-type]
    assert lane.grab().toImage().pixelColor(HEADER_PX + 40, 30) != dark


# -- columns ------------------------------------------------------------------------------------


def trace_of(values: list[float], valid: list[bool]) -> Trace:
    return Trace(
        kind="motion", source_sha256="", start=MediaTime(0), step_ns=1000,
        values=np.array(values), valid=np.array(valid, dtype=bool), parameters={},
    )  # fmt: skip


def test_columns_hold_the_extremes_of_every_pixel() -> None:
    values = np.random.default_rng(1).random(1000)
    trace = trace_of(list(values), [True] * 1000)
    low, high = trace_columns(trace)(0, 1_000_000, 100)
    top = np.percentile(values, 99.5)
    scaled = np.clip(values / top, -1, 1)
    for place in range(100):
        part = scaled[place * 10 : place * 10 + 10]
        assert low[place] <= part.min() + 1e-12
        assert high[place] >= part.max() - 1e-12


def test_what_is_masked_is_not_drawn_as_zero() -> None:
    trace = trace_of([1.0] * 10, [True] * 5 + [False] * 5)
    low, high = trace_columns(trace)(0, 10_000, 10)
    assert np.isfinite(high[:4]).all()
    assert np.isnan(high[6:]).all()
    assert np.isnan(low[6:]).all()


def test_outside_the_trace_nothing_is_known() -> None:
    trace = trace_of([1.0] * 10, [True] * 10)
    _, high = trace_columns(trace)(-10_000, 20_000, 30)
    assert np.isnan(high[:9]).all()
    assert np.isfinite(high[11:19]).all()
    assert np.isnan(high[21:]).all()


def test_fewer_samples_than_pixels() -> None:
    trace = trace_of([0.2, 1.0], [True, True])
    _, high = trace_columns(trace)(0, 2000, 50)
    assert np.isfinite(high).all()
    assert high[-1] == 1.0


def test_an_empty_trace_draws_nothing() -> None:
    _, high = trace_columns(trace_of([], []))(0, 1000, 5)
    assert np.isnan(high).all()


def test_columns_image_stands_on_the_ground() -> None:
    high = np.array([1.0, 0.5, np.nan])
    image = columns_image(np.zeros(3), high, 40, COLOUR, 1.0, waveform=False)
    assert image.pixelColor(0, 2).alpha() == 255
    assert image.pixelColor(1, 2).alpha() == 0
    assert image.pixelColor(1, 39).alpha() == 255
    assert all(image.pixelColor(2, y).alpha() == 0 for y in range(40))


def test_a_silent_waveform_is_still_a_line() -> None:
    image = columns_image(np.zeros(4), np.zeros(4), 40, COLOUR, 1.0, waveform=True)
    assert max(image.pixelColor(1, y).alpha() for y in (19, 20)) > 100


def test_a_mark_that_waits_for_its_frames_is_outlined(qapp: QApplication) -> None:
    def drawn(*, waits: bool) -> QImage:
        image = QImage(40, 40, QImage.Format.Format_RGB32)
        image.fill(QColor("black"))
        painter = QPainter(image)
        paint_marker(painter, 20, None, 10, QColor("orange"), waits=waits)
        painter.end()
        return image

    inside, edge = (20, 13), (20, 10)
    assert drawn(waits=False).pixelColor(*inside) == QColor("orange")
    assert drawn(waits=True).pixelColor(*inside) == QColor("black")
    assert drawn(waits=True).pixelColor(*edge).red() > 100
