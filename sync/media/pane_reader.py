"""The pictures of one recording from front to back, at the size of a pane, as planes.

What is shown at a time is decided by the frame index alone (greatest presentation time ≤ t), and
every frame is held against the index's digest on the way.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from sync.media.exact_frame import ExactFrame
from sync.media.film import Matrix, Planes
from sync.media.frame_index import FrameIndex
from sync.media.frames import FrameReader
from sync.timebase import MediaTime

_HIGH_DEFINITION = 720
"""Lines from which a file that does not name its colour matrix is taken for BT.709, as players do.
"""
_SPACES: dict[Matrix, Colorspace] = {"bt709": Colorspace.ITU709, "bt601": Colorspace.ITU601}


class PaneReader:
    """Reads one recording for a pane; a context manager, not thread-safe.

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaEmpty, MediaNotRecognised, MediaDamaged
    """

    def __init__(self, path: Path, index: FrameIndex) -> None:
        self.index = index
        self._reader = FrameReader(path, index)
        self._reformatter = VideoReformatter()
        first = self._reader.frame(0)
        self.aspect = _shown_aspect(first)
        """Width by height as shown, upright with square pixels."""
        self.matrix: Matrix = _matrix_of(first.video)
        self._last_end = index.end_of(len(index) - 1)

    def frame_at(self, t: MediaTime) -> int | None:
        """Number of the frame shown at ``t``; ``None`` before the first and after the last."""
        return None if t >= self._last_end else self.index.frame_at(t)

    def frame(self, i: int) -> ExactFrame:
        """Frame ``i``, decoded."""
        return self._reader.frame(i)

    def planes(self, frame: ExactFrame, width: int, height: int, matrix: Matrix) -> Planes:
        """The frame upright in exactly ``width`` × ``height`` px (even).

        Reduced by area average, enlarged by repeating pixels; no pixel is mixed in otherwise.
        """
        across, down = (height, width) if frame.rotation_deg % 180 else (width, height)
        video = frame.video
        enlarged = across > video.width or down > video.height
        own = _matrix_of(video)
        made = self._reformatter.reformat(
            video, across, down, "yuv420p",
            src_colorspace=_SPACES[own], dst_colorspace=_SPACES[matrix],
            dst_color_range=ColorRange.MPEG,
            interpolation="POINT" if enlarged else "AREA", threads=1,
        )  # fmt: skip
        turns = frame.rotation_deg // 90 % 4
        y, u, v = (
            np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[
                : plane.height, : plane.width
            ]
            for plane in made.planes
        )
        if not turns:
            return y, u, v
        return np.rot90(y, -turns), np.rot90(u, -turns), np.rot90(v, -turns)

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _shown_aspect(frame: ExactFrame) -> Fraction:
    aspect = Fraction(frame.video.width, frame.video.height) * (frame.sample_aspect or 1)
    return 1 / aspect if frame.rotation_deg % 180 else aspect


def _matrix_of(video: av.VideoFrame) -> Matrix:
    if video.colorspace == Colorspace.ITU709:
        return "bt709"
    if video.colorspace in (Colorspace.ITU601, Colorspace.ITU624, Colorspace.SMPTE170M):
        return "bt601"
    return "bt709" if video.height >= _HIGH_DEFINITION else "bt601"
