"""Add recordings to a case: each file is read whole, hashed and indexed; originals are never
written to. All files are added, or none.

tiepoint add hall.tiepoint cam1_gate.mp4 dispatch.flac
tiepoint add hall.tiepoint line7.ul --raw mulaw,8000
tiepoint add hall.tiepoint phone.mp4 --name "witness's phone" --received "by e-mail, 3 May"
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.outcome import Outcome, UsageError
from app.cli.printing import table
from app.cli.session import Session
from app.cli.typed import add_by, add_raw, author, case_file, raw_of

if TYPE_CHECKING:
    from sync.case.case import Source


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("files", metavar="FILE", nargs="+", help="recordings (picture or sound)")
    parser.add_argument("--name", help="name on screen and in the report (one file only)")
    parser.add_argument("--device", default="", help="what recorded it")
    parser.add_argument("--received", default="", help="from whom, when and how it came")
    add_raw(parser)
    add_by(parser)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Read every file, then put all of them into the case in one act."""
    from sync.case.recordings import add_recording
    from sync.case.store import CaseStore

    files = [Path(name) for name in arguments.files]
    if arguments.name is not None and len(files) > 1:
        raise UsageError("--name is for one file.", "Add the files one by one to name them.")
    raw = raw_of(arguments.raw)
    path = case_file(arguments.case)
    with CaseStore.open(path) as store:
        case, added = store.case, []
        for number, file in enumerate(files):
            part = session.progress.part(
                number / len(files), (number + 1) / len(files), f"reading {file.name}"
            )
            case, source = add_recording(
                case,
                file,
                case_path=path,
                name=arguments.name,
                device=arguments.device,
                received=arguments.received,
                raw=raw,
                progress=part,
            )
            added.append(source)
        names = ", ".join(source.name for source in added)
        store.commit(case, f"add {names}", author(arguments.by))
        store.save()
    return Outcome(
        document={"sources": [source_entry(source) for source in added]},
        lines=sources_table(added),
    )


def source_entry(source: Source) -> dict[str, Any]:
    """One recording as JSON."""
    facts = source.facts
    streams = ["picture"] if facts.picture is not None else []
    streams += ["sound"] if facts.sound is not None else []
    return {
        "id": source.id,
        "name": source.name,
        "kind": facts.kind,
        "path": source.path,
        "sha256": facts.sha256,
        "streams": streams,
        "duration_s": facts.duration.s,
        "health": [
            {"code": note.code, "at_s": None if note.at is None else note.at.s,
             "detail": note.detail}
            for note in facts.health
        ],
    }  # fmt: skip


def sources_table(sources: list[Source]) -> list[str]:
    """Recordings for people."""
    from sync.timebase import format_seconds

    rows = [
        [
            source.id,
            source.name,
            {"video": "picture", "video+sound": "picture, sound"}.get(
                source.facts.kind, source.facts.kind
            ),
            format_seconds(source.facts.duration.ns),
            ", ".join(dict.fromkeys(note.code for note in source.facts.health)) or "none",
        ]
        for source in sources
    ]
    return table(["id", "recording", "has", "length s", "timing notes"], rows, right="...r.")
