"""Bare sound with a typed coding, and one channel of several, from the command line."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.app.cli.conftest import RATE_HZ, Run


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    path = tmp_path / "line7.ul"
    tone = 0.5 * np.sin(np.arange(3 * RATE_HZ) / 3)
    soundfile.write(path, tone, RATE_HZ, format="RAW", subtype="ULAW")
    return path


def test_bare_mu_law_is_inspected_and_added_on_a_persons_word(
    run: Run, bare: Path, tmp_path: Path
) -> None:
    raw = f"mulaw,{RATE_HZ}"
    found = run("inspect", bare, "--raw", raw, "--json").json
    assert found["duration_s"] == 3.0
    assert found["streams"][0]["codec"] == "raw mulaw"
    assert [note["code"] for note in found["health"]] == ["typed-coding"]
    assert "as a person stated" in run("inspect", bare, "--raw", raw).out
    case = tmp_path / "line"
    run("new", case)
    added = run("add", case, bare, "--raw", raw, "--json").json["sources"]
    assert (added[0]["duration_s"], added[0]["streams"]) == (3.0, ["sound"])


@pytest.mark.parametrize("raw", ["mulaw", "opus,8000", "mulaw,0"])
def test_a_mistyped_coding_is_bad_usage(run: Run, bare: Path, raw: str) -> None:
    done = run("inspect", bare, "--raw", raw)
    assert done.status == 2
    assert f"--raw {raw}" in done.err


def test_a_trace_of_one_channel_differs_from_the_other(run: Run, tmp_path: Path) -> None:
    call = np.sin(np.arange(2 * RATE_HZ) / 3) * 0.5
    left, right = np.zeros(6 * RATE_HZ), np.zeros(6 * RATE_HZ)
    left[RATE_HZ : 3 * RATE_HZ], right[3 * RATE_HZ : 5 * RATE_HZ] = call, call
    path = tmp_path / "groups.wav"
    soundfile.write(path, np.stack((left, right), axis=1), RATE_HZ)
    loudest = []
    for channel in ("1", "2"):
        out = tmp_path / f"{channel}.csv"
        run("trace", path, "--kind", "envelope", "--channel", channel, "--out", out)
        rows = [row for row in csv.DictReader(out.read_text().splitlines()) if row["value"]]
        values = np.array([float(row["value"]) for row in rows])
        times = np.array([float(row["time_s"]) for row in rows])
        loudest.append(times[values > (values.min() + values.max()) / 2].mean())
    assert loudest == pytest.approx([2.0, 4.0], abs=0.2)
    third = run("trace", path, "--kind", "envelope", "--channel", "3", "--out", out)
    assert third.status == 1
    assert "2 channels" in third.err


def test_channels_are_searched_one_by_one(run: Run, tmp_path: Path) -> None:
    random = np.random.default_rng(8)
    heard, other = random.normal(0, 0.2, (2, 30 * RATE_HZ))
    soundfile.write(tmp_path / "two.wav", np.stack((other, heard), axis=1), RATE_HZ)
    soundfile.write(tmp_path / "one.wav", heard[7 * RATE_HZ : 20 * RATE_HZ], RATE_HZ)
    files = (tmp_path / "two.wav", tmp_path / "one.wav")
    right = run("correlate", *files, "--channel-a", "2", "--json").json
    assert right["status"] == "significant"
    assert right["candidates"][0]["offset_s"] == pytest.approx(7.0, abs=0.001)
    wrong = run("correlate", *files, "--channel-a", "1", "--json").json
    assert wrong["status"] != "significant"
