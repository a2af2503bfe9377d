"""A mark in radio sound snaps to what was said on the channel, never to the channel itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.main_window import MainWindow
from sync.case.case import Case
from sync.case.recordings import add_recording
from sync.case.store import CaseStore
from sync.timebase import MediaTime
from tests.app.keyboard import press
from tests.support.made_media import click_track

RATE = 8000
CALLS_S = ((1.0, 2.5), (3.5, 5.0))
BANG_S = 4.2


@pytest.fixture
def radio(window: MainWindow, settle: Callable[[MainWindow], None], tmp_path: Path) -> MainWindow:
    """Two calls over a channel that is silent between them, a bang in the second."""
    random = np.random.default_rng(5)
    sound = random.normal(0, 1e-4, 6 * RATE)
    for start, end in CALLS_S:
        low, high = (round(at * RATE) for at in (start, end))
        sound[low:high] += random.normal(0, 0.03, high - low)
    sound += click_track(6, RATE, [BANG_S])
    soundfile.write(tmp_path / "radio.wav", sound, RATE)
    path = tmp_path / "made.tiepoint"
    case, _ = add_recording(Case(id="", examiner="E"), tmp_path / "radio.wav", case_path=path)
    CaseStore.create(path, case, "E").close()
    window.open(path)
    settle(window)
    return window


def near(window: MainWindow, at_s: float) -> MediaTime | None:
    return window.bench.snippets.onset_near("radio", MediaTime.from_s(at_s), 50_000_000)


@pytest.mark.parametrize("edge_s", [1.0, 3.5, 2.5, 5.0])
@pytest.mark.parametrize("away_s", [-0.03, 0.0, 0.02])
def test_no_mark_moves_to_where_a_call_begins_or_ends(
    radio: MainWindow, edge_s: float, away_s: float
) -> None:
    assert near(radio, edge_s + away_s) is None


def test_a_mark_moves_to_a_sound_within_a_call(radio: MainWindow) -> None:
    found = near(radio, BANG_S - 0.03)
    assert found is not None
    assert found.s == pytest.approx(BANG_S, abs=0.006)


def test_m_at_the_beginning_of_a_call_stays_where_it_was_put(
    radio: MainWindow, settle: Callable[[MainWindow], None]
) -> None:
    radio.bench.playhead.seek(980_000_000)
    radio.desk.lanes.set_view(radio.desk.lanes.view.showing(0, 6_000_000_000))
    press(radio, "M")
    draft = radio.bench.drafting.draft
    assert draft is not None
    middle = sum(at.s for at in draft.interval if at is not None) / 2
    assert middle == pytest.approx(0.98, abs=1e-6)
    press(radio, "Esc")
    settle(radio)
