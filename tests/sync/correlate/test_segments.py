"""Recordings without their silences: each call in its place, or the reason why it has none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.silence_removed import KINDS, Call, Made, made
from sync.correlate.result import SearchResult
from sync.correlate.segments import with_segments
from sync.correlate.sound import search_samples
from sync.correlate.sound_asked import Asked, Samples
from sync.timebase import MediaTime
from tests.sync.correlate.made import sound, speech

RATE_HZ = 8000
REFUSED = ("nothing found",)


def mapped(a: Samples, b: Samples, reach: tuple[float, float] | None = None) -> SearchResult:
    """The map alone, as after a search that found no single line."""
    asked = Asked.of(a, b, reach, None, 1)
    searched = asked.searched(asked.lag_range())
    nothing = SearchResult(status="no-match", reasons=REFUSED, candidates=(), searched=searched)
    return with_segments(asked, nothing)


def call_at(found: SearchResult, call: Call) -> tuple[float, float] | None:
    """Offset and U of the segment over a call's middle."""
    middle = 0.5 * (call.from_s + call.to_s)
    (over,) = [s for s in found.segments if s.from_s - 0.05 <= middle <= s.to_s + 0.05]
    if over.candidate is None:
        return None
    match = found.candidates[over.candidate]
    return match.offset_s, match.U95_s


@pytest.fixture(scope="module")
def case() -> Made:
    return made(np.random.default_rng(3), KINDS[1], calls=6)


@pytest.fixture(scope="module")
def logger_first(case: Made) -> SearchResult:
    return mapped(case.logger, case.other)


@pytest.fixture(scope="module")
def logger_second(case: Made) -> SearchResult:
    return mapped(case.other, case.logger)


@pytest.mark.parametrize("logger_is_a", [True, False])
def test_every_call_finds_its_place(
    case: Made, logger_first: SearchResult, logger_second: SearchResult, logger_is_a: bool
) -> None:
    found = logger_first if logger_is_a else logger_second
    assert found.status == "significant"
    assert found.segments_of == ("a" if logger_is_a else "b")
    assert "lacks its silences" in found.reasons[0]
    for call in case.calls:
        placed = call_at(found, call)
        assert placed is not None
        truth = -call.offset_s if logger_is_a else call.offset_s
        # Drift of 50 ppm over half a stretch is no more than 0.5 ms.
        assert placed[0] == pytest.approx(truth, abs=placed[1] + 5e-4)
    for left, right in zip(found.segments, found.segments[1:], strict=False):
        assert left.to_s <= right.from_s


def test_jumps_say_which_recording_lacks_time_and_how_much(
    case: Made, logger_first: SearchResult, logger_second: SearchResult
) -> None:
    found, turned = logger_second, logger_first
    offsets = sorted({round(call.offset_s, 2) for call in case.calls})
    assert len(found.jumps) == len(offsets) - 1 > 0
    for jump, other, grown in zip(found.jumps, turned.jumps, np.diff(offsets), strict=True):
        assert (jump.of, other.of) == ("b", "a")
        assert jump.change_s == pytest.approx(grown, abs=0.02)
        middle = 0.5 * (jump.after_s + jump.before_s)
        last = [call for call in case.calls if call.to_s < middle + 0.1][-1]
        first = next(call for call in case.calls if call.to_s > middle + 0.1)
        ends = [
            call.offset_s + case.drift * (middle - 0.5 * (call.from_s + call.to_s))
            for call in (last, first)
        ]
        assert jump.U95_s is not None and jump.U95_s < 0.002
        assert jump.change_s == pytest.approx(ends[1] - ends[0], abs=jump.U95_s)
        assert other.change_s == pytest.approx(-jump.change_s, abs=1e-3)
        assert 0 < jump.before_s - jump.after_s < 5
        assert (other.after_s, other.before_s) == pytest.approx((jump.after_s, jump.before_s))


def test_a_recording_of_another_channel_has_no_place_for_any_call(case: Made) -> None:
    stranger = made(np.random.default_rng(4), KINDS[1], calls=6)
    found = mapped(stranger.other, case.logger)
    assert found.status == "no-match" and found.candidates == () and found.jumps == ()
    assert all(s.candidate is None and s.reason == "no match" for s in found.segments)
    assert found.reasons[0] == REFUSED[0] and "None of the" in found.reasons[1]


def test_offsets_outside_the_range_asked_for_are_not_searched(case: Made) -> None:
    last = case.calls[-1].offset_s
    found = mapped(case.other, case.logger, reach=(last - 0.5, last + 0.5))
    assert call_at(found, case.calls[-1]) is not None
    assert call_at(found, case.calls[0]) is None
    assert all(abs(one.offset_s - last) < 0.5 for one in found.candidates)


def test_recordings_that_one_line_explains_have_no_map() -> None:
    rng = np.random.default_rng(5)
    said = speech(rng, 10.0)
    a, b = (sound(said + 0.1 * said.std() * rng.standard_normal(len(said))) for _ in range(2))
    b = replace(b, values=b.values[3 * RATE_HZ :])
    asked = Asked.of(a, b, None, None, 1)
    line = search_samples(a, b)
    assert line.status == "significant"
    assert with_segments(asked, line) is line


def spoken(rng: np.random.Generator, length_s: float) -> np.ndarray:
    values = speech(rng, length_s)
    return values / values.std()


def joined(*parts: np.ndarray, gap_s: float) -> np.ndarray:
    """Calls with near-silence between them."""
    gap = np.full(round(gap_s * RATE_HZ), 1e-5)
    return np.concatenate([piece for part in parts for piece in (gap, part)] + [gap])


def test_the_same_announcement_twice_is_ambiguous_until_its_neighbours_decide() -> None:
    rng = np.random.default_rng(6)
    first, second, third, again = (spoken(rng, s) for s in (3.0, 4.0, 3.0, 2.5))

    def heard(*parts: np.ndarray) -> Samples:
        values = joined(*parts, gap_s=6.0)
        return sound(values + 0.1 * rng.standard_normal(len(values)))

    logger = sound(joined(first, second, again, third, gap_s=0.2))
    twice_after = mapped(heard(first, second, again, again, third), logger)
    (which,) = [s for s in twice_after.segments if s.candidate is None]
    assert which.reason.startswith("fits several places about equally well")
    assert which.from_s == pytest.approx(7.6, abs=0.2)
    one_before = mapped(heard(again, first, second, again, third), logger)
    assert [s.candidate for s in one_before.segments] == [0, 1, 2, 3]
    assert [s.between_neighbours for s in one_before.segments] == [False, False, True, False]


def test_a_call_out_of_order_is_not_placed() -> None:
    rng = np.random.default_rng(7)
    calls = [spoken(rng, s) for s in (3.0, 4.0, 2.0, 3.5)]
    other = joined(*calls, gap_s=6.0)
    logger = sound(joined(calls[0], calls[1], calls[3], calls[2], gap_s=0.2))
    found = mapped(sound(other + 0.1 * rng.standard_normal(len(other))), logger)
    assert [s.candidate is None for s in found.segments] == [False, False, False, True]


def test_a_splice_inside_a_call_is_found_and_what_is_too_short_says_so() -> None:
    rng = np.random.default_rng(8)
    calls = [spoken(rng, s) for s in (4.0, 3.0, 3.0)]
    click = 3.0 * rng.standard_normal(round(0.2 * RATE_HZ))
    other = joined(*calls, gap_s=5.0)
    other = other + 0.1 * rng.standard_normal(len(other))
    spliced = joined(np.concatenate(calls[:2]), calls[2], click, gap_s=0.3)
    found = mapped(sound(other), sound(spliced))
    assert [s.candidate for s in found.segments] == [0, 1, 2, None]
    assert found.segments[0].to_s == pytest.approx(4.3, abs=0.15)
    offsets = [one.offset_s for one in found.candidates]
    assert np.diff(offsets) == pytest.approx([5.0, 4.7], abs=0.01)
    assert found.segments[-1].reason.startswith("too short")


def test_what_cannot_be_compared_stays_as_it_was() -> None:
    silent = Samples(values=np.zeros(80_000, np.float32), rate_hz=8000.0, start=MediaTime(0))
    found = mapped(silent, silent)
    assert found.segments == () and found.reasons == REFUSED
    slow = Samples(values=np.ones(4000, np.float32), rate_hz=400.0, start=MediaTime(0))
    assert mapped(slow, slow).segments == ()


def test_pulses_of_an_alarm_are_never_told_apart() -> None:
    rng = np.random.default_rng(9)
    t_s = np.arange(25 * RATE_HZ) / RATE_HZ
    pulses = (t_s % 4.0 < 2.5) & (t_s % 1.0 < 0.5)
    alarm = (np.sin(2 * np.pi * 2900 * t_s) + 0.3 * np.sin(2 * np.pi * 1000 * t_s)) * pulses
    a, b = (
        sound(part + 1e-3 * rng.standard_normal(len(part)))
        for part in (alarm, alarm[3 * RATE_HZ : 18 * RATE_HZ])
    )
    found = mapped(a, b)
    assert found.candidates == () and len(found.segments) > 2
    assert any(s.reason.startswith("fits several places") for s in found.segments)
