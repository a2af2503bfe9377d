"""Leaving out one piece at a time: by hand, and against solving again."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sync.adjustment import leave_out
from sync.adjustment.adjust import adjust
from sync.adjustment.build import build
from sync.adjustment.findings import Finding, by_numbers
from sync.adjustment.inputs import Inputs
from sync.adjustment.leave_out import Piece, leave_one_out
from sync.adjustment.questions import order
from sync.adjustment.solution import Answer, WhatIf
from sync.adjustment.spots import difference_of, find_spot
from sync.evidence import Event, KnownGap, Lag, Limit, Mark, Place
from sync.timebase import Duration, MediaTime
from sync.uncertainty import Distribution
from tests.support.harrow import T0_S, harrow, mark
from tests.support.pair import pair, sighting

FLASH, WORDS = Place(event="flash"), Place(event="words")
ALL = ("barrier", "light bar", "stamps", "door")


def ask(inputs: Inputs, a: Place = FLASH, b: Place = WORDS) -> Answer:
    made = build(inputs)
    return order(inputs, made, adjust(made.network), a, b)


def by_name(answer: Answer) -> dict[str, WhatIf]:
    return {what.name: what for what in answer.leave_one_out}


def test_without_one_of_three_anchors_the_mean_is_that_of_the_other_two() -> None:
    answer = ask(pair([0.0, 0.01, 0.05]))
    assert answer.difference_s == pytest.approx(0.5 - 0.02)
    left = by_name(answer)
    assert left["anchor 'anchor 1'"].difference_s == pytest.approx(0.5 - 0.03)
    assert left["anchor 'anchor 2'"].difference_s == pytest.approx(0.5 - 0.025)
    assert left["anchor 'anchor 3'"].difference_s == pytest.approx(0.5 - 0.005)
    assert answer.leave_one_out[0].name == "anchor 'anchor 3'"
    assert {what.verdict for what in answer.leave_one_out} == {"a-before-b"}
    # Both asked marks and two anchors of two marks: u² = 2·a²/3 + (1/2)·2·a²/3.
    low, high = left["anchor 'anchor 3'"].interval_s or (0.0, 0.0)
    u = math.sqrt(3 * 0.05**2 / 3)
    assert 1.85 * u < (high - low) / 2 < 1.96 * u


def test_without_the_only_anchor_there_is_no_link() -> None:
    answer = ask(pair([0.0]))
    [only] = answer.leave_one_out
    assert (only.verdict, only.difference_s, only.interval_s) == ("no-link", None, None)
    assert only.rows == ("anchor 1-A", "anchor 1-B")
    assert answer.rests_on == ("anchor 'anchor 1'",)
    assert "fragile" in answer.flags


def test_the_marks_of_an_event_seen_by_three_are_left_out_singly_too() -> None:
    third = sighting("door", "A", 70.0), sighting("door", "B", 70.02)
    inputs = pair([0.0, 0.0], *third, replace(third[0], id="door-sound", stream="sound"))
    names = by_name(ask(inputs))
    assert {
        "anchor 'door'",
        "door in cam A, picture",
        "door in cam A, sound",
        "door in cam B",
    } <= names.keys()
    assert names["door in cam B"].difference_s == pytest.approx(0.5)


def test_what_does_not_carry_the_difference_is_not_listed() -> None:
    """Two instants of one recording rest on no anchor."""
    places = [Place(source="A", time=MediaTime.from_s(at)) for at in (5.0, 30.0)]
    assert ask(pair([0.0, 0.0]), *places).leave_one_out == ()


def many(seed: int) -> Inputs:
    """The sample's network with twelve more anchors and two matches, drawn with their stated u."""
    rng = np.random.default_rng(seed)
    inputs = harrow(*ALL)
    more: list[Mark | Lag] = []
    for number in range(12):
        at_s = T0_S + rng.uniform(62.5, 85.0)
        for source in ("cam1", "cam3", "dispatch")[: 2 + number % 2]:
            more.append(mark(f"new {number}", source, at_s + rng.uniform(-0.03, 0.03), 0.04))
    for number in range(2):
        lag = Lag(
            id=f"match {number}", source_a="cam1", stream_a="picture",
            time_a=MediaTime.from_s(70.0 + number + rng.normal(0, 0.02)), source_b="cam3",
            stream_b="picture", time_b=MediaTime.from_s(30.0 + number),
            distribution=Distribution.normal(0.02),
        )  # fmt: skip
        more.append(lag)
    events = tuple(Event(id=f"new {number}", name=f"new {number}") for number in range(12))
    return replace(inputs, events=(*inputs.events, *events), evidence=(*inputs.evidence, *more))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "places", [(FLASH, WORDS), (Place(mark="door-cam3"), WORDS), (Place(event="new 1"), FLASH)]
)
def test_it_is_what_solving_again_gives(seed: int, places: tuple[Place, Place]) -> None:
    inputs = many(seed)
    made = build(inputs)
    answer = ask(inputs, *places)
    assert len(answer.leave_one_out) > 20
    spots = [find_spot(inputs, made, place) for place in places]
    difference = difference_of(made.network, *spots)
    assert difference is not None
    for what in answer.leave_one_out:
        without = adjust(made.network, frozenset(what.rows))
        if not without.estimable(difference):
            assert what.verdict == "no-link"
            continue
        stated = without.uncertain(difference).expanded()
        assert what.difference_s == pytest.approx(stated.value, abs=1e-9)
        assert what.interval_s == pytest.approx((stated.low, stated.high), rel=1e-5, abs=1e-6)


def test_the_widest_change_comes_first() -> None:
    answer = ask(many(0))
    assert answer.interval_s is not None
    ends = [what.interval_s for what in answer.leave_one_out if what.interval_s is not None]
    moved = [
        max(abs(low - answer.interval_s[0]), abs(high - answer.interval_s[1])) for low, high in ends
    ]
    assert moved == sorted(moved, reverse=True)


def test_left_out_as_a_what_if_it_is_the_same() -> None:
    inputs = harrow(*ALL)
    made = build(inputs)
    adjustment = adjust(made.network)
    answer = order(inputs, made, adjustment, FLASH, WORDS)
    for what in answer.leave_one_out:
        again = order(inputs, made, adjustment, FLASH, WORDS, without=frozenset(what.rows))
        assert again.verdict == what.verdict
        assert again.difference_s == pytest.approx(what.difference_s, abs=1e-6)


def test_a_gap_without_its_length_may_still_not_be_negative() -> None:
    """Once its stated length is left out, "goes on later" limits it again: the words, after the
    break at 50 s, are not before an instant just in front of it."""
    inputs = pair([0.0, 0.0])
    sources = tuple(
        replace(source, breaks=(MediaTime.from_s(45.0),), relations=("later",))
        if source.id == "B"
        else source
        for source in inputs.sources
    )
    gap = KnownGap(
        id="gap", source="B", after_stretch=0, value=Duration.from_s(3.0),
        distribution=Distribution.rectangular(0.5),
    )  # fmt: skip
    inputs = replace(inputs, sources=sources, evidence=(*inputs.evidence, gap))
    answer = ask(inputs)
    assert answer.difference_s == pytest.approx(3.5)
    left = by_name(answer)["length of the gap in cam B"]
    made = build(inputs)
    again = order(inputs, made, adjust(made.network), FLASH, WORDS, without=frozenset(["gap"]))
    assert left.verdict == again.verdict == "a-before-b"
    assert again.with_limits is not None
    assert again.with_limits.status == "one-sided"
    assert left.difference_s is None


def test_where_a_limit_shapes_it_the_limit_is_left_out_too() -> None:
    limit = Limit(
        id="spoken", first=FLASH, second=WORDS, low=Duration(0), high=Duration.from_s(0.45),
        why="the words answer the flash",
    )  # fmt: skip
    inputs = pair([0.0, 0.0, 0.0], limit)
    left = by_name(ask(inputs))
    plain = ask(pair([0.0, 0.0, 0.0]))
    assert left["limit 'the words answer the flash'"].interval_s == pytest.approx(plain.interval_s)
    one = ask(pair([0.0, 0.0], limit))
    assert left["anchor 'anchor 1'"].interval_s == pytest.approx(one.interval_s, abs=0.002)


def test_a_piece_left_out_may_bring_a_limit_to_bear() -> None:
    """With the anchor the limit cuts nothing off; without it only the limit is left, and any time
    between 0.1 and 3 s is alike: 95 % of it lies between 0.1725 and 2.9275 s."""
    limit = Limit(
        id="l", first=FLASH, second=WORDS, low=Duration.from_s(0.1), high=Duration.from_s(3.0),
        why="soon after",
    )  # fmt: skip
    answer = ask(pair([0.0], limit))
    assert answer.without_limits is None
    [anchor] = answer.leave_one_out
    assert anchor.verdict == "a-before-b"
    assert anchor.interval_s == pytest.approx((0.1725, 2.9275), abs=1e-3)
    assert answer.rests_on == ()


def test_a_mark_contested_elsewhere_makes_no_answer_rest_on_an_anchor() -> None:
    """Whether the evidence disagrees is said of all of it: without a piece the numbers count, even
    where what remains would be called in conflict."""
    inputs = pair([0.0, 0.01, 0.16, -0.02])
    made = build(inputs)
    adjustment = adjust(made.network)
    a, b = (find_spot(inputs, made, place) for place in (FLASH, WORDS))
    difference = difference_of(made.network, a, b)
    assert difference is not None
    before = by_numbers(adjustment, difference)
    left = {what.name: what for what in leave_one_out(inputs, adjustment, a, b, before)}
    conflicts = 0
    for what in left.values():
        without = adjust(made.network, frozenset(what.rows))
        conflicts += without.conflict(difference)
        stated = without.uncertain(difference).expanded()
        assert what.interval_s == pytest.approx((stated.low, stated.high), abs=1e-6)
    assert conflicts > 0


def test_breaks_of_stretches_that_nothing_ties_need_no_new_solution(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only what limits say of observed quantities can shape a difference that is observed."""
    inputs = pair([0.0, 0.0, 0.01])
    expected = by_name(ask(inputs))
    sources = tuple(
        replace(
            source,
            breaks=tuple(MediaTime(source.end.ns - n * 1000) for n in (4, 3, 2)),
            relations=("later",) * 3,
        )
        if source.id == "B"
        else source
        for source in inputs.sources
    )
    solved: list[Piece] = []
    again = leave_out._Again.without

    def counted(self: leave_out._Again, piece: Piece) -> Finding:
        solved.append(piece)
        return again(self, piece)

    monkeypatch.setattr(leave_out._Again, "without", counted)
    left = by_name(ask(replace(inputs, sources=sources)))
    assert not solved
    for name, what in expected.items():
        assert left[name].interval_s == pytest.approx(what.interval_s, abs=1e-6)
