"""How a pane is looked at: how close, how bright. Values only; no pixel of evidence depends on it.

What is changed here is changed on the screen alone. Marks, snippets, saved pictures and every
calculation take the recorded pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCALES = (0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
"""Screen pixels a picture's pixel may cover: whole numbers from 1 on, so that nearest neighbour
shows each pixel as large as the next."""

BRIGHTNESS, CONTRAST, GAMMA = (-100, 100), (10, 400), (20, 500)
"""Least and most of each value, in percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Brightness, contrast and gamma, in percent; the default changes nothing."""

    brightness: int = 0
    """Added, in percent of the whole range from black to white."""
    contrast: int = 100
    """Distance from middle grey is multiplied by this."""
    gamma: int = 100
    """Above 100 the dark parts become lighter; black and white stay."""

    @property
    def changed(self) -> bool:
        """True where shown pixels differ from the recorded ones."""
        return self != Look()

    def table(self) -> NDArray[np.uint8]:
        """(256,) what each recorded level is shown as: gamma, then contrast, then brightness."""
        level = (np.arange(256) / 255.0) ** (100.0 / self.gamma)
        level = (level - 0.5) * (self.contrast / 100.0) + 0.5 + self.brightness / 100.0
        return np.asarray(np.rint(255.0 * np.clip(level, 0.0, 1.0)), dtype=np.uint8)

    def words(self) -> str:
        """``brightness +20 % · gamma 1.80``."""
        said = []
        if self.brightness:
            sign = "+" if self.brightness > 0 else "−"
            said.append(f"brightness {sign}{abs(self.brightness)} %")
        if self.contrast != 100:
            said.append(f"contrast × {self.contrast / 100:.2f}")
        if self.gamma != 100:
            said.append(f"gamma {self.gamma / 100:.2f}")
        return " · ".join(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zoom:
    """How close, and which place of the picture is in the middle of the pane."""

    scale: float | None = None
    """Screen pixels for each pixel of the picture; ``None``: the whole picture fits."""
    x: float = 0.5
    y: float = 0.5
    """The place in the middle, as parts (0…1) of width and height."""

    def words(self) -> str:
        """``8 × the pixels``."""
        return "" if self.scale is None else f"{self.scale:g} × the pixels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a picture can be shown: the room of a pane and the picture's own size.

    ``area`` is in the widget's pixels, ``ratio`` says how many screen pixels one of them is.
    """

    area: QRectF
    own: QSize
    ratio: float

    @property
    def fit_scale(self) -> float:
        """Screen pixels for each pixel of the picture when the whole of it fits."""
        if self.own.isEmpty():
            return 1.0
        room = (self.area.width() * self.ratio, self.area.height() * self.ratio)
        return float(min(room[0] / self.own.width(), room[1] / self.own.height()))

    def scales(self) -> tuple[float | None, ...]:
        """What can be chosen: the fit, then all that is closer."""
        return (None, *(scale for scale in SCALES if scale > self.fit_scale * 1.01))

    def target(self, zoom: Zoom) -> QRectF:
        """Where the whole picture lies, on whole screen pixels; mostly outside when it is close."""
        at = self._exact(zoom)
        left, top = (round(edge * self.ratio) / self.ratio for edge in (at.left(), at.top()))
        return QRectF(left, top, at.width(), at.height())

    def _exact(self, zoom: Zoom) -> QRectF:
        """The same before it is put on whole pixels: what is computed on must not add up."""
        scale = (zoom.scale or self.fit_scale) / self.ratio
        width, height = self.own.width() * scale, self.own.height() * scale
        if zoom.scale is None:
            width, height = (max(1, round(side * self.ratio)) / self.ratio
                             for side in (width, height))  # fmt: skip
        middle = self.area.center()
        left = _placed(middle.x() - zoom.x * width, width, self.area.left(), self.area.width())
        top = _placed(middle.y() - zoom.y * height, height, self.area.top(), self.area.height())
        return QRectF(left, top, width, height)

    def stepped(self, zoom: Zoom, steps: int, about: QPointF | None = None) -> Zoom:
        """Closer (or wider) by steps; what is under ``about`` stays there."""
        scales = self.scales()
        now = scales.index(zoom.scale) if zoom.scale in scales else 0
        return self.at_scale(zoom, scales[max(0, min(len(scales) - 1, now + steps))], about)

    def at_scale(self, zoom: Zoom, scale: float | None, about: QPointF | None = None) -> Zoom:
        """The same place at another scale."""
        if scale is None:
            return Zoom()
        about = about or self.area.center()
        before = self._exact(zoom)
        part = QPointF((about.x() - before.left()) / before.width(),
                       (about.y() - before.top()) / before.height())  # fmt: skip
        after = self._exact(replace(zoom, scale=scale))
        middle = self.area.center()
        return self.held(
            Zoom(
                scale=scale,
                x=part.x() + (middle.x() - about.x()) / after.width(),
                y=part.y() + (middle.y() - about.y()) / after.height(),
            )
        )

    def panned(self, zoom: Zoom, across: float, down: float) -> Zoom:
        """Moved by widget pixels; the picture follows the hand."""
        size = self._exact(zoom)
        moved = replace(zoom, x=zoom.x - across / size.width(), y=zoom.y - down / size.height())
        return self.held(moved)

    def held(self, zoom: Zoom) -> Zoom:
        """Without room beside the picture where the picture could fill it."""
        size = self._exact(zoom)
        return replace(
            zoom, x=_middle(zoom.x, size.width(), self.area.width()),
            y=_middle(zoom.y, size.height(), self.area.height()),
        )  # fmt: skip


def _placed(start: float, length: float, room_start: float, room: float) -> float:
    """Where a side of ``length`` begins: centred where it is shorter than its room."""
    return room_start + (room - length) / 2 if length <= room else start


def _middle(part: float, length: float, room: float) -> float:
    edge = 0.5 if length <= room else room / 2 / length
    return max(edge, min(1 - edge, part))
