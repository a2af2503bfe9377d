"""One decode, many consumers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sync.errors import Cancelled, MediaEmpty
from sync.media.decode_pass import (
    DecodedFrame,
    GreyConsumer,
    IndexConsumer,
    StreamBegin,
    decode_pass,
)
from sync.progress import CancelToken, Progress


class Watcher:
    """Notes what it is told, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.greys: list[int] = []
        self.numbers: list[int] = []

    def begin(self, stream: StreamBegin) -> None:
        self.told.append(f"begin {stream.width_px}x{stream.height_px}")

    def frame(self, frame: DecodedFrame) -> None:
        self.numbers.append(frame.number)
        self.greys.append(id(frame.grey))

    def end(self) -> None:
        self.told.append("end")


def test_every_consumer_gets_every_frame_and_the_same_grey(clip: Callable[[str], Path]) -> None:
    one, other = Watcher(), Watcher()
    decode_pass(clip("cfr.mp4"), [one, other])
    assert one.told == ["begin 320x192", "end"]
    assert one.numbers == list(range(160))
    assert one.greys == other.greys, "computed once, shared"


def test_grey_and_index_of_one_pass_fit_together(clip: Callable[[str], Path]) -> None:
    indexer, collector = IndexConsumer(), GreyConsumer()
    decode_pass(clip("vfr.mp4"), [indexer, collector])
    assert indexer.index is not None
    assert collector.result is not None
    grey = collector.result.with_index(indexer.index)
    assert grey.grey.shape == (160, 90, 160)
    assert grey.grey.dtype == np.uint8
    assert (grey.width_px, grey.height_px) == (320, 192)
    assert np.array_equal(grey.time_ns, indexer.index.time_ns)
    assert np.array_equal(grey.picture, indexer.index.picture)


def test_the_grey_covers_the_whole_picture(clip: Callable[[str], Path]) -> None:
    collector = GreyConsumer()
    decode_pass(clip("cfr.mp4"), [collector])
    assert collector.result is not None
    cells = collector.result.grey[101, 1:8].reshape(7, 16, 10)[:, :, 2:8].mean(axis=(0, 2))
    assert [int(cell > 125) for cell in cells] == [int(bit) for bit in f"{101:016b}"]


def test_a_cancelled_pass_ends_no_consumer(clip: Callable[[str], Path]) -> None:
    cancel = CancelToken()
    watcher = Watcher()
    seen: list[float] = []

    def listen(fraction: float, text: str) -> None:
        seen.append(fraction)
        if len(seen) == 3:
            cancel.cancel()

    with pytest.raises(Cancelled):
        decode_pass(clip("cfr.mp4"), [watcher], Progress(listen, cancel))
    assert watcher.told == ["begin 320x192"]


def test_sound_alone_has_no_pictures_to_decode(clip: Callable[[str], Path]) -> None:
    with pytest.raises(MediaEmpty, match="no pictures"):
        decode_pass(clip("clicks.wav"), [Watcher()])
