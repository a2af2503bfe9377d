"""What is counted of a recording's times, and rates that are taken for others."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from sync.media.frame_index import FrameIndex
from sync.media.health import conformed_note, timing_notes
from sync.media.timing import TimingHealth, claimed_rate, timing_health
from sync.timebase import Duration

TICK = Fraction(1, 90_000)


def index_at(ticks: list[int] | np.ndarray, base: Fraction = TICK) -> FrameIndex:
    pts = np.asarray(ticks, np.int64)
    n = len(pts)
    scaled = pts * base.numerator * 1_000_000_000 // base.denominator
    return FrameIndex(
        pts=pts,
        time_ns=scaled,
        ordinal=np.arange(n, dtype=np.int32),
        key=np.ones(n, np.bool_),
        picture=np.arange(n, dtype=np.int32) // 2,
        time_base=base,
        state="verified",
    )


def health(ticks: list[int] | np.ndarray, claimed: Fraction | None = None) -> TimingHealth:
    return timing_health(index_at(ticks), claimed)


def test_everything_is_counted() -> None:
    steps = [3600] * 50 + [18_000] + [3600] * 20 + [0, -9000] + [3600] * 20 + [90_000 * 60]
    found = health(np.cumsum([0, *steps]))
    assert found.frames == len(steps) + 1
    assert (found.gaps, found.missing) == (2, 4 + 1499)
    assert (found.equal, found.backward, found.discontinuities) == (1, 1, 1)
    assert found.median == Duration(40_000_000)
    assert [(one.low.s, one.count) for one in found.intervals] == [(0.04, 90), (0.2, 1), (60.0, 1)]


def test_the_histogram_stays_small_and_loses_nothing() -> None:
    rng = np.random.default_rng(0)
    steps = rng.integers(2000, 6000, 5000)
    steps[7] = 400_000
    found = health(np.cumsum(steps))
    assert len(found.intervals) <= 14
    assert sum(one.count for one in found.intervals) == 4999
    edges = [(one.low, one.high) for one in found.intervals]
    assert all(low <= high for low, high in edges)
    assert all(a[1] < b[0] for a, b in pairwise(edges))
    assert found.intervals[-1].high.s == pytest.approx(400_000 / 90_000)


def test_one_frame_and_none() -> None:
    for ticks in ([], [5]):
        found = health(ticks)
        assert found.intervals == ()
        assert found.measured is None
        assert found.gaps == found.backward == 0


@pytest.mark.parametrize(
    ("rate", "claimed", "ratio"),
    [
        (Fraction(30_000, 1001), 30, Fraction(1000, 1001)),
        (Fraction(30), Fraction(30_000, 1001), Fraction(1001, 1000)),
        (Fraction(25), 25, None),
        (Fraction(30), 30, None),
    ],
)
def test_one_rate_taken_for_another(
    rate: Fraction, claimed: Fraction | int, ratio: Fraction | None
) -> None:
    ticks = [round(k * 90_000 / rate) for k in range(600)]
    found = health(ticks, Fraction(claimed))
    assert found.measured is not None
    assert found.measured.per_s == pytest.approx(float(rate), rel=2e-6)
    assert found.measured.is_ntsc_of(Fraction(claimed)) == ratio
    notes = [n for n in timing_notes(index_at(ticks), Fraction(claimed))
             if n.code == "rate-mismatch"]  # fmt: skip
    assert len(notes) == (ratio is not None)
    assert all("29.97 and 30" in note.detail for note in notes)


def test_too_short_to_tell() -> None:
    ticks = [round(k * 1001 / 30) for k in range(40)]  # milliseconds, as Matroska rounds 29.97
    index = index_at(ticks, Fraction(1, 1000))
    assert [n.code for n in timing_notes(index, Fraction(30))] == []
    found = timing_health(index, Fraction(30))
    assert found.measured is not None
    assert found.measured.is_ntsc_of(Fraction(30)) is None


def test_the_truth_is_within_what_ticks_allow() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        rate = rng.uniform(5, 60)
        ticks = np.rint(np.arange(400) / rate * 1000 + rng.uniform(0, 1)).astype(np.int64)
        measured = timing_health(index_at(ticks, Fraction(1, 1000)), None).measured
        assert measured is not None
        assert abs(measured.per_s - rate) <= measured.half_per_s


@pytest.mark.parametrize(
    ("picture_s", "sound_s", "said"),
    [(600.6, 600.0, "longer"), (599.4, 600.0, "shorter"), (600.0, 600.0, ""), (603.0, 600.0, ""),
     (10.01, 10.0, ""), (0.0, 600.0, "")],
)  # fmt: skip
def test_picture_and_sound_that_last_as_29_97_to_30(
    picture_s: float, sound_s: float, said: str
) -> None:
    notes = conformed_note(
        Duration.from_s(picture_s), Duration.from_s(sound_s), Duration.from_s(1 / 30)
    )
    assert [said in note.detail for note in notes] == ([True] if said else [])


def test_a_file_that_claims_nothing() -> None:
    assert claimed_rate("0/1") is None
    assert claimed_rate("30000/1001") == Fraction(30_000, 1001)


def test_half_a_day_is_counted_in_no_time_and_little_room() -> None:
    steps = np.full(1_300_000, 3003, np.int64)
    found = health(np.cumsum(steps), Fraction(30))
    assert len(found.intervals) <= 2 + 12
    assert found.measured is not None
    assert found.measured.is_ntsc_of(Fraction(30)) == Fraction(1000, 1001)
