"""The scenarios that ``simulate`` writes and ``calibrate`` scores: one description for both.

Those of ``estimation.md`` §10.1 (S1 … S7), §10.2 (five-source nets) and §10.4 (limits) first, then
one for every other kind of evidence. A *mistake* moves a mark by a uniform draw; unless said
otherwise 5 % and 10 % are shares of the anchors, of each of which one mark is wrong.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from sync.validation.world import Truth, World

Make = Callable[[World], None]

HOUR_S = 3600.0
HALF_S = 0.02
"""Half a picture at 25 a second."""
PPM = 1e-6
PICTURE_RATES_HZ = (12.5, 15.0, 25.0, 30000 / 1001)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How networks of one kind are made, and what is asked of the engine on them."""

    name: str
    text: str
    make: Make
    questions: tuple[str, ...] = ("correction",)
    """What each query asks, in order."""
    least: float = 0.94
    most: float = 0.96
    """Asked coverage of the stated 95 %; 1 where the analyst's prior is wider than the truth."""
    most_conflict: float | None = None
    """Largest asked share of networks set aside as conflict, 0…1."""
    largest_ratio: float | None = None
    """Largest asked ratio of the median half-width to the best linear estimator's."""


def made_case(scenario: Scenario, seed: int, case: int) -> tuple[dict[str, Any], Truth]:
    """One made network and its truth; the same for the same scenario, seed and case number."""
    name = zlib.crc32(scenario.name.encode())
    world = World(np.random.default_rng([seed, name, case]))
    scenario.make(world)
    return world.document, world.truth


def select(names: Iterable[str]) -> tuple[Scenario, ...]:
    """Scenarios by name or by family (``S1`` for ``S1-n1`` … ``S1-n20``), in the table's order.

    Raises
    ------
    KeyError
        With the first name that is neither.
    """
    wanted: set[str] = set()
    for name in names:
        found = {scenario for scenario in SCENARIOS if name in (scenario, family(scenario))}
        if not found:
            raise KeyError(name)
        wanted |= found
    return tuple(scenario for name, scenario in SCENARIOS.items() if name in wanted)


def family(name: str) -> str:
    """A scenario's name without its number of anchors."""
    return name.rsplit("-n", 1)[0]


# -- two sources (§10.1) --------------------------------------------------------------------------


def _two_sources(
    world: World,
    *,
    anchors: int,
    prior: float,
    sigma: float = 0.0,
    fixed: float = 0.0,
    mistakes: float = 0.0,
    up_to_s: float = 0.0,
) -> None:
    """Anchors within one hour, the correction asked at a random instant of two.

    The true drift is normal with ``sigma``, or ``fixed`` with either sign.
    """
    rng = world.rng
    drift = rng.normal(0.0, sigma) if sigma else fixed * rng.choice((-1.0, 1.0))
    world.source("A")
    world.source(
        "B",
        offsets_s=(rng.uniform(-1000.0, 1000.0),),
        drift=float(drift),
        spread=max(sigma, fixed),
        prior=prior,
    )
    for number in range(anchors):
        at_s = rng.uniform(0.0, HOUR_S)
        wrong = rng.random() < mistakes
        world.mark(f"e{number}", "A", at_s, half=HALF_S)
        world.mark(
            f"e{number}", "B", at_s, half=HALF_S,
            mistake_s=rng.uniform(-up_to_s, up_to_s) if wrong else 0.0,
        )  # fmt: skip
    world.ask_correction("B", world.clocks["B"].media(rng.uniform(0.0, 2 * HOUR_S)))


@dataclass(frozen=True, slots=True)
class _Family:
    name: str
    text: str
    prior_ppm: float
    sigma_ppm: float = 50.0
    fixed_ppm: float = 0.0
    mistakes: float = 0.0
    up_to_s: float = 0.0
    most: float = 0.96


_FAMILIES = (
    _Family("S1", "no mistakes", 50),
    _Family("S2", "5 % mistakes within ± 10 s", 50, mistakes=0.05, up_to_s=10),
    _Family("S3", "10 % mistakes within ± 10 s", 50, mistakes=0.1, up_to_s=10),
    _Family("S4", "10 % mistakes within ± 0.5 s", 50, mistakes=0.1, up_to_s=0.5, most=1),
    _Family("S4-default", "as S4, prior 100 ppm", 100, mistakes=0.1, up_to_s=0.5, most=1),
    _Family("S5", "true drift 150 ppm, prior 50 ppm", 50, 0, 150, most=1),
    _Family("S5-default", "true drift 150 ppm, prior 100 ppm", 100, 0, 150, most=1),
    _Family("S6", "true drift 150 ppm, prior 200 ppm", 200, 0, 150),
    _Family("S7", "true drift 0, prior 50 ppm", 50, 0, 0, most=1),
)
ANCHORS = (1, 2, 3, 5, 20)


def _two_source_scenarios() -> Iterable[Scenario]:
    for family in _FAMILIES:
        for anchors in ANCHORS:
            asked_whole = family.name in ("S1", "S2", "S3", "S6") and anchors >= 2
            yield Scenario(
                name=f"{family.name}-n{anchors}",
                text=f"{family.text}, {anchors} anchor{'s' if anchors > 1 else ''}",
                make=partial(
                    _two_sources,
                    anchors=anchors,
                    prior=family.prior_ppm * PPM,
                    sigma=family.sigma_ppm * PPM,
                    fixed=family.fixed_ppm * PPM,
                    mistakes=family.mistakes,
                    up_to_s=family.up_to_s,
                ),
                most=1 if family.name == "S6" and anchors == 1 else family.most,
                most_conflict=(0.25 if anchors == 2 else 0.1) if family.mistakes else None,
                largest_ratio=1.05 if asked_whole else None,
            )


# -- five sources (§10.2) -------------------------------------------------------------------------


def _five_sources(world: World, *, mistakes: float, in_marks: bool = False) -> None:
    """Twelve events of two or three marks each; every clock, the datum's too, drifts.

    ``mistakes`` is the share of the events of which one mark is wrong, or with ``in_marks`` of
    all marks.
    """
    rng = world.rng
    names = tuple("ABCDE")
    for name in names:
        offset_s = 0.0 if name == "A" else rng.uniform(-1000.0, 1000.0)
        sigma = 50 * PPM
        world.source(
            name, offsets_s=(offset_s,), drift=rng.normal(0.0, sigma), spread=sigma, prior=sigma
        )
    for number in range(12):
        at_s = rng.uniform(0.0, HOUR_S)
        seen_by = rng.choice(names, size=int(rng.integers(2, 4)), replace=False)
        if in_marks:
            wrong = [name for name in seen_by if rng.random() < mistakes]
        else:
            wrong = [rng.choice(seen_by)] if rng.random() < mistakes else []
        for name in seen_by:
            mistake_s = rng.uniform(-10.0, 10.0) if name in wrong else 0.0
            world.mark(f"e{number}", str(name), at_s, half=HALF_S, mistake_s=mistake_s)
    first, second = (str(name) for name in rng.choice(names, size=2, replace=False))
    ends = [(name, rng.uniform(0.0, 2 * HOUR_S)) for name in (first, second)]
    at = [(name, world.clocks[name].media(instant_s)) for name, instant_s in ends]
    world.ask_difference(at[0], at[1])
    asked = str(rng.choice(names[1:]))
    world.ask_correction(asked, world.clocks[asked].media(rng.uniform(0.0, 2 * HOUR_S)))


# -- limits (§10.4) -------------------------------------------------------------------------------


def _limited(
    world: World, *, limits: int, mean_s: float = 5.0, window: bool = False, one_way: bool = False
) -> None:
    """One stated correction (u = 2 s), and things known to have happened one before another.

    The first of the two is seen in A and in B by turns, or always in A with ``one_way``.
    """
    rng = world.rng
    world.source("A")
    world.source("B", offsets_s=(rng.uniform(-1000.0, 1000.0),))
    world.stated_correction("B", 1800.0, u=2.0)
    for number in range(limits):
        before_s = rng.uniform(0.0, HOUR_S)
        delay_s = rng.uniform(0.0, 10.0) if window else rng.exponential(mean_s)
        first, second = "AB" if window or one_way or number % 2 == 0 else "BA"
        world.limit(
            (first, world.clocks[first].media(before_s)),
            (second, world.clocks[second].media(before_s + delay_s)),
            high_s=10.0 if window else None,
        )
    world.ask_correction("B", 1800.0)


# -- other evidence -------------------------------------------------------------------------------


def _radio_chain(world: World) -> None:
    """One delay that every mark of the radio shares; the asked correction carries it whole."""
    rng = world.rng
    world.source("A")
    _drifting(world, "R")
    world.quantity("radio-chain", 0.2, half=0.1)
    for number in range(4):
        at_s = rng.uniform(0.0, HOUR_S)
        world.mark(f"e{number}", "A", at_s, half=HALF_S)
        world.mark(f"e{number}", "R", at_s, half=0.045, delay="radio-chain")
    world.ask_correction("R", world.clocks["R"].media(rng.uniform(0.0, 2 * HOUR_S)))


def _authority(world: World) -> None:
    """A burnt-in clock read at random instants; its own error is shared by all readings."""
    rng = world.rng
    world.source("A")
    _drifting(world, "B")
    world.quantity("recorder", -37.0, u=0.3)
    for _ in range(6):
        tau_s = world.clocks["B"].media(rng.uniform(0.0, HOUR_S))
        world.reading("B", tau_s, "recorder", 1.0)
    world.ask_correction("B", world.clocks["B"].media(rng.uniform(0.0, 2 * HOUR_S)))


def _pictures(world: World) -> None:
    """Marks between the last picture without and the first with; the grids meet at random."""
    rng = world.rng
    world.source("A")
    _drifting(world, "B")
    rates_hz = rng.choice(PICTURE_RATES_HZ, size=2)
    for number in range(3):
        at_s = rng.uniform(0.0, HOUR_S)
        for name, rate_hz in zip("AB", rates_hz, strict=True):
            world.mark_between_pictures(f"e{number}", name, at_s, float(rate_hz))
    world.ask_correction("B", world.clocks["B"].media(rng.uniform(0.0, 2 * HOUR_S)))


def _typed(world: World) -> None:
    """Marks of very different quality, each stated truly."""
    rng = world.rng
    world.source("A")
    _drifting(world, "B")
    for number in range(3):
        at_s = rng.uniform(0.0, HOUR_S)
        for name in "AB":
            world.mark(f"e{number}", name, at_s, u=rng.uniform(0.05, 0.5) / 1.959963984540054)
    world.ask_correction("B", world.clocks["B"].media(rng.uniform(0.0, 2 * HOUR_S)))


def _later(world: World) -> None:
    """Nothing is observed in the middle stretch: only that no removed time is negative."""
    rng = world.rng
    world.source("A")
    breaks_s = (600.0, 1200.0)
    gaps_s = [rng.exponential(300.0) for _ in range(2)]
    first_s = rng.uniform(-1000.0, 1000.0)
    offsets_s = (first_s, first_s + gaps_s[0], first_s + gaps_s[0] + gaps_s[1])
    _drifting(world, "R", offsets_s=offsets_s, breaks_s=breaks_s)
    for number, low_s in enumerate((0.0, 0.0, 1200.0, 1200.0)):
        at_s = world.clocks["R"].instant(rng.uniform(low_s, low_s + 600.0))
        world.mark(f"e{number}", "A", at_s, half=HALF_S)
        world.mark(f"e{number}", "R", at_s, half=HALF_S)
    for break_s in breaks_s:
        # The end of a stretch is the break less nothing that matters: the break itself is later.
        world.limit(("R", break_s - 1e-6), ("R", break_s))
    world.ask_correction("R", rng.uniform(600.0, 1200.0))
    world.ask_correction("R", rng.uniform(1200.0, 1800.0))


def _drifting(
    world: World,
    name: str,
    *,
    offsets_s: tuple[float, ...] = (),
    breaks_s: tuple[float, ...] = (),
) -> None:
    """A recording whose drift is drawn from the prior that is stated for it, 50 ppm."""
    sigma = 50 * PPM
    world.source(
        name,
        offsets_s=offsets_s or (world.rng.uniform(-1000.0, 1000.0),),
        drift=world.rng.normal(0.0, sigma),
        spread=sigma,
        prior=sigma,
        breaks_s=breaks_s,
    )


_TWO = ("difference", "correction")

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        *_two_source_scenarios(),
        *(
            Scenario(
                name=f"net-{share}" + ("-marks" if in_marks else ""),
                text=f"five sources, twelve events, mistakes within ± 10 s in {share} % of the "
                + ("marks" if in_marks else "events"),
                make=partial(_five_sources, mistakes=share / 100, in_marks=in_marks),
                questions=_TWO,
                most_conflict=0.1 if share else None,
                largest_ratio=1.05,
            )
            for share, in_marks in ((0, False), (5, False), (10, False), (5, True), (10, True))
        ),
        *(
            Scenario(name=f"limits-{name}", text=text, make=make, largest_ratio=1.05)
            for name, text, make in (
                ("1", "1 limit, delay exponential with mean 5 s", partial(_limited, limits=1)),
                ("3", "3 limits, delays exponential, mean 5 s", partial(_limited, limits=3)),
                ("5", "5 limits, delays exponential, mean 5 s", partial(_limited, limits=5)),
                (
                    "3-short",
                    "3 limits, delays exponential, mean 0.5 s",
                    partial(_limited, limits=3, mean_s=0.5),
                ),
                (
                    "3-window",
                    "3 limits within [0, 10] s, delays uniform",
                    partial(_limited, limits=3, window=True),
                ),
                (
                    "3-one-way",
                    "as limits-3, all the same way",
                    partial(_limited, limits=3, one_way=True),
                ),
                (
                    "3-short-one-way",
                    "as limits-3-short, all the same way",
                    partial(_limited, limits=3, mean_s=0.5, one_way=True),
                ),
            )
        ),
        Scenario(
            name="radio-chain",
            text="4 anchors through one radio chain, all late by the same 0.2 s ± 100 ms",
            make=_radio_chain,
        ),
        Scenario(
            name="authority",
            text="6 readings of a clock that shows whole seconds, checked to u = 0.3 s",
            make=_authority,
        ),
        Scenario(
            name="pictures",
            text="3 anchors between pictures of cameras at 12.5, 15, 25 or 29.97 a second",
            make=_pictures,
        ),
        Scenario(
            name="typed-95",
            text="3 anchors with typed normal 95 % ranges of 0.05 s to 0.5 s",
            make=_typed,
        ),
        Scenario(
            name="later",
            text="3 stretches, each later than the one before; 4 anchors in the first and the last",
            make=_later,
            questions=("the stretch without evidence", "the last stretch"),
        ),
    )
}
