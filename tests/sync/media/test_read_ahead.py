"""Stepping finds its frames held, because idle time was used to decode them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sync.media import frames, ring
from sync.media.frame_index import FrameIndex
from sync.media.frames import FrameReader
from sync.media.inspect import inspect
from tests.support.made_media import read_number


@pytest.fixture(scope="module")
def indexed(clip: Callable[[str], Path]) -> tuple[Path, FrameIndex]:
    """160 frames, H.264 with B-frames, a key frame every 40."""
    path = clip("cfr.mp4")
    index = inspect(path, cache=None).index
    assert index is not None
    return path, index


@pytest.fixture(autouse=True)
def small_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for 24 frames, 17 of them ahead."""
    monkeypatch.setattr(ring, "_MOST", 24)


def idle(reader: FrameReader, towards: int) -> int:
    """Let it read until nothing is left to do; how many pieces that took."""
    pieces = 0
    while reader.read_ahead(towards):
        pieces += 1
        assert pieces < 2000, "it never ends"
    return pieces


def no_decoding(reader: FrameReader, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(reader, "_feed", refuse)


@pytest.mark.parametrize("start", [95, 83, 80, 40])
def test_steps_back_come_from_the_ring_also_over_the_start_of_a_group(
    start: int, indexed: tuple[Path, FrameIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    with FrameReader(*indexed) as reader:
        reader.frame(start)
        assert idle(reader, -1) > 0
        no_decoding(reader, monkeypatch)
        for i in range(start - 1, start - 9, -1):
            frame = reader.frame(i)
            assert frame.exact
            assert read_number(frame.bgr()) == i


def test_a_long_way_back_with_idle_time_between_the_steps(
    indexed: tuple[Path, FrameIndex],
) -> None:
    with FrameReader(*indexed) as reader:
        reader.frame(159)
        for i in range(158, -1, -1):
            idle(reader, -1)
            held = reader.held(i)
            assert held is not None, f"frame {i} had to be decoded"
            assert read_number(held.bgr()) == i
            assert reader.frame(i) is held


def test_without_idle_time_one_decode_serves_many_steps_back(
    indexed: tuple[Path, FrameIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    with FrameReader(*indexed) as reader:
        reader.frame(75)
        sought: list[int] = []
        go_to = reader._source.go_to

        def counted(key: int) -> None:
            sought.append(key)
            go_to(key)

        monkeypatch.setattr(reader._source, "go_to", counted)
        for i in range(74, 58, -1):
            assert read_number(reader.frame(i).bgr()) == i
        assert sought == [40]


def test_reading_on_goes_on_from_where_the_decoder_stands(
    indexed: tuple[Path, FrameIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    with FrameReader(*indexed) as reader:
        reader.frame(50)

        def refuse(*_: object) -> None:
            raise AssertionError("sought")

        monkeypatch.setattr(reader._source, "go_to", refuse)
        assert idle(reader, 1) > 0
        assert all(reader.held(i) for i in range(51, 68))


def test_turning_round_serves_both_ways(indexed: tuple[Path, FrameIndex]) -> None:
    with FrameReader(*indexed) as reader:
        reader.frame(100)
        idle(reader, -1)
        idle(reader, 1)
        for i in range(97, 110):
            held = reader.held(i)
            assert held is not None
            assert read_number(held.bgr()) == i


@pytest.mark.parametrize("start", [95, 83, 82, 80])
def test_who_turns_round_after_a_seek_finds_the_frames_behind_held(
    start: int, indexed: tuple[Path, FrameIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also near the start of a group (80), where they belong to the one before."""
    with FrameReader(*indexed) as reader:
        reader.frame(2)
        reader.frame(start)
        idle(reader, 1)
        assert all(reader.held(i) for i in range(start + 1, start + 9)), "what lies ahead too"
        no_decoding(reader, monkeypatch)
        for i in range(start - 1, start - 4, -1):
            frame = reader.frame(i)
            assert frame.exact
            assert read_number(frame.bgr()) == i


def test_who_goes_on_does_not_wait_for_the_group_before(
    indexed: tuple[Path, FrameIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "_PIECE_S", 0.0)
    with FrameReader(*indexed) as reader:
        reader.frame(2)
        reader.frame(80)
        while reader._refill is None or reader._refill.last > 80:
            assert reader.read_ahead(1)
        reader.frame(81)
        assert reader._refill is None
        for i in range(82, 130):
            assert read_number(reader.frame(i).bgr()) == i
            reader.read_ahead(1)


def test_nothing_to_do_before_the_first_question_and_at_the_ends(
    indexed: tuple[Path, FrameIndex],
) -> None:
    with FrameReader(*indexed) as reader:
        assert not reader.read_ahead(1)
        assert reader.held(3) is None
        reader.frame(0)
        assert not reader.read_ahead(-1)
        reader.frame(159)
        assert not reader.read_ahead(1)
        assert reader.held(-1) is None
        assert reader.held(160) is None


@pytest.mark.parametrize("name", ["damaged.mp4", "cut.ts", "open_gop.mp4", "b_frames.avi"])
def test_reading_ahead_ends_and_never_holds_another_frame_as_exact(
    name: str, clip: Callable[[str], Path]
) -> None:
    path = clip(name)
    index = inspect(path, cache=None).index
    assert index is not None
    with FrameReader(path, index) as straight, FrameReader(path, index) as reader:
        truth = [read_number(straight.frame(i).bgr()) for i in range(len(index))]
        for start in range(len(index) - 1, 0, -13):
            reader.frame(start)
            for towards in (-1, 1):
                idle(reader, towards)
            for i in range(max(0, start - 17), min(len(index), start + 17)):
                held = reader.held(i)
                if held is not None and held.exact:
                    assert read_number(held.bgr()) == truth[i]
