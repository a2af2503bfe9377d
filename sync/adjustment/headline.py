"""An answer in one line, and what else must be known of it: for screen and report alike."""

from __future__ import annotations

import math

from sync.adjustment.solution import Answer
from sync.adjustment.words import capital, two_figures
from sync.uncertainty import format_pair

End = float | None
_FLAGS = {
    "unchecked": "Little checks the evidence this rests on: an unnoticed mistake could move it "
    "out of this range.",
    "extrapolated": "One instant lies outside the time in which its clock was observed.",
    "at-the-limit": "The answer lies at the edge of a stated limit.",
    "fragile": "A small mistake would change this answer.",
    "limit-contradicted": "A stated limit is contradicted by what was observed and is not used.",
    "disagrees": "The evidence this rests on disagrees: settle it, then the answer is stated.",
}


def headline(answer: Answer | None) -> str:
    """The verdict in one line. Which came first is said by name, never as a bare yes or no:
    the words of a question are the person's own and may be turned round."""
    if answer is None:
        return "Not calculated yet"
    if answer.verdict == "no-link":
        return "No answer can be given"
    if answer.with_limits is not None and answer.with_limits.status == "infeasible":
        return "The limits contradict: no answer is stated"
    if "disagrees" in answer.flags:
        return "The evidence disagrees: no answer is stated"
    if answer.verdict == "not-resolved":
        return "The recordings do not show which came first"
    first = answer.a if answer.verdict == "a-before-b" else answer.b
    return f"{capital(first)} came first{_by(answer)}"


def _by(answer: Answer) -> str:
    """``, by 0.64 s``, or ``, by at least 0.5 s`` where only limits hold it from one side."""
    low, high = stated_ends(answer)
    if answer.difference_s is not None and low is not None and high is not None:
        return f", by {format_pair(abs(answer.difference_s), (high - low) / 2)[0]} s"
    least = low if answer.verdict == "a-before-b" else high
    if least is None or not least:
        return ""
    return f", by at least {two_figures(abs(least), up=False)} s"


def stated_ends(answer: Answer) -> tuple[End, End]:
    """The 95 % range of B - A that the answer states, seconds; ``None`` where limits leave a side
    open, and on both where nothing is stated."""
    low, high = answer.interval_s if answer.interval_s is not None else (None, None)
    shaped = answer.with_limits
    if shaped is not None and shaped.status != "infeasible":
        low, high = shaped.low_s, shaped.high_s
    return _closed(low), _closed(high)


def _closed(end: End) -> End:
    return end if end is not None and math.isfinite(end) else None


def flag_sentences(answer: Answer) -> list[str]:
    """What else must be known of an answer."""
    shown = [flag for flag in answer.flags if not (flag == "fragile" and answer.rests_on)]
    return [_FLAGS[flag] for flag in shown]
