"""simulate and calibrate: what they write and print."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.app.cli.conftest import Run


def test_simulated_networks_are_solved_and_hold_their_truth(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "made"
    ran = run("simulate", "S1-n20", "--out", out, "--cases", "3", "--json")
    assert ran.status == 0
    assert [Path(file).name for file in ran.json["files"]] == [
        "S1-n20-00000.json",
        "S1-n20-00001.json",
        "S1-n20-00002.json",
        "truth.json",
    ]
    assert ran.json["truth"] == json.loads((out / "truth.json").read_text(encoding="utf-8"))
    for case in ran.json["truth"]["cases"]:
        (result,) = run("solve", "--network", out / case["file"], "--json").json["results"]
        # Twice the stated 95 % range: a wrong truth is off by far more.
        assert abs(result["value"] - case["answers_s"][0]) < 2 * result["U"]


def test_a_family_is_all_its_scenarios(run: Run, tmp_path: Path) -> None:
    ran = run("simulate", "S3", "--out", tmp_path / "made")
    assert ran.status == 0
    assert "5 networks" in ran.out
    assert len(list((tmp_path / "made").glob("S3-n*.json"))) == 5


def test_same_seed_same_files(run: Run, tmp_path: Path) -> None:
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        assert run("simulate", "net-5", "--out", tmp_path / name, "--seed", seed).status == 0
    a, b, c = (
        {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in "abc"
    )
    assert a == b
    assert a != c


def test_a_folder_with_something_in_it_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    ran = run("simulate", "S1-n1", "--out", tmp_path, "--json")
    assert ran.status == 1
    assert ran.json["error"]["path"] == str(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "words",
    [
        ["simulate", "S99", "--out", "made"],
        ["simulate", "S1-n1"],
        ["simulate", "S1-n1", "--out", "made", "--cases", "0"],
        ["simulate", "S1-n1", "--out", "made", "--seed", "-1"],
        ["calibrate", "--only", "S99"],
        ["calibrate", "--cases", "0"],
        ["calibrate", "--only"],
    ],
)
def test_bad_usage(run: Run, words: list[str], tmp_path: Path) -> None:
    ran = run(*words)
    assert ran.status == 2
    assert ran.err.count("\n") == 1
    if "S99" in words:
        assert "S99" in ran.err
        assert "limits-3-window" in ran.err


def test_calibrate_table(run: Run) -> None:
    words = ("calibrate", "--only", "net-0", "S1-n1", "--cases", "10", "--seed", "1")
    document = run(*words, "--json").json
    assert (document["cases"], document["seed"], document["false_alarms"]) == (10, 1, [])
    assert [(e["scenario"], e["question"]) for e in document["table"]] == [
        ("S1-n1", "correction"),
        ("net-0", "difference"),
        ("net-0", "correction"),
    ]
    for entry in document["table"]:
        assert {"n", "coverage", "low", "high", "median_half_width_s"} <= set(entry)
        assert entry["low"] <= entry["coverage"] <= entry["high"]
        assert sum(entry["statuses"].values()) == entry["cases"] == 10
        assert entry["n"] == entry[entry["of"]]["n"]
    assert document["table"][0]["of"] == "stated"
    assert "none ok: unchecked" in document["table"][0]["remarks"]
    lines = run(*words).out.splitlines()
    assert lines[2].startswith("S1-n1")
    assert "none ok: unchecked" in lines[2]
    assert lines[3].startswith("net-0, difference")


def test_same_seed_prints_the_same_bytes(run: Run) -> None:
    words = ("calibrate", "--only", "S2-n3", "false-alarms", "--cases", "4", "--json", "--seed")
    assert run(*words, "3").out == run(*words, "3").out
    assert run(*words, "3").out != run(*words, "4").out


def test_false_alarms_are_counted(run: Run) -> None:
    document = run("calibrate", "--only", "false-alarms", "--cases", "3", "--json").json
    assert document["table"] == []
    assert len(document["false_alarms"]) == 7
    for entry in document["false_alarms"]:
        assert entry["searches"] == 3
        assert entry["low"] <= entry["share_at_1_percent"] <= entry["high"]


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to one process")
def test_ctrl_c_is_130(environment: dict[str, str]) -> None:
    words = [sys.executable, "-m", "app", "calibrate", "--cases", "100000", "--json"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(out)["error"]["code"] == "cancelled"
