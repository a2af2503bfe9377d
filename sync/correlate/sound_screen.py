"""A first look for a piece of one sound in the whole of another, block by block.

At a quarter of the rate, in the band in which voices are strongest: most matches are so plain
there that the rest need not be computed. What is *not* found here is looked for again with all of
the sound (:mod:`sync.correlate.sound`); nothing is refused on this look.

Only one block of the longer sound is ever held. Its transform serves to even out its spectrum
(:mod:`sync.correlate.whitening`) and to correlate it (overlap-save).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from sync.correlate.chance import LOBE_S, GaussianMaximum, law_of_tops, stretch_length
from sync.correlate.sound_track import Readable
from sync.correlate.waveform import ENERGY_BIN_S, FLOOR_SHARE, binned
from sync.correlate.whitening import BAND_HZ, flatten_frames, flatten_spectrum, frame_length, silent
from sync.progress import SILENT, Progress

Float32 = NDArray[np.float32]
Int = NDArray[np.int64]

# Transforms of this length stay in a processor's cache; a window fills at most a quarter of one.
BLOCK = 1 << 18
# Of every stretch's |z| so many are kept for the median.
KEPT_OF_STRETCH = 2


@dataclass(frozen=True, slots=True)
class Look:
    """At which rate and in which band two sounds are compared."""

    factor: int
    band_hz: tuple[float, float]


COARSE = Look(4, (300.0, 960.0))
FULL = Look(1, BAND_HZ)


@dataclass(frozen=True, slots=True)
class Scan:
    """Scores of a piece of a at all its places in b: of each stretch of lags the largest."""

    law: GaussianMaximum
    lags: Int
    """Shape (n,): the lag (in samples of the sounds) of the largest score of each stretch."""
    scores: Float32
    """Shape (n,): z there, with its sign."""
    sounding: int
    """Pairs, at the look's rate, that stand behind a score."""

    @property
    def best(self) -> int:
        """Index of the largest |z|."""
        return int(np.abs(self.scores).argmax())

    @property
    def p(self) -> float:
        """Chance of the largest |z| between unrelated sounds."""
        return self.law.p_value(float(np.abs(self.scores).max()))


def scan(
    piece: Float32,
    first: int,
    b: Readable,
    lags: tuple[int, int],
    rate_hz: float,
    look: Look,
    progress: Progress = SILENT,
) -> Scan | None:
    """Look for ``piece``, the samples of a from ``first``, in b at the lags from … to.

    Only where the whole piece has a partner. ``None`` where there is no such lag, or the piece
    is silent.
    """
    factor, low_hz = look.factor, rate_hz / look.factor
    low = max(0, -(-(lags[0] + first) // factor))
    high = min((b.count - len(piece)) // factor, (lags[1] + first) // factor)
    white, sounding = _even(piece, rate_hz, look)
    if high < low or not sounding:
        return None
    size = BLOCK
    while size < 4 * len(white):
        size *= 2
    template = _spectrum(white, size, low_hz, look)
    np.conj(template, out=template)
    loud_a = _Loudness.of(white, sounding, template, low_hz)
    stretch, new = stretch_length(low_hz), size - len(white) + 1
    new -= new % stretch
    tops: list[Float32] = []
    places: list[Int] = []
    some: list[Float32] = []
    for begin in range(low, high + 1, new):
        part = b.read(begin * factor, size * factor)
        white_b, sounding_b = _even(part, rate_hz, look)
        spectrum = _spectrum(white_b, size, low_hz, look)
        loud_b = _Loudness.of(white_b, sounding_b, spectrum, low_hz)
        spectrum *= template
        count = min(new, high + 1 - begin)
        z = scipy.fft.irfft(spectrum, size)[:count]
        z /= _scale(loud_a, loud_b, count)
        top, place, rest = _stretches(z, stretch)
        tops.append(top)
        places.append((begin + place) * factor - first)
        some.append(rest)
        progress.report(min(1.0, (begin + new - low) / (high + 1 - low)))
    scores, at = np.concatenate(tops), np.concatenate(places)
    size_z = np.abs(scores)
    away = np.abs(at - at[int(size_z.argmax())]) > LOBE_S * rate_hz
    law = law_of_tops(size_z[away], np.concatenate(some), high + 1 - low, low_hz, look.band_hz)
    return Scan(law, at, scores, sounding)


def _even(values: Float32, rate_hz: float, look: Look) -> tuple[Float32, int]:
    """``values`` whitened in frames at the look's rate, and how many of its samples sound."""
    length = frame_length(rate_hz)
    quiet = silent(values, length // 2)
    flat = flatten_frames(values, rate_hz, look.band_hz, length, quiet, look.factor, weighted=True)
    # A sample sounds when one of the two frames over it does.
    sounding = ~(quiet[:-1] & quiet[1:])
    return flat, min(int(sounding.sum()) * (length // 2 // look.factor), len(flat))


def _spectrum(flat: Float32, size: int, rate_hz: float, look: Look) -> NDArray[np.complex64]:
    spectrum = np.asarray(scipy.fft.rfft(flat, size), np.complex64)
    flatten_spectrum(spectrum, size / rate_hz, look.band_hz, even=False)
    return spectrum


@dataclass(frozen=True, slots=True)
class _Loudness:
    """Where a whitened part has its energy."""

    sums: NDArray[np.float32]
    """Sums of squares over bins of 10 ms."""
    length: int
    """Samples of a bin."""
    mean: float
    """Mean square of what sounds."""

    @classmethod
    def of(
        cls, flat: Float32, sounding: int, spectrum: NDArray[np.complex64], rate_hz: float
    ) -> _Loudness:
        """Of samples that spread energy as ``flat``, whose ``spectrum`` has lost its lines."""
        parts = spectrum.view(np.float32)
        whole = float(np.dot(parts, parts)) / (len(spectrum) - 1)
        before = float(np.dot(flat, flat))
        length = max(1, round(ENERGY_BIN_S * rate_hz))
        sums = binned(flat * flat, length) * (whole / max(before, 1e-30))
        return cls(np.asarray(sums, np.float32), length, whole / max(sounding, 1))


def _scale(a: _Loudness, b: _Loudness, count: int) -> Float32:
    """√ Σ a² b² of the pairs at each of the first ``count`` lags; never below a floor."""
    size = int(scipy.fft.next_fast_len(len(b.sums) + 2, real=True))
    spectrum = np.conj(scipy.fft.rfft(a.sums, size)) * scipy.fft.rfft(b.sums, size)
    bins = scipy.fft.irfft(spectrum, size)[: count // a.length + 2] / a.length
    floor = FLOOR_SHARE * float(a.sums.sum()) * b.mean + 1e-30
    scale = np.sqrt(np.maximum(bins, floor)).astype(np.float32)
    # The bin of a lag is the nearest one.
    half = a.length // 2
    return np.repeat(scale, a.length)[half : half + count]


def _stretches(z: Float32, stretch: int) -> tuple[Float32, Int, Float32]:
    """Of each stretch the z of largest size and its place; and some of all sizes."""
    count = -(-len(z) // stretch)
    padded = np.zeros(count * stretch, np.float32)
    padded[: len(z)] = z
    size = np.abs(padded).reshape(count, stretch)
    place = np.arange(count) * stretch + size.argmax(axis=1)
    whole = size[: len(z) // stretch, : stretch - stretch % KEPT_OF_STRETCH]
    # A copy: as a view it would keep the whole block of every block.
    some = whole[:, :: max(1, stretch // KEPT_OF_STRETCH)].flatten()
    return padded[place], np.asarray(place, np.int64), some
