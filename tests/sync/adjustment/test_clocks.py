"""What is said of one clock: its ties, and what each reading of disagreeing evidence implies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.adjustment.adjust import adjust
from sync.adjustment.build import build
from sync.adjustment.inputs import Inputs
from sync.adjustment.solution import ClockResult, Solution
from sync.adjustment.summary import summarise
from sync.evidence import LogTime
from sync.timebase import Duration, MediaTime, ReferenceTime
from tests.support.pair import pair, sighting


def solved(inputs: Inputs) -> Solution:
    built = build(inputs)
    return summarise(inputs, built, adjust(built.network), "now")


def clock_of(solution: Solution, source: str) -> ClockResult:
    found = solution.clock_of(source, 0)
    assert found is not None
    return found


def test_a_clock_whose_evidence_disagrees_says_what_each_reading_implies() -> None:
    solution = solved(pair([0.0, 4.0]))
    clock = clock_of(solution, "B")
    assert (clock.status, clock.U95_s) == ("conflict", None)
    assert clock.contested is not None
    offsets = {found.set_aside: found.value_s for found in clock.contested.candidates}
    assert offsets[("anchor 1",)] == pytest.approx(-4.0, abs=1e-6)
    assert offsets[("anchor 2",)] == pytest.approx(0.0, abs=1e-6)
    assert sum(found.weight for found in clock.contested.candidates) <= 1.0 + 1e-9
    assert "without 'anchor 2' it begins at 00:00:00.00" in clock.in_words.lower()
    assert "do not show which is wrong" in clock.in_words
    assert {proposal.id for proposal in solution.proposals} == {"anchor 1", "anchor 2"}
    assert all("do not show which" in proposal.in_words for proposal in solution.proposals)


def test_one_culprit_is_proposed_and_the_others_are_not() -> None:
    solution = solved(pair([0.0, 0.01, 10.0, -0.01, 0.02]))
    assert [proposal.id for proposal in solution.proposals] == ["anchor 3"]
    assert "would let the rest agree" in solution.proposals[0].in_words
    assert solution.status == "disagrees"


def test_agreeing_evidence_proposes_nothing() -> None:
    solution = solved(pair([0.0, 0.01, -0.01]))
    assert solution.proposals == ()
    assert clock_of(solution, "B").contested is None


def test_a_machine_stamped_log_time_ties_its_recording() -> None:
    stamp = LogTime(
        id="stamp",
        event="door",
        clock="log",
        displayed=ReferenceTime.from_s(70.0),
        granularity=Duration.from_s(1.0),
    )
    inputs = pair([], sighting("door", "B", 20.0), stamp)
    inputs = replace(inputs, datum="log")
    clock = clock_of(solved(inputs), "B")
    assert clock.model is not None
    assert clock.model.epoch == MediaTime.from_s(20.0)
    assert clock.model.offset_s == pytest.approx(50.5)
    assert clock.anchors == 1
