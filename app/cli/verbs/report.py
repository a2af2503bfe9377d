"""Write the report of a calculated case: everything it rests on, for a reader who was not there.

tiepoint report hall --out report.html
tiepoint report hall --out report.pdf
tiepoint report hall --out draft.pdf --allow-stale

One file that needs nothing else. The finding comes first, on pages of its own; then the recordings,
clocks, marks and every other piece of evidence, what the answers would be otherwise, every search,
the method, and a cross-examination sheet with blanks for what the case does not hold. A case whose
evidence has changed since it was calculated is refused: solve it first, or say --allow-stale,
which marks every page as out of date.
"""

from __future__ import annotations

import argparse
import os

from app.cli.outcome import Outcome, UsageError
from app.cli.session import Session
from app.cli.typed import case_file, case_output

SUFFIXES = (".html", ".pdf")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("--out", required=True, metavar="FILE.html|.pdf")
    parser.add_argument("--allow-stale", action="store_true", help="mark every page out of date")


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Write one file."""
    from sync.cache import Cache
    from sync.case.calculate import refuse_stale
    from sync.case.paths import media_paths
    from sync.case.recordings import check_recordings
    from sync.case.storage import write_atomically
    from sync.case.store import load_case
    from sync.report.content import gather
    from sync.report.html import html_of

    path = case_file(arguments.case)
    case = load_case(path)
    out = case_output(arguments.out, path, media_paths(path, case.sources).values())
    if out.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{out.name} is neither a .html nor a .pdf file.",
                         "Name --out by what it shall be.")  # fmt: skip
    refuse_stale(case, allow_stale=arguments.allow_stale)  # before the recordings are hashed
    found = check_recordings(case, path, progress=session.progress)
    states = {state.source: state.detail for state in found if state.state != "ok"}
    for source, detail in states.items():
        session.warn(f"{source}: {detail} What was observed in it before is used as it stands.")
    report = gather(
        case, path, states=states, allow_stale=arguments.allow_stale, cache=Cache()
    )  # fmt: skip
    html = html_of(report)
    data = html.encode("utf-8")
    if out.suffix.lower() == ".pdf":
        from app.cli.verbs.window import has_screen
        from app.print_pdf import needs_application, report_pages

        if not has_screen():
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        application = needs_application()
        data = report_pages(report, html)
        del application
    write_atomically(out, data)
    return Outcome(
        document={"files": [str(out)], "stale": report.stale, "changed_recordings": list(states)},
        lines=[f"Wrote {out}."],
    )
