"""The small grey picture: the same for every way of reading the plane."""

from __future__ import annotations

import av
import cv2
import numpy as np
import pytest

from sync.media.grey import grey_of, thinned


@pytest.mark.parametrize("width", [1920, 1918, 1282, 718, 640, 322, 178])
@pytest.mark.parametrize(("across", "down"), [(1, 1), (2, 3), (3, 2), (4, 4)])
def test_thinning_takes_the_very_samples(width: int, across: int, down: int) -> None:
    luma = np.random.default_rng(width).integers(0, 256, (94, width)).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(luma, format="gray")
    found = thinned(frame.planes[0], width, 94, across, down)
    assert np.array_equal(found, luma[::down, ::across])
    assert found.flags.c_contiguous


def test_the_grey_is_the_area_average_of_the_thinned_picture() -> None:
    luma = np.random.default_rng(0).integers(0, 256, (1080, 1920)).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(luma, format="gray").reformat(format="yuv420p")
    own = np.frombuffer(memoryview(frame.planes[0]), np.uint8)
    own = own.reshape(-1, frame.planes[0].line_size)[:1080, :1920]
    expected = cv2.resize(
        np.ascontiguousarray(own[::4, ::4]), (160, 90), interpolation=cv2.INTER_AREA
    )
    assert np.array_equal(grey_of(frame), expected)
