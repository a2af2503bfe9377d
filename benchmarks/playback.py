"""Scrubbing and playing as the window does it, through the frame service.

Run as ``python -m benchmarks.playback [PART …] [--clips FOLDER] [--rounds N]``; parts are shown,
scrub, back, play, panes (all by default). CPU time is that of all threads; ratios are of pairs in
one run and the median is printed. No screen is needed. The clip is made once into FOLDER.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.controllers.panes import pane_info
from app.frame_service import FrameAnswer, FrameService
from benchmarks.frame_clips import HD_KINDS, RATE, hd_clip
from benchmarks.frames import cpu_s
from sync.cache import Cache
from sync.media.decode_pass import decode_pass, prepare_decoder
from sync.media.frame_index import FrameIndex
from sync.media.hashing import sha256_of
from sync.media.inspect import inspect
from sync.media.one_pass import proxy_path
from sync.media.opening import open_media, picture_stream
from widgets.video_pane import FOOTER_PX, HEADER_PX, OUTLINE_PX, PaneInfo, VideoPane

PANE = (640, 360)
"""A quarter of the wall of a window of 1920 × 1080."""
TICK_MS = 15
_CLIPS = 4


class Wall:
    """Four panes on one clip, each a source of its own."""

    def __init__(self, clip: Path, index: FrameIndex, proxy: Path | None) -> None:
        self.service, self.index = FrameService(), index
        self.panes = {f"clip {n}": VideoPane(f"clip {n}") for n in range(_CLIPS)}
        self.answers: list[FrameAnswer] = []
        for source, pane in self.panes.items():
            pane.resize(PANE[0] + 6, PANE[1] + 50)
            self.service.open(source, clip, index, proxy)
            self.service.set_size(source, *PANE)
            pane.show()
        self.service.answered.connect(self._show)

    def _show(self, answer: FrameAnswer) -> None:
        pane = self.panes[answer.source]
        pane.set_picture(answer.image, pane_info(answer, self.index))
        pane.repaint()
        self.answers.append(answer)

    def ask(self, number: int, sources: int = _CLIPS, **how: object) -> None:
        """Show a frame in some panes, and wait until it is there."""
        self.answers.clear()
        for source in list(self.panes)[:sources]:
            self.service.request(source, number, **how)  # type: ignore[arg-type]
        previews = how.get("pace") == "drag"
        wait(lambda: sum(previews or not a.preview for a in self.answers) >= sources)

    def close(self) -> None:
        self.service.close()
        for pane in self.panes.values():
            pane.close()


def wait(done: Callable[[], bool]) -> None:
    """Let events come until ``done``; the last of them is an answer."""
    app = QApplication.instance()
    assert app is not None
    while not done():
        # With a time limit Qt would not wait but spin, and that would be counted.
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def calm(wall: Wall) -> None:
    """Until the threads have read ahead all there is."""
    while any(worker._ahead for worker in wall.service._workers.values()):
        time.sleep(0.01)


# -- parts ---------------------------------------------------------------------------------------


def shown(clip: Path, made: Callable[[], Wall], rounds: int) -> None:
    """Four clips frame by frame through service and panes, against decoding them alone.

    A short clip from end to end: what is read ahead of a longer one would be counted too.
    """
    short = hd_clip(clip.parent, HD_KINDS[0], 90)
    index = inspect(short, cache=None).index
    assert index is not None

    def alone() -> None:
        for _ in range(_CLIPS):
            with open_media(short) as container:
                stream = picture_stream(container)
                assert stream is not None
                prepare_decoder(stream)
                for _ in container.decode(stream):
                    pass

    def played() -> None:
        wall = Wall(short, index, None)
        for number in range(len(index)):
            wall.ask(number)
        wall.close()

    ratios = []
    for _ in range(rounds):
        ours = cpu_s(played)
        ratios.append(ours / cpu_s(alone))
    print(f"shown frame, four clips, panes of {PANE[0]}×{PANE[1]}: {np.median(ratios):.2f} × "
          f"decoding alone ({min(ratios):.2f} … {max(ratios):.2f})")  # fmt: skip


def timed(wall: Wall, numbers: list[int], **how: object) -> tuple[list[float], list[float], int]:
    """CPU and wall ms of each picture of one clip, and how many were previews."""
    cpu_ms, wall_ms, previews = [], [], 0
    for number in numbers:
        begun, spent = time.perf_counter(), time.process_time()
        wall.ask(number, 1, **how)
        cpu_ms.append((time.process_time() - spent) * 1e3)
        wall_ms.append((time.perf_counter() - begun) * 1e3)
        previews += wall.answers[-1].preview
    return cpu_ms, wall_ms, previews


def scrub(clip: Path, made: Callable[[], Wall], rounds: int) -> None:
    """Dragged to places at random: the proxy's picture until it is in its pane."""
    wall = made()
    rng = random.Random(5)
    numbers = [rng.randrange(len(wall.index)) for _ in range(40 * rounds)]
    wall.ask(0, 1)
    calm(wall)
    cpu_ms, wall_ms, previews = timed(wall, numbers, pace="drag")
    report(f"scrub by proxy ({previews} of {len(numbers)} are previews)", cpu_ms, wall_ms)
    wall.close()


def back(clip: Path, made: Callable[[], Wall], rounds: int) -> None:
    """One frame back, again and again, at a person's speed; and the part the ring plays in it."""
    wall = made()
    start = len(wall.index) - 20
    wall.ask(start, 1)
    wall.ask(start - 1, 1)
    calm(wall)
    count = min(20, 5 * rounds)
    cpu_ms, wall_ms, previews = timed(wall, [start - 2 - n for n in range(count)])
    report(f"one frame back, until it is in its pane ({previews} previews)", cpu_ms, wall_ms)
    wall.close()
    ring(clip, wall.index, start, count)


def ring(clip: Path, index: FrameIndex, start: int, count: int) -> None:
    """The reader alone, without picture and pane."""
    from sync.media.frames import FrameReader

    with FrameReader(clip, index) as reader:
        reader.frame(start)
        reader.frame(start - 1)
        while reader.read_ahead(-1):
            pass
        each = []
        for n in range(count):
            begun = time.perf_counter()
            reader.frame(start - 2 - n)
            each.append((time.perf_counter() - begun) * 1e3)
    print(f"one frame back from the ring alone: median {np.median(each):.3f} ms, "
          f"p95 {np.percentile(each, 95):.3f} ms")  # fmt: skip


def play(clip: Path, made: Callable[[], Wall], rounds: int) -> None:
    """Four clips by the clock: what is dropped, and how often the window ticks."""
    for words, busy, rate in (("playing", False, 1), ("playing, a pass running", True, 1),
                              ("playing at 4 ×", False, 4)):  # fmt: skip
        played(clip, made(), words, busy=busy, rate=rate)


def played(clip: Path, wall: Wall, words: str, *, busy: bool, rate: int) -> None:
    wall.ask(0)
    calm(wall)
    wall.answers.clear()
    stop = threading.Event()

    def passes() -> None:
        while not stop.is_set():
            decode_pass(clip, [_Nothing()])

    thread = threading.Thread(target=passes)
    if busy:
        thread.start()
    ticks: list[float] = []
    begun, spent, seconds = time.perf_counter(), time.process_time(), 6.0

    def tick() -> None:
        ticks.append(time.perf_counter())
        number = int((ticks[-1] - begun) * RATE * rate)
        for source in wall.panes:
            wall.service.request(source, number, "play", 1 / RATE / rate)

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(TICK_MS)
    timer.timeout.connect(tick)
    timer.start()
    QTimer.singleShot(round(seconds * 1e3), QApplication.quit)
    QApplication.exec()
    timer.stop()
    share = (time.process_time() - spent) / (time.perf_counter() - begun)
    stop.set()
    if busy:
        thread.join()
    seen = {source: {a.index for a in wall.answers if a.source == source} for source in wall.panes}
    due = int(seconds * RATE * rate)
    dropped = sum(due - len(found) for found in seen.values())
    previews = sum(answer.preview for answer in wall.answers) / max(1, len(wall.answers))
    gaps = np.diff(ticks) * 1e3
    print(f"{words}: {len(ticks) / seconds:.0f} ticks a second, longest wait {gaps.max():.0f} ms, "
          f"p99 {np.percentile(gaps, 99):.0f} ms; {max(0, dropped)} of {due * _CLIPS} frames not "
          f"shown, {previews:.0%} of the pictures previews; {share:.1f} CPUs had")  # fmt: skip
    wall.close()


class _Nothing:
    """A consumer that does nothing: decoding is what competes."""

    def begin(self, stream: object) -> None:
        """Nothing to prepare."""

    def frame(self, frame: object) -> None:
        """Nothing to keep."""

    def end(self) -> None:
        """Nothing to finish."""


def panes(clip: Path, made: Callable[[], Wall], rounds: int) -> None:
    """Four 720p pictures put on four panes of that size, beside pyqtgraph's ImageItem."""
    import pyqtgraph as pg

    pictures = [
        np.random.default_rng(n).integers(0, 255, (720, 1280, 4), np.uint8) for n in range(2)
    ]
    app = QApplication.instance()
    assert app is not None
    ours = [VideoPane(f"clip {n}") for n in range(_CLIPS)]
    for pane in ours:
        pane.set_own_size(QSize(1280, 720))
        pane.resize(1280 + 2 * OUTLINE_PX, 720 + HEADER_PX + FOOTER_PX)
        pane.show()
    peers = [pg.GraphicsLayoutWidget(size=(1280, 720)) for _ in range(_CLIPS)]
    items = [pg.ImageItem(axisOrder="row-major") for _ in peers]
    for view, item in zip(peers, items, strict=True):
        view.ci.setContentsMargins(0, 0, 0, 0)
        view.addViewBox(lockAspect=True, invertY=True).addItem(item)
        view.show()
    app.processEvents()

    def show_ours(number: int) -> None:
        info = PaneInfo(source_id="a", picture_number=number, frames=(number, number))
        for pane in ours:
            pane.set_picture(pictures[number % 2], info)
            pane.repaint()

    def show_peers(number: int) -> None:
        for view, item in zip(peers, items, strict=True):
            item.setImage(pictures[number % 2], autoLevels=False, levels=(0, 255))
            view.viewport().repaint()

    spent: dict[str, list[float]] = {"ours": [], "pyqtgraph": []}
    for number in range(10 * rounds):
        for words, show in (("ours", show_ours), ("pyqtgraph", show_peers)):
            begun = time.process_time()
            show(number)
            spent[words].append((time.process_time() - begun) * 1e3)
    mine, other = (float(np.median(found[2:])) for found in spent.values())
    print(f"four 720p panes, display: {mine:.2f} ms CPU; pyqtgraph ImageItem {other:.1f} ms "
          f"({other / mine:.1f} ×)")  # fmt: skip
    for widget in (*ours, *peers):
        widget.close()


def report(words: str, cpu_ms: list[float], wall_ms: list[float]) -> None:
    """Medians and the slow end."""
    print(f"{words}: {np.median(cpu_ms):.2f} ms CPU, p95 {np.percentile(cpu_ms, 95):.2f}; until "
          f"shown {np.median(wall_ms):.1f} ms, p95 {np.percentile(wall_ms, 95):.1f}")  # fmt: skip


PARTS = {"shown": shown, "scrub": scrub, "back": back, "play": play, "panes": panes}


def main(arguments: list[str]) -> None:
    """Print the parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--clips", type=Path, default=Path(tempfile.gettempdir()) / "tp-frames")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    app = QApplication.instance() or QApplication([])
    given.clips.mkdir(parents=True, exist_ok=True)
    clip = hd_clip(given.clips, HD_KINDS[0])
    cache = Cache(given.clips / "cache")
    index = inspect(clip, cache=cache, proxy=True).index
    assert index is not None
    proxy = proxy_path(cache, sha256_of(clip))
    print(f"{clip.name}: 1080p at {RATE} a second, {len(index)} frames, a key frame every 250; "
          f"load {os.getloadavg()[0]:.0f} on {os.cpu_count()} processors")  # fmt: skip
    for name in given.parts or PARTS:
        PARTS[name](clip, lambda: Wall(clip, index, proxy), given.rounds)
    del app


if __name__ == "__main__":
    main(sys.argv[1:])
