"""Where the parts of a case lie, and how a recording is found from it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.case.case import Source

SUFFIX = ".tiepoint"


def log_path(case_path: Path) -> Path:
    """``CASE.tiepoint.log``."""
    return case_path.with_name(case_path.name + ".log")


def lock_path(case_path: Path) -> Path:
    """``CASE.tiepoint.lock``."""
    return case_path.with_name(case_path.name + ".lock")


def files_folder(case_path: Path) -> Path:
    """``CASE.files``: the folder of the snippets of marks."""
    stem = case_path.stem if case_path.suffix == SUFFIX else case_path.name
    return case_path.with_name(stem + ".files")


def own_paths(case_path: Path) -> tuple[Path, ...]:
    """What the case itself consists of on disk: no other file may be written over it."""
    return case_path, log_path(case_path), lock_path(case_path), files_folder(case_path)


def is_one_of(path: Path, others: Iterable[Path]) -> bool:
    """Whether a path leads to one of these files, by whatever name."""
    return path.exists() and any(one.exists() and one.samefile(path) for one in others)


def relative_media_path(case_path: Path, media_path: Path) -> str:
    """The path of a recording as kept in the case: from the case's folder, forward slashes.

    A recording inside the case's folder keeps the way the person sees it, links included, so
    that the folder can be moved as a whole. For one outside, links are resolved first, since
    ``..`` through a link leads elsewhere. On another drive the path stays absolute.
    """
    folder = os.path.abspath(case_path.parent)
    media = os.path.abspath(media_path)
    try:
        if os.path.commonpath([folder, media]) != folder:
            folder, media = os.path.realpath(folder), os.path.realpath(media)
        return Path(os.path.relpath(media, folder)).as_posix()
    except ValueError:  # another drive
        return Path(media).as_posix()


def media_path_of(case_path: Path, kept: str) -> Path:
    """Where a recording lies whose path is kept as ``kept``."""
    if os.path.isabs(kept):
        return Path(kept)
    folder = os.path.realpath(case_path.parent)
    return Path(os.path.normpath(os.path.join(folder, *PurePosixPath(kept).parts)))


def media_paths(case_path: Path, sources: Iterable[Source]) -> dict[str, Path]:
    """Where each recording lies, by source id."""
    return {source.id: media_path_of(case_path, source.path) for source in sources}
