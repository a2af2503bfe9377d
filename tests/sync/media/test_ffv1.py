"""Damage in FFV1: the decoder says nothing of it, its checksums do."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from sync.media.decode_pass import decode_pass
from sync.media.ffv1 import Ffv1Checksums, checksum, slices
from sync.media.frames import FrameReader
from sync.media.index_consumer import IndexConsumer
from tests.support.made_media import read_number, write_clip

FRAMES, GOP = 12, 5


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(video=0) if p.size]


def written(path: Path, **options: str) -> Path:
    return write_clip(path, range(FRAMES), codec="ffv1", options=options, gop=GOP, noise=3)


@pytest.mark.parametrize(
    ("options", "footer_bytes"),
    [({"level": "3"}, 8), ({"level": "3", "slicecrc": "0"}, 3), ({"level": "3", "slices": "9"}, 8),
     ({"level": "4", "strict": "experimental"}, 8)],
)  # fmt: skip
def test_whole_streams_hold(tmp_path: Path, options: dict[str, str], footer_bytes: int) -> None:
    checksums = Ffv1Checksums()
    for data in packets(written(tmp_path / "whole.mkv", **options)):
        assert b"".join(reversed(slices(data, footer_bytes))) == data
        assert checksums.hold(data)


@pytest.mark.parametrize("level", ["3", "4"])
def test_a_flipped_bit_is_found(tmp_path: Path, level: str) -> None:
    checksums = Ffv1Checksums()
    options = {"level": level, "strict": "experimental"}
    first, *others = packets(written(tmp_path / "whole.mkv", **options))
    assert checksums.hold(first)
    for data in others:
        flipped = bytearray(data)
        flipped[len(data) // 3] ^= 4
        assert not checksums.hold(bytes(flipped))


def test_without_checksums_broken_lengths_are_found(tmp_path: Path) -> None:
    path, checksums = written(tmp_path / "bare.mkv", level="3", slicecrc="0"), Ffv1Checksums()
    first, second, *_ = packets(path)
    assert checksums.hold(first)
    assert not checksums.hold(second[:-9])


def test_before_version_3_nothing_can_be_held_against(tmp_path: Path) -> None:
    checksums = Ffv1Checksums()
    for data in packets(written(tmp_path / "old.mkv", level="1")):
        assert checksums.hold(data[:-9])


def test_no_frame_of_a_damaged_file_is_another_without_a_mark(tmp_path: Path) -> None:
    path = written(tmp_path / "clip.mkv", level="3")
    content = bytearray(path.read_bytes())
    data = packets(path)[3]
    at = content.index(data) + len(data) // 2
    content[at : at + 40] = bytes(40)
    path.write_bytes(content)
    consumer = IndexConsumer()
    decode_pass(path, [consumer])
    assert consumer.index is not None
    marked = set()
    with FrameReader(path, consumer.index) as reader:
        for i in range(FRAMES):
            frame = reader.frame(i)
            marked |= {i} if frame.damaged else set()
            shown = read_number(frame.video.to_ndarray(format="bgr24"))
            assert shown == i or frame.damaged, f"frame {i} shows {shown}"
    assert marked == {3, 4}


def test_the_checksum_is_the_plain_polynomial() -> None:
    rng = np.random.default_rng(3)
    data = rng.bytes(50)
    remainder = int.from_bytes(data, "big") << 32
    for bit in range(remainder.bit_length() - 1, 31, -1):
        if remainder >> bit & 1:
            remainder ^= 0x104C11DB7 << (bit - 32)
    assert checksum(data) == remainder
    assert checksum(b"123456789", 0xFFFFFFFF) == 0x0376E6E7, "CRC-32/MPEG-2's check value"
