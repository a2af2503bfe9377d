"""Answers in words: headlines, chips and the text that is copied. No Qt, no painting."""

from __future__ import annotations

from sync.adjustment.solution import Answer
from sync.case.case import Question
from sync.timebase import ReferenceTime, format_clock
from sync.uncertainty import decimals_for, format_pair

COVERED = "Answers are covered while you mark."
COVERED_HINT = "Hold H to peek; a peek is logged."
STALE = "Out of date: evidence has changed since this was calculated."
EMPTY_TITLE = "No question yet"
EMPTY_TEXT = "Choose Ask, then pick two marks, events or times: which came first, and by how much?"
WAITING = "Not calculated yet. Link the two recordings: mark one event that both show."
HOLDS = "Leaving out any one anchor does not change the order."
_FLAGS = {
    "unchecked": "Nothing checks the evidence this rests on: a mistake in it would not show.",
    "extrapolated": "One instant lies outside the time in which its clock was observed.",
    "at-the-limit": "The answer lies at the edge of a stated limit.",
    "fragile": "A small mistake would change this answer.",
}


def capital(text: str) -> str:
    """First letter large."""
    return text[:1].upper() + text[1:]


def headline(answer: Answer | None) -> str:
    """The verdict in one line. Which came first is said by name, never as a bare yes or no:
    the words of a question are the person's own and may be turned round."""
    if answer is None:
        return "Not calculated yet"
    if answer.verdict == "no-link":
        return "No answer can be given"
    if "disagrees" in answer.flags:
        return "The evidence disagrees: no answer is stated"
    if answer.verdict == "not-resolved":
        return "The recordings do not show which came first"
    first = answer.a if answer.verdict == "a-before-b" else answer.b
    if answer.difference_s is None or answer.U95_s is None:
        return f"{capital(first)} came first"
    by = format_pair(abs(answer.difference_s), answer.U95_s)[0]
    return f"{capital(first)} came first, by {by} s"


def verdict_word(answer: Answer | None, *, stale: bool = False) -> tuple[str, str]:
    """(symbol, word) of a verdict for a chip."""
    if answer is None:
        return "○", "not calculated"
    if stale:
        return "⟳", "out of date"
    if answer.verdict == "no-link":
        return "○", "no link"
    if "disagrees" in answer.flags:
        return "✕", "evidence disagrees"
    if answer.verdict == "not-resolved":
        return "◐", "order not shown"
    return "●", "A first" if answer.verdict == "a-before-b" else "B first"


def instant_text(at: ReferenceTime | None, half_s: float | None) -> str:
    """``14:23:23.60 ± 0.20 s``, or nothing: a time is never shown without its range."""
    if at is None or half_s is None:
        return ""
    return f"{format_clock(at, min(4, decimals_for(half_s)))} ± {format_pair(0.0, half_s)[1]} s"


def robustness(answer: Answer) -> tuple[str, bool]:
    """(sentence about leaving anchors out, True when the order holds)."""
    if answer.verdict not in ("a-before-b", "b-before-a"):
        return "", True
    if answer.rests_on:
        names = ", ".join(f"‘{name}’" for name in answer.rests_on)
        return (
            f"It rests on {names}: without it the recordings do not show the order.", False
        )  # fmt: skip
    return (HOLDS, True) if answer.anchors > 1 else ("", True)


def flag_sentences(answer: Answer) -> list[str]:
    """What else must be known of an answer."""
    shown = [flag for flag in answer.flags if not (flag == "fragile" and answer.rests_on)]
    return [_FLAGS[flag] for flag in shown]


def copy_text(question: Question, answer: Answer | None, context: str, *, stale: bool) -> str:
    """The answer as text that carries its range, its conditions and where it came from."""
    lines = [question.words]
    if stale:
        lines.append(STALE.upper())
    if answer is None:
        lines.append(WAITING)
    else:
        lines.append(answer.in_words)
        for letter, name, at, half in (
            ("A", answer.a, answer.reference_a, answer.U95_a_s),
            ("B", answer.b, answer.reference_b, answer.U95_b_s),
        ):
            time = instant_text(at, half)
            if time:
                lines.append(f"{letter}: {name}, {time} (95 % range)")
        sentence, _ = robustness(answer)
        if sentence and sentence not in answer.in_words:
            lines.append(sentence)
        lines += flag_sentences(answer)
    if context:
        lines.append(context)
    return "\n".join(lines)
