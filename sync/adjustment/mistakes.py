"""The search for mistakes: data snooping, decided by the weight of the readings.

A network in which no standardised residual exceeds 3.29 (Baarda's w-test, α0 = 0.001; drift priors
take part) holds no suspects. Otherwise its readings are weighed (:mod:`sync.adjustment.conflict`):
where one of them weighs 95 % and sets a minority aside, it is proposed; else the culprit cannot be
told, that is a conflict, and nothing is set aside. Nothing here changes a case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sync.adjustment.adjust import W_LIMIT, Adjustment, adjust
from sync.adjustment.conflict import Readings, Unit, u_without_scatter
from sync.adjustment.network import Function, Network, combine

CERTAIN = 0.95
"""Weight from which a reading counts as told apart from the others."""
LARGEST_PART = 0.5
"""Part of the checked units beyond which "mistakes" means that the model is wrong."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A unit (event, mark, match …) proposed to be set aside, and what spoke against it."""

    unit: str
    rows: frozenset[str]
    w: float
    """Standardised residual against the evidence that is kept."""
    is_event: bool


@dataclass(frozen=True, slots=True)
class MistakeReport:
    """What the search proposes."""

    status: Literal["ok", "conflict"]
    suspects: tuple[Suspect, ...]
    """Largest |w| first; empty in a conflict, where the culprit cannot be told."""
    contested: frozenset[str]
    """Units of which one is wrong, in a conflict."""
    adjustment: Adjustment
    """The network after the proposed exclusions (the plain one in a conflict)."""
    readings: Readings | None = None
    """Every reading of the evidence, in a conflict."""

    @property
    def excluded(self) -> frozenset[str]:
        """Ids of all rows proposed to be set aside."""
        return frozenset().union(*(suspect.rows for suspect in self.suspects))

    @property
    def w(self) -> dict[str, float]:
        """Standardised predicted residual of every excluded row, by id."""
        return {row: suspect.w for suspect in self.suspects for row in suspect.rows}


def find_mistakes(network: Network) -> MistakeReport:
    """Search the network for mistakes.

    Returns
    -------
    MistakeReport
        ``ok`` with the suspects (often none), or ``conflict`` with the contested units.
    """
    plain = adjust(network)
    tested = np.array([row.kind != "quantity" for row in network.rows], dtype=bool)
    if not bool(np.any(np.abs(plain.standardised[tested]) > W_LIMIT)):
        return MistakeReport("ok", (), frozenset(), plain)
    readings = Readings(network)
    weightiest = readings.weightiest
    if weightiest and weightiest[0].weight >= CERTAIN:
        units = weightiest[0].set_aside
        if len(units) <= LARGEST_PART * _checked(plain):
            return _proposed(network, units)
    contested = frozenset(
        network.rows[unit.rows[0]].unit for reading in weightiest for unit in reading.set_aside
    )
    worst = network.rows[int(np.nanargmax(np.where(tested, abs(plain.standardised), np.nan)))]
    return MistakeReport("conflict", (), contested | {worst.unit}, plain, readings)


def _checked(adjustment: Adjustment) -> int:
    """Number of units (events, matches …) that something checks."""
    r = np.nan_to_num(adjustment.redundancy)
    rows = adjustment.rows
    return len({row.unit for i, row in enumerate(rows) if r[i] > 0 and row.kind != "quantity"})


def _proposed(network: Network, units: tuple[Unit, ...]) -> MistakeReport:
    rows = [frozenset(network.rows[row].id for row in unit.rows) for unit in units]
    without = adjust(network, frozenset().union(*rows))
    suspects = []
    for unit, own in zip(units, rows, strict=True):
        row = network.rows[unit.rows[0]]
        misfit = _predicted_residual(network, unit)
        w = without.value(misfit) / u_without_scatter(without, misfit)
        suspects.append(Suspect(row.unit, own, w, is_event=row.event is not None))
    ranked = tuple(sorted(suspects, key=lambda suspect: -abs(suspect.w)))
    return MistakeReport("ok", ranked, frozenset(), without)


def _predicted_residual(network: Network, unit: Unit) -> Function:
    """What a unit that is set aside says, less what the rest says.

    Over its u this is the w the unit has where it alone is taken back.
    """
    number, *other = unit.rows
    row = network.rows[number]
    if row.event is None:
        return Function(row.value, combine((-1.0, row.terms)), {}, {number: 1.0})
    rest = network.sighting(other[0]) if other else Function(0.0, {}, {row.event: 1.0}, {})
    return network.sighting(number) - rest
