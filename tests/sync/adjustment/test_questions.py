"""Questions on the sample case's network: verdicts, what they rest on, and their words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.adjustment.adjust import adjust
from sync.adjustment.build import build
from sync.adjustment.inputs import Inputs, inputs_digest
from sync.adjustment.questions import order
from sync.adjustment.solution import Answer, Solution
from sync.adjustment.summary import summarise
from sync.errors import EvidenceError
from sync.evidence import ClockCheck, KnownGap, Mark, Place, Provenance, Reading
from sync.timebase import Duration, MediaTime, ReferenceTime
from sync.uncertainty import Distribution
from tests.support.harrow import ASKED, OFFSET_S, T0_S, harrow, mark

FLASH, WORDS = Place(event="flash"), Place(event="words")
ALL = ("barrier", "light bar", "stamps", "door")


def ask(inputs: Inputs, a: Place = FLASH, b: Place = WORDS) -> Answer:
    made = build(inputs)
    return order(inputs, made, adjust(made.network), a, b)


def solved(inputs: Inputs) -> Solution:
    made = build(inputs)
    return summarise(inputs, made, adjust(made.network), "2026-01-01T00:00:00+00:00")


def test_stamps_alone_give_four_fifths_of_a_second() -> None:
    answer = ask(harrow("barrier", "light bar", "stamps"))
    assert answer.U95_s == pytest.approx(0.78, abs=0.02)
    assert "unchecked" in answer.flags
    assert "fragile" in answer.flags
    assert any("barrier" in name for name in answer.rests_on)


def test_with_the_door_the_flash_comes_first() -> None:
    answer = ask(harrow(*ALL))
    assert answer.verdict == "a-before-b"
    assert answer.difference_s == pytest.approx(0.64, abs=0.01)
    assert answer.U95_s == pytest.approx(0.12, abs=0.005)
    assert answer.interval_s is not None
    assert answer.interval_s[0] < 0.64 < answer.interval_s[1]
    assert answer.p_a_before_b == 0.999
    assert answer.anchors == 3
    assert "came before" in answer.in_words
    assert "(95 % range)" in answer.in_words
    assert sum(share.share for share in answer.budget) == pytest.approx(1.0)


def test_the_radio_delay_cancels_between_marks_of_one_recording() -> None:
    answer = ask(harrow(*ALL))
    shares = {share.source: share.share for share in answer.budget}
    assert shares.get("radio chain", 0.0) < 0.02


def test_asked_the_other_way_round_everything_is_mirrored() -> None:
    forth, back = ask(harrow(*ALL)), ask(harrow(*ALL), WORDS, FLASH)
    assert back.verdict == "b-before-a"
    assert back.difference_s == pytest.approx(-(forth.difference_s or 0))
    assert back.in_words == forth.in_words


def test_without_a_tie_there_is_no_answer() -> None:
    answer = ask(harrow("barrier"))
    assert answer.verdict == "no-link"
    assert answer.difference_s is None
    assert answer.U95_s is None
    assert answer.in_words.startswith("No answer can be given")


def test_a_coarse_instant_is_honestly_not_resolved() -> None:
    words = replace(ASKED[1], earliest=MediaTime.from_s(62.4), latest=MediaTime.from_s(65.0))
    inputs = harrow(*ALL)
    inputs = replace(inputs, evidence=(*inputs.evidence[:-1], words))
    answer = ask(inputs)
    assert answer.verdict == "not-resolved"
    assert "do not show which came first" in answer.in_words
    assert "not a finding that they happened together" in answer.in_words


def test_a_typed_limit_widens_the_range() -> None:
    at = MediaTime.from_s(85.10)
    exact = ask(harrow(*ALL), Place(source="cam1", time=at))
    loose = ask(harrow(*ALL), Place(source="cam1", time=at, half=Duration.from_s(0.3)))
    assert (loose.u_s or 0) ** 2 == pytest.approx((exact.u_s or 0) ** 2 + 0.3**2 / 3)


def test_a_mark_is_placed_by_itself() -> None:
    answer = ask(harrow(*ALL), Place(mark="flash-cam1"), Place(mark="words-dispatch"))
    by_event = ask(harrow(*ALL))
    assert answer.difference_s == pytest.approx(by_event.difference_s)
    assert answer.U95_s == pytest.approx(by_event.U95_s)


@pytest.mark.parametrize(
    "place",
    [
        Place(event="nothing"),
        Place(mark="nothing"),
        Place(source="cam9", time=MediaTime(0)),
        Place(source="cam1", time=MediaTime.from_s(500)),
    ],
)
def test_a_place_that_does_not_exist_is_said(place: Place) -> None:
    with pytest.raises(EvidenceError):
        ask(harrow(*ALL), place)


def test_only_accepted_evidence_takes_part() -> None:
    inputs = harrow(*ALL)
    aside = tuple(
        replace(item, provenance=Provenance(status="set-aside", reason="another door"))
        if isinstance(item, Mark) and item.event == "door"
        else item
        for item in inputs.evidence
    )
    with_door_aside = ask(replace(inputs, evidence=aside))
    without = ask(harrow("barrier", "light bar", "stamps"))
    assert with_door_aside.difference_s == pytest.approx(without.difference_s)
    assert with_door_aside.U95_s == pytest.approx(without.U95_s)


def test_clocks_of_a_case_are_inside_their_ranges_and_unlinked_calls_say_so() -> None:
    solution = solved(harrow(*ALL))
    assert solution.status == "partly"
    for source, offset_s in OFFSET_S.items():
        clock = solution.clock_of(source, 0)
        assert clock is not None
        assert clock.model is not None
        assert clock.U95_s is not None
        assert abs(clock.model.offset_s - offset_s) <= clock.U95_s
        assert "95 % range" in clock.in_words
    first_call = solution.clock_of("dispatch", 0)
    assert first_call is not None
    assert first_call.status == "unconstrained"
    assert first_call.model is None
    assert first_call.U95_s is None
    assert "no link" in first_call.in_words
    assert "is enough" in (first_call.would_link or "")


def test_a_clock_check_days_later_gives_the_rate() -> None:
    """The clock check of the sample case: 37.00 s less, 48 h later 41.84 s less (± 0.5 s)."""
    inputs = harrow(*ALL)
    shown_s = T0_S + 60.0 - 37.0
    reading = Reading(
        id="osd",
        source="cam1",
        stream="picture",
        earliest=MediaTime.from_s(60.0 - 1 / 30),
        latest=MediaTime.from_s(60.0 + 1 / 30),
        clock="cam1",
        displayed=ReferenceTime.from_s(shown_s),
        granularity=Duration(0),
    )
    later_s = 48 * 3600.0
    check = ClockCheck(
        id="check",
        clock="cam1",
        displayed=ReferenceTime.from_s(T0_S + later_s - 41.84),
        against="dispatch-clock",
        reference=ReferenceTime.from_s(T0_S + later_s),
        distribution=Distribution.rectangular(0.5),
    )
    # The datum's own rate is unknown to 100 ppm = 17 s in 48 h: against it nothing is learnt,
    # and the relative rate is still known.
    solution = solved(replace(inputs, evidence=(*inputs.evidence, reading, check)))
    clock = solution.clock_of("cam1", 0)
    assert clock is not None
    assert clock.model is not None
    assert clock.model.drift_ppm == pytest.approx(28.0, abs=3 * clock.model.u_drift_ppm)
    assert clock.model.u_drift_ppm < 4.0
    assert "loses" in clock.in_words
    assert "burnt-in clock shows" in clock.in_words


def test_a_gap_of_stated_length_places_the_next_stretch() -> None:
    inputs = harrow(*ALL)
    gap = KnownGap(
        id="gap",
        source="dispatch",
        after_stretch=2,
        value=Duration.from_s(3.0),
        distribution=Distribution.rectangular(0.5),
    )
    solution = solved(replace(inputs, evidence=(*inputs.evidence, gap)))
    before, after = (solution.clock_of("dispatch", stretch) for stretch in (2, 3))
    assert before is not None
    assert after is not None
    assert before.model is not None
    assert after.model is not None
    cut = MediaTime.from_s(66.0)
    missing = after.model.to_reference(cut) - before.model.to_reference(cut)
    assert missing.s == pytest.approx(3.0, abs=1e-3)
    assert (after.U95_s or 0) > (before.U95_s or 0)


def test_what_cannot_take_part_is_named() -> None:
    inputs = harrow(*ALL)
    outside = replace(
        mark("door", "cam3", T0_S + 64.12, 0.05),
        id="outside",
        earliest=MediaTime.from_s(300),
        latest=MediaTime.from_s(301),
    )
    solution = solved(replace(inputs, evidence=(*inputs.evidence, outside)))
    text = " ".join(solution.problems)
    assert "outside lies at 300.500 s" in text
    assert solution.status == "partly"


def test_a_planted_wrong_anchor_is_named_and_changes_nothing_by_itself() -> None:
    inputs = harrow(*ALL)
    wrong = (
        mark("strobe", "cam1", T0_S + 31.4, 1 / 30),
        mark("strobe", "cam3", T0_S + 112.0 - 20.0, 0.05),
    )
    solution = solved(replace(inputs, evidence=(*inputs.evidence, *wrong)))
    assert solution.status == "disagrees"
    assert solution.birge > 1
    assert any(proposal.id == "strobe" for proposal in solution.proposals)
    assert all(not row.excluded for row in solution.rows)


@pytest.mark.parametrize("datum", [None, "dispatch"])
def test_without_a_datum_nothing_has_a_reference_time(datum: str | None) -> None:
    """``dispatch`` is a recording with interrupted time: it cannot hold the reference."""
    inputs = replace(harrow("light bar", "door"), datum=datum)
    solution = solved(inputs)
    assert solution.status == "nothing-linked"
    assert all(clock.model is None for clock in solution.clocks)
    assert all(event.reference is None for event in solution.events)
    assert solution.problems
    # What is tied together is still known relative to each other.
    answer = ask(inputs)
    assert answer.verdict == "a-before-b"
    assert answer.reference_a is None


def disagreeing() -> Inputs:
    """The sample's network with a door in cam 3 that is four seconds wrong."""
    inputs = harrow(*ALL, "flash too")
    wrong = mark("door", "cam3", T0_S + 68.12, 0.05)
    return replace(
        inputs, evidence=tuple(wrong if e.id == wrong.id else e for e in inputs.evidence)
    )


def test_while_the_evidence_disagrees_no_answer_is_stated() -> None:
    inputs = disagreeing()
    answer = ask(inputs)
    assert answer.flags == ("disagrees",)
    assert answer.verdict == "not-resolved"
    assert answer.difference_s is None
    assert answer.U95_s is None
    assert answer.reference_a is None
    assert "door" in answer.in_words
    assert "no answer is stated" in answer.in_words
    solution = solved(inputs)
    cam3 = solution.clock_of("cam3", 0)
    assert cam3 is not None
    assert cam3.status == "conflict"
    assert cam3.U95_s is None
    assert "no time is stated" in cam3.in_words


def test_a_disagreement_does_not_touch_what_it_does_not_carry() -> None:
    """Two instants of one recording are 25 s apart whatever other evidence says."""
    first, second = (
        Place(source="cam1", time=MediaTime.from_s(at), half=Duration.from_s(0.1))
        for at in (5.0, 30.0)
    )
    for inputs in (harrow(*ALL), disagreeing()):
        answer = ask(inputs, first, second)
        assert answer.verdict == "a-before-b"
        assert answer.difference_s == pytest.approx(25.0, abs=0.01)
        assert answer.U95_s == pytest.approx(0.16, abs=0.01)


def test_a_clock_that_cannot_be_is_a_disagreement_not_a_crash() -> None:
    """The same burnt-in clock read an hour apart at the same picture."""
    inputs = harrow(*ALL)

    def reading(number: int, shown_s: float) -> Reading:
        return Reading(
            id=f"osd-{number}", source="cam1", stream="picture",
            earliest=MediaTime.from_s(60.0), latest=MediaTime.from_s(60.0), clock="cam1",
            displayed=ReferenceTime.from_s(shown_s), granularity=Duration.from_s(1),
        )  # fmt: skip

    two = (reading(1, T0_S + 23.0), reading(2, T0_S + 3623.0))
    solution = solved(replace(inputs, evidence=(*inputs.evidence, *two)))
    assert solution.status == "disagrees"
    assert {"osd-1", "osd-2"} & {proposal.id for proposal in solution.proposals}


def test_the_digest_follows_numbers_not_notes() -> None:
    inputs = harrow(*ALL)
    digest = inputs_digest(inputs)
    noted = replace(
        inputs,
        evidence=tuple(
            replace(e, provenance=Provenance(note="seen twice")) for e in inputs.evidence
        ),
    )
    assert inputs_digest(noted) == digest
    assert inputs_digest(harrow("barrier")) != digest
    assert inputs_digest(replace(inputs, datum="cam1")) != digest
