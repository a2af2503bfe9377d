"""One decode, many consumers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sync.errors import Cancelled, MediaEmpty
from sync.media.decode_pass import DecodedFrame, StreamBegin, decode_pass
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


def test_the_grey_covers_the_whole_picture(clip: Callable[[str], Path]) -> None:
    class Keeper(Watcher):
        def frame(self, frame: DecodedFrame) -> None:
            if frame.number == 101:
                self.grey = frame.grey

    keeper = Keeper()
    decode_pass(clip("cfr.mp4"), [keeper])
    assert keeper.grey.shape == (90, 160)
    assert keeper.grey.dtype == np.uint8
    cells = keeper.grey[1:8].reshape(7, 16, 10)[:, :, 2:8].mean(axis=(0, 2))
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
