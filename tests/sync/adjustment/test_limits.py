"""Limits on a case's evidence: clocks, events and words with them imposed."""

from __future__ import annotations

import time

import pytest

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.build import build
from sync.adjustment.inputs import ClockInput, Inputs, SourceInput
from sync.adjustment.limits import Limits
from sync.adjustment.solution import Solution
from sync.adjustment.summary import summarise
from sync.evidence import Event, Evidence, Limit, LogTime, Mark, Place, Relation
from sync.timebase import Duration, MediaTime, ReferenceTime

T0_S = 51_771.0
"""14:22:51, where cam 1 begins on the log's clock."""


def inputs(
    *evidence: Evidence, relations: tuple[Relation, ...] = (), cam_end_s: float = 100.0
) -> Inputs:
    """A log whose clock is the datum, cam 1 tied to it by one anchor, and a recording that is cut
    every 10 s."""
    breaks = tuple(MediaTime.from_s(10.0 * (i + 1)) for i in range(len(relations)))
    end = MediaTime.from_s(10.0 * (len(relations) + 1))
    clocks = tuple(
        ClockInput(id=name, name=name, u_drift_ppm=u)
        for name, u in (("log", 0.0), ("cam", 100.0), ("voice", 100.0))
    )
    sources = (
        SourceInput(id="cam", name="cam 1", clock="cam", start=MediaTime(0),
                    end=MediaTime.from_s(cam_end_s), breaks=()),
        SourceInput(id="voice", name="radio", clock="voice", start=MediaTime(0), end=end,
                    breaks=breaks, relations=relations),
    )  # fmt: skip
    gate = (stamped("gate", T0_S + 20.0), seen("gate", "cam", 20.5, 0.02))
    names = {item.event for item in (*gate, *evidence) if isinstance(item, Mark | LogTime)}
    places = [p for i in evidence if isinstance(i, Limit) for p in (i.first, i.second)]
    names |= {place.event for place in places if place.event is not None}
    events = tuple(Event(id=name, name=name, definition="") for name in sorted(names))
    return Inputs(
        datum="log", clocks=clocks, sources=sources, events=events, evidence=(*gate, *evidence)
    )


def seen(event: str, source: str, at_s: float, half_s: float) -> Mark:
    return Mark(
        id=f"{event}-{source}", event=event, source=source, stream="picture",
        earliest=MediaTime.from_s(at_s - half_s), latest=MediaTime.from_s(at_s + half_s),
    )  # fmt: skip


def stamped(event: str, at_s: float, within_s: float | None = None) -> LogTime:
    return LogTime(
        id=f"{event}-log", event=event, clock="log", displayed=ReferenceTime.from_s(at_s),
        granularity=Duration.from_s(1),
        typed_within=None if within_s is None else Duration.from_s(within_s),
    )  # fmt: skip


def at(source: str, time_s: float) -> Place:
    return Place(source=source, time=MediaTime.from_s(time_s))


def limit(name: str, first: Place, second: Place, low: float | None, high: float | None) -> Limit:
    ends = [None if end is None else Duration.from_s(end) for end in (low, high)]
    return Limit(id=name, first=first, second=second, low=ends[0], high=ends[1], why=name)


def adjusted(case: Inputs) -> Adjustment:
    return adjust(build(case).network)


def solved(case: Inputs) -> Solution:
    made = build(case)
    return summarise(case, made, adjust(made.network), "2026-01-01T00:00:00+00:00")


def test_without_limits_nothing_of_them_is_said() -> None:
    solution = solved(inputs())
    assert solution.limits == ()
    assert all(clock.with_limits is None for clock in solution.clocks)


def test_a_typed_log_time_places_an_event_that_nobody_marked() -> None:
    solution = solved(inputs(stamped("call", T0_S + 100.0, within_s=60.0)))
    call = next(event for event in solution.events if event.event == "call")
    assert call.status == "bounded"
    assert call.with_limits is not None
    width = 61.0  # typed up to 60 s late, named to the second
    assert call.with_limits.low_s == pytest.approx(T0_S + 40.0 + 0.025 * width, abs=5e-3)
    assert call.with_limits.high_s == pytest.approx(T0_S + 101.0 - 0.025 * width, abs=5e-3)
    assert call.with_limits.limits == ("call-log",)


def test_a_limit_narrows_a_linked_clock_and_the_words_say_so() -> None:
    # The stamp leaves cam 1 free within a second; at 10 s it showed what the log has at 9.8 s.
    narrow = limit("door", Place(clock="log", displayed=ReferenceTime.from_s(T0_S + 9.8)),
                   at("cam", 10.0), 0.0, None)  # fmt: skip
    clock = solved(inputs(narrow)).clocks[0]
    assert clock.model is not None
    assert clock.U95_s is not None
    assert clock.with_limits is not None
    assert clock.with_limits.status == "ok"
    low, high = clock.with_limits.low_s, clock.with_limits.high_s
    assert low is not None
    assert high is not None
    plain = clock.model.reference.s - clock.model.epoch.s
    assert low >= T0_S - 0.2 - 0.01
    assert high <= plain + clock.U95_s + 0.01
    assert high - low < 1.6 * clock.U95_s
    assert "With its limits: begins between 14:22:5" in clock.in_words


def test_limits_alone_hold_an_unlinked_stretch() -> None:
    window = limit("shift", at("cam", 60.0), at("voice", 0.0), 0.0, 7.0)
    clock = solved(inputs(window)).clocks[1]
    assert (clock.status, clock.model) == ("bounded", None)
    assert clock.with_limits is not None
    middle = T0_S + 60.0 + 3.5 - 0.0
    assert clock.with_limits.value_s == pytest.approx(middle, abs=0.2)
    assert clock.in_words.startswith("radio: begins between 14:23:5")
    assert "by limits alone" in clock.in_words


def test_one_open_end_is_said_as_the_earliest() -> None:
    after = limit("shift", at("cam", 60.0), at("voice", 0.0), 0.0, None)
    clock = solved(inputs(after)).clocks[1]
    assert clock.status == "one-sided"
    assert clock.with_limits is not None
    assert clock.with_limits.high_s is None
    assert clock.with_limits.value_s is None
    assert "at the earliest" in clock.in_words


def test_contradictory_limits_are_problems_and_in_the_message() -> None:
    pair = (
        limit("first", at("cam", 60.0), at("voice", 0.0), None, 5.0),
        limit("second", at("cam", 60.0), at("voice", 0.0), 8.0, None),
    )
    solution = solved(inputs(*pair))
    assert [found.status for found in solution.limits] == ["infeasible", "infeasible"]
    sentence = "2 limits cannot both hold: 'first' and 'second'"
    assert sentence in solution.message
    assert f"{sentence}." in solution.problems
    clock = solution.clocks[1]
    assert clock.with_limits is not None
    assert clock.with_limits.status == "infeasible"
    assert clock.status == "unconstrained"


def test_a_contradicted_limit_is_a_problem_and_moves_nothing() -> None:
    wrong = limit("door", Place(clock="log", displayed=ReferenceTime.from_s(T0_S + 30.0)),
                  at("cam", 10.0), 0.0, None)  # fmt: skip
    solution, plain = solved(inputs(wrong)), solved(inputs())
    assert solution.limits[0].status == "contradicted"
    assert any("'door'" in problem for problem in solution.problems)
    assert solution.clocks[0].with_limits is None
    assert solution.clocks[0].U95_s == pytest.approx(plain.clocks[0].U95_s)


def test_stretches_that_go_on_later_stay_in_order_and_are_quick() -> None:
    """500 breaks, both ends tied: a stretch between lies between them, anywhere."""
    count = 500
    ends = [(5.0, 100.0), (10.0 * count + 5.0, 79_999.0)]
    ties = [
        mark
        for number, (voice_s, cam_s) in enumerate(ends)
        for mark in (
            seen(f"t{number}", "voice", voice_s, 0.02),
            seen(f"t{number}", "cam", cam_s, 0.02),
        )
    ]
    adjustment = adjusted(inputs(*ties, relations=("later",) * count, cam_end_s=80_000.0))
    began = time.perf_counter()
    limits = Limits(adjustment)
    middle = adjustment.instant_function("voice", 10.0 * 250 + 5.0, on_datum_scale=False)
    found = limits.limited(middle)
    took_s = time.perf_counter() - began
    assert found is not None
    assert found.status == "bounded"
    assert found.low_s is not None
    assert found.high_s is not None
    # From 2,500 s of recording after the first tie to 2,500 s before the second, no favourite.
    width = (79_999.0 - 2_500.0) - (100.0 + 2_500.0)
    first = T0_S + 100.0 + 2_500.0
    assert found.low_s == pytest.approx(first + 0.025 * width, abs=10.0)
    assert found.high_s == pytest.approx(first + 0.975 * width, abs=10.0)
    assert took_s < 5.0


def test_two_seeds_differ_little_and_one_seed_not_at_all() -> None:
    narrow = limit("door", Place(clock="log", displayed=ReferenceTime.from_s(T0_S + 9.8)),
                   at("cam", 10.0), 0.0, None)  # fmt: skip
    adjustment = adjusted(inputs(narrow))
    asked = adjustment.instant_function("cam", 90.0, on_datum_scale=False)
    one, again, other = (Limits(adjustment, seed=seed).limited(asked) for seed in (0, 0, 1))
    assert one is not None
    assert other is not None
    assert one == again
    assert one.u_s is not None
    assert one.low_s == pytest.approx(other.low_s, abs=0.02 * one.u_s)
