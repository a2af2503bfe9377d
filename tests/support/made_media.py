"""Small clips with known truth: the frame's number is painted into each picture.

Importable (``from tests.support.made_media import write_clip``), and a program that writes a few
clips into a folder: ``python -m tests.support.made_media FOLDER``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

WIDTH_PX = 320
HEIGHT_PX = 192
BITS = 16
_CELL_PX = WIDTH_PX // BITS


def painted(
    number: int, *, noise: float = 0.0, seed: int = 0, moving: bool = True
) -> NDArray[np.uint8]:
    """A grey scene (192, 320) uint8 with ``number`` as 16 black or white cells along its top.

    Parameters
    ----------
    noise
        Standard deviation of Gaussian sensor noise, grey levels; depends on ``number`` and
        ``seed`` only, so that a repeated number repeats its noise.
    moving
        Whether a bright block moves with ``number``.
    """
    rows = np.linspace(60, 150, HEIGHT_PX)[:, None]
    scene = np.broadcast_to(rows, (HEIGHT_PX, WIDTH_PX)).copy()
    scene += 20 * np.sin(np.arange(WIDTH_PX) / 9.0)[None, :]
    if moving:
        left = (number * 7) % (WIDTH_PX - 40)
        scene[90:140, left : left + 40] = 200
    if noise:
        scene += np.random.default_rng([seed, number]).normal(0, noise, scene.shape)
    for bit in range(BITS):
        value = 235 if number >> (BITS - 1 - bit) & 1 else 16
        scene[:_CELL_PX, bit * _CELL_PX : (bit + 1) * _CELL_PX] = value
    return np.clip(scene, 0, 255).astype(np.uint8)


def read_number(picture: NDArray[np.uint8]) -> int:
    """The number painted into a decoded picture, (h, w) or (h, w, 3), at its made size."""
    grey = picture if picture.ndim == 2 else picture.mean(axis=2)
    number = 0
    for bit in range(BITS):
        cell = grey[4 : _CELL_PX - 4, bit * _CELL_PX + 4 : (bit + 1) * _CELL_PX - 4]
        number = number << 1 | int(cell.mean() > 125)
    return number


def write_clip(
    path: Path,
    numbers: Sequence[int],
    *,
    times: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 1000),
    rate: Fraction | int = 25,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    container_format: str | None = None,
    noise: float = 0.0,
    gop: int = 25,
    b_frames: int = 2,
    moving: bool = True,
    sound: NDArray[np.float32] | None = None,
    sound_rate_hz: int = 48_000,
) -> Path:
    """Write a clip whose k-th frame shows ``painted(numbers[k])``.

    Parameters
    ----------
    times
        Presentation time of each frame in ``time_base``; default k ÷ ``rate``.
    sound
        (n,) float32; written as AAC beside the pictures, from time 0.
    """
    with av.open(
        str(path), "w", format=container_format, options=container_options or {}
    ) as container:
        stream = container.add_stream(codec, rate=Fraction(rate))
        stream.width, stream.height = WIDTH_PX, HEIGHT_PX
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.gop_size = gop
        if codec != "mjpeg":
            stream.codec_context.max_b_frames = b_frames
        stream.options = options or ({"preset": "fast", "crf": "20"} if codec == "libx264" else {})
        if times is not None:
            stream.codec_context.time_base = time_base
        heard = None
        if sound is not None:
            heard = container.add_stream("aac", rate=sound_rate_hz)
            heard.layout = "mono"
        for k, number in enumerate(numbers):
            frame = av.VideoFrame.from_ndarray(
                painted(number, noise=noise, moving=moving), format="gray"
            ).reformat(format=stream.pix_fmt)
            frame.pts = k if times is None else times[k]
            frame.time_base = 1 / Fraction(rate) if times is None else time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None and heard is not None:
            block = av.AudioFrame.from_ndarray(sound[None, :], format="fltp", layout="mono")
            block.sample_rate = sound_rate_hz
            block.pts = 0
            container.mux(heard.encode(block))
            container.mux(heard.encode(None))
    return path


def write_sound(
    path: Path, samples: NDArray[np.float32], rate_hz: int, codec: str,
    bit_rate: int | None = None, **options: str,
) -> Path:  # fmt: skip
    """Write mono ``samples`` (n,) with an FFmpeg encoder (``aac``, ``libmp3lame`` …)."""
    container_options = dict(options)
    with av.open(str(path), "w", options=container_options) as container:
        stream = container.add_stream(codec, rate=rate_hz)
        stream.layout = "mono"
        if bit_rate is not None:
            stream.bit_rate = bit_rate
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate_hz)
        block = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[None, :]), format="fltp", layout="mono"
        )
        block.sample_rate = rate_hz
        block.pts = 0
        for piece in (*resampler.resample(block), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def repeated(pictures: int, times: int) -> list[int]:
    """Numbers of ``pictures`` distinct pictures, each shown ``times`` times."""
    return [number for number in range(pictures) for _ in range(times)]


def click_track(seconds: float, rate_hz: int, clicks_s: Sequence[float]) -> NDArray[np.float32]:
    """Silence with a short decaying tone burst starting at each of ``clicks_s``."""
    sound = np.zeros(round(seconds * rate_hz), np.float32)
    t = np.arange(round(0.02 * rate_hz)) / rate_hz
    burst = (0.8 * np.exp(-t * 200) * np.sin(2 * np.pi * 1000 * t)).astype(np.float32)
    for at in clicks_s:
        first = round(at * rate_hz)
        sound[first : first + len(burst)] += burst[: len(sound) - first]
    return sound


def main(folder: Path) -> None:
    """Write one clip of each kind into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    write_clip(folder / "cfr.mp4", range(200))
    write_clip(folder / "repeat3.mp4", repeated(100, 3), rate=30, noise=4, gop=250)
    write_clip(folder / "raw.h264", range(100), container_format="h264")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
