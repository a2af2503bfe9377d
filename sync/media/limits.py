"""Bounds that a hostile or damaged file runs into before it takes all memory or never ends.

All within the process: a child with its own memory limit takes some 0.2 to 0.3 s of CPU time to
start, for every file, and has no such limit on Windows. What that leaves open: FFmpeg's memory is
bounded for each allocation, each stream and each picture, not as one sum; a fault in FFmpeg itself
ends the program; and a read that the operating system never answers (a dead network drive) waits
for the system.
"""

from __future__ import annotations

import contextlib
import ctypes
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from sync.errors import MediaTooLarge

MOST_PIXELS = 8192 * 4352
"""8K of film and of television, with the rows coders add. H.264 may keep 16 pictures for
reference: this many pixels are then 1 GB."""

ALLOCATION_MOST = 128 << 20
"""Bytes. FFmpeg lists an MP4's samples in 24 bytes each, as many as its tables claim: a 9 kB file
that claims 80 million takes 4.8 GB (``benchmarks/hostile_claims.py``). This much holds 26 hours at
60 pictures a second; the largest plane of a picture takes 71 MB."""

_STREAMS_MOST = 32
"""A recorder of 16 cameras with a sound each."""

_SAMPLES_MOST = 1 << 22
"""Samples of one block of sound; codings have some thousand, and 192 kHz needs no more."""

_OPEN_S, _READ_S = 60.0, 60.0
"""Seconds for opening, and for one packet: slow network drives need some, an endless search in
damaged data needs more."""

_REPEATS_BORNE = 16
_ALWAYS_BORNE_BYTES = 1 << 16
"""Packets hold what the file holds, once; an edit list may show a piece again, several times.
Tables can point to the same bytes a billion times."""

OPTIONS = {
    # Only the file itself: a play list inside a recording must not reach other files.
    "protocol_whitelist": "file",
    "max_streams": str(_STREAMS_MOST),
}
"""What ``av.open`` is given. The size of a picture is no part of it: a decoder that is told while
streams are looked for forgets the size it refuses, and nobody could say what was claimed."""

_DECODER_OPTIONS = {"max_pixels": str(MOST_PIXELS), "max_samples": str(_SAMPLES_MOST)}

TIMEOUT_S = (_OPEN_S, _READ_S)


def bound_allocations() -> bool:
    """Bound each of FFmpeg's allocations for the process; False where its library is not found.

    PyAV does not offer the call; every extension module of it is linked to the library that does.
    Windows does not look there, so that only the other bounds hold there.
    """
    with contextlib.suppress(AttributeError, OSError):
        call = ctypes.CDLL(av._core.__file__).av_max_alloc
        call.argtypes, call.restype = [ctypes.c_size_t], None
        call(ALLOCATION_MOST)
        return True
    return False


def bound_decoders(container: InputContainer) -> None:
    """Let every decoder refuse what is larger than any recording: sizes change in mid-stream."""
    for stream in container.streams:
        if stream.codec_context is not None:
            stream.codec_context.options |= _DECODER_OPTIONS


def refuse_outsized(path: Path, stream: VideoStream) -> None:
    """Refuse pictures of a claimed size that no recorder makes, before one is decoded.

    Raises
    ------
    MediaTooLarge
    """
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > MOST_PIXELS:
        raise MediaTooLarge(
            f"{path.name} claims pictures of {width} × {height} pixels, more than the "
            f"{MOST_PIXELS / 1e6:.0f} million of the largest cameras, so they are not decoded.",
            path=path,
            width_px=width,
            height_px=height,
            hint="Its head is damaged or forged: copy or export the file again.",
        )


class ByteBudget:
    """Tells when more has been read from a file than can be in it."""

    def __init__(self, container: InputContainer) -> None:
        self._left = _REPEATS_BORNE * max(container.size, 0) + _ALWAYS_BORNE_BYTES

    def spent(self, size: int) -> bool:
        """Count a packet of ``size`` bytes; True once there have been too many."""
        self._left -= max(size, 1)
        return self._left < 0
