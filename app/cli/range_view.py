"""Parts of results that clocks and answers share, as JSON and as cells: ranges under limits,
readings of evidence that disagrees, mistakes that would not show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sync.adjustment.solution import Contested, Limited, Unnoticed


def limited_entry(limited: Limited | None) -> dict[str, Any] | None:
    """A result with the limits imposed; an open end of its range is null."""
    if limited is None:
        return None
    return {
        "status": limited.status,
        "value_s": limited.value_s,
        "u_s": limited.u_s,
        "interval_s": [limited.low_s, limited.high_s],
        "limits": list(limited.limits),
    }


def contested_entry(contested: Contested | None) -> dict[str, Any] | None:
    """Every reading of evidence that disagrees, and the range of their mixture."""
    if contested is None:
        return None
    return {
        "candidates": [
            {
                "set_aside": list(candidate.set_aside),
                "weight": candidate.weight,
                "value_s": candidate.value_s,
                "U95_s": candidate.U95_s,
            }
            for candidate in contested.candidates
        ],
        "interval_s": list(contested.interval_s),
    }


def unnoticed_entries(found: Sequence[Unnoticed]) -> list[dict[str, Any]]:
    """Mistakes that would not show; null is "of any size" and "without limit"."""
    return [
        {"label": one.label, "mistake_s": one.mistake_s, "shift_s": one.shift_s} for one in found
    ]


def range_text(low_s: float | None, high_s: float | None) -> str:
    """``-0.20 to +1.40``, ``at least +0.3``; both ends rounded outwards."""
    from sync.uncertainty import decimals_for, format_ends

    if low_s is None and high_s is None:
        return "open"
    if low_s is None or high_s is None:
        end = high_s if low_s is None else low_s
        return f"at {'most' if low_s is None else 'least'} {end:+.3f}"
    ends = format_ends(low_s, high_s, decimals_for((high_s - low_s) / 2))
    return " to ".join(_signed(end) for end in ends)


def _signed(number: str) -> str:
    if float(number) == 0:
        return number.lstrip("-")
    return number if number.startswith("-") else f"+{number}"
