"""An answer as JSON and as lines for people; shared by "order" and "demo"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cli.printing import table, wrapped
from app.cli.range_view import (
    contested_entry,
    range_text,
    unnoticed_entries,
)

if TYPE_CHECKING:
    from sync.adjustment.solution import Answer, Limited, Verdict

VERDICTS: dict[Verdict, str] = {
    "a-before-b": "A before B",
    "b-before-a": "B before A",
    "not-resolved": "not shown",
    "no-link": "no link",
}


def answer_entry(answer: Answer) -> dict[str, Any]:
    """The JSON of ``order``."""
    return {
        "a": answer.a,
        "b": answer.b,
        "verdict": answer.verdict,
        "flags": list(answer.flags),
        **_own(answer),
        "k": answer.k,
        "p_a_before_b": answer.p_a_before_b,
        "rests_on": list(answer.rests_on),
        "flips_if": list(answer.flips_if),
        "budget": [
            {"source": part.source, "u_s": part.u, "share": part.share} for part in answer.budget
        ],
        "next_best": [anchor.in_words for anchor in answer.next_best],
        "with_limits": _range(answer.with_limits),
        "without_limits": _without_limits(answer),
        "limits": list(answer.limits),
        "leave_one_out": [
            {
                "name": left.name,
                "rows": list(left.rows),
                "verdict": left.verdict,
                "difference_s": left.difference_s,
                "interval_s": None if left.interval_s is None else list(left.interval_s),
            }
            for left in answer.leave_one_out
        ],
        "unnoticed": unnoticed_entries(answer.unnoticed),
        "contested": contested_entry(answer.contested),
        "anchors": answer.anchors,
        "in_words": answer.in_words,
    }


def _own(answer: Answer) -> dict[str, Any]:
    """The answer's own numbers."""
    return {
        "difference_s": answer.difference_s,
        "u_s": answer.u_s,
        "U95_s": answer.U95_s,
        "interval_s": None if answer.interval_s is None else list(answer.interval_s),
    }


def _range(limited: Limited | None) -> dict[str, Any] | None:
    """The same numbers of a result with, or without, limits; an open end is null."""
    if limited is None:
        return None
    low_s, high_s = limited.low_s, limited.high_s
    half_s = None if low_s is None or high_s is None else (high_s - low_s) / 2
    return {
        "status": limited.status,
        "difference_s": limited.value_s,
        "u_s": limited.u_s,
        "U95_s": half_s,
        "interval_s": None if low_s is None and high_s is None else [low_s, high_s],
    }


def _without_limits(answer: Answer) -> dict[str, Any] | None:
    """B - A by the observations alone: the answer's own numbers where no limit shapes it."""
    if answer.with_limits is not None:
        return _range(answer.without_limits)
    return None if answer.difference_s is None else _own(answer)


def answer_lines(answer: Answer) -> list[str]:
    """The answer for people: the sentence, what the range is made of, what would change it."""
    lines = wrapped(answer.in_words)
    if answer.contested or answer.leave_one_out:
        lines += wrapped(f"A: {answer.a}. B: {answer.b}.")
    lines += _contested_lines(answer)
    if answer.budget:
        rows = [
            [part.source, f"{part.u:.4f}", f"{part.share:.0%}"]
            for part in answer.budget
            if part.share >= 0.005
        ]
        lines += ["", *table(["the range is made of", "u s", "share"], rows, right=".rr")]
    if answer.leave_one_out:
        lines += ["", *_leave_one_out(answer)]
    more = [f"It would flip with {what}." for what in answer.flips_if]
    more += [f"Surer with: {anchor.in_words}." for anchor in answer.next_best]
    lines += [""] * bool(more)
    return lines + [line for text in more for line in wrapped(text)]


def _contested_lines(answer: Answer) -> list[str]:
    """One line a reading: what would have to be wrong, and what B - A then is."""
    if answer.contested is None:
        return []
    rows = [
        [
            ", ".join(one.set_aside) or "nothing",
            f"{one.weight:.0%}",
            range_text(one.value_s - one.U95_s, one.value_s + one.U95_s),
        ]
        for one in answer.contested.candidates
    ]
    rows.append(["all of these together", "", range_text(*answer.contested.interval_s)])
    header = ["if this is wrong", "weight", "B \N{MINUS SIGN} A, s (95 %)"]
    return ["", *table(header, rows, right=".rr")]


def _leave_one_out(answer: Answer) -> list[str]:
    rows = [
        [
            left.name,
            VERDICTS[left.verdict],
            "" if left.interval_s is None else range_text(*left.interval_s),
        ]
        for left in answer.leave_one_out
    ]
    header = ["leaving out", "verdict", "B \N{MINUS SIGN} A, s (95 %)"]
    return table(header, rows, right="..r")
