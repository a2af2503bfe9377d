"""Panes of the review video: within the picture, none on another, each with room to see."""

from __future__ import annotations

from itertools import combinations
from typing import get_args

import pytest

from sync.report.review_layout import Box, places
from sync.report.review_plan import Layout


def apart(one: Box, other: Box) -> bool:
    return (
        one.right <= other.x or other.right <= one.x
        or one.bottom <= other.y or other.bottom <= one.y
    )  # fmt: skip


@pytest.mark.parametrize("layout", get_args(Layout))
@pytest.mark.parametrize(
    "size", [(1920, 1080), (1280, 720), (960, 540), (1080, 1920), (3840, 2160), (720, 576)]
)
@pytest.mark.parametrize("panes", range(1, 10))
def test_nothing_lies_on_anything(layout: Layout, size: tuple[int, int], panes: int) -> None:
    made = places(*size, layout, panes)
    whole = Box(0, 0, *size)
    parts = [*(pane.whole for pane in made.panes), made.time, made.strip, made.foot]
    assert len(made.panes) == panes
    for part in parts:
        assert part.x >= 0
        assert part.y >= 0
        assert part.right <= whole.right
        assert part.bottom <= whole.bottom
    for one, other in combinations(parts, 2):
        assert apart(one, other)
    for pane in made.panes:
        assert apart(pane.text, pane.picture)
        assert pane.picture.width >= size[0] // 12, "too narrow to see anything"
        assert pane.picture.height >= size[1] // 30, "too low to see anything"
        assert pane.picture.bottom <= pane.whole.bottom
        assert pane.picture.right <= pane.whole.right


def test_an_inset_film_gives_the_first_pane_most_room() -> None:
    first, *others = places(1920, 1080, "inset", 4).panes
    for other in others:
        assert first.picture.width > 2 * other.picture.width
