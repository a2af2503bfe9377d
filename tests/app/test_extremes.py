"""G held: every pane shows its earliest picture that may belong here; let go, they come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.main_window import MainWindow
from sync.case.acts import mark_event
from sync.case.case import Case
from sync.case.store import CaseStore
from sync.timebase import NS_PER_S, MediaTime
from tests.app.keyboard import activate, press, target
from widgets.pane_info import PaneInfo

S = NS_PER_S
Settle = Callable[[MainWindow], None]


def tied(case: Case, name: str, gate_s: float, yard_s: float, half_s: float) -> Case:
    """An anchor whose marks are both ``half_s`` wide to either side."""
    for source, at_s in (("gate", gate_s), ("yard", yard_s)):
        at = round(at_s * S)
        case, _ = mark_event(
            case, event=name, source=source, stream="picture",
            earliest=MediaTime(at - round(half_s * S)), latest=MediaTime(at + round(half_s * S)),
            definition="seen", by="E. Xaminer", at="2026-01-01T00:00:00Z",
        )  # fmt: skip
    return case


@pytest.fixture
def opened(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path]
) -> Iterator[MainWindow]:
    path = make_case("gate", "yard")
    with CaseStore.open(path) as store:
        case = tied(store.case, "flash", 3.0, 2.0, 0.3)
        store.commit(case, "tie", "E. Xaminer")
        store.save()
    window.open(path)
    settle(window)
    window.bench.playhead.seek(window.bench.places.reference_of("gate", MediaTime(3 * S)).ns)  # type: ignore[union-attr]
    settle(window)
    yield window
    settle(window)


def info(window: MainWindow, source: str) -> PaneInfo:
    pane = window.desk.wall.pane(source)
    assert pane is not None
    assert pane.info is not None
    return pane.info


def frame(window: MainWindow, source: str) -> int:
    frames = info(window, source).frames
    assert frames is not None
    return frames[0]


@pytest.mark.parametrize(("shift", "word", "sign"), [(False, "earliest", -1), (True, "latest", 1)])
def test_held_and_let_go(
    opened: MainWindow, settle: Settle, shift: bool, word: str, sign: int
) -> None:
    here, there = opened.bench.places.place("gate"), opened.bench.places.place("yard")
    half_s = opened.bench.places.half_between(here, there)
    assert half_s is not None
    assert there.media is not None
    before = frame(opened, "yard")
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    opened.desk.focus_work()
    activate(opened)
    QTest.keyPress(target(opened), Qt.Key.Key_G, held)
    settle(opened)
    index = opened.bench.recordings.index("yard")
    assert index is not None
    wanted = index.frame_at(MediaTime(there.media.ns + sign * round(half_s * S)))
    assert abs(frame(opened, "yard") - (wanted or 0)) <= 1
    assert (frame(opened, "yard") - before) * sign >= 3, "0.3 s and more at 10 a second"
    shown = info(opened, "yard")
    assert shown.extreme == word
    assert shown.displaced_s.endswith("before" if sign < 0 else "after")
    pane = opened.desk.wall.pane("yard")
    assert pane is not None
    assert f"{word} consistent picture: {shown.displaced_s}" in pane.accessibleDescription()
    assert info(opened, "gate").extreme is None, "the focused one is what the others are placed by"
    QTest.keyRelease(target(opened), Qt.Key.Key_G, held)
    settle(opened)
    assert (frame(opened, "yard"), info(opened, "yard").extreme) == (before, None)


def test_not_while_answers_are_covered(opened: MainWindow, settle: Settle) -> None:
    press(opened, "M")
    settle(opened)
    QTest.keyPress(target(opened), Qt.Key.Key_G)
    assert "covered" in opened.desk.status.line.text()
    assert opened.bench.panes.extreme is None
    assert opened.bench.marking.is_open, "the event stays open"
    QTest.keyRelease(target(opened), Qt.Key.Key_G)
    press(opened, "Esc", "Esc")


def test_leaving_the_window_lets_go(opened: MainWindow, settle: Settle) -> None:
    opened.bench.extremes.hold("earliest", covered=False)
    settle(opened)
    opened.bench.extremes.hold("latest", covered=False)
    assert opened.bench.panes.extreme == "earliest", "a key that repeats changes nothing"
    opened.bench.extremes.let_go()
    settle(opened)
    assert opened.bench.panes.extreme is None
