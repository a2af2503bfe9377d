"""What people type on the command line: times, values with a limit, ranges, cases, outputs."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.outcome import UsageError
from sync.errors import TimeFormatError
from sync.timebase import Duration, MediaTime, parse_time_ns

if TYPE_CHECKING:
    from sync.media.raw_sound import RawSound


def media_time(text: str) -> MediaTime:
    """A time in a file, for argparse."""
    try:
        return MediaTime(parse_time_ns(text))
    except TimeFormatError as error:
        raise argparse.ArgumentTypeError(f"{error.message} {error.hint or ''}".strip()) from error


def duration(text: str) -> Duration:
    """A span of time, for argparse."""
    return Duration(media_time(text).ns)


def limited(text: str, what: str = "value") -> tuple[int, int | None]:
    """``VALUE±a`` or ``LOW..HIGH`` as (value, half-width) in nanoseconds; half is ``None`` alone.

    Raises
    ------
    TimeFormatError
        When a part is not a time, a limit is not positive, or a range runs backwards.
    """
    if ".." in text:
        low, high = parse_range(text, what)
        return (low + high) // 2, (high - low + 1) // 2
    value, sign, limit = text.replace("+-", "±").partition("±")
    if not sign:
        return parse_time_ns(value), None
    half = parse_time_ns(limit)
    if half <= 0:
        raise TimeFormatError(
            f"{text!r}: a limit must be more than 0.", hint="Nothing is known exactly."
        )
    return parse_time_ns(value), half


def required_limit(text: str, what: str) -> tuple[Duration, Duration]:
    """As :func:`limited`, where a limit must be stated.

    Raises
    ------
    TimeFormatError
        Also when there is none: a number without its range is not taken as evidence.
    """
    value, half = limited(text, what)
    if half is None:
        raise TimeFormatError(
            f"{what} {text!r} has no limit.",
            hint="Type VALUE±a (within a on either side) or LOW..HIGH.",
        )
    return Duration(value), Duration(half)


def parse_range(text: str, what: str) -> tuple[int, int]:
    """``T..T2`` in nanoseconds, in order."""
    first, dots, second = text.partition("..")
    if not dots:
        raise TimeFormatError(f"{what} {text!r} is not T..T2.", hint="For example: 12.40..12.47")
    low, high = parse_time_ns(first), parse_time_ns(second)
    if high < low:
        raise TimeFormatError(f"{what} {text!r} ends before it begins.")
    return low, high


def case_file(text: str) -> Path:
    """The case a person means: ``NAME`` also stands for ``NAME.tiepoint``."""
    path = Path(text)
    if path.suffix != ".tiepoint":
        completed = path.with_name(path.name + ".tiepoint")
        if completed.exists() or not path.exists():
            return completed
    return path


def output_file(text: str, *originals: Path) -> Path:
    """A file to write, which must not be one that was read: originals are never written to."""
    from sync.case.paths import is_one_of

    path = Path(text)
    if is_one_of(path, originals):
        raise UsageError(
            f"{path.name} is the recording itself, which is never written to.",
            "Choose another name for --out.",
        )
    return path


def case_output(text: str, case_path: Path, media: Iterable[Path]) -> Path:
    """A file to write about a case, which must be no part of it."""
    from sync.case.paths import is_one_of, own_paths

    path = output_file(text, *media)
    if is_one_of(path, own_paths(case_path)):
        raise UsageError(f"{path.name} is the case itself.", "Choose another name for --out.")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is there and is no file.", "Choose another name for --out.")
    return path


def author(typed: str | None) -> str:
    """Who does it, for the log: as typed, else the name of the account."""
    if typed:
        return typed
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def add_by(parser: argparse.ArgumentParser) -> None:
    """``--by NAME``, which every verb has that edits a case."""
    parser.add_argument("--by", metavar="NAME", help="who does it, for the log (default: account)")


def add_raw(parser: argparse.ArgumentParser) -> None:
    """``--raw``, for a file without a head."""
    parser.add_argument(
        "--raw", metavar="CODING,RATE[,CHANNELS]",
        help="what a file without a head holds: mulaw,8000 or s16le,16000,2",
    )  # fmt: skip


def raw_of(text: str | None) -> RawSound | None:
    """What was typed after ``--raw``.

    Raises
    ------
    UsageError
        When it cannot be read.
    """
    if text is None:
        return None
    from sync.media.raw_sound import CODINGS, RawSound

    try:
        return RawSound.typed(text)
    except ValueError as error:
        raise UsageError(f"--raw {text}: {error}.", f"Codings: {', '.join(CODINGS)}.") from error
