"""The page of a bundle that plays the review video beside the answers and events, offline."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sync.adjustment.words import clock_range
from sync.case.case import Case
from sync.report.content import Report
from sync.report.html import environment
from sync.report.review_slates import BANNER
from sync.report.review_video import Reviewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table of times."""

    name: str
    when: str
    """Between … and …, or why there is no time."""
    at_ns: int | None
    """Reference time, for the video."""


def viewer_of(case: Case, report: Report, film: Reviewed | None, *, pages: bool) -> str:
    """The page; ``pages``: the report is there as PDF too."""
    solution = case.solution
    results = {} if solution is None else {one.event: one for one in solution.events}
    rows = []
    for event in case.events:
        found = results.get(event.id)
        at = None if found is None else found.reference
        if found is None or at is None or found.U95_s is None:
            rows.append(Row(name=event.name, when="no time is stated", at_ns=None))
        else:
            when = clock_range(at, found.U95_s)
            rows.append(Row(name=event.name, when=when, at_ns=at.ns))
    rows.sort(key=lambda row: (row.at_ns is None, row.at_ns or 0))
    parts = [] if film is None else [
        {"name": part.name, "at_s": part.at_s, "start_ns": part.start.ns, "end_ns": part.end.ns}
        for part in film.parts
    ]  # fmt: skip
    return environment().get_template("viewer.html").render(
        r=report, rows=rows, banner=BANNER, film=film is not None, pages=pages,
        parts=json.dumps(parts).replace("<", "\\u003c"), several=len(parts) > 1,
        asked=[(asked, _instants(asked.answer)) for asked in report.questions],
    )  # fmt: skip


def _instants(answer: object) -> int | None:
    """Where to look for an answer: a second before its first instant."""
    times = [
        at.ns for name in ("reference_a", "reference_b")
        if (at := getattr(answer, name, None)) is not None
    ]  # fmt: skip
    return min(times) - 1_000_000_000 if times else None
