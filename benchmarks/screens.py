"""Pictures of the window in ten states, for the eye: ``python -m benchmarks.screens OUT``.

Each is taken by ``tiepoint CASE --screenshot`` in a process of its own, from copies of the sample
case: 1280×720, 1920×1080 and 1920×1080 at 150 %, dark and light. ``--kept`` makes only those that
``docs/screens`` keeps: dark at 1920×1080, light at 1280×720.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.cli.demo_folder import CASE_NAME
from sync.case.acts import restore
from sync.case.calculate import calculate
from sync.case.store import CaseStore
from sync.evidence import Mark

Prepare = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class View:
    """Size in pixels on the screen, what everything is scaled by, and the theme."""

    width: int
    height: int
    scale: float
    theme: str

    @property
    def name(self) -> str:
        """``1920x1080-150-dark``."""
        return f"{self.width}x{self.height}-{self.scale:.0%}-{self.theme}".replace("%", "")


@dataclass(frozen=True, slots=True)
class Shot:
    """One state: its name, whether a case is open, ``--state``, and what is done to the case."""

    name: str
    state: str | None
    has_case: bool = True
    prepare: Prepare | None = None


def take_back_in(folder: Path) -> None:
    """Use the mark again that the analyst set aside: the evidence disagrees."""
    with CaseStore.open(folder / CASE_NAME) as store:
        aside = [m for m in store.case.of_kind(Mark) if m.provenance.status == "set-aside"]
        case = store.case
        for mark in aside:
            case = restore(case, mark.id)
        store.commit(calculate(case), "take the mark back in")
        store.save()


def lose_a_recording(folder: Path) -> None:
    """One recording is no longer where it was."""
    (folder / "cam2_yard.mp4").unlink()


SHOTS = (
    Shot("01-empty", None, has_case=False),
    Shot("02-loading", "loading"),
    Shot("03-sample-case", "look"),
    Shot("04-marking", "marking"),
    Shot("05-candidate", "candidate"),
    Shot("06-answered", "answered"),
    Shot("07-not-resolved", "not-resolved"),
    Shot("08-conflict", "disagreements", prepare=take_back_in),
    Shot("09-error", None, prepare=lose_a_recording),
    Shot("10-wall", "wall"),
)
KEPT = (View(1920, 1080, 1.0, "dark"), View(1280, 720, 1.0, "light"))
VIEWS = tuple(
    View(width, height, scale, theme)
    for theme in ("dark", "light")
    for width, height, scale in ((1280, 720, 1.0), (1920, 1080, 1.0), (1920, 1080, 1.5))
)


def tiepoint(*arguments: str, cache: Path, settings: Path) -> None:
    """Run the program as a user would, with a cache and settings of its own."""
    environment = os.environ | {
        "TIEPOINT_CACHE": str(cache), "TIEPOINT_SETTINGS": str(settings),
        "QT_QPA_PLATFORM": "offscreen",
    }  # fmt: skip
    command = [sys.executable, "-m", "app", *arguments]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def take(shot: Shot, view: View, sample: Path, cache: Path, out: Path) -> None:
    """One picture, of a fresh copy of the sample case."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / sample.name
        shutil.copytree(sample, folder)
        if shot.prepare is not None:
            shot.prepare(folder)
        warm = Path(place) / "cold" if shot.state == "loading" else cache
        size = f"{view.width / view.scale:.0f}x{view.height / view.scale:.0f}"
        tiepoint(
            *([str(folder / CASE_NAME)] if shot.has_case else []),
            "--screenshot", str(out), "--size", size, "--scale", str(view.scale),
            "--theme", view.theme, *(["--state", shot.state] if shot.state else []),
            cache=warm, settings=Path(place) / "settings",  # no layout of the picture before
        )  # fmt: skip


def main() -> None:
    """Make them all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path, help="folder for the pictures")
    parser.add_argument("--kept", action="store_true", help="only those that docs/ keeps")
    parser.add_argument("--only", default="", help="states whose name contains this")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        cache, sample = Path(place) / "cache", Path(place) / "demo-case"
        made = ("demo", "--no-window", "--out", str(sample))
        tiepoint(*made, cache=cache, settings=cache / "settings")
        for shot in (shot for shot in SHOTS if chosen.only in shot.name):
            for view in KEPT if chosen.kept else VIEWS:
                out = chosen.out / f"{shot.name}-{view.name}.png"
                take(shot, view, sample, cache, out)
                print(out, flush=True)


if __name__ == "__main__":
    main()
