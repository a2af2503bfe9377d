"""The figures of a report: timeline, answers on one axis, residuals, searches, sound of a mark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sync.report.svg import FAINT, SOFT, Drawing, elided, fitting, name_width
from sync.report.words import minus
from sync.timebase import ReferenceTime, format_clock

WIDTH = 660.0
"""CSS pixels: the text width of an A4 page with 17 mm margins."""
LEFT = 132.0
RIGHT = 20.0
"""Room for half a label at the last tick."""
_NAMES = 300.0
"""Most room for the names of rows: the axis keeps more than half of the width."""
ROW = 26.0
_STEPS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300,
            600, 900, 1800, 3600, 7200, 14400, 28800, 86400)  # fmt: skip
W_LIMIT = 3.29
"""|w| beyond which a residual is called a disagreement: 1 in 1,000 by chance (estimation.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch on the reference clock, seconds. ``half_…``: 95 % half-width of an end, ``None``
    open; ``linked`` is false where only limits hold it."""

    start_s: float
    end_s: float
    half_start_s: float | None
    half_end_s: float | None
    linked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One recording; ``note`` stands where it has no bars."""

    name: str
    bars: tuple[Bar, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """Something asked about, on the reference clock."""

    label: str
    at_s: float
    half_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisRow:
    """One range of B - A, seconds; ``None`` is open."""

    name: str
    low_s: float | None
    high_s: float | None
    value_s: float | None = None
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualRow:
    """One observation; ``w`` is ``None`` where nothing checks it."""

    name: str
    w: float | None


def timeline(lanes: Sequence[Lane], instants: Sequence[Instant], datum: str) -> str:
    """Every recording on the reference clock; empty where none has a place.

    Solid: linked, with the bracket of its beginning and end. Hatched: where limits alone allow a
    stretch to be.
    """
    linked = [bar for lane in lanes for bar in lane.bars if bar.linked]
    if not linked:
        return ""
    low = min(bar.start_s - (bar.half_start_s or 0) for bar in linked)
    high = max(bar.end_s + (bar.half_end_s or 0) for bar in linked)
    pad = max((high - low) * 0.04, 0.05)
    scale = _Scale(low - pad, high + pad)
    top = 20.0 + 15.0 * len(instants)
    height = top + ROW * len(lanes) + 34
    drawing = Drawing(WIDTH, height, "The recordings on the reference clock")
    bottom = top + ROW * len(lanes)
    step = _step(scale.span, 6)
    for tick in _ticks(scale, step):
        x = scale.x(tick)
        drawing.line(x, top - 4, x, bottom, ink=FAINT, thick=0.6)
        shown = format_clock(ReferenceTime.from_s(tick), _decimals(step))
        drawing.text(x, bottom + 14, shown, at="middle", px=10, ink=SOFT)
    drawing.text(WIDTH, bottom + 28, datum, at="end", px=10, ink=SOFT)
    for number, lane in enumerate(lanes):
        y = top + ROW * number
        drawing.text(0, y + 15, elided(lane.name, 20))
        drawing.line(LEFT, y + ROW, WIDTH, y + ROW, ink=FAINT, thick=0.4)
        for bar in sorted(lane.bars, key=lambda one: one.linked):
            _draw_bar(drawing, scale, bar, y + 5)
        if not lane.bars:
            drawing.text(LEFT + 6, y + 15, elided(lane.note, 90), px=10, ink=SOFT)
    for number, instant in enumerate(instants):
        y = 12.0 + 15.0 * number
        x, left, right = (scale.x(instant.at_s + k * instant.half_s) for k in (0, -1, 1))
        drawing.line(x, y, x, bottom, thick=0.8, dash="3 3")
        drawing.bracket(left, right, y, tall=7)
        drawing.dot(x, y, 2)
        on_left = x > (LEFT + WIDTH) / 2
        drawing.text(left - 5 if on_left else right + 5, y + 4, elided(instant.label, 52),
                     at="end" if on_left else "start", px=10, on_white=True)  # fmt: skip
    return drawing.done()


def _draw_bar(drawing: Drawing, scale: _Scale, bar: Bar, y: float) -> None:
    tall = ROW - 10
    if bar.linked:
        left, right = scale.x(bar.start_s), scale.x(bar.end_s)
        drawing.box(left, y + 3, max(right - left, 1.5), tall - 6, fill="#d9d9d9", ink="#000000")
        for at, half in ((bar.start_s, bar.half_start_s), (bar.end_s, bar.half_end_s)):
            if half is not None:
                drawing.bracket(scale.x(at - half), scale.x(at + half), y + tall / 2, tall=tall)
        return
    early = -math.inf if bar.half_start_s is None else bar.start_s - bar.half_start_s
    late = math.inf if bar.half_end_s is None else bar.end_s + bar.half_end_s
    left, right = scale.x(early), scale.x(late)
    if right - left < 1:
        return
    drawing.hatch(left, y + 1, right - left, tall - 2)
    if early > -math.inf:
        drawing.line(left, y, left, y + tall, thick=0.8)
    if late < math.inf:
        drawing.line(right, y, right, y + tall, thick=0.8)


def ranges(rows: Sequence[AxisRow], first: str, second: str) -> str:
    """Ranges of B - A on one axis, the stated one first; empty where none is bounded.

    The axis reaches a few widths of the stated range; what lies beyond ends in an arrow.
    """
    shown = [row for row in rows if row.low_s is not None or row.high_s is not None]
    if not shown:
        return ""
    room = name_width([row.name for row in shown], 10, _NAMES)
    scale = _axis(shown, left=max(LEFT, room))
    top, height = 24.0, 24.0 + 20.0 * len(shown) + 20
    drawing = Drawing(WIDTH, height, "95 % ranges of the time between the two")
    bottom = top + 20.0 * len(shown)
    step = _step(scale.span, 8)
    for tick in _ticks(scale, step):
        x = scale.x(tick)
        drawing.line(x, top, x, bottom, ink=FAINT, thick=0.5)
        words = f"{abs(tick):.{_decimals(step)}f} s" if abs(tick) > step / 2 else "0"
        drawing.text(x, bottom + 14, words, at="middle", px=10, ink=SOFT)
    zero = scale.x(0.0)
    drawing.line(zero, top - 6, zero, bottom, thick=1.2, dash="4 3")
    drawing.text(scale.left, 11, f"← {elided(second, 34)} first", px=10)
    drawing.text(WIDTH, 11, f"{elided(first, 34)} first →", at="end", px=10)
    for number, row in enumerate(shown):
        y = top + 20.0 * number + 11
        drawing.text(0, y + 4, fitting(row.name, max(LEFT, room), 10), px=10, bold=row.strong)
        low = -math.inf if row.low_s is None else row.low_s
        high = math.inf if row.high_s is None else row.high_s
        left, right = scale.x(low), scale.x(high)
        drawing.bracket(left, right, y, thick=2.2 if row.strong else 1.2,
                        open_left=low < scale.low, open_right=high > scale.high)  # fmt: skip
        if row.value_s is not None and scale.low <= row.value_s <= scale.high:
            drawing.dot(scale.x(row.value_s), y, 3 if row.strong else 2)
    return drawing.done()


_WIDEST = 1.5
"""Widths of the stated range (zero counted in) that the axis shows: further ones are arrows."""


def _axis(rows: Sequence[AxisRow], *, left: float) -> _Scale:
    ends = [end for end in (rows[0].low_s, rows[0].high_s) if end is not None]
    low, high = min(0.0, *ends), max(0.0, *ends)
    width = max(high - low, 1e-3)
    others = [end for row in rows for end in (row.low_s, row.high_s) if end is not None]
    low = max(low - _WIDEST * width, min(low, *others))
    high = min(high + _WIDEST * width, max(high, *others))
    pad = 0.08 * (high - low) + 1e-4
    # Words stand on both sides of zero.
    return _Scale(min(low - pad, -0.35 * high), max(high + pad, -0.35 * low), left)


def residuals(rows: Sequence[ResidualRow]) -> str:
    """Standardised residuals, the largest first; empty where nothing is checked."""
    checked = [row for row in rows if row.w is not None]
    if not checked:
        return ""
    most = max(W_LIMIT * 1.25, *(abs(row.w or 0.0) for row in checked))
    room = name_width([row.name for row in checked], 9.5, _NAMES)
    left = max(LEFT, room)
    scale = _Scale(-most * 1.05, most * 1.05, left=left)
    top, each = 20.0, 15.0
    bottom = top + each * len(checked)
    drawing = Drawing(WIDTH, bottom + 22, "Standardised residuals")
    for w in (-W_LIMIT, 0.0, W_LIMIT):
        x = scale.x(w)
        drawing.line(x, top - 4, x, bottom, thick=1.0, dash="" if w == 0 else "4 3")
        drawing.text(x, bottom + 14, minus(f"{w:+.2f}") if w else "0", at="middle", px=10, ink=SOFT)
    drawing.text(scale.x(0), 11, "between the dashed lines: agrees", at="middle", px=10, ink=SOFT)
    for number, row in enumerate(checked):
        y = top + each * number + 8
        drawing.text(0, y + 3, fitting(row.name, left, 9.5), px=9.5)
        w = row.w or 0.0
        drawing.line(scale.x(0), y, scale.x(w), y, ink=SOFT, thick=0.8)
        drawing.dot(scale.x(w), y, 3, hollow=abs(w) > W_LIMIT)
    return drawing.done()


def heard(
    low: Sequence[float], high: Sequence[float], *, picture: str, top_hz: float,
    from_s: float, to_s: float, marks_s: Sequence[float],
) -> str:  # fmt: skip
    """Sound about a mark: columns of -1…1, and below it the spectrogram.

    Parameters
    ----------
    picture
        Of the spectrogram, 0 Hz to ``top_hz`` from below; a data URI.
    from_s, to_s, marks_s
        Times in the file, of both edges and of the ends of the mark.
    """
    left, width, tall, deep = 34.0, 300.0, 46.0, 56.0
    foot = tall + 3 + deep
    drawing = Drawing(left + width + 12, foot + 14, "The sound about the mark")
    drawing.box(left, 0.5, width, tall, fill="#ffffff", ink=FAINT)
    loudest = max((abs(v) for v in (*low, *high)), default=0.0) or 1.0
    middle, reach = tall / 2, tall / 2 - 4
    commands = [
        f"M{left + (n + 0.5) * width / len(low):.1f} {middle - top / loudest * reach:.1f}"
        f"V{middle - bottom / loudest * reach + 0.4:.1f}"
        for n, (bottom, top) in enumerate(zip(low, high, strict=True))
    ]
    drawing.path("".join(commands), ink=SOFT)
    drawing.image(left, tall + 3, width, deep, picture)
    drawing.box(left, tall + 3, width, deep, ink=FAINT)
    for at, words in ((tall + 9, f"{top_hz / 1000:g} kHz"), (foot, "0")):
        drawing.text(left - 4, at, words, at="end", px=8, ink=SOFT)
    for part, side in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        at_s = from_s + part * (to_s - from_s)
        drawing.text(left + part * width, foot + 10, f"{at_s:.2f} s", at=side, px=8, ink=SOFT)
    for at_s in marks_s:
        x = left + width * (at_s - from_s) / (to_s - from_s)
        drawing.line(x, 0, x, foot, thick=3.0, ink="#ffffff")
        drawing.line(x, 0, x, foot, thick=1.2)
    return drawing.done()


def agreement(offset_s: Sequence[float], score: Sequence[float], *, found_s: float) -> str:
    """Correlation (-1…1) against the offset, and the offset that was accepted."""
    if len(offset_s) < 2:
        return ""
    top, bottom, left = 14.0, 96.0, 44.0
    drawing = Drawing(WIDTH, bottom + 30, "Correlation against the offset")
    scale = _Scale(min(offset_s), max(offset_s), left=left)
    least, most = min(0.0, *score), max(0.05, *score)
    high = most + 0.06 * (most - least)

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - least) / (high - least)

    step = _step(scale.span, 8)
    for tick in _ticks(scale, step):
        drawing.line(scale.x(tick), top, scale.x(tick), bottom, ink=FAINT, thick=0.5)
        words = minus(f"{tick:.{_decimals(step)}f}")
        drawing.text(scale.x(tick), bottom + 13, words, at="middle", px=10, ink=SOFT)
    drawing.text(WIDTH - RIGHT, bottom + 26, "offset, s", at="end", px=10, ink=SOFT)
    for value in (0.0, most):
        drawing.text(left - 5, y(value) + 3, f"{value:.2g}", at="end", px=10, ink=SOFT)
    drawing.line(left, y(0), WIDTH - RIGHT, y(0), ink=SOFT, thick=0.6)
    places = " ".join(
        f"{scale.x(at):.1f} {y(value):.1f}" for at, value in zip(offset_s, score, strict=True)
    )
    drawing.path(f"M{places}", thick=0.8)
    x = scale.x(found_s)
    drawing.shape([(x, top), (x - 5, top - 9), (x + 5, top - 9)])
    return drawing.done()


@dataclass(frozen=True, slots=True)
class _Scale:
    """Seconds to pixels right of the names; what lies outside is put on the edge."""

    low: float
    high: float
    left: float = LEFT

    @property
    def span(self) -> float:
        return self.high - self.low

    def x(self, at: float) -> float:
        at = min(max(at, self.low), self.high)
        return self.left + (WIDTH - RIGHT - self.left) * (at - self.low) / self.span


def _step(span: float, most: int) -> float:
    return next((step for step in _STEPS_S if span / step <= most), span / most)


def _ticks(scale: _Scale, step: float) -> list[float]:
    first, last = math.ceil(scale.low / step), math.floor(scale.high / step)
    return [number * step for number in range(first, last + 1)]


def _decimals(step: float) -> int:
    return 0 if step >= 1 else max(1, math.ceil(-math.log10(step)))
