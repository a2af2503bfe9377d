"""Leaving out what is called dispensable changes no other picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from av.packet import Packet

from sync.media.dispensable import Dispensable
from sync.media.opening import open_media, picture_stream
from tests.support.made_media import write_clip

FRAMES = 40
_HEVC = {"preset": "ultrafast", "x265-params": "bframes=3:log-level=0"}
KINDS = {
    "h264.mp4": ("libx264", None, {"preset": "fast", "crf": "20", "x264-params": "b-adapt=0"}),
    "raw.h264": ("libx264", "h264", {"preset": "fast", "crf": "20", "x264-params": "b-adapt=0"}),
    "hevc.mp4": ("libx265", None, _HEVC),
    "hevc.ts": ("libx265", "mpegts", _HEVC),
    "layers.mp4": (
        "libx265", None,
        {"preset": "ultrafast", "x265-params": "bframes=3:temporal-layers=3:log-level=0"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("coded")

    def get(name: str) -> Path:
        path = folder / name
        if not path.exists():
            codec, container_format, options = KINDS[name]
            write_clip(
                path, range(FRAMES), codec=codec, container_format=container_format,
                options=options, b_frames=3, gop=20,
            )  # fmt: skip
        return path

    return get


def pictures(path: Path, *, leave_out: bool) -> tuple[dict[int, bytes], int]:
    """Luma of each frame that came out by the ordinal of its packet, and how many were left out."""
    shown: dict[int, bytes] = {}
    left_out = 0
    with open_media(path) as container:
        stream = picture_stream(container)
        assert stream is not None
        stream.codec_context.copy_opaque = True
        dispensable = Dispensable(stream)
        for ordinal, packet in enumerate(container.demux(stream)):
            if packet.size and dispensable(packet) and leave_out:
                left_out += 1
                continue
            packet.opaque = (ordinal,)
            for video in packet.decode():
                shown[video.opaque[0]] = video.to_ndarray(format="gray").tobytes()
    return shown, left_out


@pytest.mark.parametrize("name", KINDS)
def test_all_that_is_left_decodes_to_the_same_pictures(
    name: str, coded: Callable[[str], Path]
) -> None:
    whole, _ = pictures(coded(name), leave_out=False)
    some, left_out = pictures(coded(name), leave_out=True)
    assert left_out >= FRAMES // 5, "hardly anything was left out: the test is void"
    assert len(whole) == FRAMES
    assert len(some) == FRAMES - left_out
    assert all(whole[ordinal] == picture for ordinal, picture in some.items())


def test_a_stream_without_b_frames_keeps_everything(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "p.mp4", range(20), b_frames=0)
    assert pictures(path, leave_out=True)[1] == 0


@pytest.mark.parametrize("codec", ["mpeg2video", "mjpeg"])
def test_other_codecs_keep_everything(codec: str, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "x.mkv", range(20), codec=codec)
    assert pictures(path, leave_out=True)[1] == 0


def test_nonsense_is_never_dispensable(coded: Callable[[str], Path]) -> None:
    rng = np.random.default_rng(1)
    for name in ("h264.mp4", "raw.h264", "hevc.mp4", "hevc.ts"):
        with av.open(str(coded(name))) as container:
            dispensable = Dispensable(container.streams.video[0])
            for length in (0, 1, 2, 3, 4, 5, 6):
                assert not dispensable(Packet(bytes(length)))
            counted = b"\0\0\0\1" if name.endswith("mp4") else b""
            assert not dispensable(Packet(counted + b"\xff" * 40)), "a reserved unit"
            for _ in range(200):
                dispensable(Packet(rng.integers(0, 256, 64, dtype=np.uint8).tobytes()))
