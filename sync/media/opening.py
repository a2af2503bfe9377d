"""Opening a file with FFmpeg's libraries: what it is, or one clear sentence why not.

The only place that calls ``av.open``. FFmpeg's own messages are switched off for the process: they
go to stderr in other words than ours, and what they report is found again as facts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.logging
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from sync.errors import (
    MediaDamaged,
    MediaEmpty,
    MediaEncrypted,
    MediaError,
    MediaNotRecognised,
    MediaUnreadable,
)
from sync.media.boxes import BoxesUnreadable, tracks_of
from sync.media.hashing import missing, unreadable
from sync.media.limits import OPTIONS, TIMEOUT_S, bound_allocations, bound_decoders

av.logging.set_level(None)
bound_allocations()

_HEAD_BYTES = 4096

# Demuxers that answer to files which are not recordings: texts, subtitles, play lists (which would
# open *other* files) and still pictures.
_NOT_RECORDINGS = {
    "tty", "ass", "srt", "webvtt", "subviewer", "subviewer1", "microdvd", "mpl2", "jacosub", "sami",
    "realtext", "stl", "vplayer", "pjs", "scc", "lrc", "aqtitle", "hls", "concat", "ffmetadata",
    "sdp", "dash", "imf", "rpl_text", "txd", "ico", "image2", "image2pipe", "tedcaptions",
    "sup", "vobsub", "mpsub",
}  # fmt: skip

# Demuxers chosen by a file's name alone; those of sound make up a rate of 44,100 a second.
_BY_NAME_ALONE = {
    "bin", "xbin", "adf", "idf", "data",
    "alaw", "mulaw", "vidc", "s8", "u8", "s16le", "s16be", "u16le", "u16be", "s24le", "s24be",
    "u24le", "u24be", "s32le", "s32be", "u32le", "u32be", "f32le", "f32be", "f64le", "f64be",
}  # fmt: skip

_ENCRYPTED = frozenset({"encv", "enca", "drmi", "drms"})
"""What MP4 and MOV call the coding of an encrypted track, instead of its name."""

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "an MP4 or MOV recording"),
    (4, b"moov", "an MP4 or MOV recording"),
    (4, b"mdat", "an MP4 or MOV recording"),
    (0, b"RIFF", "a WAV or AVI recording"),
    (0, b"RF64", "a WAV recording"),
    (0, b"riff", "a W64 recording"),
    (0, b"\x1aE\xdf\xa3", "a Matroska or WebM recording"),
    (0, b"OggS", "an Ogg recording"),
    (0, b"fLaC", "a FLAC recording"),
    (0, b"ID3", "an MP3 recording"),
    (0, b"FORM", "an AIFF recording"),
    (0, b"FLV", "an FLV recording"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "a Windows Media recording"),
    (0, b"\x00\x00\x01\xba", "an MPEG programme stream"),
)

_STILLS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a still picture (PNG)"),
    (b"\xff\xd8\xff", "a still picture (JPEG)"),
    (b"BM", "a still picture (BMP)"),
    (b"II*\x00", "a still picture (TIFF)"),
    (b"MM\x00*", "a still picture (TIFF)"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


def file_head(path: Path) -> bytes:
    """The first bytes of a file, after checking that there is one with something in it.

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaEmpty
    """
    try:
        if path.is_dir():
            raise MediaUnreadable(
                f"{path.name or path} is a folder, not a recording.",
                path=path,
                hint="Name the file inside it.",
            )
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except FileNotFoundError as error:
        raise missing(path) from error
    except OSError as error:
        raise unreadable(path, error) from error
    if not head:
        raise MediaEmpty(
            f"{path.name} has 0 bytes: nothing was recorded or copied into it.",
            path=path,
            hint="Ask for the file again from whoever exported it.",
        )
    return head


def refuse_non_media(path: Path, head: bytes) -> None:
    """Refuse what is plainly something else, before a decoder guesses at it.

    Raises
    ------
    MediaNotRecognised
    """
    what = _known_other(head)
    if what is not None:
        raise not_recognised(path, what)


def not_recognised(path: Path, what: str | None) -> MediaNotRecognised:
    """The error for a file that is no recording; ``what`` names what it is, where known."""
    is_what = f"is {what}, not a recording" if what else "holds no recording in any known format"
    hint = (
        "Choose the recording itself, or export it from the recorder's own player as MP4, AVI, "
        "MKV or WAV."
    )
    if what is None:
        hint += " Bare sound is read once its coding and rate are stated (--raw mulaw,8000)."
    return MediaNotRecognised(
        f"{path.name} {is_what}, whatever its name says; it cannot be used as a source.",
        path=path,
        hint=hint,
    )


def damaged_header(path: Path, head: bytes) -> MediaError:
    """The error for a file that FFmpeg would not open at all."""
    kind = next((name for at, magic, name in _MAGIC if head[at : at + len(magic)] == magic), None)
    if kind is None:
        return not_recognised(path, None)
    return MediaDamaged(
        f"{path.name} begins like {kind}, but it is cut short or damaged before anything in it "
        "can be decoded.",
        path=path,
        hint="Copy or export the file again; compare its size with the original's.",
    )


def _known_other(head: bytes) -> str | None:
    for magic, name in _STILLS:
        if head.startswith(magic):
            return name
    if not head.strip(b"\x00"):
        return "a run of zero bytes"
    body = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            head.decode("utf-16")
        except UnicodeDecodeError:
            return None
        return "a text file"
    printable = sum(byte >= 32 or byte in (9, 10, 12, 13, 27) for byte in head)
    if printable < len(head) or not _is_text(head):
        return None
    lowered = body[:256].lower()
    if lowered.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return "a text file (JSON)" if body[:1] in (b"{", b"[") else "a text file"


def _is_text(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) == _HEAD_BYTES
    return True


@contextlib.contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """Open a recording for reading; closed on leaving.

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaEmpty, MediaNotRecognised, MediaDamaged
    """
    container = open_container(path)
    try:
        yield container
    finally:
        container.close()


def open_container(path: Path) -> InputContainer:
    """As :func:`open_media`, for a reader that stays open; the caller closes it."""
    head = file_head(path)
    refuse_non_media(path, head)
    try:
        container = av.open(
            str(path.resolve()), metadata_errors="replace", options=OPTIONS, timeout=TIMEOUT_S
        )
    except PermissionError as error:
        raise unreadable(path, error) from error
    except (av.FFmpegError, ValueError, OSError) as error:
        raise damaged_header(path, head) from error
    name = container.format.name
    if name in _BY_NAME_ALONE:
        container.close()
        raise not_recognised(path, None)
    if name in _NOT_RECORDINGS or name.endswith("_pipe"):
        container.close()
        raise not_recognised(path, "a text, subtitle or still-picture file")
    bound_decoders(container)
    if picture_stream(container) is None and sound_stream(container) is None:
        locked = encrypted(path, container)
        if locked:
            container.close()
            raise MediaEncrypted(
                f"{path.name} is encrypted: its {' and '.join(locked)} cannot be decoded without "
                "the key.",
                path=path,
                hint="Export it without encryption from the recorder or its own player.",
            )
    return container


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The stream that holds the pictures: the first that is not a cover or thumbnail."""
    covers = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
    for stream in container.streams.video:
        if not stream.disposition & covers and _decodable(stream):
            return stream
    return None


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The first sound stream that has a decoder."""
    for stream in container.streams.audio:
        if _decodable(stream):
            return stream
    return None


def encrypted(path: Path, container: InputContainer) -> tuple[str, ...]:
    """What of a recording is encrypted: ``pictures``, ``sound``, both or nothing."""
    without = [stream for stream in container.streams if stream.codec_context is None]
    locked = {stream.type for stream in container.streams if _is_encrypted(stream)}
    if without:
        with contextlib.suppress(BoxesUnreadable, OSError, ValueError):
            names = {track.number: track.coding for track in tracks_of(path)}
            locked |= {stream.type for stream in without if names.get(stream.id) in _ENCRYPTED}
    return tuple(word for kind, word in _STREAM_WORDS.items() if kind in locked)


_STREAM_WORDS = {"video": "pictures", "audio": "sound"}


def _is_encrypted(stream: Stream) -> bool:
    """By the name of its coding, or (Matroska) by the key it names."""
    named = False
    with contextlib.suppress(UnicodeDecodeError):  # a damaged tag is not text, and no known one
        named = stream.codec_context is not None and stream.codec_context.codec_tag in _ENCRYPTED
    return named or "enc_key_id" in stream.metadata


def _decodable(stream: Stream) -> bool:
    return stream.codec_context is not None and not _is_encrypted(stream)


def packets_of(container: InputContainer, stream: Stream) -> Iterator[Packet[Any]]:
    """Packets of one stream in file order, the empty one that flushes its decoder last.

    A transport stream may begin another stream on the way. PyAV counts it among those to flush at
    the end and does not find it: by then ours has been flushed, since streams are only added.
    """
    with contextlib.suppress(IndexError):
        yield from container.demux(stream)
