"""What is seen before a case is open: the sample, a new case, an old one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from widgets.parts import ElidedLabel, button, clear, label


class Welcome(QFrame):
    """Three ways to begin, and the cases opened lately.

    Signals
    -------
    new_wanted(), open_wanted(), sample_wanted()
    recent_chosen(object)
        Path of a case.
    """

    new_wanted = Signal()
    open_wanted = Signal()
    sample_wanted = Signal()
    recent_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ground")
        self.setAccessibleName("Welcome")
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        holder = QWidget()
        holder.setFixedWidth(620)
        column = QVBoxLayout(holder)
        column.setSpacing(12)
        column.addWidget(label("Say when things happened, and how sure.", "headline"))
        column.addWidget(
            label(
                "Recordings whose clocks disagree are tied by what they both show. Every time and "
                "every answer carries its range; what the recordings do not show is said.",
                "secondary",
            )
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        self.sample = button("See the sample case", act=True)
        self.new = button("New case  Ctrl+N")
        self.open = button("Open …  Ctrl+O")
        for made, signal in (
            (self.sample, self.sample_wanted), (self.new, self.new_wanted),
            (self.open, self.open_wanted),
        ):  # fmt: skip
            made.clicked.connect(signal)
            row.addWidget(made)
        row.addStretch(1)
        column.addSpacing(6)
        column.addLayout(row)
        column.addWidget(label("Or drop recordings, or a case, anywhere in this window.", "faint"))
        column.addSpacing(14)
        self._heading = label("LATELY", "heading")
        column.addWidget(self._heading)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        column.addLayout(self._recent)
        column.addSpacing(14)
        self.tip = label("", "faint")
        self.tip.hide()
        column.addWidget(self.tip)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(holder)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(3)

    def set_tip(self, tip: str) -> None:
        """One line at the bottom; empty for none."""
        self.tip.setText(f"Tip: {tip}")
        self.tip.setVisible(bool(tip))

    def set_recent(self, paths: Sequence[Path]) -> None:
        """List the cases opened lately."""
        clear(self._recent)
        self._heading.setVisible(bool(paths))
        for path in paths[:6]:
            row = QHBoxLayout()
            made = button(path.stem, kind="link", tip=str(path))
            made.clicked.connect(lambda _=False, chosen=path: self.recent_chosen.emit(chosen))
            row.addWidget(made)
            row.addWidget(ElidedLabel(str(path.parent), "faint"), 1)
            self._recent.addLayout(row)
