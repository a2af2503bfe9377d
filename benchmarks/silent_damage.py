"""Damage inside coded pictures: how much of it is marked, and in which codings nobody can tell.

Run as ``python -m benchmarks.silent_damage [--trials N]``. In clips of every coding that can be
made here some bytes in the middle of one stored picture are replaced, and every frame is compared
with the whole clip's: a picture that is another, without a mark, is silent damage.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from pathlib import Path

import av

from benchmarks.fuzz_seeds import made_pictures
from sync.errors import MediaError
from sync.media.decode_pass import decode_pass
from sync.media.frame_types import DecodedFrame
from sync.media.index_consumer import IndexConsumer

REPLACED_BYTES = 24


class Shown:
    """The digest of every frame by its written time."""

    def __init__(self) -> None:
        self.digest: dict[int | None, int] = {}
        self.several = False
        """Two frames carry one time: they cannot be told apart by it."""

    def begin(self, stream: object) -> None:
        """Nothing to prepare."""

    def frame(self, frame: DecodedFrame) -> None:
        """Keep one."""
        self.several |= frame.pts in self.digest
        self.digest[frame.pts] = frame.digest

    def end(self) -> None:
        """Nothing to close."""


def stored_pictures(path: Path) -> list[bytes]:
    """Every packet that is found unbroken in the file, but for the first."""
    content = path.read_bytes()
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    return [packet for packet in packets[1:] if content.count(packet) == 1]


def one(path: Path, truth: Shown, packet: bytes, rng: random.Random, count: Counter[str]) -> None:
    """Damage one stored picture and count what becomes of the frames."""
    content = bytearray(path.read_bytes())
    length = min(REPLACED_BYTES, max(4, len(packet) // 6))
    at = content.index(packet) + int(len(packet) * rng.uniform(0.3, 0.8))
    content[at : at + length] = rng.randbytes(length)
    flawed = path.with_name(f"damaged-{path.name}")
    flawed.write_bytes(bytes(content))
    shown, indexer = Shown(), IndexConsumer()
    try:
        decode_pass(flawed, [indexer, shown])
    except MediaError:
        count["refused"] += 1
        return
    index = indexer.index
    assert index is not None
    assert index.damaged is not None
    marked = set(index.pts[index.damaged].tolist())
    for pts, digest in shown.digest.items():
        if digest != truth.digest.get(pts):
            count["marked" if pts in marked else "silent"] += 1
        elif pts in marked:
            count["needless"] += 1


def main() -> None:
    """Print one row a coding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    trials = parser.parse_args().trials
    print(f"{'clip':<14}changed  marked  silent  marked though the same  refused files of {trials}")
    with tempfile.TemporaryDirectory() as folder:
        for path in made_pictures(Path(folder)):
            truth, count = Shown(), Counter[str]()
            try:
                decode_pass(path, [truth])
                packets = stored_pictures(path)
            except MediaError:
                continue  # one still picture after another: refused as a recording
            if truth.several or not packets:
                continue
            for trial in range(trials):
                rng = random.Random(f"{path.name}-{trial}")
                one(path, truth, rng.choice(packets), rng, count)
            changed = count["marked"] + count["silent"]
            print(
                f"{path.name:<14}{changed:7}{count['marked']:8}{count['silent']:8}"
                f"{count['needless']:24}{count['refused']:9}", flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
