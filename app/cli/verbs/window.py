"""``tiepoint`` without a verb: the window, or a picture of it."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from app.cli.outcome import Outcome, UsageError
from app.cli.session import Session
from app.cli.typed import case_file
from sync.errors import TiepointError


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the window can be told."""
    parser.add_argument("case", metavar="CASE.tiepoint", nargs="?", help="case to open")
    parser.add_argument(
        "--screenshot", metavar="OUT.png", help="save the window's picture and exit"
    )
    parser.add_argument("--size", type=_size, metavar="WxH", help="of the window, in pixels")
    parser.add_argument("--scale", type=float, metavar="F", help="of everything in it, 1 to 3")
    parser.add_argument("--theme", choices=("dark", "light"))
    parser.add_argument("--state", metavar="NAME", help="which state of the window to show")


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2,5})[x×](\d{2,5})", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not WxH, for example 1920x1080")
    return int(found[1]), int(found[2])


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Open the window and stay until it is closed."""
    case = _case(arguments.case)
    if arguments.scale is not None and not 0.5 <= arguments.scale <= 4:
        raise UsageError("--scale must be between 0.5 and 4.")
    screenshot = None if arguments.screenshot is None else Path(arguments.screenshot)
    if not has_screen():
        if screenshot is None:
            raise TiepointError(
                "There is no screen to open a window on.",
                hint="Use a verb (tiepoint --help lists them), or --screenshot OUT.png.",
            )
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    status = open_case(
        case,
        screenshot=screenshot,
        size=arguments.size,
        scale=arguments.scale,
        theme=arguments.theme,
        state=arguments.state,
    )
    files = [str(screenshot)] if screenshot is not None and status == 0 else []
    return Outcome(document={"files": files}, status=status)


def open_case(
    case: Path | None,
    *,
    screenshot: Path | None = None,
    size: tuple[int, int] | None = None,
    scale: float | None = None,
    theme: str | None = None,
    state: str | None = None,
) -> int:
    """Hand over to the window; its exit status."""
    from app.bootstrap import open_window

    return open_window(
        case, screenshot=screenshot, size=size, scale=scale, theme=theme, state=state
    )


def _case(text: str | None) -> Path | None:
    """The case to open; a word that is neither a verb nor a file is a slip of the keyboard."""
    if text is None:
        return None
    path = case_file(text)
    if not path.exists() and not Path(text).suffix and os.sep not in text:
        from app.cli.parser import VERBS

        raise UsageError(
            f"{text!r} is neither a verb nor a case here.", f"The verbs are {', '.join(VERBS)}."
        )
    return path


def has_screen() -> bool:
    """True where a window can be shown to a person."""
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return False
    if sys.platform in ("win32", "darwin", "cygwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
