"""Hostile files: mutated recordings must end in facts or one typed sentence, bounded in all.

Run as ``python -m benchmarks.fuzz_media [--files N] [--seed N] [--first N]``. Every container and
coding that can be made here, and small files of ``../shared/media``, are damaged in ten ways. Each
file goes through both inspections, ten random frames and all of its sound, in a process of its own
kind: 1.5 GB of address space, 10 s of CPU time. ``--first`` goes on where a run was stopped.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np

from benchmarks.fuzz_mutations import KINDS, mutated
from benchmarks.fuzz_seeds import seeds

ADDRESS_SPACE_BYTES = 1536 << 20
CPU_LIMIT_S = 10.0
WALL_LIMIT_S = 90.0
"""Only for a file that waits instead of working: the machine may be busy with other things."""

FRAMES_ASKED = 10
GOOD = ("ok", "marked damaged", "refused")
_MARKS = {"damaged", "truncated", "no-picture", "no-sound", "encrypted"}
BAD = ("wrong frame", "untyped exception", "hung", "crashed")


# -- one file, in the worker ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    kind: str
    detail: str = ""
    peak_mb: int = 0


def examine(path: Path, seed: int) -> Outcome:
    """Everything a person could do with the file, and whether it is answered rightly."""
    from sync.errors import MediaError
    from sync.media.inspect import Inspection, inspect

    found: dict[bool, Inspection] = {}
    refused = ""
    for verify in (False, True):
        try:
            found[verify] = inspect(path, cache=None, verify=verify)
        except MediaError as error:
            refused = error.code
    said: set[str] = set()
    for inspection in found.values():
        wrong, damaged = _frames(path, inspection.index, random.Random(seed))
        if wrong:
            return Outcome("wrong frame", wrong)
        said |= {"damaged"} if damaged else set()
    if True not in found:
        return Outcome("refused", refused)
    facts = found[True].facts
    said |= {note.code for note in facts.health} & _MARKS
    if facts.sound is not None and not _sound(path, seed):
        said.add("damaged")
    return Outcome("marked damaged", ", ".join(sorted(said))) if said else Outcome("ok")


def _frames(path: Path, index: object, rng: random.Random) -> tuple[str, bool]:
    """(what is wrong, whether a frame was refused or marked) of ten random frames."""
    from sync.errors import MediaError
    from sync.media.decode_pass import decode_pass
    from sync.media.frame_index import FrameIndex
    from sync.media.frames import FrameReader
    from sync.media.index_consumer import IndexConsumer

    if not isinstance(index, FrameIndex) or not len(index):
        return "", False
    straight = _Straight()
    if index.state == "verified":
        # The same pass: damaged streams do not decode the same twice where threads race.
        indexer = IndexConsumer()
        decode_pass(path, [indexer, straight])
        assert indexer.index is not None
        index = indexer.index
        straight.times_settled = any(n.code in ("missing-pts", "wrap") for n in indexer.health)
    marked = False
    try:
        with FrameReader(path, index) as reader:
            for _ in range(FRAMES_ASKED if index.state == "verified" else 3):
                i = rng.randrange(len(index))
                try:
                    frame = reader.frame(i)
                except MediaError:
                    marked = True
                    continue
                frame.image(160, 90)
                marked |= frame.damaged
                if frame.exact and straight.seen:
                    shown = (int(frame.pts), _number(frame.video.to_ndarray(format="bgr24")))
                    if i >= len(straight.seen) or not straight.same(i, *shown):
                        return f"frame {i} shows {shown}, decoded {straight.seen[i : i + 1]}", True
                reader.read_ahead(1)
    except MediaError:
        marked = True
    return "", marked


class _Straight:
    """Time and painted number of every frame of a straight decode."""

    def __init__(self) -> None:
        self.seen: list[tuple[int | None, int]] = []
        self.times_settled = False
        """The index says that the written times contradict the order of the pictures."""

    def begin(self, stream: object) -> None:
        """Nothing to prepare."""

    def frame(self, frame: object) -> None:
        """Read the number."""
        from sync.media.frame_types import DecodedFrame

        assert isinstance(frame, DecodedFrame)
        picture = frame.video.to_ndarray(format="bgr24")
        self.seen.append((frame.pts, _number(picture)))

    def end(self) -> None:
        """Nothing to close."""

    def same(self, i: int, pts: int | None, number: int) -> bool:
        """Whether frame ``i`` is this one; times are compared where they are the written ones."""
        own, decoded = self.seen[i]
        return decoded == number and (self.times_settled or own == pts)


def _number(picture: np.ndarray) -> int:
    """The painted number; of a picture of another size its checksum."""
    from tests.support.made_media import HEIGHT_PX, WIDTH_PX, read_number

    if picture.shape[:2] != (HEIGHT_PX, WIDTH_PX):
        return zlib.crc32(picture.tobytes())
    return read_number(picture)


def _sound(path: Path, seed: int) -> bool:
    """Read all of it and a few places; False where a place is refused."""
    from sync.errors import MediaError
    from sync.media.pyramid import waveform_pyramid
    from sync.media.sound import SoundReader

    rng = random.Random(seed)
    try:
        waveform_pyramid(path, None, "0" * 64)
        with SoundReader(path) as reader:
            for _ in range(4):
                reader.read(rng.randrange(reader.samples), 4096)
    except MediaError:
        return False
    return True


def _work(pipe: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        job = pipe.recv()
        if job is None:
            return
        path, seed = job
        try:
            outcome = examine(Path(path), seed)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            last = next(
                (f for f in reversed(traceback.extract_tb(error.__traceback__))
                 if "/sync/" in f.filename), where,
            )  # fmt: skip
            detail = f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})"
            outcome = Outcome("untyped exception", detail)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        pipe.send(Outcome(outcome.kind, outcome.detail, peak))


# -- the pool ------------------------------------------------------------------------------------


class _Worker:
    """A process that takes one file after the other, until one ends it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["benchmarks.fuzz_preload"])
        self.pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_work, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.path: Path | None = None
        self.label = ""

    def give(self, path: Path, label: str, seed: int) -> None:
        """Start on a file."""
        self.path, self.label = path, label
        self.pipe.send((str(path), seed))
        self._cpu_s, self._since = self._used_s(), time.monotonic()

    def _used_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def taken(self) -> Outcome | None:
        """The outcome, once there is one."""
        try:
            if self.pipe.poll():
                outcome = self.pipe.recv()
                assert isinstance(outcome, Outcome)
                return outcome
            spent = self._used_s() - self._cpu_s
        except (EOFError, OSError):
            self.process.join()
            code = self.process.exitcode or 0
            return Outcome("crashed", signal.Signals(-code).name if code < 0 else f"exit {code}")
        waited = time.monotonic() - self._since
        if spent > CPU_LIMIT_S or waited > WALL_LIMIT_S:
            self.process.kill()
            self.process.join()
            return Outcome("hung", f"{spent:.0f} s of CPU in {waited:.0f} s")
        return None

    def close(self) -> None:
        """End the process."""
        if self.process.is_alive():
            self.process.kill()
        self.process.join()


def _jobs(files: int, seed: int, first: int, folder: Path) -> Iterator[tuple[Path, str, int]]:
    originals = seeds(folder / "seeds")
    for n in range(first, first + files):
        source = originals[n % len(originals)]
        kind = KINDS[(n // len(originals)) % len(KINDS)]
        rng = random.Random(f"{seed}-{n}")
        path = folder / f"{n:05d}-{kind}-{source.name}"
        path.write_bytes(mutated(kind, source.read_bytes(), rng, rng.choice(originals)))
        yield path, kind, n


def run(files: int, seed: int, first: int, workers: int, folder: Path) -> int:
    """Fuzz, print the table; how many files ended badly."""
    table: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    why: Counter[str] = Counter()
    peak_mb = 0
    jobs = _jobs(files, seed, first, folder)
    pool: list[_Worker] = [_Worker() for _ in range(workers)]
    exhausted = False
    while not exhausted or any(worker.path for worker in pool):
        for k, worker in enumerate(pool):
            if worker.path is None:
                job = next(jobs, None)
                exhausted = job is None
                if job is not None:
                    worker.give(*job)
                continue
            outcome = worker.taken()
            if outcome is None:
                continue
            table[worker.label][outcome.kind] += 1
            peak_mb = max(peak_mb, outcome.peak_mb)
            if outcome.kind in BAD:
                print(f"{outcome.kind}: {worker.path.name}: {outcome.detail}", flush=True)
            else:
                why[f"{outcome.kind}: {outcome.detail}" if outcome.detail else outcome.kind] += 1
                worker.path.unlink()
            worker.path = None
            if outcome.kind in ("hung", "crashed"):
                worker.close()
                pool[k] = _Worker()
        wait([worker.pipe for worker in pool if worker.path], timeout=0.5)
    for worker in pool:
        worker.close()
    _print(table, why, peak_mb)
    return sum(counts[kind] for counts in table.values() for kind in BAD)


def _print(table: dict[str, Counter[str]], why: Counter[str], peak_mb: int) -> None:
    columns = (*GOOD, *BAD)
    print("\n" + f"{'mutation':14s}" + "".join(f"{name:>19s}" for name in ("files", *columns)))
    total: Counter[str] = Counter()
    for kind, counts in table.items():
        total += counts
        row = (counts.total(), *(counts[c] for c in columns))
        print(f"{kind:14s}" + "".join(f"{value:19d}" for value in row))
    row = (total.total(), *(total[c] for c in columns))
    print(f"{'all':14s}" + "".join(f"{value:19d}" for value in row))
    print(f"\nMost memory of a process: {peak_mb} MB.")
    for reason, count in why.most_common(12):
        print(f"  {count:5d}  {reason}")


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tiepoint-fuzz-"))
    print(f"Files that end badly are kept in {folder}.", flush=True)
    bad = run(arguments.files, arguments.seed, arguments.first, arguments.workers, folder)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
