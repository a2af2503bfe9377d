"""Tones: alarm pulses, paging tones, short signals of a radio, sirens.

A tone is one narrow peak that holds most of the power of its moment, at a steady pitch or gliding.
Voices glide and share their power among harmonics; keyed data and dialling tones have two peaks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sync.timebase import MediaTime
from sync.traces.grid import Bool, Float, Grid
from sync.traces.sound_cells import (
    FINE_HZ,
    LEAST_ENERGY,
    SoundBlocks,
    SoundSignal,
    Spectra,
    coarser,
    grid_of,
    runs_of,
)

ToneKind = Literal["temporal-3", "two-tone page", "short signal", "tone", "sweep"]

# 64 ms resolve 30 Hz, a third of the distance of neighbouring paging tones and of a low voice's
# harmonics; 40 ms follow a yelp of two cycles a second (an octave in a quarter of a second).
STEADY_WINDOW_S, GLIDE_WINDOW_S = 0.064, 0.04
LOW_HZ, HIGH_HZ = 250.0, 3600.0
# A peak is what lies within 4 % of its top (a sounder's own modulation makes side lines: 60 Hz in
# a real alarm of 3.4 kHz), at least the five bins of a Hann window's main lobe.
PEAK_SHARE = 0.04
# Share of the band's power in the peak. A vowel's
# strongest harmonic seldom has more than half; of two dialling tones each has half.
STEADY_SHARE = 0.6
STEADY_PITCH = 0.008
"""A steady tone's pitch stays within this share of its median."""
SHORTEST_S = 0.08
# A pitch holds still this long in speech too, but hardly ever so pure.
SHORT_S, SHORT_SHARE = 0.2, 0.8
# Echo and fading interrupt a tone for less than this.
BRIDGE_S = 0.03
# What follows a tone so closely, at its pitch and 15 dB fainter, is its echo.
ECHO_S, ECHO_SHARE = 0.3, 0.03

# Temporal-3 (ISO 8201, NFPA 72): three pulses of 0.5 s, 0.5 s apart, then 1.5 s of silence; 10 %
# tolerance. Echo lengthens pulses; sounders in use were measured at a period of 4.66 s.
PULSE_S, PAUSE_S, REST_S = (0.3, 0.8), (0.2, 0.8), 0.9
# Paging: a first tone of 0.4 to 3 s and, at once, a second of 0.6 s and more (Quick Call II: 1
# and 3 s), at least 3 % apart in pitch.
FIRST_S, SECOND_S, BETWEEN_S, APART = 0.4, 0.6, 0.12, 0.03
# A talk-permit, a roger beep: up to four bleeps within 0.6 s and nothing like it beside them.
SIGNAL_S, SIGNAL_HZ, ALONE_S = 0.6, (600.0, 2000.0), 0.4

# A siren: the pitch glides, at most 10 % in a hundredth of a second, by an eighth and more in one
# go and by two fifths in all, and goes on for seconds.
GLIDE_SHARE, GLIDE_STEP = 0.4, 0.1
GLIDE_S, GLIDE_RANGE = 0.2, 1.12
SIREN_JOIN_S, SIREN_S, SIREN_FILLED, SIREN_RANGE = 1.0, 3.0, 0.4, 1.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """One tone, or one group of tones that belong together."""

    kind: ToneKind
    start: MediaTime
    end: MediaTime
    pitches_hz: tuple[float, ...]
    """Pitch of each steady part; lowest and highest of a sweep."""
    pulses: tuple[tuple[MediaTime, MediaTime], ...]
    """When each part sounded."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One steady tone: cells of the fine grid, pitch, and median power."""

    low: int
    high: int
    pitch_hz: float
    power: float = 0.0

    @property
    def length_s(self) -> float:
        return (self.high - self.low) / FINE_HZ


class Tones:
    """Finds tones while the sound is read; as a trace, the share of time with a tone."""

    def __init__(self, sound: SoundBlocks, rate_hz: float) -> None:
        self._grid = grid_of(sound, rate_hz)
        self._steady = _peaks(sound, STEADY_WINDOW_S)
        self._gliding = _peaks(sound, GLIDE_WINDOW_S)

    def add(self, first: int, block: NDArray[np.float32]) -> None:
        """The next samples."""
        self._steady.add(first, block)
        self._gliding.add(first, block)

    def found(self) -> tuple[Tone, ...]:
        """All tones in order of their start."""
        pitch_hz, share, _ = _sounding(self._gliding)
        sweeps = _sweeps(pitch_hz, share)
        steady = [
            part
            for part in _steady(*_sounding(self._steady))
            if not any(part.low < high and part.high > low for low, high, *_ in sweeps)
        ]
        grid = self._steady.grid
        tones = [_tone("sweep", [_Part(a, b, lo)], grid, (lo, hi)) for a, b, lo, hi in sweeps]
        return tuple(sorted(tones + _grouped(steady, grid), key=lambda tone: tone.start.ns))

    def signal(self) -> SoundSignal:
        """0 to 1."""
        fine = self._steady.grid
        state = np.zeros(fine.count)
        for tone in self.found():
            for start, end in tone.pulses:
                low, high = ((at.ns - fine.first_edge_ns) // fine.step_ns for at in (start, end))
                state[low:high] = 1.0
        return coarser(state, fine, self._grid)


def _peaks(sound: SoundBlocks, window_s: float) -> Spectra:
    """Of each hundredth of a second: pitch (centre of power) of the top peak, share, power."""
    rate = sound.sample_rate_hz

    def of(power: NDArray[np.float32]) -> Float:
        hz_a_bin = 0.5 * rate / (power.shape[1] - 1)
        first, last = (math.ceil(min(hz, 0.49 * rate) / hz_a_bin) for hz in (LOW_HZ, HIGH_HZ))
        band = power[:, first:last].astype(np.float64)
        top = band.argmax(axis=1)
        half = np.maximum(2, np.round(PEAK_SHARE * (first + top))).astype(int)
        low, high = np.maximum(top - half, 0), np.minimum(top + half + 1, band.shape[1])
        bins, rows = first + np.arange(band.shape[1]), np.arange(len(band))
        whole, moment = (
            np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0))) for values in (band, band * bins)
        )
        own = whole[rows, high] - whole[rows, low]
        centre = (moment[rows, high] - moment[rows, low]) / np.maximum(own, 1e-30)
        share = own / np.maximum(whole[:, -1], 1e-30)
        return np.stack([np.maximum(centre, 1.0) * hz_a_bin, share, own], axis=1)

    return Spectra(sound, FINE_HZ, window_s, of)


def _sounding(peaks: Spectra) -> tuple[Float, Float, Float]:
    """Pitch, share and power; no share in silence."""
    pitch_hz, share, power = peaks.result().T
    return pitch_hz, np.where(power > LEAST_ENERGY * peaks.length, share, 0.0), power


# -- steady tones ---------------------------------------------------------------------------------


def _steady(pitch_hz: Float, share: Float, power: Float) -> list[_Part]:
    """Stretches of one steady pitch, their ends where the power falls to a quarter."""
    out: list[_Part] = []
    for low, high in runs_of(share >= STEADY_SHARE):
        at = low
        while at < high:
            end = at + 1
            while end < high and abs(pitch_hz[end] / np.median(pitch_hz[at:end][-8:]) - 1) <= (
                STEADY_PITCH
            ):
                end += 1
            out += _pure(at, end, pitch_hz, share, power)
            at = end
    return _bridged(out)


def _pure(low: int, high: int, pitch_hz: Float, share: Float, power: Float) -> list[_Part]:
    """The run as a part, where it is long enough for its purity."""
    length_s = (high - low) / FINE_HZ
    typical = float(np.median(share[low:high]))
    if length_s < SHORTEST_S or (length_s < SHORT_S and typical < SHORT_SHARE):
        return []
    pitch = float(np.median(pitch_hz[low:high]))
    # Half of the window lies on the tone at its very end: half the amplitude.
    wide = slice(max(0, low - 8), min(len(power), high + 8))
    loud = power[wide] >= 0.25 * float(np.median(power[low:high]))
    loud &= np.abs(pitch_hz[wide] / pitch - 1) <= 4 * STEADY_PITCH
    if not loud.any():
        return []
    first, last = max(runs_of(loud), key=lambda run: run[1] - run[0])
    loudness = float(np.median(power[low:high]))
    return [_Part(wide.start + first, wide.start + last, pitch, loudness)]


def _bridged(parts: Sequence[_Part]) -> list[_Part]:
    """Parts without echoes, interrupted ones whole."""
    out: list[_Part] = []
    for part in parts:
        last = out[-1] if out else None
        if (
            last is not None
            and _gap_s(last, part) <= ECHO_S
            and abs(part.pitch_hz / last.pitch_hz - 1) <= PEAK_SHARE
            and part.power <= ECHO_SHARE * last.power
        ):
            continue
        if (
            last is not None
            and part.low - last.high <= BRIDGE_S * FINE_HZ
            and abs(part.pitch_hz / last.pitch_hz - 1) <= 2 * STEADY_PITCH
        ):
            out[-1] = replace(last, high=max(part.high, last.high))
        else:
            out.append(part)
    return out


def _grouped(parts: list[_Part], grid: Grid) -> list[Tone]:
    """Every part in one tone: alarm groups and pages first, then short signals, the rest alone."""
    out: list[Tone] = []
    at = 0
    while at < len(parts):
        kind, count = _group_at(parts[at:], parts[at - 1] if at else None)
        group = parts[at : at + count]
        out.append(_tone(kind, group, grid, tuple(part.pitch_hz for part in group)))
        at += count
    return out


def _group_at(parts: Sequence[_Part], before: _Part | None) -> tuple[ToneKind, int]:
    """What begins with the first of ``parts``, and how many of them belong to it."""
    if _is_temporal_three(parts, before):
        return "temporal-3", 3
    if _is_page(parts, before):
        return "two-tone page", 2
    count = _signal_parts(parts, before)
    return ("short signal", count) if count else ("tone", 1)


def _same(one: _Part, other: _Part) -> bool:
    return abs(one.pitch_hz / other.pitch_hz - 1) <= 2 * STEADY_PITCH


def _gap_s(one: _Part, other: _Part) -> float:
    return (other.low - one.high) / FINE_HZ


def _is_temporal_three(parts: Sequence[_Part], before: _Part | None) -> bool:
    three = parts[:3]
    if len(three) < 3 or not (_same(three[0], three[1]) and _same(three[1], three[2])):
        return False
    gaps = [_gap_s(three[0], three[1]), _gap_s(three[1], three[2])]
    if not all(PULSE_S[0] <= part.length_s <= PULSE_S[1] for part in three):
        return False
    if not all(PAUSE_S[0] <= gap <= PAUSE_S[1] for gap in gaps):
        return False
    alone_before = (
        before is None or not _same(before, three[0]) or (_gap_s(before, three[0]) >= REST_S)
    )
    alone_after = (
        len(parts) < 4 or not _same(parts[3], three[0]) or (_gap_s(three[2], parts[3]) >= REST_S)
    )
    return alone_before and alone_after


def _is_page(parts: Sequence[_Part], before: _Part | None) -> bool:
    if len(parts) < 2:
        return False
    first, second = parts[:2]
    return (
        first.length_s >= FIRST_S
        and second.length_s >= SECOND_S
        and _gap_s(first, second) <= BETWEEN_S
        and abs(second.pitch_hz / first.pitch_hz - 1) >= APART
        and (before is None or _gap_s(before, first) > BETWEEN_S)
        and (len(parts) < 3 or _gap_s(second, parts[2]) > BETWEEN_S)
    )


def _signal_parts(parts: Sequence[_Part], before: _Part | None) -> int:
    """How many parts from the first make up a short signal; 0 where they do not."""
    count = 1
    while count < min(4, len(parts)) and _gap_s(parts[count - 1], parts[count]) < ALONE_S:
        count += 1
    group = parts[:count]
    fits = (
        (group[-1].high - group[0].low) / FINE_HZ <= SIGNAL_S
        and all(SIGNAL_HZ[0] <= part.pitch_hz <= SIGNAL_HZ[1] for part in group)
        and all(_same(part, group[0]) for part in group)
        and (before is None or _gap_s(before, group[0]) >= ALONE_S)
        and (len(parts) == count or _gap_s(group[-1], parts[count]) >= ALONE_S)
    )
    return count if fits else 0


def _tone(
    kind: ToneKind, parts: Sequence[_Part], grid: Grid, pitches_hz: tuple[float, ...]
) -> Tone:
    def time_of(cell: int) -> MediaTime:
        return MediaTime(grid.first_edge_ns + cell * grid.step_ns)

    pulses = tuple((time_of(part.low), time_of(part.high)) for part in parts)
    start, end = pulses[0][0], pulses[-1][1]
    return Tone(kind=kind, start=start, end=end, pitches_hz=pitches_hz, pulses=pulses)


# -- sweeps ---------------------------------------------------------------------------------------


def _sweeps(pitch_hz: Float, share: Float) -> list[tuple[int, int, float, float]]:
    """(first, one past last, lowest and highest pitch) of every siren."""
    step = np.ones(len(pitch_hz))
    step[1:] = np.abs(np.diff(np.log(pitch_hz)))
    joined: Bool = (share >= GLIDE_SHARE) & (step <= GLIDE_STEP)
    glides: list[tuple[int, int]] = []
    for low, high in runs_of(joined):
        part = pitch_hz[low:high]
        if high - low >= GLIDE_S * FINE_HZ and part.max() / part.min() >= GLIDE_RANGE:
            glides.append((low, high))
    groups: list[list[tuple[int, int]]] = []
    for glide in glides:
        if groups and glide[0] - groups[-1][-1][1] <= SIREN_JOIN_S * FINE_HZ:
            groups[-1].append(glide)
        else:
            groups.append([glide])
    out = []
    for group in groups:
        low, high = group[0][0], group[-1][1]
        pitches = np.concatenate([pitch_hz[a:b] for a, b in group])
        bottom, top = (float(v) for v in np.quantile(pitches, [0.05, 0.95]))
        filled = len(pitches) / (high - low)
        if (
            high - low >= SIREN_S * FINE_HZ
            and filled >= SIREN_FILLED
            and (top / bottom >= SIREN_RANGE)
        ):
            out.append((low, high, bottom, top))
    return out
