"""Ways to damage a recording, from a scratched disk to a forged head."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

_HEAD = 1024
"""Bytes at either end of a file in which containers keep what they say about the rest."""

_EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_WIDTHS = {1: "B", 2: "H", 4: "I", 8: "Q"}

_BOXES = (
    b"moov", b"mvhd", b"trak", b"tkhd", b"mdhd", b"stsd", b"stts", b"ctts", b"stsc", b"stsz",
    b"stco", b"stss", b"elst", b"avcC", b"hvcC", b"esds", b"mdat", b"moof", b"traf", b"tfhd",
    b"trun", b"avc1", b"hvc1", b"mp4a", b"fmt ", b"data", b"avih", b"strh", b"strf", b"idx1",
    b"movi", b"LIST", b"fLaC", b"OggS", b"COMM", b"SSND", b"desc", b"pakt", b"\x1aE\xdf\xa3",
    b"\x15I\xa9f", b"\x16T\xaek", b"\x1fC\xb6u", b"\x1cS\xbbk",
)  # fmt: skip


def _flip(data: bytearray, rng: random.Random, low: int, high: int, most: int) -> None:
    for _ in range(rng.randint(1, most)):
        data[rng.randrange(low, high)] ^= 1 << rng.randrange(8)


def bits_anywhere(data: bytearray, rng: random.Random, other: bytes) -> None:
    """Single bits turned over, anywhere."""
    _flip(data, rng, 0, len(data), 64)


def bits_in_ends(data: bytearray, rng: random.Random, other: bytes) -> None:
    """Single bits turned over where the container's own data are."""
    if rng.random() < 0.5:
        _flip(data, rng, 0, min(_HEAD, len(data)), 16)
    else:
        _flip(data, rng, max(0, len(data) - 2 * _HEAD), len(data), 16)


def truncated(data: bytearray, rng: random.Random, other: bytes) -> None:
    """The end is missing."""
    del data[rng.randrange(1, len(data)) :]


def blocks_swapped(data: bytearray, rng: random.Random, other: bytes) -> None:
    """Two sectors in each other's place."""
    size = min(rng.choice((64, 188, 512, 4096)), len(data) // 2)
    for _ in range(rng.randint(1, 4)):
        a, b = (rng.randrange(0, len(data) - size + 1) for _ in range(2))
        data[a : a + size], data[b : b + size] = data[b : b + size], data[a : a + size]


def blocks_lost(data: bytearray, rng: random.Random, other: bytes) -> None:
    """Sectors that read as zeros, or are left out."""
    for _ in range(rng.randint(1, 4)):
        size = min(rng.choice((1, 16, 188, 512, 4096)), len(data) // 2)
        at = rng.randrange(0, len(data) - size + 1)
        data[at : at + size] = bytes(size) if rng.random() < 0.5 else b""


def blocks_repeated(data: bytearray, rng: random.Random, other: bytes) -> None:
    """Pieces that come twice, or a thousand times."""
    at = rng.randrange(len(data))
    piece = data[at : at + rng.choice((4, 188, 2048))]
    data[at:at] = bytes(piece * rng.choice((1, 3, 50 if len(piece) > 188 else 1000)))


def fields_extreme(data: bytearray, rng: random.Random, other: bytes) -> None:
    """Numbers in the heads set to the largest, smallest and most awkward values."""
    for _ in range(rng.randint(1, 3)):
        low = 0 if rng.random() < 0.6 else max(0, len(data) - 2 * _HEAD)
        width = rng.choice((1, 2, 4, 4, 8))
        at = rng.randrange(low, max(low + 1, min(low + 2 * _HEAD, len(data)) - width))
        _set(data, at, width, rng)


def lengths_extreme(data: bytearray, rng: random.Random, other: bytes) -> None:
    """Lengths before and counts behind a name the container knows."""
    places = [at for name in _BOXES if (at := data.find(name)) >= 0]
    for _ in range(rng.randint(1, 2)):
        at = rng.choice(places) if places else rng.randrange(min(_HEAD, len(data)))
        if rng.random() < 0.4:
            _set(data, max(0, at - 4), 4, rng)
        else:
            _set(data, at + 4 + 4 * rng.randrange(0, 8), 4, rng)


def heads_random(data: bytearray, rng: random.Random, other: bytes) -> None:
    """A stretch of noise near the beginning."""
    at = rng.randrange(0, min(2 * _HEAD, len(data)))
    size = min(rng.randint(1, 64), len(data) - at)
    data[at : at + size] = rng.randbytes(size)


def two_joined(data: bytearray, rng: random.Random, other: bytes) -> None:
    """The beginning of one recording and the end of another."""
    cut = rng.randrange(1, len(data))
    data[cut:] = other[rng.randrange(0, max(1, len(other) // 2)) :]


def _set(data: bytearray, at: int, width: int, rng: random.Random) -> None:
    choice: int = rng.choice((*_EXTREMES, len(data), len(data) - 1, rng.getrandbits(8 * width)))
    value = choice if width < 8 else choice << rng.choice((0, 31, 32))
    value &= (1 << 8 * width) - 1
    if at + width <= len(data):
        struct.pack_into(rng.choice("<>") + _WIDTHS[width], data, at, value)


_MUTATIONS: dict[str, Callable[[bytearray, random.Random, bytes], None]] = {
    mutation.__name__: mutation
    for mutation in (
        bits_anywhere, bits_in_ends, truncated, blocks_swapped, blocks_lost, blocks_repeated,
        fields_extreme, lengths_extreme, heads_random, two_joined,
    )
}  # fmt: skip
KINDS = tuple(_MUTATIONS)


def mutated(kind: str, data: bytes, rng: random.Random, other: Path) -> bytes:
    """A damaged copy of ``data``."""
    copy = bytearray(data)
    _MUTATIONS[kind](copy, rng, other.read_bytes() if kind == "two_joined" else b"")
    return bytes(copy)
