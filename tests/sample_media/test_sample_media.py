"""The sample's files are what its truth and its papers say."""

import csv
import json
from itertools import pairwise
from typing import Any

import av
import numpy as np
import pytest
import soundfile
from scipy.fft import irfft, next_fast_len, rfft

from sample_media import folder

MEDIA = (
    "cam1_gate.mp4", "cam2_yard.mp4", "cam3_door.mp4", "cam4_hall.mp4", "dispatch.flac",
    "dispatch_copy.mp3", "phone.mp4",
)  # fmt: skip
PAPERS = ("cad.csv", "cam2_recorder_log.csv", "truth.json", "analyst.json")


def _load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder() / name).read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return _load("truth.json")


@pytest.fixture(scope="module")
def analyst() -> dict[str, Any]:
    return _load("analyst.json")


def _true_marks(truth: dict[str, Any]) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {
        (event["name"], mark["source"], mark["stream"]): mark
        for event in truth["events"]
        for mark in event["marks"]
    }


def _picture_times_s(name: str) -> list[float]:
    """Presentation times of all frames, from the packets alone (no file here has B-pictures)."""
    with av.open(str(folder() / name)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        return [
            float(packet.pts * stream.time_base)
            for packet in container.demux(stream)
            if packet.pts is not None
        ]


def _decoded_sound(name: str) -> tuple[np.ndarray, int]:
    with av.open(str(folder() / name)) as container:
        frames = list(container.decode(container.streams.audio[0]))
        return np.concatenate([f.to_ndarray().mean(axis=0) for f in frames]), frames[0].sample_rate


def _lag_s(first: np.ndarray, second: np.ndarray, *, whiten: bool) -> float:
    """How much later the same sound is in `second`, seconds at 8 kHz."""
    count = next_fast_len(first.size + second.size, real=True)
    product = rfft(second, count) * np.conj(rfft(first, count))
    if whiten:
        band = np.linspace(0, 4000, product.size)
        product = product / (np.abs(product) + 1e-9) * ((band > 300) & (band < 3000))
    best = int(np.argmax(np.abs(irfft(product, count))))
    return (best if best < second.size else best - count) / 8000


def test_everything_is_there_and_small() -> None:
    sizes = [(folder() / name).stat().st_size for name in (*MEDIA, *PAPERS)]
    assert sum(sizes) <= 12_000_000
    assert min(sizes) > 0


@pytest.mark.parametrize(
    ("name", "length_s"),
    [("cam1_gate.mp4", 150), ("cam2_yard.mp4", 70.6), ("cam3_door.mp4", 100),
     ("cam4_hall.mp4", 100), ("phone.mp4", 40.04)],
)  # fmt: skip
def test_pictures(name: str, length_s: float) -> None:
    with av.open(str(folder() / name)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.codec.name) == (640, 360, "h264")
        assert "creation_time" not in {**container.metadata, **stream.metadata}
    times_s = _picture_times_s(name)
    assert times_s[0] == 0
    assert np.all(np.diff(times_s) > 0)
    assert times_s[-1] == pytest.approx(length_s, abs=0.13)


@pytest.mark.parametrize(
    ("name", "step_s"),
    [("cam1_gate.mp4", 1 / 15), ("cam3_door.mp4", 1 / 30), ("cam4_hall.mp4", 1 / 12),
     ("phone.mp4", 1001 / 30_000)],
)  # fmt: skip
def test_constant_rates(name: str, step_s: float) -> None:
    assert np.allclose(np.diff(_picture_times_s(name)), step_s, atol=2e-5)


def test_yard_camera_is_irregular_and_hides_its_gap(truth: dict[str, Any]) -> None:
    times_s = np.array(_picture_times_s("cam2_yard.mp4"))
    steps_ms = np.round(np.diff(times_s) * 1000).astype(int)
    assert set(steps_ms) == {40, 80, 120}
    assert (times_s.size - 1) / times_s[-1] == pytest.approx(12.5, abs=0.6)
    break_s = truth["sources"]["cam2"]["segments"][1]["from_s"]
    after = int(np.argmin(np.abs(times_s - break_s)))
    assert times_s[after] == pytest.approx(break_s, abs=1e-4)
    assert times_s[after] - times_s[after - 1] == pytest.approx(0.08, abs=1e-4)
    before, later = truth["sources"]["cam2"]["segments"]
    assert later["offset_s"] - before["offset_s"] == pytest.approx(19.36, abs=0.01)


def test_door_camera_shows_each_picture_three_times() -> None:
    unlike, before = [], None
    with av.open(str(folder() / "cam3_door.mp4")) as container:
        for frame in container.decode(video=0):
            image = frame.to_ndarray(format="gray")[::2, ::2].astype(np.int16)
            if before is not None:
                unlike.append(float(np.abs(image - before).mean()))
            before = image
            if len(unlike) >= 899:
                break
    new, second, third = unlike[2:-2:3], unlike[3:-1:3], unlike[4::3]
    alone = [n > 1.5 * max(s, t) for n, s, t in zip(new, second, third, strict=True)]
    assert np.mean(alone) > 0.99
    assert np.median(second + third) < 0.15 * np.median(new)


def test_dispatch_is_78_s_of_14_calls(truth: dict[str, Any]) -> None:
    calls = truth["sources"]["dispatch"]["segments"]
    assert len(calls) == 14
    sound, rate_hz = soundfile.read(folder() / "dispatch.flac")
    assert (rate_hz, sound.ndim) == (8000, 1)
    assert sound.size / rate_hz == pytest.approx(calls[-1]["to_s"], abs=0.001)
    assert sound.size / rate_hz == pytest.approx(78, abs=0.5)
    real_s = calls[-1]["keyed_s"] + calls[-1]["to_s"] - calls[-1]["from_s"] - calls[0]["keyed_s"]
    assert real_s == pytest.approx(175, abs=0.5)
    loud = np.sqrt(np.mean(sound**2))
    for before, after in pairwise(calls):
        pause = sound[round(before["to_s"] * 8000) : round(after["from_s"] * 8000)]
        assert 0.06 <= pause.size / 8000 <= 0.12
        assert np.sqrt(np.mean(pause**2)) < loud / 50


def test_mp3_copy_is_late(truth: dict[str, Any]) -> None:
    original, _ = soundfile.read(folder() / "dispatch.flac")
    copy, rate_hz = _decoded_sound("dispatch_copy.mp3")
    assert rate_hz == 8000
    late_s = _lag_s(original, copy, whiten=False)
    assert late_s == pytest.approx(truth["sources"]["dispatch_copy"]["late_s"], abs=0.0005)
    assert late_s == pytest.approx(0.138, abs=0.001)


@pytest.mark.parametrize(("call", "through"), [(9, "siren"), (10, "copy_moving")])
def test_phone_hears_what_dispatch_hears(call: int, through: str, truth: dict[str, Any]) -> None:
    marks = _true_marks(truth)
    expected_s = (
        marks[through, "phone", "sound"]["media_s"]
        - (marks[through, "dispatch", "sound"]["media_s"])
    )
    segment = truth["sources"]["dispatch"]["segments"][call - 1]
    dispatch, _ = soundfile.read(folder() / "dispatch.flac")
    part = dispatch[round(segment["from_s"] * 8000) : round(segment["to_s"] * 8000)]
    phone, rate_hz = _decoded_sound("phone.mp4")
    assert rate_hz == 8000
    lag_s = _lag_s(part, phone, whiten=True) - segment["from_s"]
    assert lag_s == pytest.approx(expected_s, abs=0.003)


def test_truth_is_consistent(truth: dict[str, Any]) -> None:
    for event in truth["events"]:
        for mark in event["marks"]:
            source = truth["sources"][mark["source"]]
            segment = source["segments"][mark["segment"]]
            drift = source["drift_ppm"] * 1e-6
            shown_s = mark["media_s"] * (1 + drift) + segment["offset_s"]
            delay_s = sum(delay["delay_s"] for delay in mark["delays"])
            assert shown_s - delay_s == pytest.approx(event["reference_s"], abs=1e-4)
            assert mark["in_file"] == (mark["media_s"] >= 0)
            assert mark["media_s"] <= segment["to_s"]


def test_questions(truth: dict[str, Any]) -> None:
    at_s = {event["name"]: event["reference_s"] for event in truth["events"]}
    first, second = truth["questions"]
    assert at_s[first["b"]] - at_s[first["a"]] == pytest.approx(0.64)
    assert at_s[second["b"]] - at_s[second["a"]] == pytest.approx(0.40)
    assert truth["naive"]["words_before_flash_s"] == pytest.approx(3.0, abs=0.15)
    assert truth["cam1_clock"]["then_shows_less_s"] == pytest.approx(41.84, abs=0.005)


def test_every_bracket_holds_the_truth(truth: dict[str, Any], analyst: dict[str, Any]) -> None:
    marks = _true_marks(truth)
    for mark in analyst["marks"]:
        true_s = marks[mark["event"], mark["source"], mark["stream"]]["media_s"]
        if mark["stream"] == "sound":
            assert abs(mark["at_s"] - true_s) <= mark["half_s"], mark["id"]
        elif mark["not_yet_s"] is None:
            assert true_s <= mark["happened_s"], mark["id"]
        else:
            assert mark["not_yet_s"] < true_s <= mark["happened_s"], mark["id"]
            assert mark["happened_s"] - mark["not_yet_s"] < 0.13, mark["id"]


def test_brackets_are_times_of_pictures(truth: dict[str, Any], analyst: dict[str, Any]) -> None:
    times: dict[str, np.ndarray] = {}
    for mark in [*analyst["marks"], *analyst["planted"]]:
        if mark["stream"] != "picture":
            continue
        name = truth["sources"][mark["source"]]["file"]
        times.setdefault(name, np.array(_picture_times_s(name)))
        for edge_s in (mark["not_yet_s"], mark["happened_s"]):
            assert edge_s is None or np.abs(times[name] - edge_s).min() < 1e-4


def test_planted_mark_is_the_ambulance(truth: dict[str, Any], analyst: dict[str, Any]) -> None:
    true_s = _true_marks(truth)["ambulance_strobe", "cam2", "picture"]["media_s"]
    (planted,) = analyst["planted"]
    assert planted["event"] == "strobe"
    assert planted["not_yet_s"] < true_s <= planted["happened_s"]


def test_typed_data(truth: dict[str, Any], analyst: dict[str, Any]) -> None:
    typed = analyst["typed"]
    cam1 = truth["sources"]["cam1"]
    (reading,) = typed["clock_readings"]
    for edge, after in (("not_yet_s", False), ("happened_s", True)):
        reference_s = reading[edge] * (1 + cam1["drift_ppm"] * 1e-6)
        reference_s += cam1["segments"][0]["offset_s"]
        shown_s = reference_s - truth["cam1_clock"]["shows_less_s"]
        assert (shown_s >= reading["shown_s"]) == after
    calls = truth["sources"]["dispatch"]["segments"]
    for stamp in typed["stamps"]:
        assert 0 <= calls[stamp["call"] - 1]["keyed_s"] - stamp["shown_s"] < 1
    (gap,) = typed["gaps"]
    assert abs(gap["removed_s"] - truth["cam2_gap"]["removed_s"]) <= gap["half_s"]
    assert len([b for b in typed["breaks"] if b["source"] == "dispatch"]) == 13


def test_log_has_nine_rows() -> None:
    with (folder() / "cad.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9
    stamps = {row["call"]: row["time"] for row in rows if row["stamp_kind"] == "machine"}
    assert (stamps["5"], stamps["9"]) == ("14:22:51", "14:23:02")
    assert [row["time"] for row in rows if len(row["time"]) == 5] == ["14:23"]
