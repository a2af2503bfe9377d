"""What a verb hands back: the document for ``--json``, and lines for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

DONE = 0
NO = 1
USAGE = 2
CANCELLED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A verb's result.

    Attributes
    ----------
    document
        One JSON value, printed with ``--json``.
    lines
        The same for people, printed without.
    status
        Exit status: 0, or 1 where the answer is no.
    """

    document: Any
    lines: Sequence[str] = field(default_factory=tuple)
    status: int = DONE


class UsageError(Exception):
    """The command line cannot be read as typed."""

    code = "usage"

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
