"""The clock network: parameters, observation rows, and how a source's clock enters them.

Every row is  l = a·x + ε  with x the clock parameters and at most one event time
(``estimation.md`` §2). The clock of source s at media time τ is

    T = τ + o[s, k] + d[clock]·(τ - epoch[s])

with T ideal elapsed time from the project's epoch, k the stretch τ lies in. The datum's offset is
fixed at 0 at its epoch; its drift has its prior like any other, so a difference of two instants is
elapsed time and does not depend on which clock is the datum.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from sync.errors import NetworkError
from sync.uncertainty import Component, Distribution

RowKind = Literal[
    "mark", "log", "lag", "offset", "reading", "check", "quantity", "gap", "drift-prior"
]
Parameter = tuple[str, str, int]
"""("o", source, stretch) · ("d", clock, 0) · ("q", key, 0)"""
Terms = dict[int, float]
"""Coefficients by parameter number."""


@dataclass(frozen=True, slots=True)
class Row:
    """One observation. ``value`` and ``distribution`` in seconds (dimensionless for a drift)."""

    id: str
    kind: RowKind
    value: float
    terms: Terms
    distribution: Distribution
    event: int | None = None
    unit: str = ""
    """What is set aside together: the event of a mark, the id of anything else."""
    label: str = ""
    """How the row is called in a budget."""


@dataclass(frozen=True, slots=True)
class Function:
    """A linear function of the parameters: constant + terms·x + Σ event times + row errors."""

    constant: float
    terms: Terms
    events: dict[int, float]
    row_errors: dict[int, float]
    """Extra coefficients on the rows' own values (a mark placed by its own reading)."""
    extra: tuple[Component, ...] = ()
    """Independent inputs outside the network: a typed limit of a newly pointed-at instant."""

    def __sub__(self, other: Function) -> Function:
        return Function(
            self.constant - other.constant,
            combine((1.0, self.terms), (-1.0, other.terms)),
            combine((1.0, self.events), (-1.0, other.events)),
            combine((1.0, self.row_errors), (-1.0, other.row_errors)),
            (*self.extra, *(replace(part, gain=-part.gain) for part in other.extra)),
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit as the network sees it: low ≤ function ≤ high, in seconds; ``None`` is open."""

    id: str
    label: str
    function: Function
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class NetworkSource:
    """A recording or an authority as the network sees it; times in seconds."""

    name: str
    epoch_s: float
    clock: str
    breaks_s: tuple[float, ...] = ()
    clocks: tuple[str, ...] = ()
    """Clock of every stretch where another camera takes over; empty: ``clock`` throughout."""

    def stretch_at(self, tau_s: float) -> int:
        """Stretch of a media time; a time at a break belongs to the later stretch."""
        return bisect_right(self.breaks_s, tau_s)

    def clock_at(self, stretch: int) -> str:
        """Clock of a stretch."""
        return self.clocks[stretch] if self.clocks else self.clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What people call the things of a network, by the names these have in it."""

    nodes: Mapping[str, str] = field(default_factory=dict)
    """Sources: recordings, and clocks that are read."""
    clocks: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)

    def node(self, name: str) -> str:
        """A source's name, or what it is called in the network where it has none."""
        return self.nodes.get(name, name)

    def clock(self, name: str) -> str:
        """A clock's name."""
        return self.clocks.get(name, name)

    def event(self, name: str) -> str:
        """An event's name."""
        return self.events.get(name, name)


class Network:
    """Sources, parameters and rows, being put together; then handed to ``adjust``.

    Parameters
    ----------
    reference
        Name of the source (recording or authority) whose clock is the datum.
    sources
        All sources.
    u_drift
        Standard uncertainty of each clock's drift, dimensionless: 0 ideal, ``None`` unknown.
    names
        What labels and sentences call them; where it has none, the network's own names.
    """

    def __init__(
        self,
        reference: str,
        sources: Iterable[NetworkSource],
        u_drift: dict[str, float | None],
        names: Names | None = None,
    ) -> None:
        self.sources = {source.name: source for source in sources}
        if reference not in self.sources:
            raise NetworkError(
                f"The reference {reference!r} is not one of the sources.", row="reference"
            )
        self.reference = reference
        self.u_drift = u_drift
        self.names = names or Names()
        self.parameters: list[Parameter] = []
        self.events: list[str] = []
        self.rows: list[Row] = []
        self.bounds: list[Bound] = []
        """Limits: they never enter least squares, they truncate what it gives."""
        self._number: dict[Parameter, int] = {}
        self._event_number: dict[str, int] = {}
        for source in self.sources.values():
            for stretch in range(len(source.breaks_s) + 1):
                if not (source.name == reference and stretch == 0):
                    self._parameter(("o", source.name, stretch))
        clocks = (c for source in self.sources.values() for c in source.clocks or (source.clock,))
        for clock in dict.fromkeys(clocks):
            if u_drift[clock] != 0:
                self._parameter(("d", clock, 0))

    def _parameter(self, key: Parameter) -> int:
        if key not in self._number:
            self._number[key] = len(self.parameters)
            self.parameters.append(key)
        return self._number[key]

    def event_name(self, row: Row) -> str | None:
        """What people call the event a row is a sighting of; ``None`` where it is of none."""
        return None if row.event is None else self.names.event(self.events[row.event])

    def event(self, name: str) -> int:
        """Number of an event's time, made when new."""
        if name not in self._event_number:
            self._event_number[name] = len(self.events)
            self.events.append(name)
        return self._event_number[name]

    def find_event(self, name: str) -> int | None:
        """Number of an event's time, or ``None`` when no row has it."""
        return self._event_number.get(name)

    def quantity(self, key: str) -> int:
        """Number of a shared quantity: a delay, an authority's error."""
        return self._parameter(("q", key, 0))

    def has_quantity(self, key: str) -> bool:
        """True when a row has used the quantity."""
        return ("q", key, 0) in self._number

    def correction(self, source: str, tau_s: float, stretch: int | None = None) -> Terms:
        """Coefficients of T - τ of ``source`` at ``tau_s`` (ideal time).

        ``stretch`` overrides the one ``tau_s`` lies in: a break belongs to the stretch it begins,
        and is where the one before ended.
        """
        at = self.sources[source]
        number = at.stretch_at(tau_s) if stretch is None else stretch
        terms: Terms = {}
        offset = self._number.get(("o", source, number))
        if offset is not None:
            terms[offset] = 1.0
        drift = self._number.get(("d", at.clock_at(number), 0))
        if drift is not None and tau_s != at.epoch_s:
            terms[drift] = tau_s - at.epoch_s
        return terms

    def drift(self, source: str, stretch: int = 0) -> Terms:
        """Coefficients of the drift of a stretch's clock; empty where it is ideal."""
        number = self._number.get(("d", self.sources[source].clock_at(stretch), 0))
        return {} if number is None else {number: 1.0}

    def instant(self, source: str, tau_s: float) -> Function:
        """T of a media time of a source, as elapsed ideal time."""
        return Function(tau_s, self.correction(source, tau_s), {}, {})

    def jump(self, source: str, after_stretch: int) -> Terms:
        """Coefficients of the real time missing between a stretch and the next."""
        cut_s = self.sources[source].breaks_s[after_stretch]
        return combine(
            (1.0, self.correction(source, cut_s, after_stretch + 1)),
            (-1.0, self.correction(source, cut_s, after_stretch)),
        )

    def sighting(self, row: int) -> Function:
        """T of an event as one mark alone places it: τ + c(τ) - delays, with its reading error."""
        mark = self.rows[row]
        return Function(mark.value, combine((-1.0, mark.terms)), {}, {row: 1.0})

    def add(self, row: Row) -> None:
        """Append a row."""
        self.rows.append(row)

    def add_lag(
        self,
        row_id: str,
        kind: RowKind,
        *,
        a: str,
        tau_a_s: float,
        b: str,
        tau_b_s: float,
        distribution: Distribution,
        delays_a: Iterable[str] = (),
        delays_b: Iterable[str] = (),
        label: str = "",
    ) -> None:
        """A row saying that τ_a of a and τ_b of b, less their delays, are one instant.

        τ_a + c_a - b_a = τ_b + c_b - b_b, so  l = τ_b - τ_a = c_a - c_b - b_a + b_b.
        (A stream that is late sees the instant at a later media time, as in a mark's row.)
        """
        terms = combine(
            (1.0, self.correction(a, tau_a_s)),
            (-1.0, self.correction(b, tau_b_s)),
            *((-1.0, {self.quantity(key): 1.0}) for key in delays_a),
            *((1.0, {self.quantity(key): 1.0}) for key in delays_b),
        )
        self.add(
            Row(
                id=row_id,
                kind=kind,
                value=tau_b_s - tau_a_s,
                terms=terms,
                distribution=distribution,
                unit=row_id,
                label=label or row_id,
            )
        )

    def add_mark(
        self,
        row_id: str,
        *,
        event: str,
        source: str,
        tau_s: float,
        distribution: Distribution,
        delays: Iterable[str] = (),
        label: str = "",
        kind: RowKind = "mark",
    ) -> None:
        """A sighting:  τ = T_e - c(τ) + Σ delays + ε."""
        terms = combine(
            (-1.0, self.correction(source, tau_s)),
            *((1.0, {self.quantity(key): 1.0}) for key in delays),
        )
        self.add(
            Row(
                id=row_id,
                kind=kind,
                value=tau_s,
                terms=terms,
                distribution=distribution,
                event=self.event(event),
                unit=event,
                label=label or row_id,
            )
        )

    def add_drift_priors(self) -> None:
        """The prior of every clock as an ordinary row, after all others; ``names`` for people."""
        for clock, u in self.u_drift.items():
            number = self._number.get(("d", clock, 0))
            if u and number is not None:
                self.add(
                    Row(
                        id=f"drift-prior:{clock}",
                        kind="drift-prior",
                        value=0.0,
                        terms={number: 1.0},
                        distribution=Distribution.normal(u),
                        unit=f"drift-prior:{clock}",
                        label=f"drift of {self.names.clock(clock)}",
                    )
                )


def combine(*parts: tuple[float, Terms]) -> Terms:
    """Σ factor · terms."""
    total: Terms = {}
    for factor, terms in parts:
        for number, value in terms.items():
            total[number] = total.get(number, 0.0) + factor * value
    return {number: value for number, value in total.items() if value != 0}
