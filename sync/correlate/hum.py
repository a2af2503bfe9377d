"""A match of two hums must keep their hum in step, or what agrees is not what was recorded.

Whitening takes steady tones out of a sound, so where hum is nearly all there is, the search
compares the faint noise under it. Two files that were made by one program can share it: the dither
of a resampler is a pseudo-random sequence, the same in every file. Of the five mains recordings of
``pairs/enf-whu`` three pairs agree so, at offsets that differ by whole multiples of 4,096 samples.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sync.correlate.result import Candidate, SearchResult
from sync.correlate.sound_asked import Samples

# Of a voice or a siren the strongest tone holds less than half, of a mains reference 0.99.
HUM_SHARE = 0.9
# Half the width of a tone: the mains wander by some 0.1 Hz, and a window of 2 s resolves 1 Hz.
TONE_HALF_HZ = 2.0
WINDOW_S = 2.0
# The tone's phase is compared piece by piece; the mains of two moments part by a cycle in a minute
# or two, so over less than this they might keep step by chance.
PIECE_S, SHORTEST_S = 5.0, 120.0
# Length of the mean of the unit phase differences: 1 in step whatever the constant difference (a
# microphone, another phase of the mains), about 1/√n for pieces out of step. Measured: 1.00 for
# excerpts of one mains recording, at most 0.39 for different ones.
IN_STEP = 0.7
REFUSED = (
    "No match found. At {offset:.3f} s a faint noise agrees, but the hum of {hz:.0f} Hz that makes "
    "up {share:.1f} % of both sounds does not keep step there. Files that were made by one program "
    "can share such a noise."
)


def hum_refused(a: Samples, b: Samples, found: SearchResult) -> SearchResult:
    """``found``, or a refusal where both are hum and the hum is out of step at the best candidate.

    Parameters
    ----------
    a, b
        The sounds that were searched, of one rate.
    """
    if found.status not in ("significant", "ambiguous", "weak") or not found.candidates:
        return found
    tones = [strongest_tone(sound) for sound in (a, b)]
    if min(share for _, share in tones) < HUM_SHARE:
        return found
    if abs(tones[0][0] - tones[1][0]) > TONE_HALF_HZ:
        return found
    hz = 0.5 * (tones[0][0] + tones[1][0])
    best = found.candidates[0]
    step = in_step(a, b, best, hz)
    if step is None or step >= IN_STEP:
        return found
    share = min(99.9, 100.0 * min(share for _, share in tones))
    said = REFUSED.format(offset=best.offset_s, hz=hz, share=share)
    return replace(
        found, status="no-match", reasons=(said,), candidates=(), segments=(), segments_of=None
    )


def strongest_tone(sound: Samples) -> tuple[float, float]:
    """Frequency (Hz) of the strongest tone, and its part of the energy (0 … 1) above 1 Hz."""
    window = min(round(WINDOW_S * sound.rate_hz), sound.count)
    power = np.zeros(window // 2 + 1)
    taper = np.hanning(window)
    for first in range(0, sound.count - window + 1, window):
        part = sound.values[first : first + window].astype(np.float64)
        power += np.abs(np.fft.rfft(taper * (part - part.mean()))) ** 2
    hz = np.fft.rfftfreq(window, 1.0 / sound.rate_hz)
    power[hz < 1.0] = 0.0
    whole = float(power.sum())
    if whole <= 0:
        return 0.0, 0.0
    top = float(hz[power.argmax()])
    return top, float(power[np.abs(hz - top) <= TONE_HALF_HZ].sum()) / whole


def in_step(a: Samples, b: Samples, candidate: Candidate, hz: float) -> float | None:
    """How steadily the phase of a tone differs between two sounds at a candidate, 0 … 1.

    ``None`` where the overlap is too short to tell.
    """
    rate_hz, length = a.rate_hz, round(PIECE_S * a.rate_hz)
    drift = 1e-6 * (candidate.drift_ppm or 0.0)
    steps: list[complex] = []
    for first_b in range(0, b.count - length + 1, length):
        at_b_s = b.start.s + first_b / rate_hz
        at_a_s = at_b_s + candidate.offset_s + drift * (at_b_s - candidate.epoch_s)
        place = (at_a_s - a.start.s) * rate_hz
        first_a = math.floor(place)
        if not 0 <= first_a <= a.count - length:
            continue
        late = 2.0 * math.pi * hz * (place - first_a) / rate_hz
        difference = (
            _phasor(a.values[first_a : first_a + length], hz, rate_hz)
            * np.conj(_phasor(b.values[first_b : first_b + length], hz, rate_hz))
            * np.exp(1j * late)
        )
        if abs(difference) > 0:
            steps.append(difference / abs(difference))
    if len(steps) * PIECE_S < SHORTEST_S:
        return None
    return float(abs(np.mean(steps)))


def _phasor(part: NDArray[np.float32], hz: float, rate_hz: float) -> complex:
    turn = np.exp(-2j * math.pi * hz * np.arange(len(part)) / rate_hz)
    return complex(np.sum(np.hanning(len(part)) * part * turn))
