"""What a decode pass hands to its consumers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol, runtime_checkable

import av
import numpy as np
from numpy.typing import NDArray

from sync.media.fields import FieldOrder
from sync.media.grey import digest_of, grey_of
from sync.media.packets import PacketTable


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamBegin:
    """The picture stream a pass is about to decode."""

    path: Path
    codec: str
    width_px: int
    height_px: int
    time_base: Fraction
    nominal_rate: Fraction | None
    """Frames a second the file claims; never used for time."""
    sample_aspect: Fraction
    frames_claimed: int
    """Number of frames the container claims; 0 where it claims none."""
    field_order: FieldOrder | None = None
    """Which field was seen first; ``None`` where the stream calls itself progressive."""
    clock_ticks: int | None = None
    """Where the container's clock starts again from 0 (2³³ in MPEG); ``None`` for never."""
    times_written: bool = True
    """False where the container has no place for presentation times: AVI and bare streams."""


class DecodedFrame:
    """One frame in presentation order; valid only during :meth:`FrameConsumer.frame`.

    Attributes
    ----------
    number
        Presentation number, 0-based.
    ordinal
        Number of the packet it came from, in file (demux) order.
    pts
        Presentation timestamp in ticks of the stream, as the decoder reports it; ``None`` where
        the file has none.
    time_ns
        Media time in nanoseconds; ``None`` where ``pts`` is. The index may complete missing times.
    key, damaged, interlaced
        Flags of the container and the decoder: can be decoded by itself; decoded with errors; two
        fields in one.
    rotation_deg
        Clockwise turn that puts the picture upright: 0, 90, 180 or 270.
    """

    __slots__ = (
        "_digest",
        "_grey",
        "_video",
        "damaged",
        "interlaced",
        "key",
        "number",
        "ordinal",
        "pts",
        "rotation_deg",
        "time_ns",
    )

    def __init__(
        self,
        *,
        number: int,
        ordinal: int,
        pts: int | None,
        time_ns: int | None,
        key: bool,
        damaged: bool,
        interlaced: bool,
        rotation_deg: int,
        video: av.VideoFrame | None = None,
        grey: NDArray[np.uint8] | None = None,
    ) -> None:
        self.number = number
        self.ordinal = ordinal
        self.pts = pts
        self.time_ns = time_ns
        self.key = key
        self.damaged = damaged
        self.interlaced = interlaced
        self.rotation_deg = rotation_deg
        self._video = video
        self._grey = grey
        self._digest: int | None = None

    @property
    def video(self) -> av.VideoFrame:
        """The decoded picture; a frame told from a record has none."""
        assert self._video is not None, "a consumer that needs pixels must be Resumable"
        return self._video

    @property
    def grey(self) -> NDArray[np.uint8]:
        """The whole picture as 90 rows of 160 grey values, uint8; computed once and shared."""
        if self._grey is None:
            self._grey = grey_of(self.video)
            self._grey.flags.writeable = False
        return self._grey

    @property
    def digest(self) -> int:
        """CRC-32 of :attr:`grey`; computed once and shared."""
        if self._digest is None:
            self._digest = digest_of(self.grey)
        return self._digest


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEnd:
    """What a pass found besides frames."""

    packets: PacketTable
    not_referred: NDArray[np.bool_]
    """Of each packet: no other rests on it (:class:`sync.media.dispensable.Dispensable`)."""
    undecodable: tuple[int, ...]
    """Ordinals of packets the decoder refused."""
    read_error: str | None
    """Why the file could not be read to its end; ``None`` when it could."""


class FrameConsumer(Protocol):
    """Takes each frame of one decode pass, in presentation order."""

    def begin(self, stream: StreamBegin) -> None:
        """Called once, before the first frame."""

    def frame(self, frame: DecodedFrame) -> None:
        """Called for each frame; must not keep ``frame.video`` without a reason."""

    def end(self) -> None:
        """Called once, after the last frame, unless the pass was cancelled."""


@runtime_checkable
class PacketConsumer(Protocol):
    """A consumer that also wants to know how the file was read."""

    def packets(self, end: StreamEnd) -> None:
        """Called once, just before ``end()``."""


@runtime_checkable
class Resumable(Protocol):
    """A consumer that keeps its own file: in a resumed pass it may be told frames that it holds,
    which it passes over, and is told none before them."""

    @property
    def held(self) -> int:
        """Frames it holds, 0 to ``held`` − 1."""
