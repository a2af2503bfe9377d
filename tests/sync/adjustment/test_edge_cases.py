"""The edge cases of ``estimation.md`` §13 that belong to the adjustment, and external reliability.

Those not here: one anchor (reference case s01), a reference without marks, flat authorities and
changing the datum (``test_adjust``), u from 0.1 ms to 10 s (``test_design``).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.bare import read_network, solve_network
from sync.adjustment.network import Network, NetworkSource
from sync.uncertainty import Distribution

Json = dict[str, Any]


def anchor(event: str, places: dict[str, float], half: float = 0.02) -> list[Json]:
    return [
        {"event": event, "source": source, "tau": tau, "half": half}
        for source, tau in places.items()
    ]


def pair(*marks: Json, u_drift: float | None = 0, **more: Any) -> Json:
    names = [{"name": name, "epoch": 0, "u_drift": u_drift} for name in ("A", "B")]
    return {"reference": "A", "sources": names, "marks": list(marks), **more}


def adjusted(network: Json) -> Adjustment:
    return adjust(read_network(network))


def several(count: int = 5) -> Json:
    marks = [
        mark
        for number in range(count)
        for mark in anchor(f"e{number}", {"A": 60.0 * number, "B": 60.0 * number + 3})
    ]
    return pair(*marks, u_drift=1e-4)


# -- §13 ------------------------------------------------------------------------------------------


def test_two_anchors_that_disagree_are_a_conflict_and_widen_the_range() -> None:
    network = pair(
        *anchor("e", {"A": 10.0, "B": 13.0}), *anchor("f", {"A": 70.0, "B": 78.0}), u_drift=1e-4
    )
    result = adjusted(network)
    function = result.correction_function("B", 40.0, on_datum_scale=True)
    assert result.p_global is not None
    assert result.p_global < 1e-9
    assert result.conflict(function)
    assert result.birge > 50
    assert result.value(function) == pytest.approx(-5.5, abs=0.1)
    assert result.uncertain(function).expanded().U > 2.0


def with_second_stream(network: Json, event: str, *taus: float) -> Network:
    """The network and sightings of B's other stream (two in one stream are refused)."""
    read = read_network(network)
    for number, tau in enumerate(taus):
        read.add_mark(
            f"stream-{number}", event=event, source="B", tau_s=tau,
            distribution=Distribution.rectangular(0.02),
        )  # fmt: skip
    return read


def test_an_event_seen_twice_in_one_source_only_ties_nothing() -> None:
    a, b = adjusted(several(3)), adjust(with_second_stream(several(3), "own", 200.0, 200.01))
    assert b.x == pytest.approx(a.x, abs=1e-6)  # the two differ by 0.01 s · drift
    assert b.dof == a.dof + 1
    alone = adjust(with_second_stream(pair(), "own", 200.0, 200.01))
    assert not alone.estimable(alone.correction_function("B", 200.0, on_datum_scale=True))


def test_two_sightings_of_one_event_in_one_source_count_as_two_readings() -> None:
    marks = anchor("e", {"A": 10.0, "B": 13.0})
    result = adjust(with_second_stream(pair(*marks), "e", 13.01))
    function = result.correction_function("B", 0.0, on_datum_scale=False)
    u = 0.02 / math.sqrt(3)
    assert result.value(function) == pytest.approx(10.0 - 13.005)
    assert result.uncertain(function).u == pytest.approx(u * math.sqrt(1 + 1 / 2))
    assert result.redundancy == pytest.approx([0.0, 0.5, 0.5])


def test_an_event_with_one_mark_is_unchecked_and_without_effect() -> None:
    network = several(3)
    plain = adjusted(network)
    network["marks"].append({"event": "single", "source": "B", "tau": 90.0, "half": 0.02})
    result = adjusted(network)
    at = next(i for i, row in enumerate(result.rows) if row.unit == "single")
    assert result.redundancy[at] == 0.0
    assert math.isnan(result.mdb[at])
    assert math.isnan(result.standardised[at])
    assert result.x == pytest.approx(plain.x, abs=1e-12)
    function = result.correction_function("B", 90.0, on_datum_scale=True)
    assert result.gains(function)[at] == 0.0
    assert not result.unchecked(function)


def test_an_epoch_far_from_the_anchors_gives_the_same_results() -> None:
    near, far = several(), several()
    query = [{"correction": "B", "tau": 500.0}, {"drift": "B"}, {"event": "e2"}]
    far["sources"][1]["epoch"] = 3e6  # five weeks
    a = solve_network({**near, "query": query})
    b = solve_network({**far, "query": query})
    assert b["dof"] == a["dof"]
    for one, other in zip(a["results"], b["results"], strict=True):
        assert other["value"] == pytest.approx(one["value"], abs=1e-7)
        assert other["u"] == pytest.approx(one["u"], rel=1e-6)
        assert other["status"] == one["status"]


@pytest.mark.parametrize("reference", ["A", "B", "C"])
def test_the_datum_changes_neither_a_difference_nor_its_U(reference: str) -> None:
    """Drift priors on every clock, real drifts, a session three hours long."""
    rng = np.random.default_rng(8)
    marks = []
    for number in range(6):
        at = 2000.0 * number
        marks += anchor(f"e{number}", {
            "A": at + rng.uniform(-0.02, 0.02),
            "B": at * (1 + 8e-5) - 700 + rng.uniform(-0.02, 0.02),
            "C": at * (1 - 5e-5) + 41 + rng.uniform(-0.02, 0.02),
        })  # fmt: skip
    names = [{"name": name, "epoch": 0, "u_drift": 1e-4} for name in "ABC"]
    query = [
        {"difference": ["B", 100.0, "C", 9000.0]},
        {"difference": ["A", -500.0, "B", 12000.0]},
        {"order": [["C", 5000.0], ["A", 5000.0]]},
    ]
    network = {"sources": names, "marks": marks, "query": query}
    plain = solve_network({**network, "reference": "A"})
    moved = solve_network({**network, "reference": reference})
    assert moved["chi2"] == pytest.approx(plain["chi2"], rel=1e-8)
    for one, other in zip(plain["results"], moved["results"], strict=True):
        assert other["value"] == pytest.approx(one["value"], abs=1e-9)
        assert other["U"] == pytest.approx(one["U"], abs=1e-9)


def test_a_mark_at_a_break_belongs_to_the_later_stretch() -> None:
    def seen_at(tau: float) -> list[str]:
        network = pair(*anchor("e", {"A": 80.0, "B": tau}))
        network["sources"][1]["breaks"] = [50.0]
        network["query"] = [{"correction": "B", "tau": 49.0}, {"correction": "B", "tau": 51.0}]
        return [result["status"] for result in solve_network(network)["results"]]

    assert seen_at(50.0) == ["unconstrained", "unchecked"]
    assert seen_at(math.nextafter(50.0, 0.0)) == ["unchecked", "unconstrained"]


def test_another_camera_after_a_break_has_its_own_drift() -> None:
    switched = NetworkSource("B", 0.0, "B", (500.0,), ("B", "B#2"))
    network = Network(
        "A", [NetworkSource("A", 0.0, "A"), switched], {"A": 0.0, "B": 1e-3, "B#2": 1e-3}
    )
    for number, at in enumerate((0.0, 200.0, 400.0, 600.0, 800.0, 1000.0)):
        rate = 4e-4 if at < 500 else -3e-4
        for source, tau in (("A", at), ("B", at / (1 + rate))):
            network.add_mark(
                f"{number}-{source}", event=f"e{number}", source=source, tau_s=tau,
                distribution=Distribution.normal(1e-4),
            )  # fmt: skip
    network.add_drift_priors()
    result = adjust(network)
    first, second = (
        result.drift_function("B", relative_to_datum=False, stretch=stretch) for stretch in (0, 1)
    )
    assert result.value(first) == pytest.approx(4e-4, abs=1e-8)
    assert result.value(second) == pytest.approx(-3e-4, abs=1e-8)
    covariance = result.covariance([first, second])
    assert covariance[0, 1] == pytest.approx(0.0, abs=1e-9 * covariance[0, 0])


def test_readings_of_an_unchecked_authority_tell_the_drift_but_not_the_offset() -> None:
    readings = [
        {"source": "B", "tau": t, "value": 9e3 + t * (1 - 2e-4), "half": 0.01, "authority": "osd"}
        for t in (0.0, 900.0, 1800.0)
    ]
    network = pair(readings=readings, query=[{"drift": "B"}, {"correction": "B", "tau": 0.0}])
    network["sources"][1]["u_drift"] = None
    rate, offset = solve_network(network)["results"]
    assert rate["value"] == pytest.approx(-2e-4, abs=1e-9)
    assert rate["u"] == pytest.approx(0.01 / math.sqrt(3) / (900 * math.sqrt(2)), rel=1e-6)
    assert offset["status"] == "unconstrained"


# -- external reliability -------------------------------------------------------------------------


def test_an_unnoticed_mistake_shifts_the_result_by_what_is_stated() -> None:
    network = several()
    network["marks"][0]["half"] = 0.05
    result = adjusted(network)
    function = result.correction_function("B", 300.0, on_datum_scale=True)
    found = result.unnoticed(function)
    assert len(found) == 5  # one a unit; the drift priors are assumed, not observed
    shifts = [line.shift_s for line in found]
    assert None not in shifts
    assert shifts == sorted(shifts, key=lambda s: -(s or 0))
    worst = found[0]
    assert worst.mistake_s is not None
    number = next(i for i, row in enumerate(result.rows) if row.label == worst.label)
    network["marks"][number]["tau"] += worst.mistake_s
    moved = adjusted(network)
    assert abs(moved.value(function) - result.value(function)) == pytest.approx(
        worst.shift_s, rel=1e-3
    )
    # 80 % power: the mean of the standardised residual is √λ0 = 4.13.
    w = moved.standardised[number] - result.standardised[number]
    assert abs(w) == pytest.approx(4.1321, rel=1e-3)


def test_a_single_tie_can_hide_a_mistake_of_any_size() -> None:
    result = adjusted(pair(*anchor("e", {"A": 10.0, "B": 13.0})))
    function = result.correction_function("B", 13.0, on_datum_scale=True)
    (line,) = result.unnoticed(function)
    assert (line.mistake_s, line.shift_s) == (None, None)
    assert result.unchecked(function)


def test_what_cannot_be_noticed_at_all_comes_first() -> None:
    network = several()
    network["sources"].append({"name": "C", "epoch": 0, "u_drift": 1e-4})
    network["marks"] += anchor("only", {"B": 100.0, "C": 5.0})
    result = adjusted(network)
    function = result.correction_function("C", 5.0, on_datum_scale=True)
    found = result.unnoticed(function)
    assert (found[0].mistake_s, found[0].shift_s) == (None, None)
    assert all(line.shift_s is not None for line in found[1:])
    assert len(found) > 3


def test_a_mark_that_is_itself_asked_about_needs_no_check() -> None:
    network = several()
    network["marks"].append({"id": "asked", "event": "new", "source": "B", "tau": 90, "half": 0.02})
    result = adjusted(network)
    number = next(i for i, row in enumerate(result.rows) if row.id == "asked")
    function = result.mark_function(number, on_datum_scale=True)
    assert "asked" not in [line.label for line in result.unnoticed(function)]  # ties nothing
    anchored = next(i for i, row in enumerate(result.rows) if row.event == 1)
    asked = frozenset({result.rows[anchored].id})
    function = result.mark_function(anchored, on_datum_scale=True)
    named = [line.label for line in result.unnoticed(function)]
    unnamed = [line.label for line in result.unnoticed(function, asked)]
    assert result.rows[anchored].label in named
    assert result.rows[anchored].label not in unnamed


# -- scatter and reliability ----------------------------------------------------------------------


def test_the_birge_factor_applies_only_when_the_global_test_fails() -> None:
    def with_scatter(size: float) -> Adjustment:
        network = several(8)
        for number, mark in enumerate(network["marks"]):
            mark["tau"] += size * (-1) ** (number // 2) * (number % 2)
        return adjusted(network)

    calm, rough = with_scatter(0.005), with_scatter(0.04)
    function = calm.correction_function("B", 200.0, on_datum_scale=True)
    assert calm.p_global is not None
    assert rough.p_global is not None
    assert calm.p_global > 0.05 > rough.p_global
    assert calm.chi2 < calm.dof  # too little scatter never narrows
    assert calm.birge == 1.0
    assert rough.birge == pytest.approx(math.sqrt(rough.chi2 / rough.dof))
    assert rough.birge > 1.3
    assert rough.uncertain(function).u == pytest.approx(
        rough.birge * calm.uncertain(function).u, rel=1e-5
    )


def test_the_stated_reliability_of_one_input_widens_k_by_welch_and_satterthwaite() -> None:
    """One firm mark in A, one doubtful (25 % → 8 degrees of freedom) in B."""
    network = Network(
        "A", [NetworkSource("A", 0.0, "A"), NetworkSource("B", 0.0, "B")], {"A": 0.0, "B": 0.0}
    )
    firm, doubtful = Distribution.normal(0.03), Distribution.normal(0.04, dof=8)
    network.add_mark("a", event="e", source="A", tau_s=5.0, distribution=firm)
    network.add_mark("b", event="e", source="B", tau_s=9.0, distribution=doubtful)
    result = adjust(network)
    uncertain = result.uncertain(result.correction_function("B", 0.0, on_datum_scale=False))
    assert uncertain.u == pytest.approx(0.05)
    # ν = 0.05⁴ / (0.04⁴/8) = 19.53; t(0.975, 19.53) between t(19) = 2.0930 and t(20) = 2.0860
    assert uncertain.effective_dof == pytest.approx(19.53125)
    assert 2.0860 < uncertain.expanded().k < 2.0930
