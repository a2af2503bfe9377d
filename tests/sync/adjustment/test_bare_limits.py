"""Limits in a bare network: ``constraints`` and what the queries answer with them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sync.adjustment.bare import read_network, solve_network
from sync.errors import NetworkError

Json = dict[str, Any]


def network(constraints: list[Json], query: list[Json], **more: Any) -> Json:
    names = ("A", "B", "C")
    return {
        "reference": "A",
        "sources": [{"name": name, "epoch": 0, "u_drift": 0} for name in names],
        "offsets": [{"source": "B", "tau": 0, "value": 1.0, "u": 2.0}],
        "constraints": constraints,
        "query": query,
        **more,
    }


def before(first: Any, second: Any, **more: Any) -> Json:
    return {"first": first, "second": second, "lo": 0, **more}


B, C = {"correction": "B", "tau": 0}, {"correction": "C", "tau": 0}


def test_s06_as_a_network() -> None:
    answer = solve_network(network([before(["A", 2.0], ["B", 0.0])], [B]))
    result, limit = answer["results"][0], answer["constraints"][0]
    assert result["status"] == "ok"
    assert result["value"] == pytest.approx(3.2821555, abs=1e-3)
    assert result["u"] == pytest.approx(1.0363019, abs=1e-3)
    assert result["interval"] == pytest.approx([2.0440636, 5.8443991], abs=2e-3)
    assert result["U"] == pytest.approx((5.8443991 - 2.0440636) / 2, abs=2e-3)
    assert limit["p_before"] == pytest.approx(0.3085375, abs=1e-6)
    assert limit["slack_u"] == pytest.approx(-0.5)
    assert result["without_constraints"]["value"] == 1.0
    assert result["without_constraints"]["status"] == "unchecked"


def test_a_window_alone_holds_an_unlinked_recording() -> None:
    answer = solve_network(network([before(["A", 10], ["C", 0], hi=7)], [C]))
    result = answer["results"][0]
    assert result["status"] == "bounded"
    assert result["value"] == pytest.approx(13.5, abs=1e-3)
    assert result["interval"] == pytest.approx([10.175, 16.825], abs=1e-3)
    assert result["without_constraints"]["status"] == "unconstrained"


def test_one_open_end_gives_an_end_and_no_value() -> None:
    result = solve_network(network([before(["B", 0], ["C", 0])], [C]))["results"][0]
    assert (result["status"], result["value"], result["U"]) == ("one-sided", None, None)
    assert result["interval"][0] == pytest.approx(1.0 - 1.959964 * 2.0, abs=2e-3)
    assert result["interval"][1] is None


def test_a_chain_of_limits_narrows_what_lies_at_its_ends() -> None:
    # A@0 ≤ e ≤ f ≤ B@0: nothing observed reaches e and f, but B cannot lie before A@0.
    chain = [
        before(["A", 0], {"event": "e"}), before({"event": "e"}, {"event": "f"}),
        before({"event": "f"}, ["B", 0]),
    ]  # fmt: skip
    one = solve_network(network([before(["A", 0], ["B", 0])], [B]))["results"][0]
    answer = solve_network(network(chain, [B, {"event": "e"}]))
    assert answer["results"][0]["interval"] == pytest.approx(one["interval"], abs=1e-9)
    held = answer["results"][1]
    assert held["status"] == "bounded"
    assert held["interval"][0] > 0
    assert held["limits"] == ["constraint:0", "constraint:1", "constraint:2"]


def test_the_shortest_range_reaches_the_limit_that_cuts_it() -> None:
    document = {
        "reference": "A",
        "sources": [{"name": "A", "u_drift": 0}, {"name": "B", "u_drift": 0}],
        "offsets": [{"source": "B", "tau": 0, "value": -2.0, "u": 2.0}],
        "constraints": [{"first": ["A", 0], "second": ["B", 0], "lo": 0, "hi": None}],
        "query": [{"correction": "B", "tau": 0}],
    }
    result = solve_network(document)["results"][0]
    # What is left is a normal tail beyond one σ: x = 2·isf((1 - p)·Φ(-1)) - 2 at each p.
    assert result["interval"] == pytest.approx([0.03306, 3.30984], abs=2e-3)
    assert result["shortest"] == pytest.approx([0.0, 2.82399], abs=5e-3)
    assert result["shortest"][0] >= 0.0


def test_a_limit_that_moves_nothing_leaves_the_plain_result() -> None:
    result = solve_network(network([before(["A", -60], ["B", 0])], [B]))["results"][0]
    assert result["status"] == "unchecked"
    assert result["U"] == result["without_constraints"]["U"]


def test_a_limit_against_the_observations_is_not_imposed() -> None:
    answer = solve_network(network([before(["A", 6], ["B", 0])], [B]))
    assert answer["constraints"][0]["status"] == "contradicted"
    assert answer["constraints"][0]["p_before"] == pytest.approx(0.0062097, abs=1e-6)
    assert answer["results"][0]["value"] == 1.0


def test_contradictory_limits_are_named_and_touch_nothing_else() -> None:
    pair = [
        before(["A", 0], ["B", 0], lo=3, id="late"), before(["B", 0], ["A", 1], id="early"),
        before(["A", 10], ["C", 0], hi=7, id="window"),
    ]  # fmt: skip
    answer = solve_network(network(pair, [B, C]))
    assert [c["status"] for c in answer["constraints"]] == ["infeasible", "infeasible", "imposed"]
    assert "'early'" in answer["constraints"][0]["in_words"]
    touched, other = answer["results"]
    assert (touched["status"], touched["value"], touched["interval"]) == ("infeasible", None, None)
    assert touched["limits"] == ["late", "early"]
    assert touched["without_constraints"]["value"] == 1.0
    assert other["status"] == "bounded"


def test_the_smallest_contradictory_set_is_named_over_events_nobody_marked() -> None:
    e, f = {"event": "e"}, {"event": "f"}
    cycle = [
        before(["A", 0], f), before(["A", 1], e), before(e, f, lo=5), before(f, ["A", 4]),
        before(e, ["A", 100]),
    ]  # fmt: skip
    statuses = [c["status"] for c in solve_network(network(cycle, []))["constraints"]]
    assert statuses == ["imposed", "infeasible", "infeasible", "infeasible", "imposed"]


def test_limits_that_only_together_contradict_the_observations() -> None:
    e = {"event": "e"}
    answer = solve_network(network([before(["A", 6.5], e), before(e, ["B", 0])], [B]))
    assert [c["status"] for c in answer["constraints"]] == ["contradicted"] * 2
    assert answer["constraints"][0]["p_before"] is None
    answer = solve_network(network([before(["A", 8], e), before(e, ["B", 0])], [B]))
    assert [c["status"] for c in answer["constraints"]] == ["infeasible"] * 2


def test_an_order_with_limits_states_its_probability() -> None:
    query = [{"order": [["A", 2.5], ["B", 0]]}]
    result = solve_network(network([before(["A", 2.0], ["B", 0.0])], query))["results"][0]
    assert result["p_first_before_second"] == pytest.approx(0.2266274 / 0.3085375, abs=1e-3)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"first": ["A", 0], "second": ["B", 0]}, "needs lo or hi"),
        ({"first": ["A", 0], "lo": 0}, "has no 'second'"),
        (before(["X", 0], ["B", 0]), "no source 'X'"),
        (before(["A", 0], ["B", 0], hi=-1), "above hi"),
        (before(["A", 0], "B"), "must be \\[source, tau\\]"),
        (before(["A", 0], ["B", float("nan")]), "finite number"),
    ],
)
def test_a_malformed_constraint_is_named_and_left_out(entry: Json, says: str) -> None:
    document = network([entry, before(["A", 2.0], ["B", 0.0])], [B])
    with pytest.raises(NetworkError, match=says) as raised:
        read_network(document)
    assert str(raised.value).startswith("constraints[0]")
    answer = solve_network(document)
    assert any(problem.startswith("constraints[0]") for problem in answer["problems"])
    assert [limit["id"] for limit in answer["constraints"]] == ["constraint:1"]


def test_two_runs_are_byte_equal() -> None:
    limits = [
        before(["A", 1], ["B", 0]), before(["C", 0], ["B", 2]), before(["A", 0], ["C", 0], hi=2)
    ]  # fmt: skip
    document = network(limits, [B, C, {"order": [["B", 0], ["C", 0]]}])
    document["offsets"].append({"source": "C", "tau": 0, "value": 0.5, "u": 1.0})
    assert json.dumps(solve_network(document)) == json.dumps(solve_network(document))


def test_three_limits_over_two_correlated_quantities_agree_with_rejection() -> None:
    import numpy as np

    limits = [
        before(["A", 1], ["B", 0]), before(["C", 0], ["B", 1]), before(["A", 0], ["C", 0], hi=2)
    ]  # fmt: skip
    document = network(limits, [B, C])
    document["offsets"].append({"source": "C", "tau": 0, "value": 0.5, "u": 1.0})
    results = solve_network(document)["results"]
    random = np.random.default_rng(1)
    b, c = random.normal(1.0, 2.0, 400_000), random.normal(0.5, 1.0, 400_000)
    held = (b >= 1) & (b + 1 >= c) & (c >= 0) & (c <= 2)
    for result, drawn in zip(results, (b[held], c[held]), strict=True):
        assert result["value"] == pytest.approx(drawn.mean(), abs=0.02)
        assert result["u"] == pytest.approx(drawn.std(), abs=0.02)
        assert result["interval"] == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.08)
