"""Pictures have the right colours, shape and side up, at every size."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from sync.media.exact_frame import ExactFrame
from sync.timebase import MediaTime

WEIGHTS = {"itu601": (0.299, 0.114), "itu709": (0.2126, 0.0722)}
"""Share of red and blue in luma (Rec. ITU-R BT.601 and BT.709)."""


def shown(
    video: av.VideoFrame, rotation_deg: int = 0, aspect: Fraction = Fraction(1)
) -> ExactFrame:
    return ExactFrame(
        index=0, pts=0, time=MediaTime(0), exact=True, damaged=False, video=video,
        rotation_deg=rotation_deg, sample_aspect=aspect,
    )  # fmt: skip


def plain(
    pixel_format: str, luma: int, blue: int, red: int, width: int = 320, height: int = 180
) -> av.VideoFrame:
    video = av.VideoFrame(width, height, pixel_format)
    for plane, value in zip(video.planes, (luma, blue, red), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return video


@pytest.mark.parametrize("matrix", ["itu601", "itu709"])
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p"])
@pytest.mark.parametrize("size", [(160, 90), (100, 90), (320, 180), (640, 360)])
def test_matrix_and_range_of_the_colours(
    matrix: str, pixel_format: str, size: tuple[int, int]
) -> None:
    full = pixel_format == "yuvj420p"
    red_share, blue_share = WEIGHTS[matrix]
    for luma, blue, red in ((90, 100, 160), (160, 90, 110), (200, 128, 128), (60, 120, 140)):
        video = plain(pixel_format, luma, blue, red)
        video.colorspace = Colorspace[matrix]
        video.color_range = ColorRange.JPEG if full else ColorRange.MPEG
        y = luma if full else (luma - 16) * 255 / 219
        b, r = ((c - 128) * (1 if full else 255 / 224) for c in (blue, red))
        blue_is, red_is = y + 2 * (1 - blue_share) * b, y + 2 * (1 - red_share) * r
        green_is = (y - red_share * red_is - blue_share * blue_is) / (1 - red_share - blue_share)
        frame = shown(video)
        here = frame.image(*size)[20, 30]
        assert here[3] == 255
        assert np.abs(here[:3] - np.array([blue_is, green_is, red_is])).max() <= 3
        assert np.abs(here[:3].astype(int) - frame.bgr()[20, 30]).max() <= 2, "as it is saved"


def chart(width: int, height: int, pixel_format: str = "yuv420p") -> av.VideoFrame:
    """Four quarters: black, dark, light, white from top left to bottom right."""
    grey = np.zeros((height, width), np.uint8)
    grey[: height // 2, width // 2 :] = 80
    grey[height // 2 :, : width // 2] = 160
    grey[height // 2 :, width // 2 :] = 235
    return av.VideoFrame.from_ndarray(grey, format="gray").reformat(format=pixel_format)


def corners(picture: np.ndarray) -> list[int]:
    """Green of top left, top right, bottom left, bottom right."""
    h, w = picture.shape[:2]
    places = (
        (h // 4, w // 4),
        (h // 4, 3 * w // 4),
        (3 * h // 4, w // 4),
        (3 * h // 4, 3 * w // 4),
    )
    return [int(picture[y, x, 1]) for y, x in places]


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv420p10le", "rgb24", "nv12"])
@pytest.mark.parametrize("pane", [(80, 60), (160, 120), (97, 61), (800, 600)])
def test_the_side_that_is_up_and_the_shape(pixel_format: str, pane: tuple[int, int]) -> None:
    video = chart(320, 240, pixel_format)
    upright = corners(shown(video).image(*pane))
    assert upright == sorted(upright)
    for turn, order in ((90, [2, 0, 3, 1]), (180, [3, 2, 1, 0]), (270, [1, 3, 0, 2])):
        picture = shown(video, rotation_deg=turn).image(*pane)
        high = turn % 180 == 90
        scale = min(pane[0] / (240 if high else 320), pane[1] / (320 if high else 240))
        sides = (320, 240) if high else (240, 320)
        assert picture.shape[:2] == tuple(round(side * scale) for side in sides)
        assert picture.flags.c_contiguous
        assert corners(picture) == pytest.approx([upright[k] for k in order], abs=2)
        assert np.abs(picture[4, 4].astype(int)[:3] - shown(video, turn).bgr()[4, 4]).max() <= 2


@pytest.mark.parametrize("aspect", [Fraction(16, 11), Fraction(8, 9)])
def test_pixels_that_are_not_square(aspect: Fraction) -> None:
    frame = shown(chart(352, 288), aspect=aspect)
    height, width = frame.bgr().shape[:2]
    assert width / height == pytest.approx(352 * aspect / 288, rel=0.01)
    assert width >= 352
    assert height >= 288
    for pane in ((200, 200), (1000, 1000)):
        small = frame.image(*pane)
        assert small.shape[1] / small.shape[0] == pytest.approx(width / height, rel=0.01)
        assert max(small.shape) == pane[0]
        assert corners(small) == sorted(corners(small))


def test_enlarging_only_repeats_pixels() -> None:
    rng = np.random.default_rng(2)
    noise = rng.integers(0, 256, (64, 96, 3), dtype=np.uint8)
    video = av.VideoFrame.from_ndarray(noise, format="rgb24").reformat(format="yuv420p")
    own = shown(video).image(96, 64)
    large = shown(video).image(288, 192)
    assert np.array_equal(large, own.repeat(3, axis=0).repeat(3, axis=1))


def test_reducing_averages_an_area() -> None:
    """A fine pattern becomes its mean: a thin light thing does not vanish between samples."""
    stripes = np.zeros((360, 640), np.uint8)
    stripes[:, ::4] = 200
    video = av.VideoFrame.from_ndarray(stripes, format="gray").reformat(format="yuv420p")
    for pane in ((320, 180), (160, 90)):
        inner = shown(video).image(*pane)[10:-10, 10:-10, 1].astype(float)
        assert inner.mean() == pytest.approx(50, abs=3)
        if pane[0] == 160:
            assert np.ptp(inner) <= 6
