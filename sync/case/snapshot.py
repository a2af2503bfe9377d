"""The snapshot of a case: its bytes, reading them back, and checking them against the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sync import ENGINE_VERSION
from sync.case.case import Case
from sync.case.codec import CodecError, canonical_json, read_json
from sync.case.integrity import problems_of
from sync.case.log import LogContent, LogEntry, LogHead, replay
from sync.case.paths import log_path
from sync.case.schema import (
    ENVELOPE,
    FORMAT,
    SCHEMA_VERSION,
    Document,
    case_of,
    document_of,
    upgrade,
)
from sync.errors import CaseDamaged, CaseError, CaseMissing, CaseNewer


def snapshot_bytes(case: Case, head: LogHead) -> bytes:
    """What ``CASE.tiepoint`` holds for ``case`` at ``head`` of its log."""
    document = {
        **document_of(case),
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "engine": ENGINE_VERSION,
        "saved_at": now_utc(),
        "log_head": {"seq": head.seq, "hash": head.hash},
    }
    return canonical_json(document, indent=1) + b"\n"


def read_snapshot(path: Path) -> tuple[Document, LogHead]:
    """The document (of this schema) and the head of the log it holds."""
    document, head, newer = read_newer(path)
    if newer is not None:
        raise newer
    return document, head


def read_newer(path: Path) -> tuple[Document, LogHead, CaseNewer | None]:
    """As :func:`read_snapshot`; the document of a later schema as it stands, and that it is."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise missing_case(path) from error
    except IsADirectoryError as error:
        raise CaseDamaged(
            f"{path.name} is a folder, not a case.",
            path=path,
            hint="Name the file that ends in .tiepoint.",
        ) from error
    except OSError as error:
        raise CaseError(
            f"{path.name} cannot be read ({error.strerror or error}).",
            path=path,
            hint="Ask for the right to read it.",
        ) from error
    try:
        plain: Any = read_json(data)
    except CodecError as error:
        raise _damaged(path, f"is not a whole case: {error}") from error
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise CaseDamaged(
            f"{path.name} is not a Tiepoint case.",
            path=path,
            hint="Choose a file that ends in .tiepoint; this one was not touched.",
        )
    version: Any = plain.get("schema_version")
    head: Any = plain.get("log_head")
    document = {key: part for key, part in plain.items() if key not in ENVELOPE}
    newer: CaseNewer | None = None
    try:
        document = upgrade(document, version)
    except CaseNewer as error:
        error.path = str(path)
        newer = error
    except CaseError as error:
        error.path = str(path)
        raise
    try:
        return document, LogHead(seq=int(head["seq"]), hash=str(head["hash"])), newer
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, "does not say where in its log it stands") from error


def checked_case(path: Path, document: Document, saved: LogHead, content: LogContent) -> Case:
    """The case at the head of the log, once snapshot and log have been found to agree."""
    snapshot = decoded_case(path, document)
    if not 1 <= saved.seq <= len(content.entries):
        raise CaseDamaged(
            f"The log of {path.name} ends at entry {len(content.entries)}, but the case was saved "
            f"at entry {saved.seq}: line {len(content.entries) + 1} is missing.",
            path=log_path(path),
            hint="Put the log back that belongs to this case; nothing was changed.",
        )
    if content.entries[saved.seq - 1].hash != saved.hash:
        raise CaseDamaged(
            f"Line {saved.seq} of the log is not the one {path.name} was saved with.",
            path=log_path(path),
            hint="Put the log back that belongs to this case; nothing was changed.",
        )
    logged = _replayed(path, content.entries[: saved.seq])
    if decoded_case(path, logged) != snapshot:
        raise CaseDamaged(
            f"{path.name} does not hold what its log says: it was changed outside Tiepoint.",
            path=path,
            hint="Use an earlier copy, or build the case anew from its log.",
        )
    if saved == content.head:
        return snapshot
    # From the first entry again: those after the snapshot may be of an older schema than this.
    latest = decoded_case(path, _replayed(path, content.entries))
    return replace(latest, unknown=snapshot.unknown)


def _replayed(path: Path, entries: tuple[LogEntry, ...]) -> Document:
    try:
        return replay(entries)
    except CaseError as error:
        error.path = str(log_path(path))
        raise


def decoded_case(path: Path, document: Document) -> Case:
    """The case of a document, once it is known not to contradict itself."""
    try:
        case = case_of(document)
    except CodecError as error:
        raise _damaged(path, f"cannot be read: {error}") from error
    problems = problems_of(case)
    if problems:
        raise _damaged(path, f"contradicts itself: {problems[0]}")
    return case


def missing_case(path: Path) -> CaseMissing:
    """The error for a case that is not there."""
    return CaseMissing(
        f"There is no case {path}.", path=path, hint="Check the name, or make a new case."
    )


def _damaged(path: Path, what: str) -> CaseDamaged:
    return CaseDamaged(
        f"{path.name} {what}.",
        path=path,
        hint="Nothing was changed. Use an earlier copy, or build the case anew from its log.",
    )


def now_utc() -> str:
    """The present moment as written into entries and snapshots."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
