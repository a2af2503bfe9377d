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
from sync.media.pyramid import FIRST_WIDTH, Pyramid, probed_pyramid, waveform_pyramid

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
        columns = -(-SAMPLES // width)
        assert least.shape == most.shape == (2, columns)
        for k in (0, columns // 2, columns - 1):
            part = samples[k * width : (k + 1) * width]
            assert np.array_equal(least[:, k], part.min(axis=0))
            assert np.array_equal(most[:, k], part.max(axis=0))
    assert pyramid.peak == np.abs(samples).max()


@pytest.mark.parametrize("channel", [0, 1])
@pytest.mark.parametrize("span", [SAMPLES, 3000])
def test_a_channel_is_drawn_alone(
    noise: tuple[Pyramid, np.ndarray], channel: int, span: int
) -> None:
    pyramid, samples = noise
    parts = samples[: span // 20 * 20].reshape(20, -1, 2)
    slack = 0 if span < 20 * 2 * FIRST_WIDTH else 0.02
    for chosen, alone in ((channel, parts[:, :, channel : channel + 1]), (None, parts)):
        least, most = pyramid.window(0, span // 20 * 20, 20, chosen)
        assert least == pytest.approx(alone.min(axis=(1, 2)), abs=slack)
        assert most == pytest.approx(alone.max(axis=(1, 2)), abs=slack)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_U8", "ULAW"])
def test_whole_numbers_give_the_extremes_of_the_samples(subtype: str, tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    made = np.sin(np.arange(40_000) / 7.0) * np.linspace(0.1, 0.9, 40_000)
    soundfile.write(path, made, RATE_HZ, subtype=subtype)
    samples, _ = soundfile.read(path, dtype="float32")
    least, most = waveform_pyramid(path, None, "ab" * 32).window(0, 40_000, 20)
    parts = samples[: 20 * 2000].reshape(20, 2000)
    assert (least <= parts.min(axis=1)).all()
    assert (most >= parts.max(axis=1)).all()
    assert most == pytest.approx(parts.max(axis=1), abs=0.02)
    assert (most.max(), least.min()) == (samples.max(), samples.min())


def test_a_first_picture_of_a_long_recording(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    level = np.repeat([0.05, 0.6, 0.05], 400_000)
    sound = np.random.default_rng(1).uniform(-1, 1, len(level)) * level
    soundfile.write(path, sound, RATE_HZ)
    probe = probed_pyramid(path, "ab" * 32)
    whole = waveform_pyramid(path, None, "ab" * 32)
    assert probe.sparse
    assert not whole.sparse
    seen, true = (p.window(0, len(level), 30)[1] for p in (probe, whole))
    assert (seen <= true).all()
    near_enough = np.isclose(seen, true, rtol=0.1)
    assert near_enough.sum() >= 28, "all but the columns across which the level steps"
    near, exact = (p.window(400_000, 400_500, 10) for p in (probe, whole))
    assert np.array_equal(near, exact)


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


@pytest.mark.parametrize(
    ("right", "differ"),
    [("other call", True), ("nothing", True), ("same", False), ("same, softer, noisy", False)],
)
def test_talk_groups_are_told_from_one_scene(right: str, differ: bool, tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    talk = np.repeat(random.integers(0, 2, (2, 60)), 4000, axis=1) * random.normal(
        0, 0.2, (2, 240_000)
    )
    second = {
        "other call": talk[1],
        "nothing": 0 * talk[0],
        "same": talk[0],
        "same, softer, noisy": 0.4 * talk[0] + random.normal(0, 0.01, 240_000),
    }[right]
    path = tmp_path / "two.wav"
    soundfile.write(path, np.stack((talk[0], second), axis=1), RATE_HZ)
    assert waveform_pyramid(path, None, "ab" * 32).channels_differ is differ
    soundfile.write(path, talk[0], RATE_HZ)
    assert not waveform_pyramid(path, None, "cd" * 32).channels_differ
