"""Whole recordings: which signals are compared, and the real ones whose truth is known."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from sync.cache import Cache
from sync.correlate.recordings import correlate_recordings, kind_pairs, read_samples
from sync.correlate.result import SearchResult
from sync.errors import TraceError
from sync.media.facts import MediaFacts
from sync.media.inspect import inspect
from sync.timebase import MediaTime, TimeRange
from tests.sync.correlate.made import Float, speech

SAMPLE = Path(__file__).resolve().parents[3] / "sample_media"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("kept"))


def write(path: Path, values: Float, rate_hz: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((values / np.abs(values).max() * 30_000).astype("<i2").tobytes())
    return path


def between(begin_s: float, end_s: float) -> TimeRange[MediaTime]:
    return TimeRange(MediaTime.from_s(begin_s), MediaTime.from_s(end_s))


def compare(a: Path, b: Path, cache: Cache, **options: object) -> SearchResult:
    facts = [inspect(path, cache=cache).facts for path in (a, b)]
    return correlate_recordings(a, facts[0], b, facts[1], cache=cache, **options)  # type: ignore[arg-type]


def facts_with(picture: bool, sound: bool) -> MediaFacts:
    """Facts of a recording of which only the streams matter."""
    something = object()
    facts = object.__new__(MediaFacts)
    object.__setattr__(facts, "picture", something if picture else None)
    object.__setattr__(facts, "sound", something if sound else None)
    return facts


def test_pairs_of_kinds() -> None:
    silent, heard, both = facts_with(True, False), facts_with(False, True), facts_with(True, True)
    assert kind_pairs(heard, both) == []
    assert kind_pairs(silent, silent) == [
        ("motion", "motion"),
        ("luminance", "luminance"),
        ("flash", "flash"),
    ]
    crossed = kind_pairs(silent, heard)
    assert len(crossed) == 9
    assert ("flash", "onset") in crossed
    assert len(kind_pairs(both, silent)) == 12
    assert kind_pairs(heard, heard, "envelope", "onset") == [("envelope", "onset")]
    # A kind that is not searched by default is compared with itself, or with the other stream.
    assert kind_pairs(silent, silent, "lightbar") == [("lightbar", "lightbar")]
    assert len(kind_pairs(silent, heard, "lightbar")) == 3
    assert kind_pairs(silent, heard, "flash") == [
        ("flash", "envelope"),
        ("flash", "onset"),
        ("flash", "transmissions"),
    ]
    with pytest.raises(TraceError, match="only with samples"):
        kind_pairs(heard, heard, "samples", "onset")
    with pytest.raises(TraceError, match="no sound"):
        kind_pairs(silent, heard, "samples", "samples")
    with pytest.raises(TraceError, match="no signals"):
        kind_pairs(facts_with(False, False), heard)


def test_different_rates_and_spans(tmp_path: Path, cache: Cache) -> None:
    said = speech(np.random.default_rng(0), 30.0, 48_000.0)
    a = write(tmp_path / "a.wav", said, 48_000)
    later = said[round(7.25 * 48_000) :]
    b = write(tmp_path / "b.wav", resample_poly(later, 147, 160), 44_100)
    result = compare(a, b, cache)
    assert result.status == "significant"
    assert result.candidates[0].offset_s == pytest.approx(7.25, abs=1e-4)
    part = compare(a, b, cache, span_b=between(4.0, 7.5))
    assert part.status == "significant"
    assert part.candidates[0].offset_s == pytest.approx(7.25, abs=1e-4)
    assert 4.0 < part.candidates[0].epoch_s < 7.5
    outside = compare(a, b, cache, span_a=between(0.0, 5.0), span_b=between(4.0, 7.5))
    assert outside.status in ("no-match", "weak")
    tiny = compare(a, b, cache, span_b=between(4.0, 5.0))
    assert tiny.status == "not-testable"


def test_reading_a_part_keeps_its_time(tmp_path: Path) -> None:
    values = np.arange(44_100 * 3) % 997 - 498.0
    path = write(tmp_path / "a.wav", values, 44_100)
    whole = read_samples(path, 44_100)
    part = read_samples(path, 44_100, between(1.0, 2.0))
    assert part.start == MediaTime.from_s(1.0)
    np.testing.assert_array_equal(part.values, whole.values[44_100:88_200])
    lower = read_samples(path, 8000)
    assert len(lower.values) == 24_000


def test_asked_kinds_are_kept_and_counted(tmp_path: Path, cache: Cache) -> None:
    rng = np.random.default_rng(1)
    loud = np.repeat(rng.exponential(1.0, 900), 800)
    a = write(tmp_path / "a.wav", loud * rng.standard_normal(len(loud)), 8000)
    cut = loud[8000 * 10 :]
    b = write(tmp_path / "b.wav", cut * rng.standard_normal(len(cut)), 8000)
    result = compare(a, b, cache, kind_a="envelope", kind_b="envelope", surrogates=99)
    assert result.status == "significant"
    assert result.candidates[0].offset_s == pytest.approx(10.0, abs=0.1)
    assert result.searched.family == 1
    assert result.others == ()
    # The noise that carries the loudness is another one: sample by sample there is no match.
    assert compare(a, b, cache).status in ("no-match", "weak")


# -- the sample case; recordings whose truth is known: tests/acceptance -------------------------


def test_every_pair_of_signals_that_was_tried_is_counted_and_said(cache: Cache) -> None:
    if not (SAMPLE / "cam4_hall.mp4").is_file():
        pytest.skip("the sample case has not been made")
    elsewhere = compare(SAMPLE / "cam4_hall.mp4", SAMPLE / "dispatch.flac", cache, surrogates=99)
    assert elsewhere.status == "no-match"
    assert elsewhere.searched.family == 9
    assert len(elsewhere.others) == 8
    assert any("9 pairs of signals" in reason for reason in elsewhere.reasons)


def test_one_recording_against_itself_and_its_own_channels(tmp_path: Path, cache: Cache) -> None:
    said = speech(np.random.default_rng(3), 12.0)
    # A transmission is heard on one channel a little later than on the other.
    two = np.stack([said[400:], said[:-400]], axis=1)
    path = tmp_path / "two.wav"
    soundfile.write(path, two / np.abs(two).max() * 0.8, 8000)
    same = compare(path, path, cache, channel_a=1, channel_b=1)
    assert same.status == "not-testable"
    assert "same recording" in same.reasons[0]
    apart = compare(path, path, cache, channel_a=1, channel_b=0)
    assert apart.status == "significant"
    assert apart.candidates[0].offset_s == pytest.approx(0.05, abs=1e-4)
    assert (apart.searched.channel_a, apart.searched.channel_b) == (1, 0)
