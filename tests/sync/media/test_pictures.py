"""Grouping of repeated frames, and the traps in which nothing may be grouped."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sync.media.frame_index import FrameIndex
from sync.media.inspect import inspect
from sync.media.pictures import Differences, PictureGroups, difference, group_pictures
from tests.support.made_media import repeated, write_clip

SHAPE = (90, 160)


def group(greys: list[np.ndarray], interval_s: float = 1 / 30) -> PictureGroups:
    changes = Differences()
    for a, b in pairwise(greys):
        changes.append(difference(a, b))
    return group_pictures(changes, interval_s)


def moving(number: int, noise: float = 0.0) -> np.ndarray:
    """A bright block that wanders over the whole picture, with noise that belongs to ``number``."""
    picture = np.full(SHAPE, 90.0)
    top, left = (number * 13) % 70, (number * 29) % 140
    picture[top : top + 15, left : left + 15] = 200
    picture += np.random.default_rng(number).normal(0, noise, SHAPE) if noise else 0
    return picture.astype(np.uint8)


def index_of(path: Path) -> FrameIndex:
    index = inspect(path, cache=None).index
    assert index is not None
    return index


@pytest.mark.parametrize("crf", [18, 23, 30])
@pytest.mark.parametrize("noise", [0, 2, 6])
@pytest.mark.parametrize("gop", [25, 250])
def test_three_frames_a_picture_through_x264(
    crf: int, noise: float, gop: int, tmp_path: Path
) -> None:
    options = {"preset": "veryfast", "crf": str(crf)}
    path = write_clip(
        tmp_path / "r.mp4", repeated(50, 3), rate=30, noise=noise, gop=gop, options=options
    )
    index = index_of(path)
    assert index.picture.tolist() == repeated(50, 3)
    after, by = index.picture_bounds(20)
    assert after is not None
    assert (by - after).ns == pytest.approx(100_000_000, abs=10), "one picture, not one frame"


def test_the_note_says_how_often_each_picture_is_shown(clip: Callable[[str], Path]) -> None:
    facts = inspect(clip("repeat.mp4"), cache=None).facts
    notes = [note for note in facts.health if note.code == "duplicate"]
    assert len(notes) == 1
    assert "shown 3 times" in notes[0].detail
    assert facts.picture is not None
    assert facts.picture.pictures == 60


@pytest.mark.parametrize(("numerator", "denominator"), [(25, 10), (30, 8), (25, 12), (60, 25)])
def test_uneven_repetition(numerator: int, denominator: int) -> None:
    numbers = [k * denominator // numerator for k in range(300)]
    groups = group([moving(number) for number in numbers])
    assert groups.picture.tolist() == numbers
    low = numerator // denominator
    assert groups.cadence == (low, low + 1)


def test_every_frame_its_own_picture(clip: Callable[[str], Path]) -> None:
    assert index_of(clip("cfr.mp4")).pictures == 160


@pytest.mark.parametrize("noise", [0.0, 3.0])
def test_a_still_scene_without_a_pattern_is_not_collapsed(noise: float) -> None:
    rng = np.random.default_rng(0)
    still = np.full(SHAPE, 100.0)
    greys = [(still + rng.normal(0, noise, SHAPE)).astype(np.uint8) for _ in range(200)]
    assert group(greys).picture.tolist() == list(range(200))


def test_a_burnt_in_clock_in_a_still_scene_is_no_cadence() -> None:
    greys = []
    for k in range(500):
        picture = np.full(SHAPE, 100, np.uint8)
        picture[5:15, 20:26] = 150 + 40 * (k // 25 % 2)
        picture[5:15, 10:16] = 150 + 40 * (k // 250 % 2)
        greys.append(picture)
    assert group(greys, 1 / 25).picture.tolist() == list(range(500))


def test_a_blinking_lamp_is_no_cadence() -> None:
    greys = []
    for k in range(300):
        picture = np.full(SHAPE, 100, np.uint8)
        picture[40:44, 80:84] = 255 if k // 5 % 2 else 100
        greys.append(picture)
    assert group(greys, 1 / 30).picture.tolist() == list(range(300))


def test_frozen_frames_in_a_noisy_recording_are_one_picture() -> None:
    numbers = [*range(50), *[50] * 20, *range(51, 100)]
    groups = group([moving(number, noise=3) for number in numbers])
    assert groups.picture.tolist() == numbers
    assert groups.copies == 19
    note = groups.notes(np.arange(len(numbers), dtype=np.int64) * 40_000_000)[0]
    assert note.code == "duplicate"
    assert "longest run 20" in note.detail
    assert note.at is not None
    assert note.at.ns == 50 * 40_000_000


def test_a_thing_that_moves_and_stops_is_not_frozen() -> None:
    numbers = [*range(95), *[95] * 5, *range(96, 150)]
    assert group([moving(number) for number in numbers]).picture.tolist() == list(
        range(len(numbers))
    )


def test_stillness_within_a_cadence_is_divided_by_it() -> None:
    numbers = [*repeated(40, 3), *[40] * 30, *(41 + n for n in repeated(40, 3))]
    picture = group([moving(number) for number in numbers]).picture
    assert np.bincount(picture).tolist() == [3] * (len(numbers) // 3)


def test_a_small_change_within_a_repeat_is_a_picture_of_its_own() -> None:
    greys = [moving(number) for number in repeated(40, 3)]
    for k in range(61, 63):
        greys[k] = greys[k].copy()
        greys[k][80:83, 3:6] = 255
    picture = group(greys).picture
    assert picture[61] == picture[60] + 1


def test_one_frame_and_none() -> None:
    assert group([moving(0)]).picture.tolist() == [0]
