"""Doubts about a network's evidence: each names its row, and the rest is still calculated."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sync.adjustment.adjust import adjust
from sync.adjustment.bare import read_network, solve_network
from sync.adjustment.build import build
from sync.adjustment.checks import doubts
from sync.adjustment.inputs import Inputs
from sync.errors import NetworkError
from sync.evidence import ClockCheck, LogTime, Mark, Reading
from sync.timebase import Duration, MediaTime, ReferenceTime
from sync.uncertainty import Distribution
from tests.support.harrow import T0_S, harrow

Json = dict[str, Any]


def network(**changes: Any) -> Json:
    """Three clocks and six events, seen by all three within ± 20 ms."""
    rng = np.random.default_rng(1)
    marks = [
        {"event": f"e{k}", "source": name, "tau": 200.0 * k + 20 - offset + error, "half": 0.02}
        for k in range(6)
        for (name, offset), error in zip(
            (("A", 0.0), ("B", -300.0), ("C", 50.0)), rng.uniform(-0.02, 0.02, 3), strict=True
        )
    ]
    sources = [{"name": name, "epoch": 0, "u_drift": 1e-4} for name in "ABC"]
    query = [{"correction": "B", "tau": 500.0}, {"correction": "C", "tau": 500.0}]
    return {"reference": "A", "sources": sources, "marks": marks, "query": query, **changes}


def test_a_sound_network_raises_no_doubt() -> None:
    answer = solve_network(network())
    assert answer["problems"] == []
    assert answer["status"] == "calculated"


# -- what is left out -----------------------------------------------------------------------------

BAD = math.nan


@pytest.mark.parametrize(
    ("key", "entry", "words"),
    [
        ("marks", {"event": "e", "source": "A", "tau": 1.0, "half": 0}, "half must be positive"),
        ("marks", {"event": "e", "source": "A", "tau": 1.0, "u": -1}, "u must be positive"),
        ("marks", {"event": "e", "source": "A", "tau": 1.0, "u": math.inf}, "u must be a finite"),
        ("marks", {"event": "e", "source": "A", "tau": 1.0, "half": "0.02"}, "half must be a fin"),
        ("marks", {"event": "e", "source": "A", "tau": 1.0, "half": True}, "half must be a finite"),
        ("marks", {"event": "e", "source": "A", "tau": BAD, "u": 1}, "tau must be a finite"),
        ("marks", {"event": "e", "source": "A", "tau": "1:02", "u": 1}, "tau must be a finite"),
        ("marks", {"event": "e", "source": "Q", "tau": 1.0, "u": 1}, "there is no source 'Q'"),
        ("marks", {"event": "e", "source": "A", "tau": 1.0}, "needs either half or u"),
        ("marks", {"source": "A", "tau": 1.0, "u": 1}, "has no 'event'"),
        ("marks", 7, "has no 'event'"),
        ("lags", {"a": "A", "tau_a": 1, "b": "B", "tau_b": -BAD, "u": 1}, "tau_b must be a finite"),
        ("lags", {"a": "A", "tau_a": 1, "b": "B", "tau_b": 301, "u": 0}, "u must be positive"),
        ("offsets", {"source": "B", "tau": 0, "value": None, "half": 1}, "value must be a finite"),
        ("readings", {"source": "B", "tau": 0, "value": 1, "half": 1}, "has no 'authority'"),
        ("quantities", {"key": "b", "value": 0.3, "half": 0}, "half must be positive"),
        ("gaps", {"source": "A", "break": 0, "value": 1, "half": 1}, "has no break 0"),
        ("constraints", {"first": ["A", 1], "second": ["B", 2], "lo": 2, "hi": 1}, "above hi"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_the_rest_calculated(
    key: str, entry: Any, words: str
) -> None:
    plain = network()
    found = network()
    found[key] = [*found.get(key, []), entry]
    answer = solve_network(found)
    (problem,) = answer["problems"]
    assert problem.startswith(f"{key}[{len(found[key]) - 1}]")
    assert words in problem
    assert problem.endswith(": left out.")
    expected = solve_network(plain)
    for name in ("results", "rows", "chi2", "dof"):
        assert answer[name] == expected[name]
    with pytest.raises(NetworkError, match=words):
        read_network(found)


def test_a_u_below_a_microsecond_is_raised_and_said() -> None:
    changed = network()
    changed["marks"][3]["half"] = 1e-9
    answer = solve_network(changed)
    assert "marks[3]: its half is raised to a microsecond" in answer["problems"][0]
    rows = read_network(changed).rows
    assert rows[3].distribution.half == pytest.approx(1e-6)


def test_a_second_mark_in_one_stream_does_not_count_twice() -> None:
    twice = network()
    twice["marks"].append({**twice["marks"][4], "tau": twice["marks"][4]["tau"] + 0.01})
    answer = solve_network(twice)
    assert "mark:4 is a mark of event 'e1' in 'B' already" in answer["problems"][0]
    assert answer["results"] == solve_network(network())["results"]


def test_marks_with_different_delays_are_of_two_streams() -> None:
    both = network(quantities=[{"key": "sound late", "value": 0.0, "half": 0.1}])
    both["marks"].append({**both["marks"][4], "delay": "sound late"})
    answer = solve_network(both)
    assert answer["problems"] == []
    assert len(answer["rows"]) == len(solve_network(network())["rows"]) + 2


# -- what ties nothing ----------------------------------------------------------------------------


def test_events_with_one_mark_are_named() -> None:
    changed = network()
    changed["marks"] += [
        {"event": "lonely", "source": "B", "tau": 5.0, "half": 0.02},
        {"event": "alone", "source": "A", "tau": 5.0, "half": 0.02},
    ]
    answer = solve_network(changed)
    assert answer["problems"] == [
        "Events 'lonely' (mark:18) and 'alone' (mark:19): one mark only, which ties no clocks."
    ]
    limited = network(constraints=[{"first": {"event": "lonely"}, "second": ["A", 9.0], "lo": 0}])
    limited["marks"] += changed["marks"][18:19]
    assert doubts(read_network(limited)) == ()


def test_an_event_seen_by_one_source_only_ties_no_clocks() -> None:
    changed = network(quantities=[{"key": "late", "value": 0.0, "half": 0.1}])
    changed["marks"] += [
        {"event": "x", "source": "A", "tau": 5.0, "half": 0.02},
        {"event": "x", "source": "A", "tau": 5.1, "half": 0.02, "delay": "late"},
    ]
    (doubt,) = doubts(read_network(changed))
    assert (
        doubt
        == "All marks of event 'x' (mark:18 and mark:19) are in 'A': it ties no clock to another."
    )


def test_a_datum_that_nothing_links_or_that_is_interrupted() -> None:
    floating = network()
    floating["marks"] = [mark for mark in floating["marks"] if mark["source"] != "A"]
    (doubt,) = doubts(read_network(floating))
    assert "Nothing observed links the reference 'A'" in doubt
    assert solve_network(floating)["status"] == "nothing-linked"

    broken = network()
    broken["sources"][0]["breaks"] = [2000.0]
    (doubt,) = doubts(read_network(broken))
    assert "The reference 'A' is interrupted 1 time" in doubt


@pytest.mark.parametrize(
    "tie",
    [
        {"offsets": [{"source": "B", "tau": 0, "value": 1, "half": 1}]},
        {"lags": [{"a": "A", "tau_a": 0, "b": "B", "tau_b": 0, "u": 1}]},
        {"lags": [{"a": "B", "tau_a": 0, "b": "A", "tau_b": 0, "u": 1}]},
    ],
)
def test_a_datum_that_one_observation_links(tie: Json) -> None:
    assert doubts(read_network(network(marks=[], **tie))) == ()


# -- units ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 4, 11])
def test_a_time_in_milliseconds_is_recognised(number: int) -> None:
    changed = network()
    right = changed["marks"][number]["tau"]
    changed["marks"][number]["tau"] *= 1000
    (problem,) = solve_network(changed)["problems"]
    assert problem.startswith(f"mark:{number} disagrees")
    assert f"{right:g} s instead of" in problem
    assert "milliseconds" in problem


def test_other_units_are_recognised() -> None:
    offset = network(offsets=[{"source": "B", "tau": 100.0, "value": -300_000.0, "half": 0.5}])
    (problem,) = solve_network(offset)["problems"]
    assert "offset:0" in problem
    assert "-300 s instead of -300000" in problem

    reading = network(
        readings=[
            {"source": "B", "tau": 1000.0 * k, "value": value, "half": 0.5, "authority": "wall"}
            for k, value in enumerate((-300.0, 700.0, 1_700_000.0))
        ]
    )
    (problem,) = solve_network(reading)["problems"]
    assert "reading:2" in problem
    assert "1700 s instead of 1.7e+06" in problem


def test_a_half_in_milliseconds_is_recognised_though_it_fits() -> None:
    changed = network()
    changed["marks"][7]["half"] = 20.0
    (problem,) = solve_network(changed)["problems"]
    assert "mark:7 has a u of 11.547 s, 1,000 times that" in problem
    kept = network()
    kept["marks"][7] |= {"half": 20.0, "tau": kept["marks"][7]["tau"] + 3}
    assert solve_network(kept)["problems"] == []


def test_a_sample_among_pictures_is_not_doubted() -> None:
    changed = network()
    changed["marks"][7]["half"] = 2e-5
    assert solve_network(changed)["problems"] == []


@pytest.mark.parametrize("shift", [0.5, 10.0, -1000.0])
def test_a_mistake_is_not_taken_for_a_wrong_unit(shift: float) -> None:
    changed = network()
    changed["marks"][7]["tau"] += shift
    answer = solve_network(changed)
    assert answer["status"] == "disagrees"
    assert answer["problems"] == []


# -- cases ----------------------------------------------------------------------------------------


def test_a_case_names_what_ties_nothing() -> None:
    (problem,) = build(harrow("barrier", "light bar", "stamps", "door")).problems
    assert problem.startswith("Events 'flash' (flash-cam1) and 'words' (words-dispatch): one mark")


def test_sentences_and_labels_call_things_by_their_names_not_ids() -> None:
    inputs = harrow("barrier", "light bar", "stamps", "door")
    renamed = replace(
        inputs,
        events=tuple(replace(event, name=f"the {event.id}") for event in inputs.events),
        sources=tuple(replace(source, name=f"film in {source.id}") for source in inputs.sources),
        clocks=tuple(replace(clock, name=f"wall of {clock.id}") for clock in inputs.clocks),
    )
    seen = next(e for e in renamed.evidence if isinstance(e, Mark) and e.event == "flash")
    heard = replace(seen, id="heard", stream="sound")
    built = build(replace(renamed, evidence=(*renamed.evidence, heard)))
    labels = {row.id: row.label for row in built.network.rows}
    assert labels[seen.id] == f"the flash in film in {seen.source}, picture"
    assert labels["heard"] == f"the flash in film in {seen.source}, sound"
    readings = [row.label for row in built.network.rows if row.kind == "reading"]
    assert readings and all(label.startswith("reading of wall of ") for label in readings)
    assert any("'the flash'" in text for text in built.problems)
    event = next(row for row in built.network.rows if row.id == seen.id)
    assert built.network.event_name(event) == "the flash"


def test_picture_and_sound_of_one_recording_without_a_delay_are_doubted() -> None:
    inputs = harrow("barrier", "light bar", "stamps", "door")
    seen = next(e for e in inputs.evidence if isinstance(e, Mark) and e.event == "flash")
    heard = replace(seen, id="heard", stream="sound")
    problems = build(replace(inputs, evidence=(*inputs.evidence, heard))).problems
    assert any(f"{seen.id} and heard are both marks of event 'flash'" in text for text in problems)
    assert any("state the delay between them" in text for text in problems)


def test_readings_go_on_across_midnight() -> None:
    """23:59:59 and, two seconds later, 00:00:01 of the next day: seconds since day zero."""
    inputs = harrow("barrier", "light bar", "stamps", "door")
    midnight_s = 86_400.0
    readings = tuple(
        Reading(
            id=f"osd-{number}",
            source="cam1",
            stream="picture",
            earliest=MediaTime.from_s(media_s),
            latest=MediaTime.from_s(media_s),
            clock="wall",
            displayed=ReferenceTime.from_s(midnight_s + shown_s),
            granularity=Duration.from_s(1),
        )
        for number, (media_s, shown_s) in enumerate(((50.0, -1.0), (52.0, 1.0)))
    )
    wall = replace(inputs.clocks[0], id="wall", name="wall clock", u_drift_ppm=0.0)
    case = replace(inputs, datum="wall", clocks=(*inputs.clocks, wall), evidence=readings)
    made = build(case)
    adjustment = adjust(made.network)
    at = adjustment.correction_function("cam1", 51.0, on_datum_scale=True)
    stated = adjustment.uncertain(at).expanded()
    assert stated.value + 51.0 == pytest.approx(midnight_s + 0.5, abs=1e-6)
    assert adjustment.chi2 < 1e-6
    yesterday = replace(readings[1], displayed=ReferenceTime.from_s(1.0))
    wrapped = adjust(build(replace(case, evidence=(readings[0], yesterday))).network)
    assert wrapped.contested.any()


def test_a_log_time_of_the_day_after_stands_a_day_later() -> None:
    inputs: Inputs = harrow("barrier", "light bar", "stamps", "door")
    check = ClockCheck(
        id="check", clock="gate", displayed=ReferenceTime.from_s(T0_S), against="dispatch-clock",
        reference=ReferenceTime.from_s(T0_S), distribution=Distribution.rectangular(1.0),
    )  # fmt: skip
    stamp = LogTime(
        id="log", event="flash", clock="gate", granularity=Duration.from_s(1),
        displayed=ReferenceTime.from_s(86_400.0 + 0.0),
    )  # fmt: skip
    gate = replace(inputs.clocks[0], id="gate", name="gate", u_drift_ppm=0.0)
    case = replace(inputs, clocks=(*inputs.clocks, gate), evidence=(check, stamp))
    adjustment = adjust(build(case).network)
    event = adjustment.network.find_event("flash")
    assert event is not None
    function = adjustment.event_function(event, on_datum_scale=True)
    assert adjustment.value(function) == pytest.approx(86_400.5, abs=1e-6)
