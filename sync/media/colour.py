"""The colour of the small pictures: what tells a red lamp from a blue one."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from sync.errors import StorageError
from sync.media.frame_types import DecodedFrame, StreamBegin
from sync.media.grey import thinned
from sync.media.row_file import Room, RowFile, Rows

COLOUR_WIDTH = 80
COLOUR_HEIGHT = 45
"""Half the grey picture's: coders keep colour at half the resolution, and so do we."""

_PLANAR = frozenset(
    {
        "yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "yuv410p", "yuv411p",
        "yuvj411p", "yuv440p", "yuvj440p", "yuva420p",
    }
)  # fmt: skip
"""Pixel formats whose second and third planes are 8-bit blue and red difference."""


def colour_of(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """Blue and red difference (Cb, Cr; 128 is neutral) as (2, 45, 80), by area average."""
    if frame.format.name not in _PLANAR:
        frame = frame.reformat(format="yuv420p")
    out = np.empty((2, COLOUR_HEIGHT, COLOUR_WIDTH), np.uint8)
    for k, plane in enumerate(frame.planes[1:3]):
        # Thinned as the grey picture is: two points each way still enter every value.
        across = max(1, min(4, plane.width // (2 * COLOUR_WIDTH)))
        down = max(1, min(4, plane.height // (2 * COLOUR_HEIGHT)))
        some = thinned(plane, plane.width, plane.height, across, down)
        size = (COLOUR_WIDTH, COLOUR_HEIGHT)
        out[k] = cv2.resize(some, size, interpolation=cv2.INTER_AREA)
    return out


_MAGIC = b"tpcolour"
_ROW = np.dtype([("colour", "u1", (2, COLOUR_HEIGHT, COLOUR_WIDTH))])


class ColourConsumer:
    """Keeps the colour of every frame of a pass in a file of its own."""

    def __init__(self, path: Path, room: Room | None = None) -> None:
        self.problem: StorageError | None = None
        """Why it is not complete; the pass goes on without it."""
        self._rows = RowFile(path, _MAGIC, _ROW, room)
        self.held = len(self._rows)

    @property
    def finished(self) -> bool:
        """True when a pass came to the end of the recording."""
        return self._rows.finished

    def begin(self, stream: StreamBegin) -> None:
        """Nothing to prepare."""

    def frame(self, frame: DecodedFrame) -> None:
        """Keep the frame's colour."""
        if frame.number != len(self._rows) or self.problem is not None:
            return
        try:
            self._rows.add()["colour"][0] = colour_of(frame.video)
        except StorageError as error:
            self.problem = error

    def end(self) -> None:
        """Say that no frame is missing."""
        try:
            if self.problem is None:
                self._rows.finish()
        except StorageError as error:
            self.problem = error

    def restart(self) -> None:
        """Forget all frames."""
        self._rows.cut(0)
        self.held = 0

    def close(self) -> None:
        """Write what waits and let go of the file."""
        self._rows.close()


def colour_rows(path: Path) -> Rows:
    """The colours, (n, 2, 45, 80), that a :class:`ColourConsumer` kept.

    Raises
    ------
    ValueError
        When there are none, or not all.
    """
    rows = Rows(path, _MAGIC, _ROW, "colour")
    if not rows.finished:
        raise ValueError("the colours are not finished")
    return rows
