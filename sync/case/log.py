"""The log of a case: one JSON line an act, append-only, each line chained to the one before.

The log is the journal: replayed from an empty case it gives the case, which is at once the
recovery after a crash and the check that nothing was changed behind the program's back.

An entry is ``{seq, at, by, act, changes, prev, hash, engine}``; ``hash`` is the SHA-256 of the
canonical JSON of the other keys, and ``prev`` the hash of the entry before (64 zeros for the
first). ``changes`` holds what became different, item by item::

    {"schema_version": 1,
     "set":    {"title": "…"},                     whole top-level values
     "put":    {"evidence": [{"kind": "mark", …}]} added, or replaced where the id is known
     "remove": {"evidence": ["mark-2"]},
     "order":  {"evidence": ["mark-1", "mark-3"]}} only when the order is not what put gives
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.case.case import Case
from sync.case.codec import CodecError, canonical_json, encode, read_json
from sync.case.schema import CASE_FIELDS, SCHEMA_VERSION, Document, Upgrade, upgrade
from sync.case.storage import BINARY, storage_error, write_all
from sync.errors import CaseDamaged, CaseNewer, EvidenceError

FIRST_PREV = "0" * 64
EMPTY = Case(id="")
"""What the first entry's changes are counted from: keys that are absent hold the defaults."""

LISTS = ("clocks", "sources", "events", "evidence", "questions", "searches", "viewings",
         "annotations")  # fmt: skip
_ENTRY_KEYS = {"seq", "at", "by", "act", "changes", "prev", "hash", "engine"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHead:
    """The last entry of a log: its number (from 1) and its hash."""

    seq: int
    hash: str


NO_ENTRY = LogHead(seq=0, hash=FIRST_PREV)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One acknowledged act."""

    seq: int
    at: str
    """UTC, ISO 8601."""
    by: str
    act: str
    changes: dict[str, Any]
    prev: str
    hash: str
    engine: str

    @property
    def head(self) -> LogHead:
        """This entry as the head of the log."""
        return LogHead(seq=self.seq, hash=self.hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogContent:
    """A log as read: its entries, and what a power cut left of one more."""

    entries: tuple[LogEntry, ...]
    size_bytes: int
    """Bytes that hold whole entries; anything beyond is the torn line."""
    torn_line: int | None = None
    """Number of a torn last line that was dropped (it was never acknowledged)."""
    unterminated: bool = False
    """The last entry is whole but lacks its line end."""

    @property
    def head(self) -> LogHead:
        """The last entry, or the mark of an empty log."""
        return self.entries[-1].head if self.entries else NO_ENTRY


def item_key(item: Any) -> str:
    """What an item of a list is known by: its id, or the question of a first viewing."""
    return str(item.question if hasattr(item, "verdict") else item.id)


def _plain_key(name: str, item: Mapping[str, Any]) -> str:
    if name == "viewings":
        return str(item["question"])
    return str(item["key"] if item.get("kind") == "delay" else item["id"])


# -- what changed -------------------------------------------------------------------------------


def changes_between(old: Case, new: Case) -> dict[str, Any]:
    """What makes ``new`` of ``old``; empty when they are equal.

    Raises
    ------
    EvidenceError
        When two items of one list have the same id, or a value cannot be written.
    """
    parts: dict[str, dict[str, Any]] = {"set": {}, "put": {}, "remove": {}, "order": {}}
    try:
        for plan in CASE_FIELDS:
            before, after = getattr(old, plan.name), getattr(new, plan.name)
            if before is after or before == after:
                continue
            if plan.name in LISTS:
                _list_changes(plan.name, plan.hint, before, after, parts)
            else:
                parts["set"][plan.key] = encode(after, plan.hint, plan.key)
    except CodecError as error:
        raise EvidenceError(f"This cannot be kept in a case: {error}.") from error
    used = {kind: part for kind, part in parts.items() if part}
    return {"schema_version": SCHEMA_VERSION, **used} if used else {}


def _list_changes(
    name: str, hint: Any, before: tuple[Any, ...], after: tuple[Any, ...], parts: dict[str, Any]
) -> None:
    old = {item_key(item): item for item in before}
    new = {item_key(item): item for item in after}
    if len(new) != len(after):
        twice = next(key for key in new if sum(item_key(item) == key for item in after) > 1)
        raise EvidenceError(f"Two items of {name} have the id {twice!r}.", row=twice)
    changed = tuple(item for key, item in new.items() if key not in old or old[key] != item)
    gone = [key for key in old if key not in new]
    if changed:
        parts["put"][name] = encode(changed, hint, name)
    if gone:
        parts["remove"][name] = gone
    # Replay removes, then replaces in place or appends; anything else needs the order stated.
    natural = [key for key in old if key in new] + [key for key in new if key not in old]
    if natural != list(new):
        parts["order"][name] = list(new)


def apply_changes(document: Document, changes: Mapping[str, Any]) -> Document:
    """A new document: ``document`` with the changes of one entry made."""
    result = {**document, **changes.get("set", {})}
    for name in LISTS:
        touched = [kind for kind in ("remove", "put", "order") if name in changes.get(kind, {})]
        if not touched:
            continue
        items = {_plain_key(name, item): item for item in result.get(name, [])}
        for key in changes.get("remove", {}).get(name, []):
            del items[key]
        for item in changes.get("put", {}).get(name, []):
            items[_plain_key(name, item)] = item
        order = changes.get("order", {}).get(name)
        result[name] = [items[key] for key in order] if order else list(items.values())
    return result


def replay(
    entries: tuple[LogEntry, ...],
    start: Document | None = None,
    version: int = 1,
    *,
    upgrades: Mapping[int, Upgrade] | None = None,
    to: int = SCHEMA_VERSION,
) -> Document:
    """The document that ``entries`` make of ``start`` (the empty case when not given).

    Entries of an older schema are applied to a document of that schema, which is then upgraded.

    Raises
    ------
    CaseDamaged
        When an entry does not fit what came before it; names the line.
    CaseNewer
        When an entry was written by a later version.
    """
    document = {} if start is None else start
    for entry in entries:
        try:
            stated = entry.changes["schema_version"]
            if stated > to:
                upgrade({}, stated, upgrades=upgrades, to=to)
            if stated < version:
                raise ValueError(f"it goes back from schema {version} to {stated}")
            # An empty document has nothing to upgrade, and no step expects one.
            if document:
                document = upgrade(document, version, upgrades=upgrades, to=stated)
            version = stated
            document = apply_changes(document, entry.changes)
        except CaseNewer:
            raise
        except (KeyError, TypeError, AttributeError, ValueError, CaseDamaged) as error:
            raise CaseDamaged(
                f"Line {entry.seq} of the log does not fit what came before it ({error}).",
                hint="Use an earlier copy of the case and its log; nothing was changed.",
            ) from error
    return upgrade(document, version, upgrades=upgrades, to=to)


# -- lines --------------------------------------------------------------------------------------


def make_entry(
    previous: LogHead, *, at: str, by: str, act: str, changes: dict[str, Any], engine: str
) -> LogEntry:
    """The entry that follows ``previous``, with its hash."""
    body = {
        "seq": previous.seq + 1,
        "at": at,
        "by": by,
        "act": act,
        "changes": changes,
        "prev": previous.hash,
        "engine": engine,
    }
    return LogEntry(**body, hash=_hash(body))  # type: ignore[arg-type]


def line_of(entry: LogEntry) -> bytes:
    """The line that is appended to the log, with its line end."""
    return canonical_json({name: getattr(entry, name) for name in _ENTRY_KEYS}) + b"\n"


def read_log(path: Path) -> LogContent:
    """Read a log and check its chain.

    Raises
    ------
    CaseDamaged
        When there is no log, or a line other than a torn last one breaks the chain.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise CaseDamaged(
            f"The log {path.name} of the case is missing, so what the case holds cannot be "
            "checked.",
            path=path,
            hint="Put the log back beside the case file; both belong together.",
        ) from error
    except OSError as error:
        raise CaseDamaged(
            f"The log {path.name} cannot be read ({error.strerror or error}).", path=path
        ) from error
    lines = data.split(b"\n")
    tail = lines.pop()
    entries: list[LogEntry] = []
    for number, line in enumerate(lines, start=1):
        entry = _read_line(line, entries[-1].head if entries else NO_ENTRY)
        if isinstance(entry, str):
            raise _broken(path, number, entry)
        entries.append(entry)
    whole = len(data) - len(tail)
    if not tail:
        return LogContent(entries=tuple(entries), size_bytes=whole)
    last = _read_line(tail, entries[-1].head if entries else NO_ENTRY)
    if isinstance(last, str):
        # The power went while this line was being written: it was never acknowledged.
        return LogContent(entries=tuple(entries), size_bytes=whole, torn_line=len(entries) + 1)
    return LogContent(entries=(*entries, last), size_bytes=len(data), unterminated=True)


def _read_line(line: bytes, previous: LogHead) -> LogEntry | str:
    """The entry on a line, or what is wrong with it."""
    try:
        plain = read_json(line)
    except CodecError as error:
        return str(error)
    if not isinstance(plain, dict) or plain.keys() != _ENTRY_KEYS:
        return "it is not an entry"
    if plain["seq"] != previous.seq + 1:
        return f"it is number {plain['seq']}, and {previous.seq + 1} should stand here"
    if plain["prev"] != previous.hash:
        return "it does not follow the line before it"
    stated = plain.pop("hash")
    if _hash(plain) != stated:
        return "its content was changed after it was written"
    if not isinstance(plain["changes"], dict):
        return "it is not an entry"
    return LogEntry(**plain, hash=stated)


def _hash(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(body)).hexdigest()


def _broken(path: Path, number: int, what: str) -> CaseDamaged:
    return CaseDamaged(
        f"The chain of {path.name} is broken at line {number}: {what}.",
        path=path,
        hint="From that line on the log cannot be trusted. Use an earlier copy of the case and "
        "its log; nothing was changed.",
    )


def mend_tail(path: Path, content: LogContent) -> None:
    """Make the log end with a whole line before anything is appended.

    Raises
    ------
    StorageError
        When it cannot be written.
    """
    if content.torn_line is None and not content.unterminated:
        return
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | BINARY)
        try:
            os.ftruncate(handle, content.size_bytes)
            if content.unterminated:
                write_all(handle, b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise storage_error(path, error) from error
