"""A trace: one signal of one recording on an even grid of media time, with a mask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sync.timebase import NS_PER_S, MediaTime

TraceKind = Literal[
    "motion", "luminance", "flash", "lightbar", "activity", "envelope", "onset", "transmissions",
    "tone",
]  # fmt: skip
PICTURE_KINDS: tuple[TraceKind, ...] = ("motion", "luminance", "flash")
SOUND_KINDS: tuple[TraceKind, ...] = ("envelope", "onset", "transmissions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One signal on an even grid.

    Sample ``i`` stands for the media time ``start + i · step_ns``; where ``valid[i]`` is False the
    recording says nothing (a gap, removed sound), which is not the same as zero.
    """

    kind: TraceKind
    source_sha256: str
    start: MediaTime
    step_ns: int
    values: NDArray[np.float64]
    """Shape (n,), in the unit the method states; 0 where masked."""
    valid: NDArray[np.bool_]
    """Shape (n,)."""
    parameters: Mapping[str, object]
    """Method and parameters, enough to derive the trace again."""

    def __post_init__(self) -> None:
        if self.values.shape != self.valid.shape or self.values.ndim != 1:
            raise ValueError("a trace has one value and one validity per sample")
        if self.step_ns <= 0:
            raise ValueError("a trace needs a positive step")

    def __len__(self) -> int:
        return len(self.values)

    @property
    def rate_hz(self) -> float:
        """Samples a second."""
        return NS_PER_S / self.step_ns

    def time_of(self, index: int) -> MediaTime:
        """Media time that sample ``index`` stands for."""
        return MediaTime(self.start.ns + index * self.step_ns)

    def times_s(self) -> NDArray[np.float64]:
        """Shape (n,): media time of every sample, in seconds."""
        return (self.start.ns + np.arange(len(self), dtype=np.int64) * self.step_ns) / NS_PER_S
