"""Evidence that disagrees: weights and values of readings against brute force, and who is named."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from sync.adjustment.adjust import adjust
from sync.adjustment.bare import solve_network
from sync.adjustment.conflict import HEIGHT, MISTAKE_S, MISTAKEN, Readings
from sync.adjustment.mistakes import find_mistakes
from sync.adjustment.network import Function, Network, NetworkSource
from sync.uncertainty import Distribution

HALF_S = 0.02


def anchored(
    wrong: dict[int, float], n: int, *, u_drift: float = 5e-5, seed: int = 0, sources: str = "AB"
) -> Network:
    """n anchors in an hour; ``wrong`` gives mistakes (s) in the mark of the last source."""
    rng = np.random.default_rng(seed)
    nodes = [NetworkSource(name, 0.0, name) for name in sources]
    network = Network("A", nodes, {name: 0.0 if name == "A" else u_drift for name in sources})
    for number in range(n):
        at = 3600.0 * number / max(n - 1, 1)
        for source in sources:
            tau = at + 7.0 * (source != "A") + rng.uniform(-HALF_S, HALF_S)
            if source == sources[-1]:
                tau += wrong.get(number, 0.0)
            network.add_mark(
                f"{source}{number}",
                event=f"e{number}",
                source=source,
                tau_s=tau,
                distribution=Distribution.rectangular(HALF_S),
            )
    network.add_drift_priors()
    return network


def correction(network: Network, source: str = "B", tau_s: float = 1800.0) -> Function:
    return Function(0.0, network.correction(source, tau_s), {}, {})


# -- the integrals --------------------------------------------------------------------------------


def test_weights_and_values_are_those_of_every_combination_integrated_on_its_own() -> None:
    # Each row's mistake is one more unknown with its prior as one more row; the evidence of a
    # Gaussian linear model with a flat prior on x is |Σ|^-½ |AᵀΣ⁻¹A|^-½ exp(-χ²/2).
    network = anchored({1: 0.4}, 3)
    readings = Readings(network)
    function = correction(network)
    contested = readings.contested(function)
    assert contested is not None
    width = HEIGHT * MISTAKE_S
    rate_width = HEIGHT * MISTAKE_S / 3600.0
    rows, n = network.rows, len(network.parameters)
    design = np.zeros((len(rows), n + len(network.events)))
    for i, row in enumerate(rows):
        for number, value in row.terms.items():
            design[i, number] = value
        if row.event is not None:
            design[i, n + row.event] = 1.0
    value = np.array([row.value for row in rows])
    c = np.zeros(design.shape[1])
    for number, coefficient in function.terms.items():
        c[number] = coefficient
    in_error = [1, 3, 5, 6]
    logs, values = [], []
    for out in itertools.product((False, True), repeat=4):
        variance = np.array([row.distribution.u**2 for row in rows])
        for gone, row in zip(out, in_error, strict=True):
            variance[row] += gone * (rate_width if row == 6 else width) ** 2
        normal = design.T @ (design / variance[:, None])
        x = np.linalg.solve(normal, design.T @ (value / variance))
        chi2 = float(np.sum((value - design @ x) ** 2 / variance))
        prior = sum(out) * math.log(MISTAKEN / (1 - MISTAKEN))
        determinant = np.sum(np.log(variance)) + np.linalg.slogdet(normal)[1]
        logs.append(prior - 0.5 * determinant - 0.5 * chi2)
        values.append(float(c @ x))
    weights = np.exp(np.array(logs) - max(logs))
    weights /= weights.sum()
    low, high = contested.interval_s
    inside = sum(w for w, v in zip(weights, values, strict=True) if low <= v <= high)
    assert inside > 0.9
    best = max(contested.candidates, key=lambda candidate: candidate.weight)
    assert best.set_aside == ("e1",)
    with_e1 = [
        w for w, out in zip(weights, itertools.product((False, True), repeat=4), strict=True)
        if out[1]
    ]  # fmt: skip
    assert best.weight == pytest.approx(sum(with_e1), abs=0.01)
    exact = weights[[out == (False, True, False, False) for out in
                     itertools.product((False, True), repeat=4)].index(True)]  # fmt: skip
    assert best.weight >= exact


def test_many_anchors_are_read_as_few_are() -> None:
    # Above twelve units snooping goes first; the reading found is the one that enumeration finds.
    network = anchored({3: 4.0, 11: -6.0, 17: 5.0}, 20)
    (best, *others) = Readings(network).weightiest
    assert {network.rows[unit.rows[0]].unit for unit in best.set_aside} == {"e3", "e11", "e17"}
    assert best.weight > 0.99
    assert not others


def test_an_anchor_that_two_mistakes_make_look_worst_is_kept() -> None:
    # Two mistakes at one end pull the line towards them: the anchor next to them has the largest
    # |w| and would be the first to go in one-at-a-time snooping.
    network = anchored({4: 3.0, 5: 3.0}, 6)
    plain = adjust(network)
    assert network.rows[int(np.nanargmax(abs(plain.standardised)))].unit == "e3"
    report = find_mistakes(network)
    assert report.status == "ok"
    assert {suspect.unit for suspect in report.suspects} == {"e4", "e5"}


# -- what is contested ----------------------------------------------------------------------------


def test_nothing_is_contested_where_nothing_is_wrong() -> None:
    found = 0
    for seed in range(100):
        network = anchored({}, 4, seed=seed)
        found += Readings(network).contested(correction(network)) is not None
    assert found <= 1


def test_two_anchors_that_disagree_are_two_equal_candidates() -> None:
    network = anchored({1: 5.0}, 2)
    contested = Readings(network).contested(correction(network))
    assert contested is not None
    first, second = contested.candidates[:2]
    assert {first.set_aside, second.set_aside} == {("e0",), ("e1",)}
    assert first.weight == pytest.approx(second.weight, rel=0.05)
    assert {round(first.value_s), round(second.value_s)} == {-7, -12}
    low, high = contested.interval_s
    assert low < -12
    assert high > -7


def test_of_three_anchors_the_one_off_by_ten_seconds_is_named() -> None:
    network = anchored({2: 10.0}, 3)
    contested = Readings(network).contested(correction(network))
    assert contested is not None
    (only,) = contested.candidates
    assert only.set_aside == ("e2",)
    assert only.weight > 0.99
    assert only.value_s == pytest.approx(-7.0, abs=0.1)
    report = find_mistakes(network)
    assert report.status == "ok"
    assert report.excluded == {"A2", "B2"}


def test_a_mistake_elsewhere_leaves_a_function_alone() -> None:
    # The mark in C is wrong; B is tied to A by the same events without it.
    network = anchored({1: 8.0}, 4, sources="ABC")
    readings = Readings(network)
    assert readings.contested(correction(network, "B")) is None
    contested = readings.contested(correction(network, "C"))
    assert contested is not None
    assert contested.candidates[0].set_aside == ("C1",)


def test_a_drift_far_outside_its_prior_is_one_of_the_readings() -> None:
    network = anchored({1: 3600 * 4e-4}, 2, u_drift=5e-5)
    contested = Readings(network).contested(correction(network, tau_s=7200.0))
    assert contested is not None
    (prior,) = (row for row in network.rows if row.kind == "drift-prior")
    assert (prior.label,) in {candidate.set_aside for candidate in contested.candidates}


def test_the_time_of_a_contested_event_is_one_of_its_two_marks() -> None:
    network = anchored({1: 5.0}, 3)
    event = network.find_event("e1")
    assert event is not None
    contested = Readings(network).contested(Function(0.0, {}, {event: 1.0}, {}))
    assert contested is not None
    named = {candidate.set_aside: candidate.value_s for candidate in contested.candidates}
    assert named[("B1",)] == pytest.approx(1800.0, abs=0.1)
    assert named[("A1",)] == pytest.approx(1805.0, abs=0.1)


def test_a_mistake_larger_than_any_expected_is_weighed_too() -> None:
    network = anchored({2: 3600.0}, 5)
    (best, *_) = Readings(network).weightiest
    assert [network.rows[unit.rows[0]].unit for unit in best.set_aside] == ["e2"]
    assert best.weight > 0.95


# -- the range ------------------------------------------------------------------------------------


def test_the_mixture_holds_the_truth() -> None:
    # 60 networks of two anchors of which one is mistaken: the range must hold the truth in all
    # but about 5 %; each candidate alone holds it in about half.
    rng = np.random.default_rng(3)
    held = alone = shown = 0
    for seed in range(60):
        network = anchored({int(rng.integers(2)): rng.uniform(2, 10)}, 2, seed=seed)
        contested = Readings(network).contested(correction(network))
        if contested is None:
            continue
        shown += 1
        low, high = contested.interval_s
        held += low <= -7.0 <= high
        best = contested.candidates[0]
        alone += abs(best.value_s + 7.0) <= best.U95_s
    assert shown > 50
    assert held >= 0.9 * shown
    assert alone < 0.75 * shown


# -- the bare network -----------------------------------------------------------------------------


def bare(wrong_s: float) -> dict[str, Any]:
    marks = [
        {"event": f"e{i}", "source": source, "tau": at + shift, "half": HALF_S}
        for i, at in enumerate((0.0, 1800.0))
        for source, shift in (("A", 0.0), ("B", 7.0 + wrong_s * i))
    ]
    marks += [
        {"event": f"f{i}", "source": source, "tau": at, "half": HALF_S}
        for i, at in enumerate((0.0, 900.0, 1800.0))
        for source in "AC"
    ]
    return {
        "reference": "A",
        "sources": [
            {"name": "A", "epoch": 0, "u_drift": 0},
            {"name": "B", "epoch": 0, "u_drift": 5e-5},
            {"name": "C", "epoch": 0, "u_drift": 5e-5},
        ],
        "marks": marks,
        "snoop": True,
        "query": [
            {"correction": "B", "tau": 900.0},
            {"correction": "C", "tau": 900.0},
            {"order": [["B", 900.0], ["C", 900.0]]},
        ],
    }


def test_a_bare_network_answers_a_conflict_with_its_candidates() -> None:
    answer = solve_network(bare(5.0))
    assert answer["status"] == "conflict"
    assert answer["excluded"] == []
    reached, other, order = answer["results"]
    assert reached["status"] == "conflict"
    assert reached["value"] is None
    assert reached["u"] is None
    assert reached["U"] is None
    low, high = reached["interval"]
    assert low < -12
    assert high > -7
    kept = {tuple(candidate["events"]) for candidate in reached["candidates"][:2]}
    assert kept == {("e0", "f0", "f1", "f2"), ("e1", "f0", "f1", "f2")}
    assert sum(candidate["weight"] for candidate in reached["candidates"]) == pytest.approx(
        1.0, abs=0.05
    )
    assert other["status"] in ("ok", "unchecked")
    assert order["status"] == "conflict"
    assert order["p_first_before_second"] is None


def test_a_bare_network_without_a_mistake_has_no_candidates() -> None:
    answer = solve_network(bare(0.0))
    assert answer["status"] == "ok"
    assert all("candidates" not in result for result in answer["results"])


def test_excluded_rows_keep_the_residual_the_others_predict() -> None:
    network = bare(0.0)
    network["marks"] += [
        {"event": "g", "source": source, "tau": 450.0 + shift, "half": HALF_S}
        for source, shift in (("A", 0.0), ("C", 3.0))
    ]
    answer = solve_network(network)
    assert answer["excluded_events"] == ["g"]
    rows = {row["id"]: row for row in answer["rows"]}
    out = [row for row in rows.values() if row["excluded"]]
    assert len(out) == 2
    # 3 s between two marks of u = 0.02/√3 and a clock known by three anchors.
    assert all(abs(row["w"]) > 100 for row in out)
