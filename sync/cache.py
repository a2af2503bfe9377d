"""Derived data on disk, found by content hash, name and parameters; may be deleted at any time.

An entry is one uncompressed ``.npz`` file, or a file that its owner writes piece by piece. Nothing
here is evidence: an entry that is missing, damaged or of another format version is simply absent,
and a folder that cannot be written only means that the work is done again. The entries used longest
ago make room for new ones.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import platformdirs

from sync.progress import SILENT, Progress

FORMAT_VERSION = 1
"""Part of every key: raise it when the meaning of stored arrays changes."""

LIMIT_BYTES = 64 << 30
"""What the cache may hold: the proxies of a day and a half of 1080p at 30 MB a minute."""

KEEP_FREE_BYTES = 2 << 30
"""Left free on its disk whatever the limit: the case and the system write there too."""

_IN_USE_S = 900
"""An entry used within this time is not removed: a window may be showing it."""

VARIABLE = "TIEPOINT_CACHE"
_OWN_SUFFIXES = (".npz", ".rows", ".part")

_CHECK = "_tiepoint_check"
"""Array in each entry that repeats its full key: a renamed or colliding file is not believed."""


class Cache:
    """A folder of derived arrays.

    Parameters
    ----------
    folder
        Where entries live. Default: the environment variable ``TIEPOINT_CACHE``, else the user's
        cache folder for ``tiepoint``. Created when first written to.
    limit_bytes
        What it may hold.
    """

    def __init__(self, folder: Path | None = None, limit_bytes: int = LIMIT_BYTES) -> None:
        self.named_by_environment = folder is None and bool(os.environ.get(VARIABLE))
        """True when the folder is not for the program to choose."""
        self.folder = folder or Cache.usual_folder()
        self.limit_bytes = limit_bytes

    @staticmethod
    def usual_folder() -> Path:
        """The folder where nobody chose one."""
        named = os.environ.get(VARIABLE)
        return Path(named) if named else Path(platformdirs.user_cache_dir("tiepoint"))

    def held_bytes(self) -> int:
        """What it holds."""
        return sum(size for _, size, _ in self._entries())

    def empty(self, progress: Progress = SILENT) -> int:
        """Remove every entry; returns the bytes freed. What is in use may stay on Windows.

        Only files that this class could have written are touched: the folder may be shared.
        """
        entries, freed = self._entries(), 0
        for number, (_, size, path) in enumerate(entries):
            progress.report(number / len(entries))
            with contextlib.suppress(OSError):
                path.unlink()
                freed += size
        progress.report(1.0)
        return freed

    def arrays(
        self, sha256: str, name: str, parameters: Mapping[str, object]
    ) -> dict[str, np.ndarray] | None:
        """The arrays stored under this key, or ``None`` when absent, damaged or unreadable.

        Parameters
        ----------
        sha256
            Content hash of the file the data was derived from.
        name
            What was derived, ``frame-index``.
        parameters
            Everything the result depends on besides the file; JSON values.
        """
        key = _key(sha256, name, parameters)
        path = self._path(sha256, name, key, ".npz")
        try:
            # Opened here: np.load leaves the file open when the archive in it is damaged.
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
                found = {field: stored[field] for field in stored.files}
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, MemoryError):
            return None
        except Exception:  # zlib, struct and tokenizer errors of a damaged header
            return None
        check = found.pop(_CHECK, None)
        if check is None or check.tobytes() != key.encode():
            return None
        _touch(path)
        return found

    def store(
        self,
        sha256: str,
        name: str,
        parameters: Mapping[str, object],
        arrays: Mapping[str, np.ndarray],
    ) -> None:
        """Keep ``arrays`` under this key; a folder that cannot be written is passed over.

        The entry appears at once and whole (temporary file, then rename), so that two processes
        and an interrupted write cannot leave half of one.
        """
        key = _key(sha256, name, parameters)
        path = self._path(sha256, name, key, ".npz")
        temporary: str | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
            with os.fdopen(handle, "wb") as stream:
                check = np.frombuffer(key.encode(), np.uint8)
                fields: dict[str, np.ndarray] = {**arrays, _CHECK: check}
                np.savez(stream, allow_pickle=False, **fields)
            os.replace(temporary, path)
            temporary = None
        except OSError:
            pass  # a full disk or a read-only folder costs time later, never the work at hand
        finally:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)

    def file(self, sha256: str, name: str, parameters: Mapping[str, object]) -> Path:
        """Where the file of this key lies that its owner writes; asking for it counts as use."""
        path = self._path(sha256, name, _key(sha256, name, parameters), ".rows")
        _touch(path)
        return path

    def make_room(self, wanted_bytes: int) -> bool:
        """Remove the entries used longest ago until ``wanted_bytes`` more fit.

        Returns
        -------
        fits : False when the limit, or the disk's last :data:`KEEP_FREE_BYTES`, stand in the way.
        """
        entries = self._entries()
        held = sum(size for _, size, _ in entries)
        before = time.time() - _IN_USE_S
        for used, size, path in sorted(entries, key=lambda entry: entry[0]):
            if used > before or self._fits(held, wanted_bytes):
                break
            with contextlib.suppress(OSError):  # Windows keeps what somebody has open
                path.unlink()
                held -= size
        return self._fits(held, wanted_bytes)

    def _fits(self, held_bytes: int, wanted_bytes: int) -> bool:
        if held_bytes + wanted_bytes > self.limit_bytes:
            return False
        existing = next((p for p in (self.folder, *self.folder.parents) if p.exists()), None)
        try:
            free = shutil.disk_usage(existing or ".").free
        except OSError:
            return False
        return free >= KEEP_FREE_BYTES + wanted_bytes

    def _entries(self) -> list[tuple[float, int, Path]]:
        """(last use, size, path) of every file; what vanishes meanwhile is left out."""
        found = []
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            if path.suffix not in _OWN_SUFFIXES:
                continue
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        return found

    def _path(self, sha256: str, name: str, key: str, suffix: str) -> Path:
        digest = hashlib.sha256(key.encode()).hexdigest()[:32]
        return self.folder / sha256[:2] / f"{name}-{digest}{suffix}"


def _touch(path: Path) -> None:
    """The time of last use is the file's time: reading alone is not recorded on most systems."""
    with contextlib.suppress(OSError):
        os.utime(path)


def _key(sha256: str, name: str, parameters: Mapping[str, object]) -> str:
    """Canonical text of everything an entry depends on."""
    return json.dumps(
        [FORMAT_VERSION, sha256, name, dict(parameters)],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
        default=str,
    )
