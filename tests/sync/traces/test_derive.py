"""Traces of real and made recordings, the cache, and files."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from sync.cache import Cache
from sync.errors import StorageError, TraceError
from sync.media.facts import MediaFacts
from sync.media.inspect import inspect
from sync.progress import CancelToken, Progress
from sync.timebase import MediaTime
from sync.traces.derive import derive_trace, read_trace, write_trace
from sync.traces.trace import Trace, TraceKind


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "kept")


@pytest.fixture
def beeps(tmp_path: Path) -> tuple[Path, MediaFacts]:
    """Twenty seconds of faint noise with a loud second at 5 and 12 s."""
    rate = 8000
    values = 20 * np.random.default_rng(0).standard_normal(rate * 20)
    for at in (5, 12):
        values[at * rate : (at + 1) * rate] += 8000 * np.sin(np.arange(rate) * 0.5)
    path = tmp_path / "beeps.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(values.astype("<i2").tobytes())
    return path, inspect(path, cache=None).facts


def same(first: Trace, second: Trace) -> None:
    assert first.kind == second.kind
    assert first.start == second.start
    assert first.step_ns == second.step_ns
    np.testing.assert_array_equal(first.valid, second.valid)
    np.testing.assert_array_equal(first.values, second.values)


@pytest.mark.parametrize("kind", ["envelope", "onset", "transmissions"])
def test_sound_kinds(beeps: tuple[Path, MediaFacts], kind: TraceKind, cache: Cache) -> None:
    path, facts = beeps
    trace = derive_trace(path, facts, kind, cache=cache)
    assert trace.kind == kind
    assert trace.source_sha256 == facts.sha256
    assert trace.rate_hz == (25.0 if kind == "onset" else 10.0)
    assert trace.valid.all()
    assert trace.parameters["method"]
    loudest = trace.times_s()[trace.values.argmax()]
    assert min(abs(loudest - 5.5), abs(loudest - 12.5)) < 0.6
    same(trace, derive_trace(path, facts, kind, cache=cache))


def test_kept_traces_need_no_file(beeps: tuple[Path, MediaFacts], cache: Cache) -> None:
    path, facts = beeps
    first = derive_trace(path, facts, "envelope", cache=cache)
    path.unlink()
    again = derive_trace(path, facts, "envelope", cache=cache)
    same(first, again)
    assert again.parameters == first.parameters


def test_rate_is_part_of_the_key(beeps: tuple[Path, MediaFacts], cache: Cache) -> None:
    path, facts = beeps
    assert len(derive_trace(path, facts, "envelope", rate_hz=5.0, cache=cache)) == 100
    assert len(derive_trace(path, facts, "envelope", rate_hz=20.0, cache=cache)) == 400


def test_what_a_recording_does_not_have(beeps: tuple[Path, MediaFacts]) -> None:
    path, facts = beeps
    with pytest.raises(TraceError, match=r"beeps\.wav has no picture") as caught:
        derive_trace(path, facts, "motion")
    assert caught.value.hint is not None
    with pytest.raises(TraceError, match="region belongs to the picture"):
        derive_trace(path, facts, "envelope", roi=(0, 0, 5, 5))
    with pytest.raises(TraceError, match="cannot derive"):
        derive_trace(path, facts, "tone")
    with pytest.raises(TraceError, match="samples a second"):
        derive_trace(path, facts, "envelope", rate_hz=0.0)


def test_can_be_cancelled(beeps: tuple[Path, MediaFacts], cache: Cache) -> None:
    from sync.errors import Cancelled

    token = CancelToken()
    token.cancel()
    path, facts = beeps
    with pytest.raises(Cancelled):
        derive_trace(path, facts, "envelope", cache=cache, progress=Progress(cancel=token))


def test_real_silent_camera(shared_media: Path, cache: Cache) -> None:
    path = shared_media / "cctv" / "dvr-scan" / "issue53_brightness_change.avi"
    facts = inspect(path, cache=cache).facts
    light = derive_trace(path, facts, "luminance", cache=cache)
    flash = derive_trace(path, facts, "flash", cache=cache)
    moved = derive_trace(path, facts, "motion", cache=cache)
    assert 0 < light.values[light.valid].mean() < 255
    assert np.ptp(light.values[light.valid]) > 5
    assert flash.valid.mean() > 0.9
    # Values are only valid inside the recording.
    assert moved.valid.mean() > 0.9
    assert moved.times_s()[-1] < facts.duration.s + 0.1
    assert isinstance(moved.parameters["picture_interval_ns"], int)
    with pytest.raises(TraceError, match="has no sound"):
        derive_trace(path, facts, "envelope")
    with pytest.raises(TraceError, match="does not lie in the picture"):
        derive_trace(path, facts, "motion", roi=(5000, 0, 10, 10), cache=cache)


def test_variable_rate_twin_moves_alike(shared_media: Path, cache: Cache) -> None:
    folder = shared_media / "cctv" / "dvr-scan"
    means = []
    for name in ("traffic_camera.mp4", "traffic_camera_vfr.mp4"):
        facts = inspect(folder / name, cache=cache).facts
        trace = derive_trace(folder / name, facts, "motion", cache=cache)
        assert trace.valid[1:-1].all()
        # Gaps of 80 ms must not show as a comb: neighbours differ less than the whole spreads.
        values = trace.values[trace.valid]
        assert np.abs(np.diff(values)).mean() < values.std()
        means.append(values.mean())
    assert means[0] == pytest.approx(means[1], rel=0.05)


# -- files ----------------------------------------------------------------------------------------


@pytest.fixture
def made() -> Trace:
    values = np.random.default_rng(1).standard_normal(50)
    valid = np.ones(50, bool)
    valid[7:9] = False
    return Trace(
        kind="motion",
        source_sha256="ab" * 32,
        start=MediaTime(-123_456_789),
        step_ns=33_366_667,
        values=np.where(valid, values, 0.0),
        valid=valid,
        parameters={"method": "test", "roi": [1, 2, 3, 4]},
    )


def test_csv_and_back(made: Trace, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_trace(made, path)
    lines = path.read_text().splitlines()
    assert lines[0] == "time_s,value"
    assert lines[1].startswith("-0.123456789,")
    assert lines[8].endswith(",")
    same(read_trace(path, kind="motion"), made)


def test_npz_and_back(made: Trace, tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    write_trace(made, path)
    back = read_trace(path)
    same(back, made)
    assert back.parameters == made.parameters
    assert back.source_sha256 == made.source_sha256


def test_times_rounded_by_a_spreadsheet_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{i / 29.97:.3f},{i}" for i in range(300)]
    path.write_text("time_s,value\r\n" + "\r\n".join(rows) + "\r\n")
    trace = read_trace(path)
    assert trace.rate_hz == pytest.approx(29.97, rel=1e-4)
    assert trace.kind == "envelope"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "first line"),
        ("a,b\n1,2\n", "first line"),
        ("time_s,value\n", "fewer than two"),
        ("time_s,value\n0,1\n", "fewer than two"),
        ("time_s,value\n0,1\n1,x\n", "line 3"),
        ("time_s,value\n0,1\nx,1\n", "line 3"),
        ("time_s,value\n0,1\n1\n", "line 3"),
        ("time_s,value\n0,1\n1,inf\n", "line 3"),
        ("time_s,value\n1,1\n0,2\n", "do not increase"),
        ("time_s,value\n0,1\n1,2\n3,3\n4,3\n", "not evenly spaced"),
        ("\x00\x01\x02", "first line"),
        ("PK not really an archive", "not a trace file"),
    ],
)
def test_what_is_not_a_trace_says_where(text: str, word: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(TraceError, match=word):
        read_trace(path)


def test_missing_and_unwritable(made: Trace, tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="cannot be read"):
        read_trace(tmp_path / "none.csv")
    with pytest.raises(StorageError, match="cannot be written"):
        write_trace(made, tmp_path / "nowhere" / "t.csv")
    with pytest.raises(TraceError, match=r"as \.csv or \.npz"):
        write_trace(made, tmp_path / "t.txt")
