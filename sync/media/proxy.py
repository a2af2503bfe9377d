"""Small all-intra pictures of a recording, so that dragging over it shows something at once.

Made in the same pass as index and traces, shown while the exact frame is on its way, never an input
of anything. One file, only ever appended to: blocks of JPEG pictures, each with a table of its
frames. A block counts when it is there whole, so a file cut short anywhere is a shorter proxy.
"""

from __future__ import annotations

import contextlib
import os
import struct
from bisect import bisect_right
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from sync.errors import StorageError
from sync.media.frame_types import DecodedFrame, StreamBegin
from sync.media.row_file import GrowingFile, Room

WIDTH_PX = 640
_QUALITY_BEST, _QUALITY_WORST = 75, 30
_BYTES_A_SECOND = 900_000
"""54 MB a minute; where pictures grow beyond, their quality is lowered."""

_HEAD = struct.Struct("<8sHHHHIIB")
"""Magic, stored width and height, original width and height, pixel aspect (two), quarter turns."""
_MAGIC = b"tpproxy1"
_BLOCK = struct.Struct("<4sII")
"""Mark, number of the first frame, frames; then the bytes of each, then the pictures."""
_MARK = b"blok"
_PICTURE = struct.Struct("<II")
"""Before each picture: its frame and its bytes, so that none is ever shown as another."""

_BLOCK_FRAMES = 64


class ProxyConsumer:
    """Writes the proxy of one recording during a pass; resumable, closed by the caller.

    Parameters
    ----------
    room
        What it asks before it grows; ``None`` for nobody.

    Raises
    ------
    FileTaken
        When another writes it.
    StorageError
    """

    def __init__(self, path: Path, room: Room | None = None) -> None:
        self.path = path
        self.problem: StorageError | None = None
        """Why it is not complete; the pass goes on without it."""
        self._smaller, self._coloured = VideoReformatter(), VideoReformatter()
        self._waiting: list[bytes] = []
        self._stream: StreamBegin | None = None
        self._quality = _QUALITY_BEST - 5
        try:
            self._file = GrowingFile(path, room)
        except OSError as error:
            raise _unwritten(path, error.strerror or str(error)) from error
        with Proxy.open(path) as known:
            self.held = known.count
            """Frames in the file."""
            self._end = known.end
        if not self.held:
            self._end = 0
        self._cut(self._end)

    def begin(self, stream: StreamBegin) -> None:
        """Remember the stream."""
        self._stream = stream

    def frame(self, frame: DecodedFrame) -> None:
        """Keep a small picture of the frame."""
        if frame.number != self.held + len(self._waiting) or self.problem is not None:
            return
        if not self._end:
            self._begin_file(frame)
        size = _small_size(frame.video.width, frame.video.height)
        # Scaled as it is stored and coloured after: swscale has a fast way for each, none for both.
        small = self._smaller.reformat(
            frame.video, *size, "yuv420p", interpolation="AREA", threads=1
        )
        small = self._coloured.reformat(small, format="bgr24", interpolation="POINT", threads=1)
        done, coded = cv2.imencode(
            ".jpg", small.to_ndarray(), [cv2.IMWRITE_JPEG_QUALITY, self._quality]
        )
        assert done, "cv2 is built with a JPEG encoder"
        self._waiting.append(coded.tobytes())
        if len(self._waiting) == _BLOCK_FRAMES:
            self._write_block()

    def end(self) -> None:
        """Write what waits."""
        self._write_block()

    def restart(self) -> None:
        """Forget all pictures."""
        self._waiting.clear()
        self._cut(0)
        self.held = self._end = 0

    def close(self) -> None:
        """Write what waits, as far as the disk takes it, and let go of the file."""
        if not self._file.closed:
            self._write_block()
            self._file.close()

    def _begin_file(self, frame: DecodedFrame) -> None:
        assert self._stream is not None, "frame() without begin()"
        aspect = self._stream.sample_aspect
        width, height = frame.video.width, frame.video.height
        sizes = (*_small_size(width, height), width, height)
        turns = frame.rotation_deg // 90
        self._write(_HEAD.pack(_MAGIC, *sizes, aspect.numerator, aspect.denominator, turns))

    def _write_block(self) -> None:
        if not self._waiting or self.problem is not None:
            return
        pieces = [_BLOCK.pack(_MARK, self.held, len(self._waiting))]
        pieces += [struct.pack("<I", len(coded)) for coded in self._waiting]
        for k, coded in enumerate(self._waiting):
            pieces += [_PICTURE.pack(self.held + k, len(coded)), coded]
        if self._write(b"".join(pieces)):
            self.held += len(self._waiting)
            self._set_quality(sum(map(len, self._waiting)) / len(self._waiting))
        self._waiting.clear()

    def _set_quality(self, mean_bytes: float) -> None:
        rate = self._stream.nominal_rate if self._stream is not None else None
        allowed = _BYTES_A_SECOND / float(rate or 25)
        if mean_bytes > allowed:
            self._quality = max(_QUALITY_WORST, self._quality - 10)
        elif mean_bytes < 0.7 * allowed:
            self._quality = min(_QUALITY_BEST, self._quality + 5)

    def _write(self, data: bytes) -> bool:
        try:
            self._file.write(data, self._end)
        except OSError as error:
            self.problem = _unwritten(self.path, error.strerror or str(error))
            self._cut(self._end)
            return False
        self._end += len(data)
        return True

    def _cut(self, end: int) -> None:
        with contextlib.suppress(OSError):  # half a block at the end is not read either
            self._file.cut(end)


class Proxy:
    """Reads the pictures of a proxy that may still be growing; for one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = path.open("rb", buffering=0) if path.is_file() else None
        self._head: tuple[int, ...] | None = None
        self._first: list[int] = []
        self._at: list[NDArray[np.int64]] = []
        self.count = 0
        """Frames written so far, as far as was looked."""
        self.end = 0
        """Byte behind the last whole block."""
        self._look()

    @classmethod
    def open(cls, path: Path) -> Self:
        """The proxy in ``path``; one that does not exist (yet) has no pictures."""
        return cls(path)

    def image(self, i: int, width: int, height: int) -> NDArray[np.uint8] | None:
        """Frame ``i`` fitted into ``width`` × ``height`` px: contiguous BGRA, (h', w', 4) uint8.

        The same shape as :meth:`ExactFrame.image` gives. ``None`` where it is not written yet.
        """
        if i >= self.count:
            self._look()
        coded = self._coded(i)
        if coded is None or self._head is None:
            return None
        stored_width, _, own_width, own_height, num, den, turns = self._head
        across, down = _square(own_width, own_height, num, den)
        if turns % 2:
            width, height = height, width
        scale = min(width / across, height / down)
        size = (max(1, round(across * scale)), max(1, round(down * scale)))
        half = 2 * size[0] <= stored_width
        read = cv2.IMREAD_REDUCED_COLOR_2 if half else cv2.IMREAD_COLOR
        picture = cv2.imdecode(np.frombuffer(coded, np.uint8), read)
        if picture is None:
            return None
        if size[0] < picture.shape[1]:
            # By less than half, where two samples each way are as good as an area, at an eighth
            # of its cost.
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)
        if size != (picture.shape[1], picture.shape[0]):
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST)
        upright = np.rot90(picture, -turns) if turns else picture
        return np.ascontiguousarray(upright, dtype=np.uint8)

    def close(self) -> None:
        """Let go of the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _coded(self, i: int) -> bytes | None:
        if self._stream is None or not 0 <= i < self.count:
            return None
        block = bisect_right(self._first, i) - 1
        at, size = self._at[block][i - self._first[block]].tolist()
        self._stream.seek(at)
        found = self._stream.read(_PICTURE.size + size)
        if len(found) < _PICTURE.size + size or _PICTURE.unpack_from(found) != (i, size):
            self._forget()  # the file was begun anew
            return None
        return found[_PICTURE.size :]

    def _forget(self) -> None:
        self._first.clear()
        self._at.clear()
        self._head = None
        self.count = self.end = 0

    def _look(self) -> None:
        """Find the blocks written since."""
        if self._stream is None:
            if not self._path.is_file():
                return
            self._stream = self._path.open("rb", buffering=0)
        size = os.fstat(self._stream.fileno()).st_size
        if size < self.end:
            self._forget()
        if self._head is None:
            self._stream.seek(0)
            head = self._stream.read(_HEAD.size)
            if len(head) < _HEAD.size or not head.startswith(_MAGIC):
                return
            self._head = _HEAD.unpack(head)[1:]
            self.end = _HEAD.size
        while self._look_at_block(size):
            pass

    def _look_at_block(self, size: int) -> bool:
        assert self._stream is not None
        self._stream.seek(self.end)
        head = self._stream.read(_BLOCK.size)
        if len(head) < _BLOCK.size:
            return False
        mark, first, frames = _BLOCK.unpack(head)
        if mark != _MARK or first != self.count or not 0 < frames <= _BLOCK_FRAMES:
            return False
        table = self._stream.read(4 * frames)
        if len(table) < 4 * frames:
            return False
        sizes = np.frombuffer(table, "<u4").astype(np.int64)
        ends = self.end + _BLOCK.size + len(table) + np.cumsum(sizes + _PICTURE.size)
        if ends[-1] > size:
            return False
        self._first.append(first)
        self._at.append(np.stack((ends - sizes - _PICTURE.size, sizes), axis=1))
        self.count += frames
        self.end = int(ends[-1])
        return True


def _small_size(width: int, height: int) -> tuple[int, int]:
    across = min(WIDTH_PX, width)
    return across, max(1, round(height * across / width))


def _square(width: int, height: int, num: int, den: int) -> tuple[int, int]:
    """Width and height with square pixels, as :class:`ExactFrame` has them."""
    if num > den:
        return round(width * num / den), height
    return width, max(1, round(height * den / num))


def _unwritten(path: Path, why: str) -> StorageError:
    return StorageError(
        f"The small pictures for dragging cannot be kept: {why} ({path}).",
        path=path,
        hint="Make room on that disk, or let TIEPOINT_CACHE name a folder on another one. All else "
        "works without them, but dragging shows each picture only when it is decoded.",
    )
