"""Check that a case still is what it says: its log, its recordings, and its calculation made again.

tiepoint verify hall

The log must be unbroken and give the case when replayed; every recording must be the file that was
added, by size and SHA-256; and the calculation, made again from the evidence, must come out the
same. Nothing is changed. Exit status 1 when anything fails.
"""

from __future__ import annotations

import argparse

from app.cli.outcome import DONE, NO, Outcome
from app.cli.session import Session
from app.cli.typed import case_file


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Check everything, and say what holds and what does not."""
    from sync.case.verify import verify

    checks = verify(case_file(arguments.case), progress=session.progress)
    failed = [check for check in checks if not check.ok]
    width = max(len(check.name) for check in checks)
    lines = [
        f"{'holds ' if check.ok else 'FAILS '} {check.name.ljust(width)}  {check.detail}"
        for check in checks
    ]
    lines.append(
        f"{len(failed)} of {len(checks)} checks fail." if failed
        else f"All {len(checks)} checks hold."
    )  # fmt: skip
    return Outcome(
        document={
            "ok": not failed,
            "checks": [
                {"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks
            ],
            "reasons": [f"{check.name}: {check.detail}" for check in failed],
        },
        lines=lines,
        status=NO if failed else DONE,
    )
