"""Searches and what was decided about their candidates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from sync.case.case import Case, SearchRecord
from sync.case.guards import keep_checks, same_evidence
from sync.case.places import check_delays, check_inside, stream_of
from sync.correlate.result import Candidate, SearchKind, SearchResult
from sync.correlate.verdict import P_WEAK
from sync.errors import EvidenceError
from sync.evidence import Lag, Provenance, Search, Status, StreamName, takes_part
from sync.timebase import Duration, MediaTime
from sync.traces.trace import ALL_SOUND_KINDS
from sync.uncertainty import Distribution

ACCEPTABLE = ("significant", "ambiguous", "weak")
"""What a person may accept. A search that was refused offers nothing to accept."""
SMALLEST_U_S = 1e-6
FOUND = Provenance(method="correlation")


def matching_time(candidate: Candidate, at_b: MediaTime) -> tuple[MediaTime, float]:
    """Media time of A that the candidate says is the same instant as ``at_b`` of B, and its u.

    t_A = t_B + offset + drift · (t_B - epoch); u in seconds, with the drift's share in it.
    """
    away_s = at_b.s - candidate.epoch_s
    offset_s = candidate.offset_s + (candidate.drift_ppm or 0.0) * 1e-6 * away_s
    u_s = math.hypot(candidate.u_s, (candidate.u_drift_ppm or 0.0) * 1e-6 * away_s)
    return at_b + Duration.from_s(offset_s), max(u_s, SMALLEST_U_S)


def propose(
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
    provenance: Provenance = FOUND,
) -> Lag:
    """The match that accepting a candidate would add; the case stays as it is.

    Raises
    ------
    EvidenceError
        When the candidate is not of this search, a time lies outside its recording, or a delay
        is unknown.
    """
    if all(candidate is not other and candidate != other for other in result.candidates):
        raise EvidenceError("This candidate is not of this search.")
    a, b = case.source(source_a), case.source(source_b)
    if a.id == b.id:
        raise EvidenceError(f"A match needs two recordings, not {a.id!r} twice.", row=a.id)
    time_a, u_s = matching_time(candidate, at_b)
    check_inside(b, at_b)
    check_inside(a, time_a)
    lag = Lag(
        id=case.fresh_id("match"),
        source_a=a.id,
        stream_a=stream_of(a, stream_a),
        time_a=time_a,
        source_b=b.id,
        stream_b=stream_of(b, stream_b),
        time_b=at_b,
        distribution=Distribution.normal(u_s),
        search=_search_of(result, candidate),
        provenance=provenance,
    )
    return replace(
        lag, delays_a=check_delays(case, delays_a), delays_b=check_delays(case, delays_b)
    )


def stream_of_kind(kind: SearchKind) -> StreamName:
    """The stream a signal is derived from."""
    return "sound" if kind == "samples" or kind in ALL_SOUND_KINDS else "picture"


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

    One accepted match a pair of stretches: a second one would count the same sounds twice. Where
    the case holds the same evidence in another form (:func:`sync.case.guards.same_evidence`), the
    less certain of the two is set aside as a check; that may be the match itself.

    Raises
    ------
    EvidenceError
        When the search was refused, the candidate is not of it or no better than chance, a time
        lies outside its recording, a delay is unknown, or the pair has an accepted match there.
    """
    if result.status not in ACCEPTABLE:
        reasons = " ".join(result.reasons) or "It gave no candidate."
        raise EvidenceError(
            f"This search found no match that could be accepted ({result.status}). {reasons}"
        )
    if candidate.p > P_WEAK:
        raise EvidenceError(
            f"Unrelated recordings reach this agreement in {candidate.p:.0%} of searches: it is no "
            "match that could be accepted.",
            hint="Mark an event by hand in both recordings where you know better.",
        )
    lag = propose(
        case, result, candidate, source_a=source_a, stream_a=stream_a, source_b=source_b,
        stream_b=stream_b, at_b=at_b, delays_a=delays_a, delays_b=delays_b,
        provenance=Provenance(by=by, at=at, method="correlation", note=note),
    )  # fmt: skip
    refuse_second_lag(case, lag)
    found = same_evidence(case, lag, candidate)
    case = keep_checks(case.with_evidence(lag), found)
    return case, next(one for one in case.of_kind(Lag) if one.id == lag.id)


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
    lag = propose(
        case, result, candidate, source_a=source_a, stream_a=stream_a, source_b=source_b,
        stream_b=stream_b, at_b=at_b, delays_a=delays_a, delays_b=delays_b, provenance=Provenance(
            by=by, at=at, method="correlation", status=status, reason=reason.strip()
        ),
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
        p=min((float(candidate.p) for candidate in result.candidates), default=None),
        at=at,
        by=by,
        note=" ".join(result.reasons[:1]) if result.segments and result.candidates else "",
        channel_a=searched.channel_a,
        channel_b=searched.channel_b,
    )
    return case.with_search(record)


def note_search(case: Case, search_id: str, text: str) -> Case:
    """The case with a note added to a search that was made.

    Raises
    ------
    EvidenceError
        When there is no such search.
    """
    if all(record.id != search_id for record in case.searches):
        raise EvidenceError(f"There is no search {search_id!r} in this case.", row=search_id)
    return replace(
        case,
        searches=tuple(
            replace(record, note="; ".join(part for part in (record.note, text) if part))
            if record.id == search_id
            else record
            for record in case.searches
        ),
    )


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
