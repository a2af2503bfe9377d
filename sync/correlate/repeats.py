"""Whether a sound repeats itself, so that its true place cannot be told from the repetitions.

An alarm or a pulsed tone repeats itself in loudness and in waveform. Whitening leaves only the
noise about it, which two *copies* of one recording share and two recorders do not; where loudness
and waveform both fit nearly as well elsewhere, a person must choose.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sync.correlate.ncc import ncc
from sync.correlate.preprocess import highpass
from sync.correlate.waveform import binned

Float32 = NDArray[np.float32]

# Loudness in steps of two hum cycles, less its mean over five seconds: pulses stay, gain goes.
LOUDNESS_BIN_S = 0.04
LOUDNESS_HIGHPASS_S = 5.0
# Neighbouring cycles of a real alarm correlate 0.95 in waveform and loudness; other sounds stay
# below 0.6 in loudness.
LOUDNESS_SHARE = 0.9
LOUDNESS_LEAST = 0.3
WAVEFORM_SHARE = 0.8
APART_S = 0.5
NEAR_S = 0.06
MOST = 4
# Waveforms are compared over at most this much of the overlap, about its loudest middle.
COMPARED_S = 20.0


def repetitions(
    a: Float32, b: Float32, rate_hz: float, best: int, min_overlap_s: float
) -> tuple[int, ...]:
    """Lags (b later, in samples) at which two sounds fit about as well as at ``best``."""
    length = max(1, round(LOUDNESS_BIN_S * rate_hz))
    bin_s = length / rate_hz
    window = round(LOUDNESS_HIGHPASS_S / bin_s)
    levels = [np.sqrt(binned(values * values, length)) for values in (a, b)]
    masks = [np.ones(len(level), np.bool_) for level in levels]
    x, y = (highpass(level, mask, window) for level, mask in zip(levels, masks, strict=True))
    lags, r, _ = ncc(x, y, masks[0], masks[1], max(8, math.ceil(min_overlap_s / bin_s)))
    r = np.nan_to_num(r, nan=-1.0)
    middle = round(best / length) - int(lags[0])
    here = float(r[max(0, middle - 1) : middle + 2].max(initial=-1.0))
    if here < LOUDNESS_LEAST:
        return ()
    waveform = _waveform(a, b, rate_hz, best, 1)[0]
    found: list[int] = []
    left = r.copy()
    apart = math.ceil(APART_S / bin_s)
    left[max(0, middle - apart) : middle + apart + 1] = -1.0
    while len(found) < MOST:
        peak = int(left.argmax())
        if left[peak] < LOUDNESS_SHARE * here:
            break
        near = max(length, round(NEAR_S * rate_hz))
        fit, lag = _waveform(a, b, rate_hz, int(lags[peak]) * length, near)
        if fit >= WAVEFORM_SHARE * waveform:
            found.append(lag)
        left[max(0, peak - apart) : peak + apart + 1] = -1.0
    return tuple(found)


def _waveform(a: Float32, b: Float32, rate_hz: float, lag: int, near: int) -> tuple[float, int]:
    """Largest |correlation| of the plain waveforms within ``near`` samples of a lag, and where."""
    begin, end = max(0, -(lag - near)), min(len(a), len(b) - (lag + near))
    begin, end = max(begin, -(lag - near)), max(end, begin)
    most = round(COMPARED_S * rate_hz)
    if end - begin > most:
        begin = begin + (end - begin - most) // 2
        end = begin + most
    if end - begin < 16:
        return 0.0, lag
    x, y = a[begin:end], b[begin + lag - near : end + lag + near]
    places, r, _ = ncc(x, y, np.ones(len(x), np.bool_), np.ones(len(y), np.bool_), len(x))
    size = np.nan_to_num(np.abs(r), nan=0.0)
    top = int(size.argmax())
    return float(size[top]), lag - near + int(places[top])
