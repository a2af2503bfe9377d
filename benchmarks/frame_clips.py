"""The clips that ``benchmarks.frames`` measures with, made once into a folder."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT, RATE, GOP = 1920, 1080, 15, 250

_H264 = "scenecut=0:keyint=250:min-keyint=250"
_H265 = f"log-level=none:{_H264}"
_CODED: dict[str, tuple[str, dict[str, str]]] = {
    "x264, 3 B-frames": ("libx264", {"bf": "3", "x264-params": _H264}),
    "x265, 3 B-frames": ("libx265", {"x265-params": f"{_H265}:bframes=3"}),
    "x264, P only": ("libx264", {"bf": "0", "x264-params": _H264}),
    "x265, P only": ("libx265", {"x265-params": f"{_H265}:bframes=0"}),
}
_HOW = {
    "libx264": {"preset": "fast", "crf": "23"},
    "libx265": {"preset": "superfast", "crf": "25"},
}
HD_KINDS = tuple(_CODED)


def hd_clip(folder: Path, kind: str, frames: int = 2 * GOP) -> Path:
    """A 1080p clip of a noisy, textured scene with three things that move."""
    path = folder / f"{kind.replace(', ', '-').replace(' ', '-')}-{frames}.mp4"
    if not path.exists():
        codec, options = _CODED[kind]
        _write(path, codec, {**_HOW[codec], **options}, _scene(frames), frames)
    return path


def _scene(frames: int) -> Callable[[int], np.ndarray]:
    random = np.random.default_rng(5)
    blocks = np.kron(random.integers(60, 150, (HEIGHT // 60, WIDTH // 60)), np.ones((60, 60)))
    texture = random.normal(0, 6, (HEIGHT, WIDTH))
    noise = random.normal(0, 3, (16, HEIGHT, WIDTH)).astype(np.float32)
    scene = (blocks + texture).astype(np.float32)
    thing = np.clip(texture[:180, :120] * 4, -60, 60)

    def picture(i: int) -> np.ndarray:
        seen = scene.copy()
        for k, speed in enumerate((9, -5, 14)):
            left = (200 + 500 * k + speed * i) % (WIDTH - 120)
            seen[300 + 200 * k : 480 + 200 * k, left : left + 120] = thing + 180 - 50 * k
        seen += noise[i * 7 % 16]
        return np.clip(seen, 0, 255).astype(np.uint8)

    return picture


def long_clip(folder: Path, minutes: int = 30) -> Path:
    """A small MP4 of ``minutes`` at 25 a second, H.264 with B-frames."""
    path = folder / f"long-{minutes}.mp4"
    if not path.exists():
        rows = np.linspace(40, 200, 144, dtype=np.uint8)[:, None] * np.ones((1, 176), np.uint8)

        def picture(i: int) -> np.ndarray:
            seen = rows.astype(np.uint8)
            seen[60:80, i % 150 : i % 150 + 20] = 235
            return seen

        options = {"preset": "ultrafast", "crf": "35", "bf": "2", "x264-params": "keyint=250"}
        _write(path, "libx264", options, picture, minutes * 60 * 25, (176, 144), 25)
    return path


def _write(
    path: Path,
    codec: str,
    options: dict[str, str],
    picture: Callable[[int], np.ndarray],
    frames: int,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    rate: int = RATE,
) -> None:
    part = path.with_suffix(".part.mp4")
    with av.open(str(part), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(rate))
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = GOP
        stream.options = options
        for i in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(i), format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = i, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    part.rename(path)
