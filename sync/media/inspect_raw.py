"""The facts of a file without a head, whose coding a person typed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from sync.media.facts import MediaFacts, SoundFacts
from sync.media.hashing import sha256_of
from sync.media.raw_sound import RawSound
from sync.media.sound import SoundReader
from sync.progress import SILENT, Progress
from sync.timebase import Duration


def inspect_raw(path: Path | str, raw: RawSound, progress: Progress = SILENT) -> MediaFacts:
    """What a file is when read as ``raw``; its facts carry that a person said so.

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaEmpty
    MediaNotRecognised
        When it holds less than one sample.
    Cancelled
        Through ``progress``.
    """
    file = Path(path)
    with SoundReader(file, raw=raw) as reader:
        length_s = Fraction(reader.samples, reader.sample_rate_hz)
        return MediaFacts(
            kind="sound",
            container="raw",
            size_bytes=file.stat().st_size,
            sha256=sha256_of(file, progress),
            duration=Duration.from_s(length_s),
            picture=None,
            sound=SoundFacts(
                codec=reader.codec,
                sample_rate_hz=reader.sample_rate_hz,
                channels=reader.channels,
                samples=reader.samples,
                start=reader.start,
                start_half=reader.start_half,
                reader=reader.reader,
            ),
            encoder=None,
            health=reader.notes,
            claims=(),
        )
