"""How well two recordings agree about an accepted match: the curve a report shows of it.

Calculated for the figure from the recordings, not kept of the search: the plain correlation of the
signals that were compared, at offsets about the accepted one. The match rests on the search, whose
own statistic and chance are stated with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sync.cache import Cache
from sync.case.case import Case, Source
from sync.correlate.ncc import ncc
from sync.correlate.sound_file import FileSound
from sync.errors import TiepointError
from sync.evidence import Lag, takes_part
from sync.report.figures import agreement
from sync.report.sightings import Sightings
from sync.timebase import NS_PER_S, Duration, MediaTime, TimeRange
from sync.traces.derive import kept_trace
from sync.traces.trace import TraceKind

SOUND_S, SOUND_REACH_S = 5.0, 1.0
"""Sound on both sides of the match that is compared, and how far it is moved: a sentence, moved
by more than any of its syllables lasts."""
TRACE_S, TRACE_REACH_S = 60.0, 15.0
"""The same of slow signals: a minute holds some events, and a search may be seconds out."""
POINTS = 600
"""Of the curve, about one a pixel: of neighbours the one furthest from zero."""
LEAST = 8
"""Fewest pairs of samples of which a correlation says anything."""

Series = tuple[NDArray[np.float64], NDArray[np.bool_], float]
"""Values, validity, and the media time of the first, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchFigure:
    """The curve of one accepted match."""

    id: str
    caption: str
    svg: str


def match_figures(case: Case, sightings: Sightings, cache: Cache | None) -> tuple[MatchFigure, ...]:
    """Of every accepted match whose recordings are at hand."""
    found = (_figure(case, lag, sightings, cache) for lag in case.of_kind(Lag) if takes_part(lag))
    return tuple(one for one in found if one is not None)


def _figure(
    case: Case, lag: Lag, sightings: Sightings, cache: Cache | None
) -> MatchFigure | None:  # fmt: skip
    how = lag.search
    if how is None:
        return None
    a, b = case.source(lag.source_a), case.source(lag.source_b)
    if how.kind_a == "samples":
        pair = _sounds(a, b, lag, sightings)
        reach_s, signal = SOUND_REACH_S, "the sound"
    else:
        pair = _traces(a, b, lag, how.kind_a, how.kind_b, cache)
        reach_s, signal = TRACE_REACH_S, f"{how.kind_a} and {how.kind_b}"
    if pair is None:
        return None
    (x, valid_x, x_s), (y, valid_y, y_s), step_s = pair
    lags, r, _ = ncc(x, y, valid_x, valid_y, max(LEAST, len(x) // 2))
    # Lag L pairs x[i] with y[i + L], so it is the offset (x_s - y_s) - L · step of A against B.
    offset_s = (x_s - y_s) - lags * step_s
    accepted_s = (lag.time_a - lag.time_b).s
    near = np.isfinite(r) & (np.abs(offset_s - accepted_s) <= reach_s)
    if near.sum() < LEAST:
        return None
    at, score = _thinned(offset_s[near][::-1], r[near][::-1])
    return MatchFigure(
        id=lag.id,
        caption=f"{lag.id}, {a.name} against {b.name}: correlation of {signal} over "
        f"{_length(len(y) * step_s)} about the match, moved by up to {reach_s:g} s to either side "
        "of the accepted offset (▼). Calculated for this figure from the recordings.",
        svg=agreement(at.tolist(), score.tolist(), found_s=accepted_s),
    )


def _thinned(
    at: NDArray[np.float64], score: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    run = math.ceil(len(at) / POINTS)
    parts = [slice(n, n + run) for n in range(0, len(at), run)]
    kept = [part.start + int(np.abs(score[part]).argmax()) for part in parts]
    return at[kept], score[kept]


def _length(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds:.2f} s"


def _sounds(
    a: Source, b: Source, lag: Lag, sightings: Sightings
) -> tuple[Series, Series, float] | None:
    """Both sounds at the lower of their rates; A is read further on both sides."""
    readers = sightings.sound(a), sightings.sound(b)
    if readers[0] is None or readers[1] is None:
        return None
    rate_hz = min(reader.sample_rate_hz for reader in readers if reader is not None)
    series = []
    for reader, source, at, half_s in (
        (readers[0], a, lag.time_a, SOUND_S + SOUND_REACH_S),
        (readers[1], b, lag.time_b, SOUND_S),
    ):
        try:
            sound = FileSound(reader, rate_hz, _span(source, at, half_s))
            values = sound.read(0, sound.count).astype(np.float64)
        except TiepointError:
            return None
        series.append((values, np.ones(len(values), bool), sound.start.s))
    if min(len(one[0]) for one in series) < LEAST:
        return None
    return series[0], series[1], 1 / rate_hz


def _traces(
    a: Source, b: Source, lag: Lag, kind_a: str, kind_b: str, cache: Cache | None
) -> tuple[Series, Series, float] | None:
    """Two signals that are known already: to derive one may take minutes."""
    found = [
        None if cache is None else kept_trace(source.facts, kind, cache)
        for source, kind in ((a, _kind(kind_a)), (b, _kind(kind_b)))
    ]
    if found[0] is None or found[1] is None:
        return None
    step_ns = max(found[0].step_ns, found[1].step_ns)
    series = []
    for trace, source, at, half_s in (
        (found[0], a, lag.time_a, TRACE_S + TRACE_REACH_S), (found[1], b, lag.time_b, TRACE_S),
    ):  # fmt: skip
        span = _span(source, at, half_s)
        grid = np.arange(span.start.ns, span.end.ns, step_ns)
        own = trace.start.ns + np.arange(len(trace)) * trace.step_ns
        nearest = np.clip(np.searchsorted(own, grid), 0, len(own) - 1)
        series.append((np.interp(grid, own, trace.values), trace.valid[nearest],
                       span.start.ns / NS_PER_S))  # fmt: skip
    if min(len(one[0]) for one in series) < LEAST:
        return None
    return series[0], series[1], step_ns / NS_PER_S


def _kind(kind: str) -> TraceKind:
    return kind  # type: ignore[return-value]


def _span(source: Source, at: MediaTime, half_s: float) -> TimeRange[MediaTime]:
    """About ``at``, inside its stretch."""
    start, end = source.stretches[source.stretch_at(at)]
    half = Duration.from_s(half_s)
    return TimeRange(max(start, at - half), min(end, at + half))
