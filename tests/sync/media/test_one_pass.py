"""One pass for index, small pictures and proxy: resumed after anything, good without a cache."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from sync.cache import Cache
from sync.errors import Cancelled
from sync.media import one_pass
from sync.media.frame_index import FrameIndex
from sync.media.frame_record import FrameRecord
from sync.media.frame_types import DecodedFrame
from sync.media.hashing import sha256_of
from sync.media.inspect import Inspection, inspect
from sync.media.one_pass import proxy_path, read_pictures, small_pictures
from sync.media.proxy import Proxy
from sync.progress import CancelToken, Progress
from tests.support.made_media import read_number, write_clip


def stop_after(share: float) -> Progress:
    """Cancels when the file is read that far."""
    token = CancelToken()

    def listen(fraction: float, text: str) -> None:
        if fraction >= share:
            token.cancel()

    return Progress(listen, token)


def same_index(one: FrameIndex | None, other: FrameIndex | None) -> None:
    assert one is not None
    assert other is not None
    ours, theirs = one.to_arrays(), other.to_arrays()
    assert ours.keys() == theirs.keys()
    for name, column in ours.items():
        assert np.array_equal(column, theirs[name]), name


class Counter:
    """Counts the pictures that are decoded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.frames = 0
        passed = FrameRecord.frame

        def frame(record: FrameRecord, one: DecodedFrame) -> None:
            self.frames += 1
            passed(record, one)

        monkeypatch.setattr(FrameRecord, "frame", frame)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "kept")


@pytest.fixture(scope="module")
def afresh(clip: Callable[[str], Path]) -> Callable[[str], Inspection]:
    """What one whole pass finds, without a cache."""
    known: dict[str, Inspection] = {}

    def get(name: str) -> Inspection:
        if name not in known:
            known[name] = inspect(clip(name), cache=None)
        return known[name]

    return get


def stopped(path: Path, cache: Cache, share: float) -> None:
    with contextlib.suppress(Cancelled):
        read_pictures(path, sha256_of(path), cache, stop_after(share), proxy=True)
        raise AssertionError("not stopped")


@pytest.mark.parametrize(
    ("name", "share"),
    [("cfr.mp4", 0.3), ("cfr.mp4", 0.85), ("vfr.mkv", 0.85), ("b_frames.avi", 0.85),
     ("raw.h264", 0.85), ("open_gop.mp4", 0.85)],
)  # fmt: skip
def test_a_stopped_pass_goes_on_where_it_was(
    clip: Callable[[str], Path], cache: Cache, monkeypatch: pytest.MonkeyPatch,
    afresh: Callable[[str], Inspection], name: str, share: float,
) -> None:  # fmt: skip
    path = clip(name)
    stopped(path, cache, share)
    count = Counter(monkeypatch)
    found = inspect(path, cache=cache, proxy=True)
    assert found.problem is None
    if share > 0.5:
        assert count.frames < 130, "the first of four groups of pictures is not decoded again"
    monkeypatch.undo()
    same_index(found.index, afresh(name).index)
    assert found.facts == afresh(name).facts
    small = small_pictures(path, found.facts, cache)
    other = small_pictures(path, found.facts, None)
    assert np.array_equal(small.grey[:], other.grey[:])
    assert np.array_equal(small.colour[:], other.colour[:])
    with Proxy.open(proxy_path(cache, found.facts.sha256)) as proxy:
        assert proxy.count == 160
        for i in (0, 63, 64, 100, 159):
            image = proxy.image(i, 320, 192)
            assert image is not None
            assert read_number(image[:, :, :3]) == i


def test_a_killed_process_leaves_what_it_had_written(
    clip: Callable[[str], Path],
    afresh: Callable[[str], Inspection],
    cache: Cache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from sync.cache import Cache\n"
        "from sync.media.hashing import sha256_of\n"
        "from sync.media.one_pass import read_pictures\n"
        "from sync.progress import Progress\n"
        "def die(fraction, text):\n"
        "    if fraction > 0.85:\n"
        "        os._exit(9)\n"
        "path = Path(sys.argv[1])\n"
        "cache = Cache(Path(sys.argv[2]))\n"
        "read_pictures(path, sha256_of(path), cache, Progress(die), proxy=True)\n"
    )
    path = clip("cfr.mp4")
    done = subprocess.run(
        [sys.executable, "-c", program, str(path), str(cache.folder)],
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 9
    count = Counter(monkeypatch)
    found = inspect(path, cache=cache, proxy=True)
    assert 0 < count.frames < 160
    same_index(found.index, afresh("cfr.mp4").index)


def test_a_record_that_was_changed_is_not_believed(
    clip: Callable[[str], Path], afresh: Callable[[str], Inspection], cache: Cache
) -> None:
    path = clip("cfr.mp4")
    stopped(path, cache, 0.85)
    record = next(cache.folder.rglob("frames-*"))
    data = bytearray(record.read_bytes())
    rng = np.random.default_rng(0)
    for at in rng.integers(64, len(data), 40).tolist():
        data[at] ^= 0xFF
    record.write_bytes(bytes(data))
    same_index(inspect(path, cache=cache).index, afresh("cfr.mp4").index)


def test_refused_packets_are_counted_in_a_resumed_pass_too(tmp_path: Path, cache: Cache) -> None:
    path = write_clip(tmp_path / "a.mp4", range(160), gop=40, b_frames=0)
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    at, size = packets[10]
    data[at : at + size] = bytes(size)
    path.write_bytes(bytes(data))
    expected = inspect(path, cache=None)
    assert any("could not be decoded" in note.detail for note in expected.facts.health)
    stopped(path, cache, 0.85)
    assert inspect(path, cache=cache).facts == expected.facts


def test_the_proxy_alone_is_made_from_a_known_index(
    clip: Callable[[str], Path], cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip("cfr.mp4")
    first = inspect(path, cache=cache)
    inspect(path, cache=cache, proxy=True)
    with Proxy.open(proxy_path(cache, first.facts.sha256)) as proxy:
        assert proxy.count == 160
    monkeypatch.setattr(one_pass, "decode_pass", None)
    assert inspect(path, cache=cache, proxy=True).facts == first.facts


def test_small_pictures_that_were_evicted_are_made_again(
    clip: Callable[[str], Path], cache: Cache
) -> None:
    path = clip("cfr.mp4")
    facts = inspect(path, cache=cache).facts
    for entry in cache.folder.rglob("*.rows"):
        entry.unlink()
    assert len(small_pictures(path, facts, cache).grey) == 160


# -- a cache that cannot take it ------------------------------------------------------------------


def full_disk(*args: object) -> Any:
    raise OSError(28, "No space left on device")


def test_a_full_disk_is_said_and_everything_else_is_made(
    clip: Callable[[str], Path],
    afresh: Callable[[str], Inspection],
    cache: Cache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = clip("cfr.mp4")
    stopped(path, cache, 0.4)
    monkeypatch.setattr("sync.media.row_file.os.write", full_disk)
    found = inspect(path, cache=cache, proxy=True)
    monkeypatch.undo()
    assert found.problem is not None
    assert "No space left" in str(found.problem)
    assert found.problem.hint
    same_index(found.index, afresh("cfr.mp4").index)


def test_a_disk_that_fills_during_the_pass(
    clip: Callable[[str], Path],
    afresh: Callable[[str], Inspection],
    cache: Cache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = clip("cfr.mp4")
    written, take = [0], os.write

    def some(handle: int, data: Any) -> int:
        written[0] += len(data)
        if written[0] > 1_500_000:
            raise OSError(28, "No space left on device")
        return take(handle, data)

    monkeypatch.setattr("sync.media.row_file.os.write", some)
    found = inspect(path, cache=cache, proxy=True)
    monkeypatch.undo()
    assert found.problem is not None
    same_index(found.index, afresh("cfr.mp4").index)
    again = inspect(path, cache=cache, proxy=True)
    assert again.problem is None
    with Proxy.open(proxy_path(cache, found.facts.sha256)) as proxy:
        assert proxy.count == 160
    assert len(small_pictures(path, found.facts, cache).grey) == 160


def test_a_cache_at_its_limit_keeps_the_index(clip: Callable[[str], Path], tmp_path: Path) -> None:
    path = clip("cfr.mp4")
    cache = Cache(tmp_path / "small", limit_bytes=1 << 20)
    found = inspect(path, cache=cache, proxy=True)
    assert found.problem is not None
    assert "no room left" in str(found.problem)
    assert found.index is not None
    assert found.index.state == "verified"
    small = small_pictures(path, found.facts, cache)
    assert small.grey[:].shape == (160, 90, 160)


def test_temporary_pictures_go_with_their_last_holder(
    clip: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    facts = inspect(clip("cfr.mp4"), cache=None).facts
    grey = small_pictures(clip("cfr.mp4"), facts, None).grey
    assert grey[:3].shape == (3, 90, 160)
    assert list(tmp_path.iterdir())
    del grey
    assert not list(tmp_path.iterdir())


def test_a_second_pass_at_the_same_time_does_without(
    clip: Callable[[str], Path], afresh: Callable[[str], Inspection], cache: Cache
) -> None:
    path = clip("cfr.mp4")
    facts = afresh("cfr.mp4").facts
    record = FrameRecord(cache.file(facts.sha256, "frames", one_pass.parameters()))
    found = inspect(path, cache=cache, proxy=True)
    assert found.problem is None
    assert len(small_pictures(path, facts, cache).grey) == 160
    record.close()
    same_index(found.index, afresh("cfr.mp4").index)


def test_a_folder_in_the_way(clip: Callable[[str], Path], tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    found = inspect(clip("cfr.mp4"), cache=Cache(blocked), proxy=True)
    assert found.problem is not None
    assert found.index is not None
