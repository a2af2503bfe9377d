"""The small grey picture that traces, grouping and identity checks share."""

from __future__ import annotations

import sys
import zlib

import av
import cv2
import numpy as np
from av.video.plane import VideoPlane
from numpy.typing import NDArray

cv2.setNumThreads(1)
"""For the process: every recording is read in a thread of its own, and OpenCV's threads, which wait
for each other by turning in circles, cost more than a picture takes."""

GREY_WIDTH_PX = 160
GREY_HEIGHT_PX = 90

_LUMA_FIRST = frozenset(
    {
        "yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "yuv410p", "yuv411p",
        "yuvj411p", "yuv440p", "yuvj440p", "nv12", "nv21", "nv16", "gray", "yuva420p",
    }
)  # fmt: skip
"""Pixel formats whose first plane is 8-bit luma, one byte a pixel."""


def thinned(
    plane: VideoPlane, width: int, height: int, across: int, down: int
) -> NDArray[np.uint8]:
    """Every ``down``-th row and ``across``-th sample of an 8-bit plane, contiguous.

    Four samples (or two) are read as one number, of which the cast keeps the first: a third faster
    than a strided copy, with the memory then the limit.
    """
    line = plane.line_size
    if across in (2, 4) and line % across == 0 and sys.byteorder == "little":
        groups = np.frombuffer(memoryview(plane), f"u{across}").reshape(-1, line // across)
        return np.asarray(groups[:height:down, : -(-width // across)].astype(np.uint8))
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, line)
    return np.ascontiguousarray(rows[:height:down, :width:across])


def grey_of(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """The whole picture, squeezed into (90, 160) uint8 by area average.

    Large pictures are first thinned (every 4th row and column of 1080p): a thinned 2×2 or 3×3
    patch still enters each grey value, which keeps small changes in at a third of the cost.
    """
    if frame.format.name not in _LUMA_FIRST:
        frame = frame.reformat(format="gray")
    width, height = frame.width, frame.height
    stride = max(1, min(4, width // (2 * GREY_WIDTH_PX), height // (2 * GREY_HEIGHT_PX)))
    some = thinned(frame.planes[0], width, height, stride, stride)
    if some.shape == (3 * GREY_HEIGHT_PX, 3 * GREY_WIDTH_PX):  # 1080p: the same means, sooner
        return np.ascontiguousarray(cv2.blur(some, (3, 3))[1::3, 1::3], dtype=np.uint8)
    small = cv2.resize(some, (GREY_WIDTH_PX, GREY_HEIGHT_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def digest_of(grey: NDArray[np.uint8]) -> int:
    """CRC-32 of a grey picture: tells two decodes of a frame apart, guards against no forger."""
    return zlib.crc32(grey.tobytes())
