"""What the traces cost beside bare decoding.

Run as ``python -m benchmarks.traces [FILE …] [--pairs N]``. Without a file a clip is made (1080p,
15 a second, 20 s). Each row is CPU time, all threads, as a ratio of decoding alone in the same
round; the median of the rounds is printed with the lowest and highest. ``ffmpeg -f null`` is run
beside it where it is installed.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from sync.media.colour import ColourConsumer
from sync.media.decode_pass import GreyConsumer, IndexConsumer, decode_pass, prepare_decoder
from sync.media.facts import MediaFacts
from sync.media.frame_types import FrameConsumer
from sync.media.inspect import inspect
from sync.media.opening import open_media, picture_stream
from sync.traces.derive import derive_trace
from sync.traces.light import flash, luminance, steps
from sync.traces.lightbar import measure_alternation
from sync.traces.picture import Region, measure, motion

WIDTH, HEIGHT, RATE, SECONDS = 1920, 1080, 15, 20


def make_clip(path: Path) -> Path:
    """A noisy scene with two things that move, as a recorder would code it (GOP 4 s)."""
    random = np.random.default_rng(5)
    scene = np.kron(random.integers(60, 150, (HEIGHT // 60, WIDTH // 60)), np.ones((60, 60)))
    noise = random.normal(0, 3, (8, HEIGHT, WIDTH))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(RATE))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = 4 * RATE
        stream.options = {"preset": "veryfast", "crf": "26"}
        for i in range(RATE * SECONDS):
            picture = scene + noise[i % 8]
            for k, speed in enumerate((9, -5)):
                left = (200 + 700 * k + speed * i) % (WIDTH - 120)
                picture[400 + 150 * k : 640 + 150 * k, left : left + 120] = 200 - 150 * k
            grey = np.clip(picture, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = i, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def decode_only(path: Path) -> None:
    """Every frame decoded with the settings of the decode pass, and dropped."""
    with open_media(path) as container:
        stream = picture_stream(container)
        assert stream is not None
        prepare_decoder(stream)
        for packet in container.demux(stream):
            for _ in packet.decode():
                pass


def grey_traces(path: Path) -> None:
    """Motion and luminance of the whole picture and of eight regions: the figure asked for."""
    _traces(path, [])


def all_traces(path: Path) -> None:
    """As a first reading does: index, grey, colour; every picture trace of nine regions."""
    _traces(path, [IndexConsumer(), ColourConsumer()])


def _traces(path: Path, others: Sequence[FrameConsumer]) -> None:
    collector = GreyConsumer()
    decode_pass(path, [collector, *others])
    sequence = collector.result
    assert sequence is not None
    wide, high = sequence.width_px // 8, sequence.height_px // 4
    regions: list[Region | None] = [None]
    regions += [(k * wide, (k % 4) * high, wide, high) for k in range(8)]
    measured = measure(sequence, regions)
    kinds = (motion, luminance, flash, steps) if others else (motion, luminance)
    for k in range(len(regions)):
        for kind in kinds:
            kind(measured, k, 10.0)
    for other in others:
        if isinstance(other, ColourConsumer) and np.ptp(other.colour):
            measure_alternation(_Colours(sequence, other.colour), regions)


class _Colours:
    """A colour sequence with the times of the grey one of the same pass."""

    def __init__(self, grey: object, colour: np.ndarray | None) -> None:
        self._grey = grey
        self.colour = colour

    def __getattr__(self, name: str) -> object:
        return getattr(self._grey, name)


def ffmpeg_null(path: Path) -> None:
    """FFmpeg's own program, decoding the pictures to nothing."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0", "-f", "null", "-"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def cpu_s(of: Callable[[Path], None], path: Path) -> float:
    """CPU seconds of this process and its children."""

    def spent() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    before = spent()
    of(path)
    return spent() - before


def activity_speed(path: Path, facts: MediaFacts) -> float:
    """How many seconds of recording a CPU second of the activity trace covers."""

    def derive(file: Path) -> None:
        derive_trace(file, facts, "activity")

    spent = [cpu_s(derive, path) for _ in range(5)]
    return facts.duration.s / float(np.median(spent))


def table(path: Path, pairs: int) -> None:
    """Measure one recording and print its rows."""
    facts = inspect(path, cache=None).facts
    picture = facts.picture
    assert picture is not None
    rows: dict[str, Callable[[Path], None]] = {
        "motion + luminance + 8 regions": grey_traces,
        "index, grey, colour, all picture traces": all_traces,
    }
    if shutil.which("ffmpeg"):
        rows["ffmpeg -f null"] = ffmpeg_null
    ratios: dict[str, list[float]] = {name: [] for name in rows}
    bare: list[float] = []
    for _ in range(pairs):
        bare.append(cpu_s(decode_only, path))
        for name, of in rows.items():
            ratios[name].append(cpu_s(of, path) / bare[-1])
    each_ms = 1e3 * float(np.median(bare)) / picture.frames
    print(
        f"{path.name}: {picture.codec} {picture.width_px}×{picture.height_px}, "
        f"{picture.frames} frames; decode only {each_ms:.2f} ms a frame"
    )
    for name, values in ratios.items():
        low, middle, high = np.quantile(values, [0, 0.5, 1])
        print(f"  {name:40s} {middle:5.2f} × decode only   ({low:.2f} … {high:.2f})")
    if "ffmpeg -f null" in ratios:
        share = np.array(ratios["motion + luminance + 8 regions"]) / ratios["ffmpeg -f null"]
        print(f"  {'motion + luminance + 8 regions':40s} {np.median(share):5.2f} × ffmpeg -f null")
    print(f"  {'activity, nothing decoded':40s} {activity_speed(path, facts):5.0f} × real time")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--pairs", type=int, default=7)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for path in chosen.files or [make_clip(Path(folder) / "made.mp4")]:
            table(path, chosen.pairs)


if __name__ == "__main__":
    main()
