"""What a search found, as JSON and as lines for people; shared by searches in and out of a case."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.cli.printing import table

if TYPE_CHECKING:
    from sync.correlate.result import Candidate, Searched, SearchResult, Segment

STATUS_WORDS = {
    "significant": "Match found.",
    "weak": "A possible match, too weak to rely on.",
    "ambiguous": "Several offsets fit equally well.",
    "no-match": "No match found.",
    "not-testable": "This cannot be tested.",
    "edge": "The best agreement lies at the edge of what was searched.",
}
NOT_A_FINDING = "This does not show that the recordings are of different events."


def result_entry(result: SearchResult) -> dict[str, Any]:
    """A search as JSON."""
    return {
        "status": result.status,
        "reasons": list(result.reasons),
        "candidates": [_candidate(candidate) for candidate in result.candidates],
        "searched": _searched(result.searched),
        "others": [_searched(other) for other in result.others],
        "segments_of": result.segments_of,
        "segments": [_segment(result, segment) for segment in result.segments],
        "jumps": [asdict(jump) for jump in result.jumps],
    }


def _segment(result: SearchResult, segment: Segment) -> dict[str, Any]:
    """A stretch of the segment map, with its match's offset where it has a place."""
    placed = None if segment.candidate is None else result.candidates[segment.candidate]
    return {
        **asdict(segment),
        "offset_s": None if placed is None else placed.offset_s,
        "U95_s": None if placed is None else placed.U95_s,
        "p": None if placed is None else placed.p,
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "offset_s": candidate.offset_s,
        "u_s": candidate.u_s,
        "U95_s": candidate.U95_s,
        "epoch_s": candidate.epoch_s,
        "p": candidate.p,
        "z": candidate.z,
        "correlation": candidate.correlation,
        "kind_a": candidate.kind_a,
        "kind_b": candidate.kind_b,
        "coincidences": [
            {"time_a_s": moment.time_a_s, "time_b_s": moment.time_b_s, "share": moment.share}
            for moment in candidate.coincidences
        ],
        "rests_on_one_event": candidate.rests_on_one_event,
    }
    if candidate.drift_ppm is not None:
        entry["drift_ppm"] = candidate.drift_ppm
        entry["u_drift_ppm"] = candidate.u_drift_ppm
    return entry


def _searched(searched: Searched) -> dict[str, Any]:
    return {
        "kind_a": searched.kind_a,
        "kind_b": searched.kind_b,
        "offset_from_s": searched.offset_from_s,
        "offset_to_s": searched.offset_to_s,
        "overlap_min_s": searched.overlap_min_s,
        "surrogates": searched.surrogates,
        "seed": searched.seed,
        "family": searched.family,
    }


def result_lines(
    result: SearchResult, name_a: str, name_b: str, *, added: bool = False
) -> list[str]:
    """A search for people: what was searched, what came of it, and why."""
    searched = result.searched
    lines = [
        STATUS_WORDS[result.status],
        f"{searched.kind_a} of {name_a} against {searched.kind_b} of {name_b}{_range(searched)}."
        + (f" {searched.family} pairs of signals were tried." if searched.family > 1 else ""),
    ]
    lines += [f"  {reason}" for reason in result.reasons]
    if result.segments:
        lines += ["", *_segment_table(result, name_a, name_b)]
    elif result.candidates:
        lines += ["", *_candidate_table(result, name_a, name_b)]
    if result.jumps:
        lines += ["", *_jump_lines(result, name_a, name_b)]
    if result.status != "significant":
        said = any(NOT_A_FINDING in reason for reason in result.reasons)
        lines += ["", *([] if said else [NOT_A_FINDING])]
        lines += [] if added else ["Nothing was added."]
    return lines


def _range(searched: Searched) -> str:
    if searched.offset_from_s == searched.offset_to_s:
        return ""
    return f", offsets {searched.offset_from_s:+.1f} to {searched.offset_to_s:+.1f} s"


def _candidate_table(result: SearchResult, name_a: str, name_b: str) -> list[str]:
    from sync.uncertainty import format_pair

    rows = []
    for candidate in result.candidates:
        value, half = format_pair(candidate.offset_s, candidate.U95_s)
        rows.append(
            [
                value,
                half,
                chance_words(candidate.p, result.searched.surrogates),
                f"{candidate.kind_a} / {candidate.kind_b}",
                "rests on one event: mark it by hand" if candidate.rests_on_one_event else "",
            ]
        )
    header = ["offset s", "± s (95 %)", "unrelated reach it", "signals", ""]
    shown = table(header, rows, right="rr...")
    return [f"Add the offset to the time in {name_b} to get the time in {name_a}.", *shown]


def _segment_table(result: SearchResult, name_a: str, name_b: str) -> list[str]:
    from sync.timebase import MediaTime, format_clock
    from sync.uncertainty import format_pair

    rows = []
    for segment in result.segments:
        ends = [format_clock(MediaTime.from_s(at), 2) for at in (segment.from_s, segment.to_s)]
        row = ["–", *ends, str(segment.transmissions), "", "", "", segment.reason]
        if segment.candidate is not None:
            placed = result.candidates[segment.candidate]
            often = chance_words(placed.p, result.searched.surrogates)
            row[0], row[4:7] = (
                str(segment.candidate + 1),
                [*format_pair(placed.offset_s, placed.U95_s), often],
            )
            row[7] = "between its neighbours" if segment.between_neighbours else ""
        rows.append(row)
    header = ["", "from", "to", "calls", "offset s", "± s (95 %)", "unrelated reach it", ""]
    name = name_a if result.segments_of == "a" else name_b
    return [
        f"Stretches of {name}, each placed on its own.",
        f"Add the offset to the time in {name_b} to get the time in {name_a}.",
        *table(header, rows, right="rrrrrr.."),
    ]


def _jump_lines(result: SearchResult, name_a: str, name_b: str) -> list[str]:
    """Proposed breaks: where a recording lacks time, and how much."""
    from sync.uncertainty import format_pair

    lines = ["Proposed breaks, none of them added:"]
    for jump in result.jumps:
        name = {"a": name_a, "b": name_b, None: f"{name_b} or {name_a}"}[jump.of]
        change = f"about {abs(jump.change_s):.1f}"
        if jump.U95_s is not None:
            change = " ± ".join(format_pair(abs(jump.change_s), jump.U95_s))
        at = f" (times in {name_b})" if jump.of is None else ""
        lines.append(
            f"  {name} lacks {change} s between {jump.after_s:.2f} and {jump.before_s:.2f} s{at}"
        )
    return lines


def chance_words(p: float, surrogates: int) -> str:
    """``in 3 of 1,000 searches``; never finer than the surrogates, where there are any, allow."""
    of = surrogates + 1 if surrogates else 1000
    count = round(p * of)
    if count == 0:
        return f"in fewer than 1 of {of:,} searches"
    return f"in {count:,} of {of:,} searches"
