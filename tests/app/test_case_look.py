"""Lanes' heights, colours, kinds and order are chosen, shown and remembered with the case."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QMenu

from app.controllers.lane_views import LaneView
from app.main_window import MainWindow
from app.settings import MOST_CASES, Settings
from tests.app.keyboard import press
from tests.app.test_window import link
from widgets.theme import source_colour

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]


@pytest.fixture
def linked(window: MainWindow, settle: Settle, make_case: MakeCase) -> MainWindow:
    window.open(make_case("gate", "yard"))
    settle(window)
    link(window, settle)
    return window


def heights(window: MainWindow) -> dict[str, int]:
    return {s: lane.height() for s in ("gate", "yard") if (lane := window.desk.lanes.lane(s))}


def test_choices_are_there_again_when_the_case_is_opened_again(
    linked: MainWindow, settle: Settle
) -> None:
    path, views = linked.bench.document.path, linked.bench.lane_views
    assert path is not None
    log = path.with_name(path.name + ".log").read_bytes()
    usual = heights(linked)
    linked.desk.lanes.height_wanted.emit({"yard": 123})
    linked.desk.lanes.order_wanted.emit(["yard", "gate"])
    views.set_colour("gate", 4)
    assert heights(linked) == {"gate": usual["gate"], "yard": 123}
    assert linked.desk.lanes.order() == ["yard", "gate"]
    card = linked.desk.sources._cards[0]
    assert (card.source_id, card.colour) == ("gate", source_colour(4))
    press(linked, "Ctrl+W")
    settle(linked)
    assert views.heights() == {}, "another case does not inherit them"
    linked.open(path)
    settle(linked)
    assert heights(linked)["yard"] == 123
    gate, yard = (linked.desk.lanes.lane(name) for name in ("gate", "yard"))
    assert gate is not None
    assert yard is not None
    assert yard.y() < gate.y()
    assert views.colours(linked.bench.document.case)["gate"] == source_colour(4)
    assert path.with_name(path.name + ".log").read_bytes() == log, "no act: it is a view"


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)
def test_the_lane_menu_chooses_height_colour_and_place(linked: MainWindow) -> None:
    linked.pointing._lane_menu("yard", QPoint(300, 300))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    acts = {act.text(): act for act in menu.actions()}
    assert not acts["Move down"].isEnabled()
    sub = {
        act.text(): act
        for name in ("Height", "Colour")
        for act in acts[name].menu().actions()  # type: ignore[union-attr]
    }
    assert sub["As the others"].isChecked()
    assert sub["As it comes"].isChecked()
    sub["Tall"].trigger()
    sub["Violet"].trigger()
    acts["Move up"].trigger()
    menu.close()
    assert linked.desk.lanes.order() == ["yard", "gate"]
    assert heights(linked)["yard"] == 96
    assert linked.bench.lane_views.colour("yard") == 4


@pytest.mark.parametrize(
    "kept",
    [
        "not json", "[]", '{"x": 3}',
        json.dumps({"lanes": {"gate": {"height_px": "tall", "colour": 99, "shown": 7,
                                       "channels": -1}, "yard": 3}, "order": "gate"}),
    ],
)  # fmt: skip
def test_a_look_that_cannot_be_read_is_the_usual_one(
    window: MainWindow, settle: Settle, make_case: MakeCase, kept: str
) -> None:
    path = make_case("gate")
    window.open(path)
    settle(window)
    case, settings, views = window.bench.document.case, window.settings, window.bench.lane_views
    usual = views.view("gate"), views.colours(case)
    settings._ini.setValue("cases", kept if kept[:1] != "{" else f'{{"{case.id}": {kept}}}')
    press(window, "Ctrl+W")
    window.open(path)
    settle(window)
    assert (views.view("gate"), views.colours(case)) == usual
    assert views.heights() == {}
    assert views.view("gate") == LaneView("motion")


def test_the_cases_looked_at_longest_ago_are_forgotten() -> None:
    settings = Settings()
    for number in range(MOST_CASES + 5):
        settings.set_case_look(f"case-{number}", {"order": ["a"]})
    settings.set_case_look("case-10", {"order": ["b"]})
    settings.sync()
    again = Settings()
    assert again.case_look("case-4") == {}
    assert again.case_look("case-10") == {"order": ["b"]}
    settings.set_case_look("case-10", {})
    assert settings.case_look("case-10") == {}


def test_the_window_is_divided_as_it_was_left(window: MainWindow) -> None:
    desk = window.desk
    window.arrange("answer")
    window.show_tab("clocks")
    desk.sources.hide()
    desk.keep(window.settings)
    window.arrange("look")
    desk.sources.show()
    window.show_tab("file")
    desk.take_up(window.settings)
    assert (desk.workspace, desk.tab, desk.sources.isHidden()) == ("answer", "clocks", True)


def test_what_the_person_divided_stays_divided(linked: MainWindow, settle: Settle) -> None:
    desk = linked.desk
    first = desk.parted.sizes()
    wanted = [first[0] - 60, first[1] + 60]
    desk.parted.setSizes(wanted)
    desk.parted.splitterMoved.emit(wanted[0], 1)
    divided = desk.parted.sizes()
    linked.desk.lanes.height_wanted.emit({"yard": 200})
    assert desk.parted.sizes() == divided
    desk.keep(linked.settings)
    linked.arrange("look")
    assert desk.parted.sizes() != divided
    desk.take_up(linked.settings)
    assert desk.parted.sizes() == divided
