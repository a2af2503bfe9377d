"""Random seeks in the short ones of the real recordings, held against a straight decode."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import av
import numpy as np
import pytest

from sync.media.decode_pass import IndexConsumer, decode_pass
from sync.media.frame_types import DecodedFrame, StreamBegin
from sync.media.frames import FrameReader

RECORDINGS = [
    "cctv/bgslibrary/video.avi",
    "cctv/bgslibrary/video02.avi",
    "cctv/dvr-scan/issue53_brightness_change.avi",
    "cctv/gopro/karma.mp4",
    "cctv/multicam_caliscope/4_cam_recording/calibration/extrinsic/cam_0.mp4",
    "odd/pydub/creative_common.mp4",
]


def luma_sum(video: av.VideoFrame) -> int:
    """CRC-32 of the whole first plane, without what pads its rows."""
    plane = video.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return zlib.crc32(rows[: plane.height, : plane.width].tobytes())


class Sums:
    """The sum of every frame of a pass."""

    def __init__(self) -> None:
        self.luma: list[int] = []

    def begin(self, stream: StreamBegin) -> None:
        pass

    def frame(self, frame: DecodedFrame) -> None:
        self.luma.append(luma_sum(frame.video))

    def end(self) -> None:
        pass


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_seek_gives_the_picture_of_a_straight_decode(shared_media: Path, name: str) -> None:
    path = shared_media / name
    sums, indexer = Sums(), IndexConsumer()
    decode_pass(path, [sums, indexer])
    index = indexer.index
    assert index is not None
    with FrameReader(path, index) as reader:
        for i in random.Random(name).choices(range(len(index)), k=20):
            frame = reader.frame(i)
            assert frame.exact
            assert luma_sum(frame.video) == sums.luma[i]
