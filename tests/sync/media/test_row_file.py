"""Rows on disk: whole ones only, one writer, read in pieces."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from sync.errors import StorageError
from sync.media.row_file import FileTaken, RowFile, Rows

MAGIC = b"testrows"
ROW = np.dtype([("number", "<i4"), ("cells", "u1", (3,))])


def write(path: Path, first: int, last: int) -> None:
    rows = RowFile(path, MAGIC, ROW)
    for number in range(first, last):
        rows.add()[0] = (number, (number % 200, 1, 2))
    rows.close()


def test_rows_come_back_and_more_are_added(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "a.rows"
    write(path, 0, 70)
    write(path, 70, 71)
    rows = Rows(path, MAGIC, ROW)
    assert len(rows) == 71
    assert not rows.finished
    assert rows[:]["number"].tolist() == list(range(71))
    cells = Rows(path, MAGIC, ROW, "cells")
    assert cells[[5, 2]].tolist() == [[5, 1, 2], [2, 1, 2]]
    assert cells[68:200].shape == (3, 3)


@pytest.mark.parametrize("cut", [1, 6, 7, 64, 500])
def test_half_a_row_at_the_end_is_no_row(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.rows"
    write(path, 0, 100)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    left = 100 - -(-cut // ROW.itemsize)
    assert len(Rows(path, MAGIC, ROW)) == left
    write(path, left, 100)
    assert path.read_bytes() == whole


def test_what_else_lies_there_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.rows"
    for content in (b"", b"short", bytes(4000)):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="not rows"):
            Rows(path, MAGIC, ROW)
        write(path, 0, 5)
        assert len(Rows(path, MAGIC, ROW)) == 5
    with pytest.raises(ValueError, match="no such rows"):
        Rows(tmp_path / "none", MAGIC, ROW)


def test_finished_and_partial_are_remembered_until_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.rows"
    rows = RowFile(path, MAGIC, ROW)
    rows.add()[0] = (1, (1, 1, 1))
    rows.leave_out()
    rows.finish()
    rows.close()
    again = RowFile(path, MAGIC, ROW)
    assert (len(again), again.finished, again.partial) == (1, True, True)
    again.cut(0)
    again.close()
    again = RowFile(path, MAGIC, ROW)
    assert (len(again), again.finished, again.partial) == (0, False, False)
    again.close()


def test_there_is_one_writer(tmp_path: Path) -> None:
    path = tmp_path / "a.rows"
    rows = RowFile(path, MAGIC, ROW)
    with pytest.raises(FileTaken):
        RowFile(path, MAGIC, ROW)
    rows.close()
    RowFile(path, MAGIC, ROW).close()


def test_no_room_is_said_and_what_was_written_stays(tmp_path: Path) -> None:
    asked: list[int] = []

    def room(size: int) -> bool:
        asked.append(size)
        return len(asked) < 2

    path = tmp_path / "a.rows"
    big = np.dtype([("cells", "u1", (1 << 20,))])
    rows = RowFile(path, MAGIC, big, room)
    with pytest.raises(StorageError, match="no room left"):
        for _ in range(200):
            rows.add()
    rows.close()
    assert 0 < len(Rows(path, MAGIC, big)) < 200


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_full_disk_is_one_clear_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.rows"
    path.symlink_to("/dev/full")
    with pytest.raises(StorageError, match="No space left") as caught:
        RowFile(path, MAGIC, ROW)
    assert caught.value.hint
