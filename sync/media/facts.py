"""What is known of one recording once it has been read: values only, kept in the case.

Media times are presentation timestamps as written (never rebased) or, for sound, the stream's
start plus sample count divided by rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sync.timebase import Duration, MediaTime

IndexState = Literal["provisional", "verified"]
Kind = Literal["video", "video+sound", "sound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthNote:
    """One thing about a file's timing that an examiner must know.

    ``code`` is one of gap, duplicate, blended, interlaced, backward, wrap, discontinuity, damaged,
    missing-pts, rate-mismatch, start-uncertain, truncated, re-encoded, variable-rate, no-audio …
    """

    code: str
    at: MediaTime | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """The picture stream of a recording."""

    codec: str
    width_px: int
    height_px: int
    rotation_deg: int
    sample_aspect: str
    """Width to height of one pixel as ``num:den``."""
    time_base: str
    """Seconds per tick as a fraction, ``1/15360``."""
    nominal_rate: str
    """Frames a second the file claims, as a fraction; never used for time."""
    frames: int
    pictures: int | None
    """Distinct pictures; ``None`` until the decode pass has run."""
    first: MediaTime
    last: MediaTime
    """Presentation time of the last frame."""
    median_interval: Duration
    variable_rate: bool
    index: IndexState


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFacts:
    """The sound stream of a recording."""

    codec: str
    sample_rate_hz: int
    channels: int
    samples: int
    start: MediaTime
    """Media time of the first sample."""
    start_half: Duration
    """Half-width of what is unknown about ``start`` (codec delay); 0 where it is exact."""
    reader: Literal["soundfile", "av"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileClaim:
    """A time the file claims about itself (metadata, timecode); an observation, not truth."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacts:
    """What one file is and holds."""

    kind: Kind
    container: str
    size_bytes: int
    sha256: str
    duration: Duration
    picture: PictureFacts | None
    sound: SoundFacts | None
    encoder: str | None
    health: tuple[HealthNote, ...]
    claims: tuple[FileClaim, ...]
