"""What a file is and holds; every bad file ends in one clear sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from sync.cache import Cache
from sync.errors import (
    MediaChanged,
    MediaDamaged,
    MediaEmpty,
    MediaError,
    MediaMissing,
    MediaNotRecognised,
    MediaUnreadable,
)
from sync.media.inspect import check_unchanged, inspect, quick_index
from sync.media.one_pass import small_pictures
from sync.timebase import Duration, MediaTime
from tests.support.made_media import write_clip, write_sound
from tests.sync.media.conftest import irregular_times_ms


def codes(path: Path) -> list[str]:
    return [note.code for note in inspect(path, cache=None).facts.health]


def refused(path: Path, kind: type[MediaError], says: str) -> None:
    """Both ways of inspecting refuse the file with one sentence and something to do."""
    for verify in (True, False):
        with pytest.raises(kind, match=says) as caught:
            inspect(path, cache=None, verify=verify)
        message = str(caught.value)
        assert message.endswith(".")
        assert "\n" not in message
        assert caught.value.hint
        assert caught.value.path == str(path)


# -- good files ---------------------------------------------------------------------------------


def test_facts_of_a_steady_clip(clip: Callable[[str], Path]) -> None:
    found = inspect(clip("cfr.mp4"), cache=None)
    picture = found.facts.picture
    assert picture is not None
    assert found.facts.kind == "video"
    assert (picture.frames, picture.pictures, picture.index) == (160, 160, "verified")
    assert (picture.width_px, picture.height_px, picture.codec) == (320, 192, "h264")
    assert picture.nominal_rate == "25/1"
    assert picture.first == MediaTime(0)
    assert picture.last == MediaTime(159 * 40_000_000)
    assert picture.median_interval == Duration(40_000_000)
    assert not picture.variable_rate
    assert found.facts.duration == Duration(160 * 40_000_000)
    assert found.facts.sound is None
    assert codes(clip("cfr.mp4")) == ["re-encoded"]


def test_irregular_times_are_read_not_computed(clip: Callable[[str], Path]) -> None:
    for name in ("vfr.mp4", "vfr.mkv"):
        index = inspect(clip(name), cache=None).index
        assert index is not None
        assert (index.time_ns // 1_000_000).tolist() == irregular_times_ms(160)
        assert "variable-rate" in codes(clip(name))


@pytest.mark.parametrize(
    "name", ["cfr.mp4", "vfr.mp4", "edit.mp4", "raw.h264", "stream.ts", "b_frames.avi"]
)
def test_the_provisional_index_has_the_same_times(name: str, clip: Callable[[str], Path]) -> None:
    quick = inspect(clip(name), cache=None, verify=False)
    exact = inspect(clip(name), cache=None)
    assert quick.index is not None
    assert exact.index is not None
    assert quick.index.state == "provisional"
    assert np.array_equal(quick.index.time_ns, exact.index.time_ns)
    assert (quick.index.picture == -1).all()
    assert quick.facts.picture is not None
    assert quick.facts.picture.pictures is None
    assert quick.facts.sha256 == exact.facts.sha256


def test_a_stream_without_times_says_so(clip: Callable[[str], Path]) -> None:
    notes = inspect(clip("raw.h264"), cache=None).facts.health
    (note,) = (note for note in notes if note.code == "missing-pts")
    assert "nothing confirms" in note.detail


def test_video_and_sound(clip: Callable[[str], Path]) -> None:
    facts = inspect(clip("sound.mp4"), cache=None).facts
    assert facts.kind == "video+sound"
    assert facts.sound is not None
    assert facts.sound.sample_rate_hz == 48_000
    assert facts.sound.start == MediaTime(0)
    assert facts.sound.samples == pytest.approx(6 * 48_000, abs=1024)


def test_gaps_and_steps_back_are_found_where_they_are(tmp_path: Path) -> None:
    times = [k * 40 + (2000 if k >= 50 else 0) for k in range(100)]
    path = write_clip(tmp_path / "gap.mkv", range(100), times=times)
    (gap,) = (n for n in inspect(path, cache=None).facts.health if n.code == "gap")
    assert gap.at == MediaTime(49 * 40_000_000)
    assert "2.040 s after frame 49" in gap.detail
    assert "variable-rate" not in codes(path)


def test_a_clock_that_starts_again_is_found(clip: Callable[[str], Path]) -> None:
    found = inspect(clip("disc.ts"), cache=None)
    assert found.index is not None
    notes = [note for note in found.facts.health if note.code == "backward"]
    assert len(notes) == 1
    step = int(np.flatnonzero(np.diff(found.index.time_ns) < 0)[0])
    assert notes[0].at == found.index.time_of(step)


# -- the cache ----------------------------------------------------------------------------------


def test_the_second_time_nothing_is_decoded(
    clip: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path)
    first = inspect(clip("damaged.mp4"), cache=cache)
    made = small_pictures(clip("damaged.mp4"), first.facts, None)

    def refuse(*args: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr("sync.media.one_pass.decode_pass", refuse)
    again = inspect(clip("damaged.mp4"), cache=cache)
    assert again.facts == first.facts
    assert again.index is not None
    assert first.index is not None
    assert np.array_equal(again.index.time_ns, first.index.time_ns)
    assert inspect(clip("damaged.mp4"), cache=cache, verify=False).index is not None
    kept = small_pictures(clip("damaged.mp4"), first.facts, cache)
    assert np.array_equal(kept.grey[:], made.grey[:])
    assert np.array_equal(kept.colour[:], made.colour[:])
    assert np.array_equal(kept.picture, first.index.picture)
    assert np.array_equal(kept.time_ns, first.index.time_ns)
    assert (kept.width_px, kept.height_px) == (320, 192)


def test_a_damaged_cache_is_made_again(clip: Callable[[str], Path], tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    first = inspect(clip("cfr.mp4"), cache=cache)
    for entry in [path for path in tmp_path.rglob("*") if path.is_file()]:
        entry.write_bytes(entry.read_bytes()[:200])
    assert inspect(clip("cfr.mp4"), cache=cache).facts == first.facts
    assert len(small_pictures(clip("cfr.mp4"), first.facts, cache).grey) == 160
    assert len(small_pictures(clip("cfr.mp4"), first.facts, None).grey) == 160


# -- bad files ----------------------------------------------------------------------------------


def test_no_such_file(tmp_path: Path) -> None:
    refused(tmp_path / "none.mp4", MediaMissing, "no file")


def test_a_folder(tmp_path: Path) -> None:
    refused(tmp_path, MediaUnreadable, "folder")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="rights do not bind this user"
)
def test_no_right_to_read(clip: Callable[[str], Path], tmp_path: Path) -> None:
    path = tmp_path / "locked.mp4"
    path.write_bytes(clip("cfr.mp4").read_bytes())
    path.chmod(0)
    refused(path, MediaUnreadable, "cannot be read")


def test_a_system_that_refuses_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked.mp4"
    path.write_bytes(b"x")

    def deny(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    refused(path, MediaUnreadable, "Permission denied")


def test_zero_bytes(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    refused(path, MediaEmpty, "0 bytes")


def test_a_header_without_samples(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", np.zeros(8000, np.float32), 8000, "pcm_s16le")
    data = bytearray(path.read_bytes())
    at = data.find(b"data")
    data[at + 4 : at + 8] = bytes(4)
    path.write_bytes(bytes(data[: at + 8]))
    refused(path, MediaEmpty, "sample")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("notes.mp4", "09:14 the van leaves\n" * 20, "text file"),
        ("case.mp4", json.dumps({"a": [1, 2, 3]}), "JSON"),
        ("page.avi", "<!DOCTYPE html><html><body>404</body></html>", "web page"),
        ("list.mkv", "#EXTM3U\n#EXTINF:10,\n/etc/passwd\n", "text file"),
        ("subs.wav", "1\n00:00:01,000 --> 00:00:02,000\nhello\n", "text file"),
        ("umlaut.mp3", "größer als " * 1000, "text file"),
    ],
)
def test_texts_named_like_recordings(tmp_path: Path, name: str, content: str, says: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    refused(path, MediaNotRecognised, says)


@pytest.mark.parametrize("extension", [".png", ".jpg", ".bmp", ".tiff"])
def test_still_pictures_named_like_recordings(tmp_path: Path, extension: str) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype(np.uint8)
    coded = cv2.imencode(extension, picture)[1]
    path = tmp_path / "still.mp4"
    path.write_bytes(coded.tobytes())
    refused(path, MediaNotRecognised, "still picture")


@pytest.mark.parametrize("seed", range(4))
def test_random_bytes(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "noise.mp4"
    path.write_bytes(np.random.default_rng(seed).bytes(20_000))
    refused(path, MediaNotRecognised, "no recording in any known format")


def test_a_file_of_zeros(tmp_path: Path) -> None:
    path = tmp_path / "wiped.mp4"
    path.write_bytes(bytes(50_000))
    refused(path, MediaNotRecognised, "zero bytes")


def test_an_mp4_cut_before_its_index(clip: Callable[[str], Path]) -> None:
    refused(clip("cut.mp4"), MediaDamaged, "cut short")


@pytest.mark.parametrize("name", ["cut.avi", "cut.ts", "cut.wav"])
def test_what_decodes_of_a_truncated_file_is_used_and_noted(
    name: str, clip: Callable[[str], Path]
) -> None:
    facts = inspect(clip(name), cache=None).facts
    assert "truncated" in [note.code for note in facts.health]
    assert facts.duration.ns > 10**9


def test_damaged_frames_are_flagged_and_counted(clip: Callable[[str], Path]) -> None:
    found = inspect(clip("damaged.mp4"), cache=None)
    assert found.index is not None
    assert found.index.damaged is not None
    notes = [note for note in found.facts.health if note.code == "damaged"]
    assert notes
    assert f"{int(found.index.damaged.sum())} of {len(found.index)} frames" in notes[0].detail


def test_a_misnamed_recording_is_read_by_its_contents(
    clip: Callable[[str], Path], tmp_path: Path
) -> None:
    path = tmp_path / "really_avi.mp4"
    path.write_bytes(clip("b_frames.avi").read_bytes())
    found = inspect(path, cache=None)
    assert found.index is not None
    assert len(found.index) == 160
    assert "mislabelled" in codes(path)
    assert "mislabelled" not in codes(clip("b_frames.avi"))


def test_a_video_name_without_pictures_is_noted(
    clip: Callable[[str], Path], tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(clip("clicks.m4a").read_bytes())
    assert "no-picture" in codes(path)


def test_a_messenger_copy_is_noted(tmp_path: Path) -> None:
    plain = write_clip(tmp_path / "plain.ts", range(20), codec="mpeg2video", b_frames=0)
    assert "re-encoded" not in codes(plain)
    path = tmp_path / "VID-20240214-WA0003.ts"
    path.write_bytes(plain.read_bytes())
    assert "re-encoded" in codes(path)


@pytest.mark.parametrize(("name", "coder"), [("stream.ts", "x264"), ("raw.h264", "x264")])
def test_the_pictures_name_the_converter_that_coded_them(
    name: str, coder: str, clip: Callable[[str], Path]
) -> None:
    notes = inspect(clip(name), cache=None).facts.health
    (note,) = (note for note in notes if note.code == "re-encoded")
    assert "its pictures were coded by a converter" in note.detail
    assert coder in note.detail


def test_what_an_edit_list_leaves_out_is_listed(clip: Callable[[str], Path]) -> None:
    found = inspect(clip("edit.mp4"), cache=None)
    (note,) = (note for note in found.facts.health if note.code == "edit-list")
    assert found.index is not None
    assert found.index.packets is not None
    hidden = len(found.index.packets) - len(found.index)
    assert hidden > 0
    assert note.detail.startswith(
        f"An edit list changes what is shown: {hidden} stored pictures are decoded but never shown"
    )
    assert "edit-list" not in codes(clip("cfr.mp4"))


def test_pictures_that_begin_late_are_not_moved(tmp_path: Path) -> None:
    times = [1500 + 40 * k for k in range(50)]
    sound = np.zeros(3 * 48_000, np.float32)
    path = write_clip(tmp_path / "late.mp4", range(50), times=times, sound=sound, b_frames=0)
    found = inspect(path, cache=None)
    assert found.index is not None
    assert found.index.time_of(0) == MediaTime(1_500_000_000)
    notes = {note.code: note.detail for note in found.facts.health}
    assert "the first picture is shown 1.500 s late" in notes["edit-list"]
    assert notes["start-offset"].startswith("The picture begins 1.5")


def test_an_index_comes_at_once_and_without_reading_the_file(
    clip: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path)
    path = clip("edit.mp4")
    facts = inspect(path, cache=None).facts
    monkeypatch.setattr("sync.media.provisional._by_packets", None)
    assert quick_index(path, facts, cache).state == "provisional"
    verified = inspect(path, cache=cache).index
    assert verified is not None
    again = quick_index(path, facts, cache)
    assert again.state == "verified"
    assert np.array_equal(again.time_ns, verified.time_ns)
    with pytest.raises(MediaMissing):
        quick_index(tmp_path / "gone.mp4", facts, cache)


def test_nothing_is_written_to_stderr(clip: Callable[[str], Path]) -> None:
    program = (
        "import sys\n"
        "from sync.errors import MediaError\n"
        "from sync.media.inspect import inspect\n"
        "for path in sys.argv[1:]:\n"
        "    try:\n"
        "        inspect(path, cache=None)\n"
        "    except MediaError:\n"
        "        pass\n"
    )
    names = ("damaged.mp4", "cut.mp4", "cut.avi", "cut.ts", "untagged.mp3", "mp3.wav", "disc.ts")
    done = subprocess.run(
        [sys.executable, "-c", program, *(str(clip(name)) for name in names)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stderr == ""
    assert done.stdout == ""


# -- the same file? -----------------------------------------------------------------------------


def test_a_changed_file_is_told_from_the_one_added(
    clip: Callable[[str], Path], tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    data = clip("cfr.mp4").read_bytes()
    path.write_bytes(data)
    facts = inspect(path, cache=None).facts
    check_unchanged(path, facts.size_bytes, facts.sha256)
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(MediaChanged, match="SHA-256"):
        check_unchanged(path, facts.size_bytes, facts.sha256)
    path.write_bytes(data[:-1])
    with pytest.raises(MediaChanged, match="bytes"):
        check_unchanged(path, facts.size_bytes, facts.sha256)
    path.unlink()
    with pytest.raises(MediaMissing):
        check_unchanged(path, facts.size_bytes, facts.sha256)
