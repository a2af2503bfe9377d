"""Sound against sound, sample by sample: the offset of two recordings that heard the same.

Most matches are so plain that a piece of one sound finds its place in the other
(:mod:`sync.correlate.sound_long`). Where it does not, both are whitened whole
(:mod:`sync.correlate.whitening`) and cross-correlated. No surrogates: the chance of the largest
value is that of the largest of as many Gaussian values as lags were searched, whose spread is
measured on the correlation itself, away from the peak. The match is then followed through both
sounds for its offset and drift (:mod:`sync.correlate.sound_track`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sync.correlate.chance import LOBE_S, GaussianMaximum, law_of_maximum
from sync.correlate.repeats import repetitions
from sync.correlate.result import Candidate, SearchResult
from sync.correlate.shown import decimated_curve
from sync.correlate.sound_asked import P_LEAST, Asked, Samples, clipped, untestable
from sync.correlate.sound_candidate import candidate
from sync.correlate.sound_long import screened, worth_a_look
from sync.correlate.sound_rate import other_rate
from sync.correlate.sound_track import MOST_DRIFT, Line, Tracker
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
    binned,
    correlate_sounds,
)
from sync.correlate.whitening import White, whiten_sound
from sync.progress import SILENT, Progress

Float32 = NDArray[np.float32]

__all__ = ["COMMON_RATE_HZ", "SAME", "Samples", "search_samples"]

COMMON_RATE_HZ = 8000
CARRIED_BIN_S = 0.1
SAME = (
    "Both are the same recording, sample for sample. That they agree says nothing about two "
    "clocks: compare recordings of two recorders."
)


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
    added to B's media time to get A's; it holds at ``epoch_s``, a media time of B, and changes
    from there by ``drift_ppm``.

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
    asked = Asked.of(a, b, offset_range_s, min_overlap_s, family)
    reasons = untestable(a, a.values, "first") + untestable(b, b.values, "second")
    if reasons:
        return asked.refused(*reasons)
    if np.array_equal(a.values, b.values):
        return asked.refused(SAME)
    result = screened(asked, progress.part(0.0, 0.2)) if worth_a_look(asked) else None
    if result is None:
        result = _exhaustive(asked, a, b, progress.part(0.2, 0.95))
    if result.status == "no-match":
        result = replace(result, reasons=result.reasons + other_rate(asked))
    remarks = clipped(a.values, "first") + clipped(b.values, "second")
    return replace(result, reasons=result.reasons + remarks)


def _exhaustive(asked: Asked, a: Samples, b: Samples, progress: Progress) -> SearchResult:
    """Every lag, with all of both sounds."""
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
            f"At no offset in the searched range do they share {asked.overlap_s:.1f} s of sound."
        )
    return _Answering(asked, white_a, white_b, scores).result()


@dataclass(frozen=True, slots=True)
class _Answering:
    """One finished search, on its way to a result."""

    asked: Asked
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
        where = np.flatnonzero(self.scores.searched)
        searched = self.asked.searched(
            (self.scores.lag(int(where[0])), self.scores.lag(int(where[-1])))
        )
        at_border = self.scores.at_border(peaks[0])
        status = verdict(p, at_border=at_border, rivals=bool(rivals))
        places_s = [self.asked.offset_s(self.scores.lag(index)) for index in (peaks[0], *rivals)]
        shown = [] if status == "no-match" else peaks
        return SearchResult(
            status=status,
            reasons=reasons_for(status, p, searched, places_s),
            candidates=tuple(
                self._candidate(law, index, k <= len(rivals)) for k, index in enumerate(shown)
            ),
            searched=searched,
            curve=decimated_curve(
                size, self.asked.zero_s, self.scores.first, 1.0 / self.a.rate_hz, bar
            ),
        )

    def _p(self, law: GaussianMaximum, index: int) -> float:
        # The look beforehand had its own chance to be wrong.
        spent = P_LEAST if worth_a_look(self.asked) else 0.0
        return self.asked.stated(law.p_value(abs(float(self.scores.z[index]))) + spent)

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
            self.asked.a.read(0, self.asked.a.count),
            self.asked.b.read(0, self.asked.b.count),
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

    def _candidate(self, law: GaussianMaximum, index: int, drifting: bool) -> Candidate:
        z = float(self.scores.z[index])
        return candidate(
            self.asked, self._line(index, drifting), self._p(law, index) / self.asked.family, z
        )

    def _line(self, index: int, drifting: bool) -> Line:
        """The peak followed through both sounds; as it stands where there is too little.

        Peaks that are only shown beside the match are not looked at for drift.
        """
        lag, rate_hz = self.scores.lag(index), self.a.rate_hz
        sign = math.copysign(1.0, float(self.scores.z[index]))
        begin, end = max(0, -lag), min(len(self.a.values), len(self.b.values) - lag)
        product = self.a.values[begin:end] * self.b.values[begin + lag : end + lag]
        step = max(1, round(CARRIED_BIN_S * rate_hz))
        at = begin + _centre(binned(product * np.float32(sign), step)) * step
        white_a, white_b = (
            Samples(values=white.values, rate_hz=rate_hz, start=sound.start)
            for white, sound in ((self.a, self.asked.a), (self.b, self.asked.b))
        )
        tracker = Tracker(white_a, white_b, rate_hz, self.a.band_hz)
        radius_s = MOST_DRIFT * 0.5 * (end - begin) / rate_hz + 2.0 / rate_hz
        found = tracker.follow(lag, at, radius_s, sign, drifting=drifting)
        return found or tracker.unfollowed(lag, at)


def _centre(carried: NDArray[np.float64]) -> float:
    """Centre of what carries a peak, in bins: where a drifting match has the peak's lag."""
    weight = np.maximum(carried, 0.0)
    total = float(weight.sum())
    if total <= 0:
        return 0.5 * len(carried)
    return float(weight @ (np.arange(len(carried)) + 0.5)) / total
