"""The two fields of an interlaced frame: two looks at the scene, half an interval apart.

An interlaced camera delivers odd and even lines in turn, and a file stores the two as one frame
under one time. Shown together they are a comb; what moved between them is in neither place. So a
frame can be split, and each field has its own time. Lines are only repeated, never interpolated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray

FieldOrder = Literal["top", "bottom", "unknown"]
"""Which field of an interlaced stream was seen first: the one with the topmost line, or the other.
"""

_DISPLAYED_FIRST: dict[int, FieldOrder] = {2: "top", 3: "bottom", 4: "bottom", 5: "top"}
"""FFmpeg's ``AVFieldOrder`` (coded first, displayed first): TT, BB, TB, BT."""


def field_order_of(av_field_order: int) -> FieldOrder | None:
    """What FFmpeg says of a stream; ``None`` where it calls it progressive or says nothing."""
    return _DISPLAYED_FIRST.get(av_field_order)


def split_fields(
    picture: NDArray[np.uint8], order: FieldOrder
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The field seen first and the one seen second, each as a picture of the frame's size.

    Parameters
    ----------
    picture
        (h, w) or (h, w, c) as stored: before any turn and before any change of size.
    order
        "unknown" is taken as "top": which came first then rests on nothing, and the pane says so.

    Returns
    -------
    first, second
        Of the shape of ``picture``. Each line of a field is shown twice (nearest neighbour); the
        lower field's lines stay half a line lower, so nothing bobs between the two.
    """
    upper = np.repeat(picture[0::2], 2, axis=0)[: len(picture)]
    lower = np.repeat(picture[1::2], 2, axis=0)
    # The lower field has no line 0: its first line is shown there too, once.
    lower = np.concatenate((lower[:1], lower))[: len(picture)] if len(lower) else upper
    return (lower, upper) if order == "bottom" else (upper, lower)


def split_frame(video: av.VideoFrame, order: FieldOrder) -> tuple[av.VideoFrame, av.VideoFrame]:
    """Both fields of a decoded frame, each as a frame of its size; see :func:`split_fields`.

    In 4:2:0 a chroma line belongs to one field too, so each plane is split as it is stored, or the
    fields would lend each other colour when it is converted.
    """
    if video.format.name not in ("yuv420p", "yuvj420p"):
        video = video.reformat(format="yuv444p")
    pair = (_blank_like(video), _blank_like(video))
    for number, plane in enumerate(video.planes):
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        shown = rows[: plane.height, : plane.width]
        for field, lines in zip(pair, split_fields(shown, order), strict=True):
            target = field.planes[number]
            into = np.frombuffer(memoryview(target), np.uint8).reshape(-1, target.line_size)
            into[: plane.height, : plane.width] = lines
    return pair


def _blank_like(video: av.VideoFrame) -> av.VideoFrame:
    made = av.VideoFrame(video.width, video.height, video.format.name)
    made.colorspace, made.color_range = video.colorspace, video.color_range
    return made


def field_words(which: int, order: FieldOrder | None) -> str:
    """``field 1 of 2 (top)``; ``which`` is 0 for the field seen first, 1 for the other."""
    lines = "bottom" if (order == "bottom") == (which == 0) else "top"
    unsure = ", order not known" if order in (None, "unknown") else ""
    return f"field {which + 1} of 2 ({lines}{unsure})"


def stepped(
    at: tuple[int, int], steps: int, count: int, interlaced: Callable[[int], bool]
) -> tuple[int, int]:
    """(number, field) so many fields on (or back), no further than either end.

    Parameters
    ----------
    at
        Number of a frame or picture, and 0 or 1 for its field seen first or second.
    count
        How many there are.
    interlaced
        Whether that one has two fields; one that has not is a single step.
    """
    number, which = at
    for _ in range(abs(steps)):
        if steps > 0 and which == 0 and interlaced(number):
            which = 1
        elif steps < 0 and which == 1:
            which = 0
        elif 0 <= number + (1 if steps > 0 else -1) < count:
            number += 1 if steps > 0 else -1
            which = int(steps < 0 and interlaced(number))
    return number, which
