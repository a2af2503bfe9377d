"""Captions, SubRip (.srt) and WebVTT (.vtt), both ways; times to the millisecond."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import pysubs2

from sync.errors import FormatError
from sync.interchange.labels import Label, Sheet

ROUNDING_S = 0.0005
"""Captions hold whole milliseconds; ends are rounded outwards, so that a range stays covered."""
SHOWN_AT_LEAST_MS = 1_000
"""A caption that nobody can read says nothing; its words state the range, not its length."""
MS_NS = 1_000_000
_TWO_TIMES = re.compile(r"(\d\d:\d\d:\d\d(?:\.\d+)?) (?=and |to )")


def srt_bytes(sheet: Sheet) -> bytes:
    """The file's content. Labels before zero have no place in it: see :func:`before_zero`."""
    blocks = []
    for number, (start, end, text) in enumerate(captions_of(sheet), start=1):
        words = [line for line in text.splitlines() if line.strip()]
        blocks.append(
            "\n".join([str(number), f"{_clock(start, ',')} --> {_clock(end, ',')}", *words, ""])
        )
    return "\n".join(blocks).encode("utf-8", "backslashreplace")


def vtt_bytes(sheet: Sheet) -> bytes:
    """The labels as WebVTT; the head says which clock the times are on."""
    head = "\n".join(f"NOTE {line}" for line in _head(sheet))
    blocks = ["WEBVTT", head.replace("-->", "->")]
    for start, end, text in captions_of(sheet):
        words = [html.escape(line, quote=False) for line in text.splitlines() if line.strip()]
        blocks.append("\n".join([f"{_clock(start, '.')} --> {_clock(end, '.')}", *words]))
    return ("\n\n".join(blocks) + "\n").encode("utf-8", "backslashreplace")


def before_zero(sheet: Sheet) -> tuple[str, ...]:
    """Labels that captions cannot hold, because they begin before time zero."""
    return tuple(
        f"{label.text}: begins before time zero" for label in sheet.labels if label.start_ns < 0
    )


def captions_of(sheet: Sheet) -> Iterable[tuple[int, int, str]]:
    """(from, to) in ms and words of every label at or after time zero."""
    for label in sheet.labels:
        if label.start_ns >= 0:
            start, end = label.start_ns // MS_NS, -(-label.end_ns // MS_NS)
            # Readers that look for two clock times in a line take such words for a new caption.
            text = _TWO_TIMES.sub(r"\1\n", label.text.replace("; ", "\n"))
            yield start, max(end, start + SHOWN_AT_LEAST_MS), text


def read_captions(data: bytes, name: str) -> tuple[Label, ...]:
    """The captions of an .srt or .vtt file.

    Raises
    ------
    FormatError
        When it is no such file, or holds no caption.
    """
    kind = "vtt" if data.lstrip(b"\xef\xbb\xbf").startswith(b"WEBVTT") else "srt"
    try:
        found = pysubs2.SSAFile.from_string(data.decode("utf-8-sig"), format_=kind)
    except UnicodeDecodeError as error:
        raise FormatError(
            f"{name} is not UTF-8 text.", hint="Save it as UTF-8 in the program it came from."
        ) from error
    except (pysubs2.exceptions.Pysubs2Error, ValueError) as error:
        raise FormatError(f"{name} cannot be read as captions ({error}).") from error
    labels = []
    for line in found:
        text = html.unescape(line.plaintext) if kind == "vtt" else line.plaintext
        if text.strip():
            labels.append(Label(start_ns=line.start * MS_NS, end_ns=line.end * MS_NS,
                                text=text.strip(), layer=line.name))  # fmt: skip
    if not labels:
        raise FormatError(
            f"{name} holds no caption.", hint="Each needs a line 00:00:01,000 --> 00:00:02,000."
        )
    return tuple(labels)


def _head(sheet: Sheet) -> list[str]:
    lines = [f"Times: {sheet.scale}. Ranges are 95 %.", *sheet.left_out, *before_zero(sheet)]
    return [f"Not shown: {line}" if number else line for number, line in enumerate(lines)]


def _clock(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{clock}{point}{ms:03d}"
