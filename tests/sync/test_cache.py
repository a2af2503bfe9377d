"""Derived data on disk: found again, never believed when damaged, never in the way."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from sync.cache import KEEP_FREE_BYTES, Cache

SHA = "0f" * 32


def fill(cache: Cache) -> dict[str, np.ndarray]:
    arrays = {"a": np.arange(1000, dtype=np.int64), "b": np.zeros((3, 4), np.float32)}
    cache.store(SHA, "thing", {"x": 1, "y": [1, 2]}, arrays)
    return arrays


def entry(folder: Path) -> Path:
    (only,) = folder.rglob("*.npz")
    return only


def test_what_was_stored_comes_back(tmp_path: Path) -> None:
    arrays = fill(Cache(tmp_path))
    found = Cache(tmp_path).arrays(SHA, "thing", {"y": [1, 2], "x": 1})
    assert found is not None
    assert set(found) == {"a", "b"}
    for name, value in arrays.items():
        assert np.array_equal(found[name], value)
        assert found[name].dtype == value.dtype


def test_every_part_of_the_key_counts(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    fill(cache)
    assert cache.arrays(SHA, "thing", {"x": 2, "y": [1, 2]}) is None
    assert cache.arrays(SHA, "other", {"x": 1, "y": [1, 2]}) is None
    assert cache.arrays("1f" * 32, "thing", {"x": 1, "y": [1, 2]}) is None


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.99])
def test_a_cut_entry_is_absent(tmp_path: Path, keep: float) -> None:
    cache = Cache(tmp_path)
    fill(cache)
    path = entry(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    assert cache.arrays(SHA, "thing", {"x": 1, "y": [1, 2]}) is None
    fill(cache)
    assert cache.arrays(SHA, "thing", {"x": 1, "y": [1, 2]}) is not None


def test_flipped_bytes_are_never_believed(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    arrays = fill(cache)
    path = entry(tmp_path)
    data = path.read_bytes()
    rng = np.random.default_rng(0)
    for at in rng.integers(0, len(data), 200).tolist():
        broken = bytearray(data)
        broken[at] ^= 0xFF
        path.write_bytes(bytes(broken))
        found = cache.arrays(SHA, "thing", {"x": 1, "y": [1, 2]})
        if found is not None:
            assert all(np.array_equal(found[name], arrays[name]) for name in arrays)


def test_an_entry_under_another_key_is_not_believed(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    fill(cache)
    mine = entry(tmp_path)
    cache.store(SHA, "thing", {"x": 2}, {"a": np.ones(2)})
    (other,) = (path for path in tmp_path.rglob("*.npz") if path != mine)
    other.write_bytes(mine.read_bytes())
    assert cache.arrays(SHA, "thing", {"x": 2}) is None


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = Cache(blocked)
    fill(cache)
    assert cache.arrays(SHA, "thing", {"x": 1, "y": [1, 2]}) is None
    assert blocked.read_text() == "not a folder"


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    fill(Cache(tmp_path))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEPOINT_CACHE", str(tmp_path / "here"))
    fill(Cache())
    assert (tmp_path / "here").is_dir()


# -- room -----------------------------------------------------------------------------------------


def held(cache: Cache, name: str, size: int, age_s: float) -> Path:
    path = cache.file(SHA, name, {})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    used = time.time() - age_s
    os.utime(path, (used, used))
    return path


def test_the_longest_unused_makes_room(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit_bytes=10_000)
    old, older, new = (held(cache, str(age), 3000, age) for age in (20_000, 30_000, 10_000))
    assert cache.make_room(1000)
    assert old.exists() and older.exists() and new.exists()
    assert cache.make_room(2000)
    assert old.exists() and new.exists() and not older.exists()
    cache.file(SHA, "20000", {})  # asked for: used just now
    assert cache.make_room(5000)
    assert old.exists() and not new.exists()


def test_what_is_in_use_stays_and_no_room_is_said(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit_bytes=10_000)
    old, used = held(cache, "old", 3000, 20_000), held(cache, "used", 6000, 10)
    assert not cache.make_room(5000)
    assert used.exists() and not old.exists()


def test_entries_read_are_entries_used(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit_bytes=60_000)
    fill(cache)
    long_ago = time.time() - 50_000
    os.utime(entry(tmp_path), (long_ago, long_ago))
    other = held(cache, "other", 30_000, 20_000)
    assert cache.arrays(SHA, "thing", {"x": 1, "y": [1, 2]}) is not None
    assert cache.make_room(30_000)
    assert entry(tmp_path).exists() and not other.exists()


def test_the_last_of_a_disk_is_left_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=KEEP_FREE_BYTES + 100))
    assert cache.make_room(100)
    assert not cache.make_room(101)
    assert not Cache(tmp_path / "not" / "there").make_room(101)
