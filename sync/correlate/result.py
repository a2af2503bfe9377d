"""What a search returns: candidates with their uncertainty and chance, or reasons why not.

Sign: ``offset_s`` is what must be added to B's media time to get A's,
t_A = t_B + offset_s + drift · (t_B - epoch).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sync.traces.trace import TraceKind

SearchStatus = Literal["significant", "weak", "ambiguous", "no-match", "not-testable", "edge"]
SearchKind = TraceKind | Literal["samples"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coincidence:
    """A moment that carries a candidate: where it is in both recordings, and its share."""

    time_a_s: float
    time_b_s: float
    share: float
    """Part of the candidate's score, 0…1; all shares of a candidate sum to at most 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One correlation peak: a possible match, not evidence until a person accepts it."""

    offset_s: float
    u_s: float
    U95_s: float
    epoch_s: float
    p: float
    """Chance that unrelated recordings reach this agreement anywhere in the searched range."""
    z: float
    correlation: float
    kind_a: SearchKind
    kind_b: SearchKind
    coincidences: tuple[Coincidence, ...] = ()
    drift_ppm: float | None = None
    u_drift_ppm: float | None = None
    u_statistical_s: float | None = None
    """Part of ``u_s`` that another search of other material would draw anew."""
    u_systematic_s: float | None = None
    """Part of ``u_s`` that all searches of this pair share (kinds of trace, codec start)."""

    @property
    def rests_on_one_event(self) -> bool:
        """True when a single moment carries more than 40 % of the score."""
        return any(moment.share > 0.4 for moment in self.coincidences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What was searched, so that it can be repeated and counted."""

    kind_a: SearchKind
    kind_b: SearchKind
    offset_from_s: float
    offset_to_s: float
    overlap_min_s: float
    surrogates: int
    seed: int
    family: int
    """Number of searches the stated p allows for (Holm)."""
    channel_a: int | None = None
    """The one channel of A's sound that was searched, from 0; ``None``: all together."""
    channel_b: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The score against the offset, for the plot; ``threshold`` is the score of p = 0.01."""

    offset_s: NDArray[np.float64]
    score: NDArray[np.float64]
    threshold: float | None


Side = Literal["a", "b"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a recording whose silences were removed, and whether it has a place."""

    from_s: float
    to_s: float
    """Media times of the recording it is a part of (``SearchResult.segments_of``)."""
    transmissions: int
    candidate: int | None
    """Place of its match in ``SearchResult.candidates``; ``None`` where it could not be placed."""
    between_neighbours: bool = False
    """It was found only where the stretches beside it leave room, assuming that their order is."""
    reason: str = ""
    """Why it has no place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """A proposed break: a recording lacks time between two moments of it."""

    of: Side | None
    """The recording that lacks time; ``None`` where it may be either."""
    after_s: float
    before_s: float
    """Media times of that recording (of B where it may be either) between which the break lies."""
    change_s: float
    """By how much the offset grows there."""
    U95_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The answer of one search. ``reasons`` is never empty unless the status is significant.

    Candidates exclude each other, the best first; with ``segments`` they are the placed stretches
    of one recording, in file order, and all may be true.
    """

    status: SearchStatus
    reasons: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    searched: Searched
    curve: Curve | None = None
    others: tuple[Searched, ...] = ()
    """Further pairs of traces tried in the same search (all are counted in ``family``)."""
    segments: tuple[Segment, ...] = ()
    """All stretches of a recording whose silences were removed, in file order; else none."""
    segments_of: Side | None = None
    jumps: tuple[Jump, ...] = ()
    """Proposed breaks, in the order of B's time."""
