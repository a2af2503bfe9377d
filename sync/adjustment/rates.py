"""Drifts that no clock has: is a recording's nominal picture rate wrong? (``estimation.md`` §2.)

A file whose pictures were taken at one rate and stamped at another seems to drift: its PTS run at
played/recorded of real time, so T = τ·(stamped/recorded) and d = stamped/recorded - 1. 30 000/1001
pictures a second stamped as 30 seem to lose 1,000 ppm.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from sync.adjustment.adjust import W_LIMIT, Adjustment, adjust
from sync.adjustment.inputs import authority
from sync.adjustment.network import Function, Row
from sync.adjustment.solution import RateHypothesis
from sync.clock import PPM
from sync.uncertainty import decimals_for, format_ends

NOMINAL = {
    "30": Fraction(30),
    "29.97": Fraction(30_000, 1001),
    "25": Fraction(25),
    "24": Fraction(24),
    "23.976": Fraction(24_000, 1001),
}
"""Picture rates that get mixed up; their multiples (60 for 59.94, 50 for 48) have equal ratios."""
ALIKE = 0.999
"""Of two standardised residuals as alike as this one mistake explains either."""


def rate_hypotheses(
    adjustment: Adjustment, clock_names: Mapping[str, str]
) -> tuple[RateHypothesis, ...]:
    """Clocks whose drift-prior row fails its test, and what nominal rate would explain it.

    A drift beyond 5 u_d always fails it. One clock a round, the worst first, the next with that
    prior out; their drifts are stated as the rest gives them, without their priors. Nothing is said
    where an observation fails its test more, or still fails with those priors out: what disagrees
    then is the evidence, and no rate explains it.

    Parameters
    ----------
    clock_names
        Names for people by clock id; a clock without one is called by its id.

    Returns
    -------
    tuple of RateHypothesis
        ``drift_ppm`` positive: the recording's clock is slow. ``ratio`` is "" where no mixed-up
        rate explains the drift.
    """
    suspects: list[Row] = []
    current = adjustment
    while (number := _worst(current)) is not None:
        suspects.append(current.rows[number])
        current = adjust(current.network, current.excluded | {current.rows[number].id})
    if bool(current.contested.any()):
        return ()
    return tuple(_hypothesis(current, row, clock_names) for row in suspects)


def _hypothesis(without: Adjustment, prior: Row, clock_names: Mapping[str, str]) -> RateHypothesis:
    """What would explain the drift that the rest gives a clock, ``without`` its prior."""
    stated = without.uncertain(Function(0.0, prior.terms, {}, {})).expanded()
    clock = prior.id.partition(":")[2]
    is_film = any(
        clock in (source.clock, *source.clocks) and source.name != authority(clock)
        for source in without.network.sources.values()
    )
    pair = _explained(stated.value, stated.U) if is_film else None
    name, u = clock_names.get(clock, clock), prior.distribution.u
    return RateHypothesis(
        clock=clock,
        drift_ppm=stated.value / PPM,
        ratio="" if pair is None else _ratio(*pair),
        in_words=_words(name, stated.value, stated.U, u, pair),
    )


def _worst(adjustment: Adjustment) -> int | None:
    """The drift prior that fails its test most, where no observation fails its own more.

    Of two that cannot be told apart, not the datum's: with two clocks only their difference is
    known, and the datum's is held.
    """
    prior = np.array([row.kind == "drift-prior" for row in adjustment.rows], dtype=bool)
    every = np.abs(np.nan_to_num(adjustment.standardised))
    w = np.where(prior, every, 0.0)
    if not len(w) or float(w.max()) <= max(W_LIMIT, ALIKE * float(every.max())):
        return None
    network = adjustment.network
    datum = f"drift-prior:{network.sources[network.reference].clock}"
    others = np.where([row.id == datum for row in adjustment.rows], 0.0, w)
    alike = float(others.max()) >= ALIKE * float(w.max())
    return int(np.argmax(others if alike else w))


def _explained(drift: float, U: float) -> tuple[str, str] | None:
    """(recorded, stamped) of the mixed-up rates nearest to the drift, within its own U."""
    pairs = [
        (abs(float(NOMINAL[stamped] / NOMINAL[recorded]) - 1 - drift), recorded, stamped)
        for recorded, stamped in itertools.permutations(NOMINAL, 2)
    ]
    off, recorded, stamped = min(pairs, key=lambda pair: pair[0])
    return (recorded, stamped) if off <= U else None


def _ratio(recorded: str, stamped: str) -> str:
    """``1001/1000``, ``25/24``: stamped over recorded."""
    if recorded.isdigit() and stamped.isdigit():
        return f"{stamped}/{recorded}"
    return str(NOMINAL[stamped] / NOMINAL[recorded])


def _words(name: str, drift: float, U: float, u_prior: float, pair: tuple[str, str] | None) -> str:
    ppm, U_ppm = abs(drift) / PPM, U / PPM
    decimals = decimals_for(U_ppm)
    low, high = format_ends(ppm - U_ppm, ppm + U_ppm, decimals)
    seems = (
        f"{name} seems to {'lose' if drift > 0 else 'gain'} {ppm:.{decimals}f} ppm "
        f"(between {low} and {high}; 95 % range)"
    )
    if pair is None:
        return (
            f"{seems}: more than the {u_prior / PPM:g} ppm stated for its clock allows, and no "
            "usual mix-up of picture rates gives that. Look at its marks again; if they stand, "
            "state a wider drift."
        )
    recorded, stamped = pair
    return (
        f"{seems}: that is what {recorded} fps played as {stamped} fps gives ({_ratio(*pair)}). "
        "Check the file's rate; this is not clock drift."
    )
