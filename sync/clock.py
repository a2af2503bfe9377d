"""A solved clock: the only code that maps media time to reference time and back.

    T = reference + (τ - epoch) · (1 + d)

with T on the datum clock's scale, τ the media time and d the drift (dimensionless; positive: the
source's clock is slow). Nothing else in the program may write ``t + offset``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sync.errors import ClockError
from sync.timebase import NS_PER_S, Duration, MediaTime, ReferenceTime, TimeRange

PPM = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedInstant:
    """A reference time with its uncertainty, and whether it lies outside the observed span."""

    reference: ReferenceTime
    u_s: float
    extrapolated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockModel:
    """The clock of one stretch of one source, as the adjustment found it.

    Parameters
    ----------
    source, stretch
        Which source, and the number of the stretch (0-based).
    epoch
        Media time at which ``reference`` holds.
    reference
        Datum-clock time at the epoch.
    drift
        Rate of reference against media time minus 1, dimensionless.
    var_offset_s2, cov_offset_drift_s, var_drift
        Covariance of (reference at the epoch, drift), in s², s and 1.
    coverage_factor
        k for a 95 % range: the largest that occurs over the observed span.
    observed
        Media times between the first and last observation of this stretch; ``None`` when it is
        known only through a gap of stated length.
    """

    source: str
    stretch: int
    epoch: MediaTime
    reference: ReferenceTime
    drift: float
    var_offset_s2: float
    cov_offset_drift_s: float
    var_drift: float
    coverage_factor: float
    observed: TimeRange[MediaTime] | None

    def __post_init__(self) -> None:
        if not -0.5 < self.drift < 0.5:
            raise ClockError(f"A drift of {self.drift:g} is not a clock's: check the media times.")
        if not (self.var_offset_s2 >= 0 and self.var_drift >= 0):
            raise ClockError("A clock's covariance must not be negative.")

    def to_reference(self, media: MediaTime) -> ReferenceTime:
        """Datum-clock time at which ``media`` was recorded (nearest nanosecond)."""
        elapsed = media.ns - self.epoch.ns
        return ReferenceTime(self.reference.ns + elapsed + round(self.drift * elapsed))

    def from_reference(self, reference: ReferenceTime) -> MediaTime:
        """The media time that maps to ``reference``: inverse of :meth:`to_reference` to 1 ns."""
        elapsed = reference.ns - self.reference.ns
        guess = elapsed - round(elapsed * (self.drift / (1 + self.drift)))
        # One Newton step on integers removes what float64 lost on spans of days.
        guess -= round((guess + round(self.drift * guess) - elapsed) / (1 + self.drift))
        return MediaTime(self.epoch.ns + guess)

    def u_at(self, media: MediaTime) -> float:
        """Standard uncertainty of :meth:`to_reference` at ``media``, in seconds."""
        elapsed_s = (media.ns - self.epoch.ns) / NS_PER_S
        variance = (
            self.var_offset_s2
            + 2 * elapsed_s * self.cov_offset_drift_s
            + elapsed_s * elapsed_s * self.var_drift
        )
        return math.sqrt(max(variance, 0.0))

    def half_range_at(self, media: MediaTime) -> Duration:
        """Half-width of the 95 % range at ``media``, for drawing (k is the span's largest)."""
        return Duration.from_s(self.coverage_factor * self.u_at(media))

    def extrapolates(self, media: MediaTime) -> bool:
        """True when ``media`` lies outside what was observed of this stretch."""
        return self.observed is None or not (self.observed.start <= media <= self.observed.end)

    def map(self, media: MediaTime) -> MappedInstant:
        """Reference time, u and the extrapolation flag together."""
        return MappedInstant(
            reference=self.to_reference(media),
            u_s=self.u_at(media),
            extrapolated=self.extrapolates(media),
        )

    @property
    def offset_s(self) -> float:
        """Reference minus media time at the epoch, in seconds."""
        return (self.reference.ns - self.epoch.ns) / NS_PER_S

    @property
    def drift_ppm(self) -> float:
        """Drift in parts per million; positive: the source's clock is slow."""
        return self.drift / PPM

    @property
    def u_drift_ppm(self) -> float:
        """Standard uncertainty of the drift, ppm."""
        return math.sqrt(self.var_drift) / PPM
