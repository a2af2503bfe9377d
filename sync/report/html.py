"""A report as one HTML file that needs nothing else: styles, figures and pictures inside."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sync.report.asked import MOST_EXCLUDED
from sync.report.clean import clean
from sync.report.content import Report
from sync.report.figures import ranges

_UNIT = re.compile(r"(?<=\d) (?=(?:s|ms|kHz)\b|%)")
"""The blank between a number and its unit, where a narrow cell must not part them."""
OUT_OF_DATE = "OUT OF DATE"
"""What every page of a stale report is marked with."""


def html_of(report: Report) -> str:
    """The page. It is well-formed XML too, so that any reader of either kind takes it."""
    template = environment().get_template("report.html")
    return template.render(r=report, out_of_date=OUT_OF_DATE, most_excluded=MOST_EXCLUDED)


def mark_of(report: Report) -> str:
    """What stands at the head of every page; empty for a report that is up to date."""
    return OUT_OF_DATE if report.stale else ""


@cache
def environment() -> Environment:
    """Where every page is made: names escaped, and as they can be printed."""
    made = Environment(
        loader=PackageLoader("sync.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["svg"] = Markup
    made.filters["utc"] = _utc
    made.filters["units"] = lambda text: _UNIT.sub("\N{NO-BREAK SPACE}", text)
    made.globals["ranges"] = lambda *given: Markup(ranges(*given))
    return made


def _utc(at: str) -> str:
    """``2026-11-22 22:01:16 UTC`` of ISO 8601."""
    return at.replace("T", " ").removesuffix("+00:00").removesuffix("Z") + " UTC" if at else ""


def _printable(value: object) -> object:
    """Every name as it can be printed; what is markup already was made here."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
