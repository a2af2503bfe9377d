"""Light bars in made colour sequences, and what is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from sync.errors import TraceError
from sync.traces.lightbar import find_lightbars, lightbar, measure_alternation

RATE = 15
COUNT = 40 * RATE
TIME_S = np.arange(COUNT) / RATE
BLUE, RED = 0, 1


@dataclass(frozen=True)
class Colours:
    colour: NDArray[np.uint8]
    time_ns: NDArray[np.int64]
    picture: NDArray[np.int32]
    width_px: int = 640
    height_px: int = 360


def scene(noise: float = 1.5, seed: int = 0) -> NDArray[np.float64]:
    """A nearly neutral scene with colour noise, (n, 2, 45, 80)."""
    random = np.random.default_rng(seed)
    return 128 + random.normal(0, noise, (COUNT, 2, 45, 80)) + random.normal(0, 2, (2, 45, 80))


def shown(colour: NDArray[np.float64]) -> Colours:
    number = np.arange(COUNT)
    clipped = np.clip(np.round(colour), 0, 255).astype(np.uint8)
    return Colours(clipped, number * 1_000_000_000 // RATE, number.astype(np.int32))


def lit(colour: NDArray[np.float64], which: int, when: NDArray[np.bool_], row: int, col: int,
        by: float = 40.0) -> None:  # fmt: skip
    """A lamp of two by two cells, red or blue, at ``row``, ``col``."""
    colour[when, which, row : row + 2, col : col + 2] += by
    colour[when, 1 - which, row : row + 2, col : col + 2] -= 0.4 * by


def bar(colour: NDArray[np.float64], from_s: float, to_s: float, hz: float = 1.5) -> None:
    """Red and blue lamps side by side in turn."""
    on = (from_s <= TIME_S) & (to_s > TIME_S)
    red = np.mod((TIME_S - from_s) * hz + 1e-9, 1.0) < 0.5
    lit(colour, RED, on & red, 20, 40)
    lit(colour, BLUE, on & ~red, 20, 43)


def test_a_light_bar_is_dated_by_its_first_and_last_light() -> None:
    colour = scene()
    bar(colour, 12.35, 27.0)
    found = find_lightbars(measure_alternation(shown(colour), [None]))
    assert len(found) == 1
    assert found[0].start.s == pytest.approx(12.4, abs=1e-6)
    assert found[0].end.s == pytest.approx(27.0, abs=0.07)
    assert found[0].turns_a_second == pytest.approx(3.0, abs=0.2)


def test_the_trace_is_red_less_blue() -> None:
    colour = scene()
    bar(colour, 12.0, 27.0)
    signal = lightbar(measure_alternation(shown(colour), [None]), 0, 15.0)
    inside = slice(12 * RATE, 27 * RATE)
    red = np.mod(TIME_S * 1.5 + 1e-9, 1.0) < 0.5
    assert np.corrcoef(signal.values[inside], np.where(red, 1, -1)[inside])[0, 1] > 0.98
    # Before and after, noise of a level or two in single cells near by.
    assert np.abs(signal.values[inside]).min() > 50
    np.testing.assert_allclose(signal.values[: 12 * RATE], 0, atol=3)
    np.testing.assert_allclose(signal.values[27 * RATE :], 0, atol=3)
    assert signal.valid.all()


def test_regions_see_only_their_own_lamps() -> None:
    colour = scene()
    bar(colour, 5.0, 15.0)
    alternation = measure_alternation(shown(colour), [(0, 0, 200, 360), (280, 120, 120, 120), None])
    assert find_lightbars(alternation, 0) == ()
    assert find_lightbars(alternation, 1) == find_lightbars(alternation, 2) != ()


def test_lit_when_the_recording_begins() -> None:
    colour = scene()
    bar(colour, -1.0, 10.0)
    (found,) = find_lightbars(measure_alternation(shown(colour), [None]))
    assert found.start.s == 0


@pytest.mark.parametrize(
    "what", ["nothing", "red blinker", "amber blinker", "white strobe", "passers-by", "balance"]
)
def test_what_is_no_light_bar(what: str) -> None:
    colour = scene(noise=2.5)
    blink = np.mod(TIME_S * 1.5, 1.0) < 0.5
    if what == "red blinker":
        lit(colour, RED, blink, 20, 40)
    elif what == "amber blinker":
        colour[blink, RED, 20:24, 40:44] += 25
        colour[blink, BLUE, 20:24, 40:44] -= 40
    elif what == "white strobe":
        colour[blink] = 128 + 0.3 * (colour[blink] - 128)
    elif what == "passers-by":
        for k, which in enumerate([RED, BLUE, RED, BLUE, BLUE, RED, RED, BLUE]):
            for i in range(COUNT):
                column = round((TIME_S[i] - 4 * k) * 12)
                if 0 <= column < 76:
                    colour[i, which, 18:30, column : column + 3] += 30
    elif what == "balance":  # a camera's white balance swings to and fro
        swing = 20 * np.sin(2 * np.pi * 0.2 * TIME_S)[:, None, None]
        colour[:, RED] += swing
        colour[:, BLUE] -= swing
    alternation = measure_alternation(shown(colour), [None])
    assert find_lightbars(alternation) == ()


def test_a_grey_recording_is_refused() -> None:
    with pytest.raises(TraceError, match="no colour"):
        measure_alternation(shown(np.full((COUNT, 2, 45, 80), 128.0)), [None])


def test_repeated_pictures_count_once() -> None:
    colour = scene()
    bar(colour, 12.0, 27.0)
    once = shown(colour)
    number = np.repeat(np.arange(COUNT), 3)
    thrice = Colours(
        once.colour[number],
        np.arange(3 * COUNT) * 1_000_000_000 // (3 * RATE),
        number.astype(np.int32),
    )
    (one,), (other,) = (
        find_lightbars(measure_alternation(sequence, [None])) for sequence in (once, thrice)
    )
    assert other.start.s == pytest.approx(one.start.s, abs=1e-6)
    assert other.turns_a_second == pytest.approx(one.turns_a_second, rel=0.02)
