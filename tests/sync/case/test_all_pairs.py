"""All pairs as one family: every search counts, and a chance finding among many is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sync.case.all_pairs
from sync.cache import Cache
from sync.case.all_pairs import (
    allowing_for,
    holm,
    pairs_of,
    record_all,
    search_all,
    tries,
)
from sync.case.case import Case, Clock
from sync.case.matches import record_search
from sync.correlate.result import Candidate, Searched, SearchResult
from sync.errors import Cancelled, EvidenceError, MediaDamaged
from sync.progress import CancelToken, Progress
from tests.sync.case.made import source

NAMES = ("a", "b", "c", "d")
PATHS = {name: Path(name) for name in NAMES}


def made_case() -> Case:
    case = Case(id="all")
    for name in NAMES:
        case = case.with_source(source(name, sound=True), Clock(id=name, name=name))
    return case


def answer(p: float, surrogates: int, *, kind: Any = "onset", family: int = 1) -> SearchResult:
    """A search whose best candidate has this chance."""
    candidate = Candidate(
        offset_s=1.0, u_s=0.1, U95_s=0.2, epoch_s=5.0, p=p, z=5.0, correlation=0.5, kind_a=kind,
        kind_b=kind,
    )  # fmt: skip
    searched = Searched(
        kind_a=kind, kind_b=kind, offset_from_s=-60, offset_to_s=60, overlap_min_s=10,
        surrogates=surrogates, seed=0, family=family,
    )  # fmt: skip
    status: Any = "significant" if p <= 0.01 else "weak" if p <= 0.05 else "no-match"
    return SearchResult(
        status=status, reasons=() if p <= 0.01 else ("Too often.",), searched=searched,
        candidates=(candidate,) if p <= 0.05 else (),
    )  # fmt: skip


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """Every search that is made, and among how many: a and b match, c and d by chance."""
    made: list[tuple[str, str, int]] = []

    def correlate(path_a: Path, _fa: object, path_b: Path, _fb: object, **how: Any) -> SearchResult:
        made.append((path_a.name, path_b.name, how["among"]))
        how["progress"].report(1.0)
        least = 1 / (200 * how["among"] + 1)
        p = {"ab": 1e-5, "cd": 0.008}.get(path_a.name + path_b.name, 0.5)
        return answer(max(p, least), 200 * how["among"])

    monkeypatch.setattr(sync.case.all_pairs, "correlate_recordings", correlate)
    return made


def test_pairs_are_all_of_those_named() -> None:
    assert len(pairs_of(made_case())) == 6
    assert pairs_of(made_case(), ("c", "a")) == (("a", "c"),)
    with pytest.raises(EvidenceError):
        pairs_of(made_case(), ("a", "nobody"))


def test_every_pair_is_searched_once_finely_enough_and_chance_findings_fall(
    searches: list[tuple[str, str, int]],
) -> None:
    case = made_case()
    found = search_all(case, PATHS, pairs_of(case))
    assert [(a, b) for a, b, _ in searches] == list(pairs_of(case))
    assert {among for *_, among in searches} == {6}
    by_pair = {one.a + one.b: one.result for one in found}
    best, chance = by_pair["ab"], by_pair["cd"]
    assert best is not None and chance is not None
    assert best.status == "significant"
    assert best.candidates[0].p <= 0.01, "resolved below 0.01 after all six"
    assert best.searched.family == 6
    # 0.008 alone is significant; the second smallest of six is 0.04.
    assert chance.status == "weak"
    assert chance.candidates[0].p == pytest.approx(0.04)
    assert any("6 pairs of recordings" in reason for reason in chance.reasons)


def test_every_search_of_the_family_is_counted(searches: list[tuple[str, str, int]]) -> None:
    case = made_case()
    found = search_all(case, PATHS, pairs_of(case))
    case = record_all(case, found, by="Ana", at="now")
    assert len(case.searches) == 6
    assert sorted(record.status for record in case.searches) == [
        "no-match", "no-match", "no-match", "no-match", "significant", "weak",
    ]  # fmt: skip


def test_a_file_that_fails_stops_no_other_pair_but_cancelling_stops_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def correlate(path_a: Path, *_: object, **how: Any) -> SearchResult:
        how["progress"].report(0.5)
        if path_a.name == "a":
            raise MediaDamaged("a cannot be read.", path=path_a)
        return answer(0.5, 99)

    monkeypatch.setattr(sync.case.all_pairs, "correlate_recordings", correlate)
    case = made_case()
    found = search_all(case, PATHS, pairs_of(case))
    assert [one.problem for one in found] == ["a cannot be read."] * 3 + [""] * 3
    assert len(record_all(case, found).searches) == 3
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        search_all(case, PATHS, pairs_of(case), progress=Progress(None, token))


def test_earlier_searches_of_a_pair_are_allowed_for(
    searches: list[tuple[str, str, int]],
) -> None:
    case = record_search(made_case(), answer(0.4, 999), "b", "a")
    search_all(case, PATHS, pairs_of(case))
    assert {(a, b): among for a, b, among in searches}["a", "b"] == 12
    assert sorted(among for *_, among in searches) == [6] * 5 + [12]


def test_signals_are_derived_once_for_all_pairs_and_told_by_name(
    searches: list[tuple[str, str, int]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    derived: list[str] = []

    def derive(path: Path, *_: object, **how: Any) -> None:
        derived.append(path.name)
        how["progress"].report(1.0)
        if path.name == "a":
            raise MediaDamaged("a cannot be read.", path=path)

    monkeypatch.setattr(sync.case.all_pairs, "derive_traces", derive)
    told: list[tuple[float, str]] = []
    case = made_case()
    found = search_all(
        case, PATHS, pairs_of(case), cache=Cache(tmp_path),
        progress=Progress(lambda share, text: told.append((share, text))),
    )  # fmt: skip
    assert derived == list(NAMES), "also where one of them fails: its pairs say so"
    assert len(found) == len(searches) == 6
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert any(text.startswith("reading ") for _, text in told)
    assert any(text.startswith("pair 6 of 6") for _, text in told)


def test_sound_is_allowed_for_without_surrogates(monkeypatch: pytest.MonkeyPatch) -> None:
    def correlate(*_: object, **how: Any) -> SearchResult:
        return answer(1e-9, 0, kind="samples")

    monkeypatch.setattr(sync.case.all_pairs, "correlate_recordings", correlate)
    found = search_all(made_case(), PATHS, pairs_of(made_case()))
    p = [one.result.candidates[0].p for one in found if one.result is not None]
    assert p == pytest.approx([6e-9] * 6)


def test_holm_holds_its_level_over_a_family_of_chance() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []
    random = np.random.default_rng(4)
    families = [min(holm(list(random.random(10)))) <= 0.05 for _ in range(2000)]
    # 99.9 % of a binomial of 2000 at 5 % lie below 6.6 %; without allowance it would be 40 %.
    assert np.mean(families) < 0.066


def test_other_searches_of_a_pair_count_and_the_same_one_again_does_not() -> None:
    case, result = made_case(), answer(0.004, 999)
    assert tries(case, "a", "b", result.searched) == 1
    case = record_search(case, result, "a", "b")
    assert tries(case, "a", "b", result.searched) == 1
    assert tries(case, "b", "a", result.searched) == 1, "a symmetric range seen from the other side"
    assert tries(case, "a", "c", result.searched) == 1
    wider = replace(result.searched, offset_to_s=90.0)
    assert tries(case, "a", "b", wider) == 2
    assert tries(case, "a", "b", replace(result.searched, seed=1)) == 2
    assert tries(record_search(case, replace(result, searched=wider), "a", "b"), "a", "b",
                 replace(wider, kind_a="envelope")) == 3  # fmt: skip


def test_every_channel_of_a_recording_is_another_search() -> None:
    """Eight talk groups tried in turn are eight chances to find a match that is none."""
    case, result = made_case(), answer(0.004, 999)
    for number in range(8):
        one = replace(result, searched=replace(result.searched, channel_b=number))
        assert tries(case, "a", "b", one.searched) == number + 1
        case = record_search(case, one, "a", "b")
    assert [record.channel_b for record in case.searches] == list(range(8))
    assert {record.channel_a for record in case.searches} == {None}
    seen = replace(result.searched, channel_a=3)
    assert tries(case, "b", "a", seen) == 8, "one of them, from the other side"
    assert tries(case, "a", "b", seen) == 9


def test_the_third_search_of_a_pair_states_three_times_the_chance() -> None:
    once = answer(0.004, 999)
    assert allowing_for(once, 1) is once
    second, third = allowing_for(once, 2), allowing_for(once, 3)
    assert (second.status, second.candidates[0].p) == ("significant", pytest.approx(0.008))
    assert (third.status, third.candidates[0].p) == ("weak", pytest.approx(0.012))
    assert any("searched in 3 ways" in reason for reason in third.reasons)
    gone = allowing_for(once, 20)
    assert (gone.status, gone.candidates) == ("no-match", ())
    assert any("8 of 100" in reason for reason in gone.reasons)
