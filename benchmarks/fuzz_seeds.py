"""Sound recordings to damage: every container and coding that can be made here, small."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.support.made_media import write_clip, write_sound

FRAMES = 30
RATE_HZ = 8000
REAL = Path(__file__).parents[2] / "shared" / "media"
REAL_BYTES = 150_000
_REAL_MOST = 12
_RECORDINGS = {".mp4", ".avi", ".mkv", ".mov", ".webm", ".wav", ".mp3", ".m4a", ".ogg", ".flac"}

_PICTURES: dict[str, tuple[str, dict[str, str], str | None]] = {
    "plain.mp4": ("libx264", {"preset": "ultrafast", "crf": "28"}, None),
    "film.mov": ("libx264", {"preset": "fast", "crf": "28"}, None),
    "film.mkv": ("libx264", {"preset": "fast", "crf": "28"}, None),
    "h264.ts": ("libx264", {"preset": "fast", "crf": "28"}, "mpegts"),
    "bare.h264": ("libx264", {"preset": "fast", "crf": "28"}, "h264"),
    "hevc.mp4": ("libx265", {"preset": "ultrafast", "x265-params": "log-level=none"}, None),
    "hevc.ts": ("libx265", {"preset": "ultrafast", "x265-params": "log-level=none"}, "mpegts"),
    "bare.hevc": ("libx265", {"preset": "ultrafast", "x265-params": "log-level=none"}, "hevc"),
    "asp.avi": ("mpeg4", {"b": "400000"}, None),
    "asp.mp4": ("mpeg4", {"b": "400000"}, None),
    "asp.m4v": ("mpeg4", {"b": "400000"}, "m4v"),
    "mjpeg.avi": ("mjpeg", {"b": "900000"}, None),
    "mjpeg.mkv": ("mjpeg", {"b": "900000"}, None),
    "bare.mjpeg": ("mjpeg", {"b": "900000"}, "mjpeg"),
    "mpeg2.mpg": ("mpeg2video", {"b": "400000"}, None),
    "mpeg2.ts": ("mpeg2video", {"b": "400000"}, "mpegts"),
    "mpeg2.mxf": ("mpeg2video", {"b": "400000"}, None),
    "mpeg1.mpg": ("mpeg1video", {"b": "400000"}, None),
    "vp9.webm": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "b": "300000"}, None),
    "vp8.webm": ("libvpx", {"deadline": "realtime", "cpu-used": "8", "b": "300000"}, None),
    "av1.mkv": ("libsvtav1", {"preset": "12", "crf": "40"}, None),
    "av1.mp4": ("libsvtav1", {"preset": "12", "crf": "40"}, None),
    "wmv2.wmv": ("wmv2", {"b": "400000"}, "asf"),
    "msmpeg4.avi": ("msmpeg4", {"b": "400000"}, None),
    "flv1.flv": ("flv", {"b": "400000"}, None),
    "h264.flv": ("libx264", {"preset": "fast", "crf": "28"}, None),
    "ffv1.mkv": ("ffv1", {}, None),
    "snow.avi": ("snow", {}, None),
}  # fmt: skip
_NO_B = {"libvpx", "libvpx-vp9", "ffv1", "wmv2", "msmpeg4", "flv", "snow"}

_SOUNDS = {
    "pcm.wav": "pcm_s16le", "deep.wav": "pcm_s24le", "float.wav": "pcm_f32le",
    "alaw.wav": "pcm_alaw", "ms.wav": "adpcm_ms", "ima.wav": "adpcm_ima_wav",
    "mp3.wav": "libmp3lame", "pcm.w64": "pcm_s16le", "lossless.flac": "flac",
    "tagged.mp3": "libmp3lame", "adts.aac": "aac", "phone.m4a": "aac", "lossless.m4a": "alac",
    "talk.opus": "libopus", "film.mka": "aac", "old.wma": "wmav2",
    "pcm.aiff": "pcm_s16be", "pcm.au": "pcm_s16be", "pcm.caf": "pcm_s16le", "disc.mp2": "mp2",
    "film.ac3": "ac3", "line.g722": "g722", "call.amr": "libopencore_amrnb", "t.tta": "tta",
    "pack.wv": "wavpack",
}  # fmt: skip


def _sound(rate_hz: int) -> np.ndarray:
    rng = np.random.default_rng(7)
    t = np.arange(rate_hz * 3 // 2) / rate_hz
    return (0.3 * np.sin(2 * np.pi * 440 * t) + 0.05 * rng.normal(size=len(t))).astype(np.float32)


def _pictures(path: Path) -> None:
    codec, options, container_format = _PICTURES[path.name]
    write_clip(
        path, range(FRAMES), codec=codec, options=options, container_format=container_format,
        gop=10, b_frames=0 if codec in _NO_B else 2,
    )  # fmt: skip


def _with_sound(path: Path) -> None:
    fragments = {"movflags": "frag_keyframe+empty_moov"} if path.stem == "pieces" else None
    write_clip(
        path, range(FRAMES), gop=10, sound=_sound(48_000),
        options={"preset": "fast", "crf": "28"}, container_options=fragments,
    )  # fmt: skip


def _only_sound(path: Path) -> None:
    rate_hz = {"libopus": 48_000, "ac3": 48_000, "g722": 16_000, "mp2": 16_000}
    codec = _SOUNDS[path.name]
    hz = rate_hz.get(codec, RATE_HZ)
    write_sound(path, _sound(hz), hz, codec, 24_000 if codec == "wmav2" else None)


def seeds(folder: Path) -> list[Path]:
    """The files, made where they are not there yet; in an order that never changes.

    A coding this build of FFmpeg cannot write is left out and said so.
    """
    makers: dict[str, Callable[[Path], None]] = dict.fromkeys(_PICTURES, _pictures)
    makers |= dict.fromkeys(("sound.mp4", "pieces.mp4", "sound.ts", "sound.mkv"), _with_sound)
    makers |= dict.fromkeys(_SOUNDS, _only_sound)
    made = _made(folder, makers)
    real = sorted(path for path in REAL.rglob("*.*") if path.suffix.lower() in _RECORDINGS)
    return made + [path for path in real if path.stat().st_size <= REAL_BYTES][:_REAL_MOST]


def made_pictures(folder: Path) -> list[Path]:
    """The clips among the seeds, one of every coding and container."""
    return _made(folder, dict.fromkeys(_PICTURES, _pictures))


def _made(folder: Path, makers: dict[str, Callable[[Path], None]]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SVT_LOG", "1")  # the AV1 encoder tells of each file otherwise
    made: list[Path] = []
    for name, make in makers.items():
        path = folder / name
        try:
            make(path)
        except (OSError, ValueError) as error:
            print(f"left out, cannot be written here: {name} ({error})", flush=True)
            path.unlink(missing_ok=True)
            continue
        made.append(path)
    return made
