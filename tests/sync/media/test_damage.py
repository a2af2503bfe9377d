"""Frames that rest on a damaged one are marked like it."""

from __future__ import annotations

import random
from pathlib import Path

import av
import numpy as np

from sync.media.damage import frames_in_doubt
from sync.media.decode_pass import decode_pass
from sync.media.frame_types import DecodedFrame
from sync.media.index_consumer import IndexConsumer
from tests.support.made_media import write_clip

KEYS = (0, 5, 10)
PACKETS = 14
SHOWN = (0, 1, 3, 2, 4, 6, 5, 7, 9, 8, 10, 11, 12, 13)
"""Packet of each frame in presentation order: 6 is stored behind key 5 and shown before it."""


def doubted(*damaged: int, refused: tuple[int, ...] = (), spare: tuple[int, ...] = ()) -> set[int]:
    ordinal = np.array([n for n in SHOWN if n not in refused], np.int32)
    found = frames_in_doubt(
        np.isin(ordinal, damaged), ordinal, np.isin(np.arange(PACKETS), KEYS),
        np.isin(np.arange(PACKETS), spare), refused,
    )  # fmt: skip
    return set(ordinal[found].tolist())


def test_nothing_damaged_nothing_doubted() -> None:
    assert doubted() == set()


def test_doubt_reaches_to_the_next_key_frame() -> None:
    assert doubted(7) == {7, 8, 9}
    assert doubted(12) == {12, 13}


def test_and_to_the_pictures_stored_behind_it_but_shown_before() -> None:
    assert doubted(3) == {3, 4, 6}


def test_a_refused_packet_is_doubted_like_a_damaged_one() -> None:
    assert doubted(refused=(1,)) == {2, 3, 4, 6}


def test_a_picture_nothing_rests_on_spoils_no_other() -> None:
    assert doubted(3, spare=(3,)) == {3}
    assert doubted(refused=(7,), spare=(7,)) == set()


def test_two_faults_of_one_group_and_of_two() -> None:
    assert doubted(7, 8, 11) == {7, 8, 9, 11, 12, 13}


def test_a_damaged_key_frame_spoils_its_group() -> None:
    assert doubted(5) == {5, 6, 7, 8, 9}


class Pictures:
    """What each frame shows, by its time."""

    def __init__(self) -> None:
        self.by_pts: dict[int | None, int] = {}

    def begin(self, stream: object) -> None: ...

    def frame(self, frame: DecodedFrame) -> None:
        self.by_pts[frame.pts] = frame.digest

    def end(self) -> None: ...


def test_where_the_decoder_notices_every_changed_picture_is_marked(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "clip.mp4", range(30), codec="mpeg4", options={"b": "400000"}, gop=10
    )
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    truth, content, changed = Pictures(), path.read_bytes(), 0
    decode_pass(path, [truth])
    for trial in range(6):
        rng = random.Random(trial)
        at, size = packets[rng.randrange(1, len(packets))]
        assert at is not None
        flawed = bytearray(content)
        begin = at + size // 2
        flawed[begin : begin + size // 6] = rng.randbytes(size // 6)
        path.write_bytes(bytes(flawed))
        seen, consumer = Pictures(), IndexConsumer()
        decode_pass(path, [consumer, seen])
        index = consumer.index
        assert index is not None
        assert index.damaged is not None
        assert any(note.code == "damaged" for note in consumer.health)
        other = [pts for pts, digest in seen.by_pts.items() if digest != truth.by_pts[pts]]
        changed += len(other)
        assert index.damaged[np.isin(index.pts, other)].all(), f"trial {trial}"
    assert changed > 6, "hardly a picture changed: the test is void"
