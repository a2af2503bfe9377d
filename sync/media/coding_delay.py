"""By how much a coding may displace sound in time where the file does not say.

An encoder of sound puts samples in front of what it was given, and a file may or may not say how
many. FFmpeg cuts off what the file states (its packets then carry ``skip_samples``). Where nothing
is stated the sound's first sample is uncertain, by the largest displacement known of any encoder
of that coding.
"""

from __future__ import annotations

import contextlib

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from sync.media.opening import packets_of

_MP3_DECODER = 529
"""Samples every MP3 decoder is late by (LAME technical FAQ); a tag without an encoder's delay
makes FFmpeg cut off these alone."""

_LOSSLESS_OR_IMMEDIATE = (
    "pcm_", "adpcm_", "flac", "alac", "wavpack", "tta", "ape", "gsm", "vorbis", "g726", "als",
    "mlp", "truehd", "shorten",
)  # fmt: skip
"""Codings that decode sample for sample, by construction (PCM, lossless, ADPCM, GSM 06.10) or by
their standard (Vorbis drops its first half block). Measured in ``benchmarks/sound_media.py``."""


def stated_skip(container: InputContainer, stream: AudioStream) -> int | None:
    """Samples the container says to cut off at the start; ``None`` where it says nothing.

    Reads the first packet: open the file anew to decode from the start.
    """
    with contextlib.suppress(av.FFmpegError, OSError):
        for packet in packets_of(container, stream):
            if packet.size:
                for data in packet.iter_sidedata():
                    if data.data_type == "skip_samples":
                        return int.from_bytes(bytes(data)[:4], "little")
                return None
    return None


def unstated_delay(
    codec: str, profile: str | None, rate_hz: int, skip: int | None
) -> tuple[int, str] | None:
    """(samples, why) by which the first sample may lie off, either way; ``None`` where exact.

    Parameters
    ----------
    codec, profile
        As FFmpeg names them.
    skip
        What :func:`stated_skip` found.
    """
    is_mp3 = codec.startswith("mp3")
    if skip is not None and not (is_mp3 and skip <= _MP3_DECODER):
        return None
    if codec.startswith(_LOSSLESS_OR_IMMEDIATE):
        return None
    if is_mp3:
        # Largest known: FhG's 1160 (LAME technical FAQ; LAME's own is 576) and the decoder's.
        return 1160 + _MP3_DECODER, "MP3 without its encoder's delay"
    if codec.startswith(("mp1", "mp2")):
        # The filter bank's 481 measured; an encoder may hold back one frame of 1152 at most.
        return 1152, "MPEG layer I or II, which never states its encoder's delay"
    if codec.startswith("aac"):
        # Largest in use: Apple's 2112 (Technical Note TN2258), at half the rate under SBR, whose
        # decoder adds 481 there. FFmpeg's own is 1024.
        late = 2 * (2112 + 481) if profile is not None and "HE" in profile else 2112
        return late, "AAC without its encoder's delay"
    if codec.startswith("wma"):
        # Measured: by its timestamps the sound is one block late, by its count one early.
        block = 512 if rate_hz <= 16_000 else 1024 if rate_hz <= 22_050 else 2048
        return block, "Windows Media Audio, whose times and samples differ by a block"
    if codec in ("ac3", "eac3"):
        return 256, "AC-3, which never states its encoder's delay"
    if codec in ("opus", "libopus"):
        return 312 * rate_hz // 48_000, "Opus without its pre-skip"
    if codec in ("speex", "libspeex"):
        # Look-ahead: 10 ms in the narrow band, 14 ms above (Speex manual).
        return -(-rate_hz * (10 if rate_hz <= 8000 else 14) // 1000), "Speex"
    if codec.startswith(("amr", "libopencore_amr")):
        # Look-ahead 5 ms; the wide band is resampled on both sides, 1 ms each.
        return -(-rate_hz * (5 if rate_hz <= 8000 else 7) // 1000), "AMR"
    if codec == "g722":
        return 22, "G.722"
    # 2112 is the largest that any coding named above has at its own rate.
    return 2112, f"{codec}, whose delay is not known to this program"


__all__ = ["stated_skip", "unstated_delay"]
