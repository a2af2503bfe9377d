"""The next best anchor, against adding it and solving again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.build import build
from sync.adjustment.inputs import Inputs
from sync.adjustment.network import Function
from sync.adjustment.next_best import NextBest, next_best
from sync.adjustment.questions import order
from sync.evidence import Event, Limit, Place
from sync.timebase import Duration, MediaTime
from tests.support.harrow import HALF_S, T0_S, harrow, mark

PIECES = ("barrier", "light bar", "stamps")
ABOUT_S = T0_S + 85.4


def asked(adjustment: Adjustment) -> Function:
    """Words less flash, as elapsed time."""
    numbers = [adjustment.network.find_event(name) for name in ("flash", "words")]
    assert None not in numbers
    flash, words = (adjustment.event_function(n or 0, on_datum_scale=False) for n in numbers)
    return words - flash


def proposals(inputs: Inputs) -> tuple[NextBest, ...]:
    made = build(inputs)
    adjustment = adjust(made.network)
    return next_best(inputs, made, adjustment, asked(adjustment), ABOUT_S, 1.9)


def U_with(inputs: Inputs, source_a: str, source_b: str, at_s: float) -> float:
    """1.9 u of the asked difference once an anchor at ``at_s`` has been marked in both."""
    both = tuple(mark("new", source, at_s, HALF_S[source]) for source in (source_a, source_b))
    more = replace(
        inputs,
        events=(*inputs.events, Event(id="new", name="new")),
        evidence=(*inputs.evidence, *both),
    )
    adjustment = adjust(build(more).network)
    return 1.9 * adjustment.uncertain(asked(adjustment)).u


def test_what_it_promises_is_what_solving_again_gives() -> None:
    inputs = harrow(*PIECES)
    found = proposals(inputs)
    assert {(best.source_a, best.source_b) for best in found} == {
        ("cam1", "dispatch"),
        ("cam3", "dispatch"),
    }
    for best in found:
        brute = U_with(inputs, best.source_a, best.source_b, best.at_s)
        # Adding rows moves each source's epoch, which changes nothing; 1 ns of rounding may.
        assert best.U_after_s == pytest.approx(brute, rel=1e-4)


def test_it_is_the_best_of_all_pairs_and_places_tried() -> None:
    inputs = harrow(*PIECES)
    first = proposals(inputs)[0]
    tried = [
        U_with(inputs, a, b, T0_S + second)
        for a, b in (("cam1", "cam3"), ("cam1", "dispatch"), ("cam3", "dispatch"))
        for second in range(64, 88, 3)
    ]
    assert first.U_after_s <= min(tried) * 1.001


def test_nothing_is_proposed_where_nothing_would_help() -> None:
    """Two pictures of one camera: only their own readings count."""
    inputs = harrow(*PIECES)
    made = build(inputs)
    adjustment = adjust(made.network)
    own = adjustment.instant_function("cam1", 80.0, on_datum_scale=False)
    here = own - adjustment.instant_function("cam1", 79.0, on_datum_scale=False)
    assert next_best(inputs, made, adjustment, here, ABOUT_S, 1.9) == ()


def test_the_answer_says_it_in_words() -> None:
    inputs = harrow(*PIECES)
    made = build(inputs)
    answer = order(inputs, made, adjust(made.network), Place(event="flash"), Place(event="words"))
    assert answer.U95_s is not None
    best = answer.next_best[0]
    assert "one more anchor between cam1 and dispatch near 14:23:25" in best.in_words
    stated = float(best.in_words.split("± ")[1].split(" s")[0])
    assert stated == pytest.approx(answer.U95_s, abs=0.15)
    assert best.source_a == "cam1"
    assert best.media_a.s == pytest.approx(85.4, abs=1.0)


def test_limits_take_no_part_in_it() -> None:
    """A limit that halves the range changes neither what is proposed nor what it would bring."""
    inputs = harrow(*PIECES)
    limit = Limit(
        id="spoken", first=Place(event="flash"), second=Place(event="words"), low=Duration(0),
        high=Duration.from_s(0.9), why="the words answer the flash",
    )  # fmt: skip
    limited = replace(inputs, evidence=(*inputs.evidence, limit))
    assert proposals(limited) == proposals(inputs)
    made = build(limited)
    answer = order(limited, made, adjust(made.network), Place(event="flash"), Place(event="words"))
    assert answer.without_limits is not None
    assert answer.next_best


def test_another_camera_in_one_recording_is_placed_by_its_own_clock() -> None:
    """From 70 s on, cam 1's file is another camera's picture, tied to cam 3 at 72.2 s only."""
    inputs = harrow(*PIECES, "door")
    sources = tuple(
        replace(source, breaks=(MediaTime.from_s(70.0),), relations=("another camera",))
        if source.id == "cam1"
        else source
        for source in inputs.sources
    )
    cut = replace(inputs, sources=sources)
    found = proposals(cut)
    assert (found[0].source_a, found[0].stretch_a) == ("cam1", 1)
    assert found[0].media_a_s == pytest.approx(85.4, abs=0.1)
    for best in found:
        brute = U_with(cut, best.source_a, best.source_b, best.at_s)
        assert best.U_after_s == pytest.approx(brute, rel=1e-4)
