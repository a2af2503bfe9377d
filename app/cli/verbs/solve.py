"""Calculate the clocks of a case from its evidence, and store the result in it.

tiepoint solve hall
tiepoint solve --network network.json --json      (one bare network, or an array; - reads stdin)

A recording that nothing observed reaches has no link: never an offset of zero. The exit status is
0 whatever the clocks turn out to be.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.cli.outcome import DONE, NO, Outcome, UsageError
from app.cli.printing import table
from app.cli.session import Session
from app.cli.typed import add_by, author, case_file
from sync.errors import NetworkError


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE", nargs="?")
    parser.add_argument("--network", metavar="FILE", help="a bare network instead of a case")
    add_by(parser)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Calculate a case or a network."""
    if (arguments.case is None) == (arguments.network is None):
        raise UsageError("Give a case, or --network FILE.", "See: tiepoint solve --help")
    if arguments.network is not None:
        return _solve_network(arguments.network)
    from app.cli.originals import warn_of_changed
    from app.cli.solution_view import solution_entry, solution_lines
    from sync.case.calculate import calculate
    from sync.case.store import CaseStore

    path = case_file(arguments.case)
    with CaseStore.open(path) as store:
        changed = warn_of_changed(store.case, path, session)
        case = calculate(store.case)
        store.commit(case, "calculate", author(arguments.by))
        store.save()
    assert case.solution is not None
    document = {**solution_entry(case.solution), "changed_recordings": changed}
    return Outcome(document=document, lines=solution_lines(case, case.solution))


# -- bare networks --------------------------------------------------------------------------------


def _solve_network(name: str) -> Outcome:
    document = _read(name)
    if isinstance(document, list):
        answers = [_answer(entry, f"entry {number}: ") for number, entry in enumerate(document)]
        failed = any("error" in answer for answer in answers)
        lines: list[str] = []
        for number, answer in enumerate(answers):
            lines += [f"Network {number}", *network_lines(answer), ""]
        return Outcome(document=answers, lines=lines[:-1], status=NO if failed else DONE)
    answer = _solved(document)
    return Outcome(document=answer, lines=network_lines(answer))


def _read(name: str) -> Any:
    """The JSON document of a file, or of standard input for ``-``."""
    path = None if name == "-" else Path(name)
    try:
        text = sys.stdin.read() if path is None else path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        failure = NetworkError(f"{name} cannot be read: {why}.")
        failure.path = name
        raise failure from error
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        failure = NetworkError(
            f"{name} is not JSON: {error}.", hint="Give one network or an array."
        )
        failure.path = name
        raise failure from error


def _solved(document: Any) -> dict[str, Any]:
    from sync.adjustment.bare import solve_network

    if not isinstance(document, Mapping):
        raise NetworkError("A network is a JSON object.", hint="Give one network or an array.")
    try:
        return solve_network(document)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        # Malformed in a way the reader has no words of its own for.
        raise NetworkError(f"The network is malformed: {error}.") from error


def _answer(document: Any, where: str) -> dict[str, Any]:
    """One network of an array: a malformed one must not cost the others their answers."""
    from app.cli.printing import error_entry

    try:
        return _solved(document)
    except NetworkError as error:
        entry = error_entry(error)
        return {"error": {**entry, "message": where + entry["message"]}}


def network_lines(answer: Mapping[str, Any]) -> list[str]:
    """A network's answers for people."""
    from sync.adjustment.words import STATES
    from sync.uncertainty import decimals_for

    if "error" in answer:
        return [answer["error"]["message"]]
    rows = []
    for number, result in enumerate(answer["results"]):
        cells = [str(number), STATES.get(result["status"], result["status"]), "", ""]
        low, high = result["interval"] or (None, None)
        if low is not None and high is not None:
            decimals = decimals_for((high - low) / 2)
            cells[3] = f"{low:.{decimals}f} to {high:.{decimals}f}"
            if result["value"] is not None:
                cells[2] = f"{result['value']:.{decimals}f}"
        elif low is not None or high is not None:
            cells[3] = f"{low:g} or more" if low is not None else f"{high:g} or less"
        rows.append(cells)
    lines = [f"Status: {answer['status']}."]
    lines += table(["query", "state", "value s", "95 % range s"], rows, right="r.rr")
    return lines + [f"To look at: {problem}" for problem in answer["problems"]]
