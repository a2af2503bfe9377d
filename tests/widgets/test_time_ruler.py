"""The ruler: ticks at round times, the playhead where it belongs, scrubbing and zooming."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from sync.timebase import NS_PER_S, parse_time_ns
from widgets.time_ruler import TimeRuler, step_decimals, tick_step
from widgets.view_range import ViewRange

START = parse_time_ns("14:23:00")


@pytest.fixture
def ruler(qtbot: QtBot) -> TimeRuler:
    made = TimeRuler()
    qtbot.addWidget(made)
    made.resize(1000, 24)
    made.set_view(ViewRange(START, 100 * NS_PER_S, 1000))
    made.show()
    return made


def test_labels_are_round_clock_times(ruler: TimeRuler) -> None:
    labels = [text for _, text in ruler.ticks() if text]
    assert "14:23:20" in labels
    assert "14:24:00" in labels


@pytest.mark.parametrize("span_ns", [5_000_000, 10**8, 10**9, 3600 * 10**9, 24 * 3600 * 10**9])
def test_labels_never_touch_and_never_repeat(ruler: TimeRuler, span_ns: int) -> None:
    ruler.set_view(ViewRange(START + 123_456_789, span_ns, 1000))
    labelled = [(ruler.view.x_of(ns), text) for ns, text in ruler.ticks() if text]
    assert len(labelled) >= 3
    assert len({text for _, text in labelled}) == len(labelled)
    for (x, text), (after, _) in pairwise(labelled):
        assert after - x > 7 * len(text)


def test_elapsed_time_counts_from_its_zero(ruler: TimeRuler) -> None:
    ruler.set_mode("elapsed", START + 20 * NS_PER_S)
    labels = {ns: text for ns, text in ruler.ticks() if text}
    assert labels[START + 20 * NS_PER_S] == "00:00"
    assert labels[START + 40 * NS_PER_S] == "00:20"
    assert labels[START] == "−00:20"


def test_steps_are_1_2_5() -> None:
    for scale in range(2, 11):
        step, parts = tick_step(10**scale * 1.3 / 100, 100)
        assert str(step)[0] in "1235"
        assert step % parts == 0


def test_decimals_follow_the_step() -> None:
    assert step_decimals(NS_PER_S) == 0
    assert step_decimals(NS_PER_S // 20) == 2
    assert step_decimals(1000) == 6


def test_playhead_is_painted_at_its_place(ruler: TimeRuler) -> None:
    ruler.set_playhead(START + 50 * NS_PER_S, NS_PER_S // 10)
    image = ruler.grab().toImage()
    assert image.pixelColor(500, 16) == QColor("#ffffff")
    assert image.pixelColor(540, 16) != QColor("#ffffff")


def test_the_handle_covers_no_label_wherever_it_stands(ruler: TimeRuler) -> None:
    plain = ruler.grab().toImage()
    for second in range(16, 34):  # across the whole of the label 14:23:20
        ruler.set_playhead(START + second * NS_PER_S, NS_PER_S)
        shown = ruler.grab().toImage()
        assert plain.copy(0, 3, 1000, 11) == shown.copy(0, 3, 1000, 11)


def test_the_playhead_is_described_with_its_range(ruler: TimeRuler) -> None:
    ruler.set_playhead(START, 40_000_000)
    assert ruler.accessibleDescription() == "14:23:00.00 ± 0.04 s"


def test_press_and_drag_move_the_playhead(ruler: TimeRuler, qtbot: QtBot) -> None:
    moved: list[object] = []
    ruler.moved.connect(moved.append)
    qtbot.mousePress(ruler, Qt.MouseButton.LeftButton, pos=QPoint(250, 10))
    qtbot.mouseMove(ruler, QPoint(300, 10))
    qtbot.mouseRelease(ruler, Qt.MouseButton.LeftButton, pos=QPoint(300, 10))
    assert moved[0] == START + 25 * NS_PER_S
    assert isinstance(moved[0], int)


def test_wheel_zooms_and_shift_wheel_pans(ruler: TimeRuler, wheel: Callable[..., None]) -> None:
    zoomed: list[ViewRange] = []
    panned: list[ViewRange] = []
    ruler.zoomed.connect(zoomed.append)
    ruler.panned.connect(panned.append)
    wheel(ruler, 250, 2)
    assert zoomed[0].span_ns == pytest.approx(50 * NS_PER_S)
    assert zoomed[0].x_of(START + 25 * NS_PER_S) == pytest.approx(250, abs=0.01)
    wheel(ruler, 250, -1, Qt.KeyboardModifier.ShiftModifier)
    assert panned[0].span_ns == 100 * NS_PER_S
    assert panned[0].start_ns == START + 10 * NS_PER_S


def test_in_and_out_are_shaded(ruler: TimeRuler) -> None:
    plain = ruler.grab().toImage().pixelColor(655, 1)
    ruler.set_in_out(START + 60 * NS_PER_S, START + 70 * NS_PER_S)
    image = ruler.grab().toImage()
    assert image.pixelColor(655, 1) != plain
    assert image.pixelColor(755, 1) == plain
