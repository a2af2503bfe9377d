"""Curves as columns of pixels: the lowest and highest value under each pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from widgets.spectrum import Spectrum

if TYPE_CHECKING:
    from sync.traces.trace import Trace

Array = NDArray[np.float64]


class Columns(Protocol):
    """What a lane asks for its curve: min and max of ``width`` equal parts of a media range.

    Values are 0…1 for an area and -1…1 for a waveform; NaN where the recording says nothing.
    """

    def __call__(self, first_media_ns: int, last_media_ns: int, width: int) -> tuple[Array, Array]:
        """(min, max), each of shape (width,)."""
        ...


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One of the curves of a lane, above one another: a trace, a channel's waveform or spectrogram.

    Where ``spectrum`` has nothing (yet) the curve is drawn instead. ``name`` is written into the
    row where a lane has several.
    """

    columns: Columns | None = None
    waveform: bool = False
    spectrum: Spectrum | None = None
    name: str = ""


def trace_columns(trace: Trace) -> Columns:
    """Columns of a trace, scaled so that its 99.5th percentile is full height."""
    valid = trace.values[trace.valid]
    top = float(np.percentile(np.abs(valid), 99.5)) if len(valid) else 1.0
    scaled = np.clip(trace.values / (top or 1.0), -1.0, 1.0)
    # One more sample that says nothing, so that a range may end at the last one.
    low_filled = np.append(np.where(trace.valid, scaled, np.inf), np.inf)
    high_filled = np.append(np.where(trace.valid, scaled, -np.inf), -np.inf)

    def columns(first_media_ns: int, last_media_ns: int, width: int) -> tuple[Array, Array]:
        edges = np.linspace(0.0, float(last_media_ns - first_media_ns), width + 1)
        index = np.floor((edges + (first_media_ns - trace.start.ns)) / trace.step_ns)
        first = np.clip(index[:-1], 0, len(trace)).astype(np.int64)
        last = np.clip(index[1:] + 1, 0, len(trace)).astype(np.int64)
        outside = (index[1:] < 0) | (index[:-1] >= len(trace)) | (last <= first)
        low = _reduce(np.minimum, low_filled, first, last)
        high = _reduce(np.maximum, high_filled, first, last)
        hidden = outside | ~np.isfinite(low) | ~np.isfinite(high)
        return np.where(hidden, np.nan, low), np.where(hidden, np.nan, high)

    return columns


def _reduce(
    ufunc: np.ufunc, values: Array, first: NDArray[np.int64], last: NDArray[np.int64]
) -> Array:
    """``ufunc`` over values[first[i]:last[i]] for every i; values[first[i]] where that is empty."""
    pairs = np.empty(2 * len(first), dtype=np.int64)
    pairs[0::2], pairs[1::2] = first, last
    reduced: Array = ufunc.reduceat(values, pairs)[0::2]
    return reduced


def columns_image(
    low: Array, high: Array, height: int, colour: QColor, alpha: float, *, waveform: bool
) -> QImage:
    """A picture of the columns: one pixel wide each, edges antialiased, nothing where NaN.

    An area stands on the bottom edge; a waveform lies about the middle.
    """
    if waveform:
        middle, scale = height / 2, height / 2 - 1
        top, bottom = middle - high * scale, middle - low * scale
        thin = np.maximum(0.0, 1.2 - (bottom - top)) / 2
        top, bottom = top - thin, bottom + thin
    else:
        top = height - np.maximum(high, 0.0) * (height - 2) - 1.0
        bottom = np.full(len(high), float(height))
    rows = np.arange(height, dtype=np.float64)[:, None]
    cover = np.minimum(rows + 1, bottom) - np.maximum(rows, top)
    cover = np.nan_to_num(np.clip(cover, 0.0, 1.0), nan=0.0) * alpha
    pixels = np.empty((height, len(high), 4), dtype=np.uint8)
    for channel, level in enumerate((colour.blue(), colour.green(), colour.red(), 255)):
        pixels[:, :, channel] = np.round(cover * level)
    image = QImage(
        pixels.data, len(high), height, 4 * len(high), QImage.Format.Format_ARGB32_Premultiplied
    )
    return image.copy()
