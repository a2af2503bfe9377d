"""Weighted least squares on the clock network (``estimation.md`` §3).

Event times are eliminated first: within an event, the weighted mean of its rows is subtracted
(the Schur complement of the event block, done on the rows rather than on the normal equations).
What is left is small. Where its columns are far from dependent the normal equations solve it:
squaring loses nothing there, and the rank is full under any weights. Otherwise the rank is decided
on the *unweighted* design, weights enter only the solution, and both come from the rows by QR, so
that u from 0.1 ms to 10 s may meet in one network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.design import Design, by_normal_equations, by_rows
from sync.adjustment.network import Function, Network, Row, Terms, combine
from sync.adjustment.solution import Unnoticed
from sync.uncertainty import Contributions, Uncertain

Array = NDArray[np.float64]

ESTIMABLE_TOLERANCE = 1e-7
ALPHA_0 = 0.001
SQRT_LAMBDA_0 = 3.290526731491894 + 0.8416212335729143
"""Baarda's √λ0 = z(1 - α0/2) + z(power) with α0 = 0.001 and power 0.80."""
W_LIMIT = 3.290526731491894
GLOBAL_ALPHA = 0.05
UNCHECKED_ABOVE = 1.0
"""A result is unchecked when a mistake that would not be noticed, in an observation that little
checks, could move it by more than this many times its U: out of its stated range."""
CARRIES = 1e-3
"""Part of a function's u below which an observation is not looked at for unnoticed mistakes."""
LITTLE_CHECKED = 0.15
"""Redundancy of an observation (of an event: of its tie) below which little checks it. Counted on
two recordings with mistakes up to ± 0.5 s in 10 % of the anchors: what is not unchecked holds the
truth in 95 % at 2 and 93.6 % at 3 anchors (all results: 91 and 92 %), and is 3 in 10 of the results
at 2 and 3 anchors, 8 in 10 at 5, all at 20."""


class Adjustment:
    """The adjusted network. Build with :func:`adjust`."""

    def __init__(self, network: Network, excluded: frozenset[str] = frozenset()) -> None:
        self.network = network
        self.excluded = excluded
        """Ids of rows left out."""
        self.rows: list[Row] = network.rows
        self._design = Design(network)
        self._u, self._event = self._design.inputs.u, self._design.event
        self.observed = self._design.observed
        """Rows that state what was observed, not what is assumed."""
        self._used = np.array([row.id not in excluded for row in self.rows], dtype=bool)
        self._weight = np.where(self._used, 1.0 / self._u**2, 0.0)
        self._root = np.sqrt(self._weight)
        self._event_weight = self._design.event_sums(self._weight)
        # The function asked about last: its u, its range and its checks are asked for in a row.
        self._asked: tuple[Function, Array] | None = None
        self._stated: tuple[Function, Uncertain] | None = None
        self._solve()

    # -- solving ---------------------------------------------------------------------------

    def _solve(self) -> None:
        self._mean_design, mean_value = self._design.event_means(self._weight)
        whitened = self._design.centred(self._mean_design)
        whitened *= self._root[:, None]
        value = self._root * (self._design.value - np.append(mean_value, 0.0)[self._event])
        back = by_normal_equations(whitened)
        self._scale = np.ones(self._design.shape[1])
        self._null = np.zeros((len(self._scale), 0))
        if back is None:
            self._scale, basis, self._null = self._design.estimable_space(self._used)
            self._q, self._back = by_rows(whitened, self._scale, basis)
        else:
            self._q, self._back = whitened @ back, back
        self.x = self._back @ (self._q.T @ value)
        self.x += self._back @ (self._q.T @ (value - whitened @ self.x))
        self._whitened_residual: Array = value - whitened @ self.x
        self.event_times: Array = mean_value - self._mean_design @ self.x

    # -- what checks what --------------------------------------------------------------------

    @cached_property
    def redundancy(self) -> Array:
        """r_i = (Q_v P)_ii for every row, 0…1; NaN for rows left out."""
        taken = np.einsum("ij,ij->i", self._q, self._q)
        on = (self._event >= 0) & self._used
        taken[on] += self._weight[on] / self._event_weight[self._event[on]]
        r = np.clip(1.0 - taken, 0.0, 1.0)
        r[r < 1e-9] = 0.0
        return np.where(self._used, r, np.nan)

    @cached_property
    def residuals(self) -> Array:
        """v = l - A·x̂ (seconds) for every row; for a row left out, its predicted residual."""
        times = np.where(self._event_weight > 0, self.event_times, np.nan)
        predicted = self._design.times(self.x) + np.append(times, 0.0)[self._event]
        with np.errstate(divide="ignore", invalid="ignore"):
            v: Array = np.where(
                self._used, self._whitened_residual / self._root, self._design.value - predicted
            )
        return v

    @cached_property
    def standardised(self) -> Array:
        """w_i = v_i / (u_i √r_i) (Baarda); NaN where nothing checks the row."""
        with np.errstate(divide="ignore", invalid="ignore"):
            w = self.residuals / (self._u * np.sqrt(self.redundancy))
        return np.where(self._used & (self.redundancy > 0), w, np.nan)

    @cached_property
    def mdb(self) -> Array:
        """Smallest mistake noticed with 80 % power, in the row's unit; NaN where unchecked."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = SQRT_LAMBDA_0 * self._u / np.sqrt(self.redundancy)
        return np.where(np.isfinite(found), found, np.nan)

    def projection(self, at: Sequence[int] | NDArray[np.intp]) -> Array:
        """Rows of M = P^½·Q_v·P^½, what errors over their u leave as residuals over their u.

        Shape (len(at), rows); zero for rows left out. M is a projection: M·M = M.
        """
        at = np.asarray(at, dtype=np.intp)
        hat: Array = self._q[at] @ self._q.T
        on = np.flatnonzero((self._event[at] >= 0) & self._used[at])
        if len(on):  # rows of one event share its time
            marks = [self._marks[event] for event in self._event[at[on]].tolist()]
            n, other = np.repeat(on, [len(own) for own in marks]), np.concatenate(marks)
            root, shared = self._root, self._event_weight[self._event[other]]
            hat[n, other] += root[at[n]] * root[other] / shared
        hat[np.arange(len(at)), at] -= self._used[at]
        return np.negative(hat, out=hat)

    def residual_correlation(self, row: int) -> Array:
        """ρ_ij = (Q_v)_ij / √((Q_v)_ii (Q_v)_jj) of one row with all rows, shape (rows,)."""
        r = np.where(self._used, self.redundancy, 0.0)
        scale = np.sqrt(r * r[row])
        result: Array = np.where(
            scale > 0, self.projection([row])[0] / np.where(scale > 0, scale, 1.0), 0.0
        )
        return result

    @property
    def chi2(self) -> float:
        """vᵀPv."""
        return float(self._whitened_residual @ self._whitened_residual)

    @property
    def dof(self) -> int:
        """Rows less rank: degrees of freedom of the global test."""
        events = int(np.sum(self._event_weight > 0))
        return int(self._used.sum()) - events - int(self._q.shape[1])

    @cached_property
    def p_global(self) -> float | None:
        """Upper-tail probability of χ²; ``None`` without redundancy."""
        if self.dof <= 0:
            return None
        from scipy.special import chdtrc

        return float(chdtrc(self.dof, self.chi2))

    @property
    def birge(self) -> float:
        """max(1, σ̂0) where the global test fails (p < 0.05), else 1. Never below 1."""
        if self.p_global is None or self.p_global >= GLOBAL_ALPHA:
            return 1.0
        return max(1.0, math.sqrt(self.chi2 / self.dof))

    # -- functions of the solution -----------------------------------------------------------

    def correction_function(self, source: str, tau_s: float, *, on_datum_scale: bool) -> Function:
        """T - τ of a source; with ``on_datum_scale`` as the datum clock showed it."""
        terms = self.network.correction(source, tau_s)
        if on_datum_scale:
            reached = tau_s + self._dot(terms)
            terms = combine((1.0, terms), (-1.0, self._datum_drift(reached)))
        return Function(0.0, terms, {}, {})

    def instant_function(self, source: str, tau_s: float, *, on_datum_scale: bool) -> Function:
        """T of a media time of a source."""
        return replace(
            self.correction_function(source, tau_s, on_datum_scale=on_datum_scale), constant=tau_s
        )

    def event_function(self, event: int, *, on_datum_scale: bool) -> Function:
        """T of an event."""
        terms: Terms = {}
        if on_datum_scale:
            terms = combine((-1.0, self._datum_drift(float(self.event_times[event]))))
        return Function(0.0, terms, {event: 1.0}, {})

    def mark_function(self, row: int, *, on_datum_scale: bool) -> Function:
        """T of an event as this one mark alone places it: τ + c(τ) - delays, with its reading."""
        ideal = self.network.sighting(row)
        if not on_datum_scale:
            return ideal
        reached = ideal.constant + self._dot(ideal.terms)
        return replace(ideal, terms=combine((1.0, ideal.terms), (-1.0, self._datum_drift(reached))))

    def drift_function(self, source: str, *, relative_to_datum: bool, stretch: int = 0) -> Function:
        """Drift of a stretch's clock, against ideal time or against the datum."""
        terms = self.network.drift(source, stretch)
        if relative_to_datum:
            terms = combine((1.0, terms), (-1.0, self.network.drift(self.network.reference)))
        return Function(0.0, terms, {}, {})

    def _datum_drift(self, reached_s: float) -> Terms:
        """Coefficients of d_ref·(T - epoch_ref): ideal time less what the datum showed."""
        reference = self.network.sources[self.network.reference]
        return {
            number: reached_s - reference.epoch_s
            for number in self.network.drift(self.network.reference)
        }

    def _dot(self, terms: Terms) -> float:
        return math.fsum(value * float(self.x[number]) for number, value in terms.items())

    def estimable(self, function: Function) -> bool:
        """True when the observations determine the function (‖V0ᵀc‖∞ ≤ 1e-7‖c‖∞)."""
        if any(self._event_weight[event] == 0 for event, c in function.events.items() if c):
            return False
        if not self._null.shape[1]:
            return True
        c = self._clock_part(function) / self._scale
        size = float(np.max(np.abs(c), initial=0.0))
        left = float(np.max(np.abs(self._null.T @ c)))
        return left <= ESTIMABLE_TOLERANCE * size

    def _clock_part(self, function: Function) -> Array:
        """Coefficients on the clock parameters once event times are written by their rows."""
        c = np.zeros(len(self.network.parameters))
        for number, value in function.terms.items():
            c[number] += value
        for event, value in function.events.items():
            c -= value * self._mean_design[event]
        return c

    def on_datum(self, function: Function, reached_s: float) -> Function:
        """A time (or a correction) in ideal time as the datum clock showed it, near ``reached_s``.

        For what no observation places, so that only limits say where it lies.
        """
        terms = combine((1.0, function.terms), (-1.0, self._datum_drift(reached_s)))
        return replace(function, terms=terms)

    def null_part(self, function: Function) -> Array:
        """What of a function no observation holds: zero exactly where it is estimable.

        Coefficients on the null directions of the design (``sync.adjustment.limits`` holds them by
        limits), then on the times of events that no row has, shape (directions + events,). The
        function is its value, plus gains times errors, plus these times unknown numbers.
        """
        c = self._clock_part(function) / self._scale
        part = np.zeros(self._null.shape[1] + len(self.network.events))
        if self.estimable(function):
            return part
        part[: self._null.shape[1]] = self._null.T @ c
        for event, value in function.events.items():
            if self._event_weight[event] == 0:
                part[self._null.shape[1] + event] = value
        part[np.abs(part) <= ESTIMABLE_TOLERANCE * float(np.max(np.abs(part)))] = 0.0
        return part

    def gains(self, function: Function) -> Array:
        """g with error of the function = Σ g_i ε_i over the rows, shape (rows,); read-only."""
        if self._asked is None or self._asked[0] is not function:
            g = self.gains_of([function])[0]
            g.flags.writeable = False
            self._asked = (function, g)
        return self._asked[1]

    def gains_of(self, functions: Sequence[Function]) -> Array:
        """:meth:`gains` of several functions, shape (functions, rows)."""
        c = np.zeros((len(functions), len(self.network.parameters)))
        for n, function in enumerate(functions):
            c[n] = self._clock_part(function)
        found: Array = c @ self._back @ self._q.T * self._root
        for n, function in enumerate(functions):
            for event, value in function.events.items():
                own = self._marks[event]
                found[n, own] += value * self._weight[own] / (self._event_weight[event] or 1.0)
            for row, value in function.row_errors.items():
                found[n, row] += value
        return found

    def deviations(self, functions: Sequence[Function]) -> Array:
        """g·u of several functions with the Birge factor where it applies (see :meth:`uncertain`),
        shape (functions, rows), in their unit."""
        scatter = np.array([self.scatter_of(function) for function in functions])
        found: Array = self.gains_of(functions) * self._u * scatter[:, None]
        return found

    @cached_property
    def _marks(self) -> list[NDArray[np.intp]]:
        """Numbers of the rows of every event."""
        order = np.argsort(self._event, kind="stable")
        ends = np.searchsorted(self._event[order], np.arange(len(self.network.events) + 1))
        return [order[ends[i] : ends[i + 1]] for i in range(len(self.network.events))]

    def value(self, function: Function) -> float:
        """The function's adjusted value."""
        return math.fsum(
            (
                function.constant,
                self._dot(function.terms),
                *(v * float(self.event_times[e]) for e, v in function.events.items()),
            )
        )

    def uncertain(self, function: Function) -> Uncertain:
        """Value with every input's contribution.

        The Birge factor multiplies what comes from the network where its global test fails, but
        never an independent input (a typed limit), and not a function that no contested row
        carries: what disagrees elsewhere says nothing about it.
        """
        if self._stated is None or self._stated[0] is not function:
            g = self.gains(function) * self.scatter_of(function)
            parts = Contributions(self._design.inputs, g, function.extra)
            self._stated = (function, Uncertain(self.value(function), parts))
        return self._stated[1]

    def unnoticed(
        self, function: Function, asked: frozenset[str] = frozenset()
    ) -> tuple[Unnoticed, ...]:
        """What a mistake that would not be noticed could do to a function, worst first.

        One line for every unit that carries the function: its worst observation (the marks of an
        event with two are one check). ``asked`` names rows that are themselves the instant asked
        about: they need no check.
        """
        at, shift = self._external(function, asked)
        size = np.abs(self.gains(function)[at]) * self._u[at]
        ranked = np.lexsort((-size, -shift))
        _, first = np.unique(self._unit[at[ranked]], return_index=True)
        ranked = ranked[np.sort(first)]
        checked = np.isfinite(shift[ranked]).tolist()
        mdb = self.mdb[at[ranked]].tolist()
        return tuple(
            Unnoticed(
                label=self.rows[i].label,
                mistake_s=mistake if is_checked else None,
                shift_s=moved if is_checked else None,
            )
            for i, mistake, moved, is_checked in zip(
                at[ranked].tolist(), mdb, shift[ranked].tolist(), checked, strict=True
            )
        )

    def unchecked(self, function: Function, asked: frozenset[str] = frozenset()) -> bool:
        """True when a mistake too small to be noticed, in an observation that little checks, could
        move the result out of its stated range.
        """
        largest = self.largest_unnoticed(function, asked)
        if not 0 < largest < math.inf:
            return largest > 0
        return largest > UNCHECKED_ABOVE * self.uncertain(function).expanded().U

    def largest_unnoticed(self, function: Function, asked: frozenset[str] = frozenset()) -> float:
        """The largest shift of :meth:`unnoticed` by an observation that little checks.

        0 where all are well checked, infinite where nothing checks one.
        """
        at, shift = self._external(function, asked)
        return float(np.max(shift[self._checked[at] < LITTLE_CHECKED], initial=0.0))

    def largest_unnoticed_of(self, gains: Array) -> Array:
        """:meth:`largest_unnoticed` of functions with these gains (functions, rows)."""
        size = np.abs(gains) * self._u
        least = CARRIES * np.sqrt(np.einsum("ij,ij->i", size, size))
        little = self._observing & (self._checked < LITTLE_CHECKED)
        mdb = np.where(np.isnan(self.mdb), np.inf, self.mdb)[little]
        carried = size[:, little] > least[:, None]
        shift = np.where(carried, np.abs(gains[:, little]), 1.0) * mdb
        found: Array = np.max(np.where(carried, shift, 0.0), axis=1, initial=0.0)
        return found

    @cached_property
    def _checked(self) -> Array:
        """Redundancy of every row's tie, 0…1: r_i less what its own event's time takes anyway.

        Of two marks of an event each has half the redundancy of the tie they make when they are
        equally good, and the better one nearly none: a mistake in it is as visible as in the other.
        """
        tied = (self._event >= 0) & self._used & ~self._lonely
        free = np.ones(len(self.rows))
        free[tied] -= self._weight[tied] / self._event_weight[self._event[tied]]
        checked: Array = np.nan_to_num(self.redundancy) / free
        return checked

    def _external(
        self, function: Function, asked: frozenset[str]
    ) -> tuple[NDArray[np.intp], Array]:
        """Observations that carry a function, and its external reliability in each (Baarda).

        ∇c_i = |g_i|·∇0_i: the smallest mistake that would be noticed, times the gain. A single tie
        has no redundancy, so any mistake in it goes unnoticed: infinite.
        """
        g = np.abs(self.gains(function))
        size = g * self._u
        at = np.flatnonzero(self._observing & (size > CARRIES * math.sqrt(float(size @ size))))
        if asked:
            at = np.array([i for i in at.tolist() if self.rows[i].id not in asked], dtype=int)
        mdb = self.mdb[at]
        return at, g[at] * np.where(np.isnan(mdb), np.inf, mdb)

    @cached_property
    def _unit(self) -> NDArray[np.intp]:
        """Number of the unit of every row."""
        numbers = {unit: i for i, unit in enumerate(dict.fromkeys(row.unit for row in self.rows))}
        return np.array([numbers[row.unit] for row in self.rows], dtype=np.intp)

    @cached_property
    def _observing(self) -> NDArray[np.bool_]:
        """Observations that tie something; not a mark that is its event's only one."""
        found: NDArray[np.bool_] = self.observed & self._used & ~self._lonely
        return found

    @cached_property
    def _lonely(self) -> NDArray[np.bool_]:
        """Rows that are the only mark of their event: they tie nothing."""
        count = self._design.event_sums(self._used.astype(float))
        on = (self._event >= 0) & self._used
        lonely = np.zeros(len(self.rows), dtype=bool)
        lonely[on] = count[self._event[on]] == 1
        return lonely

    @cached_property
    def contested(self) -> NDArray[np.bool_]:
        """Rows of every unit in which a standardised residual exceeds 3.29."""
        high = np.abs(np.nan_to_num(self.standardised)) > W_LIMIT
        found: NDArray[np.bool_] = np.isin(self._unit, self._unit[high]) & self._used
        return found

    def conflict(self, function: Function) -> bool:
        """True when setting a contested observation aside would move the function by more than u.

        Leaving out row i moves a function by g_i·v_i/r_i. A drift prior is no observation: what it
        holds (a recording's own rate) is not in question because marks elsewhere are.
        """
        if not bool(self.contested.any()):
            return False
        g = self.gains(function)
        size = g * self._u
        total = math.sqrt(float(size @ size) + sum(part.u**2 for part in function.extra))
        at = self.contested & self.observed & (self.redundancy > 0)
        if function.row_errors:  # a mark asked about stays the instant it shows
            g = self.gains(replace(function, row_errors={}))
        moved = np.abs(g[at] * self.residuals[at] / self.redundancy[at])
        return bool(np.any(moved > total))

    def scatter_of(self, function: Function) -> float:
        """The Birge factor where it applies to a function, else 1."""
        if bool(self.contested.any()) and not self.conflict(function):
            return 1.0
        return self.birge

    def covariance(self, functions: list[Function]) -> Array:
        """Covariance matrix of several functions, Birge factor included (s²)."""
        deviations = self.deviations(functions)
        covariance: Array = deviations @ deviations.T
        for i, function in enumerate(functions):
            covariance[i, i] += sum(part.u**2 for part in function.extra)
        return covariance


def adjust(network: Network, excluded: frozenset[str] = frozenset()) -> Adjustment:
    """Adjust the network, leaving out rows by id.

    Raises
    ------
    sync.errors.NetworkError
        When a row's value is not finite.
    """
    return Adjustment(network, excluded)
