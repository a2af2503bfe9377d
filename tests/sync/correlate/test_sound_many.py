"""Many pieces in one pass, and how one agrees about a place."""

from __future__ import annotations

import numpy as np
import pytest

from sync.correlate.sound_local import agreement
from sync.correlate.sound_many import scan_many
from sync.correlate.sound_screen import COARSE, FULL, Look
from tests.sync.correlate.made import sound, speech

RATE_HZ = 8000


@pytest.fixture(scope="module")
def said() -> np.ndarray:
    return speech(np.random.default_rng(1), 60.0).astype(np.float32)


@pytest.mark.parametrize("look", [COARSE, FULL])
def test_every_piece_is_found_where_it_was_cut(said: np.ndarray, look: Look) -> None:
    noise = 0.5 * said.std() * np.random.default_rng(2).standard_normal(len(said))
    firsts = [8_000, 120_321, 300_007]
    pieces = [said[first : first + 20_000] for first in firsts]
    ranges = [(0, len(said))] * 3
    found = scan_many(pieces, sound(said + noise), ranges, RATE_HZ, look)
    for first, places in zip(firsts, found, strict=True):
        assert places is not None
        best = places.peaks(5, 240)[0]
        assert abs(int(places.at[best]) - first) <= look.factor
        assert places.p(best) < 1e-6


def test_a_range_is_kept_and_a_piece_without_a_place_is_none(said: np.ndarray) -> None:
    piece = said[100_000:116_000]
    silent = np.zeros(16_000, np.float32)
    ranges = [(0, 90_000), (200_000, 100_000), (0, len(said))]
    found = scan_many([piece, piece, silent], sound(said), ranges, RATE_HZ, FULL)
    assert found[0] is not None and int(found[0].at.max()) <= 90_000
    assert found[0].p(found[0].peaks(1, 240)[0]) > 1e-4, "its true place was not searched"
    assert found[1] is None and found[2] is None


def test_chance_of_unrelated_pieces_is_spread_evenly() -> None:
    # 20 pieces tell only a wrong law; the benchmark counts more of them.
    rng = np.random.default_rng(3)
    whole = speech(rng, 15.0)
    pieces = [speech(rng, 2.0).astype(np.float32) for _ in range(20)]
    found = scan_many(pieces, sound(whole), [(0, len(whole))] * 20, RATE_HZ, COARSE)
    p = np.array([one.p(one.peaks(1, 240)[0]) for one in found if one is not None])
    assert len(p) == 20
    assert (p <= 0.01).sum() <= 2
    assert (p > 0.2).mean() > 0.5


def test_agreement_says_which_part_of_a_piece_belongs_there(said: np.ndarray) -> None:
    rng = np.random.default_rng(4)
    foreign = speech(rng, 2.0)[:16_000]
    piece = np.concatenate((said[80_000:104_000], foreign)).astype(np.float32)
    seen = agreement(piece, sound(said), 80_010.0, 0.004, RATE_HZ)
    assert seen is not None
    assert seen.place == 80_000 and seen.z > 30
    assert seen.span[0] <= 4000 and abs(seen.span[1] - 24_000) <= 2400
    assert seen.rest_s[0] < 0.3 < seen.rest_s[1]
    elsewhere = agreement(piece, sound(said), 300_000.0, 0.001, RATE_HZ)
    assert elsewhere is not None and abs(elsewhere.z) < 5
    assert agreement(piece, sound(said), len(said) - 1000.0, 0.001, RATE_HZ) is None
    assert agreement(piece, sound(said), -60_000.0, 0.001, RATE_HZ) is None
