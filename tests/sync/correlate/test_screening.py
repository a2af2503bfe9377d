"""Screening with few surrogates before the search with many does not bias the stated p."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sync.correlate.recordings import SURROGATES_EACH, _search_family
from sync.correlate.result import Candidate, Searched, SearchResult
from sync.correlate.significance import REPORTED, SCREENING, NullMaxima
from sync.progress import SILENT, Progress

Pair = Any
FAMILY: list[Pair] = [("motion", "motion"), ("luminance", "luminance"), ("flash", "flash")]


def answer(p: float, surrogates: int) -> SearchResult:
    candidate = Candidate(
        offset_s=0.0, u_s=0.1, U95_s=0.2, epoch_s=0.0, p=p, z=1.0, correlation=0.1, kind_a="motion",
        kind_b="motion",
    )  # fmt: skip
    searched = Searched(
        kind_a="motion", kind_b="motion", offset_from_s=-1, offset_to_s=1, overlap_min_s=10,
        surrogates=surrogates, seed=0, family=1,
    )  # fmt: skip
    status: Any = "significant" if p <= 0.01 else "weak" if p <= 0.05 else "no-match"
    return SearchResult(
        status=status,
        reasons=("",),
        searched=searched,
        candidates=(candidate,) if p <= 0.05 else (),
    )


def searched_once(rng: np.random.Generator, asked: list[int] | None = None) -> float:
    """p of a family of three searches of unrelated recordings; their maxima follow Gumbel's law."""
    largest = {pair: rng.gumbel() for pair in FAMILY}
    # As in a search: the same seed for both counts, so the screening is the start of the other.
    drawn = {pair: rng.gumbel(size=SURROGATES_EACH * len(FAMILY) + REPORTED) for pair in FAMILY}

    def once(pair: Pair, count: int, _: Progress) -> SearchResult:
        if asked is not None:
            asked.append(count)
        null = NullMaxima(maxima=drawn[pair][:count], planned=count)
        return answer(null.p_value(largest[pair]), count)

    result = _search_family(FAMILY, once, REPORTED, 1, SILENT)
    return min((candidate.p for candidate in result.candidates), default=1.0)


def test_false_alarms_of_a_screened_family_stay_at_their_level() -> None:
    rng = np.random.default_rng(20)
    p = np.array([searched_once(rng) for _ in range(4000)])
    # 99.9 % of a binomial of 4,000 at 5 % lie below 6.1 %, at 1 % below 1.53 %; and a screening
    # that only took searches away would fall far short of both.
    assert 0.035 < np.mean(p <= 0.05) < 0.061
    assert 0.005 < np.mean(p <= 0.01) < 0.0153


def test_only_survivors_are_searched_with_many() -> None:
    asked: list[int] = []
    rng = np.random.default_rng(21)
    for _ in range(100):
        searched_once(rng, asked)
    assert asked.count(SCREENING) == 300
    assert 0 < len(asked) - 300 < 60
    assert set(asked) == {SCREENING, REPORTED}


@pytest.mark.parametrize(("among", "least"), [(1, 999), (15, 9000)])
def test_p_is_resolved_for_the_whole_family(among: int, least: int) -> None:
    asked: list[int] = []

    def once(pair: Pair, count: int, _: Progress) -> SearchResult:
        asked.append(count)
        return answer(1.0 / (count + 1), count)

    result = _search_family(FAMILY, once, REPORTED, among, SILENT)
    assert min(asked[3:]) >= least
    assert result.candidates[0].p * among <= 0.01
