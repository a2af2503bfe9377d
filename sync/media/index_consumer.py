"""Builds the verified frame index during a decode pass."""

from __future__ import annotations

from array import array
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sync.media.blends import BlendWatch
from sync.media.damage import frames_in_doubt
from sync.media.facts import HealthNote
from sync.media.frame_index import FrameIndex
from sync.media.frame_times import FrameTimes, settle_times
from sync.media.frame_types import DecodedFrame, StreamBegin, StreamEnd
from sync.media.health import damage_notes, interlaced_note, timing_notes
from sync.media.packets import PacketTable, table_of
from sync.media.pictures import Differences, PictureGroups, difference, group_pictures
from sync.media.ticks import NO_TIME
from sync.timebase import NS_PER_S, Duration


class IndexConsumer:
    """Collects frames and packets; :attr:`index`, :attr:`health` and :attr:`rotation_deg` after
    the pass.

    Everything is kept in columns, about 130 bytes a frame: a clip of half a day has more than a
    million of them.
    """

    def __init__(self) -> None:
        self.index: FrameIndex | None = None
        self.groups: PictureGroups | None = None
        self.health: tuple[HealthNote, ...] = ()
        self.rotation_deg = 0
        """Clockwise turn that puts the picture upright, degrees: 0, 90, 180 or 270."""
        self._ordinal, self._pts, self._digest = array("i"), array("q"), array("I")
        self._key, self._damaged, self._interlaced = bytearray(), bytearray(), bytearray()
        self._changes = Differences()
        self._blends = BlendWatch()
        self._before: NDArray[np.uint8] | None = None
        self.stream: StreamBegin | None = None
        self._end = StreamEnd(
            packets=table_of([]), not_referred=np.zeros(0, np.bool_), undecodable=(),
            read_error=None,
        )  # fmt: skip

    def begin(self, stream: StreamBegin) -> None:
        """Remember the stream."""
        self.stream = stream

    def frame(self, frame: DecodedFrame) -> None:
        """Keep times, flags, the grey's digest, its difference to the frame before and blends."""
        grey = frame.grey
        if self._before is None:
            self.rotation_deg = frame.rotation_deg
        else:
            self._changes.append(difference(self._before, grey))
        self._ordinal.append(frame.ordinal)
        self._pts.append(NO_TIME if frame.pts is None else frame.pts)
        self._digest.append(frame.digest)
        self._key.append(frame.key)
        self._damaged.append(frame.damaged)
        self._interlaced.append(frame.interlaced)
        self._blends.add(grey)
        self._before = grey

    def packets(self, end: StreamEnd) -> None:
        """Take the packet table and what could not be decoded."""
        self._end = end

    def end(self) -> None:
        """Settle times, group pictures, find blends, write the health notes."""
        assert self.stream is not None, "end() without begin()"
        n, packets = len(self._pts), self._end.packets
        ordinal = np.array(self._ordinal, np.int32)
        times = self._times(ordinal, packets, self.stream)
        interval_ns = _interval_ns(times.time_ns)
        blends = self._blends.result()
        self.groups = group_pictures(self._changes, interval_ns / NS_PER_S, blends.stalls)
        interlaced = _flags(self._interlaced)
        doubt = frames_in_doubt(
            _flags(self._damaged), ordinal, packets.key, self._end.not_referred,
            self._end.undecodable,
        )  # fmt: skip
        order = self.stream.field_order or ("unknown" if interlaced.any() else None)
        self.index = FrameIndex(
            pts=times.pts,
            time_ns=times.time_ns,
            ordinal=ordinal,
            key=_flags(self._key),
            picture=self.groups.picture[:n],
            time_base=self.stream.time_base,
            state="verified",
            damaged=doubt,
            blend_reach=blends.reach,
            interlaced=interlaced,
            field_order=order if interlaced.any() else None,
            raster_half=Duration(interval_ns // 2 if self.groups.uneven else 0),
            digest=np.array(self._digest, np.uint32),
            packets=packets,
        )
        self.health = (
            *times.notes,
            *timing_notes(self.index, self.stream.nominal_rate),
            *self.groups.notes(times.time_ns),
            *blends.notes(times.time_ns),
            *damage_notes(self.index, self._end, self.stream.frames_claimed),
            *interlaced_note(self.index),
        )

    def _times(
        self, ordinal: NDArray[np.int32], packets: PacketTable, stream: StreamBegin
    ) -> FrameTimes:
        known = ordinal >= 0
        dts = np.full(len(ordinal), NO_TIME, np.int64)
        dts[known] = packets.dts[ordinal[known]]
        return settle_times(
            pts=np.array(self._pts, np.int64),
            dts=dts,
            time_base=stream.time_base,
            nominal_rate=stream.nominal_rate or Fraction(25),
            clock_ticks=stream.clock_ticks,
            times_written=stream.times_written,
        )


def _flags(column: bytearray) -> NDArray[np.bool_]:
    return np.frombuffer(bytes(column), np.bool_)


def _interval_ns(time_ns: NDArray[np.int64]) -> int:
    steps = np.diff(time_ns)
    steps = steps[steps > 0]
    return int(np.median(steps)) if len(steps) else 0
