"""State what was observed, other than marks: clock readings, times in a log, stated times, clock
checks, matches, delays, lengths of gaps, breaks, and which clock is the reference.

tiepoint observe hall --datum dispatch-clock
tiepoint observe hall --reading cam1_gate@83.25 14:22:46 --clock cam1_gate
tiepoint observe hall --reading cam1_gate@83.20..83.27 14:22:47 --clock cam1_gate
    (between these two pictures the display changed to 14:22:47)
tiepoint observe hall --log door 14:23:04 --clock cad
    (stamped by the machine itself, while its clock showed that)
tiepoint observe hall --log shots 14:23:41 --clock cad --typed-within 60
    (typed by a person up to 60 s after it: a limit; 60 where no number is given)
tiepoint observe hall --check cam1_gate 14:22:43.2 14:23:25±0.5 --against dispatch-clock
tiepoint observe hall --offset phone@0 14:23:08±30
    (reference minus time in the file, at that time in the file)
tiepoint observe hall --lag phone@12.40 dispatch@31.07±0.05 --late-b radio-chain
tiepoint observe hall --delay radio-chain               (the usual one: between 0 and 1 s)
tiepoint observe hall --delay phone-sound -0.1..0.1
tiepoint observe hall --delay bang-to-phone 61±3m       (sound over a distance)
tiepoint observe hall --break cam2_yard@32.64 --note "motion recording"
tiepoint observe hall --gap cam2_yard:1 19.4±1          (missing after stretch 1)
tiepoint observe hall --csv observations.csv

VALUE±a is taken as hard limits on both sides, or as a 95 % range with --spread 95. A clock that is
not in the case is made; where its name is close to a known one, --new-clock says that it is meant.
A whole file of rows is taken, or none of it. Its columns are those of these options: kind, what,
value, reference, clock, granularity, against, relation, late, late_b, spread, name, note,
typed_within, new_clock; for example

kind,what,value,clock
reading,cam1_gate@83.25,14:22:46,cam1_gate
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.outcome import Outcome, UsageError
from app.cli.printing import table
from app.cli.session import Session
from app.cli.statements import KINDS, Added, Author, Statement, apply
from app.cli.typed import add_by, author, case_file
from sync.errors import TiepointError
from sync.timebase import now_utc

if TYPE_CHECKING:
    from sync.case.case import Case

_COLUMNS = tuple(field.name for field in fields(Statement))


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")
    kinds = parser.add_mutually_exclusive_group(required=True)
    kinds.add_argument("--offset", nargs=2, metavar=("SOURCE@TIME", "VALUE±a"))
    kinds.add_argument("--reading", nargs=2, metavar=("SOURCE@TIME|T..T2", "CLOCKTIME"))
    kinds.add_argument("--log", nargs=2, metavar=("EVENT", "CLOCKTIME"))
    kinds.add_argument("--check", nargs=3, metavar=("CLOCK", "DISPLAYED", "REFERENCE±a"))
    kinds.add_argument("--lag", nargs=2, metavar=("A@TIME", "B@TIME±a"))
    kinds.add_argument("--delay", nargs="+", metavar=("KEY", "VALUE±a|LOW..HIGH|METRES±a m"))
    kinds.add_argument("--gap", nargs=2, metavar=("SOURCE:STRETCH", "VALUE±a"))
    kinds.add_argument("--datum", nargs=1, metavar="CLOCK", help="choose the reference clock")
    kinds.add_argument("--break", nargs="+", metavar="SOURCE@TIME", help="a stretch begins there")
    kinds.add_argument("--csv", metavar="FILE", help="many of these, one a row")
    more = parser.add_argument_group("with these")
    more.add_argument(
        "--clock", default="", metavar="NAME", help="the clock that was read, or of the log"
    )
    more.add_argument(
        "--new-clock", action="store_true", help="a clock of its own, however close its name"
    )
    more.add_argument(
        "--typed-within", nargs="?", const="60", default="", metavar="S",
        help="the log's time was typed by a person up to S after the event (alone: 60)",
    )  # fmt: skip
    more.add_argument(
        "--granularity",
        default="",
        metavar="S",
        help="the display's last digit (default: that of CLOCKTIME; 1 for whole seconds)",
    )
    more.add_argument("--against", default="", metavar="CLOCK", help="default: reference clock")
    more.add_argument(
        "--relation", default="", choices=("later", "order-unknown", "another-camera"),
        help="what follows a break (default: later, by an unknown time)",
    )  # fmt: skip
    more.add_argument("--late", nargs="+", default=[], metavar="KEY", help="delays of A or reading")
    more.add_argument("--late-b", nargs="+", default=[], metavar="KEY", help="delays of B")
    more.add_argument("--spread", default="", choices=("limits", "95"), help="what ±a means")
    more.add_argument("--name", default="", help="name of a delay")
    more.add_argument("--note", default="", metavar="WORDS")
    add_by(parser)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Put the observation, or every row of the file, into the case in one act."""
    from sync.case.store import CaseStore

    by = author(arguments.by)
    who = Author(by, now_utc())
    path = case_file(arguments.case)
    with CaseStore.open(path) as store:
        if arguments.csv is not None:
            case, added = _from_csv(store.case, Path(arguments.csv), who)
            act = f"add {len(added)} observations of {Path(arguments.csv).name}"
        else:
            case, added = store.case, []
            for statement in _statements(arguments):
                case, one = apply(case, statement, who)
                added.append(one)
            act = f"add {added[0].kind} {', '.join(one.id for one in added)}"
        store.commit(case, act, by)
        store.save()
    return Outcome(
        document={
            "added": [{"kind": one.kind, "id": one.id, "in_words": one.in_words} for one in added]
        },
        lines=table(["added", "", ""], [[one.kind, one.id, one.in_words] for one in added]),
    )


def _statements(arguments: argparse.Namespace) -> list[Statement]:
    """What the options say, as statements."""
    kind = next(name for name in KINDS if getattr(arguments, name) is not None)
    words: list[str] = getattr(arguments, kind)
    if kind == "delay":
        words = [words[0], " ".join(words[1:])] if len(words) > 1 else words
    pieces = [[word] for word in words] if kind == "break" else [words]
    return [
        Statement(
            kind=kind,
            what=piece[0],
            value=piece[1] if len(piece) > 1 else "",
            reference=piece[2] if len(piece) > 2 else "",
            clock=arguments.clock,
            granularity=arguments.granularity,
            against=arguments.against,
            relation=arguments.relation,
            late=" ".join(arguments.late),
            late_b=" ".join(arguments.late_b),
            spread=arguments.spread,
            name=arguments.name,
            note=arguments.note,
            typed_within=arguments.typed_within,
            new_clock="yes" if arguments.new_clock else "",
        )
        for piece in pieces
    ]


def _from_csv(case: Case, file: Path, who: Author) -> tuple[Case, list[Added]]:
    """Every row of the file, or an error that names the line."""
    from sync.errors import EvidenceError

    added = []
    for line, statement in _rows(file):
        try:
            case, one = apply(case, statement, who)
        except (TiepointError, UsageError) as error:
            raise EvidenceError(
                f"{file.name}, line {line}: {error.message}", row=str(line), hint=error.hint
            ) from error
        added.append(one)
    if not added:
        raise EvidenceError(f"{file.name} has no rows.", hint=f"Columns: {', '.join(_COLUMNS)}.")
    return case, added


def _rows(file: Path) -> list[tuple[int, Statement]]:
    """(line, statement) of every row that is not empty."""
    from sync.errors import EvidenceError, TiepointError

    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise TiepointError(f"{file} cannot be read: {why}.", path=file) from error
    reader = csv.DictReader(text.splitlines())
    unknown = [name for name in reader.fieldnames or [] if name not in _COLUMNS]
    if "kind" not in (reader.fieldnames or []) or unknown:
        found = (
            f"unknown columns: {', '.join(map(str, unknown))}" if unknown else "no column 'kind'"
        )
        raise EvidenceError(f"{file.name} has {found}.", hint=f"Columns: {', '.join(_COLUMNS)}.")
    rows = []
    for row in reader:
        texts = {name: (row.get(name) or "").strip() for name in _COLUMNS}
        if None in row:
            raise EvidenceError(f"{file.name}, line {reader.line_num}: more cells than columns.")
        if any(texts.values()):
            rows.append((reader.line_num, Statement(**texts)))
    return rows
