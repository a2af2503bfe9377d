"""Derived data on disk, found by content hash, name and parameters; may be deleted at any time.

An entry is one uncompressed ``.npz`` file. Nothing here is evidence: an entry that is missing,
damaged or of another format version is simply absent, and a folder that cannot be written only
means that the work is done again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import platformdirs

FORMAT_VERSION = 1
"""Part of every key: raise it when the meaning of stored arrays changes."""

_CHECK = "_tiepoint_check"
"""Array in each entry that repeats its full key: a renamed or colliding file is not believed."""


class Cache:
    """A folder of derived arrays.

    Parameters
    ----------
    folder
        Where entries live. Default: the environment variable ``TIEPOINT_CACHE``, else the user's
        cache folder for ``tiepoint``. Created when first written to.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is None:
            named = os.environ.get("TIEPOINT_CACHE")
            folder = Path(named) if named else Path(platformdirs.user_cache_dir("tiepoint"))
        self.folder = folder

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
        path = self._path(sha256, name, key)
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
        path = self._path(sha256, name, key)
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

    def _path(self, sha256: str, name: str, key: str) -> Path:
        digest = hashlib.sha256(key.encode()).hexdigest()[:32]
        return self.folder / sha256[:2] / f"{name}-{digest}.npz"


def _key(sha256: str, name: str, parameters: Mapping[str, object]) -> str:
    """Canonical text of everything an entry depends on."""
    return json.dumps(
        [FORMAT_VERSION, sha256, name, dict(parameters)],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
        default=str,
    )
