"""One line on the terminal that says how far the work is and how long it will still take."""

from __future__ import annotations

import threading
import time
from typing import TextIO

_EVERY_S = 0.1
"""Ten times a second is as often as a line can be read."""
_ESTIMATE_AFTER_S = 1.0
"""An earlier guess of the time left would only jump about."""


class ProgressLine:
    """Rewrites itself in place; silent where ``stream`` is not a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._written = 0.0
        self._length = 0
        try:
            self.shown = bool(stream.isatty())
        except (AttributeError, ValueError):
            self.shown = False

    def show(self, fraction: float, text: str) -> None:
        """Say that ``fraction`` (0…1) is done; may be called often and from any thread."""
        if not self.shown:
            return
        now = time.monotonic()
        with self._lock:
            if now - self._written < _EVERY_S:
                return
            self._written = now
            line = f"{fraction:4.0%}  {text or 'working'}{self._left(fraction, now)}"[:78]
            self._stream.write("\r" + line.ljust(self._length))
            self._stream.flush()
            self._length = len(line)

    def _left(self, fraction: float, now: float) -> str:
        spent = now - self._began
        if spent < _ESTIMATE_AFTER_S or not 0 < fraction < 1:
            return ""
        left = spent * (1 - fraction) / fraction
        return f", {left:.0f} s left" if left < 100 else f", {left / 60:.0f} min left"

    def clear(self) -> None:
        """Take the line away before something else is written."""
        with self._lock:
            if self._length:
                self._stream.write("\r" + " " * self._length + "\r")
                self._stream.flush()
                self._length = 0
