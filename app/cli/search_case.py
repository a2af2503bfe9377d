"""Searching recordings of a case: counted in it, allowed for, and added only when told to."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli.originals import refuse_changed
from app.cli.outcome import DONE, NO, Outcome, UsageError
from app.cli.printing import table
from app.cli.search_view import STATUS_WORDS, chance_words, result_entry, result_lines
from app.cli.session import Session
from app.cli.typed import author, case_file
from app.cli.verbs.correlate import span_of
from sync.errors import EvidenceError
from sync.timebase import now_utc

if TYPE_CHECKING:
    from sync.case.all_pairs import PairFound
    from sync.case.case import Case, Source
    from sync.case.guards import SameEvidence
    from sync.case.innovation import Innovation
    from sync.case.store import CaseStore
    from sync.correlate.result import Candidate, SearchResult

Reach = tuple[float, float] | None


def search_pair(arguments: argparse.Namespace, reach: Reach, session: Session) -> Outcome:
    """Two recordings of a case; with ``--accept N`` the N-th candidate becomes a match."""
    from sync.cache import Cache
    from sync.case.all_pairs import allowing_for, surrogates_needed, tries
    from sync.case.matches import record_search
    from sync.case.store import CaseStore
    from sync.correlate.recordings import correlate_recordings

    name, *names = arguments.what
    path, by = case_file(name), author(arguments.by)
    with CaseStore.open(path) as store:
        case = store.case
        a, b = (case.source(one) for one in names)
        if a.id == b.id:
            raise EvidenceError(f"A match needs two recordings, not {a.id!r} twice.", row=a.id)
        for one in (a, b):
            refuse_changed(case, path, one.id)
        needed = surrogates_needed(case, a.id, b.id, (a.facts, b.facts))
        found = correlate_recordings(
            store.media_path(a), a.facts, store.media_path(b), b.facts,
            kind_a=arguments.kind_a, kind_b=arguments.kind_b, offset_range_s=reach,
            surrogates=max(arguments.surrogates, needed),
            seed=arguments.seed, span_a=span_of(arguments.span_a, "--span-a"),
            span_b=span_of(arguments.span_b, "--span-b"),
            roi_a=arguments.roi_a, roi_b=arguments.roi_b, cache=Cache(),
            progress=session.progress.part(0.0, 1.0, "searching"),
        )  # fmt: skip
        result = allowing_for(found, tries(case, a.id, b.id, found.searched))
        case = record_search(case, result, a.id, b.id, by=by, at=now_utc())
        fits = [_fit(case, result, candidate, a, b) for candidate in result.candidates]
        store.commit(case, f"search {a.name} ↔ {b.name}: {result.status}", by)
        store.save()
        added: dict[str, Any] | None = None
        lines: list[str] = []
        if arguments.accept is not None:
            added, lines = _accept(store, result, a, b, arguments, by)
    document = {**result_entry(result), "searches": _count(case, a.id, b.id), "added": added}
    for entry, fit in zip(document["candidates"], fits, strict=True):
        entry["fit"] = _fit_entry(fit)
    return Outcome(
        document=document,
        lines=[
            *result_lines(result, a.name, b.name, added=added is not None),
            *(f"{n}: {fit.in_words}" for n, fit in enumerate(fits, 1) if fit is not None),
            f"Search {_count(case, a.id, b.id)} of this pair in this case.", *lines,
        ],
        status=DONE if result.status == "significant" or added is not None else NO,
    )  # fmt: skip


def _fit(
    case: Case, result: SearchResult, candidate: Candidate, a: Source, b: Source
) -> Innovation | None:
    from sync.case.innovation import innovation

    try:
        return innovation(case, _proposed(case, result, candidate, a, b))
    except EvidenceError:
        return None


def _sides(candidate: Candidate, a: Source, b: Source) -> dict[str, Any]:
    """Where a candidate is evaluated: at its own epoch, as far as B reaches."""
    from sync.case.matches import stream_of_kind
    from sync.timebase import MediaTime

    at_b = MediaTime.from_s(float(candidate.epoch_s))
    return {
        "source_a": a.id, "stream_a": stream_of_kind(candidate.kind_a),
        "source_b": b.id, "stream_b": stream_of_kind(candidate.kind_b),
        "at_b": min(max(at_b, b.start), b.end),
    }  # fmt: skip


def _proposed(
    case: Case, result: SearchResult, candidate: Candidate, a: Source, b: Source, **more: Any
) -> Any:
    from sync.case.matches import propose

    return propose(case, result, candidate, **_sides(candidate, a, b), **more)


def _accept(
    store: CaseStore, result: SearchResult, a: Source, b: Source, arguments: argparse.Namespace,
    by: str,
) -> tuple[dict[str, Any], list[str]]:  # fmt: skip
    """Add one candidate; one line for it, and one for each piece of evidence kept as a check."""
    from sync.case.guards import same_evidence
    from sync.case.matches import accept_candidate

    if arguments.accept == "all":
        return _accept_map(store, result, a, b, arguments, by)
    number = arguments.accept
    if not 1 <= number <= len(result.candidates):
        count = len(result.candidates)
        raise EvidenceError(
            f"There is no match {number} to accept: the search found {count or 'none'}.",
            hint="The search itself was counted.",
        )
    candidate, case = result.candidates[number - 1], store.case
    delays: dict[str, Any] = {"delays_a": arguments.late, "delays_b": arguments.late_b}
    guarded = same_evidence(case, _proposed(case, result, candidate, a, b, **delays), candidate)
    case, lag = accept_candidate(
        case, result, candidate, **_sides(candidate, a, b), **delays, by=by, at=now_utc(),
        note=arguments.note,
    )  # fmt: skip
    store.commit(case, f"accept the match {a.name} ↔ {b.name}", by)
    store.save()
    entry = {
        "match": lag.id,
        "takes_part": lag.provenance.status == "accepted",
        "checks": [_check_entry(one) for one in guarded],
    }
    return entry, [f"Added {lag.id}.", *(one.line for one in guarded)]


def _accept_map(
    store: CaseStore, result: SearchResult, a: Source, b: Source, arguments: argparse.Namespace,
    by: str,
) -> tuple[dict[str, Any], list[str]]:  # fmt: skip
    """Add every stretch of a segment map that has a place, and the breaks between them."""
    from sync.case.segment_map import accept_segments

    case, added = accept_segments(
        store.case, result, a.id, b.id, delays_a=tuple(arguments.late),
        delays_b=tuple(arguments.late_b), by=by, at=now_utc(), note=arguments.note,
    )  # fmt: skip
    store.commit(case, f"accept the segment map {a.name} ↔ {b.name}", by)
    store.save()
    entry = {
        "matches": [lag.id for lag in added.matches],
        "breaks": [
            {"source": source, "at_s": cut.at.s, "reason": cut.reason}
            for source, cut in added.breaks
        ],
        "checks": [_check_entry(one) for one in added.checks],
        "left_out": list(added.left_out),
    }
    said = f"Added {len(added.matches)} matches and {len(added.breaks)} breaks."
    return entry, [said, *(one.line for one in added.checks), *added.left_out]


def _check_entry(one: SameEvidence) -> dict[str, Any]:
    return {"guard": one.guard, "kept": list(one.kept), "aside": one.aside, "reason": one.reason}


def _count(case: Case, a: str, b: str) -> int:
    return sum({record.source_a, record.source_b} == {a, b} for record in case.searches)


def _fit_entry(fit: Innovation | None) -> dict[str, float] | None:
    if fit is None:
        return None
    return {"predicted_s": fit.predicted_s, "u_predicted_s": fit.u_predicted_s, "w": fit.w}


# -- all pairs ------------------------------------------------------------------------------------


def search_every(arguments: argparse.Namespace, reach: Reach, session: Session) -> Outcome:
    """Every pair of a case's recordings, or of those named, as one family."""
    from sync.cache import Cache
    from sync.case.all_pairs import pairs_of, record_all, search_all
    from sync.case.store import CaseStore

    for option in ("accept", "kind_a", "kind_b", "span_a", "span_b", "roi_a", "roi_b"):
        if getattr(arguments, option) is not None:
            raise UsageError(f"--{option.replace('_', '-')} is for one pair, not for --all.")
    name, *names = arguments.what
    path, by = case_file(name), author(arguments.by)
    with CaseStore.open(path) as store:
        case = store.case
        pairs = pairs_of(case, names)
        if not pairs:
            raise UsageError("A search needs two recordings.")
        for one in {name for pair in pairs for name in pair}:
            refuse_changed(case, path, one)
        found = search_all(
            case, {source.id: store.media_path(source) for source in case.sources}, pairs,
            offset_range_s=reach, seed=arguments.seed, cache=Cache(), progress=session.progress,
        )  # fmt: skip
        store.commit(
            record_all(case, found, by=by, at=now_utc()), f"search all of {len(pairs)} pairs", by
        )
        store.save()
    matched = any(one.result is not None and one.result.status == "significant" for one in found)
    return Outcome(
        document={"pairs": [_pair_entry(one) for one in found]},
        lines=_pair_lines(case, found),
        status=DONE if matched else NO,
    )


def _pair_entry(found: PairFound) -> dict[str, Any]:
    entry: dict[str, Any] = {"a": found.a, "b": found.b}
    if found.result is None:
        return {**entry, "status": "failed", "reasons": [found.problem]}
    return {**entry, **result_entry(found.result)}


def _pair_lines(case: Case, found: tuple[PairFound, ...]) -> list[str]:
    from sync.uncertainty import format_pair

    rows = []
    for one in found:
        names = [case.source(name).name for name in (one.a, one.b)]
        if one.result is None:
            rows.append([*names, "Could not be searched.", "", "", one.problem])
            continue
        best = next(iter(one.result.candidates), None)
        value, half = ("", "") if best is None else format_pair(best.offset_s, best.U95_s)
        often = "" if best is None else chance_words(best.p, one.result.searched.surrogates)
        rows.append([*names, STATUS_WORDS[one.result.status], value, half, often])
    header = ["A", "B", "", "offset s", "± s (95 %)", "unrelated reach it"]
    return [
        *table(header, rows, right="...rr."),
        "",
        f"{len(found)} pairs were searched and counted; the stated chance allows for all of them.",
        "Add an offset to the time in B to get the time in A. Nothing was added.",
    ]
