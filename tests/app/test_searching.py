"""Searching from the window: a job, counted whatever comes of it, decided by the person."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

import app.controllers.blind_check
import app.controllers.searching
import sync.case.all_pairs
from app.controllers.moments import PLAYED_MS
from app.dialogs.small import Reason
from app.main_window import MainWindow
from sync.case.acts import mark_event
from sync.case.blind_check import Round
from sync.case.case import Case
from sync.case.recordings import add_recording
from sync.case.store import CaseStore
from sync.correlate.result import (
    Candidate,
    Coincidence,
    Curve,
    Jump,
    Searched,
    SearchResult,
    Segment,
)
from sync.errors import TraceError
from sync.evidence import Delay, Lag
from sync.timebase import MediaTime
from tests.app.keyboard import press
from widgets.search_words import strongest

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
    moments, panel = opened.bench.searching.moments, opened.desk.search
    panel.moment_wanted.emit(CANDIDATE, 0)
    assert opened.bench.focus.source == "gate"
    assert opened.bench.playhead.playing
    assert panel.candidate() == CANDIDATE
    moments._next()
    assert opened.bench.focus.source == "yard"
    assert panel.candidate() == CANDIDATE, "looking at the other recording keeps what was found"
    assert opened.desk.search_tab.partner.currentData() == "gate"
    moments._next()
    assert not opened.bench.playhead.playing


def test_a_chosen_candidate_shows_what_it_rests_on_at_once_and_plays_it(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(opened, settle, monkeypatch, FOUND)
    panel, moments = opened.desk.search, opened.bench.searching.moments
    count = len(strongest(CANDIDATE))
    assert count > 0
    began = time.perf_counter()
    panel.select(0)
    QApplication.processEvents()
    assert time.perf_counter() - began < 0.1
    views = [shown for shown in panel.findings._cards[0].findChildren(QLabel)
             if not shown.pixmap().isNull() and shown.isVisible()]  # fmt: skip
    assert len(views) >= 2 * count, "pictures before and at, in both"
    assert opened.bench.playhead.playing
    assert moments._piece_ms * 2 * count == PLAYED_MS
    for _ in range(2 * count):
        moments._next()
    assert not opened.bench.playhead.playing


def test_one_channel_of_a_sound_is_searched(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(opened, settle, monkeypatch, REFUSED)
    form = opened.desk.search.form
    assert form.folded, "what was found has the room"
    form.set_pair(("gate", "yard"), ("gate", "yard"), (("samples",), ("samples",)), 0, (2, 1))
    assert [form.channels[0].itemText(n) for n in range(3)] == ["mixed", "left", "right"]
    assert form.channels[1].isHidden()
    asked = []
    form.requested.connect(asked.append)
    form.channels[0].setCurrentIndex(2)
    form.search.click()
    settle(opened)
    assert (asked[0].channel_a, asked[0].channel_b) == (1, None)


def test_other_searches_of_the_pair_raise_the_stated_chance(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    weaker = replace(CANDIDATE, p=0.006)
    search(opened, settle, monkeypatch, replace(FOUND, candidates=(weaker,)))
    assert opened.desk.search.candidates()[0].p == 0.006
    other = replace(SEARCHED, kind_a="flash")
    search(opened, settle, monkeypatch, replace(FOUND, candidates=(weaker,), searched=other))
    assert opened.desk.search.candidates() == ()
    assert [record.status for record in opened.bench.document.case.searches] == [
        "significant", "weak",
    ]  # fmt: skip
    assert any("searched in 2 ways" in text for text in opened.desk.search.texts())


def mark_in_both(window: MainWindow) -> None:
    """A lamp at 3.0 s of gate and 2.0 s of yard, where the candidate has half of its score."""
    case = window.bench.document.case
    for source, at_s in (("gate", 3.0), ("yard", 2.0)):
        case, _ = mark_event(
            case, event="lamp", source=source, stream="picture",
            earliest=MediaTime.from_s(at_s - 0.002), latest=MediaTime.from_s(at_s + 0.002),
        )  # fmt: skip
    window.bench.document.act(case, "mark the lamp")


def test_who_accepts_reads_what_is_kept_as_a_check(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark_in_both(opened)
    search(opened, settle, monkeypatch, FOUND)
    assert any("Without it the case says 1.0" in text for text in opened.desk.search.texts())
    press(opened, "A")
    assert "'lamp', marked in both" in opened.desk.search.decision.text.text()
    press(opened, "Enter")
    settle(opened)
    (lag,) = opened.bench.document.case.of_kind(Lag)
    assert lag.provenance.status == "set-aside"
    assert "'lamp'" in lag.provenance.reason


# -- all pairs ------------------------------------------------------------------------------------


def test_all_pairs_are_one_job_one_grid_and_all_counted(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def correlate(path_a: Path, _a: object, path_b: Path, _b: object, **how: Any) -> SearchResult:
        if "radio" in path_b.name:
            return REFUSED
        return replace(FOUND, candidates=(replace(CANDIDATE, p=0.001),))

    monkeypatch.setattr(sync.case.all_pairs, "correlate_recordings", correlate)
    window.open(make_case("gate", "yard", "radio"))
    settle(window)
    window.acts["all_pairs"].trigger()
    assert len([job for job in window.bench.jobs.active if "3 pairs" in job.title]) == 1
    settle(window)
    case = window.bench.document.case
    assert sorted(record.status for record in case.searches) == [
        "no-match", "no-match", "significant",
    ]  # fmt: skip
    grid = window.desk.search.grid
    assert grid.isVisible() and grid.pair() == ("gate", "yard")
    assert "gate ↔ yard: match, unrelated recordings reach it 3 of 1,000" in grid.texts()
    press(window, "Enter")
    assert window.bench.focus.source == "gate"
    candidate = window.desk.search.candidate()
    assert candidate is not None and candidate.p == pytest.approx(0.003)
    press(window, "A", "Enter")
    settle(window)
    assert len(window.bench.document.case.of_kind(Lag)) == 1


def test_a_cancelled_family_counts_nothing(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def correlate(*_: object, **how: Any) -> SearchResult:
        window.bench.jobs.cancel_all()
        how["progress"].report(0.5)
        raise AssertionError("it was cancelled")

    monkeypatch.setattr(sync.case.all_pairs, "correlate_recordings", correlate)
    window.open(make_case("gate", "yard"))
    settle(window)
    window.acts["all_pairs"].trigger()
    settle(window)
    assert window.bench.document.case.searches == ()
    assert not window.desk.search.grid.isVisible()
    assert window.desk.search.form.isEnabled()


# -- blind check ----------------------------------------------------------------------------------

ROUNDS = tuple(
    Round(at_b_s=1.0 + 0.5 * n, at_a_s=(0.5, 2.0 + 0.5 * n, 4.0, 5.0), right=1) for n in range(5)
)


def test_a_blind_check_is_noted_and_shown(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.controllers.blind_check, "plan", lambda *_: ROUNDS)
    search(opened, settle, monkeypatch, FOUND)
    press(opened, "Shift+A")
    for _ in ROUNDS:
        settle(opened)
        assert opened.desk.search.blind.isVisible()
        press(opened, "2", "Enter")
    assert not opened.desk.search.blind.isVisible()
    (record,) = opened.bench.document.case.searches
    assert record.note.startswith("Blind check: 5 of 5 right, chance 1 in 1,024 (seed ")
    assert any("5 of 5 right" in text for text in opened.desk.search.texts())
    press(opened, "A", "Enter")
    settle(opened)
    (lag,) = opened.bench.document.case.of_kind(Lag)
    assert "5 of 5 right" in lag.provenance.note
    press(opened, "Shift+A")
    assert opened.bench.searching.candidates._blind.rounds == (), (
        "an accepted match is not checked any more"
    )


def test_a_blind_check_that_is_given_up_or_not_possible_notes_nothing(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(opened, settle, monkeypatch, FOUND)
    press(opened, "Shift+A")
    assert opened.desk.problem.isVisible(), "six seconds hold no five different moments"
    assert not opened.desk.search.blind.isVisible()
    monkeypatch.setattr(app.controllers.blind_check, "plan", lambda *_: ROUNDS)
    press(opened, "Shift+A")
    settle(opened)
    press(opened, "1", "Esc")
    assert not opened.desk.search.blind.isVisible()
    (record,) = opened.bench.document.case.searches
    assert record.note == ""


def test_a_segment_map_is_accepted_as_one_act(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = replace(
        FOUND, candidates=(CANDIDATE, replace(CANDIDATE, offset_s=2.0, epoch_s=0.4)),
        segments_of="b",
        segments=(
            Segment(from_s=0.2, to_s=0.6, transmissions=1, candidate=1),
            Segment(from_s=1.8, to_s=2.2, transmissions=1, candidate=0),
        ),
        jumps=(Jump(of="b", after_s=0.6, before_s=1.8, change_s=1.0, U95_s=0.03),),
    )  # fmt: skip
    search(opened, settle, monkeypatch, found)
    document = opened.bench.document
    opened.desk.search.ask_map()
    assert document.case.of_kind(Lag) == ()
    opened.desk.search.confirm()
    settle(opened)
    assert sorted(lag.time_b.s for lag in document.case.of_kind(Lag)) == [0.4, 2.0]
    assert [cut.at.s for cut in document.case.source("yard").breaks] == [1.2]
    press(opened, "Ctrl+Z")
    settle(opened)
    assert document.case.of_kind(Lag) == () and document.case.source("yard").breaks == ()
    assert len(document.case.searches) == 1


def test_a_match_with_radio_sound_carries_a_delay_that_was_chosen(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    window.open(make_case("gate", "radio"))
    settle(window)
    heard = replace(CANDIDATE, kind_b="onset")
    search(window, settle, monkeypatch, replace(FOUND, candidates=(heard,)))
    press(window, "A")
    panel = window.desk.search
    assert panel.decision.delay.isVisible()
    texts = [panel.decision.delay.itemText(n) for n in range(panel.decision.delay.count())]
    assert texts[0] == "radio is late: radio chain, 0 to 1 s"
    assert texts[1].startswith("gate is late") and texts[2].startswith("neither is late")
    press(window, "Enter")
    settle(window)
    (lag,) = window.bench.document.case.of_kind(Lag)
    assert (lag.source_b, lag.delays_a, lag.delays_b) == ("radio", (), ("radio-chain",))
    detail = window.desk.evidence
    detail.table.view.selectRow(detail.table._model.ids.index(lag.id))
    assert "late by radio chain (0.5 ± 0.5 s)" in detail.detail.text()


def test_a_whole_map_of_radio_sound_carries_the_delay_that_was_chosen(
    qtbot: QtBot, window: MainWindow, settle: Settle, make_case: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    window.open(make_case("gate", "radio"))
    settle(window)
    heard = replace(CANDIDATE, kind_b="onset")
    found = replace(
        FOUND, candidates=(heard, replace(heard, offset_s=2.0, epoch_s=0.4)), segments_of="b",
        segments=(
            Segment(from_s=0.2, to_s=0.6, transmissions=1, candidate=1),
            Segment(from_s=1.8, to_s=2.2, transmissions=1, candidate=0),
        ),
        jumps=(Jump(of="b", after_s=0.6, before_s=1.8, change_s=1.0, U95_s=0.03),),
    )  # fmt: skip
    search(window, settle, monkeypatch, found)
    panel = window.desk.search
    qtbot.mouseClick(panel.findings.map_button, Qt.MouseButton.LeftButton)
    assert panel.decision.delay.isVisible()
    assert panel.decision.delay.itemText(0) == "radio is late: radio chain, 0 to 1 s"
    press(window, "Enter")
    settle(window)
    lags = window.bench.document.case.of_kind(Lag)
    assert [(lag.delays_a, lag.delays_b) for lag in lags] == [((), ("radio-chain",))] * 2
    press(window, "Ctrl+Z")
    settle(window)
    assert window.bench.document.case.of_kind(Delay) == (), "the delay came with them, as one act"


def test_of_two_sounds_either_may_be_late_and_neither_is_the_usual(
    window: MainWindow, settle: Settle, clips: dict[str, Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    soundfile.write(tmp_path / "mic.wav", np.random.default_rng(1).normal(0, 0.1, 48_000), 8000)
    path = tmp_path / "made.tiepoint"
    case = Case(id="", examiner="E")
    for recording in (clips["radio"], tmp_path / "mic.wav"):
        case, _ = add_recording(case, recording, case_path=path)
    CaseStore.create(path, case, "E").close()
    window.open(path)
    settle(window)
    heard = replace(CANDIDATE, kind_a="onset", kind_b="onset")
    search(window, settle, monkeypatch, replace(FOUND, candidates=(heard,)))
    press(window, "A")
    delay = window.desk.search.decision.delay
    texts = [delay.itemText(n) for n in range(delay.count())]
    assert texts[0].startswith("neither is late")
    assert {text.partition(" is late")[0] for text in texts[1:]} == {"radio.wav", "mic.wav"}
    press(window, "Enter")
    settle(window)
    (lag,) = window.bench.document.case.of_kind(Lag)
    assert (lag.delays_a, lag.delays_b) == ((), ())


def test_u_leaves_a_candidate_undecided(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(opened, settle, monkeypatch, FOUND)
    opened.desk.focus_work()
    press(opened, "U")
    assert opened.desk.status.line.text() == "Left undecided: nothing was added."
    assert opened.bench.document.case.of_kind(Lag) == ()
