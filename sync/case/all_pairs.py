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
from sync.correlate.significance import REPORTED, SCREENING
from sync.correlate.verdict import P_SIGNIFICANT, P_WEAK, no_match, weak
from sync.errors import Cancelled, TiepointError
from sync.media.facts import MediaFacts
from sync.progress import SILENT, Progress

SCREENED = 0.5
"""Part of the time that screening takes, for the progress alone."""

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
    """Search every pair, the promising ones again with enough surrogates, and state Holm's p.

    Parameters
    ----------
    paths
        The file of each recording, by its id.
    offset_range_s
        As for :func:`sync.correlate.recordings.correlate_recordings`, for every pair.

    Notes
    -----
    A p of 1/(n + 1) is the smallest that n surrogates can show. For a family of K pairs a single
    one is significant at p ≤ 0.01/K, so a pair that survives the screening with 99 surrogates is
    searched again with 100·K of them, times the signals and the earlier searches it allows for.
    """
    count = len(pairs)

    def once(pair: Pair, surrogates: int, part: Progress) -> PairFound:
        a, b = (case.source(name) for name in pair)
        try:
            result = correlate_recordings(
                paths[a.id], a.facts, paths[b.id], b.facts, offset_range_s=offset_range_s,
                surrogates=surrogates, seed=seed, cache=cache, progress=part,
            )  # fmt: skip
        except Cancelled:
            raise
        except TiepointError as error:
            return PairFound(a=a.id, b=b.id, result=None, problem=error.message)
        return PairFound(a=a.id, b=b.id, result=result)

    def part_of(number: int, whole: int, low: float, high: float, pair: Pair) -> Progress:
        step = (high - low) / whole
        names = " ↔ ".join(case.source(name).name for name in pair)
        text = f"pair {number + 1} of {whole}: {names}" if low == 0.0 else f"again: {names}"
        return progress.part(low + number * step, low + (number + 1) * step, text)

    found = [
        once(pair, SCREENING, part_of(n, count, 0.0, SCREENED, pair))
        for n, pair in enumerate(pairs)
    ]
    again = [n for n, one in enumerate(found) if _resolves_more(one.result)]
    for done, n in enumerate(again):
        part = part_of(done, len(again), SCREENED, 1.0, pairs[n])
        before = found[n].result
        assert before is not None
        tests = before.searched.family * tries(case, *pairs[n], before.searched)
        found[n] = once(pairs[n], max(REPORTED, 100 * count * tests), part)
    progress.report(1.0)
    return _stated_together(case, found)


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
    p = min(1.0, result.candidates[0].p * searches)
    return _restated(result, p, searches, counted)


def _terms(of: Searched | SearchRecord, *, turned: bool) -> tuple[str, str, float, float, int]:
    """What makes two searches of a pair the same, seen from its first recording."""
    low, high = round(of.offset_from_s, 1), round(of.offset_to_s, 1)
    if turned:
        return of.kind_b, of.kind_a, -high, -low, of.seed
    return of.kind_a, of.kind_b, low, high, of.seed


# -- the family -----------------------------------------------------------------------------------


def _resolves_more(result: SearchResult | None) -> bool:
    """A survivor whose p comes from surrogates: that of samples has no floor to lower."""
    return result is not None and bool(result.candidates) and result.searched.surrogates > 0


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
    return result.candidates[0].p if result is not None and result.candidates else 1.0


def _restated(result: SearchResult, p: float, times: int, counted: str) -> SearchResult:
    """The result with another p of its best candidate, and what follows from that."""
    searched = replace(result.searched, family=result.searched.family * times)
    scale = p / result.candidates[0].p if result.candidates[0].p > 0 else 1.0
    candidates = tuple(replace(c, p=min(1.0, c.p * scale)) for c in result.candidates)
    again = replace(result, searched=searched, candidates=candidates)
    if p > P_WEAK:
        return replace(
            again, status="no-match", reasons=(no_match(searched, p), counted), candidates=()
        )
    if p > P_SIGNIFICANT and result.status != "edge":
        return replace(again, status="weak", reasons=(weak(searched, p), counted))
    # A significant result has no reasons against it, so it says nothing more.
    return again if result.status == "significant" else replace(
        again, reasons=(*result.reasons, counted)
    )  # fmt: skip
