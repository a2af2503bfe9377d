"""Who holds a case: live owners keep it, dead ones do not."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sync.case.lock import CaseLock
from sync.errors import CaseLocked, StorageError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.tiepoint.lock"


def take(path: Path) -> CaseLock:
    return CaseLock.acquire(path, path.with_suffix(""))


def write_owner(path: Path, **changes: Any) -> None:
    lock = take(path)
    owner = json.loads(path.read_text())
    lock.release()
    path.write_text(json.dumps({**owner, **changes}))


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_file_names_its_owner_and_goes_with_it(path: Path) -> None:
    lock = take(path)
    owner = json.loads(path.read_text())
    assert owner["pid"] == os.getpid()
    assert owner["host"] == socket.gethostname()
    assert {"user", "at"} <= owner.keys()
    assert lock.held
    lock.release()
    assert list(path.parent.iterdir()) == []


def test_a_dead_owner_is_followed(path: Path) -> None:
    write_owner(path, pid=dead_pid())
    lock = take(path)
    assert lock.held
    lock.release()
    assert list(path.parent.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_number_given_to_another_process_since_is_not_the_owner(path: Path) -> None:
    write_owner(path, pid=os.getpid(), started="an earlier boot:1")
    take(path).release()


def test_another_machine_is_never_overruled(path: Path) -> None:
    write_owner(path, pid=dead_pid(), host="elsewhere", user="ana")
    with pytest.raises(CaseLocked, match="ana on elsewhere") as error:
        take(path)
    assert error.value.hint is not None and "delete c.tiepoint.lock" in error.value.hint


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"rubbish", b'{"pid": "x"}'])
def test_a_lock_that_names_nobody_is_replaced(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    take(path).release()


def test_a_lock_taken_by_somebody_else_is_not_removed(path: Path) -> None:
    lock = take(path)
    path.unlink()
    other = take(path)
    lock.release()
    assert other.held
    other.release()


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        take(tmp_path / "no" / "c.tiepoint.lock")


def test_of_many_at_once_one_gets_a_stale_lock(path: Path) -> None:
    write_owner(path, pid=dead_pid())
    code = (
        "import sys, time; from pathlib import Path\n"
        "from sync.case.lock import CaseLock; from sync.errors import CaseLocked\n"
        "sys.stdin.readline(); p = Path(sys.argv[1])\n"
        "try:\n    CaseLock.acquire(p, p); print('mine', flush=True); sys.stdin.readline()\n"
        "except CaseLocked:\n    print('locked', flush=True)\n"
    )
    root = Path(__file__).resolve().parents[3]
    many = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said = []
    for process in many:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in many:
        assert process.stdout is not None
        said.append(process.stdout.readline().strip())
    for process in many:
        process.communicate("\n", timeout=30)
    assert sorted(said) == ["locked", "locked", "locked", "mine"]
