"""The numerical cases of ``../shared/cases`` with expected values from closed forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sync.adjustment.bare import solve_network
from sync.adjustment.truncated import truncated_moments
from sync.clockread.rollover import rollover_limits

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"


def load(name: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    found = sorted(CASES.glob(f"{name}_*.json"))
    if not found:
        pytest.skip("the numerical cases (../shared/cases) are not on this machine")
    case = json.loads(found[0].read_text(encoding="utf-8"))
    return solve_network(case), case["expected"], case["tolerance"]


def test_s01_one_anchor_has_the_triangular_coverage_factor() -> None:
    answer, expected, tolerance = load("s01")
    result = answer["results"][0]
    for key in ("value", "u", "U", "k"):
        assert result[key] == pytest.approx(expected[key], abs=tolerance[key])
    assert result["status"] == "unchecked"


def test_s02_two_anchors_with_a_drift_prior() -> None:
    answer, expected, tolerance = load("s02")
    result = answer["results"][0]
    for key in ("value", "u", "U"):
        assert result[key] == pytest.approx(expected[key], abs=tolerance[key])
    assert answer["chi2"] == pytest.approx(expected["chi2"], abs=tolerance["chi2"])
    assert answer["dof"] == expected["dof"]


def test_s02_drift_and_its_uncertainty() -> None:
    found = sorted(CASES.glob("s02_*.json"))
    if not found:
        pytest.skip("the numerical cases (../shared/cases) are not on this machine")
    case = json.loads(found[0].read_text(encoding="utf-8"))
    case["inputs"]["query"] = [{"drift": "B"}]
    result = solve_network(case)["results"][0]
    assert result["value"] == pytest.approx(case["expected"]["drift"], abs=1e-10)
    assert result["u"] == pytest.approx(case["expected"]["u_drift"], abs=1e-11)


def test_s03_triangle_closure() -> None:
    answer, expected, tolerance = load("s03")
    results, rows = answer["results"], answer["rows"]
    assert [r["value"] for r in results] == pytest.approx(expected["values"], abs=1e-9)
    assert [r["u"] for r in results] == pytest.approx(expected["us"], abs=1e-9)
    assert answer["chi2"] == pytest.approx(expected["chi2"], abs=tolerance["chi2"])
    assert answer["p_global"] == pytest.approx(expected["p"], abs=1e-6)
    assert [r["redundancy"] for r in rows] == pytest.approx(expected["redundancy"], abs=1e-9)
    assert [abs(r["w"]) for r in rows] == pytest.approx(expected["abs_w"], abs=1e-6)
    assert [r["mdb_s"] for r in rows] == pytest.approx(expected["mdb"], abs=tolerance["mdb"])
    assert [r["status"] for r in results] == ["ok", "ok"]


def test_s04_the_one_mistake_is_found() -> None:
    answer, expected, tolerance = load("s04")
    assert answer["excluded_events"] == expected["excluded_events"]
    assert answer["status"] == expected["status"]
    result = answer["results"][0]
    assert result["value"] == pytest.approx(expected["value"], abs=tolerance["value"])
    assert result["u"] == pytest.approx(expected["u"], abs=tolerance["u"])


def test_s05_a_floating_pair_is_unconstrained_but_its_difference_is_known() -> None:
    answer, expected, tolerance = load("s05")
    statuses = [r["status"] for r in answer["results"]]
    assert statuses[:2] == expected["statuses"][:2]
    assert statuses[2] in ("ok", "unchecked")
    assert answer["results"][0]["value"] is None
    assert answer["results"][0]["U"] is None
    assert answer["results"][2]["value"] == pytest.approx(expected["value"], abs=1e-9)
    assert answer["results"][2]["u"] == pytest.approx(expected["u"], abs=tolerance["u"])


@pytest.mark.parametrize("name", ["s09", "s10"])
def test_wide_weights_and_datum_drift(name: str) -> None:
    answer, expected, tolerance = load(name)
    results = answer["results"]
    assert all(r["status"] in ("ok", "unchecked") for r in results)
    assert [r["value"] for r in results] == pytest.approx(
        expected["values"], abs=tolerance["values"]
    )
    assert [r["u"] for r in results] == pytest.approx(expected["us"], abs=tolerance["us"])
    if "dof" in expected:
        assert answer["dof"] == expected["dof"]


def test_s07_locked_roll_overs_do_not_average_away() -> None:
    found = sorted(CASES.glob("s07_*.json"))
    if not found:
        pytest.skip("the numerical cases (../shared/cases) are not on this machine")
    case = json.loads(found[0].read_text(encoding="utf-8"))
    inputs, expected, tolerance = case["inputs"], case["expected"], case["tolerance"]
    pts_s = [number / inputs["fps"] for number in range(inputs["n_frames"])]
    limits = rollover_limits(
        pts_s, inputs["readings"], 0.0, u_drift=inputs["drift_fixed"], guard=0.0
    )
    assert limits is not None
    assert limits.low_s == pytest.approx(expected["lo"], abs=tolerance["value"])
    assert limits.high_s == pytest.approx(expected["hi"], abs=tolerance["value"])
    assert limits.value_s == pytest.approx(expected["value"], abs=tolerance["value"])
    assert limits.u_s == pytest.approx(expected["u"], abs=tolerance["u"])
    assert limits.U95_s == pytest.approx(expected["U"], abs=tolerance["U"])
    assert limits.U95_s > 4 * expected["naive_wrong_u"]


@pytest.mark.parametrize("reference", ["A", "B", "C"])
def test_s10_the_difference_does_not_depend_on_the_datum(reference: str) -> None:
    found = sorted(CASES.glob("s10_*.json"))
    if not found:
        pytest.skip("the numerical cases (../shared/cases) are not on this machine")
    case = json.loads(found[0].read_text(encoding="utf-8"))
    plain = solve_network(case)["results"][0]
    case["inputs"]["reference"] = reference
    moved = solve_network(case)["results"][0]
    assert moved["value"] == pytest.approx(plain["value"], abs=1e-9)
    assert moved["U"] == pytest.approx(plain["U"], abs=1e-9)


def test_s06_an_order_constraint_truncates_the_offset() -> None:
    found = sorted(CASES.glob("s06_*.json"))
    if not found:
        pytest.skip("the numerical cases (../shared/cases) are not on this machine")
    case = json.loads(found[0].read_text(encoding="utf-8"))
    given, expected, tolerance = case["inputs"], case["expected"], case["tolerance"]
    mean, u = truncated_moments(given["mean"], given["u"], given["lo"])
    assert mean == pytest.approx(expected["mean"], abs=1e-9)
    assert u == pytest.approx(expected["u"], abs=1e-9)
    answer = solve_network({
        "reference": "A",
        "sources": [{"name": name, "epoch": 0, "u_drift": 0} for name in "AB"],
        "offsets": [{"source": "B", "tau": 0, "value": given["mean"], "u": given["u"]}],
        "constraints": [{"first": ["A", 0], "second": ["B", 0], "lo": given["lo"], "hi": None}],
        "query": [{"correction": "B", "tau": 0}],
    })  # fmt: skip
    result = answer["results"][0]
    low, high = result["interval"]
    for value, key in ((result["value"], "mean"), (result["u"], "u"), (low, "lo95"),
                       (high, "hi95")):  # fmt: skip
        assert value == pytest.approx(expected[key], abs=tolerance[key])
    p_before = answer["constraints"][0]["p_before"]
    assert p_before == pytest.approx(expected["p_satisfied_before"], abs=1e-6)
