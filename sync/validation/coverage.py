"""How often the stated 95 % range holds the truth, and how wide it is, over made networks.

Every network goes through :func:`sync.adjustment.bare.solve_network`, as a file given to ``tiepoint
solve --network`` does, so that whatever decides a result's status decides it here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.bare import solve_network
from sync.adjustment.bare_network import read_network
from sync.adjustment.network import Function
from sync.progress import SILENT, Progress
from sync.uncertainty import LEVEL, coverage_factor
from sync.validation.scenarios import Scenario, made_case
from sync.validation.world import Truth

UNTESTED = ("unchecked", "bounded", "contradicted")
"""States of a full result that says it has nothing, or only limits, to hold it, or that a limit
speaks against it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answered query of one made network."""

    status: str
    covered: bool
    """The stated range holds the truth; false where there is none."""
    half_s: float
    """Half the stated range; NaN where there is none."""
    best_half_s: float
    """Half-width of the best linear estimator; NaN where it does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Coverage among some of the cases, with exact binomial 95 % limits; NaN without cases."""

    n: int
    coverage: float
    low: float
    high: float
    median_half_width_s: float
    best_half_width_s: float
    """Median of the best linear estimator over the same cases."""

    @property
    def ratio(self) -> float:
        """Median half-width over the best linear estimator's."""
        return self.median_half_width_s / self.best_half_width_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table: one question of one scenario."""

    scenario: Scenario
    question: str
    cases: int
    statuses: Mapping[str, int]
    """Cases by status of the result."""
    ok: Share
    stated: Share
    """ok, unchecked and bounded together: every result with one range."""
    conflict: Share
    """Of the mixture's range, where the evidence disagrees."""

    @property
    def counted(self) -> Share:
        """What the asked coverage is held against: ok, or where nothing is ok, all stated."""
        return self.ok if self.ok.n else self.stated

    @property
    def remarks(self) -> tuple[str, ...]:
        """Where what is asked is missed, in words; empty where all is met."""
        asked, counted = self.scenario, self.counted
        found = []
        if not counted.n:
            found.append("no range stated")
        elif counted.coverage < asked.least:
            chance = ", within chance" if counted.high >= asked.least else ""
            found.append(f"below {asked.least:.0%}{chance}")
        elif counted.coverage > asked.most:
            chance = ", within chance" if counted.low <= asked.most else ""
            found.append(f"above {asked.most:.0%}{chance}")
        if counted.n and not self.ok.n:
            found.append("none ok: " + ", ".join(s for s in UNTESTED if self.statuses.get(s)))
        share = self.statuses.get("conflict", 0) / self.cases
        if asked.most_conflict is not None and share > asked.most_conflict:
            found.append(f"conflict in more than {asked.most_conflict:.0%}")
        if asked.largest_ratio is not None and counted.ratio > asked.largest_ratio:
            found.append(f"wider than {asked.largest_ratio:g} × the best")
        return tuple(found)


def measure(
    scenario: Scenario, cases: int, seed: int, progress: Progress = SILENT
) -> tuple[Line, ...]:
    """Solve ``cases`` made networks of a scenario; one line a question.

    Raises
    ------
    sync.errors.Cancelled
        When the caller asked to stop.
    """
    by_question: list[list[Outcome]] = [[] for _ in scenario.questions]
    for case in range(cases):
        progress.report(case / cases, scenario.name)
        document, truth = made_case(scenario, seed, case)
        results = solve_network(document)["results"]
        best = best_linear_half_widths_s(document, truth)
        for outcomes, result, true_s, best_s in zip(
            by_question, results, truth.answers_s, best, strict=True
        ):
            outcomes.append(_outcome(result, true_s, best_s))
    return tuple(
        _line(scenario, question, outcomes)
        for question, outcomes in zip(scenario.questions, by_question, strict=True)
    )


def _outcome(result: Mapping[str, Any], true_s: float, best_s: float) -> Outcome:
    # What a case states: the shortest range where limits shape the result.
    interval = result.get("shortest") or result["interval"]
    if interval is None or interval[0] is None or interval[1] is None:
        return Outcome(result["status"], False, math.nan, best_s)
    low, high = interval
    status = "contradicted" if result.get("contradicted_by") else result["status"]
    return Outcome(status, low <= true_s <= high, (high - low) / 2, best_s)


def _line(scenario: Scenario, question: str, outcomes: Sequence[Outcome]) -> Line:
    statuses: dict[str, int] = {}
    for outcome in outcomes:
        statuses[outcome.status] = statuses.get(outcome.status, 0) + 1
    return Line(
        scenario=scenario,
        question=question,
        cases=len(outcomes),
        statuses=dict(sorted(statuses.items())),
        ok=_share(o for o in outcomes if o.status == "ok"),
        stated=_share(o for o in outcomes if o.status in ("ok", *UNTESTED)),
        conflict=_share(o for o in outcomes if o.status == "conflict"),
    )


def _share(outcomes: Iterable[Outcome]) -> Share:
    kept = list(outcomes)
    covered = sum(outcome.covered for outcome in kept)
    low, high = binomial_limits(covered, len(kept))
    return Share(
        n=len(kept),
        coverage=covered / len(kept) if kept else math.nan,
        low=low,
        high=high,
        median_half_width_s=_median([o.half_s for o in kept]),
        best_half_width_s=_median([o.best_half_s for o in kept]),
    )


def _median(values: Sequence[float]) -> float:
    finite = [value for value in values if math.isfinite(value)]
    return float(np.median(finite)) if finite else math.nan


def binomial_limits(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Exact limits of a share (Clopper and Pearson 1934), equal-tailed; NaN without trials."""
    from scipy.special import betaincinv

    if not trials:
        return math.nan, math.nan
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else float(betaincinv(hits, trials - hits + 1, tail))
    high = 1.0 if hits == trials else float(betaincinv(hits + 1, trials - hits, 1 - tail))
    return low, high


# -- the best linear estimator --------------------------------------------------------------------


def best_linear_half_widths_s(document: Mapping[str, Any], truth: Truth) -> tuple[float, ...]:
    """Half-width of the 95 % range that least squares would state if it knew what is not known.

    Weighted by the true covariance (the spread that drew each drift instead of the analyst's
    prior), without the rows that hold a mistake, untested and without limits; NaN where that
    leaves the query undetermined.
    """
    known = dict(document)
    known["sources"] = [
        {**source, "u_drift": truth.clocks[source["name"]].spread} for source in document["sources"]
    ]
    known["marks"] = [mark for mark in document["marks"] if mark["id"] not in truth.mistaken]
    adjustment = adjust(read_network(known))
    return tuple(
        _half_width_s(adjustment, _asked(adjustment, query)) for query in document["query"]
    )


def _asked(adjustment: Adjustment, query: Mapping[str, Any]) -> Function:
    if "correction" in query:
        return adjustment.correction_function(
            query["correction"], query["tau"], on_datum_scale=True
        )
    first, tau_first, second, tau_second = query["difference"]
    return adjustment.instant_function(
        second, tau_second, on_datum_scale=False
    ) - adjustment.instant_function(first, tau_first, on_datum_scale=False)


def _half_width_s(adjustment: Adjustment, function: Function) -> float:
    """U from the rows' own distributions; no scale factor from a test."""
    if not adjustment.estimable(function):
        return math.nan
    gains = np.abs(adjustment.gains(function)).tolist()
    parts = [
        (gain * row.distribution.u, row.distribution.shape)
        for gain, row in zip(gains, adjustment.rows, strict=True)
        if gain > 0
    ]
    return coverage_factor(parts, LEVEL) * math.hypot(*(u for u, _ in parts))
