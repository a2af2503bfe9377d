"""Made networks: their truth is what the rows are about, and the same seed makes the same."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import numpy as np
import pytest

from sync.adjustment.adjust import adjust
from sync.adjustment.bare_network import read_network
from sync.adjustment.network import Network
from sync.validation.scenarios import SCENARIOS, family, made_case, select
from sync.validation.world import TrueClock, Truth

FAMILIES = list({family(name): name for name in SCENARIOS}.values())
"""The largest scenario of every family."""


def without_errors(document: dict[str, Any], truth: Truth) -> dict[str, Any]:
    """The network had nothing been read wrongly: every error of the truth taken back."""
    clean = copy.deepcopy(document)
    for mark in clean["marks"]:
        mark["tau"] -= truth.errors_s[mark["id"]]
    for key, kind in (("offsets", "offset"), ("readings", "reading")):
        for number, entry in enumerate(clean.get(key, ())):
            entry["value"] -= truth.errors_s[f"{kind}:{number}"]
    for entry in clean.get("quantities", ()):
        entry["value"] -= truth.errors_s[f"quantity:{entry['key']}"]
    return clean


def true_parameters(network: Network, truth: Truth) -> list[float]:
    """x of the adjustment, as it truly is."""
    values = []
    for kind, name, number in network.parameters:
        if kind == "o":
            values.append(truth.clocks[name].offsets_s[number])
        elif kind == "d":
            values.append(truth.clocks[name].drift)
        else:
            values.append(truth.quantities_s[name])
    return values


@pytest.mark.parametrize("name", FAMILIES)
def test_rows_without_their_errors_are_exactly_the_truth(name: str) -> None:
    for case in range(5):
        document, truth = made_case(SCENARIOS[name], 3, case)
        clean = without_errors(document, truth)
        clean.pop("constraints", None)
        network = read_network(clean)
        x = true_parameters(network, truth)
        for row in network.rows:
            if row.kind == "drift-prior":
                continue
            predicted = sum(value * x[number] for number, value in row.terms.items())
            if row.event is not None:
                predicted += truth.events_s[network.events[row.event]]
            assert row.value == pytest.approx(predicted, abs=1e-9), row.id


@pytest.mark.parametrize("name", FAMILIES)
def test_limits_hold_and_errors_stay_within_what_is_stated(name: str) -> None:
    for case in range(20):
        document, truth = made_case(SCENARIOS[name], 4, case)
        for limit in document.get("constraints", ()):
            (first, tau), (second, tau2) = limit["first"], limit["second"]
            between_s = truth.clocks[second].instant(tau2) - truth.clocks[first].instant(tau)
            assert between_s >= limit["lo"] - 1e-9
            assert limit["hi"] is None or between_s <= limit["hi"] + 1e-9
        for mark in document["marks"]:
            if "half" in mark and mark["id"] not in truth.mistaken:
                assert abs(truth.errors_s[mark["id"]]) <= mark["half"] * (1 + 1e-9)


def test_true_answers_are_those_of_the_true_clocks() -> None:
    document, truth = made_case(SCENARIOS["net-0"], 1, 0)
    first, tau, second, tau2 = document["query"][0]["difference"]
    clocks = truth.clocks
    assert truth.answers_s[0] == clocks[second].instant(tau2) - clocks[first].instant(tau)
    asked = document["query"][1]
    reached_s = clocks[asked["correction"]].instant(asked["tau"])
    shown_s = asked["tau"] + truth.answers_s[1]
    datum = clocks["A"]
    assert shown_s + datum.drift * (shown_s - datum.epoch_s) == pytest.approx(reached_s, abs=1e-9)
    assert datum.drift != 0


@pytest.mark.parametrize("name", ["S1-n20", "S5-n5", "net-0", "radio-chain", "authority"])
def test_results_miss_the_truth_by_exactly_their_inputs_errors(name: str) -> None:
    # value - truth = Σ gain · error, with the clock's own drift as the error of its prior of 0.
    for case in range(5):
        document, truth = made_case(SCENARIOS[name], 7, case)
        adjustment = adjust(read_network(document))
        errors_s = [
            -truth.clocks[row.unit.removeprefix("drift-prior:")].drift
            if row.kind == "drift-prior"
            else truth.errors_s[row.id]
            for row in adjustment.rows
        ]
        query = document["query"][-1]
        function = adjustment.correction_function(
            query["correction"], query["tau"], on_datum_scale=True
        )
        if adjustment.estimable(function):
            missed_s = adjustment.value(function) - truth.answers_s[-1]
            # Neglected: the square of the datum's drift.
            assert missed_s == pytest.approx(adjustment.gains(function) @ errors_s, abs=2e-4)


def test_mistakes_come_as_often_and_as_large_as_said() -> None:
    wrong = [
        truth.errors_s[row]
        for case in range(300)
        for truth in [made_case(SCENARIOS["S3-n20"], 5, case)[1]]
        for row in truth.mistaken
    ]
    # 6,000 anchors, 10 %: 600 expected, standard deviation 23.
    assert 500 < len(wrong) < 700
    assert max(map(abs, wrong)) <= 10.02
    assert np.mean(np.abs(wrong)) == pytest.approx(5.0, abs=0.6)
    assert not made_case(SCENARIOS["S1-n20"], 5, 0)[1].mistaken


def test_pictures_lie_on_their_grid() -> None:
    document, _ = made_case(SCENARIOS["pictures"], 2, 0)
    for mark in document["marks"]:
        first_picture = (mark["tau"] + mark["half"]) / (2 * mark["half"])
        assert first_picture == pytest.approx(round(first_picture), abs=1e-6)


def test_the_same_seed_makes_the_same_and_another_another() -> None:
    for name in FAMILIES:
        one, again, other, next_case = (
            json.dumps(made_case(SCENARIOS[name], seed, case)[0])
            for seed, case in ((1, 0), (1, 0), (2, 0), (1, 1))
        )
        assert one == again
        assert len({one, other, next_case}) == 3


def test_scenarios_are_found_by_name_and_by_family() -> None:
    assert [s.name for s in select(["S1-n3"])] == ["S1-n3"]
    assert [s.name for s in select(["net-0", "S4"])] == [
        *(f"S4-n{n}" for n in (1, 2, 3, 5, 20)),
        "net-0",
    ]
    for nothing in ("", "S", "S1-n", "S1-n4", "net"):
        with pytest.raises(KeyError):
            select([nothing])


def test_a_true_clock_maps_both_ways() -> None:
    clock = TrueClock(
        epoch_s=100.0, offsets_s=(5.0, 35.0), drift=1e-4, spread=1e-4, breaks_s=(60.0,)
    )
    for tau_s in (0.0, 59.0, 61.0, 500.0):
        assert clock.media(clock.instant(tau_s)) == pytest.approx(tau_s, abs=1e-9)
    assert clock.instant(60.0) - clock.instant(math.nextafter(60.0, 0.0)) == pytest.approx(30.0)
    with pytest.raises(ValueError):
        clock.media(80.0)
