"""What a pass keeps of every frame, on disk: so that a stopped pass goes on where it was.

A row holds the frame's number in the file, time, flags and 160×90 grey. Consumers that need no more
than that are told the recorded frames again; those that keep their own file say how many frames
they hold (:class:`Resumable`). Decoding goes on from a key picture before the end of the record,
and every frame decoded a second time must be the one recorded, or all starts anew.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sync.errors import StorageError
from sync.media.frame_types import DecodedFrame, FrameConsumer, Resumable, StreamBegin
from sync.media.grey import GREY_HEIGHT_PX, GREY_WIDTH_PX, digest_of
from sync.media.row_file import Room, RowFile, Rows
from sync.media.ticks import NO_TIME, tick_to_ns

_MAGIC = b"tpframe1"
_ROW = np.dtype(
    [
        ("pts", "<i8"),
        ("ordinal", "<i4"),
        ("digest", "<u4"),
        ("flags", "u1"),
        ("turn", "u1"),
        ("grey", "u1", (GREY_HEIGHT_PX, GREY_WIDTH_PX)),
    ]
)
_KEY, _DAMAGED, _INTERLACED = 1, 2, 4

_OVERLAP = 32
"""Frames at least that are decoded a second time and compared; more than any decoder reorders."""

_READ = 64
"""Rows read together, 0.9 MB."""


class RecordDiffers(Exception):
    """The file now decodes differently from what was recorded: start anew."""


@dataclass(frozen=True, slots=True)
class Resumption:
    """Where decoding goes on: from packet ``ordinal``, a key picture shown as frame ``number``."""

    ordinal: int
    number: int


FROM_THE_START = Resumption(0, 0)


class FrameRecord:
    """The record of one recording's frames: a consumer that is also what a pass resumes from."""

    def __init__(self, path: Path, room: Room | None = None) -> None:
        self.path = path
        self.problem: StorageError | None = None
        """Why it is not complete; the pass goes on without it."""
        self._rows = RowFile(path, _MAGIC, _ROW, room)
        self.held = len(self._rows)
        self._told = 0
        self._stream: StreamBegin | None = None
        self._part: tuple[int, NDArray[np.void]] = (0, np.zeros(0, _ROW))

    @property
    def finished(self) -> bool:
        """True when a pass came to the end of the recording."""
        return self._rows.finished

    def begin(self, stream: StreamBegin) -> None:
        """Remember the stream."""
        self._stream = stream

    def frame(self, frame: DecodedFrame) -> None:
        """Add a frame, or hold it against the one recorded.

        Raises
        ------
        RecordDiffers
        """
        if self.problem is not None:
            return
        self._told = frame.number + 1
        if frame.number < self.held:
            row = self._recorded_row(frame.number)
            if row.tobytes() != _filled(np.zeros(1, _ROW), frame).tobytes():
                raise RecordDiffers
            return
        if frame.number != len(self._rows):
            raise RecordDiffers
        try:
            _filled(self._rows.add(), frame)
        except StorageError as error:
            self.problem = error

    def refused(self) -> None:
        """Remember that the decoder refused a packet: no row tells which."""
        if not self._rows.partial:
            with self._noting():
                self._rows.leave_out()

    def end(self) -> None:
        """Say that no frame is missing.

        Raises
        ------
        RecordDiffers
            When fewer frames came than were recorded.
        """
        if self.problem is None:
            if self._told < self.held:
                raise RecordDiffers
            with self._noting():
                self._rows.finish()
                self.held = len(self._rows)

    def restart(self) -> None:
        """Forget all frames."""
        self._rows.cut(0)
        self.held = 0

    def close(self) -> None:
        """Write what waits and let go of the file."""
        self._rows.close()

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except StorageError as error:
            self.problem = error

    # -- resuming -----------------------------------------------------------------------------

    def resumption(self, consumers: Sequence[FrameConsumer]) -> Resumption:
        """The last key picture from which nobody misses a frame."""
        held = [c.held if isinstance(c, Resumable) else self.held for c in consumers]
        if self._rows.partial and not all(isinstance(c, Resumable) for c in consumers):
            return FROM_THE_START
        before = min([self.held, *held]) - _OVERLAP
        rows = Rows(self.path, _MAGIC, _ROW)
        while before > 0:
            first = max(0, before - _READ)
            part = rows[first:before]
            keys = np.flatnonzero((part["flags"] & _KEY) != 0)
            if len(keys):
                at = int(keys[-1])
                return Resumption(int(part["ordinal"][at]), first + at)
            before = first
        return FROM_THE_START

    def recorded(self, count: int) -> Iterator[DecodedFrame]:
        """The first ``count`` frames, without their pixels.

        Raises
        ------
        RecordDiffers
            When a row is not what was written.
        """
        assert self._stream is not None, "recorded() before begin()"
        rows = Rows(self.path, _MAGIC, _ROW)
        for first in range(0, count, _READ):
            for k, row in enumerate(rows[first : min(first + _READ, count)]):
                grey = np.array(row["grey"])
                if digest_of(grey) != int(row["digest"]):
                    raise RecordDiffers
                grey.flags.writeable = False
                pts, flags = int(row["pts"]), int(row["flags"])
                yield DecodedFrame(
                    number=first + k,
                    ordinal=int(row["ordinal"]),
                    pts=None if pts == NO_TIME else pts,
                    time_ns=None if pts == NO_TIME else tick_to_ns(pts, self._stream.time_base),
                    key=bool(flags & _KEY),
                    damaged=bool(flags & _DAMAGED),
                    interlaced=bool(flags & _INTERLACED),
                    rotation_deg=90 * int(row["turn"]),
                    grey=grey,
                )

    def _recorded_row(self, number: int) -> NDArray[np.void]:
        first, part = self._part
        if not first <= number < first + len(part):
            rows = Rows(self.path, _MAGIC, _ROW)
            first, part = number, rows[number : min(number + _READ, self.held)]
            self._part = first, part
        row: NDArray[np.void] = part[number - first : number - first + 1]
        return row


def grey_rows(path: Path) -> Rows:
    """The grey pictures, (n, 90, 160), of a record.

    Raises
    ------
    ValueError
        When there is none, or it is not finished.
    """
    rows = Rows(path, _MAGIC, _ROW, "grey")
    if not rows.finished:
        raise ValueError("the record is not finished")
    return rows


def _filled(row: NDArray[np.void], frame: DecodedFrame) -> NDArray[np.void]:
    flags = _KEY * frame.key + _DAMAGED * frame.damaged + _INTERLACED * frame.interlaced
    pts = NO_TIME if frame.pts is None else frame.pts
    turn = frame.rotation_deg // 90
    row[0] = (pts, frame.ordinal, frame.digest, flags, turn, frame.grey)
    return row
