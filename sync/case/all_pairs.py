"""Searching many pairs of recordings of a case as one family, and allowing for every attempt.

A search is a test. Whoever makes many of them finds a rare agreement sooner or later, so the
stated chance allows for every search of the same pair before it, and, when all pairs are searched
at once, for all pairs (Holm 1979).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from sync.cache import Cache
from sync.case.case import Case, SearchRecord
from sync.case.matches import record_search
from sync.correlate.recordings import correlate_recordings, kind_pairs
from sync.correlate.result import Searched, SearchResult
from sync.correlate.verdict import P_SIGNIFICANT, P_WEAK, no_match, weak
from sync.errors import Cancelled, TiepointError
from sync.media.facts import MediaFacts
from sync.progress import SILENT, Progress
from sync.traces.derive import derive_traces
from sync.traces.trace import PICTURE_KINDS, SOUND_KINDS

DERIVED = 0.5
"""Part of the time that deriving the signals takes, for the progress alone."""

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFound:
    """What came of one pair; ``problem`` says why there is no result."""

    a: str
    b: str
    result: SearchResult | None
    problem: str = ""


def pairs_of(case: Case, sources: Sequence[str] = ()) -> tuple[Pair, ...]:
    """Every pair of the recordings, or of those named (ids or names), in the order of the case.

    Raises
    ------
    EvidenceError
        When a recording is not in the case.
    """
    wanted = {case.source(name).id for name in sources}
    return tuple(combinations([s.id for s in case.sources if not wanted or s.id in wanted], 2))


def search_all(
    case: Case,
    paths: Mapping[str, Path],
    pairs: Sequence[Pair],
    *,
    offset_range_s: tuple[float, float] | None = None,
    seed: int = 0,
    cache: Cache | None = None,
    progress: Progress = SILENT,
) -> tuple[PairFound, ...]:
    """Search every pair, each finely enough for all of them, and state Holm's p.

    Parameters
    ----------
    paths
        The file of each recording, by its id.
    offset_range_s
        As for :func:`sync.correlate.recordings.correlate_recordings`, for every pair.

    Notes
    -----
    A p of 1/(n + 1) is the smallest that n surrogates can show, and of a family of K searches one
    is significant at p ≤ 0.01/K. So what survives its screening with 99 surrogates is searched
    with 200·K of them, K the pairs of recordings times the pairs of signals times the searches of
    this pair so far.
    """
    derived = 0.0 if cache is None else DERIVED
    if cache is not None:
        _derive_all(case, paths, pairs, cache, progress.part(0.0, derived))

    def once(number: int, pair: Pair) -> PairFound:
        a, b = (case.source(name) for name in pair)
        low, high = (derived + (1.0 - derived) * k / len(pairs) for k in (number, number + 1))
        text = f"pair {number + 1} of {len(pairs)}: {a.name} ↔ {b.name}"
        before = sum({record.source_a, record.source_b} == set(pair) for record in case.searches)
        try:
            result = correlate_recordings(
                paths[a.id], a.facts, paths[b.id], b.facts, offset_range_s=offset_range_s,
                among=len(pairs) * (before + 1), seed=seed, cache=cache,
                progress=progress.part(low, high, text),
            )  # fmt: skip
        except Cancelled:
            raise
        except TiepointError as error:
            return PairFound(a=a.id, b=b.id, result=None, problem=error.message)
        return PairFound(a=a.id, b=b.id, result=result)

    found = [once(number, pair) for number, pair in enumerate(pairs)]
    progress.report(1.0)
    return _stated_together(case, found)


def _derive_all(
    case: Case, paths: Mapping[str, Path], pairs: Sequence[Pair], cache: Cache, progress: Progress
) -> None:
    """Every signal of every recording from one reading of it, kept for its pairs.

    Long recordings take their share of the progress, so that the time left is told truly.
    """
    sources = [case.source(name) for name in dict.fromkeys(name for pair in pairs for name in pair)]
    lengths_s = [max((source.end - source.start).s, 1e-3) for source in sources]
    done_s = 0.0
    for source, length_s in zip(sources, lengths_s, strict=True):
        low, high = (at / sum(lengths_s) for at in (done_s, done_s + length_s))
        done_s += length_s
        kinds = [
            *(PICTURE_KINDS if source.facts.picture is not None else ()),
            *(SOUND_KINDS if source.facts.sound is not None else ()),
        ]
        try:
            derive_traces(
                paths[source.id], source.facts, kinds, cache=cache,
                progress=progress.part(low, high, f"reading {source.name}"),
            )  # fmt: skip
        except Cancelled:
            raise
        except TiepointError:
            continue  # said with each of its pairs


def record_all(case: Case, found: Sequence[PairFound], by: str = "", at: str = "") -> Case:
    """The case with every search counted, refused ones too."""
    for one in found:
        if one.result is not None:
            case = record_search(case, one.result, one.a, one.b, by=by, at=at)
    return case


def holm(p: Sequence[float]) -> list[float]:
    """p values that allow for each other (Holm 1979), in the order given."""
    stated, least = [1.0] * len(p), 0.0
    for rank, at in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        least = max(least, min(1.0, (len(p) - rank) * p[at]))
        stated[at] = least
    return stated


# -- earlier searches of a pair -------------------------------------------------------------------


def tries(case: Case, a: str, b: str, searched: Searched) -> int:
    """How many different searches of a pair were made, this one counted.

    The same search made again finds the same and is no new attempt; other signals, another range
    and another seed are.
    """
    this = _terms(searched, turned=False)
    before = {
        _terms(record, turned=record.source_a != a)
        for record in case.searches
        if {record.source_a, record.source_b} == {a, b}
    }
    return len(before | {this})


def surrogates_needed(case: Case, a: str, b: str, facts: tuple[MediaFacts, MediaFacts]) -> int:
    """Surrogates that let a further search of a pair be significant after those before it.

    0 for the first search of a pair, and where the sound itself is compared.
    """
    before = sum({record.source_a, record.source_b} == {a, b} for record in case.searches)
    return 100 * (before + 1) * len(kind_pairs(*facts)) if before else 0


def allowing_for(result: SearchResult, searches: int) -> SearchResult:
    """The result as one of so many searches of its pair (Bonferroni): p, status and reasons."""
    if searches < 2 or not result.candidates:
        return result
    counted = f"This pair was searched in {searches} ways, and the stated chance allows for that."
    p = min(1.0, _p(result) * searches)
    return _restated(result, p, searches, counted)


def _terms(of: Searched | SearchRecord, *, turned: bool) -> tuple[object, ...]:
    """What makes two searches of a pair the same, seen from its first recording."""
    low, high = round(of.offset_from_s, 1), round(of.offset_to_s, 1)
    sides = (of.kind_a, of.channel_a), (of.kind_b, of.channel_b)
    if turned:
        return *reversed(sides), -high, -low, of.seed
    return *sides, low, high, of.seed


# -- the family -----------------------------------------------------------------------------------


def _stated_together(case: Case, found: Sequence[PairFound]) -> tuple[PairFound, ...]:
    stated = [
        one if one.result is None else replace(
            one, result=allowing_for(one.result, tries(case, one.a, one.b, one.result.searched))
        )
        for one in found
    ]  # fmt: skip
    tested = [
        n for n, one in enumerate(stated)
        if one.result is not None and one.result.status != "not-testable"
    ]  # fmt: skip
    counted = (
        f"{len(tested)} pairs of recordings were searched, and the stated chance allows for that."
    )
    for n, p in zip(tested, holm([_p(stated[n].result) for n in tested]), strict=True):
        result = stated[n].result
        if result is not None and result.candidates and len(tested) > 1:
            stated[n] = replace(stated[n], result=_restated(result, p, len(tested), counted))
    return tuple(stated)


def _p(result: SearchResult | None) -> float:
    return min((c.p for c in result.candidates), default=1.0) if result is not None else 1.0


def _restated(result: SearchResult, p: float, times: int, counted: str) -> SearchResult:
    """The result with another p of its best candidate, and what follows from that."""
    searched = replace(result.searched, family=result.searched.family * times)
    scale = p / _p(result) if _p(result) > 0 else 1.0
    candidates = tuple(replace(c, p=min(1.0, c.p * scale)) for c in result.candidates)
    again = replace(result, searched=searched, candidates=candidates)
    if p > P_WEAK:
        return replace(
            again, status="no-match", reasons=(no_match(searched, p), counted), candidates=(),
            segments=(), segments_of=None, jumps=(),
        )  # fmt: skip
    if p > P_SIGNIFICANT and result.status != "edge":
        return replace(again, status="weak", reasons=(weak(searched, p), counted))
    # A significant result has no reasons against it, so it says nothing more.
    return again if result.status == "significant" else replace(
        again, reasons=(*result.reasons, counted)
    )  # fmt: skip
