"""Sound against sound: errors, CPU and memory beside what was asked, on made sound of known truth.

Run as ``python -m benchmarks.sound_search [--trials N] [--seed S] [--rows find,drift,long]``.

find   2 min in 10 min, equal noise in both; CPU against one plain FFT correlation of the same
       arrays (``scipy.signal.correlate``, float32, 8 kHz), in pairs in one process.
drift  30 min in 60 min, two files whose clocks run 40 ppm apart; CPU against the plain correlation.
long   1 h in 8 h, two files; CPU against one blocked rfft and irfft over as many samples.

Times are CPU seconds of whole calls, reading included for files. Memory is the peak resident set
of a process of its own, less what it had after its imports (and less the arrays it was given).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy.fft
import scipy.signal
from numpy.typing import NDArray

from benchmarks.false_alarms import speech
from sync.correlate.result import SearchResult
from sync.correlate.sound import COMMON_RATE_HZ, Samples, search_samples
from sync.correlate.sound_asked import Asked
from sync.correlate.sound_file import FileSound
from sync.correlate.sound_long import search_long
from sync.media.sound import SoundReader
from sync.timebase import MediaTime

Float = NDArray[np.float64]
RATE = COMMON_RATE_HZ
PIECE_S = 60
FINER = 16
PASS_BLOCK = 1 << 20


def cpu(call: Callable[[], object]) -> tuple[float, object]:
    """CPU seconds of a call, and what it gave."""
    begun = time.process_time()
    answer = call()
    return time.process_time() - begun, answer


# -- 2 min in 10 min ------------------------------------------------------------------------------


def delayed(values: Float, first: float, count: int) -> Float:
    """``count`` samples of ``values`` from any fraction of a sample on, by its spectrum."""
    whole, margin = int(first), 2000
    part = values[whole - margin : whole + count + margin]
    turn = np.exp(2j * np.pi * np.fft.rfftfreq(len(part)) * (first - whole))
    return np.asarray(np.fft.irfft(np.fft.rfft(part) * turn, len(part))[margin : margin + count])


def noisy(rng: np.random.Generator, values: Float, snr_db: float, level: float) -> Samples:
    """``values`` with white noise against a signal of standard deviation ``level``."""
    own = level * 10 ** (-snr_db / 20) * rng.standard_normal(len(values))
    return Samples(
        values=(values + own).astype(np.float32), rate_hz=float(RATE), start=MediaTime(0)
    )


def find(trials: int, seed: int) -> None:
    """Print the rows of 2 min in 10 min."""
    print(
        "2 min in 10 min     found    error ms: median   worst   inside 95 %   CPU ÷ plain, median"
    )
    asked = "asked                 all            ≤ 0.002  ≤ 0.02       93–97 %          ≤ 1.5"
    print(asked)
    for snr_db in (20, 10, 0, -10, -20):
        errors_ms: list[float] = []
        inside: list[bool] = []
        ratios: list[float] = []
        for trial in range(trials):
            rng = np.random.default_rng([seed, trial, snr_db + 100])
            said = speech(rng, 600.0)
            first = float(rng.uniform(2000, len(said) - 122 * RATE))
            level = float(said.std())
            a = noisy(rng, said, snr_db, level)
            b = noisy(rng, delayed(said, first, 120 * RATE), snr_db, level)
            plain_s, _ = cpu(
                lambda a=a, b=b: scipy.signal.correlate(a.values, b.values, method="fft")
            )
            ours_s, answer = cpu(lambda a=a, b=b: search_samples(a, b))
            assert isinstance(answer, SearchResult)
            ratios.append(ours_s / plain_s)
            if answer.status == "significant":
                best = answer.candidates[0]
                errors_ms.append(1e3 * abs(best.offset_s - first / RATE))
                inside.append(abs(best.offset_s - first / RATE) <= best.U95_s)
        print(
            f"  SNR {snr_db:4d} dB     {len(errors_ms):4d}/{trials:<4d}"
            f" {np.median(errors_ms or [np.nan]):16.5f} {max(errors_ms, default=np.nan):8.5f}"
            f" {np.mean(inside or [np.nan]):10.0%} {np.median(ratios):16.2f}",
            flush=True,
        )


# -- files ----------------------------------------------------------------------------------------


def write(path: Path, made: Callable[[int], Float], pieces: int) -> None:
    """A mono file of 16 bits, piece by piece."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for k in range(pieces):
            file.writeframes((np.clip(made(k) / 8.0, -1, 1) * 32767).astype("<i2").tobytes())


class Talk:
    """Speech without end, any moment of which can be had again; half a second is blended."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._kept: dict[int, Float] = {}

    def piece(self, k: int) -> Float:
        if k not in self._kept:
            if len(self._kept) > 4:
                self._kept.clear()
            self._kept[k] = speech(np.random.default_rng([self._seed, k]), float(PIECE_S))
        return self._kept[k]

    def between(self, first: int, count: int) -> Float:
        """Whole samples."""
        length = PIECE_S * RATE
        parts = [self.piece(k) for k in range(first // length, (first + count - 1) // length + 1)]
        begin = first - first // length * length
        return np.concatenate(parts)[begin : begin + count]

    def at(self, places: Float) -> Float:
        """Any places, ascending: 16 times finer by the spectrum, then straight lines."""
        margin = 500
        first = int(places[0]) - margin
        count = int(places[-1]) - first + margin
        fine = scipy.signal.resample(self.between(first, count), count * FINER)
        return np.asarray(np.interp((places - first) * FINER, np.arange(len(fine)), fine))


def pair(folder: Path, seed: int, long_min: int, short_min: int, ppm: float) -> float:
    """Two files of the same talk; the short one begins so many (returned) seconds later.

    Its sample i was heard at that second and i / rate · (1 + ppm): its clock is slow by ``ppm``.
    """
    talk, rng = Talk(seed), np.random.default_rng([seed, 1])
    start = float(rng.uniform(60, 60 * (long_min - short_min) - 120)) * RATE
    length = PIECE_S * RATE
    noise = 10 ** (-10 / 20) * float(talk.piece(0).std())

    def whole(k: int) -> Float:
        return talk.between(k * length, length) + noise * rng.standard_normal(length)

    def part(k: int) -> Float:
        places = start + (k * length + np.arange(length)) * (1 + ppm * 1e-6)
        return talk.at(places) + noise * rng.standard_normal(length)

    write(folder / "a.wav", whole, long_min)
    write(folder / "b.wav", part, short_min)
    return start / RATE


def peak_mb() -> float:
    """Peak resident set of this process so far.

    ``getrusage`` also counts what the parent held when it started this process, Linux's own count
    does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def searched(folder: Path) -> dict[str, object]:
    """One search of the two files: its CPU, memory and answer."""
    before_mb = peak_mb()

    def search() -> SearchResult:
        with SoundReader(folder / "a.wav") as a, SoundReader(folder / "b.wav") as b:
            return search_long(Asked.of(FileSound(a, RATE), FileSound(b, RATE), None, None, 1))

    spent_s, answer = cpu(search)
    assert isinstance(answer, SearchResult)
    best = answer.candidates[0] if answer.candidates else None
    return {
        "s": spent_s,
        "mb": peak_mb() - before_mb,
        "total_mb": peak_mb(),
        "status": answer.status,
        "best": best
        and [best.offset_s, best.epoch_s, best.drift_ppm, best.U95_s, best.u_drift_ppm],
    }


def plain(folder: Path) -> dict[str, object]:
    """One plain correlation of the two files' arrays; reading is not counted."""
    arrays = []
    for name in ("a.wav", "b.wav"):
        with SoundReader(folder / name) as reader:
            arrays.append(FileSound(reader, RATE).read(0, reader.samples))
    before_mb = peak_mb()
    spent_s, _ = cpu(lambda: scipy.signal.correlate(arrays[0], arrays[1], method="fft").argmax())
    return {"s": spent_s, "mb": peak_mb() - before_mb, "total_mb": peak_mb()}


def one_pass(folder: Path) -> dict[str, object]:
    """One blocked rfft and irfft over as many samples as the two files hold; no reading."""
    samples = sum((folder / name).stat().st_size // 2 for name in ("a.wav", "b.wav"))
    block = np.random.default_rng(0).standard_normal(PASS_BLOCK).astype(np.float32)

    def transforms() -> None:
        for _ in range(-(-samples // PASS_BLOCK)):
            scipy.fft.irfft(scipy.fft.rfft(block), PASS_BLOCK)

    return {"s": cpu(transforms)[0]}


PARTS = {"searched": searched, "plain": plain, "pass": one_pass}


def apart(part: str, folder: Path) -> dict[str, object]:
    """A part in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.sound_search", "--part", part, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def files(
    seed: int, trials: int, minutes: tuple[int, int], ppms: tuple[float, ...], peer: str
) -> None:
    """Print the rows of two long files."""
    for trial in range(trials):
        for ppm in ppms:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                start_s = pair(folder, seed + trial, *minutes, ppm)
                beside, ours = apart(peer, folder), apart("searched", folder)
            print(_row(minutes, ppm, start_s, ours, beside), flush=True)


def _row(
    minutes: tuple[int, int],
    ppm: float,
    start_s: float,
    ours: dict[str, object],
    beside: dict[str, object],
) -> str:
    title = f"  {minutes[1]} min in {minutes[0]} min, {ppm:+.0f} ppm"
    ratio = float(str(ours["s"])) / float(str(beside["s"]))
    cost = (
        f"{ratio:6.2f} × {float(str(beside['s'])):5.1f} s  {float(str(ours['mb'])):5.0f} MB"
        f" ({float(str(ours['total_mb'])):.0f} with imports)"
    )
    best = ours["best"]
    if not isinstance(best, list):
        return f"{title:30} {ours['status']}  {cost}"
    offset_s, epoch_s, drift_ppm, U95_s, u_drift_ppm = best
    ends_s = (0.0, 60.0 * minutes[1])
    # Heard at start + t·(1 + ppm): the offset of a moment t of B is start + t·ppm.
    errors_ms = [
        1e3 * abs(offset_s + 1e-6 * drift_ppm * (t - epoch_s) - start_s - 1e-6 * ppm * t)
        for t in (epoch_s, *ends_s)
    ]
    return (
        f"{title:30} error ms at epoch {errors_ms[0]:.4f} (U {1e3 * U95_s:.4f}), worst "
        f"{max(errors_ms):.4f}; drift {drift_ppm - ppm:+.4f} (u {u_drift_ppm:.4f}) ppm  {cost}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trials", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", default="find,drift,long")
    parser.add_argument("--part", choices=sorted(PARTS), help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.part:
        print(json.dumps(PARTS[options.part](options.folder)))
        return 0
    rows = options.rows.split(",")
    if "find" in rows:
        find(options.trials, options.seed)
    if "drift" in rows:
        print("30 min in 60 min, asked: error ≤ 0.05 ms, CPU ≤ 0.4 × the plain one, ≤ 250 MB")
        files(options.seed, max(1, options.trials // 5), (60, 30), (40.0, -40.0), "plain")
    if "long" in rows:
        print("1 h in 8 h, asked: error ≤ 0.03 ms, CPU ≤ 4 × one blocked pass, ≤ 300 MB")
        files(options.seed, max(1, options.trials // 10), (480, 60), (0.0,), "pass")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
