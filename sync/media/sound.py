"""The samples of a recording, by number: soundfile where it can, FFmpeg where it cannot.

Nothing loads whole: a reader holds one block, whatever the length of the recording.

Sample n is at media time ``start + n / sample_rate_hz``. For files FFmpeg decodes, a table of
decoded blocks places every block by count, and by its timestamp where that jumps: a hole in the
file is silence here and a ``gap`` in the facts, so that what follows keeps its time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, cast

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from sync.cache import Cache
from sync.errors import MediaDamaged, MediaEmpty, SoundChannelMissing
from sync.media.facts import HealthNote
from sync.media.opening import file_head, open_media, refuse_non_media, sound_stream
from sync.media.raw_sound import RawSound, open_raw, uncounted_wav
from sync.media.sound_av import AvSound, SoundTable, scan
from sync.progress import SILENT, Progress
from sync.timebase import NS_PER_S, Duration, MediaTime

_TABLE = {"version": 3, "libavcodec": list(av.library_versions["libavcodec"])}


_COUNTED_AT_ONCE = 512
"""Samples: a read that meets damage gives nothing of its block, so blocks are small."""

_PASSED_OVER = 1 << 18
"""Samples read and dropped at once on the way to a place in a coding that cannot seek."""

_WHOLE_NUMBERS = {
    "int16": (
        "PCM_16", "PCM_S8", "PCM_U8", "ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM", "ALAC_16",
        "G721_32", "NMS_ADPCM_16", "NMS_ADPCM_24", "NMS_ADPCM_32",
    ),
    "int32": ("PCM_24", "PCM_32", "ALAC_24", "ALAC_32"),
}  # fmt: skip
"""libsndfile's subtypes that whole numbers of this width hold exactly."""

_MP3_TAG = b"\x55\x00"
"""What a WAV file's head calls MP3."""

_ONLY_IN_ORDER = ("G721_32", "NMS_ADPCM_16", "NMS_ADPCM_24", "NMS_ADPCM_32")
"""Codings libsndfile can only read from the front, and FFmpeg reads wrongly or not at all."""


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
    raw
        What a person typed about a file without a head, or what its facts say was typed.
    channel
        Give this channel alone, counted from 0; ``None``: all of them.

    Attributes
    ----------
    sample_rate_hz, channels, samples
        ``samples`` per channel; ``channels`` is 1 where one was chosen.
    full_scale
        What :meth:`native_blocks` calls 1.0.
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
    SoundChannelMissing
        When it has fewer channels than asked for.
    """

    def __init__(
        self,
        path: Path | str,
        progress: Progress = SILENT,
        *,
        cache: Cache | None = None,
        sha256: str | None = None,
        raw: RawSound | None = None,
        channel: int | None = None,
    ) -> None:
        self.path = Path(path)
        head = file_head(self.path)
        self._file: soundfile.SoundFile | None = None
        self._av: AvSound | None = None
        self._again: Callable[[], soundfile.SoundFile] | None = None
        self.notes: tuple[HealthNote, ...] = ()
        self.sample_rate_hz, self.channels, self.samples, self.codec = 0, 0, 0, ""
        self.start = MediaTime(0)
        self.start_half = Duration(0)
        self.reader: Literal["soundfile", "av"] = "av"
        self._place = -1
        """Sample the file stands before; -1 where that is not known."""
        self._dtype: Literal["int16", "int32", "float32"] = "float32"
        if raw is None:
            refuse_non_media(self.path, head)
            self._open(head, progress, cache, sha256)
        else:
            self._use_soundfile(lambda: open_raw(self.path, raw))
            self.codec = raw.name
            self.notes += (_typed_note(raw),)
        if self.samples == 0:
            self.close()
            raise MediaEmpty(
                f"{self.path.name} holds a sound stream without a single sample.",
                path=self.path,
                hint="Ask for the recording again; nothing was recorded into this file.",
            )
        self._channel = channel
        if channel is not None:
            self._choose(channel)

    def _open(
        self, head: bytes, progress: Progress, cache: Cache | None, sha256: str | None
    ) -> None:
        found = uncounted_wav(self.path)
        if found is not None:
            self._use_soundfile(lambda: open_raw(self.path, found.raw, found.first, found.count))
            length_s = self.samples / self.sample_rate_hz
            detail = (
                f"The file's head says {found.claimed}: the sound was read to the end of the "
                f"file, {length_s:.3f} s."
            )
            self.notes += (HealthNote(code="length-unstated", at=None, detail=detail),)
        elif _is_soundfiles(self.path, head):
            self._use_soundfile(lambda: soundfile.SoundFile(str(self.path)))
        else:
            self._use_av(_table(self.path, progress, cache, sha256))

    def _choose(self, channel: int) -> None:
        if not 0 <= channel < self.channels:
            held, self.channels = self.channels, 1
            self.close()
            raise SoundChannelMissing(
                f"{self.path.name} has {held} channel{'s' * (held > 1)} of sound, so there is no "
                f"channel {channel + 1}.",
                path=self.path,
                hint="Channels are counted from 1.",
            )
        self.channels = 1

    def _use_soundfile(self, opened: Callable[[], soundfile.SoundFile]) -> None:
        self._again, self._file, self.reader = opened, opened(), "soundfile"
        file = self._file
        self.sample_rate_hz, self.channels = int(file.samplerate), int(file.channels)
        self.samples, self.codec = int(file.frames), str(file.subtype).lower()
        for width, subtypes in _WHOLE_NUMBERS.items():
            if file.subtype in subtypes:
                self._dtype = cast('Literal["int16", "int32"]', width)
        if self.samples and not self._last_sample_is_there():
            self._cut_short()

    @property
    def full_scale(self) -> float:
        """The value in :meth:`native_blocks` that is 1.0 in :meth:`read`."""
        return {"int16": 2.0**15, "int32": 2.0**31, "float32": 1.0}[self._dtype]

    def _last_sample_is_there(self) -> bool:
        """False where the head promises more than the file holds (FLAC counts in its head)."""
        assert self._file is not None
        if not self._file.seekable():
            return True
        try:
            self._file.seek(self.samples - 1)
            return len(self._file.read(1, dtype="float32")) == 1
        except (soundfile.SoundFileError, RuntimeError):
            return False

    def _cut_short(self) -> None:
        """Count what can be decoded from the beginning, and say that the rest is missing."""
        promised, held = self.samples, 0
        assert self._again is not None
        with (
            self._again() as again,
            contextlib.suppress(soundfile.SoundFileError, RuntimeError),
        ):
            while len(block := again.read(_COUNTED_AT_ONCE, dtype="float32", always_2d=True)):
                held += len(block)
        assert self._file is not None
        self._file.close()
        self._file = self._again()
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
        if source.unstated is not None and self.samples:
            self._uncertain(*source.unstated)

    def _uncertain(self, samples: int, why: str) -> None:
        self.start_half = Duration.from_s(Fraction(samples, self.sample_rate_hz))
        note = HealthNote(
            code="start-uncertain",
            at=self.start,
            detail=f"The coding ({why}) may displace all of the sound by up to "
            f"{self.start_half.s * 1e3:.1f} ms against what was recorded, and the file does not "
            "say by how much.",
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
        return self._read(first, count, "float32")

    def _read(self, first: int, count: int, dtype: str) -> NDArray[Any]:
        if first < 0 or count < 0:
            raise ValueError("samples are counted from 0")
        count = max(0, min(count, self.samples - first))
        if count == 0:
            return np.empty((0, self.channels), dtype)
        if self._av is not None:
            block: NDArray[Any] = self._av.read(first, count)
        else:
            assert self._file is not None, "read from a closed SoundReader"
            try:
                self._go_to(first)
                self._place = -1
                block = self._file.read(count, dtype=dtype, always_2d=True)
                self._place = first + len(block)
            except (soundfile.SoundFileError, RuntimeError) as error:
                raise _damaged(self.path, first, self.sample_rate_hz) from error
        return block if self._channel is None else block[:, self._channel : self._channel + 1]

    def _go_to(self, first: int) -> None:
        """Stand before sample ``first``; a coding that cannot seek is read up to there."""
        assert self._file is not None
        if self._place == first:
            return
        if self._file.seekable():
            self._file.seek(first)
            return
        assert self._again is not None
        if self._place > first or self._place < 0:
            self._file.close()
            self._file, self._place = self._again(), 0
        while self._place < first:
            self._place += len(self._file.read(min(_PASSED_OVER, first - self._place)))

    def blocks(self, size: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """(number of first sample, (n, channels) float32) through the whole recording.

        Every block has ``size`` samples but the last. Ends early where a damaged file does.
        """
        return self._blocks(size, "float32")

    def read_native(self, first: int, count: int) -> NDArray[Any]:
        """As :meth:`read`, in the file's own numbers; see :meth:`native_blocks`."""
        return self._read(first, count, self._dtype)

    def native_blocks(self, size: int) -> Iterator[tuple[int, NDArray[Any]]]:
        """As :meth:`blocks`, in the file's own whole numbers where it has such.

        int16, int32 or float32; ``full_scale`` stands for 1.0. Twelve times less work than
        converting, where only extremes are wanted.
        """
        return self._blocks(size, self._dtype)

    def _blocks(self, size: int, dtype: str) -> Iterator[tuple[int, NDArray[Any]]]:
        first = 0
        while first < self.samples:
            block = self._read(first, size, dtype)
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


def _is_soundfiles(path: Path, head: bytes) -> bool:
    """Whether libsndfile can open the file and reads it rightly; else FFmpeg must take it."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE" and head[4:8] == b"\xff\xff\xff\xff":
        return False  # libsndfile believes the size and loses everything behind 4 GB
    if head[:4] == b"RIFF" and (head[8:12] == b"AVI " or head[20:22] == _MP3_TAG):
        return False
    if head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1:2] >= b"\xe0"):
        return False  # MP3 and ADTS: see below
    try:
        with soundfile.SoundFile(str(path)) as file:
            # Measured on MP3: after a seek libsndfile differs from its own sequential read by up
            # to 0.7 of full scale, its count exceeds what it delivers, and it writes to stderr.
            if file.format == "MP3" or "MPEG" in file.subtype:
                return False
            return file.seekable() or file.subtype in _ONLY_IN_ORDER
    except (soundfile.SoundFileError, RuntimeError, TypeError, OSError):
        return False


def _typed_note(raw: RawSound) -> HealthNote:
    return HealthNote(
        code="typed-coding",
        at=None,
        detail=f"The file does not say what it is: it is read as {raw.coding}, {raw.rate_hz} "
        f"samples a second, {raw.channels} ch, as a person stated. Another rate would stretch "
        "all of its times.",
    )


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


__all__ = ["SoundReader", "has_sound"]
