"""Only what is seen to move on a lane is painted again, and it looks as if all had been."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from sync.timebase import NS_PER_S, Duration
from sync.timeline import Track
from tests.widgets.made_timeline import make_timeline
from widgets.lane import Lane
from widgets.lane_moves import moves
from widgets.lane_overlay import LaneOverlay, Tie
from widgets.view_range import ViewRange

VIEW = ViewRange(0, 600 * NS_PER_S, 600)  # a second a pixel


def shown_view(track: Track) -> ViewRange:
    """All of the track, at about a second a pixel."""
    starts = [clip.start.ns for clip in track.clips if clip.start is not None]
    return ViewRange(min(starts) - 10 * NS_PER_S, 700 * NS_PER_S, 700)


def moved(track: Track, number: int, ns: int) -> Track:
    """The track with one of its marks elsewhere."""
    marker = track.markers[number]
    assert marker.reference is not None
    there = replace(marker, reference=marker.reference + Duration(ns))
    markers = (*track.markers[:number], there, *track.markers[number + 1 :])
    return replace(track, markers=markers)


@pytest.fixture
def track() -> Track:
    found = make_timeline().track("cam1")
    assert found is not None and len(found.markers) > 1
    return found


def test_a_mark_that_is_dragged_is_all_there_is_to_paint(track: Track) -> None:
    view = shown_view(track)
    now = moved(track, 0, 5 * NS_PER_S)
    found = moves(track, now, view)
    assert found is not None
    assert found.marks == (track.markers[0], now.markers[0])
    assert found.drawn == now


def test_less_than_half_a_pixel_is_not_painted_until_it_adds_up(track: Track) -> None:
    view, drawn, now = shown_view(track), track, track
    painted = []
    for _ in range(6):
        now = moved(now, 0, NS_PER_S // 5)
        found = moves(drawn, now, view)
        assert found is not None
        drawn = found.drawn
        painted.append(bool(found.marks))
    assert painted == [False, False, True, False, False, True]


def test_clips_that_are_seen_to_move_are_painted_whole(track: Track) -> None:
    view = shown_view(track)
    for ns, seen in ((NS_PER_S // 10, False), (2 * NS_PER_S, True)):
        clips = tuple(
            replace(clip, start=clip.start + Duration(ns))
            if clip.start is not None else clip for clip in track.clips
        )  # fmt: skip
        assert (moves(track, replace(track, clips=clips), view) is None) == seen
    other = replace(track, clips=(replace(track.clips[0], status="conflict"), *track.clips[1:]))
    assert moves(track, other, view) is None


def picture(lane: Lane) -> QImage:
    return lane.grab().toImage()


def test_a_lane_painted_in_part_looks_like_one_painted_anew(qtbot: QtBot, track: Track) -> None:
    def made(of: Track) -> Lane:
        lane = Lane("cam1")
        qtbot.addWidget(lane)
        lane.resize(900, 60)
        lane.set_header("cam 1", "motion")
        lane.set_view(shown_view(track))
        lane.set_track(of, QColor("#5ab4f0"))
        return lane

    now = moved(track, 0, 9 * NS_PER_S)
    lane = made(track)
    lane.show()
    qtbot.waitExposed(lane)
    begun = picture(lane)
    lane._still_content(lane.devicePixelRatioF())
    tiles = lane.tiles_painted
    lane.set_track(now, QColor("#5ab4f0"))
    assert lane.tiles_painted == tiles, "no curve was painted again"
    assert lane._still is not None
    part = lane._still.toImage()
    fresh = made(now)
    assert part == fresh._still_content(fresh.devicePixelRatioF()).toImage()
    assert picture(lane) == picture(fresh) != begun


def test_only_the_tie_that_moves_is_laid_out_again(qtbot: QtBot) -> None:
    def ties(first_s: float) -> tuple[Tie, ...]:
        places = (first_s, 200.0, 230.0, 400.0)
        return tuple(
            Tie(event=f"e{n}", label=f"event {n}", colour=QColor("#5ab4f0"),
                ends=(("a", round(at * NS_PER_S)), ("b", round(at * NS_PER_S))))
            for n, at in enumerate(places)
        )  # fmt: skip

    overlay = LaneOverlay(None)  # type: ignore[arg-type]
    qtbot.addWidget(overlay)
    overlay.resize(900, 200)
    overlay.set_view(VIEW)
    overlay.set_geometry({"a": (0, 60), "b": (60, 60)}, 160, 160)
    overlay.set_ties(ties(100.0))
    overlay.show()
    qtbot.waitExposed(overlay)
    overlay.grab()
    before = overlay._laid
    assert before is not None and len(before) == 4
    overlay.set_ties(ties(215.0))
    after = overlay._laid
    assert after is not None
    assert [name for name in after if after[name] is not before[name]] == ["e0"]
    labels = [one.pill for one in after.values() if one.pill is not None]
    assert not any(a.intersects(b) for a in labels for b in labels if a is not b)
