"""Searches and what was decided about their candidates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from sync.case.case import Case, SearchRecord
from sync.case.places import check_delays, check_inside, stream_of
from sync.correlate.result import Candidate, SearchResult
from sync.errors import EvidenceError
from sync.evidence import Lag, Provenance, Search, Status, StreamName, takes_part
from sync.timebase import Duration, MediaTime
from sync.uncertainty import Distribution

ACCEPTABLE = ("significant", "ambiguous", "weak")
"""What a person may accept. A search that was refused offers nothing to accept."""
SMALLEST_U_S = 1e-6


def matching_time(candidate: Candidate, at_b: MediaTime) -> tuple[MediaTime, float]:
    """Media time of A that the candidate says is the same instant as ``at_b`` of B, and its u.

    t_A = t_B + offset + drift · (t_B - epoch); u in seconds, with the drift's share in it.
    """
    away_s = at_b.s - candidate.epoch_s
    offset_s = candidate.offset_s + (candidate.drift_ppm or 0.0) * 1e-6 * away_s
    u_s = math.hypot(candidate.u_s, (candidate.u_drift_ppm or 0.0) * 1e-6 * away_s)
    return at_b + Duration.from_s(offset_s), max(u_s, SMALLEST_U_S)


def accept_candidate(
    case: Case,
    result: SearchResult,
    candidate: Candidate,
    *,
    source_a: str,
    stream_a: StreamName | None,
    source_b: str,
    stream_b: StreamName | None,
    at_b: MediaTime,
    delays_a: Sequence[str] = (),
    delays_b: Sequence[str] = (),
    by: str = "",
    at: str = "",
    note: str = "",
) -> tuple[Case, Lag]:
    """The case with a candidate accepted as a match, evaluated at media time ``at_b`` of B.

    One accepted match a pair of stretches: a second one would count the same sounds twice
    (estimation.md §8).

    Raises
    ------
    EvidenceError
        When the search was refused, the candidate is not of it, a time lies outside its
        recording, a delay is unknown, or the pair has an accepted match there.
    """
    if result.status not in ACCEPTABLE:
        reasons = " ".join(result.reasons) or "It gave no candidate."
        raise EvidenceError(
            f"This search found no match that could be accepted ({result.status}). {reasons}"
        )
    lag = _lag_of(
        case, result, candidate, (source_a, stream_a, delays_a), (source_b, stream_b, delays_b),
        at_b, Provenance(by=by, at=at, method="correlation", note=note),
    )  # fmt: skip
    refuse_second_lag(case, lag)
    return case.with_evidence(lag), lag


def reject_candidate(
    case: Case,
    result: SearchResult,
    candidate: Candidate,
    *,
    source_a: str,
    stream_a: StreamName | None,
    source_b: str,
    stream_b: StreamName | None,
    at_b: MediaTime,
    reason: str,
    delays_a: Sequence[str] = (),
    delays_b: Sequence[str] = (),
    by: str = "",
    at: str = "",
) -> tuple[Case, Lag]:
    """The case with a candidate rejected: kept as a match that takes no part, with the reason.

    Raises
    ------
    EvidenceError
        Without a reason, or when the candidate is not of this search.
    """
    if not reason.strip():
        raise EvidenceError("A rejected match needs a reason: the report prints it.")
    status: Status = "rejected"
    lag = _lag_of(
        case, result, candidate, (source_a, stream_a, delays_a), (source_b, stream_b, delays_b),
        at_b, Provenance(by=by, at=at, method="correlation", status=status, reason=reason.strip()),
    )  # fmt: skip
    return case.with_evidence(lag), lag


def record_search(
    case: Case, result: SearchResult, source_a: str, source_b: str, by: str = "", at: str = ""
) -> Case:
    """The case with one more search counted, whatever came of it."""
    searched = result.searched
    record = SearchRecord(
        id=case.fresh_id("search"),
        source_a=case.source(source_a).id,
        source_b=case.source(source_b).id,
        kind_a=searched.kind_a,
        kind_b=searched.kind_b,
        offset_from_s=float(searched.offset_from_s),
        offset_to_s=float(searched.offset_to_s),
        surrogates=int(searched.surrogates),
        seed=int(searched.seed),
        status=result.status,
        p=float(result.candidates[0].p) if result.candidates else None,
        at=at,
        by=by,
    )
    return case.with_search(record)


def refuse_second_lag(case: Case, lag: Lag) -> None:
    """Refuse an accepted match where the pair has one between the same stretches.

    Raises
    ------
    EvidenceError
        Naming the match that is there.
    """
    wanted = _stretch_pair(case, lag)
    for other in case.of_kind(Lag):
        if other.id != lag.id and takes_part(other) and _stretch_pair(case, other) == wanted:
            raise EvidenceError(
                f"{lag.source_a!r} and {lag.source_b!r} have an accepted match there already, "
                f"{other.id}.",
                row=other.id,
                hint="Set it aside with a reason first; two matches of the same stretches rest "
                "on the same moments.",
            )


def _stretch_pair(case: Case, lag: Lag) -> frozenset[tuple[str, int]]:
    return frozenset(
        {
            (lag.source_a, case.source(lag.source_a).stretch_at(lag.time_a)),
            (lag.source_b, case.source(lag.source_b).stretch_at(lag.time_b)),
        }
    )


def _lag_of(
    case: Case,
    result: SearchResult,
    candidate: Candidate,
    side_a: tuple[str, StreamName | None, Sequence[str]],
    side_b: tuple[str, StreamName | None, Sequence[str]],
    at_b: MediaTime,
    provenance: Provenance,
) -> Lag:
    if all(candidate is not other and candidate != other for other in result.candidates):
        raise EvidenceError("This candidate is not of this search.")
    a, b = case.source(side_a[0]), case.source(side_b[0])
    if a.id == b.id:
        raise EvidenceError(f"A match needs two recordings, not {a.id!r} twice.", row=a.id)
    time_a, u_s = matching_time(candidate, at_b)
    check_inside(b, at_b)
    check_inside(a, time_a)
    lag = Lag(
        id=case.fresh_id("match"),
        source_a=a.id,
        stream_a=stream_of(a, side_a[1]),
        time_a=time_a,
        source_b=b.id,
        stream_b=stream_of(b, side_b[1]),
        time_b=at_b,
        distribution=Distribution.normal(u_s),
        search=_search_of(result, candidate),
        provenance=provenance,
    )
    return replace(
        lag, delays_a=check_delays(case, side_a[2]), delays_b=check_delays(case, side_b[2])
    )


def _search_of(result: SearchResult, candidate: Candidate) -> Search:
    """What it takes to repeat the search; numpy numbers become plain ones."""
    searched = result.searched
    return Search(
        p=float(candidate.p),
        z=float(candidate.z),
        kind_a=candidate.kind_a,
        kind_b=candidate.kind_b,
        offset_from_s=float(searched.offset_from_s),
        offset_to_s=float(searched.offset_to_s),
        surrogates=int(searched.surrogates),
        seed=int(searched.seed),
        family=int(searched.family),
    )
