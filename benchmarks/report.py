"""What a report costs: four recordings, 30 anchors, everything kept of every mark.

python -m benchmarks.report [--rounds N]

The case has 60 marks: 46 in pictures, of which 92 pictures of 1280 × 720 were kept, and 14 in
sound. Each row is the whole command ``tiepoint report`` in a process of its own, Python's start and
imports included: CPU and wall seconds, medians, the size of the file. ``full``: without the small
pictures that the window keeps beside the full ones, as in a case of an earlier version.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from sync.case.acts import ask_question, choose_datum, mark_event, radio_chain, with_delay
from sync.case.calculate import calculate
from sync.case.case import Case, Clock
from sync.case.paths import files_folder
from sync.case.store import CaseStore
from sync.evidence import Mark, Place
from sync.report.snippets import SMALL, small_picture
from tests.sync.case.made import s, source

ANCHORS, HEARD = 30, 14
SHAPE = (720, 1280, 3)
ALLOWED_S, ALLOWED_BYTES = 3.0, 5_000_000


def case_of() -> Case:
    """Three cameras and a phone; every event is seen by two of them, or by one and heard by it."""
    case = Case(id="case", title="Thirty anchors", created="2024-01-01T00:00:00Z")
    for name in ("cam1", "cam2", "cam3"):
        case = case.with_source(source(name), Clock(id=name, name=name))
    case = case.with_source(source("phone", sound=True), Clock(id="phone", name="phone"))
    case = with_delay(case, radio_chain())
    starts = {"cam1": 0.0, "cam2": 1.3, "cam3": 2.1, "phone": 0.4}
    random = np.random.default_rng(1)
    for number in range(ANCHORS):
        at = 5 + 2.8 * number
        first = f"cam{number % 3 + 1}"
        other = "phone" if number < HEARD else f"cam{(number + 1) % 3 + 1}"
        for name in (first, other):
            seen = at - starts[name] + random.uniform(-0.03, 0.03)
            case, _ = mark_event(
                case, event=f"event {number + 1}", source=name,
                stream="sound" if name == "phone" else "picture",
                earliest=s(seen - 0.033), latest=s(seen + 0.033), by="A. Analyst",
            )  # fmt: skip
    for first, second in ((1, 2), (14, 15), (20, 29)):
        names = [next(e for e in case.events if e.name == f"event {n}").id for n in (first, second)]
        case, _ = ask_question(case, words=f"Was event {first} before event {second}?",
                               a=Place(event=names[0]), b=Place(event=names[1]))  # fmt: skip
    return calculate(choose_datum(replace(case, examiner="A. Analyst"), "cam1"))


def keep(case: Case, folder: Path) -> int:
    """Pictures and sounds of every mark; the number of pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(2)
    rows, columns = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    kept = 0
    for mark in case.of_kind(Mark):
        if mark.stream == "sound":
            noise = random.normal(0, 3000, 8000).clip(-32767, 32767).astype("<i2")
            with wave.open(str(folder / f"{mark.id}.wav"), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(8000)
                file.writeframes(noise.tobytes())
            continue
        for suffix in ("not-yet", "happened"):
            kept += 1
            wave_ = 90 + 60 * np.sin(columns / (40 + kept)) * np.cos(rows / 70)
            scene = wave_[:, :, None] + random.normal(0, 4, SHAPE)
            picture = Image.fromarray(scene.clip(0, 255).astype(np.uint8))
            png = folder / f"{mark.id}-{suffix}.png"
            picture.save(png, compress_level=1)
            png.with_suffix(SMALL).write_bytes(small_picture(picture))
    return kept


def run(path: Path, out: Path) -> tuple[float, float]:
    """CPU and wall seconds of one report."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "app", "report", path, "--out", out]
    screenless = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(command, check=True, capture_output=True, env=screenless)
    wall_s, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu_s, wall_s


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, case = folder / "thirty.tiepoint", case_of()
        with CaseStore.create(path, case) as store:
            store.save()
        kept = keep(case, files_folder(path))
        marks = len(tuple(case.of_kind(Mark)))
        print(f"{len(case.sources)} recordings, {ANCHORS} anchors, {marks} marks, {kept} pictures")
        print(f"asked: at most {ALLOWED_S:.0f} s, HTML at most {ALLOWED_BYTES / 1e6:.0f} MB")
        for words in ("", ", full"):
            for kind in ("html", "pdf"):
                out = folder / f"report.{kind}"
                timed = [run(path, out) for _ in range(rounds)]
                cpu_s, wall_s = (statistics.median(column) for column in zip(*timed, strict=True))
                size = out.stat().st_size / 1e6
                print(f"{kind + words:<12} CPU {cpu_s:.2f} s  wall {wall_s:.2f} s  {size:.2f} MB")
            for small in files_folder(path).glob(f"*{SMALL}"):
                small.unlink()


if __name__ == "__main__":
    main()
