"""A mark made while it is not verified yet which frame carries which time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.controllers import reading
from app.main_window import MainWindow
from sync.case.case import Source
from sync.evidence import Mark, takes_part
from sync.media.provisional import provisional_index
from sync.progress import Progress
from tests.app.keyboard import press

Settle = Callable[[MainWindow], None]


@pytest.mark.parametrize("late_ns", [0, 40_000_000], ids=["tables right", "tables wrong"])
def test_it_is_kept_outlined_and_checked(
    qtbot: QtBot, window: MainWindow, settle: Settle, make_case: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch, late_ns: int,
) -> None:  # fmt: skip
    def as_tables_say(path: Path, source: Source, *_: object) -> reading.Index:
        index, _notes = provisional_index(path)
        return reading.counted(source, replace(index, time_ns=index.time_ns + late_ns))

    def held_back(path: Path, source: object, cache: object, progress: Progress) -> object:
        return reading.Pictures(None, {}, None)

    read = reading.pictures
    monkeypatch.setattr(reading, "index", as_tables_say)
    monkeypatch.setattr(reading, "pictures", held_back)
    window.open(make_case("gate"))
    settle(window)
    bench = window.bench
    press(window, *["Right"] * 5, "M")
    settle(window)
    press(window, "Enter")
    qtbot.waitUntil(lambda: bench.marking.dialog is not None)
    press(window, "Enter")
    settle(window)
    press(window, "Esc")
    (mark,) = bench.document.case.of_kind(Mark)
    assert len(mark.unverified) == 2
    assert mark.provenance.status == "accepted"
    assert not takes_part(mark)

    opened = bench.recordings.get("gate")
    assert opened is not None
    found = read(opened.path, opened.source, bench.recordings.cache, Progress())
    bench.recordings._take_pictures(opened, found)
    settle(window)
    (checked,) = bench.document.case.of_kind(Mark)
    assert checked.unverified == ()
    assert takes_part(checked)
    index = bench.recordings.index("gate")
    assert index is not None
    assert checked.frames is not None
    assert checked.latest == index.time_of(checked.frames[0])
    assert (checked.latest != mark.latest) == bool(late_ns)
