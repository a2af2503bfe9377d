"""The numerical core, against one dense solution of the whole design and explicit covariances."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from sync.adjustment import design
from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.network import Network, NetworkSource, Row
from sync.errors import NetworkError
from sync.uncertainty import Distribution

Array = NDArray[np.float64]


def made_network(seed: int, *, sources: int = 5, events: int = 14) -> Network:
    """Marks with u from 5 to 100 ms, lags, a shared delay and a drift prior on every clock."""
    rng = np.random.default_rng(seed)
    names = [f"s{number}" for number in range(sources)]
    network = Network(
        names[0], [NetworkSource(name, 1800.0, name) for name in names], dict.fromkeys(names, 1e-4)
    )
    for event in range(events):
        at = float(rng.uniform(0, 3600))
        for source in rng.choice(sources, 3, replace=False):
            network.add_mark(
                f"e{event}-s{source}", event=f"e{event}", source=f"s{source}",
                tau_s=at + 10.0 * source + float(rng.normal(0, 0.02)),
                distribution=Distribution.rectangular(float(rng.uniform(0.01, 0.17))),
                delays=("radio",) if source == 1 else (),
            )  # fmt: skip
    for number in range(3):
        at = float(rng.uniform(0, 3600))
        network.add_lag(
            f"lag{number}", "lag", a="s1", tau_a_s=at + 10, b="s2", tau_b_s=at + 20,
            distribution=Distribution.normal(0.01), delays_a=("radio",),
        )  # fmt: skip
    radio = {network.quantity("radio"): 1.0}
    network.add(Row("radio", "quantity", 0.3, radio, Distribution.rectangular(0.2)))
    network.add_drift_priors()
    return network


class Dense:
    """All parameters, event times among them, by numpy's least squares on the whole design."""

    def __init__(self, network: Network) -> None:
        n = len(network.parameters)
        self.design = np.zeros((len(network.rows), n + len(network.events)))
        for i, row in enumerate(network.rows):
            for number, coefficient in row.terms.items():
                self.design[i, number] = coefficient
            if row.event is not None:
                self.design[i, n + row.event] = 1.0
        self.u = np.array([row.distribution.u for row in network.rows])
        self.value = np.array([row.value for row in network.rows])
        whitened = self.design / self.u[:, None]
        self.scale = np.linalg.norm(whitened, axis=0)
        inverse = np.linalg.pinv(whitened / self.scale) / self.scale[:, None]
        self.gain: Array = inverse / self.u
        self.x = self.gain @ self.value
        self.q_v = np.diag(self.u**2) - self.design @ (inverse @ inverse.T) @ self.design.T


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("limit", [design.WELL_CONDITIONED, 0.0], ids=["normal", "rows"])
def test_both_ways_of_solving_agree_with_the_dense_solution(
    seed: int, limit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = made_network(seed)
    dense = Dense(network)
    monkeypatch.setattr(design, "WELL_CONDITIONED", limit)
    result = adjust(network)
    n = len(network.parameters)
    assert result.x == pytest.approx(dense.x[:n], rel=1e-11, abs=1e-11)
    assert result.event_times == pytest.approx(dense.x[n:], rel=1e-12)
    assert result.residuals == pytest.approx(dense.value - dense.design @ dense.x, abs=1e-10)
    r = np.diag(dense.q_v) / dense.u**2
    assert result.redundancy == pytest.approx(r, abs=1e-10)
    function = result.instant_function("s3", 2500.0, on_datum_scale=False)
    c = np.zeros(len(dense.x))
    c[list(function.terms)] = list(function.terms.values())
    assert result.gains(function) == pytest.approx(c @ dense.gain, abs=1e-11)
    event = result.event_function(4, on_datum_scale=False)
    assert result.gains(event) == pytest.approx(dense.gain[n + 4], abs=1e-11)
    projection = dense.q_v / np.outer(dense.u, dense.u)
    assert result.projection([0, 7]) == pytest.approx(projection[[0, 7]], abs=1e-10)
    checked = np.flatnonzero(r > 1e-6)
    row = int(checked[0])
    expected = dense.q_v[row, checked] / np.sqrt(dense.q_v[row, row] * np.diag(dense.q_v)[checked])
    assert result.residual_correlation(row)[checked] == pytest.approx(expected, abs=1e-9)


def test_rows_left_out_are_as_if_they_had_never_been() -> None:
    whole, without = made_network(1), made_network(1)
    out = {"e0-s1", "e3-s2", "lag1", *(row.id for row in whole.rows if row.event == 7)}
    without.rows = [row for row in without.rows if row.id not in out]
    a, b = adjust(whole, frozenset(out)), adjust(without)
    assert a.x == pytest.approx(b.x, rel=1e-11, abs=1e-11)
    assert (a.chi2, a.dof) == (pytest.approx(b.chi2), b.dof)
    kept = [i for i, row in enumerate(whole.rows) if row.id not in out]
    assert a.redundancy[kept] == pytest.approx(b.redundancy, abs=1e-10)
    left = [i for i, row in enumerate(whole.rows) if row.id in out]
    assert np.isnan(a.redundancy[left]).all()
    function = a.instant_function("s3", 2500.0, on_datum_scale=False)
    assert (a.gains(function)[left] == 0).all()
    assert not a.projection(left).any()
    lag = next(i for i in left if whole.rows[i].id == "lag1")
    terms = whole.rows[lag].terms
    predicted = sum(c * float(b.x[number]) for number, c in terms.items())
    assert a.residuals[lag] == pytest.approx(whole.rows[lag].value - predicted)
    unknown_event = next(i for i in left if whole.rows[i].event == 7)
    assert math.isnan(a.residuals[unknown_event])


def test_the_rank_does_not_depend_on_weights() -> None:
    """A chain of clocks, tied in turn within 0.1 ms and within 2 s, each link by one event."""
    names = [f"s{number}" for number in range(12)]
    network = Network(
        "s0", [NetworkSource(name, 0.0, name) for name in names], dict.fromkeys(names, 0.0)
    )
    u = [1e-4, 2.0] * 6
    for number in range(11):
        for end in (number, number + 1):
            network.add_mark(
                f"e{number}-{end}", event=f"e{number}", source=names[end],
                tau_s=100.0 * number - 7.0 * end, distribution=Distribution.normal(u[number]),
            )  # fmt: skip
    result = adjust(network)
    for number in range(1, 12):
        function = result.correction_function(names[number], 50.0, on_datum_scale=False)
        assert result.estimable(function)
        assert result.value(function) == pytest.approx(7.0 * number, abs=1e-8)
        expected = math.sqrt(2 * sum(value**2 for value in u[:number]))
        assert result.uncertain(function).u == pytest.approx(expected, rel=1e-9)
    near = result.instant_function("s2", 0.0, on_datum_scale=False)
    far = result.instant_function("s3", 0.0, on_datum_scale=False)
    assert result.uncertain(far - near).u == pytest.approx(1e-4 * math.sqrt(2), rel=1e-7)
    assert result.redundancy == pytest.approx(np.zeros(22))
    assert result.dof == 0


def test_a_coarse_mark_beside_precise_ones_moves_nothing_and_is_checked() -> None:
    """u = 0.1 ms and 10 s in one network, over-determined."""
    network = Network(
        "A", [NetworkSource("A", 0.0, "A"), NetworkSource("B", 0.0, "B")], {"A": 0.0, "B": None}
    )
    for number, u in enumerate([1e-4, 1e-4, 1e-4, 10.0]):
        for source, tau in (("A", 600.0 * number), ("B", 600.0 * number + 3 + 8.0 * (u > 1))):
            network.add_mark(
                f"{number}-{source}", event=f"e{number}", source=source, tau_s=tau,
                distribution=Distribution.normal(u),
            )  # fmt: skip
    result = adjust(network)
    function = result.correction_function("B", 600.0, on_datum_scale=False)
    assert result.value(function) == pytest.approx(-3.0, abs=1e-9)
    assert result.redundancy[-1] == pytest.approx(0.5, abs=1e-6)
    assert result.residuals[-1] - result.residuals[-2] == pytest.approx(8.0, abs=1e-6)
    assert result.dof == 2


def test_two_runs_are_byte_equal() -> None:
    def run() -> tuple[bytes, ...]:
        result: Adjustment = adjust(made_network(5, sources=20, events=80))
        function = result.correction_function("s3", 100.0, on_datum_scale=True)
        stated = result.uncertain(function)
        return (
            result.x.tobytes(), result.event_times.tobytes(), result.residuals.tobytes(),
            result.redundancy.tobytes(), result.gains(function).tobytes(),
            repr(stated.expanded()).encode(), repr(stated.budget()).encode(),
            repr(result.unnoticed(function)).encode(),
        )  # fmt: skip

    assert run() == run()


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_time_that_is_no_number_is_named(bad: float) -> None:
    network = made_network(0)
    network.add_mark(
        "wrong", event="e0", source="s1", tau_s=bad, distribution=Distribution.normal(0.1)
    )
    with pytest.raises(NetworkError, match="wrong") as caught:
        adjust(network)
    assert caught.value.row == "wrong"


def test_a_network_of_nothing_but_the_datum() -> None:
    result = adjust(Network("A", [NetworkSource("A", 0.0, "A")], {"A": 0.0}))
    assert result.dof == 0
    function = result.instant_function("A", 12.0, on_datum_scale=True)
    assert result.estimable(function)
    assert result.value(function) == 12.0
    assert result.uncertain(function).u == 0.0
