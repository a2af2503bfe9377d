"""Sound against sound: known truth, stated uncertainty, and refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sync.correlate.chance import law_of_maximum
from sync.correlate.resample import Resampler
from sync.correlate.sound import search_samples
from sync.correlate.waveform import correlate_sounds
from sync.correlate.whitening import above_noise, band_for, whiten_sound
from tests.sync.correlate.made import Float, sound, speech


def heard_twice(
    rng: np.random.Generator,
    *,
    length_s: float,
    offset_s: float,
    noise: float,
    cut_s: float | None = None,
) -> tuple[Float, Float]:
    """One speech through two microphones; B starts ``offset_s`` (>= 0) later than A, any fraction.

    ``noise`` is the noise of each microphone, relative to the speech's own level.
    """
    rate = 8000.0
    said = speech(rng, length_s)
    spectrum = np.fft.rfft(said)
    hz = np.fft.rfftfreq(len(said), 1.0 / rate)
    later = np.fft.irfft(spectrum * np.exp(2j * np.pi * hz * offset_s), len(said))
    level = noise * said.std()
    a = said + level * rng.standard_normal(len(said))
    b = later + level * rng.standard_normal(len(said))
    kept = len(said) - math.ceil(offset_s * rate)
    if cut_s is not None:
        kept = min(kept, round(cut_s * rate))
    return a, b[:kept]


@pytest.mark.parametrize(("length_s", "cut_s"), [(30.0, None), (20.0, 3.0), (8.0, 2.0)])
def test_finds_a_known_offset(length_s: float, cut_s: float | None) -> None:
    rng = np.random.default_rng(round(length_s))
    a, b = heard_twice(rng, length_s=length_s, offset_s=2.345678, noise=0.3, cut_s=cut_s)
    result = search_samples(sound(a), sound(b))
    assert result.status == "significant"
    assert result.reasons == ()
    best = result.candidates[0]
    assert best.offset_s == pytest.approx(2.345678, abs=5e-5)
    assert best.kind_a == "samples"
    assert best.p == pytest.approx(5e-4)
    assert best.correlation > 0.1
    assert 0.0 < best.epoch_s < len(b) / 8000
    assert result.searched.surrogates == 0
    assert len(best.coincidences) == 3
    # Three seconds may rest on one syllable.
    assert length_s < 30 or not best.rests_on_one_event


def test_starts_and_sign() -> None:
    rng = np.random.default_rng(1)
    a, b = heard_twice(rng, length_s=12.0, offset_s=1.5, noise=0.2)
    here = search_samples(sound(a, start_s=100.0), sound(b, start_s=7.0)).candidates[0]
    assert here.offset_s == pytest.approx(94.5, abs=1e-4)
    back = search_samples(sound(b, start_s=7.0), sound(a, start_s=100.0)).candidates[0]
    assert back.offset_s == pytest.approx(-94.5, abs=1e-4)
    for moment in here.coincidences:
        assert moment.time_a_s - moment.time_b_s == pytest.approx(94.5, abs=1e-3)


def test_reversed_polarity_still_matches() -> None:
    a, b = heard_twice(np.random.default_rng(2), length_s=12.0, offset_s=1.0, noise=0.2)
    best = search_samples(sound(a), sound(-b)).candidates[0]
    assert best.offset_s == pytest.approx(1.0, abs=1e-4)
    assert best.correlation < 0
    assert best.z < 0


def test_stated_uncertainty_covers_the_truth() -> None:
    inside = found = 0
    for trial in range(30):
        rng = np.random.default_rng([7, trial])
        offset_s = float(rng.uniform(0.2, 1.0))
        a, b = heard_twice(rng, length_s=4.0, offset_s=offset_s, noise=float(rng.uniform(0.3, 2.0)))
        result = search_samples(sound(a), sound(b))
        if result.status == "significant":
            best = result.candidates[0]
            found += 1
            inside += abs(best.offset_s - offset_s) <= best.U95_s
    assert found >= 20
    # Binomial spread of 95 % at 25 cases is 4.4 %.
    assert inside >= 0.86 * found


def test_an_unknown_start_widens_the_range() -> None:
    a, b = heard_twice(np.random.default_rng(3), length_s=10.0, offset_s=1.0, noise=0.1)
    best = search_samples(sound(a, start_half_s=0.138), sound(b)).candidates[0]
    assert best.u_systematic_s == pytest.approx(0.138 / math.sqrt(3))
    assert best.u_s == pytest.approx(0.138 / math.sqrt(3), rel=1e-3)
    # One rectangular input: k is 0.95 · √3, not 1.96.
    assert best.U95_s == pytest.approx(0.95 * 0.138, rel=1e-2)
    both = search_samples(sound(a, start_half_s=0.138), sound(b, start_half_s=0.138))
    assert both.candidates[0].u_s == pytest.approx(0.138 * math.sqrt(2 / 3), rel=1e-3)


def test_the_range_is_not_left_and_a_peak_at_its_border_is_named() -> None:
    a, b = heard_twice(np.random.default_rng(4), length_s=10.0, offset_s=2.0, noise=0.1)
    found = search_samples(sound(a), sound(b), offset_range_s=(1.0, 3.0))
    assert found.status == "significant"
    assert found.searched.offset_from_s == pytest.approx(1.0, abs=2e-4)
    assert found.searched.offset_to_s == pytest.approx(3.0, abs=2e-4)
    edge = search_samples(sound(a), sound(b), offset_range_s=(2.0, 3.0))
    assert edge.status == "edge"
    assert "wider range" in edge.reasons[0]
    away = search_samples(sound(a), sound(b), offset_range_s=(3.0, 5.0))
    assert away.status in ("no-match", "weak")


# -- negative controls ----------------------------------------------------------------------------


def test_unrelated_speech_is_refused() -> None:
    matched = 0
    for trial in range(30):
        rng = np.random.default_rng([8, trial])
        a, b = (speech(rng, float(rng.uniform(2.0, 10.0))) for _ in range(2))
        result = search_samples(sound(a), sound(b))
        matched += result.status in ("significant", "ambiguous")
        if result.status == "no-match":
            assert result.candidates == ()
            assert "does not show that the recordings are of different events" in result.reasons[0]
    assert matched <= 2


def test_the_same_hum_is_not_a_match() -> None:
    rate, rng = 400.0, np.random.default_rng(9)
    matched = 0
    for _ in range(10):
        pair = []
        for _ in range(2):
            count = int(rng.integers(20, 120)) * 400
            wander = np.cumsum(rng.standard_normal(count)) * 1e-5
            phase = 2 * np.pi * np.cumsum(50.0 + wander) / rate + rng.uniform(0, 6)
            hum = sum(np.cos(k * phase) / k for k in (1, 2, 3))
            pair.append(sound(hum + 0.003 * rng.standard_normal(count), rate))
        matched += search_samples(*pair).status in ("significant", "ambiguous", "edge")
    assert matched <= 1


def test_the_same_paging_tones_are_not_a_match() -> None:
    matched = 0
    for trial in range(20):
        rng = np.random.default_rng([10, trial])
        pair = []
        for _ in range(2):
            values = speech(rng, 10.0)
            t_s = np.arange(len(values)) / 8000.0
            for tone_hz in (569.1, 1084.0):
                begin = rng.uniform(0, 7)
                on = (t_s > begin) & (t_s < begin + 1.5)
                values[on] = 0.8 * np.sin(2 * np.pi * tone_hz * t_s[on] + rng.uniform(0, 6))
            pair.append(sound(values))
        matched += search_samples(*pair).status in ("significant", "ambiguous")
    assert matched <= 1


def test_an_alarm_that_repeats_itself_is_ambiguous() -> None:
    rng = np.random.default_rng(11)
    t_s = np.arange(8000 * 20) / 8000.0
    cycle = t_s % 4.0
    on = ((cycle % 1.0) < 0.5) & (cycle < 3.0)
    alarm = np.where(on, np.sin(2 * np.pi * 2900.0 * cycle) + np.sin(2 * np.pi * 970.0 * cycle), 0)
    a = alarm + 0.02 * rng.standard_normal(len(alarm))
    copy = search_samples(sound(a), sound(a[8000 * 5 : 8000 * 14]))
    assert copy.status == "ambiguous"
    assert copy.candidates[0].offset_s == pytest.approx(5.0, abs=1e-4)
    apart = np.diff(sorted(c.offset_s for c in copy.candidates[: 1 + copy.reasons[0].count(",")]))
    np.testing.assert_allclose(apart / 4.0, np.round(apart / 4.0), atol=0.01)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (np.zeros(80_000), "silent"),
        (np.full(80_000, 0.25), "silent"),
        (np.random.default_rng(0).standard_normal(12_000), "at least 2 s"),
        (np.zeros(0), "at least 2 s"),
    ],
)
def test_what_cannot_be_tested_says_why(values: Float, word: str) -> None:
    good = sound(speech(np.random.default_rng(1), 5.0))
    for result in (search_samples(sound(values), good), search_samples(good, sound(values))):
        assert result.status == "not-testable"
        assert word in result.reasons[0]


def test_a_range_without_overlap_cannot_be_tested() -> None:
    good = sound(speech(np.random.default_rng(1), 5.0))
    result = search_samples(good, good, offset_range_s=(50.0, 60.0))
    assert result.status == "not-testable"


def test_rates_must_agree() -> None:
    with pytest.raises(ValueError, match="one sampling rate"):
        search_samples(sound(np.ones(9000)), sound(np.ones(9000), 4000.0))


# -- parts ----------------------------------------------------------------------------------------


def test_statistic_against_its_definition() -> None:
    rng = np.random.default_rng(12)
    a, b = (rng.standard_normal(n).astype(np.float32) for n in (300, 420))
    scores = correlate_sounds(a, b, (-50, 80), 200, 1)
    for lag in (-50, -7, 0, 80):
        begin, end = max(0, -lag), min(300, 420 - lag)
        product = a[begin:end] * b[begin + lag : end + lag]
        index = lag - scores.first
        expected = product.sum() / np.sqrt((product**2).sum())
        assert scores.z[index] == pytest.approx(expected, abs=1e-3)
        assert scores.n[index] == pytest.approx(len(product), abs=0.01)


def test_whitening_evens_the_band_and_kills_a_line() -> None:
    rng = np.random.default_rng(13)
    t_s = np.arange(8000 * 20) / 8000.0
    values = speech(rng, 20.0) + 5.0 * np.sin(2 * np.pi * 1000.0 * t_s)
    white = whiten_sound(values.astype(np.float32), 8000.0)
    power = np.abs(np.fft.rfft(white.values)) ** 2
    hz = np.fft.rfftfreq(len(white.values), 1.0 / 8000.0)
    inside = (hz > 400) & (hz < 2900)
    near = (hz > 999.5) & (hz < 1000.5)
    assert power[hz < 200].mean() < 0.02 * power[inside].mean()
    assert power[near].mean() < 2.0 * power[inside].mean()
    bands = [power[(hz >= low) & (hz < low + 250)].mean() for low in range(500, 2750, 250)]
    assert max(bands) < 1.6 * min(bands)
    assert np.abs(white.values).max() <= 4.0


def test_what_rises_above_the_noise_counts_most_and_noise_alone_hardly() -> None:
    rng = np.random.default_rng(16)
    power = rng.standard_exponential((200, 100)).astype(np.float32)
    # Half of the time some frequencies carry something; one hums all the time.
    power[:100, 40:60] *= 100.0
    power[:, 80] += 1000.0
    weights = above_noise(power, np.ones(200, np.bool_))
    assert weights[:100, 42:58].mean() > 0.9
    assert weights[:, :38].mean() < 0.25
    assert weights[100:, 42:58].mean() < 0.25
    assert weights[:, 80].mean() < 0.2
    assert weights.min() == pytest.approx(0.1)
    assert not above_noise(power, np.zeros(200, np.bool_)).any()


def test_silence_stays_silent() -> None:
    values = speech(np.random.default_rng(14), 6.0).astype(np.float32)
    values[16000:24000] = 0.0
    white = whiten_sound(values, 8000.0)
    assert not white.values[18000:22000].any()
    assert white.values[:14000].std() > 0.5


def test_band_fits_the_rate() -> None:
    assert band_for(8000.0) == (300.0, 3000.0)
    low, high = band_for(400.0)
    assert 0 < low < 50 < high < 200
    assert band_for(4000.0)[1] < 2000.0


def test_law_of_the_maximum_on_plain_noise() -> None:
    rng = np.random.default_rng(15)
    size = np.abs(rng.standard_normal(100_000)).astype(np.float32)
    law = law_of_maximum(size, len(size), 2.0, (0.0, 1.0))
    assert law.sigma == pytest.approx(1.0, abs=0.06)
    assert law.p_value(law.threshold(0.01)) == pytest.approx(0.01)
    assert law.p_value(0.0) == 1.0
    heavy = np.abs(rng.standard_t(3, 100_000)).astype(np.float32)
    assert law_of_maximum(heavy, len(heavy), 2.0, (0.0, 1.0)).sigma > 1.5


@pytest.mark.parametrize("rate_in", [48_000, 44_100, 16_000, 11_025, 8_000])
def test_resampling_keeps_time_and_does_not_see_blocks(rate_in: int) -> None:
    t_s = np.arange(rate_in * 2 + 17) / rate_in
    values = np.sin(2 * np.pi * 1700.0 * t_s).astype(np.float32)
    whole = Resampler(rate_in, 8000)
    once = np.concatenate((whole.push(values), whole.finish()))
    blocks, parts = Resampler(rate_in, 8000), []
    rng, at = np.random.default_rng(0), 0
    while at < len(values):
        size = int(rng.integers(1, 9000))
        parts.append(blocks.push(values[at : at + size]))
        at += size
    parts.append(blocks.finish())
    np.testing.assert_array_equal(once, np.concatenate(parts))
    assert len(once) == math.ceil(len(values) * 8000 / rate_in)
    expected = np.sin(2 * np.pi * 1700.0 * np.arange(len(once)) / 8000)
    np.testing.assert_allclose(once[60:-60], expected[60:-60], atol=1e-4)


def test_resampling_removes_what_would_fold_back() -> None:
    t_s = np.arange(96_000) / 48_000
    resampler = Resampler(48_000, 8000)
    out = np.concatenate((resampler.push(np.sin(2 * np.pi * 4700 * t_s).astype(np.float32)),
                          resampler.finish()))  # fmt: skip
    assert np.abs(out[60:-60]).max() < 1e-3


def test_the_offset_holds_where_the_common_sound_is_and_says_how_well() -> None:
    """Two recorders 20 ppm apart share a sound in one third of the overlap only."""
    rng = np.random.default_rng(8)
    rate_hz, drift = 8000, 20e-6
    every = np.arange(30 * rate_hz, dtype=float)
    common = np.convolve(rng.standard_normal(len(every)), np.hanning(9), mode="same")
    common[(every < 18 * rate_hz) | (every > 28 * rate_hz)] = 0.0
    a = common + 0.05 * rng.standard_normal(len(every))
    # B's clock is fast: the sound that A has at t, B has at t·(1 + drift).
    b = np.interp(every / (1 + drift), every, common) + 0.05 * rng.standard_normal(len(every))
    candidate = search_samples(sound(a), sound(b)).candidates[0]
    # Where the clocks drift, some part of the sound carries the peak: there the offset holds.
    assert 18.0 <= candidate.epoch_s <= 28.0
    true_s = -drift / (1 + drift) * candidate.epoch_s
    assert abs(candidate.offset_s - true_s) <= candidate.U95_s
    # No wider than the rate prior over the sound they share, noise included: 1.96 · 141 ppm · 5 s.
    assert candidate.U95_s < 1.4e-3
