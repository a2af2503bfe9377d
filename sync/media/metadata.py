"""What a container says about itself: encoder, claimed times, and whether its name fits."""

from __future__ import annotations

import contextlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from sync.media.boxes import BoxesUnreadable, Edit, tracks_of
from sync.media.decode_pass import stream_begin
from sync.media.facts import FileClaim, HealthNote
from sync.media.frame_types import StreamBegin
from sync.media.opening import (
    encrypted,
    open_media,
    packets_of,
    picture_stream,
    sound_stream,
)
from sync.timebase import Duration, MediaTime

_FAMILIES: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(formats.split()), frozenset(extensions.split()))
    for formats, extensions in (
        ("mov mp4 m4a 3gp 3g2 mj2", "mp4 m4v m4a mov 3gp 3g2 qt f4v insv lrv"),
        ("avi", "avi divx"),
        ("matroska webm", "mkv webm mka mk3d"),
        ("mpegts", "ts mts m2ts m2t tod trp"),
        ("mpeg vob", "mpg mpeg vob ps mod m2p dat"),
        ("wav w64 rf64", "wav w64 rf64 bwf wave"),
        ("mp3", "mp3"),
        ("ogg", "ogg oga ogv opus spx"),
        ("flac", "flac"),
        ("aiff", "aif aiff aifc"),
        ("aac", "aac adts"),
        ("amr amrnb amrwb", "amr awb"),
        ("asf", "asf wmv wma"),
        ("flv", "flv f4v"),
        ("au", "au snd"),
        ("caf", "caf"),
        ("mxf", "mxf"),
        ("gif", "gif"),
    )
)
_SOUND_ONLY = frozenset({"m4a", "mka", "oga", "opus", "spx", "wma"})
_VIDEO_EXTENSIONS = frozenset(
    extension
    for formats, extensions in _FAMILIES
    for extension in extensions - _SOUND_ONLY
    if formats & {"mov", "avi", "matroska", "mpegts", "mpeg", "asf", "flv", "mxf"}
)

_CLAIMS = (
    "creation_time", "date", "timecode", "time_reference", "origination_date",
    "origination_time", "com.apple.quicktime.creationdate", "modification_date", "icrd", "year",
)  # fmt: skip
_ENCODERS = ("encoder", "software", "encoded_by", "com.android.version", "firmware", "originator")

_CONVERTERS = re.compile(
    r"lav[fc]\d*|libav|ffmpeg|handbrake|mencoder|x26[45]|whatsapp|telegram|signal|google|youtube|"
    r"facebook|adobe|premiere|davinci|final cut|imovie|vlc|virtualdub|avidemux|shotcut|"
    r"openshot|kdenlive|camtasia|format factory|mainconcept|audacity|garageband|gpac|l-smash|"
    r"bento4|vork|vireo eyes|mkvmerge|libwebm|tiktok|instagram|compressor|squeeze|capcut",
    re.IGNORECASE,
)
_HANDLER = re.compile(
    r"google|gpac|l-smash|bento4|mainconcept|vork|vireo|apple video media handler", re.IGNORECASE
)
"""Names of a track's handler that only converters write; a plain "VideoHandler" many cameras do."""

_CODERS: tuple[tuple[bytes, str], ...] = (
    (rb"x264 - core \d+", "x264"),
    (rb"x265 \(build \d+\)", "x265"),
    (rb"Lavc\d+\.\d+\.\d+", "FFmpeg"),
    (rb"XviD\d*|DivX\d*", "an MPEG-4 converter"),
    (rb"HandBrake", "HandBrake"),
    (rb"nvenc", "NVENC"),
)
"""What coders of converters write into the first picture itself (in H.264 and HEVC as a message of
user data, in MPEG-4 as user data, in JPEG as a comment): it outlives any change of container."""

_FIRST_BYTES = 1 << 20
"""A coder's name stands before the first picture's own data."""
_MESSENGER_NAME = re.compile(r"-WA\d{4}|whatsapp (video|audio|ptt)|^signal-\d|telegram", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTags:
    """What opening a file tells before anything is decoded."""

    container: str
    size_bytes: int
    duration: Duration | None
    """What the container announces."""
    encoder: str | None
    claims: tuple[FileClaim, ...]
    picture: StreamBegin | None
    has_sound: bool
    looks_like_video: bool
    """Whether the file's extension promises pictures."""
    converter: str | None
    """Tag of a converter or messenger, from the container or any stream."""
    coder: str | None
    """What the coded pictures say of the program that coded them, where it is a converter's."""
    edits: tuple[Edit, ...]
    """The picture track's edit list (MP4, MOV)."""
    encrypted: tuple[str, ...]
    """What cannot be decoded without a key: ``pictures``, ``sound``."""


def read_tags(path: Path) -> FileTags:
    """Open a file and read what its container says.

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaEmpty, MediaNotRecognised, MediaDamaged
    """
    with open_media(path) as container:
        picture = picture_stream(container)
        groups = [("", container.metadata)]
        groups += [(f"stream {s.index} ", s.metadata) for s in container.streams]
        tags = [
            (key.lower(), value, where) for where, group in groups for key, value in group.items()
        ]
        encoders = [value for key, value, _ in tags if key in _ENCODERS and value.strip()]
        converter = next((value for value in encoders if _CONVERTERS.search(value)), None)
        converter = converter or next(
            (value for key, value, _ in tags if key == "handler_name" and _HANDLER.search(value)),
            None,
        )
        length = container.duration
        return FileTags(
            container=container.format.name,
            size_bytes=path.stat().st_size,
            duration=None if length is None else Duration(length * (1_000_000_000 // av.time_base)),
            encoder=encoders[0] if encoders else None,
            claims=_claims(tags),
            picture=None if picture is None else stream_begin(path, picture),
            has_sound=sound_stream(container) is not None,
            looks_like_video=_extension(path) in _VIDEO_EXTENSIONS,
            converter=converter,
            coder=None if picture is None else _coder_of(container, picture),
            edits=() if picture is None else _edits_of(path, picture),
            encrypted=encrypted(path, container),
        )


def _coder_of(container: InputContainer, stream: VideoStream) -> str | None:
    """The converter that coded the first picture, as it names itself there."""
    data = bytes(stream.codec_context.extradata or b"")
    with contextlib.suppress(av.FFmpegError, OSError):
        first = next((packet for packet in packets_of(container, stream) if packet.size), None)
        data += b"" if first is None else bytes(first)[:_FIRST_BYTES]
    for pattern, name in _CODERS:
        found = re.search(pattern, data[: 2 * _FIRST_BYTES])
        if found is not None:
            said = found[0].decode("ascii", "replace")
            return said if name.lower() in said.lower() else f"{name}, {said}"
    return None


def _edits_of(path: Path, stream: VideoStream) -> tuple[Edit, ...]:
    with contextlib.suppress(BoxesUnreadable, OSError, struct.error, IndexError):
        return next((t.edits for t in tracks_of(path) if t.number == stream.id), ())
    return ()


def _claims(tags: list[tuple[str, str, str]]) -> tuple[FileClaim, ...]:
    """Times the file claims; one that a stream merely repeats is listed once."""
    found: dict[tuple[str, str], FileClaim] = {}
    for key, value, where in tags:
        if key in _CLAIMS and value.strip() and (key, value) not in found:
            known = any(name == key for name, _ in found)
            name = f"{where}{key}" if known else key
            found[key, value] = FileClaim(name=name, value=value)
    return tuple(found.values())


def _extension(path: Path) -> str:
    return path.suffix.lower().lstrip(".")


def mislabelled_note(path: Path, tags: FileTags) -> list[HealthNote]:
    """A note when the contents are not what the file's extension says."""
    names = set(tags.container.split(","))
    extension = _extension(path)
    known = {e for _, extensions in _FAMILIES for e in extensions}
    fits = any(names & formats and extension in extensions for formats, extensions in _FAMILIES)
    if fits or extension not in known or not any(names & f for f, _ in _FAMILIES):
        return []
    return [
        HealthNote(
            code="mislabelled",
            at=None,
            detail=f"The name says .{extension}, the contents are {tags.container.split(',')[0]}: "
            "it is read by its contents. Somebody renamed it.",
        )
    ]


def recoded_notes(path: Path, tags: FileTags) -> list[HealthNote]:
    """A note when a converter or messenger has written the file, or coded its pictures."""
    if tags.coder is not None:
        what = f"This is a re-encoded copy: its pictures were coded by a converter ({tags.coder})"
    else:
        by = tags.converter
        if by is None and _MESSENGER_NAME.search(path.name):
            by = "a messenger, by its name"
        if by is None:
            return []
        what = f"This is a re-encoded or rewrapped copy ({by})"
    return [
        HealthNote(
            code="re-encoded",
            at=None,
            detail=f"{what}: its frame times may not be the recorder's. Ask for the original.",
        )
    ]


def edit_notes(edits: tuple[Edit, ...], stored: int, shown: int) -> list[HealthNote]:
    """A note when an edit list leaves out, repeats or delays pictures; it is honoured.

    Parameters
    ----------
    stored, shown
        Pictures in the file, as far as FFmpeg hands them over, and those that have a time.
    """
    if not edits:
        return []
    pieces = [edit for edit in edits if edit.start is not None]
    empty_s = sum(edit.duration_s for edit in edits if edit.start is None)
    said = []
    if stored > shown:
        said.append(f"{stored - shown} stored pictures are decoded but never shown")
    if len(pieces) > 1:
        said.append(f"{len(pieces)} pieces of the recording are shown one after the other")
    if empty_s:
        said.append(f"the first picture is shown {empty_s:.3f} s late")
    if not said:
        return []
    return [
        HealthNote(
            code="edit-list",
            at=None,
            detail=f"An edit list changes what is shown: {', '.join(said)}. Times in the file "
            "follow it; what it leaves out may be had from the file by other means.",
        )
    ]


def size_notes(path: Path, tags: FileTags, found: Duration, end: MediaTime) -> list[HealthNote]:
    """A note when the file is shorter than its own header says."""
    announced = _riff_bytes(path)
    if announced is not None and announced > tags.size_bytes + 1:
        detail = f"The header announces {announced} bytes; the file has {tags.size_bytes}."
        return [HealthNote(code="truncated", at=end, detail=f"The file ends too early. {detail}")]
    if tags.container == "mpegts" and all(tags.size_bytes % packet for packet in (188, 192, 204)):
        detail = "The file ends too early: in the middle of a transport packet."
        return [HealthNote(code="truncated", at=end, detail=detail)]
    if tags.duration is None or tags.duration.ns - found.ns <= max(10**9, found.ns // 20):
        return []
    return [
        HealthNote(
            code="truncated",
            at=end,
            detail=f"The file announces {tags.duration.s:.2f} s; only {found.s:.2f} s are in it.",
        )
    ]


def _riff_bytes(path: Path) -> int | None:
    """Length that a RIFF header (WAV, AVI) announces; ``None`` for others and unset lengths."""
    with path.open("rb") as stream:
        head = stream.read(12)
    if head[:4] != b"RIFF" or len(head) < 12:
        return None
    length = int.from_bytes(head[4:8], "little")
    return None if length in (0, 0xFFFFFFFF) else length + 8
