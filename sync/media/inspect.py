"""What one file is and holds: facts, frame index, health notes and the times it claims."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np

from sync.cache import Cache
from sync.errors import MediaChanged, MediaEmpty, MediaError
from sync.media.colour import ColourConsumer, ColourSequence
from sync.media.decode_pass import GreyConsumer, GreySequence, IndexConsumer, decode_pass
from sync.media.facts import HealthNote, MediaFacts, PictureFacts, SoundFacts
from sync.media.frame_index import FrameIndex
from sync.media.frame_types import StreamBegin
from sync.media.hashing import missing, sha256_of, unreadable
from sync.media.health import is_variable
from sync.media.metadata import (
    FileTags,
    mislabelled_note,
    read_tags,
    recoded_notes,
    size_notes,
)
from sync.media.notes import notes_from_arrays, notes_to_arrays
from sync.media.opening import file_head, refuse_non_media
from sync.media.provisional import provisional_index
from sync.media.sound import SoundReader
from sync.progress import SILENT, Progress
from sync.timebase import Duration, MediaTime

_INDEX_VERSION = 1
"""Raise when the meaning of the index, its pictures or its notes changes."""

_Kind = Literal["video", "video+sound", "sound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Facts of a file, and its frame index where it has pictures."""

    facts: MediaFacts
    index: FrameIndex | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pictures:
    """What is known of the picture stream, from a pass or from the cache."""

    begin: StreamBegin
    index: FrameIndex
    rotation_deg: int
    health: tuple[HealthNote, ...]
    grey: GreySequence | None
    colour: ColourSequence | None


def inspect(
    path: Path | str,
    *,
    cache: Cache | None,
    verify: bool = True,
    progress: Progress = SILENT,
) -> Inspection:
    """Read what a file is.

    Parameters
    ----------
    cache
        Where index and grey sequence are kept for the next time; ``None`` for nowhere.
    verify
        True: one decode pass makes a verified index. False: a quick scan of the container makes a
        provisional one (no pictures, damage not seen); a verified one in the cache is used.

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
    pictures: _Pictures | None = None
    failed: list[MediaError] = []
    if tags.picture is not None:
        try:
            pictures = _pictures(file, sha256, tags.picture, cache, verify, progress.part(0.1, 0.9))
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
        raise failed[0] if failed else _nothing_inside(file)
    facts = _facts(file, sha256, tags, pictures, sound, sound_notes, failed)
    progress.report(1.0)
    return Inspection(facts=facts, index=None if pictures is None else pictures.index)


def grey_sequence(
    path: Path | str, facts: MediaFacts, cache: Cache | None, progress: Progress = SILENT
) -> GreySequence:
    """The 160×90 grey sequence of a recording: from the cache, else by one pass.

    Raises
    ------
    MediaEmpty
        When the recording has no pictures; and the errors of :func:`decode_pass`.
    """
    if cache is not None:
        stored = cache.arrays(facts.sha256, "grey", _parameters())
        if stored is not None:
            try:
                return GreySequence.from_arrays(stored)
            except (KeyError, ValueError):
                pass  # an entry of another make: absent
    grey = _decoded(path, facts, cache, progress).grey
    assert grey is not None
    return grey


def colour_sequence(
    path: Path | str, facts: MediaFacts, cache: Cache | None, progress: Progress = SILENT
) -> ColourSequence:
    """The colour of a recording's small pictures: from the cache, else by the same one pass.

    Raises
    ------
    MediaEmpty
        When the recording has no pictures; and the errors of :func:`decode_pass`.
    """
    if cache is not None:
        stored = cache.arrays(facts.sha256, "colour", _parameters())
        if stored is not None:
            try:
                return ColourSequence.from_arrays(stored)
            except (KeyError, ValueError):
                pass  # an entry of another make: absent
    colour = _decoded(path, facts, cache, progress).colour
    assert colour is not None
    return colour


def _decoded(
    path: Path | str, facts: MediaFacts, cache: Cache | None, progress: Progress
) -> _Pictures:
    file = Path(path)
    if read_tags(file).picture is None:
        raise MediaEmpty(f"{file.name} holds no pictures, only sound.", path=file)
    return _pass(file, facts.sha256, cache, progress)


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


def _parameters() -> dict[str, object]:
    """What index and grey depend on besides the file."""
    return {"version": _INDEX_VERSION, "libavcodec": list(av.library_versions["libavcodec"])}


def _pictures(
    file: Path,
    sha256: str,
    begin: StreamBegin,
    cache: Cache | None,
    verify: bool,
    progress: Progress,
) -> _Pictures:
    stored = _from_cache(sha256, begin, cache)
    if stored is not None:
        return stored
    if verify:
        return _pass(file, sha256, cache, progress)
    index, notes = provisional_index(file, progress)
    return _Pictures(begin=begin, index=index, rotation_deg=0, health=notes, grey=None, colour=None)


def _pass(file: Path, sha256: str, cache: Cache | None, progress: Progress) -> _Pictures:
    """The one decode: index, grey and colour, all stored."""
    indexer, collector, colours = IndexConsumer(), GreyConsumer(), ColourConsumer()
    decode_pass(file, [indexer, collector, colours], progress)
    index, grey, begin = indexer.index, collector.result, indexer.stream
    assert index is not None
    assert grey is not None
    assert begin is not None
    if not len(index):
        raise _nothing_inside(file)
    grey = grey.with_index(index)
    assert colours.colour is not None
    colour = ColourSequence(
        colour=colours.colour,
        time_ns=index.time_ns,
        picture=index.picture,
        width_px=grey.width_px,
        height_px=grey.height_px,
    )
    if cache is not None:
        arrays = dict(index.to_arrays())
        arrays["rotation_deg"] = np.array([indexer.rotation_deg])
        arrays |= notes_to_arrays(indexer.health)
        cache.store(sha256, "frame-index", _parameters(), arrays)
        cache.store(sha256, "grey", _parameters(), grey.to_arrays())
        cache.store(sha256, "colour", _parameters(), colour.to_arrays())
    return _Pictures(
        begin=begin,
        index=index,
        rotation_deg=indexer.rotation_deg,
        health=indexer.health,
        grey=grey,
        colour=colour,
    )


def _from_cache(sha256: str, begin: StreamBegin, cache: Cache | None) -> _Pictures | None:
    stored = None if cache is None else cache.arrays(sha256, "frame-index", _parameters())
    if stored is None:
        return None
    try:
        return _Pictures(
            begin=begin,
            index=FrameIndex.from_arrays(stored),
            rotation_deg=int(stored["rotation_deg"][0]),
            health=notes_from_arrays(stored),
            grey=None,
            colour=None,
        )
    except (KeyError, ValueError, IndexError):
        return None


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
    pictures: _Pictures | None,
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


def _span(pictures: _Pictures | None, sound: SoundFacts | None) -> tuple[MediaTime, MediaTime]:
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


def _picture_facts(pictures: _Pictures) -> PictureFacts:
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
    pictures: _Pictures | None,
    sound: SoundFacts | None,
    failed: list[MediaError],
) -> list[HealthNote]:
    """A stream that is announced but gives nothing, or a video file without pictures."""
    why = " ".join(error.message for error in failed)
    notes = []
    if tags.picture is not None and pictures is None:
        notes.append(
            HealthNote(code="no-picture", at=None, detail=f"Its pictures cannot be decoded. {why}")
        )
    elif tags.picture is None and tags.looks_like_video:
        detail = "This video file holds no picture stream, only sound."
        notes.append(HealthNote(code="no-picture", at=None, detail=detail))
    if tags.has_sound and sound is None:
        notes.append(
            HealthNote(code="no-sound", at=None, detail=f"Its sound cannot be decoded. {why}")
        )
    return notes


def _nothing_inside(file: Path) -> MediaEmpty:
    return MediaEmpty(
        f"{file.name} is a recording's shell: not one picture and not one sample can be decoded "
        "from it.",
        path=file,
        hint="Export it again from the recorder; nothing in this copy can be used.",
    )
