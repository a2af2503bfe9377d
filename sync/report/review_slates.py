"""The pages of text before the pictures of a review video: what this is, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from sync import ENGINE_VERSION
from sync.adjustment.words import capital
from sync.report.review_extremes import Part
from sync.report.review_ink import AMBER, GROUND, SECONDARY, TEXT, VERMILION, cut, font, wrapped
from sync.report.review_layout import Places
from sync.report.review_plan import Plan
from sync.timebase import format_clock

BANNER = "Demonstrative – not evidence"
METHOD = (
    "Every pane shows the stored picture with the greatest presentation time that is not later "
    "than the time shown, by its own clock; nothing is interpolated, and a pane without footage "
    "says so. Every ± is half of a 95 % range. Sound lies where its own clock puts it. Pictures "
    "were scaled and coded again for this film: examine the recordings, not the film."
)


SIZES_TRIED = (1.0, 0.94, 0.88, 0.82)
"""Shares of the usual size, the first that saves a page: below, the smallest line at 960 × 540
would be under 9 px."""
_LEFT = 90
_FAIR = 0.75


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    face: str = "plain"
    size: int = 26
    fill: tuple[int, int, int] = TEXT
    above: int = 0
    """Room over it, pixels at 1080."""
    tied: bool = False
    """Stands on the page on which the next line begins."""
    aside: str = ""
    """A digest, in a column of its own on the same line."""


def opening(plan: Plan, places: Places) -> list[NDArray[np.uint8]]:
    """What the film is, the questions, the recordings with their SHA-256, and the calculation."""
    return _pages(places, list(_opening(plan)), stale=plan.stale)


def before_part(plan: Plan, part: Part, number: int, places: Places) -> list[NDArray[np.uint8]]:
    """Which arrangement follows."""
    lines = [
        _Line(f"Part {number} of {len(plan.parts)}: {part.name}", "bold", 46, AMBER),
        *(_Line(words, size=30, above=22) for words in part.words),
        _Line("The recordings do not show one arrangement; neither part is a finding. "
              f"{part.how} On the strip below the panes a bracket is the whole 95 % range of an "
              "instant, and its dot is where this part has it.",
              fill=SECONDARY, above=30),
    ]  # fmt: skip
    return _pages(places, lines, stale=plan.stale)


def heading(plan: Plan) -> str:
    """Number and title of the case, or its id."""
    parts = (plan.case.number, plan.case.title)
    return " · ".join(part for part in parts if part) or plan.case.id


def _opening(plan: Plan) -> Iterator[_Line]:
    case, solution = plan.case, plan.case.solution
    assert solution is not None
    yield _Line(BANNER, "bold", 50, AMBER)
    if plan.stale:
        yield _Line("OUT OF DATE: the evidence has changed since the calculation", "bold", 30,
                    VERMILION, 10)  # fmt: skip
    yield _Line(heading(plan), "bold", 34, above=22)
    if case.examiner:
        yield _Line(f"Examiner: {case.examiner}", fill=SECONDARY, above=4)
    for question, answer in plan.asked:
        yield _Line(question, size=28, above=20, tied=True)
        yield _Line(answer, size=22, fill=SECONDARY, above=2)
    yield _Line(_what(plan), above=24)
    yield _Line(METHOD, size=22, fill=SECONDARY, above=12)
    yield _Line("Recordings of the case and their SHA-256", "bold", 24, above=24)
    for source in case.sources:
        used = "" if source in plan.panes or source == plan.sound else " (not in this film)"
        item = f"{source.item} · " if source.item else ""
        yield _Line(f"{item}{source.name}{used}", size=22, above=8, aside=source.facts.sha256)
    calculated = solution.calculated_at.replace("T", " ").replace("+00:00", " UTC")
    yield _Line("Calculation", "bold", 24, above=24)
    yield _Line(
        f"{capital(solution.message).rstrip('.')}. Calculated {calculated} by Tiepoint "
        f"{solution.engine_version}; film by Tiepoint {ENGINE_VERSION}.",
        size=22,
        above=6,
    )
    yield _Line("SHA-256 of the evidence", size=22, above=6, aside=solution.inputs_digest)


def clock_name(plan: Plan) -> str:
    """Of the clock that times are stated by."""
    solution = plan.case.solution
    datum = None if solution is None else solution.datum
    return next((c.name for c in plan.case.clocks if c.id == datum), "the reference clock")


def _what(plan: Plan) -> str:
    named = ", ".join(source.name for source in plan.panes)
    sound = "no sound" if plan.sound is None else f"sound of {plan.sound.name}"
    times = f"{format_clock(plan.start, 2)} to {format_clock(plan.end, 2)}"
    return f"{named}; {sound}; {times} by {clock_name(plan)}."


@dataclass(frozen=True, slots=True)
class _Put:
    """One row of text on a page, with its place in pixels."""

    line: _Line
    text: str
    page: int
    y: int


def _pages(places: Places, lines: list[_Line], *, stale: bool) -> list[NDArray[np.uint8]]:
    """Lines broken and laid on as few pages as their sizes allow, each marked if out of date."""
    scale, rows = SIZES_TRIED[0], _laid(places, lines, SIZES_TRIED[0])
    for smaller in SIZES_TRIED[1:]:
        fewer = _laid(places, lines, smaller)
        if fewer[-1].page < rows[-1].page:
            scale, rows = smaller, fewer
            break
    count = rows[-1].page + 1
    images = [Image.new("RGB", (places.width, places.height), GROUND) for _ in range(count)]
    left = places.px(_LEFT)
    for row in rows:
        draw, line = ImageDraw.Draw(images[row.page]), row.line
        face = font(line.face, round(line.size * scale * places.unit))
        draw.text((left, row.y), row.text, fill=line.fill, font=face)
        if line.aside:
            mono = font("mono", round(19 * places.unit))
            column = left + (places.width - 2 * left) * 2 // 5
            draw.text((column, row.y + places.px(2)), line.aside, fill=SECONDARY, font=mono)
    foot = places.height - places.px(40)
    for n, image in enumerate(images, start=1):
        draw = ImageDraw.Draw(image)
        if count > 1:
            draw.text((places.width - left, foot), f"{n} of {count}", fill=SECONDARY, anchor="rm",
                      font=font("plain", round(20 * places.unit)))  # fmt: skip
        if stale:
            draw.text((left, foot), "OUT OF DATE", fill=VERMILION, anchor="lm",
                      font=font("bold", round(30 * places.unit)))  # fmt: skip
    return [np.asarray(image) for image in images]


def _laid(places: Places, lines: list[_Line], scale: float) -> list[_Put]:
    """Every row at this share of the usual size. On more than one page a heading begins the next
    page once a fair share of all is on this one, so that no page is nearly empty."""
    top, bottom = places.px(80), places.height - places.px(80)
    left = places.px(_LEFT)
    blocks: list[tuple[_Line, list[str], int, int]] = []
    for line in lines:
        face = font(line.face, round(line.size * scale * places.unit))
        room = places.width - 2 * left
        texts = [cut(line.text, face, room * 2 // 5 - places.px(20))] if line.aside else wrapped(
            line.text, face, room)  # fmt: skip
        above = places.px(line.above * scale) if line.above else 0
        blocks.append((line, texts, above, round(line.size * 1.32 * scale * places.unit)))
    total = sum(above + step * len(texts) for _, texts, above, step in blocks)
    share = total / max(1, -(-total // (bottom - top)))
    rows: list[_Put] = []
    page, y = 0, top
    for line, texts, above, step in blocks:
        y += above
        if line.face == "bold" and y - top >= share * _FAIR and total > bottom - top:
            page, y = page + 1, top
        for text in texts:
            if y + (2 * step if line.tied else step) > bottom:
                page, y = page + 1, top
            rows.append(_Put(line, text, page, y))
            y += step
    return rows
