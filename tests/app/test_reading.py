"""Opening a recording: something to look at at once, then all that one decode pass gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.jobs import Job
from app.main_window import MainWindow
from sync.cache import Cache
from sync.media.proxy import Proxy
from sync.traces.trace import PICTURE_KINDS

Settle = Callable[[MainWindow], None]


def test_a_preview_first_then_index_traces_and_proxy(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path], tmp_path: Path
) -> None:
    recordings = window.bench.recordings
    recordings.cache = Cache(tmp_path / "fresh")
    seen: list[tuple[str, str, bool]] = []

    def look(source: str) -> None:
        opened = recordings.get(source)
        assert opened is not None
        assert opened.index is not None
        drawn = bool(window.bench.lane_views.rows(source))
        seen.append((opened.kind, opened.index.state, drawn))

    recordings.curve_ready.connect(look)
    window.open(make_case("gate"))
    settle(window)
    assert seen[0] == ("preview, by bytes", "provisional", True)
    assert seen[-1] == ("motion", "verified", True)
    opened = recordings.get("gate")
    assert opened is not None
    assert set(PICTURE_KINDS) <= set(opened.traces)
    assert opened.proxy is not None
    with Proxy.open(opened.proxy) as proxy:
        assert proxy.count == 60
    assert opened.unread == ""


def test_a_cache_without_room_is_said_and_the_case_goes_on(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path], tmp_path: Path
) -> None:
    recordings = window.bench.recordings
    recordings.cache = Cache(tmp_path / "small", limit_bytes=1000)
    window.open(make_case("gate", "yard"))
    settle(window)
    for source in ("gate", "yard"):
        opened = recordings.get(source)
        assert opened is not None
        assert opened.index is not None
        assert opened.index.state == "verified"
        assert "motion" in opened.traces
        assert opened.unread == ""
    said = " ".join(label.text() for label in window.desk.problem.findChildren(QLabel))
    assert "no room left" in said
    assert "Make room on that disk" in said


def test_a_reading_that_was_stopped_is_said_and_goes_on_where_it_was(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path], tmp_path: Path
) -> None:
    recordings, jobs = window.bench.recordings, window.bench.jobs
    recordings.cache = Cache(tmp_path / "fresh")

    def stop(job: Job) -> None:
        if job.title.startswith("Reading "):
            job.cancel()

    jobs.started.connect(stop)
    window.open(make_case("gate"))
    settle(window)
    opened = recordings.get("gate")
    assert opened is not None
    assert opened.stopped
    assert opened.kind == "reading stopped"
    card = window.desk.sources.list.model().index(0, 0)
    assert card.data(Qt.ItemDataRole.AccessibleTextRole).endswith(
        "reading stopped: right-click to go on"
    )
    jobs.started.disconnect(stop)
    recordings.read_on("gate")
    settle(window)
    opened = recordings.get("gate")
    assert opened is not None
    assert not opened.stopped
    assert opened.index is not None
    assert opened.index.state == "verified"


def test_what_is_in_sight_comes_first_and_the_digests_are_checked_all_the_same(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path]
) -> None:
    said: list[tuple[str, str]] = []
    window.bench.jobs.started.connect(lambda job: said.append(("begins", job.title)))
    window.bench.jobs.ended.connect(lambda job: said.append(("ends", job.title)))
    checked: list[object] = []
    window.bench.recordings.checked.connect(checked.append)
    window.open(make_case("gate", "yard", "radio"))
    settle(window)
    opened = [at for at, (_, title) in enumerate(said)
              if title.startswith("Opening ") and "made" not in title]  # fmt: skip
    slow = ("Reading", "Finding", "Checking")
    later = {title: at for at, (what, title) in enumerate(said)
             if what == "begins" and title.split()[0] in slow}  # fmt: skip
    # Its waveform may be in the cache from another test.
    assert later.keys() - {"Reading sound of radio"} == {
        "Reading gate",
        "Reading yard",
        "Finding onsets of radio",
        "Checking files",
    }
    # The last opening ends after what it makes room for has begun.
    assert min(later.values()) > opened[-2]
    assert len(checked) == 1
