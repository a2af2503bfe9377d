"""What the adjustment returns, as plain values that are saved in the case.

``Solution`` is a summary for people, files and screens. Questions that need the full covariance
are asked of :class:`sync.adjustment.adjust.Adjustment`, which is rebuilt from the case in
milliseconds and is never saved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sync.clock import ClockModel
from sync.timebase import MediaTime, ReferenceTime
from sync.uncertainty import Share

ResultStatus = Literal[
    "ok", "unchecked", "bounded", "one-sided", "conflict", "unconstrained", "infeasible"
]
SolutionStatus = Literal["calculated", "partly", "nothing-linked", "disagrees"]
Verdict = Literal["a-before-b", "b-before-a", "not-resolved", "no-link"]
Flag = Literal[
    "fragile", "unchecked", "at-the-limit", "extrapolated", "disagrees", "limit-contradicted"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """A result with the limits imposed: a truncated distribution, its range rarely symmetric.

    ``low_s``/``high_s`` are the shortest 95 % range; ``None`` is open on that side, and then there
    is no value. All in seconds, of the quantity of the result it belongs to.
    """

    status: ResultStatus
    """ok · bounded (only the limits hold it) · one-sided · infeasible (the limits contradict)."""
    value_s: float | None
    """Mean of the truncated distribution."""
    u_s: float | None
    low_s: float | None
    high_s: float | None
    limits: tuple[str, ...]
    """Ids of the limits that shape it."""
    equal_tailed_s: tuple[float, float] | None = None
    """The 95 % range with as much left out below as above, for comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitResult:
    """One limit against the evidence without it."""

    id: str
    status: Literal["imposed", "contradicted", "infeasible", "left-out"]
    """contradicted: the evidence alone gives it a probability below 0.01, so it is not imposed;
    infeasible: one of the smallest set of limits that cannot all hold."""
    slack_u: float | None
    """Distance of the adjusted value from the nearer bound, in its own u; negative: outside.
    ``None`` where nothing but limits reaches it."""
    p_before: float | None
    """Probability that it holds before it is imposed."""
    in_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnoticed:
    """External reliability: what a mistake that would not be noticed does to a result (Baarda)."""

    label: str
    mistake_s: float | None
    """The smallest mistake noticed with 80 % power; ``None``: of any size."""
    shift_s: float | None
    """By how much it would move the result; ``None``: without limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One reading of evidence that disagrees: a largest subset that is consistent in itself."""

    set_aside: tuple[str, ...]
    """Names of what would have to be wrong."""
    weight: float
    """Posterior probability of this reading, 0…1."""
    value_s: float
    U95_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """A result whose evidence disagrees: its candidates and the range of their mixture."""

    candidates: tuple[Candidate, ...]
    """The weightiest first."""
    interval_s: tuple[float, float]
    """95 % range of the mixture, equal-tailed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """An answer with one piece of evidence left out."""

    name: str
    rows: tuple[str, ...]
    """Ids of the evidence left out."""
    verdict: Verdict
    difference_s: float | None
    interval_s: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateHypothesis:
    """A drift too large for its clock that a wrong nominal rate would explain."""

    clock: str
    drift_ppm: float
    ratio: str
    """``1001/1000``, ``25/24`` … : the rate played at over that recorded at; "" where none fits."""
    in_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResult:
    """The clock of one stretch of one source."""

    source: str
    stretch: int
    status: ResultStatus
    model: ClockModel | None
    """``None`` when unconstrained: absent is not zero."""
    u_s: float | None
    U95_s: float | None
    k: float | None
    is_reference: bool
    valid_from: MediaTime
    valid_to: MediaTime
    anchors: int
    """Number of ties (anchors, matches, readings, checks) that touch this stretch."""
    in_words: str
    would_link: str | None = None
    """For an unconstrained clock: what would tie it."""
    with_limits: Limited | None = None
    """Reference minus media time at the middle of the stretch's observations (its ``model.epoch``;
    the middle of the stretch where there is no model), with the limits imposed."""
    contested: Contested | None = None
    """The same quantity where the evidence disagrees."""
    unnoticed: tuple[Unnoticed, ...] = ()
    """Worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventResult:
    """The adjusted time of one event on the datum clock."""

    event: str
    status: ResultStatus
    reference: ReferenceTime | None
    u_s: float | None
    U95_s: float | None
    marks: int
    with_limits: Limited | None = None
    """Reference time in seconds of day zero, with the limits imposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """One observation after the adjustment."""

    id: str
    residual_s: float | None
    redundancy: float | None
    w: float | None
    """Standardised residual; ``None`` where nothing checks the row."""
    mdb_s: float | None
    """Smallest mistake that would be noticed (α0 = 0.001, power 80 %)."""
    excluded: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A row or event the search for mistakes would set aside; the person decides."""

    id: str
    event: str | None
    w: float
    in_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The last calculation of a case."""

    status: SolutionStatus
    message: str
    datum: str | None
    clocks: tuple[ClockResult, ...]
    events: tuple[EventResult, ...]
    rows: tuple[RowResult, ...]
    chi2: float
    dof: int
    p_global: float | None
    birge: float
    """Factor applied to every u: 1 unless the global test failed."""
    proposals: tuple[Proposal, ...]
    problems: tuple[str, ...]
    """What was left out or looks wrong, one sentence each."""
    inputs_digest: str
    engine_version: str
    calculated_at: str
    limits: tuple[LimitResult, ...] = ()
    rate_hypotheses: tuple[RateHypothesis, ...] = ()

    def clock_of(self, source: str, stretch: int) -> ClockResult | None:
        """The result of one stretch, or ``None`` when it was not part of the calculation."""
        return next((c for c in self.clocks if c.source == source and c.stretch == stretch), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAnchor:
    """An anchor that would narrow an answer: what it would bring, and where to look for it."""

    in_words: str
    source_a: str
    media_a: MediaTime
    """Where in the first recording."""
    source_b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """ "Was A before B?": the difference B - A as elapsed time, and what it rests on."""

    a: str
    b: str
    verdict: Verdict
    flags: tuple[Flag, ...]
    difference_s: float | None
    u_s: float | None
    U95_s: float | None
    k: float | None
    interval_s: tuple[float, float] | None
    p_a_before_b: float | None
    """Capped to 0.001…0.999."""
    rests_on: tuple[str, ...]
    budget: tuple[Share, ...]
    anchors: int
    in_words: str
    reference_a: ReferenceTime | None
    U95_a_s: float | None
    reference_b: ReferenceTime | None
    U95_b_s: float | None
    flips_if: tuple[str, ...] = ()
    next_best: tuple[NextAnchor, ...] = ()
    with_limits: Limited | None = None
    """B - A with the limits imposed, where any shapes it; also where they leave one side open."""
    without_limits: Limited | None = None
    """B - A by the observations alone, where limits shape the answer; the answer's own numbers are
    then those with the limits imposed."""
    limits: tuple[str, ...] = ()
    """Names of the limits that shape the answer."""
    leave_one_out: tuple[WhatIf, ...] = ()
    unnoticed: tuple[Unnoticed, ...] = ()
    """Worst first."""
    contested: Contested | None = None
    """B - A where the evidence that carries it disagrees and no single range is stated."""
