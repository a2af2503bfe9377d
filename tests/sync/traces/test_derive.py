"""Traces of real and made recordings, the cache, and files."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from sync.cache import Cache
from sync.errors import StorageError, TraceError
from sync.media import one_pass
from sync.media.facts import MediaFacts
from sync.media.inspect import inspect
from sync.media.sound import SoundReader
from sync.progress import CancelToken, Progress
from sync.timebase import MediaTime
from sync.traces.derive import derive_trace, derive_traces
from sync.traces.files import read_trace, write_trace
from sync.traces.impulses import Impulses
from sync.traces.lightbar import LightBar, find_lightbars, measure_alternation
from sync.traces.picture import Region
from sync.traces.sound_cells import read_once
from sync.traces.squelch import find_transmissions
from sync.traces.tones import Tone, Tones
from sync.traces.trace import (
    ALL_PICTURE_KINDS,
    ALL_SOUND_KINDS,
    KINDS,
    PICTURE_KINDS,
    SOUND_KINDS,
    Trace,
    TraceKind,
)
from tests.support.made_media import click_track, write_clip


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


@pytest.fixture(scope="module")
def sample() -> Path:
    return Path(__file__).parents[3] / "sample_media"


def truth_s(sample: Path, event: str, source: str, stream: str) -> float:
    """Media time of an event of the sample case."""
    events = json.loads((sample / "truth.json").read_text(encoding="utf-8"))["events"]
    (marks,) = (one["marks"] for one in events if one["name"] == event)
    (at,) = (m["media_s"] for m in marks if (m["source"], m["stream"]) == (source, stream))
    return float(at)


def same(first: Trace, second: Trace) -> None:
    assert first.kind == second.kind
    assert first.start == second.start
    assert first.step_ns == second.step_ns
    np.testing.assert_array_equal(first.valid, second.valid)
    np.testing.assert_array_equal(first.values, second.values)


@pytest.mark.parametrize("kind", ["envelope", "onset", "transmissions", "tone"])
def test_sound_kinds(beeps: tuple[Path, MediaFacts], kind: TraceKind, cache: Cache) -> None:
    path, facts = beeps
    trace = derive_trace(path, facts, kind, cache=cache)
    assert trace.kind == kind
    assert trace.source_sha256 == facts.sha256
    assert trace.rate_hz == (25.0 if kind in ("onset", "tone") else 10.0)
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
        derive_trace(path, facts, "gravity")  # type: ignore[arg-type]
    with pytest.raises(TraceError, match="samples a second"):
        derive_trace(path, facts, "envelope", rate_hz=0.0)


def test_many_traces_of_one_reading(
    tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = click_track(4, 48_000, (1.0, 2.5))
    path = write_clip(tmp_path / "clip.mp4", range(100), noise=3, sound=sound)
    facts = inspect(path, cache=None).facts
    regions: list[Region | None] = [None, (0, 90, 320, 50), (10, 20, 30, 40)]
    count = {"decode": 0, "sound": 0}
    passed, read = one_pass.decode_pass, SoundReader.blocks

    def decode_pass(*args: Any) -> None:
        count["decode"] += 1
        passed(*args)

    def blocks(self: SoundReader, size: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        count["sound"] += 1
        return read(self, size)

    monkeypatch.setattr(one_pass, "decode_pass", decode_pass)
    monkeypatch.setattr(SoundReader, "blocks", blocks)
    kinds: list[TraceKind] = ["motion", "luminance", "flash", "steps", *ALL_SOUND_KINDS]
    together = derive_traces(path, facts, kinds, regions=regions)
    assert count == {"decode": 1, "sound": 1}
    assert list(together) == [(kind, roi) for kind in kinds[:4] for roi in regions] + [
        (kind, None) for kind in ALL_SOUND_KINDS
    ]
    monkeypatch.undo()
    for (kind, roi), trace in together.items():
        same(trace, derive_trace(path, facts, kind, roi=roi, cache=cache))
        assert trace.parameters["roi"] == (None if roi is None else list(roi))
    path.unlink()  # all of them are kept, one by one
    again = derive_traces(path, facts, kinds, regions=regions, cache=cache)
    for key, trace in again.items():
        same(trace, together[key])
        assert trace.parameters == together[key].parameters


def test_what_a_default_search_tries_is_part_of_what_can_be_derived() -> None:
    assert set(KINDS) == set(get_args(TraceKind))
    assert set(PICTURE_KINDS) <= set(ALL_PICTURE_KINDS)
    assert set(SOUND_KINDS) <= set(ALL_SOUND_KINDS)
    # One kind more makes every stated chance larger: a decision, never a side effect.
    assert (len(PICTURE_KINDS), len(SOUND_KINDS)) == (3, 3)


def test_activity_needs_no_decoder(
    tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = [*range(100), *[100] * 100]  # four seconds of movement, four of a still
    path = write_clip(tmp_path / "clip.mp4", moving, gop=50)
    facts = inspect(path, cache=None).facts

    def refuse(*args: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(one_pass, "decode_pass", refuse)
    trace = derive_trace(path, facts, "activity", rate_hz=25.0, cache=cache)
    at = trace.times_s()
    moved = trace.values[trace.valid & (at < 3.8)]
    still = trace.values[trace.valid & (at > 4.3)]
    assert np.median(moved) > 5 * np.median(still)
    keys = np.abs(at[:, None] - np.array([0, 2, 4, 6]) - 0.02).min(axis=1) < 0.01
    assert not trace.valid[keys].any()
    assert trace.valid[~keys].all()
    with pytest.raises(TraceError, match="no regions"):
        derive_trace(path, facts, "activity", roi=(0, 0, 9, 9))


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


@pytest.mark.parametrize("name", ["motion.csv", "cam1 motion (2).csv", "CAM1-Motion.csv"])
def test_a_csv_s_name_says_its_kind(made: Trace, tmp_path: Path, name: str) -> None:
    write_trace(made, tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith("time_s,value\n")
    assert read_trace(tmp_path / name).kind == "motion"
    assert read_trace(tmp_path / name, kind="flash").kind == "motion"


@pytest.mark.parametrize("name", ["locomotion.csv", "motion and flash.csv", "a.csv"])
def test_a_name_that_does_not_say_it(made: Trace, tmp_path: Path, name: str) -> None:
    write_trace(made, tmp_path / name)
    assert read_trace(tmp_path / name, kind="onset").kind == "onset"


def test_a_first_line_may_say_the_kind(tmp_path: Path) -> None:
    path = tmp_path / "motion.csv"
    path.write_text("# kind=flash\ntime_s,value\n0,1\n0.1,2\n0.2,\n", encoding="utf-8")
    trace = read_trace(path)
    assert trace.kind == "flash"
    assert trace.valid.tolist() == [True, True, False]
    path.write_text("# kind: gravity\ntime_s,value\n0,1\n0.1,2\n", encoding="utf-8")
    with pytest.raises(TraceError, match="no kind of trace 'gravity'"):
        read_trace(path)
    path.write_text("# kind=flash\ntime_s,value\n0,1\n0.1,2\nx,2\n", encoding="utf-8")
    with pytest.raises(TraceError, match="line 5"):
        read_trace(path)


# -- the sample case and real recordings ----------------------------------------------------------


def lightbars(path: Path) -> tuple[LightBar, ...]:
    cache = Cache()  # the run's own: other tests read the same recordings
    sequence = one_pass.small_pictures(path, inspect(path, cache=cache).facts, cache)
    return find_lightbars(measure_alternation(sequence, [None]))


@pytest.mark.parametrize(
    ("name", "source", "picture_s"),
    [("cam1_gate.mp4", "cam1", 1 / 15), ("cam3_door.mp4", "cam3", 0.1),
     ("phone.mp4", "phone", 0.034)],
)  # fmt: skip
def test_the_sample_s_light_bar(sample: Path, name: str, source: str, picture_s: float) -> None:
    (bar,) = lightbars(sample / name)
    late_s = bar.start.s - truth_s(sample, "light_bar", source, "picture")
    assert 0 <= late_s <= picture_s + 0.001


def test_the_sample_s_other_cameras_have_none(sample: Path) -> None:
    assert lightbars(sample / "cam4_hall.mp4") == ()
    with pytest.raises(TraceError, match="no colour"):
        lightbars(sample / "cam2_yard.mp4")


def test_the_sample_s_lamp_strobe_and_flash(sample: Path) -> None:
    path = sample / "cam1_gate.mp4"
    facts = inspect(path, cache=Cache()).facts
    strobe: Region = (212, 60, 20, 24)
    traces = derive_traces(path, facts, ["flash", "steps"], regions=[None, strobe], cache=Cache())
    stepped, flashed, struck = (
        traces["steps", None], traces["flash", None], traces["flash", strobe],
    )  # fmt: skip
    lamp_s = truth_s(sample, "lamp", "cam1", "picture")
    first = np.flatnonzero(stepped.values)[0]
    assert 0 <= stepped.times_s()[first] - lamp_s <= 1 / 15 + 0.02
    at_s = flashed.times_s()
    for event in ("lamp", "flash"):
        true_s = truth_s(sample, event, "cam1", "picture")
        before = flashed.values[(at_s > true_s - 0.25) & (at_s < true_s - 0.02)].max()
        after = flashed.values[(at_s > true_s) & (at_s < true_s + 1 / 15 + 0.04)].max()
        assert after > max(3.0, 3 * before), event
    # Four groups of three pulses a second apart; in its region the strobe is all there is.
    true = truth_s(sample, "strobe", "cam1", "picture") + np.array(
        [4.0 * k + j for k in range(4) for j in range(3)]
    )
    near = (at_s > true[0] - 5) & (at_s < true[-1] + 0.9)
    rises = np.flatnonzero(np.diff((struck.values[near] > 60).astype(int)) == 1) + 1
    late = at_s[near][rises] - true
    assert (late > -0.02).all()
    assert (late < 1 / 15 + 0.04).all()


def heard(path: Path) -> tuple[tuple[Tone, ...], tuple[float, ...]]:
    """Tones and impulses (s)."""
    with SoundReader(path) as reader:
        tones, impulses = Tones(reader, 25.0), Impulses(reader, 25.0)
        read_once(reader, [tones, impulses])
        return tones.found(), tuple(one.at.s for one in impulses.found())


def test_the_sample_s_dispatch_recording(sample: Path) -> None:
    tones, impulses = heard(sample / "dispatch.flac")
    assert [tone.kind for tone in tones] == ["temporal-3"] * 4 + ["sweep"]
    first_s = truth_s(sample, "strobe", "dispatch", "sound")
    starts = [tone.start.s for tone in tones[:4]]
    np.testing.assert_allclose(starts, first_s + 4.0 * np.arange(4), atol=0.05)
    siren_s = truth_s(sample, "siren", "dispatch", "sound")
    assert tones[4].start.s == pytest.approx(siren_s, abs=0.05)
    true = [truth_s(sample, event, "dispatch", "sound") for event in ("barrier", "door")]
    np.testing.assert_allclose(impulses, true, atol=0.01)
    with SoundReader(sample / "dispatch.flac") as reader:
        calls = find_transmissions(reader)
    truth = json.loads((sample / "truth.json").read_text(encoding="utf-8"))
    spans = [(one["from_s"], one["to_s"]) for one in truth["sources"]["dispatch"]["segments"]]
    assert len(calls) == len(spans) == 14
    np.testing.assert_allclose([(c.start.s, c.end.s) for c in calls], spans, atol=0.05)


def test_real_paging(shared_media: Path) -> None:
    folder = shared_media / "radio" / "icad"
    pages = heard(folder / "two_tone_example.wav")[0]
    assert [tone.kind for tone in pages] == ["two-tone page"] * 2
    np.testing.assert_allclose(pages[0].pitches_hz, [2574, 2259], rtol=0.003)
    np.testing.assert_allclose(pages[1].pitches_hz, [1287, 1179], rtol=0.003)
    for name, count, pitches in (
        ("long_tone_example.wav", 1, {1004}),
        ("pulsed_example.wav", 16, {1011}),
        ("hi_low_tone_example.wav", 12, {807, 1506}),
        ("mdc_example.wav", 0, set()),
        ("dtmf_example.wav", 0, set()),
    ):
        tones = heard(folder / name)[0]
        assert [tone.kind for tone in tones] == ["tone"] * count, name
        assert {round(tone.pitches_hz[0]) for tone in tones} == pitches


def test_a_real_alarm_and_its_period(shared_media: Path) -> None:
    alarms, impulses = heard(shared_media / "events" / "alarm" / "fire_alarm.wav")
    assert [tone.kind for tone in alarms] == ["temporal-3"] * 4
    assert np.diff([tone.start.s for tone in alarms]).mean() == pytest.approx(4.664, abs=0.03)
    assert impulses == ()


@pytest.mark.parametrize(
    "name",
    ["vtest.avi", "dvr-scan/traffic_camera.mp4", "intel/bottle-detection.mp4",
     "bgslibrary/video.avi"],
)  # fmt: skip
def test_real_cameras_have_no_light_bar(shared_media: Path, name: str) -> None:
    assert lightbars(shared_media / "cctv" / name) == ()


def test_real_speech_and_music_have_no_alarm(shared_media: Path) -> None:
    special = []
    for name in ("pairs/audio-offset-finder/timbl_1.mp3", "odd/pydub/party.mp3",
                 "odd/pydub/bach.ogg", "odd/pydub/format_test.m4a"):  # fmt: skip
        special += [tone for tone in heard(shared_media / name)[0] if tone.kind != "tone"]
    assert special == []
