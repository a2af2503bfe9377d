"""What a verb is given besides its arguments: how to say where it is, and how it is stopped."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

from app.cli.progress_line import ProgressLine
from sync.progress import CancelToken, Progress


class Session:
    """One run of the command line.

    Attributes
    ----------
    as_json, debug
        The two options every verb has.
    progress
        To hand to the engine; shown where standard error is a terminal.
    """

    def __init__(self, *, as_json: bool, debug: bool) -> None:
        self.as_json = as_json
        self.debug = debug
        self.line = ProgressLine(sys.stderr)
        self._cancel = CancelToken()
        self.progress = Progress(self.line.show, self._cancel)

    def warn(self, text: str) -> None:
        """One line on standard error that is not part of the result."""
        self.line.clear()
        print(f"tiepoint: {text}", file=sys.stderr)

    @contextlib.contextmanager
    def stoppable(self) -> Iterator[None]:
        """While inside, Ctrl+C stops the work: at once, or at its next report of progress.

        A KeyboardInterrupt that surfaces inside a callback of a native library is lost; the
        token is what then stops the work.
        """
        before = signal.getsignal(signal.SIGINT)
        listening = (
            before is signal.default_int_handler
            and threading.current_thread() is threading.main_thread()
        )

        def stop(number: int, frame: FrameType | None) -> None:
            self._cancel.cancel()
            raise KeyboardInterrupt

        if listening:
            signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            if listening:
                signal.signal(signal.SIGINT, before)
            self.line.clear()
