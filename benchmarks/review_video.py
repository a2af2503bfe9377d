"""How fast the review video is made: 4 recordings of 1280×720 into 1920×1080, against FFmpeg.

python -m benchmarks.review_video [--seconds S] [--rounds N]

Pairs in one run, CPU seconds (user and system) of whole processes: ours, and ``ffmpeg`` with its
own scale, xstack and drawtext (five running times, as ours has) and the same coder settings. Ours
also holds every picture against its index. Pictures of the recordings count, of slates do not;
the first figure leaves out what is done before the first picture (hashing, slates), the second one
counts it. Asked: at least 28 pictures a CPU second, and 0.9 of FFmpeg's rate.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from sync.cache import Cache
from sync.case.acts import choose_datum
from sync.case.calculate import calculate
from sync.case.case import Case
from sync.case.recordings import add_recording
from sync.evidence import Event, Mark, Provenance
from sync.media.film import CODER
from sync.progress import Progress
from sync.report.review_plan import usual_request
from sync.report.review_video import write_review
from sync.timebase import MediaTime

RATE = 25
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"


def write_recording(path: Path, frames: int, seed: int) -> None:
    """A street of moving blocks with sensor noise, as a surveillance recorder codes it."""
    rng = np.random.default_rng(seed)
    ground = np.kron(rng.integers(70, 150, (45, 80)), np.ones((16, 16))).astype(np.float32)
    noise = rng.normal(0, 3, (8, 720, 1280)).astype(np.float32)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(RATE))
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "26"}
        for n in range(frames):
            picture = ground + noise[n % 8]
            for k in range(6):
                x = (seed * 97 + k * 211 + n * (3 + k)) % 1200
                picture[100 * k + 30 : 100 * k + 90, x : x + 60] = 40 + 30 * k
            grey = np.clip(picture, 16, 235).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, "gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = n, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def made_case(folder: Path, files: list[Path], cache: Cache) -> Case:
    """The recordings, tied by one event seen in all of them at the same time of the file."""
    case = Case(id="benchmark", title="Benchmark").with_event(Event(id="flash", name="flash"))
    for path in files:
        case, source = add_recording(case, path, case_path=folder / "b.tiepoint", cache=cache)
        case = case.with_evidence(
            Mark(
                id=f"m-{source.id}", event="flash", source=source.id, stream="picture",
                earliest=MediaTime.from_s(1.0), latest=MediaTime.from_s(1.04),
                provenance=Provenance(status="accepted"),
            )
        )  # fmt: skip
    return calculate(choose_datum(case, case.sources[0].clock))


def ours(folder: Path, files: list[Path], out: Path) -> None:
    """Make the film; prints CPU seconds from the first picture, from the start, and pictures."""
    cache = Cache(folder / "cache")
    case = made_case(folder, files, cache)
    media = {source.id: path for source, path in zip(case.sources, files, strict=True)}
    request = replace(usual_request(case), sound=None)
    before = cpu_s()
    begun: list[float] = []
    progress = Progress(lambda _, text: begun.append(cpu_s()) if " of " in text else None)
    made = write_review(case, media, out, request, cache=cache, progress=progress)
    pictures = made.pictures - round(made.parts[0].at_s * made.rate)
    print(f"{cpu_s() - begun[0]:.3f} {cpu_s() - before:.3f} {pictures}")


def theirs(files: list[Path], out: Path) -> float:
    """CPU seconds of FFmpeg for the same."""
    text = "fontsize=20:fontcolor=white:box=1:boxcolor=black"
    clock = f"drawtext=fontfile={FONT}:text='%{{pts\\:hms}}':{text}"
    scaled = ";".join(f"[{n}:v]scale=960:540:flags=area,{clock}:x=8:y=8[p{n}]" for n in range(4))
    graph = (
        f"{scaled};[p0][p1][p2][p3]xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0,{clock}:x=8:y=h-40[o]"
    )
    inputs = [word for path in files for word in ("-i", str(path))]
    options = [word for name, value in CODER.items() for word in (f"-{name}", value)]
    before = children_s()
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", graph, "-map", "[o]",
         "-c:v", "libx264", *options, "-movflags", "+faststart", str(out)],
        check=True,
    )  # fmt: skip
    return children_s() - before


def cpu_s() -> float:
    """Of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def children_s() -> float:
    """Of finished child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Make the recordings, time pairs, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--make", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.make:
        folder, out, *files = map(Path, arguments.make)
        ours(folder, files, out)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / f"cam{n}.mp4" for n in range(4)]
        frames = arguments.seconds * RATE
        for n, path in enumerate(files):
            write_recording(path, frames, n)
        rates, ratios = [], []
        for round_ in range(arguments.rounds):
            words = [sys.executable, "-m", "benchmarks.review_video", "--make", str(folder),
                     str(folder / "ours.mp4"), *map(str, files)]  # fmt: skip
            told = subprocess.run(words, check=True, capture_output=True, text=True,
                                  env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})  # fmt: skip
            own_s, all_s, pictures = (float(word) for word in told.stdout.split())
            peer_s = theirs(files, folder / "theirs.mp4")
            own, peer = pictures / own_s, frames / peer_s
            rates.append(own)
            ratios.append(own / peer)
            print(f"round {round_ + 1}: ours {own:.1f}, ffmpeg {peer:.1f} pictures a CPU second; "
                  f"ours with all before it {pictures / all_s:.1f}")  # fmt: skip
        sizes = [(folder / f"{who}.mp4").stat().st_size / 1e6 for who in ("ours", "theirs")]
        print(f"median: {statistics.median(rates):.1f} pictures a CPU second (asked 28), "
              f"{statistics.median(ratios):.2f} of ffmpeg's (asked 0.9)")  # fmt: skip
        print(f"sizes: {sizes[0]:.1f} MB, ffmpeg's {sizes[1]:.1f} MB")


if __name__ == "__main__":
    main()
