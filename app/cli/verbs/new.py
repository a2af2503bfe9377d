"""Make an empty case.

tiepoint new "Harrow Hall" --number 24/117 --examiner "R. Okafor" \\
    --question "Did the flash come before the words?"
"""

from __future__ import annotations

import argparse

from app.cli.outcome import Outcome
from app.cli.session import Session
from app.cli.typed import add_by, author, case_file

WORDS_ONLY = "questions_in_words"
"""Key of the case file under which questions wait that do not say yet what they compare."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE", help="file to make; .tiepoint is added")
    parser.add_argument("--title", default="", help="what the case is called")
    parser.add_argument("--number", default="", help="its number or reference")
    parser.add_argument("--examiner", default="", help="who examines the recordings")
    parser.add_argument(
        "--question",
        action="append",
        default=[],
        metavar="WORDS",
        help="a question in your own words; what it compares is said later (may be repeated)",
    )
    add_by(parser)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Make the case on the disk."""
    from sync.case.case import Case
    from sync.case.store import CaseStore

    path = case_file(arguments.case)
    words = [text.strip() for text in arguments.question if text.strip()]
    case = Case(
        id="",
        title=arguments.title,
        number=arguments.number,
        examiner=arguments.examiner,
        unknown={WORDS_ONLY: words} if words else {},
    )
    with CaseStore.create(path, case, author(arguments.by)) as store:
        made = store.case
    return Outcome(
        document={
            "case": str(path),
            "id": made.id,
            "title": made.title,
            "number": made.number,
            "examiner": made.examiner,
            "created": made.created,
            "questions": words,
        },
        lines=[
            f"Made {path}.",
            f"Next: tiepoint add {path} FILE …",
            *(
                f'Once both are marked: tiepoint order {path} A B --question "{text}"'
                for text in words
            ),
        ],
    )
