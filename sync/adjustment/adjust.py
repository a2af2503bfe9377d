"""Weighted least squares on the clock network (``estimation.md`` §3).

Event times are eliminated first: within an event, the weighted mean of its rows is subtracted
(the Schur complement of the event block, done on the rows rather than on the normal equations, so
that nothing is squared). Which functions are estimable is decided on the *unweighted* design;
weights enter only the solution, by QR on the estimable subspace.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.network import Function, Network, Row, Terms, combine
from sync.uncertainty import Component, Uncertain

Array = NDArray[np.float64]

RANK_TOLERANCE = 1e-9
ESTIMABLE_TOLERANCE = 1e-7
ALPHA_0 = 0.001
SQRT_LAMBDA_0 = 3.290526731491894 + 0.8416212335729143
"""Baarda's √λ0 = z(1 - α0/2) + z(power) with α0 = 0.001 and power 0.80."""
W_LIMIT = 3.290526731491894
GLOBAL_ALPHA = 0.05
UNCHECKED_ABOVE = 5.0
"""A result is unchecked when an unnoticed mistake could move it by more than this many times its U.
The mean of two equal observations, each checking the other, has 2.1."""


class Adjustment:
    """The adjusted network. Build with :func:`adjust`."""

    def __init__(self, network: Network, excluded: frozenset[str] = frozenset()) -> None:
        self.network = network
        self.excluded = excluded
        """Ids of rows left out."""
        self.rows: list[Row] = network.rows
        self._used = np.array([row.id not in excluded for row in self.rows], dtype=bool)
        self._assemble()
        self._eliminate_events()
        self._find_estimable_space()
        self._solve()

    # -- assembling ------------------------------------------------------------------------

    def _assemble(self) -> None:
        m, n = len(self.rows), len(self.network.parameters)
        self._design = np.zeros((m, n))
        self._value = np.array([row.value for row in self.rows], dtype=float)
        self._u = np.array([row.distribution.u for row in self.rows], dtype=float)
        self._event = np.array(
            [-1 if row.event is None else row.event for row in self.rows], dtype=int
        )
        for i, row in enumerate(self.rows):
            for number, coefficient in row.terms.items():
                self._design[i, number] = coefficient
        self._weight = np.where(self._used, 1.0 / self._u**2, 0.0)
        # Rows sorted by event, so that sums over events are runs.
        with_event = np.flatnonzero(self._event >= 0)
        self._by_event = with_event[np.argsort(self._event[with_event], kind="stable")]
        self._event_runs = np.unique(self._event[self._by_event], return_index=True)

    def _event_sums(self, values: Array) -> Array:
        """Σ of ``values`` (m, …) over the rows of each event, shape (events, …)."""
        sums = np.zeros((len(self.network.events), *values.shape[1:]))
        if len(self._by_event):
            numbers, starts = self._event_runs
            sums[numbers] = np.add.reduceat(values[self._by_event], starts, axis=0)
        return sums

    def _event_means(self, weight: Array, values: Array) -> Array:
        """Weighted mean of ``values`` (m, …) over the rows of each event, shape (events, …)."""
        per_row = weight.reshape(-1, *([1] * (values.ndim - 1)))
        sums, totals = self._event_sums(values * per_row), self._event_sums(weight)
        safe = np.where(totals > 0, totals, 1.0)
        return sums / safe.reshape(-1, *([1] * (values.ndim - 1)))

    def _centred(self, weight: Array, values: Array) -> Array:
        """``values`` less their event's weighted mean; rows without an event unchanged."""
        means = self._event_means(weight, values)
        on = self._event >= 0
        result = values.copy()
        result[on] -= means[self._event[on]]
        return result

    def _eliminate_events(self) -> None:
        self._root = np.sqrt(self._weight)
        self._event_weight = self._event_sums(self._weight)
        self._mean_design = self._event_means(self._weight, self._design)
        self._mean_value = self._event_means(self._weight, self._value)
        self._whitened = self._centred(self._weight, self._design) * self._root[:, None]
        self._whitened_value = self._centred(self._weight, self._value) * self._root

    # -- solving ---------------------------------------------------------------------------

    def _find_estimable_space(self) -> None:
        """Row space and null space of the unweighted design, columns scaled to unit norm."""
        plain = self._centred(self._used.astype(float), self._design)[self._used]
        norms = np.linalg.norm(plain, axis=0)
        self._scale = np.where(norms > 0, norms, 1.0)
        n = len(self._scale)
        if n == 0 or plain.shape[0] == 0:
            self._basis, self._null = np.zeros((n, 0)), np.eye(n)
            return
        triangle = np.linalg.qr(plain / self._scale, mode="r")
        _, singular, right = np.linalg.svd(triangle, full_matrices=True)
        rank = int(np.sum(singular > RANK_TOLERANCE * max(1.0, float(singular[0]))))
        self._basis, self._null = right[:rank].T, right[rank:].T

    def _solve(self) -> None:
        reduced = (self._whitened / self._scale) @ self._basis
        if reduced.shape[1]:
            # Columns may differ by many orders of magnitude (u from 1e-4 to 10 s).
            column = np.linalg.norm(reduced, axis=0)
            column[column == 0] = 1.0
            self._q, triangle = np.linalg.qr(reduced / column)
            inverse = np.linalg.inv(triangle)
            self._back = (self._basis / self._scale[:, None]) @ (inverse / column[:, None])
        else:
            self._q = np.zeros((len(self.rows), 0))
            self._back = np.zeros((len(self.network.parameters), 0))
        self.x = self._back @ (self._q.T @ self._whitened_value)
        self.event_times = self._mean_value - self._mean_design @ self.x
        self._whitened_residual = self._whitened_value - self._q @ (
            self._q.T @ self._whitened_value
        )

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
        with np.errstate(divide="ignore", invalid="ignore"):
            v = np.where(self._used, self._whitened_residual / self._root, 0.0)
        left_out = np.flatnonzero(~self._used)
        for i in left_out:
            row = self.rows[i]
            predicted = float(self._design[i] @ self.x)
            if row.event is not None:
                predicted += (
                    self.event_times[row.event] if self._event_weight[row.event] > 0 else math.nan
                )
            v[i] = row.value - predicted
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

    def residual_correlation(self, row: int) -> Array:
        """ρ_ij = (Q_v)_ij / √((Q_v)_ii (Q_v)_jj) of one row with all rows, shape (rows,)."""
        hat = self._q @ self._q[row]
        event = self._event[row]
        if event >= 0 and self._used[row]:
            own = (self._event == event) & self._used
            hat[own] += self._root[own] * self._root[row] / self._event_weight[event]
        hat[row] -= 1.0
        scale = np.sqrt(np.nan_to_num(self.redundancy) * np.nan_to_num(self.redundancy)[row])
        result: Array = np.where(scale > 0, -hat / np.where(scale > 0, scale, 1.0), 0.0)
        return result

    @property
    def chi2(self) -> float:
        """vᵀPv."""
        return float(self._whitened_residual @ self._whitened_residual)

    @property
    def dof(self) -> int:
        """Rows less rank: degrees of freedom of the global test."""
        events = int(np.sum(self._event_weight > 0))
        return int(self._used.sum()) - events - self._basis.shape[1]

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
        c = self._clock_part(function) / self._scale
        size = float(np.max(np.abs(c), initial=0.0))
        return size == 0 or float(
            np.max(np.abs(self._null.T @ c), initial=0.0)
        ) <= ESTIMABLE_TOLERANCE * max(size, 1e-300)

    def _clock_part(self, function: Function) -> Array:
        """Coefficients on the clock parameters once event times are written by their rows."""
        c = np.zeros(len(self.network.parameters))
        for number, value in function.terms.items():
            c[number] += value
        for event, value in function.events.items():
            c -= value * self._mean_design[event]
        return c

    def gains(self, function: Function) -> Array:
        """g with error of the function = Σ g_i ε_i over the rows, shape (rows,)."""
        g: Array = self._root * (self._q @ (self._back.T @ self._clock_part(function)))
        for event, value in function.events.items():
            own = (self._event == event) & self._used
            g[own] += value * self._weight[own] / self._event_weight[event]
        for row, value in function.row_errors.items():
            g[row] += value
        return g

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
        g = self.gains(function) * self._scatter(function)
        size = np.abs(g) * self._u
        keep = np.flatnonzero(size > 1e-9 * max(float(np.max(size, initial=0.0)), 1e-300))
        components = tuple(
            Component(self.rows[i].id, float(g[i]), self.rows[i].distribution) for i in keep
        )
        return Uncertain(self.value(function), (*components, *function.extra))

    def unchecked(self, function: Function, asked: frozenset[str] = frozenset()) -> bool:
        """True when a mistake in one observation could move the result far without showing.

        External reliability (Baarda): the smallest mistake that would be noticed, times the gain,
        against the stated U. A single tie has no redundancy, so any mistake goes unnoticed.
        ``asked`` names rows that are themselves the instant asked about: they need no check.
        """
        g = np.abs(self.gains(function))
        size = g * self._u
        total = math.sqrt(float(size @ size))
        if total == 0:
            return False
        observed = np.array(
            [row.kind not in ("quantity", "drift-prior") for row in self.rows], dtype=bool
        )
        own = np.array([row.id in asked for row in self.rows], dtype=bool)
        carrying = observed & self._used & ~self._lonely & ~own & (size > 1e-3 * total)
        unnoticed = g[carrying] * np.nan_to_num(self.mdb[carrying], nan=np.inf)
        limit = UNCHECKED_ABOVE * self.uncertain(function).expanded().U
        return bool(np.any(unnoticed > limit))

    @cached_property
    def _lonely(self) -> NDArray[np.bool_]:
        """Rows that are the only mark of their event: they tie nothing."""
        count = self._event_sums(self._used.astype(float))
        on = (self._event >= 0) & self._used
        lonely = np.zeros(len(self.rows), dtype=bool)
        lonely[on] = count[self._event[on]] == 1
        return lonely

    @cached_property
    def contested(self) -> NDArray[np.bool_]:
        """Rows of every unit in which a standardised residual exceeds 3.29."""
        high = np.abs(np.nan_to_num(self.standardised)) > W_LIMIT
        units = {self.rows[i].unit for i in np.flatnonzero(high)}
        found: NDArray[np.bool_] = np.array([row.unit in units for row in self.rows]) & self._used
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
        observed = np.array([row.kind not in ("quantity", "drift-prior") for row in self.rows])
        at = np.logical_and(self.contested, observed) & (self.redundancy > 0)
        moved = np.abs(g[at] * self.residuals[at] / self.redundancy[at])
        return bool(np.any(moved > total))

    def _scatter(self, function: Function) -> float:
        """The Birge factor where it applies to a function, else 1."""
        if bool(self.contested.any()) and not self.conflict(function):
            return 1.0
        return self.birge

    def covariance(self, functions: list[Function]) -> Array:
        """Covariance matrix of several functions, Birge factor included (s²)."""
        gains = np.array([self.gains(f) * self._scatter(f) for f in functions]) * self._u
        covariance: Array = gains @ gains.T
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
