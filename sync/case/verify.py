"""Whether a case still is what it says: its files, its log, its recordings, its calculation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from sync.adjustment.solution import ClockResult, EventResult, Solution
from sync.case.case import Case
from sync.case.recordings import check_recordings
from sync.case.store import CaseStore
from sync.errors import CaseMissing, TiepointError
from sync.progress import SILENT, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was checked, and what was found."""

    name: str
    ok: bool | None
    """``None``: there was nothing to compare, so nothing is said."""
    detail: str


def verify(path: Path, *, left_out: bool = False, progress: Progress = SILENT) -> tuple[Check, ...]:
    """Check a case without changing anything.

    ``case and log``: both can be read, the chain of the log is unbroken, and the log replayed
    gives the case. ``recording …``: one a recording, size and SHA-256. ``calculation``: the
    saved one is of this evidence, and comes out the same when made again.

    Parameters
    ----------
    left_out
        The recordings were left out on purpose (a bundle without them): one that is not there is
        named as not compared, and is no failure.

    Raises
    ------
    CaseMissing
        When there is no case at ``path``; anything else that is wrong is a failed check.
    """
    path = Path(path)
    try:
        store = CaseStore.open(path, read_only=True)
    except CaseMissing:
        raise
    except TiepointError as error:
        return (Check(name="case and log", ok=False, detail=str(error)),)
    detail = f"{store.head.seq} acts, unbroken, head {store.head.hash}"
    if store.torn_line is not None:
        detail += f"; a half-written line {store.torn_line} was not counted"
    checks = [Check(name="case and log", ok=True, detail=detail)]
    absent = []
    for state in check_recordings(store.case, path, progress=progress):
        if left_out and state.state == "missing":
            absent.append(state.source)
            continue
        checks.append(
            Check(
                name=f"recording {state.source}",
                ok=state.state == "ok",
                detail=state.detail or "unchanged",
            )
        )
    if absent:
        checks.append(Check(
            name="recordings", ok=None,
            detail=f"left out of this bundle, so not compared: {', '.join(absent)}; their SHA-256 "
            "are in the report",
        ))  # fmt: skip
    checks.append(_calculation(store.case))
    return tuple(checks)


def _calculation(case: Case) -> Check:
    # The adjustment needs scipy, which is slow to load; opening a case does without it.
    from sync.case.calculate import calculate, is_stale

    if case.solution is None:
        return Check(name="calculation", ok=True, detail="none yet")
    if is_stale(case):
        return Check(
            name="calculation",
            ok=False,
            detail="the evidence has changed since: calculate again",
        )
    again = calculate(case).solution
    assert again is not None
    if not _same(again, case.solution):
        return Check(
            name="calculation",
            ok=False,
            detail=f"made again by version {again.engine_version} it gives other values than the "
            f"saved one of version {case.solution.engine_version}",
        )
    return Check(name="calculation", ok=True, detail="made again, it gives the same values")


SAME_NS = 1_000
SAME_RELATIVE = 1e-6
"""Other processors and libraries round otherwise in the last digits; a changed input does not
hide below a microsecond."""


def _same(a: Solution, b: Solution) -> bool:
    """Same states, same clocks and events, and their values alike."""
    return (
        (a.status, a.datum, a.dof) == (b.status, b.datum, b.dof)
        and _alike(a.chi2, b.chi2)
        and len(a.clocks) == len(b.clocks)
        and all(map(_same_clock, a.clocks, b.clocks))
        and len(a.events) == len(b.events)
        and all(map(_same_event, a.events, b.events))
    )


def _same_clock(a: ClockResult, b: ClockResult) -> bool:
    if (a.source, a.stretch, a.status) != (b.source, b.stretch, b.status):
        return False
    if a.model is None or b.model is None:
        return a.model is b.model
    ends = (a.valid_from, a.valid_to)
    return _alike(a.U95_s, b.U95_s) and all(
        abs((a.model.to_reference(end) - b.model.to_reference(end)).ns) <= SAME_NS for end in ends
    )


def _same_event(a: EventResult, b: EventResult) -> bool:
    if (a.event, a.status) != (b.event, b.status):
        return False
    if a.reference is None or b.reference is None:
        return a.reference is b.reference
    return _alike(a.U95_s, b.U95_s) and abs((a.reference - b.reference).ns) <= SAME_NS


def _alike(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=SAME_RELATIVE, abs_tol=1e-9)
