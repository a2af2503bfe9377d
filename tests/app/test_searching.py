"""Searching from the window: a job, counted whatever comes of it, decided by the person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import app.controllers.searching
from app.dialogs.small import Reason
from app.main_window import MainWindow
from sync.correlate.result import Candidate, Coincidence, Curve, Searched, SearchResult
from sync.errors import TraceError
from sync.evidence import Lag
from tests.app.keyboard import press

Settle = Callable[[MainWindow], None]

CANDIDATE = Candidate(
    offset_s=1.0, u_s=0.01, U95_s=0.02, epoch_s=2.0, p=0.001, z=6.0, correlation=0.9,
    kind_a="motion", kind_b="motion",
    coincidences=(Coincidence(time_a_s=3.0, time_b_s=2.0, share=0.5),),
)  # fmt: skip
SEARCHED = Searched(
    kind_a="motion", kind_b="motion", offset_from_s=-5.0, offset_to_s=5.0, overlap_min_s=2.0,
    surrogates=100, seed=1, family=1,
)  # fmt: skip
CURVE = Curve(offset_s=np.linspace(-5, 5, 50), score=np.zeros(50), threshold=4.0)
FOUND = SearchResult(
    status="significant", reasons=(), candidates=(CANDIDATE,), searched=SEARCHED, curve=CURVE
)
REFUSED = SearchResult(
    status="no-match", reasons=("Unrelated recordings reach this in 62 of 100 searches.",),
    candidates=(), searched=SEARCHED, curve=CURVE,
)  # fmt: skip


@pytest.fixture
def opened(window: MainWindow, settle: Settle, make_case: Callable[..., Path]) -> MainWindow:
    window.open(make_case("gate", "yard"))
    settle(window)
    return window


def search(window: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch,
           result: object) -> None:  # fmt: skip
    def find(*args: object) -> object:
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(app.controllers.searching, "_search", find)
    press(window, "C", "Space")
    settle(window)


def test_a_match_is_accepted_with_a_and_enter(
    qtbot: QtBot, opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(opened, settle, monkeypatch, FOUND)
    assert len(opened.bench.document.case.searches) == 1
    assert opened.bench.document.case.of_kind(Lag) == (), "nothing is added until it is accepted"
    press(opened, "A")
    assert opened.bench.document.case.of_kind(Lag) == ()
    press(opened, "Enter")
    settle(opened)
    (lag,) = opened.bench.document.case.of_kind(Lag)
    assert (lag.time_a.s, lag.time_b.s) == (3.0, 2.0)
    assert opened.bench.places.linked("yard")
    press(opened, "Ctrl+Z")
    settle(opened)
    assert opened.bench.document.case.of_kind(Lag) == ()
    assert len(opened.bench.document.case.searches) == 1, "a search that was made stays counted"


def test_a_refusal_is_shown_and_counted(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(opened, settle, monkeypatch, REFUSED)
    assert [record.status for record in opened.bench.document.case.searches] == ["no-match"]
    assert any("62 of 100" in text for text in opened.desk.search.texts())
    assert not opened.acts["accept_candidate"].isEnabled()
    search(opened, settle, monkeypatch, REFUSED)
    assert opened.bench.searching.count("gate", "yard") == 2


def test_a_rejected_match_is_kept_with_its_reason(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(opened, settle, monkeypatch, FOUND)
    monkeypatch.setattr(Reason, "ask", classmethod(lambda cls, *a, **k: "another lamp"))
    press(opened, "X")
    settle(opened)
    (lag,) = opened.bench.document.case.of_kind(Lag)
    assert (lag.provenance.status, lag.provenance.reason) == ("rejected", "another lamp")
    assert not opened.bench.places.linked("yard")


def test_a_search_that_cannot_be_made_is_explained(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(opened, settle, monkeypatch, TraceError("There is no motion in yard."))
    assert opened.desk.problem.isVisible()
    assert opened.bench.document.case.searches == ()


def test_a_moment_is_played_in_both(
    qtbot: QtBot, opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(opened, settle, monkeypatch, FOUND)
    opened.bench.searching.play_moment(CANDIDATE, 0)
    assert opened.bench.focus.source == "gate"
    assert opened.bench.playhead.playing
    opened.bench.searching._next_moment()
    assert opened.bench.focus.source == "yard"
    opened.bench.searching._next_moment()
    assert not opened.bench.playhead.playing
