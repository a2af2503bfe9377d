"""What the demo found, beside the truth and beside the naive reading."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from app.cli.answer_view import answer_entry
from app.cli.demo_truth import Truth, all_inside, answer_agrees, inside, yes_no
from app.cli.printing import table
from app.cli.solution_view import clock_entry
from sync.adjustment.words import STATES, clock_ends
from sync.timebase import MediaTime, format_clock, parse_time_ns
from sync.uncertainty import decimals_for

if TYPE_CHECKING:
    from app.cli.demo import Demo
    from app.cli.demo_search import Searched
    from sync.adjustment.solution import Answer, ClockResult


def demo_entry(demo: Demo) -> dict[str, Any]:
    """The JSON of ``demo``."""
    truth = Truth.read(demo.sample)
    assert demo.case.solution is not None
    clocks = []
    for clock in demo.case.solution.clocks:
        true_s = truth.offset_s(demo.keys[clock.source], clock)
        clocks.append(
            {**clock_entry(clock), "truth_offset_s": true_s, "inside": inside(clock, true_s)}
        )
    return {
        "case": str(demo.case_path),
        "files": [str(path) for path in demo.files],
        "status": demo.case.solution.status,
        "clocks": clocks,
        "answers": [
            {
                "question": question.words,
                **answer_entry(answer),
                "truth_difference_s": truth.difference_s(number),
                "inside": answer_agrees(answer, truth.difference_s(number)),
            }
            for number, (question, answer) in enumerate(
                zip(demo.case.questions, demo.answers, strict=True)
            )
        ],
        "stages": [{"evidence": words, **answer_entry(answer)} for words, answer in demo.stages],
        "searches": [_search_entry(found) for found in demo.searches],
        "breaks": {
            "proposed": demo.proposed.proposed,
            "noted": demo.proposed.noted,
            "agree": demo.proposed.agree,
        },
        "planted": {
            "status": demo.planted.status,
            "proposals": [item.in_words for item in demo.planted.proposals],
        },
        "naive": truth.naive_words,
    }


def _search_entry(found: Searched) -> dict[str, Any]:
    best = found.result.candidates[0] if found.result.candidates else None
    return {
        "a": found.plan.a,
        "b": found.plan.b,
        "call": found.plan.call,
        "status": found.result.status,
        "reasons": list(found.result.reasons),
        "decision": found.decision,
        "offset_s": None if best is None else best.offset_s,
        "U95_s": None if best is None else best.U95_s,
        "p": None if best is None else best.p,
    }


def demo_lines(demo: Demo) -> list[str]:
    """The same for people."""
    truth = Truth.read(demo.sample)
    assert demo.case.solution is not None
    lines = [f"{demo.case.title}: a made case. All times are by the dispatch clock.", ""]
    lines += _search_lines(demo)
    lines += ["", *_clock_lines(demo, truth), ""]
    lines += _question_lines(demo, truth)
    lines += _planted_lines(demo)
    exports = ", ".join(path.name for path in demo.files[-2:])
    lines += ["", f"The case is {demo.case_path}; beside it {exports}."]
    lines.append(f"Open it with: tiepoint {demo.case_path}")
    return lines


def _search_lines(demo: Demo) -> list[str]:
    rows = [
        [
            _searched_pair(demo, found),
            found.plan.why,
            found.result.status,
            _searched_offset(found),
            found.decision,
        ]
        for found in demo.searches
    ]
    proposed = demo.proposed
    return [
        f"Breaks: the sound of dispatch proposes {proposed.proposed}; {proposed.agree} of the "
        f"{proposed.noted} that the analyst noted are among them.",
        "",
        *table(["search", "for", "came to", "offset s (95 % range)", "then"], rows),
    ]


def _searched_pair(demo: Demo, found: Searched) -> str:
    names = {key: demo.case.source(source).name for source, key in demo.keys.items()}
    call = "" if found.plan.call is None else f", call {found.plan.call}"
    return f"{names[found.plan.a]} × {names[found.plan.b]}{call}"


def _searched_offset(found: Searched) -> str:
    if found.result.status != "significant":
        return ""
    best = found.result.candidates[0]
    decimals = decimals_for(best.U95_s)
    low, high = best.offset_s - best.U95_s, best.offset_s + best.U95_s
    return f"{low:.{decimals}f} to {high:.{decimals}f}"


# -- clocks ---------------------------------------------------------------------------------------


def _clock_lines(demo: Demo, truth: Truth) -> list[str]:
    """Every clock with its range, beside the truth and the naive reading."""
    assert demo.case.solution is not None
    naive = naive_offsets_s(demo)
    rows, verdicts, unlinked = [], [], []
    for clock in demo.case.solution.clocks:
        key = demo.keys[clock.source]
        true_s = truth.offset_s(key, clock)
        within = inside(clock, true_s)
        verdicts.append(within)
        if clock.model is None and clock.with_limits is None:
            unlinked.append(clock)
            continue
        rows.append(_clock_row(demo, clock, true_s, yes_no(within), naive.get(key)))
    header = ["recording", "state", "file's zero is at", "± s (95 %)", "truth", "inside", "naively"]
    return [
        *table(header, rows, right="..rrrlr"),
        *_unlinked_lines(demo, unlinked),
        "",
        all_inside(verdicts),
    ]


def _clock_row(
    demo: Demo, clock: ClockResult, true_s: float | None, within: str, naive_s: float | None
) -> list[str]:
    if clock.model is not None and clock.U95_s is not None:
        decimals = min(3, decimals_for(clock.U95_s))
        where = _clock_text(clock.model.offset_s, decimals)
        half = f"{clock.U95_s:.{decimals}f}"
    else:
        assert clock.with_limits is not None
        where = clock_ends(MediaTime(0), clock.with_limits.low_s, clock.with_limits.high_s)
        half = ""
    return [
        _stretch_name(demo, clock),
        STATES[clock.status],
        where,
        half,
        "" if true_s is None else _clock_text(true_s, 3),
        within,
        "" if naive_s is None else _clock_text(naive_s, 0),
    ]


def _clock_text(seconds: float, decimals: int) -> str:
    from sync.timebase import ReferenceTime

    return format_clock(ReferenceTime.from_s(seconds), decimals)


def _stretch_name(demo: Demo, clock: ClockResult) -> str:
    source = demo.case.source(clock.source)
    if not source.breaks:
        return source.name
    piece = "call" if demo.keys[source.id] == "dispatch" else "stretch"
    return f"{source.name}, {piece} {clock.stretch + 1}"


def _unlinked_lines(demo: Demo, unlinked: list[ClockResult]) -> list[str]:
    """What has no link, said in words, the calls of dispatch together."""
    names = [_stretch_name(demo, clock) for clock in unlinked]
    calls = [name.rsplit(" ", 1)[1] for name in names if name.startswith("dispatch, call")]
    others = [name for name in names if not name.startswith("dispatch, call")]
    lines = [f"{name}: no link." for name in others]
    if calls:
        lines.append(f"dispatch, calls {', '.join(calls)}: no link; nothing marked lies in them.")
    return lines


def naive_offsets_s(demo: Demo) -> dict[str, float]:
    """What somebody takes for the offset who trusts the display and the log's first row."""
    from sync.evidence import Reading

    naive = {}
    for reading in demo.case.of_kind(Reading):
        source = demo.case.source(reading.source)
        if reading.clock == source.clock:
            naive[demo.keys[source.id]] = reading.displayed.s - reading.latest.s
    with (demo.case_path.parent / "cad.csv").open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    naive["dispatch"] = parse_time_ns(first["time"]) / 1e9
    return naive


# -- questions ------------------------------------------------------------------------------------


def _question_lines(demo: Demo, truth: Truth) -> list[str]:
    first = demo.case.questions[0]
    lines = [f"Question 1. {first.words}", f"  {truth.naive_words}"]
    for words, answer in demo.stages:
        lines.append(f"  {words.capitalize()}: {_short(answer)}")
        if answer.verdict == "not-resolved" and answer.next_best:
            lines.append(f"    Surer with: {answer.next_best[0].in_words},")
            lines += [f"    or {anchor.in_words}." for anchor in answer.next_best[1:2]]
    lines += [f"  With everything: {_short(demo.answers[0])}", ""]
    for number, (question, answer) in enumerate(
        zip(demo.case.questions, demo.answers, strict=True)
    ):
        true_s = truth.difference_s(number)
        agrees = yes_no(answer_agrees(answer, true_s))
        side = "after" if true_s > 0 else "before"
        lines += [
            *([f"Question 2. {question.words}"] if number else []),
            f"  {answer.in_words}",
            f"  Truth: {abs(true_s):.2f} s {side} it; inside the stated range: {agrees}.",
            "",
        ]
    return lines


def _short(answer: Answer) -> str:
    """The verdict with its range, in one line."""
    if answer.difference_s is None or answer.U95_s is None or answer.interval_s is None:
        return "no answer can be given."
    decimals = decimals_for(answer.U95_s)
    low, high = (f"{end:+.{decimals}f}" for end in answer.interval_s)
    verdict = {
        "a-before-b": "the flash came first",
        "b-before-a": "the words came first",
        "not-resolved": "the recordings do not show which came first",
    }[answer.verdict]
    return f"{verdict}; the words lie {low} to {high} s from it (95 % range)."


def _planted_lines(demo: Demo) -> list[str]:
    """What the program says of the planted mark when it is taken for good."""
    if demo.planted.status != "disagrees":
        return []
    # Every proposal's sentence begins with the name of what it is about.
    named = [item.in_words.split(" disagrees")[0] for item in demo.planted.proposals]
    return [
        "The ambulance's strobe in cam 2, taken for the alarm's, makes the evidence disagree; the",
        f"program points to: {', '.join(dict.fromkeys(named)) or 'nothing in particular'}.",
        "That mark is kept in the case, set aside with its reason.",
    ]
