"""Nothing is counted twice when a match is accepted; how a match fits what is there."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from sync.case import acts
from sync.case.calculate import prepare
from sync.case.case import Case, Clock
from sync.case.guards import same_evidence
from sync.case.innovation import innovation
from sync.case.matches import propose
from sync.correlate.result import Candidate, Coincidence, Searched, SearchResult
from sync.errors import EvidenceError
from sync.evidence import Lag, takes_part
from sync.timebase import MediaTime
from tests.sync.case.made import s, source


def made_case() -> Case:
    case = Case(id="guards")
    for name in ("a", "b", "c", "d"):
        case = case.with_source(source(name, sound=True), Clock(id=name, name=name))
    return case.with_datum("a")


def found(
    offset_s: float, u_s: float = 0.02, moments: tuple[tuple[float, float], ...] = ()
) -> tuple[SearchResult, Candidate]:
    """A search whose candidate has (time in B, share) for its moments."""
    candidate = Candidate(
        offset_s=offset_s, u_s=u_s, U95_s=2 * u_s, epoch_s=40.0, p=0.001, z=7.0, correlation=0.6,
        kind_a="onset", kind_b="onset", coincidences=tuple(
            Coincidence(time_a_s=at + offset_s, time_b_s=at, share=share) for at, share in moments
        ),
    )  # fmt: skip
    searched = Searched(
        kind_a="onset", kind_b="onset", offset_from_s=-60.0, offset_to_s=60.0, overlap_min_s=25.0,
        surrogates=999, seed=7, family=2,
    )  # fmt: skip
    result = SearchResult(
        status="significant", reasons=(), candidates=(candidate,), searched=searched
    )
    return result, candidate


def pair(a: str, b: str, stream: str = "sound") -> dict[str, Any]:
    return {"source_a": a, "stream_a": stream, "source_b": b, "stream_b": stream, "at_b": s(40)}


def marked(case: Case, name: str, at_s: float, half_s: float, event: str = "shot") -> Case:
    case, _ = acts.mark_event(
        case, event=event, source=name, stream="sound", earliest=s(at_s - half_s),
        latest=s(at_s + half_s),
    )  # fmt: skip
    return case


def accept(case: Case, a: str, b: str, offset_s: float, **how: Any) -> tuple[Case, Lag]:
    stream = how.pop("stream", "sound")
    return acts.accept_candidate(case, *found(offset_s, **how), **pair(a, b, stream))


# -- the same transient ---------------------------------------------------------------------------


def shot(half_s: float, at_b: float = 30.0) -> Case:
    """A shot at 40 s of a and ``at_b`` of b."""
    return marked(marked(made_case(), "a", 40.0, half_s), "b", at_b, half_s)


def test_an_event_that_carries_the_match_is_kept_where_it_is_more_certain() -> None:
    case, lag = accept(shot(0.001), "a", "b", 10.0, moments=((30.5, 0.5), (50.0, 0.2)))
    assert lag.provenance.status == "set-aside"
    assert "same moment as event 'shot' (50%" in lag.provenance.reason
    assert all(takes_part(mark) for mark in case.marks_of("shot"))
    assert lag.search is not None and lag.search.seed == 7, "a check can be repeated too"


def test_a_match_more_certain_than_the_event_puts_one_mark_aside() -> None:
    case = marked(shot(0.2), "c", 20.0, 0.2)
    case = acts.reject(case, case.marks_of("shot")[1].id, "typed again")
    case = marked(case, "b", 30.0, 0.3)
    case, lag = accept(case, "a", "b", 10.0, moments=((30.5, 0.5),))
    assert takes_part(lag)
    aside = [mark for mark in case.marks_of("shot") if mark.provenance.status == "set-aside"]
    assert [mark.source for mark in aside] == ["b"], "the less certain of the two marks"
    assert lag.id in aside[0].provenance.reason
    assert sum(takes_part(mark) for mark in case.marks_of("shot")) == 2, "a and c stay tied"


@pytest.mark.parametrize(
    ("case", "moments"),
    [
        (shot(0.001), ((30.5, 0.19), (50.0, 0.5))),  # a fifth and no more
        (shot(0.001), ((32.0, 0.5),)),  # further than 1 s from it
        (shot(0.001, at_b=33.0), ((30.0, 0.5),)),  # another moment in b: a disagreement, not this
        (marked(made_case(), "a", 40.0, 0.001), ((30.0, 0.5),)),  # marked in one of them only
        (shot(0.001), ()),
    ],
)
def test_other_events_are_evidence_of_their_own(
    case: Case, moments: tuple[tuple[float, float], ...]
) -> None:
    after, lag = accept(case, "a", "b", 10.0, moments=moments)
    assert takes_part(lag)
    assert all(takes_part(item) for item in after.evidence)


def test_marks_in_the_picture_are_not_the_sounds_that_were_compared() -> None:
    case = made_case()
    for name, at in (("a", 40.0), ("b", 30.0)):
        case, _ = acts.mark_event(
            case, event="flash", source=name, stream="picture", earliest=s(at), latest=s(at + 0.1)
        )
    _, lag = accept(case, "a", "b", 10.0, moments=((30.0, 0.9),))
    assert takes_part(lag)


def test_who_accepts_is_told_before() -> None:
    case, (result, candidate) = shot(0.001), found(10.0, moments=((30.0, 0.5),))
    lag = propose(case, result, candidate, **pair("a", "b"))
    (one,) = same_evidence(case, lag, candidate)
    assert (one.guard, one.aside) == ("same-transient", lag.id)
    assert "carries 50% of this match" in one.line and "\n" not in one.line
    assert case.of_kind(Lag) == (), "asking changes nothing"


# -- loops ----------------------------------------------------------------------------------------


def test_a_loop_keeps_its_least_certain_match_as_a_check() -> None:
    case, first = accept(made_case(), "a", "b", 1.0, u_s=0.01)
    case, second = accept(case, "b", "c", 2.0, u_s=0.05)
    case, third = accept(case, "a", "c", 3.0, u_s=0.02)
    status = {lag.id: lag.provenance.status for lag in case.of_kind(Lag)}
    assert status == {first.id: "accepted", second.id: "set-aside", third.id: "accepted"}
    reason = next(lag for lag in case.of_kind(Lag) if lag.id == second.id).provenance.reason
    assert first.id in reason and third.id in reason
    case, fourth = accept(case, "d", "c", 4.0, u_s=0.01)
    assert takes_part(fourth), "a tree may grow"
    case, fifth = accept(case, "b", "d", 5.0, u_s=0.5)
    assert fifth.provenance.status == "set-aside", "the new one is the least certain here"
    assert sum(map(takes_part, case.of_kind(Lag))) == 3, "a spanning tree of four recordings"


def test_matches_of_other_signals_or_typed_by_hand_close_no_loop() -> None:
    case, _ = accept(made_case(), "a", "b", 1.0)
    case, _ = accept(case, "b", "c", 2.0, stream="picture")
    case, lag = accept(case, "a", "c", 3.0)
    assert takes_part(lag) and all(map(takes_part, case.of_kind(Lag)))
    case, _ = accept(made_case(), "a", "b", 1.0)
    case, by_hand = accept(case, "b", "c", 2.0)
    case = case.with_evidence(replace(by_hand, search=None))
    _, lag = accept(case, "a", "c", 3.0)
    assert takes_part(lag)


# -- fit ------------------------------------------------------------------------------------------


def linked() -> Case:
    """An event ties a, b and c."""
    return marked(shot(0.1), "c", 25.0, 0.1)


@pytest.mark.parametrize("offset_s", [10.0, 10.15, 9.2])
def test_fit_is_the_difference_from_the_network_without_the_match(offset_s: float) -> None:
    case, (result, candidate) = linked(), found(offset_s)
    lag = propose(case, result, candidate, **pair("a", "b"))
    fit = innovation(case, lag)
    assert fit is not None
    adjustment = prepare(case).adjustment
    apart = adjustment.instant_function("a", lag.time_a.s, on_datum_scale=False)
    apart -= adjustment.instant_function("b", lag.time_b.s, on_datum_scale=False)
    instants = adjustment.uncertain(apart)  # how far the match's two ends lie apart without it
    assert fit.predicted_s == pytest.approx(offset_s - instants.value, abs=1e-6)
    assert fit.u_predicted_s == pytest.approx(instants.u, rel=1e-3)
    assert fit.w == pytest.approx(instants.value / math.hypot(0.02, instants.u), rel=1e-3)
    assert fit.in_words.startswith("Without it the case says 10.0 ± 0.2 s (95 %): ")
    assert ("disagrees with it" in fit.in_words) == (abs(offset_s - 10) > 0.3)
    assert case.of_kind(Lag) == ()


def test_fit_of_a_check_that_was_set_aside() -> None:
    case, lag = accept(shot(0.001), "a", "b", 10.5, moments=((30.0, 0.5),))
    fit = innovation(case, lag)
    assert fit is not None
    assert fit.predicted_s == pytest.approx(10.0, abs=0.01)
    assert fit.w == pytest.approx(0.5 / 0.02, rel=0.05)


def test_there_is_no_fit_where_nothing_else_ties_the_recordings() -> None:
    case = linked()
    lag = propose(case, *found(10.0), **pair("a", "d"))
    assert innovation(case, lag) is None
    assert innovation(made_case(), propose(made_case(), *found(1.0), **pair("a", "b"))) is None


def test_a_match_counts_in_its_own_prediction_neither_before_nor_after() -> None:
    case = linked()
    before = innovation(case, propose(case, *found(9.7), **pair("a", "b")))
    case, lag = accept(case, "a", "b", 9.7)
    assert innovation(case, lag) == before
    assert lag.time_b == MediaTime.from_s(40)


def test_a_lesser_peak_of_a_good_search_is_not_accepted_where_chance_explains_it() -> None:
    result, candidate = found(1.0)
    lesser = replace(candidate, offset_s=5.0, p=0.25)
    result = replace(result, candidates=(candidate, lesser))
    with pytest.raises(EvidenceError, match="25% of searches"):
        acts.accept_candidate(made_case(), result, lesser, **pair("a", "b"))
