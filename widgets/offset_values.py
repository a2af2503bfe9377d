"""The offset of one clock over time. No plotting here: that costs half a second to load."""

from __future__ import annotations

from dataclasses import dataclass

from sync.clock import ClockModel
from sync.timebase import NS_PER_S, MediaTime, ReferenceTime, format_clock
from sync.uncertainty import format_pair


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetPoint:
    """What one observation says of the offset."""

    name: str
    kind: str
    """As the evidence table calls it."""
    media: MediaTime
    residual_s: float
    """Its offset minus that of the clock at its time."""
    half_s: float
    """Half of its own range: its error bar."""

    def in_words(self, clock: ClockModel) -> str:
        """For the line under the plot."""
        at = format_clock(clock.to_reference(self.media), 1)
        value, plus = format_pair(self.residual_s, self.half_s)
        sign = value.replace("-", "\N{MINUS SIGN}") if self.residual_s < 0 else f"+{value}"
        return f"{self.name} · {self.kind} · {at}\n{sign} ± {plus} s from the clock's offset"


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetCurve:
    """One clock and what it was made from."""

    name: str
    model: ClockModel
    k: float
    first: MediaTime
    last: MediaTime
    points: tuple[OffsetPoint, ...] = ()

    @property
    def zero(self) -> ReferenceTime:
        """Reference time of the file's zero, by the offset at the epoch: what y counts from."""
        return ReferenceTime(self.model.reference.ns - self.model.epoch.ns)

    def change_s(self, media: MediaTime) -> float:
        """Offset at ``media`` minus that at the epoch: the drift."""
        return (self.model.to_reference(media).ns - media.ns - self.zero.ns) / NS_PER_S

    def half_s(self, media: MediaTime) -> float:
        """Half of the 95 % range of the offset there."""
        return self.k * self.model.u_at(media)
