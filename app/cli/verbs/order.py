"""Which of two instants came first, by how much, how sure, and resting on what.

tiepoint order hall event:flash event:words
tiepoint order hall cam1_gate@85.05±0.03 dispatch@52.1 --json
tiepoint order hall event:flash event:words --question "Did the flash come before the words?"
tiepoint order hall event:flash event:words --without event:door --without match-1

A and B are event:NAME, mark:ID, SOURCE@TIME[±a] or clock:NAME@CLOCKTIME[±a]. The answer is of the
evidence as it stands now. With --question it also becomes a question of the case, in your words.
--without asks what the answer would be if evidence (a mark, a match, a limit …, by its id) or all
of an event were left out; nothing is set aside by that.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.cli.outcome import Outcome
from app.cli.session import Session
from app.cli.typed import add_by, author, case_file

if TYPE_CHECKING:
    from sync.adjustment.solution import Answer
    from sync.case.case import Case
    from sync.evidence import Place


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("a", metavar="A")
    parser.add_argument("b", metavar="B")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="ID",
        help="leave this evidence, or event:NAME, out of this one answer (may be repeated)",
    )
    parser.add_argument("--question", metavar="WORDS", help="keep it as a question of the case")
    add_by(parser)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Ask, and keep the question where that was wanted."""
    from app.cli.answer_view import answer_entry, answer_lines
    from app.cli.originals import warn_of_changed
    from sync.case.acts import ask_question, parse_place
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
    a, b = parse_place(case, arguments.a), parse_place(case, arguments.b)
    answer, left_out = _ask(case, a, b, arguments.without)
    document = {**answer_entry(answer), "without": left_out, "changed_recordings": changed}
    lines = answer_lines(answer)
    if left_out:
        lines = [f"Without {', '.join(left_out)}:", *lines]
    return Outcome(document=document, lines=lines)


def _ask(case: Case, a: Place, b: Place, without: list[str]) -> tuple[Answer, list[str]]:
    """The answer, and the ids of what was left out of it."""
    from sync.case.calculate import prepare

    ready = prepare(case)
    network = ready.adjustment.network
    known = {row.id for row in ready.adjustment.rows} | {bound.id for bound in network.bounds}
    left_out: list[str] = []
    for name in without:
        left_out += [one for one in _ids_of(case, name, known) if one not in left_out]
    return ready.order(a, b, without=frozenset(left_out)), left_out


def _ids_of(case: Case, name: str, known: set[str]) -> list[str]:
    """Rows and limits of the calculation that ``name`` stands for: one, or all of an event.

    Raises
    ------
    EvidenceError
        When nothing of that name takes part.
    """
    from sync.errors import EvidenceError
    from sync.evidence import LogTime, Mark

    event = case.event(name.removeprefix("event:"))
    if event is not None and (name.startswith("event:") or case.find(name) is None):
        seen: tuple[Mark | LogTime, ...] = (*case.marks_of(event.id), *case.of_kind(LogTime))
        found = [item.id for item in seen if item.event == event.id]
    else:
        found = [name, f"delay:{name}"]
    taking_part = [one for one in found if one in known]
    if not taking_part:
        raise EvidenceError(
            f"{name!r} takes no part in the calculation, so it cannot be left out.",
            row=name,
            hint="Name a mark, a match, a limit … by its id, or event:NAME.",
        )
    return taking_part
