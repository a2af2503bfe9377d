"""A case through the calculation: marks with their own places, and what-ifs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.case.calculate import PlacedMark, placed_marks, prepare
from sync.case.case import Case
from sync.evidence import Event, Evidence, Mark, Place
from tests.sync.case.made import s, small_case

HALF_S = 1 / 30


def sighting(event: str, source: str, at_s: float) -> Mark:
    """A mark in one picture at 15 a second."""
    return Mark(
        id=f"{event}-{source}", event=event, source=source, stream="picture",
        earliest=s(at_s - HALF_S), latest=s(at_s + HALF_S),
    )  # fmt: skip


def linked_case(*more: Evidence) -> Case:
    """Cam 1 holds the reference; the phone shows the door 5 s and the gate 5.02 s later."""
    marks = [
        sighting("door", "cam1", 20.0), sighting("door", "phone", 25.0),
        sighting("gate", "cam1", 40.0), sighting("gate", "phone", 45.02),
        sighting("flash", "cam1", 50.0), sighting("words", "phone", 55.5),
    ]  # fmt: skip
    names = ("door", "gate", "flash", "words", "lamp")
    case = small_case(datum="cam1", events=tuple(Event(id=name, name=name) for name in names))
    clocks = tuple(replace(clock, u_drift_ppm=0.0) for clock in case.clocks)
    return replace(case, clocks=clocks, evidence=(*marks, *more))


def by_id(case: Case) -> dict[str, PlacedMark]:
    return {place.mark.id: place for place in placed_marks(case)}


def test_every_mark_has_its_own_place() -> None:
    case = linked_case()
    found = by_id(case)
    # The phone's clock is 5.01 s behind: the mean of both anchors.
    for name, expected_s in (("door-cam1", 20.0), ("door-phone", 19.99), ("gate-phone", 40.01)):
        reference = found[name].reference
        assert reference is not None
        assert reference.s == pytest.approx(expected_s, abs=1e-6)
    adjustment = prepare(case).adjustment
    for row, observed in enumerate(adjustment.rows):
        if observed.kind == "mark":
            alone = adjustment.uncertain(adjustment.mark_function(row, on_datum_scale=True))
            place = found[observed.id]
            assert place.u_s == pytest.approx(alone.u)
            assert place.U95_s == pytest.approx(alone.expanded().U, rel=1e-5)
            assert place.k == pytest.approx(alone.expanded().k, rel=1e-5)


def test_marks_without_a_place_say_why() -> None:
    found = by_id(
        linked_case(
            replace(sighting("lamp", "cam1", 30.0), latest=None),
            replace(sighting("lamp", "dispatch", 10.0), stream="sound"),
        )
    )
    assert found["lamp-cam1"].status == "one-sided"
    assert found["lamp-dispatch"].status == "unconstrained"
    assert found["lamp-cam1"].reference is None
    assert found["lamp-dispatch"].U95_s is None


def test_in_a_disagreement_only_what_it_carries_has_no_place() -> None:
    """Which anchor is wrong is open, so where the phone lies is; cam 1 holds the reference."""
    case = linked_case(sighting("lamp", "cam1", 60.0), sighting("lamp", "phone", 69.0))
    found = by_id(case)
    assert found["lamp-phone"].status == "conflict"
    assert found["lamp-phone"].reference is None
    assert found["lamp-cam1"].status == "ok"
    assert found["lamp-cam1"].u_s == pytest.approx(HALF_S / 3**0.5)


def test_a_what_if_leaves_the_case_alone() -> None:
    case = linked_case()
    ready = prepare(case)
    flash, words = Place(event="flash"), Place(event="words")
    with_both = ready.order(flash, words)
    without_gate = ready.order(flash, words, without=frozenset(["gate"]))
    assert with_both.difference_s == pytest.approx(0.49)
    assert without_gate.difference_s == pytest.approx(0.5)
    assert ready.order(flash, words) == with_both
