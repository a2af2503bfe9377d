"""Write the timeline of a calculated case: every mark and event with its time and range.

tiepoint export hall --format csv --out timeline.csv

A case whose evidence has changed since it was calculated is refused: solve it first.
"""

from __future__ import annotations

import argparse

from app.cli.outcome import Outcome, UsageError
from app.cli.session import Session
from app.cli.typed import case_file, output_file

FORMATS = ("csv", "json")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("--format", required=True, choices=FORMATS)
    parser.add_argument("--out", required=True, metavar="FILE")


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Write one file."""
    from app.cli.originals import warn_of_changed
    from sync.case.paths import files_folder, lock_path, log_path, media_path_of
    from sync.case.store import load_case
    from sync.interchange.csv import export_csv
    from sync.interchange.json import export_json

    path = case_file(arguments.case)
    case = load_case(path)
    media = [media_path_of(path, source.path) for source in case.sources]
    out = output_file(arguments.out, *media)
    if out.exists() and any(
        own.exists() and own.samefile(out)
        for own in (path, log_path(path), lock_path(path), files_folder(path))
    ):
        raise UsageError(f"{out.name} is the case itself.", "Choose another name for --out.")
    if out.exists() and not out.is_file():
        raise UsageError(f"{out} is there and is no file.", "Choose another name for --out.")
    write = {"csv": export_csv, "json": export_json}[arguments.format]
    changed = warn_of_changed(case, path, session)
    write(case, out)
    return Outcome(
        document={
            "files": [str(out)],
            "rounding_s": rounding_s(arguments.format),
            "changed_recordings": changed,
        },
        lines=[f"Wrote {out}."],
    )


def rounding_s(kind: str) -> float:
    """Largest rounding of a time in that format, in seconds: both write whole nanoseconds."""
    return {"csv": 0.5e-9, "json": 0.5e-9}[kind]
