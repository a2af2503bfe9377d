"""The count of false alarms: reproducible, and able to find a match that is there."""

from __future__ import annotations

import numpy as np
import pytest

from sync.validation import false_alarms as module
from sync.validation.false_alarms import false_alarms


def test_same_seed_same_count_with_its_limits() -> None:
    one, again = (false_alarms("P1 AR(0.9)", 20, 1) for _ in range(2))
    assert one == again
    assert one.low <= one.share_at_1_percent <= one.high
    assert one.share_at_1_percent <= one.share_at_5_percent <= 0.5


def test_traces_that_are_not_independent_are_called_a_match(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shared(rng: np.random.Generator) -> np.ndarray:
        # Each with a little noise of its own: a trace against itself is refused, not searched.
        both = module.autoregressive(np.random.default_rng(0), 0.9)
        return both + 0.01 * rng.standard_normal(len(both))

    monkeypatch.setitem(module.PROCESSES, "shared", (shared, shared))
    assert false_alarms("shared", 5, 1).share_at_1_percent == 1.0
