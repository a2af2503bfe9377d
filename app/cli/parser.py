"""Reading the command line: the table of verbs, and a parser made for the one that was typed."""

from __future__ import annotations

import argparse
import importlib
import re
from collections.abc import Sequence
from typing import NoReturn, Protocol

from app.cli.outcome import Outcome, UsageError
from app.cli.session import Session

VERBS: dict[str, tuple[str, str]] = {
    "demo": ("app.cli.demo", "make the sample case, calculate it, and hold it against the truth"),
    "new": ("app.cli.verbs.new", "make an empty case"),
    "add": ("app.cli.verbs.add", "add recordings to a case"),
    "inspect": ("app.cli.verbs.inspect", "what a file is and what is wrong with its timing"),
    "frame": ("app.cli.verbs.frame", "save exact frames of a recording as PNG"),
    "trace": ("app.cli.verbs.trace", "derive one signal (motion, envelope …) from a recording"),
    "correlate": ("app.cli.verbs.correlate", "search for the offset between two recordings"),
    "mark": ("app.cli.verbs.mark", "mark an event in one recording of a case"),
    "observe": ("app.cli.verbs.observe", "state a clock reading, an offset, a delay, a break …"),
    "annotate": ("app.cli.verbs.annotate", "add remarks, or a file of captions, labels or a log"),
    "constrain": ("app.cli.verbs.constrain", "state a limit: before, after or within so long of"),
    "solve": ("app.cli.verbs.solve", "calculate the clocks of a case, or of a bare network"),
    "order": ("app.cli.verbs.order", "which of two instants came first, and how sure"),
    "verify": ("app.cli.verbs.verify", "check a case: log, recordings, the calculation again"),
    "simulate": ("app.cli.verbs.simulate", "make networks with known truth"),
    "calibrate": ("app.cli.verbs.calibrate", "count how often the stated 95 % holds the truth"),
    "export": ("app.cli.verbs.export", "write the timeline of a calculated case"),
    "report": ("app.cli.verbs.report", "write the report of a calculated case, HTML or PDF"),
    "bundle": ("app.cli.verbs.bundle", "hand a case over: BagIt folder or zip with a viewer"),
}
"""Verb: (module with ``arguments`` and ``run``, one line of help)."""

WINDOW = "app.cli.verbs.window"

_NEGATIVE = re.compile(r"^-(?=[\d.])(?!\d+$|\d*\.\d+$)")
"""A typed negative time with more to it than a number (``-37±0.5``, ``-1:02``), which argparse
would take for an option."""


class Verb(Protocol):
    """What a verb's module holds."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the verb's own arguments."""

    def run(self, arguments: argparse.Namespace, session: Session) -> Outcome:
        """Carry it out."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are errors of ours, printed like all others."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage and leaving."""
        raise UsageError(f"{message.rstrip('.')}.", f"See: {self.prog} --help")


def read_arguments(typed: Sequence[str]) -> tuple[Verb, argparse.Namespace]:
    """The verb that was typed and its arguments; without a verb, the window's."""
    words = [_NEGATIVE.sub("\N{MINUS SIGN}", word) for word in typed]
    common = [word for word in words if word in ("--json", "--debug")]
    rest = [word for word in words if word not in ("--json", "--debug")]
    name = rest[0] if rest and rest[0] in VERBS else None
    if name is None:
        return _window(rest, common)
    module = importlib.import_module(VERBS[name][0])
    parser = Parser(
        prog=f"tiepoint {name}",
        description=(module.__doc__ or "").strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.arguments(parser)
    _add_common(parser)
    return module, parser.parse_args([*rest[1:], *common])


def _window(rest: Sequence[str], common: Sequence[str]) -> tuple[Verb, argparse.Namespace]:
    """``tiepoint``, ``tiepoint CASE.tiepoint``, ``--version``, ``--help``."""
    module = importlib.import_module(WINDOW)
    parser = Parser(
        prog="tiepoint",
        usage="tiepoint [CASE.tiepoint] [options] | tiepoint VERB …",
        description="Say when things happened across recordings whose clocks disagree.",
        epilog=_verbs_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=_version())
    module.arguments(parser)
    _add_common(parser)
    return module, parser.parse_args([*rest, *common])


def _add_common(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("every verb has")
    group.add_argument("--json", action="store_true", help="print one JSON document, nothing else")
    group.add_argument("--debug", action="store_true", help="show the traceback of an error")


def _verbs_help() -> str:
    width = max(map(len, VERBS))
    lines = [f"  {name.ljust(width)}  {text}" for name, (_, text) in VERBS.items()]
    return "\n".join(
        [
            "verbs (tiepoint VERB --help says more):",
            *lines,
            "",
            "Times are typed as 83.25, 1:23.25, 14:23:25.48 or 00:01:23:07@15 (frame 7 at 15 a",
            "second). SOURCE@TIME±0.05 adds a limit; +- serves for ±.",
            "Exit status: 0 done, 1 could not or the answer is no, 2 bad usage, 130 cancelled.",
        ]
    )


def _version() -> str:
    from sync import ENGINE_VERSION

    return f"tiepoint {ENGINE_VERSION}"
