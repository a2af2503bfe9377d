"""A folder as a BagIt 1.0 bag (RFC 8493): what is in ``data`` and the checksums that prove it."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from sync.case.storage import storage_error
from sync.case.verify import Check
from sync.errors import MediaError
from sync.media.hashing import sha256_of
from sync.progress import SILENT, Progress

PAYLOAD = "data"
MANIFEST, TAG_MANIFEST, DECLARATION = "manifest-sha256.txt", "tagmanifest-sha256.txt", "bagit.txt"
_ENTRY = re.compile(r"([0-9a-fA-F]{64})(?:  | \*|[ \t]+)(.+)", re.DOTALL)
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
        DECLARATION: "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": "".join(
            f"{label}: {' '.join(value.split())}\n"
            for label, value in (*info.items(), ("Payload-Oxum", f"{sum(sizes)}.{len(files)}"))
            if value.strip()
        ),
        MANIFEST: "".join(lines),
    }
    for name, text in tags.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    sealed = "".join(
        f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in tags.items()
    )
    (folder / TAG_MANIFEST).write_text(sealed, encoding="utf-8", newline="\n")


def pack(folder: Path, name: str, out: Path, *, progress: Progress = SILENT) -> None:
    """The bag as one zip file that unpacks into a folder called ``name``."""
    files = sorted(_below(folder))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, path in enumerate(files):
            progress.report(number / len(files))
            inside = PurePosixPath(name, path.relative_to(folder).as_posix())
            how = zipfile.ZIP_STORED if path.suffix.lower() in _PACKED else zipfile.ZIP_DEFLATED
            packed.write(path, str(inside), compress_type=how)


def is_bag(folder: Path) -> bool:
    """True for a folder that declares itself one."""
    return (folder / DECLARATION).is_file()


def check_bag(folder: Path, *, progress: Progress = SILENT) -> tuple[Check, ...]:
    """Compare every file with the manifests: one check that all is as sealed, or one for each
    file that is not.

    Raises
    ------
    StorageError
        When a manifest cannot be read.
    Cancelled
        Through ``progress``.
    """
    try:
        sealed = {name: digest for listing in (TAG_MANIFEST, MANIFEST)
                  for name, digest in _listed(folder / listing)}  # fmt: skip
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, OSError):
            raise storage_error(folder, error) from error
        return (_wrong("manifest", "is not UTF-8 text"),)
    found = {path.relative_to(folder).as_posix() for path in _below(folder / PAYLOAD)}
    checks = [
        _wrong(name, "is in the bundle and not in its manifest")
        for name in sorted(found - sealed.keys())
    ]
    for number, (name, digest) in enumerate(sorted(sealed.items())):
        part = progress.part(number / len(sealed), (number + 1) / len(sealed), f"checking {name}")
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            checks.append(_wrong(name, "lies outside the bundle"))
        elif not path.is_file():
            checks.append(_wrong(name, "is missing"))
        else:
            try:
                same = sha256_of(path, part) == digest.lower()
            except MediaError as error:
                checks.append(_wrong(name, error.message))
                continue
            if not same:
                checks.append(_wrong(name, "is not the file that was sealed: its SHA-256 differs"))
    if not checks:
        detail = f"{len(sealed)} files, every one as it was sealed"
        return (Check(name="bundle", ok=True, detail=detail),)
    return tuple(checks)


def _wrong(name: str, detail: str) -> Check:
    return Check(name=f"bundle {name}", ok=False, detail=detail)


def _listed(manifest: Path) -> Iterator[tuple[str, str]]:
    """(path, SHA-256) of every line of a manifest."""
    for line in manifest.read_text(encoding="utf-8").split("\n"):
        entry = _ENTRY.fullmatch(line.rstrip("\r"))
        if entry:
            yield _decoded(entry[2]), entry[1]


def _below(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _encoded(name: str) -> str:
    """A path as a manifest holds it: what would end its line is written as %XX."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _decoded(name: str) -> str:
    return name.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
