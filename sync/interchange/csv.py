"""A case as a table for a spreadsheet: CSV, UTF-8, comma, one row a mark and one an event.

The file begins with a block of lines ``# key,value`` that says what the times rest on; the
header of the table follows after an empty line.

What people typed (names, notes, reasons …) could be taken for a formula by a spreadsheet when it
begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end; such a cell gets a leading apostrophe.
Numbers are never changed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from sync.timebase import MediaTime, ReferenceTime, format_clock, format_seconds

if TYPE_CHECKING:
    from sync.interchange.table import Row, Statement, Table

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = (
    "kind", "id", "event", "definition", "source", "source_name", "source_item", "stream",
    "media_earliest_s", "media_latest_s", "spread", "onset", "delays",
    "first_frame", "last_frame", "first_sample", "last_sample",
    "pts_earliest", "pts_latest", "time_base",
    "reference_s", "reference_clock", "low_s", "low_clock", "high_s", "high_clock",
    "u_s", "U95_s", "k", "status", "decision", "reason", "marks", "by", "at", "note", "sha256",
    "calculation",
)  # fmt: skip


def csv_bytes(table: Table) -> bytes:
    """The file's content."""
    calculation = "out of date" if table.statement.stale else "current"
    cells = [_cells(row) | {"calculation": calculation} for row in table.rows]
    rows = [[row[column] for column in COLUMNS] for row in cells]
    return _written(_head(table.statement), COLUMNS, rows)


def shown_csv_bytes(
    head: Sequence[tuple[str, str]], titles: Sequence[str], rows: Iterable[Sequence[str]]
) -> bytes:
    """A table as it stands on the screen, laid out as the other files of this module are.

    Parameters
    ----------
    head
        (key, value) lines that say what the table is and rests on.
    rows
        The texts of the cells; what is no number and begins as a formula does is made safe.
    """
    safe = [[_safe_cell(text) for text in row] for row in rows]
    return _written(
        [(key, safe_text(value)) for key, value in head], [safe_text(title) for title in titles],
        safe,
    )  # fmt: skip


def _written(
    head: Iterable[tuple[str, str]], titles: Sequence[str], rows: Iterable[Sequence[str]]
) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for key, value in head:
        writer.writerow([f"# {key}", value])
    writer.writerow([])
    writer.writerow(titles)
    writer.writerows(rows)
    # A file name that is not valid UTF-8 arrives as lone surrogates; it is shown, not kept exact.
    return text.getvalue().encode("utf-8", "backslashreplace")


def _safe_cell(text: str) -> str:
    try:
        float(text)
    except ValueError:
        return safe_text(text)
    return text.strip()


def safe_text(text: str | None) -> str:
    """Typed text that no spreadsheet takes for a formula."""
    if text is None:
        return ""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _head(statement: Statement) -> list[tuple[str, str]]:
    lines = []
    for field in fields(statement):
        value = getattr(statement, field.name)
        if isinstance(value, bool):
            shown = "yes" if value else "no"
        else:
            shown = f"{value:.10f}".rstrip("0") if isinstance(value, float) else safe_text(value)
        lines.append((field.name, shown))
    return lines


def _cells(row: Row) -> dict[str, str]:
    first_frame, last_frame = row.frames or (None, None)
    first_sample, last_sample = row.samples or (None, None)
    pts_earliest, pts_latest = row.pts or (None, None)
    return {
        "kind": row.kind,
        "id": safe_text(row.id),
        "event": safe_text(row.event),
        "definition": safe_text(row.definition),
        "source": safe_text(row.source),
        "source_name": safe_text(row.source_name),
        "source_item": safe_text(row.source_item),
        "stream": row.stream or "",
        "media_earliest_s": _seconds(row.earliest),
        "media_latest_s": _seconds(row.latest),
        "spread": row.spread or "",
        "onset": row.onset or "",
        "delays": safe_text(" ".join(row.delays)),
        "first_frame": _whole(first_frame),
        "last_frame": _whole(last_frame),
        "first_sample": _whole(first_sample),
        "last_sample": _whole(last_sample),
        "pts_earliest": _whole(pts_earliest),
        "pts_latest": _whole(pts_latest),
        "time_base": row.time_base or "",
        "reference_s": _seconds(row.reference),
        "reference_clock": _clock(row.reference),
        "low_s": _seconds(row.low),
        "low_clock": _clock(row.low),
        "high_s": _seconds(row.high),
        "high_clock": _clock(row.high),
        "u_s": _number(row.u_s),
        "U95_s": _number(row.U95_s),
        "k": _number(row.k),
        "status": row.status,
        "decision": row.decision or "",
        "reason": safe_text(row.reason),
        "marks": _whole(row.marks),
        "by": safe_text(row.by),
        "at": safe_text(row.at),
        "note": safe_text(row.note),
        "sha256": row.sha256 or "",
    }


def _seconds(at: MediaTime | ReferenceTime | None) -> str:
    return "" if at is None else format_seconds(at.ns, 9)


def _clock(at: ReferenceTime | None) -> str:
    from sync.interchange.table import CLOCK_DECIMALS

    return "" if at is None else format_clock(at, CLOCK_DECIMALS)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.9f}"


def _whole(value: int | None) -> str:
    return "" if value is None else str(value)
