"""Check that a case still is what it says: its log, its recordings, and its calculation made again.

tiepoint verify hall
tiepoint verify hall-bundle

The log must be unbroken and give the case when replayed; every recording must be the file that was
added, by size and SHA-256; and the calculation, made again from the evidence, must come out the
same. Of a bundle first every file is compared with its manifest, then the case in it is checked; a
bundle handed over as a zip is unpacked first, and recordings left out of one are named as not
compared. Nothing is changed. Exit status 1 when anything
fails.
"""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.outcome import DONE, NO, Outcome, UsageError
from app.cli.session import Session
from app.cli.typed import case_file

if TYPE_CHECKING:
    from sync.case.verify import Check

_WORDS = {True: "holds", False: "FAILS", None: "not compared"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE|BUNDLE")


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Check everything, and say what holds and what does not."""
    checks = _checks(Path(arguments.case), session)
    failed = [check for check in checks if check.ok is False]
    held = sum(check.ok is True for check in checks)
    width = max(len(check.name) for check in checks)
    room = max(len(_WORDS[check.ok]) for check in checks) + 1
    lines = [
        f"{_WORDS[check.ok].ljust(room)} {check.name.ljust(width)}  {check.detail}"
        for check in checks
    ]
    lines.append(
        f"{len(failed)} of {len(checks)} checks fail." if failed
        else f"All {len(checks)} checks hold." if held == len(checks)
        else f"{held} checks hold; {len(checks) - held} could not be made."
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


def _checks(path: Path, session: Session) -> tuple[Check, ...]:
    from sync.case.paths import SUFFIX
    from sync.case.verify import verify
    from sync.report.bagit import PAYLOAD, check_bag, is_bag

    if not is_bag(path):
        if path.is_file() and zipfile.is_zipfile(path):
            raise UsageError(f"{path.name} is a zip file.", "Unpack it, then check its folder.")
        return verify(case_file(str(path)), progress=session.progress)
    checks = check_bag(path, progress=session.progress.part(0.0, 0.5))
    left_out = not (path / PAYLOAD / "recordings").is_dir()
    for case in sorted((path / PAYLOAD / "case").glob(f"*{SUFFIX}")):
        checks += verify(case, left_out=left_out, progress=session.progress.part(0.5, 1.0))
    return checks
