"""Outputs too large for memory that are there whole or not at all: made beside, then renamed."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from sync.case.storage import storage_error, sync_folder


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A name to write a file at; it becomes ``path`` on leaving, or is gone after an error.

    Raises
    ------
    StorageError
        When it cannot be written; what was at ``path`` is then unchanged.
    """
    made = _beside(path)
    try:
        try:
            made.touch(exist_ok=False)
            yield made
            handle = os.open(made, os.O_RDWR)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            os.replace(made, path)
            sync_folder(path.parent)
        except OSError as error:
            raise storage_error(path, error) from error
    except BaseException:
        with contextlib.suppress(OSError):
            made.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to fill; it becomes ``path``, which must not be there, on leaving.

    Raises
    ------
    StorageError
        When it cannot be written.
    """
    made = _beside(path)
    try:
        try:
            made.mkdir()
            yield made
            os.rename(made, path)
            sync_folder(path.parent)
        except OSError as error:
            raise storage_error(path, error) from error
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.tmp")
