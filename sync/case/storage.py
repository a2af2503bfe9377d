"""Writing files so that a failure, Ctrl+C or a power cut leaves the old content whole."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from sync.errors import StorageError

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}


BINARY = getattr(os, "O_BINARY", 0)
"""Windows would turn line ends into CR LF without it."""


def storage_error(path: Path | str, error: OSError) -> StorageError:
    """The typed error for a failed write to ``path``, with what to do."""
    if error.errno in _NO_SPACE:
        what = "There is no space left to write"
        hint = "Free some space or save elsewhere; what was saved before is intact."
    elif error.errno in _NO_RIGHT:
        what = "There is no right to write"
        hint = "Choose a folder you may write to; what was saved before is intact."
    elif error.errno in (errno.ENOENT, errno.ENOTDIR):
        what = "There is no such folder to write"
        hint = "Make the folder first, or choose another."
    elif error.errno == errno.EISDIR:
        what = "A folder is no file to write:"
        hint = "Name a file in it."
    else:
        what = f"The disk refused ({error.strerror or error}) to write"
        hint = "Check the disk or save elsewhere; what was saved before is intact."
    return StorageError(f"{what} {path}.", path=path, hint=hint)


def write_atomically(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data``: at any moment it holds the old bytes or the new, all of them.

    Raises
    ------
    StorageError
        When it cannot be written; the old content is then unchanged.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o666)
            try:
                write_all(handle, data)
                os.fsync(handle)
            finally:
                os.close(handle)
            os.replace(temporary, path)
            sync_folder(path.parent)
        except OSError as error:
            raise storage_error(path, error) from error
    except BaseException:
        # Also for Ctrl+C: no half-written file is left lying about.
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def write_all(handle: int, data: bytes) -> None:
    """Write every byte; ``os.write`` may take fewer than it was given."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` survive a power cut (Windows does so by itself)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network and FUSE file systems cannot sync a folder; the file itself is safe.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):
            raise
    finally:
        os.close(handle)
