"""The sentences a clock and an answer are stated in: conditions and range in the same breath."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sync.adjustment.solution import Candidate, ClockResult, ResultStatus, Unnoticed
from sync.timebase import Duration, MediaTime, ReferenceTime, format_clock
from sync.uncertainty import decimals_for, format_ends, round_down, round_up

S_PER_DAY = 86_400.0
SHOWN_READINGS = 3
"""Readings of disagreeing evidence that one sentence can hold."""
SETTLE = (
    "Until this is settled no answer is stated. Look at them again; setting one aside needs a "
    "reason."
)

STATES: dict[ResultStatus, str] = {
    "ok": "linked",
    "unchecked": "linked, unchecked",
    "bounded": "between limits",
    "one-sided": "one side only",
    "conflict": "evidence disagrees",
    "unconstrained": "no link",
    "infeasible": "limits contradict",
}
"""Screen words of a result's status (architecture §4)."""


def span_in_words(low_s: float, high_s: float, decimals: int) -> str:
    """``between 0.5 and 0.8 s``, rounded outwards."""
    low, high = format_ends(low_s, high_s, decimals)
    return f"between {low} and {high} s"


def clock_range(at: ReferenceTime, U_s: float) -> str:
    """``14:22:30.10 (between 14:22:29.98 and 14:22:30.22; 95 % range)``, rounded outwards."""
    decimals = decimals_for(U_s)
    half = Duration.from_s(U_s) + Duration(10 ** (9 - decimals) // 2)
    low, high = format_clock(at - half, decimals), format_clock(at + half, decimals)
    return f"{format_clock(at, decimals)} (between {low} and {high}; 95 % range)"


def stated_at(clock: ClockResult) -> MediaTime:
    """The media time for which a clock's range under limits, or its readings, are stated."""
    if clock.model is not None:
        return clock.model.epoch
    return MediaTime((clock.valid_from.ns + clock.valid_to.ns) // 2)


def clock_ends(at: MediaTime, low_s: float | None, high_s: float | None) -> str:
    """``14:22:30.1 to 14:22:30.4``, ``after 14:22:30.1``, rounded outwards."""
    half_s = 0.5 if low_s is None or high_s is None else (high_s - low_s) / 2
    decimals = min(3, decimals_for(half_s))

    def shown(seconds: float) -> str:
        return format_clock(ReferenceTime(at.ns) + Duration.from_s(seconds), decimals)

    if low_s is None and high_s is None:
        return "open"
    low = None if low_s is None else shown(round_down(low_s + at.s, decimals) - at.s)
    high = None if high_s is None else shown(round_up(high_s + at.s, decimals) - at.s)
    if low is None or high is None:
        return f"before {high}" if low is None else f"after {low}"
    return f"{low} to {high}"


def rate_in_words(drift: float, U_drift: float) -> str:
    """``loses 2.4 s a day (1.9 to 2.9)``; a rate not told apart from zero is said as a bound.

    Drift and U are dimensionless; a positive drift is a clock that loses.
    """
    day, U_day = drift * S_PER_DAY, U_drift * S_PER_DAY
    decimals = decimals_for(U_day)
    if abs(day) <= U_day:
        most = round_up(abs(day) + U_day, decimals)
        return f"gains or loses at most {most:.{decimals}f} s a day"
    verb = "loses" if day > 0 else "gains"
    low, high = format_ends(abs(day) - U_day, abs(day) + U_day, decimals)
    return f"{verb} {abs(day):.{decimals}f} s a day ({low} to {high})"


def joined(names: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 anchor``, ``3 anchors``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def order_sentence(first: str, second: str, low_s: float, high_s: float | None, by_s: float) -> str:
    """The earlier one first, never a negative number; ``high_s`` ``None``: open."""
    if high_s is None:
        by = f"by at least {two_figures(low_s, up=False)} s (95 % range)"
    else:
        decimals = decimals_for((high_s - low_s) / 2)
        while low_s > 0 and round_down(low_s, decimals) <= 0 and decimals < 9:
            decimals += 1  # what came before did not do so by 0.0 s
        span = span_in_words(max(low_s, 0.0), high_s, decimals)
        by = f"by {by_s:.{decimals}f} s, {span} (95 % range)"
    return f"{capital(first)} came before {second}: {by}."


def side(value_s: float, decimals: int) -> str:
    """``0.4 s before`` for -0.4, ``0.9 s after`` for 0.9."""
    return f"{abs(value_s):.{decimals}f} s {'before' if value_s < 0 else 'after'}"


def range_in_words(low_s: float | None, high_s: float | None, than: str) -> str:
    """``between 0.4 s before and 0.9 s after the flash``, rounded outwards; either end open."""
    if low_s is None or high_s is None:
        known = low_s if low_s is not None else high_s
        if known is None:
            return f"anywhere about {than}"
        if known == 0:
            return f"not {'before' if high_s is None else 'after'} {than}"
        # Rounded outwards: a low end down, a high end up.
        size = two_figures(abs(known), up=(high_s is None) == (known < 0))
        end = "no earlier than" if high_s is None else "no later than"
        return f"{end} {size} s {'before' if known < 0 else 'after'} {than}"
    decimals = decimals_for((high_s - low_s) / 2)
    low, high = round_down(low_s, decimals), round_up(high_s, decimals)
    if low < 0 < high:
        return f"between {side(low, decimals)} and {side(high, decimals)} {than}"
    near, far = sorted((abs(low), abs(high)))
    word = "before" if low < 0 else "after"
    return f"between {near:.{decimals}f} and {far:.{decimals}f} s {word} {than}"


def not_resolved_sentence(a: str, b: str, low_s: float | None, high_s: float | None) -> str:
    """B - A from ``low_s`` to ``high_s``: which came first is not shown."""
    return (
        "The recordings do not show which came first. "
        f"{capital(b)} lies {range_in_words(low_s, high_s, a)} (95 % range). "
        "This is not a finding that they happened together."
    )


def without_limits_sentence(
    a: str, b: str, limits: Sequence[str], low_s: float | None, high_s: float | None
) -> str:
    """What the observations alone say, where limits that were just named shape the answer."""
    left = f"Without {'it' if len(limits) == 1 else 'them'}"
    if low_s is None or high_s is None:
        return f"{left} nothing observed links the two."
    return f"{left} {b} lies {range_in_words(low_s, high_s, a)} (95 % range)."


def limits_named(limits: Sequence[str]) -> str:
    """``the limit 'x'``, ``the limits 'x' and 'y'``."""
    return f"the {'limit' if len(limits) == 1 else 'limits'} {quoted(limits)}"


def contradicted_sentence(limits: Sequence[str]) -> str:
    """Limits that the observations speak against, and so are not imposed."""
    return f"What was observed contradicts {limits_named(limits)}, so it is not used here."


def quoted(names: Sequence[str]) -> str:
    """``'x' and 'y'``."""
    return joined([f"'{name}'" for name in names])


def infeasible_sentence(limits: Sequence[str]) -> str:
    """Limits that cannot all hold: nothing is stated."""
    if len(limits) == 1:
        cannot = "cannot hold with what was observed. Until it is corrected or set aside"
    else:
        cannot = "cannot all hold with what was observed. Until one is corrected or set aside"
    return f"{capital(limits_named(limits))} {cannot} no answer is stated."


def conflict_sentence(names: Sequence[str]) -> str:
    """The evidence that carries the answer does not fit together: nothing is stated."""
    return (
        f"The evidence disagrees: {joined(names)} do not fit together, and the recordings do not "
        f"show which is wrong. {SETTLE}"
    )


def contested_sentence(a: str, b: str, candidates: Sequence[Candidate]) -> str:
    """What each reading of evidence that disagrees implies, and that none of them is chosen."""
    disputed = list(dict.fromkeys(name for found in candidates for name in found.set_aside))
    implied = []
    for found in candidates[:SHOWN_READINGS]:
        kept = [name for name in disputed if name not in found.set_aside]
        low_s, high_s = found.value_s - found.U95_s, found.value_s + found.U95_s
        verb = "implies" if len(kept) == 1 else "imply"
        who = f"{quoted(kept)} {verb}" if kept else f"without {quoted(disputed)} it follows"
        implied.append(f"{who} that {_implied(a, b, low_s, high_s)}")
    which = "The recordings do not show which is wrong. " if len(candidates) > 1 else ""
    return f"The evidence disagrees. {capital('; '.join(implied))}. {which}{SETTLE}"


def _implied(a: str, b: str, low_s: float, high_s: float) -> str:
    if low_s <= 0 <= high_s:
        return f"{b} lies {range_in_words(low_s, high_s, a)}"
    first, second = (a, b) if low_s > 0 else (b, a)
    near, far = sorted((abs(low_s), abs(high_s)))
    span = span_in_words(near, far, decimals_for((far - near) / 2))
    return f"{first} came {span} before {second}"


def no_link_sentence(a: str, b: str) -> str:
    """Nothing observed ties the two places."""
    return f"No answer can be given: nothing observed links {a} with {b}."


def unnoticed_sentence(unnoticed: Sequence[Unnoticed]) -> str:
    """The worst that a mistake nobody would notice could do."""
    if not unnoticed:
        return ""
    worst = unnoticed[0]
    if worst.mistake_s is None or worst.shift_s is None:
        return "Nothing checks part of what it rests on: a mistake there would not show."
    return (
        f"A mistake of up to {two_figures(worst.mistake_s, up=True)} s in {worst.label} would go "
        f"unnoticed and could shift this by {two_figures(worst.shift_s, up=True)} s."
    )


def two_figures(size: float, *, up: bool) -> str:
    """A size to two figures at least, rounded up or down."""
    decimals = 3 if size <= 0 else max(0, 1 - math.floor(math.log10(size)))
    return f"{(round_up if up else round_down)(size, decimals):.{decimals}f}"


def capital(text: str) -> str:
    """First letter large."""
    return text[:1].upper() + text[1:]
