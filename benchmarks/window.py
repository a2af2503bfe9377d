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
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.settings import Settings
from benchmarks.window_media import SOUND_HOURS, make_case, make_long_sound, make_tied_case
from sync.cache import Cache
from sync.case.case import Case
from sync.clock import ClockModel
from sync.evidence import Mark
from sync.media.hashing import sha256_of
from sync.media.pyramid import waveform_pyramid
from sync.timebase import NS_PER_S, Duration, MediaTime, ReferenceTime
from sync.timeline import Clip, Timeline, Track
from sync.traces.trace import Trace
from widgets.columns import Array, Columns, LaneRow, trace_columns
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


def measure_reopen(_app: QApplication, folder: Path) -> Iterable[str]:
    """From the wish to open to every lane and pane with something in it."""
    path = make_case(folder)
    window = MainWindow(settings=Settings())
    window.resize(WIDTH_PX, 1080)
    window.show()
    window.open(path)
    wait(lambda: everything_shown(window) and window.is_idle, window)  # warms the caches
    waited, own = [], []
    for _ in range(3):
        window.bench.document.close()
        wait(lambda: window.is_idle, window)
        began, began_cpu = time.perf_counter(), time.thread_time()
        window.open(path)
        wait(lambda: everything_shown(window), window)
        waited.append(time.perf_counter() - began)
        own.append(time.thread_time() - began_cpu)
        window.bench.jobs.cancel_all()
        wait(lambda: window.is_idle, window)
    window.close()
    window.deleteLater()
    what = f"reopen 16 clips, 8 channels of {SOUND_HOURS} h"
    yield row(what, "2 s", f"{statistics.median(waited):.2f} s")
    yield row("  of that the window's own thread, CPU", "", f"{statistics.median(own):.2f} s")


# -- drag a mark ----------------------------------------------------------------------------------


def measure_drag(app: QApplication, folder: Path) -> Iterable[str]:
    """One step of a drag of one mark with 100 anchors: solved, and painted anew."""
    path = make_tied_case(folder)
    window = MainWindow(settings=Settings())
    window.resize(WIDTH_PX, 1080)
    window.show()
    window.open(path)
    wait(lambda: everything_shown(window) and window.is_idle, window)
    case = window.bench.document.case
    mark = case.of_kind(Mark)[0]
    waited, own = [], []
    for step in range(30):
        moved = moved_mark(window.bench.document.case, mark, (step % 5 - 2) * 1_000_000)
        done = []
        follow = window.bench.calculation.changed.connect(
            lambda done=done: done.append(not window.bench.calculation.results.stale)
        )
        began, began_cpu = time.perf_counter(), time.thread_time()
        window.bench.document.act(moved, "drag", merge="drag")
        while not any(done):
            app.processEvents()
            time.sleep(0.0002)
        app.processEvents()
        waited.append(time.perf_counter() - began)
        own.append(time.thread_time() - began_cpu)
        window.bench.calculation.changed.disconnect(follow)
        wait(lambda: window.is_idle, window)
    window.close()
    window.deleteLater()
    yield row("drag a mark, 100 anchors: solve and repaint", "30 ms", ms(waited))
    yield row("  of that the window's own thread, CPU", "", ms(own))


def moved_mark(case: Case, mark: Mark, by_ns: int) -> Case:
    """The case with one mark elsewhere."""
    from dataclasses import replace

    assert mark.earliest is not None
    assert mark.latest is not None
    return case.with_evidence(
        replace(mark, earliest=MediaTime(mark.earliest.ns + by_ns),
                latest=MediaTime(mark.latest.ns + by_ns))
    )  # fmt: skip


PARTS: dict[str, Callable[[QApplication, Path], Iterable[str]]] = {
    "lanes": measure_lanes, "start": measure_start, "reopen": measure_reopen, "drag": measure_drag,
}  # fmt: skip

if __name__ == "__main__":
    main()
