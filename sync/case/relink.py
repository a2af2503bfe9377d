"""Recordings that are not where the case says: found again by their content, never by name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sync.case.case import Case, Source
from sync.case.paths import relative_media_path
from sync.errors import MediaError, StorageError
from sync.progress import SILENT, Progress


def find_recordings(
    sources: Sequence[Source], folder: Path, *, progress: Progress = SILENT
) -> dict[str, Path]:
    """Files in ``folder``, and the folders in it, that are these recordings to the byte.

    Only files of the same size are hashed, those of the same name first.

    Returns
    -------
    Path by source id; a recording that is not there is left out.

    Raises
    ------
    StorageError
        When there is no such folder.
    Cancelled
        Through ``progress``.
    """
    # Hashing needs no decoder, and nothing here may load one.
    from sync.media.hashing import sha256_of

    if not folder.is_dir():
        raise StorageError(
            f"There is no folder {folder} to look in.", path=folder, hint="Choose another."
        )
    sizes = {source.facts.size_bytes for source in sources}
    names = {Path(source.path).name for source in sources}
    alike = []
    for path, size in _files(folder):
        progress.report(0.0, f"looking in {path.parent.name}")
        if size in sizes:
            alike.append((path.name not in names, str(path), path, size))
    wanted = {source.facts.sha256: source.id for source in sources}
    found: dict[str, Path] = {}
    total, done = max(1, sum(size for *_, size in alike)), 0
    for *_, path, size in sorted(alike):
        if len(found) == len(wanted):
            break
        part = progress.part(done / total, (done + size) / total)
        with contextlib.suppress(MediaError):  # unreadable: as good as not there
            source = wanted.get(sha256_of(path, part))
            if source is not None:
                found.setdefault(source, path)
        done += size
    progress.report(1.0)
    return found


def relinked(case: Case, found: Mapping[str, Path], case_path: Path) -> Case:
    """The case with these recordings at their new places; evidence is untouched."""
    for source_id, path in found.items():
        source = case.source(source_id)
        case = case.with_source(replace(source, path=relative_media_path(case_path, path)))
    return case


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Every plain file below a folder with its size; what cannot be looked at is passed over."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place) / name
            with contextlib.suppress(OSError):
                if path.is_file():
                    yield path, path.stat().st_size
