"""A mark while it is being made: plain values and how they move."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from app.controllers.draft import (
    find_onset,
    one_sided,
    picture_draft,
    seconds_text,
    sound_draft,
)
from sync.media.frame_index import FrameIndex
from sync.timebase import MediaTime
from tests.support.made_media import click_track

MS = 1_000_000


@pytest.fixture
def index() -> FrameIndex:
    """Ten pictures a second, each shown three times."""
    n = 30
    return FrameIndex(
        pts=np.arange(n, dtype=np.int64), time_ns=np.arange(n, dtype=np.int64) * 100 * MS // 3,
        ordinal=np.arange(n, dtype=np.int32), key=np.ones(n, np.bool_),
        picture=(np.arange(n) // 3).astype(np.int32), time_base=Fraction(1, 30), state="verified",
    )  # fmt: skip


def seconds(draft: object) -> tuple[float | None, ...]:
    return tuple(None if at is None else round(at.s, 3) for at in draft.interval)  # type: ignore[attr-defined]


def test_a_picture_is_bounded_by_the_picture_before_not_the_frame(index: FrameIndex) -> None:
    draft = picture_draft("a", index, MediaTime(460 * MS))
    assert (draft.first, draft.last) == (4, 4)
    assert seconds(draft) == (0.3, 0.4)
    assert draft.frames == (12, 14)
    assert draft.shown() == ((9, None), (12, None))
    assert draft.words() == "between 0.300 and 0.400 s"


def test_both_edges_move_and_stay_inside(index: FrameIndex) -> None:
    draft = picture_draft("a", index, MediaTime(460 * MS))
    assert seconds(draft.moved(1)) == (0.4, 0.5)
    assert seconds(draft.moved(-99)) == (None, 0.0)
    assert seconds(draft.moved(99)) == (0.8, 0.9)


def test_widening(index: FrameIndex) -> None:
    draft = picture_draft("a", index, MediaTime(460 * MS))
    assert seconds(draft.widened(later=True)) == (0.3, 0.5)
    assert seconds(draft.widened(later=False)) == (0.2, 0.4)


def test_one_side(index: FrameIndex) -> None:
    draft = picture_draft("a", index, MediaTime(460 * MS))
    only = one_sided(draft, "only latest")
    assert seconds(only) == (None, 0.4)
    assert only.words() == "by 0.400 s"
    assert seconds(one_sided(draft, "only earliest")) == (0.3, None)
    assert one_sided(only, "only latest") == draft, "the same key again knows both ends"


def test_the_first_picture_has_nothing_before_it(index: FrameIndex) -> None:
    draft = picture_draft("a", index, MediaTime(0))
    assert seconds(draft) == (None, 0.0)
    assert seconds(one_sided(draft, "only earliest")) == (0.0, None)


def test_sound_is_marked_within_limits() -> None:
    draft = sound_draft("a", MediaTime(1000 * MS), None)
    assert seconds(draft) == (0.98, 1.02)
    assert seconds(draft.moved(10 * MS)) == (0.99, 1.03)
    assert seconds(draft.widened(later=True)) == (0.98, 1.025)
    assert seconds(draft.widened(later=False)) == (0.975, 1.02)
    assert "by hand" in draft.note()


def test_raw_and_snapped_places_are_both_kept() -> None:
    draft = sound_draft("a", MediaTime(1000 * MS), MediaTime(987 * MS))
    assert seconds(draft) == (0.967, 1.007)
    assert draft.note() == "placed at 1.0000 s, moved to 0.9870 s"


@pytest.mark.parametrize("away", [-300, -100, 0, 150, 350])
def test_an_onset_is_found_where_the_sound_begins(away: int) -> None:
    rate = 8000
    sound = click_track(1.0, rate, [0.5])
    sound += np.random.default_rng(3).normal(0, 0.003, rate).astype(np.float32)
    found = find_onset(sound, rate, 4000 + away, 400)
    assert found is not None
    assert abs(found - 4000) <= 0.004 * rate


def test_noise_has_no_onset() -> None:
    sound = np.random.default_rng(4).normal(0, 0.05, 8000).astype(np.float32)
    assert find_onset(sound, 8000, 4000, 400) is None
    assert find_onset(np.zeros(8000, np.float32), 8000, 4000, 400) is None


def test_a_displacement_has_its_sign() -> None:
    assert seconds_text(1_310_000_000) == "+1.310 s"
    assert seconds_text(-20_000_000) == "−0.020 s"
