"""The count of coverage: it passes where the range is true, and fails where it is over-claimed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from sync.adjustment.bare import solve_network
from sync.errors import Cancelled
from sync.progress import CancelToken, Progress
from sync.validation.coverage import (
    Outcome,
    Share,
    _line,
    best_linear_half_widths_s,
    binomial_limits,
    measure,
)
from sync.validation.scenarios import SCENARIOS, made_case
from sync.validation.world import World

CASES = 200


def claiming(factor: float) -> Callable[[World], None]:
    """S1 with three anchors, by an analyst who states ``factor`` of the true half-widths."""

    def make(world: World) -> None:
        SCENARIOS["S1-n3"].make(world)
        for mark in world.document["marks"]:
            mark["half"] *= factor
        for source in world.document["sources"]:
            source["u_drift"] *= factor

    return make


def holds_95(share: Share) -> bool:
    """0.95 lies within the 99.9 % binomial limits of what was counted."""
    low, high = binomial_limits(round(share.coverage * share.n), share.n, level=0.999)
    return low <= 0.95 <= high


def test_true_ranges_hold_the_truth_as_often_as_stated() -> None:
    (line,) = measure(SCENARIOS["S1-n3"], CASES, seed=1)
    assert line.stated.n > 0.95 * CASES
    assert holds_95(line.stated)
    assert line.stated.ratio == pytest.approx(1.0, abs=0.1)


def test_ranges_a_third_as_wide_are_caught() -> None:
    (line,) = measure(replace(SCENARIOS["S1-n3"], make=claiming(1 / 3)), CASES, seed=1)
    assert line.stated.n > 0
    assert not holds_95(line.stated)
    assert any("below 94%" in remark for remark in line.remarks)


def test_each_question_has_its_line() -> None:
    lines = measure(SCENARIOS["net-10"], 10, seed=1)
    assert [line.question for line in lines] == ["difference", "correction"]
    assert all(sum(line.statuses.values()) == line.cases == 10 for line in lines)


def test_same_seed_same_lines() -> None:
    one, again, other = (measure(SCENARIOS["S3-n5"], 30, seed) for seed in (1, 1, 2))
    assert repr(one) == repr(again)
    assert repr(one) != repr(other)


def test_it_stops_when_asked() -> None:
    token = CancelToken()
    seen: list[float] = []

    def listen(fraction: float, _: str) -> None:
        seen.append(fraction)
        if len(seen) == 3:
            token.cancel()

    with pytest.raises(Cancelled):
        measure(SCENARIOS["S1-n1"], 100, 1, Progress(listen, token))
    assert seen == [0.0, 0.01, 0.02]


# -- the best linear estimator --------------------------------------------------------------------


def test_with_a_true_prior_and_no_mistake_the_engine_is_the_best_linear_estimator() -> None:
    compared = 0
    for case in range(20):
        for name in ("S1-n5", "net-0", "radio-chain", "authority"):
            document, truth = made_case(SCENARIOS[name], 6, case)
            plain = solve_network({**document, "snoop": False})
            if plain["p_global"] is not None and plain["p_global"] < 0.05:
                continue  # the engine scales by the Birge factor, the best estimator has no test
            best_s = best_linear_half_widths_s(document, truth)
            assert [r["U"] for r in plain["results"]] == pytest.approx(best_s, rel=1e-6)
            compared += 1
    assert compared > 60


def test_it_knows_the_mistakes_and_the_true_rates() -> None:
    document, truth = made_case(SCENARIOS["S3-n20"], 6, 0)
    assert truth.mistaken
    clean = {
        **document,
        "snoop": False,
        "marks": [mark for mark in document["marks"] if mark["id"] not in truth.mistaken],
    }
    assert best_linear_half_widths_s(document, truth) == pytest.approx(
        best_linear_half_widths_s(clean, replace(truth, mistaken=()))
    )
    # True drift 0 and known to be: one anchor's two marks are all there is (k 1.9018, two equal
    # rectangulars).
    document, truth = made_case(SCENARIOS["S7-n1"], 6, 0)
    assert best_linear_half_widths_s(document, truth)[0] == pytest.approx(
        1.9018 * 0.02 * math.sqrt(2 / 3), rel=1e-4
    )


def test_it_states_nothing_where_nothing_true_is_left() -> None:
    document, truth = made_case(SCENARIOS["S1-n1"], 6, 0)
    wrong = replace(truth, mistaken=("e0-B",))
    assert math.isnan(best_linear_half_widths_s(document, wrong)[0])


# -- counting -------------------------------------------------------------------------------------


def test_binomial_limits_are_exact() -> None:
    # Closed forms at the ends; 10 of 20 from published tables of the exact interval.
    assert binomial_limits(0, 10) == (0.0, pytest.approx(1 - 0.025 ** (1 / 10)))
    assert binomial_limits(10, 10) == (pytest.approx(0.025 ** (1 / 10)), 1.0)
    assert binomial_limits(10, 20) == (
        pytest.approx(0.2720, abs=1e-4),
        pytest.approx(0.7280, abs=1e-4),
    )
    assert all(map(math.isnan, binomial_limits(0, 0)))


def outcomes(status: str, n: int, covered: int, half_s: float = 1.0) -> list[Outcome]:
    return [Outcome(status, number < covered, half_s, 1.0) for number in range(n)]


def test_what_is_missed_is_said_in_words() -> None:
    scenario = replace(SCENARIOS["S1-n3"], most_conflict=0.1)
    fine = outcomes("ok", 1000, 950)
    assert _line(scenario, "", fine).remarks == ()
    assert _line(scenario, "", outcomes("ok", 1000, 900)).remarks == ("below 94%",)
    assert _line(scenario, "", outcomes("ok", 100, 93)).remarks == ("below 94%, within chance",)
    assert _line(scenario, "", outcomes("ok", 1000, 990)).remarks == ("above 96%",)
    assert _line(scenario, "", outcomes("unchecked", 1000, 950)).remarks == ("none ok: unchecked",)
    assert _line(scenario, "", outcomes("ok", 1000, 950, 1.2)).remarks == (
        "wider than 1.05 × the best",
    )
    assert _line(scenario, "", fine + outcomes("conflict", 200, 190)).remarks == (
        "conflict in more than 10%",
    )
    assert "no range stated" in _line(scenario, "", outcomes("conflict", 10, 9)).remarks


def test_every_result_is_counted_once_and_in_its_place() -> None:
    mixed = (
        outcomes("ok", 6, 5)
        + outcomes("unchecked", 3, 1)
        + outcomes("bounded", 2, 2)
        + outcomes("conflict", 4, 3)
        + outcomes("unconstrained", 1, 0, math.nan)
    )
    line = _line(SCENARIOS["S1-n3"], "", mixed)
    assert (line.ok.n, line.stated.n, line.conflict.n, line.cases) == (6, 11, 4, 16)
    assert line.ok.coverage == 5 / 6
    assert line.stated.coverage == 8 / 11
    assert line.conflict.coverage == 3 / 4
