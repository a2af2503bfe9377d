"""How long the window's event loop is held: a tour of the sample case, every event timed.

Run as ``python -m benchmarks.event_loop``. The case is made anew with an empty cache, so that the
tour begins while the recordings are still being read. What counts is the main thread's own CPU
time for one event of the loop, whatever it causes included; wall-clock time is printed beside it
(it has the waits for the interpreter and for the processor in it). No screen is needed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.bootstrap import load_plots_soon, make_window
from app.cli.demo_folder import CASE_NAME
from app.main_window import MainWindow

ASKED_MS = 50.0
_WAIT_MS = 40
_LONGEST = 12


@dataclass(slots=True)
class Held:
    """CPU and wall-clock ms of every event, and what the tour was doing at the longest."""

    cpu_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)
    longest: list[tuple[float, str]] = field(default_factory=list)


class TimedApplication(QApplication):
    """Times each event the loop hands out; one sent while another is handled is part of it."""

    def __init__(self) -> None:
        super().__init__(sys.argv[:1])
        self.held = Held()
        self.doing = "start"
        self._inside = False

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        """Hand the event on, between two looks at the thread's clock."""
        if self._inside:
            return super().notify(receiver, event)
        self._inside = True
        kind, whose = event.type(), type(receiver).__name__
        cpu, wall = time.thread_time(), time.perf_counter()
        try:
            return super().notify(receiver, event)
        finally:
            self._inside = False
            spent = (time.thread_time() - cpu) * 1e3
            self.held.cpu_ms.append(spent)
            self.held.wall_ms.append((time.perf_counter() - wall) * 1e3)
            if spent > ASKED_MS / 2:
                self.held.longest.append((spent, f"{self.doing}: {kind.name} of {whose}"))


class Tour:
    """One act after another, the next when the loop has come back and, mostly, all is calm."""

    def __init__(self, app: TimedApplication, window: MainWindow) -> None:
        self._app, self._window = app, window
        self._acts = self._all()
        self._timer = QTimer()
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()
        self._until = 0.0

    def _go_on(self) -> None:
        if time.monotonic() < self._until:
            return
        if self._until == 0.0 and not self._window.is_idle:
            return
        try:
            name, wait_s = next(self._acts)
        except StopIteration:
            self._timer.stop()
            self._app.quit()
            return
        self._app.doing = name
        self._until = time.monotonic() + wait_s if wait_s else 0.0

    def _press(self, act: str) -> None:
        self._window.acts[act].trigger()

    def _all(self) -> Iterator[tuple[str, float]]:
        """What is done, and for how many seconds it is watched (0: until all is calm)."""
        window, press = self._window, self._press
        yield "first seconds, recordings being read", 3.0
        for n in range(30):
            press("step")
            yield "steps while reading", 0.08 if n % 3 else 0.2
        yield "reading to its end", 0.0
        press("play")
        yield "playing", 3.0
        press("play")
        yield "paused", 0.0
        yield from self._pointing()
        for act in ("mark_space", "mark", "accept"):
            press(act)
            yield f"marking: {act}", 0.3
        if window.bench.marking.dialog is not None:
            window.bench.marking.dialog.accept()
        yield "marking: its name", 0.0
        press("next_source")
        yield "marking: next recording", 0.0
        press("escape")
        yield "event closed", 0.0
        for tab in ("answers", "evidence", "search", "clocks", "file"):
            window.show_tab(tab)
            yield f"tab {tab}", 0.0
        window.show_tab("search")
        heard = [s.id for s in window.bench.document.case.sources if s.facts.sound is not None]
        window.bench.focus.set(heard[1])
        window.bench.searching.choose(heard[0])
        window.desk.search.form.search.click()
        yield "search", 0.0
        for act in ("look", "answer", "fit", "close_up", "close_up", "theme", "theme", "undo",
                    "calculate", "save", "look"):  # fmt: skip
            press(act)
            yield act, 0.0
        press("close_case")
        yield "close", 0.0

    def _pointing(self) -> Iterator[tuple[str, float]]:
        lanes = self._window.desk.lanes
        ruler = lanes.ruler
        QTest.mousePress(ruler, Qt.MouseButton.LeftButton, pos=QPoint(100, 12))
        for x in range(100, ruler.width() - 100, 12):
            QTest.mouseMove(ruler, QPoint(x, 12))
            yield "scrubbing", 0.03
        QTest.mouseRelease(ruler, Qt.MouseButton.LeftButton, pos=QPoint(ruler.width() - 100, 12))
        yield "scrubbed", 0.0
        for notch in [120] * 10 + [-120] * 10:
            _wheel(ruler, QPoint(ruler.width() // 2, 12), notch)
            yield "zooming", 0.05


def _wheel(on: QObject, at: QPoint, notch: int) -> None:
    place = QPointF(at)
    QApplication.postEvent(
        on,
        QWheelEvent(
            place, place, QPoint(), QPoint(0, notch), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        ),
    )  # fmt: skip


def report(held: Held, say: Callable[[str], None] = print) -> None:
    """The table."""
    for name, values in (("CPU", held.cpu_ms), ("wall clock", held.wall_ms)):
        p50, p99, p999 = np.percentile(values, [50, 99, 99.9])
        say(f"{name:11s} of one event: median {p50:.3f} ms, p99 {p99:.1f}, p99.9 {p999:.1f}, "
            f"longest {max(values):.1f}, of {len(values):,} events")  # fmt: skip
    say(f"asked: p99.9 of the CPU ≤ {ASKED_MS:.0f} ms")
    for spent, what in sorted(held.longest, reverse=True)[:_LONGEST]:
        say(f"  {spent:6.1f} ms  {what}")


def main() -> None:
    """Make the sample case, tour it, print."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ["TIEPOINT_SETTINGS"] = str(folder / "settings")
        os.environ["TIEPOINT_CACHE"] = str(folder / "demo-cache")
        command = [
            sys.executable,
            "-m",
            "app",
            "demo",
            "--no-window",
            "--out",
            str(folder / "case"),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        os.environ["TIEPOINT_CACHE"] = str(folder / "cold-cache")
        app = TimedApplication()
        window = make_window(app, "dark")
        window.resize(1920, 1080)
        window.show()
        load_plots_soon(window)
        window.open(folder / "case" / CASE_NAME)
        tour = Tour(app, window)
        app.exec()
        report(app.held)
        del tour
        window.close()


if __name__ == "__main__":
    main()
