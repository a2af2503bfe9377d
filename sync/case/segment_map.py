"""Accepting a segment map: every stretch that has a place, and the breaks between them, at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sync.case.case import Break, Case, Source
from sync.case.guards import SameEvidence, same_evidence
from sync.case.matches import accept_candidate, propose, stream_of_kind
from sync.case.recordings import with_breaks
from sync.correlate.result import Candidate, Jump, SearchResult, Segment
from sync.errors import EvidenceError
from sync.evidence import Lag
from sync.timebase import MediaTime

NEAR_S = 0.1
"""Ends of calls are known to some hundredths of a second: a break so near is the same break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapAccepted:
    """What accepting a segment map put into the case."""

    matches: tuple[Lag, ...]
    breaks: tuple[tuple[str, Break], ...]
    """(recording, break) that were not there before."""
    checks: tuple[SameEvidence, ...]
    left_out: tuple[str, ...]
    """One line for each placed stretch that was not added, with the reason."""


def accept_segments(
    case: Case,
    result: SearchResult,
    source_a: str,
    source_b: str,
    *,
    delays_a: tuple[str, ...] = (),
    delays_b: tuple[str, ...] = (),
    by: str = "",
    at: str = "",
    note: str = "",
) -> tuple[Case, MapAccepted]:
    """The case with the breaks of a segment map, and one match for each placed stretch.

    Each match is accepted as any other (:func:`sync.case.matches.accept_candidate`): with its own
    chance, range and guards, the strongest first. Where one call fits two ways, heard from the spot
    and from somebody's radio for example, neither is added: only a person knows which is which.

    Raises
    ------
    EvidenceError
        When the search gave no segment map, or a recording that is the reference clock would be
        interrupted for a time nobody knows.
    """
    placed = [segment for segment in result.segments if segment.candidate is not None]
    if not placed:
        raise EvidenceError("This search gave no stretches with a place of their own.")
    a, b = case.source(source_a), case.source(source_b)
    breaks: list[tuple[str, Break]] = []
    for source, side in ((a, "a"), (b, "b")):
        new = tuple(cut for cut in _breaks(result, side) if _is_new(source, cut))
        if new:
            case = with_breaks(case, source.id, (*source.breaks, *new))
            breaks += [(source.id, cut) for cut in new]
    matches: list[Lag] = []
    checks: list[SameEvidence] = []
    left_out: list[str] = []
    placed.sort(key=lambda one: -abs(_match(result, one).z))
    proposed = [
        _Proposed.of(case, result, one, a.id, b.id, delays_a, delays_b) for one in placed
    ]  # fmt: skip
    for one in proposed:
        twins = [other for other in proposed if other.ends == one.ends and other is not one]
        try:
            if twins:
                apart_s = abs(twins[0].offset_s - one.offset_s)
                raise EvidenceError(
                    f"the same call also fits {apart_s:.3f} s away. Accept one of the two by "
                    "itself, with the delays of the way it came."
                )
            guarded = same_evidence(case, one.lag, one.candidate)
            case, lag = accept_candidate(
                case, result, one.candidate, **one.sides, by=by, at=at, note=note
            )
        except EvidenceError as error:
            where = f"{one.segment.from_s:.2f} to {one.segment.to_s:.2f} s"
            left_out.append(f"The stretch {where} was not added: {error.message}")
            continue
        matches.append(lag)
        checks += guarded
    if not matches:
        raise EvidenceError("No stretch of this map could be added.", hint=left_out[0])
    return case, MapAccepted(
        matches=tuple(matches),
        breaks=tuple(breaks),
        checks=tuple(checks),
        left_out=tuple(left_out),
    )


@dataclass(frozen=True, slots=True)
class _Proposed:
    """One stretch on its way into the case."""

    segment: Segment
    candidate: Candidate
    sides: dict[str, Any]
    lag: Lag
    ends: tuple[int, int]
    """Numbers of the stretches of A and B that it would tie."""

    @classmethod
    def of(
        cls, case: Case, result: SearchResult, segment: Segment, a: str, b: str,
        delays_a: tuple[str, ...], delays_b: tuple[str, ...],
    ) -> _Proposed:  # fmt: skip
        candidate = _match(result, segment)
        first, second = case.source(a), case.source(b)
        sides: dict[str, Any] = {
            "source_a": a, "stream_a": stream_of_kind(candidate.kind_a),
            "source_b": b, "stream_b": stream_of_kind(candidate.kind_b),
            "at_b": _epoch(second, candidate), "delays_a": delays_a, "delays_b": delays_b,
        }  # fmt: skip
        lag = propose(case, result, candidate, **sides)
        ends = first.stretch_at(lag.time_a), second.stretch_at(lag.time_b)
        return cls(segment, candidate, sides, lag, ends)

    @property
    def offset_s(self) -> float:
        return (self.lag.time_a - self.lag.time_b).s


def _match(result: SearchResult, segment: Segment) -> Candidate:
    assert segment.candidate is not None
    return result.candidates[segment.candidate]


def _epoch(b: Source, candidate: Candidate) -> MediaTime:
    """Where a candidate is evaluated: at its own epoch, as far as B reaches."""
    return min(max(MediaTime.from_s(float(candidate.epoch_s)), b.start), b.end)


def _breaks(result: SearchResult, side: str) -> list[Break]:
    """The breaks that a map proposes in one recording: time is missing, nobody knows when else.

    Between stretches that have a place the offset says which recording lacks time, and how much.
    A stretch without a place may begin and end at any missing time of the recording it is of.
    """
    spans = [(jump.after_s, jump.before_s, _said(jump)) for jump in result.jumps if jump.of == side]
    if side == result.segments_of:
        for left, right in pairwise(result.segments):
            unplaced = left.candidate is None or right.candidate is None
            if unplaced and right.from_s > left.to_s:
                spans.append((left.to_s, right.from_s, "silences removed; beside an unplaced call"))
        # A jump over calls without a place is divided among the pauses between them.
        ends = [segment.to_s for segment in result.segments]
        spans = [
            (low, high, why) for low, high, why in spans
            if not any(low + NEAR_S < end < high - NEAR_S for end in ends)
        ]  # fmt: skip
    return [
        Break(at=MediaTime.from_s(0.5 * (low + high)), relation="later", reason=why)
        for low, high, why in spans
    ]


def _said(jump: Jump) -> str:
    return f"{abs(jump.change_s):.3f} s missing, by the segment map of a search"


def _is_new(source: Source, cut: Break) -> bool:
    near = any(abs(cut.at.s - other.at.s) <= NEAR_S for other in source.breaks)
    return not near and source.start < cut.at < source.end


def map_in_words(result: SearchResult, names: tuple[str, str]) -> str:
    """What accepting the map adds, said before it is added."""
    placed = sum(segment.candidate is not None for segment in result.segments)
    breaks = sum(len(_breaks(result, side)) for side in ("a", "b"))
    name = names[0] if result.segments_of == "a" else names[1]
    return (
        f"This adds up to {placed} matches between {names[0]} and {names[1]}, one for each stretch "
        f"of {name} that has a place, and up to {breaks} breaks at which time is missing. "
        "Stretches without a place stay without a link; a call that fits two ways is left to you."
    )
