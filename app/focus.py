"""Which source is focused: exactly one, and it never moves by itself."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Focus(QObject):
    """The focused source.

    Signals
    -------
    changed(object)
        Its id, or ``None`` while there is no source.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source: str | None = None

    @property
    def source(self) -> str | None:
        """Id of the focused source."""
        return self._source

    def set(self, source: str | None) -> None:
        """Focus this source."""
        if source != self._source:
            self._source = source
            self.changed.emit(source)
