"""Progress and cancellation for long work, as plain Python: no threads, no Qt.

Engine functions take ``progress: Progress = SILENT`` and call ``progress.report(fraction)`` often;
the call raises :class:`sync.errors.Cancelled` once the caller has asked to stop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from sync.errors import Cancelled


class CancelToken:
    """A flag that one thread sets and another reads."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next report."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """True once :meth:`cancel` was called."""
        return self._event.is_set()


class Progress:
    """Where long work says how far it is and learns whether to stop.

    Parameters
    ----------
    listener
        Called with (fraction in 0…1, text). It must be quick and may be called from any thread.
    cancel
        The caller's flag; ``None`` means the work cannot be stopped.
    """

    __slots__ = ("_cancel", "_high", "_listener", "_low", "_text")

    def __init__(
        self,
        listener: Callable[[float, str], None] | None = None,
        cancel: CancelToken | None = None,
        *,
        low: float = 0.0,
        high: float = 1.0,
        text: str = "",
    ) -> None:
        self._listener = listener
        self._cancel = cancel
        self._low = low
        self._high = high
        self._text = text

    def report(self, fraction: float, text: str | None = None) -> None:
        """Say how far the work is (0…1 of *this* part).

        Raises
        ------
        Cancelled
            When the caller asked to stop.
        """
        if self._cancel is not None and self._cancel.cancelled:
            raise Cancelled()
        if self._listener is not None:
            inside = min(max(fraction, 0.0), 1.0)
            self._listener(
                self._low + inside * (self._high - self._low), self._text if text is None else text
            )

    def part(self, low: float, high: float, text: str | None = None) -> Progress:
        """A sub-range [low, high] of this progress, to hand to a step of the work."""
        span = self._high - self._low
        return Progress(
            self._listener,
            self._cancel,
            low=self._low + low * span,
            high=self._low + high * span,
            text=self._text if text is None else text,
        )


SILENT = Progress()
