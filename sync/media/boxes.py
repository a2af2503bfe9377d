"""What an MP4 or MOV file says of a track in its own tables, read without going through the file.

FFmpeg honours these tables but tells neither what an edit list cut away nor, before every packet
has been read, when each picture is shown. Boxes as in ISO/IEC 14496-12: size, four letters,
contents; a table here is an array in ``moov``, so one read of that box gives a 12-hour recording.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sync.media.limits import ALLOCATION_MOST

_MOOV_MOST = 512 << 20
"""A day at 60 pictures a second needs some 130 MB of tables; more is no recording's."""

_SAMPLES_MOST = ALLOCATION_MOST // 24
"""As many as FFmpeg is let list: 26 hours at 60 a second. A damaged run length must not ask for all
memory."""


class BoxesUnreadable(Exception):
    """The tables are absent, damaged or of a kind not read here (fragments)."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One line of a track's edit list."""

    start: int | None
    """First media time shown, ticks of the track; ``None``: an empty edit, nothing is shown."""
    duration_s: float
    """How long it lasts in the presentation; 0: to the end."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The samples of a track in file order; arrays of equal length, times in ticks of the track."""

    position: NDArray[np.int64]
    size: NDArray[np.int64]
    dts: NDArray[np.int64]
    cts: NDArray[np.int64]
    """Composition time: when it is shown, before any edit list."""
    key: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.size)


class Track:
    """One track of a file's ``moov``; its tables are read when asked for."""

    def __init__(self, body: memoryview, movie_scale: int) -> None:
        self._body = body
        head = _child(body, b"tkhd")
        self.number: int = struct.unpack_from(">I", head, 20 if head[0] else 12)[0]
        """The track's id."""
        media = _child(_child(body, b"mdia"), b"mdhd")
        self.ticks_per_s: int = struct.unpack_from(">I", media, 20 if media[0] else 12)[0]
        self._movie_scale = movie_scale

    @property
    def coding(self) -> str:
        """The four letters of its first sample entry; empty where there is none."""
        try:
            table = _child(self._tables(), b"stsd")
        except BoxesUnreadable:
            return ""
        return bytes(table[12:16]).decode("latin-1")

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edit list; empty where there is none."""
        try:
            table = _child(_child(self._body, b"edts"), b"elst")
        except BoxesUnreadable:
            return ()
        wide = table[0] == 1
        layout = ">Qqhh" if wide else ">Iihh"
        count = min(_count(table, 4), (len(table) - 8) // struct.calcsize(layout))
        return tuple(
            Edit(None if start < 0 else start, duration / max(self._movie_scale, 1))
            for duration, start, _, _ in struct.iter_unpack(
                layout, table[8 : 8 + count * struct.calcsize(layout)]
            )
        )

    def _tables(self) -> memoryview:
        return _child(_child(_child(self._body, b"mdia"), b"minf"), b"stbl")

    def samples(self) -> Samples:
        """All samples.

        Raises
        ------
        BoxesUnreadable
            When a table is absent or they contradict each other.
        """
        tables = self._tables()
        size = _sizes(_child(tables, b"stsz"))
        n = len(size)
        dts_steps = _runs(_child(tables, b"stts"), n)
        dts = np.concatenate(([0], np.cumsum(dts_steps[:-1]))) if n else dts_steps
        try:
            offset = _runs(_child(tables, b"ctts"), n).astype(np.int32).astype(np.int64)
        except BoxesUnreadable:
            offset = np.zeros(n, np.int64)
        return Samples(_positions(tables, size), size, dts, dts + offset, _keys(tables, n))


def tracks_of(path: Path) -> tuple[Track, ...]:
    """The tracks of an MP4 or MOV file.

    Raises
    ------
    BoxesUnreadable
        For another kind of file, a damaged one, and one stored in fragments.
    OSError
    """
    moov = _moov(path)
    try:
        if any(kind == b"mvex" for kind, _ in _boxes(moov)):
            raise BoxesUnreadable("stored in fragments")
        head = _child(moov, b"mvhd")
        scale: int = struct.unpack_from(">I", head, 20 if head[0] else 12)[0]
        return tuple(Track(body, scale) for kind, body in _boxes(moov) if kind == b"trak")
    except (struct.error, IndexError) as error:
        raise BoxesUnreadable("a box is cut short") from error


def _moov(path: Path) -> memoryview:
    with path.open("rb") as stream:
        end = stream.seek(0, 2)
        at = 0
        while at + 8 <= end:
            stream.seek(at)
            size, kind = struct.unpack(">I4s", stream.read(8))
            head = 8
            if size == 1:
                size, head = int.from_bytes(stream.read(8), "big"), 16
            elif size == 0:
                size = end - at
            if size < head or (at == 0 and not kind.isalnum()):
                break
            if kind == b"moov":
                if size > _MOOV_MOST:
                    break
                return memoryview(stream.read(size - head))
            at += size
    raise BoxesUnreadable("no moov box")


def _boxes(body: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    while at + 8 <= len(body):
        size, kind = struct.unpack_from(">I4s", body, at)
        if size == 0:
            size = len(body) - at
        if size < 8:
            return
        yield kind, body[at + 8 : at + size]
        at += size


def _child(body: memoryview, wanted: bytes) -> memoryview:
    for kind, inside in _boxes(body):
        if kind == wanted and len(inside) >= 8:
            return inside
    raise BoxesUnreadable(f"no {wanted.decode()} box")


def _count(table: memoryview, at: int) -> int:
    return int(struct.unpack_from(">I", table, at)[0])


def _words(table: memoryview, at: int, columns: int, kind: str = ">u4") -> NDArray[np.int64]:
    """(count, columns) of a table whose count stands at ``at``."""
    width = np.dtype(kind).itemsize * columns
    count = _count(table, at)
    if at + 4 + count * width > len(table):
        raise BoxesUnreadable("a table is cut short")
    words = np.frombuffer(table, kind, count * columns, at + 4)
    return words.reshape(-1, columns).astype(np.int64)


def _sizes(table: memoryview) -> NDArray[np.int64]:
    same, count = struct.unpack_from(">II", table, 4)
    if count > _SAMPLES_MOST:
        raise BoxesUnreadable("more samples than a recording has")
    return np.full(count, same, np.int64) if same else _words(table, 8, 1)[:, 0]


def _runs(table: memoryview, n: int) -> NDArray[np.int64]:
    """Run lengths and values spread over ``n`` samples."""
    runs = _words(table, 4, 2)
    if int(runs[:, 0].sum()) != n:
        raise BoxesUnreadable("tables of unequal length")
    return np.repeat(runs[:, 1], runs[:, 0])


def _keys(tables: memoryview, n: int) -> NDArray[np.bool_]:
    try:
        numbers = _words(_child(tables, b"stss"), 4, 1)[:, 0]
    except BoxesUnreadable:
        return np.ones(n, np.bool_)
    key = np.zeros(n, np.bool_)
    key[numbers[(numbers >= 1) & (numbers <= n)] - 1] = True
    return key


def _positions(tables: memoryview, size: NDArray[np.int64]) -> NDArray[np.int64]:
    """Byte of each sample: chunks have a place, their samples follow one another."""
    n = len(size)
    try:
        chunk_at = _words(_child(tables, b"stco"), 4, 1)[:, 0]
    except BoxesUnreadable:
        chunk_at = _words(_child(tables, b"co64"), 4, 1, ">u8")[:, 0]
    runs = _words(_child(tables, b"stsc"), 4, 3)
    chunks = len(chunk_at)
    spans = np.diff(np.append(runs[:, 0] - 1, chunks))
    if not len(runs) or runs[0, 0] != 1 or (spans < 0).any():
        raise BoxesUnreadable("tables of unequal length")
    per_chunk = np.repeat(runs[:, 1], spans)
    if int(per_chunk.sum()) != n:
        raise BoxesUnreadable("tables of unequal length")
    before = np.cumsum(size) - size  # bytes of all samples before each
    first = np.repeat(np.cumsum(per_chunk) - per_chunk, per_chunk)
    return np.asarray(np.repeat(chunk_at, per_chunk) + before - before[first], dtype=np.int64)
