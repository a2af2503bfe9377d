"""Searches in words: chance, ranges, the refusal sentence. No Qt, no painting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sync.timebase import MediaTime, format_clock
from sync.uncertainty import decimals_for, format_ends, format_pair

if TYPE_CHECKING:
    from sync.correlate.result import Candidate, Coincidence, Jump, SearchResult

KIND_WORDS: dict[str, str] = {
    "motion": "motion", "luminance": "brightness", "flash": "flashes", "lightbar": "light bars",
    "activity": "activity", "steps": "steps of light", "impulses": "impulses",
    "envelope": "loudness", "onset": "onsets",
    "transmissions": "transmissions", "tone": "tones", "samples": "the sound itself",
}  # fmt: skip
NOT_A_FINDING = "This does not show that the recordings are of different events."
ONE_EVENT = "rests on one event: mark it by hand"


def chance(p: float) -> str:
    """``unrelated recordings reach this in 3 of 1,000 searches``."""
    if p < 0.001:
        return "unrelated recordings reach this in fewer than 1 of 1,000 searches"
    return f"unrelated recordings reach this in {min(1000, round(1000 * p)):,} of 1,000 searches"


def short_chance(p: float) -> str:
    """``3 of 1,000``, for a cell."""
    return "< 1 of 1,000" if p < 0.001 else f"{min(1000, round(1000 * p)):,} of 1,000"


def signed(text: str) -> str:
    """With its sign, a true minus."""
    return f"−{text[1:]}" if text.startswith("-") else f"+{text}"


def offset_range(candidate: Candidate) -> str:
    """``between +787.8 and +788.3 s (95 % range)``."""
    decimals = decimals_for(candidate.U95_s)
    ends = (candidate.offset_s - candidate.U95_s, candidate.offset_s + candidate.U95_s)
    low, high = (signed(end) for end in format_ends(*ends, decimals))
    return f"between {low} and {high} s (95 % range)"


def offset_text(candidate: Candidate) -> str:
    """``+788.04 ± 0.25 s``."""
    value, plus = format_pair(candidate.offset_s, candidate.U95_s)
    return f"{signed(value)} ± {plus} s"


def bare_offset(candidate: Candidate) -> str:
    """``+788.04 ± 0.25``, for a column headed with unit and 95 %."""
    return offset_text(candidate).removesuffix(" s")


def jump_text(jump: Jump, names: tuple[str, str]) -> str:
    """Where a recording lacks time: proposed, not added."""
    name = {"a": names[0], "b": names[1], None: f"{names[1]} or {names[0]}"}[jump.of]
    change = f"about {abs(jump.change_s):.1f} s"
    if jump.U95_s is not None:
        decimals = decimals_for(jump.U95_s)
        ends = (abs(jump.change_s) - jump.U95_s, abs(jump.change_s) + jump.U95_s)
        change = "between {} and {} s (95 % range)".format(*format_ends(*ends, decimals))
    where = " – ".join(
        format_clock(MediaTime.from_s(at), 1) for at in (jump.after_s, jump.before_s)
    )
    file = names[1] if jump.of is None else name
    return f"Proposed break: {name} lacks {change}, at {where} in the file of {file}."


def drift_text(candidate: Candidate) -> str:
    """``drift +28 ± 6 ppm``, or nothing."""
    if candidate.drift_ppm is None or candidate.u_drift_ppm is None:
        return ""
    value, plus = format_pair(candidate.drift_ppm, 1.96 * candidate.u_drift_ppm)
    return f"drift {signed(value)} ± {plus} ppm"


def moment_text(moment: Coincidence, U: float, names: tuple[str, str]) -> str:
    """Where a coincidence lies in both recordings."""
    decimals = min(3, decimals_for(U))
    return " ↔ ".join(
        f"{format_clock(MediaTime.from_s(at), decimals)} in {name}"
        for at, name in zip((moment.time_a_s, moment.time_b_s), names, strict=True)
    )


def strongest(candidate: Candidate, most: int = 3) -> Sequence[Coincidence]:
    """The coincidences that carry most of the score."""
    return sorted(candidate.coincidences, key=lambda moment: -moment.share)[:most]


def refusal(result: SearchResult, names: tuple[str, str], count: int) -> str:
    """The finished product of a search that finds nothing."""
    parts = [_OUTCOME[result.status], what_was_searched(result, names)]
    if result.candidates and result.status != "not-testable":
        p = result.candidates[0].p
        parts.append(f"Unrelated recordings reach this agreement in {_of_hundred(p)}.")
    parts += [NOT_A_FINDING, f"Search {count} of this pair. Nothing was added."]
    return " ".join(parts)


_OUTCOME = {
    "significant": "A possible match was found.",
    "weak": "No match found.",
    "ambiguous": "No match can be chosen: several places agree about as well.",
    "no-match": "No match found.",
    "not-testable": "No search could be made.",
    "edge": "No match found: the best agreement lies at the end of the searched range.",
}


def what_was_searched(result: SearchResult, names: tuple[str, str]) -> str:
    """``Motion in cam 3 against onsets in dispatch, shifts −600 to +600 s.``"""
    searched = result.searched
    kinds = [
        KIND_WORDS.get(kind, kind) + ("" if channel is None else f" (channel {channel + 1})")
        for kind, channel in (
            (searched.kind_a, searched.channel_a), (searched.kind_b, searched.channel_b)
        )
    ]  # fmt: skip
    first = f"{kinds[0][:1].upper()}{kinds[0][1:]} in {names[0]} against {kinds[1]} in {names[1]}"
    return f"{first}, shifts {_whole(searched.offset_from_s)} to {_whole(searched.offset_to_s)} s."


def _of_hundred(p: float) -> str:
    if p < 0.01:
        return f"{max(1, round(1000 * p))} of 1,000 searches"
    return f"{min(100, round(100 * p))} of 100 searches"


def _whole(seconds: float) -> str:
    return signed(f"{seconds:.0f}") if seconds else "0"


def what_is_added(candidate: Candidate, names: tuple[str, str]) -> str:
    """What Accept adds, said before it is added."""
    kinds = " ↔ ".join(KIND_WORDS.get(k, k) for k in (candidate.kind_a, candidate.kind_b))
    return (
        f"This adds one match between {names[0]} and {names[1]} ({kinds}): what lies at t in the "
        f"file of {names[1]} lies at t {offset_text(candidate)} (95 %) in the file of {names[0]}. "
        "Press Enter to add it, Esc to leave it."
    )
