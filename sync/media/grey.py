"""The small grey picture that traces, grouping and identity checks share."""

from __future__ import annotations

import zlib

import av
import cv2
import numpy as np
from numpy.typing import NDArray

GREY_WIDTH_PX = 160
GREY_HEIGHT_PX = 90

_LUMA_FIRST = frozenset(
    {
        "yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "yuv410p", "yuv411p",
        "yuvj411p", "yuv440p", "yuvj440p", "nv12", "nv21", "nv16", "gray", "yuva420p",
    }
)  # fmt: skip
"""Pixel formats whose first plane is 8-bit luma, one byte a pixel."""


def luma_of(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """The luma plane as a (height, width) uint8 view; converted where the format has none."""
    if frame.format.name not in _LUMA_FIRST:
        frame = frame.reformat(format="gray")
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    luma: NDArray[np.uint8] = rows[: frame.height, : frame.width]
    return luma


def grey_of(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """The whole picture, squeezed into (90, 160) uint8 by area average.

    Large pictures are first thinned (every 4th row and column of 1080p): a thinned 2×2 or 3×3
    patch still enters each grey value, which keeps small changes in at a third of the cost.
    """
    luma = luma_of(frame)
    height, width = luma.shape
    stride = max(1, min(4, width // (2 * GREY_WIDTH_PX), height // (2 * GREY_HEIGHT_PX)))
    thinned = np.ascontiguousarray(luma[::stride, ::stride])
    small = cv2.resize(thinned, (GREY_WIDTH_PX, GREY_HEIGHT_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def digest_of(grey: NDArray[np.uint8]) -> int:
    """CRC-32 of a grey picture: tells two decodes of a frame apart, guards against no forger."""
    return zlib.crc32(grey.tobytes())
