"""Twelve hours of 1080p and of radio: what opening, looking and indexing take, and how much memory.

Run by ``python -m benchmarks.frames long``; every row is a process of its own, so that its memory
is that of this work alone.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.one_pass import RATE, SECONDS, make_clip, repeated_clip
from sync.cache import Cache
from sync.errors import Cancelled
from sync.media.decode_pass import decode_pass
from sync.media.frame_types import DecodedFrame, StreamBegin, StreamEnd
from sync.media.frames import FrameReader
from sync.media.hashing import sha256_of
from sync.media.index_consumer import IndexConsumer
from sync.media.inspect import inspect
from sync.media.metadata import read_tags
from sync.media.provisional import provisional_index
from sync.media.pyramid import probed_pyramid, waveform_pyramid
from sync.media.sound import SoundReader

HOURS = 12
RADIO_HZ = 8000
_PASS_FRAMES = 3000
"""Of the decode pass: enough for its rate, and for its memory to settle."""


def make_long(folder: Path) -> dict[str, Path]:
    """The clips: the same 20 s again and again, and noise as a radio gives it."""
    one = folder / "still.mp4"
    if not one.exists():
        make_clip(one, None)
    found = {name: folder / f"{HOURS}-hours.{name}" for name in ("mp4", "mkv", "wav")}
    for name in ("mp4", "mkv"):
        if not found[name].exists():
            part = found[name].with_suffix(f".part.{name}")
            repeated_clip(one, part, HOURS * 3600 // SECONDS).rename(found[name])
    if not found["wav"].exists():
        part = found["wav"].with_suffix(".part")
        minute = np.random.default_rng(0).normal(0, 900, 60 * RADIO_HZ).astype("<i2").tobytes()
        with wave.open(str(part), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RADIO_HZ)
            for _ in range(60 * HOURS):
                file.writeframesraw(minute)
        part.rename(found["wav"])
    return found


# -- rows, each in a process of its own ------------------------------------------------------------


class _Row:
    """Prints what each step took: CPU, and wall time where somebody waits for it."""

    def __call__(self, name: str, of: Callable[[], object]) -> object:
        used, at = time.process_time(), time.perf_counter()
        result = of()
        cpu_ms = 1e3 * (time.process_time() - used)
        print(f"    {name:52s}{cpu_ms:10.1f} ms CPU {1e3 * (time.perf_counter() - at):10.1f} ms")
        return result


def pictures(path: Path, folder: Path) -> None:
    """Open, first picture, near the end, by time."""
    row = _Row()
    row("provisional index", lambda: provisional_index(path))
    index, _ = provisional_index(path)
    with FrameReader(path, index) as reader:
        row("first picture, by a reader just opened", lambda: reader.frame(0).image(960, 540))
        last = len(index) - 20
        row("frame 20 from the end", lambda: reader.frame(last).image(960, 540))
        row("one frame back, ring not filled", lambda: reader.frame(last - 1).image(960, 540))
        row("a frame in the middle", lambda: reader.frame(len(index) // 2).image(960, 540))
        asked = [index.time_of(i) for i in range(0, len(index), 650)]
        row(f"{len(asked)} times to frames", lambda: [index.frame_at(t) for t in asked])
    cache = Cache(folder / "cache")
    cache.store("ab" * 32, "frame-index", {}, index.to_arrays())
    row("index from the cache", lambda: cache.arrays("ab" * 32, "frame-index", {}))
    size = sum(array.nbytes for array in index.to_arrays().values())
    print(f"    {len(index)} frames; the index {size / 1e6:.0f} MB")


def hashed(path: Path, folder: Path) -> None:
    """Add the recording to a case, nothing decoded: content hash, tags and provisional index."""
    row = _Row()
    row("content hash alone", lambda: sha256_of(path))
    row("inspect, quick", lambda: inspect(path, cache=None, verify=False))


class _Stop:
    """Ends the pass after some frames."""

    held = 0

    def __init__(self) -> None:
        self.frames = 0

    def begin(self, stream: StreamBegin) -> None:
        """Nothing to prepare."""

    def frame(self, frame: DecodedFrame) -> None:
        """Count."""
        self.frames += 1
        if self.frames == _PASS_FRAMES:
            raise Cancelled("enough frames")

    def end(self) -> None:
        """Nothing to close."""


def passed(path: Path, folder: Path) -> None:
    """The beginning of the decode pass that makes the verified index."""

    def some() -> None:
        try:
            decode_pass(path, [IndexConsumer(), _Stop()])
        except Cancelled:
            return

    before = time.process_time()
    _Row()(f"index pass over {_PASS_FRAMES} frames", some)
    rate = _PASS_FRAMES / RATE / (time.process_time() - before)
    print(f"    that is {rate:.0f} × real time a core: {HOURS / rate:.1f} h of CPU for all")


def settled(path: Path, folder: Path) -> None:
    """All frames told to the index as a resumed pass tells them, and the index made of them."""
    index, _ = provisional_index(path)
    indexer = IndexConsumer()
    random = np.random.default_rng(0)
    seen = random.integers(60, 150, (97, 90, 160)).astype(np.uint8)

    def tell() -> None:
        for i, pts in enumerate(index.pts.tolist()):
            time_ns = int(index.time_ns[i])
            indexer.frame(
                DecodedFrame(
                    number=i, ordinal=int(index.ordinal[i]), pts=pts, time_ns=time_ns, key=False,
                    damaged=False, interlaced=False, rotation_deg=0, grey=seen[i % len(seen)],
                )
            )  # fmt: skip

    begin = read_tags(path).picture
    assert begin is not None
    assert index.packets is not None
    indexer.begin(begin)
    row = _Row()
    row(f"{len(index)} recorded frames told again", tell)
    none = np.zeros(len(index.packets), np.bool_)
    end = StreamEnd(packets=index.packets, not_referred=none, undecodable=(), read_error=None)
    indexer.packets(end)
    row("the verified index made of them", indexer.end)


def radio(path: Path, folder: Path) -> None:
    """First picture of the sound, the whole of it, and sound near the end."""
    row = _Row()
    cache, sha256 = Cache(folder / "cache"), "cd" * 32
    with SoundReader(path) as reader:
        row("10 s near the end", lambda: reader.read(reader.samples - 30 * RADIO_HZ, 10 * RADIO_HZ))
    row("first picture", lambda: probed_pyramid(path, sha256))
    row("waveform, complete", lambda: waveform_pyramid(path, cache, sha256))
    row("waveform, reopened", lambda: waveform_pyramid(path, cache, sha256))


_ROWS: dict[str, Callable[[Path, Path], None]] = {
    work.__name__: work for work in (pictures, hashed, passed, settled, radio)
}


def long(folder: Path, rounds: int, only: str) -> None:
    """Print what twelve hours take."""
    paths = make_long(folder)
    asked = [("mp4", name) for name in ("pictures", "hashed", "passed", "settled")]
    for kind, name in [*asked, ("mkv", "pictures"), ("wav", "radio")]:
        path, work = paths[kind], _ROWS[name]
        if not re.search(only, f"{kind} {name}"):
            continue
        print(f"  {HOURS} hours, {path.stat().st_size / 1e6:.0f} MB {kind.upper()}: {work.__doc__}")
        with tempfile.TemporaryDirectory() as kept:
            command = [sys.executable, "-m", "benchmarks.frame_long", name, str(path), kept]
            subprocess.run(command, check=True)


def main() -> None:
    """One row, and the most memory it took."""
    name, path, folder = sys.argv[1:]
    before_mb = _peak_mb()
    _ROWS[name](Path(path), Path(folder))
    print(f"    memory at most {_peak_mb():.0f} MB, {before_mb:.0f} of them for the program")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
