"""new, add, mark, observe, solve, order, export."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sample_media
from sync.case.store import CaseStore, load_case
from tests.app.cli.conftest import Run, snapshot
from tests.app.cli.test_media_verbs import BAD, bad_file
from tests.support.made_media import write_clip


def test_new(run: Run, tmp_path: Path) -> None:
    words = ["--title", "Hall", "--number", "24/1", "--examiner", "R", "--question", "Flash first?"]
    ran = run("new", tmp_path / "hall", *words, "--json")
    path = tmp_path / "hall.tiepoint"
    assert ran.json["case"] == str(path)
    case = load_case(path)
    assert (case.title, case.number, case.examiner) == ("Hall", "24/1", "R")
    assert json.loads(path.read_text(encoding="utf-8"))["questions_in_words"] == ["Flash first?"]
    ran = run("new", tmp_path / "other", "--question", "Flash first?")
    assert 'A B --question "Flash first?"' in ran.out
    before = snapshot(path)
    again = run("new", path, "--json")
    assert again.status == 1
    assert again.json["error"]["code"] == "case-exists"
    assert snapshot(path) == before


def test_add(run: Run, case: Path, tmp_path: Path) -> None:
    write_clip(tmp_path / "phone.mp4", range(500, 540))
    sources = run("add", case, tmp_path / "phone.mp4", "--name", "witness", "--device", "phone",
                  "--received", "by hand", "--json").json["sources"]  # fmt: skip
    assert [source["name"] for source in sources] == ["witness"]
    assert {"id", "name", "kind", "sha256", "streams", "duration_s", "health"} <= set(sources[0])
    added = load_case(case).source("phone")
    assert (added.device, added.received, added.path) == ("phone", "by hand", "phone.mp4")


@pytest.mark.parametrize("kind", BAD)
def test_add_all_or_nothing(run: Run, case: Path, tmp_path: Path, kind: str) -> None:
    write_clip(tmp_path / "fine.mp4", range(700, 720))
    before = snapshot(case)
    bad = bad_file(tmp_path, kind, case.parent / "media" / "cam.mp4")
    ran = run("add", case, tmp_path / "fine.mp4", bad, "--json")
    assert ran.status == 1
    assert ran.json["error"]["path"] == str(bad)
    assert snapshot(case) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_add_unreadable(run: Run, case: Path, tmp_path: Path) -> None:
    path = shutil.copy(case.parent / "media" / "cam.mp4", tmp_path / "closed.mp4")
    path.chmod(0)
    assert run("add", case, path, "--json").json["error"]["code"] == "media-unreadable"


def test_add_refuses_a_copy(run: Run, case: Path, tmp_path: Path) -> None:
    shutil.copy(case.parent / "media" / "cam.mp4", tmp_path / "copy.mp4")
    before = snapshot(case)
    assert run("add", case, tmp_path / "copy.mp4").status == 1
    assert snapshot(case) == before


# -- cases that cannot be used --------------------------------------------------------------------


def test_missing_case(run: Run, tmp_path: Path) -> None:
    ran = run("solve", tmp_path / "none", "--json")
    assert ran.status == 1
    assert ran.json["error"]["code"] == "case-missing"


def test_a_folder_is_no_case(run: Run, tmp_path: Path) -> None:
    ran = run("solve", tmp_path, "--json")
    assert ran.status == 1
    assert ran.json["error"]["hint"] == "Name the file that ends in .tiepoint."


def test_damaged_case(run: Run, case: Path) -> None:
    text = case.read_text(encoding="utf-8")
    case.write_text(text[: len(text) // 2], encoding="utf-8")
    before = snapshot(case)
    ran = run("solve", case, "--json")
    assert ran.status == 1
    assert ran.json["error"]["code"] == "case-damaged"
    assert snapshot(case) == before


def test_newer_case(run: Run, case: Path) -> None:
    document = json.loads(case.read_text(encoding="utf-8"))
    document["schema_version"] = 999
    case.write_text(json.dumps(document), encoding="utf-8")
    before = snapshot(case)
    assert run("solve", case, "--json").json["error"]["code"] == "case-newer"
    assert snapshot(case) == before


def test_locked_case(run: Run, anchored: Path) -> None:
    run("solve", anchored)
    with CaseStore.open(anchored):
        ran = run("solve", anchored, "--json")
        assert ran.status == 1
        assert ran.json["error"]["code"] == "case-locked"
        assert run("order", anchored, "event:door", "event:gate").status == 0  # only reads
    assert run("solve", anchored).status == 0


def test_ctrl_c_leaves_the_case_as_it_was(
    case: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    long = sample_media.folder() / "cam1_gate.mp4"
    before = snapshot(case)
    program = (
        "import signal, sys\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from app.cli import main\nsys.exit(main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", program, "add", str(case), str(long), "--json"]
    environment["TIEPOINT_CACHE"] = str(tmp_path / "cache")
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        lock = case.with_name(case.name + ".lock")
        until = time.monotonic() + 30
        while not lock.exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(out)["error"]["code"] == "cancelled"
    assert "Traceback" not in err
    assert snapshot(case) == before


# -- marks and other observations -----------------------------------------------------------------


def test_mark_between_at_and_one_sided(run: Run, case: Path) -> None:
    ran = run("mark", case, "--event", "door", "--source", "cam", "--between", "1.00", "0:01.04",
              "--define", "first shut", "--by", "Ada", "--json")  # fmt: skip
    assert ran.json["event"] == {"id": "door", "name": "door", "definition": "first shut"}
    mark = ran.json["mark"]
    assert (mark["earliest_s"], mark["latest_s"]) == (1.0, 1.04)
    assert (mark["stream"], mark["by"]) == ("picture", "Ada")
    mark = run("mark", case, "--event", "door", "--source", "radio:sound", "--at", "5+-0.05",
               "--json").json["mark"]  # fmt: skip
    assert (mark["earliest_s"], mark["latest_s"]) == (4.95, 5.05)
    mark = run(
        "mark", case, "--event", "door", "--source", "yard", "--before", "0:2", "--json"
    ).json
    assert (mark["mark"]["earliest_s"], mark["mark"]["latest_s"]) == (None, 2.0)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--source", "cam", "--at", "1"], 2),  # a number without its range
        (["--source", "cam", "--at", "1±0"], 2),
        (["--source", "cam", "--at", "99±0.1"], 1),  # outside the recording
        (["--source", "nobody", "--at", "1±0.1"], 1),
        (["--source", "cam:sound", "--at", "1±0.1"], 1),  # it has none
        (["--source", "cam", "--between", "2", "1"], 1),
        (["--source", "cam", "--at", "1±0.1", "--delay", "unheard-of"], 1),
    ],
)
def test_marks_that_cannot_be(run: Run, case: Path, words: list[str], status: int) -> None:
    before = snapshot(case)
    ran = run("mark", case, "--event", "door", *words)
    assert ran.status == status
    assert ran.err.count("\n") == 1
    assert snapshot(case) == before


def test_observe_every_kind(run: Run, case: Path) -> None:
    lines = [
        ["--delay", "radio-chain"],
        ["--delay", "phone-sound", "-0.1..0.1", "--name", "picture to sound"],
        ["--delay", "bang", "61±3m"],
        ["--reading", "cam@1.5", "14:22:46", "--clock", "wall"],
        ["--reading", "cam@1.48..1.52", "14:22:47", "--clock", "wall"],
        ["--datum", "wall"],
        ["--check", "cam", "14:23:00", "14:23:37±0.5"],
        ["--offset", "yard@0", "14:22:30±2"],
        ["--lag", "cam@1", "radio@4±0.05", "--late-b", "radio-chain"],
        ["--break", "radio@8", "radio@16", "--relation", "later", "--note", "silence removed"],
        ["--gap", "radio:1", "3..5"],
    ]
    added = []
    for words in lines:
        ran = run("observe", case, *words, "--json")
        assert ran.status == 0, ran
        added += ran.json["added"]
    assert [one["kind"] for one in added] == [
        "delay", "delay", "delay", "reading", "reading", "datum", "check", "offset", "lag",
        "break", "break", "gap",
    ]  # fmt: skip
    held = load_case(case)
    assert {one["id"] for one in added if one["kind"] in ("delay", "lag", "gap")} <= {
        item.id for item in held.evidence
    }
    assert held.datum == "wall"
    assert [cut.at.s for cut in held.source("radio").breaks] == [8, 16]
    delay = held.find("phone-sound")
    assert delay is not None
    assert (delay.value.s, delay.distribution.half) == (0, pytest.approx(0.1))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--offset", "cam@0", "12"], 2),
        (["--offset", "cam@99", "12±1"], 1),
        (["--reading", "cam@1", "14:22:46"], 2),
        (["--check", "cam", "14:00:00", "14:00:01±1"], 2),  # against nothing
        (["--lag", "cam@1", "radio@4"], 2),
        (["--lag", "cam@1", "cam@2±0.1"], 1),
        (["--delay", "other"], 2),
        (["--gap", "radio:1", "3±1"], 1),  # no break there
        (["--gap", "radio", "3±1"], 2),
        (["--datum", "nobody"], 1),
        (["--break", "radio@99"], 1),
        (["--csv", "nofile.csv"], 1),
        ([], 2),
    ],
)
def test_observations_that_cannot_be(run: Run, case: Path, words: list[str], status: int) -> None:
    before = snapshot(case)
    ran = run("observe", case, *words)
    assert ran.status == status
    assert ran.err.count("\n") == 1
    assert snapshot(case) == before


def test_observe_csv_takes_all_rows_or_none(run: Run, case: Path, tmp_path: Path) -> None:
    file = tmp_path / "seen.csv"
    good = [
        "kind,what,value,clock,late",
        "delay,radio-chain,0..1,,",
        "reading,cam@1.5,14:22:46,wall,",
        "datum,wall,,,",
        "lag,cam@1,radio@4±0.05,,",
    ]
    file.write_text("\n".join(good) + "\n", encoding="utf-8")
    added = run("observe", case, "--csv", file, "--json").json["added"]
    assert [one["kind"] for one in added] == ["delay", "reading", "datum", "lag"]
    before = snapshot(case)
    file.write_text("kind,what,value\noffset,cam@1,2±1\noffset,cam@99,2±1\n", encoding="utf-8")
    ran = run("observe", case, "--csv", file)
    assert ran.status == 1
    assert "line 3" in ran.err
    file.write_text("kind,smell\noffset,rose\n", encoding="utf-8")
    assert "smell" in run("observe", case, "--csv", file).err
    assert snapshot(case) == before


# -- calculating, asking, exporting ---------------------------------------------------------------


def test_solve_shape(run: Run, anchored: Path) -> None:
    found = run("solve", anchored, "--json").json
    assert found["status"] == "partly"
    assert found["datum"] == "cam"
    clocks = {clock["source"]: clock for clock in found["clocks"]}
    wanted = {
        "source", "segment", "status", "offset_s", "u_s", "U95_s", "k", "drift_ppm",
        "u_drift_ppm", "epoch_s", "valid_from_s", "valid_to_s", "in_words",
    }  # fmt: skip
    assert all(wanted <= set(clock) for clock in clocks.values())
    assert clocks["yard"]["offset_s"] == pytest.approx(-1.0, abs=1e-9)
    assert clocks["yard"]["U95_s"] > 0
    assert clocks["radio"]["status"] == "unconstrained"
    assert clocks["radio"]["offset_s"] is None
    assert {"id", "residual_s", "redundancy", "w", "mdb_s", "excluded", "reason"} <= set(
        found["rows"][0]
    )
    assert {"chi2", "dof", "p_global", "proposals", "inputs_digest"} <= set(found)
    held = load_case(anchored).solution
    assert held is not None
    assert held.inputs_digest == found["inputs_digest"]


def test_solve_says_no_link_in_words(run: Run, anchored: Path) -> None:
    out = run("solve", anchored).out
    assert "no link" in out
    assert "95 %" in out


def test_order(run: Run, anchored: Path) -> None:
    found = run("order", anchored, "event:door", "event:gate", "--json").json
    assert found["verdict"] == "a-before-b"
    assert found["difference_s"] == pytest.approx(2.0, abs=0.01)
    assert found["interval_s"][0] > 0
    assert found["p_a_before_b"] <= 0.999
    assert {
        "u_s", "U95_s", "flags", "rests_on", "flips_if", "budget", "next_best", "with_limits",
        "without_limits", "in_words",
    } <= set(found)  # fmt: skip
    wide = run("order", anchored, "event:door", "cam@1.1±2", "--json")
    assert wide.json["verdict"] == "not-resolved"
    none = run("order", anchored, "event:door", "event:shout", "--json")
    assert (none.status, none.json["verdict"], none.json["difference_s"]) == (0, "no-link", None)
    assert run("order", anchored, "mark:mark-1", "event:gate").status == 0
    assert run("order", anchored, "event:nothing", "event:gate").status == 1
    assert run("order", anchored, "gate", "event:gate").status == 2


def test_order_can_keep_the_question(run: Run, anchored: Path) -> None:
    ran = run("order", anchored, "event:door", "event:gate", "--question", "Door first?")
    assert ran.status == 0
    assert [question.words for question in load_case(anchored).questions] == ["Door first?"]


def test_export_refuses_what_is_out_of_date(run: Run, anchored: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    ran = run("export", anchored, "--format", "csv", "--out", out, "--json")
    assert ran.status == 1
    assert ran.json["error"]["code"] == "case-stale"
    assert ran.json["reasons"]
    run("solve", anchored)
    run("mark", anchored, "--event", "gate", "--source", "yard", "--at", "4.02±0.02")
    assert run("export", anchored, "--format", "csv", "--out", out).status == 1
    assert not out.exists()
    run("solve", anchored)
    done = run("export", anchored, "--format", "csv", "--out", out, "--json").json
    assert done["files"] == [str(out)]
    assert done["rounding_s"] < 1e-6
    with out.open(encoding="utf-8", newline="") as file:
        assert any("door" in row for row in csv.reader(file))
    run("export", anchored, "--format", "json", "--out", tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["rows"]


def test_export_does_not_overwrite_the_case(run: Run, anchored: Path) -> None:
    run("solve", anchored)
    before = snapshot(anchored)
    assert run("export", anchored, "--format", "json", "--out", anchored).status == 2
    clip = anchored.parent / "media" / "cam.mp4"
    assert run("export", anchored, "--format", "json", "--out", clip).status == 2
    nowhere = run("export", anchored, "--format", "csv", "--out", "/nowhere/x.csv")
    assert nowhere.status == 1
    assert "Make the folder first" in nowhere.err
    folder = run("export", anchored, "--format", "csv", "--out", anchored.parent / "media")
    assert folder.status == 2
    assert "is no file" in folder.err
    assert snapshot(anchored) == before


def test_a_recording_that_changed_is_said_and_not_marked(
    run: Run, anchored: Path, media: Path
) -> None:
    yard = media / "yard.mp4"
    data = bytearray(yard.read_bytes())
    data[len(data) // 2] ^= 0xFF
    yard.write_bytes(data)
    before = snapshot(anchored)
    ran = run("mark", anchored, "--event", "lamp", "--source", "yard", "--at", "3±0.1")
    assert ran.status == 1
    assert "not the file that was added" in ran.err
    assert snapshot(anchored) == before
    ran = run("solve", anchored, "--json")
    assert ran.status == 0
    assert ran.json["changed_recordings"][0].startswith("yard: yard.mp4 is not the file")
    assert "used as it stands" in ran.err
    yard.unlink()
    ran = run("order", anchored, "event:door", "event:gate", "--json")
    assert ran.json["changed_recordings"]


def test_the_same_reading_does_not_count_twice(run: Run, case: Path) -> None:
    words = ("observe", case, "--reading", "cam@2.00", "14:22:46", "--clock", "wall")
    assert run(*words).status == 0
    ran = run(*words)
    assert ran.status == 1
    assert "must not count twice" in ran.err
