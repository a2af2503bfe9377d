"""Real recordings whose truth is known (``../shared/media/MANIFEST.md``)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sync.cache import Cache
from sync.errors import MediaEmpty
from sync.media.frames import FrameReader
from sync.media.inspect import Inspection, inspect


def look(path: Path) -> Inspection:
    return inspect(path, cache=Cache())


def test_intervals_of_the_variable_rate_traffic_camera(shared_media: Path) -> None:
    found = look(shared_media / "cctv/dvr-scan/traffic_camera_vfr.mp4")
    assert found.index is not None
    steps, counts = np.unique(np.diff(found.index.time_ns), return_counts=True)
    assert steps.tolist() == [40_000_000, 80_000_000]
    assert counts.tolist() == [288, 287]
    codes = [note.code for note in found.facts.health]
    assert "variable-rate" in codes
    assert "gap" not in codes
    assert "rate-mismatch" not in codes


@pytest.mark.parametrize(
    "name",
    [
        "vtest.avi",
        "bgslibrary/video.avi",
        "gopro/karma.mp4",
        "intel/bottle-detection.mp4",
        "intel/one-by-one-person-detection.mp4",
    ],
)
def test_recordings_without_repeats_keep_every_frame(shared_media: Path, name: str) -> None:
    picture = look(shared_media / "cctv" / name).facts.picture
    assert picture is not None
    assert picture.pictures == picture.frames


def test_vtest_is_ten_a_second(shared_media: Path) -> None:
    found = look(shared_media / "cctv/vtest.avi")
    assert found.index is not None
    assert found.index.time_ns.tolist() == [k * 100_000_000 for k in range(795)]


def test_a_recording_that_starts_mid_group_and_lacks_times(shared_media: Path) -> None:
    found = look(shared_media / "cctv/bgslibrary/video02.avi")
    assert found.index is not None
    assert (np.diff(found.index.time_ns) > 0).all(), "times follow the order of the pictures"
    assert "missing-pts" in [note.code for note in found.facts.health]
    truth_s = np.arange(len(found.index)) / 25
    assert np.abs(found.index.time_ns / 1e9 - truth_s).max() <= 0.1


def test_claims_are_kept_apart_from_facts(shared_media: Path) -> None:
    karma = look(shared_media / "cctv/gopro/karma.mp4").facts
    claims = {claim.name: claim.value for claim in karma.claims}
    assert claims["timecode"] == "19:26:48:04"
    assert claims["creation_time"].startswith("2017-04-17T19:27:57")
    take = look(shared_media / "odd/wavinfo/sounddevices_A101_1.WAV").facts
    claims = {claim.name: claim.value for claim in take.claims}
    assert claims["time_reference"] == "2190940753"


def test_a_wav_without_samples_is_refused(shared_media: Path) -> None:
    with pytest.raises(MediaEmpty):
        look(shared_media / "odd/pydub/test1_empty.wav")


def test_seeks_in_a_real_recording_are_exact(shared_media: Path) -> None:
    path = shared_media / "cctv/bgslibrary/video02.avi"
    index = look(path).index
    assert index is not None
    with FrameReader(path, index) as reader:
        assert all(reader.frame(i).exact for i in (700, 3, 350, 349, 747, 0))
