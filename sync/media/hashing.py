"""The content hash that names a recording in cases, caches and reports."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sync.errors import MediaMissing, MediaUnreadable
from sync.progress import SILENT, Progress

_BLOCK_BYTES = 1 << 20


def sha256_of(path: Path | str, progress: Progress = SILENT) -> str:
    """SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.

    Raises
    ------
    MediaMissing, MediaUnreadable
        No such file, or it cannot be read to its end.
    Cancelled
        Through ``progress``.
    """
    file = Path(path)
    digest = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            total = max(file.stat().st_size, 1)
            done = 0
            while block := stream.read(_BLOCK_BYTES):
                digest.update(block)
                done += len(block)
                progress.report(done / total)
    except FileNotFoundError as error:
        raise missing(file) from error
    except OSError as error:
        raise unreadable(file, error) from error
    return digest.hexdigest()


def missing(path: Path) -> MediaMissing:
    """The error for a file that is not there."""
    return MediaMissing(
        f"There is no file {path}, so nothing can be read from it.",
        path=path,
        hint="Check the spelling, or whether the drive that holds it is connected.",
    )


def unreadable(path: Path, error: OSError) -> MediaUnreadable:
    """The error for a file that the system would not hand over."""
    reason = error.strerror or type(error).__name__
    return MediaUnreadable(
        f"{path.name} is there but cannot be read ({reason}), so nothing is known of it.",
        path=path,
        hint="Check the rights on the file, or copy it to a local disk and try again.",
    )
