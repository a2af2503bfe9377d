"""The adjustment: estimability, checks, functions, and its stated range in simulation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.bare import read_network, solve_network
from sync.errors import NetworkError

Json = dict[str, Any]


def sources(*names: str, u_drift: float | None = 1e-4) -> list[Json]:
    return [{"name": name, "epoch": 0, "u_drift": u_drift} for name in names]


def anchor(event: str, places: dict[str, float], half: float = 0.02) -> list[Json]:
    return [
        {"event": event, "source": source, "tau": tau, "half": half}
        for source, tau in places.items()
    ]


def adjusted(network: Json) -> Adjustment:
    return adjust(read_network(network))


def three_clocks() -> Json:
    rng = np.random.default_rng(3)
    marks = []
    for number in range(8):
        at = 120.0 * number
        marks += anchor(f"e{number}", {
            "A": at + rng.uniform(-0.02, 0.02),
            "B": at - 3 + 2e-5 * at + rng.uniform(-0.02, 0.02),
            "C": at + 9 - 4e-5 * at + rng.uniform(-0.02, 0.02),
        })  # fmt: skip
    return {"reference": "A", "sources": sources("A", "B", "C"), "marks": marks}


def test_redundancies_sum_to_the_degrees_of_freedom() -> None:
    result = adjusted(three_clocks())
    assert float(np.sum(result.redundancy)) == pytest.approx(result.dof)
    assert result.dof == 8 * 3 + 3 - (8 + 2 + 3)


def test_agrees_with_plain_least_squares_on_all_parameters() -> None:
    network = read_network(three_clocks())
    result = adjust(network)
    n = len(network.parameters)
    design = np.zeros((len(network.rows), n + len(network.events)))
    for i, row in enumerate(network.rows):
        for number, value in row.terms.items():
            design[i, number] = value
        if row.event is not None:
            design[i, n + row.event] = 1.0
    weight = np.array([1 / row.distribution.u for row in network.rows])
    value = np.array([row.value for row in network.rows])
    plain, *_ = np.linalg.lstsq(design * weight[:, None], value * weight, rcond=None)
    assert result.x == pytest.approx(plain[:n], abs=1e-9)
    assert result.event_times == pytest.approx(plain[n:], abs=1e-8)
    residual = value - design @ plain
    assert result.residuals == pytest.approx(residual, abs=1e-9)
    hat = np.diag(design @ np.linalg.pinv(design * weight[:, None]) * weight)
    assert result.redundancy == pytest.approx(1 - hat, abs=1e-6)


def test_the_gain_of_a_function_is_its_derivative() -> None:
    network = read_network(three_clocks())
    result = adjust(network)
    function = result.correction_function("C", 500.0, on_datum_scale=False)
    gains = result.gains(function)
    moved = three_clocks()
    moved["marks"][4]["tau"] += 1e-3
    change = adjusted(moved).value(function) - result.value(function)
    # The row's own coefficient depends on τ only through the drift: 1e-3 s · ppm, negligible.
    assert change == pytest.approx(gains[4] * 1e-3, rel=1e-3)


def test_one_event_in_one_source_changes_nothing() -> None:
    plain = three_clocks()
    with_one = three_clocks()
    with_one["marks"].append({"event": "lonely", "source": "B", "tau": 333.0, "half": 0.02})
    a, b = adjusted(plain), adjusted(with_one)
    assert b.x == pytest.approx(a.x, abs=1e-12)
    assert b.dof == a.dof
    assert b.redundancy[-4] == 0.0 or b.redundancy[24] == 0.0


def test_a_single_anchor_is_unchecked_and_a_second_checks_it() -> None:
    one = {"reference": "A", "sources": sources("A", "B"), "marks": anchor("e", {"A": 1, "B": 4})}
    query = [{"correction": "B", "tau": 4.0}]
    assert solve_network({**one, "query": query})["results"][0]["status"] == "unchecked"
    two = {**one, "marks": one["marks"] + anchor("f", {"A": 60.0, "B": 63.0}), "query": query}
    assert solve_network(two)["results"][0]["status"] == "ok"


def test_a_reference_without_marks_leaves_everything_unconstrained() -> None:
    network = {
        "reference": "A",
        "sources": sources("A", "B", "C"),
        "marks": anchor("e", {"B": 1.0, "C": 2.0}),
        "query": [{"correction": "B", "tau": 0}, {"event": "e"}, {"difference": ["B", 0, "C", 0]}],
    }
    answer = solve_network(network)
    assert [r["status"] for r in answer["results"]] == [
        "unconstrained",
        "unconstrained",
        "unchecked",
    ]
    assert answer["results"][0]["interval"] is None


def test_a_stretch_without_evidence_is_unconstrained() -> None:
    network = {
        "reference": "A",
        "sources": [*sources("A"), {"name": "B", "epoch": 0, "u_drift": 1e-4, "breaks": [50.0]}],
        "marks": anchor("e", {"A": 10.0, "B": 12.0}),
        "query": [{"correction": "B", "tau": 49.9}, {"correction": "B", "tau": 50.0}],
    }
    statuses = [r["status"] for r in solve_network(network)["results"]]
    assert statuses == ["unchecked", "unconstrained"]


def test_a_known_gap_ties_the_next_stretch() -> None:
    network = {
        "reference": "A",
        "sources": [*sources("A", u_drift=0), {"name": "B", "u_drift": 0, "breaks": [50.0]}],
        "marks": anchor("e", {"A": 10.0, "B": 12.0}),
        "gaps": [{"source": "B", "break": 0, "value": 19.4, "half": 0.5}],
        "query": [{"correction": "B", "tau": 50.0}],
    }
    result = solve_network(network)["results"][0]
    assert result["value"] == pytest.approx(-2 + 19.4)
    assert result["u"] == pytest.approx(math.hypot(0.5, 0.02 * math.sqrt(2)) / math.sqrt(3))


def test_readings_of_an_unchecked_authority_fix_only_the_rate() -> None:
    readings = [
        {
            "source": "B",
            "tau": t,
            "value": 500.0 + t * (1 + 3e-4),
            "half": 0.001,
            "authority": "osd",
        }
        for t in (0.0, 600.0, 1200.0)
    ]
    network = {
        "reference": "A",
        "sources": [*sources("A", u_drift=0), *sources("B", u_drift=None)],
        "readings": readings,
        "query": [{"drift": "B"}, {"correction": "B", "tau": 0.0}],
    }
    rate, offset = solve_network(network)["results"]
    assert rate["value"] == pytest.approx(3e-4, abs=1e-8)
    assert offset["status"] == "unconstrained"
    network["quantities"] = [{"key": "osd", "value": -37.0, "half": 0.5}]
    known = solve_network(network)["results"][1]
    assert known["value"] == pytest.approx(537.0, abs=1e-6)


def test_a_delay_shared_by_all_marks_does_not_average_away() -> None:
    marks = []
    for number in range(4):
        at = 10.0 * number
        marks += anchor(f"e{number}", {"A": at, "B": at + 5.3})
        marks[-1]["delay"] = "radio"
    network = {
        "reference": "A",
        "sources": sources("A", "B", u_drift=0),
        "marks": marks,
        "quantities": [{"key": "radio", "value": 0.3, "half": 0.1}],
        "query": [{"correction": "B", "tau": 0.0}],
    }
    result = solve_network(network)["results"][0]
    # B hears everything 0.3 s late: T = τ - 0.3 - 5 + … so c = -(5.3 - 0.3)
    assert result["value"] == pytest.approx(-5.0)
    assert result["u"] == pytest.approx(
        math.hypot(0.1 / math.sqrt(3), 0.02 * math.sqrt(2 / 3) / 2), rel=1e-6
    )


def test_a_lag_is_corrected_for_its_delays_as_marks_are() -> None:
    """The same physical situation as marks and as a lag gives the same clock."""
    common = {
        "reference": "A",
        "sources": sources("A", "B", u_drift=0),
        "quantities": [{"key": "radio", "value": 0.3, "half": 0.1}],
        "query": [{"correction": "B", "tau": 0.0}],
    }
    marks = anchor("e", {"A": 10.0, "B": 15.3})
    marks[1]["delay"] = "radio"
    by_marks = solve_network({**common, "marks": marks})["results"][0]
    lag = {"a": "B", "tau_a": 15.3, "b": "A", "tau_b": 10.0, "u": 0.01, "delay_a": "radio"}
    by_lag = solve_network({**common, "lags": [lag]})["results"][0]
    assert by_lag["value"] == pytest.approx(by_marks["value"])


@given(st.sampled_from(["A", "B", "C"]), st.floats(0, 2000), st.floats(0, 2000))
@settings(max_examples=25, deadline=None)
def test_the_datum_changes_no_difference(reference: str, t1: float, t2: float) -> None:
    query = [{"difference": ["B", t1, "C", t2]}]
    plain = solve_network({**three_clocks(), "query": query})["results"][0]
    moved = solve_network({**three_clocks(), "reference": reference, "query": query})["results"][0]
    assert moved["value"] == pytest.approx(plain["value"], abs=1e-9)
    assert moved["U"] == pytest.approx(plain["U"], abs=1e-9)


@given(st.floats(-1e5, 1e5))
@settings(max_examples=25, deadline=None)
def test_the_epoch_of_a_source_changes_no_result(epoch: float) -> None:
    network = three_clocks()
    network["query"] = [{"correction": "B", "tau": 777.0}, {"difference": ["A", 3, "C", 900]}]
    plain = solve_network(network)["results"]
    network["sources"][1]["epoch"] = epoch
    for a, b in zip(plain, solve_network(network)["results"], strict=True):
        assert b["value"] == pytest.approx(a["value"], abs=1e-7)
        assert b["u"] == pytest.approx(a["u"], rel=1e-6)


def test_the_difference_uses_the_covariance() -> None:
    result = adjusted(three_clocks())
    b = result.instant_function("B", 400.0, on_datum_scale=False)
    c = result.instant_function("C", 400.0, on_datum_scale=False)
    u_b, u_c = result.uncertain(b).u, result.uncertain(c).u
    covariance = result.covariance([b, c])
    expected = math.sqrt(u_b**2 + u_c**2 - 2 * covariance[0, 1])
    assert result.uncertain(c - b).u == pytest.approx(expected, rel=1e-9)
    assert result.uncertain(b - b).u == 0.0


def test_a_mistake_fails_the_global_test_and_widens_U() -> None:
    network = three_clocks()
    network["query"] = [{"correction": "B", "tau": 400.0}]
    plain = solve_network(network)
    network["marks"][4]["tau"] += 5.0
    wrong = solve_network(network)
    assert plain["status"] == "calculated"
    assert wrong["status"] == "disagrees"
    assert wrong["p_global"] < 1e-6
    assert wrong["results"][0]["U"] > 5 * plain["results"][0]["U"]
    worst = max((row for row in wrong["rows"] if row["w"]), key=lambda row: abs(row["w"]))
    assert worst["id"] in ("mark:3", "mark:4", "mark:5")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"reference": "Z"}, "reference"),
        ({"sources": sources("A", "A")}, "two sources"),
        ({"sources": [{"name": "A", "u_drift": -1e-4}]}, "negative"),
        ({"sources": [{"name": "A", "breaks": ["noon"]}]}, "breaks must be a finite number"),
        ({"sources": [{"name": "A", "epoch": math.inf}]}, "epoch must be a finite number"),
        ({"marks": {}}, "marks must be an array"),
        ({"query": [{"colour": "red"}]}, "asks nothing"),
    ],
)
def test_a_network_malformed_in_its_frame_is_refused(change: Json, word: str) -> None:
    network = {"reference": "A", "sources": sources("A", "B"), **change}
    with pytest.raises(NetworkError, match=word):
        solve_network(network)


def test_the_stated_range_holds_the_truth_in_19_of_20_networks() -> None:
    """Rectangular half-pictures, unknown drifts within their prior, prediction inside the hour."""
    rng = np.random.default_rng(11)
    inside, trials = 0, 600
    for _ in range(trials):
        drift, offset = rng.normal(0, 5e-5), rng.uniform(-100, 100)
        marks = []
        for number in range(rng.integers(2, 5)):
            at = rng.uniform(0, 3600)
            marks += anchor(f"e{number}", {
                "A": at + rng.uniform(-0.02, 0.02),
                "B": (at - offset) / (1 + drift) + rng.uniform(-0.02, 0.02),
            })  # fmt: skip
        tau = rng.uniform(0, 3600)
        names = [{"name": "A", "u_drift": 0}, {"name": "B", "u_drift": 5e-5}]
        network = {"reference": "A", "sources": names, "marks": marks}
        result = solve_network({**network, "query": [{"correction": "B", "tau": tau}]})["results"][
            0
        ]
        # With the global test's Birge factor the range may only be wider, never narrower.
        inside += abs(result["value"] - (offset + drift * tau)) <= result["U"]
    # 99.9 % binomial limits of 0.95 at 600 trials: 0.921 … 0.979
    assert 0.921 <= inside / trials <= 0.979
