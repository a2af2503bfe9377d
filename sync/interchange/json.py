"""A case as a table for programs: one JSON object with ``statement`` and ``rows``.

Keys carry their unit; times are given as whole nanoseconds (exact) and as decimal seconds.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sync.case.codec import canonical_json
from sync.interchange.table import CLOCK_DECIMALS, Row, Table
from sync.timebase import MediaTime, ReferenceTime, format_clock

FORMAT = "tiepoint-table"
FORMAT_VERSION = 1


def json_bytes(table: Table) -> bytes:
    """The file's content."""
    statement = {
        field.name: getattr(table.statement, field.name) for field in fields(table.statement)
    }
    stale = table.statement.stale
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "statement": statement,
        "rows": [{**_plain(row), "stale": stale} for row in table.rows],
    }
    return canonical_json(document, indent=2) + b"\n"


def _plain(row: Row) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for field in fields(row):
        value = getattr(row, field.name)
        if field.name in ("earliest", "latest"):
            _put_time(plain, f"media_{field.name}", value)
        elif field.name in ("reference", "low", "high"):
            _put_time(plain, field.name, value)
            clock = None if value is None else format_clock(value, CLOCK_DECIMALS)
            plain[f"{field.name}_clock"] = clock
        else:
            plain[field.name] = list(value) if isinstance(value, tuple) else value
    return plain


def _put_time(plain: dict[str, Any], name: str, at: MediaTime | ReferenceTime | None) -> None:
    plain[f"{name}_ns"] = None if at is None else at.ns
    plain[f"{name}_s"] = None if at is None else at.s
