"""What can become of a lane that was tried on: a search range, a limit, or nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from widgets.lane_header import displacement_text
from widgets.parts import button, label


class TryOnCard(QFrame):
    """One line and three buttons, over the lanes.

    Signals
    -------
    search_wanted(), limit_wanted(), dropped()
    """

    search_wanted = Signal()
    limit_wanted = Signal()
    dropped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAutoFillBackground(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self._text = label("", wrap=False)
        row.addWidget(self._text)
        self.search = button("Use as search range …", act=True)
        self.limit = button("State as a limit …")
        self.drop = button("Drop", tip="Esc")
        for made, signal in (
            (self.search, self.search_wanted), (self.limit, self.limit_wanted),
            (self.drop, self.dropped),
        ):  # fmt: skip
            made.clicked.connect(signal)
            row.addWidget(made)
        self.hide()

    def show_for(self, name: str, ns: int) -> None:
        """Say what was tried on."""
        self._text.setText(f"{name} tried on: {displacement_text(ns)}. A view only: nothing moved.")
        self.setAccessibleName(self._text.text())
        self.adjustSize()
        self.show()
        self.raise_()

    def text(self) -> str:
        """What it says."""
        return self._text.text()
