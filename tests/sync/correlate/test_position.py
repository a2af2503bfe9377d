"""Where a peak lies, and how well that is known."""

from __future__ import annotations

import numpy as np
import pytest

from sync.correlate.position import PLACE_SHARE, locate, quartic_top
from sync.correlate.preprocess import prepare
from tests.sync.correlate.made import related


@pytest.mark.parametrize("at", [-0.45, 0.0, 0.3, 0.5])
def test_top_of_a_band_limited_peak(at: float) -> None:
    lags = np.arange(-3.0, 4.0)
    assert quartic_top(np.sinc(0.3 * (lags - at))) == pytest.approx(at, abs=PLACE_SHARE)


def test_no_top_where_there_is_none() -> None:
    lags = np.arange(-3.0, 4.0)
    assert quartic_top(lags**2) is None
    assert quartic_top(5.0 - (lags - 4.0) ** 2) is None
    assert quartic_top(np.zeros(7)) is None


def test_more_of_the_same_is_known_better_and_exchanging_changes_the_sign() -> None:
    a, b = (prepare(trace) for trace in related(np.random.default_rng(1), length=6000, offset_cs=4))
    there, u = locate(a, b, 0)
    back, u_back = locate(b, a, 0)
    assert there == pytest.approx(-back, abs=1e-6)
    assert u == pytest.approx(u_back)
    # Four hundredths of a second are 0.4 samples; a later B has the smaller offset.
    assert abs(-there - 0.4) < 3.3 * u
    few = [prepare(trace) for trace in related(np.random.default_rng(1), length=600, offset_cs=4)]
    assert locate(few[0], few[1], 0)[1] > 2 * u
