"""Tables of times and words: CAD logs and any CSV with a header, read as labels.

One column must say when (``time``, ``start`` …), one may say until when (``end`` …), one may name
the layer, and what remains is the words. How coarsely a time was written is kept: ``14:23`` is a
minute, ``14:23:25`` a second.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from sync.errors import FormatError, TimeFormatError
from sync.interchange.labels import Label
from sync.timebase import NS_PER_S, Duration, parse_time_ns

START_NAMES = ("start", "start_s", "time", "time_s", "from", "begin", "displayed", "clock")
END_NAMES = ("end", "end_s", "to", "until", "stop")
LAYER_NAMES = ("layer", "tier", "track")
TEXT_NAMES = ("text", "words", "label", "note", "description", "event", "narrative")
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """A row: its label, and how coarsely its time was written (``None``: decimal seconds)."""

    label: Label
    granularity: Duration | None


def read_table(data: bytes, name: str) -> tuple[LogRow, ...]:
    """The rows of a CSV file (comma, semicolon or tab) that have a time.

    Raises
    ------
    FormatError
        When no column says when, or a time cannot be read; names the row.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{name} is not UTF-8 text.", hint="Save it as CSV, UTF-8.") from error
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [column.strip() for column in reader.fieldnames or []]
        reader.fieldnames = columns
        when = _column(columns, START_NAMES)
        if when is None:
            raise FormatError(
                f"No column of {name} says when: it has {', '.join(columns) or 'none'}.",
                hint=f"Name one of them {', '.join(START_NAMES[:4])} or alike.",
            )
        rows = []
        for number, cells in enumerate(reader, start=2):
            if number > MOST_ROWS:
                raise FormatError(f"{name} has more than {MOST_ROWS:,} rows.")
            if (cells.get(when) or "").strip():
                rows.append(_row(cells, columns, when, f"row {number} of {name}"))
    except csv.Error as error:
        raise FormatError(f"{name} cannot be read as a table ({error}).") from error
    if not rows:
        raise FormatError(f"No row of {name} has a time.")
    return tuple(rows)


def granularity_of(typed: str) -> Duration | None:
    """The step in which a clock time was written; ``None`` for plain decimal seconds."""
    parts = typed.strip().split(":")
    if len(parts) == 1:
        return None
    if len(parts) == 2 and re.fullmatch(r"\d\d?:\d\d", typed.strip()):
        return Duration(60 * NS_PER_S)
    decimals = len(parts[-1].replace(",", ".").partition(".")[2])
    return Duration(max(1, NS_PER_S // 10**decimals))


def _row(
    cells: dict[str | None, str | list[str] | None], columns: list[str], when: str, where: str
) -> LogRow:
    def cell(name: str | None) -> str:
        value = cells.get(name) if name is not None else None
        return value.strip() if isinstance(value, str) else ""

    start = _time_ns(cell(when), where)
    until, layer, words = (_column(columns, n) for n in (END_NAMES, LAYER_NAMES, TEXT_NAMES))
    end = _time_ns(cell(until), where) if cell(until) else start
    if end < start:
        raise FormatError(f"In {where} the end comes before the start.")
    others = [name for name in columns if name not in (when, until, layer, words)]
    told = [f"{name} {cell(name)}" for name in others if name and cell(name)]
    text = cell(words) or ", ".join(told)
    if cell(words) and told:
        text = f"{text} ({', '.join(told)})"
    return LogRow(
        label=Label(start_ns=start, end_ns=end, text=text, layer=cell(layer)),
        granularity=granularity_of(cell(when)),
    )


def _column(columns: list[str], names: tuple[str, ...]) -> str | None:
    """The first column that has one of the names, whatever the case of its letters."""
    by_name = {column.casefold(): column for column in reversed(columns)}
    return next((by_name[name] for name in names if name in by_name), None)


def _time_ns(typed: str, where: str) -> int:
    """``14:23`` is a clock time of a log (hours and minutes), never a minute and some seconds."""
    whole = f"{typed}:00" if re.fullmatch(r"\d\d?:\d\d", typed) else typed.replace(",", ".")
    try:
        return parse_time_ns(whole)
    except TimeFormatError as error:
        raise FormatError(f"In {where}: {error.message}") from error
