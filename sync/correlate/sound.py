"""Sound against sound, sample by sample: the offset of two recordings that heard the same.

Both are whitened (:mod:`sync.correlate.whitening`) and cross-correlated. No surrogates: the chance
of the largest value is that of the largest of as many Gaussian values as lags were searched, whose
spread is measured on the correlation itself, away from the peak.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sync.correlate import position
from sync.correlate.chance import LOBE_S, GaussianMaximum, law_of_maximum
from sync.correlate.position import PARABOLA_SHARE
from sync.correlate.repeats import repetitions
from sync.correlate.result import Candidate, Searched, SearchResult
from sync.correlate.shown import MOMENT_S, decimated_curve, strongest_moments
from sync.correlate.verdict import (
    MAX_CANDIDATES,
    P_SIGNIFICANT,
    about_as_good,
    reasons_for,
    verdict,
)
from sync.correlate.waveform import (
    ENERGY_BIN_S,
    LagScores,
    between_samples,
    binned,
    correlate_sounds,
    score_uncertainty,
)
from sync.correlate.whitening import White, whiten_sound
from sync.progress import SILENT, Progress
from sync.timebase import NS_PER_S, Duration, MediaTime

Float32 = NDArray[np.float32]

COMMON_RATE_HZ = 8000
TESTABLE_S = 2.0
MIN_OVERLAP_S = 1.0
MIN_OVERLAP_SHARE = 0.25
# The law was compared with chance on about 2,000 unrelated pairs, so smaller p are not stated.
P_LEAST = 5e-4
MOMENT_BIN_S = 0.1
# Of a short sound a moment (± this share of it) is shorter than of a long one.
MOMENT_SHARE = 0.05
EXACT = Duration(0)
U_RATE = math.sqrt(2) * 100e-6
"""Standard uncertainty of the rate between two recorders, each with the default 100 ppm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """One channel of sound at one rate, with the media time of its first sample."""

    values: Float32
    rate_hz: float
    start: MediaTime
    start_half: Duration = EXACT
    """Half-width of what is unknown about ``start``."""

    @property
    def length_s(self) -> float:
        """Length in seconds."""
        return len(self.values) / self.rate_hz


def search_samples(
    a: Samples,
    b: Samples,
    *,
    offset_range_s: tuple[float, float] | None = None,
    min_overlap_s: float | None = None,
    family: int = 1,
    progress: Progress = SILENT,
) -> SearchResult:
    """Search two sounds of one sampling rate for the offset at which they agree.

    Two-sided: a recording wired with reversed polarity still matches. ``offset_s`` is what is
    added to B's media time to get A's; it holds at ``epoch_s``, the media time of B about which
    what both heard is centred. ``u_s`` has a statistical part and one common to every search of
    the pair: the unknown start of the two sounds (rectangular, ± ``start_half`` each).

    Parameters
    ----------
    a, b
        The sounds; their ``rate_hz`` must be equal.
    offset_range_s
        Lowest and highest offset in seconds; every offset with enough overlap when None.
    min_overlap_s
        Shortest overlap that counts; by default the larger of 1 s and a quarter of the shorter.
    family
        Number of searches the stated p must allow for.
    """
    if a.rate_hz != b.rate_hz:
        raise ValueError("sounds are brought to one sampling rate before they are compared")
    asked = _Asked(a, b, offset_range_s, family, _least_overlap_s(a, b, min_overlap_s))
    reasons = _untestable(a, "first") + _untestable(b, "second")
    if reasons:
        return asked.refused(reasons)
    white_a = whiten_sound(a.values, a.rate_hz)
    progress.report(0.3)
    white_b = whiten_sound(b.values, b.rate_hz)
    progress.report(0.6)
    scores = correlate_sounds(
        white_a.values,
        white_b.values,
        asked.lag_range(),
        asked.overlap_s * a.rate_hz,
        max(1, round(ENERGY_BIN_S * a.rate_hz)),
    )
    progress.report(0.9)
    if not scores.searched.any():
        return asked.refused(
            (f"At no offset in the searched range do they share {asked.overlap_s:.1f} s of sound.",)
        )
    return _Answering(asked, white_a, white_b, scores).result()


def _least_overlap_s(a: Samples, b: Samples, asked_s: float | None) -> float:
    if asked_s is not None:
        return asked_s
    return max(MIN_OVERLAP_S, MIN_OVERLAP_SHARE * min(a.length_s, b.length_s))


def _untestable(sound: Samples, which: str) -> tuple[str, ...]:
    if sound.length_s < TESTABLE_S:
        return (
            f"The {which} recording holds only {sound.length_s:.1f} s of sound here; at least "
            f"{TESTABLE_S:.0f} s are needed.",
        )
    if float(np.ptp(sound.values)) <= 0:
        return (f"The {which} recording is silent here.",)
    return ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked, to be stated with every answer."""

    a: Samples
    b: Samples
    offset_range_s: tuple[float, float] | None
    family: int
    overlap_s: float

    @property
    def zero_s(self) -> float:
        """Offset at lag 0: start of A less start of B."""
        return (self.a.start.ns - self.b.start.ns) / NS_PER_S

    def offset_s(self, lag: float) -> float:
        """What is added to B's media time to get A's, for pairs a[i], b[i + lag]."""
        return self.zero_s - lag / self.a.rate_hz

    def lag_range(self) -> tuple[int, int]:
        """Lowest and highest lag to search; empty (high below low) when there is none."""
        rate_hz = self.a.rate_hz
        least = max(1, math.ceil(self.overlap_s * rate_hz - 1e-6))
        low, high = -(len(self.a.values) - least), len(self.b.values) - least
        if self.offset_range_s is not None:
            below_s, above_s = min(self.offset_range_s), max(self.offset_range_s)
            # Rounded inwards (to a thousandth of a sample): nothing outside is searched.
            low = max(low, math.ceil((self.zero_s - above_s) * rate_hz - 1e-3))
            high = min(high, math.floor((self.zero_s - below_s) * rate_hz + 1e-3))
        return low, high

    def searched(self, scores: LagScores | None) -> Searched:
        low, high = self.offset_range_s or (0.0, 0.0)
        if scores is not None:
            last = len(scores.searched) - 1 - int(scores.searched[::-1].argmax())
            low = self.offset_s(scores.lag(last))
            high = self.offset_s(scores.lag(int(scores.searched.argmax())))
        return Searched(
            kind_a="samples",
            kind_b="samples",
            offset_from_s=low,
            offset_to_s=high,
            overlap_min_s=self.overlap_s,
            surrogates=0,
            seed=0,
            family=self.family,
        )

    def refused(self, reasons: tuple[str, ...]) -> SearchResult:
        return SearchResult(
            status="not-testable", reasons=reasons, candidates=(), searched=self.searched(None)
        )


@dataclass(frozen=True, slots=True)
class _Answering:
    """One finished search, on its way to a result."""

    asked: _Asked
    a: White
    b: White
    scores: LagScores

    def result(self) -> SearchResult:
        size = np.abs(self.scores.z)
        law = law_of_maximum(size, int(self.scores.searched.sum()), self.a.rate_hz, self.a.band_hz)
        bar = law.threshold(P_SIGNIFICANT / self.asked.family)
        peaks = self._peaks(size)
        p = self._p(law, peaks[0])
        rivals = self._rivals(size, peaks, bar) if p <= P_SIGNIFICANT else []
        peaks = self._one_each([peaks[0], *rivals, *peaks[1:]])
        searched = self.asked.searched(self.scores)
        at_border = self.scores.at_border(peaks[0])
        status = verdict(p, at_border=at_border, rivals=bool(rivals))
        places_s = [self.asked.offset_s(self.scores.lag(index)) for index in (peaks[0], *rivals)]
        shown = [] if status == "no-match" else peaks
        return SearchResult(
            status=status,
            reasons=reasons_for(status, p, searched, places_s),
            candidates=tuple(self._candidate(law, index) for index in shown),
            searched=searched,
            curve=decimated_curve(
                size, self.asked.zero_s, self.scores.first, 1.0 / self.a.rate_hz, bar
            ),
        )

    def _p(self, law: GaussianMaximum, index: int) -> float:
        p = max(law.p_value(abs(float(self.scores.z[index]))), P_LEAST)
        return min(1.0, p * self.asked.family)

    def _peaks(self, size: Float32) -> list[int]:
        """Indices of up to five largest |z|, one for each lobe, the largest first."""
        lobe = max(1, round(LOBE_S * self.a.rate_hz))
        left = size.copy()
        chosen: list[int] = []
        while len(chosen) < MAX_CANDIDATES:
            peak = int(left.argmax())
            if left[peak] <= 0 and chosen:
                break
            chosen.append(peak)
            left[max(0, peak - lobe) : peak + lobe + 1] = 0
        return chosen

    def _rivals(self, size: Float32, peaks: list[int], bar: float) -> list[int]:
        """Other places about as good as the best: significant peaks, and repetitions."""
        z, n, best = size, self.scores.n, peaks[0]
        rivals = [
            other
            for other in peaks[1:]
            if z[other] >= bar
            and about_as_good(float(z[best]), float(n[best]), float(z[other]), float(n[other]))
        ]
        again = repetitions(
            self.asked.a.values,
            self.asked.b.values,
            self.a.rate_hz,
            self.scores.lag(best),
            self.asked.overlap_s,
        )
        places = (lag - self.scores.first for lag in again)
        inside = [k for k in places if 0 <= k < len(z) and self.scores.searched[k]]
        return self._one_each([best, *rivals, *inside])[1:]

    def _one_each(self, places: Sequence[int]) -> list[int]:
        """The first of every lobe, in the order given; five at most."""
        lobe = max(1, round(LOBE_S * self.a.rate_hz))
        kept: list[int] = []
        for place in places:
            if all(abs(place - other) > lobe for other in kept):
                kept.append(place)
        return kept[:MAX_CANDIDATES]

    def _candidate(self, law: GaussianMaximum, index: int) -> Candidate:
        lag, z = self.scores.lag(index), float(self.scores.z[index])
        rate_hz = self.a.rate_hz
        inside = not self.scores.at_border(index)
        fraction = between_samples(self.scores.z, index) if inside else 0.0
        u_samples, r = score_uncertainty(self.a.values, self.b.values, lag, fraction)
        halves_s = [self.asked.a.start_half.s, self.asked.b.start_half.s]
        begin, end = max(0, -lag), min(len(self.a.values), len(self.b.values) - lag)
        product = self.a.values[begin:end] * self.b.values[begin + lag : end + lag]
        bin_length = max(1, round(MOMENT_BIN_S * rate_hz))
        middle_s = 0.5 * bin_length / rate_hz
        first_b_s = self.asked.b.start.s + (begin + lag) / rate_hz
        carried = binned(product * np.float32(math.copysign(1.0, z)), bin_length)
        epoch_s, u_epoch_s = _carried_at(carried, bin_length / rate_hz)
        normal_s = math.hypot(u_samples / rate_hz, PARABOLA_SHARE / rate_hz, U_RATE * u_epoch_s)
        u_s, U95_s = position.expanded(normal_s, halves_s)
        return Candidate(
            offset_s=self.asked.offset_s(lag + fraction),
            u_s=u_s,
            U95_s=U95_s,
            epoch_s=first_b_s + epoch_s,
            p=self._p(law, index),
            z=z,
            correlation=r,
            kind_a="samples",
            kind_b="samples",
            coincidences=strongest_moments(
                carried,
                bin_length / rate_hz,
                self.asked.a.start.s + begin / rate_hz + middle_s,
                first_b_s + middle_s,
                min(MOMENT_S, MOMENT_SHARE * (end - begin) / rate_hz),
            ),
            u_statistical_s=normal_s,
            u_systematic_s=math.sqrt(sum(half * half for half in halves_s) / 3.0),
        )


def _carried_at(carried: NDArray[np.float64], step_s: float) -> tuple[float, float]:
    """Centre in time of what carries a peak, and its standard uncertainty (s from the overlap's
    beginning).

    Two recorders that run at different rates are apart by the peak's offset only there: the peak of
    a sum of displaced lobes lies at their weighted mean, to first order. Where they drift so far
    that the lobes part, the peak belongs to some of the sound only, so the whole spread of what
    carries it is taken as the uncertainty, not the spread divided by √n, which covers too little
    (``benchmarks/sound_coverage.py``).
    """
    at_s = (np.arange(len(carried)) + 0.5) * step_s
    total = float(carried.sum())
    middle_s = 0.5 * len(carried) * step_s
    if total <= 0:
        return middle_s, middle_s / math.sqrt(3)
    centre_s = min(max(float(carried @ at_s) / total, 0.0), 2 * middle_s)
    weight = np.abs(carried)
    u_s = float(np.sqrt(weight @ (at_s - centre_s) ** 2 / weight.sum()))
    return centre_s, min(u_s, middle_s / math.sqrt(3))
