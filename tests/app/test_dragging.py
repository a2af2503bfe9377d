"""A mark dragged on its lane: seen at once, written once, when it is let go."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.controllers import calculation
from app.main_window import MainWindow
from sync.case.acts import mark_event
from sync.case.calculate import with_clocks
from sync.case.case import Case
from sync.case.paths import log_path
from sync.case.store import load_case
from sync.evidence import Mark
from sync.timebase import MediaTime
from sync.timeline import build_timeline
from tests.app.keyboard import press
from widgets.lane import MARK_TOP, Lane

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]


@pytest.fixture
def tied(window: MainWindow, settle: Settle, make_case: MakeCase) -> MainWindow:
    """Gate and yard with two events each, the first one's mark in yard selected."""
    window.open(make_case("gate", "yard", "radio"))
    settle(window)
    case = window.bench.document.case
    for event, gate_s in (("door", 3.0), ("lamp", 4.0)):
        for source, at_s in (("gate", gate_s), ("yard", gate_s - 1.0)):
            case, mark = mark_event(
                case, event=event, source=source, stream=None,
                earliest=MediaTime.from_s(at_s - 0.1), latest=MediaTime.from_s(at_s),
                definition="first picture that shows it",
            )  # fmt: skip
            case = case.with_evidence(replace(mark, frames=(round(10 * at_s),) * 2))
    window.bench.document.act(case, "tie them")
    settle(window)
    window.bench.moving.go_mark(mark_of(window.bench.document.case).id)
    settle(window)
    return window


def mark_of(case: Case) -> Mark:
    """The door in yard."""
    return next(mark for mark in case.of_kind(Mark) if mark.source == "yard")


def lines(window: MainWindow) -> list[dict[str, object]]:
    """The log on the disk."""
    path = window.bench.document.path
    assert path is not None
    return [json.loads(line) for line in log_path(path).read_bytes().splitlines()]


class Hand:
    """The mouse on the selected mark of yard."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        lane = window.desk.lanes.lane("yard")
        assert lane is not None
        self.lane: Lane = lane
        self.at = self._mark()
        QTest.mousePress(lane, Qt.MouseButton.LeftButton, pos=self.at)

    def _mark(self) -> QPoint:
        wanted = mark_of(self._window.bench.document.case).id
        (marker,) = [m for m in self.lane.track.markers if m.mark == wanted]
        assert marker.reference is not None
        return QPoint(round(self.lane.x_of(marker.reference.ns)), MARK_TOP + 4)

    def _place(self, seconds: float) -> QPoint:
        return self.at + QPoint(round(seconds * 1e9 / self._window.desk.lanes.view.ns_per_px), 0)

    def to(self, seconds: float) -> None:
        """Hold it so far from where it was taken."""
        QTest.mouseMove(self.lane, self._place(seconds))

    def let_go(self, seconds: float) -> None:
        """Release it there."""
        QTest.mouseRelease(self.lane, Qt.MouseButton.LeftButton, pos=self._place(seconds))


def test_what_is_passed_is_shown_but_only_the_last_place_is_written(
    qtbot: QtBot, tied: MainWindow, settle: Settle
) -> None:
    document, before = tied.bench.document, mark_of(tied.bench.document.case)
    written, figures = lines(tied), tied.desk.clocks.copy_text()
    start = tied.bench.calculation.results.timeline
    hand = Hand(tied)
    for seconds in (0.1, 0.2, 0.3):
        with qtbot.waitSignal(tied.bench.calculation.glimpsed):
            hand.to(seconds)
        settle(tied)
        shown = tied.bench.calculation.results.timeline
        assert shown != start, "the lanes follow"
        assert hand.lane.track.clips == shown.track("yard").clips  # type: ignore[union-attr]
        start = shown
    assert "written when you let go" in tied.desk.status.line.text()
    assert lines(tied) == written
    assert mark_of(document.case) == before
    assert tied.desk.clocks.copy_text() == figures, "tables show the case, which is the same"
    hand.let_go(0.4)
    # At once, before anything is calculated from it: a power cut now loses nothing.
    (act,) = lines(tied)[len(written) :]
    assert act["act"] == "move “door” in yard, +0.400 s"
    path = document.path
    assert path is not None
    assert mark_of(load_case(path)) == mark_of(document.case)
    settle(tied)
    assert [line["act"] for line in lines(tied)[len(written) :]] == [act["act"], "calculate"]
    after = mark_of(document.case)
    assert after.earliest is not None and before.earliest is not None
    assert (after.earliest - before.earliest).s == pytest.approx(0.4, abs=1e-6)
    assert after.frames == (24, 24)
    assert "moved from 1.9" in after.provenance.note
    assert tied.desk.clocks.copy_text() != figures
    assert not document.stale
    press(tied, "Ctrl+Z")
    assert mark_of(document.case) == before, "one step"


def test_a_drag_back_to_where_it_began_writes_nothing(
    qtbot: QtBot, tied: MainWindow, settle: Settle
) -> None:
    written, start = lines(tied), tied.bench.calculation.results.timeline
    hand = Hand(tied)
    with qtbot.waitSignal(tied.bench.calculation.glimpsed):
        hand.to(0.3)
    hand.let_go(0.0)
    settle(tied)
    assert lines(tied) == written
    assert tied.bench.calculation.results.timeline == start
    assert not tied.bench.document.can_undo or "move" not in tied.acts["undo"].text()


def test_esc_puts_the_mark_back(qtbot: QtBot, tied: MainWindow, settle: Settle) -> None:
    written, start = lines(tied), tied.bench.calculation.results.timeline
    hand = Hand(tied)
    with qtbot.waitSignal(tied.bench.calculation.glimpsed):
        hand.to(0.3)
    settle(tied)
    press(tied, "Esc")
    settle(tied)
    assert tied.bench.calculation.results.timeline == start
    hand.to(0.5)
    hand.let_go(0.5)
    settle(tied)
    assert tied.bench.calculation.results.timeline == start
    assert lines(tied) == written
    hand = Hand(tied)
    with qtbot.waitSignal(tied.bench.calculation.glimpsed):
        hand.to(0.2)
    hand.let_go(0.2)
    settle(tied)
    assert lines(tied)[len(written)]["act"] == "move “door” in yard, +0.200 s"


def test_only_the_selected_mark_can_be_dragged(
    qtbot: QtBot, tied: MainWindow, settle: Settle
) -> None:
    tied.desk.lanes.set_selected_mark(None)
    hand = Hand(tied)
    hand.to(0.2)
    hand.let_go(0.4)
    settle(tied)
    assert tied.desk.lanes.selection is not None, "a range was selected"
    assert lines(tied)[-1]["act"] != "move “door” in yard, +0.400 s"


def test_the_lanes_lie_as_they_will_when_it_is_let_go(
    qtbot: QtBot, tied: MainWindow, settle: Settle
) -> None:
    hand = Hand(tied)
    with qtbot.waitSignal(tied.bench.calculation.glimpsed):
        hand.to(0.2)
    settle(tied)
    held = tied.bench.calculation.results.timeline
    hand.let_go(0.2)
    settle(tied)
    assert tied.bench.calculation.results.timeline == held


def test_a_mark_of_sound_is_held_to_the_millisecond_and_stays_in_its_file(
    tied: MainWindow, settle: Settle
) -> None:
    case, _ = mark_event(
        tied.bench.document.case, event="call", source="radio", stream=None,
        earliest=MediaTime.from_s(2.0), latest=MediaTime.from_s(2.04), definition="begins",
    )  # fmt: skip
    tied.bench.document.act(case, "a call")
    settle(tied)
    (call,) = [m for m in tied.bench.document.case.of_kind(Mark) if m.source == "radio"]
    tied.bench.revising.drag(call.id, 123_456_789, True)
    (moved,) = [m for m in tied.bench.document.case.of_kind(Mark) if m.source == "radio"]
    assert moved.centre.ns - call.centre.ns == 123_000_000
    assert moved.half == call.half
    tied.bench.revising.drag(call.id, 3_600_000_000_000, True)
    (moved,) = [m for m in tied.bench.document.case.of_kind(Mark) if m.source == "radio"]
    assert moved.latest == tied.bench.document.case.source("radio").end
    settle(tied)


def test_a_late_answer_is_said_and_a_quick_one_is_not_painted_twice(
    tied: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, bool]] = []

    def note() -> None:
        results, chip = tied.bench.calculation.results, tied.desk.tools.chip
        seen.append((results.stale, "out of date" in chip.accessibleName()))

    tied.bench.calculation.changed.connect(note)
    # Far above what a busy machine takes for two clips, so that "quick" is not a race.
    monkeypatch.setattr(tied.bench.calculation._late, "start", lambda: None)
    mark = mark_of(tied.bench.document.case)
    tied.bench.revising.drag(mark.id, 200_000_000, True)
    assert tied.bench.calculation.outdated, "no figure is kept as if it were up to date"
    settle(tied)
    assert set(seen) == {(False, False)}, "painted when it is known, not before"
    monkeypatch.undo()
    solve, seen[:] = calculation.solve, []

    def slow(*given: object, **named: object) -> object:
        time.sleep(0.5)
        return solve(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(calculation, "solve", slow)
    tied.bench.revising.drag(mark.id, -200_000_000, True)
    settle(tied)
    assert seen[0] == (True, True)
    assert seen[-1] == (False, False)


def test_lanes_that_cannot_follow_are_out_of_date_meanwhile(
    qtbot: QtBot, tied: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, stale = calculation.with_clocks, []

    def slow(case: Case) -> Case:
        time.sleep(0.4)
        return quick(case)

    monkeypatch.setattr(calculation, "with_clocks", slow)
    results = lambda: tied.bench.calculation.results  # noqa: E731
    tied.bench.calculation.glimpsed.connect(lambda: stale.append(results().timeline.stale))
    hand = Hand(tied)
    hand.to(0.2)
    settle(tied)
    assert stale == [True, False]
    assert not results().stale, "the tables show the case, which has not changed"
    hand.let_go(0.0)
    settle(tied)


def test_clocks_alone_are_those_of_the_whole_calculation(tied: MainWindow) -> None:
    case = tied.bench.document.case
    mark = mark_of(case)
    assert mark.earliest is not None and mark.latest is not None
    moved = case.with_evidence(mark)
    alone, whole = with_clocks(moved), calculation.solve(moved, calculation.prepare(moved))
    assert alone.solution is not None and whole.solution is not None
    assert alone.solution.clocks == whole.solution.clocks
    assert build_timeline(alone, stale=False) == build_timeline(whole, stale=False)
