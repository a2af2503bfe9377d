"""Rows of one type, appended to a file as they come: what a long pass keeps without holding it.

A file that ends in half a row (a crash, a full disk) is a file with one row less. Only one process
writes a file at a time; any number read it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sync.errors import StorageError

_HEAD_BYTES = 64
"""Magic, row size, two marks; rows start behind it."""

_AT_ONCE = 32
"""Rows written together: a crash loses two seconds of work, a write costs a hundredth of them."""


_ROOM_BYTES = 64 << 20
"""Asked for at a time: a minute or more of what a pass writes."""

Room = Callable[[int], bool]
"""Whether that many bytes more may be written; :meth:`sync.cache.Cache.make_room` is one."""


class FileTaken(Exception):
    """Another writer has this file."""


class GrowingFile:
    """A file that this process alone writes, within the room it is given."""

    def __init__(self, path: Path, room: Room | None) -> None:
        self._handle = open_alone(path)
        self._room = room
        self._allowed = 0

    def read_head(self, size: int) -> bytes:
        """The first ``size`` bytes, or what there is of them."""
        os.lseek(self._handle, 0, os.SEEK_SET)
        return os.read(self._handle, size)

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return os.fstat(self._handle).st_size

    def write(self, data: bytes, at: int) -> None:
        """Write at a place.

        Raises
        ------
        OSError
            Also (no space left) when it is given no room.
        """
        if self._room is not None and self._allowed < len(data):
            if not self._room(_ROOM_BYTES):
                raise OSError(errno.ENOSPC, "the cache has no room left")
            self._allowed = _ROOM_BYTES
        self._allowed -= len(data)
        os.lseek(self._handle, at, os.SEEK_SET)
        left = memoryview(data)
        while left:
            left = left[os.write(self._handle, left) :]

    def cut(self, size: int) -> None:
        """Make it no longer than this."""
        os.ftruncate(self._handle, size)

    def close(self) -> None:
        """Let go of it; harmless a second time."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    @property
    def closed(self) -> bool:
        """True after :meth:`close`."""
        return self._handle < 0


def open_alone(path: Path) -> int:
    """Open for reading and writing, made where absent, locked against other writers.

    Raises
    ------
    FileTaken
    OSError
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    try:
        if sys.platform == "win32":
            import msvcrt

            # Far behind the data: Windows refuses others to read what is locked.
            os.lseek(handle, 1 << 62, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise FileTaken from error
    return handle


class RowFile:
    """Writes rows behind those of an earlier run; the caller closes it.

    Parameters
    ----------
    path
        Made where absent; emptied when it holds rows of another type.
    magic
        Eight bytes that name what the rows mean.
    row
        Their type, without padding.
    room
        What it asks before it grows; ``None`` for nobody.

    Raises
    ------
    FileTaken
        When another process or thread writes it.
    StorageError
        When it cannot be written.
    """

    def __init__(
        self, path: Path, magic: bytes, row: np.dtype[Any], room: Room | None = None
    ) -> None:
        self.path = path
        self.row = row
        self._head = magic + row.itemsize.to_bytes(8, "little")
        self._buffer = np.zeros(_AT_ONCE, row)
        self._waiting = 0
        try:
            self._file = GrowingFile(path, room)
            head = self._file.read_head(_HEAD_BYTES)
        except OSError as error:
            raise _unwritten(path, error) from error
        known = len(head) == _HEAD_BYTES and head.startswith(self._head)
        self.finished = known and head[16] == 1
        """True when the pass that wrote it ended."""
        self.partial = known and head[17] == 1
        """True when the rows do not tell all that the pass found."""
        self._written = max(0, self._file.size - _HEAD_BYTES) // row.itemsize
        if not known or not self._written:
            self.cut(0)

    def __len__(self) -> int:
        return self._written + self._waiting

    def add(self) -> NDArray[np.void]:
        """A row to fill in at once; it counts as the last of the file."""
        if self._waiting == _AT_ONCE:
            self.flush()
        self._waiting += 1
        return self._buffer[self._waiting - 1 : self._waiting]

    def flush(self) -> None:
        """Hand what waits to the system.

        Raises
        ------
        StorageError
        """
        size = self.row.itemsize
        try:
            data = self._buffer[: self._waiting].tobytes()
            self._file.write(data, _HEAD_BYTES + self._written * size)
        except OSError as error:
            self._waiting = 0
            raise _unwritten(self.path, error) from error
        self._written += self._waiting
        self._waiting = 0

    def cut(self, count: int) -> None:
        """Keep the first ``count`` rows and be unfinished.

        Raises
        ------
        StorageError
        """
        self._waiting = 0
        self._written = min(count, self._written)
        self.finished = False
        self.partial = self.partial and count > 0
        self._mark()
        try:
            self._file.cut(_HEAD_BYTES + self._written * self.row.itemsize)
        except OSError as error:
            raise _unwritten(self.path, error) from error

    def finish(self) -> None:
        """Say that no row is missing.

        Raises
        ------
        StorageError
        """
        self.flush()
        self.finished = True
        self._mark()

    def leave_out(self) -> None:
        """Say that the rows do not tell all: see :attr:`partial`.

        Raises
        ------
        StorageError
        """
        self.partial = True
        self._mark()

    def _mark(self) -> None:
        head = self._head + bytes([self.finished, self.partial])
        try:
            self._file.write(head.ljust(_HEAD_BYTES, b"\0"), 0)
        except OSError as error:
            raise _unwritten(self.path, error) from error

    def close(self) -> None:
        """Write what waits, as far as the disk takes it, and let go of the file."""
        if not self._file.closed:
            with contextlib.suppress(StorageError):
                self.flush()
            self._file.close()


class Rows:
    """Reads the rows of a file: ``rows[3:9]``, ``rows[[5, 2]]``; never more than is asked for.

    Parameters
    ----------
    field
        Only this field of them, as an array of its own type; ``None`` for whole rows.

    Raises
    ------
    ValueError
        When the file is missing or holds no such rows.
    """

    def __init__(self, path: Path, magic: bytes, row: np.dtype[Any], field: str | None = None):
        self._path = path
        self._row = row
        self._field = field
        expected = magic + row.itemsize.to_bytes(8, "little")
        try:
            with path.open("rb") as stream:
                head = stream.read(_HEAD_BYTES)
                size = os.fstat(stream.fileno()).st_size
        except OSError as error:
            raise ValueError("no such rows") from error
        if len(head) < _HEAD_BYTES or not head.startswith(expected):
            raise ValueError("not rows of this type")
        self.finished = head[16] == 1
        self._count = (size - _HEAD_BYTES) // row.itemsize

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: slice | Sequence[int] | NDArray[np.integer]) -> NDArray[Any]:
        """A copy of some rows, (k, …); the file is mapped only while it is made."""
        mapped = np.memmap(self._path, self._row, "r", offset=_HEAD_BYTES, shape=(self._count,))
        column = mapped if self._field is None else mapped[self._field]
        return np.array(column[at])


def _unwritten(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path.name} cannot be written to the cache: {error.strerror or error}.",
        path=path,
        hint="Make room on that disk, or let TIEPOINT_CACHE name a folder on another one.",
    )
