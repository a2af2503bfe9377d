"""Which of two instants came first, by how much, how sure, and resting on what.

tiepoint order hall event:flash event:words
tiepoint order hall cam1_gate@85.05±0.03 dispatch@52.1 --json
tiepoint order hall event:flash event:words --question "Did the flash come before the words?"

A and B are event:NAME, mark:ID or SOURCE@TIME[±a]. The answer is of the evidence as it stands
now. With --question it also becomes a question of the case, in your words.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli.outcome import Outcome
from app.cli.printing import table
from app.cli.session import Session
from app.cli.typed import add_by, author, case_file

if TYPE_CHECKING:
    from sync.adjustment.solution import Answer


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("a", metavar="A")
    parser.add_argument("b", metavar="B")
    parser.add_argument("--question", metavar="WORDS", help="keep it as a question of the case")
    add_by(parser)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Ask, and keep the question where that was wanted."""
    from app.cli.originals import warn_of_changed
    from sync.case.acts import ask_question, parse_place
    from sync.case.calculate import ask
    from sync.case.store import CaseStore, load_case

    path = case_file(arguments.case)
    if arguments.question is None:
        case = load_case(path)
    else:
        with CaseStore.open(path) as store:
            a, b = (parse_place(store.case, text) for text in (arguments.a, arguments.b))
            case, question = ask_question(store.case, words=arguments.question, a=a, b=b)
            store.commit(case, f"ask {question.words}", author(arguments.by))
            store.save()
    changed = warn_of_changed(case, path, session)
    answer = ask(case, parse_place(case, arguments.a), parse_place(case, arguments.b))
    document = {**answer_entry(answer), "changed_recordings": changed}
    return Outcome(document=document, lines=answer_lines(answer))


def answer_entry(answer: Answer) -> dict[str, Any]:
    """The JSON of ``order``."""
    return {
        "a": answer.a,
        "b": answer.b,
        "verdict": answer.verdict,
        "flags": list(answer.flags),
        "difference_s": answer.difference_s,
        "u_s": answer.u_s,
        "U95_s": answer.U95_s,
        "k": answer.k,
        "interval_s": None if answer.interval_s is None else list(answer.interval_s),
        "p_a_before_b": answer.p_a_before_b,
        "rests_on": list(answer.rests_on),
        "flips_if": list(answer.flips_if),
        "budget": [
            {"source": part.source, "u_s": part.u, "share": part.share} for part in answer.budget
        ],
        "next_best": [anchor.in_words for anchor in answer.next_best],
        # Limits between events take no part in this calculation, so there is one result.
        "with_limits": None,
        "without_limits": None if answer.difference_s is None else _result(answer),
        "anchors": answer.anchors,
        "in_words": answer.in_words,
    }


def _result(answer: Answer) -> dict[str, Any]:
    return {
        "difference_s": answer.difference_s,
        "u_s": answer.u_s,
        "U95_s": answer.U95_s,
        "interval_s": None if answer.interval_s is None else list(answer.interval_s),
    }


def answer_lines(answer: Answer) -> list[str]:
    """The answer for people: the sentence, what the range is made of, what would flip it."""
    lines = [answer.in_words]
    if answer.budget:
        rows = [
            [part.source, f"{part.u:.4f}", f"{part.share:.0%}"]
            for part in answer.budget
            if part.share >= 0.001
        ]
        lines += ["", *table(["the range is made of", "u s", "share"], rows, right=".rr")]
    lines += [f"It would flip with {what}." for what in answer.flips_if]
    lines += [f"Surer with: {anchor.in_words}." for anchor in answer.next_best]
    return lines
