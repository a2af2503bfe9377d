"""The search for mistakes: found, attributable or not, and never invented."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sync.adjustment.adjust import adjust
from sync.adjustment.bare import read_network
from sync.adjustment.mistakes import MistakeReport, find_mistakes


def anchors(n: int, *, wrong: dict[int, float] | None = None, seed: int = 0) -> dict[str, Any]:
    """n anchors in an hour between two clocks, some with a mistake (s) in the second mark."""
    rng = np.random.default_rng(seed)
    marks = []
    for number in range(n):
        at = 3600.0 * number / max(n - 1, 1)
        for source, tau in (("A", at), ("B", at + 7.0 + (wrong or {}).get(number, 0.0))):
            noise = rng.uniform(-0.02, 0.02)
            marks.append(
                {"event": f"e{number}", "source": source, "tau": tau + noise, "half": 0.02}
            )
    names = [{"name": name, "epoch": 0, "u_drift": 1e-4} for name in "AB"]
    return {"reference": "A", "sources": names, "marks": marks}


def searched(network: dict[str, Any]) -> MistakeReport:
    return find_mistakes(read_network(network))


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    # 40 clean networks of 6 anchors: at α0 = 0.001 a row, a false suspect is rare.
    reports = [searched(anchors(6, seed=seed)) for seed in range(40)]
    assert sum(bool(report.suspects) or report.status == "conflict" for report in reports) <= 2


def test_two_mistakes_are_both_found_and_nothing_else() -> None:
    report = searched(anchors(9, wrong={2: 3.0, 6: -4.0}))
    assert report.status == "ok"
    assert {suspect.unit for suspect in report.suspects} == {"e2", "e6"}
    assert report.excluded == {"mark:4", "mark:5", "mark:12", "mark:13"}


def test_of_two_anchors_the_wrong_one_cannot_be_told() -> None:
    report = searched(anchors(2, wrong={1: 5.0}))
    assert report.status == "conflict"
    assert report.suspects == ()
    assert report.contested >= {"e0", "e1"}


def test_one_anchor_is_never_suspected() -> None:
    report = searched(anchors(1, wrong={0: 50.0}))
    assert report.status == "ok"
    assert report.suspects == ()


def test_in_an_event_with_three_marks_only_the_wrong_mark_goes() -> None:
    network = anchors(6)
    network["sources"].append({"name": "C", "epoch": 0, "u_drift": 1e-4})
    for number in range(6):
        tau = 3600.0 * number / 5 - 2.0 + (4.0 if number == 3 else 0.0)
        network["marks"].append({"event": f"e{number}", "source": "C", "tau": tau, "half": 0.02})
    report = searched(network)
    assert report.excluded == {"mark:15"}


def test_a_rate_outside_its_prior_is_named() -> None:
    network = anchors(5)
    for mark in network["marks"]:
        if mark["source"] == "B":
            mark["tau"] *= 1 + 2e-3
    report = searched(network)
    assert any(suspect.unit.startswith("drift-prior") for suspect in report.suspects) or any(
        unit.startswith("drift-prior") for unit in report.contested
    )


def test_correlations_of_residuals_agree_with_the_plain_formula() -> None:
    network = read_network(anchors(4))
    result = adjust(network)
    n = len(network.parameters)
    design = np.zeros((len(network.rows), n + len(network.events)))
    for i, row in enumerate(network.rows):
        for number, value in row.terms.items():
            design[i, number] = value
        if row.event is not None:
            design[i, n + row.event] = 1.0
    u = np.array([row.distribution.u for row in network.rows])
    whitened = design / u[:, None]
    residual_cofactor = np.eye(len(u)) - whitened @ np.linalg.pinv(whitened)
    scale = np.sqrt(np.diag(residual_cofactor))
    for row in (0, 3, 8):
        plain = residual_cofactor[row] / (scale[row] * scale)
        assert result.residual_correlation(row) == pytest.approx(plain, abs=1e-5)


def test_the_w_of_what_is_set_aside_is_the_one_it_has_when_it_alone_is_taken_back() -> None:
    network = anchors(6, wrong={1: 0.5})
    network["sources"].append({"name": "C", "epoch": 0, "u_drift": 1e-4})
    for number in range(6):
        tau = 3600.0 * number / 5 - 2.0 + (4.0 if number == 3 else 0.0)
        network["marks"].append({"event": f"e{number}", "source": "C", "tau": tau, "half": 0.02})
    network["lags"] = [{"a": "B", "tau_a": 900.0, "b": "C", "tau_b": 888.0, "u": 0.1}]
    report = searched(network)
    assert report.excluded == {"mark:3", "mark:15", "lag:0"}
    built = read_network(network)
    for row, w in report.w.items():
        number = [other.id for other in built.rows].index(row)
        back = adjust(built, report.excluded - {row})
        assert w == pytest.approx(back.standardised[number], rel=1e-6)


def test_a_mistake_that_an_unlike_one_would_explain_as_well_is_no_proposal() -> None:
    # 0.25 s in an outer anchor of three, an hour apart: within what the drift's prior allows, the
    # middle one could as well be wrong by the half of it.
    report = searched(anchors(3, wrong={2: 0.25}))
    assert report.status == "conflict"
    assert report.suspects == ()
    assert report.contested >= {"e1", "e2"}


def test_most_of_the_evidence_is_never_set_aside() -> None:
    # Six anchors of which no two agree about anything: a model that is wrong, not mistakes.
    wrong = {number: 7.0 * number**2 for number in range(6)}
    report = searched(anchors(6, wrong=wrong))
    assert report.status == "conflict"
