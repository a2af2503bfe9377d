"""Names come from files of others: what of them may be printed on a page, a film or a terminal."""

from __future__ import annotations

import unicodedata

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_PAPER = "\n\t\N{NO-BREAK SPACE}\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"


def clean(text: str) -> str:
    """Text as it can be printed: what is invisible, or would turn the reading order round, is a
    box. A name must not look like another one, nor steer a terminal."""
    if text.isprintable():  # nearly every text, and every picture as text
        return text
    return "".join(
        "\N{WHITE SQUARE}" if unicodedata.category(c) in _INVISIBLE and c not in _PAPER else c
        for c in text
    )
