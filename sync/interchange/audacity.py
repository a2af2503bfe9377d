"""Audacity label tracks: ``start<tab>end<tab>text`` in seconds, both ways."""

from __future__ import annotations

from sync.errors import FormatError
from sync.interchange.labels import Label, Sheet, seconds_ns
from sync.timebase import format_seconds

ROUNDING_S = 5e-7
"""Six decimals, as Audacity writes them; it knows no negative time."""


def audacity_bytes(sheet: Sheet) -> bytes:
    """The file's content: one line a label, the layer before the words."""
    lines = []
    for label in sheet.labels:
        words = " ".join(f"[{label.layer}] {label.text}".split())
        start, end = (format_seconds(ns, 6) for ns in (label.start_ns, label.end_ns))
        lines.append(f"{start}\t{end}\t{words}\n")
    return "".join(lines).encode("utf-8", "backslashreplace")


def read_audacity(data: bytes, name: str) -> tuple[Label, ...]:
    """The labels of a label track; lines of frequencies (``\\``) are passed over.

    Raises
    ------
    FormatError
        Naming the first line that is no label.
    """
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError(f"{name} is not UTF-8 text.") from error
    labels = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("\\"):
            continue
        cells = line.split("\t", 2)
        try:
            start, end = seconds_ns(cells[0]), seconds_ns(cells[1])
        except (ValueError, IndexError) as error:
            raise FormatError(
                f"Line {number} of {name} is no label: {line[:60]!r}.",
                hint="A label is START<tab>END<tab>WORDS, in seconds.",
            ) from error
        text = cells[2].strip() if len(cells) > 2 else ""
        layer, words = _layer(text)
        if words:
            labels.append(Label(start_ns=start, end_ns=end, text=words, layer=layer))
    if not labels:
        raise FormatError(f"{name} holds no label with words.")
    return tuple(labels)


def _layer(text: str) -> tuple[str, str]:
    """``[layer] words``, as this program writes it, apart."""
    if text.startswith("[") and "] " in text:
        layer, _, words = text[1:].partition("] ")
        return layer, words.strip()
    return "", text
