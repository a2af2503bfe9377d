"""Annotations: words beside the recordings, which the calculation never sees."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sync.adjustment.inputs import inputs_digest
from sync.case.annotate import (
    add_annotations,
    change_annotation,
    remove_annotation,
)
from sync.case.annotation import Annotation
from sync.case.calculate import inputs_of
from sync.case.case import Case
from sync.case.integrity import problems_of
from sync.case.store import CaseStore, load_case
from sync.errors import EvidenceError
from sync.timebase import Duration, ReferenceTime
from tests.sync.case.made import s, small_case


def said(text: str, **where: object) -> Annotation:
    return Annotation(id="", text=text, **(where or {"source": "cam1", "start": s(1)}))  # type: ignore[arg-type]


def on_clock(case: Case, text: str = "unit 4 en route") -> Annotation:
    return said(
        text,
        clock=case.clocks[0].id,
        displayed=ReferenceTime(60 * 10**9),
        granularity=Duration(10**9),
        layer="CAD",
    )


def test_they_get_ids_of_their_own_and_make_no_solution_stale() -> None:
    case = small_case()
    before = inputs_digest(inputs_of(case))
    case, made = add_annotations(case, [said("  gate lamp  "), on_clock(case)])
    assert [item.id for item in made] == ["annotation-1", "annotation-2"]
    assert made[0].text == "gate lamp"
    assert inputs_digest(inputs_of(case)) == before
    assert problems_of(case) == ()


def test_an_id_is_not_used_again_while_a_later_one_stands() -> None:
    case, _ = add_annotations(small_case(), [said("a"), said("b")])
    case, made = add_annotations(remove_annotation(case, "annotation-1"), [said("c")])
    assert made[0].id == "annotation-3"
    assert [item.text for item in case.annotations] == ["b", "c"]


def test_a_change_keeps_the_place_in_the_list() -> None:
    case, made = add_annotations(small_case(), [said("a"), said("b")])
    case = change_annotation(case, replace(made[0], text="first", end=s(2)))
    assert [item.text for item in case.annotations] == ["first", "b"]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (said("   "), "needs words"),
        (said("x" * 10_001), "too long"),
        (said("x", source="cam1"), "needs a start"),
        (said("x", clock="cam1"), "needs a start"),
        (said("x", start=s(1)), "one of them"),
        (said("x", source="cam1", clock="cam1", start=s(1)), "one of them"),
        (said("x", source="cam1", start=s(2), end=s(1)), "ends before it starts"),
        (said("x", source="cam1", start=s(1), end=s(10_000)), "outside 'cam1'"),
        (said("x", source="cam9", start=s(1)), "no recording 'cam9'"),
        (said("x", clock="moon", displayed=ReferenceTime(0)), "no clock 'moon'"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_added(bad: Annotation, words: str) -> None:
    case = small_case()
    with pytest.raises(EvidenceError, match=words):
        add_annotations(case, [said("good"), bad])
    assert case.annotations == ()


def test_there_is_none_to_change_or_remove() -> None:
    with pytest.raises(EvidenceError, match="no annotation"):
        remove_annotation(small_case(), "annotation-1")


def test_they_are_saved_and_replayed_from_the_log(tmp_path: Path) -> None:
    path = tmp_path / "a.tiepoint"
    case = small_case()
    with CaseStore.create(path, case) as store:
        case, made = add_annotations(store.case, [said("a"), on_clock(store.case)])
        store.commit(case, "annotate", by="me")
        store.commit(remove_annotation(case, made[0].id), "remove an annotation", by="me")
    assert [item.text for item in load_case(path).annotations] == ["unit 4 en route"]


def test_an_annotation_of_a_missing_clock_is_a_contradiction() -> None:
    case = small_case()
    lost = replace(on_clock(case), id="annotation-1", clock="moon")
    assert "moon" in problems_of(replace(case, annotations=(lost,)))[0]
