"""Random seeks in one clip of every kind, held against a straight decode."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from sync.media.decode_pass import IndexConsumer, decode_pass
from sync.media.frame_index import FrameIndex
from sync.media.frame_types import DecodedFrame, StreamBegin
from sync.media.frames import FrameReader
from sync.media.inspect import inspect
from tests.support.clip_classes import ClipClasses
from tests.support.made_media import read_number

KINDS = tuple(ClipClasses(Path()))


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


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> ClipClasses:
    os.environ.setdefault("SVT_LOG", "1")  # the AV1 encoder talks to stderr otherwise
    return ClipClasses(tmp_path_factory.mktemp("classes"), frames=120)


@pytest.mark.parametrize("kind", KINDS)
def test_every_seek_shows_the_frame_asked_for(kind: str, classes: ClipClasses) -> None:
    path = classes[kind]
    numbers, indexer = Numbers(), IndexConsumer()
    decode_pass(path, [numbers, indexer])
    index = indexer.index
    assert index is not None
    assert len(index) == len(numbers.seen)
    assert len(set(numbers.seen)) > 0.4 * len(numbers.seen), "numbers cannot be read: void"
    with FrameReader(path, index) as reader:
        for i in random.Random(kind).choices(range(len(index)), k=25):
            frame = reader.frame(i)
            assert read_number(frame.bgr()) == numbers.seen[i]
            assert frame.exact
            assert frame.damaged == bool(index.damaged is not None and index.damaged[i])
    if kind == "damaged MP4":
        assert index.damaged is not None
        assert index.damaged.any(), "nothing was damaged: the test is void"


@pytest.mark.parametrize("kind", ["raw .h264", "raw .hevc", "TS, clock restarts", "VFR MP4"])
def test_nothing_is_called_exact_before_the_index_is_verified(
    kind: str, classes: ClipClasses
) -> None:
    path = classes[kind]
    index = inspect(path, cache=None, verify=False).index
    assert index is not None
    assert index.state == "provisional"
    with FrameReader(path, index) as reader:
        for i in (0, 30, 31, 70):
            assert not reader.frame(i).exact


def test_arrays_not_lists_name_the_frames_of_a_long_recording(classes: ClipClasses) -> None:
    """12 hours at 30 a second: what a reader adds to the index stays within 16 bytes a frame."""
    path = classes["H.264 MP4"]
    index = inspect(path, cache=None).index
    assert isinstance(index, FrameIndex)
    with FrameReader(path, index) as reader:
        numbers = reader._numbers
        held = numbers._number.nbytes + numbers._begin.nbytes
        held += reader._keys.nbytes + reader._keys_shown.nbytes
    assert held <= 16 * len(index) + 64
