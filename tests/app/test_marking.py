"""Marking in the window: what keys draft, keep, close and never do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.dialogs.closing import ClosingCard
from app.dialogs.delays import StateDelay
from app.main_window import MainWindow
from sync.case.case import Case
from sync.case.delays import radio_chain, with_delay
from sync.evidence import Limit, Mark
from sync.timebase import Duration
from tests.app.keyboard import press, write

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]


@pytest.fixture
def opened(window: MainWindow, settle: Settle, make_case: MakeCase) -> MainWindow:
    """A window with gate (the reference), yard and radio."""
    window.open(make_case("gate", "yard", "radio"))
    settle(window)
    return window


def marks(window: MainWindow) -> tuple[Mark, ...]:
    return window.bench.document.case.of_kind(Mark)


def mark_once(qtbot: QtBot, window: MainWindow, name: str = "") -> None:
    """M ⏎ (name) ⏎"""
    press(window, "M", "Enter")
    qtbot.waitUntil(lambda: window.bench.marking.dialog is not None)
    if name:
        write(window, name)
    press(window, "Enter")


def both(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    """One event in gate at 3.0 s and in yard at 2.0 s, closing card next."""
    press(window, *["Right"] * 30)
    mark_once(qtbot, window, "door")
    press(window, "N", "Home", *["Right"] * 20, "M", "Enter")
    settle(window)
    assert len(marks(window)) == 2


def test_not_yet_and_happened_take_turns(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    press(opened, *["Right"] * 5)
    press(opened, "M")
    settle(opened)
    pane = opened.desk.wall.pane("gate")
    assert pane is not None
    shown = []
    for _ in range(3):
        shown.append((pane._marking, pane.info.frames if pane.info else None))
        opened.bench.marking._pair._turn()
    assert shown == [("happened", (5, 5)), ("not yet", (4, 4)), ("happened", (5, 5))]
    press(opened, "Esc")
    assert pane._marking is None
    assert marks(opened) == ()
    assert not opened.bench.marking.is_open


def test_arrows_move_the_draft_and_shift_widens_it(opened: MainWindow) -> None:
    press(opened, *["Right"] * 10, "M", "Right", "Shift+Right", "Shift+Left")
    draft = opened.bench.marking.draft
    assert draft is not None
    assert [at.s for at in draft.interval if at is not None] == [0.9, 1.2]
    banner = opened.desk.transport.banner().text()
    assert "between 0.900 and 1.200 s" in banner
    press(opened, "]")
    assert "by 1.200 s" in opened.desk.transport.banner().text()
    press(opened, "Esc")


def test_one_sighting_is_kept_when_the_event_is_closed(qtbot: QtBot, opened: MainWindow) -> None:
    press(opened, *["Right"] * 10)
    mark_once(qtbot, opened, "lamp")
    assert opened.bench.marking.is_open
    press(opened, "Esc")
    (mark,) = marks(opened)
    assert mark.provenance.status == "accepted"
    event = opened.bench.document.case.event("lamp")
    assert event is not None
    assert event.definition == "first picture that shows it"
    press(opened, "Esc", "Esc")
    assert marks(opened) == (mark,), "Esc never deletes accepted evidence"


def test_the_pictures_of_a_mark_are_kept(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    press(opened, *["Right"] * 10, "M")
    settle(opened)
    press(opened, "Enter")
    qtbot.waitUntil(lambda: opened.bench.marking.dialog is not None)
    press(opened, "Enter")
    settle(opened)
    store = opened.bench.document.store
    assert store is not None
    kept = sorted(path.name for path in store.files.iterdir())
    assert kept == ["mark-1-happened.png", "mark-1-not-yet.png"]


def test_n_comes_from_a_random_logged_distance(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    both(qtbot, opened, settle)
    press(opened, "Enter", "Y")
    settle(opened)
    opened.bench.marking.seed = lambda: 4
    press(opened, "1", "Home", *["Right"] * 40)
    mark_once(qtbot, opened, "second")
    press(opened, "N")
    assert opened.bench.focus.source == "yard"
    here = opened.bench.places.media_now("yard")
    assert here is not None
    assert abs(here.s - 3.0) > 0.1, "it does not lead to the predicted place"
    press(opened, "M", "Enter")
    settle(opened)
    assert "(seed 4)" in marks(opened)[-1].provenance.note


def test_answers_are_covered_and_a_peek_is_logged(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    press(opened, *["Right"] * 10)
    mark_once(qtbot, opened)
    assert any("covered" in text for text in opened.desk.answers.texts())
    press(opened, "H")  # pressed and let go
    assert "looked at" in marks(opened)[-1].provenance.note
    assert any("covered" in text for text in opened.desk.answers.texts())
    press(opened, "Esc")
    assert not any("covered" in text for text in opened.desk.answers.texts())


def test_speech_makes_a_limit_and_no_tie(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    both(qtbot, opened, settle)
    press(opened, "Enter", "S")
    settle(opened)
    first, second = marks(opened)
    (limit,) = opened.bench.document.case.of_kind(Limit)
    assert (limit.first.event, limit.second.event) == (first.event, second.event)
    assert (limit.low, limit.high) == (Duration(0), None), "the event was not after the words"
    assert limit.why == "somebody speaks about “door”"
    assert first.event != second.event
    assert {first.provenance.status, second.provenance.status} == {"accepted"}
    assert not opened.bench.places.linked("yard")
    assert "No tie was made" in opened.desk.status.line.text()


def test_a_delay_is_chosen_and_named(
    qtbot: QtBot, opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def radio(cls: type, parent: object, case: Case, text: str) -> tuple[Case, str]:
        return with_delay(case, radio_chain()), "radio-chain"

    monkeypatch.setattr(StateDelay, "ask", classmethod(radio))
    both(qtbot, opened, settle)
    press(opened, "Enter", "D")
    settle(opened)
    assert marks(opened)[1].delays == ("radio-chain",)
    track = opened.bench.places.track("yard")
    assert track is not None
    assert track.linked
    assert track.clips[0].half_start is not None
    assert track.clips[0].half_start.s > 0.4, "the delay is in the range"


def test_an_undecided_event_ties_nothing(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    both(qtbot, opened, settle)
    press(opened, "Enter")
    assert isinstance(opened.bench.marking.dialog, ClosingCard)
    press(opened, "Esc", "Esc")
    settle(opened)
    assert not opened.bench.marking.is_open
    assert [mark.provenance.status for mark in marks(opened)] == ["proposed", "proposed"]
    assert not opened.bench.places.linked("yard")


def test_undo_names_the_act_and_closes_the_event(qtbot: QtBot, opened: MainWindow) -> None:
    press(opened, *["Right"] * 10)
    mark_once(qtbot, opened, "lamp")
    assert opened.acts["undo"].text() == "Undo: mark “lamp” in gate"
    press(opened, "Ctrl+Z")
    assert marks(opened) == ()
    assert not opened.bench.marking.is_open
    press(opened, "Ctrl+Shift+Z")
    assert len(marks(opened)) == 1


def test_another_act_closes_the_event(qtbot: QtBot, opened: MainWindow) -> None:
    press(opened, *["Right"] * 10)
    mark_once(qtbot, opened, "lamp")
    opened.acts["search"].trigger()
    assert not opened.bench.marking.is_open
    assert marks(opened)[0].provenance.status == "accepted"


def test_a_second_sighting_in_one_recording_is_refused(qtbot: QtBot, opened: MainWindow) -> None:
    press(opened, *["Right"] * 10)
    mark_once(qtbot, opened, "lamp")
    press(opened, "M", "Enter")
    qtbot.waitUntil(opened.desk.problem.isVisible)
    assert len(marks(opened)) == 1
    press(opened, "Esc", "Esc")


def test_a_sound_snaps_to_its_onset(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    press(opened, "3")
    opened.bench.playhead.seek(2_470_000_000)
    opened.desk.lanes.set_view(opened.desk.lanes.view.showing(0, 6_000_000_000))
    press(opened, "M")
    draft = opened.bench.marking.draft
    assert draft is not None
    middle = sum(at.s for at in draft.interval if at is not None) / 2
    assert middle == pytest.approx(2.5, abs=0.006)
    press(opened, "Esc", "S", "M")
    draft = opened.bench.marking.draft
    assert draft is not None
    ends = [at.s for at in draft.interval if at is not None]
    assert ends == pytest.approx([2.475, 2.515], abs=0.01)
    mark_once_more = opened.bench.marking
    mark_once_more.accept()
    qtbot.waitUntil(lambda: mark_once_more.dialog is not None)
    press(opened, "Enter")
    settle(opened)
    store = opened.bench.document.store
    assert store is not None
    assert (store.files / "mark-1.wav").is_file()
    QTest.qWait(0)
    press(opened, "Esc")


def test_proposed_marks_are_not_drawn_as_a_tie(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    both(qtbot, opened, settle)
    press(opened, "Enter", "Y")
    settle(opened)
    assert len(opened.desk.lanes._overlay._ties) == 1
    press(opened, "1", "Home", *["Right"] * 40)
    mark_once(qtbot, opened, "second")
    press(opened, "N", "M", "Enter")
    settle(opened)
    assert len(marks(opened)) == 4
    assert len(opened.desk.lanes._overlay._ties) == 1
    press(opened, "Esc")
