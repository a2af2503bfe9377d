"""The 160×90 grey sequence of a recording, kept so that a new region needs no second decode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sync.media.frame_index import FrameIndex
from sync.media.frame_types import DecodedFrame, StreamBegin
from sync.media.grey import GREY_HEIGHT_PX, GREY_WIDTH_PX


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GreySequence:
    """Every frame as a small grey picture, in presentation order.

    The *whole* picture is squeezed into 160×90, so column ``x`` of it covers the share
    ``x/160 … (x+1)/160`` of the picture's width whatever its shape.
    """

    grey: NDArray[np.uint8]
    """(n, 90, 160)."""
    time_ns: NDArray[np.int64]
    """(n,) media time, nanoseconds."""
    picture: NDArray[np.int32]
    """(n,) number of the distinct picture; see :class:`FrameIndex`."""
    width_px: int
    """Width of the stored picture, before rotation and pixel aspect."""
    height_px: int

    def with_index(self, index: FrameIndex) -> GreySequence:
        """The same pictures with the times and picture numbers of a verified index."""
        if len(index) != len(self.grey):
            raise ValueError("the index belongs to another decode")
        return replace(self, time_ns=index.time_ns, picture=index.picture)

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Named arrays for the cache."""
        return {
            "grey": self.grey,
            "time_ns": self.time_ns,
            "picture": self.picture,
            "size_px": np.array([self.width_px, self.height_px], np.int64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> GreySequence:
        """The inverse of :meth:`to_arrays`.

        Raises
        ------
        KeyError, ValueError
            When an array is missing or of another shape.
        """
        grey = arrays["grey"].astype(np.uint8, copy=False)
        if grey.shape[1:] != (GREY_HEIGHT_PX, GREY_WIDTH_PX):
            raise ValueError("not a grey sequence")
        if not len(grey) == len(arrays["time_ns"]) == len(arrays["picture"]):
            raise ValueError("a grey sequence with columns of unequal length")
        return cls(
            grey=grey,
            time_ns=arrays["time_ns"].astype(np.int64),
            picture=arrays["picture"].astype(np.int32),
            width_px=int(arrays["size_px"].astype(np.int64)[0]),
            height_px=int(arrays["size_px"].astype(np.int64)[1]),
        )


class GreyConsumer:
    """Collects the grey sequence; :attr:`result` after the pass.

    Its times are the decoder's (−1 picture numbers) until :meth:`GreySequence.with_index` puts in
    those of the index from the same pass.
    """

    def __init__(self) -> None:
        self.result: GreySequence | None = None
        self._grey: list[NDArray[np.uint8]] = []
        self._time_ns: list[int] = []
        self._size_px = (0, 0)

    def begin(self, stream: StreamBegin) -> None:
        """Remember the picture's size."""
        self._size_px = (stream.width_px, stream.height_px)

    def frame(self, frame: DecodedFrame) -> None:
        """Keep the frame's grey."""
        self._grey.append(frame.grey)
        before = self._time_ns[-1] if self._time_ns else 0
        self._time_ns.append(before if frame.time_ns is None else frame.time_ns)

    def end(self) -> None:
        """Put the sequence together."""
        n = len(self._grey)
        shape = (0, GREY_HEIGHT_PX, GREY_WIDTH_PX)
        self.result = GreySequence(
            grey=np.stack(self._grey) if n else np.empty(shape, np.uint8),
            time_ns=np.array(self._time_ns, np.int64),
            picture=np.full(n, -1, np.int32),
            width_px=self._size_px[0],
            height_px=self._size_px[1],
        )
        self._grey.clear()
