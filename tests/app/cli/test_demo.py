"""The demo: its folder, its case, and the truth beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.demo_folder import CASE_NAME, MARKER_NAME
from sync.case.store import CaseStore, load_case
from tests.app.cli.conftest import Run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "case"


@pytest.fixture
def found(run: Run, folder: Path) -> Any:
    """The demo's JSON, made once."""
    kept = folder.with_name("found.json")
    if not kept.exists():
        ran = run("demo", "--out", folder, "--json")
        assert ran.status == 0, ran
        assert ran.err == ""
        kept.write_text(ran.out, encoding="utf-8")
    return json.loads(kept.read_text(encoding="utf-8"))


def test_every_true_offset_is_inside(found: Any) -> None:
    linked = [clock for clock in found["clocks"] if clock["offset_s"] is not None]
    assert len(linked) >= 8
    assert all(clock["inside"] is True for clock in linked)
    assert all(clock["truth_offset_s"] is not None for clock in linked)
    assert all(clock["inside"] for clock in found["clocks"] if clock["with_limits"] is not None)


def test_cam4_has_no_link(found: Any) -> None:
    (clock,) = [clock for clock in found["clocks"] if clock["source"] == "cam4_hall"]
    assert clock["status"] == "unconstrained"
    assert clock["offset_s"] is None
    assert clock["inside"] is None


def test_the_questions_come_out_as_they_should(found: Any) -> None:
    first, second = found["answers"]
    assert first["verdict"] == "a-before-b"
    assert second["verdict"] == "not-resolved"
    assert first["inside"] is second["inside"] is True
    assert [stage["verdict"] for stage in found["stages"]] == ["not-resolved", "a-before-b"]


def test_searches(found: Any) -> None:
    decisions = {(one["a"], one["b"]): one["decision"] for one in found["searches"]}
    assert decisions["cam4", "dispatch"] == "refused"
    assert decisions["phone", "dispatch"] == "accepted"
    assert decisions["cam1", "dispatch"] == "undecided"
    alarm = next(one for one in found["searches"] if one["a"] == "cam1")
    assert alarm["status"] == "ambiguous"
    assert "every 4.00 s" in alarm["reasons"][0]


def test_breaks_and_the_planted_mark(found: Any) -> None:
    assert found["breaks"]["agree"] == found["breaks"]["noted"] == 13
    assert found["planted"]["status"] == "disagrees"


def test_the_case_is_whole_and_self_contained(run: Run, found: Any, folder: Path) -> None:
    case = load_case(folder / CASE_NAME)
    assert len(case.sources) == 6
    assert all("/" not in source.path for source in case.sources)
    assert len(case.questions) == 2
    assert len(case.searches) == 3
    assert all(Path(name).exists() for name in found["files"])
    ran = run("order", folder / CASE_NAME, "event:flash", "event:words", "--json")
    assert ran.json["verdict"] == "a-before-b"


def test_human_output_and_making_it_anew(run: Run, found: Any, folder: Path) -> None:
    (folder / "mine.txt").write_text("notes", encoding="utf-8")
    ran = run("demo", "--out", folder, "--no-window")
    assert ran.status == 0
    assert "cam 4: no link." in ran.out
    assert "Truth:" in ran.out
    assert (folder / "mine.txt").read_text(encoding="utf-8") == "notes"


def test_the_same_again_gives_the_same(run: Run, found: Any, folder: Path) -> None:
    ran = run("demo", "--out", folder, "--json")
    assert ran.json["clocks"] == found["clocks"]
    assert ran.json["answers"] == found["answers"]


def test_an_open_case_is_not_made_anew(run: Run, found: Any, folder: Path) -> None:
    with CaseStore.open(folder / CASE_NAME):
        ran = run("demo", "--out", folder, "--json")
    assert ran.json["error"]["code"] == "case-locked"
    assert (folder / CASE_NAME).exists()


def test_a_folder_of_somebody_else_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(exist_ok=True)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "cam1_gate.mp4").write_bytes(b"precious")
    ran = run("demo", "--out", theirs, "--json")
    assert ran.status == 1
    assert ran.json["error"]["code"] == "case-exists"
    assert (theirs / "cam1_gate.mp4").read_bytes() == b"precious"
    assert not (theirs / MARKER_NAME).exists()
    assert run("demo", "--out", theirs / "cam1_gate.mp4").status == 1
