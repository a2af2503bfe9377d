"""Answers in words: headlines, chips and the text that is copied. No Qt, no painting."""

from __future__ import annotations

from sync.adjustment.headline import flag_sentences, stated_ends
from sync.adjustment.solution import Answer, Candidate, Contested, Unnoticed
from sync.adjustment.words import two_figures
from sync.case.case import Question
from sync.timebase import ReferenceTime, format_clock
from sync.uncertainty import decimals_for, format_pair
from widgets.difference_axis import Range

COVERED = "Answers are covered while you mark."
COVERED_HINT = "Hold H to peek; a peek is logged."
STALE = "Out of date: evidence has changed since this was calculated."
EMPTY_TITLE = "No question yet"
EMPTY_TEXT = "Choose Ask, then pick two marks, events or times: which came first, and by how much?"
WAITING = "Not calculated yet. Link the two recordings: mark one event that both show."
DUE = "Calculating …"
DUE_TEXT = "The clocks are there; the answer is asked with and without each piece of evidence."
HOLDS = "Leaving out any one anchor does not change the order."
MOST_READINGS = 5


def main_range(answer: Answer) -> Range:
    """The 95 % range of B - A that the answer states; open where limits hold one side only."""
    low, high = stated_ends(answer)
    return Range(
        name="stated" if answer.with_limits is None else "with the limits",
        low_s=low,
        high_s=high,
        value_s=answer.difference_s,
        role="linked",
    )


def difference_ranges(answer: Answer) -> list[Range]:
    """What is known of B - A: with and without limits, or every reading of what disagrees."""
    if answer.contested is not None:
        return contested_ranges(answer.contested)
    stated = main_range(answer)
    shown = [] if stated.ends == (None, None) else [stated]
    alone = answer.without_limits
    if alone is not None:
        shown.append(
            Range(name="by observations alone", low_s=alone.low_s, high_s=alone.high_s,
                  value_s=alone.value_s, role="secondary")
        )  # fmt: skip
    return shown


def contested_ranges(contested: Contested) -> list[Range]:
    """One range a reading, the weightiest first, then that of all readings together."""
    low, high = contested.interval_s
    return [
        *(
            Range(name=f"reading {number}", low_s=each.value_s - each.U95_s,
                  high_s=each.value_s + each.U95_s, value_s=each.value_s, role="disagree")
            for number, each in enumerate(contested.candidates[:MOST_READINGS], start=1)
        ),
        Range(name="whichever holds", low_s=low, high_s=high, role="secondary"),
    ]  # fmt: skip


def weight_words(weight: float) -> str:
    """How likely one reading of disagreeing evidence is: in words, never as near certain."""
    for least, words in (
        (0.95, "by far the likeliest"), (0.7, "likelier than all others"),
        (0.3, "may well hold"), (0.05, "less likely"),
    ):  # fmt: skip
        if weight >= least:
            return words
    return "unlikely"


def candidate_sentence(number: int, candidate: Candidate) -> str:
    """``Reading 1, by far the likeliest: ‘strobe’ is wrong.``"""
    wrong = " and ".join(f"‘{name}’" for name in candidate.set_aside)
    verb = "is wrong" if len(candidate.set_aside) == 1 else "are wrong"
    said = f"{wrong} {verb}" if wrong else "nothing is wrong"
    return f"Reading {number}, {weight_words(candidate.weight)}: {said}."


def unnoticed_sentence(worst: Unnoticed) -> str:
    """What a mistake nobody would notice does to the result."""
    size = "of any size"
    if worst.mistake_s is not None:
        size = f"of up to {two_figures(worst.mistake_s, up=True)} s"
    mistake = f"A mistake {size} in ‘{worst.label}’ would go unnoticed"
    if worst.shift_s is None:
        return f"{mistake} and could shift this without limit."
    return f"{mistake} and could shift this by {two_figures(worst.shift_s, up=True)} s."


def without_names(names: list[str]) -> str:
    """``without anchor 'door' and limit 'said after it'``."""
    return f"without {' and '.join(names)}"


def verdict_word(answer: Answer | None, *, stale: bool = False) -> tuple[str, str]:
    """(symbol, word) of a verdict for a chip."""
    if answer is None:
        return "○", "calculating …" if stale else "not calculated"
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


def both(answer: Answer) -> list[tuple[str, str, str]]:
    """(letter, name, time with its range) of both instants, the earlier first where it is known."""
    found = [
        ("A", answer.a, instant_text(answer.reference_a, answer.U95_a_s)),
        ("B", answer.b, instant_text(answer.reference_b, answer.U95_b_s)),
    ]
    return found[::-1] if answer.verdict == "b-before-a" else found


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


def says_what_it_rests_on(answer: Answer) -> bool:
    """True when the answer's own sentence says what leaving something out would do."""
    return any(said in answer.in_words for said in ("Leaving out any one", "It rests on"))


def copy_text(question: Question, answer: Answer | None, context: str, *, stale: bool) -> str:
    """The answer as text that carries its range, its conditions and where it came from."""
    lines = [question.words]
    if stale:
        lines.append(STALE.upper())
    if answer is None:
        lines.append(WAITING)
    else:
        lines.append(answer.in_words)
        lines += [
            f"{letter}: {name}, {time} (95 % range)" for letter, name, time in both(answer) if time
        ]
        lines += [
            f"{shown.name}: {shown.in_words} (95 % range)" for shown in difference_ranges(answer)
        ]
        if answer.limits:
            lines.append(f"Limits: {', '.join(answer.limits)}")
        sentence, _ = robustness(answer)
        if sentence and not says_what_it_rests_on(answer):
            lines.append(sentence)
        lines += flag_sentences(answer)
    if context:
        lines.append(context)
    return "\n".join(lines)
