"""The packets of one recording's picture stream, from any packet on, each known by its ordinal."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import av

from sync.errors import MediaChanged, MediaEmpty, MediaError
from sync.media.decode_pass import prepare_decoder, read_packets
from sync.media.hashing import missing, unreadable
from sync.media.opening import open_container, picture_stream
from sync.media.packets import PacketTable, VideoPacket
from sync.media.ticks import NO_TIME

_THREADS = max(1, min(4, (os.cpu_count() or 1) // 2))
"""Decoder threads of one reader. They answer a seek sooner but wait for each other on the way
(more CPU, and pictures of its own for each); several recordings are open at once,
each with a reader, so that half of the processors is enough for one."""


class PacketsLost(Exception):
    """The packets found are not those expected, or there are no more."""


class PacketSource:
    """Reads packets in file order and can stand before any of them; the caller closes it.

    Parameters
    ----------
    path
        The file the table was made from.
    table
        Its packets; every packet read is held against it.
    as_indexed
        Decode with the settings of the pass that made the index, whatever they cost: what FFmpeg
        puts in place of damaged parts depends on the number of threads.

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaEmpty, MediaNotRecognised, MediaDamaged
    """

    def __init__(self, path: Path, table: PacketTable, *, as_indexed: bool) -> None:
        self._path = path
        self._table = table
        self._as_indexed = as_indexed
        self._open()
        self._state = self._state_now()

    def _open(self) -> None:
        container = open_container(self._path)
        stream = picture_stream(container)
        if stream is None:
            container.close()
            raise MediaEmpty(f"{self._path.name} holds no pictures.", path=self._path)
        self._container, self.stream = container, stream
        prepare_decoder(stream)
        if not self._as_indexed:
            stream.codec_context.thread_count = _THREADS
        self._packets = read_packets(self._container, stream, [])
        self._next = 0

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()

    def refuse_changed(self) -> None:
        """Confirm, by size and time of writing, that the file is the one that was opened.

        Raises
        ------
        MediaMissing, MediaUnreadable, MediaChanged
        """
        if self._state_now() != self._state:
            raise MediaChanged(
                f"{self._path.name} has been changed while it was open, so nothing more of it is "
                "shown.",
                path=self._path,
                hint="Bring the original back, or add this file as a new recording.",
            )

    def _state_now(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except FileNotFoundError as error:
            raise missing(self._path) from error
        except OSError as error:
            raise unreadable(self._path, error) from error
        return found.st_size, found.st_mtime_ns

    def next(self) -> tuple[int, VideoPacket]:
        """The next packet and its ordinal; the empty packet that drains the decoder has −1.

        Raises
        ------
        PacketsLost
            When it is not the packet the table names, or after the last.
        """
        packet = next(self._packets, None)
        if packet is None:
            raise PacketsLost
        if not packet.size:
            return -1, packet
        if not self._table.matches(self._next, packet):
            raise PacketsLost
        self._next += 1
        return self._next - 1, packet

    def go_to(self, ordinal: int) -> None:
        """Stand before packet ``ordinal``, with the decoder emptied.

        By its time; where the file's times cannot be trusted (a clock that wraps or starts again)
        by its place in the file; else by reading from the start. Each way is believed only when it
        meets the very packet.

        Raises
        ------
        PacketsLost
        MediaChanged, MediaMissing and the errors of opening
            When the file has to be opened again and cannot be; reading may be tried again.
        """
        if ordinal and (self._by_time(ordinal) or self._by_place(ordinal)):
            return
        before = self._container
        try:
            self._open()
        except MediaError:
            self.refuse_changed()
            raise
        before.close()
        while self._next < ordinal:
            if self.next()[0] < 0:
                raise PacketsLost

    def _by_time(self, ordinal: int) -> bool:
        # MP4 looks for the key frame shown by then, transport streams for the one decoded by then.
        times = (int(self._table.pts[ordinal]), int(self._table.dts[ordinal]))
        return any(self._sought(ordinal, t, by_place=False) for t in times if t != NO_TIME)

    def _by_place(self, ordinal: int) -> bool:
        place = int(self._table.position[ordinal])
        return place >= 0 and self._sought(ordinal, place, by_place=True)

    def _sought(self, ordinal: int, offset: int, *, by_place: bool) -> bool:
        try:
            self._container.seek(offset, stream=self.stream, unsupported_byte_offset=by_place)
            packets = read_packets(self._container, self.stream, [])
            packet = next(packets, None)
            found = None if packet is None or not packet.size else self._table.find(packet)
            if found is None or found > ordinal:
                return False
            while found < ordinal:
                packet = next(packets, None)
                if packet is None or not packet.size:
                    return False
                found += 1
        except (av.FFmpegError, OSError):
            return False
        if packet is None or not self._table.matches(ordinal, packet):
            return False
        self._packets = _with_first(packet, packets)
        self._next = ordinal
        return True


def _with_first(first: VideoPacket, rest: Iterator[VideoPacket]) -> Iterator[VideoPacket]:
    return itertools.chain((first,), rest)
