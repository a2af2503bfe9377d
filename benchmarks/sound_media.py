"""What reading, drawing and placing sound costs, and what its codings hide.

Run as ``python -m benchmarks.sound_media [--hours 10] [--rounds 3] [--folder DIR]``. The long
recording (speech-like bursts over noise, 8 kHz, 16 bits) is made in a temporary folder. Times are
CPU seconds of this process; each row is the median of its rounds, beside the bare read of the same
bytes in the same round.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from sync.cache import Cache
from sync.media.pyramid import probed_pyramid, waveform_pyramid
from sync.media.sound import SoundReader
from sync.media.spectrogram import Shape, spectrogram
from tests.support.made_media import write_sound

RATE_HZ = 8000
_BLOCK = 1 << 18
_SCREEN_PX = 1100

CODINGS: tuple[tuple[str, str, int, int | None, dict[str, str]], ...] = (
    ("tagged.mp3", "libmp3lame", 8000, None, {}),
    ("untagged.mp3", "libmp3lame", 8000, None, {"write_xing": "0"}),
    ("mp3.wav", "libmp3lame", 8000, None, {}),
    ("adts.aac", "aac", 8000, None, {}),
    ("stream.ts", "aac", 8000, None, {}),
    ("phone.m4a", "aac", 8000, None, {}),
    ("film.mka", "aac", 8000, None, {}),
    ("eight.wma", "wmav2", 8000, 24_000, {}),
    ("cd.wma", "wmav2", 44_100, 64_000, {}),
    ("call.amr", "amr_nb", 8000, 12_200, {}),
    ("line.g722", "g722", 16_000, None, {}),
    ("disc.mp2", "mp2", 48_000, None, {}),
    ("film.ac3", "ac3", 48_000, None, {}),
    ("talk.opus", "libopus", 48_000, None, {}),
    ("lossless.m4a", "alac", 8000, None, {}),
)
"""File, FFmpeg's encoder, samples a second, bits a second, options of the container."""


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def table(title: str, rows: list[list[str]]) -> None:
    """Print rows in columns; the first is the head."""
    print(f"\n{title}")
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


# -- long recordings ------------------------------------------------------------------------------


def make_long(folder: Path, hours: float) -> dict[str, Path]:
    """The same sound as WAV and as FLAC."""
    random = np.random.default_rng(11)
    minute = 60 * RATE_HZ
    calls = np.repeat(random.random(60) < 0.3, RATE_HZ)
    block = (random.normal(0, 60, minute) + calls * random.normal(0, 3000, minute)).astype(np.int16)
    paths = {kind: folder / f"long.{kind}" for kind in ("wav", "flac")}
    for path in paths.values():
        with soundfile.SoundFile(path, "w", RATE_HZ, 1, "PCM_16") as file:
            for _ in range(round(hours * 60)):
                file.write(block)
    return paths


def bare_read(path: Path) -> None:
    """The bytes alone."""
    buffer = bytearray(2 * _BLOCK)
    with path.open("rb", buffering=0) as stream:
        while stream.readinto(buffer):
            pass


def decode(path: Path) -> None:
    """libsndfile alone, into 16-bit numbers."""
    with soundfile.SoundFile(path) as file:
        while len(file.read(_BLOCK, dtype="int16")):
            pass


def long_rows(path: Path, rounds: int, folder: Path) -> list[list[str]]:
    """First picture, complete, reopened, beside the bare read and the decoder alone."""
    times: dict[str, list[float]] = {}
    sha256 = "ab" * 32
    for number in range(rounds):
        cache = Cache(folder / f"{path.name} {number}")
        works: dict[str, Callable[[], object]] = {
            "bare read": partial(bare_read, path),
            "decoder alone": partial(decode, path),
            "first picture": partial(probed_pyramid, path, sha256),
            "complete": partial(waveform_pyramid, path, cache, sha256),
            "reopened": partial(waveform_pyramid, path, cache, sha256),
        }
        for name, work in works.items():
            times.setdefault(name, []).append(cpu_s(work))
    bare = statistics.median(times["bare read"])
    rows = []
    for name, spent in times.items():
        median = statistics.median(spent)
        rows.append(
            [path.name, name, f"{median:.3f}", f"{min(spent):.3f}–{max(spent):.3f}",
             f"{median / bare:.2f} ×"]
        )  # fmt: skip
    return rows


# -- spectrograms ---------------------------------------------------------------------------------


def spectrogram_rows(path: Path, rounds: int) -> list[list[str]]:
    """One screen at several zooms, each from the file."""
    rows = [["on screen", "CPU ms", "real time"]]
    with SoundReader(path) as reader:
        most_s = reader.samples / RATE_HZ
        for shown_s in (1.0, 10.0, 60.0, 600.0, 3600.0, most_s):
            work = partial(spectrogram, reader, 0, shown_s * RATE_HZ, _SCREEN_PX)
            spent = statistics.median(cpu_s(work) for _ in range(rounds))
            rows.append([f"{shown_s:g} s", f"{spent * 1e3:.1f}", f"{shown_s / spent:,.0f} ×"])
    return rows


def transform_rows(path: Path, rounds: int) -> list[list[str]]:
    """Every window of ten minutes, beside scipy's ShortTimeFFT on the same samples in memory."""
    from scipy.signal import ShortTimeFFT

    seconds = 600
    with SoundReader(path) as reader:
        samples = reader.read(0, seconds * RATE_HZ)[:, 0]
        window = Shape.of(RATE_HZ, 1.0).window
        hop = window
        columns = len(samples) // hop
        transform = ShortTimeFFT(np.hanning(window), hop, RATE_HZ)
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(cpu_s(lambda: spectrogram(reader, 0, columns * hop, columns)))
            theirs.append(cpu_s(lambda: 10 * np.log10(transform.spectrogram(samples) + 1e-20)))
    rows = [["every window of 600 s", "CPU s", "real time"]]
    for name, spent in (("ours, from the file", ours), ("ShortTimeFFT, in memory", theirs)):
        median = statistics.median(spent)
        rows.append([name, f"{median:.3f}", f"{seconds / median:,.0f} ×"])
    return rows


# -- what codings hide ----------------------------------------------------------------------------


def noise_bursts(rate_hz: int) -> NDArray[np.float32]:
    """Four seconds with two bursts of speech-band noise."""
    count = 4 * rate_hz
    spectrum = np.fft.rfft(np.random.default_rng(0).normal(0, 1, count))
    pitch_hz = np.fft.rfftfreq(count, 1 / rate_hz)
    spectrum[(pitch_hz < 300) | (pitch_hz > 3000)] = 0
    sound = np.fft.irfft(spectrum, count)
    open_s = np.arange(count) / rate_hz
    sound *= ((open_s > 1) & (open_s < 1.5)) | ((open_s > 2) & (open_s < 3))
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


def late_ms(path: Path, sound: NDArray[np.float32], rate_hz: int) -> tuple[float, float]:
    """(by how much the file's sound is late on its own media time, stated half-width), ms."""
    with SoundReader(path) as reader:
        heard = reader.read(0, reader.samples)[:, 0]
        size = 1 << 19
        both = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sound, size))
        lag = int(np.argmax(np.abs(np.fft.irfft(both, size))))
        lag = lag - size if lag > size // 2 else lag
        return reader.start.s * 1e3 + lag / rate_hz * 1e3, reader.start_half.s * 1e3


def coding_rows(folder: Path) -> list[list[str]]:
    """Every coding that can be written here."""
    rows = [["file", "encoder", "late ms", "stated ± ms", "inside"]]
    for name, encoder, rate_hz, bit_rate, options in CODINGS:
        sound = noise_bursts(rate_hz)
        try:
            write_sound(folder / name, sound, rate_hz, encoder, bit_rate, **options)
        except (av.FFmpegError, ValueError) as error:
            rows.append([name, encoder, f"not written here ({type(error).__name__})", "", ""])
            continue
        late, half = late_ms(folder / name, sound, rate_hz)
        # Half a sample more: the correlation is taken at whole samples.
        inside = abs(late) <= half + 500 / rate_hz
        rows.append([name, encoder, f"{late:+.1f}", f"{half:.1f}", "yes" if inside else "NO"])
    return rows


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the files are made (about 1 GB)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        table("What codings hide (their sound against what was written)", coding_rows(folder))
        before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        paths = make_long(folder, arguments.hours)
        rows = [["file", "what", "CPU s", "lowest–highest", "of the bare read"]]
        for path in paths.values():
            rows += long_rows(path, arguments.rounds, folder)
        table(f"{arguments.hours:g} h of {RATE_HZ / 1000:g} kHz", rows)
        shown = spectrogram_rows(paths["wav"], arguments.rounds)
        table(f"One screen of {_SCREEN_PX} columns", shown)
        table("All windows", transform_rows(paths["wav"], arguments.rounds))
        after_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"\nMemory at most: {after_mb:.0f} MB, {before_mb:.0f} of them before the long files")


if __name__ == "__main__":
    main()
