"""The window as a whole: what it shows, says and never shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.dialogs.keys import KeySheet
from app.dialogs.small import ChooseReference, GoTo, Reason
from app.main_window import MainWindow
from sync.case.acts import ask_question, mark_event
from sync.case.case import Break
from sync.case.recordings import with_breaks
from sync.evidence import Mark, Place
from sync.timebase import MediaTime
from tests.app.keyboard import press

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]


@pytest.fixture
def opened(window: MainWindow, settle: Settle, make_case: MakeCase) -> MainWindow:
    window.open(make_case("gate", "yard", "radio"))
    settle(window)
    return window


def link(window: MainWindow, settle: Settle) -> None:
    """Tie yard to gate by one event, without the keyboard."""
    case = window.bench.document.case
    for source, low, high in (("gate", 2.9, 3.0), ("yard", 1.9, 2.0)):
        case, _ = mark_event(
            case, event="door", source=source, stream=None, earliest=MediaTime.from_s(low),
            latest=MediaTime.from_s(high), definition="first picture that shows it",
        )  # fmt: skip
    window.bench.document.act(case, "tie them")
    settle(window)


def test_shift_n_goes_where_an_anchor_helps_most(opened: MainWindow, settle: Settle) -> None:
    link(opened, settle)
    places = [Place(source=s, time=MediaTime.from_s(1.5)) for s in ("gate", "yard")]
    case, question = ask_question(
        opened.bench.document.case, words="Which first?", a=places[0], b=places[1]
    )
    opened.bench.document.act(case, "ask")
    settle(opened)
    opened.desk.answers.open_question(question.id)
    (best, *_) = opened.bench.calculation.results.answers[question.id].next_best
    press(opened, "Shift+N")
    settle(opened)
    assert opened.bench.focus.source == best.source_a
    here = opened.bench.places.media_now(best.source_a)
    assert here is not None
    assert abs((here - best.media_a).ns) <= 2
    assert opened.bench.playhead.looping, "it is looped"


def pane_texts(window: MainWindow, source: str) -> tuple[str, str]:
    pane = window.desk.wall.pane(source)
    assert pane is not None
    return pane._header.time, "" if pane._card is None else pane._card[0]


def test_without_a_case_it_says_how_to_begin(window: MainWindow) -> None:
    assert window.desk.desk.currentWidget() is window.desk.welcome
    assert window.windowTitle() == "Tiepoint"
    assert not window.acts["mark"].isEnabled()
    assert window.acts["new"].isEnabled()


def test_a_source_with_no_link_is_never_drawn_as_if_linked(opened: MainWindow) -> None:
    assert opened.desk.lanes.lane("gate") is not None
    assert opened.desk.lanes.lane("yard") is None
    assert opened.desk.lanes.shelf_row("yard") is not None
    assert pane_texts(opened, "yard") == ("no link", "no link to the reference clock")
    press(opened, "2", "Right")
    assert opened.bench.playhead.axis == "yard"
    assert pane_texts(opened, "yard")[0] == "no link · own 0:00.100"
    assert "no link" in opened.desk.transport.time.accessibleDescription()


def test_silent_clips_play_in_step(opened: MainWindow, settle: Settle) -> None:
    link(opened, settle)
    press(opened, "1", "Home")
    for _ in range(25):
        press(opened, "Right")
        settle_frames(opened, settle)
        gate, yard = (opened.desk.wall.pane(s) for s in ("gate", "yard"))
        assert gate is not None
        assert yard is not None
        assert gate.info is not None
        assert gate.info.frames is not None
        if gate.info.frames[0] >= 10:
            # yard shows what gate showed 1 s later, to the picture.
            assert yard.info is not None
            assert yard.info.frames is not None
            assert abs(yard.info.frames[0] - (gate.info.frames[0] - 10)) <= 1


def settle_frames(window: MainWindow, settle: Settle) -> None:
    settle(window)


def test_outside_its_stretch_a_card_says_why(opened: MainWindow, settle: Settle) -> None:
    link(opened, settle)
    press(opened, "1", "Home")
    settle(opened)
    assert pane_texts(opened, "yard")[1] == "no footage here"
    opened.bench.playback.go_reference(3_000_000_000)
    settle(opened)
    assert pane_texts(opened, "yard")[1] == ""
    assert pane_texts(opened, "yard")[0].endswith("s to gate")
    assert pane_texts(opened, "yard")[0].startswith("± ")


def test_what_is_looked_at_stays_while_clocks_move(opened: MainWindow, settle: Settle) -> None:
    press(opened, "2", *["Right"] * 12)
    link(opened, settle)
    assert opened.bench.playhead.axis is None, "it is linked now"
    media = opened.bench.places.media_now("yard")
    assert media is not None
    assert abs(media.s - 1.2) < 1e-6


def test_evidence_is_calculated_live_and_undone(opened: MainWindow, settle: Settle) -> None:
    link(opened, settle)
    assert opened.bench.places.linked("yard")
    solution = opened.bench.document.case.solution
    assert solution is not None
    press(opened, "Ctrl+Z")
    settle(opened)
    assert not opened.bench.places.linked("yard")
    press(opened, "Ctrl+Y")
    settle(opened)
    assert opened.bench.places.linked("yard")
    assert not opened.bench.document.stale


def test_stale_is_shown_until_it_is_calculated(
    qtbot: QtBot, opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(opened, settle)
    monkeypatch.setattr(opened.bench.calculation, "again", lambda: None)  # it takes its time
    case = opened.bench.document.case
    (first, _) = case.of_kind(Mark)
    seen: list[bool] = []
    opened.bench.calculation.changed.connect(
        lambda: seen.append(opened.bench.calculation.results.stale)
    )
    wider = replace(first, latest=MediaTime.from_s(3.1))
    opened.bench.document.act(case.with_evidence(wider), "widen")
    qtbot.waitUntil(lambda: "out of date" in opened.desk.tools.chip.accessibleName())
    monkeypatch.undo()
    opened.bench.calculation.again()
    settle(opened)
    assert seen[0] is True
    assert seen[-1] is False
    assert "out of date" not in opened.desk.tools.chip.accessibleName()


def test_setting_aside_needs_a_reason(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(opened, settle)
    opened.show_tab("evidence")
    opened.desk.evidence.table.select("mark-2")
    monkeypatch.setattr(Reason, "ask", classmethod(lambda cls, *a, **k: None))
    press(opened, "Del")
    assert opened.bench.document.case.of_kind(Mark)[1].provenance.status == "accepted"
    monkeypatch.setattr(Reason, "ask", classmethod(lambda cls, *a, **k: "another lamp"))
    press(opened, "Del")
    settle(opened)
    mark = opened.bench.document.case.of_kind(Mark)[1]
    assert (mark.provenance.status, mark.provenance.reason) == ("set-aside", "another lamp")
    assert not opened.bench.places.linked("yard")
    press(opened, "Shift+Del")
    settle(opened)
    assert opened.bench.places.linked("yard")


def test_the_keyboard_reaches_every_part(opened: MainWindow) -> None:
    seen = []
    for _ in range(4):
        press(opened, "F6")
        focused = opened.focusWidget()
        seen.append(next(part for part, _ in opened.desk.parts()
                         if part is focused or part.isAncestorOf(focused)))  # fmt: skip
    assert len(set(seen)) == 4
    press(opened, "Esc")
    assert opened.focusWidget() is opened.desk.wall


def test_numbers_focus_and_sides_hide(opened: MainWindow) -> None:
    press(opened, "3")
    assert opened.bench.focus.source == "radio"
    press(opened, "Ctrl+I", "Ctrl+B")
    assert not opened.desk.inspector.isVisible()
    assert not opened.desk.sources.isVisible()
    press(opened, "Ctrl+I", "Ctrl+B")
    assert opened.desk.inspector.isVisible()
    press(opened, "9")
    assert opened.bench.focus.source == "radio"


def test_workspaces_are_three_arrangements(opened: MainWindow) -> None:
    press(opened, "1", "Ctrl+F2")
    assert opened.desk.wall.large == "gate"
    narrow = opened.desk.inspector.width()
    press(opened, "Ctrl+F3")
    assert opened.desk.wall.large is None
    assert opened.desk.inspector.width() > narrow
    assert opened.desk.tab == "answers"
    press(opened, "Ctrl+F1")
    assert opened.desk.inspector.width() == narrow


def test_zoom_keys(opened: MainWindow) -> None:
    lanes = opened.desk.lanes
    whole = lanes.view
    press(opened, "Z")
    assert abs(lanes.view.span_ns - 800_000_000) < 20_000_000, "eight pictures of 0.1 s"
    press(opened, "Z")
    assert lanes.view.span_ns == whole.span_ns
    press(opened, "Z", "F", "Backspace")
    assert lanes.view.span_ns < whole.span_ns


def test_stepping_by_any_picture_and_marks(opened: MainWindow, settle: Settle) -> None:
    link(opened, settle)
    press(opened, "1", "Home", ".")
    assert opened.bench.playhead.position == 100_000_000
    press(opened, ",")
    assert opened.bench.playhead.position == 0
    press(opened, "Down")
    assert opened.bench.moving.selected_mark is not None
    assert abs(opened.bench.playhead.position - 3_000_000_000) < 100_000_000


def test_play_pause_and_rates(opened: MainWindow) -> None:
    head = opened.bench.playhead
    press(opened, "Space")
    assert head.playing
    press(opened, "K")
    assert not head.playing
    press(opened, "L", "L")
    assert head.rate == 2
    press(opened, "J")
    assert head.rate == -1
    press(opened, "K", "-", "-")
    assert abs(head.rate) == 1 / 4
    press(opened, "Home", "I", *["Right"] * 10, "O")
    assert head.in_out == (0, 1_000_000_000)
    assert "out 00:00:01.00" in opened.desk.transport._in_out.text()


def test_looping_about_a_mark(opened: MainWindow, settle: Settle) -> None:
    link(opened, settle)
    press(opened, "1", "Home", "Down", "R")
    loop = opened.bench.playhead.loop
    assert loop is not None
    assert loop[1] - loop[0] == 1_000_000_000
    press(opened, "R")
    loop = opened.bench.playhead.loop
    assert loop is not None
    assert loop[1] - loop[0] == 4_000_000_000
    press(opened, "R")
    assert opened.bench.playhead.loop is None


def test_a_stretch_without_link_is_looked_at_on_its_own_time(
    opened: MainWindow, settle: Settle
) -> None:
    link(opened, settle)
    case = opened.bench.document.case
    cut = Break(at=MediaTime.from_s(4.0), reason="cut")
    opened.bench.document.act(with_breaks(case, "yard", (cut,)), "break yard")
    settle(opened)
    press(opened, "2")
    opened.bench.playback.go_media("yard", MediaTime.from_s(5.0))
    assert opened.bench.playhead.axis == "yard"
    assert opened.desk.own_time.isVisible()
    assert pane_texts(opened, "yard")[0].startswith("no link")
    press(opened, "W")
    assert opened.bench.playhead.axis is None
    assert not opened.desk.own_time.isVisible()


def test_the_key_sheet_shows_every_key(qtbot: QtBot, opened: MainWindow) -> None:
    press(opened, "F1")
    (sheet,) = opened.findChildren(KeySheet)
    assert sheet.isVisible()
    press(opened, "Esc")
    assert not sheet.isVisible()


def test_typed_time(opened: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GoTo, "ask", classmethod(lambda cls, *a: 2_000_000_000))
    press(opened, "Ctrl+G")
    assert opened.bench.playhead.position == 2_000_000_000


def test_the_reference_clock_is_chosen(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ChooseReference, "ask", classmethod(lambda cls, parent, case: case.with_datum("yard"))
    )
    press(opened, "Ctrl+R")
    settle(opened)
    assert opened.bench.places.linked("yard")
    assert not opened.bench.places.linked("gate")


def test_a_time_is_copied_with_its_range(opened: MainWindow, settle: Settle, qapp) -> None:  # type: ignore[no-untyped-def]
    link(opened, settle)
    press(opened, "2")
    opened.bench.playback.go_reference(3_000_000_000)
    settle(opened)
    opened.copy()
    assert "±" in qapp.clipboard().text()


def test_themes_change_while_it_is_open(opened: MainWindow) -> None:
    from widgets.theme import current_theme

    press(opened, "Ctrl+Shift+L")
    assert current_theme().name == "light"
    assert opened.settings.theme == "light"
    press(opened, "Ctrl+Shift+L")
    assert current_theme().name == "dark"
