"""Pictures and sound into files, the same bytes every time the same encoder is used."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soundfile
from av.audio.frame import AudioFrame
from av.container import OutputContainer
from av.video.frame import VideoFrame

from .film import Pictures
from .voices import RATE_HZ, Sound

__all__ = ["write_flac", "write_untagged_mp3", "write_video"]

_TICKS_HZ = 90_000


def write_video(
    path: Path,
    pictures: Iterable[tuple[float, Pictures]],
    *,
    rate: Fraction,
    bits_per_s: int,
    key_s: float = 4.0,
    sound: Sound | None = None,
) -> None:
    """Write H.264 (and AAC) to an MP4 without dates in it.

    Parameters
    ----------
    pictures : iterable of (float, Pictures)
        Media time in seconds and RGB picture, in order.
    rate : Fraction
        Nominal pictures a second; the pictures' own times are what is written.
    bits_per_s : int
        Mean bit rate of the picture, which cheap recorders hold constant too.
    """
    with av.open(str(path), "w", options={"fflags": "+bitexact", "movflags": "+faststart"}) as out:
        stream = out.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.bit_rate = bits_per_s
        stream.codec_context.time_base = stream.time_base = Fraction(1, _TICKS_HZ)
        # Cheap recorders write no B-pictures; one thread, so that the bytes never vary.
        stream.options = {
            "preset": "medium", "threads": "1", "bf": "0",
            "g": str(round(float(rate) * key_s)), "flags": "+bitexact",
            "x264-params": "threads=1:bframes=0:scenecut=40:sliced-threads=0",
        }  # fmt: skip
        speech = None
        if sound is not None:
            speech = out.add_stream("aac", rate=RATE_HZ)
            speech.format, speech.layout, speech.bit_rate = "fltp", "mono", 28_000
        for media_s, picture in pictures:
            frame = VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(media_s * _TICKS_HZ), Fraction(1, _TICKS_HZ)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if speech is not None and sound is not None:
            _mux_sound(out, speech, sound)


def _sound_frames(sound: Sound) -> Iterator[AudioFrame]:
    samples = np.clip(sound, -1, 1).astype(np.float32)
    for start in range(0, samples.size, 1024):
        part = samples[None, start : start + 1024]
        frame = AudioFrame.from_ndarray(part, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = RATE_HZ, start
        frame.time_base = Fraction(1, RATE_HZ)
        yield frame


def _mux_sound(out: OutputContainer, stream: av.AudioStream, sound: Sound) -> None:
    for frame in _sound_frames(sound):
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


def write_flac(path: Path, sound: Sound) -> None:
    """Write 16-bit FLAC."""
    soundfile.write(path, sound, RATE_HZ, subtype="PCM_16")


def write_untagged_mp3(path: Path, sound: Sound) -> None:
    """Write an MP3 without the tag that says how much the encoder added at the start.

    A reader cannot know of the encoder's delay, so that everything in this copy is late.
    """
    options = {"write_xing": "0", "id3v2_version": "0", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="mp3", options=options) as out:
        stream = out.add_stream("libmp3lame", rate=RATE_HZ)
        stream.format, stream.layout, stream.bit_rate = "fltp", "mono", 24_000
        _mux_sound(out, stream, sound)
