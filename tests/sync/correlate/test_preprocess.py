"""Each step of the pipeline does what it is for, and masks are honoured."""

from __future__ import annotations

import numpy as np
import pytest

from sync.correlate import preprocess
from tests.sync.correlate.made import smooth_noise, trace


def autoregressive(rng: np.random.Generator, rho: float, count: int) -> np.ndarray:
    out = np.zeros(count)
    for i in range(1, count):
        out[i] = rho * out[i - 1] + rng.standard_normal()
    return out


def test_highpass_removes_what_is_slow_and_keeps_events() -> None:
    t_s = np.arange(2000) / 10.0
    slow = 50.0 + 0.3 * t_s
    event = np.where((t_s > 100) & (t_s < 100.5), 5.0, 0.0)
    out = preprocess.highpass(slow + event, np.ones(2000, bool), 200)
    # Away from the ends the mean is two-sided and a straight line vanishes.
    assert np.abs(out[100:880]).max() < 0.2
    assert out[1002] == pytest.approx(5.0, abs=0.2)


def test_whitening_finds_the_model_and_leaves_nothing_predictable() -> None:
    values = autoregressive(np.random.default_rng(2), 0.9, 5000)
    valid = np.ones(5000, bool)
    assert preprocess.whitening_filter(values, valid)[0] == pytest.approx(0.9, abs=0.06)
    white, good = preprocess.whiten(values, valid)
    rho = preprocess.autocovariance(white, good, 5)
    assert np.abs(rho[1:] / rho[0]).max() < 0.05


def test_whitening_does_not_invent_an_event_at_a_gap() -> None:
    values = autoregressive(np.random.default_rng(3), 0.98, 2000)
    valid = np.ones(2000, bool)
    valid[900:950] = False
    order = len(preprocess.whitening_filter(np.where(valid, values, 0), valid))
    white, good = preprocess.whiten(np.where(valid, values, 0.0), valid)
    assert order >= 1
    assert not good[900 : 950 + order].any()
    assert good[950 + order]
    assert not white[~good].any()


def test_clip_bounds_a_burst_and_keeps_a_rare_one() -> None:
    noise = np.random.default_rng(0).standard_normal(1000)
    noise[500] = 1000.0
    assert preprocess.clip(noise, np.ones(1000, bool))[500] < 5.0
    rare = np.zeros(1000)
    rare[[100, 500]] = 1.0
    kept = preprocess.clip(rare, np.ones(1000, bool))
    assert kept[100] == pytest.approx(1.0)


def test_prepared_traces_are_standard_and_zero_where_masked() -> None:
    values = smooth_noise(np.random.default_rng(1), 1500, 10.0, 1.5) * 1e-6 + 7.0
    valid = np.ones(1500, bool)
    valid[200:260] = False
    ready = preprocess.prepare(trace(values, valid=valid))
    kept = ready.test[ready.test_valid]
    assert kept.mean() == pytest.approx(0.0, abs=1e-9)
    assert kept.std() == pytest.approx(1.0)
    assert not ready.test[~ready.test_valid].any()
    assert not (ready.test_valid & ~valid).any()


def test_events_are_counted_by_the_second() -> None:
    values = np.zeros(1000)
    for at in (100, 300, 500):
        values[at : at + 3] = 1.0
    assert 1 <= preprocess.bursts(preprocess.prepare(trace(values))) <= 6
    noise = np.random.default_rng(0).standard_normal(1000)
    assert preprocess.bursts(preprocess.prepare(trace(noise))) > 50
    assert preprocess.bursts(preprocess.prepare(trace(np.zeros(1000)))) == 0


def test_a_finer_trace_is_averaged_onto_a_coarser_grid() -> None:
    fine = trace(np.arange(100.0), step_ns=40_000_000, start_s=0.02)
    coarse = preprocess.on_step(fine, 100_000_000)
    assert coarse.start.s == pytest.approx(0.05)
    assert len(coarse) == 40
    # A straight line keeps its value at every time, but for the staircase it was given as.
    away = coarse.values - (coarse.times_s() - 0.02) / 0.04
    assert np.abs(away).max() == pytest.approx(0.05)
    assert away.mean() == pytest.approx(0.0, abs=1e-9)
    assert preprocess.on_step(fine, 40_000_000) is fine


def test_a_coarser_cell_is_valid_where_half_of_it_is() -> None:
    valid = np.ones(100, bool)
    valid[10:14] = False
    coarse = preprocess.on_step(trace(np.ones(100), valid=valid, step_ns=50_000_000), 200_000_000)
    assert coarse.valid.all()
    valid[9:15] = False
    coarse = preprocess.on_step(trace(np.ones(100), valid=valid, step_ns=50_000_000), 200_000_000)
    assert np.flatnonzero(~coarse.valid).tolist() == [2, 3]
    np.testing.assert_allclose(coarse.values[coarse.valid], 1.0)
