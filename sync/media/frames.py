"""Exact access to single frames: the packet is found again and decoded, never guessed at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from sync.errors import MediaDamaged, MediaEmpty
from sync.media.decode_pass import prepare_decoder, read_packets
from sync.media.frame_index import FrameIndex
from sync.media.grey import digest_of, grey_of
from sync.media.opening import open_container, picture_stream
from sync.media.packets import VideoPacket, ordinal_of
from sync.media.ticks import NO_TIME
from sync.timebase import MediaTime

_RING_BYTES = 96 << 20
_RING_LEAST = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactFrame:
    """One decoded frame and what is known of it."""

    index: int
    """Presentation number."""
    pts: int
    time: MediaTime
    exact: bool
    """True when the verified index and this decode agree on packet and picture. False while the
    index is provisional, and where a damaged stream decodes differently each time."""
    video: av.VideoFrame
    rotation_deg: int
    """Clockwise turn that puts the picture upright."""
    sample_aspect: Fraction

    def bgr(self) -> NDArray[np.uint8]:
        """The picture upright with square pixels, (h, w, 3) uint8, blue green red.

        Pixels are only repeated (nearest neighbour), never mixed.
        """
        picture = np.asarray(self.video.to_ndarray(format="bgr24"), dtype=np.uint8)
        aspect = self.sample_aspect
        if aspect != 1:
            height, width = picture.shape[:2]
            if aspect > 1:
                size = (round(width * aspect), height)
            else:
                size = (width, round(height / aspect))
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST))
        turns = self.rotation_deg // 90 % 4
        return np.ascontiguousarray(np.rot90(picture, -turns)) if turns else picture

    def image(self, width: int, height: int) -> NDArray[np.uint8]:
        """The picture fitted into ``width`` × ``height`` px, (h', w', 4) contiguous BGRA uint8.

        Its shape is kept, so either h' = height or w' = width. Reduced by area average, enlarged by
        nearest neighbour.
        """
        picture = self.bgr()
        own_height, own_width = picture.shape[:2]
        scale = min(width / own_width, height / own_height)
        size = (max(1, round(own_width * scale)), max(1, round(own_height * scale)))
        if size != (own_width, own_height):
            how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
            picture = np.asarray(cv2.resize(picture, size, interpolation=how), dtype=np.uint8)
        return np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA), dtype=np.uint8)


class _Lost(Exception):
    """The packets found are not those expected; try from further back."""


class FrameReader:
    """Frames of one recording by presentation number; a context manager, one for each thread.

    Parameters
    ----------
    path
        The file the index was made from.
    index
        Verified, or provisional: then frames are not marked ``exact``.

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaEmpty, MediaNotRecognised, MediaDamaged
    """

    def __init__(self, path: Path | str, index: FrameIndex) -> None:
        self.path = Path(path)
        self.index = index
        if index.packets is None:
            raise ValueError("this index names no packets; make it with sync.media.inspect")
        self._packets = index.packets
        self._ring: OrderedDict[int, av.VideoFrame] = OrderedDict()
        self._ring_most = _RING_LEAST
        self._fed: int | None = None
        """Ordinal of the packet last given to the decoder; None when it cannot go on."""
        self._numbers: dict[int, list[int]] = {}
        for number, ordinal in enumerate(index.ordinal.tolist()):
            self._numbers.setdefault(ordinal, []).append(number)
        keys = np.flatnonzero(self._packets.key)
        first_shown = [min(self._numbers.get(int(k), [-1])) for k in keys]
        # A key packet that shows nothing (damaged) is no place to start from.
        self._keys = [(int(k), n) for k, n in zip(keys, first_shown, strict=True) if n >= 0]
        self._open()

    def _open(self) -> None:
        self._container = open_container(self.path)
        stream = picture_stream(self._container)
        if stream is None:
            self._container.close()
            raise MediaEmpty(f"{self.path.name} holds no pictures.", path=self.path)
        self._stream = stream
        prepare_decoder(stream)
        self._sample_aspect = stream.sample_aspect_ratio or Fraction(1)
        self._begin(0, None)

    # -- what callers use ---------------------------------------------------------------------

    def frame(self, i: int) -> ExactFrame:
        """Frame number ``i`` in presentation order.

        Raises
        ------
        IndexError
            When there is no such frame.
        MediaDamaged
            When the file no longer gives that frame: its packets or times differ from the index.
        """
        self.index.time_of(i)
        video = self._ring.get(i)
        if video is not None:
            self._ring.move_to_end(i)
            held = self._exact(i, video)
            if held.exact or self.index.state == "provisional":
                return held
        last: Exception | None = None
        for start in self._starts(i):
            try:
                video = self._decode_to(i, start)
            except (_Lost, av.FFmpegError) as error:
                last = error
                self._fed = None
                continue
            found = self._exact(i, video)
            if found.exact or start == 0 or self.index.state == "provisional":
                return found
        if video is not None:
            return self._exact(i, video)
        raise MediaDamaged(
            f"{self.path.name} no longer gives frame {i} ({self.index.time_of(i).s:.3f} s) as it "
            "was indexed, so no picture is shown for it.",
            path=self.path,
            hint="Check whether the file was changed; inspect it again.",
        ) from last

    def at(self, t: MediaTime) -> ExactFrame | None:
        """The frame shown at ``t`` (greatest time ≤ ``t``); ``None`` before the first."""
        i = self.index.frame_at(t)
        return None if i is None else self.frame(i)

    # -- finding ------------------------------------------------------------------------------

    def _starts(self, i: int) -> Iterator[int | None]:
        """Where to decode frame ``i`` from, best first: on from here (None), keys, the start."""
        target = int(self.index.ordinal[i])
        before = [k for k, shown in self._keys if k <= target and shown <= i]
        nearest = before[-1] if before else 0
        if self._fed is not None and self._last < i and nearest <= self._fed:
            yield None
        tried = set()
        for key in (*reversed(before[-3:]), 0):
            if key not in tried:
                tried.add(key)
                yield key

    def _begin(self, ordinal: int, packets: Iterator[VideoPacket] | None) -> None:
        """Forget the decoder's position; ``ordinal`` is what the next packet must be."""
        errors: list[str] = []
        self._source = packets or read_packets(self._container, self._stream, errors)
        self._next = ordinal
        self._fed = None
        self._last = -1
        self._taken: dict[int, int] = {}

    def _decode_to(self, i: int, start: int | None) -> av.VideoFrame:
        if start is not None:
            self._seek(start)
        while True:
            packet = next(self._source, None)
            if packet is None:
                raise _Lost
            if packet.size:
                if not self._packets.matches(self._next, packet):
                    raise _Lost
                packet.opaque = self._next
                self._fed = self._next
                self._next += 1
            else:
                self._fed = None
            try:
                decoded = packet.decode()
            except (av.FFmpegError, ValueError):
                continue
            found: av.VideoFrame | None = None
            for video in decoded:
                number = self._number_of(video)
                if number is None:
                    continue
                self._keep(number, video)
                self._last = max(self._last, number)
                if number == i:
                    found = video
            if found is not None:
                return found
            if self._last > i and self._passed(i):
                raise _Lost
            if not packet.size:
                raise _Lost

    def _passed(self, i: int) -> bool:
        """The decoder is well beyond frame ``i`` without having given it."""
        return self._next > int(self.index.ordinal[i]) + 64

    def _number_of(self, video: av.VideoFrame) -> int | None:
        ordinal = ordinal_of(video)
        numbers = self._numbers.get(ordinal, [])
        nth = self._taken.get(ordinal, 0)
        self._taken[ordinal] = nth + 1
        return numbers[nth] if nth < len(numbers) else None

    def _seek(self, key: int) -> None:
        """Stand so that the next packet is number ``key``."""
        if key == 0 or not self._seek_in_file(key):
            self._container.close()
            self._open()
            skipped = 0
            while skipped < key:
                packet = next(self._source, None)
                if packet is None or not packet.size:
                    raise _Lost
                if not self._packets.matches(skipped, packet):
                    raise _Lost
                skipped += 1
            self._next = key

    def _seek_in_file(self, key: int) -> bool:
        dts, pts = int(self._packets.dts[key]), int(self._packets.pts[key])
        if dts == NO_TIME and pts == NO_TIME:
            return False
        try:
            to = dts if dts != NO_TIME else pts
            self._container.seek(to, stream=self._stream, backward=True)
            packets = read_packets(self._container, self._stream, [])
            first = next(packets, None)
            found = None if first is None or not first.size else self._packets.find(first)
            if first is None or found is None or found > key:
                return False
            while found < key:
                first = next(packets, None)
                if first is None or not first.size:
                    return False
                found += 1
            if not self._packets.matches(key, first):
                return False
        except (av.FFmpegError, OSError):
            return False
        self._begin(key, _with_first(first, packets))
        return True

    # -- results ------------------------------------------------------------------------------

    def _keep(self, number: int, video: av.VideoFrame) -> None:
        size = max(1, sum(plane.buffer_size for plane in video.planes))
        self._ring_most = max(_RING_LEAST, min(64, _RING_BYTES // size))
        self._ring[number] = video
        self._ring.move_to_end(number)
        while len(self._ring) > self._ring_most:
            self._ring.popitem(last=False)

    def _exact(self, i: int, video: av.VideoFrame) -> ExactFrame:
        same = self.index.state == "verified"
        if self.index.digest is not None and same:
            same = digest_of(grey_of(video)) == int(self.index.digest[i])
        return ExactFrame(
            index=i,
            pts=int(self.index.pts[i]),
            time=self.index.time_of(i),
            exact=same,
            video=video,
            rotation_deg=-int(video.rotation) % 360,
            sample_aspect=self._sample_aspect,
        )

    def close(self) -> None:
        """Let go of the file and the frames held."""
        self._ring.clear()
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _with_first(first: VideoPacket, rest: Iterator[VideoPacket]) -> Iterator[VideoPacket]:
    yield first
    yield from rest
