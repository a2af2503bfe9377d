"""Which part of the reference clock is on the screen: nanoseconds to pixels and back."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

SHORTEST_NS = 5_000_000
LONGEST_NS = 24 * 3600 * 1_000_000_000
NOTCH = math.sqrt(2)


@dataclass(frozen=True, slots=True)
class ViewRange:
    """``width`` pixels show ``span_ns`` nanoseconds from ``start_ns`` on.

    Integers inside; a float is only ever a pixel, relative to the left edge.
    """

    start_ns: int
    span_ns: int
    width: int = 1000

    def __post_init__(self) -> None:
        span = min(LONGEST_NS, max(SHORTEST_NS, int(self.span_ns)))
        object.__setattr__(self, "start_ns", int(self.start_ns))
        object.__setattr__(self, "span_ns", span)
        object.__setattr__(self, "width", max(1, int(self.width)))

    @property
    def end_ns(self) -> int:
        """First nanosecond beyond the right edge."""
        return self.start_ns + self.span_ns

    @property
    def ns_per_px(self) -> float:
        """Nanoseconds one pixel stands for."""
        return self.span_ns / self.width

    def x_of(self, ns: int) -> float:
        """Pixel of an instant; may lie outside the view."""
        return (ns - self.start_ns) * self.width / self.span_ns

    def ns_of(self, x: float) -> int:
        """Instant at a pixel."""
        return self.start_ns + round(x * self.span_ns / self.width)

    def zoomed(self, notches: float, about_ns: int) -> ViewRange:
        """Closer by √2 a notch (negative: wider); ``about_ns`` stays where it is."""
        wanted = self.span_ns / NOTCH**notches
        span = round(min(LONGEST_NS, max(SHORTEST_NS, wanted)))
        start = about_ns - round((about_ns - self.start_ns) * (span / self.span_ns))
        return replace(self, start_ns=start, span_ns=span)

    def panned(self, ns: int) -> ViewRange:
        """Moved to later times by ``ns``."""
        return replace(self, start_ns=self.start_ns + ns)

    def with_width(self, width: int) -> ViewRange:
        """The same span on another width."""
        return replace(self, width=width)

    def showing(self, start_ns: int, end_ns: int, margin: float = 0.03) -> ViewRange:
        """A view of ``start_ns`` … ``end_ns`` with a margin (part of the span) on each side."""
        length = max(1, end_ns - start_ns)
        edge = round(length * margin)
        span = min(LONGEST_NS, max(SHORTEST_NS, length + 2 * edge))
        return replace(self, start_ns=(start_ns + end_ns - span) // 2, span_ns=span)

    def holds(self, ns: int) -> bool:
        """True when the instant is on the screen."""
        return self.start_ns <= ns < self.end_ns
