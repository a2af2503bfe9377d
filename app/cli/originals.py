"""Whether the recordings of a case are still those that were added."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.cli.session import Session
    from sync.case.case import Case


def refuse_changed(case: Case, case_path: Path, source: str) -> None:
    """Nothing is noted about a file that is not the one that was added.

    Raises
    ------
    MediaMissing, MediaChanged
        By size and SHA-256.
    """
    from sync.case.paths import media_path_of
    from sync.media.inspect import check_unchanged

    found = case.source(source)
    path = media_path_of(case_path, found.path)
    check_unchanged(path, found.facts.size_bytes, found.facts.sha256)


def warn_of_changed(case: Case, case_path: Path, session: Session) -> list[str]:
    """One warning a recording that is missing or changed; what was noted of it is kept."""
    from sync.case.recordings import check_recordings

    states = check_recordings(case, case_path, progress=session.progress)
    found = [f"{state.source}: {state.detail}" for state in states if state.state != "ok"]
    for text in found:
        session.warn(f"{text} What was observed in it before is used as it stands.")
    return found
