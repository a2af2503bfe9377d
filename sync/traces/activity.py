"""How much a recorder had to write for each picture: an instant preview, no decoding.

The size of a coded picture follows what moved in it, more or less: measured against motion, r is
between 0.86 (MPEG-4) and 0.06 (MJPEG). It shows where to look and is no input of an estimator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sync.traces.picture import PictureSignal, distinct_pictures, held


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedPictures:
    """Coded pictures in presentation order."""

    time_ns: NDArray[np.int64]
    size: NDArray[np.int64]
    """(n,) bytes."""
    key: NDArray[np.bool_]
    width_px: int
    height_px: int

    @property
    def picture(self) -> NDArray[np.int32]:
        """Which of them repeat the one before is not known without decoding: none."""
        return np.full(len(self.time_ns), -1, np.int32)


def activity(coded: CodedPictures, rate_hz: float) -> PictureSignal:
    """Bytes of the coded picture on screen, averaged over each cell's time.

    Key pictures are masked where there are others: they hold the whole scene, whatever moves.
    """
    pictures = distinct_pictures(coded)
    key = coded.key[pictures.frame]
    known = np.ones(len(key), np.bool_) if key.all() else ~key
    return held(pictures, coded.size[pictures.frame].astype(np.float64), rate_hz, known)
