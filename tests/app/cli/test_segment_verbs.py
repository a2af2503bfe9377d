"""A recording without its silences, from the command line: its map, and adding it to a case."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks.silence_removed import KINDS, Made, made
from sync.case.store import load_case
from sync.evidence import Lag, takes_part
from tests.app.cli.conftest import RATE_HZ, Run, snapshot


@pytest.fixture(scope="module")
def truth() -> Made:
    return made(np.random.default_rng(12), KINDS[0], calls=4)


@pytest.fixture
def files(truth: Made, tmp_path: Path) -> tuple[Path, Path]:
    """The continuous recording and the logger's."""
    paths = tmp_path / "air.wav", tmp_path / "logger.wav"
    for path, samples in zip(paths, (truth.other, truth.logger), strict=True):
        loud = samples.values / (1.05 * np.abs(samples.values).max())
        soundfile.write(path, loud, RATE_HZ, subtype="PCM_16")
    return paths


def test_the_map_is_printed_and_is_json(run: Run, truth: Made, files: tuple[Path, Path]) -> None:
    ran = run("correlate", *files, "--json")
    assert ran.status == 0
    found = ran.json
    assert found["segments_of"] == "b"
    offsets = [one["offset_s"] for one in found["segments"]]
    for call in truth.calls:
        assert min(abs(offset - call.offset_s) for offset in offsets) < 0.002
    for segment in found["segments"]:
        match = found["candidates"][segment["candidate"]]
        assert (segment["offset_s"], segment["p"]) == (match["offset_s"], match["p"])
    assert [jump["of"] for jump in found["jumps"]] == ["b"] * (len(found["segments"]) - 1)
    words = run("correlate", *files)
    assert "Stretches of logger.wav, each placed on its own." in words.out
    assert "logger.wav lacks" in words.out


def test_all_stretches_are_added_as_one_act(
    run: Run, truth: Made, files: tuple[Path, Path], tmp_path: Path
) -> None:
    case = tmp_path / "hall.tiepoint"
    assert run("new", case).status == 0
    assert run("add", case, *files).status == 0
    ran = run("correlate", case, "air", "logger", "--accept", "all", "--by", "Ana", "--json")
    assert ran.status == 0
    added = ran.json["added"]
    after = load_case(case)
    assert len(added["breaks"]) == len(after.source("logger").breaks) == len(ran.json["jumps"])
    lags = after.of_kind(Lag)
    assert [lag.id for lag in lags] == added["matches"] and all(map(takes_part, lags))
    assert len(lags) == len(ran.json["segments"]) and added["left_out"] == []
    assert {lag.provenance.by for lag in lags} == {"Ana"}
    assert "lacks its silences" in after.searches[0].note
    before = snapshot(case)
    again = run("correlate", case, "air", "logger", "--accept", "all")
    assert again.status == 1 and again.err.count("\n") <= 2 and "No stretch" in again.err
    assert len(load_case(case).of_kind(Lag)) == len(lags) and snapshot(case) != before


def test_all_needs_a_map(run: Run, case: Path) -> None:
    ran = run("correlate", case, "cam", "yard", "--accept", "all")
    assert ran.status != 0 and ran.err
    assert load_case(case).of_kind(Lag) == ()
    assert run("correlate", case, "cam", "yard", "--accept", "some").status == 2
