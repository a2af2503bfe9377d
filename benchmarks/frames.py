"""Exactness and cost of single frames, beside OpenCV, PyAV, ffmpeg and mpv.

Run as ``python -m benchmarks.frames [PART …] [--clips FOLDER] [--rounds N] [--only KINDS]``; parts
are exact, seek, back, shown, memory, open, long (all by default). Costs are CPU time, all threads
and children, as ratios of pairs measured in one run; the median is printed. The clips are made once
into FOLDER.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.frame_clips import GOP, HD_KINDS, RATE, hd_clip, long_clip
from benchmarks.frame_long import long
from benchmarks.frame_peers import (
    FfmpegProgram,
    MpvByTime,
    OpenCvByNumber,
    OpenCvByTime,
    Ours,
    Peer,
    PyAvByTime,
    installed,
    mpv_seek,
)
from sync.media.decode_pass import decode_pass, prepare_decoder
from sync.media.frame_index import FrameIndex
from sync.media.frame_types import DecodedFrame, StreamBegin
from sync.media.frames import FrameReader
from sync.media.inspect import inspect
from sync.media.opening import open_media, picture_stream
from sync.media.provisional import provisional_index
from tests.support.clip_classes import ClipClasses
from tests.support.made_media import read_number

PANE = (960, 540)
"""A quarter of a 1080p window."""


def cpu_s(of: Callable[[], object]) -> float:
    """CPU seconds of this process, all its threads, and its children."""

    def spent() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    before = spent()
    of()
    return spent() - before


def index_of(path: Path) -> FrameIndex:
    """The verified index, read once."""
    index = inspect(path, cache=None).index
    assert index is not None
    return index


# -- exactness -------------------------------------------------------------------------------------


class _Numbers:
    """The painted number of every frame of a straight decode."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def begin(self, stream: StreamBegin) -> None:
        """Nothing to prepare."""

    def frame(self, frame: DecodedFrame) -> None:
        """Read the number."""
        self.seen.append(read_number(frame.video.to_ndarray(format="bgr24")))

    def end(self) -> None:
        """Nothing to close."""


def exact(folder: Path, rounds: int, only: str) -> None:
    """Share of 200 random seeks that show the frame a straight decode shows there."""
    peers: dict[str, Callable[[Path, FrameIndex], Peer]] = {
        "ours": Ours,
        "OpenCV n": OpenCvByNumber,
        "OpenCV ms": OpenCvByTime,
        "PyAV time": PyAvByTime,
    }
    if installed("ffmpeg"):
        peers["ffmpeg*"] = FfmpegProgram
    if installed("mpv"):
        peers["mpv"] = MpvByTime
    print("Exact frame over 200 random seeks (* 20 seeks; last column: called exact)")
    print(f"  {'':20s}" + "".join(f"{name:>11s}" for name in peers) + f"{'called':>11s}")
    classes = ClipClasses(folder / "classes")
    for kind in [kind for kind in classes if re.search(only, kind)]:
        path = classes[kind]
        numbers = _Numbers()
        decode_pass(path, [numbers])
        index = index_of(path)
        rng = random.Random(kind)
        targets = [rng.randrange(len(index)) for _ in range(200)]
        shares = []
        for name, make in peers.items():
            asked = targets[:20] if name.endswith("*") else targets
            with make(path, index) as peer:
                right = [_is(peer.frame(i), numbers.seen[i]) for i in asked]
            shares.append(float(np.mean(right)))
        with FrameReader(path, index) as reader:
            marked = [reader.frame(i).exact for i in targets]
        row = "".join(f"{share:11.2f}" for share in shares)
        print(f"  {kind:20s}{row}{float(np.mean(marked)):11.2f}", flush=True)


def _is(picture: np.ndarray | None, number: int) -> bool:
    return picture is not None and read_number(picture) == number


# -- seeking ---------------------------------------------------------------------------------------


def seek(folder: Path, rounds: int, only: str) -> None:
    """Cold exact seeks in 1080p with a key frame every 250, against decoding from the key."""
    print(f"Cold exact seek, 1080p, a key frame every {GOP}: × decoding from the key packet (PyAV)")
    small = ClipClasses(folder / "classes")["H.264 MP4"]
    start_s = 0.0
    if installed("mpv"):
        # What mpv costs before and beside a seek: a picture of 320×192 itself is next to nothing.
        start_s = float(np.median([cpu_s(lambda: mpv_seek(small, 0)) for _ in range(5)]))
    for kind in [kind for kind in HD_KINDS if re.search(only, kind)]:
        path = hd_clip(folder, kind)
        beside = ""
        index = index_of(path)
        rng = random.Random(kind)
        targets = [rng.randrange(len(index)) for _ in range(rounds)]
        spent: dict[str, list[float]] = {}
        for i in targets:
            for name, seconds in _cold_seeks(path, index, i).items():
                spent.setdefault(name, []).append(seconds)
        base = spent.pop("from the key")
        if "mpv" in spent:
            spent["mpv"] = [seconds - start_s for seconds in spent["mpv"]]
            ratio = np.array(spent["ours"]) / np.array(spent["mpv"])
            beside = f"; ours {float(np.median(ratio)):.2f} × mpv"
        mbit = path.stat().st_size * 8 * RATE / len(index) / 1e6
        print(f"  {kind} ({mbit:.1f} Mbit/s): decoding from the key {_ms(base)}{beside}")
        for name, values in spent.items():
            ratio = np.array(values) / np.array(base)
            low, middle, high = np.quantile(ratio, [0.1, 0.5, 0.9])
            total = sum(values) / sum(base)
            print(
                f"    {name:20s}{middle:6.2f} ×  ({low:.2f} … {high:.2f}; of the sums {total:.2f})"
                f"  {_ms(values)}"
            )
        if not installed("mpv"):
            print(f"    {'mpv':20s} not installed (0.73 × where it was)", flush=True)


def _cold_seeks(path: Path, index: FrameIndex, i: int) -> dict[str, float]:
    """CPU seconds to frame ``i``, each in a file just opened."""
    spent = {}
    with PyAvByTime(path, index) as peer:
        spent["from the key"] = cpu_s(lambda: peer.video(i))
    with FrameReader(path, index) as reader:
        spent["ours"] = cpu_s(lambda: reader.frame(i))
    with PyAvByTime(path, index, own_threads=False) as peer:
        spent["PyAV, frame threads"] = cpu_s(lambda: peer.video(i))
    with OpenCvByNumber(path, index) as capture:
        spent["OpenCV"] = cpu_s(lambda: capture.frame(i))
    if installed("mpv"):
        at_s = index.time_of(i).s
        spent["mpv"] = cpu_s(lambda: mpv_seek(path, at_s))
    return spent


def _ms(seconds: list[float]) -> str:
    return f"{1e3 * float(np.median(seconds)):.2f} ms"


def back(folder: Path, rounds: int, only: str) -> None:
    """One frame back: from the ring, and a row of them at 25 a second while it refills."""
    path = hd_clip(folder, HD_KINDS[0])
    index = index_of(path)
    print("One frame back, 1080p x264 with 3 B-frames, a key frame every 250 (CPU)")
    with FrameReader(path, index) as reader:
        held = _steps_back(reader, 250 + 125, 40, pause_s=None)
        print(f"  from the ring            {_ms(held)}   (longest {1e3 * max(held):.2f} ms)")
        for begin, where in ((250 + 150, "across a group"), (250 + 6, "over its start")):
            waited = _steps_back(reader, begin, 75, pause_s=0.04)
            middle, late, longest = 1e3 * np.quantile(waited, [0.5, 0.95, 1])
            print(
                f"  25 a second {where:15s} p50 {middle:.2f} ms, p95 {late:.2f} ms, "
                f"longest {longest:.1f} ms"
            )
        for words, taken in (
            ("one each 0.5 s, over its start", _steps_back(reader, 250 + 6, 30, pause_s=0.5)),
            ("0.5 s after a seek", _turned_round(reader, 10 * rounds, pause_s=0.5)),
            ("2 s after a seek to a key frame", _turned_round(reader, 4, pause_s=2, at=250)),
        ):
            middle, late, longest = 1e3 * np.quantile(taken, [0.5, 0.95, 1])
            print(f"  {words:31s} p50 {middle:.2f} ms, p95 {late:.2f} ms, longest {longest:.1f} ms")
    with PyAvByTime(path, index) as peer, OpenCvByNumber(path, index) as capture:
        at = 250 + 125
        print(f"  PyAV, by time            {_ms([cpu_s(lambda: peer.video(at - 1))])}")
        capture.frame(at)
        print(f"  OpenCV, by number        {_ms([cpu_s(lambda: capture.frame(at - 1))])}")
    if not installed("mpv"):
        print("  mpv                      not installed (1254 ms where it was)", flush=True)


def _steps_back(reader: FrameReader, begin: int, steps: int, pause_s: float | None) -> list[float]:
    """Seconds from the wish for each step to its picture.

    With ``pause_s`` None the ring is filled before each step. Otherwise a person steps every
    ``pause_s``, and the clock is that of the CPU: what an idle machine would show, whatever else
    this one is doing.
    """
    gc.collect()  # what indexing left behind is no part of a step
    reader.frame(begin)
    while reader.read_ahead(-1):
        pass
    taken: list[float] = []
    now = due = 0.0
    for i in range(begin - 1, begin - 1 - steps, -1):
        due += pause_s or 0.0
        more = True
        while more and (pause_s is None or now < due):
            before = time.process_time()
            more = reader.read_ahead(-1)
            now += time.process_time() - before
        if pause_s is None:
            due = now  # filling the ring is no part of the step
        now = max(now, due)
        now += cpu_s(lambda i=i: reader.frame(i).image(*PANE))
        taken.append(now - due)
    return taken


def _turned_round(
    reader: FrameReader, count: int, *, pause_s: float, at: int | None = None
) -> list[float]:
    """Seconds of the first step back after each of some seeks, ``pause_s`` of idle CPU between."""
    rng = random.Random(7)
    before, taken = 0, []
    for _ in range(count):
        place = rng.randrange(1, len(reader.index)) if at is None else at
        reader.frame(0 if at is not None else before)
        reader.frame(place)
        way, spent = 1 if place > before else -1, 0.0
        more = True
        while more and spent < pause_s:
            begun = time.process_time()
            more = reader.read_ahead(way)
            spent += time.process_time() - begun
        late = max(0.0, spent - pause_s)
        taken.append(late + cpu_s(lambda: reader.frame(place - 1).image(*PANE)))  # noqa: B023
        before = 0 if at is not None else place
    return taken


# -- showing ---------------------------------------------------------------------------------------


def shown(folder: Path, rounds: int, only: str) -> None:
    """Four clips shown frame by frame in panes, against decoding them alone."""
    path = hd_clip(folder, HD_KINDS[0])
    index = index_of(path)
    count = 120

    def alone() -> None:
        for _ in range(4):
            with open_media(path) as container:
                stream = picture_stream(container)
                assert stream is not None
                prepare_decoder(stream)
                for number, _ in enumerate(container.decode(stream)):
                    if number == count - 1:
                        break

    def with_pictures(size: tuple[int, int]) -> Callable[[], None]:
        def run() -> None:
            readers = [FrameReader(path, index) for _ in range(4)]
            for i in range(count):
                for reader in readers:
                    reader.frame(i).image(*size)
            for reader in readers:
                reader.close()

        return run

    print(f"Shown frame, four clips of 1080p, {count} frames each: × decoding alone")
    for size in (PANE, (640, 360), (1280, 720)):
        ratios = [cpu_s(with_pictures(size)) / cpu_s(alone) for _ in range(max(3, rounds // 6))]
        print(f"  panes of {size[0]}×{size[1]:<5d} {float(np.median(ratios)):.2f} ×")
    with FrameReader(path, index) as reader:
        frame = reader.frame(60)
        for size in (PANE, (640, 360), (1280, 720), (1920, 1080)):
            each = [cpu_s(lambda size=size: frame.image(*size)) for _ in range(30)]
            print(f"  the picture for {size[0]}×{size[1]:<5d} {_ms(each)}", flush=True)


# -- memory and opening ----------------------------------------------------------------------------


def memory(folder: Path, rounds: int, only: str) -> None:
    """Memory an open clip takes while it is sought and stepped through."""
    print("Memory of an open 1080p clip after 20 seeks, 60 steps back and 100 on (resident)")
    for kind in HD_KINDS[:2]:
        path = hd_clip(folder, kind)
        ran = subprocess.run(
            [sys.executable, "-m", "benchmarks.frames", "--inside", str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
        print(f"  {kind}: {ran.stdout.strip()}", flush=True)


def _inside(path: Path) -> None:
    """Run in a process of its own."""
    index = provisional_index(path)[0]
    before = _resident_mb()
    rng = random.Random(4)
    with FrameReader(path, index) as reader:
        for _ in range(20):
            reader.frame(rng.randrange(len(index))).image(*PANE)
        for i in range(400, 340, -1):
            reader.frame(i).image(*PANE)
            reader.read_ahead(-1)
        for i in range(100, 200):
            reader.frame(i).image(*PANE)
            reader.read_ahead(1)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{most - before:.0f} MB more than before it was opened; the process {most:.0f} MB")


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def opening(folder: Path, rounds: int, only: str) -> None:
    """A 30-minute MP4 from nothing to a reader that can seek, and to its first frame."""
    path = long_clip(folder)
    seekable, first = [], []
    for _ in range(5):
        started = time.process_time()
        index = provisional_index(path)[0]
        with FrameReader(path, index) as reader:
            seekable.append(time.process_time() - started)
            reader.frame(len(index) // 2)
            first.append(time.process_time() - started)
    print(
        f"Open a 30-minute MP4 ({len(index)} frames, {path.stat().st_size / 1e6:.0f} MB): "
        f"seekable after {_ms(seekable)}, a frame of its middle after {_ms(first)}"
    )


PARTS: dict[str, Callable[[Path, int, str], None]] = {
    "exact": exact,
    "seek": seek,
    "back": back,
    "shown": shown,
    "memory": memory,
    "open": opening,
    "long": long,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--clips", type=Path, help="where the clips are kept for the next run")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", default="", metavar="REGEX", help="kinds of clips: exact, seek")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside is not None:
        _inside(chosen.inside)
        return
    os.environ.setdefault("SVT_LOG", "1")
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = chosen.clips or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for part in chosen.parts or PARTS:
            PARTS[part](folder, chosen.rounds, chosen.only)


if __name__ == "__main__":
    main()
