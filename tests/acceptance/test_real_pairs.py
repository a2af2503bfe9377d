"""Recordings whose truth is known come to what they must (benchmarks/real_pairs.py)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.cli import main
from benchmarks.real_pairs import SAMPLE, Known, look, real, sample
from sync.cache import Cache


@pytest.mark.parametrize("known", list(real()), ids=lambda known: known.name)
def test_real_recordings(known: Known, shared_media: Path) -> None:
    found = look(known, shared_media, Cache())
    assert found.wrong == "", found.result.reasons


@pytest.mark.parametrize("known", list(sample()), ids=lambda known: known.name)
def test_recordings_of_the_sample_case(known: Known) -> None:
    found = look(known, SAMPLE, Cache())
    assert found.wrong == "", found.result.reasons
    if found.place is not None:
        assert found.inside, "the sample's stated ranges hold the truth"


def test_the_strobe_and_the_alarm_by_the_verb(capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "correlate", SAMPLE / "cam1_gate.mp4", SAMPLE / "dispatch.flac", "--roi-a", "210,62,35,35",
        "--span-b", "6.755..23.205", "--kind-a", "motion", "--kind-b", "envelope",
    )  # fmt: skip
    assert main([str(word) for word in words]) == 1
    told = capsys.readouterr().out
    assert "Several offsets fit equally well." in told
    assert "repeats itself every 4.00 s" in told
    assert main([str(word) for word in (*words, "--json")]) == 1
    offsets_s = [one["offset_s"] for one in json.loads(capsys.readouterr().out)["candidates"][:4]]
    assert np.diff(sorted(offsets_s)) == pytest.approx([4.0] * 3, abs=0.1)
