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
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.outcome import DONE, NO, Outcome, UsageError
from app.cli.search_view import result_entry, result_lines
from app.cli.session import Session
from app.cli.typed import add_by, parse_range
from app.cli.verbs.trace import KINDS, channel, roi

if TYPE_CHECKING:
    from sync.correlate.result import SearchResult
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
