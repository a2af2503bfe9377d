"""Scenes that can be filmed at any instant, and what exports make of them: blends, fields, repeats.

A scene is a function of time, so the truth of every frame is known: when a camera took it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

HEIGHT_PX, WIDTH_PX = 192, 320

Picture = NDArray[np.uint8]
Scene = Callable[[float], NDArray[np.float64]]
"""The scene at a time in seconds, (192, 320) grey levels."""


def _ground() -> NDArray[np.float64]:
    rng = np.random.default_rng(5)
    rough = rng.normal(0, 1, (HEIGHT_PX // 8, WIDTH_PX // 8))
    return 100 + 12 * np.kron(rough, np.ones((8, 8)))


_GROUND = _ground()


def street(t: float) -> NDArray[np.float64]:
    """Five things of different size, shade and speed (25 to 140 px/s) cross a rough ground."""
    picture = _GROUND.copy()
    for k, (speed, shade) in enumerate(((140, 230), (-90, 20), (60, 200), (-25, 60), (45, 180))):
        rows = slice(20 + 32 * k, 44 + 32 * k)
        _draw(picture[rows], (40 * k + speed * t) % WIDTH_PX, 18 + 8 * k, shade)
    return picture


def _draw(rows: NDArray[np.float64], left: float, wide: int, shade: float) -> None:
    """A bar with edges between pixels, as a lens draws it; what leaves on the right comes in."""
    column = np.arange(WIDTH_PX)
    for start in (left, left - WIDTH_PX):
        cover = np.clip(np.minimum(column + 1, start + wide) - np.maximum(column, start), 0, 1)
        rows += cover * (shade - rows)


def walker(t: float) -> NDArray[np.float64]:
    """One small thing that walks at 31 px a second, its legs at their own pace."""
    picture = _GROUND.copy()
    _draw(picture[100:120], (31 * t) % WIDTH_PX, 13, 210)
    for side in (-1, 1):
        step = 5 * np.sin(7.3 * t + side)
        _draw(picture[120:136], (31 * t + 4 + side * step) % WIDTH_PX, 5, 190)
    return picture


def in_step(t: float) -> NDArray[np.float64]:
    """A sharp edge that crosses exactly 3 cells of the 160×90 in 5 frames of a 25th."""
    picture = _GROUND.copy()
    _draw(picture[100:136], (30 * t) % WIDTH_PX, 14, 210)
    return picture


def still(t: float) -> NDArray[np.float64]:
    """Nothing moves but a clock's digit, once a second."""
    picture = _GROUND.copy()
    picture[8:24, 200:214] = 40
    digit = int(t) % 7
    picture[8 + 2 * digit : 10 + 2 * digit, 200:214] = 240
    picture[10:22, 202 + digit : 206 + digit] = 240
    return picture


def pan(t: float) -> NDArray[np.float64]:
    """The camera turns slowly: everything moves, smoothly."""
    picture = np.roll(_GROUND, int(12 * t), axis=1)
    part = 12 * t - int(12 * t)
    return (1 - part) * picture + part * np.roll(picture, 1, axis=1)


SCENES: dict[str, Scene] = {"street": street, "walker": walker, "still": still, "pan": pan}


def filmed(scene: Scene, times_s: Iterable[float], *, noise: float = 2.0, seed: int = 0
           ) -> list[Picture]:  # fmt: skip
    """What a camera with sensor noise takes at these times; each picture has its own noise."""
    rng = np.random.default_rng(seed)
    return [_grey(scene(t) + rng.normal(0, noise, (HEIGHT_PX, WIDTH_PX))) for t in times_s]


def _grey(levels: NDArray[np.float64]) -> Picture:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def places(p: int, q: int, frames: int) -> NDArray[np.float64]:
    """Where each of q frames from p pictures lies between them: ``k·p/q``."""
    return np.arange(frames) * p / q


def blended(pictures: Sequence[Picture], p: int, q: int, *, linear_light: bool = False
            ) -> list[Picture]:  # fmt: skip
    """q frames from p pictures, each mixed of the two beside it.

    ``linear_light``: mixed as light, not as coded grey levels (gamma 2.2), as some editors do.
    """
    made = []
    gamma = 2.2 if linear_light else 1.0
    for place in places(p, q, (len(pictures) - 1) * q // p):
        left, part = int(place + 1e-9), float(place % 1)
        pair = [(pictures[left + k] / 255.0) ** gamma for k in (0, 1 if part > 1e-9 else 0)]
        made.append(_grey(255 * ((1 - part) * pair[0] + part * pair[1]) ** (1 / gamma)))
    return made


def repeated(pictures: Sequence[Picture], p: int, q: int) -> list[Picture]:
    """q frames from p pictures by showing the latest one taken."""
    return [pictures[k * p // q] for k in range((len(pictures) - 1) * q // p)]


def interlaced(fields: Sequence[Picture], *, top_first: bool = True) -> list[Picture]:
    """Frames of two fields each, from a camera that takes one field after the other."""
    made = []
    for first, second in zip(fields[0::2], fields[1::2], strict=False):
        frame = first.copy()
        frame[1 if top_first else 0 :: 2] = second[1 if top_first else 0 :: 2]
        made.append(frame)
    return made


def filtered(pictures: Sequence[Picture], rate: Fraction | int, name: str, options: str
             ) -> list[Picture]:  # fmt: skip
    """What one of FFmpeg's filters makes of pictures taken ``rate`` times a second."""
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=WIDTH_PX, height=HEIGHT_PX, format="yuv420p", time_base=1 / Fraction(rate)
    )
    step, sink = graph.add(name, options), graph.add("buffersink")
    source.link_to(step)
    step.link_to(sink)
    graph.configure()
    made: list[Picture] = []
    for k, picture in enumerate([*pictures, None]):
        if picture is None:
            graph.push(None)
        else:
            frame = av.VideoFrame.from_ndarray(picture, format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = k, 1 / Fraction(rate)
            graph.push(frame)
        made += _pulled(graph)
    return made


def _pulled(graph: av.filter.Graph) -> Iterator[Picture]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(frame, av.VideoFrame)
        yield frame.reformat(format="gray").to_ndarray()


def write_pictures(
    path: Path,
    pictures: Sequence[Picture],
    *,
    rate: Fraction | int = 25,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    container_format: str | None = None,
    times: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 90_000),
    gop: int = 250,
    b_frames: int = 3,
) -> Path:
    """Write grey pictures as a clip; ``times`` in ``time_base``, default k ÷ ``rate``."""
    with av.open(str(path), "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=Fraction(rate))
        stream.height, stream.width = pictures[0].shape
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.gop_size = gop
        if codec != "mjpeg":
            stream.codec_context.max_b_frames = b_frames
        stream.options = options or {"preset": "veryfast", "crf": "23"}
        if times is not None:
            stream.codec_context.time_base = time_base
        for k, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="gray")
            frame = frame.reformat(format=stream.pix_fmt)
            frame.pts = k if times is None else times[k]
            frame.time_base = 1 / Fraction(rate) if times is None else time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
