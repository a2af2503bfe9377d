"""Making a sound nearly white and even, so that only what two recordings share stands out.

Three steps. Over the whole recording, every frequency is divided by the median magnitude about
it and lines that stand out are cut: mains hum and paging tones are *the same everywhere* and say
nothing about when. In frames of 0.13 s every frequency is then given the same magnitude (the
phase transform of Knapp & Carter 1976, regularised): voices, pitch and loudness go, timing stays.
Last, samples are limited to ± 4 standard deviations, so that no single click carries a match.

A long sound is also looked at with what rises above its recorder's noise made to count most
(:func:`above_noise`). Of a few seconds of voices that leaves a few strong harmonics, and unrelated
voices then agree by chance far more often than a Gaussian's law says: those are compared evenly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

# Radio and telephone carry this band; outside it copies differ.
BAND_HZ = (300.0, 3000.0)
# Where the sampling rate is too low for that band (mains recordings at 400 Hz), its usable part.
LOW_BAND = (0.02, 0.45)
# Width over which the level of a spectrum is taken: wide against a hum line, narrow against a
# voice's formants.
LINE_WIDTH_HZ = 2.0
# What stands out by this factor is a line and is removed; of noise 0.2 % does (Rayleigh).
LINE_LIMIT = 3.0
# A line this strong is removed with its skirts (it wanders and leaks); noise never reaches it.
STRONG_LINE = 6.0
SKIRT_HZ = 0.25
# Hum that a file cuts off in mid-cycle leaves a splash at both ends, alike in any two mains
# recordings: of 300 unrelated pairs of 8 s 46 % agreed at offset 0. Faded in and out over half a
# second, which then is not compared, 1 % do (``benchmarks/real_unrelated.py``).
END_S = 0.5
FRAME_S = 0.128
# Share of a frame's median magnitude added before dividing: bins emptied by a codec stay empty.
REGULAR = 0.1
# Frames whose energy is below this share (60 dB down) of the median sounding frame's are silence
# and say nothing: whitening would otherwise lift what a codec left in them.
SILENCE_SHARE = 1e-6
CLIP_SIGMA = 4.0
# The noise of a recorder at a frequency is what its quietest fifth of 16 s of frames has there: of
# white noise that fifth lies at 0.455 of its mean (three neighbouring bins averaged, counted).
NOISE_QUANTILE, NOISE_SHARE = 0.2, 0.455
# Of noise alone fewer than one value in five lies above this many times its mean: weights follow
# sound, not luck.
NOISE_MARGIN = 1.5
# Where nothing stands out of the noise it still counts this much: two recorders may share a sound
# that never pauses. Made speech under white noise 10 to 20 dB above it, in one or both, then stands
# 1.7 to 3 times as far above chance as with equal weights.
NOISE_WEIGHT = 0.1
# Both bound the memory that hours of sound take on the way.
FRAMES_AT_ONCE = 256
BINS_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class White:
    """A whitened sound: unit variance where it says something, exactly 0 elsewhere."""

    values: Float32
    rate_hz: float
    band_hz: tuple[float, float]


def band_for(rate_hz: float) -> tuple[float, float]:
    """The band that is compared at this sampling rate, in Hz."""
    if rate_hz >= 2.2 * BAND_HZ[1]:
        return BAND_HZ
    low = BAND_HZ[0] if rate_hz >= 8.0 * BAND_HZ[0] else LOW_BAND[0] * rate_hz
    return low, LOW_BAND[1] * rate_hz


def frame_length(rate_hz: float) -> int:
    """Samples of a frame: the power of two nearest to 0.128 s."""
    return max(32, int(2 ** round(np.log2(FRAME_S * rate_hz))))


def whiten_sound(values: Float32, rate_hz: float) -> White:
    """Whitened copy of ``values`` (n,) sampled at ``rate_hz``."""
    band = band_for(rate_hz)
    length = frame_length(rate_hz)
    end = min(round(END_S * rate_hz), len(values) // 4) if band[0] < BAND_HZ[0] else 0
    values = _faded(values, end)
    silent_frames = silent(values, length // 2)
    flat = _flatten_lines(values, rate_hz, band)
    flat = flatten_frames(flat, rate_hz, band, length, silent_frames)
    # Frames of equal magnitude lift what was left of a line: once more, as for traces.
    quiet = flat == 0
    flat = _flatten_lines(flat, rate_hz, band)
    flat[quiet] = 0
    flat[:end] = flat[len(flat) - end :] = 0
    active = flat != 0
    scale = float(np.sqrt(np.mean(flat[active] ** 2, dtype=np.float64))) if active.any() else 0.0
    if scale > 0:
        flat /= np.float32(scale)
        np.clip(flat, -CLIP_SIGMA, CLIP_SIGMA, out=flat)
    return White(flat, rate_hz, band)


def _faded(values: Float32, end: int) -> Float32:
    """``values`` rising from nothing and falling to it over ``end`` samples."""
    if end == 0:
        return values
    ramp = np.sin(0.5 * np.pi * (np.arange(end) + 0.5) / end).astype(np.float32) ** 2
    out = values - values.mean(dtype=np.float64).astype(np.float32)
    out[:end] *= ramp
    out[len(out) - end :] *= ramp[::-1]
    return np.asarray(out, np.float32)


def _flatten_lines(values: Float32, rate_hz: float, band: tuple[float, float]) -> Float32:
    """``values`` with an even spectrum inside the band, lines cut, nothing outside it."""
    count = len(values)
    size = int(scipy.fft.next_fast_len(count, real=True))
    spectrum = scipy.fft.rfft(values, size, workers=2)
    flatten_spectrum(spectrum, size / rate_hz, band)
    return np.asarray(scipy.fft.irfft(spectrum, size, workers=2)[:count], np.float32)


def flatten_spectrum(
    spectrum: NDArray[np.complex64],
    per_hz: float,
    band: tuple[float, float],
    *,
    even: bool = True,
) -> None:
    """Cut lines and what is outside the band of a spectrum of ``per_hz`` bins a hertz, in place.

    What is left is made as strong at every frequency where it shall be ``even``.
    """
    first, last = int(np.ceil(band[0] * per_hz)), int(band[1] * per_hz)
    spectrum[:first] = 0
    spectrum[last + 1 :] = 0
    inside = spectrum[first : last + 1]
    magnitude = np.abs(inside)
    level = _running_level(magnitude, max(5, round(LINE_WIDTH_HZ * per_hz)))
    level += np.float32(1e-7) * level.max(initial=np.float32(1e-30)) + np.float32(1e-30)
    magnitude /= level
    if even:
        inside /= level
    inside[_lines(magnitude, round(SKIRT_HZ * per_hz))] = 0


def _lines(excess: Float32, skirt: int) -> NDArray[np.bool_]:
    """Bins that stand out, and those within ``skirt`` of the strongest."""
    strong = np.flatnonzero(excess > STRONG_LINE)
    near = np.zeros(len(excess) + 1, np.int32)
    np.add.at(near, np.maximum(strong - skirt, 0), 1)
    np.add.at(near, np.minimum(strong + skirt + 1, len(excess)), -1)
    return np.asarray((excess > LINE_LIMIT) | (np.cumsum(near[:-1]) > 0), np.bool_)


def _running_level(magnitude: Float32, width: int) -> Float32:
    """Median magnitude in blocks of ``width`` bins, joined by straight lines."""
    count = len(magnitude)
    blocks = max(1, count // width)
    used = blocks * width if count >= width else count
    medians = np.median(magnitude[:used].reshape(blocks, -1), axis=1)
    middles = (np.arange(blocks) + 0.5) * (used / blocks)
    out = np.empty(count, np.float32)
    for begin in range(0, count, BINS_AT_ONCE):
        part = np.arange(begin, min(begin + BINS_AT_ONCE, count))
        out[begin : begin + len(part)] = np.interp(part, middles, medians)
    return out


def silent(values: Float32, hop: int) -> NDArray[np.bool_]:
    """Frames of two hops, the first starting one hop before the sound, that hold only silence."""
    count = -(-len(values) // hop)
    energy = np.zeros(count + 2)
    for k in range(count):
        part = values[k * hop : (k + 1) * hop]
        energy[k + 1] = np.dot(part, part)
    frames = energy[:-1] + energy[1:]
    sounding = frames[frames > 1e-9 * frames.max(initial=0.0)]
    typical = float(np.median(sounding)) if sounding.size else 0.0
    return np.asarray(frames <= SILENCE_SHARE * typical, np.bool_)


def flatten_frames(
    values: Float32,
    rate_hz: float,
    band: tuple[float, float],
    length: int,
    quiet: NDArray[np.bool_],
    factor: int = 1,
    *,
    weighted: bool = False,
) -> Float32:
    """Overlapping frames with equal magnitudes inside the band, added up again.

    Where ``weighted`` the magnitudes are those of :func:`above_noise`.

    With a ``factor`` they are added up at a rate that many times lower (the band must fit): sample
    j of the answer is at sample j · ``factor`` of ``values``.
    """
    hop, shorter = length // 2, length // factor
    frames, half = len(quiet), shorter // 2
    padded = np.zeros((frames + 1) * hop, np.float32)
    padded[hop : hop + len(values)] = values
    total = np.zeros((frames + 1) * half, np.float32)
    window = np.sin(np.pi * (np.arange(length) + 0.5) / length).astype(np.float32)
    hz = np.arange(length // 2 + 1) * (rate_hz / length)
    first, last = (
        int(place) for place in np.flatnonzero((hz >= band[0]) & (hz <= band[1]))[[0, -1]]
    )
    view = np.lib.stride_tricks.sliding_window_view(padded, length)[::hop]
    for begin in range(0, frames, FRAMES_AT_ONCE):
        part = view[begin : begin + FRAMES_AT_ONCE]
        inside = scipy.fft.rfft(part * window, axis=-1)[:, first : last + 1]
        size = np.abs(inside)
        middle = np.median(size, axis=1, keepdims=True)
        spectrum = np.zeros((len(part), half + 1), np.complex64)
        np.divide(
            inside,
            size + np.float32(REGULAR) * middle + np.float32(1e-30),
            out=spectrum[:, first : last + 1],
        )
        if weighted:
            sounding = ~quiet[begin : begin + len(part)]
            spectrum[:, first : last + 1] *= above_noise(size * size, sounding)
        spectrum[quiet[begin : begin + len(part)]] = 0
        flat = scipy.fft.irfft(spectrum, shorter, axis=-1) * window[::factor]
        for side in (0, 1):
            place = slice((begin + side) * half, (begin + side + len(part)) * half)
            total[place] += flat[:, side * half : (side + 1) * half].reshape(-1)
    return total[half : half + -(-len(values) // factor)]


def above_noise(power: Float32, sounding: NDArray[np.bool_]) -> Float32:
    """Weights, 0.1 to 1, of the bins of successive frames by how far they rise above the noise.

    Parameters
    ----------
    power
        Shape (frames, bins): squared magnitudes of half-overlapping frames.
    sounding
        Shape (frames,): those that hold more than silence.
    """
    smooth = power.copy()
    smooth[:, 1:-1] += power[:, :-2] + power[:, 2:]
    smooth[:, 1:-1] /= 3.0
    # Every second frame is new, and as good for a quantile.
    some = smooth[sounding][::2]
    if not len(some):
        return np.zeros_like(power)
    place = int(NOISE_QUANTILE * (len(some) - 1))
    noise = np.partition(some, place, axis=0)[place] * np.float32(NOISE_MARGIN / NOISE_SHARE)
    np.divide(noise, smooth + np.float32(1e-30), out=smooth)
    np.subtract(1.0, smooth, out=smooth)
    return np.asarray(np.maximum(smooth, NOISE_WEIGHT, out=smooth), np.float32)
