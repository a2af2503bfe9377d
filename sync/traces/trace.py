"""A trace: one signal of one recording on an even grid of media time, with a mask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sync.timebase import NS_PER_S, MediaTime

TraceKind = Literal[
    "motion", "luminance", "flash", "steps", "lightbar", "activity",
    "envelope", "onset", "transmissions", "tone", "impulses",
]  # fmt: skip
# What a search tries when no kind is named. Every kind more makes each stated chance larger (Holm
# counts all pairs of kinds), so a kind belongs here only if it finds what the others miss in most
# recordings. The rest can be derived and searched by name: they are blank in most recordings
# (steps, lightbar, tone, impulses) or an instant preview only (activity).
PICTURE_KINDS: tuple[TraceKind, ...] = ("motion", "luminance", "flash")
SOUND_KINDS: tuple[TraceKind, ...] = ("envelope", "onset", "transmissions")
# What can be derived.
ALL_PICTURE_KINDS: tuple[TraceKind, ...] = (*PICTURE_KINDS, "steps", "lightbar", "activity")
ALL_SOUND_KINDS: tuple[TraceKind, ...] = (*SOUND_KINDS, "tone", "impulses")
KINDS: tuple[TraceKind, ...] = ALL_PICTURE_KINDS + ALL_SOUND_KINDS


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

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Named arrays for the cache and for files."""
        arrays: dict[str, np.ndarray] = {
            "grid_ns": np.array([self.start.ns, self.step_ns], np.int64),
            "values": self.values,
            "valid": self.valid,
        }
        interval = self.parameters.get("picture_interval_ns")
        if isinstance(interval, int):
            arrays["picture_interval_ns"] = np.array([interval], np.int64)
        return arrays

    @classmethod
    def from_arrays(
        cls,
        kind: TraceKind,
        source_sha256: str,
        parameters: Mapping[str, object],
        arrays: Mapping[str, np.ndarray],
    ) -> Trace:
        """The inverse of :meth:`to_arrays`.

        Raises
        ------
        KeyError, ValueError, IndexError
            When an array is missing or of another shape.
        """
        start_ns, step_ns = (int(v) for v in arrays["grid_ns"])
        if "picture_interval_ns" in arrays:
            interval = int(arrays["picture_interval_ns"][0])
            parameters = {**parameters, "picture_interval_ns": interval}
        return cls(
            kind=kind,
            source_sha256=source_sha256,
            start=MediaTime(start_ns),
            step_ns=step_ns,
            values=np.asarray(arrays["values"], np.float64),
            valid=np.asarray(arrays["valid"], np.bool_),
            parameters=parameters,
        )
