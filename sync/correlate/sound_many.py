"""Many short pieces of sound looked for in one long one, which is read and transformed only once.

As :mod:`sync.correlate.sound_screen`, for pieces of seconds: these are too short to even out their
own spectrum line by line, so that is done to the long sound alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from sync.correlate.chance import LOBE_S, GaussianMaximum, law_of_tops, stretch_length
from sync.correlate.sound_screen import BLOCK, Look
from sync.correlate.sound_track import Readable
from sync.correlate.whitening import REGULAR, flatten_spectrum, frame_length, silent
from sync.progress import SILENT, Progress

Float32 = NDArray[np.float32]
Int = NDArray[np.int64]

# No credit for places at which the long sound is mostly silent.
FLOOR_SHARE = 0.25
KEPT_OF_STRETCH = 2


@dataclass(frozen=True, slots=True)
class Places:
    """Scores of one piece along the long sound: of each stretch of places the largest."""

    law: GaussianMaximum
    at: Int
    """Shape (n,): the sample of the long sound at which the piece begins."""
    scores: Float32
    """Shape (n,): z there, with its sign."""

    def p(self, index: int) -> float:
        """Chance that an unrelated piece reaches this score at any of the places."""
        return self.law.p_value(abs(float(self.scores[index])))

    def peaks(self, most: int, apart: float) -> list[int]:
        """Indices of the largest |z|, the largest first, no two within ``apart`` samples."""
        chosen: list[int] = []
        for index in np.argsort(-np.abs(self.scores), kind="stable")[: 20 * most]:
            if all(abs(int(self.at[index] - self.at[k])) > apart for k in chosen):
                chosen.append(int(index))
            if len(chosen) == most:
                break
        return chosen


@dataclass(slots=True)
class _Piece:
    """One piece on its way along the long sound."""

    template: NDArray[np.complex64]
    length: int
    sounding: int
    low: int
    high: int
    tops: list[Float32]
    at: list[Int]
    some: list[Float32]


def scan_many(
    pieces: Sequence[Float32],
    whole: Readable,
    ranges: Sequence[tuple[int, int]],
    rate_hz: float,
    look: Look,
    progress: Progress = SILENT,
) -> list[Places | None]:
    """Where each of ``pieces`` fits in ``whole``; they begin at the samples from … to of its range.

    ``None`` for a piece that is silent, or has no place in its range at which ``whole`` holds all
    of it.
    """
    factor, low_hz = look.factor, rate_hz / look.factor
    size = BLOCK
    longest = max((len(piece) for piece in pieces), default=0)
    while size < 4 * longest // factor:
        size *= 2
    tried = [
        _piece(piece, whole.count, at, size, rate_hz, look)
        for piece, at in zip(pieces, ranges, strict=True)
    ]
    stretch = stretch_length(low_hz)
    new = size - max((one.length for one in tried if one), default=0) + 1
    new -= new % stretch
    for begin in range(0, whole.count // factor, new):
        wanted = [one for one in tried if one and one.low < begin + new and one.high >= begin]
        if wanted:
            _block(wanted, begin, new, size, whole, rate_hz, look)
        progress.report(min(1.0, (begin + new) * factor / whole.count))
    return [_places(one, rate_hz, look) if one else None for one in tried]


def _piece(
    piece: Float32, count: int, at: tuple[int, int], size: int, rate_hz: float, look: Look
) -> _Piece | None:
    white, active = even(piece, rate_hz, look)
    low = max(0, -(-at[0] // look.factor))
    high = min((count - len(piece)) // look.factor, at[1] // look.factor)
    power = float(np.dot(white, white))
    if high < low or power <= 0:
        return None
    template = np.asarray(scipy.fft.rfft(white / np.float32(np.sqrt(power)), size), np.complex64)
    np.conj(template, out=template)
    return _Piece(template, len(white), int(active.sum()), low, high, [], [], [])


def _block(
    wanted: Sequence[_Piece],
    begin: int,
    new: int,
    size: int,
    whole: Readable,
    rate_hz: float,
    look: Look,
) -> None:
    factor, low_hz = look.factor, rate_hz / look.factor
    white, active = even(whole.read(begin * factor, size * factor), rate_hz, look)
    spectrum = np.asarray(scipy.fft.rfft(white, size), np.complex64)
    flatten_spectrum(spectrum, size / low_hz, look.band_hz)
    parts = spectrum.view(np.float32)
    power = 2.0 * float(np.dot(parts, parts)) / size / max(int(active.sum()), 1)
    sums = np.zeros(size + 1)
    np.cumsum(active, out=sums[1 : len(active) + 1])
    sums[len(active) + 1 :] = sums[len(active)]
    for one in wanted:
        first = max(one.low, begin) - begin
        last = min(one.high, begin + new - 1) - begin + 1
        z = scipy.fft.irfft(spectrum * one.template, size)[first:last]
        sounding = sums[one.length + first : one.length + last] - sums[first:last]
        share = np.maximum(sounding / one.length, FLOOR_SHARE)
        z /= np.sqrt(np.maximum(power, 1e-30) * share).astype(np.float32)
        _keep(one, z, begin + first, stretch_length(low_hz), factor)


def _keep(one: _Piece, z: Float32, first: int, stretch: int, factor: int) -> None:
    """Of each stretch the z of largest size and its place; and some of all sizes."""
    count = -(-len(z) // stretch)
    padded = np.zeros(count * stretch, np.float32)
    padded[: len(z)] = z
    size = np.abs(padded).reshape(count, stretch)
    place = np.arange(count) * stretch + size.argmax(axis=1)
    one.tops.append(padded[place])
    one.at.append(np.asarray((first + place) * factor, np.int64))
    whole = size[: len(z) // stretch]
    one.some.append(whole[:, :: max(1, stretch // KEPT_OF_STRETCH)].reshape(-1))


def _places(one: _Piece, rate_hz: float, look: Look) -> Places:
    scores, at = np.concatenate(one.tops), np.concatenate(one.at)
    size = np.abs(scores)
    away = np.abs(at - at[int(size.argmax())]) > LOBE_S * rate_hz
    low_hz = rate_hz / look.factor
    law = law_of_tops(
        size[away], np.concatenate(one.some), one.high + 1 - one.low, low_hz, look.band_hz
    )
    return Places(law, at, scores)


def even(values: Float32, rate_hz: float, look: Look) -> tuple[Float32, NDArray[np.bool_]]:
    """``values`` whitened in frames at the look's rate, and which of its samples sound.

    Every frame is as strong as any other at every frequency of the band (the phase transform of
    Knapp & Carter 1976, regularised). A piece of a second or two is too short to learn from it
    what is noise, as :func:`sync.correlate.whitening.flatten_frames` does.
    """
    length = frame_length(rate_hz)
    hop, half = length // 2, length // look.factor // 2
    quiet = silent(values, hop)
    padded = np.zeros((len(quiet) + 1) * hop, np.float32)
    padded[hop : hop + len(values)] = values
    window = np.sin(np.pi * (np.arange(length) + 0.5) / length).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, length)[::hop]
    hz = np.arange(hop + 1) * (rate_hz / length)
    inside = (hz >= look.band_hz[0]) & (hz <= look.band_hz[1])
    kept = scipy.fft.rfft(frames * window, axis=-1)[:, inside]
    size = np.abs(kept)
    middle = np.median(size, axis=1, keepdims=True)
    kept /= size + np.float32(REGULAR) * middle + np.float32(1e-30)
    kept[quiet] = 0
    spectrum = np.zeros((len(frames), half + 1), np.complex64)
    spectrum[:, np.flatnonzero(inside)] = kept
    flat = scipy.fft.irfft(spectrum, 2 * half, axis=-1) * window[:: look.factor]
    total = np.zeros((len(frames) + 1, half), np.float32)
    total[:-1] += flat[:, :half]
    total[1:] += flat[:, half:]
    count = -(-len(values) // look.factor)
    sounding = np.repeat(~(quiet[:-1] & quiet[1:]), half)[:count]
    return total.reshape(-1)[half : half + count], sounding
