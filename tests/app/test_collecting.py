"""Cycles with Qt objects in them are found on the window's thread."""

from __future__ import annotations

import gc
import threading

from pytestqt.qtbot import QtBot

from app.collecting import Collecting
from app.main_window import MainWindow


class Knot:
    """Unreachable but for itself; remembers where it was untied."""

    untied: list[threading.Thread]

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        Knot.untied.append(threading.current_thread())


def test_a_cycle_made_by_a_worker_is_untied_by_the_window(qtbot: QtBot) -> None:
    Knot.untied = []
    collecting = Collecting()
    try:
        worker = threading.Thread(target=lambda: [Knot() for _ in range(3 * gc.get_threshold()[0])])
        worker.start()
        worker.join()
        assert Knot.untied == [], "nothing is searched on a worker's thread"
        qtbot.waitUntil(lambda: len(Knot.untied) > gc.get_threshold()[0], timeout=5000)
        assert set(Knot.untied) == {threading.main_thread()}
    finally:
        collecting.close()
    assert gc.isenabled()


def test_while_a_window_stands_python_does_not_search_by_itself(window: MainWindow) -> None:
    assert not gc.isenabled()
    window.close()
    assert gc.isenabled()
