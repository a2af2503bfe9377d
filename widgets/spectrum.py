"""A spectrogram as a picture: levels through a colour map that the theme makes legible."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from widgets.theme import current_theme

Levels = NDArray[np.uint8]

_STOPS = ((0.0, 0.0), (0.4, 0.12), (0.7, 0.5), (1.0, 1.0))
"""Level and how far along it lies from the ground to the strongest tone: the noise of an open
channel, 30 to 40 dB below its speech, stays near the ground."""


class Spectrum(Protocol):
    """What a lane asks for its spectrogram: ``width`` equal parts of a media range.

    Shape (rows, width) uint8, the lowest pitch first. ``None`` while it is being made (the
    lane is told to paint again when it is there) or where it would take too long to make.
    """

    def __call__(self, first_media_ns: int, last_media_ns: int, width: int) -> Levels | None:
        """Levels, or ``None``."""
        ...


def colour_map(colour: QColor, strength: float = 1.0) -> NDArray[np.uint8]:
    """(256, 4) premultiplied BGRA: from nothing, over ``colour``, to the theme's text.

    Luminance rises evenly on the dark ground and falls evenly on the light one, so that louder is
    always further from the ground, also for who does not tell colours apart.
    """
    theme = current_theme()
    ground, middle, text = (
        np.array([c.redF(), c.greenF(), c.blueF()]) for c in (theme.ground, colour, theme.text)
    )
    level = np.interp(np.arange(256) / 255, *np.array(_STOPS).T)[:, None]
    half = np.minimum(level * 2, 1) * (middle - ground) + ground
    rgb = np.where(level <= 0.5, half, middle + (2 * level - 1) * (text - middle))
    rgb = ground + strength * (rgb - ground)
    table = np.full((256, 4), 255, np.uint8)
    table[:, :3] = np.round(rgb[:, ::-1] * 255)
    return table


def spectrum_image(levels: Levels, height: int, table: NDArray[np.uint8]) -> QImage:
    """A picture of the levels, one pixel a column, ``height`` tall, the lowest pitch at the bottom.

    Where there are more rows than pixels the loudest of each pixel's counts; where there are
    fewer, rows are repeated: nothing is interpolated.
    """
    rows, width = levels.shape
    edges = np.arange(height + 1) * rows // height
    first = edges[:-1]
    tall = np.maximum.reduceat(levels, first, axis=0) if rows > height else levels[first]
    pixels = np.ascontiguousarray(table[tall[::-1]])
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
    return image.copy()
