"""Other ways to find where one sound lies in another: ``benchmarks.sound_search`` runs them.

Each takes the two sounds (the longer first, 8 kHz) and gives how many seconds later the second one
begins. None of them states an uncertainty, or ever says that there is no match.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy.fft
import scipy.signal
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Peer = Callable[[Float32, Float32], float]
RATE = 8000


def plain(a: Float32, b: Float32) -> float:
    """One FFT correlation, to a whole sample."""
    return float(scipy.signal.correlate(a, b, method="fft").argmax() - (len(b) - 1)) / RATE


def phase_transform(a: Float32, b: Float32) -> float:
    """GCC-PHAT (Knapp & Carter 1976) of both whole sounds, and a parabola through its top."""
    size = int(scipy.fft.next_fast_len(len(a) + len(b) - 1, real=True))
    cross = scipy.fft.rfft(a, size) * np.conj(scipy.fft.rfft(b, size))
    cross /= np.abs(cross) + np.float32(1e-12)
    sums = scipy.fft.irfft(cross, size)
    top = int(np.abs(sums).argmax())
    low, here, high = (abs(float(sums[(top + k) % size])) for k in (-1, 0, 1))
    bend = low - 2 * here + high
    lag = top - size if top > size // 2 else top
    return (lag + (0.5 * (low - high) / bend if bend else 0.0)) / RATE


def _written(folder: Path, name: str, values: Float32) -> Path:
    path = folder / name
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((values / np.abs(values).max() * 32_000).astype("<i2").tobytes())
    return path


def audio_offset_finder(a: Float32, b: Float32) -> float:
    """The BBC's command of that name, as its page describes it."""
    with tempfile.TemporaryDirectory() as name:
        paths = [_written(Path(name), f"{k}.wav", v) for k, v in enumerate((a, b))]
        command = ["audio-offset-finder", "--find-offset-of", str(paths[1]), "--within"]
        done = subprocess.run([*command, str(paths[0])], check=True, capture_output=True, text=True)
    found = re.search(r"Offset:\s*(-?[\d.]+)", done.stdout)
    return float(found.group(1)) if found else float("nan")


def audalign(a: Float32, b: Float32) -> float:
    """audalign's correlation of whole files."""
    module = importlib.import_module("audalign")
    with tempfile.TemporaryDirectory() as name:
        paths = [_written(Path(name), f"{k}.wav", v) for k, v in enumerate((a, b))]
        answer = module.align_files(*map(str, paths), recognizer=module.CorrelationRecognizer())
    return float(answer[paths[1].name]) - float(answer[paths[0].name])


PEERS: dict[str, tuple[Peer, str]] = {
    "plain correlation": (plain, "scipy"),
    "phase transform": (phase_transform, "scipy"),
    "audalign": (audalign, "audalign"),
    "audio-offset-finder": (audio_offset_finder, "audio_offset_finder"),
}


def installed(name: str) -> bool:
    """Whether a peer can be run here."""
    return importlib.util.find_spec(PEERS[name][1]) is not None
