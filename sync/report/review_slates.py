"""The pages of text before the pictures of a review video: what this is, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from sync import ENGINE_VERSION
from sync.adjustment.words import capital
from sync.report.review_ink import AMBER, GROUND, SECONDARY, TEXT, VERMILION, cut, font, wrapped
from sync.report.review_layout import Places
from sync.report.review_plan import Part, Plan
from sync.timebase import format_clock

BANNER = "Demonstrative – not evidence"
METHOD = (
    "Every pane shows the stored picture with the greatest presentation time that is not later "
    "than the time shown, by its own clock; nothing is interpolated, and a pane without footage "
    "says so. Every ± is half of a 95 % range. Sound lies where its own clock puts it. Pictures "
    "were scaled and coded again for this film: examine the recordings, not the film."
)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    face: str = "plain"
    size: int = 26
    fill: tuple[int, int, int] = TEXT
    above: int = 0
    """Room over it, pixels at 1080."""
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
        _Line("The recordings do not show one arrangement; neither part is a finding. Every clock "
              "lies where it most probably is if the two instants are this far apart; beside each "
              "pane's time stands by how much it was moved. On the strip below the panes a bracket "
              "is the whole 95 % range of an instant, and its dot is where this part has it.",
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
        yield _Line(question, size=28, above=20)
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


def _pages(places: Places, lines: list[_Line], *, stale: bool) -> list[NDArray[np.uint8]]:
    """Lines broken and laid on as many pages as they need, each marked where out of date."""
    left, top, bottom = places.px(90), places.px(80), places.height - places.px(80)
    images: list[Image.Image] = []
    y = bottom
    for line in lines:
        face = font(line.face, round(line.size * places.unit))
        step = round(line.size * 1.32 * places.unit)
        y += places.px(line.above) if line.above else 0
        room = places.width - 2 * left
        column = left + room * 2 // 5
        texts = wrapped(line.text, face, room)
        if line.aside:
            texts = [cut(line.text, face, column - left - places.px(20))]
        for text in texts:
            if y + step > bottom or not images:
                images.append(Image.new("RGB", (places.width, places.height), GROUND))
                y = top
            draw = ImageDraw.Draw(images[-1])
            draw.text((left, y), text, fill=line.fill, font=face)
            if line.aside:
                mono = font("mono", round(19 * places.unit))
                draw.text((column, y + places.px(2)), line.aside, fill=SECONDARY, font=mono)
            y += step
    if len(images) > 1:
        face = font("plain", round(20 * places.unit))
        for n, image in enumerate(images, start=1):
            ImageDraw.Draw(image).text((places.width - left, places.height - places.px(40)),
                                       f"{n} of {len(images)}", fill=SECONDARY, font=face,
                                       anchor="rm")  # fmt: skip
    for image in images if stale else ():
        ImageDraw.Draw(image).text(
            (left, places.height - places.px(40)), "OUT OF DATE", fill=VERMILION, anchor="lm",
            font=font("bold", round(30 * places.unit)),
        )  # fmt: skip
    return [np.asarray(image) for image in images]
