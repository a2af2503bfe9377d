"""The command line: finds the verb, runs it, prints one result or one clear line.

Exit status: 0 done · 1 could not, or did and the answer is no · 2 bad usage · 130 cancelled.
Only what is needed to read the arguments is imported here; a verb imports the engine when it runs,
so that ``--help`` answers at once.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

from app.cli.outcome import CANCELLED, USAGE, Outcome, UsageError
from app.cli.printing import prepare_streams, print_error, print_outcome
from app.cli.session import Session
from sync.errors import Cancelled, TimeFormatError

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    typed = list(sys.argv[1:] if argv is None else argv)
    prepare_streams()
    session = Session(as_json="--json" in typed, debug="--debug" in typed)
    try:
        try:
            outcome = _run(typed, session)
            print_outcome(outcome, as_json=session.as_json)
            sys.stdout.flush()
            return outcome.status
        except BrokenPipeError:
            raise
        except SystemExit as leave:  # argparse, after --help and --version
            return leave.code if isinstance(leave.code, int) else 1
        except (KeyboardInterrupt, Cancelled) as error:
            session.line.clear()
            print_error(Cancelled("Cancelled; what was saved before is unchanged."), session)
            if session.debug and isinstance(error, KeyboardInterrupt):
                raise
            return CANCELLED
        except (UsageError, TimeFormatError) as error:
            session.line.clear()
            print_error(error, session)
            return USAGE
        except Exception as error:
            session.line.clear()
            print_error(error, session)
            if session.debug:
                raise
            return 1
    except BrokenPipeError:
        # The reader of our output has gone (``tiepoint … | head``): no one is left to be told.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(typed: list[str], session: Session) -> Outcome:
    """Find the verb, read its arguments and carry it out."""
    from app.cli.parser import read_arguments

    verb, arguments = read_arguments(typed)
    with session.stoppable():
        if not session.as_json:
            return verb.run(arguments, session)
        # A library that prints would spoil the one JSON document.
        with contextlib.redirect_stdout(sys.stderr):
            return verb.run(arguments, session)
