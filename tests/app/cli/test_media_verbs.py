"""inspect, frame, trace, correlate."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from tests.app.cli.conftest import RATE_HZ, Run
from tests.support.made_media import read_number, write_clip


def test_inspect(run: Run, media: Path) -> None:
    found = run("inspect", media / "cam.mp4", "--json").json
    assert found["kind"] == "video"
    assert (found["frames"], found["pictures"]) == (100, 100)
    assert found["duration_s"] == pytest.approx(4.0)
    assert found["index"] == "verified"
    assert found["first_pts_s"] == 0
    assert len(found["sha256"]) == 64
    assert {"streams", "nominal_rate", "variable_rate", "encoder", "health", "claims"} <= set(found)
    assert all(set(note) == {"code", "at_s", "detail"} for note in found["health"])
    assert "frame_times" not in found
    assert "SHA-256" in run("inspect", media / "cam.mp4").out


def test_inspect_counts_the_intervals(run: Run, tmp_path: Path) -> None:
    times = [k * 40 + (2000 if k >= 60 else 0) for k in range(120)]
    path = write_clip(tmp_path / "gap.mkv", range(120), times=times)
    found = run("inspect", path, "--json").json
    timing = found["timing"]
    assert timing["intervals"] == [
        {"from_s": 0.04, "to_s": 0.04, "count": 118},
        {"from_s": 2.04, "to_s": 2.04, "count": 1},
    ]
    assert (timing["gaps"], timing["missing"], timing["backward"]) == (1, 50, 0)
    low, high = (timing["measured_rate"] + way * timing["measured_rate_half"] for way in (-1, 1))
    assert low <= 25 <= high
    assert timing["field_order"] is None
    out = run("inspect", path).out
    assert "from frame to frame ms" in out
    assert "irregular: gaps 1, pictures missing in them 50" in out
    assert timing["repeated"] == 0


def test_what_inspect_prints_stays_small(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    times = np.cumsum(rng.integers(20, 60, 900)).tolist()
    path = write_clip(tmp_path / "vfr.mkv", [k % 9 for k in range(900)], times=times, gop=300)
    assert len(run("inspect", path, "--json").out) < 8000


def test_inspect_frames_carry_their_own_time(run: Run, tmp_path: Path) -> None:
    times = [0, 40, 120, 160, 280]
    write_clip(tmp_path / "vfr.mp4", range(5), times=times)
    frames = run("inspect", tmp_path / "vfr.mp4", "--frames", "--json").json["frame_times"]
    assert [frame["media_time_s"] for frame in frames] == [t / 1000 for t in times]
    assert [frame["index"] for frame in frames] == list(range(5))
    assert set(frames[0]) == {"index", "picture", "pts", "media_time_s", "key"}


def test_inspect_sound(run: Run, media: Path) -> None:
    found = run("inspect", media / "radio.wav", "--json").json
    assert found["kind"] == "sound"
    assert found["frames"] is None
    assert found["duration_s"] == 20


def test_frame_writes_the_frame_that_was_asked_for(run: Run, media: Path, tmp_path: Path) -> None:
    out = tmp_path / "frames"
    frames = run("frame", media / "cam.mp4", "--index", 0, 37, "--out", out, "--json").json[
        "frames"
    ]
    assert [frame["index"] for frame in frames] == [0, 37]
    assert all(frame["exact"] for frame in frames)
    for frame in frames:
        assert read_number(np.asarray(Image.open(frame["file"]))) == frame["index"]


def test_frame_at_is_the_one_on_screen(run: Run, media: Path, tmp_path: Path) -> None:
    out = tmp_path / "one.png"
    ran = run("frame", media / "cam.mp4", "--at", "1.5", "--out", out, "--json")
    assert ran.json["frames"][0]["index"] == 37
    assert ran.json["frames"][0]["media_time_s"] == 1.48
    assert out.exists()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--index", "100"], 1),
        (["--index", "-1"], 1),
        (["--at", "9"], 1),
        (["--at", "-1"], 1),
        (["--at", "0", "1"], 2),
    ],
)
def test_frames_that_are_not_there(
    run: Run, media: Path, tmp_path: Path, words: list[str], status: int
) -> None:
    ran = run("frame", media / "cam.mp4", *words, "--out", tmp_path / "x.png")
    assert ran.status == status
    assert not (tmp_path / "x.png").exists()


def test_an_original_is_never_written_to(run: Run, media: Path) -> None:
    clip = shutil.copy(media / "cam.mp4", media / "really-a-clip.png")
    before = clip.read_bytes()
    assert run("frame", clip, "--index", 0, "--out", clip).status == 2
    assert clip.read_bytes() == before


def test_trace_csv(run: Run, media: Path, tmp_path: Path) -> None:
    out = tmp_path / "motion.csv"
    found = run("trace", media / "cam.mp4", "--kind", "motion", "--out", out, "--json").json
    assert found["kind"] == "motion"
    assert found["rate_hz"] > 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["time_s", "value"]
    assert len(rows) - 1 == found["samples"]
    assert float(rows[1][0]) == pytest.approx(found["start_s"])


@pytest.mark.parametrize("kind", ["steps", "activity", "flash"])
def test_every_kind_of_trace_is_written(run: Run, media: Path, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"cam-{kind}.csv"
    found = run("trace", media / "cam.mp4", "--kind", kind, "--out", out, "--json").json
    assert found["kind"] == kind
    assert len(out.read_text(encoding="utf-8").splitlines()) - 1 == found["samples"]
    assert 0 < found["valid"] <= found["samples"]
    # Its name says what it is; who types another kind is told.
    ran = run("correlate", out, out, "--kind-a", "motion")
    assert ran.status == 2
    assert f"is a {kind} trace, not motion" in ran.err


def test_a_light_bar_needs_colour(run: Run, media: Path, tmp_path: Path) -> None:
    ran = run("trace", media / "cam.mp4", "--kind", "lightbar", "--out", tmp_path / "x.csv")
    assert ran.status == 1
    assert "no colour" in ran.err
    assert ran.err.count("\n") == 1


def test_trace_of_what_is_not_there(run: Run, media: Path, tmp_path: Path) -> None:
    ran = run(
        "trace", media / "cam.mp4", "--kind", "envelope", "--out", tmp_path / "x.csv", "--json"
    )
    assert ran.status == 1
    assert ran.json["error"]["code"] == "trace"
    ran = run("trace", media / "cam.mp4", "--kind", "motion", "--out", tmp_path / "x.txt")
    assert ran.status == 2
    assert not list(tmp_path.glob("x.*"))


@pytest.fixture
def late(media: Path) -> Path:
    """``radio.wav`` from 3.25 s on, with other noise over it."""
    sound, _ = soundfile.read(media / "radio.wav", dtype="float32")
    part = sound[round(3.25 * RATE_HZ) :]
    noise = np.random.default_rng(9).normal(0, 0.05, len(part)).astype(np.float32)
    soundfile.write(media / "late.wav", part + noise, RATE_HZ, subtype="PCM_16")
    return media / "late.wav"


def test_correlate_sound(run: Run, media: Path, late: Path) -> None:
    ran = run("correlate", media / "radio.wav", late, "--json")
    assert ran.status == 0
    assert ran.json["status"] == "significant"
    best = ran.json["candidates"][0]
    assert best["offset_s"] == pytest.approx(3.25, abs=0.001)
    assert best["U95_s"] < 0.01
    assert {"u_s", "epoch_s", "p", "z", "kind_a", "kind_b", "coincidences"} <= set(best)
    assert {"offset_from_s", "offset_to_s", "surrogates", "seed"} <= set(ran.json["searched"])


def test_correlate_unrelated_is_refused_with_reasons(run: Run, media: Path) -> None:
    other = np.random.default_rng(77).normal(0, 0.1, 20 * RATE_HZ).astype(np.float32)
    soundfile.write(media / "other.wav", other, RATE_HZ, subtype="PCM_16")
    ran = run("correlate", media / "radio.wav", media / "other.wav", "--json")
    assert ran.status == 1
    assert ran.json["status"] != "significant"
    assert ran.json["reasons"]
    words = run("correlate", media / "radio.wav", media / "other.wav")
    assert words.status == 1
    assert "Nothing was added." in words.out


def test_correlate_traces(run: Run, tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    values = np.convolve(random.exponential(1, 4000) ** 2, np.ones(3), "same")
    for name, part in (("a", values), ("b", values[250:])):
        lines = [f"{i / 10:.1f},{value:.6f}" for i, value in enumerate(part)]
        text = "time_s,value\n" + "\n".join(lines) + "\n"
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    ran = run("correlate", tmp_path / "a.csv", tmp_path / "b.csv", "--surrogates", 199, "--json")
    assert ran.json["candidates"][0]["offset_s"] == pytest.approx(25.0, abs=0.1)
    assert run("correlate", tmp_path / "a.csv", tmp_path / "b.mp4").status == 2


# -- files that cannot be used --------------------------------------------------------------------


def bad_file(folder: Path, kind: str, good: Path) -> Path:
    """One file of every sort that cannot be a recording."""
    path = folder / f"{kind}.mp4"
    if kind == "empty":
        path.touch()
    elif kind == "text":
        path.write_text("This is a letter.\n" * 50, encoding="utf-8")
    elif kind == "noise":
        path.write_bytes(np.random.default_rng(1).bytes(5000))
    elif kind == "truncated":
        path.write_bytes(good.read_bytes()[:600])
    elif kind == "directory":
        path.mkdir()
    elif kind == "picture":
        Image.new("RGB", (64, 64)).save(path, "PNG")
    return path


BAD = ("missing", "empty", "text", "noise", "truncated", "directory")


@pytest.mark.parametrize("kind", BAD)
def test_bad_files_are_one_clear_line(run: Run, media: Path, tmp_path: Path, kind: str) -> None:
    path = bad_file(tmp_path, kind, media / "cam.mp4")
    ran = run("inspect", path)
    assert ran.status == 1
    assert ran.out == ""
    assert ran.err.startswith("tiepoint: ")
    assert ran.err.count("\n") == 1
    error = run("inspect", path, "--json").json["error"]
    assert error["code"].startswith("media")
    assert error["path"] == str(path)
    assert error["hint"]
