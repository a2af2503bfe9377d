"""A seek returns the asked frame or says so: checked by the number painted into each picture."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sync.errors import MediaDamaged
from sync.media.decode_pass import DecodedFrame, StreamBegin, decode_pass
from sync.media.frames import FrameReader
from sync.media.inspect import inspect
from sync.timebase import MediaTime
from tests.support.made_media import HEIGHT_PX, WIDTH_PX, read_number

CLIPS = [
    "cfr.mp4", "vfr.mp4", "vfr.mkv", "raw.h264", "stream.ts", "b_frames.avi", "open_gop.mp4",
    "edit.mp4", "disc.ts", "cut.ts",
]  # fmt: skip


class Numbers:
    """Reads the painted number of every frame of a pass."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def begin(self, stream: StreamBegin) -> None:
        pass

    def frame(self, frame: DecodedFrame) -> None:
        self.seen.append(read_number(frame.video.to_ndarray(format="bgr24")))

    def end(self) -> None:
        pass


@pytest.mark.parametrize("name", CLIPS)
def test_random_seeks_and_their_neighbours_are_exact(
    name: str, clip: Callable[[str], Path]
) -> None:
    path = clip(name)
    numbers = Numbers()
    decode_pass(path, [numbers])
    index = inspect(path, cache=None).index
    assert index is not None
    assert len(index) == len(numbers.seen)
    order = random.Random(name).sample(range(len(index)), 30)
    with FrameReader(path, index) as reader:
        for target in order:
            for i in (target, max(target - 1, 0), min(target + 1, len(index) - 1)):
                frame = reader.frame(i)
                assert read_number(frame.bgr()) == numbers.seen[i]
                assert frame.exact
                assert frame.index == i
                assert frame.time == index.time_of(i)


def test_numbers_follow_presentation_order_in_a_stream_with_b_frames(
    clip: Callable[[str], Path],
) -> None:
    numbers = Numbers()
    decode_pass(clip("cfr.mp4"), [numbers])
    assert numbers.seen == list(range(160))
    index = inspect(clip("cfr.mp4"), cache=None).index
    assert index is not None
    assert not np.array_equal(index.ordinal, np.arange(160)), "no reordering: the test is void"


def test_a_damaged_stream_never_gives_another_frame_as_exact(clip: Callable[[str], Path]) -> None:
    path = clip("damaged.mp4")
    numbers = Numbers()
    decode_pass(path, [numbers])
    index = inspect(path, cache=None).index
    assert index is not None
    assert index.damaged is not None
    assert index.damaged.any(), "nothing was damaged: the test is void"
    with FrameReader(path, index) as reader:
        for i in random.Random(1).sample(range(len(index)), 60):
            frame = reader.frame(i)
            if frame.exact:
                assert read_number(frame.bgr()) == numbers.seen[i]


def test_stepping_forward_does_not_seek(
    clip: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip("cfr.mp4")
    index = inspect(path, cache=None).index
    assert index is not None
    with FrameReader(path, index) as reader:
        reader.frame(50)

        def refuse(key: int) -> None:
            raise AssertionError(f"sought to packet {key}")

        monkeypatch.setattr(reader._source, "go_to", refuse)
        for i in range(51, 75):
            assert read_number(reader.frame(i).bgr()) == i
        assert read_number(reader.frame(73).bgr()) == 73, "one back comes from the ring"


def test_at_shows_the_greatest_time_not_after(clip: Callable[[str], Path]) -> None:
    path = clip("vfr.mp4")
    index = inspect(path, cache=None).index
    assert index is not None
    with FrameReader(path, index) as reader:
        for i in (1, 60, 159):
            time = index.time_of(i)
            assert reader.at(time).index == i
            assert reader.at(MediaTime(time.ns - 1)).index == i - 1
        assert reader.at(MediaTime(-1)) is None


def test_another_file_under_the_same_name_is_refused(
    clip: Callable[[str], Path], tmp_path: Path
) -> None:
    index = inspect(clip("cfr.mp4"), cache=None).index
    assert index is not None
    swapped = tmp_path / "cfr.mp4"
    swapped.write_bytes(clip("open_gop.mp4").read_bytes())
    with FrameReader(swapped, index) as reader, pytest.raises(MediaDamaged):
        reader.frame(100)


def test_no_frame_before_the_first_or_after_the_last(clip: Callable[[str], Path]) -> None:
    index = inspect(clip("cfr.mp4"), cache=None).index
    assert index is not None
    with FrameReader(clip("cfr.mp4"), index) as reader:
        for i in (-1, len(index)):
            with pytest.raises(IndexError):
                reader.frame(i)


def test_a_provisional_index_reads_frames_but_calls_none_exact(
    clip: Callable[[str], Path],
) -> None:
    index = inspect(clip("cfr.mp4"), cache=None, verify=False).index
    assert index is not None
    with FrameReader(clip("cfr.mp4"), index) as reader:
        frame = reader.frame(77)
        assert read_number(frame.bgr()) == 77
        assert not frame.exact


def test_rotation_aspect_and_pane_size(clip: Callable[[str], Path]) -> None:
    index = inspect(clip("cfr.mp4"), cache=None).index
    assert index is not None
    with FrameReader(clip("cfr.mp4"), index) as reader:
        frame = reader.frame(3)
        plain = frame.bgr()
        assert plain.shape == (HEIGHT_PX, WIDTH_PX, 3)
        turned = replace(frame, rotation_deg=90).bgr()
        assert np.array_equal(turned, np.rot90(plain, -1)), "clockwise"
        wide = replace(frame, sample_aspect=Fraction(2)).bgr()
        assert np.array_equal(wide[:, ::2], plain)
        assert np.array_equal(wide[:, 1::2], plain)
        small = frame.image(100, 100)
        assert small.shape == (60, 100, 4)
        assert small.flags.c_contiguous
        assert (small[:, :, 3] == 255).all()
        large = frame.image(WIDTH_PX * 2, HEIGHT_PX * 2)
        assert np.array_equal(large[::2, ::2, :3], plain), "enlarged by repetition only"
