"""Marks made before every frame of their recording was counted, and what the count says of them.

Until the decode pass has run, which frame carries which time rests on the file's own tables. A
mark made then keeps, of each picture it stands on, the packet it came from and the CRC-32 of what
it showed. It takes no part in a calculation until both are found again in the verified index.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sync.case.acts import set_aside
from sync.case.case import Case
from sync.evidence import EdgePicture, Mark
from sync.timebase import MediaTime, format_seconds

if TYPE_CHECKING:
    from sync.media.frame_index import FrameIndex


@dataclass(frozen=True, slots=True)
class Checked:
    """What the verified index says of one mark."""

    mark: str
    case: Case
    """With this mark as it is now."""
    moved: bool
    """Its times are others than those it was made with."""
    problem: str = ""
    """Why it was set aside."""


def unverified(case: Case, source: str) -> tuple[Mark, ...]:
    """Marks in use of one recording that wait for its verified index."""
    return tuple(
        mark
        for mark in case.of_kind(Mark)
        if mark.source == source
        and mark.unverified
        and mark.provenance.status in ("accepted", "proposed")
    )


def check_mark(case: Case, mark: Mark, index: FrameIndex) -> Checked:
    """The case with a mark held against the verified index.

    Where the pictures it stands on are found, its times become those of the index; otherwise it is
    set aside with the reason.

    Parameters
    ----------
    index
        Verified, with digests.
    """
    numbers = [_frame_of(edge, index) for edge in mark.unverified]
    known = [number for number in numbers if number is not None]
    first, last = (known[0], known[-1]) if known else (0, 0)
    if len(known) < len(numbers):
        lost = mark.unverified[numbers.index(None)]
        return _aside(case, mark, f"packet {lost.ordinal} does not show what was marked")
    pictures = index.picture_of(first), index.picture_of(last)
    if len(known) == 2 and pictures[0] >= pictures[1]:
        return _aside(case, mark, "what it lies between is not one picture after another")
    earliest, latest = mark.earliest, mark.latest
    if mark.earliest is not None:
        after = pictures[0] + 1 if len(known) == 2 or mark.latest is None else pictures[0]
        earliest = _after(index, after)
    if mark.latest is not None:
        latest = index.picture_bounds(pictures[1])[1]
    shown = index.frames_of_picture(pictures[1])
    moved = (earliest, latest) != (mark.earliest, mark.latest)
    note = "pictures found again in the verified index"
    if moved:
        note += f", times corrected from {_ends(mark)}"
    made = mark.provenance
    checked = replace(
        mark, earliest=earliest, latest=latest, frames=(shown.start, shown.stop - 1),
        unverified=(), provenance=replace(made, note="; ".join(filter(None, (made.note, note)))),
    )  # fmt: skip
    return Checked(mark.id, case.with_evidence(checked), moved)


def _after(index: FrameIndex, picture: int) -> MediaTime | None:
    if picture < (index.pictures or 0):
        return index.picture_bounds(picture)[0]
    return index.picture_time(picture - 1)


def _frame_of(edge: EdgePicture, index: FrameIndex) -> int | None:
    """The frame that packet gives, if it shows the same."""
    if index.digest is None:
        return None
    found = np.flatnonzero((index.ordinal == edge.ordinal) & (index.digest == edge.digest))
    return int(found[0]) if len(found) else None


def _aside(case: Case, mark: Mark, why: str) -> Checked:
    reason = f"made before all frames were counted; {why} in the verified index"
    return Checked(mark.id, set_aside(case, mark.id, reason), moved=False, problem=reason)


def _ends(mark: Mark) -> str:
    ends = ["…" if at is None else format_seconds(at.ns, 4) for at in (mark.earliest, mark.latest)]
    return f"{ends[0]} – {ends[1]} s"
