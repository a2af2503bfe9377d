"""Hand a calculated case over: a BagIt 1.0 folder or zip, which can be checked to the byte.

tiepoint bundle hall --out hall-bundle
tiepoint bundle hall --out hall.zip --no-recordings
tiepoint bundle hall --out hall-bundle --video --range 14:23:20..14:23:34

In it: the case with its log, the report (HTML and PDF), tables and captions, working copies of the
recordings, the review video when asked for, and viewer/index.html, which shows answers and events
beside the video in any browser, without a network. Every file stands in manifest-sha256.txt;
"tiepoint verify hall-bundle" compares them all and checks the case inside, wherever the folder lies
by then. Nothing is overwritten.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from app.cli.film import add_film_arguments, film_of, refuse_film_arguments
from app.cli.outcome import Outcome
from app.cli.session import Session
from app.cli.typed import add_by, author, case_file


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("--out", required=True, metavar="FOLDER|FILE.zip")
    parser.add_argument("--no-recordings", action="store_true", help="without working copies")
    parser.add_argument("--video", action="store_true", help="make the review video")
    parser.add_argument("--allow-stale", action="store_true", help="mark all as out of date")
    add_by(parser)
    add_film_arguments(parser)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Write one bundle."""
    from app.cli.verbs.window import has_screen
    from app.print_pdf import needs_application, report_pages
    from sync.cache import Cache
    from sync.case.store import load_case
    from sync.report.bundle import BundleRequest, make_bundle

    path = case_file(arguments.case)
    request = BundleRequest(
        recordings=not arguments.no_recordings, allow_stale=arguments.allow_stale
    )
    if arguments.video:
        request = replace(request, review=film_of(arguments, load_case(path)))
    else:
        refuse_film_arguments(arguments, "Leave it away, or say --video.")
    if not has_screen():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = needs_application()
    made = make_bundle(
        path, Path(arguments.out), request, by=author(arguments.by), printer=report_pages,
        cache=Cache(), progress=session.progress,
    )  # fmt: skip
    del application
    return Outcome(
        document={
            "bundle": str(made.path), "files": list(made.files), "remarks": list(made.remarks),
        },
        lines=[f"Wrote {made.path}: {len(made.files)} files.", *made.remarks],
    )  # fmt: skip
