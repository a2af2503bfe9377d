"""Mixed and repeated frames of rate conversions, and what only looks like them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sync.media.blends import Blends, BlendWatch
from sync.media.decode_pass import decode_pass
from sync.media.frame_index import FrameIndex
from sync.media.grey import GREY_HEIGHT_PX, GREY_WIDTH_PX
from sync.media.index_consumer import IndexConsumer
from sync.timebase import NS_PER_S, Duration
from tests.support.made_rates import (
    Picture,
    blended,
    filmed,
    filtered,
    places,
    repeated,
    street,
    walker,
    write_pictures,
)


def grey(picture: Picture) -> np.ndarray:
    """(192, 320) to (90, 160), without going through a file."""
    shrunk = picture[6:186].astype(np.float64).reshape(90, 2, 160, 2).mean(axis=(1, 3))
    assert shrunk.shape == (GREY_HEIGHT_PX, GREY_WIDTH_PX)
    return np.rint(shrunk).astype(np.uint8)


def watched(pictures: Sequence[Picture]) -> Blends:
    watch = BlendWatch()
    for picture in pictures:
        watch.add(grey(picture))
    return watch.result()


def taken(rate: float, seconds: float = 5.0, noise: float = 2.0) -> list[Picture]:
    return filmed(street, np.arange(round(rate * seconds) + 1) / rate, noise=noise)


def index_of(path: Path) -> IndexConsumer:
    indexer = IndexConsumer()
    decode_pass(path, [indexer])
    return indexer


@pytest.mark.parametrize(
    ("source", "p", "q", "reach"),
    [(25, 5, 6, 2), (24, 4, 5, 2), (20, 2, 3, 2), (15, 3, 5, 2), (12.5, 1, 2, 2),
     (10, 2, 5, 3), (10, 1, 3, 3), (6.25, 1, 4, 4)],
)  # fmt: skip
def test_every_mixture_is_flagged_and_no_picture(source: float, p: int, q: int, reach: int) -> None:
    frames = blended(taken(source), p, q)
    found = watched(frames)
    mixed = ~np.isclose(places(p, q, len(frames)) % 1, 0) & ~np.isclose(
        places(p, q, len(frames)) % 1, 1
    )
    inner = np.arange(len(frames)) < len(frames) - 2 * q
    assert found.ratio == (p, q)
    assert (found.reach[mixed & inner] == reach).mean() > 0.98
    assert not found.reach[~mixed].any()


def test_blends_made_by_a_filter_and_coded(tmp_path: Path) -> None:
    frames = filtered(taken(25, 4), 25, "minterpolate", "fps=30:mi_mode=blend:scd=none")
    indexer = index_of(write_pictures(tmp_path / "c.mp4", frames, rate=30))
    assert indexer.index is not None
    assert indexer.index.blended is not None
    assert indexer.index.blended.mean() == pytest.approx(5 / 6, abs=0.06)
    (note,) = (note for note in indexer.health if note.code == "blended")
    assert "6 frames made from 5 pictures" in note.detail
    assert note.at is not None


def test_mixed_as_light_is_found_too() -> None:
    found = watched(blended(taken(12.5), 1, 2, linear_light=True))
    assert found.ratio == (1, 2)


SMOOTH = {
    "as taken": lambda: taken(25),
    "without noise": lambda: taken(25, noise=0.0),
    "slow motion": lambda: filmed(street, np.arange(150) / 200),
    "slow motion without noise": lambda: filmed(street, np.arange(150) / 200, noise=0),
    "fades": lambda: [
        np.rint((0.5 + 0.5 * np.cos(k / 12)) * picture).astype(np.uint8)
        for k, picture in enumerate(taken(25))
    ],
    "a lamp lit for half an exposure, six times": lambda: [
        np.clip(picture + (0, 30, 60, 60, 60)[max(0, k % 25 - 20)], 0, 255).astype(np.uint8)
        for k, picture in enumerate(filmed(walker, np.arange(150) / 25))
    ],
    "repeated 2 or 3 times": lambda: repeated(taken(10), 2, 5),
    "repeated every fifth time": lambda: repeated(taken(20), 4, 5),
    "stopping and going": lambda: filmed(
        street, [(k - (k % 8 if k // 8 % 2 else 0)) / 25 for k in range(120)]
    ),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_what_only_looks_like_blends(name: str) -> None:
    assert not watched(SMOOTH[name]()).reach.any()


@pytest.mark.parametrize("name", list(SMOOTH)[:6])
def test_what_moves_without_repeats_does_not_stall(name: str) -> None:
    assert not watched(SMOOTH[name]()).stalls.any()


def test_a_picture_shown_twice_every_fifth_time(tmp_path: Path) -> None:
    frames = repeated(taken(20), 4, 5)
    found = watched(frames)
    repeats = np.diff(np.arange(len(frames)) * 4 // 5, prepend=-1) == 0
    inner = slice(4, len(frames) - 4)
    assert found.stalls[inner].tolist() == repeats[inner].tolist()
    indexer = index_of(write_pictures(tmp_path / "c.mp4", frames, rate=25))
    index = indexer.index
    assert index is not None
    assert index.pictures == pytest.approx(0.8 * len(frames), abs=4)
    assert index.raster_half == Duration(20_000_000)
    (note,) = (note for note in indexer.health if note.code == "duplicate")
    assert "half a frame's interval" in note.detail


def test_things_drawn_at_whole_pixels_that_stall_now_and_then_are_not_repeats() -> None:
    rng = np.random.default_rng(3)
    times = np.cumsum(np.where(rng.random(200) < 0.06, 0.0, 0.04))
    assert watched(filmed(street, times, noise=0)).stalls.sum() == 0
    assert (np.diff(times) == 0).sum() >= 8, "stalls enough, but in no rhythm"


def test_only_the_converted_part_is_flagged() -> None:
    frames = [*taken(30, 3), *blended(taken(10, 5), 1, 3)]
    found = watched(frames)
    assert not found.reach[:88].any()
    assert (found.reach[100:-10] > 0).mean() == pytest.approx(2 / 3, abs=0.05)


def test_bounds_of_a_mark_hold_the_instant() -> None:
    """A thing that appears between two pictures, marked where it first shows faintly."""
    frames = blended(taken(25), 5, 6)
    reach = watched(frames).reach
    place = places(5, 6, len(frames))
    n = len(frames)
    index = FrameIndex(
        pts=np.arange(n, dtype=np.int64),
        time_ns=np.arange(n, dtype=np.int64) * NS_PER_S // 30,
        ordinal=np.arange(n, dtype=np.int32),
        key=np.ones(n, np.bool_),
        picture=np.arange(n, dtype=np.int32),
        time_base=Fraction(1, 30),
        state="verified",
        blend_reach=reach,
    )
    blind = replace(index, blend_reach=np.zeros(n, np.uint8))
    missed = 0
    for instant_s in np.random.default_rng(0).uniform(1, 3.8, 200):
        first_taken = np.ceil(instant_s * 25)
        shows = int(np.argmax(place > first_taken - 1 + 1e-6))
        after, by = index.picture_bounds(shows)
        assert after is not None
        assert after.s <= instant_s <= by.s
        narrow = blind.picture_bounds(shows)
        assert narrow[0] is not None
        missed += not narrow[0].s <= instant_s <= narrow[1].s
    assert missed > 50, "frames taken for pictures are too narrow: the test can fail"


def test_nothing_and_little() -> None:
    assert len(BlendWatch().result().reach) == 0
    assert watched(taken(25, 0.1)).reach.tolist() == [0, 0, 0]
