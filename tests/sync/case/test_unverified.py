"""Marks made before the frames were counted, held against the index that counts them."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from sync.case.case import Case
from sync.case.schema import case_of, document_of, upgrade
from sync.case.unverified import check_mark, unverified
from sync.evidence import EdgePicture, Mark, takes_part
from sync.media.frame_index import FrameIndex
from sync.timebase import MediaTime

MS = 1_000_000


def index(late_ms: int = 0, repeat: int = 1) -> FrameIndex:
    """Ten frames a second, each picture shown ``repeat`` times."""
    n = np.arange(30)
    return FrameIndex(
        pts=n.astype(np.int64), time_ns=(n * 100 + late_ms).astype(np.int64) * MS,
        ordinal=n.astype(np.int32), key=np.ones(30, np.bool_),
        picture=(n // repeat).astype(np.int32), time_base=Fraction(1, 10), state="verified",
        digest=(1000 + n).astype(np.uint32),
    )  # fmt: skip


def made(*edges: tuple[int, int], earliest: int | None = 400, latest: int | None = 500) -> Mark:
    return Mark(
        id="mark-1", event="door", source="cam", stream="picture", frames=(5, 5),
        earliest=None if earliest is None else MediaTime(earliest * MS),
        latest=None if latest is None else MediaTime(latest * MS),
        unverified=tuple(EdgePicture(ordinal=o, digest=d) for o, d in edges),
    )  # fmt: skip


BOTH = ((4, 1004), (5, 1005))


def checked(mark: Mark, found: FrameIndex) -> tuple[Mark, bool, str]:
    case = Case(id="c").with_evidence(mark)
    assert unverified(case, "cam") == (mark,)
    result = check_mark(case, mark, found)
    after = result.case.find("mark-1")
    assert isinstance(after, Mark)
    return after, result.moved, result.problem


def test_it_takes_no_part_until_it_is_checked() -> None:
    mark = made(*BOTH)
    assert not takes_part(mark)
    after, moved, problem = checked(mark, index())
    assert (moved, problem) == (False, "")
    assert takes_part(after)
    assert (after.earliest, after.latest) == (mark.earliest, mark.latest)


@pytest.mark.parametrize(
    ("mark", "found", "times_ms"),
    [
        (made(*BOTH), index(late_ms=70), (470, 570)),
        (made((4, 1004), (6, 1006)), index(repeat=3), (300, 600)),
        (made((5, 1005), earliest=None), index(late_ms=70), (None, 570)),
        (made((4, 1004), latest=None), index(late_ms=70), (470, None)),
    ],
)
def test_its_times_become_those_of_the_verified_index(
    mark: Mark, found: FrameIndex, times_ms: tuple[int | None, int | None]
) -> None:
    after, moved, problem = checked(mark, found)
    assert (moved, problem) == (True, "")
    ends = tuple(None if at is None else at.ns // MS for at in (after.earliest, after.latest))
    assert ends == times_ms
    assert "corrected from" in after.provenance.note


@pytest.mark.parametrize(
    ("mark", "found", "reason"),
    [
        (made((4, 1004), (5, 7)), index(), "packet 5 does not show what was marked"),
        (made((4, 1004), (77, 1005)), index(), "packet 77 does not show"),
        (made(*BOTH), index(repeat=6), "not one picture after another"),
    ],
)
def test_what_is_not_found_again_is_set_aside(mark: Mark, found: FrameIndex, reason: str) -> None:
    after, _, problem = checked(mark, found)
    assert reason in problem
    assert after.provenance.status == "set-aside"
    assert after.provenance.reason == problem
    assert not takes_part(after)
    assert not unverified(Case(id="c").with_evidence(after), "cam")


def test_it_is_kept_in_the_case_and_older_cases_are_read() -> None:
    case = Case(id="c").with_evidence(made(*BOTH))
    document = json.loads(json.dumps(document_of(case)))
    assert case_of(document) == case
    (written,) = document["evidence"]
    del written["unverified"]
    read = case_of(upgrade(document, 3)).find("mark-1")
    assert read == replace(made(*BOTH), unverified=())
