"""Sound against sound: errors, CPU and memory beside what was asked, on made sound of known truth.

Run as ``python -m benchmarks.sound_search [--trials N] [--seed S] [--rows find,drift,long]``.

find   2 min in 10 min, noise in the piece only and in both; each peer beside it on the same
       arrays (:mod:`benchmarks.sound_peers`), CPU against one plain FFT correlation in 32 bits.
drift  30 min in 60 min, two files whose clocks run 40 ppm apart; CPU against the plain correlation.
long   1 h in 8 h, two files; CPU against one blocked rfft and irfft over as many samples.

Times are CPU seconds of whole calls, reading included for files. Memory is the peak resident set
of a process of its own, less what it had after its imports (and less the arrays it was given). A
peer fails where it is off by more than 0.1 s; ours where it does not call the match significant.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import scipy.fft
import scipy.signal
from numpy.typing import NDArray

from benchmarks.false_alarms import speech
from benchmarks.sound_peers import PEERS, installed
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
# Noise of the sound that has "none": two recorders never share a noise floor.
CLEAN_DB = 60
# A peer always answers: what is farther off than this is not the place.
WRONG_S = 0.1


def cpu(call: Callable[[], object]) -> tuple[float, object]:
    """CPU seconds of a call, with those of commands it ran, and what it gave."""
    begun = os.times()
    answer = call()
    return sum(os.times()[:4]) - sum(begun[:4]), answer


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


def two_of(trial: int, seed: int, snr_db: int, noise_in: str) -> tuple[Samples, Samples, float]:
    """Ten minutes of talk, two of them again, and the second at which these begin."""
    rng = np.random.default_rng([seed, trial, snr_db + 100])
    said = speech(rng, 600.0)
    first = float(rng.uniform(2000, len(said) - 122 * RATE))
    level = float(said.std())
    a = noisy(rng, said, snr_db if noise_in == "both" else CLEAN_DB, level)
    return a, noisy(rng, delayed(said, first, 120 * RATE), snr_db, level), first / RATE


@dataclass
class Found:
    """What one method found in the trials of a row."""

    errors_ms: list[float] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)
    spent_s: list[float] = field(default_factory=list)

    def row(self, name: str, trials: int, plain_s: list[float], memory: str) -> str:
        ratio = np.median(np.array(self.spent_s) / np.array(plain_s))
        inside = f"{np.mean(self.inside):.0%}" if self.inside else "none stated"
        return (
            f"    {name:22} {len(self.errors_ms):4d}/{trials:<4d}"
            f" {np.median(self.errors_ms or [np.nan]):10.5f}"
            f" {max(self.errors_ms, default=np.nan):9.5f}  {inside:>11} {ratio:6.2f} {memory}"
        )


def find(trials: int, seed: int) -> None:
    """Print the rows of 2 min in 10 min."""
    names = [name for name in PEERS if installed(name)]
    memory = {name: _memory(name, seed) for name in ("ours", *names)}
    print("2 min in 10 min                found  error ms: median  worst  inside 95 %  CPU")
    print("    asked of ours                all   ≤ 0.002 to -10 dB  ≤ 0.02   93–97 %  ≤ 1.5")
    for noise_in in ("piece", "both"):
        for snr_db in (20, 10, 0, -10, -20):
            print(f"  SNR {snr_db} dB, noise in {'the piece' if noise_in == 'piece' else 'both'}")
            methods = {name: Found() for name in ("ours", *names)}
            for trial in range(trials):
                _try(methods, *two_of(trial, seed, snr_db, noise_in))
            plain_s = methods["plain correlation"].spent_s
            for name, found in methods.items():
                print(found.row(name, trials, plain_s, memory[name]), flush=True)
    for name in PEERS:
        if name not in names:
            print(f"    {name:22} not installed")


def _try(methods: dict[str, Found], a: Samples, b: Samples, first_s: float) -> None:
    for name, found in methods.items():
        if name == "ours":
            spent_s, answer = cpu(lambda: search_samples(a, b))
            assert isinstance(answer, SearchResult)
            if answer.status == "significant":
                best = answer.candidates[0]
                found.errors_ms.append(1e3 * abs(best.offset_s - first_s))
                found.inside.append(abs(best.offset_s - first_s) <= best.U95_s)
        else:
            peer = PEERS[name][0]
            spent_s, place_s = cpu(lambda peer=peer: peer(a.values, b.values))
            assert isinstance(place_s, float)
            if abs(place_s - first_s) <= WRONG_S:
                found.errors_ms.append(1e3 * abs(place_s - first_s))
        found.spent_s.append(spent_s)


def _memory(name: str, seed: int) -> str:
    """Memory of one search at 0 dB, in a process of its own."""
    a, b, _ = two_of(0, seed, 0, "piece")
    with tempfile.TemporaryDirectory() as folder:
        for which, sound in (("a", a), ("b", b)):
            np.save(Path(folder) / f"{which}.npy", sound.values)
        return f"{float(str(apart(f'memory of {name}', Path(folder))['mb'])):5.0f} MB"


def remembered(name: str, folder: Path) -> dict[str, object]:
    """What one search of the two arrays in a folder adds to the peak."""
    a, b = (
        Samples(values=np.load(folder / f"{which}.npy"), rate_hz=float(RATE), start=MediaTime(0))
        for which in ("a", "b")
    )
    before_mb = peak_mb()
    if name == "ours":
        search_samples(a, b)
    else:
        PEERS[name][0](a.values, b.values)
    return {"mb": peak_mb() - before_mb}


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
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.part:
        of, _, name = options.part.partition("memory of ")
        part = PARTS[of] if of else partial(remembered, name)
        print(json.dumps(part(options.folder)))
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
