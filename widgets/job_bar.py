"""A job in the status bar: what it does, how far it is, the time left, cancel."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from widgets.parts import ElidedLabel, button

_TEXT_PX = (200, 460)
"""Least and most width of what a job says; beyond it ends in …, with a tooltip."""


def time_left(seconds: float) -> str:
    """``14 s left``, ``3 min left``, ``1 h 20 min left``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s left"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min left"
    return f"{minutes // 60} h {minutes % 60} min left"


class JobBar(QWidget):
    """One line for the jobs that run; hidden while there is none.

    Signals
    -------
    cancelled()
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 6, 0)
        row.setSpacing(10)
        self._text = ElidedLabel("", "secondary")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(140)
        self._bar.setAccessibleName("Progress")
        self._cancel = button("cancel", kind="flat")
        self._cancel.clicked.connect(self.cancelled)
        self._text.setMinimumWidth(_TEXT_PX[0])
        row.addWidget(self._text, 1)
        row.addWidget(self._bar)
        row.addWidget(self._cancel)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_job(
        self, text: str, fraction: float | None = None, left_s: float | None = None,
        *, waiting: int = 0,
    ) -> None:  # fmt: skip
        """Show a job: ``fraction`` 0…1 or unknown, seconds left, and how many wait behind it."""
        parts = [text]
        if fraction is not None:
            parts.append(f"{int(100 * min(1.0, max(0.0, fraction)))} %")
        if left_s is not None:
            parts.append(time_left(left_s))
        if waiting:
            parts.append(f"{waiting} more")
        self._text.setText(" · ".join(parts))
        self._make_room()
        self.setAccessibleName(self._text.text())
        if fraction is None:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * min(1.0, max(0.0, fraction))))
        self.show()

    def _make_room(self) -> None:
        """The text whole, up to a bound; never narrower again, so that nothing beside it jumps."""
        whole = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 8
        self._text.setMinimumWidth(max(self._text.minimumWidth(), min(_TEXT_PX[1], whole)))

    def clear(self) -> None:
        """Nothing runs."""
        self._text.setMinimumWidth(_TEXT_PX[0])
        self._bar.setRange(0, 1000)
        self._text.setText("")
        self.hide()

    def text(self) -> str:
        """What is said."""
        return self._text.text()
