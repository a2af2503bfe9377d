"""Write a calculated case for another program: every time with its range in words or columns.

tiepoint export hall --format csv --out timeline.csv
tiepoint export hall --format srt --on cam1_gate --out cam1.srt
tiepoint export hall --format eaf --out hall.eaf

--on: times are those of that recording's own file (captions that run with it); without it they are
the reference clock's. A case whose evidence has changed since it was calculated is refused: solve
it first, or say --allow-stale, which marks everything as out of date.
"""

from __future__ import annotations

import argparse

from app.cli.outcome import Outcome, UsageError
from app.cli.session import Session
from app.cli.typed import case_file, output_file

FORMATS = ("csv", "json", "otio", "fcpxml7", "edl", "eaf", "vtt", "srt", "audacity", "textgrid")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("--format", required=True, choices=FORMATS)
    parser.add_argument("--out", required=True, metavar="FILE")
    parser.add_argument("--on", metavar="SOURCE", help="times in this recording's own file")
    parser.add_argument("--allow-stale", action="store_true", help="mark all as out of date")


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Write one file."""
    from app.cli.originals import warn_of_changed
    from sync.case.paths import files_folder, lock_path, log_path, media_path_of
    from sync.case.store import load_case
    from sync.interchange.export import Request, export, write_all

    path = case_file(arguments.case)
    case = load_case(path)
    media = {source.id: media_path_of(path, source.path) for source in case.sources}
    out = output_file(arguments.out, *media.values())
    if out.exists() and any(
        own.exists() and own.samefile(out)
        for own in (path, log_path(path), lock_path(path), files_folder(path))
    ):
        raise UsageError(f"{out.name} is the case itself.", "Choose another name for --out.")
    if out.exists() and not out.is_file():
        raise UsageError(f"{out} is there and is no file.", "Choose another name for --out.")
    request = Request(case=case, media=media, on=arguments.on, allow_stale=arguments.allow_stale)
    written = export(arguments.format, request)
    changed = warn_of_changed(case, path, session)
    files = write_all(out, written)
    return Outcome(
        document={
            "files": [str(file) for file in files],
            "rounding_s": written.rounding_s,
            "remarks": list(written.remarks),
            "changed_recordings": changed,
        },
        lines=[*(f"Wrote {file}." for file in files), *written.remarks],
    )
