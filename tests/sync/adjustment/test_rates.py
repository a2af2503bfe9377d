"""A drift that no clock has: the nominal rate that would explain it, or that none does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.bare_network import read_network
from sync.adjustment.network import Network, NetworkSource
from sync.adjustment.rates import rate_hypotheses
from sync.uncertainty import Distribution

NAMES = {"A": "the logger", "B": "Cam 2"}


def adjusted(drift: dict[str, float], *, sources: str = "ABC", **changes: Any) -> Adjustment:
    """Six events in 1,000 s of ideal time, seen to ± 20 ms on clocks that drift by so much."""
    rng = np.random.default_rng(4)
    marks = [
        {
            "event": f"e{k}", "source": name, "half": 0.02,
            "tau": 200.0 * k / (1 + drift.get(name, 0.0)) + rng.uniform(-0.02, 0.02),
        }
        for k in range(6)
        for name in sources
    ]  # fmt: skip
    return adjust(
        read_network(
            {
                "reference": "A",
                "sources": [{"name": name, "epoch": 0, "u_drift": 1e-4} for name in sources],
                "marks": marks,
                **changes,
            }
        )
    )


def test_usual_drifts_raise_no_hypothesis() -> None:
    assert rate_hypotheses(adjusted({"B": 1.5e-4, "C": -1e-4}), NAMES) == ()


@pytest.mark.parametrize("sources", ["AB", "ABC"])
@pytest.mark.parametrize(
    ("drift", "ratio", "words"),
    [
        (1 / 1000, "1001/1000", "29.97 fps played as 30 fps"),
        (-1 / 1001, "1000/1001", "30 fps played as 29.97 fps"),
        (1 / 24, "25/24", "24 fps played as 25 fps"),
        (-1 / 25, "24/25", "25 fps played as 24 fps"),
        (5 / 25, "30/25", "25 fps played as 30 fps"),
        (-5 / 30, "25/30", "30 fps played as 25 fps"),
        (1001 / 960 - 1, "1001/960", "23.976 fps played as 25 fps"),
    ],
)
def test_mixed_up_rates_are_named(sources: str, drift: float, ratio: str, words: str) -> None:
    """Also with two clocks, where only their difference is known: the datum's is held."""
    (found,) = rate_hypotheses(adjusted({"B": drift}, sources=sources), NAMES)
    assert (found.clock, found.ratio) == ("B", ratio)
    assert found.drift_ppm == pytest.approx(drift * 1e6, abs=250)
    assert found.in_words.startswith(f"Cam 2 seems to {'lose' if drift > 0 else 'gain'}")
    assert words in found.in_words
    assert "95 % range" in found.in_words
    assert found.in_words.endswith("Check the file's rate; this is not clock drift.")


def test_the_sign_is_that_of_a_film_stamped_too_fast() -> None:
    """29.97 pictures a second stamped as 30: 1,000.5 s of pictures take 999.5 s in the file."""
    taken_s = np.arange(30_000) / (30_000 / 1001)
    stamped_s = np.arange(30_000) / 30
    (slope,) = np.polyfit(stamped_s, taken_s - stamped_s, 1)[:1]
    (found,) = rate_hypotheses(adjusted({"B": float(slope)}), NAMES)
    assert found.ratio == "1001/1000"
    assert "29.97 fps played as 30 fps" in found.in_words
    assert found.drift_ppm > 0


def test_a_drift_no_rate_explains_is_still_said() -> None:
    (found,) = rate_hypotheses(adjusted({"B": 7e-4}), NAMES)
    assert found.ratio == ""
    assert "no usual mix-up of picture rates" in found.in_words
    assert "100 ppm stated for its clock" in found.in_words


def test_two_wrong_rates_are_both_found() -> None:
    both = adjusted({"B": 1e-3, "D": -1 / 25}, sources="ABCDE")
    assert {(h.clock, h.ratio) for h in rate_hypotheses(both, NAMES)} == {
        ("B", "1001/1000"),
        ("D", "24/25"),
    }


def test_the_datum_itself_may_be_the_one() -> None:
    found = rate_hypotheses(adjusted({"A": 1e-3}, sources="ABCDE"), NAMES)
    assert [(h.clock, h.ratio) for h in found] == [("A", "1001/1000")]
    assert found[0].in_words.startswith("the logger seems to lose")


def test_a_mistake_is_not_a_rate() -> None:
    good = adjusted({})
    wrong = good.network
    wrong.rows[7] = replace(wrong.rows[7], value=wrong.rows[7].value + 10.0)
    adjustment = adjust(wrong)
    assert adjustment.contested.any()
    assert rate_hypotheses(adjustment, NAMES) == ()


def test_an_authority_has_no_picture_rate() -> None:
    sources = [NetworkSource("cam", 0.0, "cam"), NetworkSource("clock:wall", 0.0, "wall")]
    network = Network("cam", sources, {"cam": 1e-6, "wall": 1e-4})
    for k in range(5):
        network.add_lag(
            f"reading-{k}", "reading", a="cam", tau_a_s=250.0 * k, b="clock:wall",
            tau_b_s=250.0 * k / 1.001, distribution=Distribution.rectangular(0.02),
        )  # fmt: skip
    network.add_drift_priors()
    (found,) = rate_hypotheses(adjust(network), {"wall": "the wall clock"})
    assert (found.clock, found.ratio) == ("wall", "")
    assert found.in_words.startswith("the wall clock seems to lose")
