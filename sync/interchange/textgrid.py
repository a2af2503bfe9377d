"""Praat TextGrids, both ways: one interval tier a layer, points as short intervals.

Written in Praat's long text form; read by pympi, which knows every form Praat writes.
"""

from __future__ import annotations

import codecs
import tempfile
from pathlib import Path

import pympi

from sync.errors import FormatError
from sync.interchange.labels import Label, Sheet, end_of, in_rows
from sync.timebase import NS_PER_S, format_seconds

ROUNDING_S = 5e-10
LEAST_NS = 1_000_000
"""Praat's intervals need a length: an instant takes the millisecond that begins there."""


def textgrid_bytes(sheet: Sheet) -> bytes:
    """The file's content. Times before the first label and after the last are not covered."""
    rows = in_rows(sheet.labels, LEAST_NS)
    first = min((label.start_ns for label in sheet.labels), default=0)
    first = min(0, first) if sheet.source is not None else first
    last = max((end_of(label, LEAST_NS) for label in sheet.labels), default=first + NS_PER_S)
    lines = [
        'File type = "ooTextFile"', 'Object class = "TextGrid"', "",
        f"xmin = {_s(first)}", f"xmax = {_s(last)}", "tiers? <exists>",
        f"size = {len(rows)}", "item []:",
    ]  # fmt: skip
    for number, (name, labels) in enumerate(rows.items(), start=1):
        spans = _covering(labels, first, last)
        lines += [
            f"    item [{number}]:", '        class = "IntervalTier"',
            f"        name = {_quoted(name)}", f"        xmin = {_s(first)}",
            f"        xmax = {_s(last)}", f"        intervals: size = {len(spans)}",
        ]  # fmt: skip
        for place, (start, end, text) in enumerate(spans, start=1):
            lines += [
                f"        intervals [{place}]:", f"            xmin = {_s(start)}",
                f"            xmax = {_s(end)}", f"            text = {_quoted(text)}",
            ]  # fmt: skip
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def read_textgrid(data: bytes, name: str) -> tuple[Label, ...]:
    """The intervals with words, and the points, of every tier.

    Raises
    ------
    FormatError
        When it is no TextGrid, or holds no words.
    """
    coding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    try:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "a.TextGrid"
            copy.write_bytes(data.removeprefix(codecs.BOM_UTF8))
            grid = pympi.TextGrid(str(copy), codec=coding)
        labels = [
            _read(tier.name, interval)
            for tier in grid.get_tiers()
            for interval in tier.get_all_intervals()
        ]
    except Exception as error:  # pympi raises whatever its parsing runs into
        raise FormatError(f"{name} cannot be read as a TextGrid ({error}).") from error
    found = tuple(label for label in labels if label.text)
    if not found:
        raise FormatError(f"{name} holds no words.")
    return found


def _read(tier: str, interval: tuple[object, ...]) -> Label:
    *times, text = interval
    start, end = float(str(times[0])), float(str(times[-1]))
    words = str(text).replace('""', '"').strip()
    return Label(start_ns=round(start * NS_PER_S), end_ns=round(end * NS_PER_S), text=words,
                 layer=tier)  # fmt: skip


def _covering(labels: list[Label], first: int, last: int) -> list[tuple[int, int, str]]:
    """Intervals without a hole from ``first`` to ``last``, as Praat wants them."""
    spans, at = [], first
    for label in labels:
        if label.start_ns > at:
            spans.append((at, label.start_ns, ""))
        at = end_of(label, LEAST_NS)
        spans.append((label.start_ns, at, label.text))
    if at < last:
        spans.append((at, last, ""))
    return spans


def _s(ns: int) -> str:
    return format_seconds(ns, 9)


def _quoted(text: str) -> str:
    doubled = " ".join(text.split()).replace('"', '""')
    return f'"{doubled}"'
