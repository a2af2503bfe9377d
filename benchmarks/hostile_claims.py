"""Small files that claim much: what they cost with the bounds of sync/media/limits.py and without.

Run as ``python -m benchmarks.hostile_claims``. Every file is opened and inspected in a process of
its own, under 6 GB of address space; the last line is what such a process costs to start.
"""

from __future__ import annotations

import resource
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.support.made_media import write_clip

_ADDRESS_SPACE = 6 << 30
_NO_BOUND = (1 << 31) - 1


def _samples(count: int) -> Callable[[bytearray], None]:
    def claim(data: bytearray) -> None:
        struct.pack_into(">II", data, data.find(b"stsz") + 8, 1, count)
        struct.pack_into(">III", data, data.find(b"stts") + 8, 1, count, 512)
        chunks = data.find(b"stsc")
        for run in range(struct.unpack_from(">I", data, chunks + 8)[0]):
            struct.pack_into(">I", data, chunks + 16 + 12 * run, count)

    return claim


def _pixels(width: int, height: int) -> Callable[[bytearray], None]:
    def claim(data: bytearray) -> None:
        struct.pack_into("<ii", data, data.find(b"strf") + 12, width, height)
        at = 0
        while (at := data.find(b"\xff\xc0\x00\x11\x08", at)) >= 0:
            struct.pack_into(">HH", data, at + 5, height, width)
            at += 5

    return claim


def _examine(path: Path, bounded: bool) -> None:
    """In the child: inspect one file, print what became of it."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    from sync.media import limits, opening
    from sync.media.inspect import inspect

    if not bounded:
        limits.MOST_PIXELS = limits.ALLOCATION_MOST = _NO_BOUND
        limits._DECODER_OPTIONS.clear()
        limits.bound_allocations()
    assert opening is not None
    try:
        inspect(path, cache=None)
        outcome = "accepted"
    except Exception as error:
        outcome = type(error).__name__
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{outcome} {used.ru_utime + used.ru_stime:.2f} {used.ru_maxrss // 1024}")


def _spent_s(*arguments: str) -> tuple[str, float]:
    def used() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime

    before = used()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip(), used() - before


def main() -> None:
    """Print the table."""
    folder = Path(tempfile.mkdtemp(prefix="tiepoint-claims-"))
    film = write_clip(folder / "film.mp4", range(30))
    stills = write_clip(folder / "stills.avi", range(10), codec="mjpeg")
    claims: list[tuple[str, Path, Callable[[bytearray], None]]] = [
        ("5 million samples", film, _samples(5_000_000)),
        ("20 million samples", film, _samples(20_000_000)),
        ("80 million samples", film, _samples(80_000_000)),
        ("12,000 × 9,000 pixels", stills, _pixels(12_000, 9_000)),
        ("65,500 × 65,500 pixels", stills, _pixels(65_500, 65_500)),
    ]
    print(f"{'claims':24s}{'bytes':>8s}  {'bounds':6s}  {'outcome':16s}{'CPU s':>7s}{'MB':>7s}")
    for what, source, claim in claims:
        data = bytearray(source.read_bytes())
        claim(data)
        path = folder / f"claim{source.suffix}"
        path.write_bytes(data)
        for bounded in ("yes", "no"):
            said, _ = _spent_s("-m", "benchmarks.hostile_claims", str(path), bounded)
            outcome, cpu_s, peak_mb = said.split() if said else ("killed", "-", "-")
            row = f"{what:24s}{len(data):8d}  {bounded:6s}  {outcome:16s}{cpu_s:>7s}{peak_mb:>7s}"
            print(row, flush=True)
    starts = sorted(_spent_s("-c", "import sync.media.opening")[1] for _ in range(7))
    print(f"A process that can open a file costs {starts[3]:.2f} s of CPU time to start.")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _examine(Path(sys.argv[1]), sys.argv[2] == "yes")
    else:
        main()
