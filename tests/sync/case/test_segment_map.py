"""Accepting a segment map: one match a stretch, and breaks where time is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.case.acts import accept_candidate, record_search
from sync.case.all_pairs import allowing_for
from sync.case.case import Break, Case, Clock
from sync.case.segment_map import accept_segments, map_in_words
from sync.correlate.result import Candidate, Jump, Searched, SearchResult, Segment
from sync.errors import EvidenceError
from sync.evidence import Lag, takes_part
from sync.timebase import MediaTime
from tests.sync.case.made import s, source


def match(offset_s: float, epoch_s: float, z: float = 20.0, p: float = 0.0005) -> Candidate:
    return Candidate(
        offset_s=offset_s, u_s=0.001, U95_s=0.002, epoch_s=epoch_s, p=p, z=z, correlation=0.5,
        kind_a="samples", kind_b="samples",
    )  # fmt: skip


def segment(from_s: float, to_s: float, candidate: int | None, reason: str = "") -> Segment:
    return Segment(
        from_s=from_s, to_s=to_s, transmissions=1, candidate=candidate, reason=reason
    )  # fmt: skip


def jump(after_s: float, before_s: float, change_s: float, of: str = "b") -> Jump:
    return Jump(
        of="a" if of == "a" else "b", after_s=after_s, before_s=before_s, change_s=change_s,
        U95_s=0.003,
    )  # fmt: skip


MAP = SearchResult(
    status="significant",
    reasons=("The second recording lacks its silences.",),
    candidates=(match(2.0, 7.5), match(6.0, 27.5, z=40.0), match(9.0, 45.0)),
    searched=Searched(
        kind_a="samples", kind_b="samples", offset_from_s=-60.0, offset_to_s=60.0,
        overlap_min_s=1.0, surrogates=0, seed=0, family=1,
    ),
    segments_of="b",
    segments=(
        segment(5, 10, 0), segment(10.5, 12, None, "no match"), segment(12.2, 13, None, "no match"),
        segment(25, 30, 1), segment(40, 50, 2),
    ),
    jumps=(jump(10, 25, 4.0), jump(30, 40, 3.0)),
)  # fmt: skip


@pytest.fixture
def case() -> Case:
    made = Case(id="map")
    for name in ("a", "b"):
        made = made.with_source(source(name, sound=True), Clock(id=name, name=name))
    return made.with_datum("a")


def test_every_placed_stretch_becomes_a_match_between_breaks(case: Case) -> None:
    after, added = accept_segments(case, MAP, "a", "b", by="Ana", at="2026-01-01T00:00:00Z")
    assert [cut.at.s for cut in after.source("b").breaks] == [10.25, 12.1, 19.0, 35.0]
    assert all(cut.relation == "later" and cut.reason for cut in after.source("b").breaks)
    assert "3.000 s missing" in after.source("b").breaks[-1].reason
    assert after.source("a").breaks == ()
    lags = after.of_kind(Lag)
    assert all(takes_part(lag) for lag in lags) and lags == added.matches
    ends = {(lag.time_b.s, lag.time_a.s) for lag in lags}
    assert ends == {(7.5, 9.5), (27.5, 33.5), (45.0, 54.0)}
    assert lags[0].time_b.s == 27.5, "the strongest is added first"
    for lag in lags:
        assert lag.provenance.by == "Ana" and lag.search is not None and lag.search.p == 0.0005
    assert added.left_out == () and len(added.breaks) == 4
    assert case.of_kind(Lag) == () and case.source("b").breaks == ()


def test_breaks_that_are_there_are_not_doubled(case: Case) -> None:
    b = case.source("b")
    at = MediaTime.from_s(35.04)
    case = case.with_source(replace(b, breaks=(Break(at=at, reason="typed"),)))
    after, added = accept_segments(case, MAP, "a", "b")
    assert len(added.breaks) == 3
    assert [cut.reason for cut in after.source("b").breaks if cut.at.s > 30] == ["typed"]


def test_a_recording_that_lacks_time_may_be_the_other_one(case: Case) -> None:
    turned = replace(
        MAP, jumps=(jump(12, 14, -4.0, "a"), MAP.jumps[1]), segments=MAP.segments[0:1]
        + MAP.segments[3:],
    )  # fmt: skip
    with pytest.raises(EvidenceError, match="reference clock"):
        accept_segments(case, turned, "a", "b")
    after, _ = accept_segments(case.with_datum(None), turned, "a", "b")
    assert [cut.at.s for cut in after.source("a").breaks] == [13.0]
    assert [cut.at.s for cut in after.source("b").breaks] == [35.0]


def test_one_call_heard_two_ways_is_left_to_a_person(case: Case) -> None:
    both = replace(MAP, segments=(segment(20, 25, 0), segment(25, 30, 1), segment(40, 50, 2)),
                   candidates=(match(6.3, 22.5), *MAP.candidates[1:]),
                   jumps=MAP.jumps[1:])  # fmt: skip
    after, added = accept_segments(case, both, "a", "b")
    assert {lag.time_b.s for lag in after.of_kind(Lag)} == {45.0}
    assert len(added.left_out) == 2
    assert "20.00 to 25.00 s was not added" in added.left_out[1]
    assert "also fits 0.300 s away" in added.left_out[1]


def test_a_stretch_that_chance_explains_is_left_out(case: Case) -> None:
    weak = replace(MAP, candidates=(match(2.0, 7.5, p=0.2), *MAP.candidates[1:]))
    _, added = accept_segments(case, weak, "a", "b")
    assert len(added.matches) == 2 and "20%" in added.left_out[0]


def test_without_a_map_nothing_is_accepted(case: Case) -> None:
    unplaced = replace(MAP, segments=MAP.segments[1:2], candidates=(), jumps=(), status="no-match")
    for result in (replace(MAP, segments=()), unplaced):
        with pytest.raises(EvidenceError, match="no stretches with a place"):
            accept_segments(case, result, "a", "b")


def test_one_stretch_can_be_accepted_alone(case: Case) -> None:
    after, lag = accept_candidate(
        case, MAP, MAP.candidates[2], source_a="a", stream_a="sound", source_b="b",
        stream_b="sound", at_b=s(45),
    )  # fmt: skip
    assert after.of_kind(Lag) == (lag,)
    assert after.source("b").breaks == ()


def test_the_search_is_counted_with_what_its_map_says(case: Case) -> None:
    uneven = replace(MAP, candidates=(match(2.0, 7.5, p=0.004), *MAP.candidates[1:]))
    (record,) = record_search(case, uneven, "a", "b").searches
    assert record.p == 0.0005 and record.note == MAP.reasons[0]


def test_more_searches_of_the_pair_raise_every_chance_and_may_take_the_map() -> None:
    doubled = allowing_for(MAP, 2)
    assert [one.p for one in doubled.candidates] == [0.001] * 3 and doubled.segments == MAP.segments
    refused = allowing_for(MAP, 200)
    assert refused.status == "no-match"
    assert (refused.candidates, refused.segments, refused.jumps) == ((), (), ())


def test_what_is_added_is_said_before() -> None:
    said = map_in_words(MAP, ("hall", "radio"))
    assert "up to 3 matches between hall and radio" in said
    assert "each stretch of radio" in said and "up to 4 breaks" in said
