"""The index from a container's tables: the same as from its packets, or not used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import sync.media.provisional as provisional
from sync.media.boxes import BoxesUnreadable, tracks_of
from sync.media.frame_index import FrameIndex
from sync.media.inspect import inspect
from tests.support.made_media import click_track, write_clip


def scanned(path: Path, monkeypatch: pytest.MonkeyPatch) -> FrameIndex:
    """By going through the packets."""
    with monkeypatch.context() as without:
        without.setattr(provisional, "_by_tables", lambda *_: None)
        return provisional.provisional_index(path)[0]


def at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> FrameIndex:
    """From the tables; fails where they are not used."""
    with monkeypatch.context() as only:
        only.setattr(provisional, "_by_packets", None)
        return provisional.provisional_index(path)[0]


def same(a: FrameIndex, b: FrameIndex) -> bool:
    one, other = a.to_arrays(), b.to_arrays()
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k]) for k in one)


@pytest.mark.parametrize(
    "name", ["cfr.mp4", "vfr.mp4", "edit.mp4", "open_gop.mp4", "damaged.mp4", "sound.mp4"]
)
def test_tables_say_what_the_packets_say(
    name: str, clip: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(name)
    assert same(at_once(path, monkeypatch), scanned(path, monkeypatch))


@pytest.mark.parametrize(
    "flags", [{"movflags": "faststart"}, {"movflags": "rtphint"}, {"use_editlist": "0"}]
)
def test_other_ways_to_write_an_mp4(
    flags: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = click_track(4, 48_000, (1.0,))
    path = write_clip(tmp_path / "c.mov", range(90), container_options=flags, sound=sound, gop=30)
    index = provisional.provisional_index(path)[0]
    assert same(index, scanned(path, monkeypatch))


def test_fragments_are_read_packet_by_packet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = {"movflags": "frag_keyframe+empty_moov"}
    path = write_clip(tmp_path / "f.mp4", range(90), container_options=flags, gop=30)
    with pytest.raises(BoxesUnreadable, match="fragments"):
        tracks_of(path)
    assert same(provisional.provisional_index(path)[0], scanned(path, monkeypatch))


def test_tables_that_lie_are_not_used(
    clip: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(clip("cfr.mp4").read_bytes())
    at = data.find(b"stss")
    assert at > 0
    count = int.from_bytes(data[at + 8 : at + 12], "big")
    last = at + 12 + 4 * (count - 1)
    data[last : last + 4] = (int.from_bytes(data[last : last + 4], "big") + 1).to_bytes(4, "big")
    path = tmp_path / "lies.mp4"
    path.write_bytes(bytes(data))
    assert same(provisional.provisional_index(path)[0], scanned(path, monkeypatch))


@pytest.mark.parametrize("box", [b"stsz", b"stts", b"ctts", b"stsc", b"stco", b"elst", b"mdhd"])
def test_a_damaged_table_raises_nothing_but_its_own_error(
    box: bytes, clip: Callable[[str], Path], tmp_path: Path
) -> None:
    whole = clip("edit.mp4").read_bytes()
    at = whole.find(box)
    assert at > 0
    rng = np.random.default_rng(1)
    for trial in range(12):
        data = bytearray(whole)
        for _ in range(3):
            data[at - 4 + int(rng.integers(0, 40))] = int(rng.integers(0, 256))
        path = tmp_path / f"{trial}.mp4"
        path.write_bytes(bytes(data))
        try:
            for track in tracks_of(path):
                assert isinstance(track.edits, tuple)
                assert len(track.samples()) < 10_000_000
        except BoxesUnreadable:
            pass


def test_the_edit_list_is_read(clip: Callable[[str], Path]) -> None:
    (track,) = tracks_of(clip("edit.mp4"))
    (edit,) = track.edits
    assert edit.start is not None
    assert edit.start > 0
    picture = inspect(clip("edit.mp4"), cache=None).facts.picture
    assert picture is not None
    length_s = picture.last.s - picture.first.s + picture.median_interval.s
    assert edit.duration_s == pytest.approx(length_s, abs=0.05)


def test_no_mp4_at_all(clip: Callable[[str], Path], tmp_path: Path) -> None:
    for path in (clip("stream.ts"), clip("vfr.mkv")):
        with pytest.raises(BoxesUnreadable):
            tracks_of(path)
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    with pytest.raises(BoxesUnreadable):
        tracks_of(empty)


def test_times_before_and_after_a_clock_was_set_are_not_mixed(clip: Callable[[str], Path]) -> None:
    quick = inspect(clip("disc.ts"), cache=None, verify=False).index
    exact = inspect(clip("disc.ts"), cache=None).index
    assert quick is not None
    assert exact is not None
    assert quick.time_ns.tolist() == exact.time_ns.tolist()
