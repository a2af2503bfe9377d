"""``tiepoint verify``: the same answer again, or what no longer holds."""

from __future__ import annotations

from pathlib import Path

from sync.case.paths import log_path, media_path_of
from sync.case.store import load_case
from tests.app.cli.conftest import Run, snapshot


def test_an_untouched_case_holds_and_stays_untouched(run: Run, anchored: Path) -> None:
    assert run("solve", anchored).status == 0
    before = snapshot(anchored)
    ran = run("verify", anchored, "--json")
    assert ran.status == 0 and ran.json["ok"] is True and ran.json["reasons"] == []
    names = [check["name"] for check in ran.json["checks"]]
    assert names[0] == "case and log" and names[-1] == "calculation"
    assert snapshot(anchored) == before
    assert "checks hold." in run("verify", anchored).out


def test_a_changed_log_is_a_failed_check(run: Run, anchored: Path) -> None:
    log = log_path(anchored)
    log.write_bytes(log.read_bytes().replace(b"door", b"gate", 1))
    ran = run("verify", anchored, "--json")
    assert ran.status == 1 and ran.json["ok"] is False
    assert ran.json["reasons"][0].startswith("case and log: ")


def test_a_changed_recording_is_a_failed_check(run: Run, anchored: Path) -> None:
    case = load_case(anchored)
    media = media_path_of(anchored, case.sources[0].path)
    media.write_bytes(media.read_bytes() + b"\0")
    ran = run("verify", anchored)
    assert ran.status == 1
    assert f"FAILS  recording {case.sources[0].id}" in ran.out


def test_no_case_is_one_line(run: Run, tmp_path: Path) -> None:
    ran = run("verify", tmp_path / "none")
    assert ran.status == 1 and "There is no case" in ran.err
