"""What the log tells of a case: when each answer was first seen, and what changed after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.case.case import Case
from sync.case.log import LogEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The first viewing of one answer. ``at`` is empty where none is on record."""

    at: str = ""
    by: str = ""
    verdict: str = ""
    changed_after: int | None = None
    """Pieces of evidence added, changed or removed after it; ``None``: the log is not at hand."""


_VERDICTS = {
    "a-before-b": "first before second", "b-before-a": "second before first",
    "not-resolved": "order not shown", "no-link": "no link",
}  # fmt: skip


def viewings(case: Case, entries: Sequence[LogEntry] | None) -> tuple[Seen, ...]:
    """One a question of the case, in order."""
    known = {viewing.question: viewing for viewing in case.viewings}
    found = []
    for question in case.questions:
        viewing = known.get(question.id)
        if viewing is None:
            found.append(Seen())
            continue
        found.append(
            Seen(
                at=viewing.at,
                by=viewing.by,
                verdict=_VERDICTS.get(viewing.verdict, viewing.verdict),
                changed_after=None if entries is None else changed_after(entries, question.id),
            )
        )
    return tuple(found)


def changed_after(entries: Sequence[LogEntry], question: str) -> int | None:
    """Pieces of evidence that acts after the first viewing touched, each counted once."""
    first = next((n for n, entry in enumerate(entries) if _views(entry, question)), None)
    if first is None:
        return None
    touched: set[str] = set()
    for entry in entries[first + 1 :]:
        put = entry.changes.get("put", {}).get("evidence", [])
        touched |= {str(item.get("id") or item.get("key")) for item in put}
        touched |= set(entry.changes.get("remove", {}).get("evidence", []))
    return len(touched)


def _views(entry: LogEntry, question: str) -> bool:
    put = entry.changes.get("put", {}).get("viewings", [])
    return any(item.get("question") == question for item in put)
