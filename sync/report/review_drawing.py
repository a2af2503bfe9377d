"""What stands still in the review video's pictures: panes, cards, the strip of the sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from sync.report.review_ink import (
    AMBER,
    BLUE,
    GROUND,
    LINE,
    PANEL,
    SECONDARY,
    SOURCES,
    STRIP,
    TEXT,
    VERMILION,
    Lettering,
    cut,
    font,
    wide,
    wrapped,
)
from sync.report.review_layout import Box, PaneBox, Places
from sync.timebase import ReferenceTime, format_clock

Rgb = tuple[int, int, int]
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
_DASH = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneState:
    """What a pane says that changes seldom."""

    name: str
    colour: int
    time_letters: int = 0
    """Length of its running time."""
    range_95: str = ""
    """``± 0.40 s``, after its time; empty while there is nothing to show."""
    against: tuple[str, ...] = ("",)
    """``± 0.12 s against dispatch``, and shorter ways to say it."""
    wider: bool = False
    """Whether that is more than one picture; the border is dashed then."""
    card: str = ""
    """Why there is no picture; empty while there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StripState:
    """One page of the strip under the panes."""

    start: ReferenceTime
    end: ReferenceTime
    label: str
    peaks: tuple[tuple[float, float], ...]
    """Least and greatest sample of each column, ±1; (nan, nan) where no sound is placed."""
    brackets: tuple[tuple[str, float, float, float], ...]
    """(name, low, value, high), seconds after ``start``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillState:
    """All that stands still until it changes."""

    panes: tuple[PaneState, ...]
    strip: StripState
    clock: str
    part: str
    stale: bool
    foot: str


def pane_scale(places: Places, pane: PaneBox) -> float:
    """Pixels of a pane's text for one at 1080 lines: narrow panes have smaller type."""
    return places.unit * min(1.0, max(0.62, pane.text.width / places.unit / 860))


def strip_wave(places: Places) -> Box:
    """Where the waveform and the playhead stand."""
    strip = places.strip
    return Box(strip.x, strip.y, strip.width, strip.height - places.px(26))


def still(places: Places, state: StillState) -> NDArray[np.uint8]:
    """The whole picture without what runs, (h, w, 3) RGB."""
    image = Image.new("RGB", (places.width, places.height), GROUND)
    draw = ImageDraw.Draw(image)
    for box, pane in zip(places.panes, state.panes, strict=True):
        _pane(draw, places, box, pane)
    _time_line(draw, places, state)
    _strip(draw, places, state.strip)
    face = font("plain", round(19 * places.unit))
    middle = places.foot.y + places.foot.height // 2
    draw.text((places.foot.x, middle), cut(state.foot, face, places.foot.width), fill=SECONDARY,
              font=face, anchor="lm")  # fmt: skip
    return np.asarray(image)


def _pane(draw: ImageDraw.ImageDraw, places: Places, box: PaneBox, pane: PaneState) -> None:
    whole = box.whole
    draw.rectangle((whole.x, whole.y, whole.right - 1, whole.bottom - 1), fill=PANEL)
    scale = pane_scale(places, box)
    bold, mono = font("bold", round(21 * scale)), font("mono", round(19 * scale))
    plain = font("plain", round(19 * scale))
    first, second = line_middles(box)
    left, side = box.text.x + round(6 * scale), round(16 * scale)
    colour = SOURCES[pane.colour % len(SOURCES)]
    draw.rectangle((left, first - side // 2, left + side, first + side // 2), fill=colour)
    room = box.text.width // 2
    draw.text((left + round(26 * scale), first), cut(pane.name, bold, room), fill=TEXT, font=bold,
              anchor="lm")  # fmt: skip
    if pane.card:
        _card(draw, places, box, pane.card)
    else:
        letter = Lettering(round(19 * scale), 0, 0).letter
        after = left + (pane.time_letters + 1) * letter
        draw.text((after, second), pane.range_95, fill=TEXT, font=mono,
                  anchor="lm")  # fmt: skip
        right = box.text.right - round(6 * scale)
        room = right - after - wide(pane.range_95, mono) - round(16 * scale)
        said = next((one for one in pane.against if wide(one, plain) <= room), pane.against[-1])
        draw.text((right, second), cut(said, plain, room), font=plain, anchor="rm",
                  fill=AMBER if pane.wider else SECONDARY)  # fmt: skip
    if pane.wider and not pane.card:
        _dashed(draw, whole, places.px(4), AMBER)
    else:
        draw.rectangle((whole.x, whole.y, whole.right - 1, whole.bottom - 1), outline=LINE)


def line_middles(box: PaneBox) -> tuple[int, int]:
    """Rows of the middles of a pane's two lines of text."""
    return box.text.y + box.text.height * 26 // 100, box.text.y + box.text.height * 74 // 100


def running_width(mono: object, letters: int) -> int:
    """Room for so many running letters."""
    return wide("0" * letters, mono)  # type: ignore[arg-type]


def _card(draw: ImageDraw.ImageDraw, places: Places, box: PaneBox, reason: str) -> None:
    room = box.picture
    draw.rectangle((room.x, room.y, room.right - 1, room.bottom - 1), fill=STRIP)
    step = places.px(26)
    for across in range(room.x - room.height, room.right, step):
        ends = []
        for y in (room.bottom - 1, room.y):
            ends.append((across + room.bottom - 1 - y, y))
        (x0, y0), (x1, y1) = ends
        if x0 < room.x:
            x0, y0 = room.x, y0 - (room.x - x0)
        if x1 > room.right - 1:
            x1, y1 = room.right - 1, y1 + (x1 - room.right + 1)
        draw.line((x0, y0, x1, y1), fill=PANEL, width=places.px(2))
    scale = max(0.72, pane_scale(places, box) / places.unit) * places.unit
    bold, plain = font("bold", round(30 * scale)), font("plain", round(22 * scale))
    lines = wrapped(reason, plain, room.width - places.px(60))
    step = round(32 * scale)
    top = room.y + (room.height - step * len(lines)) // 2
    middle = room.x + room.width // 2
    half = max([wide("No footage here", bold), *(wide(line, plain) for line in lines)]) // 2
    draw.rectangle((middle - half - step, top - 2 * step, middle + half + step,
                    top + step * len(lines) + step // 2), fill=STRIP)  # fmt: skip
    draw.text((middle, top - step // 2), "No footage here", fill=TEXT, font=bold, anchor="mm")
    for n, line in enumerate(lines):
        draw.text((middle, top + step * n + step), line, fill=SECONDARY, font=plain, anchor="mm")


def _dashed(draw: ImageDraw.ImageDraw, box: Box, thick: int, colour: Rgb) -> None:
    dash = max(6, _DASH * thick // 4)
    for x in range(box.x, box.right, 2 * dash):
        end = min(x + dash, box.right) - 1
        draw.rectangle((x, box.y, end, box.y + thick - 1), fill=colour)
        draw.rectangle((x, box.bottom - thick, end, box.bottom - 1), fill=colour)
    for y in range(box.y, box.bottom, 2 * dash):
        end = min(y + dash, box.bottom) - 1
        draw.rectangle((box.x, y, box.x + thick - 1, end), fill=colour)
        draw.rectangle((box.right - thick, y, box.right - 1, end), fill=colour)


def _time_line(draw: ImageDraw.ImageDraw, places: Places, state: StillState) -> None:
    line = places.time
    middle = line.y + line.height // 2
    large, plain = font("mono", round(36 * places.unit)), font("plain", round(21 * places.unit))
    bold = font("bold", round(21 * places.unit))
    left = line.x + running_width(large, 13)
    clock = cut(f"by {state.clock}", plain, line.width // 4)
    draw.text((left, middle), clock, fill=SECONDARY, font=plain, anchor="lm")
    right = line.right
    if state.stale:
        draw.text((right, middle), "OUT OF DATE", fill=VERMILION, font=bold, anchor="rm")
        right -= wide("OUT OF DATE", bold) + places.px(32)
    room = right - left - wide(clock, plain) - places.px(40)
    draw.text((right, middle), cut(state.part, bold, room), fill=AMBER, font=bold, anchor="rm")


# -- the strip ------------------------------------------------------------------------------------


def _strip(draw: ImageDraw.ImageDraw, places: Places, state: StripState) -> None:
    wave = strip_wave(places)
    draw.rectangle((wave.x, wave.y, wave.right - 1, wave.bottom - 1), fill=STRIP)
    centre, half = wave.y + wave.height // 2, wave.height // 2 - places.px(4)
    for n, (low, high) in enumerate(state.peaks):
        if low != low:  # no sound is placed here
            continue
        top, bottom = centre - round(high * half), centre - round(low * half)
        draw.line((wave.x + n, top, wave.x + n, max(bottom, top + 1)), fill=(96, 112, 132))
    _silences(draw, wave, state.peaks, centre)
    span_s = (state.end - state.start).s
    _scale(draw, places, state, span_s)
    face = font("plain", round(17 * places.unit))
    for row, (name, low_s, value_s, high_s) in enumerate(state.brackets):
        y = wave.y + places.px(12) + row % 3 * places.px(21)
        xs = [wave.x + round(at / span_s * wave.width) for at in (low_s, value_s, high_s)]
        left, right = (min(max(x, wave.x), wave.right - 1) for x in (xs[0], xs[2]))
        _bracket(draw, places, left, xs[1], right, y)
        shown = cut(name, face, wave.width // 4)
        gap = places.px(10)
        fits = right + gap + wide(shown, face) < wave.right
        draw.text((right + gap if fits else left - gap, y), shown, fill=TEXT, font=face,
                  anchor="lm" if fits else "rm", stroke_width=2, stroke_fill=STRIP)  # fmt: skip
    draw.text((wave.x + places.px(8), wave.bottom - places.px(14)),
              cut(state.label, face, wave.width // 3), fill=SECONDARY, font=face, anchor="lm",
              stroke_width=2, stroke_fill=STRIP)  # fmt: skip


def _silences(
    draw: ImageDraw.ImageDraw, wave: Box, peaks: Sequence[tuple[float, float]], centre: int
) -> None:
    """A dotted line where no sound is placed."""
    for n, (low, _) in enumerate(peaks):
        if low != low and n % 8 < 2:
            draw.point((wave.x + n, centre), fill=LINE)


def _scale(draw: ImageDraw.ImageDraw, places: Places, state: StripState, span_s: float) -> None:
    wave, face = strip_wave(places), font("mono", round(17 * places.unit))
    room = wide("00:00:00", face) + places.px(40)
    step = next((s for s in _STEPS_S if s / span_s * wave.width >= room), 3600)
    second = -(-state.start.ns // 1_000_000_000)
    second += -second % step
    while second * 1_000_000_000 < state.end.ns:
        x = wave.x + round((second - state.start.s) / span_s * wave.width)
        draw.line((x, wave.bottom, x, wave.bottom + places.px(6)), fill=SECONDARY)
        text = format_clock(ReferenceTime(second * 1_000_000_000), 0)
        half = wide(text, face) // 2
        if wave.x <= x - half and x + half < wave.right:
            draw.text((x, wave.bottom + places.px(15)), text, fill=SECONDARY, font=face,
                      anchor="mm")  # fmt: skip
        second += step


def _bracket(
    draw: ImageDraw.ImageDraw, places: Places, left: int, middle: int, right: int, y: int
) -> None:
    """|—•—|, the 95 % range."""
    tall, dot = places.px(7), places.px(4)
    draw.line((left, y, right, y), fill=BLUE, width=places.px(2))
    for x in (left, right):
        draw.line((x, y - tall, x, y + tall), fill=BLUE, width=places.px(2))
    draw.ellipse((middle - dot, y - dot, middle + dot, y + dot), fill=BLUE)
