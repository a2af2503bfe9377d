"""Interlaced frames: two fields, each with its own lines and its own time."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from sync.media.fields import field_order_of, split_fields, split_frame
from sync.media.inspect import Inspection, inspect
from sync.timebase import Duration
from tests.support.made_rates import filmed, interlaced, street, write_pictures


def found(path: Path, top_first: bool) -> Inspection:
    fields = filmed(street, np.arange(60) / 50)
    options = {"preset": "veryfast", "crf": "12", "x264-params": "tff=1" if top_first else "bff=1"}
    frames = interlaced(fields, top_first=top_first)
    return inspect(write_pictures(path, frames, rate=25, options=options), cache=None)


@pytest.mark.parametrize("top_first", [True, False])
@pytest.mark.parametrize("name", ["c.mp4", "c.mkv", "c.ts"])
def test_order_and_times_of_fields(top_first: bool, name: str, tmp_path: Path) -> None:
    inspection = found(tmp_path / name, top_first)
    index = inspection.index
    assert index is not None
    assert index.field_order == ("top" if top_first else "bottom")
    first, second = index.field_times(3) or (None, None)
    assert first == index.time_of(3)
    assert second == index.time_of(3) + Duration(20_000_000)
    (note,) = (note for note in inspection.facts.health if note.code == "interlaced")
    assert ("top field" if top_first else "bottom field") in note.detail
    after, by = index.picture_bounds(5)
    assert (after, by) == (index.time_of(4), index.time_of(5) + Duration(20_000_000))


def test_a_progressive_stream_has_no_fields(tmp_path: Path) -> None:
    path = write_pictures(tmp_path / "p.mp4", filmed(street, np.arange(10) / 25))
    index = inspect(path, cache=None).index
    assert index is not None
    assert index.field_order is None
    assert index.field_times(3) is None
    assert index.picture_bounds(5) == (index.time_of(4), index.time_of(5))
    assert inspect(path, cache=None, verify=False).index.field_order is None  # type: ignore[union-attr]


def test_the_last_field_of_a_gap_is_half_a_usual_interval_later(tmp_path: Path) -> None:
    fields = filmed(street, np.arange(40) / 50)
    times = [3600 * k + (900_000 if k > 9 else 0) for k in range(20)]
    options = {"preset": "veryfast", "x264-params": "tff=1"}
    path = write_pictures(
        tmp_path / "g.mkv", interlaced(fields), times=times, options=options, b_frames=0
    )
    index = inspect(path, cache=None).index
    assert index is not None
    seen = index.field_times(9)
    assert seen is not None
    assert seen[1].ns - seen[0].ns == pytest.approx(20_000_000, abs=600_000)


@pytest.mark.parametrize("height", [6, 7])
def test_each_field_shows_its_own_lines_only(height: int) -> None:
    frame = np.arange(height, dtype=np.uint8)[:, None].repeat(3, axis=1)
    first, second = split_fields(frame, "top")
    assert first[:6, 0].tolist() == [0, 0, 2, 2, 4, 4]
    assert second[:6, 0].tolist() == [1, 1, 1, 3, 3, 5]
    assert first.shape == second.shape == frame.shape
    swapped = split_fields(frame, "bottom")
    assert np.array_equal(swapped[0], second)
    assert np.array_equal(swapped[1], first)


def test_the_fields_of_a_decoded_frame_are_the_pictures_taken(tmp_path: Path) -> None:
    fields = filmed(street, np.arange(60) / 50, noise=0)
    options = {"preset": "veryfast", "crf": "8", "x264-params": "tff=1"}
    path = write_pictures(tmp_path / "c.mp4", interlaced(fields), options=options)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    first, second = (field.to_ndarray(format="bgr24") for field in split_frame(frames[10], "top"))
    assert first.shape == (192, 320, 3)
    for shown, line, taken in ((first, 0, fields[20]), (second, 1, fields[21])):
        own = np.abs(shown[line::2, :, 1].astype(int) - taken[line::2]).mean()
        other = np.abs(shown[line::2, :, 1].astype(int) - fields[24][line::2]).mean()
        assert 2 * own < other


def test_what_ffmpeg_calls_the_orders() -> None:
    assert [field_order_of(k) for k in range(6)] == [None, None, "top", "bottom", "bottom", "top"]
