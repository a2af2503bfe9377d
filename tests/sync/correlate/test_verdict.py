"""What is said of several places that fit alike: at which period they repeat, if at any."""

from __future__ import annotations

import numpy as np
import pytest

from sync.correlate.result import Searched
from sync.correlate.verdict import period_of, reasons_for

SOUND = Searched(
    kind_a="samples", kind_b="samples", offset_from_s=-10, offset_to_s=10, overlap_min_s=1,
    surrogates=0, seed=0, family=1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("places_s", "period_s"),
    [
        ([0.0, 4.664], 4.664),
        ([0.0, 13.992, 4.665, -4.664], 4.664),
        ([31.66, 35.66, 27.67, 23.66], 4.0),
        # One repetition was not found, and the places found are two and three periods apart.
        ([0.0, 8.0, 20.0], 4.0),
        ([5.0], None),
        ([], None),
        ([1.0, 2.37, 7.91, 3.3], None),
    ],
)
def test_period(places_s: list[float], period_s: float | None) -> None:
    assert period_of(places_s) == (None if period_s is None else pytest.approx(period_s, abs=0.005))


def test_places_at_random_seldom_have_a_period() -> None:
    rng = np.random.default_rng(5)
    found = [period_of(list(rng.uniform(0, 60, 4))) is not None for _ in range(1000)]
    assert np.mean(found) < 0.02


def test_the_reason_names_the_period_or_none() -> None:
    [said] = reasons_for("ambiguous", 0.001, SOUND, [0.0, 4.664, -4.664])
    assert "repeats itself every 4.664 s." in said
    [said] = reasons_for("ambiguous", 0.001, SOUND, [0.0, 1.37, 6.91, 2.3])
    assert "repeats itself." in said
