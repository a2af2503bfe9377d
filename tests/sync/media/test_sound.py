"""Samples by number: lengths, starts, random access and what a coding hides."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sync.cache import Cache
from sync.errors import MediaEmpty
from sync.media.sound import SoundReader
from sync.timebase import Duration, MediaTime
from tests.sync.media.conftest import CLICKS_S, onsets

RATE_HZ = 8000
EXACT = ["clicks.wav", "clicks.flac", "tagged.mp3", "clicks.m4a"]
DELAYED = {"untagged.mp3": (1689, 1105), "mp3.wav": (1689, 1105), "clicks.aac": (2112, 1024)}
"""Samples: the stated half-width, and by how much this encoder is late."""


def whole(reader: SoundReader) -> np.ndarray:
    return np.concatenate([block for _, block in reader.blocks(3000)])


@pytest.mark.parametrize("name", EXACT)
def test_clicks_are_where_they_were_put(name: str, clip: Callable[[str], Path]) -> None:
    with SoundReader(clip(name)) as reader:
        assert reader.sample_rate_hz == RATE_HZ
        assert reader.channels == 1
        assert reader.start == MediaTime(0)
        assert reader.start_half == Duration(0)
        found = onsets(whole(reader)[:, 0], RATE_HZ)
    assert found == pytest.approx([at * RATE_HZ for at in CLICKS_S], abs=4)


@pytest.mark.parametrize("name", DELAYED)
def test_a_coding_that_hides_its_delay_is_uncertain_by_it(
    name: str, clip: Callable[[str], Path]
) -> None:
    with SoundReader(clip(name)) as reader:
        assert reader.start == MediaTime(0)
        assert reader.start_half == Duration.from_s(Fraction(DELAYED[name][0], RATE_HZ))
        assert [note.code for note in reader.notes] == ["start-uncertain"]
        found = onsets(whole(reader)[:, 0], RATE_HZ)
    late = np.array(found) - np.array(CLICKS_S) * RATE_HZ
    assert late == pytest.approx(DELAYED[name][1], abs=4)


@pytest.mark.parametrize("name", [*EXACT, *DELAYED, "sound.mp4"])
def test_random_reads_equal_the_whole(name: str, clip: Callable[[str], Path]) -> None:
    rng = np.random.default_rng(2)
    with SoundReader(clip(name)) as reader:
        everything = whole(reader)
        assert len(everything) == reader.samples
        for first in rng.integers(0, reader.samples - 10, 15).tolist():
            part = reader.read(first, 2000)
            assert np.allclose(part, everything[first : first + 2000], atol=1e-4)
        assert len(reader.read(reader.samples - 5, 100)) == 5
        assert len(reader.read(reader.samples + 5, 100)) == 0


def test_wav_samples_are_counted_to_the_last(clip: Callable[[str], Path]) -> None:
    with SoundReader(clip("clicks.wav")) as reader:
        assert reader.samples == 8 * RATE_HZ
        assert reader.reader == "soundfile"
        assert reader.time_of(12_345).ns == 12_345 * 125_000
        firsts = [first for first, _ in reader.blocks(30_000)]
        assert firsts == [0, 30_000, 60_000]


def test_sound_of_a_video_is_on_the_timeline_of_its_pictures(
    clip: Callable[[str], Path],
) -> None:
    with SoundReader(clip("sound.mp4")) as reader:
        assert reader.reader == "av"
        found = onsets(whole(reader)[:, 0], reader.sample_rate_hz)
        times_s = [reader.time_of(i).s for i in found]
    assert times_s == pytest.approx(CLICKS_S, abs=0.001)


def test_a_video_without_sound_is_said_to_have_none(clip: Callable[[str], Path]) -> None:
    with pytest.raises(MediaEmpty, match="no sound"):
        SoundReader(clip("cfr.mp4"))


def test_negative_samples_are_refused(clip: Callable[[str], Path]) -> None:
    with SoundReader(clip("clicks.wav")) as reader, pytest.raises(ValueError):
        reader.read(-1, 5)


def test_a_scan_is_kept_and_a_damaged_one_made_again(
    clip: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, cache, sha = clip("clicks.aac"), Cache(tmp_path), "ab" * 32
    with SoundReader(path, cache=cache, sha256=sha) as reader:
        everything, notes = whole(reader), reader.notes
    for entry in tmp_path.rglob("*.npz"):
        entry.write_bytes(entry.read_bytes()[:150])
    with SoundReader(path, cache=cache, sha256=sha) as reader:
        assert reader.samples == len(everything)

    def refuse(*args: object) -> None:
        raise AssertionError("scanned again")

    monkeypatch.setattr("sync.media.sound.scan", refuse)
    with SoundReader(path, cache=cache, sha256=sha) as reader:
        assert reader.notes == notes
        assert np.allclose(reader.read(9000, 4000), everything[9000:13_000], atol=1e-4)


def test_a_flac_cut_short_says_so_and_gives_what_is_there(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    whole = tmp_path / "whole.flac"
    soundfile.write(whole, rng.normal(0, 0.1, 80_000).astype(np.float32), 8000)
    cut = tmp_path / "cut.flac"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    with SoundReader(cut) as reader:
        assert 0 < reader.samples < 40_000
        assert [note.code for note in reader.notes] == ["truncated"]
        held = reader.read(0, 80_000)
    with SoundReader(whole) as reader:
        assert reader.notes == ()
        assert np.array_equal(held, reader.read(0, len(held)))
