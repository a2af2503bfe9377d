"""From light to a cheap camera's picture: lens, sensor noise, gamma, burnt-in clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .world import Floats, vec

__all__ = ["Layer", "Pictures", "Sensor", "add_layers", "burn_clock"]

Pictures = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """The picture of one lamp alone, and how bright the lamp is at a reference time."""

    picture: Floats
    power: Callable[[float], float]


def add_layers(base: Floats, layers: list[Layer], time_s: float) -> Floats:
    """Sum of all lamps at a time."""
    frame = base.copy()
    for layer in layers:
        power = layer.power(time_s)
        if power > 1e-4:
            cv2.scaleAdd(layer.picture, power, frame, frame)
    return frame


@dataclass(slots=True)
class Sensor:
    """A cheap sensor: soft lens, shot noise, blotchy colour noise, gamma.

    Attributes
    ----------
    exposure : float
        Factor before the film curve.
    noise : float
        Standard deviation of the noise in a dark area, in units of the curve's input.
    grey : bool
        Night mode without colour.
    """

    exposure: float
    noise: float
    seed: int
    grey: bool = False
    soft_px: float = 0.55
    size: tuple[int, int] = (640, 360)
    _grain: list[Floats] = field(init=False)
    _vignette: Floats = field(init=False)
    _curve: Pictures = field(init=False)

    def __post_init__(self) -> None:
        """Prepare a small stock of noise pictures; each film picture takes one, displaced."""
        random = np.random.default_rng(self.seed)
        width, height = self.size
        self._grain = []
        for _ in range(6):
            luma = random.standard_normal((height, width, 1)).astype(np.float32)
            luma = luma + 0.5 * cv2.GaussianBlur(luma, (0, 0), 1.0)[..., None] * 2
            small = random.standard_normal((height // 3, width // 3, 3)).astype(np.float32)
            chroma = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
            self._grain.append((luma + 0.55 * chroma).astype(np.float32))
        x = np.linspace(-1, 1, width, dtype=np.float32)
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * np.float32(height / width)
        self._vignette = (1 / (1 + 0.38 * (x**2 + y**2)) ** 1.6)[..., None]
        light = np.arange(4096, dtype=np.float64) / 4095 * 4
        shown = (1 - np.exp(-1.35 * light)) ** (1 / 2.1) * 1.015 + 0.012
        self._curve = np.clip(np.round(shown * 255), 0, 255).astype(np.uint8)

    def develop(self, frame: Floats, index: int) -> Pictures:
        """8-bit RGB picture number `index` of the light in `frame`."""
        if self.grey:
            mono = frame @ vec([0.45, 0.4, 0.15])
            frame = np.repeat(mono[..., None], 3, axis=2)
        light: Floats = cv2.GaussianBlur(frame, (0, 0), self.soft_px) * self._vignette
        light *= np.float32(self.exposure)
        random = np.random.default_rng((self.seed, index))
        grain = self._grain[int(random.integers(len(self._grain)))]
        grain = np.roll(grain, tuple(random.integers(0, 320, 2)), (0, 1))
        if self.grey:
            grain = grain[..., :1]
        light += grain * np.sqrt(np.maximum(light, 0) * 0.25 + 0.02) * np.float32(self.noise * 7)
        steps = np.clip(light * np.float32(4095 / 4), 0, 4095).astype(np.uint16)
        return np.asarray(self._curve[steps])


_DIGITS = {
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00110 01000 10000 11111",
    "3": "11111 00010 00100 00010 00001 10001 01110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "00110 01000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 01000 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00010 01100",
    "-": "00000 00000 00000 11111 00000 00000 00000",
    ":": "00000 00100 00100 00000 00100 00100 00000",
    " ": "00000 00000 00000 00000 00000 00000 00000",
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "C": "01110 10001 10000 10000 10000 10001 01110",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "G": "01110 10001 10000 10111 10001 10001 01110",
    "M": "10001 11011 10101 10101 10001 10001 10001",
    "T": "11111 00100 00100 00100 00100 00100 00100",
}


def burn_clock(picture: Pictures, text: str, corner: tuple[int, int], size: int = 2) -> None:
    """Burn text into a picture as a recorder does: white dots with a black outline.

    Parameters
    ----------
    corner : tuple of int
        Left and top pixel of the text.
    size : int
        Pixels per dot of the 5 × 7 font.
    """
    rows = [np.array([list(row) for row in _DIGITS[c].split()]) == "1" for c in text]
    cell = np.hstack([np.pad(glyph, ((1, 1), (1, 0))) for glyph in rows])
    dots = np.kron(cell, np.ones((size, size))).astype(np.uint8)
    outline = cv2.dilate(dots, np.ones((3, 3), np.uint8))
    x, y = corner
    place = picture[y : y + dots.shape[0], x : x + dots.shape[1]]
    place[outline > 0] = 8
    place[dots > 0] = 236
