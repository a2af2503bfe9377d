"""What one file is and holds: facts, frame index, health notes and the times it claims."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np

from sync.cache import Cache
from sync.errors import MediaChanged, MediaError, StorageError
from sync.media.facts import HealthNote, MediaFacts, PictureFacts, SoundFacts
from sync.media.frame_index import FrameIndex
from sync.media.frame_types import StreamBegin
from sync.media.hashing import missing, sha256_of, unreadable
from sync.media.health import conformed_note, is_variable
from sync.media.metadata import (
    FileTags,
    edit_notes,
    mislabelled_note,
    read_tags,
    recoded_notes,
    size_notes,
)
from sync.media.one_pass import (
    Pictures,
    known_pictures,
    nothing_inside,
    parameters,
    read_pictures,
)
from sync.media.opening import file_head, refuse_non_media
from sync.media.provisional import provisional_index
from sync.media.sound import SoundReader
from sync.progress import SILENT, Progress
from sync.timebase import Duration, MediaTime

_APART_NS = 100_000_000
"""Starts of picture and sound this close are what containers round to."""

_Kind = Literal["video", "video+sound", "sound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Facts of a file, and its frame index where it has pictures."""

    facts: MediaFacts
    index: FrameIndex | None
    problem: StorageError | None = None
    """Why the cache could not take what the pass made besides."""


def inspect(
    path: Path | str,
    *,
    cache: Cache | None,
    verify: bool = True,
    proxy: bool = False,
    progress: Progress = SILENT,
) -> Inspection:
    """Read what a file is.

    Parameters
    ----------
    cache
        Where index and small pictures are kept for the next time; ``None`` for nowhere.
    verify
        True: one decode pass makes a verified index. False: a quick scan of the container makes a
        provisional one (no pictures, damage not seen); a verified one in the cache is used.
    proxy
        The pass also makes the small pictures for dragging (:mod:`sync.media.proxy`).

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaEmpty, MediaNotRecognised, MediaDamaged
        When nothing in the file can be used. A file that decodes in part gives facts with notes.
    Cancelled
        Through ``progress``.
    """
    file = Path(path)
    head = file_head(file)
    refuse_non_media(file, head)
    tags = read_tags(file)
    sha256 = sha256_of(file, progress.part(0.0, 0.1))
    pictures: Pictures | None = None
    failed: list[MediaError] = []
    if tags.picture is not None:
        try:
            part = progress.part(0.1, 0.9)
            known = known_pictures(sha256, tags.picture, cache)
            if verify:
                pictures = read_pictures(file, sha256, cache, part, known=known, proxy=proxy)
            else:
                pictures = known or _provisional(file, tags.picture, part)
        except MediaError as error:
            failed.append(error)
    sound: SoundFacts | None = None
    sound_notes: tuple[HealthNote, ...] = ()
    if tags.has_sound or tags.picture is None:
        try:
            sound, sound_notes = _sound(file, sha256, cache, progress.part(0.9, 1.0))
        except MediaError as error:
            failed.append(error)
    if pictures is None and sound is None:
        raise failed[0] if failed else nothing_inside(file)
    facts = _facts(file, sha256, tags, pictures, sound, sound_notes, failed)
    progress.report(1.0)
    if pictures is None:
        return Inspection(facts=facts, index=None)
    return Inspection(facts=facts, index=pictures.index, problem=pictures.problem)


def quick_index(
    path: Path | str, facts: MediaFacts, cache: Cache | None, progress: Progress = SILENT
) -> FrameIndex:
    """The index of a recording whose facts are known: at once, without reading the whole file.

    The verified one from the cache, else a provisional one from the container. Whether the file
    is still the one the facts are of is for :func:`check_unchanged` to say, which reads it all.

    Raises
    ------
    MediaEmpty
        When the recording has no pictures; and the errors of opening a file.
    """
    refuse_non_media(Path(path), file_head(Path(path)))
    stored = None if cache is None else cache.arrays(facts.sha256, "frame-index", parameters())
    if stored is not None:
        with contextlib.suppress(KeyError, ValueError, IndexError):
            return FrameIndex.from_arrays(stored)
    return provisional_index(path, progress)[0]


def check_unchanged(path: Path | str, size_bytes: int, sha256: str) -> None:
    """Confirm that a file is the one whose facts were recorded.

    Raises
    ------
    MediaMissing, MediaUnreadable
    MediaChanged
        When size or SHA-256 differ.
    """
    file = Path(path)
    try:
        size = file.stat().st_size
    except FileNotFoundError as error:
        raise missing(file) from error
    except OSError as error:
        raise unreadable(file, error) from error
    if size != size_bytes:
        difference = f"it has {size} bytes and had {size_bytes}"
    elif sha256_of(file) != sha256:
        difference = "its size is the same but its SHA-256 is not"
    else:
        return
    raise MediaChanged(
        f"{file.name} is not the file that was added: {difference}. Nothing found in the old file "
        "holds for this one.",
        path=file,
        hint="Bring the original back, or add this file as a new recording.",
    )


# -- pictures -----------------------------------------------------------------------------------


def _provisional(file: Path, begin: StreamBegin, progress: Progress) -> Pictures:
    index, notes = provisional_index(file, progress)
    return Pictures(begin=begin, index=index, rotation_deg=0, health=notes)


# -- sound --------------------------------------------------------------------------------------


def _sound(
    file: Path, sha256: str, cache: Cache | None, progress: Progress
) -> tuple[SoundFacts, tuple[HealthNote, ...]]:
    with SoundReader(file, progress, cache=cache, sha256=sha256) as reader:
        facts = SoundFacts(
            codec=reader.codec,
            sample_rate_hz=reader.sample_rate_hz,
            channels=reader.channels,
            samples=reader.samples,
            start=reader.start,
            start_half=reader.start_half,
            reader=reader.reader,
        )
        return facts, reader.notes


# -- putting together ---------------------------------------------------------------------------


def _facts(
    file: Path,
    sha256: str,
    tags: FileTags,
    pictures: Pictures | None,
    sound: SoundFacts | None,
    sound_notes: tuple[HealthNote, ...],
    failed: list[MediaError],
) -> MediaFacts:
    kind: _Kind = "sound"
    if pictures is not None:
        kind = "video" if sound is None else "video+sound"
    start, end = _span(pictures, sound)
    health = [*(pictures.health if pictures is not None else ()), *sound_notes]
    health += mislabelled_note(file, tags)
    health += recoded_notes(file, tags)
    if pictures is not None:
        health += edit_notes(tags.edits, *_stored_and_shown(pictures.index))
    if pictures is not None and sound is not None:
        health += _pair_notes(pictures.index, sound)
    # What the decode pass saw is more precise than what sizes suggest.
    if not any(note.code == "truncated" for note in health):
        health += size_notes(file, tags, Duration(end.ns - start.ns), end)
    health += _absences(tags, pictures, sound, failed)
    return MediaFacts(
        kind=kind,
        container=tags.container,
        size_bytes=tags.size_bytes,
        sha256=sha256,
        duration=Duration(end.ns - start.ns),
        picture=None if pictures is None else _picture_facts(pictures),
        sound=sound,
        encoder=tags.encoder,
        health=tuple(health),
        claims=tags.claims,
    )


def _stored_and_shown(index: FrameIndex) -> tuple[int, int]:
    """Pictures the container hands over, and how many of them lie within the times shown."""
    ordinals = index.ordinal[index.ordinal >= 0]
    if index.packets is None or not len(ordinals):
        return len(index), len(index)
    pts = index.packets.pts
    low, high = pts[ordinals].min(), pts[ordinals].max()
    return len(pts), int(np.count_nonzero((pts >= low) & (pts <= high)))


def _pair_notes(index: FrameIndex, sound: SoundFacts) -> list[HealthNote]:
    """What picture and sound of one file say of each other's times."""
    first, interval = int(index.time_ns.min()), index.median_interval
    apart_ns = first - sound.start.ns
    notes: list[HealthNote] = []
    if abs(apart_ns) > max(interval.ns, _APART_NS):
        after, before = ("picture", "sound") if apart_ns > 0 else ("sound", "picture")
        notes.append(
            HealthNote(
                code="start-offset",
                at=MediaTime(max(first, sound.start.ns)),
                detail=f"The {after} begins {abs(apart_ns) / 1e9:.3f} s after the {before}: each "
                "has its own place in the file's time, and they are not moved to begin together.",
            )
        )
    span = Duration(int(index.time_ns.max()) + interval.ns - first)
    length = round(Fraction(sound.samples * 1_000_000_000, sound.sample_rate_hz))
    return notes + conformed_note(span, Duration(length), interval)


def _span(pictures: Pictures | None, sound: SoundFacts | None) -> tuple[MediaTime, MediaTime]:
    """From the first picture or sample to the end of the last."""
    starts, ends = [], []
    if pictures is not None:
        times = pictures.index.time_ns
        starts.append(int(times.min()))
        ends.append(pictures.index.end_of(int(np.argmax(times))).ns)
        ends.append(int(times.max()))
    if sound is not None:
        length = round(Fraction(sound.samples * 1_000_000_000, sound.sample_rate_hz))
        starts.append(sound.start.ns)
        ends.append(sound.start.ns + length)
    return MediaTime(min(starts)), MediaTime(max(ends))


def _picture_facts(pictures: Pictures) -> PictureFacts:
    index, begin = pictures.index, pictures.begin
    rate = begin.nominal_rate
    aspect = begin.sample_aspect
    return PictureFacts(
        codec=begin.codec,
        width_px=begin.width_px,
        height_px=begin.height_px,
        rotation_deg=pictures.rotation_deg,
        sample_aspect=f"{aspect.numerator}:{aspect.denominator}",
        time_base=f"{begin.time_base.numerator}/{begin.time_base.denominator}",
        nominal_rate="0/1" if rate is None else f"{rate.numerator}/{rate.denominator}",
        frames=len(index),
        pictures=index.pictures,
        first=index.time_of(0),
        last=index.time_of(len(index) - 1),
        median_interval=index.median_interval,
        variable_rate=is_variable(index.time_ns, index.time_base),
        index=index.state,
    )


def _absences(
    tags: FileTags,
    pictures: Pictures | None,
    sound: SoundFacts | None,
    failed: list[MediaError],
) -> list[HealthNote]:
    """A stream that is announced but gives nothing, or a video file without pictures."""
    why = " ".join(error.message for error in failed)
    notes = []
    if tags.encrypted:
        detail = f"Encrypted: {' and '.join(tags.encrypted)}. Without the key nothing of it can "
        detail += "be used; ask for an export without encryption."
        notes.append(HealthNote(code="encrypted", at=None, detail=detail))
    if tags.picture is not None and pictures is None:
        notes.append(
            HealthNote(code="no-picture", at=None, detail=f"Its pictures cannot be decoded. {why}")
        )
    elif tags.picture is None and tags.looks_like_video and not tags.encrypted:
        detail = "This video file holds no picture stream, only sound."
        notes.append(HealthNote(code="no-picture", at=None, detail=detail))
    if tags.has_sound and sound is None:
        notes.append(
            HealthNote(code="no-sound", at=None, detail=f"Its sound cannot be decoded. {why}")
        )
    return notes
