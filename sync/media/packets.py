"""The packets of a picture stream in file order, so that one found after a seek can be named."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from av.frame import Frame
from av.packet import Packet
from numpy.typing import NDArray

from sync.media.ticks import NO_TIME

VideoPacket: TypeAlias = "Packet[Any]"
"""One stored picture, coded."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PacketTable:
    """One row a packet, in demux order; the row number is the packet's *ordinal*.

    ``position`` (byte in the file, −1 unknown), ``pts`` and ``dts`` (ticks, :data:`NO_TIME` where
    the file has none), ``size`` (bytes), ``key``: arrays of equal length.
    """

    position: NDArray[np.int64]
    pts: NDArray[np.int64]
    dts: NDArray[np.int64]
    size: NDArray[np.int64]
    key: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.size)

    def matches(self, ordinal: int, packet: VideoPacket) -> bool:
        """True when ``packet`` is the one in row ``ordinal``: same size and presentation time."""
        if not 0 <= ordinal < len(self.size) or packet.size != self.size[ordinal]:
            return False
        known, seen = int(self.pts[ordinal]), packet.pts
        position = int(self.position[ordinal])
        if position >= 0 and packet.pos is not None and packet.pos >= 0 and packet.pos != position:
            return False
        # After a seek some demuxers cannot yet name a time; a time they do name must agree,
        # unless it is itself a guess (a file with positions but without written times).
        return known == NO_TIME or seen is None or seen == known or position >= 0

    def find(self, packet: VideoPacket) -> int | None:
        """Ordinal of ``packet``, or ``None`` when no row or more than one fits."""
        fits = self.size == packet.size
        if packet.pos is not None and packet.pos >= 0:
            fits &= self.position == packet.pos
        else:
            if packet.dts is None and packet.pts is None:
                return None
            if packet.dts is not None:
                fits &= self.dts == packet.dts
            if packet.pts is not None:
                fits &= self.pts == packet.pts
        rows = np.flatnonzero(fits)
        return int(rows[0]) if len(rows) == 1 else None


class PacketRecorder:
    """Collects packets into a :class:`PacketTable` as they are read; 33 bytes a packet."""

    def __init__(self) -> None:
        self._position, self._pts = array("q"), array("q")
        self._dts, self._size = array("q"), array("q")
        self._key = bytearray()

    def __len__(self) -> int:
        return len(self._size)

    def add(self, packet: VideoPacket) -> int:
        """Record one packet; returns its ordinal."""
        self._position.append(-1 if packet.pos is None else packet.pos)
        self._pts.append(NO_TIME if packet.pts is None else packet.pts)
        self._dts.append(NO_TIME if packet.dts is None else packet.dts)
        self._size.append(packet.size)
        self._key.append(packet.is_keyframe)
        return len(self._size) - 1

    def table(self) -> PacketTable:
        """The packets so far."""
        return PacketTable(
            position=np.array(self._position, np.int64),
            pts=np.array(self._pts, np.int64),
            dts=np.array(self._dts, np.int64),
            size=np.array(self._size, np.int64),
            key=np.array(self._key, np.bool_),
        )


def table_of(rows: Iterable[tuple[int, int, int, int, bool]]) -> PacketTable:
    """A table from rows of (position, pts, dts, size, key)."""
    columns = np.array(list(rows), dtype=np.int64).reshape(-1, 5)
    return PacketTable(
        position=columns[:, 0].copy(),
        pts=columns[:, 1].copy(),
        dts=columns[:, 2].copy(),
        size=columns[:, 3].copy(),
        key=columns[:, 4].astype(np.bool_),
    )


def tag(packet: VideoPacket, ordinal: int) -> None:
    """Let the frames decoded from ``packet`` carry its ordinal (needs ``copy_opaque``).

    A tuple of its own each time: PyAV keys what a packet carries by object identity, so that an
    integer below 257, which is one object everywhere, is lost to all as soon as one lets it go.
    """
    packet.opaque = (ordinal,)


def ordinal_of(frame: Frame) -> int:
    """The packet ordinal a decoded frame carries (:func:`tag`); −1 when it carries none."""
    carried = frame.opaque
    return int(carried[0]) if isinstance(carried, tuple) else -1
