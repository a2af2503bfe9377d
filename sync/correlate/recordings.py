"""Searching two recordings: which signals to compare, and how to count the attempts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sync.cache import Cache
from sync.correlate.hum import hum_refused
from sync.correlate.result import SearchKind, SearchResult
from sync.correlate.search import search
from sync.correlate.segments import with_segments
from sync.correlate.significance import REPORTED, SCREENING
from sync.correlate.sound import COMMON_RATE_HZ, SAME, Samples, search_samples
from sync.correlate.sound_asked import Asked
from sync.correlate.sound_file import READ_SAMPLES, FileSound
from sync.correlate.sound_long import search_long
from sync.correlate.verdict import P_SIGNIFICANT, P_WEAK, no_match, weak
from sync.errors import TraceError
from sync.media.facts import MediaFacts
from sync.progress import SILENT, Progress
from sync.timebase import MediaTime, TimeRange
from sync.traces.derive import derive_traces
from sync.traces.picture import Region
from sync.traces.trace import (
    ALL_PICTURE_KINDS,
    PICTURE_KINDS,
    SOUND_KINDS,
    Trace,
    TraceKind,
)

if TYPE_CHECKING:  # the decoder loads only when it is needed
    from sync.media.sound import SoundReader

Span = TimeRange[MediaTime]
# Of two sounds together so much is held and compared whole, 20 min at 8 kHz: some 400 MB.
HELD_SAMPLES = 9_600_000
# Surrogates for each search of a family, so that p is resolved below 0.01 / family.
SURROGATES_EACH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One of the two recordings."""

    path: Path
    facts: MediaFacts
    span: Span | None
    roi: Region | None
    channel: int | None
    cache: Cache | None


def correlate_recordings(
    path_a: Path | str,
    facts_a: MediaFacts,
    path_b: Path | str,
    facts_b: MediaFacts,
    *,
    kind_a: SearchKind | None = None,
    kind_b: SearchKind | None = None,
    offset_range_s: tuple[float, float] | None = None,
    surrogates: int = REPORTED,
    among: int = 1,
    seed: int = 0,
    span_a: Span | None = None,
    span_b: Span | None = None,
    roi_a: Region | None = None,
    roi_b: Region | None = None,
    channel_a: int | None = None,
    channel_b: int | None = None,
    cache: Cache | None = None,
    progress: Progress = SILENT,
) -> SearchResult:
    """Search two recordings for the offset at which they agree.

    Sound with sound is compared sample by sample. Otherwise every sensible pair of traces is
    tried (motion, luminance, flash against envelope, onset, transmissions; each picture trace
    against its like), each is screened with 99 surrogates, the promising ones are searched again
    with more, and the stated p allows for all of them (Holm).

    Parameters
    ----------
    kind_a, kind_b
        Restrict the search to these kinds; ``samples`` needs both.
    offset_range_s
        Lowest and highest offset: what is added to B's media time to get A's.
    surrogates
        Fewest of a search that survives its screening; more where several pairs of traces are
        tried, so that p is resolved finely enough for all of them.
    among
        Searches of other pairs for which the caller will make the stated p allow: p is resolved
        finely enough for them too. The stated p itself does not allow for them.
    span_a, span_b
        Restrict a recording to a part of it, one radio call for example.
    roi_a, roi_b
        Restrict a picture to a region X, Y, W, H in pixels of the original, a door for example.
    channel_a, channel_b
        Restrict a sound to one channel, counted from 0, one talk group for example.

    Raises
    ------
    TraceError
        When the recordings have no pair of streams that can be compared as asked.
    """
    a = _Side(
        path=Path(path_a), facts=facts_a, span=span_a, roi=roi_a, channel=channel_a, cache=cache
    )
    b = _Side(
        path=Path(path_b), facts=facts_b, span=span_b, roi=roi_b, channel=channel_b, cache=cache
    )
    pairs = kind_pairs(facts_a, facts_b, kind_a, kind_b)
    if not pairs:
        return _of_channels(_search_sound(a, b, offset_range_s, progress), a, b)
    traces = _traces(a, b, pairs, progress.part(0.0, 0.5))

    def once(pair: tuple[TraceKind, TraceKind], count: int, part: Progress) -> SearchResult:
        return search(
            traces["a", pair[0]],
            traces["b", pair[1]],
            offset_range_s=offset_range_s,
            surrogates=count,
            seed=seed,
            progress=part,
        )

    found = _search_family(pairs, once, surrogates, among, progress.part(0.5, 1.0))
    return _of_channels(found, a, b)


def _of_channels(found: SearchResult, a: _Side, b: _Side) -> SearchResult:
    """Which channels were searched: another one is another search, and is counted."""
    searched = replace(found.searched, channel_a=a.channel, channel_b=b.channel)
    return replace(found, searched=searched)


def kind_pairs(
    facts_a: MediaFacts,
    facts_b: MediaFacts,
    kind_a: SearchKind | None = None,
    kind_b: SearchKind | None = None,
) -> list[tuple[TraceKind, TraceKind]]:
    """The pairs of traces to compare, in a fixed order; none where samples are to be compared.

    Raises
    ------
    TraceError
        When there is none.
    """
    if "samples" in (kind_a, kind_b):
        if {kind_a, kind_b} - {"samples", None}:
            raise TraceError("Samples of sound can be compared only with samples of sound.")
        for facts in (facts_a, facts_b):
            if facts.sound is None:
                raise TraceError("One of the recordings has no sound to compare.")
        return []
    if kind_a is None and kind_b is None and facts_a.sound and facts_b.sound:
        return []
    pairs = [
        (first, second)
        for first, second in product(
            _kinds(facts_a, kind_a, other=kind_b), _kinds(facts_b, kind_b, other=kind_a)
        )
        if (kind_a is not None and kind_b is not None) or _sensible(first, second)
    ]
    if not pairs:
        raise TraceError("The two recordings have no signals that can be compared.")
    return pairs


def _kinds(
    facts: MediaFacts, asked: SearchKind | None, *, other: SearchKind | None
) -> list[TraceKind]:
    """The kind asked for; else the usual ones, and what was asked of the other recording."""
    if asked is not None and asked != "samples":
        return [asked]
    kinds: list[TraceKind] = []
    if facts.picture is not None:
        kinds += PICTURE_KINDS
    if facts.sound is not None:
        kinds += SOUND_KINDS
    if other is not None and other != "samples" and other not in kinds:
        stream = facts.picture if other in ALL_PICTURE_KINDS else facts.sound
        kinds += [other] if stream is not None else []
    return kinds


def _sensible(first: TraceKind, second: TraceKind) -> bool:
    """Picture against sound in any way; picture against picture and sound against sound alike."""
    crossed = (first in ALL_PICTURE_KINDS) != (second in ALL_PICTURE_KINDS)
    return crossed or first == second


# -- traces ---------------------------------------------------------------------------------------


def _traces(
    a: _Side, b: _Side, pairs: list[tuple[TraceKind, TraceKind]], progress: Progress
) -> dict[tuple[str, TraceKind], Trace]:
    out: dict[tuple[str, TraceKind], Trace] = {}
    for place, (which, side) in enumerate((("a", a), ("b", b))):
        kinds = list(dict.fromkeys(pair[place] for pair in pairs))
        found = derive_traces(
            side.path, side.facts, kinds, regions=[side.roi], channel=side.channel,
            cache=side.cache, progress=progress.part(0.5 * place, 0.5 * (place + 1)),
        )  # fmt: skip
        out |= {(which, kind): _within(trace, side.span) for (kind, _), trace in found.items()}
    return out


def _within(trace: Trace, span: Span | None) -> Trace:
    """The samples of a trace that lie in ``span``; all of them when there is none."""
    if span is None:
        return trace
    first = max(0, -(-(span.start.ns - trace.start.ns) // trace.step_ns))
    last = min(len(trace), -(-(span.end.ns - trace.start.ns) // trace.step_ns))
    last = max(last, first)
    return replace(
        trace,
        start=trace.time_of(first),
        values=trace.values[first:last],
        valid=trace.valid[first:last],
    )


def _search_family(
    pairs: list[tuple[TraceKind, TraceKind]],
    once: Callable[[tuple[TraceKind, TraceKind], int, Progress], SearchResult],
    surrogates: int,
    among: int,
    progress: Progress,
) -> SearchResult:
    """Screen every pair, search the survivors again, and answer with the best (Holm).

    The screening only ever turns a search down: a p of at most 0.05 is stated only from all
    surrogates of the second search, so the chance to state one is at most that of the second
    search alone, whatever the two have in common. (``tests/sync/correlate/test_screening.py``.)
    """
    screened = min(SCREENING, surrogates)
    results = [
        once(pair, screened, progress.part(0.3 * i / len(pairs), 0.3 * (i + 1) / len(pairs)))
        for i, pair in enumerate(pairs)
    ]
    tested = [i for i, result in enumerate(results) if result.status != "not-testable"]
    family = max(len(tested), 1)
    whole = family * among
    thorough = max(surrogates, SURROGATES_EACH * whole) if whole > 1 else surrogates
    survivors = [i for i in tested if _p(results[i]) <= P_WEAK]
    for k, i in enumerate(survivors):
        low = 0.3 + 0.7 * k / len(survivors)
        part = progress.part(low, 0.3 + 0.7 * (k + 1) / len(survivors))
        results[i] = once(pairs[i], thorough, part)
    return _best(results, tested, family)


def _p(result: SearchResult) -> float:
    """p of the best candidate; 1 where there is none."""
    return result.candidates[0].p if result.candidates else 1.0


def _best(results: list[SearchResult], tested: list[int], family: int) -> SearchResult:
    """The answer of a family of searches.

    Holm (1979): the smallest p is multiplied by the number of tests. Only the best pair is
    answered with, so the further steps of the procedure are not needed.
    """
    if not tested:
        reasons = dict.fromkeys(reason for result in results for reason in result.reasons)
        others = tuple(result.searched for result in results[1:])
        return replace(results[0], reasons=tuple(reasons), others=others)
    best = min(tested, key=lambda i: (_p(results[i]), -_z(results[i])))
    others = tuple(
        replace(result.searched, family=family) for i, result in enumerate(results) if i != best
    )
    chosen = results[best]
    if family > 1:
        chosen = _restated(chosen, family)
    return replace(chosen, others=others)


def _z(result: SearchResult) -> float:
    return result.candidates[0].z if result.candidates else -math.inf


def _restated(result: SearchResult, family: int) -> SearchResult:
    """``result`` with its p, status and reasons for a family of searches (Bonferroni)."""
    searched = replace(result.searched, family=family)
    counted = f"{family} pairs of signals were compared, and the stated chance allows for that."
    if not result.candidates:
        return replace(result, searched=searched, reasons=(*result.reasons, counted))
    candidates = tuple(replace(c, p=min(1.0, c.p * family)) for c in result.candidates)
    p = candidates[0].p
    restated = replace(result, searched=searched, candidates=candidates)
    if p > P_WEAK:
        reasons = (no_match(searched, p), counted)
        return replace(restated, status="no-match", reasons=reasons, candidates=())
    if p > P_SIGNIFICANT and result.status in ("significant", "ambiguous", "weak"):
        return replace(restated, status="weak", reasons=(weak(searched, p), counted))
    return restated


# -- sound ----------------------------------------------------------------------------------------


def _reader(side: _Side) -> SoundReader:
    from sync.media.raw_sound import RawSound  # the decoder loads only when it is needed
    from sync.media.sound import SoundReader

    assert side.facts.sound is not None
    return SoundReader(
        side.path,
        cache=side.cache,
        sha256=side.facts.sha256,
        raw=RawSound.of_facts(side.facts.sound),
        channel=side.channel,
    )


def _search_sound(
    a: _Side, b: _Side, offset_range_s: tuple[float, float] | None, progress: Progress
) -> SearchResult:
    assert a.facts.sound is not None
    assert b.facts.sound is not None
    rate = min(COMMON_RATE_HZ, a.facts.sound.sample_rate_hz, b.facts.sound.sample_rate_hz)
    with _reader(a) as reader_a, _reader(b) as reader_b:
        sounds = FileSound(reader_a, rate, a.span), FileSound(reader_b, rate, b.span)
        asked = Asked.of(*sounds, offset_range_s, None, 1)
        if (a.facts.sha256, a.span, a.channel) == (b.facts.sha256, b.span, b.channel):
            return asked.refused(SAME)
        if sounds[0].count + sounds[1].count > HELD_SAMPLES:
            found = search_long(asked, progress.part(0.0, 0.6))
            return _mapped(asked, found, progress.part(0.6, 1.0))
        first, second = (
            _held(sound, progress.part(0.25 * k, 0.25 * k + 0.25)) for k, sound in enumerate(sounds)
        )
    found = search_samples(
        first, second, offset_range_s=offset_range_s, progress=progress.part(0.5, 0.8)
    )
    found = hum_refused(first, second, found)
    asked = Asked.of(first, second, offset_range_s, None, 1)
    return _mapped(asked, found, progress.part(0.8, 1.0))


def _mapped(asked: Asked, found: SearchResult, progress: Progress) -> SearchResult:
    """The segment map where there is one, but never to hide that a sound repeats itself.

    One placed stretch says no more than the search of the whole; where that found several places
    alike, an alarm's cycles for example, the stretch has them too.
    """
    mapped = with_segments(asked, found, progress)
    placed = sum(segment.candidate is not None for segment in mapped.segments)
    return found if found.status == "ambiguous" and placed < 2 else mapped


def _held(sound: FileSound, progress: Progress) -> Samples:
    """All of a sound, in memory: an hour at 8 kHz takes 115 MB."""
    values = np.zeros(sound.count, np.float32)
    at = 0
    while at < sound.count:
        part = sound.read(at, READ_SAMPLES)
        if len(part) == 0:
            break
        values[at : at + len(part)] = part
        at += len(part)
        progress.report(at / sound.count)
    return Samples(
        values=values[:at], rate_hz=sound.rate_hz, start=sound.start, start_half=sound.start_half
    )


def read_samples(
    path: Path, rate_hz: int, span: Span | None = None, progress: Progress = SILENT
) -> Samples:
    """The sound of a recording (or of a part of it) as one channel at ``rate_hz``."""
    from sync.media.sound import SoundReader  # the decoder loads only when it is needed

    with SoundReader(path) as reader:
        return _held(FileSound(reader, rate_hz, span), progress)
