"""Figures: what is open or too far is an arrow, brackets are seen, names are words."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from sync.report.figures import (
    LEFT,
    WIDTH,
    AxisRow,
    Bar,
    Instant,
    Lane,
    ResidualRow,
    agreement,
    heard,
    ranges,
    residuals,
    timeline,
)
from sync.report.svg import Drawing

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def words(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in drawn(svg).iter(f"{SVG}text")]


def lane(start_s: float, end_s: float, *, linked: bool = True) -> Lane:
    half = 0.2 if linked else None
    return Lane(
        name="cam", bars=(Bar(start_s=start_s, end_s=end_s, half_start_s=half, half_end_s=half,
                              linked=linked),)
    )  # fmt: skip


def test_nothing_linked_is_no_timeline() -> None:
    assert timeline([Lane(name="cam", bars=(), note="no link")], [], "by x") == ""


def test_a_linked_stretch_is_a_bar_and_one_held_by_limits_is_hatched() -> None:
    picture = drawn(timeline([lane(0, 60), lane(20, 30, linked=False)], [], "by x"))
    bars = [one for one in picture.iter(f"{SVG}rect") if one.get("fill") == "#d9d9d9"]
    assert len(bars) == 1
    assert len(list(picture.iter(f"{SVG}path"))) == 1, "the fog"


def test_the_time_axis_is_in_clock_times() -> None:
    assert "14:23:00" in words(timeline([lane(51_770.0, 51_800.0)], [], "by x"))


def test_an_instant_has_its_bracket_and_name() -> None:
    said = words(timeline([lane(0, 60)], [Instant(label="door", at_s=30, half_s=0.1)], "by x"))
    assert "door" in said


def test_a_bracket_is_at_least_3_px_wide() -> None:
    drawing = Drawing(100, 20, "x")
    drawing.bracket(50.0, 50.01, 10)
    (across,) = [one for one in drawn(drawing.done()).iter(f"{SVG}line")
                 if one.get("y1") == one.get("y2")]  # fmt: skip
    assert float(across.get("x2", 0)) - float(across.get("x1", 0)) == pytest.approx(3.0)


def test_an_open_side_is_an_arrow() -> None:
    rows = [AxisRow(name="stated", low_s=0.5, high_s=None, strong=True)]
    assert len(list(drawn(ranges(rows, "a", "b")).iter(f"{SVG}polygon"))) == 1
    both = [AxisRow(name="stated", low_s=0.5, high_s=0.9, strong=True)]
    assert not list(drawn(ranges(both, "a", "b")).iter(f"{SVG}polygon"))


def test_a_range_far_wider_than_the_stated_one_does_not_flatten_it() -> None:
    rows = [AxisRow(name="stated", low_s=0.5, high_s=0.9),
            AxisRow(name="without", low_s=-500.0, high_s=500.0)]  # fmt: skip
    picture = drawn(ranges(rows, "a", "b"))
    assert len(list(picture.iter(f"{SVG}polygon"))) == 2, "both its sides go on"
    across = [one for one in picture.iter(f"{SVG}line") if one.get("y1") == one.get("y2")]
    stated = min(across, key=lambda one: float(one.get("y1", 0)))
    assert float(stated.get("x2", 0)) - float(stated.get("x1", 0)) > 20


def test_the_side_right_of_zero_is_the_first_first() -> None:
    """B - A is positive where A came first, and larger is further right."""
    rows = [AxisRow(name="stated", low_s=0.5, high_s=0.9, value_s=0.7)]
    picture = drawn(ranges(rows, "a", "b"))
    (zero,) = [one for one in picture.iter(f"{SVG}line") if one.get("stroke-dasharray")]
    (dot,) = picture.iter(f"{SVG}circle")
    assert float(dot.get("cx", 0)) > float(zero.get("x1", 0))
    assert "a first →" in words(ranges(rows, "a", "b"))


def test_nothing_bounded_is_no_axis() -> None:
    assert ranges([AxisRow(name="x", low_s=None, high_s=None)], "a", "b") == ""
    assert residuals([ResidualRow(name="x", w=None)]) == ""


def test_residuals_beyond_the_limit_are_rings_and_inside_the_picture() -> None:
    picture = drawn(residuals([ResidualRow(name="wrong", w=-40.0), ResidualRow(name="ok", w=1.0)]))
    rings = [one for one in picture.iter(f"{SVG}circle") if one.get("fill") == "#ffffff"]
    assert len(rings) == 1
    for one in picture.iter(f"{SVG}circle"):
        assert LEFT <= float(one.get("cx", 0)) <= WIDTH


def test_names_are_escaped() -> None:
    svg = timeline([Lane(name="<b>&\u202e", bars=lane(0, 60).bars)], [], "by <x>")
    assert "<b>&□" in words(svg)


def test_the_ends_of_a_mark_stand_where_they_are_in_the_sound() -> None:
    svg = heard([0.0] * 10, [0.0] * 10, picture="data:image/png;base64,AAAA", top_hz=4000.0,
                from_s=10.0, to_s=11.0, marks_s=[10.25, 10.75])  # fmt: skip
    picture = drawn(svg)
    (grey,) = picture.iter(f"{SVG}image")
    left, width = float(grey.get("x", 0)), float(grey.get("width", 0))
    black = [one for one in picture.iter(f"{SVG}line") if one.get("stroke") == "#000000"]
    assert [float(one.get("x1", 0)) for one in black] == [left + width / 4, left + width * 3 / 4]
    assert {"10.00 s", "10.50 s", "11.00 s", "4 kHz"} <= set(words(svg))


def test_the_accepted_offset_points_at_its_place_on_the_curve() -> None:
    offsets = [-2.0, -1.5, -1.0, -0.5, 0.0]
    picture = drawn(agreement(offsets, [0.0, 0.1, 0.9, 0.1, 0.0], found_s=-1.0))
    (pointer,) = picture.iter(f"{SVG}polygon")
    tip = float(pointer.get("points", "").split(",")[0])
    (curve,) = picture.iter(f"{SVG}path")
    places = [pair.split() for pair in curve.get("d", "")[1:].replace(" ", ",").split(",")]
    xy = [float(one[0]) for one in places]
    x, y = xy[::2], xy[1::2]
    assert tip == pytest.approx(x[y.index(min(y))], abs=0.1), "the peak is highest on the page"
    assert "\N{MINUS SIGN}1.0" in words(agreement(offsets, [0.0] * 5, found_s=-1.0))
    assert agreement([1.0], [0.5], found_s=1.0) == ""


def test_names_of_rows_are_told_apart_however_long() -> None:
    stem = "without the flash at the corner of the northern building, as it was heard in the "
    names = ["stated", f"{stem}dispatch recording", f"{stem}phone of the witness"]
    rows = [AxisRow(name=name, low_s=0.1, high_s=0.5, value_s=0.3) for name in names]
    shown = [text for text in words(ranges(rows, "A", "B")) if "without" in text]
    assert len(set(shown)) == 2
    assert all("…" in text for text in shown)
    assert shown[0].endswith("recording") and shown[1].endswith("witness")


def test_short_names_are_whole_and_leave_the_room_to_the_axis() -> None:
    names = ["flash at the corner in phone, picture", "flash at the corner in phone, sound"]
    svg = residuals([ResidualRow(name=name, w=-1.0) for name in names])
    assert set(names) <= set(words(svg))
    assert "\N{MINUS SIGN}3.29" in words(svg) and "+3.29" in words(svg)
