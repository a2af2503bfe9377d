"""The samples of a recording, by number: soundfile where it can, FFmpeg where it cannot.

Sample n is at media time ``start + n / sample_rate_hz``. For files FFmpeg decodes, a table of
decoded blocks places every block by count, and by its timestamp where that jumps: a hole in the
file is silence here and a ``gap`` in the facts, so that what follows keeps its time.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from sync.cache import Cache
from sync.errors import MediaDamaged, MediaEmpty
from sync.media.facts import HealthNote
from sync.media.opening import file_head, open_media, refuse_non_media, sound_stream
from sync.media.sound_av import AvSound, SoundTable, scan, start_uncertainty
from sync.progress import SILENT, Progress
from sync.timebase import NS_PER_S, Duration, MediaTime

_TABLE = {"version": 1, "libavcodec": list(av.library_versions["libavcodec"])}


_COUNTED_AT_ONCE = 512
"""Samples: a read that meets damage gives nothing of its block, so blocks are small."""


class SoundReader:
    """Samples of one recording as float32; a context manager, not thread-safe.

    Parameters
    ----------
    path
        A sound file, or a video file with sound.
    progress
        For the scan a file needs that only FFmpeg decodes.
    cache, sha256
        Where the result of that scan is kept, and the file's content hash; both or neither.

    Attributes
    ----------
    sample_rate_hz, channels, samples
        ``samples`` per channel.
    start, start_half
        Media time of sample 0, and the half-width of what is unknown about it.
    reader
        ``soundfile`` or ``av``.
    codec
        Name of the coding, as the reader calls it.
    notes
        What is unusual about the sound's timing.

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaNotRecognised, MediaDamaged
    MediaEmpty
        When the file holds no sound, or not one sample of it.
    """

    def __init__(
        self,
        path: Path | str,
        progress: Progress = SILENT,
        *,
        cache: Cache | None = None,
        sha256: str | None = None,
    ) -> None:
        self.path = Path(path)
        head = file_head(self.path)
        refuse_non_media(self.path, head)
        self._file: soundfile.SoundFile | None = None
        self._av: AvSound | None = None
        self.notes: tuple[HealthNote, ...] = ()
        self.start = MediaTime(0)
        self.start_half = Duration(0)
        self.reader: Literal["soundfile", "av"] = "av"
        file = _soundfile_for(self.path, head)
        if file is not None:
            self._use_soundfile(file)
        else:
            self._use_av(_table(self.path, progress, cache, sha256))
        if self.samples == 0:
            self.close()
            raise MediaEmpty(
                f"{self.path.name} holds a sound stream without a single sample.",
                path=self.path,
                hint="Ask for the recording again; nothing was recorded into this file.",
            )

    def _use_soundfile(self, file: soundfile.SoundFile) -> None:
        self._file, self.reader = file, "soundfile"
        self.sample_rate_hz, self.channels = int(file.samplerate), int(file.channels)
        self.samples, self.codec = int(file.frames), str(file.subtype).lower()
        if self.samples and not self._last_sample_is_there():
            self._cut_short()

    def _last_sample_is_there(self) -> bool:
        """False where the head promises more than the file holds (FLAC counts in its head)."""
        assert self._file is not None
        try:
            self._file.seek(self.samples - 1)
            return len(self._file.read(1, dtype="float32")) == 1
        except (soundfile.SoundFileError, RuntimeError):
            return False

    def _cut_short(self) -> None:
        """Count what can be decoded from the beginning, and say that the rest is missing."""
        promised, held = self.samples, 0
        with (
            soundfile.SoundFile(str(self.path)) as again,
            contextlib.suppress(soundfile.SoundFileError, RuntimeError),
        ):
            while len(block := again.read(_COUNTED_AT_ONCE, dtype="float32", always_2d=True)):
                held += len(block)
        assert self._file is not None
        self._file.close()
        self._file = soundfile.SoundFile(str(self.path))
        self.samples = held
        note = HealthNote(
            code="truncated",
            at=MediaTime.from_s(Fraction(held, self.sample_rate_hz)),
            detail=f"The file promises {promised / self.sample_rate_hz:.3f} s of sound and holds "
            f"{held / self.sample_rate_hz:.3f} s: the rest is missing.",
        )
        self.notes = (*self.notes, note)

    def _use_av(self, source: SoundTable) -> None:
        self._av = AvSound(self.path, source)
        self.sample_rate_hz, self.channels = source.sample_rate_hz, source.channels
        self.samples, self.codec = source.samples, source.codec
        self.start = MediaTime(source.start_ns)
        self.notes = source.notes
        uncertain = start_uncertainty(source.container, source.codec)
        if uncertain is not None:
            samples, why = uncertain
            if not (source.container == "mp3" and has_gapless_tag(self.path)):
                self._uncertain(samples, why)

    def _uncertain(self, samples: int, why: str) -> None:
        self.start_half = Duration.from_s(Fraction(samples, self.sample_rate_hz))
        note = HealthNote(
            code="start-uncertain",
            at=self.start,
            detail=f"The coding ({why}) may delay the sound by up to {self.start_half.s * 1e3:.1f} "
            "ms, and the file does not say by how much.",
        )
        self.notes = (*self.notes, note)

    def read(self, first: int, count: int) -> NDArray[np.float32]:
        """Samples ``first`` … ``first + count − 1`` as (count, channels) float32, full scale ±1.

        Fewer at the end of the recording.

        Raises
        ------
        ValueError
            For a negative ``first`` or ``count``.
        MediaDamaged
            When the samples cannot be decoded there.
        """
        if first < 0 or count < 0:
            raise ValueError("samples are counted from 0")
        count = max(0, min(count, self.samples - first))
        if count == 0:
            return np.empty((0, self.channels), np.float32)
        if self._av is not None:
            return self._av.read(first, count)
        assert self._file is not None, "read from a closed SoundReader"
        try:
            if self._file.tell() != first:
                self._file.seek(first)
            block = self._file.read(count, dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, RuntimeError) as error:
            raise _damaged(self.path, first, self.sample_rate_hz) from error
        return np.asarray(block, dtype=np.float32)

    def blocks(self, size: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """(number of first sample, (n, channels) float32) through the whole recording.

        Every block has ``size`` samples but the last. Ends early where a damaged file does.
        """
        first = 0
        while first < self.samples:
            block = self.read(first, size)
            if not len(block):
                return
            yield first, block
            first += len(block)

    def time_of(self, sample: int) -> MediaTime:
        """Media time of a sample, to the nearest nanosecond."""
        return MediaTime(self.start.ns + round(Fraction(sample * NS_PER_S, self.sample_rate_hz)))

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._av is not None:
            self._av.close()
            self._av = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _table(path: Path, progress: Progress, cache: Cache | None, sha256: str | None) -> SoundTable:
    """The scan of a file that FFmpeg decodes: from the cache, else made and kept."""
    if cache is None or sha256 is None:
        return scan(path, progress)
    stored = cache.arrays(sha256, "sound-table", _TABLE)
    if stored is not None:
        try:
            return SoundTable.from_arrays(stored)
        except (KeyError, ValueError):
            pass  # an entry of another make: absent
    table = scan(path, progress)
    cache.store(sha256, "sound-table", _TABLE, table.to_arrays())
    return table


def _soundfile_for(path: Path, head: bytes) -> soundfile.SoundFile | None:
    """The file opened by libsndfile, or ``None`` where FFmpeg must take it."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE" and head[4:8] == b"\xff\xff\xff\xff":
        return None  # libsndfile believes the size and loses everything behind 4 GB
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return None
    try:
        file = soundfile.SoundFile(str(path))
    except (soundfile.SoundFileError, RuntimeError, TypeError, OSError):
        return None
    if not file.seekable():
        file.close()
        return None
    if file.format == "MP3" or "MPEG" in file.subtype:
        # Measured: after a seek libsndfile's MP3 differs from its own sequential read by up to
        # 0.7 of full scale, its count exceeds what it delivers, and libmpg123 writes to stderr.
        file.close()
        return None
    return file


def has_gapless_tag(path: Path) -> bool:
    """Whether an MP3's first frame carries a Xing/Info tag with the encoder's delay in it."""
    with path.open("rb") as stream:
        head = stream.read(10)
        if head[:3] == b"ID3" and len(head) == 10:
            size = sum(
                (byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True)
            )
            stream.seek(10 + size, os.SEEK_SET)
        else:
            stream.seek(0)
        body = stream.read(4096)
    for tag in (b"Xing", b"Info"):
        at = body.find(tag)
        if 0 <= at < 2048:
            # 4 tag, 4 flags, then whichever of frames, bytes, table and quality the flags name.
            flags = int.from_bytes(body[at + 4 : at + 8], "big")
            lame = at + 8 + 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1)
            lame += 4 * (flags >> 3 & 1)
            delay = body[lame + 21 : lame + 24]
            return len(delay) == 3 and any(delay)
    return False


def has_sound(path: Path) -> bool:
    """Whether the file holds a sound stream that can be decoded."""
    with open_media(path) as container:
        return sound_stream(container) is not None


def _damaged(path: Path, sample: int, rate_hz: int) -> MediaDamaged:
    return MediaDamaged(
        f"{path.name} cannot be decoded at {sample / rate_hz:.3f} s of its sound.",
        path=path,
        hint="Use the part before it, or export the recording again.",
    )


__all__ = ["SoundReader", "has_gapless_tag", "has_sound"]
