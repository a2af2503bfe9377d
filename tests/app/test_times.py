"""Times at the playhead and on the ruler: on the reference clock, in UTC where tied, elapsed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog

from app import preferences
from app.dialogs.clock_forms import CheckClock
from app.dialogs.preferences import EditPreferences
from app.dialogs.small import GoTo
from app.main_window import MainWindow
from app.preferences import Preferences
from tests.app.keyboard import in_dialog, press
from tests.app.test_window import link

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]
LEAD_S = 3600
"""The gate's clock shows one hour more than UTC."""


@pytest.fixture
def linked(window: MainWindow, settle: Settle, make_case: MakeCase) -> MainWindow:
    """Gate (the reference) and yard, with an anchor; UTC is chosen for times."""
    window.open(make_case("gate", "yard"))
    settle(window)
    link(window, settle)
    preferences.apply(window, Preferences(times="utc"))
    return window


def hold_against_utc(window: MainWindow, settle: Settle, half: str = "0.2") -> None:
    """By the form, as a person does."""

    def fill(dialog: QDialog) -> None:
        assert isinstance(dialog, CheckClock)
        dialog.shown.setText("10:00:03")
        dialog.against.setEditText("UTC")
        dialog.reference.setText("09:00:03")
        dialog.half.setText(half)
        dialog.accept()
        assert dialog.value is not None, dialog.problem.text()

    in_dialog(fill)
    press(window, "Ctrl+T")
    settle(window)


def said(window: MainWindow) -> str:
    return window.desk.transport.time.accessibleDescription()


def at_ten(window: MainWindow, settle: Settle) -> None:
    """The gate's clock shows 10 o'clock at its first picture, by what was read in it."""
    from sync.case.acts import add_reading
    from sync.timebase import Duration, MediaTime, ReferenceTime

    case = window.bench.document.case
    case, _ = add_reading(
        case, source="gate", stream=None, earliest=MediaTime(0), latest=MediaTime(0),
        clock=case.source("gate").clock, displayed=ReferenceTime.from_s(36_000),
        granularity=Duration(100_000_000), truncates=False, new_clock=False, by="E", note="",
    )  # fmt: skip
    window.bench.document.act(case, "read the clock")
    settle(window)


def test_without_an_observed_tie_nothing_is_said_in_utc(linked: MainWindow, settle: Settle) -> None:
    linked.bench.playback.go_reference(3_000_000_000)
    assert "(no tie to UTC)" in said(linked)
    assert "held against UTC" in linked.desk.status.line.text()
    assert linked.desk.lanes.ruler_note.text() == ""
    labels = [text for _, text in linked.desk.lanes.ruler.ticks() if text]
    assert all(text.lstrip("−").startswith("00:00") for text in labels)


def test_with_one_the_playhead_the_ruler_and_what_is_typed_are_utc(
    linked: MainWindow, settle: Settle
) -> None:
    at_ten(linked, settle)
    hold_against_utc(linked, settle)
    bench = linked.bench
    bench.focus.set("gate")
    bench.playback.go_reference(36_000_000_000_000 + 2_000_000_000)
    settle(linked)
    assert said(linked).startswith("09:00:02.0")
    assert said(linked).endswith("gate on UTC")
    assert "± 0.2" in said(linked), "the reference's own recording has the range of the tie"
    assert linked.desk.lanes.ruler_note.text().startswith("UTC ± 0.2")
    pane = linked.desk.wall.pane("gate")
    assert pane is not None and pane._header.time == "09:00:02.00 focus"
    press(linked, "F")
    ticks = [(at, text) for at, text in linked.desk.lanes.ruler.ticks() if text]
    assert {text[:6] for _, text in ticks} <= {"08:59:", "09:00:"}
    whole = {text: at for at, text in ticks}
    at = whole["09:00:04"] if "09:00:04" in whole else whole["09:00:04.0"]
    assert at == pytest.approx(36_004_000_000_000, abs=1_000_000)
    offered: list[str] = []

    def type_time(dialog: QDialog) -> None:
        assert isinstance(dialog, GoTo)
        offered.append(dialog.line.text())
        dialog.line.setText("09:00:03.5")
        dialog.accept()

    in_dialog(type_time)
    press(linked, "Ctrl+G")
    assert offered == ["09:00:02.000"]
    assert bench.playhead.position == pytest.approx(36_003_500_000_000, abs=100_000)
    press(linked, "I")
    assert "in 09:00:03.50" in linked.desk.transport._in_out.text()
    settle(linked)


def test_utc_is_wider_than_the_reference_clock_by_the_tie(
    linked: MainWindow, settle: Settle
) -> None:
    at_ten(linked, settle)
    hold_against_utc(linked, settle, half="0.5")
    bench = linked.bench
    bench.focus.set("yard")
    bench.playback.go_reference(36_000_000_000_000 + 3_000_000_000)
    settle(linked)
    in_utc = said(linked)
    preferences.apply(linked, Preferences())
    on_clock = said(linked)
    half = [float(text.partition("± ")[2].partition(" s")[0]) for text in (in_utc, on_clock)]
    assert half[0] > 0.45 > half[1] > 0
    assert "UTC" not in on_clock
    assert linked.desk.lanes.ruler_note.text() == ""
    settle(linked)


def test_it_is_chosen_in_the_preferences_and_remembered(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    def choose(dialog: QDialog) -> None:
        assert isinstance(dialog, EditPreferences)
        dialog.times.setCurrentIndex(dialog.times.findData("utc"))
        dialog.accept()

    in_dialog(choose)
    press(window, "Ctrl+,")
    settle(window)
    assert preferences.load(window.settings).times == "utc"


def test_elapsed_in_and_out_count_from_the_same_instant(linked: MainWindow, settle: Settle) -> None:
    at_ten(linked, settle)
    preferences.apply(linked, Preferences(times="elapsed"))
    linked.bench.playback.go_reference(36_000_000_000_000 + 2_000_000_000)
    press(linked, "I")
    assert "10:00" not in linked.desk.transport._in_out.text()
    assert linked.desk.transport._in_out.text().startswith("in 0:0")
    settle(linked)


def test_the_table_of_clocks_has_utc_with_the_range_of_its_tie(
    linked: MainWindow, settle: Settle
) -> None:
    def utc_of(source: str) -> str:
        clocks = linked.desk.clocks
        titles = [column.title for column in clocks.table._model.columns]
        return clocks.table.row(f"{source}/0")[titles.index("begins, UTC")]

    linked.show_tab("clocks")
    at_ten(linked, settle)
    assert (utc_of("gate"), utc_of("yard")) == ("–", "–")
    hold_against_utc(linked, settle)
    assert utc_of("gate").startswith("09:00:00.0") and "± 0.2" in utc_of("gate")
    assert "± " in utc_of("yard") and utc_of("yard").endswith(" s")
    press(linked, "Ctrl+Z")
    settle(linked)
    assert utc_of("gate") == "–", "nothing is left of a tie that was taken back"
