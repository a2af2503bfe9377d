"""Recordings whose truth is known come to what they must (benchmarks/real_pairs.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

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
