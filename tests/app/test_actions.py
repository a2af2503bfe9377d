"""The action table: ids and keys are unique, every action is documented and does something."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from app.actions import ACTIONS, FocusKind, When, key_text, keys_for, keys_text
from app.commands import WHILE_MARKING, command_table
from app.dialogs.keys import sheet
from app.main_window import MainWindow


def test_ids_are_unique() -> None:
    assert [k for k, n in Counter(spec.id for spec in ACTIONS).items() if n > 1] == []


def test_keys_are_unique_in_each_window() -> None:
    for closing in (False, True):
        keys = Counter(
            QKeySequence(key).toString()
            for spec in ACTIONS
            for key in spec.keys
            if (spec.when == "closing") == closing
        )
        assert [key for key, count in keys.items() if count > 1] == []


def test_keys_are_keys() -> None:
    for spec in ACTIONS:
        for key in spec.keys:
            assert QKeySequence(key).toString(), f"{spec.id}: {key!r}"


def test_every_action_is_documented() -> None:
    rows = [row for group in sheet().values() for row in group]
    for spec in ACTIONS:
        assert spec.text, spec.id
        assert len(spec.tip) > 8, spec.id
        assert spec.when in get_args(When), spec.id
        if spec.keys and not spec.id.startswith("focus_"):
            assert (keys_text(spec), spec.tip) in rows, f"{spec.id} is not on the key sheet"


def test_every_action_does_something(window: MainWindow) -> None:
    table = command_table(window)
    wanted = {spec.id for spec in ACTIONS if spec.when != "closing"}
    assert set(table) == wanted
    assert wanted >= WHILE_MARKING


def test_keys_give_way_to_what_has_the_keyboard() -> None:
    by_id = {spec.id: spec for spec in ACTIONS}
    kinds: tuple[FocusKind, ...] = get_args(FocusKind)
    assert keys_for(by_id["play"], "work") == ("Space",)
    assert keys_for(by_id["play"], "control") == ()
    assert keys_for(by_id["copy"], "table") == ()
    assert keys_for(by_id["mark"], "table") == ("M", "Alt+M")
    assert keys_for(by_id["mark"], "text") == ()
    assert keys_for(by_id["undo"], "text") == ()
    assert keys_for(by_id["save"], "text") == ("Ctrl+S",)
    for kind in kinds:
        assert keys_for(by_id["next_pane"], kind) == ("F6",)
        assert keys_for(by_id["same"], kind) == ()


def test_keys_are_written_for_people() -> None:
    assert key_text("Shift+Left") == "Shift+←"
    assert key_text("+") == "+"
    assert key_text("Ctrl++") == "Ctrl++"
    by_id = {spec.id: spec for spec in ACTIONS}
    assert keys_text(by_id["accept"]) == "⏎"


def test_every_action_is_in_one_menu_that_fits_a_low_screen(window: MainWindow) -> None:
    menus = window.menuBar().findChildren(QMenu) + window.findChildren(QMenu)
    listed = Counter(id(act) for menu in set(menus) for act in menu.actions())
    for spec in ACTIONS:
        if not spec.id.startswith("focus_") and spec.when != "closing":
            assert listed[id(window.acts[spec.id])] == 1, spec.id
    assert max(menu.sizeHint().height() for menu in menus) < 700, "a screen is 720 high"
