"""The timeline: lanes and shelf, ties, views, the playhead over everything linked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from sync.timebase import NS_PER_S
from sync.timeline import Timeline
from tests.support.widget_gallery import make_stack
from tests.widgets.made_timeline import EVENT_NAMES, NAMES, NOW, at, make_timeline
from widgets.lane import HEADER_PX, Lane
from widgets.lane_ground import LABELS_PX
from widgets.lane_heights import LANE_SMALLEST, LANE_TALLEST
from widgets.lane_overlay import LaneOverlay, LimitArrow, Tie, tie_all, tie_colours
from widgets.lane_stack import LaneStack
from widgets.shelf import own_time
from widgets.theme import current_theme
from widgets.view_range import ViewRange


@pytest.fixture
def stack(qtbot: QtBot) -> LaneStack:
    made = make_stack()
    qtbot.addWidget(made)
    made.resize(1200, 420)
    made.show()
    qtbot.waitExposed(made)
    made.fit()
    return made


def test_linked_sources_get_lanes_and_the_rest_the_shelf(stack: LaneStack) -> None:
    assert stack.lane("cam1") is not None
    assert stack.lane("phone") is None
    row = stack.shelf_row("phone")
    assert row is not None
    assert row.note() == "no link: plays on its own time, 0:00 – 3:10"


def test_fit_shows_everything_linked(stack: LaneStack) -> None:
    span = make_timeline().span
    assert span is not None
    assert stack.view.start_ns < span[0].ns
    assert stack.view.end_ns > span[1].ns


def test_zoom_to_and_back(stack: LaneStack) -> None:
    before = stack.view
    stack.zoom_to(at("14:23:00").ns, at("14:23:10").ns)
    assert 10 * NS_PER_S < stack.view.span_ns < 12 * NS_PER_S
    stack.previous_view()
    assert stack.view == before


def test_all_parts_share_one_view(stack: LaneStack) -> None:
    wanted = ViewRange(at("14:23:00").ns, 30 * NS_PER_S)
    stack.set_view(wanted)
    lane = stack.lane("cam2")
    assert lane is not None
    assert stack.ruler.view == stack.view
    assert lane.x_of(at("14:23:15").ns) == pytest.approx(HEADER_PX + stack.view.width / 2)


def test_wheel_over_a_lane_zooms_about_the_cursor(
    stack: LaneStack, wheel: Callable[..., None], qtbot: QtBot
) -> None:
    under = stack.view.ns_of(400)
    with qtbot.waitSignals([stack.view_changed, stack.panned_by_hand]):
        wheel(stack._scroll.viewport(), HEADER_PX + 400, 1)
    assert stack.view.x_of(under) == pytest.approx(400, abs=0.6)


def test_shift_wheel_pans(stack: LaneStack, wheel: Callable[..., None]) -> None:
    before = stack.view
    wheel(stack._scroll.viewport(), 500, -1, Qt.KeyboardModifier.ShiftModifier)
    assert stack.view.span_ns == before.span_ns
    assert stack.view.start_ns > before.start_ns


ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


def test_alt_wheel_asks_for_another_height_of_the_lane_under_it(
    stack: LaneStack, wheel: Callable[..., None]
) -> None:
    viewport = stack._scroll.viewport()
    under = next(
        name for name in stack.order()
        if (lane := stack.lane(name)) and lane.geometry().contains(20, viewport.height() // 2)
    )  # fmt: skip
    first, second = stack.lane(under), stack.lane("cam1")
    assert first is not None
    assert second is not None
    assert under != "cam1"
    before = (first.height(), second.height())
    asked: list[dict[str, int]] = []
    stack.height_wanted.connect(asked.append)
    wheel(viewport, 500, 2, ALT)
    assert list(asked[-1]) == [under]
    assert asked[-1][under] > before[0]
    stack.set_own_heights(asked[-1])
    assert (first.height(), second.height()) == (asked[-1][under], before[1])
    stack.set_own_heights({})
    wheel(viewport, 500, -1, ALT | SHIFT)
    assert set(asked[-1]) == set(stack.order())
    stack.set_own_heights({})
    assert (first.height(), second.height()) == before
    for height, bound in ((5000, LANE_TALLEST), (1, LANE_SMALLEST)):
        stack.set_own_heights({under: height})
        assert first.height() == bound
        stack.set_lane_height(height)
        assert second.height() == bound


def test_a_lane_is_dragged_by_its_head_to_another_place(stack: LaneStack, qtbot: QtBot) -> None:
    order = stack.order()
    lane, last = stack.lane(order[0]), stack.lane(order[-1])
    assert lane is not None
    assert last is not None
    asked: list[list[str]] = []
    stack.order_wanted.connect(asked.append)
    below = QPoint(30, last.y() + last.height() - 2 - lane.y())
    before = stack.grab().toImage()
    qtbot.mousePress(lane, Qt.MouseButton.LeftButton, pos=QPoint(30, 20))
    qtbot.mouseMove(lane, below)
    line = lane.mapTo(stack, QPoint(0, 0)).y() + below.y() + 2
    shown = stack.grab().toImage()
    act = current_theme().act
    assert any(shown.pixelColor(600, line + dy) == act for dy in (-2, -1, 0, 1, 2))
    qtbot.mouseRelease(lane, Qt.MouseButton.LeftButton, pos=below)
    assert asked == [[*order[1:], order[0]]]
    assert stack.grab().toImage() == before
    qtbot.mousePress(lane, Qt.MouseButton.LeftButton, pos=QPoint(30, 20))
    qtbot.mouseRelease(lane, Qt.MouseButton.LeftButton, pos=QPoint(30, 28))
    assert len(asked) == 1, "let go where it was: nothing is asked for"


def drag(qtbot: QtBot, lane: Lane, moved: int) -> None:
    both = Qt.KeyboardModifier.ControlModifier | SHIFT
    qtbot.mousePress(lane, Qt.MouseButton.LeftButton, both, QPoint(HEADER_PX + 300, 40))
    qtbot.mouseMove(lane, QPoint(HEADER_PX + 300 + moved, 40))
    qtbot.mouseRelease(lane, Qt.MouseButton.LeftButton, both, QPoint(HEADER_PX + 300 + moved, 40))


def test_a_try_on_becomes_something_or_nothing(stack: LaneStack, qtbot: QtBot) -> None:
    lane, other = stack.lane("cam2"), stack.lane("cam1")
    assert lane is not None
    assert other is not None
    card, wanted = stack.trial.card, []
    stack.trial.for_search.connect(lambda source, ns: wanted.append(("search", source, ns)))
    stack.trial.for_limit.connect(lambda source, ns: wanted.append(("limit", source, ns)))
    moved_ns = round(50 * stack.view.ns_per_px)
    drag(qtbot, lane, 50)
    assert stack.trial.tried == ("cam2", moved_ns)
    assert f"+{moved_ns / 1e9:.2f} s" in card.text()
    assert "nothing moved" in card.text()
    assert stack.rect().contains(card.geometry())
    drag(qtbot, other, -50)
    assert stack.trial.tried == ("cam1", -moved_ns), "one at a time"
    qtbot.mouseClick(card.search, Qt.MouseButton.LeftButton)
    drag(qtbot, lane, 50)
    qtbot.mouseClick(card.limit, Qt.MouseButton.LeftButton)
    assert wanted == [("search", "cam1", -moved_ns), ("limit", "cam2", moved_ns)]
    drag(qtbot, lane, 50)
    qtbot.mouseClick(card.drop, Qt.MouseButton.LeftButton)
    assert stack.trial.tried is None
    assert not card.isVisible()
    assert len(wanted) == 2


def test_nothing_is_tried_on_while_it_is_covered(stack: LaneStack, qtbot: QtBot) -> None:
    lane = stack.lane("cam2")
    assert lane is not None
    drag(qtbot, lane, 50)
    stack.trial.cover(True)
    assert stack.trial.tried is None
    with qtbot.waitSignal(stack.trial.refused):
        drag(qtbot, lane, 50)
    assert stack.trial.tried is None
    assert not stack.trial.card.isVisible()


def test_one_range_is_selected_at_a_time(stack: LaneStack, qtbot: QtBot) -> None:
    for name in ("cam1", "cam2"):
        lane = stack.lane(name)
        assert lane is not None
        qtbot.mousePress(lane, Qt.MouseButton.LeftButton, pos=QPoint(HEADER_PX + 300, 40))
        qtbot.mouseRelease(lane, Qt.MouseButton.LeftButton, pos=QPoint(HEADER_PX + 400, 40))
    assert stack.selection == (stack.view.ns_of(300), stack.view.ns_of(400))
    qtbot.mouseClick(lane, Qt.MouseButton.LeftButton, pos=QPoint(HEADER_PX + 200, 40))
    assert stack.selection is None


def test_backspace_goes_back_before_a_run_of_the_wheel(
    stack: LaneStack, wheel: Callable[..., None]
) -> None:
    before = stack.view
    for _ in range(4):
        wheel(stack._scroll.viewport(), HEADER_PX + 400, 1)
    assert stack.view.span_ns < before.span_ns / 3
    stack.previous_view()
    assert stack.view == before


def test_playhead_crosses_the_lanes_but_not_the_shelf(stack: LaneStack) -> None:
    x = round(HEADER_PX + stack.view.x_of(NOW))
    image = stack.grab().toImage()
    row = stack.shelf_row("phone")
    assert row is not None
    shelf_y = row.mapTo(stack, QPoint(0, 14)).y()
    whites = [max(image.pixelColor(x + d, y).lightness() for d in (-1, 0)) for y in (60, 150, 220)]
    assert all(white > 240 for white in whites)
    stack.set_shelf_playhead("phone", 0)
    image = stack.grab().toImage()
    assert all(image.pixelColor(x + d, shelf_y - 11).lightness() < 240 for d in (-1, 0))


def test_each_source_has_its_own_range_at_the_playhead(stack: LaneStack) -> None:
    lane = stack.lane("cam3")
    assert lane is not None
    assert lane._half == 2_200_000_000


def test_ruler_moves_lanes_click_shelf_moves_its_own(stack: LaneStack, qtbot: QtBot) -> None:
    lane, row = stack.lane("disp"), stack.shelf_row("phone")
    assert lane is not None
    assert row is not None
    with qtbot.waitSignal(stack.moved):
        qtbot.mousePress(stack.ruler, Qt.MouseButton.LeftButton, pos=QPoint(100, 5))
    with qtbot.waitSignal(stack.clicked) as caught:
        qtbot.mouseClick(lane, Qt.MouseButton.LeftButton, pos=QPoint(HEADER_PX + 30, 50))
    assert caught.args is not None
    assert caught.args[0] == "disp"
    with qtbot.waitSignal(stack.shelf_moved) as told:
        qtbot.mousePress(row, Qt.MouseButton.LeftButton, pos=QPoint(row.width() - 21, 10))
    assert told.args is not None
    assert told.args[0] == "phone"
    assert told.args[1] == pytest.approx(190 * NS_PER_S, rel=0.01)


def test_lanes_fit_the_room_until_a_height_is_chosen(qtbot: QtBot) -> None:
    stack = make_stack()
    qtbot.addWidget(stack)
    stack.resize(1200, 250)
    stack.show()
    lane = stack.lane("cam1")
    assert lane is not None
    small = lane.height()
    stack.resize(1200, 500)
    assert lane.height() > small


def test_ties_join_marks_at_their_own_times() -> None:
    linked = [track for track in make_timeline().tracks if track.linked]
    ties = {tie.event: tie for tie in tie_all(linked, NAMES, EVENT_NAMES, {})}
    assert set(ties) == {"strobe", "door", "bar"}
    door = dict(ties["door"].ends)
    assert door["cam2"] - door["cam1"] == 500_000_000  # the slant
    assert ties["door"].label == "door ↔ bang"
    assert tie_all(linked, {"cam1": "A", "disp": "B"}, {}, {})[0].label == "A ↔ B"
    one_sided = [marker.mark for track in linked for marker in track.markers]
    assert tie_all(linked, NAMES, EVENT_NAMES, {}, one_sided) == ()


def test_names_of_events_stand_under_the_lanes_and_apart(qtbot: QtBot) -> None:
    """Eight ties as close as those of the sample case at 1280 px; each line ends at its name."""
    at_px = {"strobe and alarm": 257, "barrier": 408, "headlights on the wall": 446, "door": 490,
             "light bar": 545, "flash at the corner": 637, "shots, shots": 643,
             "copy, moving": 688}  # fmt: skip
    holder = QWidget()
    qtbot.addWidget(holder)
    made = LaneOverlay(holder)
    made.set_view(ViewRange(0, 1130 * 10**8, width=1130))
    made.set_geometry({"a": (0, 28), "b": (28, 28)}, 56 + LABELS_PX, 56 + LABELS_PX)
    blue = QColor("blue")
    ties = tuple(
        Tie(event=name, label=name, colour=blue, ends=(("a", x * 10**8), ("b", x * 10**8)))
        for name, x in at_px.items()
    )
    made.set_ties(ties)
    laid = made._lay({})
    pills = {name: laid[name].pill for name in at_px}
    for name, pill in pills.items():
        assert pill is not None, "every event is named"
        assert pill.top() >= 56, "no name covers a lane"
        assert laid[name].points[-1].y() == pill.center().y()
        assert not any(
            pill.intersects(other) for of, other in pills.items() if of != name and other
        )


def test_tie_colours_say_the_state() -> None:
    theme = current_theme()
    colours = tie_colours({"a": "ok", "b": "unchecked", "c": "conflict"})
    assert [colours[e] for e in "abc"] == [theme.linked, theme.act, theme.disagree]


def test_a_source_that_loses_its_link_moves_to_the_shelf(stack: LaneStack) -> None:
    timeline = make_timeline()
    phone = timeline.track("phone")
    assert phone is not None
    stack.set_timeline(Timeline(tracks=(phone,), stale=False), NAMES)
    assert stack.lane("cam1") is None
    assert stack.shelf_row("phone") is not None


def test_a_source_that_only_limits_hold_has_a_lane(stack: LaneStack) -> None:
    disp = make_timeline().track("disp")
    assert disp is not None
    held = replace(disp, clips=disp.clips[-1:], markers=())
    assert held.placed
    assert not held.linked
    stack.set_timeline(Timeline(tracks=(held,), stale=False), NAMES)
    assert stack.lane("disp") is not None
    assert stack.shelf_row("disp") is None


def test_a_limit_that_is_not_imposed_is_crossed_out(stack: LaneStack) -> None:
    ends = (("cam1", at("14:23:00").ns), ("disp", at("14:23:20").ns))
    looks = []
    for imposed in (True, False):
        stack.set_limits([LimitArrow(id="l", first=ends[0], second=ends[1], imposed=imposed)])
        looks.append(bytes(stack.grab().toImage().constBits()))
    stack.set_limits([])
    looks.append(bytes(stack.grab().toImage().constBits()))
    assert len(set(looks)) == 3


def test_colours_can_be_given(qtbot: QtBot) -> None:
    stack = LaneStack()
    qtbot.addWidget(stack)
    stack.set_timeline(make_timeline(), NAMES, {"cam1": QColor("#123456")})
    lane = stack.lane("cam1")
    assert lane is not None
    lane.resize(400, 60)
    assert lane.grab().toImage().pixelColor(1, 30) == QColor("#123456")


def test_own_time_reads_like_a_player() -> None:
    assert own_time(190 * NS_PER_S) == "3:10"
    assert own_time(3723 * NS_PER_S) == "1:02:03"
    assert own_time(0) == "0:00"


def test_one_playhead_tick_is_cheap(stack: LaneStack) -> None:
    lanes = [stack.lane(source) for source in ("cam1", "cam2", "cam3", "disp")]
    stack.grab()
    before = [lane.tiles_painted for lane in lanes if lane is not None]
    for step in range(10):
        stack.set_playhead(NOW + step * 40_000_000, 500_000_000)
        stack.grab()
    assert [lane.tiles_painted for lane in lanes if lane is not None] == before


def test_the_wheel_stretches_what_is_there_and_every_lane_is_exact_when_it_rests(
    stack: LaneStack, wheel: Callable[..., None], qtbot: QtBot
) -> None:
    stack.grab()
    lanes = [lane for name in stack.order() if (lane := stack.lane(name))]
    painted = [lane.tiles_painted for lane in lanes]
    for _ in range(3):
        wheel(stack._scroll.viewport(), HEADER_PX + 400, 1)
        turning = stack.grab().toImage()
    assert [lane.tiles_painted for lane in lanes] == painted, "nothing was painted anew"
    qtbot.waitUntil(lambda: not stack._coarse and not stack._refine.isActive())
    rested = stack.grab().toImage()
    assert all(lane.tiles_painted > n for lane, n in zip(lanes, painted, strict=True))
    assert rested != turning
    before = stack.view
    stack.set_view(before.zoomed(2, before.start_ns))
    stack.set_view(before)
    assert stack.grab().toImage() == rested, "as if it had been there at once"
