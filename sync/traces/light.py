"""Traces of the light: how bright it was, what flashed, and where it changed for good."""

from __future__ import annotations

import numpy as np

from sync.traces.grid import Bool, Float, Int
from sync.traces.picture import Measured, Pictures, PictureSignal, held

# A flash stands out against the last quarter of a second (it is sudden) and against the last two
# seconds (it is not the light coming back after somebody passed).
FLASH_SHORT_NS = 250_000_000
FLASH_LONG_NS = 2_000_000_000

# A step is a level that differs between the second before and the second after: the median of a
# second is blind to a strobe, which is lit for less than half of it.
STEP_SIDE_NS = 1_000_000_000
# A filament or a fluorescent lamp takes up to a fifth of a second to come up.
STEP_RISE_NS = 200_000_000
# Share of the lasting change that must happen within the rise. A camera's exposure control
# spreads it over a second or more, of which a fifth of a second holds less than a quarter.
STEP_SUDDEN = 0.5
# In grey levels (people who come and go change the whole picture by up to one or two), and in
# times the usual difference of two successive pictures (noise, movement).
STEP_LEAST = 2.0
STEP_ABOVE_USUAL = 6.0
# The middle two fifths of each side may spread over this share of the step: what goes on changing
# (people who pass, a light bar) has no level before and after.
STEP_STEADY = 0.5
_MIDDLE = (0.3, 0.5, 0.7)
_LOOKS = 12  # instants looked at on each side


def luminance(measured: Measured, region: int, rate_hz: float) -> PictureSignal:
    """Mean grey level (0…255) of the picture on screen, averaged over each cell's time."""
    return held(measured.pictures, measured.level[:, region], rate_hz)


def flash(measured: Measured, region: int, rate_hz: float) -> PictureSignal:
    """Sudden brightening: luminance above both its last 0.25 s and its last 2 s, in grey levels.

    Never negative. It stays up for a quarter of a second after a lamp goes on, and as long as a
    shorter flash lasts. Time just after a gap has no past and is masked.
    """
    pictures, level = measured.pictures, measured.level[:, region]
    values, known = np.zeros(len(level)), np.ones(len(level), np.bool_)
    for run in _runs(pictures):
        begin, end = pictures.begin_ns[run], pictures.end_ns[run]
        short = _past_mean(begin, end, level[run], FLASH_SHORT_NS)
        long = _past_mean(begin, end, level[run], FLASH_LONG_NS)
        values[run] = np.maximum(0.0, level[run] - np.maximum(short, long))
        known[run[0]] = False
    return held(pictures, values, rate_hz, known)


def steps(measured: Measured, region: int, rate_hz: float) -> PictureSignal:
    """Lasting changes of brightness: the cell in which each was first seen carries its height.

    In grey levels, positive where it grew lighter; 0 elsewhere. A flash, a strobe and unsteady
    light leave no step; a slow change (exposure control, dusk) neither. Masked where the second
    before or after is unknown.
    """
    pictures, level = measured.pictures, measured.level[:, region]
    values, known = np.zeros(len(level)), np.zeros(len(level), np.bool_)
    least = max(STEP_LEAST, STEP_ABOVE_USUAL * float(np.median(np.abs(np.diff(level)))))
    for run in _runs(pictures):
        begin, end = pictures.begin_ns[run], pictures.end_ns[run]
        score, height = _step_at(begin, level[run])
        inside = (begin >= begin[0] + STEP_SIDE_NS) & (
            begin <= end[-1] - STEP_RISE_NS - STEP_SIDE_NS
        )
        score[~inside | (np.abs(height) < least)] = 0.0
        values[run] = np.where(_highest(begin, score), height, 0.0)
        known[run] = inside
    signal = held(pictures, np.zeros(len(level)), rate_hz, known)
    at = np.flatnonzero(values)
    cells = (pictures.begin_ns[at] - signal.grid.first_edge_ns) // signal.grid.step_ns
    np.add.at(signal.values, cells, values[at])
    signal.valid[cells] = True
    return signal


def _runs(pictures: Pictures) -> list[Int]:
    """Indices of pictures between gaps, each run with at least one."""
    runs = np.split(np.arange(len(pictures.frame)), np.flatnonzero(pictures.after_gap))
    return [run for run in runs if len(run)]


def _step_at(begin_ns: Int, level: Float) -> tuple[Float, Float]:
    """Of every picture: how good a place for a step it is, and the lasting change there."""
    ahead = ((np.arange(_LOOKS) + 0.5) / _LOOKS * STEP_SIDE_NS).astype(np.int64)

    def at(time_ns: Int) -> Float:
        on_screen = np.searchsorted(begin_ns, time_ns, side="right") - 1
        return level[np.clip(on_screen, 0, len(level) - 1)]

    after = np.quantile(at(begin_ns[:, None] + STEP_RISE_NS + ahead), _MIDDLE, axis=1)
    before = np.quantile(at(begin_ns[:, None] - 1 - ahead), _MIDDLE, axis=1)
    height = after[1] - before[1]
    steady = np.maximum(after[2] - after[0], before[2] - before[0]) <= STEP_STEADY * abs(height)
    last = np.concatenate((level[:1], level[:-1]))
    within = at(begin_ns + STEP_RISE_NS) - last
    sudden = steady & (within * height >= STEP_SUDDEN * height**2) & (height != 0)
    # Several pictures around a step see it; the one at which the level jumps is its place.
    score = np.where(sudden, np.minimum(np.abs(height), np.abs(within)), 0.0)
    return score + np.where(sudden, np.abs(level - last), 0.0), height


def _highest(begin_ns: Int, score: Float) -> Bool:
    """Where ``score`` is the highest within the length of one side; one a place."""
    out = np.zeros(len(score), np.bool_)
    taken = np.zeros(len(score), np.bool_)
    for i in np.argsort(-score, kind="stable"):
        if score[i] <= 0:
            break
        if taken[i]:
            continue
        out[i] = True
        low, high = np.searchsorted(
            begin_ns, [begin_ns[i] - STEP_SIDE_NS, begin_ns[i] + STEP_SIDE_NS]
        )
        taken[low:high] = True
    return out


def _past_mean(begin_ns: Int, end_ns: Int, level: Float, span_ns: int) -> Float:
    """Mean level over the ``span_ns`` before each picture came up; its own at the first."""
    zero = begin_ns[0]
    at = np.append(begin_ns, end_ns[-1]) - zero
    whole = np.concatenate(([0.0], np.cumsum(level * (end_ns - begin_ns))))
    now = (begin_ns - zero).astype(np.float64)
    then = np.maximum(now - span_ns, 0.0)
    amount = np.interp(now, at, whole) - np.interp(then, at, whole)
    length = now - then
    return np.where(length > 0, amount / np.maximum(length, 1.0), level)
