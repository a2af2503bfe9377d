"""The first minutes: welcome, tips, the checklist until everything is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.preferences import Preferences, apply
from app.settings import Settings
from app.tips import TIPS, next_tip
from sync.case.acts import ask_question
from sync.evidence import Place
from sync.timebase import MediaTime
from tests.app.keyboard import press
from tests.app.test_window import link
from widgets.checklist import STEPS

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]


def test_every_start_has_another_tip_until_all_were_said() -> None:
    settings = Settings()
    said = [next_tip(settings) for _ in range(len(TIPS) + 1)]
    assert sorted(said[:-1]) == sorted(TIPS)
    assert said[-1] == said[0]
    settings._ini.setValue("starts", "often")
    assert next_tip(settings) == TIPS[0]
    assert all(len(tip) <= 110 for tip in TIPS), "one line"


def test_the_welcome_says_a_tip_unless_told_not_to(window: MainWindow) -> None:
    tip = window.desk.welcome.tip
    assert tip.text().removeprefix("Tip: ") in TIPS
    assert tip.isVisible()
    apply(window, Preferences(tips=False))
    assert not tip.isVisible()


def test_recent_cases_are_opened_from_the_welcome(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    path = make_case("gate")
    window.open(path)
    settle(window)
    press(window, "Ctrl+W")
    (shown,) = window.settings.recent
    assert shown == path
    window.desk.welcome.recent_chosen.emit(path)
    settle(window)
    assert window.bench.document.path == path


def state(window: MainWindow) -> str:
    """The checklist as its symbols, in order; empty while it is not shown."""
    shown = window.desk.checklist
    return "".join(text[0] for text in shown.texts()) if shown.isVisible() else ""


def test_the_checklist_stays_until_the_report_is_written(
    window: MainWindow, settle: Settle, make_case: MakeCase, clips: dict[str, Path],
    choose_files: Callable[..., None], tmp_path: Path,
) -> None:  # fmt: skip
    window.open(make_case())
    settle(window)
    assert state(window) == "▸○○○○○"
    window.bench.files.add((clips["gate"], clips["yard"]))
    settle(window)
    assert state(window) == "✓✓▸○○○", "what is added is hashed as it is added"
    bench = window.bench
    bench.document.act(bench.document.case.with_datum("gate"), "reference")
    link(window, settle)
    assert state(window) == "✓✓▸✓○○"
    places = [Place(source=s, time=MediaTime.from_s(1.5)) for s in ("gate", "yard")]
    case, _ = ask_question(bench.document.case, words="Which first?", a=places[0], b=places[1])
    bench.document.act(case, "ask")
    settle(window)
    choose_files(tmp_path / "r.html")
    press(window, "Ctrl+Shift+P")
    settle(window)
    assert state(window) == "✓✓▸✓✓✓"
    path = bench.document.path
    assert path is not None
    press(window, "Ctrl+W")
    window.open(path)
    settle(window)
    assert state(window) == "✓✓▸✓✓✓", "that a report was written is remembered"


def test_the_checklist_is_put_away_and_brought_back(
    window: MainWindow, settle: Settle, make_case: MakeCase, qtbot: QtBot
) -> None:
    path = make_case("gate")
    window.open(path)
    settle(window)
    assert state(window)
    hide = window.desk.checklist.findChildren(type(window.desk.checklist._buttons["add"]))[-1]
    qtbot.mouseClick(hide, Qt.MouseButton.LeftButton)
    assert not state(window)
    press(window, "Ctrl+W")
    window.open(path)
    settle(window)
    assert not state(window), "remembered with the case"
    window.acts["checklist"].trigger()
    assert state(window)


@pytest.mark.parametrize("step", [key for key, _ in STEPS])
def test_every_step_leads_somewhere(window: MainWindow, step: str) -> None:
    done: list[str] = []
    window.show_tab("answers")
    for name in ("add_media", "reading", "ask", "mark", "report"):
        action = window.acts[name]
        action.setEnabled(True)
        action.triggered.disconnect()
        action.triggered.connect(lambda _=False, name=name: done.append(name))
    window.desk.checklist.step_clicked.emit(step)
    wanted = {"add": "add_media", "read": "reading", "link": "mark"}.get(step, step)
    assert done == ([] if step == "check" else [wanted])
    assert window.desk.tab == ("file" if step == "check" else "answers")
