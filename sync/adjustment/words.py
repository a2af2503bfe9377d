"""The sentences a clock and an answer are stated in: conditions and range in the same breath."""

from __future__ import annotations

from collections.abc import Sequence

from sync.timebase import Duration, ReferenceTime, format_clock
from sync.uncertainty import decimals_for, format_ends, round_down, round_up

S_PER_DAY = 86_400.0


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


def resolved_sentence(
    first: str, second: str, difference_s: float, U_s: float, conditions: str
) -> str:
    """The earlier one first, never a negative number."""
    decimals = decimals_for(U_s)
    by = abs(difference_s)
    return (
        f"{_capital(first)} came before {second}: by {by:.{decimals}f} s, "
        f"{span_in_words(max(by - U_s, 0.0), by + U_s, decimals)} (95 % range). {conditions}"
    )


def not_resolved_sentence(a: str, b: str, low_s: float, high_s: float, U_s: float) -> str:
    """B - A from ``low_s`` to ``high_s``: which came first is not shown."""
    decimals = decimals_for(U_s)
    low, high = round_down(low_s, decimals), round_up(high_s, decimals)

    def side(value: float) -> str:
        return f"{abs(value):.{decimals}f} s {'before' if value < 0 else 'after'}"

    return (
        "The recordings do not show which came first. "
        f"{_capital(b)} lies between {side(low)} and {side(high)} {a} (95 % range). "
        "This is not a finding that they happened together."
    )


def conflict_sentence(names: Sequence[str]) -> str:
    """The evidence that carries the answer does not fit together: nothing is stated."""
    return (
        f"The evidence disagrees: {joined(names)} do not fit together, and the recordings do not "
        "show which is wrong. Until this is settled no answer is stated. Look at them again; "
        "setting one aside needs a reason."
    )


def no_link_sentence(a: str, b: str) -> str:
    """Nothing observed ties the two places."""
    return f"No answer can be given: nothing observed links {a} with {b}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
