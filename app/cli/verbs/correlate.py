"""Search for the offset between two recordings, or between two traces written by "trace".

tiepoint correlate dispatch.flac phone.mp4
tiepoint correlate cam1.mp4 cam3.mp4 --kind-a flash --kind-b luminance --max-lag 30
tiepoint correlate motion.csv onset.csv --surrogates 1999
tiepoint correlate hall phone dispatch                  (two recordings of a case: counted in it)
tiepoint correlate hall phone dispatch --accept 1       (and its first match added)
tiepoint correlate hall phone dispatch --accept all     (and all stretches of its segment map)
tiepoint correlate hall --all                           (every pair, as one family)
tiepoint correlate hall cam1 cam2 phone --all           (every pair of these)

Without kinds, sound is compared with sound sample by sample; otherwise every sensible pair of
traces is tried, and the stated chance allows for all of them (Holm). An offset is what must be
added to B's time in the file to get A's. Exit status 1 when no match was found; the reasons say
why. A search of a case is counted in it, whatever came of it; nothing is added without --accept.

Where one recording lacks its silences (a voice-activated recorder), each of its transmissions is
placed on its own: the answer is a segment map, and says which ones could not be placed, and why.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.outcome import DONE, NO, Outcome, UsageError
from app.cli.printing import table
from app.cli.session import Session
from app.cli.typed import add_by, parse_range
from app.cli.verbs.trace import KINDS, channel, roi

if TYPE_CHECKING:
    from sync.correlate.result import Candidate, Searched, SearchResult, Segment
    from sync.timebase import MediaTime, TimeRange
    from sync.traces.trace import Trace

TRACE_FILES = (".csv", ".npz")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument(
        "what", metavar="A B | CASE A B", nargs="+",
        help="two recordings or traces (.csv, .npz), or a case and recordings of it",
    )  # fmt: skip
    parser.add_argument("--kind-a", choices=("samples", *KINDS), metavar="K", help="signal of A")
    parser.add_argument("--kind-b", choices=("samples", *KINDS), metavar="K", help="signal of B")
    parser.add_argument("--channel-a", type=channel, metavar="N", help="channel of A, from 1")
    parser.add_argument("--channel-b", type=channel, metavar="N", help="channel of B, from 1")
    parser.add_argument("--roi-a", type=roi, metavar="X,Y,W,H", help="part of A's picture, pixels")
    parser.add_argument("--roi-b", type=roi, metavar="X,Y,W,H", help="part of B's picture, pixels")
    reach = parser.add_argument_group("where to search (default: every offset with enough overlap)")
    reach.add_argument("--max-lag", type=float, metavar="S", help="offsets from -S to S")
    reach.add_argument("--from", dest="low", type=float, metavar="S", help="smallest offset")
    reach.add_argument("--to", dest="high", type=float, metavar="S", help="largest offset")
    reach.add_argument("--span-a", metavar="T..T2", help="only this part of A")
    reach.add_argument("--span-b", metavar="T..T2", help="only this part of B")
    parser.add_argument(
        "--surrogates", type=int, default=999, metavar="N", help="unrelated searches (default 999)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="their seed (default 0)")
    inside = parser.add_argument_group("in a case")
    inside.add_argument("--all", action="store_true", help="every pair of it, or of those named")
    inside.add_argument(
        "--accept", type=_which, metavar="N|all",
        help="add the N-th match that was found, or all stretches of a segment map",
    )  # fmt: skip
    inside.add_argument("--late", nargs="+", default=[], metavar="KEY", help="delays of A")
    inside.add_argument("--late-b", nargs="+", default=[], metavar="KEY", help="delays of B")
    inside.add_argument("--note", default="", metavar="WORDS")
    add_by(parser)


def _which(text: str) -> int | str:
    return text if text == "all" else int(text)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Search and report."""
    reach = _reach(arguments)
    if not 19 <= arguments.surrogates <= 100_000:
        raise UsageError("--surrogates must be between 19 and 100000.")
    words: list[str] = arguments.what
    if arguments.all or len(words) == 3:
        if arguments.channel_a is not None or arguments.channel_b is not None:
            raise UsageError("--channel-a and --channel-b are for two files outside a case.")
        from app.cli import search_case

        of_case = search_case.search_every if arguments.all else search_case.search_pair
        return of_case(arguments, reach, session)
    if len(words) != 2:
        raise UsageError("Give two recordings or traces, or a case and two of its recordings.")
    if arguments.accept is not None:
        raise UsageError("--accept needs a case to add the match to.")
    files = [Path(word) for word in words]
    are_traces = [file.suffix.lower() in TRACE_FILES for file in files]
    if any(are_traces) and not all(are_traces):
        raise UsageError(
            "A trace is searched against a trace, a recording against a recording.",
            "Derive the other one with: tiepoint trace FILE --kind K --out FILE.npz",
        )
    if all(are_traces):
        if arguments.channel_a is not None or arguments.channel_b is not None:
            raise UsageError("A trace has no channels: choose one where it is derived.")
        result = _search_traces(files, arguments, reach, session)
    else:
        result = _search_recordings(files, arguments, reach, session)
    return Outcome(
        document=result_entry(result),
        lines=result_lines(result, files[0].name, files[1].name),
        status=DONE if result.status == "significant" else NO,
    )


def _reach(arguments: argparse.Namespace) -> tuple[float, float] | None:
    """Range of offsets to search, in seconds."""
    if arguments.max_lag is not None:
        if arguments.low is not None or arguments.high is not None:
            raise UsageError("--max-lag stands for --from and --to: give one or the other.")
        if arguments.max_lag <= 0:
            raise UsageError("--max-lag must be more than 0.")
        return -arguments.max_lag, arguments.max_lag
    if arguments.low is None and arguments.high is None:
        return None
    if arguments.low is None or arguments.high is None:
        raise UsageError("--from and --to go together.")
    if arguments.high <= arguments.low:
        raise UsageError("--to must be more than --from.")
    return arguments.low, arguments.high


def span_of(text: str | None, what: str) -> TimeRange[MediaTime] | None:
    from sync.timebase import MediaTime, TimeRange

    if text is None:
        return None
    low, high = parse_range(text, what)
    return TimeRange(MediaTime(low), MediaTime(high))


def _search_recordings(
    files: list[Path],
    arguments: argparse.Namespace,
    reach: tuple[float, float] | None,
    session: Session,
) -> SearchResult:
    from sync.cache import Cache
    from sync.correlate.recordings import correlate_recordings
    from sync.media.inspect import inspect

    cache = Cache()
    facts = []
    for number, file in enumerate(files):
        part = session.progress.part(0.15 * number, 0.15 * (number + 1), f"reading {file.name}")
        facts.append(inspect(file, cache=cache, progress=part).facts)
    return correlate_recordings(
        files[0],
        facts[0],
        files[1],
        facts[1],
        kind_a=arguments.kind_a,
        kind_b=arguments.kind_b,
        offset_range_s=reach,
        surrogates=arguments.surrogates,
        seed=arguments.seed,
        span_a=span_of(arguments.span_a, "--span-a"),
        span_b=span_of(arguments.span_b, "--span-b"),
        roi_a=arguments.roi_a,
        roi_b=arguments.roi_b,
        channel_a=arguments.channel_a,
        channel_b=arguments.channel_b,
        cache=cache,
        progress=session.progress.part(0.3, 1.0, "searching"),
    )


def _search_traces(
    files: list[Path],
    arguments: argparse.Namespace,
    reach: tuple[float, float] | None,
    session: Session,
) -> SearchResult:
    from sync.correlate.search import search
    from sync.traces.derive import read_trace

    if arguments.roi_a is not None or arguments.roi_b is not None:
        raise UsageError(
            "A trace has no picture to take a region of.",
            "Derive it of the region: tiepoint trace FILE --kind K --roi X,Y,W,H --out FILE.npz",
        )
    traces = []
    for file, kind, span, what in (
        (files[0], arguments.kind_a, arguments.span_a, "--span-a"),
        (files[1], arguments.kind_b, arguments.span_b, "--span-b"),
    ):
        if kind == "samples":
            raise UsageError(f"{file.name} is a trace; samples are those of a recording.")
        # A CSV does not say what it holds: it is taken for what was typed.
        trace = read_trace(file, kind or "envelope")
        if kind is not None and kind != trace.kind:
            raise UsageError(f"{file.name} is a {trace.kind} trace, not {kind}.")
        traces.append(_within(trace, span_of(span, what)))
    return search(
        traces[0],
        traces[1],
        offset_range_s=reach,
        surrogates=arguments.surrogates,
        seed=arguments.seed,
        progress=session.progress.part(0.0, 1.0, "searching"),
    )


def _within(trace: Trace, span: TimeRange[MediaTime] | None) -> Trace:
    """The trace with everything outside ``span`` masked."""
    if span is None:
        return trace
    from dataclasses import replace

    times_s = trace.times_s()
    inside = (times_s >= span.start.s) & (times_s < span.end.s)
    return replace(trace, valid=trace.valid & inside)


# -- showing it -----------------------------------------------------------------------------------


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


STATUS_WORDS = {
    "significant": "Match found.",
    "weak": "A possible match, too weak to rely on.",
    "ambiguous": "Several offsets fit equally well.",
    "no-match": "No match found.",
    "not-testable": "This cannot be tested.",
    "edge": "The best agreement lies at the edge of what was searched.",
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


NOT_A_FINDING = "This does not show that the recordings are of different events."


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
