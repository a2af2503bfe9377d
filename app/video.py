"""One open video: its exact frames, its previews, and which of the two to show in time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from sync.evidence import EdgePicture
from sync.timebase import MediaTime

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sync.media.exact_frame import ExactFrame
    from sync.media.frame_index import FrameIndex

Pace = Literal["stand", "drag", "play"]
"""What a picture is for. Standing: a preview if the frame takes long, then the frame. Dragging: a
preview unless the frame is at hand. Playing: one of the two, whichever keeps in step."""

_SOON_S: dict[Pace, float] = {"stand": 0.04, "drag": 0.012, "play": 0.25}
"""How long a frame may take before a preview is better: standing, less is not seen as a change of
picture; dragging, a display's tick; playing, a hitch after which it is in step again."""

_FIRST_GUESS_S = 0.005
"""A frame of 1080p on one core, until one has been timed."""
STORED = (0, 0)
"""The size of a picture wanted in its own pixels, as they are stored: nothing made larger or
smaller, no pixel made square."""

_TRUST = 0.3
"""Weight of the newest frame in the running mean of what a frame takes."""
_FORGET = 0.99
"""With each preview shown in its stead the time a frame takes is believed a little less, so that
decoding is tried again some seconds after the machine was busy."""
_HEADROOM = 0.9
"""Share of the time between frames that decoding may take when playing."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameAnswer:
    """One picture, and what it answers."""

    source: str
    request: int
    index: int
    time: MediaTime
    exact: bool
    """False for a preview, while the index is provisional, and where damage decodes differently."""
    image: NDArray[np.uint8]
    """(h, w, 4) BGRA."""
    kept: bool
    """True for a picture asked for with :meth:`app.frame_service.FrameService.fetch`."""
    preview: bool = False
    """True for the proxy's picture."""
    damaged: bool = False
    """True where the frame was decoded with errors."""
    field: int | None = None
    """0 or 1: only the field seen first or second is shown, of an interlaced frame."""
    edge: EdgePicture | None = None
    """What it is whatever the count of frames; of a kept picture while the index is provisional."""


@dataclass(frozen=True, slots=True)
class FrameRequest:
    """One picture wanted."""

    number: int
    index: int
    size: tuple[int, int]
    kept: bool
    pace: Pace
    every_s: float
    """Playing: seconds from frame to frame."""
    field: int | None = None
    """0 or 1: only the field seen first or second; nothing else where the frame has no fields."""


class Video:
    """What a reading thread has open; used by that thread only.

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaEmpty, MediaNotRecognised, MediaDamaged
    """

    def __init__(self, source: str, path: Path, index: FrameIndex, proxy: Path | None) -> None:
        from sync.media.frames import FrameReader
        from sync.media.proxy import Proxy

        self._source, self._index = source, index
        self._reader = FrameReader(path, index)
        self._proxy = None if proxy is None else Proxy.open(proxy)
        self._keys = np.flatnonzero(index.key)
        self._frame_s = _FIRST_GUESS_S
        self._at: int | None = None
        self._towards = 0
        """Way the last step went; 0 where what was shown last was a preview."""
        self._way = 1

    def preview(self, request: FrameRequest) -> FrameAnswer | None:
        """The proxy's picture where the frame would take too long; ``None``: take the frame."""
        whole = request.field is None  # a preview mixes the fields
        if request.kept or not whole or self._proxy is None or self._in_time(request):
            return None
        image = self._proxy.image(request.index, *request.size)
        if image is None:
            return None
        self._towards = 0
        self._frame_s *= _FORGET
        return FrameAnswer(
            source=self._source, request=request.number, index=request.index,
            time=self._index.time_of(request.index), exact=False, image=image, kept=False,
            preview=True,
        )  # fmt: skip

    def frame(self, request: FrameRequest) -> FrameAnswer:
        """The frame.

        Raises
        ------
        IndexError, MediaDamaged
        """
        from sync.evidence import EdgePicture
        from sync.media.grey import digest_of, grey_of

        begun, steps = time.perf_counter(), self._steps_to(request.index)
        at_hand = self._reader.held(request.index) is not None
        frame = self._reader.frame(request.index)
        if not at_hand:
            each = (time.perf_counter() - begun) / steps
            self._frame_s += _TRUST * (each - self._frame_s)
        if not request.kept:
            if self._at is not None and request.index != self._at:
                self._way = 1 if request.index > self._at else -1
            self._at, self._towards = request.index, self._way
        edge = None
        if request.kept and self._index.state == "provisional":
            ordinal = int(self._index.ordinal[frame.index])
            edge = EdgePicture(ordinal=ordinal, digest=digest_of(grey_of(frame.video)))
        which, order = request.field, self._index.field_order
        if which is not None and order is not None and self._index.is_interlaced(frame.index):
            frame = frame.field(which, order, self._index.field_time(frame.index, which))
        else:
            which = None
        return FrameAnswer(
            source=self._source, request=request.number, index=frame.index, time=frame.time,
            exact=frame.exact, image=_image_of(frame, request), kept=request.kept,
            damaged=frame.damaged, field=which, edge=edge,
        )  # fmt: skip

    def read_ahead(self) -> bool:
        """Do a piece of what will be wanted next; False when there is nothing left to do."""
        return self._towards != 0 and self._reader.read_ahead(self._towards)

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()
        if self._proxy is not None:
            self._proxy.close()

    def _in_time(self, request: FrameRequest) -> bool:
        if not 0 <= request.index < len(self._index):
            return True  # asking for it says what is wrong
        if self._reader.held(request.index) is not None:
            return True
        if request.pace == "play" and self._frame_s > _HEADROOM * request.every_s:
            return False
        return self._steps_to(request.index) * self._frame_s <= _SOON_S[request.pace]

    def _steps_to(self, i: int) -> int:
        """Frames to decode for frame ``i``: on from the last one, or from the key frame before."""
        before = int(np.searchsorted(self._keys, i, side="right")) - 1
        from_key = i - int(self._keys[before]) + 1 if before >= 0 else i + 1
        if self._at is None or i <= self._at:
            return max(1, from_key)
        return max(1, min(from_key, i - self._at))


def _image_of(frame: ExactFrame, request: FrameRequest) -> NDArray[np.uint8]:
    return frame.stored() if request.size == STORED else frame.image(*request.size)
