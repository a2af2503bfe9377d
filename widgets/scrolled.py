"""What scrolls up and down and never sideways: one part, or a column that is filled anew."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from widgets.parts import clear, discard


class Scrolled(QScrollArea):
    """One part, wrapped to the width there is; the keyboard stays in the part."""

    def __init__(self, part: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(part)


class ScrolledColumn(Scrolled):
    """A column of parts that is filled anew as a whole."""

    def __init__(self, margins: tuple[int, int, int, int], spacing: int) -> None:
        holder = QWidget()
        holder.setObjectName("scrolled")
        super().__init__(holder)
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(*margins)
        self._column.setSpacing(spacing)

    def fill(self, build: Callable[[QVBoxLayout], object], kept: QWidget | None = None) -> bool:
        """Show what ``build`` puts into the empty column; what was there is gone.

        Parameters
        ----------
        kept
            A part that ``build`` may put in again, since making one anew costs more.

        Returns
        -------
        True when ``kept`` was put in again; it is gone too otherwise.
        """
        if kept is not None:
            self._column.removeWidget(kept)
        clear(self._column)
        build(self._column)
        self._column.addStretch(1)
        again = kept is not None and self._column.indexOf(kept) >= 0
        if kept is not None and not again:
            discard(kept)
        return again

    def reveal(self, part: QWidget) -> None:
        """Scroll to a part that may have just grown."""
        holder = self.widget()
        if holder is not None:
            holder.adjustSize()
            self.ensureWidgetVisible(part)
