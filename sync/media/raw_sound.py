"""Sound without a head, or with one that does not say how long it is.

A person types coding and rate of a headless file (telephone loggers write bare μ-law); a WAV head
cannot count beyond 4 GB, so some recorders write "unknown", zero or the count modulo 2³² there,
and readers that believe it lose the tail. Both are read as bare samples between two byte places.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import soundfile

from sync.errors import MediaError, MediaNotRecognised
from sync.media.facts import SoundFacts
from sync.media.opening import file_head, refuse_non_media
from sync.timebase import NS_PER_S

CODINGS: dict[str, tuple[str, str, int]] = {
    "mulaw": ("ULAW", "FILE", 1),
    "alaw": ("ALAW", "FILE", 1),
    "u8": ("PCM_U8", "FILE", 1),
    "s8": ("PCM_S8", "FILE", 1),
    "s16le": ("PCM_16", "LITTLE", 2),
    "s16be": ("PCM_16", "BIG", 2),
    "s24le": ("PCM_24", "LITTLE", 3),
    "s32le": ("PCM_32", "LITTLE", 4),
    "f32le": ("FLOAT", "LITTLE", 4),
    "f64le": ("DOUBLE", "LITTLE", 8),
}
"""Coding by the name FFmpeg uses too: libsndfile's subtype and byte order, bytes a sample."""

_PREFIX = "raw "
_WRAP = 1 << 32
_UNKNOWN = 0xFFFF_FFFF
_FORMAT_BYTES = 40
"""Bytes of the longest ``fmt`` chunk of bare samples (extensible)."""
_MOST_CHUNKS = 1000
"""No recorder writes as many chunks before the sound; a hostile file could have millions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSound:
    """How to read bare samples: ``coding`` is a key of :data:`CODINGS`."""

    coding: str
    rate_hz: int
    channels: int = 1

    def __post_init__(self) -> None:
        if self.coding not in CODINGS:
            raise ValueError(f"{self.coding!r} is none of {', '.join(CODINGS)}")
        if not 1 <= self.rate_hz <= NS_PER_S or not 1 <= self.channels <= 64:
            raise ValueError("a rate of at least 1 a second and 1 to 64 channels")

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return CODINGS[self.coding][2] * self.channels

    @property
    def name(self) -> str:
        """What stands for the codec in the facts of a file read on a person's word."""
        return _PREFIX + self.coding

    @classmethod
    def typed(cls, text: str) -> RawSound:
        """``mulaw,8000`` or ``s16le,16000,2``: coding, samples a second, channels.

        Raises
        ------
        ValueError
            Saying what is wrong with it.
        """
        parts = [part.strip() for part in text.split(",")]
        if not 2 <= len(parts) <= 3 or not all(part.isdecimal() for part in parts[1:]):
            raise ValueError("typed as CODING,RATE or CODING,RATE,CHANNELS, as in mulaw,8000")
        return cls(coding=parts[0].lower(), rate_hz=int(parts[1]), channels=int((*parts, "1")[2]))

    @classmethod
    def of_facts(cls, sound: SoundFacts) -> RawSound | None:
        """What the facts of a file say it was read as; ``None`` for a file with a head."""
        if not sound.codec.startswith(_PREFIX):
            return None
        return cls(
            coding=sound.codec.removeprefix(_PREFIX),
            rate_hz=sound.sample_rate_hz,
            channels=sound.channels,
        )


def may_be_bare(path: Path) -> bool:
    """False where a file is plainly something else: a text, a picture, a program, nothing."""
    try:
        refuse_non_media(path, file_head(path))
    except MediaError:
        return False
    return True


def open_raw(
    path: Path, raw: RawSound, first: int = 0, count: int | None = None
) -> soundfile.SoundFile:
    """The samples in bytes ``first`` … ``first + count − 1`` of a file (to its end)."""
    stream = path.open("rb", buffering=0)
    length = stream.seek(0, io.SEEK_END) - first
    length = length if count is None else min(length, count)
    if length < raw.frame_bytes:
        stream.close()
        raise MediaNotRecognised(
            f"{path.name} holds {length} bytes, less than one sample of {raw.coding}.",
            path=path,
            hint="Check the coding and the number of channels.",
        )
    subtype, endian, _ = CODINGS[raw.coding]
    window = _Window(stream, first, length - length % raw.frame_bytes)
    return soundfile.SoundFile(
        window, "r", samplerate=raw.rate_hz, channels=raw.channels, format="RAW",
        subtype=subtype, endian=endian,
    )  # fmt: skip


class _Window:
    """Part of a file as a file of its own, as libsndfile's virtual files want it."""

    def __init__(self, stream: FileIO, first: int, length: int) -> None:
        self._stream, self._first, self._length, self._at = stream, first, length, 0

    def __del__(self) -> None:
        self._stream.close()  # libsndfile never closes what it was given

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:
        room = min(len(buffer), max(0, self._length - self._at))
        self._stream.seek(self._first + self._at)
        count = self._stream.readinto(memoryview(buffer)[:room])
        self._at += count
        return count


@dataclass(frozen=True, slots=True)
class UncountedWav:
    """A WAV file whose head does not give the length of its sound."""

    raw: RawSound
    first: int
    count: int
    """Place and number of the bytes of sound."""
    claimed: str
    """What the head says instead."""


def uncounted_wav(path: Path) -> UncountedWav | None:
    """The sound of a WAV file whose head cannot be believed about its length, else ``None``.

    ``None`` too where the coding cannot be read as bare samples.
    """
    with path.open("rb") as stream:
        head = stream.read(12)
        if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return None
        size = stream.seek(0, io.SEEK_END)
        stream.seek(12)
        raw: RawSound | None = None
        for _ in range(_MOST_CHUNKS):
            if len(chunk := stream.read(8)) < 8:
                return None
            name, length = chunk[:4], struct.unpack("<I", chunk[4:])[0]
            if name == b"fmt ":
                raw = _coding(stream.read(min(length, _FORMAT_BYTES)))
                stream.seek(max(0, length - _FORMAT_BYTES) + length % 2, io.SEEK_CUR)
            elif name == b"data":
                first = stream.tell()
                found = _true_count(length, size - first)
                if raw is None or found is None:
                    return None
                return UncountedWav(raw, first, *found)
            else:
                stream.seek(length + length % 2, io.SEEK_CUR)
    return None


def _true_count(claimed: int, held: int) -> tuple[int, str] | None:
    """(bytes of sound, what the head says), or ``None`` where the head can be right."""
    if claimed == _UNKNOWN and held != _UNKNOWN:
        return held, "that its length is unknown"
    if held - claimed >= _WRAP:
        return claimed + (held - claimed) // _WRAP * _WRAP, "a length that lacks a multiple of 4 GB"
    return None


def _coding(body: bytes) -> RawSound | None:
    """The samples a ``fmt`` chunk describes, where they are bare."""
    if len(body) < 16:
        return None
    tag, channels, rate_hz, _, _, bits = struct.unpack("<HHIIHH", body[:16])
    if tag == 0xFFFE and len(body) >= 26:  # extensible: the tag is the head of a GUID
        tag = struct.unpack("<H", body[24:26])[0]
    coding = {
        (1, 8): "u8", (1, 16): "s16le", (1, 24): "s24le", (1, 32): "s32le",
        (3, 32): "f32le", (3, 64): "f64le", (6, 8): "alaw", (7, 8): "mulaw",
    }.get((tag, bits))  # fmt: skip
    if coding is None or not rate_hz or not 1 <= channels <= 64:
        return None
    return RawSound(coding=coding, rate_hz=rate_hz, channels=channels)


__all__ = ["CODINGS", "RawSound", "UncountedWav", "may_be_bare", "open_raw", "uncounted_wav"]
