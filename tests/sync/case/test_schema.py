"""The published schema, and reading cases of other versions."""

from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings

from sync.case.case import Case
from sync.case.codec import canonical_json
from sync.case.log import LogHead, make_entry, replay
from sync.case.schema import (
    SCHEMA_FILE,
    SCHEMA_VERSION,
    case_of,
    json_schema,
    schema_bytes,
    upgrade,
)
from sync.case.snapshot import snapshot_bytes
from sync.errors import CaseDamaged, CaseNewer
from tests.sync.case.made import cases, small_case

HEAD = LogHead(seq=1, hash="0" * 64)
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_the_published_schema_is_up_to_date() -> None:
    assert SCHEMA_FILE.read_bytes() == schema_bytes(), "run: python -m sync.case.schema"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_every_case_that_is_written_fits_the_schema(case: Case) -> None:
    VALIDATOR.validate(json.loads(snapshot_bytes(case, HEAD)))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema_version", 99),
        ("log_head", None),
        ("sources", [{"id": "a"}]),
        ("evidence", [{"kind": "guess"}]),
        ("datum", 3),
    ],
)
def test_the_schema_refuses_what_is_not_a_case(key: str, value: Any) -> None:
    document = json.loads(snapshot_bytes(small_case(), HEAD))
    document[key] = value
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document)


def _rename(old: str, new: str) -> Any:
    def step(document: dict[str, Any]) -> dict[str, Any]:
        kept = {key: part for key, part in document.items() if key != old}
        return {**kept, new: document[old]} if old in document else kept

    return step


STEPS = {1: _rename("heading", "headline"), 2: _rename("headline", "title")}


def test_upgrades_run_one_step_at_a_time() -> None:
    assert upgrade({"heading": "x"}, 1, upgrades=STEPS, to=3) == {"title": "x"}
    assert upgrade({"headline": "x"}, 2, upgrades=STEPS, to=3) == {"title": "x"}
    assert upgrade({"title": "x"}, 3, upgrades=STEPS, to=3) == {"title": "x"}


def test_a_log_of_several_versions_is_replayed_through_the_upgrades() -> None:
    head, entries = LogHead(seq=0, hash="0" * 64), []
    for version, changes in (
        (1, {"set": {"id": "c", "heading": "first"}}),
        (2, {"set": {"headline": "second"}}),
        (3, {"set": {"title": "third", "number": "7"}}),
    ):
        entry = make_entry(
            head,
            at="",
            by="",
            act="",
            engine="",
            changes={"schema_version": version, **changes},
        )
        entries.append(entry)
        head = entry.head
    for count, title in ((1, "first"), (2, "second"), (3, "third")):
        case = case_of(replay(tuple(entries[:count]), upgrades=STEPS, to=3))
        assert case.title == title
    with pytest.raises(CaseNewer):
        replay(tuple(entries), upgrades=STEPS, to=2)
    with pytest.raises(CaseDamaged, match="Line 1"):
        replay((entries[2], entries[0]), upgrades=STEPS, to=3)


def test_newer_and_unknown_versions_are_refused() -> None:
    with pytest.raises(CaseNewer, match="later version"):
        upgrade({}, SCHEMA_VERSION + 1)
    for version in (0, None, "1", True, 1.0):
        with pytest.raises(CaseDamaged):
            upgrade({}, version)  # type: ignore[arg-type]
    with pytest.raises(CaseDamaged, match="no way"):
        upgrade({}, 1, upgrades={}, to=2)


def test_sorted_keys_and_plain_bytes() -> None:
    data = snapshot_bytes(small_case(), HEAD)
    document = json.loads(data)
    assert list(document) == sorted(document)
    assert canonical_json(json.loads(data), indent=1) + b"\n" == data
