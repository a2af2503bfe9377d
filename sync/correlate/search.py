"""Searching two traces for the offset at which they agree, or saying why there is none to give."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sync.correlate import position, preprocess, significance, windows
from sync.correlate.combs import repetitions_of
from sync.correlate.position import PeakFinder
from sync.correlate.preprocess import Prepared
from sync.correlate.result import Candidate, Curve, Jump, Searched, SearchResult
from sync.correlate.shown import decimated_curve, strongest_moments
from sync.correlate.significance import LagStatistic, NullMaxima
from sync.correlate.verdict import (
    MAX_CANDIDATES,
    P_SIGNIFICANT,
    about_as_good,
    reasons_for,
    verdict,
)
from sync.progress import SILENT, Progress
from sync.timebase import NS_PER_S
from sync.traces.trace import Trace

Float = NDArray[np.float64]

# Six blocks of the surrogates: with fewer there are too few different orders to shuffle into. One
# of the two recordings must have them; it is the one that is shuffled.
TESTABLE_S = 60.0
# The other may be as short as false alarms were counted: benchmarks/false_alarms.py --short.
SHORTEST_S = 15.0
# Against a recording of 15 s a block of 10 s keeps most of a true match whole, and it would be
# counted as chance. Reversing such blocks kills it, but real signals rise faster than they fall and
# so fit each other better than their reverse: 2.8 % of 1,000 unrelated real pairs then passed at a
# nominal 1 %, with blocks of 5 s 0.3 % (``benchmarks/real_unrelated.py``), at the same power.
SHORT_BLOCK_S = 5.0
MIN_BURSTS = 4
MIN_OVERLAP_S = 10.0
MIN_OVERLAP_SHARE = 0.25
MIN_CORRELATION_TIMES = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two prepared traces on one step, and the lags to search."""

    a: Prepared
    b: Prepared
    zero_s: float
    """Offset at lag 0: start of A less start of B."""
    lag_from: int
    lag_to: int
    min_overlap: int

    @property
    def step_s(self) -> float:
        return self.a.step_s

    def offset_s(self, lag: float) -> float:
        """What is added to B's media time to get A's, for pairs x[i], y[i + lag]."""
        return self.zero_s - lag * self.step_s


def search(
    a: Trace,
    b: Trace,
    *,
    offset_range_s: tuple[float, float] | None = None,
    surrogates: int = significance.REPORTED,
    seed: int = 0,
    min_overlap_s: float | None = None,
    family: int = 1,
    progress: Progress = SILENT,
) -> SearchResult:
    """Search two traces for the offset at which they agree.

    Parameters
    ----------
    a, b
        The traces. Where their steps differ, the finer one is averaged onto the coarser.
    offset_range_s
        Lowest and highest offset (what is added to B's media time to get A's) in seconds; every
        offset with enough overlap when None.
    surrogates
        Shuffled searches to compare with; the smallest p that can be stated is 1/(n + 1).
    seed
        Of the shuffling; the same seed gives the same answer.
    min_overlap_s
        Shortest overlap that counts; by default the largest of 10 s, a quarter of the shorter
        trace and 20 correlation times.
    family
        Number of searches the stated p must allow for.

    Returns
    -------
    SearchResult
        ``offset_s`` of a candidate holds at its ``epoch_s``, the middle of the overlap in B.
    """
    step_ns = max(a.step_ns, b.step_ns)
    # Sampled alike before the checks, so that they see the masks that the search will see.
    coarse_a, coarse_b = preprocess.on_step(a, step_ns), preprocess.on_step(b, step_ns)
    asked = _Asked(a, b, offset_range_s, seed, family)
    reasons = _untestable(coarse_a, "first") + _untestable(coarse_b, "second")
    reasons = reasons or _both_short(coarse_a, coarse_b) or _one_signal(a, b)
    if reasons:
        return asked.refused(reasons)
    ready_a, ready_b = preprocess.prepare(coarse_a), preprocess.prepare(coarse_b)
    reasons = _too_few_bursts(ready_a, "first") + _too_few_bursts(ready_b, "second")
    if reasons:
        return asked.refused(reasons)
    pair = _pair(ready_a, ready_b, offset_range_s, min_overlap_s)
    shuffles_b = _known_s(coarse_a) < TESTABLE_S
    short = min(_known_s(coarse_a), _known_s(coarse_b)) < TESTABLE_S
    statistic = _statistic(pair, shuffles_b=shuffles_b)
    if statistic.lags.size == 0:
        return asked.refused((_no_overlap(pair),), pair)
    shuffled = ready_b if shuffles_b else ready_a
    z = statistic.z(shuffled.test[None].astype(np.float32))[0].astype(np.float64)
    null = significance.null_maxima(
        statistic,
        shuffled.test,
        shuffled.test_valid,
        largest=float(z.max()),
        block=round((SHORT_BLOCK_S if short else significance.BLOCK_S) / pair.step_s),
        surrogates=surrogates,
        seed=seed,
        progress=progress,
    )
    lags, n = statistic.lags, statistic.n
    if shuffles_b:
        lags, n, z = -lags[::-1], n[::-1], z[::-1]
    return _Answering(asked, pair, lags, n, z, null).result()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked, to be stated with every answer."""

    a: Trace
    b: Trace
    offset_range_s: tuple[float, float] | None
    seed: int
    family: int

    def searched(self, pair: _Pair | None, lags: NDArray[np.int64], drawn: int) -> Searched:
        low, high = self.offset_range_s or (0.0, 0.0)
        if pair is not None and lags.size:
            low, high = pair.offset_s(int(lags[-1])), pair.offset_s(int(lags[0]))
        return Searched(
            kind_a=self.a.kind,
            kind_b=self.b.kind,
            offset_from_s=low,
            offset_to_s=high,
            overlap_min_s=pair.min_overlap * pair.step_s if pair is not None else 0.0,
            surrogates=drawn,
            seed=self.seed,
            family=self.family,
        )

    def refused(self, reasons: tuple[str, ...], pair: _Pair | None = None) -> SearchResult:
        return SearchResult(
            status="not-testable",
            reasons=reasons,
            candidates=(),
            searched=self.searched(pair, np.zeros(0, np.int64), 0),
        )


@dataclass(frozen=True, slots=True)
class _Answering:
    """One finished search, on its way to a result."""

    asked: _Asked
    pair: _Pair
    lags: NDArray[np.int64]
    n: NDArray[np.int64]
    z: Float
    null: NullMaxima

    def result(self) -> SearchResult:
        lags = self.lags
        threshold = self.null.threshold(P_SIGNIFICANT / self.asked.family)
        peaks = _peaks(self.pair, lags, self.z)
        rivals = self._rivals(peaks, math.inf if threshold is None else threshold)
        if not rivals:
            rivals = self._cycles(peaks[0])
            peaks = [peaks[0], *rivals] if rivals else peaks
        p = self._p(peaks[0])
        searched = self.asked.searched(self.pair, lags, len(self.null.maxima))
        status = verdict(p, at_border=self._at_border(peaks[0]), rivals=bool(rivals))
        finder = PeakFinder(self.pair.a, self.pair.b, self.pair.min_overlap)
        shown = [] if status == "no-match" else peaks
        candidates = [self._candidate(finder, index) for index in shown]
        jumps: tuple[Jump, ...] = ()
        if status == "significant":
            candidates[0], jumps = self._followed(candidates[0], peaks[0])
        alike = {peaks[0], *rivals}
        places_s = [
            candidate.offset_s
            for index, candidate in zip(shown, candidates, strict=True)
            if index in alike
        ]
        return SearchResult(
            status=status,
            reasons=reasons_for(status, p, searched, places_s),
            candidates=tuple(candidates),
            searched=searched,
            curve=self._curve(threshold),
            jumps=jumps,
        )

    def _curve(self, threshold: float | None) -> Curve:
        """The score at every searched lag; 0 where a gap leaves too little overlap."""
        lags = self.lags
        every = np.zeros(int(lags[-1] - lags[0]) + 1)
        every[lags - lags[0]] = self.z
        pair = self.pair
        return decimated_curve(every, pair.zero_s, int(lags[0]), pair.step_s, threshold)

    def _p(self, index: int) -> float:
        return min(1.0, self.null.p_value(float(self.z[index])) * self.asked.family)

    def _at_border(self, index: int) -> bool:
        return len(self.z) > 1 and index in (0, len(self.z) - 1)

    def _rivals(self, peaks: list[int], bar: float) -> list[int]:
        """Other peaks that are significant by themselves and about as good as the best."""
        z, n, best = self.z, self.n, peaks[0]
        return [
            other
            for other in peaks[1:]
            if z[other] >= bar and about_as_good(z[best], n[best], z[other], n[other])
        ]

    def _cycles(self, best: int) -> list[int]:
        """Peaks of which the best is one of many alike: the signals repeat themselves."""
        lobe = _lobe_samples(self.pair)
        found = repetitions_of(self.z, self.n, self.lags, best, lobe, self.pair.step_s)
        return found[: MAX_CANDIDATES - 1]

    def _candidate(self, finder: PeakFinder, index: int) -> Candidate:
        pair, lag = self.pair, int(self.lags[index])
        found = finder.at(lag, between=not self._at_border(index))
        normal_s = found.u_stat_s
        halves_s = position.model_halves_s(self.asked.a, self.asked.b)
        u_s, U95_s = position.expanded(normal_s, halves_s)
        begin, end = max(0, -lag), min(len(pair.a.test), len(pair.b.test) - lag)
        product = pair.a.test[begin:end] * pair.b.test[begin + lag : end + lag]
        first_b_s = pair.b.start.s + (begin + lag) * pair.step_s
        return Candidate(
            offset_s=pair.offset_s(found.lag),
            u_s=u_s,
            U95_s=U95_s,
            epoch_s=first_b_s + 0.5 * (end - begin - 1) * pair.step_s,
            p=self._p(index),
            z=float(self.z[index]),
            correlation=found.correlation,
            kind_a=self.asked.a.kind,
            kind_b=self.asked.b.kind,
            coincidences=strongest_moments(
                product, pair.step_s, pair.a.start.s + begin * pair.step_s, first_b_s
            ),
            u_statistical_s=normal_s,
            u_systematic_s=math.hypot(*halves_s) / math.sqrt(3.0),
        )

    def _followed(self, candidate: Candidate, index: int) -> tuple[Candidate, tuple[Jump, ...]]:
        """A long match with its drift and its breaks; as it was where it is short or no line."""
        if self.n[index] * self.pair.step_s < windows.LONG_S:
            return candidate, ()
        line = windows.follow(self.pair.a, self.pair.b, candidate)
        if line is None or line.jumps:
            return candidate, () if line is None else line.jumps
        halves_s = position.model_halves_s(self.asked.a, self.asked.b)
        u_s, U95_s = position.expanded(line.u_s, halves_s)
        return replace(
            candidate,
            offset_s=line.offset_s,
            epoch_s=line.epoch_s,
            u_s=u_s,
            U95_s=U95_s,
            drift_ppm=line.drift_ppm,
            u_drift_ppm=line.u_drift_ppm,
            u_statistical_s=line.u_s,
        ), ()


# -- what can be tested ---------------------------------------------------------------------------


def _untestable(trace: Trace, which: str) -> tuple[str, ...]:
    """Why a trace cannot be tested, before any pre-processing; empty when it can."""
    name = f"The {trace.kind} of the {which} recording"
    if trace.kind == "activity":
        # The encoder decides how large a coded picture is, not only what was seen.
        return (f"{name} shows where to look, and is no evidence of when: compare motion instead.",)
    if not trace.valid.any():
        return (f"{name} says nothing anywhere: all of it is marked as missing.",)
    kept = trace.values[trace.valid]
    if not np.isfinite(kept).all():
        return (f"{name} holds values that are not numbers.",)
    known_s = _known_s(trace)
    if known_s < SHORTEST_S:
        return (
            f"{name} covers only {known_s:.0f} s; at least {SHORTEST_S:.0f} s are needed to tell "
            "a match from chance.",
        )
    if kept.max() - kept.min() <= 1e-9 * max(abs(float(kept.max())), abs(float(kept.min()))):
        return (f"{name} never changes, so it cannot be compared.",)
    return ()


def _both_short(a: Trace, b: Trace) -> tuple[str, ...]:
    """Why neither of two traces can be shuffled; empty when one can."""
    if max(_known_s(a), _known_s(b)) >= TESTABLE_S:
        return ()
    return (
        f"The first recording covers {_known_s(a):.0f} s and the second {_known_s(b):.0f} s; one "
        f"of them must cover at least {TESTABLE_S:.0f} s to tell a match from chance.",
    )


def _one_signal(a: Trace, b: Trace) -> tuple[str, ...]:
    """Why a trace says nothing against itself, or against that of a copy; else empty."""
    if not (np.array_equal(a.values, b.values) and np.array_equal(a.valid, b.valid)):
        return ()
    return (
        "Both are the same recording, sample for sample. That they agree says nothing about two "
        "clocks: compare recordings of two recorders.",
    )


def _known_s(trace: Trace) -> float:
    """Seconds of a trace that are not masked."""
    return float(trace.valid.sum()) * trace.step_ns / NS_PER_S


def _too_few_bursts(ready: Prepared, which: str) -> tuple[str, ...]:
    found = preprocess.bursts(ready)
    if found >= MIN_BURSTS:
        return ()
    return (
        f"The {which} recording holds {found} separate events; at least {MIN_BURSTS} are needed "
        "to tell a match from chance. A single event can be marked by hand.",
    )


def _no_overlap(pair: _Pair) -> str:
    return (
        f"At no offset in the searched range do the recordings share "
        f"{pair.min_overlap * pair.step_s:.0f} s."
    )


def _pair(
    a: Prepared,
    b: Prepared,
    offset_range_s: tuple[float, float] | None,
    min_overlap_s: float | None,
) -> _Pair:
    step_s = a.step_s
    shorter_s = min(len(a.test), len(b.test)) * step_s
    if min_overlap_s is None:
        long_s = preprocess.correlation_time_s(a, b)
        # Never more than the shorter one holds: a slow trace is then compared only in full.
        min_overlap_s = min(
            max(MIN_OVERLAP_S, MIN_OVERLAP_SHARE * shorter_s, MIN_CORRELATION_TIMES * long_s),
            0.9 * shorter_s,
        )
    zero_s = (a.start.ns - b.start.ns) / NS_PER_S
    lag_from, lag_to = -(len(a.test) - 1), len(b.test) - 1
    if offset_range_s is not None:
        low_s, high_s = min(offset_range_s), max(offset_range_s)
        # Rounded inwards (to a thousandth of a step): nothing outside the range is searched.
        lag_from = max(lag_from, math.ceil((zero_s - high_s) / step_s - 1e-3))
        lag_to = min(lag_to, math.floor((zero_s - low_s) / step_s + 1e-3))
    return _Pair(
        a=a,
        b=b,
        zero_s=zero_s,
        lag_from=lag_from,
        lag_to=lag_to,
        min_overlap=max(2, math.ceil(min_overlap_s / step_s - 1e-6)),
    )


def _statistic(pair: _Pair, *, shuffles_b: bool) -> LagStatistic:
    """The statistic with A shuffled against B, or (signs of the lags exchanged) B against A."""
    shuffled, still = (pair.b, pair.a) if shuffles_b else (pair.a, pair.b)
    lags = (-pair.lag_to, -pair.lag_from) if shuffles_b else (pair.lag_from, pair.lag_to)
    return LagStatistic(
        shuffled.test_valid,
        still.test,
        still.test_valid,
        lags=lags,
        min_overlap=pair.min_overlap,
    )


def _lobe_samples(pair: _Pair) -> int:
    """Half-width of the main lobe: the correlation time of the slower trace, 0.5 to 5 s."""
    wide_s = max(preprocess.correlation_time_s(pair.a), preprocess.correlation_time_s(pair.b))
    return max(1, round(min(max(wide_s, 0.5), 5.0) / pair.step_s))


def _peaks(pair: _Pair, lags: NDArray[np.int64], z: Float) -> list[int]:
    """Indices of up to five local maxima of z, the largest first, one for each main lobe."""
    lobe = _lobe_samples(pair)
    padded = np.concatenate(([-np.inf], z, [-np.inf]))
    top = np.flatnonzero((z >= padded[:-2]) & (z >= padded[2:]))
    chosen: list[int] = []
    for index in top[np.argsort(-z[top], kind="stable")]:
        if all(abs(int(lags[index] - lags[other])) > lobe for other in chosen):
            chosen.append(int(index))
        if len(chosen) == MAX_CANDIDATES:
            break
    return chosen
