"""Ids that people can read and type: in a mark's place, on the command line, in a report."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sync.case.case import Case

_NOT_IN_ID = re.compile(r"[^\w.-]+")


def readable_id(text: str, used: Iterable[str], fallback: str) -> str:
    """An id made of ``text`` that is not in ``used``.

    Letters of any script, digits, ``_``, ``.`` and ``-`` stay; everything else becomes ``_``. So
    an id never holds the ``:``, ``@`` and ``±`` of a typed place, and never starts like an option.
    """
    plain = _NOT_IN_ID.sub("_", unicodedata.normalize("NFC", text)).strip("_.-")[:60]
    base = plain or fallback
    taken = set(used)
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name


def ids_in(case: Case) -> set[str]:
    """Every id in use: one space for all kinds, so that an id alone names one thing."""
    groups = (case.sources, case.clocks, case.events, case.evidence, case.questions, case.searches)
    return {item.id for group in groups for item in group}
