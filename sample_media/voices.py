"""Synthetic speech by espeak-ng, cut so that it begins exactly with its first sound."""

import io
import subprocess
from functools import cache

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

__all__ = ["RATE_HZ", "Sound", "say"]

RATE_HZ = 8000
Sound = NDArray[np.float64]

#: Voice, pitch and words per minute of each speaker.
_SPEAKERS = {
    "lima": ("en-gb-scotland+m3", 42, 178),
    "control": ("en-gb-x-rp+f3", 55, 172),
    "gate": ("en-gb+m7", 30, 165),
    "mike": ("en-us+m1", 58, 180),
}


@cache
def _spoken(voice: str, words: str, hurry: float) -> Sound:
    name, pitch, speed = _SPEAKERS[voice]
    command = ["espeak-ng", "-v", name, "-p", str(pitch), "-s", str(round(speed * hurry)), "-a",
               "160", "-g", "1", "--stdout", words]  # fmt: skip
    wave = subprocess.run(command, check=True, capture_output=True).stdout
    samples, rate_hz = soundfile.read(io.BytesIO(wave))
    sound = resample_poly(samples, RATE_HZ, rate_hz)
    loud = np.abs(sound) > 0.03 * np.abs(sound).max()
    first, last = int(np.argmax(loud)), sound.size - int(np.argmax(loud[::-1]))
    return np.asarray(sound[first:last] / np.abs(sound).max())


def say(voice: str, words: str, longest_s: float = 99.0) -> Sound:
    """Speech of a voice, spoken faster when it would last longer than `longest_s`."""
    sound = _spoken(voice, words, 1.0)
    if sound.size > longest_s * RATE_HZ:
        sound = _spoken(voice, words, sound.size / RATE_HZ / longest_s * 1.04)
    return sound
