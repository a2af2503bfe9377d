"""The small pictures of a recording: what every picture trace is derived from, without a decode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Stored(Protocol):
    """Small pictures on disk or in memory: an array, or :class:`sync.media.row_file.Rows`."""

    def __len__(self) -> int: ...

    def __getitem__(
        self, at: slice | Sequence[int] | NDArray[np.integer], /
    ) -> NDArray[np.uint8]: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmallPictures:
    """Every frame as a small grey and a small coloured picture, in presentation order.

    The *whole* picture is squeezed, so column ``x`` of 160 covers the share ``x/160 … (x+1)/160``
    of the picture's width whatever its shape. Two gigabytes an hour: read in pieces.
    """

    grey: Stored
    """(n, 90, 160)."""
    colour: Stored
    """(n, 2, 45, 80): blue and red difference, 128 is neutral."""
    time_ns: NDArray[np.int64]
    """(n,) media time, nanoseconds."""
    picture: NDArray[np.int32]
    """(n,) number of the distinct picture; see :class:`FrameIndex`."""
    width_px: int
    """Width of the stored picture, before rotation and pixel aspect."""
    height_px: int
