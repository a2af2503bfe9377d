"""The waveform pyramid against the samples themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.cache import Cache
from sync.media.hashing import sha256_of
from sync.media.pyramid import FIRST_WIDTH, Pyramid, waveform_pyramid

RATE_HZ = 8000
SAMPLES = 150_001


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pyramid, np.ndarray]:
    path = tmp_path_factory.mktemp("pyramid") / "noise.wav"
    samples = np.random.default_rng(0).uniform(-1, 1, (SAMPLES, 2)).astype(np.float32)
    soundfile.write(path, samples, RATE_HZ, subtype="FLOAT")
    return waveform_pyramid(path, None, sha256_of(path)), samples


@given(st.integers(0, SAMPLES - 2), st.integers(1, SAMPLES), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_each_column_holds_its_samples_and_little_more(
    noise: tuple[Pyramid, np.ndarray], first: int, length: int, columns: int
) -> None:
    pyramid, samples = noise
    last = min(first + length, SAMPLES)
    least, most = pyramid.window(first, last, columns)
    assert least.shape == most.shape == (columns,)
    width = (last - first) / columns
    slack = 0 if width < 2 * FIRST_WIDTH else int(width / 2) + 1
    for c in range(columns):
        low = int(np.floor(first + c * width))
        high = max(int(np.ceil(first + (c + 1) * width)), low + 1)
        inner = samples[low:high]
        outer = samples[max(low - slack, 0) : high + slack]
        assert outer.min() <= least[c] <= inner.min()
        assert inner.max() <= most[c] <= outer.max()


def test_levels_equal_brute_force(noise: tuple[Pyramid, np.ndarray]) -> None:
    pyramid, samples = noise
    for depth, (least, most) in enumerate(pyramid.levels):
        width = FIRST_WIDTH * 4**depth
        assert len(least) == -(-SAMPLES // width)
        for k in (0, len(least) // 2, len(least) - 1):
            part = samples[k * width : (k + 1) * width]
            assert (least[k], most[k]) == (part.min(), part.max())


def test_outside_the_recording_is_not_silence(noise: tuple[Pyramid, np.ndarray]) -> None:
    pyramid, _ = noise
    for span in (1000, 100_000):
        least, most = pyramid.window(-span, span, 10)
        assert np.isnan(least[:4]).all()
        assert np.isnan(most[:4]).all()
        assert np.isfinite(most[6:]).all()
    assert np.isnan(pyramid.window(SAMPLES + 10, SAMPLES + 500, 5)[0]).all()
    with pytest.raises(ValueError):
        pyramid.window(5, 5, 10)


def test_the_cached_pyramid_is_the_same(clip: Callable[[str], Path], tmp_path: Path) -> None:
    path, cache = clip("clicks.m4a"), Cache(tmp_path)
    made = waveform_pyramid(path, cache, "ab" * 32)
    path_gone = tmp_path / "gone.m4a"
    again = waveform_pyramid(path_gone, cache, "ab" * 32)
    assert again.samples == made.samples
    for one, other in zip(made.levels, again.levels, strict=True):
        assert np.array_equal(one[0], other[0])
        assert np.array_equal(one[1], other[1])
