"""The colour of the small pictures: what tells a red lamp from a blue one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from sync.media.frame_types import DecodedFrame, StreamBegin

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
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        # Thinned as the grey picture is: two points each way still enter every value.
        across = max(1, min(4, plane.width // (2 * COLOUR_WIDTH)))
        down = max(1, min(4, plane.height // (2 * COLOUR_HEIGHT)))
        thinned = np.ascontiguousarray(rows[: plane.height : down, : plane.width : across])
        size = (COLOUR_WIDTH, COLOUR_HEIGHT)
        out[k] = cv2.resize(thinned, size, interpolation=cv2.INTER_AREA)
    return out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ColourSequence:
    """Colour of every frame in presentation order; cells cover the picture as the grey's do."""

    colour: NDArray[np.uint8]
    """(n, 2, 45, 80): blue and red difference, 128 is neutral."""
    time_ns: NDArray[np.int64]
    """(n,) media time, nanoseconds."""
    picture: NDArray[np.int32]
    """(n,) number of the distinct picture; see :class:`FrameIndex`."""
    width_px: int
    """Width of the stored picture, before rotation and pixel aspect."""
    height_px: int

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Named arrays for the cache."""
        return {
            "colour": self.colour,
            "time_ns": self.time_ns,
            "picture": self.picture,
            "size_px": np.array([self.width_px, self.height_px], np.int64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> ColourSequence:
        """The inverse of :meth:`to_arrays`.

        Raises
        ------
        KeyError, ValueError
            When an array is missing or of another shape.
        """
        colour = arrays["colour"].astype(np.uint8, copy=False)
        if colour.shape[1:] != (2, COLOUR_HEIGHT, COLOUR_WIDTH):
            raise ValueError("not a colour sequence")
        if not len(colour) == len(arrays["time_ns"]) == len(arrays["picture"]):
            raise ValueError("a colour sequence with columns of unequal length")
        width_px, height_px = (int(side) for side in arrays["size_px"].astype(np.int64))
        return cls(
            colour=colour,
            time_ns=arrays["time_ns"].astype(np.int64),
            picture=arrays["picture"].astype(np.int32),
            width_px=width_px,
            height_px=height_px,
        )


class ColourConsumer:
    """Collects the colour of every frame of a pass; :attr:`colour`, (n, 2, 45, 80), after it."""

    def __init__(self) -> None:
        self.colour: NDArray[np.uint8] | None = None
        self._frames: list[NDArray[np.uint8]] = []

    def begin(self, stream: StreamBegin) -> None:
        """Nothing to prepare."""

    def frame(self, frame: DecodedFrame) -> None:
        """Keep the frame's colour."""
        self._frames.append(colour_of(frame.video))

    def end(self) -> None:
        """Put the sequence together."""
        shape = (0, 2, COLOUR_HEIGHT, COLOUR_WIDTH)
        self.colour = np.stack(self._frames) if self._frames else np.empty(shape, np.uint8)
        self._frames.clear()
