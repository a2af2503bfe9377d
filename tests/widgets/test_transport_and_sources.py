"""Transport and source list: every control by mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tests.widgets.made_case import make_cards
from widgets.source_list import SourceList
from widgets.transport_bar import TransportBar, rate_text


@pytest.fixture
def bar(qtbot: QtBot) -> TransportBar:
    made = TransportBar()
    qtbot.addWidget(made)
    made.resize(1280, 46)
    made.show()
    return made


def button(bar: TransportBar, name: str) -> QToolButton:
    return next(b for b in bar.findChildren(QToolButton) if b.accessibleName() == name)


@pytest.mark.parametrize(
    ("name", "signal", "args"),
    [
        ("To the start", "to_start", []),
        ("Previous picture", "step", [-1]),
        ("Play or pause", "play_toggled", []),
        ("Next picture", "step", [1]),
        ("To the end", "to_end", []),
    ],
)
def test_buttons(
    bar: TransportBar, qtbot: QtBot, name: str, signal: str, args: list[object]
) -> None:
    name = "Play" if name.startswith("Play") else name
    with qtbot.waitSignal(getattr(bar, signal)) as caught:
        qtbot.mouseClick(button(bar, name), Qt.MouseButton.LeftButton)
    assert caught.args == args


def test_play_becomes_pause(bar: TransportBar) -> None:
    bar.set_playing(True)
    assert button(bar, "Pause")
    bar.set_playing(False)
    assert button(bar, "Play")


def test_rates(bar: TransportBar, qtbot: QtBot) -> None:
    assert [rate_text(rate) for rate in (0.125, 0.5, 1.0, -2.0)] == ["⅛×", "½×", "1×", "−2×"]
    with qtbot.waitSignal(bar.rate_changed) as caught:
        bar._rate.setFocus()
        qtbot.keyClick(bar._rate, Qt.Key.Key_Up)
    assert caught.args == [0.5]
    bar.set_rate(-4.0)
    assert bar._rate.currentText() == "−4×"


def test_modes(bar: TransportBar, qtbot: QtBot) -> None:
    for made, signal in ((bar._loop, bar.loop_toggled), (bar._snap, bar.snap_toggled)):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(made, Qt.MouseButton.LeftButton)
    bar.set_loop(True, "loop ± 0.5 s")
    assert bar._loop.isChecked()
    assert bar._loop.text() == "loop ± 0.5 s"


def test_the_time_is_said_with_its_range(bar: TransportBar) -> None:
    bar.set_time("14:23:25.48", "± 0.04 s", "cam 1 on the dispatch clock")
    assert bar.time.accessibleDescription() == "14:23:25.48 ± 0.04 s cam 1 on the dispatch clock"


def test_nothing_of_the_transport_is_cut_at_1280(bar: TransportBar, qtbot: QtBot) -> None:
    bar.set_time("14:23:25.48", "± 0.04 s", "cam 1 on the dispatch clock")
    bar.set_sound("sound: dispatch, left")
    bar.set_in_out("in 14:22:50   out 14:24:30   1:40")
    assert bar.minimumSizeHint().width() <= 1280
    qtbot.waitUntil(lambda: bar._in_out.width() >= bar._in_out.sizeHint().width())
    assert bar.time.width() >= 230  # the time and its range


def test_banner_takes_its_place_and_goes(bar: TransportBar) -> None:
    bar.set_sound("sound: dispatch")
    text = "Marking ‘door’: find it in cam 2, then M. Esc closes."
    bar.set_banner(text)
    assert bar.banner().isVisible()
    assert bar.banner().shown_text() == text  # type: ignore[attr-defined]
    assert not bar._loop.isVisible()
    assert bar.time.isVisible()
    bar.set_banner(None)
    assert not bar.banner().isVisible()
    assert bar._sound.isVisible()


# -- sources ------------------------------------------------------------------------------------


@pytest.fixture
def sources(qtbot: QtBot) -> SourceList:
    made = SourceList()
    qtbot.addWidget(made)
    made.resize(268, 700)
    made.set_cards(make_cards(), "cam1")
    made.show()
    qtbot.waitExposed(made)
    return made


def test_setting_cards_is_silent(qtbot: QtBot) -> None:
    made = SourceList()
    qtbot.addWidget(made)
    with qtbot.assertNotEmitted(made.selected):
        made.set_cards(make_cards(), "cam2")
        made.set_focus_source("cam3")
    assert made.current() == "cam3"


def test_click_selects(sources: SourceList, qtbot: QtBot) -> None:
    index = sources.list.model().index(2, 0)
    with qtbot.waitSignal(sources.selected) as caught:
        qtbot.mouseClick(
            sources.list.viewport(),
            Qt.MouseButton.LeftButton,
            pos=sources.list.visualRect(index).center(),
        )
    assert caught.args == ["cam2"]


def test_up_and_down_select(sources: SourceList, qtbot: QtBot) -> None:
    sources.activateWindow()
    sources.list.setFocus()
    qtbot.waitUntil(sources.list.hasFocus)
    told: list[str] = []
    sources.selected.connect(told.append)
    qtbot.keyClick(sources.list, Qt.Key.Key_Down)
    qtbot.keyClick(sources.list, Qt.Key.Key_Up)
    assert told == ["cam2", "cam1"]


def test_every_card_is_spoken_with_its_state(sources: SourceList) -> None:
    said = [
        sources.list.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(5)
    ]
    assert "reference" in said[0]
    assert "linked, unchecked" in said[3]
    assert "no link" in said[4]


def test_context_menu_names_the_source(sources: SourceList, qtbot: QtBot) -> None:
    at = sources.list.visualRect(sources.list.model().index(3, 0)).center()
    with qtbot.waitSignal(sources.menu_wanted) as caught:
        sources.list.customContextMenuRequested.emit(at)
    assert caught.args is not None
    assert caught.args[0] == "cam3"
    assert isinstance(caught.args[1], QPoint)


def test_dropped_files_are_told(sources: SourceList, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/a/cam 9.mp4"), QUrl("http://example.org/x.mp4")])
    event = QDropEvent(
        QPointF(20, 20),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(sources.files_dropped) as caught:
        sources.dropEvent(event)
    assert caught.args == [["/a/cam 9.mp4"]]


def test_drop_card_asks_for_files(sources: SourceList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sources.add_wanted):
        qtbot.mouseClick(sources.drop_card, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(sources.add_wanted):
        qtbot.keyClick(sources.drop_card, Qt.Key.Key_Return)


def test_fewer_cards(sources: SourceList) -> None:
    sources.set_cards(make_cards()[:2], None)
    assert sources.list.model().rowCount() == 2
    assert sources.current() is None


def test_all_sources_are_seen_at_once_in_a_low_column(sources: SourceList, qtbot: QtBot) -> None:
    cards = make_cards()
    last = sources.list.model().index(len(cards) - 1, 0)
    seen: list[int] = []
    for height in (700, 480, 300):
        sources.resize(216, height)
        qtbot.waitUntil(
            lambda: sources.list.viewport().rect().contains(sources.list.visualRect(last))
        )
        seen.append(sources.list.visualRect(last).height())
        assert sources.list.verticalScrollBar().maximum() == 0
        assert sources.drop_card.isVisible()
    assert seen == sorted(seen, reverse=True) and len(set(seen)) == 3
    assert sources.drop_card.y() < sources.list.y(), "beside the heading, where room is short"
    with qtbot.waitSignal(sources.add_wanted):
        qtbot.mouseClick(sources.drop_card, Qt.MouseButton.LeftButton)
    sources.resize(216, 700)
    qtbot.waitUntil(lambda: sources.drop_card.y() > sources.list.y())


def test_an_open_event_has_the_room_that_the_time_does_not_need(
    bar: TransportBar, qtbot: QtBot
) -> None:
    bar.set_time("14:23:25.48", "± 0.04 s", "cam 1 on the dispatch clock")
    bar.set_banner("New event · cam 1 between 84.933 and 85.000 s · ⏎ accept · Esc drop")
    needed = bar.time.minimumSizeHint().width()
    qtbot.waitUntil(lambda: needed <= bar.time.width() <= needed + 4)
    bar.set_time("2024-12-19 14:23:25.48", "± 0.04 s", "cam 1 in UTC")
    longer = bar.time.minimumSizeHint().width()
    assert longer > needed
    qtbot.waitUntil(lambda: bar.time.width() >= longer)
