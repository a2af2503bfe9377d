"""Values to JSON and back: exact, strict, and with the unit in the key."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from sync.adjustment.solution import Solution
from sync.case.case import Case
from sync.case.codec import CodecError, canonical_json, decode, encode, read_json, tag_of
from sync.case.schema import case_of, document_of
from sync.clock import ClockModel
from sync.evidence import Delay, Evidence, Mark, StatedOffset
from sync.timebase import Duration, MediaTime, ReferenceTime, TimeRange
from sync.uncertainty import Distribution
from tests.sync.case.made import anything, cases, small_case

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(cases())
def test_any_case_comes_back_from_its_bytes(case: Case) -> None:
    assert case_of(read_json(canonical_json(document_of(case)))) == case


@SLOW
@given(anything(Solution))
def test_any_solution_comes_back_with_its_clock_models(solution: Solution) -> None:
    plain = read_json(canonical_json(encode(solution, Solution)))
    assert decode(Solution, plain) == solution


def test_floats_come_back_bit_for_bit() -> None:
    for u in (0.1 + 0.2, 5e-324, 1.7976931348623157e308, math.pi):
        plain = read_json(canonical_json(encode(Distribution.normal(u), Distribution)))
        assert decode(Distribution, plain).u == u


def test_units_stand_in_the_keys() -> None:
    mark = Mark(id="m", event="e", source="a", stream="picture", earliest=MediaTime(1), latest=None)
    plain = encode(mark, Mark)
    assert plain["earliest_media_ns"] == 1
    assert plain["latest_media_ns"] is None
    stated = StatedOffset(
        id="o",
        source="a",
        at=MediaTime(5),
        value=Duration(7),
        distribution=Distribution.rectangular(1),
    )
    assert {"at_media_ns", "value_ns"} <= encode(stated, StatedOffset).keys()
    span = encode(TimeRange(ReferenceTime(1), ReferenceTime(2)), TimeRange[ReferenceTime])
    assert span == {"start_reference_ns": 1, "end_reference_ns": 2}


def test_evidence_carries_its_kind() -> None:
    delay = Delay(key="k", name="n", value=Duration(1), distribution=Distribution.rectangular(1))
    plain = encode((delay,), tuple[Evidence, ...])
    assert plain[0]["kind"] == "delay"
    assert tag_of(StatedOffset) == "stated-offset"
    assert decode(tuple[Evidence, ...], plain) == (delay,)


def test_infinite_degrees_of_freedom_are_null() -> None:
    plain = encode(Distribution.normal(1.0), Distribution)
    assert plain["dof"] is None
    assert decode(Distribution, plain).dof == math.inf


def test_numpy_numbers_are_written_as_plain_ones() -> None:
    plain = encode(Distribution("normal", np.float64(0.5), np.float64(3)), Distribution)
    assert canonical_json(plain) == b'{"dof":3.0,"shape":"normal","u":0.5}'


def test_a_file_name_that_is_not_utf8_comes_back() -> None:
    case = Case(id="c", title="Kamera \udcff Übersicht \u2028 日本")
    assert case_of(read_json(canonical_json(document_of(case)))) == case
    canonical_json(document_of(case)).decode("utf-8")


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    colour: Colour


def test_an_enum_is_written_by_its_value() -> None:
    assert encode(Painted(colour=Colour.RED), Painted) == {"colour": "red"}
    assert decode(Painted, {"colour": "red"}) == Painted(colour=Colour.RED)
    with pytest.raises(CodecError, match="colour"):
        decode(Painted, {"colour": "blue"})


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"at_media_ns": 1.5}, "at_media_ns"),
        ({"at_media_ns": True}, "at_media_ns"),
        ({"at_media_ns": 2**63}, "at_media_ns"),
        ({"id": 4}, "id"),
        ({"distribution": {"shape": "square", "u": 1.0, "dof": None}}, "distribution.shape"),
        ({"distribution": {"shape": "normal", "u": 0.0, "dof": None}}, "distribution"),
        ({"distribution": {"shape": "normal", "u": None, "dof": None}}, "distribution.u"),
        ({"distribution": []}, "distribution"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(change: dict[str, object], where: str) -> None:
    stated = StatedOffset(
        id="o",
        source="a",
        at=MediaTime(5),
        value=Duration(7),
        distribution=Distribution.rectangular(1),
    )
    plain = {**encode(stated, StatedOffset), **change}
    with pytest.raises(CodecError) as error:
        decode(StatedOffset, plain)
    assert error.value.where == where


def test_a_missing_required_key_is_named_and_an_optional_one_is_not_needed() -> None:
    document = document_of(small_case())
    del document["title"]
    assert case_of(document).title == ""
    del document["sources"][0]["clock"]
    with pytest.raises(CodecError, match=r"sources\[0\]\.clock: is missing"):
        case_of(document)


def test_an_impossible_clock_is_refused_as_such() -> None:
    model = ClockModel(
        source="a",
        stretch=0,
        epoch=MediaTime(0),
        reference=ReferenceTime(0),
        drift=0.0,
        var_offset_s2=1.0,
        cov_offset_drift_s=0.0,
        var_drift=0.0,
        coverage_factor=2.0,
        observed=None,
    )
    plain = encode(model, ClockModel)
    with pytest.raises(CodecError, match="drift"):
        decode(ClockModel, {**plain, "drift": 3.0})


def test_nan_is_never_written() -> None:
    case = small_case()
    clock = replace(case.clocks[0], u_drift_ppm=math.nan)
    with pytest.raises(CodecError, match="finite"):
        document_of(case.with_clock(clock))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1, "a": 2}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a": ' + b"9" * 10_000 + b"}",
    ],
    ids=["empty", "cut", "nan", "infinity", "twice", "not-utf8", "deep", "huge"],
)
def test_strict_json(data: bytes) -> None:
    with pytest.raises(CodecError):
        read_json(data)


def test_unknown_top_level_keys_are_kept() -> None:
    document = {**document_of(small_case()), "later_idea": {"a": [1, None]}}
    case = case_of(document)
    assert case.unknown == {"later_idea": {"a": [1, None]}}
    assert document_of(case) == document
