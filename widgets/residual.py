"""One residual as a point in time. No plotting here: that costs half a second to load."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

from sync.timebase import ReferenceTime, format_clock
from widgets.evidence_table import DISAGREES


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualPoint:
    """One observation after the calculation."""

    id: str
    name: str
    kind: str
    """As the evidence table calls it."""
    source: str
    """Name of its recording."""
    colour: QColor
    reference_ns: int
    residual_s: float
    w: float | None
    """Standardised residual; ``None`` where nothing checks it."""

    @property
    def in_words(self) -> str:
        """For the line under the plot."""
        residual = f"{self.residual_s:+.4f} s".replace("-", "\N{MINUS SIGN}")
        at = format_clock(ReferenceTime(self.reference_ns), 1)
        if self.w is None:
            fits = "nothing checks it"
        else:
            fits = f"w = {self.w:+.1f}".replace("-", "\N{MINUS SIGN}")
            fits += ": it disagrees" if abs(self.w) > DISAGREES else ""
        return f"{self.name} · {self.kind} in {self.source} · {at}\nresidual {residual} · {fits}"
