"""Putting results and errors on standard output and standard error."""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.cli.outcome import Outcome, UsageError
from sync.report.clean import clean

if TYPE_CHECKING:
    from app.cli.session import Session


def prepare_streams() -> None:
    """Text that a terminal's encoding cannot show must not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError, OSError):
                stream.reconfigure(errors="replace")


def print_outcome(outcome: Outcome, *, as_json: bool) -> None:
    """The result: exactly one JSON document, or lines for people."""
    if as_json:
        print(to_json(outcome.document))
        return
    for line in outcome.lines:
        print(clean(line))


def print_error(error: BaseException, session: Session) -> None:
    """One clear line on standard error, or the error as the one JSON document."""
    entry = error_entry(error, keep_details=not session.debug)
    if session.as_json:
        print(to_json({"error": entry, **_reasons(entry)}))
        sys.stdout.flush()
        return
    text = " ".join(part for part in (entry["message"], entry.get("hint", "")) if part)
    print("tiepoint: " + " ".join(clean(text).split()), file=sys.stderr)


def error_entry(error: BaseException, *, keep_details: bool = True) -> dict[str, str]:
    """``{code, message, path?, hint?}`` of an error."""
    from sync.errors import TiepointError

    if isinstance(error, UsageError):
        entry = {"code": error.code, "message": error.message}
        return entry | ({"hint": error.hint} if error.hint else {})
    from app.problem import describe, keep_traceback

    known = isinstance(error, TiepointError)
    problem = describe(error, None if known or not keep_details else keep_traceback(error))
    entry = {"code": problem.code, "message": problem.what_happened}
    if problem.path:
        entry["path"] = problem.path
    if problem.what_to_do:
        entry["hint"] = problem.what_to_do
    return entry


def _reasons(entry: Mapping[str, str]) -> dict[str, list[str]]:
    """A refusal also says so where other answers that are "no" do."""
    return {"reasons": [entry["message"]]} if entry["code"] == "case-stale" else {}


def to_json(document: Any) -> str:
    """One JSON text; a number that is none (NaN, infinite) becomes null."""
    plain = _plain(document)
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=2)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return json.dumps(plain, ensure_ascii=True, allow_nan=False, indent=2)
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, Sequence):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "tolist"):  # numpy, without importing it
        return _plain(value.tolist())
    return str(value)


WIDTH = 100
"""Columns within which sentences are broken."""
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:s|%|ppm|ms)\b|%)|(?<=±) ")


def wrapped(text: str) -> list[str]:
    """A sentence or several, broken into lines but never between a number and its unit; lines that
    continue are set in."""
    kept = _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", text)
    lines = textwrap.wrap(kept, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: str = "") -> list[str]:
    """Aligned columns under a header; a column with nothing in it is left out.

    Parameters
    ----------
    right
        One character a column: ``r`` aligns it right (numbers), anything else left.
    """
    kept = [
        column
        for column in range(len(header))
        if header[column] or any(row[column] for row in rows)
    ]
    widths = {column: max(len(row[column]) for row in (header, *rows)) for column in kept}

    def line(row: Sequence[str]) -> str:
        cells = [
            row[column].rjust(widths[column])
            if right[column : column + 1] == "r"
            else row[column].ljust(widths[column])
            for column in kept
        ]
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * widths[column] for column in kept)
    return [line(header), rule, *(line(row) for row in rows)]


def facts(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """``name   value`` lines with one left edge for the values; pairs without a value are left
    out."""
    kept = [(name, value) for name, value in pairs if value]
    width = max((len(name) for name, _ in kept), default=0)
    return [f"{name.ljust(width)}  {value}" for name, value in kept]
