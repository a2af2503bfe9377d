"""The review video on the command line: ``export --format video`` and ``bundle --video`` alike."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from app.cli.outcome import UsageError
from app.cli.typed import parse_range
from sync.timebase import ReferenceTime

if TYPE_CHECKING:
    from sync.case.case import Case
    from sync.report.review_plan import ReviewRequest
    from sync.report.review_video import Reviewed

LAYOUTS = ("grid", "inset")
NO_SOUND = "none"
SIZE = "1920x1080"
_SIZE = re.compile(r"(\d{1,5})[x×](\d{1,5})")


def add_film_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen of a review video."""
    group = parser.add_argument_group("of the video")
    group.add_argument(
        "--panes",
        nargs="+",
        metavar="SOURCE",
        help="recordings to show, the large one first (default: all linked)",
    )
    group.add_argument(
        "--sound",
        metavar="SOURCE",
        help=f"recording to hear, or '{NO_SOUND}' (default: the first linked)",
    )
    group.add_argument(
        "--layout",
        choices=LAYOUTS,
        default=LAYOUTS[0],
        help="side by side, or the first large and the others small beside it",
    )
    group.add_argument("--size", metavar="WxH", default=SIZE, help=f"default: {SIZE}")
    group.add_argument(
        "--range",
        metavar="IN..OUT",
        help="on the reference clock (default: all that the panes show)",
    )


def refuse_film_arguments(arguments: argparse.Namespace, instead: str) -> None:
    """Say so where something of a video was chosen and none is made.

    Raises
    ------
    UsageError
        With ``instead`` as the way out.
    """
    chosen = {
        "--panes": arguments.panes is not None, "--sound": arguments.sound is not None,
        "--layout": arguments.layout != LAYOUTS[0], "--size": arguments.size != SIZE,
        "--range": arguments.range is not None,
    }  # fmt: skip
    named = [name for name, is_chosen in chosen.items() if is_chosen]
    if named:
        verb = "is" if len(named) == 1 else "are"
        raise UsageError(f"{', '.join(named)} {verb} of a video alone.", instead)


def film_of(arguments: argparse.Namespace, case: Case) -> ReviewRequest:
    """The request that was typed.

    Raises
    ------
    UsageError, TimeFormatError, EvidenceError
        When a part of it cannot be read, or names no recording.
    """
    from sync.report.review_plan import ReviewRequest, usual_request

    usual = usual_request(case)
    size = _SIZE.fullmatch(arguments.size)
    if size is None:
        raise UsageError(f"--size {arguments.size} is no size.", "For example: 1920x1080.")
    panes, sound = usual.panes, usual.sound
    if arguments.panes:
        panes = tuple(case.source(name).id for name in arguments.panes)
    if arguments.sound is not None:
        sound = None if arguments.sound == NO_SOUND else case.source(arguments.sound).id
    start = end = None
    if arguments.range is not None:
        start, end = map(ReferenceTime, parse_range(arguments.range, "--range"))
    return ReviewRequest(
        panes=panes,
        sound=sound,
        layout=arguments.layout,
        width=int(size[1]),
        height=int(size[2]),
        start=start,
        end=end,
        allow_stale=arguments.allow_stale,
    )


def parts_of(made: Reviewed) -> list[dict[str, object]]:
    """Where each part lies in a film, for the document."""
    return [
        {"name": part.name, "at_s": part.at_s, "from_s": part.start.s, "to_s": part.end.s}
        for part in made.parts
    ]
