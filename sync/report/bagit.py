"""A folder as a BagIt 1.0 bag (RFC 8493): what is in ``data`` and the checksums that prove it."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from sync.media.hashing import sha256_of
from sync.progress import SILENT, Progress

PAYLOAD = "data"
_PACKED = {".mp4", ".mkv", ".mov", ".m4a", ".mp3", ".flac", ".jpg", ".png", ".pdf", ".ogg"}
"""Compressed already: a zip stores them as they are."""


def seal(
    folder: Path,
    info: Mapping[str, str],
    known: Mapping[str, str] | None = None,
    *,
    progress: Progress = SILENT,
) -> None:
    """Write the four tag files of a bag whose payload lies in ``folder/data``.

    Parameters
    ----------
    info
        Labels and values of ``bag-info.txt``; the payload's size is added.
    known
        SHA-256 by path from ``folder``, of what was hashed when it was copied.
    """
    files = sorted(_below(folder / PAYLOAD))
    sizes = [path.stat().st_size for path in files]
    total, done = max(1, sum(sizes)), 0
    lines = []
    for path, size in zip(files, sizes, strict=True):
        name = path.relative_to(folder).as_posix()
        digest = (known or {}).get(name)
        if digest is None:
            digest = sha256_of(path, progress.part(done / total, (done + size) / total))
        done += size
        lines.append(f"{digest}  {_encoded(name)}\n")
    tags = {
        "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": "".join(
            f"{label}: {' '.join(value.split())}\n"
            for label, value in (*info.items(), ("Payload-Oxum", f"{sum(sizes)}.{len(files)}"))
            if value.strip()
        ),
        "manifest-sha256.txt": "".join(lines),
    }
    for name, text in tags.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    sealed = "".join(
        f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in tags.items()
    )
    (folder / "tagmanifest-sha256.txt").write_text(sealed, encoding="utf-8", newline="\n")


def pack(folder: Path, name: str, out: Path, *, progress: Progress = SILENT) -> None:
    """The bag as one zip file that unpacks into a folder called ``name``."""
    files = sorted(_below(folder))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, path in enumerate(files):
            progress.report(number / len(files))
            inside = PurePosixPath(name, path.relative_to(folder).as_posix())
            how = zipfile.ZIP_STORED if path.suffix.lower() in _PACKED else zipfile.ZIP_DEFLATED
            packed.write(path, str(inside), compress_type=how)


def _below(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _encoded(name: str) -> str:
    """A path as a manifest holds it: what would end its line is written as %XX."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")
