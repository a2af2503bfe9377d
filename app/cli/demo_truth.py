"""The only place of the demo that reads the truth: to print it beside what was found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sync.adjustment.words import stated_at

if TYPE_CHECKING:
    from sync.adjustment.solution import Answer, ClockResult


@dataclass(frozen=True, slots=True)
class Truth:
    """``truth.json``, by the keys of ``analyst.json``."""

    content: Mapping[str, Any]

    @classmethod
    def read(cls, sample: Path) -> Truth:
        """From the sample's folder."""
        return cls(json.loads((sample / "truth.json").read_text(encoding="utf-8")))

    def offset_s(self, key: str, clock: ClockResult) -> float | None:
        """True reference minus media time where that of ``clock`` is stated; ``None`` without link
        and without limits."""
        source = self.content["sources"][key]
        if (clock.model is None and clock.with_limits is None) or not source["segments"]:
            return None
        epoch_s = stated_at(clock).s
        segment = source["segments"][clock.stretch]
        return float(segment["offset_s"] + source["drift_ppm"] * 1e-6 * epoch_s)

    def difference_s(self, number: int) -> float:
        """True B minus A of question ``number`` (0-based)."""
        return float(self.content["questions"][number]["b_after_a_s"])

    @property
    def naive_words(self) -> str:
        """What somebody reads who trusts every display."""
        naive = self.content["naive"]
        return (
            f"Read naively (burnt-in clock against file time), the flash came at {naive['flash']} "
            f"and the words at {naive['words']}: {naive['words_before_flash_s']:.1f} s before the "
            "flash."
        )


def inside(clock: ClockResult, true_s: float | None) -> bool | None:
    """Whether the true offset lies in every stated 95 % range; ``None`` where none is stated."""
    if true_s is None:
        return None
    held = []
    if clock.model is not None and clock.U95_s is not None:
        held.append(abs(clock.model.offset_s - true_s) <= clock.U95_s)
    if clock.with_limits is not None:
        held += [
            end is None or sign * (true_s - end) >= 0
            for sign, end in ((1, clock.with_limits.low_s), (-1, clock.with_limits.high_s))
        ]
    return all(held) if held else None


def answer_agrees(answer: Answer, true_s: float) -> bool | None:
    """Whether the true difference lies in the stated range; ``None`` without an answer."""
    if answer.interval_s is None:
        return None
    return answer.interval_s[0] <= true_s <= answer.interval_s[1]


def yes_no(value: bool | None) -> str:
    """``yes``, ``NO`` or nothing."""
    return "" if value is None else "yes" if value else "NO"


def all_inside(values: Sequence[bool | None]) -> str:
    """One line that counts."""
    stated = [value for value in values if value is not None]
    return f"{sum(stated)} of {len(stated)} true offsets lie inside their stated 95 % range."
