"""Writing a film: H.264 pictures and AAC sound in one MP4 that begins to play before it is loaded.

Pictures are given as planes of Y, Cb and Cr, so that what was decoded is scaled and coded without a
detour through RGB. The same pictures and samples give the same bytes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from sync.errors import StorageError

Plane = NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]
"""Y (h, w), Cb and Cr (h/2, w/2); 16…235 and 16…240."""
Matrix = Literal["bt709", "bt601"]

SOUND_RATE_HZ = 48_000
_SOUND_BITS = 96_000
"""A second and channel; speech over a radio needs a third of it."""
CODER = {"preset": "superfast", "crf": "22", "x264-params": "keyint=50:scenecut=0"}
"""A key picture every 50, so that a click in a player lands at once; the preset is the slowest that
keeps up (benchmarks/review_video.py)."""
_THREADS = 4
"""Fixed: the bytes depend on it, and may not depend on the machine."""
_MATRICES: dict[Matrix, tuple[int, int, int]] = {"bt709": (1, 1, 1), "bt601": (6, 6, 6)}
"""Matrix, primaries and transfer as H.264 numbers them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFormat:
    """Size in pixels (both even), pictures a second, colour matrix and channels of sound."""

    width: int
    height: int
    rate: Fraction
    matrix: Matrix = "bt709"
    channels: int = 0
    """0: no sound."""


class FilmWriter:
    """Writes one film; a context manager. What an error leaves at ``path`` is no film.

    Parameters
    ----------
    path
        Written anew.
    tags
        Title, comment … as players show them.

    Raises
    ------
    StorageError
        When it cannot be written.
    """

    def __init__(self, path: Path, form: FilmFormat, tags: Mapping[str, str]) -> None:
        self._path, self._form = path, form
        self._frame = av.VideoFrame(form.width, form.height, "yuv420p")
        self.canvas: Planes = _views(self._frame)
        """The picture to be written next; what is not painted over stays as it was."""
        self._pictures = 0
        self._samples = 0
        try:
            self._container = av.open(
                str(path), "w", format="mp4",
                options={"movflags": "+faststart", "fflags": "+bitexact"},
            )  # fmt: skip
        except (av.FFmpegError, OSError) as error:
            raise _unwritten(path, error) from error
        self._container.metadata.update(tags)
        self._video = self._video_stream()
        self._audio = self._audio_stream() if form.channels else None

    def _video_stream(self) -> VideoStream:
        form = self._form
        stream = self._container.add_stream("libx264", rate=form.rate)
        stream.width, stream.height, stream.pix_fmt = form.width, form.height, "yuv420p"
        stream.options = dict(CODER)
        context = stream.codec_context
        context.time_base = 1 / form.rate
        context.thread_count = _THREADS
        context.colorspace, context.color_primaries, context.color_trc = _MATRICES[form.matrix]
        context.color_range = int(ColorRange.MPEG)
        return stream

    def _audio_stream(self) -> AudioStream:
        stream = self._container.add_stream("aac", rate=SOUND_RATE_HZ)
        stream.layout = "mono" if self._form.channels == 1 else "stereo"
        stream.bit_rate = _SOUND_BITS * self._form.channels
        return stream

    @property
    def pictures(self) -> int:
        """Number of pictures written."""
        return self._pictures

    def picture(self) -> None:
        """Write the canvas as the next picture."""
        # libx264 copies what it is given before it returns, so the one frame serves for all.
        self._frame.pts, self._frame.time_base = self._pictures, 1 / self._form.rate
        self._pictures += 1
        self._mux(self._video, self._frame)

    def sound(self, samples: NDArray[np.float32]) -> None:
        """Write the next samples, (n, channels), full scale ±1."""
        if self._audio is None or not len(samples):
            return
        block = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.T, np.float32), "fltp", self._audio.layout.name
        )
        block.sample_rate, block.time_base = SOUND_RATE_HZ, Fraction(1, SOUND_RATE_HZ)
        block.pts = self._samples
        self._samples += len(samples)
        self._mux(self._audio, block)

    def finish(self) -> None:
        """Write what is still held, and the head that makes it a film.

        Raises
        ------
        StorageError
        """
        for stream in (self._video, self._audio):
            if stream is not None:
                self._mux(stream, None)
        try:
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            raise _unwritten(self._path, error) from error

    def _mux(self, stream: VideoStream | AudioStream, frame: Any) -> None:
        try:
            for packet in stream.encode(frame):
                self._container.mux(packet)
        except (av.FFmpegError, OSError) as error:
            raise _unwritten(self._path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.finish()
            return
        with contextlib.suppress(av.FFmpegError, OSError):  # the first error is the one to tell
            self._container.close()


def planes_of(rgb: NDArray[np.uint8], matrix: Matrix) -> Planes:
    """A drawn picture, (h, w, 3) red green blue with even sides, as planes."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), "rgb24")
    space = Colorspace.ITU709 if matrix == "bt709" else Colorspace.ITU601
    made = VideoReformatter().reformat(
        frame, format="yuv420p", dst_colorspace=space, dst_color_range=ColorRange.MPEG,
        interpolation="AREA", threads=1,
    )  # fmt: skip
    y, u, v = _views(made)
    return y.copy(), u.copy(), v.copy()


def _views(frame: av.VideoFrame) -> Planes:
    """The samples of each plane, writable."""
    y, u, v = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[
            : plane.height, : plane.width
        ]
        for plane in frame.planes
    )
    return y, u, v


def _unwritten(path: Path, error: Exception) -> StorageError:
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return StorageError(
        f"The film cannot be written: {why} ({path.name}).", path=path,
        hint="Free some space, or choose a folder you may write to.",
    )  # fmt: skip


__all__ = [
    "CODER",
    "SOUND_RATE_HZ",
    "FilmFormat",
    "FilmWriter",
    "Matrix",
    "Plane",
    "Planes",
    "planes_of",
]
