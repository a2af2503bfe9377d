"""What one decode pass costs beside bare decoding, and what its results cost afterwards.

Run as ``python -m benchmarks.one_pass [FILE …] [--pairs N]``. Without a file two clips are made,
1080p at 15 a second: one at 3 Mb/s, as recorders code, and one of a still scene that costs a
fifteenth of that. Each row is CPU time, all threads, as a ratio of decoding alone with the same
settings in the same round; the median of the rounds with the lowest and highest. OpenCV and
``ffmpeg -f null`` are run beside it.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from sync.cache import Cache
from sync.media.decode_pass import decode_pass, prepare_decoder
from sync.media.facts import MediaFacts
from sync.media.frame_record import FrameRecord, grey_rows
from sync.media.index_consumer import IndexConsumer
from sync.media.inspect import inspect
from sync.media.one_pass import proxy_path, read_pictures
from sync.media.opening import open_media, picture_stream
from sync.media.provisional import provisional_index
from sync.media.proxy import Proxy, ProxyConsumer
from sync.media.small_pictures import SmallPictures
from sync.traces.derive import activity_preview, derive_traces
from sync.traces.light import luminance
from sync.traces.picture import Region, measure, motion

WIDTH, HEIGHT, RATE, SECONDS = 1920, 1080, 15, 20
SHA256 = "00" * 32
Work = Callable[[Path, Path], None]


def make_clip(path: Path, bit_rate: int | None) -> Path:
    """A noisy scene with two things that move, GOP 4 s; at crf 26 without ``bit_rate``."""
    random = np.random.default_rng(5)
    scene = np.kron(random.integers(60, 150, (HEIGHT // 60, WIDTH // 60)), np.ones((60, 60)))
    if bit_rate is not None:  # texture: bricks and leaves are what recorders spend their bits on
        scene = scene + cv2.resize(random.normal(0, 20, (HEIGHT // 4, WIDTH // 4)), (WIDTH, HEIGHT))
    noise = random.normal(0, 3, (8, HEIGHT, WIDTH))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(RATE))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = 4 * RATE
        stream.options = {"preset": "veryfast"}
        if bit_rate is None:
            stream.options["crf"] = "26"
        else:
            stream.bit_rate = bit_rate
        for i in range(RATE * SECONDS):
            picture = scene + np.roll(noise[i % 8], int(random.integers(WIDTH)), axis=1)
            for k, speed in enumerate((9, -5)):
                left = (200 + 700 * k + speed * i) % (WIDTH - 120)
                picture[400 + 150 * k : 640 + 150 * k, left : left + 120] = 200 - 150 * k
            grey = np.clip(picture, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = i, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def regions_of(width: int, height: int) -> list[Region | None]:
    """The whole picture and eight parts of it."""
    wide, high = width // 8, height // 4
    return [None, *((k * wide, (k % 4) * high, wide, high) for k in range(8))]


# -- what is measured -----------------------------------------------------------------------------


def decode_only(path: Path, folder: Path) -> None:
    """Every frame decoded with the settings of the decode pass, and dropped."""
    with open_media(path) as container:
        stream = picture_stream(container)
        assert stream is not None
        prepare_decoder(stream)
        for packet in container.demux(stream):
            for _ in packet.decode():
                pass


def grey_traces(path: Path, folder: Path) -> None:
    """Motion and luminance of the whole picture and of eight regions."""
    record = FrameRecord(folder / "frames")
    indexer = _Times()
    decode_pass(path, [indexer], record=record)
    record.close()
    n = len(indexer.time_ns)
    pictures = SmallPictures(
        grey=grey_rows(folder / "frames"),
        colour=np.zeros((0, 2, 45, 80), np.uint8),
        time_ns=np.array(indexer.time_ns, np.int64),
        picture=np.arange(n, dtype=np.int32),
        width_px=indexer.width_px,
        height_px=indexer.height_px,
    )
    regions = regions_of(indexer.width_px, indexer.height_px)
    measured = measure(pictures, regions)
    for k in range(len(regions)):
        motion(measured, k, 10.0)
        luminance(measured, k, 10.0)


class _Times:
    """The times of the frames, for traces without an index."""

    held = 0

    def __init__(self) -> None:
        self.time_ns: list[int] = []
        self.width_px = self.height_px = 0

    def begin(self, stream: object) -> None:
        self.width_px, self.height_px = stream.width_px, stream.height_px  # type: ignore[attr-defined]

    def frame(self, frame: object) -> None:
        self.time_ns.append(frame.time_ns or 0)  # type: ignore[attr-defined]

    def end(self) -> None:
        pass


def opencv_traces(path: Path, folder: Path) -> None:
    """The same from OpenCV's own reader, as a script would do it."""
    video, before, out = cv2.VideoCapture(str(path)), None, []
    while True:
        there, picture = video.read()
        if not there:
            break
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        small = cv2.resize(grey, (160, 90), interpolation=cv2.INTER_AREA)
        moved = small if before is None else cv2.absdiff(small, before)
        parts = [(slice(0, 90), slice(0, 160))]
        parts += [
            (slice(22 * (k % 4), 22 * (k % 4 + 1)), slice(20 * k, 20 * k + 20)) for k in range(8)
        ]
        out.append([cv2.mean(small[part])[0] + cv2.mean(moved[part])[0] for part in parts])
        before = small
    video.release()


def _columns(k: int) -> slice:
    return slice(20 * k, 20 * k + 20)


def ffmpeg_null(path: Path, folder: Path) -> None:
    """FFmpeg's own program, decoding the pictures to nothing."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0", "-f", "null", "-"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def index_alone(path: Path, folder: Path) -> None:
    """The verified index, nothing kept."""
    decode_pass(path, [IndexConsumer()])


def proxy_alone(path: Path, folder: Path) -> None:
    """The proxy, nothing else."""
    consumer = ProxyConsumer(folder / "proxy")
    decode_pass(path, [consumer])
    consumer.close()


def everything(path: Path, folder: Path) -> None:
    """As the window does: index, small pictures, proxy, and the traces of nine regions."""
    cache = Cache(folder)
    known = read_pictures(path, SHA256, cache, proxy=True)
    facts = _FACTS[path]
    size = known.begin.width_px, known.begin.height_px
    kinds = ["motion", "luminance", "flash", "steps", "lightbar"]
    if not _coloured(path):
        kinds.remove("lightbar")
    derive_traces(path, facts, kinds, regions=regions_of(*size), cache=cache)  # type: ignore[arg-type]


_FACTS: dict[Path, MediaFacts] = {}


def _coloured(path: Path) -> bool:
    with open_media(path) as container:
        frame = next(container.decode(video=0))
        return bool(np.ptp(frame.to_ndarray(format="yuv420p")[frame.height :]))


# -- tables ---------------------------------------------------------------------------------------


def cpu_s(of: Work, path: Path) -> float:
    """CPU seconds of this process and its children."""

    def spent() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    with tempfile.TemporaryDirectory() as folder:
        before = spent()
        of(path, Path(folder))
        return spent() - before


def table(path: Path, pairs: int) -> None:
    """Measure one recording and print its rows."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder))
        facts = inspect(path, cache=cache, proxy=True).facts
        picture = facts.picture
        assert picture is not None
        _FACTS[path] = _keyed(facts)
        rows: dict[str, Work] = {
            "motion + luminance + 8 regions": grey_traces,
            "index alone": index_alone,
            "proxy alone": proxy_alone,
            "index + all traces of 9 regions + proxy": everything,
            "motion + luminance + 8 regions, OpenCV": opencv_traces,
        }
        if shutil.which("ffmpeg"):
            rows["ffmpeg -f null"] = ffmpeg_null
        spent: dict[str, list[float]] = {name: [] for name in rows}
        bare: list[float] = []
        for _ in range(pairs):
            bare.append(cpu_s(decode_only, path))
            for name, of in rows.items():
                spent[name].append(cpu_s(of, path))
        each_ms = 1e3 * float(np.median(bare)) / picture.frames
        print(
            f"{path.name}: {picture.codec} {picture.width_px}×{picture.height_px}, "
            f"{picture.frames} frames, {8e-6 * facts.size_bytes / facts.duration.s:.1f} Mb/s; "
            f"decode only {each_ms:.2f} ms a frame"
        )
        for name, values in spent.items():
            _row(name, np.array(values) / np.array(bare), "decode only")
        if "ffmpeg -f null" in spent:
            null = np.array(spent["ffmpeg -f null"])
            for name in (
                "motion + luminance + 8 regions",
                "motion + luminance + 8 regions, OpenCV",
            ):
                _row(name, np.array(spent[name]) / null, "ffmpeg -f null")
        size = proxy_path(cache, facts.sha256).stat().st_size
        print(f"  {'proxy':42s} {size / facts.duration.s * 60e-6:5.1f} MB a minute")
        _scrub(proxy_path(cache, facts.sha256), picture.frames)
        _ticks(path)
        for suffix in (".mp4", ".mkv"):
            long = repeated_clip(path, Path(folder) / f"long{suffix}", 30)
            spent_s = float(np.median([cpu_s(_activity, long) for _ in range(3)]))
            named = f"activity preview from {suffix[1:].upper()}, nothing decoded"
            print(f"  {named:42s} {30 * facts.duration.s / spent_s:5.0f} × real time")


def _row(name: str, ratio: np.ndarray, of: str) -> None:
    low, middle, high = np.quantile(ratio, [0, 0.5, 1])
    print(f"  {name:42s} {middle:5.2f} × {of}   ({low:.2f} … {high:.2f})", flush=True)


def _keyed(facts: MediaFacts) -> MediaFacts:
    return replace(facts, sha256=SHA256)


def _scrub(path: Path, frames: int) -> None:
    random = np.random.default_rng(0)
    with Proxy.open(path) as proxy:
        for pane in ((480, 270), (640, 360), (960, 540)):
            cpu, wall = [], []
            for i in random.integers(0, frames, 300).tolist():
                at, used = time.perf_counter(), time.process_time()
                assert proxy.image(i, *pane) is not None
                cpu.append(time.process_time() - used)
                wall.append(time.perf_counter() - at)
            print(
                f"  {f'a picture of the proxy, pane of {pane[0]}×{pane[1]}':42s} "
                f"{1e3 * np.median(cpu):5.2f} ms CPU, p95 {1e3 * np.quantile(wall, 0.95):.1f} ms"
            )


def _ticks(path: Path) -> None:
    """How often a window's timer comes while a pass runs beside it, and while none does."""
    from PySide6.QtCore import QCoreApplication, Qt, QTimer

    app = QCoreApplication.instance() or QCoreApplication([])
    for name in ("no pass", "a pass"):
        ticks: list[float] = []
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda ticks=ticks: ticks.append(time.perf_counter()))
        with tempfile.TemporaryDirectory() as folder:
            work = (lambda: time.sleep(3)) if name == "no pass" else (
                lambda folder=folder: everything(path, Path(folder))
            )  # fmt: skip
            thread = threading.Thread(target=lambda work=work: (work(), app.quit()))
            timer.start(15)
            thread.start()
            app.exec()
            timer.stop()
            thread.join()
        rate = (len(ticks) - 1) / (ticks[-1] - ticks[0])
        longest_ms = 1e3 * float(np.quantile(np.diff(ticks), 0.99))
        print(
            f"  {f'timer of 15 ms, {name} running':42s} {rate:5.0f} a second, "
            f"p99 {longest_ms:.0f} ms"
        )


def repeated_clip(path: Path, to: Path, times: int) -> Path:
    """The same packets one after another, so that opening the file hardly counts."""
    with av.open(str(path)) as old, av.open(str(to), "w") as new:
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        stored = [packet for packet in old.demux(stream) if packet.size]
        rows = [(bytes(p), p.pts or 0, p.dts or 0, p.is_keyframe) for p in stored]
        span = max(row[1] for row in rows) + int(1 / (RATE * (stream.time_base or Fraction(1))))
        for k in range(times):
            for data, pts, dts, key in rows:
                packet = av.Packet(data)
                packet.stream, packet.time_base = copy, stream.time_base
                packet.pts, packet.dts = pts + k * span, dts + k * span
                packet.is_keyframe = key
                new.mux(packet)
    return to


def _activity(path: Path, folder: Path) -> None:
    index, _ = provisional_index(path)
    activity_preview(index, _FACTS[min(_FACTS)])


def memory(minutes: int) -> None:
    """Peak memory of the pass over a long recording, less that over a tenth of it."""
    with tempfile.TemporaryDirectory() as folder:
        short = _long_clip(Path(folder) / "short.mkv", 1500)
        long = _long_clip(Path(folder) / "long.mkv", 1500 * minutes)
        peaks = []
        for path in (short, long):
            command = [sys.executable, "-m", "benchmarks.one_pass", "--peak", str(path)]
            peaks.append(int(subprocess.run(command, check=True, capture_output=True).stdout))
        print(
            f"one pass and all traces of {minutes} minutes at 25 a second: peak {peaks[1]} MB, of "
            f"one minute {peaks[0]} MB; kept on disk meanwhile {1500 * minutes * 21.6e-3:.0f} MB"
        )


def _long_clip(path: Path, frames: int) -> Path:
    """Ten seconds of small pictures again and again, without coding them again."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p"
        stream.codec_context.gop_size, stream.codec_context.max_b_frames = 50, 0
        packets: list[bytes] = []
        keys: list[bool] = []
        random = np.random.default_rng(0)
        for i in range(251):
            grey = random.integers(80, 99, (108, 192)).astype(np.uint8)
            grey[20:60, i % 150 : i % 150 + 20] = 220
            frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = i, Fraction(1, 25)
            for packet in stream.encode(frame):
                packets.append(bytes(packet))
                keys.append(packet.is_keyframe)
        for i in range(frames):
            packet = av.Packet(packets[i % 250])
            packet.stream, packet.time_base = stream, Fraction(1, 25)
            packet.pts = packet.dts = i
            packet.is_keyframe = keys[i % 250]
            container.mux(packet)
    return path


def _peak(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder))
        facts = inspect(path, cache=cache, proxy=True).facts
        derive_traces(path, facts, ["motion", "luminance", "flash"], cache=cache)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--memory", type=int, metavar="MINUTES", help="peak memory instead")
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.peak:
        _peak(chosen.peak)
        return
    if chosen.memory:
        memory(chosen.memory)
        return
    with tempfile.TemporaryDirectory() as folder:
        made = [("recorder.mp4", 3_000_000), ("still.mp4", None)]
        for path in chosen.files or [make_clip(Path(folder) / n, rate) for n, rate in made]:
            table(path, chosen.pairs)


if __name__ == "__main__":
    main()
