"""Builds the verified frame index during a decode pass."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sync.media.facts import HealthNote
from sync.media.frame_index import FrameIndex
from sync.media.frame_times import FrameTimes, settle_times
from sync.media.frame_types import DecodedFrame, StreamBegin, StreamEnd
from sync.media.grey import digest_of
from sync.media.health import damage_notes, timing_notes
from sync.media.packets import PacketTable, table_of
from sync.media.pictures import Difference, PictureGroups, difference, group_pictures
from sync.media.ticks import NO_TIME
from sync.timebase import NS_PER_S


@dataclass(slots=True)
class _Row:
    """What is kept of one frame."""

    ordinal: int
    pts: int
    key: bool
    damaged: bool
    digest: int
    change: Difference | None


class IndexConsumer:
    """Collects frames and packets; :attr:`index`, :attr:`health` and :attr:`rotation_deg` after
    the pass."""

    def __init__(self) -> None:
        self.index: FrameIndex | None = None
        self.groups: PictureGroups | None = None
        self.health: tuple[HealthNote, ...] = ()
        self.rotation_deg = 0
        """Clockwise turn that puts the picture upright, degrees: 0, 90, 180 or 270."""
        self.interlaced = 0
        """Number of frames the decoder calls interlaced."""
        self._rows: list[_Row] = []
        self._before: NDArray[np.uint8] | None = None
        self.stream: StreamBegin | None = None
        self._end = StreamEnd(packets=table_of([]), undecodable=(), read_error=None)

    def begin(self, stream: StreamBegin) -> None:
        """Remember the stream."""
        self.stream = stream

    def frame(self, frame: DecodedFrame) -> None:
        """Keep times, flags, the grey's digest and its difference to the frame before."""
        grey = frame.grey
        if not self._rows:
            self.rotation_deg = -int(frame.video.rotation) % 360
        self.interlaced += bool(frame.video.interlaced_frame)
        self._rows.append(
            _Row(
                ordinal=frame.ordinal,
                pts=NO_TIME if frame.pts is None else frame.pts,
                key=frame.key,
                damaged=frame.damaged,
                digest=digest_of(grey),
                change=None if self._before is None else difference(self._before, grey),
            )
        )
        self._before = grey

    def packets(self, end: StreamEnd) -> None:
        """Take the packet table and what could not be decoded."""
        self._end = end

    def end(self) -> None:
        """Settle times, group pictures, write the health notes."""
        assert self.stream is not None, "end() without begin()"
        rows, packets = self._rows, self._end.packets
        times = self._times(packets, self.stream)
        self.groups = group_pictures(
            [row.change for row in rows[1:] if row.change is not None], _interval_s(times.time_ns)
        )
        damaged = np.array([row.damaged for row in rows], np.bool_)
        self.index = FrameIndex(
            pts=times.pts,
            time_ns=times.time_ns,
            ordinal=np.array([row.ordinal for row in rows], np.int32),
            key=np.array([row.key for row in rows], np.bool_),
            picture=self.groups.picture[: len(rows)],
            time_base=self.stream.time_base,
            state="verified",
            damaged=damaged,
            digest=np.array([row.digest for row in rows], np.uint32),
            packets=packets,
        )
        self.health = (
            *times.notes,
            *timing_notes(self.index, self.stream.nominal_rate),
            *self.groups.notes(times.time_ns),
            *damage_notes(self.index, self._end, self.stream.frames_claimed),
            *self._interlaced_note(),
        )

    def _times(self, packets: PacketTable, stream: StreamBegin) -> FrameTimes:
        ordinal = np.array([row.ordinal for row in self._rows], np.int64)
        known = ordinal >= 0
        dts = np.full(len(ordinal), NO_TIME, np.int64)
        dts[known] = packets.dts[ordinal[known]]
        return settle_times(
            pts=np.array([row.pts for row in self._rows], np.int64),
            dts=dts,
            time_base=stream.time_base,
            nominal_rate=stream.nominal_rate or Fraction(25),
        )

    def _interlaced_note(self) -> tuple[HealthNote, ...]:
        if not self.interlaced:
            return ()
        detail = (
            f"{self.interlaced} of {len(self._rows)} frames are interlaced: each holds two fields "
            "half an interval apart, shown together."
        )
        return (HealthNote(code="interlaced", at=None, detail=detail),)


def _interval_s(time_ns: NDArray[np.int64]) -> float:
    steps = np.diff(time_ns)
    steps = steps[steps > 0]
    return float(np.median(steps)) / NS_PER_S if len(steps) else 0.0
