"""Blind checks: rounds that give nothing away, and the chance of guessing."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sync.case.blind_check import APART_S, DECOYS, ROUNDS, Outcome, plan
from sync.correlate.result import Candidate, Coincidence
from sync.errors import EvidenceError


def candidate(U95_s: float = 0.1) -> Candidate:
    return Candidate(
        offset_s=20.0, u_s=U95_s / 2, U95_s=U95_s, epoch_s=50.0, p=0.001, z=6.0, correlation=0.5,
        kind_a="motion", kind_b="onset", drift_ppm=1000.0, coincidences=tuple(
            Coincidence(time_a_s=at + 20, time_b_s=at, share=0.2) for at in (10.0, 10.5, 70.0)
        ),
    )  # fmt: skip


@pytest.mark.parametrize("U95_s", [0.1, 4.0])
def test_decoys_show_other_moments(U95_s: float) -> None:
    for one in plan(candidate(U95_s), (0.0, 300.0), (0.0, 200.0), seed=3):
        assert len(one.at_a_s) == DECOYS + 1
        true_s = one.at_b_s + 20.0 + 1e-3 * (one.at_b_s - 50.0)
        assert one.at_a_s[one.right] == pytest.approx(true_s)
        others = [at for n, at in enumerate(one.at_a_s) if n != one.right]
        assert min(abs(at - true_s) for at in others) >= max(APART_S, 3 * U95_s)
        assert all(0.0 <= at <= 300.0 for at in one.at_a_s)
        gaps = np.diff(sorted(others))
        assert gaps.min() >= APART_S


def test_no_moment_comes_twice_and_the_strongest_are_among_them() -> None:
    rounds = plan(candidate(), (0.0, 300.0), (0.0, 200.0), seed=3)
    times = sorted(one.at_b_s for one in rounds)
    assert len(times) == ROUNDS
    assert np.diff(times).min() >= APART_S
    assert {10.0, 70.0} <= set(times)


def test_the_place_tells_nothing_and_a_seed_repeats_it() -> None:
    places = Counter(
        one.right
        for seed in range(200)
        for one in plan(candidate(), (0.0, 300.0), (0.0, 200.0), seed)
    )
    # 1,000 rounds: 99.99 % of a binomial at 1/4 lie between 195 and 305.
    assert all(195 < places[place] < 305 for place in range(4))
    again = [plan(candidate(), (0.0, 300.0), (0.0, 200.0), seed) for seed in (7, 7, 8)]
    assert again[0] == again[1] != again[2]


@pytest.mark.parametrize(
    ("span_a", "span_b", "words"),
    [((0.0, 300.0), (0.0, 12.0), "different moments"), ((0.0, 60.0), (0.0, 90.0), "too short"),
     ((0.0, 10.0), (0.0, 10.0), "different moments")],
)  # fmt: skip
def test_too_short_for_a_blind_check(
    span_a: tuple[float, float], span_b: tuple[float, float], words: str
) -> None:
    with pytest.raises(EvidenceError, match=words):
        plan(candidate(U95_s=12.0), span_a, span_b, seed=1)


def test_chance_is_that_of_guessing() -> None:
    assert Outcome(right=5, rounds=5, seed=0).in_words == "5 of 5 right, chance 1 in 1,024"
    assert Outcome(right=4, rounds=5, seed=0).chance == pytest.approx(16 / 1024)
    assert Outcome(right=0, rounds=5, seed=0).chance == pytest.approx(1.0)
    assert "sure" in Outcome(right=0, rounds=5, seed=0).in_words
