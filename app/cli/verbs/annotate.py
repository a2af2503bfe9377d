"""Add remarks to a case: words at a time, beside the recordings. They are no evidence.

tiepoint annotate hall --source cam1_gate --at 18.2 --text "gate lamp comes on"
tiepoint annotate hall --source phone --between 4.1 9 --text "siren"
tiepoint annotate hall --clock dispatch_clock --at 14:22:50 --text "alarm reported"
tiepoint annotate hall --source dispatch --file transcript.srt
tiepoint annotate hall --clock dispatch_clock --file cad.csv

Files: .srt, .vtt, .txt (Audacity labels), .eaf (ELAN), .TextGrid (Praat), and .csv or .tsv with a
header, one column of which says when. --source: times in the file of that recording. --clock: times
that clock showed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.outcome import Outcome, UsageError
from app.cli.session import Session
from app.cli.typed import add_by, author, case_file, media_time

if TYPE_CHECKING:
    from sync.case.annotation import Annotation


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")
    on = parser.add_mutually_exclusive_group(required=True)
    on.add_argument("--source", metavar="S", help="times are those of this recording's file")
    on.add_argument("--clock", metavar="NAME", help="times are what this clock showed")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--file", metavar="FILE", help="captions, labels, tiers or a table")
    what.add_argument("--text", metavar="WORDS", help="one remark; needs --at or --between")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--at", type=media_time, metavar="T")
    when.add_argument("--between", nargs=2, type=media_time, metavar=("T", "T2"))
    parser.add_argument("--layer", default="", metavar="NAME", help="what it belongs with")
    add_by(parser)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Put them into the case."""
    from sync.case.annotate import add_annotations
    from sync.case.store import CaseStore

    who = author(arguments.by)
    if arguments.file is not None:
        if arguments.at is not None or arguments.between is not None:
            raise UsageError("A file brings its own times.", "Leave --at and --between away.")
        wanted = _of_file(arguments, who)
        act = f"add {len(wanted)} annotations of {Path(arguments.file).name}"
    else:
        wanted = (_typed(arguments, who),)
        act = f"annotate: {arguments.text[:40]}"
    with CaseStore.open(case_file(arguments.case)) as store:
        case, added = add_annotations(store.case, wanted)
        store.commit(case, act, who)
        store.save()
    shown = added[0].id if len(added) == 1 else f"{added[0].id} to {added[-1].id}"
    return Outcome(
        document={"added": [_entry(item) for item in added]},
        lines=[f"Added {shown}: words beside the recordings, no evidence."],
    )


def _of_file(arguments: argparse.Namespace, who: str) -> tuple[Annotation, ...]:
    from dataclasses import replace

    from sync.interchange.reading import read_annotations
    from sync.timebase import now_utc

    read = read_annotations(
        Path(arguments.file), source=arguments.source, clock=arguments.clock, by=who, at=now_utc()
    )
    return tuple(replace(item, layer=arguments.layer or item.layer) for item in read)


def _typed(arguments: argparse.Namespace, who: str) -> Annotation:
    from sync.case.annotation import Annotation
    from sync.evidence import Provenance
    from sync.timebase import ReferenceTime, now_utc

    if arguments.at is None and arguments.between is None:
        raise UsageError("A remark needs a time.", "Add --at T or --between T T2.")
    start, end = (arguments.at, None) if arguments.between is None else arguments.between
    provenance = Provenance(by=who, at=now_utc())
    if arguments.source is not None:
        return Annotation(
            id="", text=arguments.text, layer=arguments.layer, source=arguments.source,
            start=start, end=end, provenance=provenance,
        )  # fmt: skip
    return Annotation(
        id="", text=arguments.text, layer=arguments.layer, clock=arguments.clock,
        displayed=ReferenceTime(start.ns),
        displayed_end=None if end is None else ReferenceTime(end.ns), provenance=provenance,
    )  # fmt: skip


def _entry(item: Annotation) -> dict[str, object]:
    start = item.start if item.source is not None else item.displayed
    end = item.end if item.source is not None else item.displayed_end
    step = item.granularity
    return {
        "id": item.id, "text": item.text, "layer": item.layer, "source": item.source,
        "clock": item.clock, "start_s": None if start is None else start.s,
        "end_s": None if end is None else end.s,
        "granularity_s": None if step is None else step.s,
    }  # fmt: skip
