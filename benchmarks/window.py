"""How fast the window is, beside what is asked and beside pyqtgraph.

Run: ``python -m benchmarks.window [lanes] [start] [reopen] [drag] [--folder FOLDER]``; all four
when none is named. The recordings of ``reopen`` (16 clips, 8 channels of 12 h) are made in FOLDER,
and read once before anything is measured; a FOLDER that holds them already is used again.

Times of the window's own thread are CPU times, so that other work of the machine does not count;
``start`` is the CPU time of the whole process, ``reopen`` the time a person waits.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is loaded
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer, SignalInstance
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.settings import Settings
from benchmarks.window_media import SOUND_HOURS, make_case, make_long_sound, make_tied_case
from sync.cache import Cache
from sync.clock import ClockModel
from sync.evidence import Mark
from sync.media.hashing import sha256_of
from sync.media.pyramid import waveform_pyramid
from sync.timebase import NS_PER_S, Duration, MediaTime, ReferenceTime
from sync.timeline import Clip, Timeline, Track
from sync.traces.trace import Trace
from widgets.columns import Array, Columns, LaneRow, trace_columns
from widgets.lane import MARK_TOP
from widgets.lane_stack import LaneStack
from widgets.theme import apply_theme
from widgets.view_range import ViewRange

HOURS = 10
LANES = 8
WIDTH_PX, HEIGHT_PX = 1920, 540
STEPS = 120
WAIT_MS = 170_000


def main() -> None:
    """Measure what is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    app = QApplication([])
    apply_theme(app, "dark")
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["TIEPOINT_CACHE"] = str(folder / "cache")
        os.environ["TIEPOINT_SETTINGS"] = str(Path(made) / "settings")
        print(f"{'':<46} {'asked':>9} {'ours':>9} {'peer':>18}")
        for name in asked.parts or PARTS:
            for row in PARTS[name](app, folder):
                print(row, flush=True)


def row(what: str, asked: str, ours: str, peer: str = "") -> str:
    """One line of the table."""
    return f"{what:<46} {asked:>9} {ours:>9} {peer:>18}"


def ms(values: list[float], part: float | None = None) -> str:
    """Median, or a quantile, of seconds, in ms."""
    value = statistics.median(values) if part is None else float(np.quantile(values, part))
    return f"{1000 * value:.2f} ms"


def timed(app: QApplication, acts: Iterable[Callable[[], object]]) -> list[float]:
    """CPU seconds of this thread for each act and the painting that follows from it."""
    found = []
    for act in acts:
        began = time.thread_time()
        act()
        app.processEvents()
        found.append(time.thread_time() - began)
    return found


# -- lanes ----------------------------------------------------------------------------------------


def long_trace(seed: int) -> Trace:
    """Ten hours of motion, ten values a second."""
    rng = np.random.default_rng(seed)
    count = HOURS * 36_000
    values = rng.gamma(0.5, 0.2, count)
    return Trace(
        kind="motion", source_sha256="", start=MediaTime(0), step_ns=NS_PER_S // 10, values=values,
        valid=np.ones(count, dtype=bool), parameters={},
    )  # fmt: skip


def long_track(source: str) -> Track:
    """One stretch of ten hours on the reference clock, known to 0.2 s."""
    end = HOURS * 3600 * NS_PER_S
    half = Duration.from_s(0.2)
    model = ClockModel(
        source=source, stretch=0, epoch=MediaTime(0), reference=ReferenceTime(0), drift=0.0,
        var_offset_s2=0.01, cov_offset_drift_s=0.0, var_drift=1e-14, coverage_factor=2.0,
        observed=None,
    )  # fmt: skip
    clip = Clip(
        source=source, stretch=0, media_start=MediaTime(0), media_end=MediaTime(end), status="ok",
        start=ReferenceTime(0), end=ReferenceTime(end), half_start=half, half_end=half, model=model,
    )  # fmt: skip
    return Track(source=source, clips=(clip,), gaps=(), markers=())


def lanes_of(folder: Path) -> LaneStack:
    """Four lanes of motion and four of sound, ten hours each."""
    path = make_long_sound(folder / "lane.wav", HOURS, seed=1)
    pyramid = waveform_pyramid(path, Cache(), sha256_of(path))
    stack = LaneStack()
    names = [f"lane {number}" for number in range(LANES)]
    stack.resize(WIDTH_PX, HEIGHT_PX)
    stack.set_timeline(
        Timeline(tracks=tuple(long_track(name) for name in names), stale=False),
        {name: name for name in names},
    )
    for number, name in enumerate(names):
        if number % 2:
            stack.set_rows(name, (LaneRow(sound_columns(pyramid), waveform=True),))
        else:
            stack.set_rows(name, (LaneRow(trace_columns(long_trace(number))),))
    return stack


def refine(stack: LaneStack) -> None:
    """One lane painted anew, as when the wheel has come to rest."""
    stack._refine_one()


def sound_columns(pyramid: object) -> Columns:
    """Columns of a waveform as the window draws them."""
    rate = pyramid.sample_rate_hz  # type: ignore[attr-defined]

    def columns(first_ns: int, last_ns: int, width: int) -> tuple[Array, Array]:
        first = round(first_ns * rate / NS_PER_S)
        last = max(first + 1, round(last_ns * rate / NS_PER_S))
        low, high = pyramid.window(first, last, width, None)  # type: ignore[attr-defined]
        return low.astype(np.float64), high.astype(np.float64)

    return columns


def measure_lanes(app: QApplication, folder: Path) -> Iterable[str]:
    """Pan, zoom and playhead of eight lanes of ten hours, beside pyqtgraph."""
    stack = lanes_of(folder)
    stack.show()
    whole = ViewRange(0, HOURS * 3600 * NS_PER_S, stack.view.width)
    hour = ViewRange(3600 * NS_PER_S, 3600 * NS_PER_S, stack.view.width)
    stack.set_view(hour)
    app.processEvents()

    def pan(step: int) -> Callable[[], object]:
        return lambda: stack.set_view(hour.panned(round(step * 17 * hour.ns_per_px)))

    def zoom(step: int) -> Callable[[], object]:
        notches = step if step < 20 else 40 - step
        return lambda: stack.ruler.zoomed.emit(whole.zoomed(notches / 2, 5 * 3600 * NS_PER_S))

    def tick(step: int) -> Callable[[], object]:
        return lambda: stack.set_playhead(3700 * NS_PER_S + step * 80_000_000, 200_000_000)

    timed(app, [pan(step) for step in range(STEPS)])  # tiles of this part are there, as in use
    panned = timed(app, [pan(step) for step in range(STEPS, 2 * STEPS)])
    zoomed = timed(app, [zoom(step % 40) for step in range(STEPS)])
    exact = timed(app, [partial(refine, stack) for _ in range(LANES)])
    stack.set_view(hour)
    app.processEvents()
    ticked = timed(app, [tick(step) for step in range(STEPS)])
    stack.close()
    stack.deleteLater()
    peers = Plots(app)
    peer_pan, peer_zoom, peer_tick = peers.pan(), peers.zoom(), peers.tick()
    peers.close()
    name = f"{LANES} lanes of {HOURS} h, {WIDTH_PX} px"
    yield row(f"pan, {name}: p95", "4 ms", ms(panned, 0.95), f"{ms(peer_pan, 0.95)} pg")
    yield row(f"zoom, {name}: p95", "12 ms", ms(zoomed, 0.95), f"{ms(peer_zoom, 0.95)} pg")
    yield row("  each lane exact again, when the wheel rests", "", ms(exact))
    yield row(f"playhead, {LANES} lanes: median", "0.5 ms", ms(ticked), f"{ms(peer_tick)} pg")
    yield row(f"playhead, {LANES} lanes: p95", "", ms(ticked, 0.95), f"{ms(peer_tick, 0.95)} pg")


class Plots:
    """Eight linked pyqtgraph plots of ten hours with a line for the playhead each."""

    def __init__(self, app: QApplication) -> None:
        import pyqtgraph as pg

        self._app = app
        self._layout = pg.GraphicsLayoutWidget()
        self._layout.resize(WIDTH_PX, HEIGHT_PX)
        self._plots, self._lines = [], []
        for number in range(LANES):
            plot = self._layout.addPlot(row=number, col=0)
            values = long_trace(number).values
            plot.plot(np.arange(len(values)) / 10.0, values, pen=pg.mkPen(QColor("#5ab4f0")))
            plot.setDownsampling(auto=True, mode="peak")
            plot.setClipToView(True)
            if self._plots:
                plot.setXLink(self._plots[0])
            line = pg.InfiniteLine(3700.0)
            plot.addItem(line)
            self._plots.append(plot)
            self._lines.append(line)
        self._layout.show()
        self._range(3600.0, 7200.0)
        app.processEvents()

    def _range(self, first_s: float, last_s: float) -> None:
        self._plots[0].setXRange(first_s, last_s, padding=0)

    def pan(self) -> list[float]:
        """Steps of 17 px of an hour."""
        step_s = 17 * 3600 / WIDTH_PX
        return timed(self._app, [
            lambda at=3600 + step * step_s: self._range(at, at + 3600) for step in range(STEPS)
        ])  # fmt: skip

    def zoom(self) -> list[float]:
        """Half a notch a step, in and out again."""
        spans = [HOURS * 3600 / 2 ** ((s if s < 20 else 40 - s) / 4) for s in range(40)]
        return timed(self._app, [
            lambda span=spans[step % 40]: self._range(18_000 - span / 2, 18_000 + span / 2)
            for step in range(STEPS)
        ])  # fmt: skip

    def tick(self) -> list[float]:
        """80 ms a step."""
        self._range(3600.0, 7200.0)
        self._app.processEvents()

        def move(at_s: float) -> None:
            for line in self._lines:
                line.setValue(at_s)

        return timed(self._app, [
            lambda at=3700 + step * 0.08: move(at) for step in range(STEPS)
        ])  # fmt: skip

    def close(self) -> None:
        """Away with it."""
        self._layout.close()
        self._layout.deleteLater()


# -- start ----------------------------------------------------------------------------------------

_START = """
import os, sys, time
from app.bootstrap import drop_foreign_plugins, make_window
drop_foreign_plugins()
from PySide6.QtWidgets import QApplication
app = QApplication(sys.argv[:1])
window = make_window(app)
window.show()
app.processEvents()
shown = time.process_time()
window.close()
print(shown)
"""


_EMPTY = """
import time
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.show()
app.processEvents()
print(time.process_time())
"""


def measure_start(_app: QApplication, folder: Path) -> Iterable[str]:
    """CPU seconds of a process from its first instruction to its first window.

    The peer is a window of PySide6 with nothing in it: what Qt itself needs. Both are run as an
    installed program is, with its modules compiled; an environment that forbids Python to keep
    compiled modules would have each start compile them all anew.
    """
    kept = {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | kept

    def spent(script: str) -> float:
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True,
            env=environment,
        )  # fmt: skip
        return float(done.stdout.split()[-1])

    pairs = [(spent(_START), spent(_EMPTY)) for _ in range(7)][1:]  # the first one fills caches
    ours, empty = (statistics.median(each) for each in zip(*pairs, strict=True))
    yield row("first window from start", "0.8 s", f"{ours:.2f} s", f"{empty:.2f} s empty")


# -- reopen ---------------------------------------------------------------------------------------


def wait(until: Callable[[], bool], window: MainWindow) -> None:
    """Run the window until something holds."""
    loop, look, limit = QEventLoop(), QTimer(), QTimer()
    look.timeout.connect(lambda: loop.quit() if until() else None)
    limit.setSingleShot(True)
    limit.timeout.connect(lambda: loop.exit(1))
    look.start(5)
    limit.start(WAIT_MS)
    failed = 0 if until() else loop.exec()
    look.stop()
    limit.stop()
    if failed:
        jobs = [(job.title, job.state) for job in window.bench.jobs.active]
        raise SystemExit(f"not done in {WAIT_MS / 1000:.0f} s: {jobs}")


def everything_shown(window: MainWindow) -> bool:
    """Every recording has its index or its waveform, and the clocks are calculated."""
    bench = window.bench
    known = [bench.recordings.get(source.id) for source in bench.document.case.sources]
    return (
        bool(known)
        and not bench.calculation.busy
        and all(
            opened is not None and (opened.index is not None or opened.pyramid is not None)
            for opened in known
        )
    )


def every_curve_drawn(window: MainWindow) -> bool:
    """Every clip shows its motion, too."""
    bench = window.bench
    return all(
        (opened := bench.recordings.get(source.id)) is not None and "motion" in opened.traces
        for source in bench.document.case.sources if source.facts.picture is not None
    )  # fmt: skip


def measure_reopen(_app: QApplication, folder: Path) -> Iterable[str]:
    """From the wish to open to every recording opened, and on to every curve drawn.

    Counted for the first: the case read with its log and checked, clocks and timeline, the frame
    index of every clip (verified, from the cache), the waveform of every channel, and what the
    window paints of them meanwhile. For the second also the motion of every clip. The files' own
    digests are checked after the first, in the background, whatever size and time they bear: 5 GB
    take longer than that, and what is found changed is then said and used no more.
    """
    path = make_case(folder)
    window = MainWindow(settings=Settings())
    window.resize(WIDTH_PX, 1080)
    window.show()
    window.open(path)
    wait(lambda: everything_shown(window) and window.is_idle, window)  # warms the caches
    waited, own, drawn = [], [], []
    for _ in range(7):
        window.bench.document.close()
        wait(lambda: window.is_idle, window)
        began, began_cpu = time.perf_counter(), time.thread_time()
        window.open(path)
        wait(lambda: everything_shown(window), window)
        waited.append(time.perf_counter() - began)
        own.append(time.thread_time() - began_cpu)
        wait(lambda: every_curve_drawn(window), window)
        drawn.append(time.perf_counter() - began)
        window.bench.jobs.cancel_all()
        wait(lambda: window.is_idle, window)
    window.close()
    window.deleteLater()
    what = f"reopen 16 clips, 8 channels of {SOUND_HOURS} h"
    yield row(what, "2 s", f"{statistics.median(waited):.2f} s")
    yield row("  of that the window's own thread, CPU", "", f"{statistics.median(own):.2f} s")
    yield row(
        "  until the motion of every clip is there, too", "", f"{statistics.median(drawn):.2f} s"
    )


# -- drag a mark ----------------------------------------------------------------------------------


def measure_drag(app: QApplication, folder: Path) -> Iterable[str]:
    """One step of a drag of one mark with 100 anchors: solved, and painted anew.

    Each step moves the mark by one picture or more, seen on the screen as some pixels. Counted is
    all CPU of the process, the calculation's thread with the window's: clocks with their
    covariance, the places of all clips and marks by them, and the painting. Tables and answers
    follow when the mark is let go, which is measured by itself.
    """
    path = make_tied_case(folder)
    window = MainWindow(settings=Settings())
    window.resize(WIDTH_PX, 1080)
    window.show()
    window.open(path)
    wait(lambda: everything_shown(window) and window.is_idle, window)
    held = Held(app, window)
    steps = [held.move(held.from_ms(100 * (step % 5 - 2))) for step in range(40)][10:]
    before = window.bench.document.store.head.seq
    let_go = [held.drop(step) for step in range(10)]
    written = window.bench.document.store.head.seq - before
    window.close()
    window.deleteLater()
    waited, whole, own = (list(each) for each in zip(*steps, strict=True))
    yield row("drag a mark, 100 anchors: solve and repaint", "30 ms", ms(whole))
    yield row("  of that the window's own thread, CPU", "", ms(own))
    yield row("  from the mouse to the picture, by the clock", "", ms(waited))
    waited, whole, own = (list(each) for each in zip(*let_go, strict=True))
    yield row("let go: log, all tables, pictures of the mark", "", ms(whole))
    yield row("  of that the window's own thread, CPU", "", ms(own))
    yield row("  written to the log, a drag", "", f"{written / len(let_go):g} lines")


Spent = tuple[float, float, float]
"""Seconds: by the clock, CPU of the whole process, CPU of the window's own thread."""


class Held:
    """One mark in the hand, by real events of the mouse on its lane."""

    def __init__(self, app: QApplication, window: MainWindow) -> None:
        self._app, self._window = app, window
        mark = window.bench.document.case.of_kind(Mark)[0]
        window.bench.moving.go_mark(mark.id)
        wait(lambda: window.is_idle, window)
        lane = window.desk.lanes.lane(mark.source)
        assert lane is not None
        self._lane, self._mark = lane, mark.id
        self._at = self._where()
        self._send(QEvent.Type.MouseButtonPress, self._at)

    def from_ms(self, away_ms: float) -> QPointF:
        """So far from where it was taken."""
        return self._at + QPointF(away_ms * 1e6 / self._window.desk.lanes.view.ns_per_px, 0)

    def move(self, to: QPointF) -> Spent:
        """One step of the mouse, until the lanes show what follows from it."""
        return self._spent(
            lambda: self._send(QEvent.Type.MouseMove, to), self._window.bench.calculation.glimpsed
        )

    def drop(self, number: int) -> Spent:
        """Let go 100 ms to one side or the other, and take it again."""
        self.move(self.from_ms(-100 if number % 2 else 100))
        to = self.from_ms(100 if number % 2 else -100)
        spent = self._spent(
            lambda: self._send(QEvent.Type.MouseButtonRelease, to),
            self._window.bench.calculation.changed,
        )
        self._at = self._where()
        self._send(QEvent.Type.MouseButtonPress, self._at)
        return spent

    def _spent(self, act: Callable[[], None], shown: SignalInstance) -> Spent:
        clocks = (time.perf_counter, time.process_time, time.thread_time)
        told: list[bool] = []
        follow = shown.connect(lambda: told.append(True))
        began = [clock() for clock in clocks]
        act()
        wait(lambda: bool(told) and not self._window.bench.calculation.busy, self._window)
        self._app.processEvents()  # paints
        spent = tuple(clock() - at for clock, at in zip(clocks, began, strict=True))
        shown.disconnect(follow)
        wait(lambda: self._window.is_idle, self._window)
        return spent  # type: ignore[return-value]

    def _where(self) -> QPointF:
        found = next(m for m in self._lane.track.markers if m.mark == self._mark)
        assert found.reference is not None
        return QPointF(self._lane.x_of(found.reference.ns), MARK_TOP + 4)

    def _send(self, kind: QEvent.Type, at: QPointF) -> None:
        left, held = Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton
        buttons = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else held
        event = QMouseEvent(kind, at, self._lane.mapToGlobal(at), left, buttons,
                            Qt.KeyboardModifier.NoModifier)  # fmt: skip
        QApplication.sendEvent(self._lane, event)


PARTS: dict[str, Callable[[QApplication, Path], Iterable[str]]] = {
    "lanes": measure_lanes, "start": measure_start, "reopen": measure_reopen, "drag": measure_drag,
}  # fmt: skip

if __name__ == "__main__":
    main()
