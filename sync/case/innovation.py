"""How a possible match fits the network without it: information for a person, no decision."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from sync.case.calculate import prepare
from sync.case.case import Case
from sync.evidence import Lag
from sync.uncertainty import format_pair

DISAGREES = 3.29
"""|w| that 1 of 1,000 true matches reaches."""
K_95 = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Innovation:
    """A match against what the network says without it (estimation.md §8)."""

    predicted_s: float
    """time_a - time_b at the match, as all other evidence has it."""
    u_predicted_s: float
    w: float
    """(L - L_pred) / √(u² + u_pred²)."""

    @property
    def in_words(self) -> str:
        """What the case says without the match, and how far the match is from it."""
        value, half = format_pair(self.predicted_s, K_95 * self.u_predicted_s)
        away = f"{abs(self.w):.1f} standard uncertainties away"
        judged = "disagrees with it" if abs(self.w) > DISAGREES else "fits"
        return f"Without it the case says {value} ± {half} s (95 %): {judged}, {away}."


def innovation(case: Case, lag: Lag) -> Innovation | None:
    """How ``lag`` fits the rest of ``case``; ``None`` where the rest does not tie its recordings.

    The match may be a proposed one, one that takes part, or a check that was set aside.

    Calculated with the match in the network: with the redundancy r and the residual v of its row,
    the residual against the network without it is v / r, of standard deviation u / √r (the
    leave-one-out identity of least squares; Baarda 1968), whatever delays the match names.
    """
    others = tuple(item for item in case.evidence if item.id != lag.id)
    taking_part = replace(lag, provenance=replace(lag.provenance, status="accepted"))
    case = replace(case, evidence=(*others, taking_part))
    adjustment = prepare(case).adjustment
    at = next((n for n, row in enumerate(adjustment.rows) if row.id == lag.id), None)
    if at is None:
        return None
    r, v = float(adjustment.redundancy[at]), float(adjustment.residuals[at])
    if not r > 0 or not np.isfinite(v):
        return None
    u = lag.distribution.u
    # A row says τ_b - τ_a, an offset is τ_a - τ_b: the sign of the residual turns.
    measured_s = (lag.time_a - lag.time_b).s
    return Innovation(
        predicted_s=measured_s + v / r,
        u_predicted_s=u * math.sqrt((1.0 - r) / r),
        w=-v / (u * math.sqrt(r)),
    )
