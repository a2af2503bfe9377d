"""How a piece of sound agrees with another sound about a known place, moment by moment."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from sync.correlate.sound_many import even
from sync.correlate.sound_screen import FULL
from sync.correlate.sound_track import Readable
from sync.correlate.waveform import binned

Float = NDArray[np.float64]
Float32 = NDArray[np.float32]

BIN_S = 0.05
# Over this long agreement is averaged to see how good it is at its best.
SMOOTH_S = 0.5
# A moment counts for the match where it agrees more than so much of the best: half would cut off
# words said more softly, which is worse than a tail too long.
SHARE_OF_BEST = 0.3
# Moments below this share of the mean power are pauses, in which only noise could agree.
SOUNDS_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Agreement:
    """A piece at its best place within a small range."""

    place: float
    """Sample of the other sound at which the piece begins."""
    z: float
    """Agreement in standard deviations of unrelated sounds, with its sign."""
    span: tuple[int, int]
    """Samples of the piece, from … to, that agree; the rest may belong elsewhere."""
    rest_s: tuple[float, float]
    """Seconds of sound (pauses not counted) before and after them."""


def agreement(
    piece: Float32, other: Readable, place: float, radius_s: float, rate_hz: float
) -> Agreement | None:
    """Look within ± ``radius_s`` of a place; ``None`` where the other sound does not reach.

    Both are whitened in frames, so that every moment that sounds counts alike.
    """
    radius = max(1, math.ceil(radius_s * rate_hz))
    first = round(place) - radius
    wanted, missing = len(piece) + 2 * radius, max(0, -first)
    part = other.read(first + missing, max(0, wanted - missing))
    if len(part) < 0.5 * len(piece):
        return None
    part = np.pad(part, (missing, wanted - missing - len(part)))
    x, _ = even(piece, rate_hz, FULL)
    y, _ = even(part, rate_hz, FULL)
    sums = scipy.signal.correlate(y, x, mode="valid", method="fft")
    top = int(np.abs(sums).argmax())
    y = y[top : top + len(x)]
    power = math.sqrt(float(np.dot(x, x)) * float(np.dot(y, y)))
    if power <= 0:
        return None
    low_hz, high_hz = FULL.band_hz
    deviation = math.sqrt(0.5 * rate_hz / (high_hz - low_hz))
    z = float(sums[top]) / power * math.sqrt(len(x)) / deviation
    step = round(BIN_S * rate_hz)
    span, rest_s = _span(binned(x * y, step) * math.copysign(1.0, z), binned(piece * piece, step))
    return Agreement(
        place=float(first + top),
        z=z,
        span=(span[0] * step, min(span[1] * step, len(piece))),
        rest_s=rest_s,
    )


def _span(carried: Float, power: Float) -> tuple[tuple[int, int], tuple[float, float]]:
    """The run of bins that agrees most, and the seconds of sound before and after it.

    The largest sum of consecutive bins (Kadane), each less a share of the best agreement: what
    disagrees for long is left out, what pauses is not held against it.
    """
    sounds = power >= SOUNDS_SHARE * power.mean()
    width = min(len(carried), round(SMOOTH_S / BIN_S))
    best = float(np.convolve(carried, np.ones(width) / width, "valid").max())
    gain = np.where(sounds, carried - SHARE_OF_BEST * best, 0.0)
    total, begin = 0.0, 0
    largest, span = -math.inf, (0, len(carried))
    for k, one in enumerate(gain):
        if total <= 0:
            total, begin = 0.0, k
        total += float(one)
        if total > largest:
            largest, span = total, (begin, k + 1)
    return span, (
        BIN_S * float(sounds[: span[0]].sum()),
        BIN_S * float(sounds[span[1] :].sum()),
    )
