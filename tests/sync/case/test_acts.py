"""What a person does to a case: what is made, and what is refused with which words."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from sync.case import acts
from sync.case.case import Case
from sync.case.integrity import problems_of
from sync.case.places import limit_in_words, place_in_words
from sync.correlate.result import Candidate, Searched, SearchResult
from sync.errors import EvidenceError, TimeFormatError
from sync.evidence import Delay, LogTime, Mark, Place
from sync.timebase import Duration, MediaTime, ReferenceTime
from sync.uncertainty import Distribution
from tests.sync.case.made import s, small_case, source

NORMAL = Distribution.normal(0.1)


def mark(case: Case, **changes: Any) -> tuple[Case, Mark]:
    how: dict[str, Any] = {
        "event": "door", "source": "cam1", "stream": "picture", "earliest": s(1), "latest": s(2),
    }  # fmt: skip
    return acts.mark_event(case, **{**how, **changes})


# -- marks --------------------------------------------------------------------------------------


def test_a_mark_makes_its_event() -> None:
    case, made = mark(
        small_case(),
        event="Gate barrier!",
        definition="touches its stop",
        frames=(15, 17),
        by="me",
        at="2024-01-01T00:00:00Z",
        note="clear",
    )
    assert case.events[0].id == "Gate_barrier"
    assert case.events[0].name == "Gate barrier!"
    assert case.events[0].definition == "touches its stop"
    assert (made.id, made.event, made.frames) == ("mark-1", "Gate_barrier", (15, 17))
    assert (made.provenance.by, made.provenance.note) == ("me", "clear")
    assert case.evidence == (made,)
    assert problems_of(case) == ()


def test_a_second_mark_of_the_event_is_an_anchor() -> None:
    case, _ = mark(small_case(), definition="shut")
    case, second = mark(case, source="phone", stream="sound", definition="shut")
    assert len(case.events) == 1
    assert len(case.marks_of("door")) == 2
    assert second.stream == "sound"


def test_the_stream_is_the_picture_where_there_is_one() -> None:
    case, first = mark(small_case(), stream=None)
    _, second = mark(case, source="dispatch", stream=None, earliest=s(1))
    assert (first.stream, second.stream) == ("picture", "sound")


def test_one_sided_marks() -> None:
    for ends in ({"earliest": None}, {"latest": None}):
        _, made = mark(small_case(), **ends)
        assert made.one_sided


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": "cam9"}, "no recording 'cam9'"),
        ({"event": "  "}, "needs a name"),
        ({"stream": "sound"}, "has no 'sound'"),
        ({"earliest": None, "latest": None}, "earliest or a latest"),
        ({"earliest": s(3)}, "before it starts"),
        ({"earliest": s(2)}, "no width"),
        ({"latest": s(100.5)}, "outside 'cam1', which runs from 0.000 to 100.000 s"),
        ({"earliest": s(-0.1)}, "outside"),
        ({"earliest": None, "latest": s(101)}, "outside"),
        ({"delays": ("radio",)}, "no delay 'radio'"),
        ({"frames": (9, 8)}, "range of frames"),
    ],
)
def test_marks_that_cannot_be(changes: dict[str, Any], words: str) -> None:
    case = small_case()
    with pytest.raises(EvidenceError, match=words):
        mark(case, **changes)
    assert case == small_case()


def test_a_mark_across_a_break_says_to_mark_one_side() -> None:
    with pytest.raises(EvidenceError, match=r"crosses the break .* 30\.000") as error:
        mark(small_case(), source="dispatch", stream="sound", earliest=s(29), latest=s(30))
    assert error.value.hint is not None and "one side" in error.value.hint
    mark(small_case(), source="dispatch", stream="sound", earliest=s(30), latest=s(31))


def test_one_mark_of_an_event_in_a_stream() -> None:
    case, first = mark(small_case(), source="phone", stream="picture")
    case, _ = mark(case, source="phone", stream="sound")
    with pytest.raises(EvidenceError, match=first.id) as error:
        mark(case, source="phone", stream="picture", earliest=s(5), latest=s(6))
    assert error.value.row == first.id
    aside = acts.set_aside(case, first.id, "wrong door", "me")
    case, again = mark(aside, source="phone", stream="picture", earliest=s(5), latest=s(6))
    with pytest.raises(EvidenceError, match=again.id):
        acts.restore(case, first.id)


def test_an_event_keeps_its_definition() -> None:
    case, _ = mark(small_case())
    case, _ = mark(case, source="phone", definition="shut")
    assert case.events[0].definition == "shut"
    with pytest.raises(EvidenceError, match="defined otherwise"):
        mark(case, source="dispatch", stream="sound", definition="opens")


def test_delays_named_once_and_known() -> None:
    case = acts.with_delay(small_case(), acts.radio_chain())
    case, made = mark(case, delays=("radio-chain",))
    assert made.delays == ("radio-chain",)
    with pytest.raises(EvidenceError, match="twice"):
        mark(case, event="bang", delays=("radio-chain", "radio-chain"))


# -- decisions ----------------------------------------------------------------------------------


def test_setting_aside_needs_a_reason_and_keeps_the_mark() -> None:
    case, made = mark(small_case(), by="Ana", note="dark")
    for reason in ("", "  "):
        with pytest.raises(EvidenceError, match="reason"):
            acts.set_aside(case, made.id, reason, "Bo")
    aside = acts.set_aside(case, made.id, "another door", "Bo")
    kept = aside.evidence[0].provenance
    assert (kept.status, kept.reason, kept.by) == ("set-aside", "another door", "Ana")
    assert kept.note == "dark; set aside by Bo"
    back = acts.restore(aside, made.id, "Bo").evidence[0].provenance
    assert (back.status, back.reason) == ("accepted", "")
    assert acts.restore(case, made.id) is case
    assert acts.reject(case, made.id, "blurred").evidence[0].provenance.status == "rejected"
    with pytest.raises(EvidenceError, match="no evidence"):
        acts.reject(case, "mark-9", "x")


def test_an_event_is_set_aside_with_all_its_marks() -> None:
    case, _ = mark(small_case())
    case, second = mark(case, source="phone")
    case = acts.set_aside(case, second.id, "first reason")
    case = acts.set_aside_event(case, "door", "not the same door", "Bo")
    assert [item.provenance.reason for item in case.evidence] == [
        "not the same door",
        "first reason",
    ]
    with pytest.raises(EvidenceError, match="takes part"):
        acts.set_aside_event(case, "door", "again")
    with pytest.raises(EvidenceError, match="no event"):
        acts.set_aside_event(case, "window", "x")


# -- matches ------------------------------------------------------------------------------------


def search(status: str = "significant", **changes: Any) -> tuple[SearchResult, Candidate]:
    candidate = replace(
        Candidate(
            offset_s=10.0, u_s=0.02, U95_s=0.04, epoch_s=20.0, p=0.001, z=7.0, correlation=0.6,
            kind_a="onset", kind_b="envelope",
        ),
        **changes,
    )  # fmt: skip
    searched = Searched(
        kind_a="onset", kind_b="envelope", offset_from_s=-600.0, offset_to_s=600.0,
        overlap_min_s=25.0, surrogates=999, seed=7, family=2,
    )  # fmt: skip
    result = SearchResult(
        status=status,  # type: ignore[arg-type]
        reasons=() if status == "significant" else ("Periodic sound.",),
        candidates=(candidate,),
        searched=searched,
    )
    return result, candidate


PAIR: dict[str, Any] = {
    "source_a": "phone", "stream_a": "sound", "source_b": "dispatch", "stream_b": "sound",
}  # fmt: skip


def test_an_accepted_match_is_evaluated_where_it_was_asked_for() -> None:
    result, candidate = search(drift_ppm=1000.0, u_drift_ppm=500.0)
    case, lag = acts.accept_candidate(
        small_case(), result, candidate, **PAIR, at_b=s(25), by="Ana", at="now"
    )
    # t_A = 25 + 10 + 1e-3 · (25 - 20); u² = 0.02² + (5e-4 · 5)²
    assert lag.time_a == MediaTime.from_s(35.005)
    assert lag.time_b == s(25)
    assert lag.distribution.u == pytest.approx(math.hypot(0.02, 0.0025))
    assert lag.distribution.shape == "normal"
    assert lag.search is not None
    assert (lag.search.p, lag.search.seed, lag.search.family) == (0.001, 7, 2)
    assert (lag.search.offset_from_s, lag.search.offset_to_s) == (-600.0, 600.0)
    assert (lag.provenance.by, lag.provenance.method) == ("Ana", "correlation")
    assert case.evidence == (lag,)


def test_one_accepted_match_a_pair_of_stretches() -> None:
    result, candidate = search()
    case, first = acts.accept_candidate(small_case(), result, candidate, **PAIR, at_b=s(25))
    swapped: dict[str, Any] = {"source_a": "dispatch", "stream_a": "sound", "source_b": "phone",
               "stream_b": "sound"}  # fmt: skip
    with pytest.raises(EvidenceError, match=first.id):
        acts.accept_candidate(case, result, candidate, **PAIR, at_b=s(5))
    with pytest.raises(EvidenceError, match=first.id):
        acts.accept_candidate(case, result, candidate, **swapped, at_b=s(5))
    # Another stretch of dispatch is other sound.
    case, second = acts.accept_candidate(case, result, candidate, **PAIR, at_b=s(45))
    assert second.id != first.id
    case = acts.set_aside(case, first.id, "an echo")
    case, _ = acts.accept_candidate(case, result, candidate, **PAIR, at_b=s(5))
    with pytest.raises(EvidenceError, match="accepted match"):
        acts.restore(case, first.id)


@pytest.mark.parametrize("status", ["no-match", "not-testable", "edge"])
def test_a_refused_search_offers_nothing_to_accept(status: str) -> None:
    result, candidate = search(status)
    with pytest.raises(EvidenceError, match="Periodic sound"):
        acts.accept_candidate(small_case(), result, candidate, **PAIR, at_b=s(5))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source_a": "dispatch"}, "two recordings"),
        ({"at_b": s(200)}, "outside 'dispatch'"),
        ({"at_b": s(95)}, "outside 'phone'"),
        ({"delays_b": ("radio",)}, "no delay"),
        ({"source_b": "cam1"}, "no 'sound'"),
    ],
)
def test_matches_that_cannot_be(changes: dict[str, Any], words: str) -> None:
    result, candidate = search()
    with pytest.raises(EvidenceError, match=words):
        acts.accept_candidate(small_case(), result, candidate, **{**PAIR, "at_b": s(5), **changes})


def test_a_candidate_of_another_search_is_refused() -> None:
    result, candidate = search()
    with pytest.raises(EvidenceError, match="not of this search"):
        acts.accept_candidate(
            small_case(), result, replace(candidate, offset_s=11.0), **PAIR, at_b=s(5)
        )


def test_a_rejected_candidate_is_kept_with_its_reason() -> None:
    result, candidate = search()
    case, lag = acts.reject_candidate(
        small_case(), result, candidate, **PAIR, at_b=s(5), reason="one siren for another"
    )
    assert lag.provenance.status == "rejected"
    acts.accept_candidate(case, result, candidate, **PAIR, at_b=s(5))
    with pytest.raises(EvidenceError, match="reason"):
        acts.reject_candidate(case, result, candidate, **PAIR, at_b=s(5), reason=" ")


def test_every_search_is_counted() -> None:
    result, _ = search("no-match")
    case = acts.record_search(small_case(), result, "phone", "dispatch", "Ana", "now")
    case = acts.record_search(case, replace(result, candidates=()), "phone", "dispatch")
    assert [record.status for record in case.searches] == ["no-match", "no-match"]
    assert [record.p for record in case.searches] == [0.001, None]
    assert case.searches[0].id != case.searches[1].id


# -- delays -------------------------------------------------------------------------------------


def test_standard_delays() -> None:
    radio = acts.radio_chain()
    assert radio.value.s == 0.5
    assert radio.distribution.half == pytest.approx(0.5)
    pair = acts.picture_to_sound("phone")
    assert pair.value.s == 0.0
    assert pair.distribution.half == pytest.approx(0.1)
    assert acts.picture_to_sound("phone", 0.128).distribution.half == pytest.approx(0.228)
    sound = acts.sound_travel("bang", 61.0, 5.0)
    assert sound.value.s == pytest.approx(61 / 343)
    u = math.hypot(5 / math.sqrt(3) / 343, 61 * 7 / 343**2)
    assert sound.distribution.u == pytest.approx(u)
    for distance, half in ((-1.0, 1.0), (10.0, 0.0), (math.nan, 1.0), (10.0, math.inf)):
        with pytest.raises(EvidenceError):
            acts.sound_travel("bang", distance, half)


def test_a_delay_is_there_once() -> None:
    half = Distribution.rectangular(0.5)
    case = acts.ensure_delay(small_case(), "radio", "radio", Duration.from_s(0.5), half)
    assert acts.ensure_delay(case, "radio", "radio", Duration.from_s(0.5), half) is case
    with pytest.raises(EvidenceError, match="another value"):
        acts.ensure_delay(case, "radio", "radio", Duration.from_s(0.3), half)
    with pytest.raises(EvidenceError, match="needs a key"):
        acts.ensure_delay(case, "", "radio", Duration.from_s(0.3), half)
    case, made = mark(case)
    with pytest.raises(EvidenceError, match="not a delay"):
        acts.ensure_delay(case, made.id, "x", Duration(0), half)
    assert len(case.of_kind(Delay)) == 1


# -- other observations -------------------------------------------------------------------------


def read(case: Case, **changes: Any) -> Any:
    how: dict[str, Any] = {
        "source": "cam1", "stream": None, "earliest": s(5), "latest": s(5), "clock": "cam1 overlay",
        "displayed": ReferenceTime.from_s(51700), "granularity": Duration.from_s(1),
    }  # fmt: skip
    return acts.add_reading(case, **{**how, **changes})


def test_a_reading_makes_the_clock_it_read() -> None:
    case, reading = read(small_case())
    clock = case.clock("cam1_overlay")
    assert clock.name == "cam1 overlay"
    assert clock.epoch == reading.displayed
    with pytest.raises(EvidenceError, match="must not count twice"):
        read(case, displayed=ReferenceTime.from_s(51800))
    later = {"earliest": s(6), "latest": s(6)}
    again, second = read(case, displayed=ReferenceTime.from_s(51800), **later)
    assert second.clock == reading.clock
    assert again.clock("cam1_overlay").epoch == reading.displayed
    assert problems_of(again) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"granularity": Duration(0)}, "last digit"),
        ({"earliest": s(6)}, "before it starts"),
        ({"latest": s(600)}, "outside"),
        ({"clock": ""}, "needs a name"),
    ],
)
def test_readings_that_cannot_be(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(EvidenceError, match=words):
        read(small_case(), **changes)


def test_a_roll_over_needs_no_granularity() -> None:
    _, reading = read(small_case(), earliest=s(4.9), granularity=Duration(0))
    assert reading.granularity.ns == 0


def log(case: Case, **changes: Any) -> tuple[Case, LogTime]:
    how: dict[str, Any] = {
        "event": "door", "clock": "cad", "displayed": ReferenceTime.from_s(51784),
        "granularity": Duration.from_s(1),
    }  # fmt: skip
    return acts.add_log_time(case, **{**how, **changes})


def test_a_log_time_makes_its_event_and_its_clock() -> None:
    case, stamped = log(small_case(), by="me", note="row 7")
    assert (stamped.id, stamped.event, stamped.clock) == ("log-1", "door", "cad")
    assert stamped.typed_within is None
    assert stamped.truncates
    assert (stamped.provenance.by, stamped.provenance.note) == ("me", "row 7")
    assert case.clock("cad").epoch == stamped.displayed
    assert case.events[0].name == "door"
    case, typed = log(case, event="shots", typed_within=Duration.from_s(60))
    assert typed.typed_within == Duration.from_s(60)
    assert [clock.name for clock in case.clocks].count("cad") == 1
    assert problems_of(case) == ()


def test_a_log_time_of_a_recording_is_by_that_recordings_clock() -> None:
    case, entry = log(small_case(), clock="cam1.mp4")
    assert entry.clock == "cam1"
    assert len(case.clocks) == len(small_case().clocks)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"granularity": Duration(0)}, "last digit"),
        ({"typed_within": Duration(0)}, "typing takes time"),
        ({"typed_within": Duration(-1)}, "typing takes time"),
        ({"clock": " "}, "clock needs a name"),
        ({"event": ""}, "event needs a name"),
        ({"clock": "dispach"}, "'dispatch' is close"),
    ],
)
def test_log_times_that_cannot_be(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(EvidenceError, match=words):
        log(small_case(), **changes)


def test_one_log_entry_counts_once() -> None:
    case, first = log(small_case())
    with pytest.raises(EvidenceError, match=f"{first.id} already has this event at 14:23:04"):
        log(case)
    log(case, displayed=ReferenceTime.from_s(51785))
    log(case, event="gate")
    log(case, clock="gate controller")
    aside = acts.set_aside(case, first.id, "another door")
    again, second = log(aside)
    with pytest.raises(EvidenceError, match=second.id):
        acts.restore(again, first.id)
    assert acts.restore(aside, first.id).find(first.id).provenance.status == "accepted"  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["Dispatch", "dispatsh", "phon", "dispatch_clok"])
def test_a_clock_that_looks_misspelt_is_asked_about(name: str) -> None:
    case, _ = read(small_case(), clock="dispatch clock")
    with pytest.raises(EvidenceError, match=f"no clock '{name}'.* close to it") as error:
        read(case, clock=name, earliest=s(7), latest=s(7))
    assert "--new-clock" in str(error.value.hint)
    made, reading = read(case, clock=name, earliest=s(7), latest=s(7), new_clock=True)
    assert made.clock(reading.clock).name == name


def test_a_clock_of_a_clearly_new_name_is_made() -> None:
    for name in ("cad", "recorder", "cam1_overlay", "UTC"):
        case, reading = read(small_case(), clock=name)
        assert case.clock(reading.clock).name == name


def test_a_clock_check_makes_its_clocks() -> None:
    case, check = acts.add_clock_check(
        small_case(),
        clock="recorder",
        displayed=ReferenceTime.from_s(100),
        against="UTC",
        reference=ReferenceTime.from_s(137),
        distribution=NORMAL,
    )
    assert {"recorder", "UTC"} <= {clock.id for clock in case.clocks}
    assert case.evidence == (check,)
    with pytest.raises(EvidenceError, match="itself"):
        acts.add_clock_check(
            case,
            clock="UTC",
            displayed=ReferenceTime(0),
            against="UTC",
            reference=ReferenceTime(0),
            distribution=NORMAL,
        )


def test_stated_times_and_gaps() -> None:
    case, _ = acts.add_stated_offset(
        small_case(), source="cam1", media=s(5), value=Duration.from_s(51700), distribution=NORMAL
    )
    with pytest.raises(EvidenceError, match="outside"):
        acts.add_stated_offset(
            case, source="cam1", media=s(500), value=Duration(0), distribution=NORMAL
        )
    gap: dict[str, Any] = {"source": "dispatch", "value": Duration.from_s(4),
                           "distribution": NORMAL}  # fmt: skip
    case, first = acts.add_known_gap(case, after_stretch=0, **gap)
    with pytest.raises(EvidenceError, match=first.id):
        acts.add_known_gap(case, after_stretch=0, **gap)
    with pytest.raises(EvidenceError, match="no gap"):
        acts.add_known_gap(case, after_stretch=2, **gap)
    with pytest.raises(EvidenceError, match="backwards"):
        acts.add_known_gap(case, after_stretch=1, **{**gap, "value": Duration.from_s(-6)})


def test_limits() -> None:
    case, _ = mark(small_case())
    first, second = Place(event="door"), Place(source="dispatch", stream="sound", time=s(3))
    case, limit = acts.add_limit(case, first=first, second=second, why="he answers the knock")
    assert (limit.low, limit.high) == (Duration(0), None)
    bad: tuple[tuple[dict[str, Any], str], ...] = (
        ({"why": ""}, "reason"),
        ({"low": None}, "bound"),
        ({"high": Duration(-1)}, "holds nothing"),
        ({"second": first}, "two different"),
        ({"second": Place(event="window")}, "no event"),
        ({"second": Place()}, "A place is"),
        ({"second": Place(mark="mark-7")}, "no mark"),
    )
    for changes, words in bad:
        with pytest.raises(EvidenceError, match=words):
            acts.add_limit(case, **{"first": first, "second": second, "why": "x", **changes})


def test_two_limits_that_cannot_both_hold() -> None:
    case, _ = mark(small_case())
    first, second = Place(event="door"), Place(source="dispatch", stream="sound", time=s(3))
    case, limit = acts.add_limit(
        case, first=first, second=second, low=Duration.from_s(2), why="he answers the knock"
    )
    bad: tuple[dict[str, Any], ...] = (
        {"low": None, "high": Duration.from_s(1)},
        {"first": second, "second": first},
        {"first": second, "second": first, "low": Duration.from_s(-1)},
    )
    for changes in bad:
        with pytest.raises(EvidenceError, match=f"{limit.id} .he answers the knock. cannot both"):
            acts.add_limit(case, **{"first": first, "second": second, "why": "x", **changes})
    acts.add_limit(case, first=first, second=second, low=None, high=Duration.from_s(2), why="x")
    aside = acts.set_aside(case, limit.id, "another knock")
    other, _ = acts.add_limit(aside, first=second, second=first, why="x")
    with pytest.raises(EvidenceError, match="cannot both hold"):
        acts.restore(other, limit.id)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, None, "dispatch.mp4 at 3.000 s was not before door."),
        (2, None, "dispatch.mp4 at 3.000 s was at least 2 s after door."),
        (-2, None, "dispatch.mp4 at 3.000 s was at most 2 s before door."),
        (None, 0, "door was not before dispatch.mp4 at 3.000 s."),
        (None, 5, "door was at most 5 s before dispatch.mp4 at 3.000 s."),
        (None, -5, "door was at least 5 s after dispatch.mp4 at 3.000 s."),
        (2, 5, "dispatch.mp4 at 3.000 s was between 2 and 5 s after door."),
        (-5, -2, "dispatch.mp4 at 3.000 s was between 2 and 5 s before door."),
        (-1, 5, "dispatch.mp4 at 3.000 s was between 1 s before and 5 s after door."),
    ],
)
def test_limits_in_words(low: float | None, high: float | None, words: str) -> None:
    case, _ = mark(small_case())
    ends = [None if end is None else Duration.from_s(end) for end in (low, high)]
    place = Place(source="dispatch", stream="sound", time=s(3))
    case, limit = acts.add_limit(
        case, first=Place(event="door"), second=place, low=ends[0], high=ends[1], why="w"
    )
    assert limit_in_words(case, limit) == words


def test_places_in_words() -> None:
    case, made = mark(small_case(), event="the door")
    assert place_in_words(case, Place(mark=made.id)) == "the door in cam1.mp4"
    shown = Place(clock="cam1", displayed=ReferenceTime.from_s(51767), half=Duration.from_s(0.5))
    assert place_in_words(case, shown) == "14:22:47.00 by cam1 (within 0.5 s)"


# -- questions, places, the reference clock -----------------------------------------------------


def test_questions() -> None:
    case, made = mark(small_case())
    a, b = Place(mark=made.id), Place(event="door")
    case, question = acts.ask_question(case, words="Flash or call?", a=a, b=b)
    assert case.questions == (question,)
    with pytest.raises(EvidenceError, match=question.id):
        acts.ask_question(case, words="again", a=a, b=b)
    with pytest.raises(EvidenceError, match="two different"):
        acts.ask_question(case, words="same", a=a, b=a)


def test_places() -> None:
    case, made = mark(small_case(), event="the door")
    assert acts.parse_place(case, "event:the door") == Place(event="the_door")
    assert acts.parse_place(case, f"mark:{made.id}") == Place(mark=made.id)
    assert acts.parse_place(case, "cam1@12.5") == Place(source="cam1", time=s(12.5))
    assert acts.parse_place(case, "phone:sound@1:02±0.05") == Place(
        source="phone", stream="sound", time=s(62), half=Duration.from_s(0.05)
    )
    assert acts.parse_place(case, "dispatch@3").stream == "sound"
    assert acts.parse_place(case, "cam1.mp4@00:00:01:07@15").source == "cam1"
    case, _ = read(case, clock="CAD: gate")
    shown = Place(clock="CAD_gate", displayed=ReferenceTime.from_s(51767))
    assert acts.parse_place(case, "clock:CAD: gate@14:22:47") == shown
    half = replace(shown, half=Duration.from_s(0.5))
    assert acts.parse_place(case, "clock:CAD_gate@14:22:47±0.5") == half
    # a recording's clock, by the recording's name
    assert acts.parse_place(case, "clock:cam1.mp4@14:22:47").clock == "cam1"


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("event:window", EvidenceError, "no event 'window'"),
        ("mark:mark-9", EvidenceError, "no mark 'mark-9'"),
        ("cam9@1", EvidenceError, "no recording 'cam9'"),
        ("cam1@500", EvidenceError, "outside"),
        ("cam1:sound@5", EvidenceError, "no 'sound'"),
        ("cam1:colour@5", EvidenceError, "no 'colour'"),
        ("cam1", TimeFormatError, "SOURCE@TIME"),
        ("clock:cad@14:22:47", EvidenceError, "no clock 'cad'"),
        ("clock:cam1", TimeFormatError, "clock:NAME@CLOCKTIME"),
        ("clock:@14:22:47", TimeFormatError, "clock:NAME@CLOCKTIME"),
        ("clock:cam1@25:61:00", TimeFormatError, "not a time"),
        ("cam1@noon", TimeFormatError, "not a time"),
    ],
)
def test_places_that_lead_nowhere(text: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        acts.parse_place(small_case(), text)


def test_the_reference_clock_runs_through() -> None:
    case = small_case()
    assert acts.choose_datum(case, "cam1").datum == "cam1"
    assert acts.choose_datum(case, "phone.mp4").datum == "phone"
    assert acts.choose_datum(acts.choose_datum(case, "cam1"), None).datum is None
    with pytest.raises(EvidenceError, match=r"interrupted at 30\.000 s") as error:
        acts.choose_datum(case, "dispatch")
    assert error.value.hint
    for after in (0, 1):
        case, gap = acts.add_known_gap(
            case,
            source="dispatch",
            after_stretch=after,
            value=Duration.from_s(4),
            distribution=NORMAL,
        )
    assert acts.choose_datum(case, "dispatch").datum == "dispatch"
    with pytest.raises(EvidenceError, match=r"60\.000"):
        acts.choose_datum(acts.set_aside(case, gap.id, "a guess"), "dispatch")
    with pytest.raises(EvidenceError, match="no clock"):
        acts.choose_datum(case, "sundial")


def test_an_authority_can_be_the_reference_clock() -> None:
    case, _ = read(small_case(), source="dispatch", clock="dispatch server")
    assert acts.choose_datum(case, "dispatch server").datum == "dispatch_server"


def test_ids_never_collide() -> None:
    case = small_case().with_source(source("mark-1"))
    case, made = mark(case, event="cam1")
    assert made.id == "mark-2"
    assert case.events[0].id == "cam1-2"


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "red\x1b[31m", "x" * 201])
def test_an_events_name_is_one_printable_line(name: str) -> None:
    with pytest.raises(EvidenceError, match="name"):
        acts.mark_event(
            small_case(), event=name, source="cam1", stream=None, earliest=s(1), latest=s(1.1)
        )
