"""What a report calls things: evidence, ranges and probabilities in the program's words."""

from __future__ import annotations

import math

from sync.adjustment.solution import Verdict
from sync.adjustment.words import clock_range, range_in_words
from sync.case.case import Case
from sync.case.places import limit_in_words, place_in_words
from sync.evidence import (
    ClockCheck,
    Delay,
    Evidence,
    KnownGap,
    Lag,
    Limit,
    LogTime,
    Mark,
    Place,
    Reading,
    StatedOffset,
    Status,
)
from sync.timebase import NS_PER_S, Duration, MediaTime, ReferenceTime, format_clock, format_seconds
from sync.uncertainty import Z95, Distribution, decimals_for, format_ends

KINDS: dict[type, str] = {
    Mark: "mark", Lag: "match", Reading: "clock reading", StatedOffset: "stated time",
    ClockCheck: "clock check", Delay: "delay", KnownGap: "length of a gap", Limit: "limit",
    LogTime: "log time",
}  # fmt: skip
DECISIONS: dict[Status, str] = {
    "accepted": "accepted", "proposed": "proposed, not decided", "rejected": "rejected",
    "set-aside": "set aside",
}  # fmt: skip
WAITS = "takes no part until the frames of its recording are counted"
LEAST_S = 1e-8
"""Below this a range is of what is fixed by definition: what is left are rounded sums."""


def minus(number: str) -> str:
    """A number with the sign that printers use."""
    return number.replace("-", "\N{MINUS SIGN}")


def clock_time(at: ReferenceTime, U95_s: float) -> str:
    """A reference time with its range; one that is on the reference clock itself has none."""
    if U95_s < LEAST_S:
        return f"{format_clock(at, 3)}, on the reference clock itself"
    return clock_range(at, U95_s)


def what(case: Case, item: Evidence) -> str:
    """One piece of evidence in a few words."""
    if isinstance(item, Mark):
        return place_in_words(case, Place(mark=item.id))
    if isinstance(item, Lag):
        how = f": {item.search.kind_a} against {item.search.kind_b}" if item.search else ""
        return f"{_name(case, item.source_a)} and {_name(case, item.source_b)}{how}"
    if isinstance(item, Reading):
        shown = format_clock(item.displayed, _decimals(item.granularity))
        return f"{_clock(case, item.clock)} showed {shown} in {_name(case, item.source)}"
    if isinstance(item, LogTime):
        event = case.event(item.event)
        named = item.event if event is None else event.name
        shown = format_clock(item.displayed, _decimals(item.granularity))
        return f"{named} at {shown} in the log of {_clock(case, item.clock)}"
    if isinstance(item, StatedOffset):
        at = format_seconds(item.at.ns)
        return f"{_name(case, item.source)}: reference time of {at} s of the file"
    if isinstance(item, ClockCheck):
        return (
            f"{_clock(case, item.clock)} showed {format_clock(item.displayed, 0)} when "
            f"{_clock(case, item.against)} showed {format_clock(item.reference, 0)}"
        )
    if isinstance(item, Delay):
        return item.name
    if isinstance(item, KnownGap):
        return f"time missing after stretch {item.after_stretch + 1} of {_name(case, item.source)}"
    return limit_in_words(case, item).rstrip(".")


def extent(item: Evidence) -> str:
    """Where it lies in its recording, or how much it is, with its stated range."""
    if isinstance(item, (Mark, Reading)):
        return interval(item.earliest, item.latest)
    if isinstance(item, Lag):
        half = _half(item.distribution)
        decimals = decimals_for(half)
        a, b = (format_seconds(at.ns, decimals) for at in (item.time_a, item.time_b))
        return f"{a} s of the first is {b} s of the second, off by {_about(0.0, item.distribution)}"
    if isinstance(item, LogTime):
        if item.typed_within is None:
            return f"stamped by the machine; last digit {item.granularity.s:g} s"
        return f"typed up to {item.typed_within.s:g} s after it: a limit"
    if isinstance(item, (Delay, StatedOffset, KnownGap)):
        return _about(item.value.s, item.distribution)
    if isinstance(item, ClockCheck):
        return f"off by {_about(0.0, item.distribution)}"
    return ""


def _about(value_s: float, spread: Distribution) -> str:
    half = _half(spread)
    low, high = format_ends(value_s - half, value_s + half, decimals_for(half))
    kind = "95 % range" if spread.half is None else "hard limits"
    return f"between {minus(low)} and {minus(high)} s ({kind})"


def _half(spread: Distribution) -> float:
    return Z95 * spread.u if spread.half is None else spread.half


def interval(earliest: MediaTime | None, latest: MediaTime | None) -> str:
    """``12.400 to 12.467 s`` of the file; one end where only one is known."""
    if earliest is None and latest is None:
        return "not known"
    if latest is None:
        assert earliest is not None
        return f"not before {format_seconds(earliest.ns)} s"
    if earliest is None:
        return f"not after {format_seconds(latest.ns)} s"
    half = (latest.ns - earliest.ns) / 2 / NS_PER_S
    decimals = max(1, decimals_for(half)) if half else 3
    low, high = (format_seconds(end.ns, decimals) for end in (earliest, latest))
    return f"{low} to {high} s" if low != high else f"{low} s"


def difference(low_s: float | None, high_s: float | None) -> str:
    """Where the second lies against the first, which is ``it``."""
    if low_s is None and high_s is None:
        return "nothing observed bounds it on both sides"
    return range_in_words(low_s, high_s, "it")


def verdict(found: Verdict) -> str:
    """The verdict of a row in a table."""
    return {
        "a-before-b": "the first came first", "b-before-a": "the second came first",
        "not-resolved": "order not shown", "no-link": "no link",
    }[found]  # fmt: skip


def probability(p: float) -> str:
    """A probability, never nearer to certain than 0.999."""
    if p >= 0.999:
        return "0.999 or more"
    return "0.001 or less" if p <= 0.001 else f"{p:.2f}" if 0.01 <= p <= 0.99 else f"{p:.3f}"


def percent(share: float) -> str:
    """A share of a budget; what is too small to print is said to be."""
    return f"{100 * share:.0f} %" if share >= 0.01 else "below 1 %"


def size(size_bytes: int) -> str:
    """Bytes with thin groups, so that they can be compared with a directory listing."""
    return f"{size_bytes:,} bytes".replace(",", "\N{NO-BREAK SPACE}")


def _decimals(granularity: Duration) -> int:
    if granularity.ns >= NS_PER_S or granularity.ns == 0:
        return 0
    return min(3, math.ceil(-math.log10(granularity.s)))


def _name(case: Case, source: str) -> str:
    return next((s.name for s in case.sources if s.id == source), source)


def _clock(case: Case, clock: str) -> str:
    return next((c.name for c in case.clocks if c.id == clock), clock)
