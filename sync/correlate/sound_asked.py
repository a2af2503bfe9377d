"""Two sounds, and what is asked about them: stated with every answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sync.correlate.result import Searched, SearchResult
from sync.correlate.sound_track import Readable
from sync.timebase import NS_PER_S, Duration, MediaTime

Float32 = NDArray[np.float32]

TESTABLE_S = 2.0
MIN_OVERLAP_S = 1.0
MIN_OVERLAP_SHARE = 0.25
# The law was compared with chance on some thousand unrelated pairs: smaller p are not stated.
P_LEAST = 5e-4
EXACT = Duration(0)
# Samples on the very limit of a sound, one after the other: so many show that it was cut off.
CLIPPED_SHARE = 1e-3


class Sound(Readable, Protocol):
    """One channel of sound at one rate, of which any part can be read."""

    @property
    def rate_hz(self) -> float:
        """Samples a second."""
        ...

    @property
    def start(self) -> MediaTime:
        """Media time of sample 0."""
        ...

    @property
    def start_half(self) -> Duration:
        """Half-width of what is unknown about ``start``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """One channel of sound at one rate, with the media time of its first sample."""

    values: Float32
    rate_hz: float
    start: MediaTime
    start_half: Duration = EXACT
    """Half-width of what is unknown about ``start``."""

    @property
    def count(self) -> int:
        """Number of samples."""
        return len(self.values)

    def read(self, first: int, count: int) -> Float32:
        """Samples ``first`` … ``first + count - 1``; fewer at the end."""
        return self.values[first : first + count]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked."""

    a: Sound
    b: Sound
    offset_range_s: tuple[float, float] | None
    family: int
    overlap_s: float

    @classmethod
    def of(
        cls,
        a: Sound,
        b: Sound,
        offset_range_s: tuple[float, float] | None,
        min_overlap_s: float | None,
        family: int,
    ) -> Asked:
        """The question, with the default for the shortest overlap: the larger of 1 s and a quarter.

        Raises
        ------
        ValueError
            When the two sounds have different rates.
        """
        if a.rate_hz != b.rate_hz:
            raise ValueError("sounds are brought to one sampling rate before they are compared")
        if min_overlap_s is None:
            shorter_s = min(a.count, b.count) / a.rate_hz
            min_overlap_s = max(MIN_OVERLAP_S, MIN_OVERLAP_SHARE * shorter_s)
        return cls(a, b, offset_range_s, family, min_overlap_s)

    @property
    def rate_hz(self) -> float:
        """Of both."""
        return self.a.rate_hz

    @property
    def zero_s(self) -> float:
        """Offset at lag 0: start of A less start of B."""
        return (self.a.start.ns - self.b.start.ns) / NS_PER_S

    def offset_s(self, lag: float) -> float:
        """What is added to B's media time to get A's, for pairs a[i], b[i + lag]."""
        return self.zero_s - lag / self.rate_hz

    def lag_range(self) -> tuple[int, int]:
        """Lowest and highest lag to search; empty (high below low) when there is none."""
        least = max(1, math.ceil(self.overlap_s * self.rate_hz - 1e-6))
        low, high = -(self.a.count - least), self.b.count - least
        if self.offset_range_s is not None:
            below_s, above_s = min(self.offset_range_s), max(self.offset_range_s)
            # Rounded inwards (to a thousandth of a sample): nothing outside is searched.
            low = max(low, math.ceil((self.zero_s - above_s) * self.rate_hz - 1e-3))
            high = min(high, math.floor((self.zero_s - below_s) * self.rate_hz + 1e-3))
        return low, high

    def searched(self, lags: tuple[int, int] | None) -> Searched:
        """What was searched: the lags from … to, or nothing but the question."""
        low_s, high_s = self.offset_range_s or (0.0, 0.0)
        if lags is not None:
            low_s, high_s = self.offset_s(lags[1]), self.offset_s(lags[0])
        return Searched(
            kind_a="samples",
            kind_b="samples",
            offset_from_s=low_s,
            offset_to_s=high_s,
            overlap_min_s=self.overlap_s,
            surrogates=0,
            seed=0,
            family=self.family,
        )

    def refused(self, *reasons: str) -> SearchResult:
        """The answer where nothing can be compared."""
        return SearchResult(
            status="not-testable", reasons=reasons, candidates=(), searched=self.searched(None)
        )

    def stated(self, p: float) -> float:
        """A chance as it is stated: not below what was calibrated, allowing for the family."""
        return min(1.0, max(p, P_LEAST) * self.family)


def untestable(sound: Sound, some: Float32, which: str) -> tuple[str, ...]:
    """Why a sound cannot be compared; ``some`` is its samples, or pieces of them."""
    length_s = sound.count / sound.rate_hz
    if length_s < TESTABLE_S:
        return (
            f"The {which} recording holds only {length_s:.1f} s of sound here; at least "
            f"{TESTABLE_S:.0f} s are needed.",
        )
    if not np.isfinite(some).all():
        return (f"The {which} recording holds samples that are not numbers; it is damaged.",)
    if float(np.ptp(some)) <= 0:
        return (f"The {which} recording is silent here.",)
    return ()


def clipped(some: Float32, which: str) -> tuple[str, ...]:
    """A remark where a sound is cut off at its limits: it is compared all the same."""
    size = np.abs(some)
    at_limit = size >= 0.999 * float(size.max(initial=0.0))
    share = float((at_limit[1:] & at_limit[:-1]).mean()) if len(some) > 1 else 0.0
    if share < CLIPPED_SHARE:
        return ()
    return (
        f"The {which} recording is overdriven: {100 * share:.1f} % of its samples are cut off at "
        "the limit. What was cut off alike in other recordings is not evidence.",
    )
