"""Clocks of transport streams that start again from 0, or were set."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sync.media.frame_times import settle_times
from sync.media.frames import FrameReader
from sync.media.inspect import inspect
from sync.media.ticks import NO_TIME
from tests.support.made_media import write_clip

MPEG = Fraction(1, 90_000)
TURN = 1 << 33


def clip_from(path: Path, first_s: float, frames: int = 60) -> Path:
    """A transport stream of 25 a second whose clock shows ``first_s`` at its first frame."""
    first = round(first_s * 90_000)
    return write_clip(
        path,
        range(frames),
        times=[first + 3600 * k for k in range(frames)],
        time_base=MPEG,
        container_format="mpegts",
        b_frames=0,
        gop=20,
    )


def settled(pts: list[int]) -> tuple[list[int], list[float], list[str]]:
    times = settle_times(
        pts=np.array(pts, np.int64),
        dts=np.full(len(pts), NO_TIME, np.int64),
        time_base=MPEG,
        nominal_rate=Fraction(25),
        clock_ticks=TURN,
    )
    shown_s = ((times.time_ns - times.time_ns[0]) / 1e9).tolist()
    return times.pts.tolist(), shown_s, [note.code for note in times.notes]


def test_a_clock_that_reaches_its_end_is_counted_on_and_listed(tmp_path: Path) -> None:
    path = clip_from(tmp_path / "wrap.ts", TURN / 90_000 - 1.0)
    found = inspect(path, cache=None)
    index = found.index
    assert index is not None
    assert len(index) == 60
    assert np.diff(index.time_ns).tolist() == [40_000_000] * 59
    (back,) = np.flatnonzero(np.diff(index.pts) < 0).tolist()
    assert index.pts.min() >= 0, "as written, not as FFmpeg counts"
    assert index.pts.max() < TURN
    (note,) = (note for note in found.facts.health if note.code == "wrap")
    assert note.at == index.time_of(back + 1)
    assert f"at frame {back + 1}" in note.detail
    assert not {"gap", "backward", "discontinuity"} & {n.code for n in found.facts.health}
    with FrameReader(path, index) as reader:
        assert all(reader.frame(i).exact for i in (59, 0, back, back + 1))
    quick = inspect(path, cache=None, verify=False).index
    assert quick is not None
    assert quick.time_ns.tolist() == index.time_ns.tolist()


def test_a_clock_that_was_set_back_is_not_taken_for_one_that_started_again(tmp_path: Path) -> None:
    first, second = clip_from(tmp_path / "a.ts", 3600.0), clip_from(tmp_path / "b.ts", 10.0)
    path = tmp_path / "spliced.ts"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    found = inspect(path, cache=None)
    assert found.index is not None
    (back,) = np.flatnonzero(np.diff(found.index.time_ns) < 0).tolist()
    assert np.diff(found.index.time_ns)[back] < -3_500_000_000_000
    codes = [note.code for note in found.facts.health]
    assert "discontinuity" in codes
    assert "wrap" not in codes


def test_ticks_round_the_end() -> None:
    pts, shown_s, notes = settled([TURN - 7200, TURN - 3600, TURN, TURN + 3600])
    assert pts == [TURN - 7200, TURN - 3600, 0, 3600]
    assert shown_s == [0.0, 0.04, 0.08, 0.12]
    assert notes == ["wrap"]


def test_a_late_picture_of_before_the_end_is_no_second_turn() -> None:
    _, shown_s, notes = settled([TURN - 3600, TURN + 3600, TURN, TURN + 7200])
    assert shown_s == [0.0, 0.08, 0.04, 0.12]
    assert notes == ["wrap"]
    _, shown_s, _ = settled([TURN - 7200, TURN, TURN - 3600, TURN + 3600])
    assert shown_s == [0.0, 0.08, 0.04, 0.12]


def test_a_steady_clock_is_left_as_it_is() -> None:
    pts = [900_000 + 3600 * k for k in range(5)]
    assert settled(pts) == (pts, [0.0, 0.04, 0.08, 0.12, 0.16], [])


def test_a_clock_set_back_again_and_again_is_left_as_written(tmp_path: Path) -> None:
    parts = [clip_from(tmp_path / f"{k}.ts", 7200.0 - 600 * k, frames=10) for k in range(8)]
    path = tmp_path / "spliced.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    found = inspect(path, cache=None)
    assert found.index is not None
    assert len(found.index) == 80
    back = np.flatnonzero(np.diff(found.index.time_ns) < 0)
    assert len(back) > 0.05 * 79, "too few steps back: void"
    assert np.diff(found.index.pts)[back].max() < -590 * 90_000
    assert "missing-pts" not in {note.code for note in found.facts.health}


@pytest.mark.parametrize(("written", "moved"), [(True, 1), (False, 1), (True, 0)])
def test_times_the_container_states_stay_as_often_as_they_step_back(
    written: bool, moved: int
) -> None:
    """Stored without presentation times, or all equal to those of decoding, they are no such."""
    pts = np.array([0, 3, 1, 2, 6, 4, 5, 7], np.int64) * 40
    times = settle_times(
        pts=pts,
        dts=pts - moved,
        time_base=Fraction(1, 1000),
        nominal_rate=Fraction(25),
        times_written=written,
    )
    as_written = written and moved
    assert times.pts.tolist() == (pts if as_written else np.sort(pts) - moved).tolist()
    assert [note.code for note in times.notes] == ([] if as_written else ["missing-pts"])
