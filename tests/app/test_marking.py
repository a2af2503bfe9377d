"""Marking in the window: what keys draft, keep, close and never do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.controllers.draft import SoundDraft
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
        opened.bench.drafting.pair._turn()
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
    names = ("mark-1-happened", "mark-1-not-yet")
    assert kept == [f"{name}{suffix}" for name in names for suffix in (".png", ".small.jpg")]


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


# -- afterwards ---------------------------------------------------------------------------------


def test_alt_arrows_nudge_the_selected_mark(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    press(opened, *["Right"] * 30)
    mark_once(qtbot, opened, "door")
    press(opened, "Esc")
    settle(opened)
    (before,) = marks(opened)
    assert before.frames is not None and before.earliest is not None
    press(opened, "Alt+Right", "Alt+Right")
    settle(opened)
    (after,) = marks(opened)
    assert after.id == before.id
    assert after.frames == (before.frames[0] + 2, before.frames[1] + 2)
    assert after.earliest is not None
    assert (after.earliest - before.earliest).s == pytest.approx(0.2, abs=1e-6)
    assert after.provenance.note.count("moved from 2.9") == 1
    assert opened.acts["undo"].text() == "Undo: nudge “door” in gate, 1 picture later"
    assert (opened.bench.document.store.files / f"{after.id}-happened.png").is_file()
    press(opened, "Ctrl+Z")
    assert marks(opened) == (before,), "nudges in a row are one step"


def test_a_mark_of_sound_is_nudged_by_10_ms(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    opened.bench.focus.set("radio")
    press(opened, "S", *["Shift+Right"] * 2)
    mark_once(qtbot, opened, "click")
    press(opened, "Esc")
    settle(opened)
    (before,) = marks(opened)
    press(opened, "Alt+Left")
    (after,) = marks(opened)
    assert (before.centre - after.centre).ns == 10_000_000
    assert after.half == before.half


def test_nothing_is_nudged_without_a_mark(opened: MainWindow) -> None:
    press(opened, "Alt+Left")
    assert opened.desk.problem.isVisible()
    assert marks(opened) == ()


def test_alt_suspends_snapping(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    opened.bench.focus.set("radio")
    settle(opened)
    press(opened, "Home", "Shift+Right")
    for _ in range(3):
        press(opened, "Left")
    opened.bench.drafting.snap = True
    press(opened, "Z")
    press(opened, "Alt+M")
    draft = opened.bench.marking.draft
    assert isinstance(draft, SoundDraft)
    assert draft.centre_ns == draft.raw_ns


def test_an_event_open_when_the_program_dies_is_taken_up_again(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    both(qtbot, opened, settle)
    store = opened.bench.document.store
    assert store is not None
    path = store.path
    opened.bench.document.close()  # nobody closed the event: its marks stand in the log alone
    assert not opened.bench.marking.is_open
    opened.open(path)
    settle(opened)
    open_event = opened.bench.marking.open
    assert open_event is not None
    assert (open_event.name, len(open_event.marks)) == ("door", 2)
    assert "2 sightings" in (opened.bench.marking.banner() or "")
    assert opened.desk.answers.texts()[0].startswith("Answers are covered")
    press(opened, "Enter")
    card = opened.bench.marking.dialog
    assert isinstance(card, ClosingCard)
    card.decide("same")
    settle(opened)
    assert {mark.provenance.status for mark in marks(opened)} == {"accepted"}


def test_an_event_that_was_left_is_not_taken_up(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    both(qtbot, opened, settle)
    press(opened, "Esc")
    assert "left undecided" in marks(opened)[-1].provenance.note
    assert opened.bench.document.store is not None
    path = opened.bench.document.store.path
    opened.bench.document.close()
    opened.open(path)
    settle(opened)
    assert not opened.bench.marking.is_open


def test_acts_are_signed_by_who_sits_here(qtbot: QtBot, opened: MainWindow) -> None:
    mark_once(qtbot, opened, "door")
    press(opened, "Esc")
    opened.settings.analyst = "S. Econd"
    mark_once(qtbot, opened, "lamp")
    press(opened, "Esc")
    assert [mark.provenance.by for mark in marks(opened)] == ["E. Xaminer", "S. Econd"]
    store = opened.bench.document.store
    assert store is not None
    lines = store.path.with_name(f"{store.path.name}.log").read_text("utf-8").splitlines()
    assert json.loads(lines[-1])["by"] == "S. Econd"
