"""The picture of a spectrogram: the right way up, and louder is further from the ground."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from widgets.spectrum import colour_map, spectrum_image
from widgets.theme import apply_theme, current_theme, source_colour


def luminance(bgr: np.ndarray) -> np.ndarray:
    """Relative luminance (WCAG 2.1) of (…, 3) uint8."""
    part = bgr[..., ::-1].astype(float) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("place", range(6))
def test_louder_is_further_from_the_ground_in_every_theme_and_colour(
    qapp: QApplication, theme: str, place: int
) -> None:
    apply_theme(qapp, theme)
    light = luminance(colour_map(source_colour(place))[:, :3])
    steps = np.diff(light) * (1 if theme == "dark" else -1)
    assert (steps >= -0.004).all()
    contrast = (max(light[0], light[-1]) + 0.05) / (min(light[0], light[-1]) + 0.05)
    assert contrast > 10
    ground = current_theme().ground
    first = colour_map(source_colour(place))[0, :3]
    assert first[::-1].tolist() == [ground.red(), ground.green(), ground.blue()]
    apply_theme(qapp, "dark")


def test_out_of_date_is_drawn_weaker(qapp: QApplication) -> None:
    whole, half = colour_map(QColor("#5ab4f0")), colour_map(QColor("#5ab4f0"), 0.5)
    ground = whole[0, :3].astype(int)
    assert np.abs(half[255, :3].astype(int) - ground).max() == pytest.approx(
        np.abs(whole[255, :3].astype(int) - ground).max() / 2, abs=1
    )


@pytest.mark.parametrize(("rows", "height"), [(128, 40), (16, 40), (40, 40)])
def test_the_lowest_pitch_is_at_the_bottom_and_no_line_is_lost(rows: int, height: int) -> None:
    levels = np.zeros((rows, 5), np.uint8)
    levels[rows // 4, 2] = 255
    table = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 4, axis=1)
    image = spectrum_image(levels, height, table)
    assert (image.width(), image.height()) == (5, height)
    assert image.format() == QImage.Format.Format_RGB32
    shown = np.array([[image.pixelColor(x, y).red() for x in range(5)] for y in range(height)])
    lit = np.flatnonzero(shown[:, 2])
    assert shown.max() == 255
    assert lit.mean() == pytest.approx(height * 3 / 4, abs=height / rows + 1)
    assert not shown[:, [0, 1, 3, 4]].any()
