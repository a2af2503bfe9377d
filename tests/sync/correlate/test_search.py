"""Searching two traces: known truth, stated uncertainty, and refusals."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.correlate.result import SearchResult
from sync.correlate.search import search
from sync.correlate.shown import decimated_curve, strongest_moments
from sync.errors import Cancelled
from sync.progress import CancelToken, Progress
from sync.timebase import Duration
from sync.traces.trace import TraceKind
from tests.sync.correlate.made import related, smooth_noise, trace

JARGON = ("shift", "delta", "confidence", "z =", "null hypothesis", "p-value", "significan")


def plain(result: SearchResult) -> None:
    """Reasons are sentences a person understands; never empty unless the answer is a match."""
    assert bool(result.reasons) == (result.status != "significant")
    for reason in result.reasons:
        assert reason.endswith(".")
        assert not any(word in reason.lower() for word in JARGON)


@pytest.mark.parametrize("offset_cs", [-4321, 0, 777, 4444])
def test_finds_a_known_offset(offset_cs: int) -> None:
    a, b = related(np.random.default_rng(abs(offset_cs)), offset_cs=offset_cs)
    result = search(a, b, surrogates=199)
    assert result.status == "significant"
    plain(result)
    best = result.candidates[0]
    # Whether U95 holds it often enough is counted below; none is further off than a step.
    assert abs(best.offset_s - offset_cs / 100) < 0.04
    assert best.U95_s < 0.05
    assert best.p == pytest.approx(0.005, abs=0.005)
    assert best.z > 4
    assert best.correlation == pytest.approx(0.6, abs=0.15)
    assert result.curve is not None
    assert result.curve.threshold is not None
    top = result.curve.offset_s[result.curve.score.argmax()]
    assert abs(top - best.offset_s) < 0.3
    assert (np.diff(result.curve.offset_s) > 0).all()


def test_sign_an_event_at_30_s_in_a_and_10_s_in_b() -> None:
    rng = np.random.default_rng(0)
    a, b = 0.1 * rng.standard_normal(1000), 0.1 * rng.standard_normal(1000)
    for at in np.cumsum(rng.uniform(2, 9, 12)):
        a[round((20 + at) * 10)] += 3.0
        b[round(at * 10)] += 3.0
    best = search(trace(a), trace(b), surrogates=99).candidates[0]
    assert best.offset_s == pytest.approx(20.0, abs=0.1)
    assert best.epoch_s == pytest.approx((0.0 + 79.9) / 2, abs=0.2)
    for moment in best.coincidences:
        assert moment.time_a_s - moment.time_b_s == pytest.approx(20.0, abs=0.11)
    assert 0 < sum(moment.share for moment in best.coincidences) <= 1.0
    assert not best.rests_on_one_event


@settings(deadline=None, max_examples=12)
@given(start_a=st.integers(-(10**13), 10**13), start_b=st.integers(-(10**13), 10**13))
def test_a_later_start_moves_the_offset_with_it(start_a: int, start_b: int) -> None:
    a, b = related(np.random.default_rng(5), length=700, rho=0.8)
    still = search(a, b, surrogates=19).candidates[0]
    moved = search(
        replace(a, start=a.start + Duration(start_a)),
        replace(b, start=b.start + Duration(start_b)),
        surrogates=19,
    ).candidates[0]
    assert moved.offset_s == pytest.approx(still.offset_s + (start_a - start_b) * 1e-9, abs=1e-8)
    assert moved.epoch_s == pytest.approx(still.epoch_s + start_b * 1e-9, abs=1e-8)
    assert moved.u_s == still.u_s


def test_exchanging_the_recordings_changes_the_sign() -> None:
    a, b = related(np.random.default_rng(6), offset_cs=-300)
    there, back = search(a, b, surrogates=99), search(b, a, surrogates=99)
    assert there.candidates[0].offset_s == pytest.approx(-back.candidates[0].offset_s, abs=1e-6)


def test_same_seed_same_answer() -> None:
    a, b = related(np.random.default_rng(7), rho=0.25, length=700)
    first, second = search(a, b, seed=3, surrogates=99), search(a, b, seed=3, surrogates=99)
    assert first.candidates == second.candidates
    assert first.searched == second.searched
    assert first.reasons == second.reasons


@pytest.mark.parametrize(("rho", "length"), [(0.3, 3000), (0.6, 1000)])
def test_stated_uncertainty_covers_the_truth(rho: float, length: int) -> None:
    inside_stated = inside_statistical = found = 0
    for trial in range(60):
        rng = np.random.default_rng([trial, length])
        offset_cs = int(rng.integers(-1500, 1500))
        a, b = related(rng, rho=rho, length=length, offset_cs=offset_cs)
        result = search(a, b, surrogates=19, seed=trial)
        # Nineteen surrogates cannot reach 0.01; here only the position matters.
        if not result.candidates or result.candidates[0].z < 6:
            continue
        best = result.candidates[0]
        away = abs(best.offset_s - offset_cs / 100)
        assert best.u_statistical_s is not None
        found += 1
        inside_stated += away <= best.U95_s
        inside_statistical += away <= 1.96 * best.u_statistical_s
    assert found >= 40
    assert inside_stated >= 0.93 * found
    # Binomial spread of 95 % at 40 cases is 3.4 %.
    assert inside_statistical >= 0.87 * found


def test_gaps_are_neither_zero_nor_events() -> None:
    a, b = related(np.random.default_rng(11), offset_cs=500)
    valid_a, valid_b = np.ones(1200, bool), np.ones(1200, bool)
    valid_a[300:420] = valid_b[700:760] = False
    gone_a = replace(a, valid=valid_a, values=np.where(valid_a, a.values, 1e6))
    gone_b = replace(b, valid=valid_b, values=np.where(valid_b, b.values, -1e6))
    result = search(gone_a, gone_b, surrogates=199)
    assert result.status == "significant"
    assert result.candidates[0].offset_s == pytest.approx(5.0, abs=0.1)


def test_two_gaps_are_not_a_match() -> None:
    rng = np.random.default_rng(12)
    valid = np.ones(1200, bool)
    for at in (100, 340, 700, 980):
        valid[at : at + 30] = False
    hits = 0
    for trial in range(20):
        a, b = (trace(20 + smooth_noise(rng, 1200, 10.0, 1.0), valid=valid) for _ in range(2))
        hits += search(a, b, surrogates=99, seed=trial).status == "significant"
    assert hits <= 2


def test_different_steps() -> None:
    a, _ = related(np.random.default_rng(13), offset_cs=0, rho=0.9)
    fine = trace(np.repeat(a.values, 5)[3:], step_ns=20_000_000, start_s=-0.04 + 0.06)
    result = search(a, fine, surrogates=99)
    assert result.candidates[0].offset_s == pytest.approx(0.0, abs=0.02)


# -- negative controls ----------------------------------------------------------------------------


def test_unrelated_traces_are_refused() -> None:
    refused = 0
    for trial in range(10):
        rng = np.random.default_rng([99, trial])
        a, b = (trace(smooth_noise(rng, 1200, 10.0, 1.5)) for _ in range(2))
        result = search(a, b, surrogates=99)
        plain(result)
        if result.status == "no-match":
            refused += 1
            assert result.candidates == ()
            assert "does not show that the recordings are of different events" in result.reasons[0]
            assert result.curve is not None
    assert refused >= 8


def test_a_repeating_signal_is_ambiguous() -> None:
    t_s = np.arange(1500) / 10.0
    rng = np.random.default_rng(1)
    beat = (t_s % 4.0 < 0.5).astype(float)
    a = trace(beat + 0.1 * rng.standard_normal(1500))
    b = trace(np.roll(beat, 13) + 0.1 * rng.standard_normal(1500))
    result = search(a, b, surrogates=199)
    assert result.status == "ambiguous"
    plain(result)
    assert len(result.candidates) >= 2
    apart = np.diff(sorted(candidate.offset_s for candidate in result.candidates))
    np.testing.assert_allclose(apart / 4.0, np.round(apart / 4.0), atol=0.05)


def test_faint_repetitions_are_never_one_match() -> None:
    t_s = np.arange(1500) / 10.0
    statuses = set()
    for trial in range(8):
        rng = np.random.default_rng([trial, 3])
        a, b = (
            trace(((t_s + late) % 4.0 < 0.5) + rng.standard_normal(1500))
            for late in (0.0, rng.uniform(0, 4))
        )
        statuses.add(search(a, b, surrogates=199, seed=trial).status)
    assert "significant" not in statuses
    assert "ambiguous" in statuses


@pytest.mark.parametrize("periods_s", [(4.0, 3.3), (4.664, 4.0)])
def test_other_periods_are_refused(periods_s: tuple[float, float]) -> None:
    t_s = np.arange(1500) / 10.0
    rng = np.random.default_rng(1)
    a, b = (trace((t_s % p < 0.5) + 0.1 * rng.standard_normal(1500)) for p in periods_s)
    result = search(a, b, surrogates=99)
    assert result.status == "no-match"
    plain(result)


@pytest.mark.parametrize(
    ("values", "valid", "word"),
    [
        (np.zeros(1200), None, "never changes"),
        (np.full(1200, 7.5), None, "never changes"),
        (np.random.default_rng(0).standard_normal(1200), np.zeros(1200, bool), "missing"),
        (np.random.default_rng(0).standard_normal(140), None, "at least 15 s"),
        (np.zeros(0), None, "says nothing"),
        (np.full(1200, math.nan), None, "not numbers"),
        (np.where(np.arange(1200) == 600, 1.0, 0.0), None, "events"),
    ],
)
def test_what_cannot_be_tested_says_why(
    values: np.ndarray, valid: np.ndarray | None, word: str
) -> None:
    good = trace(smooth_noise(np.random.default_rng(2), 1200, 10.0, 1.5))
    poor = trace(values, valid=valid)
    for result, which in ((search(poor, good), "first"), (search(good, poor), "second")):
        assert result.status == "not-testable"
        assert result.candidates == ()
        assert any(word in reason and which in reason for reason in result.reasons)
        plain(result)


def test_sizes_of_coded_pictures_are_no_evidence() -> None:
    a, b = related(np.random.default_rng(4), kind_a="activity", kind_b="envelope", offset_cs=0)
    result = search(a, b)
    assert (result.status, result.candidates) == ("not-testable", ())
    assert "compare motion instead" in result.reasons[0]


def test_two_short_recordings_cannot_be_tested() -> None:
    a, b = related(np.random.default_rng(2), length=500, rho=0.9, offset_cs=0)
    result = search(a, b)
    assert result.status == "not-testable"
    assert "one of them must cover at least 60 s" in result.reasons[0]
    plain(result)


@pytest.mark.parametrize("short_first", [True, False])
def test_a_short_part_is_found_in_a_long_recording(short_first: bool) -> None:
    a, b = related(np.random.default_rng(21), length=1500, rho=0.9, offset_cs=0)
    part = replace(b, start=b.time_of(700), values=b.values[700:1000], valid=b.valid[700:1000])
    result = search(part, a, surrogates=199) if short_first else search(a, part, surrogates=199)
    assert result.status == "significant"
    best = result.candidates[0]
    assert abs(best.offset_s) < best.U95_s < 0.3
    assert best.epoch_s == pytest.approx(85.0, abs=0.2)


def test_a_range_without_overlap_cannot_be_tested() -> None:
    a, b = related(np.random.default_rng(3))
    result = search(a, b, offset_range_s=(500.0, 600.0))
    assert result.status == "not-testable"
    assert "share" in result.reasons[0]


def test_a_peak_at_the_border_of_the_search() -> None:
    a, b = related(np.random.default_rng(4), offset_cs=1230, rho=0.9)
    result = search(a, b, offset_range_s=(12.35, 60.0), surrogates=199)
    assert result.status == "edge"
    plain(result)
    assert result.candidates[0].offset_s == pytest.approx(12.4, abs=0.06)


def test_the_range_is_not_left() -> None:
    a, b = related(np.random.default_rng(8), offset_cs=1200)
    result = search(a, b, offset_range_s=(-5.0, 20.0), surrogates=99)
    assert (
        -5.0 - 1e-9 <= result.searched.offset_from_s <= result.searched.offset_to_s <= 20.0 + 1e-9
    )
    assert result.status == "significant"


def test_a_family_of_searches_raises_the_bar() -> None:
    a, b = related(np.random.default_rng(9))
    alone = search(a, b, surrogates=99).candidates[0]
    among = search(a, b, surrogates=99, family=4)
    assert among.searched.family == 4
    assert among.status == "weak"
    assert among.candidates[0].p == pytest.approx(4 * alone.p)


def test_one_event_is_named_as_such() -> None:
    product = np.full(1000, 0.01)
    product[400:405] = 4.0
    product[700] = 3.0
    moments = strongest_moments(product, 0.1, 50.0, 20.0)
    assert moments[0].time_a_s == pytest.approx(90.0, abs=0.5)
    assert moments[0].time_a_s - moments[0].time_b_s == pytest.approx(30.0)
    assert moments[0].share == pytest.approx(20.0 / 33.0, abs=0.02)
    assert moments[1].time_b_s == pytest.approx(90.0)
    a, b = related(np.random.default_rng(0))
    best = replace(search(a, b, surrogates=19).candidates[0], coincidences=moments)
    assert best.rests_on_one_event
    assert strongest_moments(np.full(10, -1.0), 0.1, 0.0, 0.0) == ()


@pytest.mark.parametrize(
    ("kind_a", "kind_b", "half_s"),
    [
        ("motion", "envelope", 0.2),
        ("flash", "onset", 0.1),
        ("motion", "motion", 0.1 / math.sqrt(2.0)),
        ("luminance", "transmissions", 0.2),
        ("transmissions", "transmissions", 0.05),
    ],
)
def test_kinds_that_differ_physically_widen_the_range(
    kind_a: TraceKind, kind_b: TraceKind, half_s: float
) -> None:
    a, b = related(np.random.default_rng(14), kind_a=kind_a, kind_b=kind_b, rho=0.8)
    best = search(a, b, surrogates=99).candidates[0]
    assert best.u_systematic_s == pytest.approx(half_s / math.sqrt(3.0))
    assert best.u_statistical_s is not None
    assert best.u_s == pytest.approx(math.hypot(best.u_statistical_s, best.u_systematic_s))
    assert 1.6 < best.U95_s / best.u_s < 1.97


def test_the_curve_keeps_its_maxima() -> None:
    score = np.random.default_rng(0).standard_normal(50_001)
    score[33_333] = 50.0
    curve = decimated_curve(score, 10.0, -25_000, 0.1, 4.0)
    assert len(curve.score) <= 4000
    assert curve.score.max() == 50.0
    at = curve.offset_s[curve.score.argmax()]
    assert at == pytest.approx(10.0 - (33_333 - 25_000) * 0.1)
    assert (np.diff(curve.offset_s) > 0).all()


def test_can_be_cancelled() -> None:
    token = CancelToken()
    token.cancel()
    a, b = related(np.random.default_rng(15))
    with pytest.raises(Cancelled):
        search(a, b, progress=Progress(cancel=token))
