"""The small colour picture, whatever the pixel format."""

from __future__ import annotations

import av
import numpy as np
import pytest

from sync.media.colour import COLOUR_HEIGHT, COLOUR_WIDTH, colour_of


def frame(pixel_format: str, width: int = 640, height: int = 360) -> av.VideoFrame:
    """Neutral, with a red quarter at top left and a blue one at bottom right."""
    picture = np.full((height, width, 3), 120, np.uint8)
    picture[: height // 2, : width // 2] = (220, 20, 20)
    picture[height // 2 :, width // 2 :] = (20, 20, 220)
    return av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pixel_format)


@pytest.mark.parametrize(
    "pixel_format",
    ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv411p", "nv12", "rgb24", "yuv420p10le"],
)
@pytest.mark.parametrize(("width", "height"), [(640, 360), (1920, 1080), (176, 144)])
def test_red_and_blue_are_where_they_are(pixel_format: str, width: int, height: int) -> None:
    blue, red = colour_of(frame(pixel_format, width, height)).astype(int)
    assert blue.shape == (COLOUR_HEIGHT, COLOUR_WIDTH)
    assert (red[3:19, 3:37] > 170).all()
    assert (blue[26:42, 43:77] > 170).all()
    for plane in (red, blue):
        assert np.abs(plane[3:19, 43:77] - 128).max() <= 2


def test_a_grey_picture_is_neutral() -> None:
    grey = av.VideoFrame.from_ndarray(np.full((90, 160), 77, np.uint8), format="gray")
    assert set(np.unique(colour_of(grey)).tolist()) == {128}
