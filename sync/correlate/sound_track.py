"""Following a match through two sounds: its offset and its drift, with what is known of both.

The cross-spectra of short blocks (phases only, as in Knapp & Carter 1976) are turned by the lag
that a straight line gives each of them, and added up. The line at which the sum is largest is
found on a grid near the match (a slant stack), then followed outwards four times as far at a time,
and last polished by Newton's method on all blocks. Its covariance is the sandwich of the blocks'
own scores (Huber 1967; neighbouring blocks overlap, so their products count too): no model of the
noise, no rate assumed.

Sign: lag L pairs a[i] with b[i + L]; the line is L(i) = ``lag`` + ``slope`` · (i - ``at``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from scipy.special import stdtrit

from sync.correlate.whitening import above_noise
from sync.uncertainty import Z95

Float = NDArray[np.float64]
Float32 = NDArray[np.float32]
Complex = NDArray[np.complex64]
Int = NDArray[np.int64]

# A block is short enough for any drift (0.256 s at 8 kHz moves 36 µs at 141 ppm: a tenth of the
# shortest period) and long against the lags looked at in it.
BLOCK, LEAST_BLOCK, BLOCKS_WANTED = 2048, 256, 16
# Blocks that lie apart are read in runs, for a file is slow to seek in.
RUN = 8
# 960 blocks hold 123 s of sound at 8 kHz: at -10 dB they tell the offset to 1.3 µs.
MOST_BLOCKS = 960
# Fewer do on the way, where the match did not take more to stand out.
MOST_ON_THE_WAY = 128
FIRST_HALF_S, GROWTH = 2.0, 4
# Beyond this a drifting line would have shown before: what is left is a faint and level one.
LONGEST_STACK_S = 64.0
# Two recorders of 100 ppm each are within this of each other in all but 0.04 % of pairs.
MOST_DRIFT = 500e-6
# A line stands out when its sum is this many deviations above all others of its grid, which has
# some 10⁴ independent places: 4 of them by chance would be ordinary, 7 are not.
STANDS_OUT = 7.0
# Of all of two sounds together, along one slope, there are a few hundred: 6 are enough.
STANDS_OUT_LEVEL = 6.0
POLISHES = 4
# Agreement is averaged over so many neighbours, and kept off 0 and 1.
SMOOTH_BLOCKS, SMOOTH_BINS = 5, 61
# Of fewer blocks the weights would follow the noise.
LEAST_WEIGHTED = 100
AGREEMENTS = (0.01, 0.95)
MOST_SLOPES = 256
# The grid is half a sample fine: between whole ones the highest frequencies would cancel.
FINER = 2
# Short stretches of voice take one lobe of their correlation for its neighbour: each longer one
# looks so many samples to either side again.
LOBES = 8
# A thousandth of a sample at 8 kHz: nearer than that the phases of a block, rounded to 32 bits and
# taken a fraction of a sample off its partner, do not tell a lag however quiet the noise is.
U_LEAST_S = 1e-7


class Readable(Protocol):
    """Sound of which any part can be had."""

    @property
    def count(self) -> int:
        """Samples."""
        ...

    def read(self, first: int, count: int) -> Float32:
        """Samples ``first`` … ``first + count - 1``; fewer at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """Where b's sound lies against a's: L(i) = ``lag`` + ``slope`` · (i - ``at``), in samples.

    ``at`` is where lag and slope are uncorrelated.
    """

    at: float
    lag: float
    slope: float
    u_lag: float
    u_slope: float
    correlation: float
    """Mean cosine of the phases left, -1…1: how alike the two sounds are, and which way round."""
    stands_out: float
    """Deviations by which the first stack's peak stood above the rest of its grid."""
    length: int
    """Samples of a block."""
    places: Int
    """First samples in a of blocks, or of runs of them where those lie apart; evenly spread."""
    carried: Float
    """What each of them adds to the sum."""

    def lag_at(self, sample: float) -> float:
        """The lag at a sample of a."""
        return self.lag + self.slope * (sample - self.at)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Phases of the cross-spectra of blocks, each with the whole lag at which it was taken."""

    starts: Int
    taken: Float
    phases: Complex
    """Shape (blocks, bins in the band); a delay of b by τ samples is exp(-jωτ)."""
    omega: Float32
    first_bin: int
    length: int

    @property
    def middles(self) -> Float:
        """Samples of a in the middle of each block."""
        return np.asarray(self.starts + 0.5 * self.length, np.float64)


@dataclass(frozen=True, slots=True)
class _Guess:
    """A line on the way: its lag at ``at``, slope, polarity, and how far its peak stands out."""

    at: float
    lag: float
    slope: float
    sign: float
    stands_out: float = 0.0


@dataclass(frozen=True, slots=True)
class Tracker:
    """Follows matches through the same two sounds of one rate."""

    a: Readable
    b: Readable
    rate_hz: float
    band_hz: tuple[float, float]

    def follow(
        self, lag: float, at: float, radius_s: float, sign: float, *, drifting: bool = True
    ) -> Line | None:
        """The line through about (``at``, ``lag``), looked for within ± ``radius_s`` there.

        Where no ``drifting`` line stands out (or none is looked for), the level one through the
        match is polished, for ``sign`` (-1 where one polarity seems reversed). ``None`` where the
        two share too little sound, or nothing there is a maximum.
        """
        begin, end = max(0.0, -lag), float(min(self.a.count, self.b.count - lag))
        length = _block_length(end - begin)
        if length == 0:
            return None
        at = min(max(at, begin), end)
        radius = min(max(2, math.ceil(radius_s * self.rate_hz)), length // 4)
        level = _Guess(at, lag, 0.0, sign)
        for low, high in _stretches(at, begin, end, FIRST_HALF_S * self.rate_hz):
            blocks = self._blocks(level, low, high, length, MOST_BLOCKS)
            guess = level
            short = high - low <= LONGEST_STACK_S * self.rate_hz
            if drifting and short and len(blocks.starts) > 1:
                guess = _stack(blocks, level, radius, MOST_DRIFT, both=True)
            if guess.stands_out >= STANDS_OUT:
                break
        else:
            # Faint: all of it together, without drift.
            guess = _stack(blocks, level, radius, 0.0, both=True) if drifting else level
            if guess.stands_out < STANDS_OUT_LEVEL:
                guess = replace(level, stands_out=guess.stands_out)
        line = _polished(blocks, guess, self.rate_hz)
        for further in _stretches(at, begin, end, GROWTH * (high - low) / 2):
            if line is not None and high - low < end - begin:
                most = max(MOST_ON_THE_WAY, len(blocks.starts))
                line = self._further(line, guess, *further, length, most)
        if line is None:
            return None
        guess = replace(guess, at=line.at, lag=line.lag, slope=line.slope)
        blocks = self._blocks(guess, begin, end, length, MOST_BLOCKS)
        line = _polished(blocks, guess, self.rate_hz) or line
        if len(blocks.starts) < LEAST_WEIGHTED:
            return line
        weighted = _polished(_weighted(blocks, line, guess.sign), guess, self.rate_hz)
        return replace(weighted, correlation=line.correlation) if weighted else line

    def unfollowed(self, lag: float, at: float) -> Line:
        """A match of which nothing is known but that it lies within a lobe of its band."""
        lobe = 0.5 * self.rate_hz / (self.band_hz[1] - self.band_hz[0])
        nowhere = (0, np.array([round(at)]), np.zeros(1))
        return Line(at, lag, 0.0, lobe, math.inf, 0.0, 0.0, *nowhere)

    def _further(
        self, line: Line, guess: _Guess, low: float, high: float, length: int, most: int
    ) -> Line | None:
        """The line again, from blocks of a longer stretch; the shorter one's where that fails."""
        known = replace(guess, at=line.at, lag=line.lag, slope=line.slope)
        blocks = self._blocks(known, low, high, length, most)
        if len(blocks.starts) < 2:
            return line
        radius, drift = math.ceil(3.0 * line.u_lag) + LOBES, 4.0 * line.u_slope
        stacked = replace(_stack(blocks, known, radius, drift), stands_out=guess.stands_out)
        return _polished(blocks, stacked, self.rate_hz) or line

    def _blocks(self, line: _Guess, low: float, high: float, length: int, most: int) -> _Blocks:
        """At most ``most`` blocks between two samples of a, along a line."""
        starts: list[int] = []
        taken: list[int] = []
        parts_a: list[Complex] = []
        parts_b: list[Complex] = []
        hop, first_bin = length // 2, max(1, math.ceil(self.band_hz[0] / self.rate_hz * length))
        last_bin = min(length // 2 - 1, int(self.band_hz[1] / self.rate_hz * length))
        window = np.hanning(length + 1)[:length].astype(np.float32)
        for start, count in _runs(low, high, length, most):
            lag = round(line.lag + line.slope * (start + 0.5 * (count + 1) * hop - line.at))
            samples = (count + 1) * hop
            if start < 0 or start + lag < 0 or start + lag + samples > self.b.count:
                continue
            x, y = self.a.read(start, samples), self.b.read(start + lag, samples)
            if len(x) < samples or len(y) < samples:
                continue
            fx, fy = (
                scipy.fft.rfft(
                    np.lib.stride_tricks.sliding_window_view(part, length)[::hop] * window, axis=-1
                )[:, first_bin : last_bin + 1]
                for part in (x, y)
            )
            parts_a.append(fx)
            parts_b.append(fy)
            starts += range(start, start + count * hop, hop)
            taken += [lag] * count
        bins = last_bin + 1 - first_bin
        phases = np.zeros((0, bins), np.complex64)
        if starts:
            phases = np.conj(_phases(parts_a)) * _phases(parts_b)
        return _Blocks(
            np.array(starts, np.int64),
            np.array(taken, np.float64),
            np.asarray(phases, np.complex64),
            (2 * np.pi / length * np.arange(first_bin, last_bin + 1)).astype(np.float32),
            first_bin,
            length,
        )


def _phases(parts: list[Complex]) -> Complex:
    """Spectra (blocks, bins) with even magnitudes where they rise above the sound's noise.

    A bin far below its block's median stays low (codec holes).
    """
    spectrum = np.concatenate(parts)
    size = np.abs(spectrum)
    middle = np.median(size, axis=1, keepdims=True)
    spectrum *= above_noise(size * size, middle[:, 0] > 0)
    spectrum /= size + np.float32(0.1) * middle + np.float32(1e-30)
    return spectrum


def _block_length(overlap: float) -> int:
    """Longest power of two of which the overlap holds enough half-overlapping blocks; 0: none."""
    length = BLOCK
    while length >= LEAST_BLOCK:
        if overlap >= 0.5 * length * (BLOCKS_WANTED + 1):
            return length
        length //= 2
    return 0


def _runs(low: float, high: float, length: int, most: int) -> list[tuple[int, int]]:
    """(first sample, blocks) of runs between two samples: all there is room for, or spread."""
    hop = length // 2
    room = int((high - low) // hop) - 1
    if room < 1:
        return []
    first = math.ceil(low)
    if room <= most:
        whole = [(first + k * hop, min(RUN, room - k)) for k in range(0, room, RUN)]
        return [run for run in whole if run[0] + (run[1] + 1) * hop <= high]
    runs = max(2, most // RUN)
    places = np.linspace(first, int(high) - (RUN + 1) * hop, runs)
    return [(int(place), RUN) for place in places]


# -- on a grid ------------------------------------------------------------------------------------


def _stretches(at: float, begin: float, end: float, half: float) -> Iterator[tuple[float, float]]:
    """Stretches about ``at``, each four times as long as the one before; the last is the whole."""
    low, high = at, at
    while low > begin or high < end:
        low, high = max(begin, at - half), min(end, at + half)
        half *= GROWTH
        yield low, high


def _stack(
    blocks: _Blocks, about: _Guess, radius: int, drift: float, *, both: bool = False
) -> _Guess:
    """The best line within ± ``radius`` samples and ± ``drift`` of another, to half a sample.

    Of ``both`` polarities: what is a trough in a low band may lie beside the peak of all of it.
    """
    x = blocks.middles - about.at
    limit = FINER * blocks.length // 2 - 1
    spectrum = np.zeros((len(x), blocks.length // 2 + 1), np.complex64)
    spectrum[:, blocks.first_bin : blocks.first_bin + blocks.phases.shape[1]] = blocks.phases
    sums = scipy.fft.irfft(spectrum, FINER * blocks.length, axis=-1) * about.sign
    ahead = FINER * (about.lag + about.slope * x - blocks.taken)
    # Runs of blocks are stacked first, along few slopes: each of them then serves many lines.
    first = np.arange(0, len(x), RUN)
    of_run = np.diff(first, append=len(x))
    middles = np.add.reduceat(x, first) / of_run
    own = x - np.repeat(middles, of_run)
    few = _slopes(drift, own)
    reach = FINER * radius + math.ceil(FINER * drift * float(np.abs(middles).max())) + 1
    span, rows = np.arange(-reach, reach + 1), np.arange(len(x))[:, None]
    runs = np.empty((len(few), len(first), len(span)), np.float32)
    for k, slope in enumerate(few):
        at = np.rint(ahead + FINER * slope * own).astype(np.int64)[:, None] + span
        runs[k] = np.add.reduceat(sums[rows, np.clip(at, -limit, limit)], first, axis=0)
    slopes = _slopes(drift, x)
    lags, rows = np.arange(-FINER * radius, FINER * radius + 1), np.arange(len(first))[:, None]
    stacked = np.empty((len(slopes), len(lags)))
    for k, slope in enumerate(slopes):
        at = np.rint(FINER * slope * middles).astype(np.int64)[:, None] + reach + lags
        stacked[k] = runs[int(np.abs(few - slope).argmin())][rows, at].sum(axis=0)
    best = int((np.abs(stacked) if both else stacked).argmax())
    peak = float(stacked.flat[best])
    deviation = 1.4826 * float(np.median(np.abs(stacked - np.median(stacked))))
    return replace(
        about,
        lag=about.lag + float(lags[best % len(lags)]) / FINER,
        slope=about.slope + float(slopes[best // len(lags)]),
        sign=about.sign * math.copysign(1.0, peak),
        stands_out=abs(peak) / max(deviation, 1e-30),
    )


def _slopes(drift: float, x: Float) -> Float:
    """Slopes to ± ``drift``, so fine that no x is more than half a sample from one of them."""
    steps = min(math.ceil(2.0 * drift * float(np.abs(x).max())), MOST_SLOPES)
    return np.linspace(-drift, drift, 2 * steps + 1)


# -- between the samples --------------------------------------------------------------------------


def _polished(blocks: _Blocks, guess: _Guess, rate_hz: float) -> Line | None:
    """Newton's method for lag and slope, and the sandwich; ``None`` where there is no maximum."""
    if len(blocks.starts) < 3:
        return None
    x = blocks.middles - guess.at
    scale = max(float(np.abs(x).max()), 1.0)
    design = np.stack((np.ones(len(x)), x / scale))
    found = np.array([guess.lag, guess.slope * scale])
    for _ in range(POLISHES):
        value, score, bend = _derivatives(blocks, found @ design - blocks.taken, guess.sign)
        hessian = (design * bend) @ design.T
        if not (hessian[0, 0] > 0 and np.linalg.det(hessian) > 1e-6 * hessian[0, 0] ** 2 * 1e-3):
            return None
        step = np.linalg.solve(hessian, design @ score)
        # A step is never more than half a sample at either end: that far the peak is one.
        found = found + step * min(1.0, 0.5 / max(abs(step[0]) + abs(step[1]), 1e-12))
        if float(np.abs(step).sum()) < 1e-5:
            break
    inverse = np.linalg.inv(hessian)
    covariance = inverse @ _spread(design * score, blocks) @ inverse.T
    u_slope = math.sqrt(covariance[1, 1])
    turn = -covariance[0, 1] / covariance[1, 1] if covariance[1, 1] > 0 else 0.0
    turn = float(np.clip(turn, (x / scale).min(), (x / scale).max()))
    variance = covariance[0, 0] + 2 * turn * covariance[0, 1] + turn**2 * covariance[1, 1]
    apart = np.flatnonzero(np.diff(blocks.starts) != blocks.length // 2) + 1
    runs = np.concatenate(([0], apart)) if len(apart) else np.arange(len(x))
    whole = float(np.abs(blocks.phases).sum())
    return Line(
        at=guess.at + turn * scale,
        lag=float(found[0] + turn * found[1]),
        slope=float(found[1] / scale),
        u_lag=max(math.sqrt(max(variance, 0.0)), U_LEAST_S * rate_hz),
        u_slope=u_slope / scale,
        correlation=guess.sign * float(value.sum()) / max(whole, 1e-30),
        stands_out=guess.stands_out,
        length=blocks.length,
        places=blocks.starts[runs],
        carried=np.add.reduceat(value, runs),
    )


def _weighted(blocks: _Blocks, line: Line, sign: float) -> _Blocks:
    """The blocks, weighted by what agrees: g / (1 - g²) for the coherence g of two noisy phases.

    Taken as a product of what the frequencies and what the moments show, each smoothed. Weights
    come from the even part of the turned spectra, the lag's error from the odd one: no bias.
    """
    turn = np.outer(
        (line.lag + line.slope * (blocks.middles - line.at) - blocks.taken).astype(np.float32),
        blocks.omega,
    )
    even = sign * (blocks.phases.real * np.cos(turn) - blocks.phases.imag * np.sin(turn))
    size = np.abs(blocks.phases)
    weights = [
        _agreement(even.sum(axis=axis), size.sum(axis=axis), width)
        for axis, width in ((1, SMOOTH_BLOCKS), (0, SMOOTH_BINS))
    ]
    phases = blocks.phases * weights[0][:, None] * weights[1]
    return replace(blocks, phases=np.asarray(phases, np.complex64))


def _agreement(even: Float32, size: Float32, width: int) -> Float32:
    kernel = np.ones(min(width, len(even)))
    g = np.convolve(even, kernel, "same") / np.maximum(np.convolve(size, kernel, "same"), 1e-30)
    g = np.clip(g, *AGREEMENTS)
    return np.asarray(g / (1.0 - g * g), np.float32)


def _derivatives(blocks: _Blocks, lags: Float, sign: float) -> tuple[Float, Float, Float]:
    """Each block's sum at its lag, its first derivative, and its second with the sign turned."""
    turn = np.outer(lags.astype(np.float32), blocks.omega)
    cos, sin = np.cos(turn), np.sin(turn)
    real, imag = blocks.phases.real, blocks.phases.imag
    even, odd = real * cos - imag * sin, real * sin + imag * cos
    omega = blocks.omega
    ones = np.stack((np.ones_like(omega), omega * omega), axis=1)
    sums = np.asarray(even @ ones, np.float64) * sign
    score = -sign * np.asarray(odd @ omega, np.float64)
    return sums[:, 0], score, sums[:, 1]


def _spread(scores: Float, blocks: _Blocks) -> Float:
    """Covariance (2, 2) of the sum of the blocks' scores (2, n): neighbours share half a block."""
    own = scores @ scores.T
    next_to = np.diff(blocks.starts) == blocks.length // 2
    shared = (scores[:, :-1] * next_to) @ scores[:, 1:].T
    # Few loud blocks carry short sounds: the sum of their squares is then too small by what two
    # parameters took (counted as so many equal ones would be; half-overlapping ones are 2/3 new).
    power = scores[0] ** 2
    equal = float(power.sum()) ** 2 / max(float((power**2).sum()), 1e-300) / 1.5
    # A spread known from few of them needs Student's t for its 95 %, stated through u.
    few = max(equal - 3.0, 0.5)
    student = float(stdtrit(max(few, 2.0), 0.975)) / Z95
    whole = (own + shared + shared.T) * (equal / few) * student**2
    return np.asarray(whole if np.linalg.eigvalsh(whole)[0] > 0 else own, np.float64)
