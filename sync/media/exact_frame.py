"""One decoded frame, what is known of it, and pictures of it to look at and to keep."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from sync.media.fields import FieldOrder, split_frame
from sync.timebase import MediaTime

_OF_THREAD = threading.local()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactFrame:
    """One decoded frame and what is known of it."""

    index: int
    """Presentation number."""
    pts: int
    time: MediaTime
    exact: bool
    """True when the verified index and this decode agree on packet and picture. False while the
    index is provisional, and where a damaged stream decodes differently each time."""
    damaged: bool
    """Decoded with errors, in this decode or in the one that made the index."""
    video: av.VideoFrame
    rotation_deg: int
    """Clockwise turn that puts the picture upright."""
    sample_aspect: Fraction

    def field(self, which: int, order: FieldOrder, time: MediaTime) -> ExactFrame:
        """One field alone, its lines shown twice: 0 the one seen first, 1 the other; see
        :func:`sync.media.fields.split_fields`. ``time`` is when that field was seen."""
        return replace(self, video=split_frame(self.video, order)[which], time=time)

    def bgr(self) -> NDArray[np.uint8]:
        """The picture upright with square pixels, (h, w, 3) uint8, blue green red.

        Pixels are only repeated (nearest neighbour), never mixed.
        """
        picture = np.asarray(self.video.to_ndarray(format="bgr24"), dtype=np.uint8)
        size = self._square()
        if size != (self.video.width, self.video.height):
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST))
        return _turned(picture, self.rotation_deg)

    def image(self, width: int, height: int) -> NDArray[np.uint8]:
        """The picture fitted into ``width`` × ``height`` px, (h', w', 4) contiguous BGRA uint8.

        Its shape is kept, so either h' = height or w' = width. Reduced by area average, enlarged by
        nearest neighbour. A 1080p frame takes some 1 ms.
        """
        across, down = self._square()
        if self.rotation_deg % 180:
            width, height = height, width
        scale = min(width / across, height / down)
        size = (max(1, round(across * scale)), max(1, round(down * scale)))
        own = (self.video.width, self.video.height)
        # Each side is reduced before the colours are made, enlarged after.
        made = (min(size[0], own[0]), min(size[1], own[1]))
        picture = _bgra(self.video, *made)
        if made != size:
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST))
        return _turned(picture, self.rotation_deg)

    def stored(self) -> NDArray[np.uint8]:
        """The picture upright, each pixel as it is stored: (h', w', 4) contiguous BGRA uint8.

        Pixels that are not square are not made so; a quarter turn swaps their sides too.
        """
        picture = _bgra(self.video, self.video.width, self.video.height)
        return _turned(picture, self.rotation_deg)

    def _square(self) -> tuple[int, int]:
        """Width and height with square pixels, before rotation; neither side loses pixels."""
        width, height = self.video.width, self.video.height
        aspect = self.sample_aspect
        if aspect > 1:
            return round(width * aspect), height
        return width, max(1, round(height / aspect))


def _turned(picture: NDArray[np.uint8], clockwise_deg: int) -> NDArray[np.uint8]:
    turns = clockwise_deg // 90 % 4
    return np.ascontiguousarray(np.rot90(picture, -turns) if turns else picture)


def _bgra(video: av.VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
    """The whole picture in ``width`` × ``height`` px, no larger than it is.

    swscale knows matrix and range of the colours. Halving is left to OpenCV, which does it at a
    quarter of the cost, plane by plane; what swscale then has to do has a fast path of its own.
    """
    if video.format.name in ("yuv420p", "yuvj420p"):
        while 2 * width <= video.width and 2 * height <= video.height and _even(video):
            video = _halved(video)
    reformatter = getattr(_OF_THREAD, "reformatter", None)
    if reformatter is None:
        reformatter = _OF_THREAD.reformatter = VideoReformatter()
    made = reformatter.reformat(video, width, height, "bgra", interpolation="AREA", threads=1)
    return np.asarray(made.to_ndarray(), dtype=np.uint8)


def _even(video: av.VideoFrame) -> bool:
    """Every plane can be halved without a line over."""
    return video.width % 4 == 0 and video.height % 4 == 0


def _halved(video: av.VideoFrame) -> av.VideoFrame:
    small = av.VideoFrame(video.width // 2, video.height // 2, video.format.name)
    for own, half in zip(video.planes, small.planes, strict=True):
        cv2.resize(
            _rows(own), (half.width, half.height), dst=_rows(half), interpolation=cv2.INTER_AREA
        )
    small.colorspace, small.color_range = video.colorspace, video.color_range
    return small


def _rows(plane: av.video.plane.VideoPlane) -> NDArray[np.uint8]:
    """The samples of an 8-bit plane, a view."""
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    view: NDArray[np.uint8] = rows[: plane.height, : plane.width]
    return view
