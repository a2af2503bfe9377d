"""Guards against counting the same moment twice when a match is accepted (estimation.md §8)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from sync.case.case import Case
from sync.correlate.result import Candidate
from sync.evidence import Lag, Mark, takes_part
from sync.uncertainty import Distribution

LOWERS = 0.2
"""An event that carries more of a match than this is the same evidence (estimation.md §8)."""
ABOUT_S = 1.0
"""A moment is what lies within so much of it; the shares of a candidate are taken alike."""

Node = tuple[str, int, str]
"""One signal: recording, stretch, stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SameEvidence:
    """Two pieces of evidence that rest on the same moments; only one may take part."""

    guard: Literal["same-transient", "loop"]
    kept: tuple[str, ...]
    """What goes on taking part."""
    aside: str
    """The less certain one, kept as a check."""
    reason: str
    """Why it is set aside, for the report."""
    line: str
    """The same for the person who accepts."""


def same_evidence(case: Case, lag: Lag, candidate: Candidate) -> tuple[SameEvidence, ...]:
    """What in ``case`` is the same evidence as a match about to be accepted.

    Two guards. *Same transient*: an event marked in the same streams of both recordings where the
    match has more than a fifth of its agreement. *Loop*: matches that already tie both signals to
    each other, in which the noise of every shared recording is counted twice. In both the one
    with the largest u is named to be kept as a check.
    """
    found = tuple(_same_transients(case, lag, candidate))
    if any(one.aside == lag.id for one in found):
        return tuple(one for one in found if one.aside == lag.id)[:1]
    loop = _loop(case, lag)
    return found if loop is None else (*found, loop)


def keep_checks(case: Case, found: tuple[SameEvidence, ...]) -> Case:
    """``case`` with the less certain of each two set aside, with its reason."""
    for one in found:
        item = case.find(one.aside)
        assert item is not None
        case = case.with_status(
            one.aside, replace(item.provenance, status="set-aside", reason=one.reason)
        )
    return case


# -- the same transient ---------------------------------------------------------------------------


def _same_transients(case: Case, lag: Lag, candidate: Candidate) -> Iterator[SameEvidence]:
    for event in case.events:
        marks = [m for m in case.marks_of(event.id) if takes_part(m) and not m.one_sided]
        for mark_a in (m for m in marks if (m.source, m.stream) == (lag.source_a, lag.stream_a)):
            for mark_b in (
                m for m in marks if (m.source, m.stream) == (lag.source_b, lag.stream_b)
            ):
                share = _share(candidate, mark_a, mark_b)
                if share > LOWERS:
                    yield _one_of_two(lag, event.name, (mark_a, mark_b), share)


def _share(candidate: Candidate, mark_a: Mark, mark_b: Mark) -> float:
    """Part of the score within ± 1 s of the event, in both recordings.

    Without those moments z falls by this part: z is a sum over the overlap, and so few samples
    leave its normalisation as it is.
    """
    return sum(
        moment.share
        for moment in candidate.coincidences
        if _is_at(mark_a, moment.time_a_s) and _is_at(mark_b, moment.time_b_s)
    )


def _is_at(mark: Mark, at_s: float) -> bool:
    assert mark.earliest is not None and mark.latest is not None
    return mark.earliest.s - ABOUT_S <= at_s <= mark.latest.s + ABOUT_S


def _u_of(mark: Mark) -> float:
    """Standard uncertainty of a two-sided mark, s."""
    assert mark.half is not None
    of = Distribution.rectangular if mark.spread == "rectangular" else Distribution.normal_95
    return of(mark.half.s).u


def _one_of_two(lag: Lag, event: str, marks: tuple[Mark, Mark], share: float) -> SameEvidence:
    """The match, or of the event's two marks the less certain: without it nothing is tied twice."""
    said = f"{event!r}, marked in both recordings, carries {share:.0%} of this match: they are the "
    said += "same evidence."
    if math.hypot(*(_u_of(mark) for mark in marks)) <= lag.distribution.u:
        return SameEvidence(
            guard="same-transient",
            kept=tuple(mark.id for mark in marks),
            aside=lag.id,
            reason=f"kept as a check: rests on the same moment as event {event!r} "
            f"({share:.0%} of it), whose marks are more certain",
            line=f"{said} The marks are more certain: the match is kept as a check and takes no "
            "part.",
        )
    worse = max(marks, key=_u_of)
    return SameEvidence(
        guard="same-transient",
        kept=(lag.id,),
        aside=worse.id,
        reason=f"kept as a check: the same moment carries {share:.0%} of {lag.id}, which is more "
        "certain",
        line=f"{said} The match is more certain: {worse.id}, the mark in {worse.source}, is kept "
        "as a check and takes no part.",
    )


# -- loops ----------------------------------------------------------------------------------------


def _loop(case: Case, lag: Lag) -> SameEvidence | None:
    path = _path(case, *_ends(case, lag))
    if path is None:
        return None
    around = (*path, lag)
    worst = max(around, key=lambda one: one.distribution.u)
    kept = tuple(one.id for one in around if one is not worst)
    which = "This match" if worst is lag else worst.id
    return SameEvidence(
        guard="loop",
        kept=kept,
        aside=worst.id,
        reason=f"kept as a check: closes a loop of matches of the same signals with "
        f"{', '.join(kept)}",
        line=f"{', '.join(one.id for one in path)} already tie these signals to each other, and "
        "all rest on the same recordings. "
        f"{which} is the least certain: it is kept as a check and takes no part.",
    )


def _ends(case: Case, lag: Lag) -> tuple[Node, Node]:
    return (
        (lag.source_a, case.source(lag.source_a).stretch_at(lag.time_a), lag.stream_a),
        (lag.source_b, case.source(lag.source_b).stretch_at(lag.time_b), lag.stream_b),
    )


def _path(case: Case, start: Node, goal: Node) -> tuple[Lag, ...] | None:
    """The searched matches that lead from one signal to another; ``None`` where none do."""
    edges = [
        (*_ends(case, one), one)
        for one in case.of_kind(Lag)
        if takes_part(one) and one.search is not None
    ]
    reached: dict[Node, tuple[Lag, ...]] = {start: ()}
    waiting = [start]
    while waiting:
        here = waiting.pop(0)
        if here == goal:
            return reached[here]
        for first, second, one in edges:
            for near, far in ((first, second), (second, first)):
                if near == here and far not in reached:
                    reached[far] = (*reached[here], one)
                    waiting.append(far)
    return None
