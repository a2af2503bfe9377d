"""The folder of the demo: the sample's files, and nothing of anybody else's."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from sync.errors import CaseExists, MediaMissing
from sync.progress import Progress

CASE_NAME = "harrow-hall.tiepoint"
MARKER_NAME = "made-by-tiepoint-demo.txt"
_MARKER = (
    'This folder was made by "tiepoint demo" from the sample case. Everything in it is synthetic.\n'
    'Running "tiepoint demo" again makes the case anew: to keep changes, work on a copy.\n'
)
RECORDINGS: tuple[tuple[str, str, str], ...] = (
    ("cam1", "cam1_gate.mp4", "cam 1"),
    ("cam2", "cam2_yard.mp4", "cam 2"),
    ("cam3", "cam3_door.mp4", "cam 3"),
    ("cam4", "cam4_hall.mp4", "cam 4"),
    ("dispatch", "dispatch.flac", "dispatch"),
    ("phone", "phone.mp4", "phone"),
)
"""(key in analyst.json, file, name on screen). The MP3 copy of dispatch is left out: a copy would
count one observation twice."""
PAPERS = ("cad.csv", "cam2_recorder_log.csv")
EXPORTS = ("timeline.csv", "timeline.json")


def sample_folder() -> Path:
    """Where the sample case lies.

    Raises
    ------
    MediaMissing
        When the installation came without it.
    """
    import sample_media

    folder = sample_media.folder()
    for name in (*(file for _, file, _ in RECORDINGS), *PAPERS, "analyst.json", "truth.json"):
        if not (folder / name).is_file():
            raise MediaMissing(
                f"The sample case is not complete here: {name} is missing.",
                path=folder / name,
                hint="Install Tiepoint again, or make the sample anew "
                "(python -m sample_media.make_sample).",
            )
    return folder


def prepare(folder: Path, progress: Progress) -> list[Path]:
    """Make ``folder`` ready: an earlier demo's files go, the sample's files come.

    Returns
    -------
    list of Path
        What was copied.

    Raises
    ------
    CaseExists
        When the folder holds something that an earlier demo did not put there.
    CaseLocked
        When an earlier demo's case is open in another process; nothing is changed then.
    """
    sample = sample_folder()
    _refuse_foreign(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER_NAME).write_text(_MARKER, encoding="utf-8")
    _clear(folder)
    copied = []
    names = [*(file for _, file, _ in RECORDINGS), *PAPERS]
    for number, name in enumerate(names):
        progress.report(number / len(names), f"copying {name}")
        shutil.copyfile(sample / name, folder / name)
        copied.append(folder / name)
    return copied


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CaseExists(
            f"{folder} is a file.", path=folder, hint="Choose another folder: --out DIR"
        )
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER_NAME).is_file():
        raise CaseExists(
            f"{folder} has something in it that no earlier demo made, so it is left alone.",
            path=folder,
            hint="Choose another folder: --out DIR",
        )


def _clear(folder: Path) -> None:
    """Remove an earlier demo's case and exports, unless somebody has the case open."""
    from sync.case.lock import CaseLock
    from sync.case.paths import files_folder, lock_path, log_path

    case = folder / CASE_NAME
    lock = CaseLock.acquire(lock_path(case), case)
    try:
        for path in (case, log_path(case), *(folder / name for name in EXPORTS)):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
        shutil.rmtree(files_folder(case), ignore_errors=True)
    finally:
        lock.release()
