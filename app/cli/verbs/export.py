"""Write a calculated case for another program: every time with its range in words or columns.

tiepoint export hall --format csv --out timeline.csv
tiepoint export hall --format srt --on cam1_gate --out cam1.srt
tiepoint export hall --format eaf --out hall.eaf
tiepoint export hall --format video --panes cam1_gate cam3_door --range 14:23:20..14:23:34 \
    --out review.mp4

--on: times are those of that recording's own file (captions that run with it); without it they are
the reference clock's. A case whose evidence has changed since it was calculated is refused: solve
it first, or say --allow-stale, which marks everything as out of date.

video: the recordings in step, for showing (H.264/AAC MP4): not evidence, and it says so. Where the
order of two asked instants is not resolved, both extremes are shown, one after the other.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.film import add_film_arguments, film_of, parts_of, refuse_film_arguments
from app.cli.outcome import Outcome, UsageError
from app.cli.session import Session
from app.cli.typed import case_file, case_output

if TYPE_CHECKING:
    from sync.case.case import Case

FORMATS = ("csv", "json", "otio", "fcpxml7", "edl", "eaf", "vtt", "srt", "audacity", "textgrid",
           "video")  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("--format", required=True, choices=FORMATS)
    parser.add_argument("--out", required=True, metavar="FILE")
    parser.add_argument("--on", metavar="SOURCE", help="times in this recording's own file")
    parser.add_argument("--allow-stale", action="store_true", help="mark all as out of date")
    add_film_arguments(parser)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Write one file."""
    from app.cli.originals import warn_of_changed
    from sync.case.paths import media_paths
    from sync.case.store import load_case
    from sync.interchange.export import Request, export, write_all

    path = case_file(arguments.case)
    case = load_case(path)
    media = media_paths(path, case.sources)
    out = case_output(arguments.out, path, media.values())
    if arguments.format == "video":
        return _film(arguments, session, case, media, out)
    refuse_film_arguments(arguments, "Leave it away, or say --format video.")
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


def _film(
    arguments: argparse.Namespace, session: Session, case: Case, media: Mapping[str, Path],
    out: Path,
) -> Outcome:  # fmt: skip
    from sync.cache import Cache
    from sync.report.review_video import write_review

    if out.suffix.lower() != ".mp4":
        raise UsageError(f"{out.name} is no .mp4 file.", "Name --out by what it shall be.")
    if arguments.on is not None:
        raise UsageError("A film runs by the reference clock.", "Leave --on away.")
    request = film_of(arguments, case)
    made = write_review(case, media, out, request, cache=Cache(), progress=session.progress)
    remarks = [
        "An asked order is not resolved: the film shows both extremes, one after the other."
    ] if len(made.parts) > 1 else []  # fmt: skip
    return Outcome(
        document={
            "files": [str(out)],
            "rounding_s": float(1 / made.rate),
            "remarks": remarks,
            "changed_recordings": [],
            "pictures": made.pictures,
            "pictures_a_second": float(made.rate),
            "parts": parts_of(made),
        },
        lines=[f"Wrote {out}.", *remarks],
    )
