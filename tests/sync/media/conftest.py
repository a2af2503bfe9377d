"""Made clips with painted frame numbers, written once for the whole run."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from tests.support.made_media import click_track, repeated, write_clip, write_sound

FRAMES = 160
CLICKS_S = (1.0, 2.5, 5.0)


def irregular_times_ms(frames: int) -> list[int]:
    """Presentation times of a recorder that is not steady, from 0."""
    rng = random.Random(3)
    times = [0]
    for _ in range(frames - 1):
        times.append(times[-1] + rng.choice((33, 40, 67, 120)))
    return times


def _edit_list(path: Path, source: Path) -> None:
    """Rewrap from 2.5 s on without decoding: what precedes the cut is stored but not shown."""
    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        cut = int(2.5 / stream.time_base)
        old.seek(cut, stream=stream)
        for packet in old.demux(stream):
            if packet.dts is not None:
                packet.pts -= cut
                packet.dts -= cut
                packet.stream = copy
                new.mux(packet)


def _damaged(path: Path, source: Path) -> None:
    """Overwrite bytes in the middle third of the coded pictures."""
    data = bytearray(source.read_bytes())
    start = data.find(b"mdat") + 4000
    rng = random.Random(5)
    for _ in range(12):
        at = rng.randrange(start + len(data) // 3, start + len(data) // 2)
        data[at] ^= 0xFF
    path.write_bytes(bytes(data))


def _disc(path: Path, source: Path) -> None:
    """A transport stream whose clock starts again half way."""
    data = source.read_bytes()
    half = data[: len(data) // 188 // 2 * 188]
    path.write_bytes(half + half)


Make = Callable[[Path], object]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """``clip(name)``: path of a made file, written when first asked for."""
    folder = tmp_path_factory.mktemp("clips")
    numbers = range(FRAMES)
    sound = click_track(8, 8000, CLICKS_S)

    def cut(keep: float, name: str) -> Make:
        def make(path: Path) -> None:
            data = get(name).read_bytes()
            path.write_bytes(data[: int(len(data) * keep)])

        return make

    makers: dict[str, Make] = {
        "cfr.mp4": lambda p: write_clip(p, numbers, gop=40),
        "vfr.mp4": lambda p: write_clip(p, numbers, times=irregular_times_ms(FRAMES), gop=40),
        "vfr.mkv": lambda p: write_clip(p, numbers, times=irregular_times_ms(FRAMES), gop=40),
        "raw.h264": lambda p: write_clip(p, numbers, container_format="h264", gop=40),
        "stream.ts": lambda p: write_clip(p, numbers, container_format="mpegts", gop=40),
        "b_frames.avi": lambda p: write_clip(
            p, numbers, codec="mpeg4", gop=40, options={"b": "2000000"}
        ),
        "open_gop.mp4": lambda p: write_clip(
            p,
            numbers,
            gop=40,
            b_frames=3,
            options={"preset": "fast", "crf": "20", "x264-params": "open-gop=1"},
        ),
        "edit.mp4": lambda p: _edit_list(p, get("cfr.mp4")),
        "disc.ts": lambda p: _disc(p, get("stream.ts")),
        "damaged.mp4": lambda p: _damaged(p, get("cfr.mp4")),
        "cut.ts": cut(0.6, "stream.ts"),
        "cut.avi": cut(0.6, "b_frames.avi"),
        "cut.mp4": cut(0.6, "cfr.mp4"),
        "cut.wav": cut(0.6, "clicks.wav"),
        "repeat.mp4": lambda p: write_clip(p, repeated(60, 3), rate=30, noise=4, gop=250),
        "sound.mp4": lambda p: write_clip(
            p, numbers, sound=click_track(6, 48_000, CLICKS_S), gop=40
        ),
        "clicks.wav": lambda p: write_sound(p, sound, 8000, "pcm_s16le"),
        "clicks.flac": lambda p: write_sound(p, sound, 8000, "flac"),
        "tagged.mp3": lambda p: write_sound(p, sound, 8000, "libmp3lame"),
        "untagged.mp3": lambda p: write_sound(p, sound, 8000, "libmp3lame", write_xing="0"),
        "mp3.wav": lambda p: write_sound(p, sound, 8000, "libmp3lame"),
        "clicks.aac": lambda p: write_sound(p, sound, 8000, "aac"),
        "clicks.m4a": lambda p: write_sound(p, sound, 8000, "aac"),
    }

    def get(name: str) -> Path:
        path = folder / name
        if not path.exists():
            makers[name](path)
        return path

    return get


def onsets(samples: np.ndarray, rate_hz: int) -> list[int]:
    """Sample numbers at which clicks begin, in (n,) samples."""
    loud = np.flatnonzero(np.abs(samples) > 0.2)
    first = np.concatenate(([True], np.diff(loud) > rate_hz // 4))
    return [int(i) for i in loud[first]]
